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

mod built;
#[path = "../tests/it/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use built::{is_frozen, peak_memory_kib, program};
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

/// The processes of a function.
fn processes(function: &str) -> Vec<u32> {
    let own = program(function).canonicalize().unwrap();
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    all.filter(|entry| std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == own))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// The processor time that the processes of a function have taken, all together, once all of them wait
/// for their next event: what goes on behind the last answer belongs to it.
async fn cpu(function: &str) -> Duration {
    let processes = processes(function);
    while !processes.iter().all(|process| is_frozen(*process)) {
        tokio::task::yield_now().await;
    }
    let tasks = |process: u32| std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten();
    let nanos = processes.into_iter().flat_map(tasks).flatten().filter_map(|task| {
        let times = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        times.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}

/// Makes the calls of one kind and prints what each took.
async fn measure(function: &str, what: &str, calls: u32, mut call: impl AsyncFnMut(u32)) {
    for number in 0..FIRST.min(calls) {
        call(number).await;
    }
    let (before, began) = (cpu(function).await, Instant::now());
    for number in FIRST..FIRST + calls {
        call(number).await;
    }
    let took = began.elapsed() / calls;
    let cpu = cpu(function).await.saturating_sub(before).as_secs_f64() * 1000.0 / f64::from(calls);
    let memory_kib = processes(function).into_iter().filter_map(peak_memory_kib).max().unwrap_or(0);
    let at = |memory: f64| cpu * PROCESSOR_MB / memory;
    println!(
        "{function:18}{what:34}{cpu:7.2} ms{:9.2} ms{:9.1} ms{:9.1} ms{:9.1} MiB",
        took.as_secs_f64() * 1000.0,
        at(256.0),
        at(512.0),
        memory_kib as f64 / 1024.0,
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
    let (client, url) = (reqwest::Client::new(), chat.url("/widget.js"));
    measure("pages", "GET widget.js", CALLS, async |_| {
        assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
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
