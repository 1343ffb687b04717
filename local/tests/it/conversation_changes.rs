//! What a conversation says of its changes: how new it is, and since when somebody waits.

use serde_json::{Value, json};
use shared::documents::conversation::Conversation;

use crate::support::{Agent, Chat, Visitor};

async fn seen(chat: &Chat, agent: &Agent, id: &str) -> Value {
    chat.get(&format!("/api/conversations/{id}")).by(&agent.token).await.expect(200)
}

async fn put(chat: &Chat, agent: &Agent, path: String, body: Value) -> Value {
    chat.put(&path, body).by(&agent.token).await.expect(200)
}

fn version(conversation: &Value) -> i64 {
    conversation["version"].as_i64().unwrap_or_else(|| panic!("no version: {conversation}"))
}

#[tokio::test]
async fn each_change_makes_a_conversation_newer() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    let new = adas.next("conversation:new").await;
    assert_eq!(version(&new["conversation"]), 1);
    adas.ack("conversation:join", json!({ "conversationId": id })).await;
    let mut last = version(&seen(&chat, &ada, &id).await);
    assert_eq!(last, 1);
    let message = json!({ "conversationId": id, "content": "Hi", "clientMessageId": "m" });
    let changes = [
        ("message:send", message.clone()),
        ("message:read", json!({ "conversationId": id, "upTo": 9 })),
    ];
    for (event, data) in &changes {
        vic.socket.ack(event, data.clone()).await;
        adas.ack(event, data.clone()).await;
        let now = version(&seen(&chat, &ada, &id).await);
        assert!(now > last, "{event}: {now} after {last}");
        last = now;
    }
    vic.socket.ack("message:send", message).await;
    assert_eq!(version(&seen(&chat, &ada, &id).await), last, "a repeat changes nothing");
    for (action, body) in [
        ("", json!({ "notes": "n" })),
        ("/assign", json!({})),
        ("/transfer", json!({ "agentId": sue.id })),
        ("/resolve", json!({})),
        ("/rate", json!({ "rating": 5 })),
        ("/close", json!({})),
    ] {
        let path = format!("/api/conversations/{id}{action}");
        let agent = if action == "/transfer" { &ada } else { &sue };
        let agent = if action == "/assign" { &ada } else { agent };
        let answer = put(&chat, agent, path, body).await;
        assert_eq!(version(&answer), last + 1, "{action}");
        let pushed = adas.next("conversation:updated").await["conversation"].clone();
        let shown = vic.socket.next("conversation:updated").await["conversation"].clone();
        assert_eq!((version(&pushed), version(&shown)), (last + 1, last + 1), "{action}");
        last += 1;
    }
    chat.delete(&format!("/api/visitors/{}", vic.id)).by(&sue.token).await.expect(200);
    assert!(version(&seen(&chat, &ada, &id).await) > last, "erased");
}

#[tokio::test]
async fn of_changes_at_once_each_has_a_version_of_its_own() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    let path = format!("/api/conversations/{id}");
    let changes =
        (0..10).map(|number| put(&chat, &ada, path.clone(), json!({ "notes": format!("{number}") })));
    let answers = futures::future::join_all(changes).await;
    let mut versions: Vec<i64> = answers.iter().map(version).collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..=11).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_an_earlier_build_stored_becomes_newer_too() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    let without = mongodb::bson::doc! { "$unset": { "version": "", "waitingSince": "" } };
    chat.app.db.of::<Conversation>().update_one(mongodb::bson::doc! {}, without).await.unwrap();
    let old = seen(&chat, &ada, &id).await;
    assert_eq!((version(&old), &old["waitingSince"]), (0, &Value::Null));
    let path = format!("/api/conversations/{id}");
    assert_eq!(version(&put(&chat, &ada, path.clone(), json!({ "notes": "n" })).await), 1);
    assert_eq!(version(&put(&chat, &ada, format!("{path}/resolve"), json!({})).await), 2);
}

async fn says(chat: &Chat, vic: &mut Visitor, ada: &Agent, id: &str, content: &str) -> Value {
    let data = json!({ "conversationId": id, "content": content });
    let sent = vic.socket.ack("message:send", data).await;
    assert_eq!(sent["message"]["content"], content);
    seen(chat, ada, id).await["waitingSince"].clone()
}

#[tokio::test]
async fn a_visitor_waits_from_its_first_unanswered_message_until_an_agent_writes() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let mut vic = chat.visitor("Vic").await;
    let silent = vic.socket.ack("conversation:start", json!({})).await["conversation"].clone();
    assert_eq!(silent["waitingSince"], Value::Null, "it has said nothing yet");
    let id = silent["_id"].as_str().unwrap().to_owned();
    let first = says(&chat, &mut vic, &ada, &id, "One").await;
    assert!(first.is_string());
    assert_eq!(says(&chat, &mut vic, &ada, &id, "Two").await, first);
    let listed = chat.get("/api/conversations").by(&ada.token).await.expect(200);
    assert_eq!(listed["conversations"][0]["waitingSince"], first);
    put(&chat, &ada, format!("/api/conversations/{id}/assign"), json!({})).await;
    assert_eq!(seen(&chat, &ada, &id).await["waitingSince"], first, "to be taken is no answer");
    adas.ack("message:send", json!({ "conversationId": id, "content": "Yes?" })).await;
    assert_eq!(seen(&chat, &ada, &id).await["waitingSince"], Value::Null);
    let again = says(&chat, &mut vic, &ada, &id, "Three").await;
    assert!(again.is_string() && again != first);
    for (end, reopens) in [("resolve", true), ("close", false)] {
        let ended = put(&chat, &ada, format!("/api/conversations/{id}/{end}"), json!({})).await;
        assert_eq!(ended["waitingSince"], Value::Null, "{end}");
        if reopens {
            assert!(says(&chat, &mut vic, &ada, &id, "Four").await.is_string());
        }
    }
    let (_wim, other) = chat.conversation("Wim", "Hello").await;
    let started = seen(&chat, &ada, &other).await;
    assert_eq!(started["waitingSince"], started["lastMessageAt"]);
}
