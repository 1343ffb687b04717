//! How fast the routes answer, and what that costs.

use std::time::Duration;

use futures::future::{try_join, try_join_all};
use hdrhistogram::Histogram;
use reqwest::Method;
use serde_json::{Value, json};
use stress::replica_set::Failure;
use tokio::time::Instant;

use crate::seed::{self, Amount};
use crate::unique;
use crate::watched::{Named, Watched};
use stress::measure::{micros, millis_at};

const PASSWORD: &str = "correct horse battery";

/// Calls the routes one after the other, each from several callers at once who wait for their answers.
#[derive(Debug, clap::Args)]
pub struct Options {
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
    #[command(flatten)]
    watched: Named,
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

    /// The same, a message with a name of its own, as clients give it.
    fn named(&self, name: &str) -> Self {
        let mut call = self.clone();
        if let Some(body) = call.body.as_mut().filter(|body| body["conversationId"].is_string()) {
            body["clientMessageId"] = name.into();
        }
        call
    }
}

/// Runs it against the live chat whose WebSocket is at `url`.
///
/// # Errors
/// When a call is refused.
pub async fn run(url: &str, options: Options) -> Result<(), Failure> {
    let api = Api::beside(url)?;
    let watched = Watched::new(&options.watched).await?;
    let name = unique();
    let token = api.register(&name).await?;
    // A login pushes out the oldest session of 50, which must not be the caller's.
    let other = unique();
    api.register(&other).await?;
    if options.conversations > 0 {
        let amount = Amount { conversations: options.conversations, messages: options.messages };
        let began = Instant::now();
        seed::seed(watched.database()?, &email(&name), amount).await?;
        println!("{amount} stored in {:.0} s", began.elapsed().as_secs_f64());
    }
    let heads =
        ["a second", "p50 ms", "p99 ms", "server ms", "mongod ms", "operations", "MiB", "mongod MiB"];
    println!("{:<42}{}", "", heads.map(|head| format!("{head:>11}")).concat());
    for (name, calls) in rows(&api, &token, &other).await? {
        if !name.contains(&options.only) {
            continue;
        }
        let before = watched.taken().await?;
        let times = measure(&api, &token, &calls, &options).await?;
        let each = watched.each_since(&before, times.len()).await?;
        let rate = times.len() as f64 / options.seconds as f64;
        let [server, mongod] = watched.resident()?;
        let told = [
            (Some(rate), 0),
            (Some(millis_at(&times, 0.5)), 1),
            (Some(millis_at(&times, 0.99)), 1),
            (each.cpu[0], 2),
            (each.cpu[1], 2),
            (each.operations, 1),
            (server, 0),
            (mongod, 0),
        ];
        let told = told.map(|(value, digits)| match value {
            Some(value) => format!("{value:>11.digits$}"),
            None => format!("{:>11}", "-"),
        });
        println!("{name:<42}{}", told.concat());
    }
    Ok(())
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
        ("GET conversations, active", one("/api/conversations?limit=20&status=active")),
        ("GET conversations, closed", one("/api/conversations?limit=20&status=closed")),
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
        ("GET visitors, online", one("/api/visitors?limit=20&online=true")),
        ("GET visitors, page 50", one("/api/visitors?limit=20&page=50")),
        ("GET visitors, q", one("/api/visitors?limit=20&q=n42")),
        (
            "GET messages",
            ids.iter().map(|id| Call::get(format!("/api/messages/{id}?limit=20"))).collect(),
        ),
        (
            "GET messages, before",
            ids.iter().map(|id| Call::get(format!("/api/messages/{id}?limit=20&before=20"))).collect(),
        ),
        ("GET messages, q", one("/api/messages?limit=20&q=order")),
        ("GET auth/users", one("/api/auth/users?limit=20")),
        ("GET auth/audit", one("/api/auth/audit?limit=20")),
        ("GET canned-responses", one("/api/canned-responses?limit=20")),
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
        let caller_name = unique();
        let first = caller * calls.len() / options.callers;
        tokio::spawn(async move {
            let mut times = Histogram::<u64>::new(3)?;
            for (number, call) in (0_u64..).zip(calls.iter().cycle().skip(first)) {
                let call = call.named(&format!("{caller_name}-{number}"));
                let began = Instant::now();
                if began >= end {
                    break;
                }
                api.call(&call, &token).await?;
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
