//! The live chat under test, and everybody in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use stress::client::{Answer, Client, FOLLOWS, Identity};
use stress::evidence::{Glance, Sent};
use stress::replica_set::Failure;
use tokio::time::sleep;

use crate::Options;

/// A conversation and everybody in it.
pub struct Room {
    pub id: String,
    /// The visitor's connections: one or two.
    pub visitors: Vec<Client>,
    pub visitor: Sender,
    /// The agents that want it; the first who takes it holds it.
    pub suitors: Vec<usize>,
    pub closed: AtomicBool,
}

/// Somebody who sends.
#[derive(Clone)]
pub struct Sender {
    pub by: String,
    pub token: String,
}

/// The live chat, and what is known of it.
pub struct World {
    pub options: Options,
    pub http: reqwest::Client,
    pub base: String,
    pub agents: Vec<(Sender, Client)>,
    pub rooms: Vec<Room>,
    pub stopping: AtomicBool,
    pub acknowledged: AtomicU64,
    pub retries: AtomicU64,
    pub sent: Mutex<Vec<Sent>>,
    pub holders: Mutex<BTreeMap<String, BTreeSet<String>>>,
    pub glances: Mutex<Vec<Glance>>,
}

/// The value, whatever became of who had it before.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a random time.
pub async fn pause(millis: std::ops::Range<u64>) {
    sleep(Duration::from_millis(fastrand::u64(millis))).await;
}

/// Asks until it is done: everybody comes at once, while the functions start.
async fn insist(client: &Client, event: &'static str, data: Value) -> Result<Value, Failure> {
    const TRIES: usize = 10;
    let mut last = None;
    for _ in 0..TRIES {
        match client.request(event, data.clone()).await {
            Some(Answer::Ack(done)) => return Ok(done),
            other => last = other,
        }
    }
    Err(format!("{event} was not done: {last:?}").into())
}

impl World {
    pub async fn create(options: Options, address: &str) -> Result<Self, Failure> {
        let mut world = Self {
            options,
            http: reqwest::Client::builder().timeout(Duration::from_secs(8)).build()?,
            base: format!("http://{address}"),
            agents: Vec::new(),
            rooms: Vec::new(),
            stopping: AtomicBool::new(false),
            acknowledged: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            sent: Mutex::default(),
            holders: Mutex::default(),
            glances: Mutex::default(),
        };
        for number in 0..options.agents {
            let body = json!({
                "name": format!("Agent {number}"), "email": format!("agent-{number}@example.com"),
                "password": "correct horse battery",
            });
            let (status, answer) = world.call("POST", "/api/auth/register", None, &body).await?;
            let (Some(id), Some(token)) = (answer["user"]["id"].as_str(), answer["token"].as_str())
            else {
                return Err(format!("no agent: {status} {answer}").into());
            };
            let sender = Sender { by: id.to_owned(), token: token.to_owned() };
            let client = Client::start(address, Identity::Agent { token: token.to_owned() });
            world.agents.push((sender, client));
        }
        let rooms = (0..options.conversations).map(|number| world.room(address, number));
        world.rooms = join_all(rooms).await.into_iter().collect::<Result<_, _>>()?;
        Ok(world)
    }

    async fn room(&self, address: &str, number: usize) -> Result<Room, Failure> {
        let session = format!("the-session-of-visitor-{number}-0123456789");
        let visitor = || Client::start(address, Identity::Visitor { session: session.clone() });
        let visitors: Vec<Client> = (0..=number % 2).map(|_| visitor()).collect();
        let introduced =
            insist(&visitors[0], "visitor:connect", json!({ "sessionId": session })).await?;
        let start = json!({ "message": "start", "clientMessageId": "start" });
        let started = insist(&visitors[0], "conversation:start", start).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let id = text(&started["conversation"]["_id"]);
        let visitor = Sender { by: text(&introduced["visitorId"]), token: text(&introduced["token"]) };
        for client in &visitors {
            client.follow(&id);
        }
        let first = &started["message"];
        locked(&self.sent).push(Sent {
            conversation: id.clone(),
            by: visitor.by.clone(),
            name: "start".to_owned(),
            acks: vec![(first["seq"].as_i64().unwrap_or(0), text(&first["_id"]))],
            after_close: false,
            follows: None,
        });
        let suitors = (0..3).map(|_| fastrand::usize(..self.agents.len())).collect();
        Ok(Room { id, visitors, visitor, suitors, closed: AtomicBool::new(false) })
    }

    pub fn runs(&self) -> bool {
        !self.stopping.load(Ordering::Relaxed)
    }

    /// A call of the HTTP API.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> Result<(u16, Value), Failure> {
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        let mut request = self.http.request(method, format!("{}{path}", self.base)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// One try at a message over HTTP.
    pub async fn post(&self, sender: &Sender, body: &Value) -> Try {
        match self.call("POST", "/api/messages", Some(&sender.token), body).await {
            Ok((201, message)) => Try::of(&message),
            Ok((409, answer)) if answer["reason"] == FOLLOWS => Try::Early,
            Ok((409, _)) => Try::Closed,
            Ok((400..=499, answer)) => Try::Refused(answer.to_string()),
            Ok(_) | Err(_) => Try::Unknown,
        }
    }

    /// One try at a message over a socket.
    pub async fn push(&self, client: &Client, body: &Value) -> Try {
        match client.request("message:send", body.clone()).await {
            Some(Answer::Ack(data)) => Try::of(&data["message"]),
            Some(Answer::Error(code)) => match code.as_str() {
                FOLLOWS => Try::Early,
                "conflict" => Try::Closed,
                // A connection that was found gone meanwhile has to come back first.
                "unavailable" | "internal" | "unauthorized" | "none" => Try::Unknown,
                _ => Try::Refused(code),
            },
            None => Try::Unknown,
        }
    }
}

/// What became of a try to send.
pub enum Try {
    Acked(i64, String),
    Closed,
    /// Before the message that it follows.
    Early,
    Unknown,
    Refused(String),
}

impl Try {
    fn of(message: &Value) -> Self {
        match (message["seq"].as_i64(), message["_id"].as_str()) {
            (Some(seq), Some(id)) => Self::Acked(seq, id.to_owned()),
            _ => Self::Unknown,
        }
    }
}
