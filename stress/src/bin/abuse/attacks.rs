//! The attacks, each from one address.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep_until, timeout};

use crate::Target;

/// Sockets that one attacker opens for an attack that takes several.
const SOCKETS: usize = 8;
/// Half requests that one attacker leaves open.
const HALF_REQUESTS: usize = 300;
/// How long a socket is waited for that must be closed.
const PATIENCE: Duration = Duration::from_secs(25);
/// Frames that are sent before the answers are looked at.
const FRAMES: usize = 50;

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
    pub const ALL: [Self; 11] = [
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
        }
    }

    /// Whether what the attackers sent was answered by refusals or by cutting them off.
    pub fn is_answered_by(self, seen: &Seen) -> bool {
        match self {
            Self::Pings | Self::Garbage => seen.refused > 0 && seen.closed > 0,
            Self::Messages | Self::Pages | Self::Logins => seen.refused > seen.done,
            Self::NewVisitors => seen.refused > 0,
            Self::BrokenFrames | Self::HalfClosed => seen.sent > 0 && seen.closed == seen.sent,
            // What is bounded is what they hold open.
            Self::Handshakes | Self::HalfRequests | Self::Deaf => seen.sent > 0,
        }
    }

    /// Attacks for a while.
    ///
    /// # Errors
    /// When the attacker's own machine fails.
    pub async fn run(self, target: &Target, from: IpAddr, time: Duration) -> Result<Seen, Failure> {
        let end = Instant::now() + time;
        match self {
            Self::Pings => flood(target, from, end, "{\"event\":\"ping\",\"id\":1}").await,
            Self::Garbage => flood(target, from, end, "{\"id\":1,").await,
            Self::Messages => as_visitor(target, from, end, "message:send").await,
            Self::Pages => as_visitor(target, from, end, "visitor:page").await,
            Self::Logins => logins(target, from, end).await,
            Self::Handshakes => handshakes(target, from, end).await,
            Self::HalfRequests => half_requests(target, from, end).await,
            Self::Deaf => deaf(target, from, end).await,
            Self::BrokenFrames => raw_sockets(target, from, end, broken_frames()).await,
            Self::HalfClosed => raw_sockets(target, from, end, vec![Vec::new()]).await,
            Self::NewVisitors => new_visitors(target, from, end).await,
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
async fn flood(target: &Target, from: IpAddr, end: Instant, text: &str) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    while Instant::now() < end {
        let Ok(mut socket) = Socket::open_from(from, &target.socket).await else {
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

async fn half_requests(target: &Target, from: IpAddr, end: Instant) -> Result<Seen, Failure> {
    let mut open: Vec<TcpStream> = Vec::new();
    let mut seen = Seen::default();
    for _ in 0..HALF_REQUESTS {
        if let Ok(mut stream) = connect(target, from).await
            && stream.write_all(b"GET /health HTTP/1.1\r\nHost: a").await.is_ok()
        {
            open.push(stream);
        }
        seen.sent += 1;
    }
    sleep_until(end).await;
    for mut stream in open {
        let read = timeout(Duration::from_millis(1), stream.read(&mut [0])).await;
        seen.closed += u64::from(matches!(read, Ok(Ok(0) | Err(_))));
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

async fn connect(target: &Target, from: IpAddr) -> Result<TcpStream, Failure> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    Ok(socket.connect(target.http.trim_start_matches("http://").parse()?).await?)
}

/// What clients may not send (RFC 6455, section 5): each of it ends a connection.
fn broken_frames() -> Vec<Vec<u8>> {
    let masked = |head: &[u8]| [head, &[0; 4]].concat();
    let mut endless = masked(&[0x01, 0xFE, 0x7F, 0xFF]);
    endless.extend([b' '; 0x7FFF]);
    let mut pieces = endless.clone();
    for _ in 0..8 {
        pieces.extend(masked(&[0x00, 0xFE, 0x7F, 0xFF]));
        pieces.extend([b' '; 0x7FFF]);
    }
    vec![
        // A length of 2^62, one past a message's bound, and a message in pieces past it.
        masked(&[0x81, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0]),
        masked(&[0x81, 0xFF, 0, 0, 0, 0, 0, 2, 0, 1]),
        pieces,
        // Not masked, of a reserved kind, with a reserved bit, a long ping, a text that is none.
        vec![0x81, 0x02, b'{', b'}'],
        masked(&[0x83, 0x80]),
        masked(&[0xC1, 0x80]),
        [masked(&[0x89, 0xFE, 0x01, 0x00]), vec![b' '; 256]].concat(),
        [masked(&[0x81, 0x82]), vec![0xFF, 0xFE]].concat(),
    ]
}

/// Opens one socket after the other and sends what is to be sent, or closes its own half where that is
/// nothing: each must be closed.
async fn raw_sockets(
    target: &Target,
    from: IpAddr,
    end: Instant,
    contents: Vec<Vec<u8>>,
) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    for content in contents.iter().cycle() {
        if Instant::now() >= end {
            break;
        }
        let mut stream = connect(target, from).await?;
        let handshake = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(handshake.as_bytes()).await?;
        let mut answer = [0; 512];
        let read = stream.read(&mut answer).await?;
        if !answer[..read].starts_with(b"HTTP/1.1 101") {
            // Handshakes are limited, too.
            seen.refused += 1;
            pause(end).await;
            continue;
        }
        seen.sent += 1;
        // It may be cut off before it has sent all.
        let _sent = stream.write_all(content).await;
        if content.is_empty() {
            stream.shutdown().await?;
        }
        let mut rest = Vec::new();
        let ended = timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        seen.closed += u64::from(ended.is_ok());
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
