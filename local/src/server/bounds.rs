//! How much clients may hold open.

use std::thread::available_parallelism;
use std::time::Duration;

use ipnet::IpNet;

use super::buffered;

/// See [`Bounds::patience`].
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// See [`Bounds::at_once`], for each processor: more at once would take longer, each, and be done no sooner.
const AT_ONCE: usize = 8;
/// The same of strangers.
const OF_STRANGERS: usize = 4;
/// The descriptors that are left for all but clients: the database's connections and files.
const OTHER_DESCRIPTORS: u64 = 256;
const MB: usize = 1024 * 1024;

/// How much clients may hold open.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Connections of one address, or of an IPv6 network of 64 bits, which one machine may have to itself
    /// (RFC 6177).
    pub of_address: usize,
    /// Connections of all. Beyond it, the address that has most of them loses one to a newcomer that has
    /// fewer: the oldest that is unfinished, else the newest, unless an agent is connected from there.
    pub of_all: usize,
    /// Connections of all that are unfinished: no whole request has come over them, or as a WebSocket no
    /// whole message. Beyond it, the address that has most of them loses the oldest to a newcomer that has
    /// fewer.
    pub unfinished: usize,
    /// Requests and frames of all that are begun within half a second; addresses take turns. Those from where
    /// an agent is connected have as many for themselves: in an office there are more people than elsewhere.
    /// For calls that are slow there are as many again.
    pub at_once: usize,
    /// The same for strangers: addresses that have just come, and those that were refused something
    /// lately. However many they are, they hold up nobody else.
    pub of_strangers: usize,
    /// Requests that wait for their turn, of strangers, of those who are known, and of those from where an agent
    /// is connected, each, and as many slow calls of each. Beyond it, those are refused whose turn is much
    /// further away than others', else who comes last.
    pub waiting: usize,
    /// For how long an address is a stranger's that has just come.
    pub strange_for: Duration,
    /// How long a client may take to send a request's line and headers, its body, or to read what it is
    /// sent, each.
    pub patience: Duration,
    /// The bytes of requests and messages that are unfinished, wait for their turn, or are worked on, and of
    /// answers that wait to be read.
    pub bytes: buffered::Most,
    /// Proxies in front of this machine, which say in `X-Forwarded-For` from where a request comes.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            of_address: usize::MAX,
            of_all: usize::MAX,
            unfinished: usize::MAX,
            at_once: usize::MAX,
            of_strangers: usize::MAX,
            waiting: usize::MAX,
            strange_for: Duration::from_secs(10),
            patience: PATIENCE,
            bytes: buffered::Most { of_address: usize::MAX, of_all: usize::MAX },
            trusted_proxies: Vec::new(),
        }
    }
}

impl Bounds {
    /// What one address and all together may hold open, as far as this machine has descriptors.
    ///
    /// # Errors
    /// When the system does not say how many there are, or how many processors.
    pub fn of_this_machine() -> std::io::Result<Self> {
        let descriptors = rlimit::increase_nofile_limit(u64::MAX)?.saturating_sub(OTHER_DESCRIPTORS);
        let of_all = usize::try_from(descriptors).unwrap_or(usize::MAX);
        let processors = available_parallelism()?.get();
        Ok(Self {
            of_address: 256,
            of_all,
            unfinished: 1024,
            at_once: AT_ONCE * processors,
            of_strangers: OF_STRANGERS * processors,
            waiting: 1024,
            bytes: buffered::Most { of_address: 8 * MB, of_all: 24 * MB },
            ..Self::default()
        })
    }
}
