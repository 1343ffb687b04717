//! Sends a live gateway frames that no client sends: valid ones, broken in many ways. Each must be answered,
//! with no fault of the server's, no closed connection, and nothing of another caller's.
//!
//! `cargo run --release -p stress --bin fuzz -- --frames 1000000`

#![allow(clippy::print_stdout, reason = "this program prints what it saw")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use fastrand::Rng;
use futures::future::try_join_all;
use local::functions::Functions;
use local::mongod::Mongod;
use local::stack::{self, Edge, Stack};
use local::websocket_api::{Sockets, Stage};
use serde_json::{Value, json};
use shared::App;
use shared::config::Config;
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Sends broken frames to a live chat of its own.
#[derive(Clone, Copy, Debug, Parser)]
struct Options {
    /// How many frames.
    #[arg(long, default_value_t = 20_000)]
    frames: usize,
    /// What the run begins with.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How often the victim shows that it is there; the gateway closes who is idle for 10 minutes.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// Connections that send at the same time.
const SENDERS: usize = 8;
/// Frames between two looks at the answers.
const BATCH: usize = 8;
/// What only the victim has said and is called, and nobody else may be told.
const SECRET: &str = "mellon-4711";

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    if std::env::var_os("RUST_LOG").is_some() {
        local::logging::start();
    }
    let mongod = Mongod::start_temporary().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = stack::endpoint(&listener, &Stage::default())?;
    let uri = mongod.uri("fuzz");
    let config = Config::from_lookup(|key| {
        let value = match key {
            "MONGODB_URI" => uri.as_str(),
            "CONNECTIONS_ENDPOINT" => endpoint.as_str(),
            "JWT_SECRET" => "a secret of more than 32 bytes, for the fuzzing",
            "VISITOR_IDENTITY_SECRET" => "another secret of more than 32 bytes, for it",
            "LIMITS" => "off",
            "MONGODB_MAX_POOL_SIZE" => "32",
            _ => return None,
        };
        Some(value.to_owned())
    })?;
    let app = App::new(config).await?;
    shared::documents::indexes::prepare(&app.db).await?;
    let stack = Stack::start(listener, &Functions::new(&app), &Sockets::default(), Edge::default())?;
    let url = format!("ws://{}/ws", stack.address());

    let answers = fuzz(options, &url).await?;
    println!("{} frames, answered with:", options.frames.div_ceil(SENDERS) * SENDERS);
    for (answer, count) in answers {
        println!("{count:>10}  {answer}");
    }
    stack.stop().await?;
    mongod.stop().await?;
    Ok(())
}

/// Sends frames from all senders beside a victim that says nothing; how often each answer came.
async fn fuzz(options: Options, url: &str) -> Result<BTreeMap<String, usize>, Failure> {
    let mut victim = Socket::open(url).await?;
    let who = json!({ "sessionId": "the-secret-of-the-victim", "name": SECRET });
    let victims = victim.ask("visitor:connect", who).await?["visitorId"].clone();
    let started = victim.ask("conversation:start", json!({ "message": SECRET })).await?;
    let known = [victims, started["conversation"]["_id"].clone(), started["message"]["_id"].clone()];
    // Nothing but what keeps its connection open.
    let (done, mut all_done) = oneshot::channel::<()>();
    let listening = tokio::spawn(async move {
        while timeout(KEEP_ALIVE, &mut all_done).await.is_err() {
            victim.ask("ping", json!({})).await?;
        }
        victim.ask("ping", json!({})).await?;
        Ok::<_, Failure>(victim)
    });
    let each = options.frames.div_ceil(SENDERS);
    let senders = (0..SENDERS).map(|nth| {
        let (url, known) = (url.to_owned(), known.clone());
        tokio::spawn(async move {
            let rng = Rng::with_seed(options.seed.wrapping_mul(1_000).wrapping_add(nth as u64));
            sender(&url, nth, each, rng, &known).await
        })
    });
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for counted in try_join_all(senders).await? {
        for (answer, count) in counted? {
            *answers.entry(answer).or_default() += count;
        }
    }
    drop(done);
    for told in listening.await??.take_unread() {
        let of_somebody = ["message:new", "conversation:updated", "message:read"];
        if of_somebody.iter().any(|name| told["event"] == *name) {
            return Err(format!("somebody did something in the victim's conversation: {told}").into());
        }
    }
    Ok(answers)
}

/// Sends `count` frames over one connection; how often each kind of answer came.
async fn sender(
    url: &str,
    nth: usize,
    count: usize,
    mut rng: Rng,
    known: &[Value; 3],
) -> Result<BTreeMap<String, usize>, Failure> {
    let mut socket = Socket::visitor(url, &format!("the-secret-of-sender-{nth:04}")).await?;
    let started = socket.ask("conversation:start", json!({ "message": "Hello" })).await?;
    let own = started["conversation"]["_id"].clone();
    let mut answers = BTreeMap::new();
    let mut sent = 0;
    while sent < count {
        for _ in 0..BATCH.min(count - sent) {
            socket.send(frame(&mut rng, &own, known)).await?;
            sent += 1;
        }
        // Each has been answered, or is about to be: nobody waits for ever.
        socket.ask("ping", json!({})).await.map_err(|error| format!("after {sent} frames: {error}"))?;
        for answer in socket.take_unread() {
            let kind = judge(&answer)?;
            *answers.entry(kind).or_default() += 1;
        }
    }
    Ok(answers)
}

/// What an answer is, if it may be one.
fn judge(answer: &Value) -> Result<String, Failure> {
    if answer.to_string().contains(SECRET) {
        return Err(format!("something of another's: {answer}").into());
    }
    match (answer["event"].as_str(), answer["data"]["code"].as_str()) {
        (Some("error"), Some(code)) if !["internal", "unavailable"].contains(&code) => {
            Ok(format!("error {code}"))
        }
        (Some(event), _) if event != "error" => Ok(event.to_owned()),
        _ => Err(format!("a fault of the server's: {answer}").into()),
    }
}

/// A frame that some client may send, broken.
fn frame(rng: &mut Rng, own: &Value, known: &[Value; 3]) -> String {
    let mut frame = valid(rng, own);
    for _ in 0..rng.usize(0..4) {
        break_value(rng, &mut frame, own, known);
    }
    let mut text = frame.to_string();
    if rng.u8(..3) == 0 {
        text = break_text(rng, text);
    }
    text.chars().take(8_000).collect()
}

fn valid(rng: &mut Rng, own: &Value) -> Value {
    let (event, data) = match rng.u8(..14) {
        0 => ("agent:connect", json!({ "token": "x.y.z", "watch": "all" })),
        1 => ("agent:watch", json!({ "watch": "mine" })),
        2 => ("visitor:connect", json!({ "sessionId": "the-secret-of-sender-0001", "after": 1 })),
        3 => ("visitor:connect", json!({ "identity": "x.y.z", "name": "Eve", "email": "e@ve.org" })),
        4 => ("visitor:page", json!({ "url": "https://site.example/", "title": "Home" })),
        5 => ("conversation:start", json!({ "message": "Hi", "clientMessageId": "c1" })),
        6 => ("conversation:join", json!({ "conversationId": own, "after": 0 })),
        7 => ("conversation:leave", json!({ "conversationId": own })),
        8 | 9 => (
            "message:send",
            json!({ "conversationId": own, "content": "c", "type": "text", "fileUrl": null, "clientMessageId": "m" }),
        ),
        10 => ("message:delivered", json!({ "conversationId": own, "upTo": 1 })),
        11 => ("message:read", json!({ "conversationId": own, "messageId": null, "upTo": 1 })),
        12 => ("typing:start", json!({ "conversationId": own })),
        _ => ("ping", json!({})),
    };
    json!({ "action": event.split(':').next(), "event": event, "id": rng.u16(..).to_string(), "data": data })
}

/// Breaks a value somewhere.
fn break_value(rng: &mut Rng, value: &mut Value, own: &Value, known: &[Value; 3]) {
    match value {
        Value::Object(fields) if !fields.is_empty() && rng.u8(..10) != 0 => {
            let at = rng.usize(..fields.len());
            let Some(name) = fields.keys().nth(at).cloned() else { return };
            match rng.u8(..8) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(hostile_text(rng), hostile(rng, own, known))),
                _ => {
                    if let Some(field) = fields.get_mut(&name) {
                        break_value(rng, field, own, known);
                    }
                }
            }
        }
        value => *value = hostile(rng, own, known),
    }
}

fn hostile(rng: &mut Rng, own: &Value, known: &[Value; 3]) -> Value {
    match rng.u8(..16) {
        0 => json!({ "$ne": null }),
        1 => json!({ "$gt": "" }),
        2 => json!({ "$where": "sleep(1000)" }),
        3 => json!([null, own]),
        4 => Value::Null,
        5 => json!(rng.bool()),
        6 => json!(rng.i64(..)),
        7 => json!(1e308),
        8 => json!(-0.5),
        9 => own.clone(),
        10 | 11 => known[rng.usize(..3)].clone(),
        12 => (0..rng.usize(1..60)).fold(json!(1), |inner, _| json!([inner])),
        13 => json!("the-secret-of-the-victim-not"),
        _ => json!(hostile_text(rng)),
    }
}

fn hostile_text(rng: &mut Rng) -> String {
    const TEXTS: [&str; 14] = [
        "",
        " ",
        "\0",
        "$ne",
        "a.b",
        "__proto__",
        "\u{202e}",
        "🦀",
        "null",
        "{}",
        "%00",
        "..",
        "' || 1 == 1",
        "\r\n",
    ];
    match rng.u8(..4) {
        0 => "x".repeat(rng.usize(..9_000)),
        1 => (0..rng.usize(..40)).map(|_| rng.char(..)).collect(),
        _ => TEXTS[rng.usize(..TEXTS.len())].to_owned(),
    }
}

/// What means something in JSON.
const SIGNS: &[u8] = b"{}[]\",:\\0-eE.\x00";

/// Breaks a text somewhere.
fn break_text(rng: &mut Rng, text: String) -> String {
    let mut bytes = text.into_bytes();
    for _ in 0..rng.usize(1..6) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.usize(..bytes.len());
        match rng.u8(..4) {
            0 => bytes[at] = rng.u8(..),
            1 => drop(bytes.remove(at)),
            2 => bytes.truncate(at),
            _ => bytes.insert(at, SIGNS[rng.usize(..SIGNS.len())]),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
