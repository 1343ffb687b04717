//! What processor time and memory the built functions take for a call (`CONTRIBUTING.md`, How fast it
//! is). The template's `MemorySize` and what `docs/costs.md` says of Lambda's
//! time rest on it.
//!
//! Calls are made one after the other, over the local gateways, on a database that is there.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool that ends with the first thing that is not as it must be"
)]

#[path = "../tests/it/support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Agent, Chat, Visitor, text};

/// Calls that are measured of each kind; checking a password takes longer.
const CALLS: u32 = 300;
const LOGINS: u32 = 20;
/// Calls before those: a first one does more.
const FIRST: u32 = 20;
/// Conversations, and messages in the one that is read.
const CONVERSATIONS: u32 = 30;
const MESSAGES: u32 = 30;
/// The memory that brings a whole processor, and less of it a part (AWS Lambda, "Configure Lambda function
/// memory").
const PROCESSOR_MB: f64 = 1769.0;

/// What a pass through processes sums up.
#[derive(Clone, Copy, Debug, Default)]
struct Usage {
    cpu: Duration,
    memory_kib: u64,
}

fn program(function: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/lambda").join(function).join("bootstrap")
}

/// What the processes of a function have taken, all together, and the most memory of any.
fn usage(function: &str) -> Usage {
    let own = program(function).canonicalize().unwrap();
    let mut usage = Usage::default();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let process = entry.path();
        if !std::fs::read_link(process.join("exe")).is_ok_and(|exe| exe == own) {
            continue;
        }
        for task in std::fs::read_dir(process.join("task")).into_iter().flatten().flatten() {
            let times = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            let nanos = times.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
            usage.cpu += Duration::from_nanos(nanos.unwrap_or(0));
        }
        let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok());
        usage.memory_kib = usage.memory_kib.max(kib.unwrap_or(0));
    }
    usage
}

/// Makes the calls of one kind and prints what each took.
async fn measure(function: &str, what: &str, calls: u32, mut call: impl AsyncFnMut(u32)) {
    for number in 0..FIRST.min(calls) {
        call(number).await;
    }
    let (before, began) = (usage(function).cpu, Instant::now());
    for number in FIRST..FIRST + calls {
        call(number).await;
    }
    let took = began.elapsed() / calls;
    // What goes on behind the last answer belongs to it.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let after = usage(function);
    let cpu = after.cpu.saturating_sub(before).as_secs_f64() * 1000.0 / f64::from(calls);
    let at = |memory: f64| cpu * PROCESSOR_MB / memory;
    println!(
        "{function:18}{what:34}{cpu:7.2} ms{:9.2} ms{:9.1} ms{:9.1} ms{:9.1} MiB",
        took.as_secs_f64() * 1000.0,
        at(256.0),
        at(512.0),
        after.memory_kib as f64 / 1024.0,
    );
}

async fn get(chat: &Chat, path: &str, agent: &Agent) -> Value {
    chat.get(path).by(&agent.token).await.expect(200)
}

#[tokio::main]
async fn main() {
    let chat = Chat::deployed(program).await;
    let (sue, ada) = chat.team().await;
    println!(
        "{:52}{:>10}{:>12}{:>12}{:>12}{:>13}",
        "", "processor", "answered in", "at 256 MB", "at 512 MB", "memory"
    );
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    for number in 1..CONVERSATIONS {
        chat.conversation(&format!("Visitor {number}"), "Is anybody there?").await;
    }
    websocket(&chat, &ada, &mut vic, &id).await;
    http(&chat, &sue, &ada, &vic, &id).await;
    passwords(&chat, &ada).await;
}

async fn websocket(chat: &Chat, ada: &Agent, vic: &mut Visitor, id: &str) {
    let mut agent = chat.agent_socket(ada).await;
    let about = json!({ "conversationId": id });
    measure("websocket", "ping", CALLS, async |_| vic.socket.pushed_so_far().await).await;
    measure("websocket", "message:send, to an agent", CALLS, async |number| {
        let name = format!("message-{number}");
        let data = json!({ "conversationId": id, "content": "Is it there?", "clientMessageId": name });
        vic.socket.ack("message:send", data).await;
        agent.next("message:new").await;
    })
    .await;
    measure("websocket", "message:read", CALLS, async |number| {
        agent.ack("message:read", json!({ "conversationId": id, "upTo": number + 1 })).await;
        vic.socket.next("message:read").await;
    })
    .await;
    measure("websocket", "typing:start", CALLS, async |_| {
        agent.tell("typing:start", about.clone()).await;
        vic.socket.next("typing:start").await;
    })
    .await;
    measure("websocket", "conversation:join, 50 messages", CALLS, async |_| {
        agent.ack("conversation:join", about.clone()).await;
    })
    .await;
    measure("websocket", "come, be known, leave", CALLS, async |number| {
        chat.visitor(&format!("Passer {number}")).await.socket.close().await;
    })
    .await;
}

async fn http(chat: &Chat, sue: &Agent, ada: &Agent, vic: &Visitor, id: &str) {
    let messages = format!("/api/messages/{id}?limit={MESSAGES}");
    measure("messages", "GET 30 messages", CALLS, async |_| drop(get(chat, &messages, ada).await)).await;
    measure("messages", "POST", CALLS, async |number| {
        let name = format!("posted-{number}");
        let body = json!({ "conversationId": id, "content": "It is.", "clientMessageId": name });
        chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    })
    .await;
    let search = "/api/messages?q=there";
    measure("messages", "GET ?q", CALLS, async |_| drop(get(chat, search, ada).await)).await;
    let list = "/api/conversations?limit=20";
    measure("conversations", "GET 20 conversations", CALLS, async |_| drop(get(chat, list, ada).await))
        .await;
    let one = format!("/api/conversations/{id}");
    measure("conversations", "PUT priority", CALLS, async |number| {
        let priority = if number % 2 == 0 { "high" } else { "low" };
        chat.put(&one, json!({ "priority": priority })).by(&ada.token).await.expect(200);
    })
    .await;
    let visitors = "/api/visitors?limit=20";
    measure("visitors", "GET 20 visitors", CALLS, async |_| drop(get(chat, visitors, ada).await)).await;
    let export = format!("/api/visitors/{}/export", vic.id);
    measure("visitors", "GET export, 640 messages", LOGINS, async |_| {
        drop(get(chat, &export, sue).await)
    })
    .await;
    let (overview, charts) = ("/api/analytics/overview", "/api/analytics/charts?period=90days");
    measure("analytics", "GET overview", CALLS, async |_| drop(get(chat, overview, sue).await)).await;
    measure("analytics", "GET charts of 90 days", CALLS, async |_| drop(get(chat, charts, sue).await))
        .await;
    let responses = "/api/canned-responses";
    measure("canned-responses", "GET", CALLS, async |_| drop(get(chat, responses, ada).await)).await;
    let profile = "/api/auth/profile";
    measure("auth", "GET profile", CALLS, async |_| drop(get(chat, profile, ada).await)).await;
    let url = chat.url("/widget.js");
    measure("pages", "GET widget.js", CALLS, async |_| {
        assert_eq!(reqwest::get(&url).await.unwrap().status(), 200);
    })
    .await;
}

async fn passwords(chat: &Chat, ada: &Agent) {
    measure("auth", "POST login", LOGINS, async |_| {
        let body = json!({ "email": ada.email, "password": "correct horse" });
        text(&chat.post("/api/auth/login", body).await.expect(200)["token"]);
    })
    .await;
}
