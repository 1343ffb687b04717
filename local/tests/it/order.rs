//! The order of one sender: `follows` (`docs/protocol.md`, Each message once and in order).

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use shared::Id;
use shared::documents::message::Message;

use crate::support::{Chat, each};

/// A message that says its own name and the one that it follows.
fn following(conversation: &str, name: &str, follows: Option<&str>) -> Value {
    let mut data = json!({ "conversationId": conversation, "content": name, "clientMessageId": name });
    if let Some(follows) = follows {
        data["follows"] = json!(follows);
    }
    data
}

#[tokio::test]
async fn two_hundred_in_flight_at_once_are_stored_in_their_order() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    for number in 1..=200 {
        let follows = (number > 1).then(|| (number - 1).to_string());
        vic.socket.send("message:send", following(&id, &number.to_string(), follows.as_deref())).await;
    }
    let mut acknowledged = BTreeSet::new();
    let mut refused = Vec::new();
    for _ in 1..=200 {
        let answer = vic.socket.answer().await;
        match answer["event"].as_str() {
            Some("ack") => {
                let message = &answer["data"]["message"];
                assert_eq!(message["seq"].as_i64(), number_of(message).map(|number| number + 1));
                acknowledged.insert(number_of(message));
            }
            _ => {
                // On a busy machine 2 seconds, or 5 for the answer, may be short for the last ones.
                let code = answer["data"]["code"].as_str();
                assert!(matches!(code, Some("conflict" | "unavailable")), "{answer}");
                refused.push(answer);
            }
        }
    }
    let first = acknowledged.len() as i64;
    assert!(first > 0, "{refused:?}");
    // Who was refused sends again.
    for number in first + 1..=200 {
        let data = following(&id, &number.to_string(), Some(&(number - 1).to_string()));
        vic.socket.ack("message:send", data).await;
    }
    for page in 0..4 {
        let path = format!("/api/messages/{id}?after={}&limit=50", 1 + page * 50);
        let stored = chat.get(&path).by(&ada.token).await.expect(200);
        let contents: Vec<String> =
            (1 + page * 50..=50 + page * 50).map(|number| number.to_string()).collect();
        assert_eq!(each(&stored["messages"], "content"), contents.iter().collect::<Vec<_>>());
    }
}

fn number_of(message: &Value) -> Option<i64> {
    message["content"].as_str()?.parse().ok()
}

#[tokio::test]
async fn a_message_whose_forerunner_does_not_come_is_refused_and_nothing_is_stored() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let (early, late) = (following(&id, "2", Some("1")), following(&id, "1", None));
    let error = vic.socket.refused("message:send", early.clone(), "conflict").await;
    assert_eq!(error["reason"], "follows");
    let over_http = chat.post("/api/messages", early.clone()).by(&vic.token).await;
    over_http.refused(409, "conflict");
    let one = chat.get(&format!("/api/conversations/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(one["messageCount"], 1);
    vic.socket.ack("message:send", late).await;
    assert_eq!(vic.socket.ack("message:send", early).await["message"]["seq"], 3);
}

#[tokio::test]
async fn a_message_waits_for_its_forerunner_over_either_door() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let frame = vic.socket.send("message:send", following(&id, "2", Some("1"))).await;
    let third = chat.post("/api/messages", following(&id, "3", Some("2"))).by(&vic.token);
    let first = chat.post("/api/messages", following(&id, "1", None)).by(&vic.token);
    let answers = join_all([Box::pin(third.into_future()), Box::pin(first.into_future())]).await;
    let numbers: Vec<Value> =
        answers.into_iter().map(|answer| answer.expect(201)["seq"].clone()).collect();
    assert_eq!(numbers, [json!(4), json!(2)]);
    assert_eq!(vic.socket.acked(&frame).await["message"]["seq"], 3);
}

#[tokio::test]
async fn a_start_counts_as_a_forerunner_of_the_visitor_who_started() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    for (session, message) in [("with", Some("Hello")), ("without", None)] {
        let mut vic = chat.visitor(session).await;
        let mut start = json!({ "clientMessageId": "start" });
        if let Some(message) = message {
            start["message"] = json!(message);
        }
        let started = vic.socket.ack("conversation:start", start).await;
        let id = started["conversation"]["_id"].as_str().unwrap().to_owned();
        vic.socket.ack("message:send", following(&id, "1", Some("start"))).await;
        let agents = chat.post("/api/messages", following(&id, "2", Some("start"))).by(&ada.token);
        agents.await.refused(409, "conflict");
    }
}

#[tokio::test]
async fn a_forerunner_is_of_the_same_sender_and_conversation() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let (mut eve, _) = chat.held_by(&ada, "Eve").await;
    vic.socket.ack("message:send", following(&id, "1", None)).await;
    let agents = chat.post("/api/messages", following(&id, "2", Some("1"))).by(&ada.token).await;
    agents.refused(409, "conflict");
    eve.socket.refused("message:send", following(&id, "2", Some("1")), "not_found").await;
}

#[tokio::test]
async fn a_repeat_is_answered_whatever_it_follows() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let first = vic.socket.ack("message:send", following(&id, "1", None)).await;
    let again = vic.socket.ack("message:send", following(&id, "1", Some("never"))).await;
    assert_eq!(first, again);
    chat.put(&format!("/api/conversations/{id}/close"), json!({})).by(&ada.token).await.expect(200);
    let closed = vic.socket.ack("message:send", following(&id, "1", Some("never"))).await;
    assert_eq!(closed["message"]["seq"], 2);
    vic.socket.refused("message:send", following(&id, "2", Some("1")), "conflict").await;
}

#[tokio::test]
async fn a_message_that_follows_itself_is_refused() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let error =
        vic.socket.refused("message:send", following(&id, "1", Some("1")), "validation_failed").await;
    assert_eq!(error["errors"][0]["path"], "follows");
}

#[tokio::test]
async fn what_the_conversation_has_forgotten_is_found_among_the_messages() {
    const MORE_THAN_IT_REMEMBERS: usize = 205;
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    for number in 1..=MORE_THAN_IT_REMEMBERS {
        vic.socket.ack("message:send", following(&id, &number.to_string(), None)).await;
    }
    let last = MORE_THAN_IT_REMEMBERS.to_string();
    for (repeated, follows, seq) in [("2", "1", 3), ("3", &last, 4), ("4", "never", 5)] {
        let again = vic.socket.ack("message:send", following(&id, repeated, Some(follows))).await;
        assert_eq!(again["message"]["seq"], seq, "{repeated} is a repeat, whatever it follows");
    }
    let next = vic.socket.ack("message:send", following(&id, "next", Some("1"))).await;
    assert_eq!(next["message"]["seq"], MORE_THAN_IT_REMEMBERS + 2);
}

#[tokio::test]
async fn a_name_that_is_stored_twice_is_in_nobodys_way() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    vic.socket.ack("message:send", following(&id, "1", None)).await;
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    let first = list["messages"][1]["_id"].as_str().unwrap().parse().unwrap();
    let first = Message::find(&chat.app.db, first).await.unwrap().unwrap();
    let twice = Message { id: Id::sequential(), seq: 3, nth: 3, ..first.clone() };
    let next = Message { id: Id::sequential(), seq: 4, client_message_id: None, ..twice.clone() };
    Message::store(&chat.app.db, &[first, twice.clone(), next.clone()]).await.unwrap();
    let twice = Message::find(&chat.app.db, twice.id).await.unwrap().unwrap();
    assert_eq!(twice.client_message_id, None);
    assert!(Message::find(&chat.app.db, next.id).await.unwrap().is_some());
}
