//! `/api/analytics`: true figures of the stored data.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};
use shared::documents::conversation::{Conversation, Guard};
use shared::documents::message::Message;
use shared::documents::participant::{Participant, Side};
use shared::use_cases::messages::Draft;
use shared::use_cases::outbox;
use shared::{Id, Time};

use crate::support::{Chat, each, text};

#[tokio::test]
async fn without_data_numbers_are_zero_and_averages_null() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut overview = chat.get("/api/analytics/overview").by(&ada.token).await.expect(200);
    as_of(&mut overview);
    assert_eq!(
        overview,
        json!({
            "totalConversations": 0, "activeChats": 0, "pendingChats": 0, "resolvedChats": 0,
            "closedChats": 0, "avgResponseTime": "0s", "avgResponseSeconds": null,
            "avgResolutionSeconds": null, "avgRating": "0.0", "ratedConversations": 0,
        })
    );
    let mut agents = chat.get("/api/analytics/agents").by(&ada.token).await.expect(200);
    as_of(&mut agents[0]);
    assert_eq!(
        agents,
        json!([{
            "id": ada.id, "name": "Ada", "email": ada.email, "status": "offline",
            "assignedConversations": 0, "resolvedConversations": 0, "avgResponseSeconds": null,
            "avgRating": "0.0", "messagesSent": 0,
        }])
    );
}

/// Takes out what figures say of their time.
fn as_of(figures: &mut Value) -> jiff::Timestamp {
    text(&figures.as_object_mut().unwrap().remove("asOf").unwrap()).parse().unwrap()
}

#[tokio::test]
async fn figures_of_few_are_of_the_moment_for_all_who_ask_at_once() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    for number in 1..=3 {
        chat.conversation(&format!("Vic-{number}"), "Hello").await;
        let began = jiff::Timestamp::now() - jiff::SignedDuration::from_millis(1);
        let overview = async || chat.get("/api/analytics/overview").by(&ada.token).await.expect(200);
        for mut overview in futures::future::join_all((0..8).map(|_| overview())).await {
            assert_eq!(overview["totalConversations"], number);
            assert!(as_of(&mut overview) >= began);
        }
    }
}

fn snapshots(chat: &Chat) -> Collection<Document> {
    let messages = chat.app.db.of::<Message>();
    messages.client().database(&messages.namespace().db).collection("figures")
}

/// As many conversations as make figures the snapshot's.
async fn many(chat: &Chat) {
    let conversations = (0..10_000).map(|number: u32| {
        let visitor = Id::sequential();
        let mut conversation = Conversation::begin(visitor, None).unwrap();
        conversation.rating = number.is_multiple_of(2).then_some(4);
        conversation
    });
    let conversations: Vec<_> = conversations.collect();
    chat.app.db.of::<Conversation>().insert_many(conversations).await.unwrap();
}

#[tokio::test]
async fn figures_of_many_are_computed_once_a_minute_for_all_instances() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    many(&chat).await;
    let other = chat.another_instance().await;
    for (path, field, count) in [
        ("/api/analytics/overview", "/totalConversations", 10_000),
        ("/api/analytics/agents", "/0/assignedConversations", 0),
    ] {
        let asking =
            [&chat, &other].map(|chat| async { chat.get(path).by(&ada.token).await.expect(200) });
        let [one, another] = futures::future::join_all(asking).await.try_into().unwrap();
        assert_eq!(one, another, "{path}: computed once");
        assert_eq!(one.pointer(field).unwrap(), count, "{path}");
        let (_vic, held) = chat.held_by(&ada, "Vic").await;
        assert_eq!(chat.get(path).by(&ada.token).await.expect(200), one, "{path}: of the snapshot");
        let past = Time::from_millis(Time::now().millis() - 61_000);
        snapshots(&chat).update_many(doc! {}, doc! { "$set": { "asOf": past } }).await.unwrap();
        let new = chat.get(path).by(&ada.token).await.expect(200);
        assert_eq!(new.pointer(field).unwrap(), count + 1, "{path}: older than a minute");
        let held = doc! { "_id": held.parse::<Id>().unwrap() };
        chat.app.db.of::<Conversation>().delete_one(held).await.unwrap();
        snapshots(&chat).delete_many(doc! {}).await.unwrap();
    }
}

#[tokio::test]
async fn a_snapshot_that_is_almost_old_is_renewed_by_one_while_others_have_it() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    many(&chat).await;
    let overview = async || chat.get("/api/analytics/overview").by(&ada.token).await.expect(200);
    let first = overview().await;
    let set = async |fields: Document| {
        snapshots(&chat).update_one(doc! {}, doc! { "$set": fields }).await.unwrap();
    };
    let now = Time::now().millis();
    let (almost, soon) = (Time::from_millis(now - 46_000), Time::from_millis(now + 20_000));
    // Another instance makes the next one.
    set(doc! { "asOf": almost, "leasedUntil": soon }).await;
    assert_eq!(overview().await["asOf"], almost.iso());
    // It ended in the middle.
    set(doc! { "leasedUntil": Time::from_millis(now - 1) }).await;
    assert_eq!(overview().await["asOf"], almost.iso(), "nobody waits for the next one");
    chat.app.background.ended().await;
    assert!(text(&overview().await["asOf"]) >= text(&first["asOf"]));
}

#[tokio::test]
async fn the_overview_counts_each_status_and_averages_what_there_is() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_v1, _pending) = chat.conversation("V1", "Hello").await;
    let (_v2, _active) = chat.held_by(&ada, "V2").await;
    let (_v3, resolved) = chat.held_by(&ada, "V3").await;
    let (_v4, closed) = chat.held_by(&ada, "V4").await;
    let put = |id: &str, action: &str, body: Value| {
        chat.put(&format!("/api/conversations/{id}/{action}"), body).by(&ada.token)
    };
    for id in [&resolved, &closed] {
        let body = json!({ "conversationId": id, "content": "Hi" });
        chat.post("/api/messages", body).by(&ada.token).await.expect(201);
        put(id, "resolve", json!({})).await.expect(200);
    }
    put(&closed, "close", json!({})).await.expect(200);
    put(&resolved, "rate", json!({ "rating": 5 })).await.expect(200);
    put(&closed, "rate", json!({ "rating": 4 })).await.expect(200);
    let overview = chat.get("/api/analytics/overview").by(&ada.token).await.expect(200);
    for (field, count) in [
        ("totalConversations", 4),
        ("pendingChats", 1),
        ("activeChats", 1),
        ("resolvedChats", 1),
        ("closedChats", 1),
        ("ratedConversations", 2),
    ] {
        assert_eq!(overview[field], count, "{field} in {overview}");
    }
    assert_eq!(overview["avgRating"], "4.5");
    let seconds = overview["avgResponseSeconds"].as_f64().unwrap();
    assert!(seconds > 0.0 && seconds < 60.0, "{overview}");
    assert!(overview["avgResolutionSeconds"].as_f64().unwrap() >= seconds, "{overview}");
    assert!(overview["avgResponseTime"].as_str().unwrap().ends_with('s'));
}

#[tokio::test]
async fn the_response_time_is_from_the_visitors_first_message_to_the_first_answer() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut vic = chat.visitor("Vic").await;
    let started = vic.socket.ack("conversation:start", json!({})).await;
    let id = started["conversation"]["_id"].clone();
    let greet = json!({ "conversationId": id, "content": "Can I help?" });
    chat.post("/api/messages", greet.clone()).by(&ada.token).await.expect(201);
    let overview = chat.get("/api/analytics/overview").by(&ada.token).await.expect(200);
    assert_eq!(overview["avgResponseSeconds"], json!(null), "a greeting answers nothing");
    vic.socket.ack("message:send", json!({ "conversationId": id, "content": "Yes" })).await;
    chat.post("/api/messages", greet).by(&ada.token).await.expect(201);
    let path = format!("/api/conversations/{}", id.as_str().unwrap());
    let one = chat.get(&path).by(&ada.token).await.expect(200);
    assert!(one["firstResponseAt"].is_string());
    let overview = chat.get("/api/analytics/overview").by(&ada.token).await.expect(200);
    assert!(overview["avgResponseSeconds"].is_number());
}

#[tokio::test]
async fn charts_have_a_row_for_every_day() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    vic.socket.ack("message:send", json!({ "conversationId": id, "content": "Hello?" })).await;
    for (query, days) in [
        ("", 7),
        ("?period=7days", 7),
        ("?period=30days&tz=Europe/Berlin", 30),
        ("?period=90days&tz=America/Los_Angeles", 90),
    ] {
        let charts = chat.get(&format!("/api/analytics/charts{query}")).by(&ada.token).await.expect(200);
        for (series, count) in [("conversations", 1), ("messages", 2)] {
            let rows = charts[series].as_array().unwrap();
            assert_eq!(rows.len(), days, "{query}");
            assert_eq!(rows.last().unwrap()["count"], count, "{query} {series}");
            assert!(rows[..days - 1].iter().all(|row| row["count"] == 0), "{query} {series}");
            assert!(rows.iter().all(|row| row["_id"].as_str().unwrap().len() == 10), "{query}");
        }
    }
}

#[tokio::test]
async fn a_bad_period_or_zone_is_refused() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let charts = |query: &str| chat.get(&format!("/api/analytics/charts?{query}")).by(&ada.token);
    charts("period=1year").await.invalid("period");
    charts("tz=Mars/Olympus").await.invalid("tz");
    charts("tz=../../etc/passwd").await.invalid("tz");
}

#[tokio::test]
async fn each_agent_has_its_figures() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    let body = json!({ "conversationId": id, "content": "Hi" });
    chat.post("/api/messages", body.clone()).by(&ada.token).await.expect(201);
    chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    chat.put(&format!("/api/conversations/{id}/resolve"), json!({})).by(&ada.token).await.expect(200);
    chat.put(&format!("/api/conversations/{id}/rate"), json!({ "rating": 3 })).await.expect(200);
    let agents = chat.get("/api/analytics/agents").by(&sue.token).await.expect(200);
    let row = |name: &str| agents.as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
    let figures = |name: &str| {
        let row = row(name);
        [
            &row["assignedConversations"],
            &row["resolvedConversations"],
            &row["messagesSent"],
            &row["avgRating"],
        ]
        .map(Clone::clone)
    };
    assert_eq!(figures("Ada"), [json!(1), json!(1), json!(2), json!("3.0")]);
    assert_eq!(figures("Sue"), [json!(0), json!(0), json!(0), json!("0.0")]);
    assert!(row("Ada")["avgResponseSeconds"].is_number());
}

#[tokio::test]
async fn what_agents_wrote_is_counted_alike_however_much_it_is() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    let body = json!({ "conversationId": id, "content": "Hi" });
    chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    chat.app.background.ended().await;
    let messages = chat.app.db.of::<Message>();
    let one =
        messages.find_one(doc! { "senderId": ada.id.parse::<Id>().unwrap() }).await.unwrap().unwrap();
    let more =
        (0..2_000).map(|number| Message { id: Id::sequential(), seq: 100 + number, ..one.clone() });
    messages.insert_many(more).await.unwrap();
    let agents = chat.get("/api/analytics/agents").by(&sue.token).await.expect(200);
    assert_eq!(each(&agents, "name"), ["Ada", "Sue"]);
    assert_eq!(each(&agents, "messagesSent"), [2_001, 0]);
}

#[tokio::test]
async fn figures_are_the_agents() {
    let chat = Chat::start().await;
    chat.register("Ada").await;
    let vic = chat.visitor("Vic").await;
    for route in ["overview", "charts", "agents"] {
        let path = format!("/api/analytics/{route}");
        chat.get(&path).await.refused(401, "unauthorized");
        chat.get(&path).by(&vic.token).await.refused(403, "forbidden");
    }
}

/// Numbers that look random and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// Some time in the last 95 days; half of them today.
    fn time(&mut self) -> Time {
        let most = [95 * 24 * 3600, 24 * 3600][self.below(2) as usize];
        Time::from_millis(Time::now().millis() - 1000 * i64::try_from(self.below(most)).unwrap())
    }
}

/// What the charts say, and what counting all documents from scratch says.
async fn charts_and_truth(chat: &Chat, token: &str, zone: &str) -> [BTreeMap<String, i64>; 2] {
    let path = format!("/api/analytics/charts?period=90days&tz={zone}");
    let charts = chat.get(&path).by(token).await.expect(200);
    let first = text(&charts["messages"][0]["_id"]);
    let (mut said, mut truth) = (BTreeMap::new(), BTreeMap::new());
    let messages = chat.app.db.of::<Message>();
    let database = messages.client().database(&messages.namespace().db);
    for kind in ["conversations", "messages"] {
        for row in charts[kind].as_array().unwrap() {
            *said.entry(format!("{kind} {}", text(&row["_id"]))).or_insert(0) +=
                row["count"].as_i64().unwrap();
        }
        let all = database.collection::<Document>(kind).find(doc! {}).await.unwrap();
        for document in all.try_collect::<Vec<_>>().await.unwrap() {
            let at = document.get_datetime("createdAt").unwrap().timestamp_millis();
            let at = jiff::Timestamp::from_millisecond(at).unwrap();
            let day = at.in_tz(zone).unwrap().date().to_string();
            if day >= first {
                *truth.entry(format!("{kind} {day}")).or_insert(0) += 1;
            }
        }
    }
    said.retain(|_, count| *count > 0);
    [said, truth]
}

/// A random history, on two instances of which another one answers each time: what they say must be true.
async fn charts_stay_true(seed: u64) {
    let chat = Chat::start().await;
    let sue = chat.register("Sue").await;
    let restarted = chat.another_instance().await;
    let mut numbers = Numbers(seed);
    let mut visitors = Vec::new();
    for number in 0..6 {
        let (visitor, id) = chat.conversation(&format!("Vic-{number}"), "Hello").await;
        let changed = doc! { "$set": { "createdAt": numbers.time() } };
        let one = doc! { "_id": id.parse::<Id>().unwrap() };
        chat.app.db.of::<Conversation>().update_one(one, changed).await.unwrap();
        visitors.push((visitor, id.parse::<Id>().unwrap()));
    }
    for round in 0..12 {
        for _ in 0..numbers.below(8) {
            let (visitor, id) = &visitors[numbers.below(6) as usize];
            let by = Participant {
                side: Side::Visitor,
                id: visitor.id.parse().unwrap(),
                name: None,
                email: None,
            };
            let message =
                Draft { content: "Late".to_owned(), ..Draft::to(*id) }.message(&by, numbers.time());
            // Some are left in the outbox, as by a function that was killed.
            if let Some((_, message)) =
                outbox::accept(&chat.app, message, Guard::Remembered { follows: None }).await.unwrap()
                && numbers.below(2) == 0
            {
                Message::store(&chat.app.db, &[message]).await.unwrap();
            }
        }
        if numbers.below(3) == 0 {
            let late = Conversation::begin(Id::sequential(), None).unwrap();
            let late = Conversation { created_at: numbers.time(), ..late };
            assert!(outbox::begin(&chat.app, late, None).await.unwrap().is_some());
        }
        if [4, 7].contains(&round) {
            let path = format!("/api/visitors/{}", visitors[round - 3].0.id);
            chat.delete(&path).by(&sue.token).await.expect(200);
        }
        let answering = [&chat, &restarted][round % 2];
        for zone in ["UTC", "Asia/Kathmandu", "America/St_Johns"] {
            let [said, truth] = charts_and_truth(answering, &sue.token, zone).await;
            assert_eq!(said, truth, "seed {seed}, round {round}, {zone}");
        }
    }
}

#[tokio::test]
async fn charts_stay_true_over_restarts_erasures_and_what_comes_late() {
    futures::future::join_all([7, 11, 13].map(charts_stay_true)).await;
}

#[tokio::test]
async fn those_who_ask_for_charts_at_once_are_all_told_the_truth() {
    let chat = Chat::start().await;
    let sue = chat.register("Sue").await;
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    let changed = doc! { "$set": { "createdAt": Numbers(3).time() } };
    let one = doc! { "conversation": id.parse::<Id>().unwrap() };
    chat.app.db.of::<Message>().update_one(one, changed).await.unwrap();
    let asking = (0..8).map(|_| charts_and_truth(&chat, &sue.token, "Europe/Berlin"));
    for [said, truth] in futures::future::join_all(asking).await {
        assert_eq!(said, truth);
    }
}
