//! Turns that addresses take in rounds: one with a thousand requests waiting gets no more of them than the
//! others, and one that asks less often than the rounds go does not wait for the others (start-time fair
//! queueing: Goyal, Vin and Cheng, 1996).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// A number of turns that all addresses share; cheap to clone.
#[derive(Clone)]
pub struct FairTurns {
    state: Arc<Mutex<State>>,
}

/// So many rounds an address may be ahead of those that have waited without an end: who asks now and then does
/// not wait for all of them.
const HEAD_START: u64 = 4;
/// So many addresses are remembered; then all are forgotten, which only gives them their head start again.
const MOST_REMEMBERED: usize = 16 * 1024;

struct State {
    /// Turns that nobody has; with any, nobody waits.
    free: usize,
    /// The round that is under way. In each, an address has one turn.
    round: u64,
    /// Those who wait, by their round.
    by_round: BTreeSet<(u64, u64)>,
    /// The same in the order of their coming, each with its round.
    by_age: BTreeMap<u64, (u64, oneshot::Sender<Turn>)>,
    /// How many have waited so far.
    so_far: u64,
    /// Whether the next turn is for who has waited longest, whatever its round: very many addresses that
    /// each come once must not hold up for ever who comes again.
    is_for_oldest: bool,
    /// The last round in which an address has a turn.
    last: HashMap<IpAddr, u64>,
}

/// Somebody who waits, until it is dropped.
struct Waiting {
    turns: FairTurns,
    number: u64,
    granted: oneshot::Receiver<Turn>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.turns.locked().remove(self.number);
    }
}

/// A turn, until it is dropped.
pub struct Turn {
    /// Where it goes back to; none once it has been handed on.
    turns: Option<FairTurns>,
}

impl FairTurns {
    /// So many turns.
    pub fn new(count: usize) -> Self {
        let state = State {
            free: count,
            round: HEAD_START,
            by_round: BTreeSet::new(),
            by_age: BTreeMap::new(),
            so_far: 0,
            is_for_oldest: false,
            last: HashMap::new(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Waits for a turn of an address.
    pub async fn take(&self, address: IpAddr) -> Option<Turn> {
        let mut waiting = {
            let mut state = self.locked();
            if state.free > 0 {
                state.free -= 1;
                return Some(self.turn());
            }
            let (grant, granted) = oneshot::channel();
            Waiting { turns: self.clone(), number: state.wait(address, grant), granted }
        };
        (&mut waiting.granted).await.ok()
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
    fn wait(&mut self, address: IpAddr, grant: oneshot::Sender<Turn>) -> u64 {
        let earliest = self.round.saturating_sub(HEAD_START);
        if self.last.len() >= MOST_REMEMBERED {
            self.last.clear();
        }
        let round = self.last.get(&address).map_or(earliest, |last| earliest.max(last + 1));
        self.last.insert(address, round);
        self.so_far += 1;
        self.by_round.insert((round, self.so_far));
        self.by_age.insert(self.so_far, (round, grant));
        self.so_far
    }

    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.is_for_oldest = !self.is_for_oldest;
        let number = match self.is_for_oldest {
            true => *self.by_age.first_key_value()?.0,
            false => {
                let (round, number) = *self.by_round.first()?;
                self.round = self.round.max(round);
                number
            }
        };
        self.remove(number)
    }

    fn remove(&mut self, number: u64) -> Option<oneshot::Sender<Turn>> {
        let (round, grant) = self.by_age.remove(&number)?;
        self.by_round.remove(&(round, number));
        Some(grant)
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
    use std::collections::VecDeque;

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

    #[test]
    fn who_asks_now_and_then_does_not_wait_for_many_who_always_do() {
        let turns = FairTurns::new(1);
        let busy = |number: u8| IpAddr::from([192, 0, 2, number]);
        let mut turn = turns.take(busy(0)).now_or_never().flatten();
        let rounds = (0..20).flat_map(|_| 0..100);
        let mut waiting: VecDeque<_> = rounds.map(|number| Box::pin(turns.take(busy(number)))).collect();
        for asking in &mut waiting {
            assert!(asking.now_or_never().is_none());
        }
        for _ in 0..10 * 100 {
            drop(turn.take());
            turn = waiting.pop_front().unwrap().now_or_never().flatten();
            assert!(turn.is_some(), "they take turns");
        }
        for _ in 0..HEAD_START {
            let mut other = Box::pin(turns.take(busy(200)));
            assert!(other.as_mut().now_or_never().is_none());
            drop(turn.take());
            turn = other.as_mut().now_or_never().flatten();
            if turn.is_none() {
                drop(granted(&mut waiting));
                turn = other.now_or_never().flatten();
            }
            assert!(turn.is_some(), "it is the next one, or the one after");
        }
    }

    #[test]
    fn who_comes_again_is_not_held_up_for_ever_by_those_who_come_once() {
        let turns = FairTurns::new(1);
        let new = |number: u32| IpAddr::from(number.to_be_bytes());
        let mut turn = turns.take(new(0)).now_or_never().flatten();
        let mut again: VecDeque<_> = (0..2).map(|_| Box::pin(turns.take(new(0)))).collect();
        assert!(granted(&mut again).is_none());
        let mut once = VecDeque::new();
        for number in 1..100 {
            once.push_back(Box::pin(turns.take(new(number))));
            assert!(granted(&mut once).is_none());
            drop(turn.take());
            turn = granted(&mut again).or_else(|| granted(&mut once));
        }
        assert!(again.is_empty() && !once.is_empty());
    }

    /// The turn of the first one that has one by now.
    fn granted(waiting: &mut VecDeque<impl Future<Output = Option<Turn>> + Unpin>) -> Option<Turn> {
        let mut all = waiting.iter_mut().enumerate();
        let (at, turn) = all.find_map(|(at, asking)| Some((at, asking.now_or_never().flatten()?)))?;
        drop(waiting.remove(at));
        Some(turn)
    }

    #[test]
    fn who_gives_up_is_forgotten() {
        let turns = FairTurns::new(0);
        for number in 0..100 {
            let mut waiting = Box::pin(turns.take([192, 0, 2, number].into()));
            assert!(waiting.as_mut().now_or_never().is_none());
        }
        let state = turns.locked();
        assert!(state.by_age.is_empty() && state.by_round.is_empty());
    }

    #[test]
    fn however_many_addresses_come_few_are_remembered() {
        let turns = FairTurns::new(0);
        for number in 0..=u32::try_from(MOST_REMEMBERED).unwrap() {
            assert!(turns.take(number.to_be_bytes().into()).now_or_never().is_none());
        }
        assert_eq!(turns.locked().last.len(), 1);
    }
}
