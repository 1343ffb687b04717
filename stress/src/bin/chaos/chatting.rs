//! What people do while everything breaks.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::future::{join, join_all, try_join_all};
use serde_json::json;
use stress::client::Client;
use stress::evidence::Sent;
use stress::replica_set::Failure;
use tokio::time::Instant;

use crate::world::{Room, Sender, Try, World, locked, pause};

/// Messages that are on their way at once.
const AT_ONCE: u64 = 4;
/// The same in the first room, once.
const VERY_MANY: u64 = 200;
/// One conversation of so many is closed while it goes on.
const CLOSED: usize = 5;

/// Whether the room of this number is closed while both sides go on.
pub fn is_closed_early(room: usize) -> bool {
    room.is_multiple_of(CLOSED)
}

/// A conversation, from its taking to its end: both sides send at the same time.
pub async fn chat(world: Arc<World>, number: usize) -> Result<(), Failure> {
    let room = &world.rooms[number];
    let holder = take(&world, room).await?;
    let (agent, client) = &world.agents[holder];
    client.follow(&room.id);
    let visitors: Vec<&Client> = room.visitors.iter().collect();
    let (one, other) =
        join(speak(&world, room, &room.visitor, &visitors), speak(&world, room, agent, &[client])).await;
    one.and(other)
}

/// Has the suitors take the conversation at once; who got it.
async fn take(world: &World, room: &Room) -> Result<usize, Failure> {
    let path = format!("/api/conversations/{}/assign", room.id);
    loop {
        let tries = room.suitors.iter().map(|suitor| async {
            let (agent, _) = &world.agents[*suitor];
            let taken = world.call("PUT", &path, Some(&agent.token), &json!({})).await;
            matches!(taken, Ok((200, _))).then_some(*suitor)
        });
        let takers: Vec<usize> = join_all(tries).await.into_iter().flatten().collect();
        for taker in &takers {
            let mut holders = locked(&world.holders);
            holders.entry(room.id.clone()).or_default().insert(world.agents[*taker].0.by.clone());
        }
        if let Some(taker) = takers.first() {
            return Ok(*taker);
        }
        pause(100..400).await;
    }
}

/// Sends messages, each until it is acknowledged: one after the other, and now and then several at once
/// of which each follows the one before.
async fn speak(world: &World, room: &Room, sender: &Sender, clients: &[&Client]) -> Result<(), Failure> {
    let (mut number, mut last) = (0_u64, None);
    while world.runs() {
        number += 1;
        let at_once = match number {
            3 if room.id == world.rooms[0].id => VERY_MANY,
            _ if number.is_multiple_of(5) => AT_ONCE,
            _ => 1,
        };
        let names: Vec<String> = (0..at_once).map(|one| format!("m{number}-{one}")).collect();
        let before = std::iter::once(last.take()).chain(names.iter().cloned().map(Some));
        let sending = names.iter().zip(before).map(|(name, follows)| async move {
            let after_close = room.closed.load(Ordering::SeqCst);
            let (acks, open) = deliver(world, room, sender, clients, name, follows.as_deref()).await?;
            let (conversation, by) = (room.id.clone(), sender.by.clone());
            let acked = !acks.is_empty();
            locked(&world.sent).push(Sent {
                conversation,
                by,
                name: name.clone(),
                acks,
                after_close,
                follows,
            });
            Ok::<_, Failure>((open, acked))
        });
        let sent = try_join_all(sending).await?;
        if sent.iter().any(|(open, _)| !open) {
            return Ok(());
        }
        // What was given up is nothing to follow.
        last = names.last().filter(|_| sent.iter().all(|(_, acked)| *acked)).cloned();
        if number.is_multiple_of(4) {
            let last = clients[0].log().last(&room.id);
            let event = if number.is_multiple_of(8) { "message:read" } else { "message:delivered" };
            // Marks are said again with the next ones: an answer that is lost does no harm.
            let _lost =
                clients[0].request(event, json!({ "conversationId": room.id, "upTo": last })).await;
        }
    }
    Ok(())
}

/// Sends a message until it is acknowledged, over the socket or HTTP, sometimes on two ways at once
/// and sometimes once more; its acknowledgements, and whether the conversation is open.
async fn deliver(
    world: &World,
    room: &Room,
    sender: &Sender,
    clients: &[&Client],
    name: &str,
    follows: Option<&str>,
) -> Result<(Vec<(i64, String)>, bool), Failure> {
    let mut body = json!({ "conversationId": room.id, "content": name, "clientMessageId": name });
    if let Some(follows) = follows {
        body["follows"] = follows.into();
    }
    let once = async || match fastrand::usize(0..=clients.len()) {
        0 => world.post(sender, &body).await,
        way => world.push(clients[way - 1], &body).await,
    };
    let mut acks = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let tries = match fastrand::u32(0..10) {
            0 => <[Try; 2]>::from(join(once(), once()).await).into_iter().collect(),
            _ => vec![once().await],
        };
        let mut open = true;
        for a_try in tries {
            match a_try {
                Try::Acked(seq, id) => acks.push((seq, id)),
                Try::Closed => open = false,
                // The one before was refused for good, perhaps.
                Try::Early => open &= !room.closed.load(Ordering::SeqCst),
                Try::Unknown => {
                    world.retries.fetch_add(1, Ordering::Relaxed);
                }
                Try::Refused(why) => return Err(format!("{name}: {why}").into()),
            }
        }
        let again = acks.len() == 1 && fastrand::u32(0..20) == 0;
        if !again && !acks.is_empty() {
            world.acknowledged.fetch_add(1, Ordering::Relaxed);
            return Ok((acks, open));
        }
        if !open || Instant::now() > deadline {
            return Ok((acks, open));
        }
        if !again {
            pause(50..300).await;
        }
    }
}

/// Closes some conversations while both sides go on sending.
pub async fn close_some(world: &World) {
    let closing = world.rooms.iter().step_by(CLOSED).map(|room| async move {
        let path = format!("/api/conversations/{}/close", room.id);
        let (agent, _) = &world.agents[room.suitors[0]];
        while !matches!(world.call("PUT", &path, Some(&agent.token), &json!({})).await, Ok((200, _))) {
            pause(100..400).await;
        }
        room.closed.store(true, Ordering::SeqCst);
    });
    join_all(closing).await;
}
