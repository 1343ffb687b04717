//! Attacks with frames.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::time::{Instant, timeout_at};

use super::attacker::{Attacker, listen};
use super::seen::Seen;

/// Sockets that one attacker opens for an attack that takes several.
pub const SOCKETS: usize = 8;
/// A ping.
pub const PING: &str = "{\"event\":\"ping\",\"id\":1}";
/// Frames that are sent before the answers are looked at.
const FRAMES: u64 = 50;
/// Frames that each socket sends and does not wait: far more than are read before they are answered.
const UNASKED: u64 = 2500;
/// How long the answers to these may take to begin.
const ANSWERS: Duration = Duration::from_millis(500);

/// Sends one text again and again, and comes back whenever it is cut off.
pub async fn flood(
    attacker: &Attacker,
    mut open: impl AsyncFnMut() -> Result<Socket, Failure>,
    text: &str,
) -> Seen {
    let mut seen = Seen::default();
    while attacker.goes_on() {
        let Ok(mut socket) = open().await else {
            seen.refused += 1;
            attacker.pause().await;
            continue;
        };
        while attacker.goes_on() && send_some(&mut socket, text, &mut seen).await {}
        seen.bytes += socket.received();
    }
    seen
}

/// Sends frames and takes their answers; whether all have come.
async fn send_some(socket: &mut Socket, text: &str, seen: &mut Seen) -> bool {
    let mut sent = 0;
    while sent < FRAMES && socket.send(text.to_owned()).await.is_ok() {
        sent += 1;
    }
    seen.sent += sent;
    let mut answered = 0;
    while answered < sent {
        let Ok(frame) = socket.receive().await else { break };
        seen.frame(&frame);
        // A ping is answered with an ack, too.
        answered += u64::from(frame["event"] == "ack" || frame["event"] == "error");
    }
    let is_open = answered == FRAMES;
    seen.closed += u64::from(!is_open);
    is_open
}

/// Sends pings over several sockets, and takes no answer before all are sent.
pub async fn unasked(attacker: &Attacker) -> Seen {
    let hurrying = (0..SOCKETS).map(|_| async {
        let mut seen = Seen::default();
        while attacker.goes_on() {
            let Ok(mut socket) = attacker.open().await else {
                seen.refused += 1;
                attacker.pause().await;
                continue;
            };
            let mut sent = 0;
            while sent < UNASKED {
                match timeout_at(attacker.end, socket.send(PING.to_owned())).await {
                    Ok(Ok(())) => sent += 1,
                    // It has been cut off, or is not read any more and the attack is over.
                    Ok(Err(_)) | Err(_) => break,
                }
            }
            seen.sent += sent;
            let until = attacker.end.max(Instant::now() + ANSWERS);
            let is_open = listen(&mut socket, until, |frame| seen.frame(frame)).await;
            seen.closed += u64::from(!is_open);
            seen.bytes += socket.received();
        }
        seen
    });
    join_all(hurrying).await.into_iter().sum()
}

/// What the machines of one network do behind a proxy.
///
/// # Errors
/// When the proxy has an address of another kind.
pub async fn network(attacker: &Attacker) -> Result<Seen, Failure> {
    let IpAddr::V4(own) = attacker.from else { return Err("the proxy has an address of IPv4".into()) };
    let prefix =
        u128::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0)) | u128::from(own.to_bits()) << 64;
    let flooding = (0..SOCKETS).map(|socket| {
        let mut machines = (socket..).step_by(SOCKETS);
        let open = async move || {
            let machine = machines.next().ok_or("there are no machines left")? as u128;
            let address = Ipv6Addr::from_bits(prefix | machine);
            Socket::open_for(address.into(), attacker.from, &attacker.target.socket).await
        };
        flood(attacker, open, PING)
    });
    Ok(join_all(flooding).await.into_iter().sum())
}

/// One visitor on several sockets sends as fast as it is answered.
///
/// # Errors
/// When it is not let in.
pub async fn as_visitor(attacker: &Attacker, event: &str) -> Result<Seen, Failure> {
    let session = format!("the-session-of-the-attacker-{}", attacker.from);
    let mut first = attacker.visitor(&session).await?;
    let started = first.ask("conversation:start", json!({})).await;
    let conversation = started.map(|started| started["conversation"]["_id"].clone()).unwrap_or_default();
    let mut sockets = vec![first];
    for _ in 1..SOCKETS {
        sockets.push(attacker.visitor(&session).await?);
    }
    let data = json!({
        "conversationId": conversation, "content": "x".repeat(1000),
        "url": format!("/{}", "x".repeat(1000)),
    });
    let sending = sockets.into_iter().map(|mut socket| {
        let data = &data;
        async move {
            let (mut seen, before) = (Seen::default(), socket.received());
            while attacker.goes_on() {
                let answer = socket.ask(event, data.clone()).await;
                socket.take_unread().for_each(drop);
                if !seen.answer(&answer) {
                    break;
                }
            }
            seen.bytes = socket.received() - before;
            seen
        }
    });
    Ok(join_all(sending).await.into_iter().sum())
}

/// Opens sockets and leaves at once.
pub async fn handshakes(attacker: &Attacker) -> Seen {
    let mut seen = Seen::default();
    while attacker.goes_on() {
        for opened in join_all((0..SOCKETS).map(|_| attacker.open())).await {
            seen.sent += 1;
            match opened {
                Ok(_) => seen.done += 1,
                Err(_) => seen.refused += 1,
            }
        }
    }
    seen
}

/// Comes as somebody else each time, and starts a conversation.
///
/// # Errors
/// When it is not let in even once.
pub async fn new_visitors(attacker: &Attacker) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    let mut socket = attacker.open().await?;
    let message = json!({ "message": "x".repeat(8000) });
    while attacker.goes_on() {
        let session = format!("the-session-of-{}-number-{}", attacker.from, seen.sent);
        let came = socket.ask("visitor:connect", json!({ "sessionId": session })).await;
        let answer = match came {
            Ok(_) => socket.ask("conversation:start", message.clone()).await,
            refused => refused,
        };
        seen.answer(&answer);
        seen.bytes += socket.received();
        // A connection is one person's.
        socket = loop {
            match attacker.open().await {
                Ok(another) => break another,
                Err(_) if attacker.goes_on() => {
                    seen.refused += 1;
                    attacker.pause().await;
                }
                Err(_) => return Ok(seen),
            }
        };
    }
    Ok(seen)
}
