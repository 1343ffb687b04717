//! Who may not come in, who somebody is, and what is known of a person.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use serde_json::{Value, json};
use shared::Time;
use shared::documents::conversation::Conversation;
use shared::documents::user::User;
use shared::use_cases::maintenance;
use tokio::time::Instant;

use crate::support::{Agent, Chat, NOBODY, Settings, each, text};
use local::websocket_api::Limits;

const SITES: &str = "the secret of the site, more than 32 bytes";
const WITH_IDENTITIES: Settings = &[("VISITOR_IDENTITY_SECRET", SITES)];

fn sign(claims: &Value, secret: &str) -> String {
    let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

fn in_a_minute() -> i64 {
    Time::now().millis() / 1000 + 60
}

#[tokio::test]
async fn a_banned_visitor_is_out_at_once_until_it_is_let_in_again() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    let path = format!("/api/visitors/{}/ban", vic.id);
    chat.put(&path, json!({ "until": "2020-01-01T00:00:00Z" })).by(&ada.token).await.invalid("until");
    chat.put(&path, json!({ "until": "soon" })).by(&ada.token).await.invalid("until");
    let banned = chat.put(&path, json!({ "reason": "Spam" })).by(&ada.token).await.expect(200);
    assert_eq!((&banned["ban"]["reason"], &banned["ban"]["by"]), (&json!("Spam"), &json!(ada.id)));
    assert_eq!(vic.socket.closed().await, 1001);
    chat.get(&format!("/api/conversations/{id}")).by(&vic.token).await.refused(403, "banned");
    let mut again = chat.socket().await;
    let who = json!({ "sessionId": vic.session });
    again.refused("visitor:connect", who.clone(), "banned").await;
    let seen = chat.get(&format!("/api/visitors/{}", vic.id)).by(&ada.token).await.expect(200);
    assert_eq!(seen["isOnline"], false);

    chat.delete(&path).by(&ada.token).await.expect(200);
    let back = again.ack("visitor:connect", who).await;
    assert_eq!(back["visitorId"], vic.id);
    chat.get(&format!("/api/conversations/{id}")).by(&vic.token).await.expect(200);
    chat.put(&format!("/api/visitors/{NOBODY}/ban"), json!({}))
        .by(&ada.token)
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn to_be_erased_is_no_way_back_in() {
    let chat = Chat::start_with(WITH_IDENTITIES, Limits::default()).await;
    let ada = chat.register("Ada").await;
    let who = json!({ "identity": sign(&json!({ "sub": "u-7", "exp": in_a_minute() }), SITES) });
    let mut phone = chat.socket().await;
    let eve = text(&phone.ack("visitor:connect", who.clone()).await["visitorId"]);
    let (path, ban) = (format!("/api/visitors/{eve}"), format!("/api/visitors/{eve}/ban"));
    chat.put(&ban, json!({ "reason": "Spam" })).by(&ada.token).await.expect(200);
    chat.delete(&path).by(&ada.token).await.expect(200);
    let mut again = chat.socket().await;
    again.refused("visitor:connect", who.clone(), "banned").await;
    chat.get(&path).by(&ada.token).await.refused(404, "not_found");
    chat.delete(&ban).by(&ada.token).await.expect(200);
    chat.delete(&ban).by(&ada.token).await.refused(404, "not_found");
    assert_ne!(again.ack("visitor:connect", who).await["visitorId"], eve, "and is new");
}

#[tokio::test]
async fn a_ban_ends_when_it_says() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let vic = chat.visitor("Vic").await;
    let path = format!("/api/visitors/{}/ban", vic.id);
    let until = json!({ "until": "2099-01-31T09:30:00Z" });
    chat.put(&path, until).by(&ada.token).await.expect(200);
    let profile = || chat.get(&format!("/api/visitors/{}", vic.id)).by(&vic.token);
    profile().await.refused(403, "banned");
    let then = doc! { "$set": { "ban.until": Time::from_millis(Time::now().millis() - 1) } };
    chat.app.db.of::<shared::documents::visitor::Visitor>().update_one(doc! {}, then).await.unwrap();
    assert_eq!(profile().await.expect(200)["ban"], Value::Null, "why is for the agents");
}

#[tokio::test]
async fn an_identified_visitor_is_the_same_person_on_every_device() {
    let chat = Chat::start_with(WITH_IDENTITIES, Limits::default()).await;
    let ada = chat.register("Ada").await;
    let claims =
        json!({ "sub": "u-7", "name": "Vic", "email": "VIC@example.com", "exp": in_a_minute() });
    let identity = sign(&claims, SITES);
    let (mut phone, mut laptop) = (chat.socket().await, chat.socket().await);
    let data = json!({ "identity": identity, "sessionId": "the-phones-session-0123", "name": "Eve" });
    let one = phone.ack("visitor:connect", data).await;
    let other = laptop.ack("visitor:connect", json!({ "identity": identity })).await;
    assert_eq!(one["visitorId"], other["visitorId"]);
    let started = phone.ack("conversation:start", json!({ "message": "Hello" })).await;
    let id = &started["conversation"]["_id"];
    let created = laptop.next("conversation:created").await;
    assert_eq!((&created["conversation"]["_id"], &created["message"]["content"]), (id, &json!("Hello")));
    phone.ack("message:send", json!({ "conversationId": id, "content": "Are you there?" })).await;
    let pushed = laptop.next("message:new").await;
    assert_eq!(&pushed["message"]["conversation"], id);
    let path = format!("/api/visitors/{}", text(&one["visitorId"]));
    let seen = chat.get(&path).by(&ada.token).await.expect(200);
    assert_eq!((&seen["verified"], &seen["externalId"]), (&json!(true), &json!("u-7")));
    assert_eq!((&seen["name"], &seen["email"]), (&json!("Vic"), &json!("vic@example.com")));
}

#[tokio::test]
async fn a_session_never_claims_an_identified_visitor() {
    let chat = Chat::start_with(WITH_IDENTITIES, Limits::default()).await;
    let identity = sign(&json!({ "sub": "u-7-and-so-on-and-on", "exp": in_a_minute() }), SITES);
    let session = "the-phones-session-0123";
    let mut socket = chat.socket().await;
    let data = json!({ "identity": identity, "sessionId": session });
    let vic = socket.ack("visitor:connect", data).await;
    for session in [session, "u-7-and-so-on-and-on", "identified:u-7-and-so-on-and-on"] {
        let mut stranger = chat.socket().await;
        let connected = stranger.ack("visitor:connect", json!({ "sessionId": session })).await;
        assert_ne!(connected["visitorId"], vic["visitorId"], "{session}");
    }
}

#[tokio::test]
async fn an_identity_that_the_site_did_not_sign_is_refused() {
    let chat = Chat::start_with(WITH_IDENTITIES, Limits::default()).await;
    let mut socket = chat.socket().await;
    let good = json!({ "sub": "u-7", "exp": in_a_minute() });
    let unsigned = format!(
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.",
        sign(&good, SITES).split('.').nth(1).unwrap()
    );
    for identity in [
        sign(&good, "another secret of more than 32 bytes, too"),
        sign(&json!({ "sub": "u-7" }), SITES),
        sign(&json!({ "sub": "u-7", "exp": in_a_minute() - 180 }), SITES),
        unsigned,
        "nonsense".to_owned(),
    ] {
        let data = json!({ "identity": identity, "sessionId": "the-phones-session-0123" });
        socket.refused("visitor:connect", data, "unauthorized").await;
    }
    let without = Chat::start().await;
    let data = json!({ "identity": sign(&good, SITES) });
    without.socket().await.refused("visitor:connect", data, "unauthorized").await;
}

async fn chatted(chat: &Chat) -> (Agent, Agent, crate::support::Visitor, String) {
    let (sue, ada) = chat.team().await;
    let mut vic = chat.visitor("Vic").await;
    let data = json!({ "message": "My secret is 4711", "clientMessageId": "start" });
    let started = vic.socket.ack("conversation:start", data).await;
    let id = text(&started["conversation"]["_id"]);
    vic.socket.ack("visitor:page", json!({ "url": "https://site.example/secret" })).await;
    let body = json!({ "conversationId": id, "content": "Dear Vic" });
    chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    let notes = json!({ "notes": "Vic is nice", "tags": ["vic"] });
    chat.put(&format!("/api/conversations/{id}"), notes).by(&ada.token).await.expect(200);
    (sue, ada, vic, id)
}

#[tokio::test]
async fn an_export_has_all_that_is_stored_of_a_person() {
    let chat = Chat::start().await;
    let (sue, ada, vic, id) = chatted(&chat).await;
    let path = format!("/api/visitors/{}/export", vic.id);
    chat.get(&path).by(&ada.token).await.refused(403, "forbidden");
    let export = chat.get(&path).by(&sue.token).await.expect(200);
    assert_eq!(export["visitor"]["name"], "Vic");
    assert_eq!(export["visitor"]["pageViews"][0]["url"], "https://site.example/secret");
    let conversation = &export["conversations"][0];
    assert_eq!(conversation["conversation"]["_id"], json!(id));
    assert_eq!(conversation["conversation"]["notes"], "Vic is nice");
    assert_eq!(each(&conversation["messages"], "content"), ["My secret is 4711", "Dear Vic"]);
    assert_eq!(export["nextCursor"], Value::Null);
    assert!(!export.to_string().contains(&vic.session));
    chat.get(&format!("{path}?cursor=nonsense")).by(&sue.token).await.invalid("cursor");
}

#[tokio::test]
async fn a_long_export_comes_in_parts_that_are_whole_together() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (vic, id) = chat.conversation("Vic", "m1").await;
    let long = "\u{1}".repeat(4_090);
    for nth in 2..=130 {
        let body = json!({ "conversationId": id, "content": format!("m{nth} {long}.") });
        chat.post("/api/messages", body).by(&ada.token).await.expect(201);
    }
    let (mut numbers, mut query, mut parts) = (Vec::new(), String::new(), 0);
    loop {
        let path = format!("/api/visitors/{}/export{query}", vic.id);
        let part = chat.get(&path).by(&sue.token).await.expect(200);
        assert!(part.to_string().len() < 6_000_000, "under Lambda's limit");
        for conversation in part["conversations"].as_array().unwrap() {
            numbers.extend(
                each(&conversation["messages"], "seq").into_iter().map(|seq| seq.as_i64().unwrap()),
            );
        }
        parts += 1;
        match part["nextCursor"].as_str() {
            Some(cursor) => query = format!("?cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(numbers, (1..=130).collect::<Vec<i64>>());
    assert!(parts > 1);
}

/// Whether anything in the database contains a text.
async fn remembers(chat: &Chat, needle: &str) -> Vec<String> {
    let users = chat.app.db.of::<User>();
    let database = users.client().database(&users.namespace().db);
    let mut found = Vec::new();
    for name in database.list_collection_names().await.unwrap() {
        let all: Vec<Document> =
            database.collection(&name).find(doc! {}).await.unwrap().try_collect().await.unwrap();
        found.extend(all.iter().filter(|row| row.to_string().contains(needle)).map(|_| name.clone()));
    }
    found
}

/// What may be left of somebody's conversations and messages: figures are made of it, and it says nothing
/// of a person.
const STAYS_OF_CONVERSATIONS: &str = "_id visitor assignedAgent previousAgent status priority rating seq \
    counts marks activeAt firstVisitorMessageAt firstResponseAt firstResponseBy resolvedAt closedAt \
    createdAt erasedAt version events";
const STAYS_OF_MESSAGES: &str = "_id conversation seq nth sender senderId type createdAt";

/// The fields of a collection's documents that say something.
async fn what_is_left(chat: &Chat, collection: &str) -> BTreeSet<String> {
    let users = chat.app.db.of::<User>();
    let database = users.client().database(&users.namespace().db);
    let all = database.collection::<Document>(collection).find(doc! {}).await.unwrap();
    let all: Vec<Document> = all.try_collect().await.unwrap();
    let says_nothing = |value: &Bson| match value {
        Bson::Null => true,
        Bson::String(text) => text.is_empty(),
        Bson::Array(list) => list.is_empty(),
        _ => false,
    };
    let fields = all.into_iter().flatten().filter(|(_, value)| !says_nothing(value));
    fields.map(|(name, _)| name).collect()
}

#[tokio::test]
async fn an_erased_person_leaves_nothing_but_true_figures() {
    let chat = Chat::start().await;
    let (sue, ada, mut vic, id) = chatted(&chat).await;
    let figures = |path: &'static str| chat.get(path).by(&sue.token);
    let charts = figures("/api/analytics/charts?period=7days").await.expect(200);
    assert!(!remembers(&chat, "My secret is 4711").await.is_empty());
    let path = format!("/api/visitors/{}", vic.id);
    chat.delete(&path).by(&ada.token).await.refused(403, "forbidden");
    chat.delete(&path).by(&sue.token).await.expect(200);

    assert_eq!(vic.socket.closed().await, 1001);
    chat.get(&path).by(&vic.token).await.refused(401, "unauthorized");
    // Nothing so short that a password's hash or a session's id could have it by chance.
    for personal in ["My secret", "\"Vic", "vic@", "site.example", "session-of", "Dear Vic"] {
        assert_eq!(remembers(&chat, personal).await, Vec::<String>::new(), "{personal}");
    }
    for (collection, may_stay) in
        [("conversations", STAYS_OF_CONVERSATIONS), ("messages", STAYS_OF_MESSAGES)]
    {
        let left = what_is_left(&chat, collection).await;
        let may_stay = may_stay.split_whitespace().map(str::to_owned).collect();
        let too_much: Vec<_> = left.difference(&may_stay).collect();
        assert!(too_much.is_empty(), "erase {too_much:?} of {collection}, or say here that it may stay");
    }
    let after = figures("/api/analytics/charts?period=7days").await.expect(200);
    let counts = |charts: &Value| (charts["conversations"].clone(), charts["messages"].clone());
    assert_eq!(counts(&after), counts(&charts));
    let overview = figures("/api/analytics/overview").await.expect(200);
    assert_eq!((&overview["totalConversations"], &overview["closedChats"]), (&json!(1), &json!(1)));
    let read = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(read["total"], 2);
    assert_eq!(each(&read["messages"], "content"), ["", ""]);
    let body = json!({ "conversationId": id, "content": "Hello?" });
    chat.post("/api/messages", body).by(&ada.token).await.refused(409, "conflict");
    let back = chat.visitor_with(&vic.session, "Vic").await;
    assert_ne!(back.id, vic.id, "who comes back is new");
    let nameless = chat.get(&format!("/api/conversations/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(
        (&nameless["visitor"]["_id"], &nameless["visitor"]["name"]),
        (&json!(vic.id), &Value::Null)
    );
    for call in [chat.get(&path), chat.delete(&path), chat.get(&format!("{path}/export"))] {
        call.by(&sue.token).await.refused(404, "not_found");
    }
    chat.delete(&format!("/api/visitors/{NOBODY}")).by(&sue.token).await.refused(404, "not_found");
}

#[tokio::test]
async fn what_was_said_in_an_ended_conversation_is_forgotten_after_its_time() {
    let chat = Chat::start_with(&[("RETENTION_DAYS", "30")], Limits::default()).await;
    let (sue, ada, mut vic, id) = chatted(&chat).await;
    let (_wim, other) = chat.conversation("Wim", "Hello").await;
    for (id, end) in [(&id, "resolve"), (&other, "close")] {
        chat.put(&format!("/api/conversations/{id}/{end}"), json!({})).by(&ada.token).await.expect(200);
    }
    let run = || maintenance::run(&chat.app, Instant::now() + Duration::from_secs(20));
    run().await;
    assert!(!remembers(&chat, "My secret is 4711").await.is_empty(), "it is not time yet");

    let long_ago = Time::from_millis(Time::now().millis() - 31 * 24 * 3_600_000);
    let ended = doc! { "$set": { "activeAt": long_ago, "resolvedAt": long_ago } };
    let one = doc! { "lastMessage": "Dear Vic" };
    chat.app.db.of::<Conversation>().update_one(one, ended).await.unwrap();
    run().await;
    assert_eq!(remembers(&chat, "My secret is 4711").await, Vec::<String>::new());
    assert_eq!(remembers(&chat, "Dear Vic").await, Vec::<String>::new());
    let kept = chat.get(&format!("/api/messages/{other}")).by(&sue.token).await.expect(200);
    assert_eq!(each(&kept["messages"], "content"), ["Hello"]);
    let overview = chat.get("/api/analytics/overview").by(&sue.token).await.expect(200);
    assert_eq!((&overview["resolvedChats"], &overview["totalConversations"]), (&json!(1), &json!(2)));

    let message = json!({ "conversationId": id, "content": "Me again" });
    vic.socket.ack("message:send", message).await;
    let read = chat.get(&format!("/api/messages/{id}")).by(&sue.token).await.expect(200);
    assert_eq!(each(&read["messages"], "content"), ["", "", "Me again"]);
}

#[tokio::test]
async fn what_an_agent_begins_with_a_visitor_who_is_being_erased_is_erased() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    for round in 0..10 {
        let vic = chat.visitor(&format!("Vic-{round}")).await;
        let body = json!({ "visitorId": vic.id, "message": "Is 4711 your number?" });
        let begins = chat.post("/api/conversations", body).by(&ada.token).into_future();
        let erases = chat.delete(&format!("/api/visitors/{}", vic.id)).by(&sue.token).into_future();
        let (begun, erased) = tokio::join!(begins, erases);
        assert!([201, 404].contains(&begun.status), "{}", begun.body);
        erased.expect(200);
        assert_eq!(remembers(&chat, "4711").await, Vec::<String>::new(), "round {round}");
    }
}

#[tokio::test]
async fn what_agents_note_after_the_old_was_erased_is_erased_with_its_visitor() {
    let chat = Chat::start_with(&[("RETENTION_DAYS", "30")], Limits::default()).await;
    let (sue, ada) = chat.team().await;
    let (vic, id) = chat.held_by(&ada, "Vic").await;
    let path = format!("/api/conversations/{id}");
    chat.put(&format!("{path}/resolve"), json!({})).by(&ada.token).await.expect(200);
    let past = Time::from_millis(1);
    let ended = doc! { "$set": { "resolvedAt": past, "activeAt": past } };
    chat.app.db.of::<Conversation>().update_one(doc! {}, ended).await.unwrap();
    maintenance::run(&chat.app, Instant::now() + Duration::from_secs(20)).await;
    let handed = json!({ "agentId": sue.id, "note": "Her number is 4711" });
    chat.put(&format!("{path}/transfer"), handed).by(&ada.token).await.expect(200);
    chat.put(&format!("{path}/close"), json!({})).by(&sue.token).await.expect(200);
    assert!(!remembers(&chat, "4711").await.is_empty());
    chat.delete(&format!("/api/visitors/{}", vic.id)).by(&sue.token).await.expect(200);
    assert_eq!(remembers(&chat, "4711").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_said_while_the_old_is_erased_stays() {
    let chat = Chat::start_with(&[("RETENTION_DAYS", "30")], Limits::default()).await;
    let sue = chat.register("Sue").await;
    let (mut vic, id) = chat.held_by(&sue, "Vic").await;
    for number in 0..20 {
        let path = format!("/api/conversations/{id}/resolve");
        chat.put(&path, json!({})).by(&sue.token).await.expect(200);
        let past = Time::from_millis(1);
        let ended = doc! { "$set": { "resolvedAt": past, "activeAt": past } };
        chat.app.db.of::<Conversation>().update_one(doc! {}, ended).await.unwrap();
        let message = json!({ "conversationId": id, "content": format!("{number}") });
        let erasing = maintenance::run(&chat.app, Instant::now() + Duration::from_secs(5));
        let (sent, ()) = tokio::join!(vic.socket.ack("message:send", message), erasing);
        let path = format!("/api/messages/{id}?limit=1");
        let read = chat.get(&path).by(&sue.token).await.expect(200);
        let last = &read["messages"][0];
        assert_eq!(
            (&last["content"], &last["seq"]),
            (&json!(format!("{number}")), &sent["message"]["seq"])
        );
    }
}
