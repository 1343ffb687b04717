//! The attacks, each from one address.

mod attacker;
mod calls;
mod colleague;
mod frames;
mod log_lines;
mod person;
mod raw;
mod seen;
mod unread;

use std::time::Duration;

use shared::documents::live_connection;
use shared::rate_limit::{Limit, Limits};
use stress::replica_set::Failure;

pub use attacker::Attacker;
pub use log_lines::FORGED;
pub use seen::Seen;

/// What a frame of an attacker's may bring it at most. Of what is done, each of its connections may be
/// brought so much.
const ANSWER: u64 = 4 * 1024;

/// Makes the attacks: none can be without its name.
macro_rules! attacks {
    ($($(#[$about:meta])* $attack:ident = $name:literal,)*) => {
        /// What strangers do, and a colleague who has gone rogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Attack {
            $($(#[$about])* $attack,)*
        }

        impl Attack {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$attack,)*];

            /// As `docs/security.md` names it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$attack => $name,)*
                }
            }
        }
    };
}

attacks! {
    /// Nothing that reaches the live chat, and as much work for this machine's processors.
    Burn = "burn",
    /// Frames of a socket that has proved nothing, as fast as they are answered.
    Pings = "pings",
    /// The same without waiting for answers.
    UnaskedPings = "unasked pings",
    /// Frames that cannot be read.
    Garbage = "garbage",
    /// One visitor's messages over many sockets.
    Messages = "messages",
    /// One visitor looks at pages over many sockets.
    Pages = "pages",
    /// One visitor on as many sockets as all addresses may open.
    OnePerson = "one person",
    /// Wrong passwords for the email of somebody who logs in meanwhile.
    Passwords = "passwords",
    /// Calls that show a bad token, or none.
    Calls = "calls",
    /// Sockets that are opened and closed at once.
    Handshakes = "handshakes",
    /// Requests of which the headers never end.
    HalfRequests = "half requests",
    /// Requests of which the body never ends.
    HalfBodies = "half bodies",
    /// Messages in pieces of which the last one never comes.
    HalfMessages = "half messages",
    /// Frames of a socket that has proved nothing, each socket with another address of one IPv6 network, by
    /// way of a proxy.
    Ipv6 = "IPv6",
    /// Visitors who ask for much over the WebSocket and read nothing.
    Deaf = "deaf",
    /// Who asks for much over HTTP and reads nothing.
    DeafReaders = "deaf readers",
    /// Visitors who come once, with a conversation each.
    NewVisitors = "new visitors",
    /// A rogue colleague stores what it can, and a stranger guesses at its password.
    Filling = "filling",
    /// A rogue colleague goes on while its session logs out.
    Logouts = "logouts",
    /// Texts that would be lines of their own in a log.
    LogLines = "log lines",
    /// Frames that break the WebSocket's own rules: too long, never finished, of no kind.
    BrokenFrames = "broken frames",
    /// Sockets whose sending half is closed while they stay open.
    HalfClosed = "half-closed",
}

impl Attack {
    /// The one of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self, String> {
        let names = || Self::ALL.iter().map(|attack| attack.name()).collect::<Vec<_>>().join(", ");
        let found = Self::ALL.iter().find(|attack| attack.name() == name);
        found.copied().ok_or_else(|| format!("the attacks are {}", names()))
    }

    /// Whether what is done of it is pushed to agents.
    pub fn is_pushed_on(self) -> bool {
        matches!(self, Self::Messages | Self::Pages | Self::OnePerson)
    }

    /// Whether no more was done of what the attackers sent than limits let so many addresses do in that
    /// time, no more came back than follows from it, and what must be cut off was.
    pub fn is_answered_by(self, seen: &Seen, addresses: u8, time: Duration) -> bool {
        let Seen { sent, done, refused, closed, open, wrong, bytes } = *seen;
        let most_open = u64::from(live_connection::MOST);
        let within = |limit, people: u64| sent > 0 && done <= most(limit, time) * people;
        let addresses = u64::from(addresses);
        let is_met = match self {
            Self::Burn => true,
            Self::Pings | Self::UnaskedPings | Self::Garbage | Self::Ipv6 | Self::Pages => {
                within(Limit::Frames, addresses)
            }
            Self::Messages => within(Limit::Messages, addresses),
            // However many addresses it has, and it is told why it is closed.
            Self::OnePerson => {
                within(Limit::Messages, 1) && open <= most_open && closed > 0 && refused > 0
            }
            Self::Passwords => within(Limit::Logins, addresses),
            Self::Calls => within(Limit::Calls, addresses) && refused > 0,
            Self::Handshakes => within(Limit::Handshakes, addresses),
            Self::NewVisitors => within(Limit::Conversations, addresses),
            // Each is counted for itself: what waits for it is bounded by what it may ask for.
            Self::Deaf => within(Limit::Frames, addresses * unread::VISITORS as u64),
            Self::HalfRequests
            | Self::HalfBodies
            | Self::HalfMessages
            | Self::BrokenFrames
            | Self::HalfClosed => closed > 0 && open == 0,
            // One whose answers fit into the machine's own buffers until late may be open a while longer.
            Self::DeafReaders => closed + refused > open,
            // What may not be stored counts as wrong, and `excess` looks at what is.
            Self::Filling => done > 0 && refused > 0,
            Self::Logouts => done > 0,
            // What came of it shows in the log.
            Self::LogLines => done + refused > 0,
        };
        is_met && wrong == 0 && bytes <= (sent + done * most_open) * ANSWER
    }

    /// Attacks for a while.
    ///
    /// # Errors
    /// When the attacker's own machine fails.
    pub async fn run(self, attacker: &Attacker) -> Result<Seen, Failure> {
        Ok(match self {
            Self::Burn => calls::burn(attacker).await?,
            Self::Pings => frames::flood(attacker, async || attacker.open().await, frames::PING).await,
            Self::UnaskedPings => frames::unasked(attacker).await,
            Self::Garbage => frames::flood(attacker, async || attacker.open().await, "{\"id\":1,").await,
            Self::Messages => frames::as_visitor(attacker, "message:send").await?,
            Self::Pages => frames::as_visitor(attacker, "visitor:page").await?,
            Self::OnePerson => person::one_person(attacker).await?,
            Self::Passwords => calls::passwords(attacker).await?,
            Self::Calls => calls::calls(attacker).await?,
            Self::Handshakes => frames::handshakes(attacker).await,
            Self::HalfRequests => raw::halves(attacker, raw::HALF_HEAD).await,
            Self::HalfBodies => raw::halves(attacker, raw::HALF_BODY).await,
            Self::HalfMessages => raw::half_messages(attacker).await,
            Self::Ipv6 => frames::network(attacker).await?,
            Self::Deaf => unread::deaf(attacker).await,
            Self::DeafReaders => unread::deaf_readers(attacker).await,
            Self::NewVisitors => frames::new_visitors(attacker).await?,
            Self::Filling => colleague::filling(attacker).await?,
            Self::Logouts => colleague::logouts(attacker).await?,
            Self::LogLines => log_lines::log_lines(attacker).await?,
            Self::BrokenFrames => raw::raw_sockets(attacker, raw::broken_frames()).await,
            Self::HalfClosed => raw::raw_sockets(attacker, vec![Vec::new()]).await,
        })
    }
}

/// How often something may be done in that time at most by who is counted for itself.
fn most(limit: Limit, time: Duration) -> u64 {
    let rate = Limits::read("").and_then(|limits| limits.rate(limit));
    rate.map_or(0, |rate| {
        let windows = time.as_secs().div_ceil(rate.window.as_secs()) + 1;
        rate.most.unsigned_abs() * windows
    })
}
