//! What heals by itself: messages whose function ended in the middle, people who are gone without a
//! `$disconnect`, pushes that did not reach anybody.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use mongodb::bson::doc;
use serde_json::json;
use shared::db::Stored;
use shared::documents::connection::Connection;
use shared::documents::conversation::{Conversation, Guard};
use shared::documents::participant::{Participant, Side};
use shared::documents::pending_push::PendingPush;
use shared::documents::user::User;
use shared::documents::visitor::Visitor;
use shared::push::{ApiGateway, OutboundEvent, Push};
use shared::use_cases::conversations::Start;
use shared::use_cases::messages::Draft;
use shared::use_cases::{conversations, maintenance};
use shared::{App, Id, Time};
use tokio::time::Instant;

use crate::support::{Chat, Visitor as Vic, each};

fn answer_deadline() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// A live chat whose frames leave maintenance to the test.
async fn without_maintenance() -> Chat {
    let chat = Chat::start().await;
    maintenance::run_if_due(&chat.app, answer_deadline()).await;
    chat
}

/// Sets a time of every document of a collection to one that is past.
async fn make_past<T: Stored>(app: &App, field: &str) {
    let past = doc! { "$set": { field: Time::from_millis(1) } };
    let updated = app.db.of::<T>().update_many(doc! { field: { "$exists": true } }, past).await.unwrap();
    assert!(updated.modified_count > 0);
}

/// Has a message accepted by a function that ends right then.
async fn accept(chat: &Chat, vic: &Vic, conversation: &str, content: &str, name: &str) {
    let by = Participant { side: Side::Visitor, id: vic.id.parse().unwrap(), name: None, email: None };
    let id: Id = conversation.parse().unwrap();
    let draft =
        Draft { content: content.to_owned(), client_message_id: Some(name.to_owned()), ..Draft::to(id) };
    let seen = Conversation::find(&chat.app.db, id).await.unwrap().unwrap().seq;
    let accepted =
        Conversation::accept(&chat.app.db, draft.message(&by, Time::now()), Guard::Looked(seen)).await;
    assert!(accepted.unwrap().is_some());
}

#[tokio::test]
async fn what_was_accepted_is_read_though_its_function_ended_right_then() {
    let chat = without_maintenance().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    accept(&chat, &vic, &id, "Left behind", "m1").await;
    let list = chat.get(&format!("/api/messages/{id}")).by(&ada.token).await.expect(200);
    assert_eq!(each(&list["messages"], "content"), [&json!("Hello"), &json!("Left behind")]);
    let again = json!({ "conversationId": id, "content": "Again", "clientMessageId": "m1" });
    let again = vic.socket.ack("message:send", again).await;
    assert_eq!(again["message"]["content"], "Left behind");
    let next = json!({ "conversationId": id, "content": "Next" });
    assert_eq!(vic.socket.ack("message:send", next).await["message"]["seq"], 3);
}

#[tokio::test]
async fn what_was_left_behind_is_taken_over_once_by_whoever_comes_next() {
    let chat = without_maintenance().await;
    let ada = chat.register("Ada").await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let mut adas = chat.agent_socket(&ada).await;
    accept(&chat, &vic, &id, "Left behind", "m1").await;
    maintenance::run(&chat.app, answer_deadline()).await;
    adas.pushed_so_far().await;
    assert_eq!(adas.waiting("message:new"), 0, "its function may be about to push it");
    make_past::<Conversation>(&chat.app, "outbox.0.due").await;
    let runs = (0..4).map(|_| maintenance::run(&chat.app, answer_deadline()));
    futures::future::join_all(runs).await;
    let pushed = adas.next("message:new").await["message"].clone();
    assert_eq!((&pushed["content"], &pushed["seq"]), (&json!("Left behind"), &json!(2)));
    assert_eq!(vic.socket.next("message:new").await["message"]["_id"], pushed["_id"]);
    maintenance::run(&chat.app, answer_deadline()).await;
    adas.pushed_so_far().await;
    assert_eq!(adas.waiting("message:new"), 0);
    let stored = Conversation::find(&chat.app.db, id.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(stored.accepted().count(), 0);
}

#[tokio::test]
async fn that_a_message_reopened_its_conversation_is_told_by_whoever_takes_it_over() {
    let chat = without_maintenance().await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.held_by(&ada, "Vic").await;
    let mut adas = chat.agent_socket(&ada).await;
    adas.ack("conversation:join", json!({ "conversationId": id })).await;
    chat.put(&format!("/api/conversations/{id}/resolve"), json!({})).by(&ada.token).await.expect(200);
    assert_eq!(adas.next("conversation:event").await["event"]["type"], "resolved");
    accept(&chat, &vic, &id, "Left behind", "m1").await;
    make_past::<Conversation>(&chat.app, "outbox.0.due").await;
    maintenance::run(&chat.app, answer_deadline()).await;
    let reopened = adas.next("conversation:event").await["event"].clone();
    assert_eq!((&reopened["type"], &reopened["by"]["name"]), (&json!("reopened"), &json!("Vic")));
    let history = chat.get(&format!("/api/conversations/{id}/events")).by(&ada.token).await.expect(200);
    assert_eq!(history["events"].as_array().unwrap().last(), Some(&reopened));
}

#[tokio::test]
async fn a_conversation_whose_start_was_left_behind_is_pushed_as_new() {
    let chat = without_maintenance().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let vic = chat.visitor("Vic").await;
    let by = Participant { side: Side::Visitor, id: vic.id.parse().unwrap(), name: None, email: None };
    let start = Start { first: Some("Hello".to_owned()), ..Start::default() };
    let started = conversations::start(&chat.app, "gone", &by, start).await.unwrap();
    make_past::<Conversation>(&chat.app, "outbox.0.due").await;
    maintenance::run(&chat.app, answer_deadline()).await;
    let pushed = adas.next("conversation:new").await;
    assert_eq!(pushed["conversation"]["_id"], json!(started.value.conversation.id));
    assert_eq!(adas.next("message:new").await["message"]["content"], "Hello");
}

#[tokio::test]
async fn one_whose_connections_have_expired_goes_offline() {
    let chat = without_maintenance().await;
    let (sue, ada) = chat.team().await;
    let vic = chat.visitor("Vic").await;
    let adas = chat.agent_socket(&ada).await;
    make_past::<User>(&chat.app, "connections.0.expiresAt").await;
    make_past::<Visitor>(&chat.app, "connections.0.expiresAt").await;
    let mut sues = chat.watching_visitors(&sue).await;
    maintenance::run(&chat.app, answer_deadline()).await;
    assert_eq!(sues.next("agent:offline").await["userId"], json!(ada.id));
    sues.visitor_when(&vic.id, |visitor| visitor["isOnline"] == false).await;
    let profile = chat.get("/api/auth/profile").by(&ada.token).await.expect(200);
    assert_eq!(profile["status"], "offline");
    let online = chat.get("/api/visitors?online=true").by(&ada.token).await.expect(200);
    assert_eq!(online["total"], 0);
    maintenance::run(&chat.app, answer_deadline()).await;
    sues.pushed_so_far().await;
    assert_eq!(sues.waiting("agent:offline") + sues.waiting("visitors:updated"), 0, "told once");
    drop((vic, adas));
}

#[tokio::test]
async fn a_frame_has_maintenance_done() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    // A connection of another process, whose `$disconnect` never came.
    let (db, id) = (&chat.app.db, "lost-connection=");
    Connection::open(db, id, Time::now()).await.unwrap();
    let connection = Connection::find(db, id).await.unwrap().unwrap();
    let arrives = shared::use_cases::connections::agent_connects;
    let arrived = arrives(&chat.app, &connection, &ada.token, Default::default(), None).await.unwrap();
    drop(arrived);
    make_past::<User>(&chat.app, "connections.0.expiresAt").await;
    Connection::remove(db, id).await.unwrap();
    let sue = chat.register("Sue").await;
    let mut sues = chat.agent_socket(&sue).await;
    assert_eq!(sues.next("agent:offline").await["userId"], json!(ada.id));
}

/// A gateway that lets nobody be reached, but hangs up on whom it is told to.
async fn deaf_gateway(chat: &Chat) -> App {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (real, http) = (format!("http://{}", chat.stack.address()), reqwest::Client::new());
    let hang_up = move |axum::extract::Path(id): axum::extract::Path<String>| async move {
        let closed = http.delete(format!("{real}/@connections/{id}")).send().await.unwrap();
        StatusCode::from_u16(closed.status().as_u16()).unwrap()
    };
    let deaf = post(|| async { StatusCode::TOO_MANY_REQUESTS }).delete(hang_up);
    let router = Router::new().route("/@connections/{id}", deaf);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (gateway, background) = (Arc::new(ApiGateway::new(&endpoint)), chat.app.background.clone());
    App { push: Push::new(&chat.app.db, gateway, None, background), ..chat.app.clone() }
}

#[tokio::test]
async fn events_that_do_not_reach_somebody_become_pending() {
    let chat = without_maintenance().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let event = || OutboundEvent::agent_offline(Id::sequential());
    // One that has no time at all, and one that meets 429 at every attempt.
    chat.app.push.dispatch(vec![event()], Instant::now()).await;
    let deaf = deaf_gateway(&chat).await;
    deaf.push.dispatch(vec![event()], answer_deadline()).await;
    adas.pushed_so_far().await;
    assert_eq!(adas.waiting("agent:offline"), 0);
    maintenance::run(&chat.app, answer_deadline()).await;
    adas.next("agent:offline").await;
    adas.next("agent:offline").await;
    maintenance::run(&chat.app, answer_deadline()).await;
    adas.pushed_so_far().await;
    assert_eq!(adas.waiting("agent:offline"), 0);
}

#[tokio::test]
async fn a_connection_that_cannot_be_reached_again_and_again_is_closed() {
    let chat = without_maintenance().await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let deaf = deaf_gateway(&chat).await;
    let event = OutboundEvent::agent_offline(Id::sequential());
    deaf.push.dispatch(vec![event], answer_deadline()).await;
    for _ in 0..3 {
        make_past::<PendingPush>(&chat.app, "due").await;
        maintenance::run(&deaf, answer_deadline()).await;
    }
    assert_eq!(adas.closed().await, 1001, "its client comes back and asks for what it missed");
    assert!(PendingPush::take(&chat.app.db).await.unwrap().is_none());
}

#[tokio::test]
async fn a_connection_that_is_not_known_any_more_is_closed_at_its_next_frame() {
    let chat = without_maintenance().await;
    let mut vic = chat.visitor("Vic").await;
    chat.app.db.of::<Connection>().delete_many(doc! {}).await.unwrap();
    vic.socket.send("ping", json!({})).await;
    assert_eq!(vic.socket.closed().await, 1001);
}
