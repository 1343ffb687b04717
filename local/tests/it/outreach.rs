//! Agents who write first: `POST /api/conversations`.

use std::time::Duration;

use futures::future::join_all;
use mongodb::bson::doc;
use serde_json::{Value, json};
use shared::Time;
use shared::documents::conversation::Conversation;
use shared::use_cases::caller::Caller;
use shared::use_cases::maintenance;
use shared::use_cases::outreach::{self, FirstWord};
use tokio::time::Instant;

use crate::support::{Chat, NOBODY, each, text};

fn body(visitor: &str, name: Option<&str>) -> Value {
    json!({ "visitorId": visitor, "message": "May I help you?", "clientMessageId": name })
}

#[tokio::test]
async fn an_agent_starts_a_conversation_and_holds_it() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut vic = chat.visitor("Vic").await;
    let mut sues = chat.agent_socket(&sue).await;
    let made = chat.post("/api/conversations", body(&vic.id, None)).by(&ada.token).await.expect(201);
    let conversation = &made["conversation"];
    assert_eq!(
        (&conversation["status"], &conversation["visitor"]["name"]),
        (&json!("active"), &json!("Vic"))
    );
    assert_eq!(conversation["assignedAgent"]["_id"], json!(ada.id));
    assert_eq!((&conversation["messageCount"], &conversation["unreadCount"]), (&json!(1), &json!(0)));
    assert_eq!((&conversation["version"], &conversation["waitingSince"]), (&json!(1), &json!(null)));
    assert_eq!((&conversation["notes"], &conversation["firstResponseAt"]), (&json!(""), &json!(null)));
    let message = &made["message"];
    assert_eq!((&message["sender"], &message["seq"]), (&json!("agent"), &json!(1)));
    assert_eq!(
        (&message["senderId"]["name"], &message["content"]),
        (&json!("Ada"), &json!("May I help you?"))
    );
    let created = vic.socket.next("conversation:created").await;
    assert_eq!((&created["message"], &created["conversation"]["_id"]), (message, &conversation["_id"]));
    assert_eq!(created["conversation"].get("notes"), None);
    assert_eq!(&sues.next("conversation:new").await["conversation"], conversation);

    let id = text(&conversation["_id"]);
    let answer = json!({ "conversationId": id, "content": "Yes, please" });
    assert_eq!(vic.socket.ack("message:send", answer).await["message"]["seq"], 2);
    let now = chat.get(&format!("/api/conversations/{id}")).by(&ada.token).await.expect(200);
    assert!(now["waitingSince"].is_string());
    let events = chat.get(&format!("/api/conversations/{id}/events")).by(&ada.token).await.expect(200);
    let ada = json!({ "_id": ada.id, "name": "Ada" });
    assert_eq!(events["events"][0]["data"], json!({ "agent": ada }));
    assert_eq!(
        (&events["events"][0]["type"], &events["events"][0]["by"]["name"]),
        (&json!("started"), &json!("Ada"))
    );
}

#[tokio::test]
async fn who_was_away_finds_it_when_it_comes_back() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let vic = chat.visitor("Vic").await;
    let (id, session) = (vic.id.clone(), vic.session.clone());
    vic.socket.close().await;
    let made = chat.post("/api/conversations", body(&id, None)).by(&ada.token).await.expect(201);
    let mut back = chat.socket().await;
    let connected = back.ack("visitor:connect", json!({ "sessionId": session })).await;
    assert_eq!(connected["conversation"]["_id"], made["conversation"]["_id"]);
    assert_eq!(each(&connected["messages"], "content"), ["May I help you?"]);
}

#[tokio::test]
async fn who_has_a_conversation_open_is_not_written_to_in_another_one() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, open) = chat.conversation("Vic", "Hello").await;
    let start = || chat.post("/api/conversations", body(&vic.id, None)).by(&ada.token);
    let refused = start().await.refused(409, "conflict");
    assert_eq!((&refused["reason"], &refused["conversationId"]), (&json!("open"), &json!(open)));
    chat.put(&format!("/api/conversations/{open}/resolve"), json!({})).by(&ada.token).await.expect(200);
    start().await.refused(409, "conflict");
    chat.put(&format!("/api/conversations/{open}/close"), json!({})).by(&ada.token).await.expect(200);
    let made = start().await.expect(201);
    assert_ne!(made["conversation"]["_id"], json!(open));
    let refused = start().await.refused(409, "conflict");
    assert_eq!(refused["conversationId"], made["conversation"]["_id"]);
}

#[tokio::test]
async fn the_same_call_again_gives_what_is_stored() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut vic = chat.visitor("Vic").await;
    let call = |token: &str, name| chat.post("/api/conversations", body(&vic.id, Some(name))).by(token);
    let calls = join_all((0..5).map(|_| call(&ada.token, "one").into_future())).await;
    let made: Vec<Value> = calls.into_iter().map(|answer| answer.expect(201)).collect();
    for again in &made {
        assert_eq!(again["conversation"]["_id"], made[0]["conversation"]["_id"]);
        assert_eq!(again["message"]["_id"], made[0]["message"]["_id"]);
    }
    call(&sue.token, "one").await.refused(409, "conflict");
    call(&ada.token, "two").await.refused(409, "conflict");
    vic.socket.next("conversation:created").await;
    vic.socket.pushed_so_far().await;
    assert_eq!(vic.socket.waiting("conversation:created"), 0, "once");
    let id = text(&made[0]["conversation"]["_id"]);
    let same = json!({ "conversationId": id, "content": "Another", "clientMessageId": "one" });
    let sent = chat.post("/api/messages", same).by(&ada.token).await.expect(201);
    assert_eq!(sent["content"], "May I help you?", "its name is taken");
    chat.put(&format!("/api/conversations/{id}/close"), json!({})).by(&ada.token).await.expect(200);
    let again = call(&ada.token, "one").await.expect(201);
    assert_eq!(
        (&again["conversation"]["_id"], &again["conversation"]["status"]),
        (&json!(id), &json!("closed"))
    );
    // A name of an agent's is none of the visitor's.
    let start = json!({ "message": "Hello", "clientMessageId": "one" });
    let started = vic.socket.ack("conversation:start", start).await;
    assert_ne!(started["conversation"]["_id"], json!(id));
}

#[tokio::test]
async fn of_all_who_start_one_at_once_one_does() {
    let chat = Chat::start().await;
    let mut team = vec![chat.register("Sue").await];
    for name in ["Ada", "Bob", "Cy"] {
        team.push(chat.register(name).await);
    }
    for round in 0..5 {
        let mut vic = chat.visitor(&format!("Vic-{round}")).await;
        let calls = team.iter().map(|agent| {
            chat.post("/api/conversations", body(&vic.id, None)).by(&agent.token).into_future()
        });
        let start = json!({ "message": "Hello", "unlessOpen": true });
        let calls: Vec<_> = calls.collect();
        let (by_agents, by_visitor) =
            futures::future::join(join_all(calls), vic.socket.ack("conversation:start", start)).await;
        let list = chat.get("/api/conversations?limit=100").by(&vic.token).await.expect(200);
        assert_eq!(list["total"], 1, "{list}");
        let id = &list["conversations"][0]["_id"];
        assert_eq!(&by_visitor["conversation"]["_id"], id);
        for answer in by_agents {
            match answer.status {
                201 => assert_eq!(&answer.body["conversation"]["_id"], id),
                _ => assert_eq!(&answer.refused(409, "conflict")["conversationId"], id),
            }
        }
    }
}

#[tokio::test]
async fn whom_nobody_knows_or_wants_is_not_written_to() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let vic = chat.visitor("Vic").await;
    let start = |visitor: &str| chat.post("/api/conversations", body(visitor, None)).by(&ada.token);
    start(NOBODY).await.refused(404, "not_found");
    start(&ada.id).await.refused(404, "not_found");
    start("42").await.invalid("visitorId");
    for (field, value) in
        [("message", json!("  ")), ("message", json!("x".repeat(8001))), ("clientMessageId", json!(""))]
    {
        let mut bad = body(&vic.id, None);
        bad[field] = value;
        chat.post("/api/conversations", bad).by(&ada.token).await.invalid(field);
    }
    let path = format!("/api/visitors/{}", vic.id);
    chat.put(&format!("{path}/ban"), json!({})).by(&ada.token).await.expect(200);
    assert_eq!(start(&vic.id).await.refused(409, "conflict")["reason"], "banned");
    chat.delete(&format!("{path}/ban")).by(&ada.token).await.expect(200);
    chat.delete(&path).by(&sue.token).await.expect(200);
    start(&vic.id).await.refused(404, "not_found");
}

#[tokio::test]
async fn agents_write_first_as_often_as_they_write_at_all() {
    let limits = &[("LIMITS", "messages=2/1m")];
    let chat = Chat::start_with(limits, Default::default()).await;
    let ada = chat.register("Ada").await;
    let vic = chat.visitor("Vic").await;
    let start = || chat.post("/api/conversations", body(&vic.id, Some("one"))).by(&ada.token);
    start().await.expect(201);
    start().await.expect(201);
    start().await.refused(429, "rate_limited");
}

#[tokio::test]
async fn what_an_agent_started_reaches_its_visitor_though_its_function_ended_right_then() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut vic = chat.visitor("Vic").await;
    let mut sues = chat.agent_socket(&sue).await;
    let agent = Caller::of_token(&chat.app, &ada.token).await.unwrap().agent().unwrap();
    let visitor = vic.id.parse().unwrap();
    let first = FirstWord { visitor, content: "May I help you?".to_owned(), key: None };
    let made = outreach::start(&chat.app, &agent, first).await.unwrap().value;
    let past = doc! { "$set": { "outbox.0.due": Time::from_millis(1) } };
    chat.app.db.of::<Conversation>().update_one(doc! {}, past).await.unwrap();
    maintenance::run(&chat.app, Instant::now() + Duration::from_secs(20)).await;
    let created = vic.socket.next("conversation:created").await;
    assert_eq!(created["conversation"]["_id"], json!(made.conversation.id));
    assert_eq!(created["message"]["content"], "May I help you?");
    assert_eq!(sues.next("conversation:new").await["conversation"]["_id"], json!(made.conversation.id));
}
