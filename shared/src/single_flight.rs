//! One computation for all who ask at the same time.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::{Error, Result};

/// Computes one at a time, and shares each result among those who asked before its computing began: all
/// of them see what was stored when they asked.
#[derive(Debug)]
pub struct SingleFlight<T> {
    asked: AtomicU64,
    last: Mutex<Flight<T>>,
}

/// What came of a computation for those whose tickets are below `before`: nothing if it failed.
#[derive(Debug)]
struct Flight<T> {
    before: u64,
    result: Option<T>,
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self { asked: AtomicU64::new(0), last: Mutex::new(Flight { before: 0, result: None }) }
    }
}

impl<T: Clone> SingleFlight<T> {
    /// The result of `compute`, or of somebody else's that begins after this call.
    /// Errors: those of `compute`, and unavailable if it was somebody else's that failed.
    pub async fn get(&self, compute: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        let ticket = self.asked.fetch_add(1, Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if ticket < last.before {
            return last.result.clone().ok_or_else(|| Error::unavailable("what all wait for failed"));
        }
        let before = self.asked.load(Ordering::SeqCst);
        let result = compute().await;
        *last = Flight { before, result: result.as_ref().ok().cloned() };
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::future::join_all;
    use tokio::sync::Notify;

    use super::*;

    /// The results of five who ask while another one's computing goes on, and how often was computed.
    async fn five_during_another(outcome: fn(u64) -> Result<u64>) -> (Vec<Result<u64>>, u64) {
        let (flight, computed) = (Arc::new(SingleFlight::<u64>::default()), AtomicU64::new(0));
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let first = tokio::spawn({
            let (flight, begun, go_on) = (flight.clone(), begun.clone(), go_on.clone());
            async move {
                let compute = async || {
                    begun.notify_one();
                    go_on.notified().await;
                    Ok(0)
                };
                flight.get(compute).await
            }
        });
        begun.notified().await;
        let five = join_all((0..5).map(|_| {
            flight.get(async || {
                let number = computed.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::task::yield_now().await;
                outcome(number)
            })
        }));
        let go_on = async { go_on.notify_one() };
        let (results, ()) = futures::future::join(five, go_on).await;
        assert_eq!(first.await.unwrap().unwrap(), 0);
        (results, computed.into_inner())
    }

    #[tokio::test]
    async fn those_who_wait_share_the_next_computation_and_none_that_had_begun() {
        let (results, computed) = five_during_another(Ok).await;
        assert_eq!(computed, 1);
        assert!(results.into_iter().all(|result| matches!(result, Ok(1))));
    }

    #[tokio::test]
    async fn a_failure_is_shared_too() {
        let (results, computed) = five_during_another(|_| Err(Error::unavailable("away"))).await;
        assert_eq!(computed, 1);
        assert!(results.iter().all(Result::is_err));
    }
}
