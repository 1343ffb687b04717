//! Turns that addresses take one after the other: one with a thousand requests waiting gets no more of them
//! than one with a single request.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// A number of turns that all addresses share; cheap to clone.
#[derive(Clone)]
pub struct FairTurns {
    state: Arc<Mutex<State>>,
}

struct State {
    /// Turns that nobody has; with any, nobody waits.
    free: usize,
    /// Those who wait, the next one first; each once.
    order: VecDeque<IpAddr>,
    waiting: HashMap<IpAddr, VecDeque<oneshot::Sender<Turn>>>,
}

/// A turn, until it is dropped.
pub struct Turn {
    /// Where it goes back to; none once it has been handed on.
    turns: Option<FairTurns>,
}

impl FairTurns {
    /// So many turns.
    pub fn new(count: usize) -> Self {
        let state = State { free: count, order: VecDeque::new(), waiting: HashMap::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Waits for a turn of an address.
    pub async fn take(&self, address: IpAddr) -> Option<Turn> {
        let waiting = {
            let mut state = self.locked();
            if state.free > 0 {
                state.free -= 1;
                return Some(self.turn());
            }
            let (grant, granted) = oneshot::channel();
            let own = state.waiting.entry(address).or_default();
            own.push_back(grant);
            if own.len() == 1 {
                state.order.push_back(address);
            }
            granted
        };
        waiting.await.ok()
    }

    fn turn(&self) -> Turn {
        Turn { turns: Some(self.clone()) }
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a turn on to whoever is next and still waits.
    fn hand_on(&self) {
        loop {
            let next = {
                let mut state = self.locked();
                let next = state.next();
                if next.is_none() {
                    state.free += 1;
                }
                next
            };
            let Some(next) = next else { return };
            match next.send(self.turn()) {
                Ok(()) => return,
                Err(mut refused) => refused.turns = None,
            }
        }
    }
}

impl State {
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let address = self.order.pop_front()?;
        let own = self.waiting.get_mut(&address)?;
        let next = own.pop_front();
        if own.is_empty() {
            self.waiting.remove(&address);
        } else {
            self.order.push_back(address);
        }
        next
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.turns.take() {
            turns.hand_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn addresses_take_turns_however_many_requests_they_have() {
        let turns = FairTurns::new(1);
        let [busy, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let first = turns.take(busy).await.unwrap();
        let mut of_busy: Vec<_> = (0..3).map(|_| Box::pin(turns.take(busy))).collect();
        assert!(of_busy.iter_mut().all(|waiting| waiting.now_or_never().is_none()));
        let mut of_other = Box::pin(turns.take(other));
        assert!(of_other.as_mut().now_or_never().is_none());
        drop(first);
        let second = of_busy[0].as_mut().now_or_never().flatten().expect("it came first");
        drop(second);
        assert!(of_busy[1].as_mut().now_or_never().is_none());
        let third = of_other.as_mut().now_or_never().flatten().expect("before the rest of the first");
        drop(of_busy.remove(1));
        drop(third);
        let fourth = of_busy[1].as_mut().now_or_never().flatten();
        assert!(fourth.is_some(), "who gave up is passed over");
        drop(fourth);
        assert!(turns.take(other).now_or_never().flatten().is_some(), "none is lost");
    }
}
