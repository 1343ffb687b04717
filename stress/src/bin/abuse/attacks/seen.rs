//! What attackers see.

use std::iter::Sum;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stress::replica_set::Failure;

/// What an attacker saw.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Seen {
    /// What it sent: frames, calls, or connections where these are what is sent.
    pub sent: u64,
    /// What was done of it.
    pub done: u64,
    /// What was refused.
    pub refused: u64,
    /// Connections that were cut off.
    pub closed: u64,
    /// Connections that were still open at the end, where few or none may be.
    pub open: u64,
    /// What must not be: faults of the live chat, and what was done all the same.
    pub wrong: u64,
    /// The bytes that came back.
    pub bytes: u64,
}

impl Seen {
    /// That one thing was refused before it could be sent.
    pub fn refused() -> Self {
        Self { refused: 1, ..Self::default() }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            done: self.done + other.done,
            refused: self.refused + other.refused,
            closed: self.closed + other.closed,
            open: self.open + other.open,
            wrong: self.wrong + other.wrong,
            bytes: self.bytes + other.bytes,
        }
    }

    /// Counts how a connection is that should not be open any more.
    pub fn connection(&mut self, has_ended: bool) {
        self.closed += u64::from(has_ended);
        self.open += u64::from(!has_ended);
    }

    /// Counts a frame that came.
    pub fn frame(&mut self, frame: &Value) {
        match (frame["event"].as_str(), frame["data"]["code"].as_str()) {
            // One that cannot be read has been looked at, too.
            (Some("ack"), _) | (Some("error"), Some("bad_request")) => self.done += 1,
            // The gateway's own words are no event.
            (Some("error"), Some("internal")) | (None, _) => self.wrong += 1,
            (Some("error"), _) => self.refused += 1,
            _ => {}
        }
    }

    /// Counts what became of an event that was sent; whether its socket is still of use.
    pub fn answer(&mut self, answer: &Result<Value, Failure>) -> bool {
        self.sent += 1;
        let Err(error) = answer else {
            self.done += 1;
            return true;
        };
        // Who is refused is told why, as JSON.
        match serde_json::from_str::<Value>(&error.to_string()) {
            Ok(why) if why["code"] == "internal" => self.wrong += 1,
            Ok(_) => self.refused += 1,
            Err(_) => {
                self.closed += 1;
                return false;
            }
        }
        true
    }

    /// Counts the status of a call, 0 for none.
    pub fn status(&mut self, status: u16) {
        match status {
            0 => self.closed += 1,
            200..=299 => self.done += 1,
            // 503 where too many passwords wait to be looked at.
            400..=499 | 503 => self.refused += 1,
            _ => self.wrong += 1,
        }
    }
}

impl Sum for Seen {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::and)
    }
}
