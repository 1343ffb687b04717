//! How often something may be done, so that nobody can wear the service out or guess a password.

use std::time::Duration;

use crate::time::duration;
use crate::{Error, Result, Time};

/// So many times in so much time, from the first time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Rate {
    /// How many times, 1 or more.
    pub most: i64,
    pub window: Duration,
}

const fn rate(most: i64, seconds: u64) -> Option<Rate> {
    Some(Rate { most, window: Duration::from_secs(seconds) })
}

/// Makes the limits: none can be without its name and the rate that holds unless another is configured.
macro_rules! limits {
    ($($(#[$about:meta])* $limit:ident = $name:literal, $most:literal in $seconds:literal;)*) => {
        /// What is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Limit {
            $($(#[$about])* $limit,)*
        }

        impl Limit {
            /// All of them, each with the rate that holds by default.
            pub const ALL: &[(Self, Option<Rate>)] = &[$((Self::$limit, rate($most, $seconds)),)*];

            /// As it is configured and stored.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$limit => $name,)*
                }
            }
        }
    };
}

limits! {
    /// Logins from an address that failed.
    Logins = "logins", 5 in 20;
    /// Logins with an email from a network that failed.
    LoginsByEmail = "logins_by_email", 20 in 300;
    /// Wrong logins with an email from wherever, past which only networks get in that have before.
    WrongLogins = "wrong_logins", 100 in 3600;
    /// Tries of one's own present password.
    PasswordChanges = "password_changes", 10 in 300;
    /// Registrations from an address.
    Registrations = "registrations", 20 in 600;
    /// Visitors that connect from an address.
    Visits = "visits", 60 in 60;
    /// Conversations that are started from an address.
    Conversations = "conversations", 20 in 600;
    /// Messages of a person, over the socket and over HTTP.
    Messages = "messages", 30 in 10;
    /// Notices of typing of a person.
    Typing = "typing", 30 in 10;
    /// Every other frame of a person, or of an address before it has authenticated.
    Frames = "frames", 100 in 10;
    /// [`VOLUME`] bytes of what comes from an address, agents' aside.
    Volume = "volume", 500 in 86_400;
    /// Frames of conversations, and of presence, that one process pushes to a connection.
    Pushes = "pushes", 200 in 1;
    /// Connections that an address opens.
    Handshakes = "handshakes", 120 in 60;
    /// Connections of an address that were closed since they went on past their limits.
    Floods = "floods", 1 in 60;
    /// HTTP calls with a token, and from an address where no token is asked.
    Calls = "calls", 600 in 60;
}

/// The bytes that are counted as one of [`Limit::Volume`].
pub const VOLUME: usize = 128 * 1024;

/// The limits that are in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits(Vec<(Limit, Option<Rate>)>);

impl Limits {
    /// Reads changes of the rates that hold by default, as in `logins=10/1m,typing=off`; `off` alone is
    /// no limit at all.
    pub fn read(text: &str) -> Option<Self> {
        if text.trim() == "off" {
            return Some(Self(Limit::ALL.iter().map(|(limit, _)| (*limit, None)).collect()));
        }
        let mut limits = Limit::ALL.to_vec();
        for change in text.split(',').map(str::trim).filter(|change| !change.is_empty()) {
            let (name, rate) = change.split_once('=')?;
            let (_, known) = limits.iter_mut().find(|(limit, _)| limit.name() == name.trim())?;
            *known = match rate.trim() {
                "off" => None,
                rate => {
                    let (most, window) = rate.split_once('/')?;
                    let most = most.trim().parse().ok().filter(|most| *most >= 1)?;
                    Some(Rate { most, window: duration(window)? })
                }
            };
        }
        Some(Self(limits))
    }

    /// Whether nothing is limited.
    pub fn are_off(&self) -> bool {
        self.0.iter().all(|(_, rate)| rate.is_none())
    }

    /// The rate of a limit, if it is in force.
    pub fn rate(&self, limit: Limit) -> Option<Rate> {
        self.0.iter().find(|(known, _)| *known == limit).and_then(|(_, rate)| *rate)
    }
}

/// How often something was done since a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Counted {
    pub count: i64,
    pub ends_at: Time,
}

impl Counted {
    /// As it would be, counted once more.
    pub fn once_more(self) -> Self {
        Self { count: self.count + 1, ..self }
    }

    /// Refuses what is past a rate.
    /// Errors: rate limited.
    pub fn refuse_past(self, rate: Rate) -> Result<()> {
        if self.count <= rate.most {
            return Ok(());
        }
        let millis = self.ends_at.millis() - Time::now().millis();
        Err(Error::rate_limited(Duration::from_millis(millis.try_into().unwrap_or(0))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_and_the_rest_stays() {
        let limits = Limits::read(" logins=10/1m, typing=off ").unwrap();
        assert_eq!(limits.rate(Limit::Logins), rate(10, 60));
        assert_eq!(limits.rate(Limit::Typing), None);
        assert_eq!(limits.rate(Limit::LoginsByEmail), rate(20, 300));
        assert_eq!(Limits::read("off").unwrap().rate(Limit::Logins), None);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in ["logins", "logins=", "logins=0/1m", "logins=5/soon", "nothing=5/1m", "logins=-1/1m"]
        {
            assert_eq!(Limits::read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_past_a_rate_is_refused_until_counting_begins_anew() {
        let rate = Rate { most: 2, window: Duration::from_secs(60) };
        let counted = |count| Counted { count, ends_at: Time::now().plus(Duration::from_secs(30)) };
        assert!(counted(2).refuse_past(rate).is_ok());
        let refused = serde_json::to_value(counted(3).refuse_past(rate).unwrap_err()).unwrap();
        assert!((1..=30).contains(&refused["retryAfter"].as_i64().unwrap()), "{refused}");
    }
}
