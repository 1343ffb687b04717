//! Every query has its index, and sorts nothing in memory: every route and every event is called while MongoDB's
//! profiler looks. A route or an event without a row fails.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::TryStreamExt;
use local::functions::HTTP_FUNCTIONS;
use mongodb::bson::{Document, doc};
use reqwest::Method;
use serde_json::{Value, json};
use shared::documents::user::User;
use shared::use_cases::maintenance;
use tokio::time::Instant;

use crate::support::{Chat, NOBODY, text};

/// A route, one of its calls (`{…}` stands for a thing that there is) and its body, in an order that works.
#[rustfmt::skip]
const CALLS: &[(&str, &str, &str)] = &[
    ("POST /api/auth/login", "", r#"{"email":"ada@example.com","password":"correct horse"}"#),
    ("GET /api/auth/profile", "", ""),
    ("PUT /api/auth/status", "", r#"{"status":"away"}"#),
    ("PUT /api/auth/password", "", r#"{"currentPassword":"correct horse","newPassword":"correct horse"}"#),
    ("GET /api/auth/users", "", ""),
    ("GET /api/auth/users", "?role=agent&active=true", ""),
    ("GET /api/auth/audit", "", ""),
    ("GET /api/auth/audit", "?action=registered", ""),
    ("GET /api/conversations", "", ""),
    ("GET /api/conversations", "?status=active&assignedTo=me&limit=1", ""),
    ("GET /api/conversations", "?assignedTo=none", ""),
    ("GET /api/conversations", "?status=pending", ""),
    ("GET /api/conversations", "?q=vic", ""),
    ("GET /api/conversations/{id}", "{conversation}", ""),
    ("GET /api/messages/{conversationId}", "{conversation}", ""),
    ("GET /api/messages/{conversationId}", "{conversation}?before=2", ""),
    ("GET /api/messages/{conversationId}", "{conversation}?after=1", ""),
    ("POST /api/messages", "", r#"{"conversationId":"{conversation}","content":"Hi","clientMessageId":"m2"}"#),
    ("PUT /api/messages/{id}/read", "{message}", ""),
    ("PUT /api/messages/{id}/read", "{nobody}", ""),
    ("PUT /api/messages/conversation/{conversationId}/read-all", "{conversation}", ""),
    ("GET /api/visitors", "", ""),
    ("GET /api/visitors", "?online=true&q=vic", ""),
    ("GET /api/visitors", "?online=false", ""),
    ("GET /api/visitors/{id}", "{visitor}", ""),
    ("PUT /api/visitors/{id}", "{visitor}", r#"{"name":"Victor"}"#),
    ("GET /api/visitors/{id}/export", "{visitor}", ""),
    ("GET /api/analytics/overview", "", ""),
    ("GET /api/analytics/charts", "?period=90days&tz=Europe/Berlin", ""),
    ("GET /api/analytics/agents", "", ""),
    ("GET /api/canned-responses", "", ""),
    ("GET /api/canned-responses", "?category=General&q=hi", ""),
    ("POST /api/canned-responses", "", r#"{"title":"Bye","content":"Goodbye"}"#),
    ("GET /api/canned-responses/{id}", "{canned}", ""),
    ("PUT /api/canned-responses/{id}", "{canned}", r#"{"title":"Hey"}"#),
    ("DELETE /api/canned-responses/{id}", "{canned}", ""),
    ("GET /health", "?deep=1", ""),
    ("GET /api/openapi.json", "", ""),
    ("GET /api/asyncapi.json", "", ""),
    ("GET /api/docs", "", ""),
    ("PUT /api/conversations/{id}", "{conversation}", r#"{"tags":["vip"]}"#),
    ("PUT /api/conversations/{id}/transfer", "{conversation}", r#"{"agentId":"{sue}"}"#),
    ("PUT /api/conversations/{id}/resolve", "{conversation}", ""),
    ("PUT /api/conversations/{id}/assign", "{conversation}", ""),
    ("PUT /api/conversations/{id}/close", "{conversation}", ""),
    ("PUT /api/conversations/{id}/rate", "{conversation}", r#"{"rating":5}"#),
    ("PUT /api/visitors/{id}/ban", "{visitor}", ""),
    ("DELETE /api/visitors/{id}/ban", "{visitor}", ""),
    ("DELETE /api/visitors/{id}", "{visitor}", ""),
    ("PUT /api/auth/users/{id}", "{ada}", r#"{"role":"admin"}"#),
    ("PUT /api/auth/users/{id}/password", "{ada}", r#"{"newPassword":"battery staple"}"#),
    ("POST /api/auth/register", "", r#"{"name":"New","email":"new@example.com","password":"correct horse"}"#),
    ("POST /api/auth/logout", "", ""),
];

/// What somebody sends; those of the visitor first.
const BY_VISITOR: &[(&str, &str)] = &[
    ("conversation:start", r#"{"message":"Hello","clientMessageId":"start"}"#),
    ("visitor:page", r#"{"url":"/"}"#),
    ("message:send", r#"{"conversationId":"{conversation}","content":"Hello","clientMessageId":"m1"}"#),
    ("typing:start", r#"{"conversationId":"{conversation}"}"#),
    ("typing:stop", r#"{"conversationId":"{conversation}"}"#),
    ("ping", "{}"),
];
const BY_AGENT: &[(&str, &str)] = &[
    ("agent:watch", r#"{"watch":"all"}"#),
    ("conversation:join", r#"{"conversationId":"{conversation}","after":1}"#),
    ("message:delivered", r#"{"conversationId":"{conversation}","upTo":2}"#),
    ("message:read", r#"{"conversationId":"{conversation}","upTo":2}"#),
    ("conversation:leave", r#"{"conversationId":"{conversation}"}"#),
];
/// What the sockets of the test have sent before.
const BEFORE: [&str; 2] = ["agent:connect", "visitor:connect"];

#[tokio::test]
async fn no_query_scans_a_collection_or_sorts_in_memory() {
    let chat = Chat::start().await;
    let users = chat.app.db.of::<User>();
    let database = users.client().database(&users.namespace().db);
    database.run_command(doc! { "profile": 2 }).await.unwrap();

    let (sue, ada) = chat.team().await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, conversation) = chat.held_by(&ada, "Vic").await;
    let list = chat.get(&format!("/api/messages/{conversation}")).by(&ada.token).await.expect(200);
    let shortcut = json!({ "title": "Hi", "content": "Hello", "shortcut": "/hi" });
    let canned = chat.post("/api/canned-responses", shortcut).by(&sue.token).await.expect(201);
    let things = [
        ("{conversation}", conversation),
        ("{message}", text(&list["messages"][0]["_id"])),
        ("{visitor}", vic.id.clone()),
        ("{canned}", text(&canned["_id"])),
        ("{sue}", sue.id.clone()),
        ("{ada}", ada.id.clone()),
        ("{nobody}", NOBODY.to_owned()),
    ];
    let filled = |text: &str| {
        things.iter().fold(text.to_owned(), |text, (name, thing)| text.replace(name, thing))
    };
    let data = |text: &str| serde_json::from_str::<Value>(&filled(text)).unwrap();
    for (event, text) in BY_VISITOR {
        vic.socket.ack(event, data(text)).await;
    }
    for (event, text) in BY_AGENT {
        adas.ack(event, data(text)).await;
    }
    for (route, rest, body) in CALLS {
        let (method, path) = route.split_once(' ').unwrap();
        let path = match path.split_once('{') {
            Some((_, end)) => {
                let (_, end) = end.split_once('}').unwrap();
                let (thing, query) = rest
                    .split_once('?')
                    .map_or((*rest, String::new()), |(thing, query)| (thing, format!("?{query}")));
                let begin = path.split('{').next().unwrap();
                format!("{begin}{}{end}{query}", filled(thing))
            }
            None => format!("{path}{rest}"),
        };
        let call = chat.call(Method::from_bytes(method.as_bytes()).unwrap(), &path).by(&sue.token);
        let call = if body.is_empty() { call } else { call.json(&data(body)) };
        let answer = call.await;
        assert!(answer.status < 500, "{route}: {} {}", answer.status, answer.body);
    }
    maintenance::run(&chat.app, Instant::now() + Duration::from_secs(20)).await;

    let profile = database.collection::<Document>("system.profile");
    let slow = doc! {
        "$or": [{ "planSummary": "COLLSCAN" }, { "hasSortStage": true }],
        "ns": { "$not": { "$regex": "system.profile$" } },
    };
    let slow: Vec<Document> = profile.find(slow).await.unwrap().try_collect().await.unwrap();
    let slow: Vec<String> = slow.iter().filter(|found| !is_bounded(found)).map(summary).collect();
    assert_eq!(slow, Vec::<String>::new());
    assert!(profile.count_documents(doc! {}).await.unwrap() > 100, "the profiler was on");
}

fn summary(found: &Document) -> String {
    let plan = found.get_str("planSummary").unwrap_or_default();
    format!("{} {plan} {}", found.get_str("ns").unwrap(), found.get_document("command").unwrap())
}

/// Whether a scan or a sort costs the same however much there is.
fn is_bounded(found: &Document) -> bool {
    let command = found.get_document("command").unwrap();
    let filter = command.get_document("filter").ok();
    // Whether there is any user at all, and a collection with one document.
    let looks_at_one = filter == Some(&doc! {})
        && command.get_i64("limit").is_ok_and(|limit| limit == 1)
        || found.get_str("ns").unwrap().ends_with(".team");
    // Words are found by a range of their index, whose entries have another order than the list.
    let searches =
        command.to_string().contains("RegularExpression") || command.to_string().contains("$regex");
    looks_at_one || searches
}

#[test]
fn every_route_and_every_event_is_called() {
    let coded: BTreeSet<String> = HTTP_FUNCTIONS
        .iter()
        .flat_map(|(_, routes)| {
            let routes = routes();
            routes.list().iter().map(|(method, path)| format!("{method} {path}")).collect::<Vec<_>>()
        })
        .collect();
    let called: BTreeSet<String> = CALLS.iter().map(|(route, _, _)| (*route).to_owned()).collect();
    assert_eq!(called, coded, "give the route a row in CALLS");
    let events: BTreeSet<&str> = websocket::EVENTS.iter().copied().collect();
    let sent = BY_VISITOR.iter().chain(BY_AGENT).map(|(event, _)| *event).chain(BEFORE);
    assert_eq!(sent.collect::<BTreeSet<_>>(), events, "give the event a row in BY_VISITOR or BY_AGENT");
}
