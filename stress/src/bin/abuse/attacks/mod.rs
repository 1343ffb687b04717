//! The attacks, each from one address.

mod raw;

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use shared::rate_limit::{Limit, Limits};
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::time::{Instant, sleep_until, timeout};

use crate::Target;

/// Sockets that one attacker opens for an attack that takes several.
const SOCKETS: usize = 8;
/// Frames that are sent before the answers are looked at.
const FRAMES: usize = 50;
const PING: &str = "{\"event\":\"ping\",\"id\":1}";

/// What strangers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// Frames of a socket that has proved nothing, as fast as they go.
    Pings,
    /// Frames that cannot be read.
    Garbage,
    /// One visitor's messages over many sockets.
    Messages,
    /// One visitor looks at pages over many sockets.
    Pages,
    /// Wrong passwords for the agent's email.
    Logins,
    /// Sockets that are opened and closed at once.
    Handshakes,
    /// Requests that are never finished.
    HalfRequests,
    /// A visitor that asks for much and reads nothing.
    Deaf,
    /// Frames that break the WebSocket's own rules: too long, never finished, of no kind.
    BrokenFrames,
    /// Sockets whose sending half is closed while they stay open.
    HalfClosed,
    /// Visitors who come once, with a conversation each, to fill the database.
    NewVisitors,
    /// Frames of a socket that has proved nothing, each socket with another address of one IPv6 network, by
    /// way of a proxy.
    Network,
    /// Messages in pieces of which the last one never comes.
    HalfMessages,
}

/// What an attacker saw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// What it sent.
    pub sent: u64,
    /// What was done of it.
    pub done: u64,
    /// What was refused.
    pub refused: u64,
    /// How often it was cut off.
    pub closed: u64,
}

impl Seen {
    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            done: self.done + other.done,
            refused: self.refused + other.refused,
            closed: self.closed + other.closed,
        }
    }
}

impl Attack {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Pings,
        Self::Garbage,
        Self::Messages,
        Self::Pages,
        Self::Logins,
        Self::Handshakes,
        Self::HalfRequests,
        Self::Deaf,
        Self::BrokenFrames,
        Self::HalfClosed,
        Self::NewVisitors,
        Self::Network,
        Self::HalfMessages,
    ];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pings => "pings of nobody",
            Self::Garbage => "unreadable frames",
            Self::Messages => "messages on 8 sockets",
            Self::Pages => "page views on 8 sockets",
            Self::Logins => "wrong passwords",
            Self::Handshakes => "handshakes",
            Self::HalfRequests => "half requests",
            Self::Deaf => "asking without reading",
            Self::BrokenFrames => "broken WebSocket frames",
            Self::HalfClosed => "half-closed sockets",
            Self::NewVisitors => "new visitors and chats",
            Self::Network => "an IPv6 network's pings",
            Self::HalfMessages => "messages without an end",
        }
    }

    /// Whether no more was done of what the attackers sent than limits let so many addresses do in that
    /// time, and what breaks rules was cut off.
    pub fn is_answered_by(self, seen: &Seen, addresses: u8, time: Duration) -> bool {
        let limit = match self {
            Self::Pings | Self::Garbage | Self::Network | Self::Pages => Limit::Frames,
            Self::Messages => Limit::Messages,
            Self::Logins => Limit::Logins,
            Self::NewVisitors => Limit::Conversations,
            Self::Handshakes => Limit::Handshakes,
            Self::BrokenFrames | Self::HalfClosed => return seen.sent > 0 && seen.closed == seen.sent,
            // What is bounded is what they hold open.
            Self::HalfRequests | Self::Deaf => return seen.sent > 0,
            Self::HalfMessages => return seen.closed > 0,
        };
        let rate = Limits::read("").and_then(|limits| limits.rate(limit));
        let most = rate.map_or(0, |rate| {
            let windows = time.as_secs().div_ceil(rate.window.as_secs()) + 1;
            rate.most.unsigned_abs() * windows * u64::from(addresses)
        });
        seen.sent > 0 && seen.done <= most
    }

    /// Attacks for a while.
    ///
    /// # Errors
    /// When the attacker's own machine fails.
    pub async fn run(self, target: &Target, from: IpAddr, time: Duration) -> Result<Seen, Failure> {
        let end = Instant::now() + time;
        match self {
            Self::Pings => {
                flood(async || Socket::open_from(from, &target.socket).await, end, PING).await
            }
            Self::Garbage => {
                flood(async || Socket::open_from(from, &target.socket).await, end, "{\"id\":1,").await
            }
            Self::Messages => as_visitor(target, from, end, "message:send").await,
            Self::Pages => as_visitor(target, from, end, "visitor:page").await,
            Self::Logins => logins(target, from, end).await,
            Self::Handshakes => handshakes(target, from, end).await,
            Self::HalfRequests => raw::half_requests(target, from, end).await,
            Self::Deaf => deaf(target, from, end).await,
            Self::BrokenFrames => raw::raw_sockets(target, from, end, raw::broken_frames()).await,
            Self::HalfClosed => raw::raw_sockets(target, from, end, vec![Vec::new()]).await,
            Self::NewVisitors => new_visitors(target, from, end).await,
            Self::Network => network(target, from, end).await,
            Self::HalfMessages => raw::half_messages(target, from, end).await,
        }
    }
}

/// Counts an answer.
fn count(seen: &mut Seen, frame: &Value) {
    match frame["event"].as_str() {
        Some("error") => seen.refused += 1,
        Some("ack") => seen.done += 1,
        _ => {}
    }
}

/// Sends one text again and again, and comes back whenever it is cut off.
async fn flood(
    mut open: impl AsyncFnMut() -> Result<Socket, Failure>,
    end: Instant,
    text: &str,
) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    while Instant::now() < end {
        let Ok(mut socket) = open().await else {
            seen.closed += 1;
            pause(end).await;
            continue;
        };
        while Instant::now() < end {
            let mut sent = 0;
            while sent < FRAMES && socket.send(text.to_owned()).await.is_ok() {
                sent += 1;
            }
            seen.sent += sent as u64;
            let mut answered = 0;
            while answered < sent {
                match socket.receive().await {
                    Ok(frame) if frame["event"] == "pong" => {}
                    Ok(frame) => {
                        count(&mut seen, &frame);
                        answered += 1;
                    }
                    Err(_) => break,
                }
            }
            if answered < FRAMES {
                seen.closed += 1;
                break;
            }
        }
    }
    Ok(seen)
}

/// What the machines of one network do behind a proxy.
async fn network(target: &Target, proxy: IpAddr, end: Instant) -> Result<Seen, Failure> {
    let IpAddr::V4(own) = proxy else { return Err("the proxy has an address of IPv4".into()) };
    let prefix =
        u128::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0)) | u128::from(own.to_bits()) << 64;
    let flooding = (0..SOCKETS).map(|socket| {
        let mut machines = (socket..).step_by(SOCKETS);
        let open = async move || {
            let machine = machines.next().ok_or("there are no machines left")? as u128;
            let address = Ipv6Addr::from_bits(prefix | machine);
            Socket::open_for(address.into(), proxy, &target.socket).await
        };
        flood(open, end, PING)
    });
    let seen = join_all(flooding).await.into_iter().collect::<Result<Vec<Seen>, Failure>>()?;
    Ok(seen.into_iter().fold(Seen::default(), Seen::and))
}

async fn pause(end: Instant) {
    sleep_until((Instant::now() + Duration::from_millis(50)).min(end)).await;
}

/// One visitor on several sockets sends as fast as it is answered.
async fn as_visitor(target: &Target, from: IpAddr, end: Instant, event: &str) -> Result<Seen, Failure> {
    let session = format!("the-session-of-the-attacker-{from}");
    let mut first = Socket::open_from(from, &target.socket).await?;
    first.ask("visitor:connect", json!({ "sessionId": session })).await?;
    let started = first.ask("conversation:start", json!({})).await;
    let conversation = started.map(|started| started["conversation"]["_id"].clone()).unwrap_or_default();
    let mut sockets = vec![first];
    for _ in 1..SOCKETS {
        let mut socket = Socket::open_from(from, &target.socket).await?;
        socket.ask("visitor:connect", json!({ "sessionId": session })).await?;
        sockets.push(socket);
    }
    let sending = sockets.into_iter().map(|mut socket| {
        let data = json!({
            "conversationId": conversation, "content": "x".repeat(1000),
            "url": format!("/{}", "x".repeat(1000)),
        });
        async move {
            let mut seen = Seen::default();
            while Instant::now() < end {
                seen.sent += 1;
                match socket.ask(event, data.clone()).await {
                    Ok(_) => seen.done += 1,
                    Err(error) if error.to_string().contains("rate_limited") => seen.refused += 1,
                    Err(_) => {
                        seen.closed += 1;
                        break;
                    }
                }
                socket.take_unread().for_each(drop);
            }
            seen
        }
    });
    Ok(join_all(sending).await.into_iter().fold(Seen::default(), Seen::and))
}

async fn logins(target: &Target, from: IpAddr, end: Instant) -> Result<Seen, Failure> {
    let client = reqwest::Client::builder().local_address(from).build()?;
    let url = format!("{}/api/auth/login", target.http);
    let body = json!({ "email": "ada@example.com", "password": "a guess" });
    let mut seen = Seen::default();
    while Instant::now() < end {
        seen.sent += 1;
        match client.post(&url).json(&body).send().await {
            Ok(answer) if answer.status() == 401 => seen.done += 1,
            Ok(answer) if answer.status() == 429 => seen.refused += 1,
            _ => seen.closed += 1,
        }
    }
    Ok(seen)
}

async fn handshakes(target: &Target, from: IpAddr, end: Instant) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    while Instant::now() < end {
        let opening = (0..SOCKETS).map(|_| Socket::open_from(from, &target.socket));
        for opened in join_all(opening).await {
            seen.sent += 1;
            match opened {
                Ok(_) => seen.done += 1,
                Err(_) => seen.refused += 1,
            }
        }
    }
    Ok(seen)
}

/// Joins its conversation again and again, whose messages it never reads.
async fn deaf(target: &Target, from: IpAddr, end: Instant) -> Result<Seen, Failure> {
    let mut socket = Socket::open_from(from, &target.socket).await?;
    let session = format!("the-session-of-the-deaf-{from}");
    socket.ask("visitor:connect", json!({ "sessionId": session })).await?;
    let long = json!({ "message": "x".repeat(8000) });
    let started = socket.ask("conversation:start", long).await?;
    let data = json!({ "conversationId": started["conversation"]["_id"] });
    let frame = json!({ "event": "conversation:join", "id": 1, "data": data }).to_string();
    let mut seen = Seen::default();
    while Instant::now() < end {
        match timeout(Duration::from_millis(500), socket.send(frame.clone())).await {
            Ok(Ok(())) => seen.sent += 1,
            Ok(Err(_)) => {
                seen.closed += 1;
                break;
            }
            // It is not read any more.
            Err(_) => seen.refused += 1,
        }
    }
    Ok(seen)
}

/// Comes as somebody else each time, and starts a conversation.
async fn new_visitors(target: &Target, from: IpAddr, end: Instant) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    let mut socket = Socket::open_from(from, &target.socket).await?;
    let message = json!({ "message": "x".repeat(8000) });
    while Instant::now() < end {
        seen.sent += 1;
        let session = format!("the-session-of-{from}-number-{}", seen.sent);
        let came = socket.ask("visitor:connect", json!({ "sessionId": session })).await;
        let done = match came {
            Ok(_) => socket.ask("conversation:start", message.clone()).await,
            refused => refused,
        };
        match done {
            Ok(_) => seen.done += 1,
            Err(_) => seen.refused += 1,
        }
        // A connection is one person's.
        match Socket::open_from(from, &target.socket).await {
            Ok(another) => socket = another,
            Err(_) => {
                seen.closed += 1;
                pause(end).await;
            }
        }
    }
    Ok(seen)
}
