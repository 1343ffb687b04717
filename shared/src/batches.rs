//! Writes that are under way at the same time go together, so that many cost little more than one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use mongodb::error::{Error, Result};
use tokio::sync::{Mutex as AsyncMutex, oneshot};

use crate::error::is_unavailable;

/// So many are written at once.
const MOST: usize = 200;

/// Something that is to be written, and who waits for it.
type Waiting<T> = (T, oneshot::Sender<Result<()>>);

/// While one batch is being written, the next one gathers; cheap to clone.
pub struct Batches<T>(Arc<Inner<T>>);

/// How a batch is written.
type Write<T> = dyn Fn(Vec<T>) -> BoxFuture<'static, Result<()>> + Send + Sync;

struct Inner<T> {
    write: Box<Write<T>>,
    waiting: Mutex<Vec<Waiting<T>>>,
    /// Held by whoever writes a batch.
    turn: AsyncMutex<()>,
}

impl<T> Clone for Batches<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone + Send + 'static> Batches<T> {
    /// Batches that are written by `write`.
    pub fn new<W>(write: impl Fn(Vec<T>) -> W + Send + Sync + 'static) -> Self
    where
        W: Future<Output = Result<()>> + Send + 'static,
    {
        let write: Box<Write<T>> = Box::new(move |items| Box::pin(write(items)));
        Self(Arc::new(Inner { write, waiting: Mutex::default(), turn: AsyncMutex::default() }))
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting<T>>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `item` written, together with what waits by then.
    /// Errors: those of the batch that it was in, where it fails alone, too.
    pub async fn write(&self, item: T) -> Result<()> {
        let (done, mut outcome) = oneshot::channel();
        self.waiting().push((item, done));
        loop {
            let _turn = self.0.turn.lock().await;
            match outcome.try_recv() {
                Ok(outcome) => return outcome,
                Err(oneshot::error::TryRecvError::Closed) => {
                    return Err(Error::custom("who wrote the batch gave up"));
                }
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let batch: Vec<Waiting<T>> = {
                let mut waiting = self.waiting();
                let most = waiting.len().min(MOST);
                waiting.drain(..most).collect()
            };
            let is_batch = batch.len() > 1;
            let (items, all): (Vec<T>, Vec<_>) = batch.into_iter().unzip();
            let written = (self.0.write)(items.clone()).await;
            for (item, done) in items.into_iter().zip(all) {
                let written = match &written {
                    // One that cannot be written must not be in the way of the others.
                    Err(error) if is_batch && !is_unavailable(error) => (self.0.write)(vec![item]).await,
                    written => written.clone(),
                };
                // Whoever gave up meanwhile is not told.
                let _gave_up = done.send(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn what_comes_while_a_batch_is_written_goes_with_the_next_one() {
        let sizes = Arc::new(Mutex::new(Vec::new()));
        let written = sizes.clone();
        let batches = Batches::new(move |items: Vec<usize>| {
            written.lock().unwrap().push(items.len());
            async {
                tokio::task::yield_now().await;
                Ok(())
            }
        });
        let outcomes = join_all((0..2 * MOST).map(|number| batches.write(number))).await;
        assert!(outcomes.iter().all(Result::is_ok));
        let sizes = sizes.lock().unwrap();
        assert_eq!(sizes.iter().sum::<usize>(), 2 * MOST);
        assert!(sizes.len() <= 3 && sizes.iter().all(|size| *size <= MOST), "{sizes:?}");
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_told_so_and_the_others_are_written() {
        let batches = Batches::new(|items: Vec<&'static str>| async move {
            match items.contains(&"bad") {
                true => Err(Error::custom("no")),
                false => Ok(()),
            }
        });
        let writing = ["good", "bad", "better"].map(|item| batches.write(item));
        let outcomes = join_all(writing).await;
        assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    }

    #[tokio::test]
    async fn who_gives_up_while_it_writes_holds_up_nobody() {
        let never = Arc::new(Semaphore::new(0));
        let batches = Batches::new(move |items| {
            let never = never.clone();
            async move {
                if items.contains(&"stuck") {
                    let _permit = never.acquire().await;
                }
                Ok(())
            }
        });
        let mut stuck = Box::pin(batches.write("stuck"));
        assert!(futures::poll!(&mut stuck).is_pending());
        let mut next = Box::pin(batches.write("next"));
        assert!(futures::poll!(&mut next).is_pending());
        drop(stuck);
        assert!(next.await.is_ok());
    }
}
