//! How fast the routes answer, and what that costs.

use std::time::Duration;

use futures::future::{try_join, try_join_all};
use hdrhistogram::Histogram;
use mongodb::bson::{Bson, Document, doc};
use mongodb::{Client, Database};
use reqwest::Method;
use serde_json::{Value, json};
use stress::replica_set::Failure;
use tokio::time::Instant;

use crate::seed::{self, Amount};
use crate::unique;
use stress::measure::{Process, Processes, micros, millis_at};

const PASSWORD: &str = "correct horse battery";

/// Calls the routes one after the other, each from several callers at once who wait for their answers.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The live chat's database.
    #[arg(long)]
    mongodb: String,
    /// How many conversations are put straight into the database first; none uses what is there.
    #[arg(long, default_value_t = 0)]
    conversations: u64,
    /// How many messages are put into them.
    #[arg(long, default_value_t = 0)]
    messages: u64,
    /// How many callers.
    #[arg(long, default_value_t = 16)]
    callers: usize,
    /// How long each route is called, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Only the routes whose line has this in it.
    #[arg(long, default_value = "")]
    only: String,
    /// The process of the server on this machine (Linux), to tell its CPU and memory. That of mongod is
    /// asked of itself.
    #[arg(long)]
    pid: Option<u32>,
}

/// The HTTP API of a live chat.
#[derive(Clone, Debug)]
pub struct Api {
    client: reqwest::Client,
    base: String,
}

impl Api {
    /// The one on the same host as a WebSocket.
    ///
    /// # Errors
    /// When `url` is none of a WebSocket.
    pub fn beside(url: &str) -> Result<Self, Failure> {
        let base = url.replacen("ws", "http", 1);
        let base = base.strip_suffix("/ws").ok_or("the WebSocket's URL ends with /ws")?.to_owned();
        Ok(Self { client: reqwest::Client::new(), base })
    }

    /// The token of a new agent with this name.
    ///
    /// # Errors
    /// When registration is not open.
    pub async fn register(&self, name: &str) -> Result<String, Failure> {
        let body = json!({ "name": name, "email": email(name), "password": PASSWORD });
        let done = self.call(&Call::post("/api/auth/register", body), "").await?;
        Ok(done["token"].as_str().ok_or("no token")?.to_owned())
    }

    async fn call(&self, call: &Call, token: &str) -> Result<Value, Failure> {
        let Call { method, path, body } = call;
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        if !status.is_success() {
            return Err(format!("{path}: {status} {answer}").into());
        }
        Ok(answer)
    }
}

fn email(name: &str) -> String {
    format!("{name}@example.com")
}

/// What is called.
#[derive(Clone, Debug)]
struct Call {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl Call {
    fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None }
    }

    fn post(path: &str, body: Value) -> Self {
        Self { method: Method::POST, path: path.to_owned(), body: Some(body) }
    }
}

/// Runs it against the live chat whose WebSocket is at `url`.
///
/// # Errors
/// When a call is refused.
pub async fn run(url: &str, options: Options) -> Result<(), Failure> {
    let api = Api::beside(url)?;
    let database = Client::with_uri_str(&options.mongodb).await?;
    let database = database.default_database().ok_or("the database's URI names no database")?;
    let status = server_status(&database).await?;
    let mongod = status.get_i64("pid").ok().and_then(|pid| pid.try_into().ok()).map(Process);
    let server = options.pid.map(Process);
    // Without the server's, the database's machine may be another one.
    let processes = Processes { server, mongod: server.and(mongod) };

    let name = unique();
    let token = api.register(&name).await?;
    // A login pushes out the oldest session of 50, which must not be the caller's.
    let other = unique();
    api.register(&other).await?;
    if options.conversations > 0 {
        let amount = Amount { conversations: options.conversations, messages: options.messages };
        let began = Instant::now();
        seed::seed(&database, &email(&name), amount).await?;
        println!("{amount} stored in {:.0} s", began.elapsed().as_secs_f64());
    }
    println!("resident before: {}", processes.resident()?);
    println!(
        "{:<42}{:>9}{:>9}{:>9}{:>11}{:>11}{:>12}",
        "", "a second", "p50 ms", "p99 ms", "server ms", "mongod ms", "operations"
    );
    for (name, calls) in rows(&api, &token, &other).await? {
        if !name.contains(&options.only) {
            continue;
        }
        let (before, done) = (processes.cpu()?, operations(&database).await?);
        let times = measure(&api, &token, &calls, &options).await?;
        let cpu = processes.cpu()?.each_since(&before, times.len()).map(|cpu| match cpu {
            Some(millis) => format!("{millis:.2}"),
            None => "-".to_owned(),
        });
        let rate = times.len() as f64 / options.seconds as f64;
        let (p50, p99) = (millis_at(&times, 0.5), millis_at(&times, 0.99));
        let each = (operations(&database).await? - done) as f64 / times.len() as f64;
        println!("{name:<42}{rate:>9.0}{p50:>9.1}{p99:>9.1}{:>11}{:>11}{each:>12.1}", cpu[0], cpu[1]);
    }
    println!("resident after: {}", processes.resident()?);
    Ok(())
}

async fn server_status(database: &Database) -> Result<Document, Failure> {
    Ok(database.run_command(doc! { "serverStatus": 1 }).await?)
}

/// How many operations the database has done, those of the drivers' own watching among them.
async fn operations(database: &Database) -> Result<i64, Failure> {
    let status = server_status(database).await?;
    let counters = status.get_document("opcounters")?;
    let count = |kind: &str| match counters.get(kind) {
        Some(Bson::Int64(count)) => *count,
        Some(Bson::Int32(count)) => i64::from(*count),
        _ => 0,
    };
    Ok(["query", "insert", "update", "delete", "getmore", "command"].map(count).iter().sum())
}

/// The calls of each line; a caller makes them in turn.
async fn rows(api: &Api, token: &str, login: &str) -> Result<Vec<(&'static str, Vec<Call>)>, Failure> {
    let (page, open) =
        try_join(async { api.call(&Call::get("/api/conversations?limit=100"), token).await }, async {
            api.call(&Call::get("/api/conversations?limit=100&status=active"), token).await
        })
        .await?;
    let (ids, open) = (ids(&page), ids(&open));
    let visitor = page["conversations"][0]["visitor"]["_id"].as_str().unwrap_or_default();
    let cursor = page["nextCursor"].as_str().unwrap_or_default();
    let one = |path: &str| vec![Call::get(path)];
    let sends = open.iter().map(|id| {
        Call::post("/api/messages", json!({ "conversationId": id, "content": "How can I help you?" }))
    });
    let login = json!({ "email": email(login), "password": PASSWORD });
    Ok(vec![
        ("GET conversations", one("/api/conversations?limit=20")),
        ("GET conversations, resolved", one("/api/conversations?limit=20&status=resolved")),
        ("GET conversations, pending", one("/api/conversations?limit=20&status=pending")),
        ("GET conversations, mine", one("/api/conversations?limit=20&assignedTo=me")),
        ("GET conversations, nobody's", one("/api/conversations?limit=20&assignedTo=none")),
        ("GET conversations, q of many", one("/api/conversations?limit=20&q=visitor")),
        ("GET conversations, q of few", one("/api/conversations?limit=20&q=visitor+n42")),
        ("GET conversations, page 50", one("/api/conversations?limit=20&page=50")),
        ("GET conversations, cursor", one(&format!("/api/conversations?limit=20&cursor={cursor}"))),
        ("GET conversations, who waits", one("/api/conversations?limit=20&sort=waiting")),
        ("GET conversations, a tag", one("/api/conversations?limit=20&tag=refund")),
        ("GET conversations, a priority", one("/api/conversations?limit=20&priority=high")),
        (
            "GET conversations, a visitor's",
            one(&format!("/api/conversations?limit=20&visitor={visitor}")),
        ),
        ("GET visitors", one("/api/visitors?limit=20")),
        ("GET visitors, q", one("/api/visitors?limit=20&q=n42")),
        (
            "GET messages",
            ids.iter().map(|id| Call::get(format!("/api/messages/{id}?limit=20"))).collect(),
        ),
        ("GET messages, q", one("/api/messages?limit=20&q=order")),
        ("GET auth/users", one("/api/auth/users?limit=20")),
        ("GET analytics/overview", one("/api/analytics/overview")),
        ("GET analytics/agents", one("/api/analytics/agents")),
        ("GET analytics/charts, 7 days", one("/api/analytics/charts?period=7days")),
        ("GET analytics/charts, 90 days", one("/api/analytics/charts?period=90days&tz=Asia/Kathmandu")),
        ("POST messages", sends.collect()),
        ("POST login", vec![Call::post("/api/auth/login", login)]),
    ])
}

fn ids(page: &Value) -> Vec<&str> {
    let conversations = page["conversations"].as_array().into_iter().flatten();
    conversations.filter_map(|conversation| conversation["_id"].as_str()).collect()
}

async fn measure(
    api: &Api,
    token: &str,
    calls: &[Call],
    options: &Options,
) -> Result<Histogram<u64>, Failure> {
    // The first call may prepare what all later ones use.
    api.call(calls.first().ok_or("there is no conversation")?, token).await?;
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let calling = (0..options.callers).map(|caller| {
        let (api, token, calls) = (api.clone(), token.to_owned(), calls.to_owned());
        let first = caller * calls.len() / options.callers;
        tokio::spawn(async move {
            let mut times = Histogram::<u64>::new(3)?;
            for call in calls.iter().cycle().skip(first) {
                let began = Instant::now();
                if began >= end {
                    break;
                }
                api.call(call, &token).await?;
                times.record(micros(began.elapsed()))?;
            }
            Ok::<_, Failure>(times)
        })
    });
    let mut all = Histogram::<u64>::new(3)?;
    for times in try_join_all(calling).await? {
        all.add(times?)?;
    }
    Ok(all)
}
