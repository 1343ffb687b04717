//! Attacks of those who ask for much and read nothing.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::attacker::{Attacker, listen};
use super::raw::MARGIN;
use super::seen::Seen;

/// Visitors of an address: as many as its limit of conversations lets have one.
pub const VISITORS: usize = 20;
/// Sockets of each, and all together as many as the limit of visits lets come.
const SOCKETS: usize = 3;
/// Messages that are asked for at once: as much as a frame has room for.
const MESSAGES: usize = 3;
/// How long a socket may take to send before it is tried again.
const BLOCKED: Duration = Duration::from_millis(500);
/// How long what has come is looked at in the end.
const LOOK: Duration = Duration::from_secs(1);

/// Asks for conversations again and again, whose messages are not read.
pub async fn deaf(attacker: &Attacker) -> Seen {
    let coming = (0..VISITORS).map(|number| async move {
        let Ok((sockets, frame)) = come(attacker, number).await else { return Seen::refused() };
        let asking = sockets.into_iter().map(|socket| ask_unheard(attacker, socket, &frame));
        join_all(asking).await.into_iter().sum::<Seen>()
    });
    join_all(coming).await.into_iter().sum()
}

/// The sockets of a visitor, and the frame that asks for much.
async fn come(attacker: &Attacker, number: usize) -> Result<(Vec<Socket>, String), Failure> {
    let session = format!("the-session-of-the-deaf-{}-{number}", attacker.from);
    let mut first = attacker.visitor(&session).await?;
    let long = "x".repeat(8000);
    let started = first.ask("conversation:start", json!({ "message": long })).await?;
    let id = &started["conversation"]["_id"];
    for _ in 1..MESSAGES {
        first.ask("message:send", json!({ "conversationId": id, "content": long })).await?;
    }
    let data = json!({ "conversationId": id });
    let frame = json!({ "action": "conversation", "event": "conversation:join", "id": 1, "data": data });
    let mut sockets = vec![first];
    for _ in 1..SOCKETS {
        sockets.push(attacker.visitor(&session).await?);
    }
    Ok((sockets, frame.to_string()))
}

async fn ask_unheard(attacker: &Attacker, mut socket: Socket, frame: &str) -> Seen {
    let (mut seen, before) = (Seen::default(), socket.received());
    // It takes a while to come.
    let end = attacker.end.max(Instant::now() + LOOK);
    while Instant::now() < end {
        match timeout(BLOCKED, socket.send(frame.to_owned())).await {
            Ok(Ok(())) => seen.sent += 1,
            Ok(Err(_)) => break,
            // It is not read any more.
            Err(_) => {}
        }
    }
    let is_open = listen(&mut socket, Instant::now() + LOOK, |frame| seen.frame(frame)).await;
    seen.closed += u64::from(!is_open);
    seen.bytes = socket.received() - before;
    seen
}

/// Connections of one address on which nothing is read.
const READERS: usize = 16;
/// What the machine may keep for one of them: as little as there is.
const RECEIVE_BUFFER: u32 = 2048;
/// The largest files that there are for everybody.
const PAGES: [&str; 4] =
    ["/api/openapi.json", "/api/docs/events.json", "/api/asyncapi.json", "/widget.js"];
/// Between two times that all are asked for.
const BETWEEN: Duration = Duration::from_millis(50);

/// Asks for files again and again, which are not read.
pub async fn deaf_readers(attacker: &Attacker) -> Seen {
    join_all((0..READERS).map(|_| deaf_reader(attacker))).await.into_iter().sum()
}

async fn deaf_reader(attacker: &Attacker) -> Seen {
    let mut seen = Seen::default();
    let Ok(mut stream) = attacker.connect(Some(RECEIVE_BUFFER)).await else { return Seen::refused() };
    let requests: String =
        PAGES.iter().map(|page| format!("GET {page} HTTP/1.1\r\nHost: a\r\n\r\n")).collect();
    // To read is what would keep it open: that it was cut off shows when more is sent.
    let by = attacker.end.max(Instant::now() + attacker.patience + MARGIN);
    while Instant::now() < by {
        match timeout_at(by, stream.write_all(requests.as_bytes())).await {
            Ok(Ok(())) => seen.sent += PAGES.len() as u64,
            Ok(Err(_)) => {
                seen.connection(true);
                return seen;
            }
            Err(_) => break,
        }
        sleep(BETWEEN).await;
    }
    // Who is refused is sent little, and need not be cut off.
    let mut answers = Vec::new();
    let _open = timeout(LOOK, stream.read_to_end(&mut answers)).await;
    match answers.windows(12).any(|part| part == b"HTTP/1.1 429") {
        true => seen.refused += 1,
        false => seen.connection(false),
    }
    seen
}
