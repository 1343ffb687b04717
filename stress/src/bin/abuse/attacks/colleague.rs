//! Attacks of a colleague who has gone rogue: an agent, with a password and tokens of its own.

use std::time::Duration;

use futures::future::{join, join_all, join3};
use serde_json::{Value, json};
use stress::replica_set::Failure;
use tokio::time::Instant;

use super::attacker::{Attacker, call, listen};
use super::frames::SOCKETS;
use super::seen::Seen;

const PASSWORD: &str = "correct horse";
/// Sockets of a session that logs out, and frames that each has under way then.
const LEAVING: usize = 3;
const UNDER_WAY: usize = 3;
/// How long nothing may come after a logout.
const SILENCE: Duration = Duration::from_millis(300);

struct Colleague<'a> {
    attacker: &'a Attacker,
    http: reqwest::Client,
    email: String,
    /// The token of its registration.
    token: String,
    /// A conversation that a stranger has started.
    conversation: String,
}

impl<'a> Colleague<'a> {
    /// Comes, once there is time to hash its password; `None` if there is none.
    async fn come(attacker: &'a Attacker) -> Result<Option<Self>, Failure> {
        let http = attacker.http()?;
        let email = format!("rogue-{}@example.com", attacker.from);
        let body = json!({ "name": "Rogue", "email": email, "password": PASSWORD });
        let url = attacker.target.url("/api/auth/register");
        let token = loop {
            let (_, registered) = call(&mut Seen::default(), http.post(&url).json(&body)).await;
            match registered["token"].as_str() {
                Some(token) => break token.to_owned(),
                None if attacker.goes_on() => attacker.pause().await,
                None => return Ok(None),
            }
        };
        let mut stranger =
            attacker.visitor(&format!("the-session-of-a-stranger-{}", attacker.from)).await?;
        let started = stranger.ask("conversation:start", json!({})).await?;
        let conversation = started["conversation"]["_id"].as_str().ok_or("no id")?.to_owned();
        Ok(Some(Self { attacker, http, email, token, conversation }))
    }

    /// Logs in with a password; the status, and the token if it is the right one.
    async fn log_in(&self, seen: &mut Seen, email: &str, password: &str) -> (u16, Option<String>) {
        let body = json!({ "email": email, "password": password });
        let url = self.attacker.target.url("/api/auth/login");
        let (status, answer) = call(seen, self.http.post(url).json(&body)).await;
        (status, answer["token"].as_str().map(str::to_owned))
    }
}

/// Stores as much as it can, as fast as it can.
///
/// # Errors
/// When nobody is let in.
pub async fn filling(attacker: &Attacker) -> Result<Seen, Failure> {
    let Some(rogue) = Colleague::come(attacker).await? else { return Ok(Seen::refused()) };
    let responses = join_all((0..SOCKETS).map(|_| responses(&rogue)));
    let (responses, notes, logins) = join3(responses, notes(&rogue), logins(&rogue)).await;
    Ok(responses.into_iter().sum::<Seen>().and(notes).and(logins))
}

async fn responses(rogue: &Colleague<'_>) -> Seen {
    let mut seen = Seen::default();
    let body = json!({ "title": "Full", "content": "x".repeat(8000) });
    while rogue.attacker.goes_on() {
        let url = rogue.attacker.target.url("/api/canned-responses");
        let request = rogue.http.post(url).bearer_auth(&rogue.token).json(&body);
        let (status, _) = call(&mut seen, request).await;
        seen.status(status);
    }
    seen
}

/// Writes as much about a conversation as there may be, and more.
async fn notes(rogue: &Colleague<'_>) -> Seen {
    let mut seen = Seen::default();
    let tags = |count: usize| (0..count).map(|number| format!("tag {number}")).collect::<Vec<_>>();
    let bodies = [
        (json!({ "tags": tags(20) }), true),
        (json!({ "tags": tags(21) }), false),
        (json!({ "notes": "x".repeat(5000) }), true),
        (json!({ "notes": "x".repeat(5001) }), false),
    ];
    let url = rogue.attacker.target.url(&format!("/api/conversations/{}", rogue.conversation));
    for (body, is_allowed) in bodies.iter().cycle() {
        if !rogue.attacker.goes_on() {
            break;
        }
        let request = rogue.http.put(&url).bearer_auth(&rogue.token).json(body);
        match call(&mut seen, request).await {
            (200..=299, _) if !is_allowed => seen.wrong += 1,
            (status, _) => seen.status(status),
        }
    }
    seen
}

/// Begins sessions, and guesses then, since who has guessed wrong waits.
async fn logins(rogue: &Colleague<'_>) -> Seen {
    let mut seen = Seen::default();
    let left = rogue.attacker.end.saturating_duration_since(Instant::now());
    let guesses_from = Instant::now() + left / 2;
    while rogue.attacker.goes_on() {
        let (email, password) = match Instant::now() < guesses_from {
            true => (rogue.email.clone(), PASSWORD),
            false if seen.sent.is_multiple_of(2) => (rogue.email.clone(), "a guess"),
            false => (format!("nobody-{}@example.com", seen.sent), "a guess"),
        };
        let (status, _) = rogue.log_in(&mut seen, &email, password).await;
        seen.status(status);
    }
    seen
}

/// Logs in and out, and goes on meanwhile and afterwards. What is `done` are logouts.
///
/// # Errors
/// When nobody is let in.
pub async fn logouts(attacker: &Attacker) -> Result<Seen, Failure> {
    let Some(rogue) = Colleague::come(attacker).await? else { return Ok(Seen::refused()) };
    let mut seen = Seen::default();
    // Whatever time it took to come, one must be seen.
    while seen.sent == 0 || attacker.goes_on() {
        if log_out(&rogue, &mut seen).await.is_err() {
            // By a limit that it went on past.
            seen.refused += 1;
            attacker.pause().await;
        }
    }
    Ok(seen)
}

async fn log_out(rogue: &Colleague<'_>, seen: &mut Seen) -> Result<(), Failure> {
    let (http, target) = (&rogue.http, &rogue.attacker.target);
    let (_, token) = rogue.log_in(seen, &rogue.email, PASSWORD).await;
    let token = token.ok_or("no token")?;
    let mut sockets = Vec::new();
    for _ in 0..LEAVING {
        let mut socket = rogue.attacker.open().await?;
        socket.ask("agent:connect", json!({ "token": token })).await?;
        sockets.push(socket);
    }
    let message = json!({ "conversationId": rogue.conversation, "content": "Still here" });
    let before =
        json!({ "action": "message", "event": "message:send", "id": "before", "data": message });
    for socket in &mut sockets {
        for _ in 0..UNDER_WAY {
            socket.send(before.to_string()).await?;
            seen.sent += 1;
        }
    }
    let profile = || http.get(target.url("/api/auth/profile")).bearer_auth(&token).send();
    let logout = http.post(target.url("/api/auth/logout")).bearer_auth(&token).json(&json!({})).send();
    let (logout, _under_way) = join(logout, join_all((0..UNDER_WAY).map(|_| profile()))).await;
    if !logout?.status().is_success() {
        return Err("the logout was refused".into());
    }
    seen.done += 1;
    // Nothing of what follows may be done.
    seen.wrong += u64::from(profile().await?.status().is_success());
    let watch = json!({ "watch": "all" });
    let after = json!({ "action": "agent", "event": "agent:watch", "id": "after", "data": watch });
    for socket in &mut sockets {
        // It is closed, or about to be.
        let _sent = socket.send(after.to_string()).await;
        let was_done = |frame: &Value| frame["event"] == "ack" && frame["id"] == "after";
        let until = Instant::now() + SILENCE;
        let is_open = listen(socket, until, |frame| seen.wrong += u64::from(was_done(frame))).await;
        seen.closed += u64::from(!is_open);
    }
    Ok(())
}
