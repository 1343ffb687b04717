//! How fast the built functions start and answer, and what memory they take: `cargo run --example
//! cold_start` after `cargo lambda build --release`.
//!
//! Times are the medians of some starts, on a database that is there; memory is the most of any.

mod built;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use built::{peak_memory_kib, program};
use lambda_runtime::Context;
use local::functions::HTTP_FUNCTIONS;
use local::mongod::Mongod;
use local::runtime_api::{Environment, Instance};
use serde_json::{Value, json};
use shared::auth::tokens::{Audience, Tokens};
use shared::secret::Secret;
use shared::{Id, Time};

/// Starts of each function.
const STARTS: usize = 15;

const SECRET: &str = "a secret of more than 32 bytes, to measure";

type Failure = Box<dyn Error + Send + Sync>;

/// What one start showed.
struct Start {
    first_poll: Duration,
    first: Duration,
    hundredth: Duration,
    memory_kib: u64,
}

#[tokio::main]
#[allow(clippy::print_stdout, reason = "this program prints what it measured")]
async fn main() -> Result<(), Failure> {
    let mongod = Mongod::start_temporary().await?;
    let environment: Environment = [
        ("MONGODB_URI", mongod.uri("cold-start").as_str()),
        ("JWT_SECRET", SECRET),
        ("CONNECTIONS_ENDPOINT", "http://127.0.0.1:9"),
        ("RUST_LOG", "warn"),
        // The same token again and again.
        ("LIMITS", "off"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    let token = token_of_nobody()?;
    println!("function            first poll   first event   hundredth   memory");
    for name in HTTP_FUNCTIONS.iter().map(|(name, _)| *name).chain(["websocket"]) {
        let program = program(name);
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            starts.push(measure(&program, &environment, &event(name, &token)).await?);
        }
        let median = |of: fn(&Start) -> Duration| {
            let mut all: Vec<Duration> = starts.iter().map(of).collect();
            all.sort_unstable();
            all[STARTS / 2].as_secs_f64() * 1000.0
        };
        println!(
            "{name:18}  {:7.1} ms    {:7.1} ms  {:7.1} ms  {:5.1} MiB",
            median(|start| start.first_poll),
            median(|start| start.first),
            median(|start| start.hundredth),
            starts.iter().map(|start| start.memory_kib).max().unwrap_or(0) as f64 / 1024.0,
        );
    }
    Ok(mongod.stop().await?)
}

async fn measure(program: &Path, environment: &Environment, event: &Value) -> Result<Start, Failure> {
    let mut instance = Instance::start(program, environment).await?;
    let mut times = Vec::new();
    for number in 0..100 {
        let mut context = Context::default();
        context.request_id = format!("event-{number}");
        context.deadline = u64::MAX;
        let began = Instant::now();
        let answer = instance.invoke(event.to_string().into(), &context).await?;
        times.push(began.elapsed());
        let answer: Value = serde_json::from_slice(&answer)?;
        // What did not get as far as the database would be measured as fast.
        if ![200, 401].map(Value::from).contains(&answer["statusCode"]) {
            return Err(format!("{}: {answer}", program.display()).into());
        }
    }
    Ok(Start {
        first_poll: instance.started_in(),
        first: times[0],
        hundredth: times[99],
        memory_kib: instance.id().and_then(peak_memory_kib).ok_or("the instance has ended")?,
    })
}

/// A good token of a user who does not exist: the database is asked, and the answer is 401.
fn token_of_nobody() -> Result<String, Failure> {
    let tokens = Tokens::new(&Secret::new(SECRET), None);
    let later = Time::now().plus(Duration::from_secs(3600));
    Ok(tokens.sign(Audience::Agent, Id::sequential(), "session", later)?)
}

/// An event that makes the function ask the database once.
fn event(function: &str, token: &str) -> Value {
    let (route, path) = match function {
        "websocket" => return frame(),
        "auth" => ("GET /api/auth/profile", "/api/auth/profile"),
        "pages" => ("GET /health", "/health"),
        "conversations" => ("GET /api/conversations", "/api/conversations"),
        "messages" => ("GET /api/messages/{conversationId}", "/api/messages/65a1b2c3d4e5f6a7b8c9d0e1"),
        "visitors" => ("GET /api/visitors", "/api/visitors"),
        "analytics" => ("GET /api/analytics/overview", "/api/analytics/overview"),
        _ => ("GET /api/canned-responses", "/api/canned-responses"),
    };
    json!({
        "version": "2.0", "routeKey": route, "rawPath": path,
        "rawQueryString": if function == "pages" { "deep=1" } else { "" },
        "headers": { "authorization": format!("Bearer {token}") },
        "requestContext": {
            "accountId": "1", "apiId": "a", "domainName": "a", "domainPrefix": "a", "requestId": "r",
            "http": {
                "method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "1.1.1.1",
                "userAgent": "tests",
            },
            "routeKey": route, "stage": "$default", "time": "t", "timeEpoch": 0,
        },
        "isBase64Encoded": false,
    })
}

fn frame() -> Value {
    json!({
        "requestContext": {
            "routeKey": "$disconnect", "eventType": "DISCONNECT", "connectionId": "c=",
            "connectedAt": 0, "requestTimeEpoch": 0, "requestId": "r", "stage": "live",
            "identity": { "sourceIp": "1.1.1.1" },
        },
        "isBase64Encoded": false,
    })
}
