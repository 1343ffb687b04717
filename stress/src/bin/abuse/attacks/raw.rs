//! Attacks on the sockets themselves.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use stress::replica_set::Failure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep_until, timeout};

use super::{Seen, pause};
use crate::Target;

/// Half requests that one attacker leaves open.
const HALF_REQUESTS: usize = 300;
/// Messages that one attacker begins.
const HALF_MESSAGES: usize = 200;
/// How long a socket is waited for that must be closed.
const PATIENCE: Duration = Duration::from_secs(25);

/// Leaves requests unfinished.
pub async fn half_requests(target: &Target, from: IpAddr, end: Instant) -> Result<Seen, Failure> {
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
    seen.closed = count_closed(open).await;
    Ok(seen)
}

async fn count_closed(open: Vec<TcpStream>) -> u64 {
    let mut closed = 0;
    for mut stream in open {
        let read = timeout(Duration::from_millis(1), stream.read(&mut [0])).await;
        closed += u64::from(matches!(read, Ok(Ok(0) | Err(_))));
    }
    closed
}

/// Sends most of the longest message that there may be, over as many sockets as it gets.
pub async fn half_messages(target: &Target, from: IpAddr, end: Instant) -> Result<Seen, Failure> {
    let mut open: Vec<TcpStream> = Vec::new();
    let mut seen = Seen::default();
    for _ in 0..HALF_MESSAGES {
        let Some(mut stream) = shake_hands(target, from).await else {
            seen.refused += 1;
            continue;
        };
        seen.sent += 1;
        // It may be cut off before it has sent all.
        let _sent = stream.write_all(&pieces(3)).await;
        open.push(stream);
    }
    sleep_until(end).await;
    seen.closed = count_closed(open).await;
    Ok(seen)
}

/// A socket by hand, if it is let in.
async fn shake_hands(target: &Target, from: IpAddr) -> Option<TcpStream> {
    let mut stream = connect(target, from).await.ok()?;
    let handshake = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(handshake.as_bytes()).await.ok()?;
    let mut answer = [0; 512];
    let read = stream.read(&mut answer).await.ok()?;
    answer[..read].starts_with(b"HTTP/1.1 101").then_some(stream)
}

async fn connect(target: &Target, from: IpAddr) -> Result<TcpStream, Failure> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    Ok(socket.connect(target.http.trim_start_matches("http://").parse()?).await?)
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
pub async fn raw_sockets(
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
        let Some(mut stream) = shake_hands(target, from).await else {
            // Handshakes are limited, too.
            seen.refused += 1;
            pause(end).await;
            continue;
        };
        seen.sent += 1;
        // It may be cut off before it has sent all.
        let _sent = stream.write_all(content).await;
        if content.is_empty() {
            // It may be closed already.
            let _shut = stream.shutdown().await;
        }
        let mut rest = Vec::new();
        let ended = timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        seen.closed += u64::from(ended.is_ok());
    }
    Ok(seen)
}
