//! Turns that addresses take in rounds: one with a thousand requests waiting gets an eighth more of them than the
//! others at most, and one that asks less often than the rounds go does not wait for the others (start-time fair
//! queueing: Goyal, Vin and Cheng, 1996). Where very many wait, those whose turn is much further
//! away than others' are refused, else who comes last.

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
/// Each turn of so many is for who has waited longest, whatever its round: very many addresses that each come once
/// must not hold up for ever who comes again.
const FOR_OLDEST: u64 = 8;
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
    /// Those of them who may be refused, by their round, and how many these may be.
    refusable: BTreeSet<(u64, u64)>,
    most_refusable: usize,
    /// How many have waited so far.
    so_far: u64,
    /// How often a turn has been handed on.
    handed_on: u64,
    /// The last round in which an address has a turn.
    last: HashMap<IpAddr, u64>,
}

/// Whether who asks for a turn may be told to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// It is, where very many wait.
    MayBeRefused,
    /// It waits as long as it takes.
    Waits,
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
    /// So many turns, for which so many may wait who may be refused.
    pub fn new(count: usize, most_refusable: usize) -> Self {
        let state = State {
            free: count,
            round: HEAD_START,
            by_round: BTreeSet::new(),
            by_age: BTreeMap::new(),
            refusable: BTreeSet::new(),
            most_refusable,
            so_far: 0,
            handed_on: 0,
            last: HashMap::new(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Waits for a turn of an address; `None` where the asker may be refused and is.
    pub async fn take(&self, address: IpAddr, asker: Asker) -> Option<Turn> {
        let mut waiting = {
            let mut state = self.locked();
            if state.free > 0 {
                state.free -= 1;
                return Some(self.turn());
            }
            let (grant, granted) = oneshot::channel();
            Waiting { turns: self.clone(), number: state.wait(address, asker, grant)?, granted }
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
    /// Has somebody wait, unless it is who has to be refused.
    fn wait(&mut self, address: IpAddr, asker: Asker, grant: oneshot::Sender<Turn>) -> Option<u64> {
        let earliest = self.round.saturating_sub(HEAD_START);
        if self.last.len() >= MOST_REMEMBERED {
            self.last.clear();
        }
        let round = self.last.get(&address).map_or(earliest, |last| earliest.max(last + 1));
        if asker == Asker::MayBeRefused {
            self.make_room(round).then_some(())?;
            self.refusable.insert((round, self.so_far + 1));
        }
        self.last.insert(address, round);
        self.so_far += 1;
        self.by_round.insert((round, self.so_far));
        self.by_age.insert(self.so_far, (round, grant));
        Some(self.so_far)
    }

    /// Whether there is room for somebody of this round, who comes last in it. Who has come a few times gives
    /// way to nobody who comes for the first.
    fn make_room(&mut self, round: u64) -> bool {
        if self.refusable.len() < self.most_refusable {
            return true;
        }
        let furthest =
            self.refusable.last().copied().filter(|(furthest, _)| *furthest > round + HEAD_START);
        // Whose grant is dropped is refused.
        furthest.is_some_and(|(_, number)| self.remove(number).is_some())
    }

    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        self.handed_on += 1;
        let number = match self.handed_on.is_multiple_of(FOR_OLDEST) {
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
        self.refusable.remove(&(round, number));
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
        let turns = FairTurns::new(1, usize::MAX);
        let [busy, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let first = turns.take(busy, Asker::Waits).await.unwrap();
        let mut of_busy: Vec<_> = (0..3).map(|_| Box::pin(turns.take(busy, Asker::Waits))).collect();
        assert!(of_busy.iter_mut().all(|waiting| waiting.now_or_never().is_none()));
        let mut of_other = Box::pin(turns.take(other, Asker::Waits));
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
        assert!(turns.take(other, Asker::Waits).now_or_never().flatten().is_some(), "none is lost");
    }

    #[test]
    fn who_asks_now_and_then_does_not_wait_for_many_who_always_do() {
        let turns = FairTurns::new(1, usize::MAX);
        let busy = |number: u8| IpAddr::from([192, 0, 2, number]);
        let mut turn = turns.take(busy(0), Asker::Waits).now_or_never().flatten();
        let rounds = (0..20).flat_map(|_| 0..100);
        let mut waiting: VecDeque<_> =
            rounds.map(|number| Box::pin(turns.take(busy(number), Asker::Waits))).collect();
        for asking in &mut waiting {
            assert!(asking.now_or_never().is_none());
        }
        for _ in 0..10 * 100 {
            drop(turn.take());
            turn = waiting.pop_front().unwrap().now_or_never().flatten();
            assert!(turn.is_some(), "they take turns");
        }
        for _ in 0..HEAD_START {
            let mut other = Box::pin(turns.take(busy(200), Asker::Waits));
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
        let turns = FairTurns::new(1, usize::MAX);
        let new = |number: u32| IpAddr::from(number.to_be_bytes());
        let mut turn = turns.take(new(0), Asker::Waits).now_or_never().flatten();
        let mut again: VecDeque<_> =
            (0..2).map(|_| Box::pin(turns.take(new(0), Asker::Waits))).collect();
        assert!(granted(&mut again).is_none());
        let mut once = VecDeque::new();
        for number in 1..100 {
            once.push_back(Box::pin(turns.take(new(number), Asker::Waits)));
            assert!(granted(&mut once).is_none());
            drop(turn.take());
            turn = granted(&mut again).or_else(|| granted(&mut once));
        }
        assert!(again.is_empty() && !once.is_empty());
    }

    #[test]
    fn where_very_many_wait_those_are_refused_whose_turn_is_furthest_away() {
        let turns = FairTurns::new(0, 10);
        let [busy, other]: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
        let ask = |address, asker| Box::pin(turns.take(address, asker));
        let mut of_busy = [(); 10].map(|()| ask(busy, Asker::MayBeRefused));
        assert!(!of_busy.iter_mut().any(is_refused));
        assert!(is_refused(&mut ask(busy, Asker::MayBeRefused)), "who comes last, and has most");
        let mut of_other = [(); 4].map(|()| ask(other, Asker::MayBeRefused));
        let refused = of_other.each_mut().map(is_refused);
        assert_eq!(refused, [false, false, false, true], "who has come a few times gives way to nobody");
        let of_busy: Vec<bool> = of_busy.iter_mut().map(is_refused).collect();
        assert_eq!(of_busy, [[false; 7].as_slice(), &[true; 3]].concat(), "the last of who has most");
        assert!(!is_refused(&mut ask(busy, Asker::Waits)));
    }

    fn is_refused(asking: &mut (impl Future<Output = Option<Turn>> + Unpin)) -> bool {
        asking.now_or_never().is_some_and(|turn| turn.is_none())
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
        let turns = FairTurns::new(0, usize::MAX);
        for number in 0..100 {
            let mut waiting = Box::pin(turns.take([192, 0, 2, number].into(), Asker::Waits));
            assert!(waiting.as_mut().now_or_never().is_none());
        }
        let state = turns.locked();
        assert!(state.by_age.is_empty() && state.by_round.is_empty());
    }

    #[test]
    fn however_many_addresses_come_few_are_remembered() {
        let turns = FairTurns::new(0, usize::MAX);
        for number in 0..=u32::try_from(MOST_REMEMBERED).unwrap() {
            assert!(turns.take(number.to_be_bytes().into(), Asker::Waits).now_or_never().is_none());
        }
        assert_eq!(turns.locked().last.len(), 1);
    }
}
