//! `GET /api/messages?q=`: finding what was said.

use std::time::Duration;

use local::websocket_api::Limits;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};
use shared::Time;
use shared::documents::conversation::Conversation;
use shared::documents::message::Message;
use shared::use_cases::maintenance;
use tokio::time::Instant;

use crate::support::{Agent, Chat, each, text};

async fn found(chat: &Chat, agent: &Agent, query: &str) -> Value {
    chat.get(&format!("/api/messages?q={query}")).by(&agent.token).await.expect(200)
}

async fn say(chat: &Chat, agent: &Agent, id: &str, content: &str) {
    let body = json!({ "conversationId": id, "content": content });
    chat.post("/api/messages", body).by(&agent.token).await.expect(201);
}

#[tokio::test]
async fn messages_are_found_by_the_beginnings_of_all_words_the_newest_first() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.conversation("Vic", "Where is my parcel?").await;
    let (_wim, other) = chat.conversation("Wim", "The PARCELS came, thanks. Étienne").await;
    say(&chat, &ada, &id, "Your parcel is in Ulm").await;
    for (query, contents) in [
        (
            "parcel",
            vec!["Your parcel is in Ulm", "The PARCELS came, thanks. Étienne", "Where is my parcel?"],
        ),
        ("parcels", vec!["The PARCELS came, thanks. Étienne"]),
        ("MY%20par", vec!["Where is my parcel?"]),
        ("par%20ul%20you", vec!["Your parcel is in Ulm"]),
        ("%C3%A9tienne", vec!["The PARCELS came, thanks. Étienne"]),
        ("arcel", vec![]),
        ("parcel%20nobody", vec![]),
        (".*", vec![]),
        ("", vec![]),
    ] {
        let found = found(&chat, &ada, query).await;
        assert_eq!(each(&found["messages"], "content"), contents, "{query}");
        assert_eq!(
            (&found["isComplete"], &found["nextCursor"]),
            (&json!(true), &json!(null)),
            "{query}"
        );
    }
    let found = found(&chat, &ada, "ulm").await["messages"][0].clone();
    let person = |id: &str, name: &str, email: Value| json!({ "_id": id, "name": name, "email": email });
    assert_eq!(found["visitor"], person(&vic.id, "Vic", Value::Null));
    assert_eq!(found["senderId"], person(&ada.id, "Ada", json!("ada@example.com")));
    assert_eq!(
        (&found["conversation"], &found["seq"], &found["sender"]),
        (&json!(id), &json!(2), &json!("agent"))
    );
    assert_ne!(id, other);
}

#[tokio::test]
async fn what_is_found_comes_in_pages() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.conversation("Vic", "number 0").await;
    for number in 1..5 {
        say(&chat, &ada, &id, &format!("number {number}")).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = found(&chat, &ada, &format!("num&limit=2{cursor}")).await;
        seen.extend(each(&page["messages"], "content").into_iter().map(text));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, (0..5).rev().map(|number| format!("number {number}")).collect::<Vec<_>>());
    for (query, path) in [("limit=0", "limit"), ("cursor=x", "cursor"), ("page=0", "page")] {
        chat.get(&format!("/api/messages?q=num&{query}")).by(&ada.token).await.invalid(path);
    }
}

#[tokio::test]
async fn of_a_long_message_a_bounded_number_of_words_is_kept() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    let long = (0..900).map(|number| format!("word{number}")).collect::<Vec<_>>().join(" ");
    say(&chat, &ada, &id, &long).await;
    say(&chat, &ada, &id, &format!("{}z", "y".repeat(40))).await;
    assert_eq!(found(&chat, &ada, "word59").await["messages"].as_array().unwrap().len(), 1);
    assert_eq!(found(&chat, &ada, "word60").await["messages"], json!([]), "the first 60");
    let whole = found(&chat, &ada, &"y".repeat(41)).await;
    assert_eq!(
        whole["messages"].as_array().unwrap().len(),
        1,
        "a word is known by its first 24 characters"
    );
    let stored = chat.app.db.of::<Message>().clone_with_type::<Document>();
    let longest = stored.find_one(doc! { "seq": 2 }).await.unwrap().unwrap();
    assert_eq!(longest.get_array("words").unwrap().len(), 60);
    let listed = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    assert!(listed["messages"][1].get("words").is_none());
}

#[tokio::test]
async fn what_is_erased_is_not_found() {
    let chat = Chat::start_with(&[("RETENTION_DAYS", "30")], Limits::default()).await;
    let sue = chat.register("Sue").await;
    let (vic, id) = chat.conversation("Vic", "My secret is 4711").await;
    let (_wim, other) = chat.conversation("Wim", "My secret is 4712").await;
    assert_eq!(found(&chat, &sue, "secret").await["messages"].as_array().unwrap().len(), 2);
    chat.put(&format!("/api/conversations/{other}/close"), json!({})).by(&sue.token).await.expect(200);
    let past = doc! { "$set": { "closedAt": Time::from_millis(1), "activeAt": Time::from_millis(1) } };
    let it = doc! { "status": "closed" };
    chat.app.db.of::<Conversation>().update_one(it, past).await.unwrap();
    maintenance::run(&chat.app, Instant::now() + Duration::from_secs(20)).await;
    let left = found(&chat, &sue, "secret").await;
    assert_eq!(each(&left["messages"], "conversation"), [&json!(id)]);
    chat.delete(&format!("/api/visitors/{}", vic.id)).by(&sue.token).await.expect(200);
    assert_eq!(found(&chat, &sue, "secret").await["messages"], json!([]));
    let all = chat.app.db.of::<Message>().clone_with_type::<Document>();
    assert_eq!(all.count_documents(doc! { "words": { "$exists": true } }).await.unwrap(), 0);
}

#[tokio::test]
async fn visitors_find_nothing_and_what_an_earlier_build_stored_is_not_found() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.conversation("Vic", "Hello").await;
    chat.get("/api/messages?q=hello").by(&vic.token).await.refused(403, "forbidden");
    assert_eq!(each(&found(&chat, &ada, "hello").await["messages"], "conversation"), [&json!(id)]);
    let without = doc! { "$unset": { "words": "" } };
    chat.app.db.of::<Message>().update_one(doc! {}, without).await.unwrap();
    assert_eq!(found(&chat, &ada, "hello").await["messages"], json!([]));
    let read = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(each(&read["messages"], "content"), ["Hello"]);
}
