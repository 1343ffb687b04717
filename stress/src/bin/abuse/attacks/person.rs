//! One visitor on very many connections.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use shared::rate_limit::{Limit, Limits};
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::time::Instant;

use super::attacker::{Attacker, listen};
use super::seen::Seen;

/// Sockets of each address: as many as its limit of visits lets come.
const SOCKETS: u32 = 60;
/// The session, whatever the address.
const SESSION: &str = "the-session-of-one-person";
/// How long those that are to be closed have for it when the others have come.
const TO_CLOSE: Duration = Duration::from_secs(2);

/// A socket, and the conversation of the person.
type Came = Result<(Socket, Value), Failure>;

/// Comes on as many sockets as there may be, and sends from each address as much as a person may.
///
/// # Errors
/// When there are no limits.
pub async fn one_person(attacker: &Attacker) -> Result<Seen, Failure> {
    let limits = Limits::read("").ok_or("there are no limits")?;
    let rate = limits.rate(Limit::Messages).ok_or("messages have no limit")?;
    let between = rate.window / u32::try_from(rate.most)?;
    // The first one starts the conversation that the others find.
    let mut all = vec![come(attacker).await];
    all.extend(join_all((1..SOCKETS).map(|_| come(attacker))).await);
    let end = attacker.end.max(Instant::now() + TO_CLOSE);
    let talking = (0..).zip(all).map(|(number, came)| talk(came, number, between, end));
    Ok(join_all(talking).await.into_iter().sum())
}

async fn come(attacker: &Attacker) -> Came {
    let mut socket = attacker.open().await?;
    let came = socket.ask("visitor:connect", json!({ "sessionId": SESSION })).await?;
    let mut conversation = came["conversation"]["_id"].clone();
    if conversation.is_null() {
        let started = socket.ask("conversation:start", json!({ "unlessOpen": true })).await?;
        conversation = started["conversation"]["_id"].clone();
    }
    Ok((socket, conversation))
}

/// One of the sockets sends whenever it is its turn. What is `refused` of it is the whole connection, with a
/// word of why.
async fn talk(came: Came, number: u32, between: Duration, end: Instant) -> Seen {
    let mut seen = Seen { sent: 1, ..Seen::default() };
    let Ok((mut socket, conversation)) = came else {
        seen.connection(true);
        return seen;
    };
    let before = socket.received();
    let message = json!({ "conversationId": conversation, "content": "x".repeat(1000) });
    let mut next = Instant::now() + between * number;
    let is_open = loop {
        socket.take_unread().for_each(|frame| note(&mut seen, &frame));
        if !listen(&mut socket, next.min(end), |frame| note(&mut seen, frame)).await {
            break false;
        }
        if Instant::now() >= end {
            break true;
        }
        next += between * SOCKETS;
        seen.sent += 1;
        match socket.ask("message:send", message.clone()).await {
            Ok(_) => seen.done += 1,
            Err(error) if error.to_string().contains("rate_limited") => {}
            Err(_) => break false,
        }
    };
    socket.take_unread().for_each(|frame| note(&mut seen, &frame));
    seen.connection(!is_open);
    seen.bytes = socket.received() - before;
    seen
}

/// Notes that a connection is told that the person has too many.
fn note(seen: &mut Seen, frame: &Value) {
    let is_told = frame["event"] == "connection:closing" && frame["data"]["code"] == "rate_limited";
    seen.refused += u64::from(is_told);
}
