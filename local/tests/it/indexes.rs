//! Every query has its index, and sorts nothing in memory: every route and every event is called among many strangers
//! while MongoDB's profiler looks. A route or an event without a row fails.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::TryStreamExt;
use local::functions::HTTP_FUNCTIONS;
use local::websocket_api::Limits;
use mongodb::Database;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use reqwest::Method;
use serde_json::{Value, json};
use shared::documents::user::User;
use shared::use_cases::maintenance;
use tokio::time::Instant;

use crate::support::{Chat, NOBODY, text, widget_file};

/// A route, one of its calls (`{…}` stands for a thing that there is) and its body, in an order that works.
#[rustfmt::skip]
const CALLS: &[(&str, &str, &str)] = &[
    ("POST /api/auth/login", "", r#"{"email":"ada@example.com","password":"correct horse"}"#),
    ("GET /api/auth/registration", "", ""),
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
    ("GET /api/conversations", "?assignedTo=me", ""),
    ("GET /api/conversations", "?page=3", ""),
    ("GET /api/conversations", "?q=vic", ""),
    ("GET /api/conversations", "?visitor={visitor}", ""),
    ("GET /api/conversations", "?visitor={visitor}&status=closed", ""),
    ("GET /api/conversations", "?tag=vip", ""),
    ("GET /api/conversations", "?tag=vip&assignedTo=me", ""),
    ("GET /api/conversations", "?priority=high", ""),
    ("GET /api/conversations", "?priority=medium&status=active&limit=1", ""),
    ("GET /api/conversations", "?sort=waiting&limit=1", ""),
    ("GET /api/conversations", "?sort=waiting&assignedTo=none", ""),
    ("POST /api/conversations", "", r#"{"visitorId":"{silent}","message":"Hi","clientMessageId":"o1"}"#),
    ("POST /api/conversations", "", r#"{"visitorId":"{silent}","message":"Hi","clientMessageId":"o1"}"#),
    ("GET /api/conversations/{id}", "{conversation}", ""),
    ("GET /api/conversations/{id}/events", "{conversation}", ""),
    ("GET /api/messages", "?q=hel", ""),
    ("GET /api/messages", "?q=hel%20nobody", ""),
    ("GET /api/messages/{conversationId}", "{conversation}", ""),
    ("GET /api/messages/{conversationId}", "{conversation}?before=2", ""),
    ("GET /api/messages/{conversationId}", "{conversation}?after=1", ""),
    ("POST /api/messages", "", r#"{"conversationId":"{conversation}","content":"Hi","clientMessageId":"a1"}"#),
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
    ("GET /", "", ""),
    ("GET /dashboard", "", ""),
    ("GET /dashboard/{file}", "index.html", ""),
    ("GET /widget.js", "", ""),
    ("GET /widget.d.ts", "", ""),
    ("GET /widget/{file}", "{file}", ""),
    ("GET /demo", "", ""),
    ("GET /demo.css", "", ""),
    ("GET /config.json", "", ""),
    ("GET /api/openapi.json", "", ""),
    ("GET /api/asyncapi.json", "", ""),
    ("GET /api/docs", "", ""),
    ("GET /api/docs/{file}", "events.html", ""),
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
    ("conversation:start", r#"{"message":"Hello","clientMessageId":"start"}"#),
    ("message:send", r#"{"conversationId":"{conversation}","content":"Hello","clientMessageId":"m1"}"#),
    ("message:send", r#"{"conversationId":"{conversation}","content":"Hello","clientMessageId":"m1"}"#),
    (
        "message:send",
        r#"{"conversationId":"{conversation}","content":"Hi","clientMessageId":"m2","follows":"m1"}"#,
    ),
    ("visitor:connect", r#"{"sessionId":"session-of-Vic-0123456789","name":"Vic","after":1}"#),
    ("typing:start", r#"{"conversationId":"{conversation}"}"#),
    ("typing:stop", r#"{"conversationId":"{conversation}"}"#),
    ("ping", "{}"),
];
const BY_AGENT: &[(&str, &str)] = &[
    ("agent:watch", r#"{"watch":"all"}"#),
    ("conversation:join", r#"{"conversationId":"{conversation}","after":1}"#),
    ("message:delivered", r#"{"conversationId":"{conversation}","upTo":2}"#),
    ("message:read", r#"{"conversationId":"{conversation}","messageId":"{message}"}"#),
    ("message:read", r#"{"conversationId":"{conversation}","upTo":2}"#),
    ("conversation:leave", r#"{"conversationId":"{conversation}"}"#),
];
/// What the visitor reads.
const BY_VISITOR_OVER_HTTP: &[&str] = &[
    "/api/conversations",
    "/api/conversations?status=active",
    "/api/conversations/{conversation}",
    "/api/messages/{conversation}",
    "/api/visitors",
];
/// What the sockets of the test have sent before.
const BEFORE: [&str; 1] = ["agent:connect"];

/// How many strangers there are for each thing of the test.
const STRANGERS: usize = 300;
/// What a query may look at besides what it gives: a page, and whether there is a next one.
const SPARE: i64 = 60;

#[tokio::test]
async fn no_query_looks_at_what_it_does_not_give_or_sorts_in_memory() {
    let chat = Chat::start_with(&[("RETENTION_DAYS", "30")], Limits::default()).await;
    let (sue, ada) = chat.team().await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, conversation) = chat.held_by(&ada, "Vic").await;
    let list = chat.get(&format!("/api/messages/{conversation}")).by(&ada.token).await.expect(200);
    let shortcut = json!({ "title": "Hi", "content": "Hello", "shortcut": "/hi" });
    let canned = chat.post("/api/canned-responses", shortcut).by(&sue.token).await.expect(201);
    let things = [
        ("{conversation}", conversation.clone()),
        ("{message}", text(&list["messages"][0]["_id"])),
        ("{visitor}", vic.id.clone()),
        ("{silent}", chat.visitor("Sil").await.id),
        ("{canned}", text(&canned["_id"])),
        ("{sue}", sue.id.clone()),
        ("{ada}", ada.id.clone()),
        ("{nobody}", NOBODY.to_owned()),
        ("{file}", widget_file()),
    ];
    let database = database(&chat);
    add_strangers(&database).await;
    database.run_command(doc! { "profile": 2 }).await.unwrap();

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
    for path in BY_VISITOR_OVER_HTTP {
        chat.get(&filled(path)).by(&vic.token).await.expect(200);
    }
    for (route, rest, body) in CALLS {
        let (method, path) = route.split_once(' ').unwrap();
        let path = match path.split_once('{') {
            Some((begin, end)) => {
                let (_, end) = end.split_once('}').unwrap();
                let (thing, query) = rest
                    .split_once('?')
                    .map_or((*rest, String::new()), |(thing, query)| (thing, format!("?{query}")));
                format!("{begin}{}{end}{query}", filled(thing))
            }
            None => format!("{path}{}", filled(rest)),
        };
        let call = chat.call(Method::from_bytes(method.as_bytes()).unwrap(), &path).by(&sue.token);
        let call = if body.is_empty() { call } else { call.json(&data(body)) };
        let answer = call.await;
        let unknown = rest.contains("{nobody}");
        assert_eq!(answer.status >= 400, unknown, "{route}{rest}: {} {}", answer.status, answer.body);
        if answer.body["nextCursor"].is_string() {
            let query = if path.contains('?') { '&' } else { '?' };
            let next = format!("{path}{query}cursor={}", answer.body["nextCursor"].as_str().unwrap());
            chat.get(&next).by(&sue.token).await.expect(200);
        }
    }
    maintenance::run(&chat.app, Instant::now() + Duration::from_secs(20)).await;

    let profile = database.collection::<Document>("system.profile");
    let all = doc! { "ns": { "$not": { "$regex": "system.profile$" } } };
    let all: Vec<Document> = profile.find(all).await.unwrap().try_collect().await.unwrap();
    assert!(all.len() > 100, "the profiler was on");
    let wasteful: Vec<String> = all.iter().filter(|found| is_wasteful(found)).map(summary).collect();
    assert_eq!(wasteful, Vec::<String>::new());
}

fn database(chat: &Chat) -> Database {
    let users = chat.app.db.of::<User>();
    users.client().database(&users.namespace().db)
}

/// Copies every document again and again, with other ids and other unique texts, so that a query which
/// looks at all of them is noticed.
async fn add_strangers(database: &Database) {
    let mut stored = Vec::new();
    for name in database.list_collection_names().await.unwrap() {
        if !matches!(name.as_str(), "prepared" | "team") {
            let all = database.collection::<Document>(&name).find(doc! {}).await.unwrap();
            stored.push((name, all.try_collect::<Vec<Document>>().await.unwrap()));
        }
    }
    for (name, documents) in stored {
        let strangers = (0..STRANGERS).flat_map(|number| {
            documents.iter().map(move |document| match stranger(document.clone().into(), number) {
                Bson::Document(stranger) => stranger,
                other => panic!("{other}"),
            })
        });
        let strangers: Vec<Document> = strangers.collect();
        if !strangers.is_empty() {
            database.collection(&name).insert_many(strangers).await.unwrap();
        }
    }
}

/// The value with other ids, the same ones for the same number; and with other texts where they are unique.
fn stranger(value: Bson, number: usize) -> Bson {
    match value {
        Bson::ObjectId(id) => {
            let mut bytes = id.bytes();
            bytes[..2].copy_from_slice(&u16::try_from(number + 1).unwrap().to_be_bytes());
            ObjectId::from_bytes(bytes).into()
        }
        Bson::Document(fields) => {
            let fields = fields.into_iter().filter(|(name, _)| name != "founder");
            let fields = fields.map(|(name, value)| {
                let is_unique = matches!(
                    name.as_str(),
                    "_id" | "id" | "email" | "sessionHash" | "shortcut" | "startKey" | "clientMessageId"
                );
                let value = match value {
                    Bson::String(text) if is_unique => format!("{text}-{number}").into(),
                    value => stranger(value, number),
                };
                (name, value)
            });
            fields.collect::<Document>().into()
        }
        Bson::Array(values) => {
            values.into_iter().map(|value| stranger(value, number)).collect::<Vec<_>>().into()
        }
        value => value,
    }
}

fn summary(found: &Document) -> String {
    let plan = found.get_str("planSummary").unwrap_or_default();
    let looked = ["docsExamined", "keysExamined", "nreturned"].map(|field| number(found, field));
    let command = found.get_document("command").unwrap();
    let mut summary = format!("{} {plan} {looked:?} {command}", found.get_str("ns").unwrap());
    summary.truncate(summary.floor_char_boundary(1000));
    summary
}

fn number(found: &Document, field: &str) -> i64 {
    found.get_i32(field).map(i64::from).or_else(|_| found.get_i64(field)).unwrap_or(0)
}

/// Whether a command looked at more than it gave or changed, asked twice, or sorted in memory.
fn is_wasteful(found: &Document) -> bool {
    let command = found.get_document("command").unwrap();
    let text = command.to_string();
    let plan = found.get_str("planSummary").unwrap_or_default();
    let (documents, keys) = (number(found, "docsExamined"), number(found, "keysExamined"));
    let given = ["nreturned", "nMatched", "nModified", "ndeleted", "ninserted"];
    let given: i64 = given.iter().map(|field| number(found, field)).sum();
    let scans = plan.contains("COLLSCAN") && !is_small(found, command);
    // An export sorts the conversations of one visitor.
    let exports = text.contains("\"sort\": { \"_id\": 1 }") && plan.contains("visitor: 1");
    let sorts = found.get_bool("hasSortStage").unwrap_or(false) && !exports;
    if text.contains("$regex") || text.contains("RegularExpression") {
        // Words are found by a range of their index, which has another order than the list; how much of it
        // is looked at has its own bound. Canned responses are few.
        return scans || !(plan.contains("words: 1") || plan.contains("category: 1"));
    }
    // A search looks through 150 visitors, or 10,000 entries in order, a count through 1,000, and a figure through all entries of
    // an index and no document.
    let is_search = plan.contains("tags: 1");
    let is_bounded = is_search
        || ["1001", "10000", "10001"]
            .iter()
            .any(|most| text.contains(&format!("\"$limit\": {most} }}")));
    let is_figure = text.contains("$group") && documents <= given + SPARE;
    let looks_too_far = documents > 2 * given + SPARE || keys > 3 * given + 2 * SPARE;
    scans || sorts || command.contains_key("getMore") || looks_too_far && !is_bounded && !is_figure
}

/// Whether a scan costs the same however much there is: whether there is any user at all, and a collection
/// with one document.
fn is_small(found: &Document, command: &Document) -> bool {
    let looks_at_any = command.get_document("filter").is_ok_and(|filter| filter.is_empty())
        && command.get_i64("limit").is_ok_and(|limit| limit == 1);
    looks_at_any || found.get_str("ns").unwrap().ends_with(".team")
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
