//! Attacks on the connections themselves.

use std::time::Duration;

use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::attacker::{Attacker, ends};
use super::seen::Seen;

/// The beginning of a request's head, and of its body.
pub const HALF_HEAD: &str = "GET /health HTTP/1.1\r\nHost: a";
/// See [`HALF_HEAD`].
pub const HALF_BODY: &str = "POST /api/auth/login HTTP/1.1\r\nHost: a\r\n\
    Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";

/// Half requests of one attacker: more than an address may hold.
const HALF_REQUESTS: usize = 300;
/// Between two bytes of one.
const DRIP: Duration = Duration::from_secs(1);
/// Messages that one attacker begins.
const HALF_MESSAGES: usize = 200;
/// How much longer than its patience the live chat may take to close a connection.
pub const MARGIN: Duration = Duration::from_secs(8);
/// How long a socket is waited for that must be closed at once.
const AT_ONCE: Duration = Duration::from_secs(25);

/// Begins requests and goes on with each by a byte a second.
pub async fn halves(attacker: &Attacker, begun: &str) -> Seen {
    join_all((0..HALF_REQUESTS).map(|_| half(attacker, begun))).await.into_iter().sum()
}

async fn half(attacker: &Attacker, begun: &str) -> Seen {
    let mut seen = Seen::default();
    let Ok(mut stream) = attacker.connect(None).await else { return Seen::refused() };
    seen.sent = 1;
    let by = Instant::now() + attacker.patience + MARGIN;
    // It may be cut off already, which is seen below.
    let _sent = stream.write_all(begun.as_bytes()).await;
    let mut has_ended = false;
    while !has_ended && Instant::now() < by {
        has_ended = ends(&mut stream, Instant::now() + DRIP).await;
        let _sent = stream.write_all(b" ").await;
    }
    seen.connection(has_ended);
    seen
}

/// Sends most of the longest message that there may be, over as many sockets as it gets.
pub async fn half_messages(attacker: &Attacker) -> Seen {
    join_all((0..HALF_MESSAGES).map(|_| half_message(attacker))).await.into_iter().sum()
}

async fn half_message(attacker: &Attacker) -> Seen {
    let mut seen = Seen::default();
    let Some(mut stream) = shake_hands(attacker).await else { return Seen::refused() };
    seen.sent = 1;
    // It may be cut off before it has sent all.
    let _sent = stream.write_all(&pieces(3)).await;
    seen.connection(ends(&mut stream, Instant::now() + attacker.patience + MARGIN).await);
    seen
}

/// A socket by hand, if it is let in.
async fn shake_hands(attacker: &Attacker) -> Option<TcpStream> {
    let mut stream = attacker.connect(None).await.ok()?;
    let handshake = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(handshake.as_bytes()).await.ok()?;
    let mut answer = [0; 512];
    let read = stream.read(&mut answer).await.ok()?;
    answer[..read].starts_with(b"HTTP/1.1 101").then_some(stream)
}

/// Sends a request that asks for the connection to be closed; the status of its answer, 0 for none.
pub async fn exchange(attacker: &Attacker, request: &str) -> u16 {
    let Ok(mut stream) = attacker.connect(None).await else { return 0 };
    // It may be answered before it is whole.
    let _sent = stream.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    // What has come before a cut is kept.
    let _ended = timeout(AT_ONCE, stream.read_to_end(&mut answer)).await;
    let status = String::from_utf8_lossy(&answer).split_whitespace().nth(1).map(str::parse::<u16>);
    status.and_then(Result::ok).unwrap_or(0)
}

/// A message in as many pieces as large as frames may be, without the last one.
fn pieces(count: usize) -> Vec<u8> {
    let piece = |kind| [&[kind, 0xFE, 0x7F, 0xFF, 0, 0, 0, 0], [b' '; 0x7FFF].as_slice()].concat();
    let rest = std::iter::repeat_n(piece(0x00), count.saturating_sub(1)).flatten();
    piece(0x01).into_iter().chain(rest).collect()
}

/// What clients may not send (RFC 6455, section 5): each of it ends a connection.
pub fn broken_frames() -> Vec<Vec<u8>> {
    let masked = |head: &[u8]| [head, &[0; 4]].concat();
    vec![
        // A length of 2^62, one past a message's bound, and a message in pieces past it.
        masked(&[0x81, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0]),
        masked(&[0x81, 0xFF, 0, 0, 0, 0, 0, 2, 0, 1]),
        pieces(9),
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
pub async fn raw_sockets(attacker: &Attacker, contents: Vec<Vec<u8>>) -> Seen {
    let mut seen = Seen::default();
    for content in contents.iter().cycle() {
        if !attacker.goes_on() {
            break;
        }
        let Some(mut stream) = shake_hands(attacker).await else {
            // Handshakes are limited, too.
            seen.refused += 1;
            attacker.pause().await;
            continue;
        };
        seen.sent += 1;
        // It may be cut off before it has sent all.
        let _sent = stream.write_all(content).await;
        if content.is_empty() {
            // It may be closed already.
            let _shut = stream.shutdown().await;
        }
        seen.connection(ends(&mut stream, Instant::now() + AT_ONCE).await);
    }
    seen
}
