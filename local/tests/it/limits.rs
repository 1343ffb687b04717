//! Nobody can wear the service out or guess a password.

use mongodb::bson::doc;
use serde_json::json;
use shared::Time;
use shared::documents::rate_counter::RateCounter;

use crate::support::{Answer, Chat, Settings};
use local::websocket_api::Limits;

async fn limited(settings: Settings) -> Chat {
    Chat::start_with(settings, Limits::default()).await
}

/// Must be refused for being too often, and says when to come back.
#[track_caller]
fn too_often(answer: Answer, at_most: u64) {
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=at_most).contains(&seconds), "{seconds}");
    let body = answer.refused(429, "rate_limited");
    assert_eq!(body["retryAfter"], seconds);
}

#[tokio::test]
async fn logins_from_an_address_are_five_in_twenty_seconds() {
    let chat = limited(&[("LIMITS", "")]).await;
    let login = |name: String| {
        let body = json!({ "email": format!("{name}@example.com"), "password": "wrong horse" });
        chat.post("/api/auth/login", body)
    };
    for nth in 0..5 {
        login(format!("user{nth}")).await.refused(401, "unauthorized");
    }
    too_often(login("user6".to_owned()).await, 20);
}

#[tokio::test]
async fn logins_with_an_email_are_limited_wherever_they_come_from() {
    let chat = limited(&[("LIMITS", "logins=off,logins_by_email=3/5m")]).await;
    let ada = chat.register("Ada").await;
    let login = |email: &str, password: &str| {
        chat.post("/api/auth/login", json!({ "email": email, "password": password }))
    };
    for _ in 0..3 {
        login(&ada.email, "wrong horse").await.refused(401, "unauthorized");
    }
    too_often(login(&ada.email, "correct horse").await, 300);
    too_often(login(" ADA@example.com ", "correct horse").await, 300);
    login("bob@example.com", "wrong horse").await.refused(401, "unauthorized");
    let change = json!({ "currentPassword": "guess", "newPassword": "battery staple" });
    too_often(chat.put("/api/auth/password", change).by(&ada.token).await, 300);
}

#[tokio::test]
async fn a_limit_ends_by_itself() {
    let chat = limited(&[("LIMITS", "logins=1/1m")]).await;
    let login = || chat.post("/api/auth/login", json!({ "email": "a@b.co", "password": "x" }));
    login().await.refused(401, "unauthorized");
    too_often(login().await, 60);
    let then = doc! { "$set": { "endsAt": Time::from_millis(Time::now().millis() - 1) } };
    chat.app.db.of::<RateCounter>().update_many(doc! {}, then).await.unwrap();
    login().await.refused(401, "unauthorized");
    too_often(login().await, 60);
}

#[tokio::test]
async fn registrations_from_an_address_are_limited() {
    let chat = limited(&[("LIMITS", "registrations=2/10m")]).await;
    chat.team().await;
    let body = json!({ "name": "Eve", "email": "eve@example.com", "password": "correct horse" });
    too_often(chat.post("/api/auth/register", body).await, 600);
}

#[tokio::test]
async fn calls_with_a_token_are_limited_and_others_are_not_touched() {
    let chat = limited(&[("LIMITS", "calls=3/1m")]).await;
    let (sue, ada) = chat.team().await;
    for _ in 0..3 {
        chat.get("/api/auth/profile").by(&ada.token).await.expect(200);
    }
    too_often(chat.get("/api/auth/profile").by(&ada.token).await, 60);
    chat.get("/api/auth/profile").by(&sue.token).await.expect(200);
    chat.get("/api/auth/profile").by("not.a.token").await.refused(401, "unauthorized");
}

#[tokio::test]
async fn ratings_from_an_address_are_limited() {
    let chat = limited(&[("LIMITS", "calls=2/1m")]).await;
    let path = format!("/api/conversations/{}/rate", crate::support::NOBODY);
    for _ in 0..2 {
        chat.put(&path, json!({ "rating": 5 })).await.refused(404, "not_found");
    }
    too_often(chat.put(&path, json!({ "rating": 5 })).await, 60);
}

#[tokio::test]
async fn a_flood_from_one_visitor_leaves_other_chats_untouched() {
    let chat = limited(&[("LIMITS", "messages=5/1m,typing=2/1m")]).await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, flooded) = chat.conversation("Vic", "Hello").await;
    let (mut wim, quiet) = chat.conversation("Wim", "Hello").await;
    let message = |id: &str| json!({ "conversationId": id, "content": "Buy!" });
    for _ in 0..5 {
        vic.socket.ack("message:send", message(&flooded)).await;
    }
    for _ in 0..20 {
        let refused = vic.socket.refused("message:send", message(&flooded), "rate_limited").await;
        assert!((1..=60).contains(&refused["retryAfter"].as_i64().unwrap()), "{refused}");
    }
    let typing = json!({ "conversationId": flooded });
    for _ in 0..2 {
        vic.socket.ack("typing:start", typing.clone()).await;
    }
    vic.socket.refused("typing:stop", typing, "rate_limited").await;
    vic.socket.ack("ping", json!({})).await;

    let sent = wim.socket.ack("message:send", message(&quiet)).await;
    loop {
        let pushed = adas.next("message:new").await;
        if pushed["message"]["_id"] == sent["message"]["_id"] {
            break;
        }
    }
    let read = chat.get(&format!("/api/messages/{flooded}")).by(&ada.token).await.expect(200);
    assert_eq!(read["total"], 6, "what was refused is not stored");
}

#[tokio::test]
async fn visitors_and_conversations_from_an_address_are_limited() {
    let chat = limited(&[("LIMITS", "visits=2/1m,conversations=1/1m")]).await;
    let mut vic = chat.visitor("Vic").await;
    vic.socket.ack("conversation:start", json!({})).await;
    vic.socket.refused("conversation:start", json!({}), "rate_limited").await;
    chat.visitor("Wim").await;
    let mut third = chat.socket().await;
    let who = json!({ "sessionId": "session-of-a-third-0123456789" });
    third.refused("visitor:connect", who, "rate_limited").await;
}

#[tokio::test]
async fn what_cannot_be_read_is_counted_too() {
    let chat = limited(&[("LIMITS", "frames=3/1m")]).await;
    let mut socket = chat.socket().await;
    for code in ["bad_request", "bad_request", "bad_request", "rate_limited"] {
        socket.send_text("{").await;
        assert_eq!(socket.next("error").await["code"], code);
    }
}
