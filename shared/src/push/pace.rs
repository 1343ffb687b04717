//! How much a connection is pushed of a kind: past the limit it is told once to ask anew for what it shows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::rate_limit::Rate;

/// So many connections are remembered; then all are forgotten, which does no harm.
const MOST: usize = 20_000;

/// What connections were pushed lately by this process; cheap to clone.
#[derive(Clone)]
pub(super) struct Pace {
    most: Option<Rate>,
    lately: Arc<Mutex<HashMap<(String, Kind), Pushes>>>,
}

/// What a push is about: each kind has the limit for itself, so that a visitor who turns pages displaces
/// nobody's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// What happens in conversations.
    Conversations,
    /// Who is there, and on which page.
    Presence,
}

struct Pushes {
    ends_at: Instant,
    count: i64,
}

/// What becomes of a frame for a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is posted.
    Post,
    /// It is the first one too many: when the window has ended, the connection is told to ask anew.
    Resync(Instant),
    /// It is left out, since the connection will ask anew.
    Leave,
}

impl Pace {
    /// Lets `most` frames of each kind pass to each connection.
    pub fn new(most: Option<Rate>) -> Self {
        Self { most, lately: Arc::default() }
    }

    /// Counts a frame for a connection.
    pub fn turn(&self, connection: &str, kind: Kind, now: Instant) -> Turn {
        let Some(rate) = self.most else { return Turn::Post };
        let mut known = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        let anew = || Pushes { ends_at: now + rate.window, count: 0 };
        let pushes = known.entry((connection.to_owned(), kind)).or_insert_with(anew);
        if pushes.ends_at <= now {
            *pushes = anew();
        }
        pushes.count += 1;
        match pushes.count - rate.most {
            ..=0 => Turn::Post,
            1 => Turn::Resync(pushes.ends_at),
            _ => Turn::Leave,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_too_much_is_left_out_and_told_once_at_the_end_and_displaces_no_other_kind() {
        let pace = Pace::new(Some(Rate { most: 2, window: Duration::from_secs(1) }));
        let turns = |now| [0; 5].map(|_| pace.turn("c", Kind::Presence, now));
        let now = Instant::now();
        let ends_at = now + Duration::from_secs(1);
        let expected = [Turn::Post, Turn::Post, Turn::Resync(ends_at), Turn::Leave, Turn::Leave];
        assert_eq!(turns(now), expected);
        assert_eq!(pace.turn("another", Kind::Presence, now), Turn::Post);
        assert_eq!(pace.turn("c", Kind::Conversations, now), Turn::Post, "it is not displaced");
        assert_eq!(turns(ends_at)[..2], [Turn::Post, Turn::Post]);
    }
}
