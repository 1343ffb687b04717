//! Every query has its index.

use std::time::Duration;

use futures::TryStreamExt;
use mongodb::bson::{Document, doc};
use serde_json::json;
use shared::documents::user::User;
use shared::use_cases::maintenance;
use tokio::time::Instant;

use crate::support::{Chat, text};

#[tokio::test]
async fn no_operation_scans_a_collection() {
    let chat = Chat::start().await;
    let users = chat.app.db.of::<User>();
    let database = users.client().database(&users.namespace().db);
    database.run_command(doc! { "profile": 2 }).await.unwrap();

    let (sue, ada) = chat.team().await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, id) = chat.held_by(&ada, "Vic").await;
    let message = json!({ "conversationId": id, "content": "Hello", "clientMessageId": "m1" });
    let sent = vic.socket.ack("message:send", message).await;
    let about = json!({ "conversationId": id, "upTo": 2 });
    adas.ack("message:delivered", about.clone()).await;
    adas.ack("message:read", about).await;
    adas.ack("typing:start", json!({ "conversationId": id })).await;
    adas.ack("conversation:join", json!({ "conversationId": id, "after": 1 })).await;
    vic.socket.ack("visitor:page", json!({ "url": "/" })).await;
    let shortcut = json!({ "title": "Hi", "content": "Hello", "shortcut": "/hi" });
    let canned = chat.post("/api/canned-responses", shortcut).by(&ada.token).await.expect(201);
    for path in [
        "/api/auth/profile",
        "/api/conversations?status=active&assignedTo=me&limit=1",
        "/api/conversations?assignedTo=none",
        "/api/conversations?q=vic",
        &format!("/api/conversations/{id}"),
        &format!("/api/messages/{id}?before=2"),
        "/api/visitors?online=true&q=vic",
        "/api/visitors?online=false",
        &format!("/api/visitors/{}", vic.id),
        &format!("/api/canned-responses/{}", text(&canned["_id"])),
        "/api/canned-responses?category=General&q=hi",
        "/api/auth/users?role=agent&active=true",
        "/api/auth/users",
        "/api/auth/audit?action=registered",
        "/api/auth/audit",
        &format!("/api/visitors/{}/export", vic.id),
    ] {
        chat.get(path).by(&sue.token).await.expect(200);
    }
    for (path, body) in [
        (format!("/api/messages/{}/read", text(&sent["message"]["_id"])), json!({})),
        (format!("/api/messages/{}/read", crate::support::NOBODY), json!({})),
        (format!("/api/messages/conversation/{id}/read-all"), json!({})),
        (format!("/api/conversations/{id}"), json!({ "tags": ["vip"] })),
        (format!("/api/conversations/{id}/transfer"), json!({ "agentId": sue.id })),
        (format!("/api/visitors/{}", vic.id), json!({ "name": "Victor" })),
        (format!("/api/visitors/{}/ban", vic.id), json!({})),
        (format!("/api/auth/users/{}", sue.id), json!({ "role": "agent" })),
        (format!("/api/auth/users/{}/password", ada.id), json!({ "newPassword": "battery staple" })),
        ("/api/auth/status".to_owned(), json!({ "status": "away" })),
        (format!("/api/conversations/{id}/close"), json!({})),
    ] {
        chat.put(&path, body).by(&sue.token).await;
    }
    maintenance::run(&chat.app, Instant::now() + Duration::from_secs(20)).await;
    chat.post("/api/auth/logout", json!({})).by(&sue.token).await.expect(200);
    vic.socket.close().await;

    let profile = database.collection::<Document>("system.profile");
    let scans = doc! { "planSummary": "COLLSCAN", "ns": { "$not": { "$regex": "system.profile$" } } };
    let scans: Vec<Document> = profile.find(scans).await.unwrap().try_collect().await.unwrap();
    let scans: Vec<String> = scans
        .iter()
        // Whether there is any user at all needs none.
        .filter(|scan| {
            scan.get_document("command").unwrap().get_document("filter").ok() != Some(&doc! {})
        })
        .map(|scan| format!("{} {}", scan.get_str("ns").unwrap(), scan.get_document("command").unwrap()))
        .collect();
    assert_eq!(scans, Vec::<String>::new());
    assert!(profile.count_documents(doc! {}).await.unwrap() > 50, "the profiler was on");
}
