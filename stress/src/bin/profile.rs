//! Where the time of one `message:send` goes, on this machine and without any load: `cargo run
//! --release -p stress --bin profile`.
//!
//! Each step is done on its own, as a send does it, on a MongoDB of one node and a gateway in this
//! process; the last lines are the send as clients see it.

#![allow(clippy::print_stdout, reason = "this program prints what it measured")]

use std::collections::BTreeMap;

use bytes::Bytes;
use clap::Parser;
use hdrhistogram::Histogram;
use local::functions::Functions;
use local::mongod::Mongod;
use local::stack::{self, Edge, Stack};
use local::websocket_api::{Sockets, Stage};
use serde_json::json;
use shared::config::Config;
use shared::documents::connection::Connection;
use shared::documents::conversation::{Conversation, Guard};
use shared::documents::indexes;
use shared::documents::message::Message;
use shared::documents::participant::{Participant, Side};
use shared::push::{ApiGateway, Audience, Gateway};
use shared::use_cases::messages::Draft;
use shared::{App, Id, Time};
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::net::TcpListener;
use tokio::time::Instant;

/// Takes one send apart.
#[derive(Clone, Copy, Debug, Parser)]
struct Options {
    /// How often each step is done.
    #[arg(long, default_value_t = 500)]
    times: usize,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Options { times } = Options::parse();
    let mongod = Mongod::start_temporary().await?;
    let uri = mongod.uri("profile");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = stack::endpoint(&listener, &Stage::default())?;
    let config = Config::from_lookup(|key| {
        let value = match key {
            "MONGODB_URI" => &uri,
            "JWT_SECRET" => "a secret of more than 32 bytes, to measure",
            "CONNECTIONS_ENDPOINT" => &endpoint,
            "LIMITS" => "off",
            _ => return None,
        };
        Some(value.to_owned())
    })?;
    let app = App::new(config).await?;
    indexes::prepare(&app.db).await?;
    let stack = Stack::start(listener, &Functions::new(&app), &Sockets::default(), Edge::default())?;
    let mut send = Send::prepare(&app, ApiGateway::new(&endpoint), &stack).await?;
    let mut steps = Steps::default();
    for number in 0..times {
        send.by_steps(&app, number, &mut steps).await?;
        send.by_clients(number, &mut steps).await?;
    }
    for (step, times) in steps.0 {
        let at = |quantile| times.value_at_quantile(quantile) as f64 / 1000.0;
        println!("p50 {:6.2} ms   p99 {:6.2} ms   {step}", at(0.5), at(0.99));
    }
    stack.stop().await?;
    mongod.stop().await?;
    Ok(())
}

/// Two connections of one visitor, and its conversation.
struct Send {
    gateway: ApiGateway,
    conversation: Id,
    by: Participant,
    connection: String,
    socket: Socket,
    listener: Socket,
}

impl Send {
    async fn prepare(app: &App, gateway: ApiGateway, stack: &Stack) -> Result<Self, Failure> {
        let url = format!("ws://{}/ws", stack.address());
        let session = "the-session-of-one-visitor";
        let mut socket = Socket::visitor(&url, session).await?;
        let started = socket.ask("conversation:start", json!({})).await?;
        let conversation: Id = started["conversation"]["_id"].as_str().ok_or("no id")?.parse()?;
        let listener = Socket::visitor(&url, session).await?;
        let found = Conversation::find(&app.db, conversation).await?.ok_or("no conversation")?;
        let by = Participant { side: Side::Visitor, id: found.visitor, name: None, email: None };
        let connections = Audience::of(&found).connections(&app.db).await?;
        let connection = connections.into_iter().next().ok_or("no connection")?;
        Ok(Self { gateway, conversation, by, connection, socket, listener })
    }

    /// Does each step on its own.
    async fn by_steps(&self, app: &App, number: usize, steps: &mut Steps) -> Result<(), Failure> {
        let name = format!("m{number}");
        let draft = Draft {
            content: "Hello there, how are you?".to_owned(),
            client_message_id: Some(name.clone()),
            ..Draft::to(self.conversation)
        };
        let began = Instant::now();
        Connection::find(&app.db, &self.connection).await?;
        let began = steps.done("1 round trip: who is behind the connection", began);
        let seen = Conversation::look(&app.db, &self.by, self.conversation, Some(&name), None).await?;
        let began = steps.done("2 round trip: was it sent before", began);
        let seen = seen.ok_or("no conversation")?.conversation.seq;
        let message = draft.message(&self.by, Time::now());
        let accepted = Conversation::accept(&app.db, message, Guard::Looked(seen)).await?;
        let began = steps.done("3 round trip: the conversation accepts it (majority)", began);
        let (before, message) = accepted.ok_or("not accepted")?;
        self.gateway.post(&self.connection, Bytes::from_static(br#"{"event":"ack"}"#)).await?;
        let began = steps.done("4 post: the acknowledgement", began);
        Audience::of(&before).connections(&app.db).await?;
        let began = steps.done("5 round trip: whom it reaches", began);
        self.gateway.post(&self.connection, Bytes::from_static(br#"{"event":"message:new"}"#)).await?;
        let began = steps.done("6 post: the push", began);
        Message::store(&app.db, std::slice::from_ref(&message)).await?;
        let began = steps.done("- beside 5 and 6, round trip: among the messages", began);
        Conversation::drop_from_outboxes(&app.db, std::slice::from_ref(&message)).await?;
        steps.done("7 round trip: out of the outbox", began);
        Ok(())
    }

    /// Sends as clients do.
    async fn by_clients(&mut self, number: usize, steps: &mut Steps) -> Result<(), Failure> {
        let began = Instant::now();
        self.socket.ask("ping", json!({})).await?;
        steps.done("  a ping: gateway both ways, decoding, 1, two posts", began);
        let began = Instant::now();
        let data = json!({
            "conversationId": self.conversation, "content": "Hello there, how are you?",
            "clientMessageId": format!("s{number}"),
        });
        self.socket.ask("message:send", data).await?;
        steps.done("  a send until its acknowledgement: gateway, decoding, 1 to 4", began);
        self.listener.event("message:new").await?;
        steps.done("  a send until its arrival: gateway, decoding, 1 to 6", began);
        Ok(())
    }
}

/// How long each step took.
#[derive(Default)]
struct Steps(BTreeMap<&'static str, Histogram<u64>>);

impl Steps {
    /// Notes that a step is done that began then; now.
    fn done(&mut self, step: &'static str, began: Instant) -> Instant {
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        if let Ok(empty) = Histogram::new(3) {
            *self.0.entry(step).or_insert(empty) += micros;
        }
        Instant::now()
    }
}
