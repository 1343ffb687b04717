//! What has happened to conversations, for agents to read and as it is pushed to them.

use futures::future::join_all;
use local::websocket_api::Limits;
use mongodb::bson::doc;
use serde_json::{Value, json};
use shared::Time;
use shared::documents::conversation::Conversation;
use shared::use_cases::maintenance;
use tokio::time::Instant;

use crate::support::{Agent, Chat, NOBODY, each, text};

async fn act(chat: &Chat, agent: &Agent, id: &str, action: &str, body: Value) -> Value {
    let path = format!("/api/conversations/{id}/{action}");
    chat.put(&path, body).by(&agent.token).await.expect(200)
}

async fn events(chat: &Chat, agent: &Agent, id: &str) -> Vec<Value> {
    let path = format!("/api/conversations/{id}/events");
    let history = chat.get(&path).by(&agent.token).await.expect(200);
    history["events"].as_array().unwrap().clone()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_conversations_history_tells_who_did_what_and_when() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    act(&chat, &ada, &id, "assign", json!({})).await;
    act(&chat, &ada, &id, "transfer", json!({ "agentId": sue.id, "note": " Speaks French " })).await;
    act(&chat, &sue, &id, "resolve", json!({})).await;
    vic.socket.ack("message:send", json!({ "conversationId": id, "content": "Wait" })).await;
    act(&chat, &sue, &id, "resolve", json!({})).await;
    act(&chat, &sue, &id, "rate", json!({ "rating": 2 })).await;
    act(&chat, &sue, &id, "rate", json!({ "rating": 4 })).await;
    act(&chat, &sue, &id, "close", json!({})).await;
    let events = events(&chat, &ada, &id).await;
    let all =
        ["started", "assigned", "transferred", "resolved", "reopened", "resolved", "rated", "closed"];
    assert_eq!(kinds(&events), all);
    let visitor = json!({ "sender": "visitor", "_id": vic.id, "name": "Vic" });
    let (adas, sues) =
        (json!({ "_id": ada.id, "name": "Ada" }), json!({ "_id": sue.id, "name": "Sue" }));
    let by = |agent: &Value| json!({ "sender": "agent", "_id": agent["_id"], "name": agent["name"] });
    let (by_ada, by_sue) = (by(&adas), by(&sues));
    let who = [&visitor, &by_ada, &by_ada, &by_sue, &visitor, &by_sue, &visitor, &by_sue];
    assert_eq!(events.iter().map(|event| &event["by"]).collect::<Vec<_>>(), who);
    assert_eq!(events[0]["data"], json!({}));
    assert_eq!(events[1]["data"], json!({ "agent": adas }));
    assert_eq!(events[2]["data"], json!({ "agent": sues, "note": "Speaks French" }));
    assert_eq!(events[6]["data"], json!({ "rating": 4 }), "the last rating stands");
    let times: Vec<String> = events.iter().map(|event| text(&event["at"])).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[tokio::test]
async fn what_changes_nothing_is_not_in_the_history() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    for action in ["assign", "assign", "resolve", "resolve", "close", "close"] {
        act(&chat, &ada, &id, action, json!({})).await;
    }
    vic.socket
        .refused("message:send", json!({ "conversationId": id, "content": "c" }), "conflict")
        .await;
    assert_eq!(kinds(&events(&chat, &ada, &id).await), ["started", "assigned", "resolved", "closed"]);
    let (_wim, other) = chat.conversation("Wim", "Hello").await;
    let team = join_all(["Bob", "Cy", "Dee"].map(|name| chat.register(name))).await;
    let path = format!("/api/conversations/{other}/assign");
    join_all(team.iter().map(|agent| chat.put(&path, json!({})).by(&agent.token).into_future())).await;
    assert_eq!(kinds(&events(&chat, &ada, &other).await), ["started", "assigned"], "one has won");
}

#[tokio::test]
async fn agents_who_are_in_a_conversation_are_pushed_what_happens_to_it() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    let (mut adas, mut sues) = (chat.agent_socket(&ada).await, chat.agent_socket(&sue).await);
    for socket in [&mut adas, &mut vic.socket] {
        socket.ack("conversation:join", json!({ "conversationId": id })).await;
    }
    act(&chat, &ada, &id, "assign", json!({})).await;
    act(&chat, &ada, &id, "transfer", json!({ "agentId": sue.id, "note": "Mind the dog" })).await;
    act(&chat, &sue, &id, "resolve", json!({})).await;
    act(&chat, &sue, &id, "rate", json!({ "rating": 5 })).await;
    vic.socket.ack("message:send", json!({ "conversationId": id, "content": "Wait" })).await;
    act(&chat, &sue, &id, "close", json!({})).await;
    let mut pushed = Vec::new();
    for _ in 0..6 {
        let event = adas.next("conversation:event").await;
        assert_eq!(event["conversationId"], json!(id));
        pushed.push(event["event"].clone());
    }
    let by_id = |events: &mut Vec<Value>| events.sort_by_key(|event| text(&event["_id"]));
    let mut read = events(&chat, &ada, &id).await.split_off(1);
    by_id(&mut read);
    by_id(&mut pushed);
    assert_eq!(pushed, read, "each is pushed as it is read");
    act(&chat, &sue, &id, "close", json!({})).await;
    for socket in [&mut adas, &mut sues, &mut vic.socket] {
        socket.pushed_so_far().await;
        assert_eq!(socket.waiting("conversation:event"), 0, "nothing has happened, or it is not there");
    }
}

#[tokio::test]
async fn a_note_of_a_transfer_is_for_agents_only() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    for (note, field) in [(json!("x".repeat(1001)), "note"), (json!(7), "note")] {
        let path = format!("/api/conversations/{id}/transfer");
        let body = json!({ "agentId": sue.id, "note": note });
        chat.put(&path, body).by(&ada.token).await.invalid(field);
    }
    let note = "A difficult one";
    let after = act(&chat, &ada, &id, "transfer", json!({ "agentId": sue.id, "note": note })).await;
    assert!(!after.to_string().contains(note));
    vic.socket.pushed_so_far().await;
    let joined = vic.socket.ack("conversation:join", json!({ "conversationId": id })).await;
    assert!(!joined.to_string().contains(note));
    for path in ["", "/events"] {
        let answer = chat.get(&format!("/api/conversations/{id}{path}")).by(&vic.token).await;
        assert!(!answer.body.to_string().contains(note));
        assert_eq!(answer.status, if path.is_empty() { 200 } else { 403 });
    }
    let path = format!("/api/conversations/{NOBODY}/events");
    chat.get(&path).by(&ada.token).await.refused(404, "not_found");
    assert_eq!(events(&chat, &ada, &id).await[2]["data"]["note"], note);
    let export = format!("/api/visitors/{}/export", vic.id);
    let export = chat.get(&export).by(&sue.token).await.expect(200);
    assert_eq!(export["conversations"][0]["events"][2]["data"]["note"], note);
}

#[tokio::test]
async fn an_erased_visitor_leaves_no_name_and_no_note_in_the_history() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (vic, id) = chat.held_by(&ada, "Vic").await;
    let note = json!({ "agentId": sue.id, "note": "Vic has a dog" });
    act(&chat, &ada, &id, "transfer", note).await;
    let mut adas = chat.agent_socket(&ada).await;
    adas.ack("conversation:join", json!({ "conversationId": id })).await;
    chat.delete(&format!("/api/visitors/{}", vic.id)).by(&sue.token).await.expect(200);
    let left = events(&chat, &ada, &id).await;
    assert_eq!(kinds(&left), ["started", "assigned", "transferred", "erased"]);
    assert_eq!(left[0]["by"], json!({ "sender": "visitor", "_id": vic.id, "name": null }));
    assert_eq!(left[2]["data"], json!({ "agent": { "_id": sue.id, "name": "Sue" } }));
    assert_eq!(left[3]["by"]["name"], "Sue");
    assert_eq!(adas.next("conversation:event").await["event"], left[3]);
}

#[tokio::test]
async fn what_is_erased_in_its_time_is_erased_by_nobody() {
    let chat = Chat::start_with(&[("RETENTION_DAYS", "30")], Limits::default()).await;
    let (sue, ada) = chat.team().await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    act(&chat, &ada, &id, "transfer", json!({ "agentId": sue.id, "note": "A dog" })).await;
    act(&chat, &sue, &id, "resolve", json!({})).await;
    let past = Time::from_millis(1);
    let ended = doc! { "$set": { "resolvedAt": past, "activeAt": past } };
    chat.app.db.of::<Conversation>().update_one(doc! {}, ended).await.unwrap();
    maintenance::run(&chat.app, Instant::now() + std::time::Duration::from_secs(20)).await;
    let left = events(&chat, &ada, &id).await;
    assert_eq!(kinds(&left), ["started", "assigned", "transferred", "resolved", "erased"]);
    assert_eq!(left[4]["by"], json!({ "sender": "system", "_id": null, "name": null }));
    assert_eq!(left[2]["data"].get("note"), None);
    assert_eq!(left[0]["by"]["name"], "Vic", "who is still there has a name");
}

#[tokio::test]
async fn a_history_keeps_its_beginning_and_its_end() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    for _ in 0..120 {
        act(&chat, &ada, &id, "assign", json!({})).await;
        act(&chat, &ada, &id, "resolve", json!({})).await;
    }
    act(&chat, &ada, &id, "close", json!({})).await;
    let kept = events(&chat, &ada, &id).await;
    assert_eq!(kept.len(), 200);
    assert_eq!((&kinds(&kept)[..2], kinds(&kept)[199]), (&["started", "assigned"][..], "closed"));
    let list = chat.get("/api/conversations").by(&ada.token).await.expect(200);
    assert_eq!(each(&list["conversations"], "events"), [&Value::Null], "lists do not carry it");
}

#[tokio::test]
async fn what_an_earlier_build_stored_has_a_history_from_now_on() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    let without = doc! { "$unset": { "events": "" } };
    chat.app.db.of::<Conversation>().update_one(doc! {}, without).await.unwrap();
    assert!(events(&chat, &ada, &id).await.is_empty());
    vic.socket.ack("message:send", json!({ "conversationId": id, "content": "Hi" })).await;
    act(&chat, &ada, &id, "resolve", json!({})).await;
    act(&chat, &ada, &id, "rate", json!({ "rating": 3 })).await;
    assert_eq!(kinds(&events(&chat, &ada, &id).await), ["resolved", "rated"]);
}
