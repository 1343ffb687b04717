//! What this process remembers of the connections that send to it, so that a flood costs the database
//! little.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::Time;
use crate::rate_limit::{Limit, VOLUME};

/// So many connections, and so many who are refused, are remembered; then everything is forgotten, which
/// does no harm.
const MOST: usize = 20_000;

/// For so long refusals add up.
const REFUSALS_FOR: Duration = Duration::from_secs(60);

/// What is remembered; cheap to clone.
#[derive(Clone, Default)]
pub struct Senders(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    /// As whom connections are counted that have authenticated, which never changes.
    people: HashMap<String, String>,
    /// Until when somebody is refused something.
    refused: HashMap<(String, Limit), Refusal>,
    /// How many frames from a network were refused, since when.
    refusals: HashMap<String, (u32, Instant)>,
    /// The bytes from a network that are still to be counted.
    bytes: HashMap<String, usize>,
}

/// When a refusal ends: by two clocks, since one can be set back, and the other one stands still while the
/// process is frozen.
#[derive(Clone, Copy)]
struct Refusal {
    ends_at: Time,
    ends: Instant,
}

impl Refusal {
    fn until(ends_at: Time) -> Self {
        let left = u64::try_from(ends_at.millis().saturating_sub(Time::now().millis())).unwrap_or(0);
        let now = Instant::now();
        Self { ends_at, ends: now.checked_add(Duration::from_millis(left)).unwrap_or(now) }
    }

    /// When it ends, unless it has.
    fn end(self) -> Option<Time> {
        let now = Time::now();
        let ends_at = self.ends_at.min(now.plus(self.ends.saturating_duration_since(Instant::now())));
        (ends_at > now).then_some(ends_at)
    }
}

impl Senders {
    fn locked(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As whom a connection is counted, if it is known to have authenticated.
    pub fn person(&self, connection: &str) -> Option<String> {
        self.locked().people.get(connection).cloned()
    }

    /// Notes as whom a connection is counted from now on.
    pub fn authenticated(&self, connection: &str, person: &str) {
        let people = &mut self.locked().people;
        if people.len() >= MOST {
            people.clear();
        }
        people.insert(connection.to_owned(), person.to_owned());
    }

    /// Until when `who` is refused, if it is.
    pub fn refused_until(&self, who: &str, limit: Limit) -> Option<Time> {
        self.locked().refused.get(&(who.to_owned(), limit)).and_then(|refusal| refusal.end())
    }

    /// Notes that `who` is refused until a time.
    pub fn refuse(&self, who: &str, limit: Limit, until: Time) {
        let refused = &mut self.locked().refused;
        if refused.len() >= MOST {
            refused.clear();
        }
        refused.insert((who.to_owned(), limit), Refusal::until(until));
    }

    /// Counts a frame from a network that was refused; how many were within a minute.
    pub fn count_refusal(&self, network: &str) -> u32 {
        let (refusals, now) = (&mut self.locked().refusals, Instant::now());
        if refusals.len() >= MOST {
            refusals.clear();
        }
        let (count, since) = refusals.entry(network.to_owned()).or_insert((0, now));
        if now.duration_since(*since) > REFUSALS_FOR {
            (*count, *since) = (0, now);
        }
        *count += 1;
        *count
    }

    /// Notes bytes that came from a network; how many times [`VOLUME`] are to be counted now. What is left
    /// counts with the next ones.
    pub fn weigh(&self, network: &str, bytes: usize) -> usize {
        let weights = &mut self.locked().bytes;
        if weights.len() >= MOST {
            weights.clear();
        }
        let weight = weights.entry(network.to_owned()).or_default();
        *weight += bytes;
        let times = *weight / VOLUME;
        *weight %= VOLUME;
        times
    }

    /// Forgets a connection that is gone.
    pub fn forget(&self, connection: &str) {
        self.locked().people.remove(connection);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_refused_is_so_until_the_time_and_for_that_alone() {
        let senders = Senders::default();
        let later = Time::now().plus(Duration::from_secs(60));
        senders.refuse("ada", Limit::Messages, later);
        senders.refuse("bob", Limit::Messages, Time::default());
        let ends_at = senders.refused_until("ada", Limit::Messages).expect("not over yet");
        assert!(ends_at <= later && ends_at > Time::now().plus(Duration::from_secs(55)));
        assert_eq!(senders.refused_until("ada", Limit::Frames), None);
        assert_eq!(senders.refused_until("bob", Limit::Messages), None);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_refusal_longer() {
        let over = Refusal {
            ends: Instant::now(),
            ..Refusal::until(Time::now().plus(Duration::from_secs(60)))
        };
        assert_eq!(over.end(), None);
    }

    #[test]
    fn bytes_are_counted_once_there_are_enough_of_them() {
        let senders = Senders::default();
        let weigh = |bytes| senders.weigh("192.0.2.7", bytes);
        assert_eq!([weigh(VOLUME - 1), weigh(1), weigh(1), weigh(3 * VOLUME - 1)], [0, 1, 0, 3]);
        assert_eq!(senders.weigh("192.0.2.8", 1), 0);
    }

    #[test]
    fn what_is_remembered_has_a_bound_and_is_forgotten_with_the_connection() {
        let senders = Senders::default();
        for number in 0..=MOST {
            senders.authenticated(&number.to_string(), "ada");
        }
        assert_eq!(senders.locked().people.len(), 1);
        senders.forget(&MOST.to_string());
        assert_eq!(senders.person(&MOST.to_string()), None);
        assert_eq!(["n", "n", "m"].map(|network| senders.count_refusal(network)), [1, 2, 1]);
    }
}
