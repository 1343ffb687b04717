//! `/api/canned-responses`.

use mongodb::bson::doc;
use serde_json::{Value, json};
use shared::documents::canned_response::CannedResponse;

use crate::support::{Agent, Chat, NOBODY, each, text};

const PATH: &str = "/api/canned-responses";

async fn create(chat: &Chat, agent: &Agent, title: &str, shortcut: &str) -> String {
    let body = json!({ "title": title, "content": format!("{title}!"), "shortcut": shortcut });
    text(&chat.post(PATH, body).by(&agent.token).await.expect(201)["_id"])
}

#[tokio::test]
async fn a_response_is_created_with_defaults() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let body = json!({ "title": " Hello ", "content": "Hello, how can I help?" });
    let created = chat.post(PATH, body).by(&ada.token).await.expect(201);
    let mut fields: Vec<&String> = created.as_object().unwrap().keys().collect();
    fields.sort_unstable();
    let documented =
        ["_id", "category", "content", "createdAt", "createdBy", "shortcut", "title", "updatedAt"];
    assert_eq!(fields, documented);
    assert_eq!((&created["title"], &created["category"]), (&json!("Hello"), &json!("General")));
    assert_eq!(created["createdBy"], json!({ "_id": ada.id, "name": "Ada", "email": ada.email }));
    let read = chat.get(&format!("{PATH}/{}", text(&created["_id"]))).by(&ada.token).await.expect(200);
    assert_eq!(read, created);
}

#[tokio::test]
async fn a_list_is_a_plain_array_the_newest_first() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let first = create(&chat, &ada, "Greeting", "/hi").await;
    let second = create(&chat, &ada, "Goodbye", "/bye").await;
    let filed = json!({ "category": "Ends" });
    chat.put(&format!("{PATH}/{second}"), filed).by(&ada.token).await.expect(200);
    for (query, expected) in [
        ("", vec![&second, &first]),
        ("?category=General", vec![&first]),
        ("?category=Ends", vec![&second]),
        ("?q=gree", vec![&first]),
        ("?q=bye", vec![&second]),
        ("?q=%7B%24ne%7D", vec![]),
    ] {
        let list = chat.get(&format!("{PATH}{query}")).by(&ada.token).await.expect(200);
        assert_eq!(each(&list, "_id"), expected, "{query}");
    }
}

#[tokio::test]
async fn a_shortcut_is_unique_unless_empty() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    create(&chat, &ada, "One", "/one").await;
    create(&chat, &ada, "Two", "").await;
    let three = create(&chat, &ada, "Three", "").await;
    let taken = json!({ "title": "x", "content": "x", "shortcut": "/one" });
    chat.post(PATH, taken).by(&ada.token).await.refused(409, "conflict");
    let path = format!("{PATH}/{three}");
    chat.put(&path, json!({ "shortcut": "/one" })).by(&ada.token).await.refused(409, "conflict");
}

#[tokio::test]
async fn a_change_changes_what_it_names() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let id = create(&chat, &ada, "One", "/one").await;
    let body = json!({ "content": "Changed", "createdBy": NOBODY });
    let changed = chat.put(&format!("{PATH}/{id}"), body).by(&ada.token).await.expect(200);
    assert_eq!((&changed["title"], &changed["content"]), (&json!("One"), &json!("Changed")));
    assert_eq!(changed["createdBy"]["name"], "Ada");
    let found = chat.get(&format!("{PATH}?q=changed")).by(&ada.token).await.expect(200);
    assert_eq!(each(&found, "_id"), [&id]);
}

#[tokio::test]
async fn agents_change_and_delete_their_own_and_admins_any() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let bob = chat.register("Bob").await;
    let path = format!("{PATH}/{}", create(&chat, &ada, "One", "/one").await);
    chat.put(&path, json!({ "title": "x" })).by(&bob.token).await.refused(403, "forbidden");
    chat.delete(&path).by(&bob.token).await.refused(403, "forbidden");
    chat.get(&path).by(&bob.token).await.expect(200);
    assert_eq!(
        chat.put(&path, json!({ "title": "Two" })).by(&sue.token).await.expect(200)["title"],
        "Two"
    );
    let gone = chat.delete(&path).by(&ada.token).await.expect(200);
    assert!(gone["message"].is_string());
    chat.delete(&path).by(&ada.token).await.refused(404, "not_found");
}

#[tokio::test]
async fn bad_responses_are_refused() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let path = format!("{PATH}/{}", create(&chat, &ada, "One", "/one").await);
    let good = json!({ "title": "x", "content": "x" });
    for (field, value) in [
        ("title", json!("")),
        ("title", json!("x".repeat(201))),
        ("content", json!(" ")),
        ("content", json!("x".repeat(8001))),
        ("shortcut", json!("x".repeat(51))),
        ("category", json!(7)),
    ] {
        let mut body = good.clone();
        body[field] = value;
        chat.post(PATH, body.clone()).by(&ada.token).await.invalid(field);
        chat.put(&path, body).by(&ada.token).await.invalid(field);
    }
    for field in ["title", "content"] {
        chat.post(PATH, json!({})).by(&ada.token).await.invalid(field);
    }
}

#[tokio::test]
async fn canned_responses_are_the_agents() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let one = format!("{PATH}/{}", create(&chat, &ada, "One", "/one").await);
    let vic = chat.visitor("Vic").await;
    let body = || json!({ "title": "x", "content": "x" });
    for token in [None, Some(&vic.token)] {
        let calls = [
            chat.get(PATH),
            chat.get(&one),
            chat.post(PATH, body()),
            chat.put(&one, body()),
            chat.delete(&one),
        ];
        for call in calls {
            match token {
                None => call.await.refused(401, "unauthorized"),
                Some(token) => call.by(token).await.refused(403, "forbidden"),
            };
        }
    }
    let unknown = format!("{PATH}/{NOBODY}");
    chat.get(&unknown).by(&ada.token).await.refused(404, "not_found");
    chat.put(&unknown, body()).by(&ada.token).await.refused(404, "not_found");
    chat.delete(&unknown).by(&ada.token).await.refused(404, "not_found");
    let malformed = format!("{PATH}/42");
    chat.get(&malformed).by(&ada.token).await.refused(400, "bad_request");
    chat.put(&malformed, body()).by(&ada.token).await.refused(400, "bad_request");
    chat.delete(&malformed).by(&ada.token).await.refused(400, "bad_request");
    assert_eq!(
        chat.get(PATH).by(&ada.token).await.expect(200),
        Value::Array(vec![chat.get(&one).by(&ada.token).await.expect(200)])
    );
}

#[tokio::test]
async fn there_are_a_thousand_at_most() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    create(&chat, &ada, "One", "/one").await;
    let all = chat.app.db.of::<CannedResponse>();
    let mut one = all.find_one(doc! {}).await.unwrap().unwrap();
    let mut more = Vec::new();
    for _ in 1..1000 {
        one.id = shared::Id::sequential();
        one.shortcut = String::new();
        more.push(one.clone());
    }
    all.insert_many(more).await.unwrap();
    let body = json!({ "title": "Two", "content": "Too many" });
    chat.post("/api/canned-responses", body).by(&ada.token).await.refused(409, "conflict");
    let list = chat.get("/api/canned-responses").by(&ada.token).await.expect(200);
    assert_eq!(list.as_array().unwrap().len(), 1000);
}
