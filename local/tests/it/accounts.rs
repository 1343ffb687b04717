//! The life of an account: its password, its role, being shut out, and the security log of it.

use mongodb::bson::doc;
use serde_json::{Value, json};
use shared::documents::user::User;

use crate::support::{Agent, Chat, NOBODY, each, text};

async fn login(chat: &Chat, email: &str, password: &str) -> crate::support::Answer {
    chat.post("/api/auth/login", json!({ "email": email, "password": password })).await
}

async fn is_dead(chat: &Chat, token: &str) {
    chat.get("/api/auth/profile").by(token).await.refused(401, "unauthorized");
}

async fn actions(chat: &Chat, sue: &Agent) -> Vec<Value> {
    let log = chat.get("/api/auth/audit?limit=100").by(&sue.token).await.expect(200);
    let mut actions: Vec<Value> = each(&log["entries"], "action").into_iter().cloned().collect();
    actions.reverse();
    actions
}

#[tokio::test]
async fn a_change_of_the_password_asks_the_old_one_and_ends_every_other_token() {
    let chat = Chat::start().await;
    let (_, ada) = chat.team().await;
    let elsewhere = login(&chat, &ada.email, "correct horse").await.expect(200);
    let other = Agent { token: text(&elsewhere["token"]), ..ada.clone() };
    let mut there = chat.agent_socket(&other).await;
    let mut here = chat.agent_socket(&ada).await;

    let change = |current: &str, new: &str| {
        let body = json!({ "currentPassword": current, "newPassword": new });
        chat.put("/api/auth/password", body).by(&ada.token)
    };
    change("wrong horse", "battery staple").await.refused(403, "forbidden");
    change("correct horse", "short").await.invalid("newPassword");
    change("correct horse", "battery staple").await.expect(200);

    assert_eq!(there.closed().await, 1001);
    is_dead(&chat, &other.token).await;
    here.pushed_so_far().await;
    chat.get("/api/auth/profile").by(&ada.token).await.expect(200);
    login(&chat, &ada.email, "correct horse").await.refused(401, "unauthorized");
    login(&chat, &ada.email, "battery staple").await.expect(200);
}

#[tokio::test]
async fn a_login_that_is_one_too_many_ends_the_oldest_with_its_sockets() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let second = login(&chat, &ada.email, "correct horse").await.expect(200);
    let second = Agent { token: text(&second["token"]), ..ada.clone() };
    let (mut oldest, mut there) = (chat.agent_socket(&ada).await, chat.agent_socket(&second).await);
    let expires = shared::Time::now().plus(std::time::Duration::from_secs(3600));
    let more = |number: usize| doc! { "id": number.to_string(), "expiresAt": expires };
    let push = doc! { "$push": { "sessions": { "$each": (0..48).map(more).collect::<Vec<_>>() } } };
    let one = doc! { "email": &ada.email };
    chat.app.db.of::<User>().update_one(one, push).await.unwrap();
    login(&chat, &ada.email, "correct horse").await.expect(200);
    assert_eq!(oldest.closed().await, 1001);
    is_dead(&chat, &ada.token).await;
    there.pushed_so_far().await;
}

#[tokio::test]
async fn an_administrator_lists_the_users() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let list = |query: &str| chat.get(&format!("/api/auth/users{query}")).by(&sue.token);
    let all = list("").await.expect(200);
    assert_eq!(each(&all["users"], "name"), ["Ada", "Sue"], "the latest first");
    assert_eq!(
        (&all["total"], &all["totalPages"], &all["currentPage"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert!(all.to_string().find("assword").is_none() && all.to_string().find("argon2").is_none());
    let first = list("?limit=1").await.expect(200);
    let next = list(&format!("?limit=1&cursor={}", text(&first["nextCursor"]))).await.expect(200);
    assert_eq!(each(&next["users"], "id"), [&json!(sue.id)]);
    assert_eq!(each(&list("?role=agent").await.expect(200)["users"], "id"), [&json!(ada.id)]);
    assert_eq!(list("?active=false").await.expect(200)["total"], 0);
}

#[tokio::test]
async fn of_the_security_log_everybody_sees_its_own_and_administrators_see_all() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let whose = async |token: &str| {
        let log = chat.get("/api/auth/audit").by(token).await.expect(200);
        let entries = log["entries"].as_array().unwrap().iter();
        entries.map(|entry| text(&entry["target"]["id"]).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(whose(&sue.token).await, [ada.id.as_str(), &sue.id]);
    assert_eq!(whose(&ada.token).await, [ada.id.as_str()]);
}

#[tokio::test]
async fn a_change_of_the_role_holds_at_the_next_call_and_closes_the_sockets() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut adas = chat.agent_socket(&ada).await;
    let path = format!("/api/auth/users/{}", ada.id);
    let body = json!({ "role": "admin", "department": "Support" });
    let changed = chat.put(&path, body).by(&sue.token).await.expect(200);
    assert_eq!((&changed["role"], &changed["department"]), (&json!("admin"), &json!("Support")));
    assert_eq!(adas.closed().await, 1001);
    let rename = || chat.put(&path, json!({ "name": "Ada" })).by(&ada.token);
    rename().await.expect(200);
    chat.put(&path, json!({ "role": "agent" })).by(&sue.token).await.expect(200);
    rename().await.refused(403, "forbidden");
}

#[tokio::test]
async fn who_is_switched_off_is_out_at_once_and_can_come_back() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut adas = chat.agent_socket(&ada).await;
    let (_vic, id) = chat.conversation("Vic", "Hello").await;
    let path = format!("/api/auth/users/{}", ada.id);
    chat.put(&path, json!({ "active": false })).by(&sue.token).await.expect(200);
    assert_eq!(adas.closed().await, 1001);
    is_dead(&chat, &ada.token).await;
    let off = login(&chat, &ada.email, "correct horse").await.refused(401, "unauthorized");
    let wrong = login(&chat, &ada.email, "wrong horse").await.refused(401, "unauthorized");
    assert_eq!(off, wrong, "nobody learns that the password was right");
    chat.put(&format!("/api/conversations/{id}/assign"), json!({ "agentId": ada.id }))
        .by(&sue.token)
        .await
        .refused(404, "not_found");
    chat.put(&path, json!({ "active": true })).by(&sue.token).await.expect(200);
    is_dead(&chat, &ada.token).await;
    login(&chat, &ada.email, "correct horse").await.expect(200);
}

#[tokio::test]
async fn a_reset_of_the_password_ends_every_token_and_socket() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut adas = chat.agent_socket(&ada).await;
    let path = format!("/api/auth/users/{}/password", ada.id);
    chat.put(&path, json!({ "newPassword": "short" })).by(&sue.token).await.invalid("newPassword");
    chat.put(&path, json!({ "newPassword": "battery staple" })).by(&sue.token).await.expect(200);
    assert_eq!(adas.closed().await, 1001);
    is_dead(&chat, &ada.token).await;
    login(&chat, &ada.email, "correct horse").await.refused(401, "unauthorized");
    login(&chat, &ada.email, "battery staple").await.expect(200);
    let own = format!("/api/auth/users/{}/password", sue.id);
    let body = json!({ "newPassword": "battery staple" });
    chat.put(&own, body).by(&sue.token).await.refused(403, "forbidden");
    let nobody = format!("/api/auth/users/{NOBODY}/password");
    let body = json!({ "newPassword": "battery staple" });
    chat.put(&nobody, body).by(&sue.token).await.refused(404, "not_found");
}

#[tokio::test]
async fn administrators_manage_agents_and_nobody_above() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (adam, eve) = (chat.admin(&sue, "Adam").await, chat.admin(&sue, "Eve").await);
    let put = |who: &Agent, body: Value| {
        chat.put(&format!("/api/auth/users/{}", who.id), body).by(&adam.token)
    };
    put(&ada, json!({ "name": "Ada L." })).await.expect(200);
    put(&ada, json!({ "role": "admin" })).await.refused(403, "forbidden");
    put(&adam, json!({ "role": "super_admin" })).await.refused(403, "forbidden");
    put(&adam, json!({ "name": "Adam the First" })).await.expect(200);
    for above in [&eve, &sue] {
        put(above, json!({ "active": false })).await.refused(403, "forbidden");
        let path = format!("/api/auth/users/{}/password", above.id);
        let body = json!({ "newPassword": "battery staple" });
        chat.put(&path, body).by(&adam.token).await.refused(403, "forbidden");
    }
}

#[tokio::test]
async fn the_last_super_admin_stays_even_if_two_remove_each_other_at_once() {
    let chat = Chat::start().await;
    let sue = chat.register("Sue").await;
    let change = |by: &Agent, who: &Agent, body: Value| {
        chat.put(&format!("/api/auth/users/{}", who.id), body).by(&by.token)
    };
    for body in [json!({ "role": "agent" }), json!({ "active": false })] {
        change(&sue, &sue, body).await.refused(409, "conflict");
    }
    let ada = chat.register("Ada").await;
    change(&sue, &ada, json!({ "role": "super_admin" })).await.expect(200);
    let (one, other) = tokio::join!(
        change(&sue, &ada, json!({ "role": "agent" })),
        change(&ada, &sue, json!({ "active": false })),
    );
    assert!([one.status, other.status].contains(&200), "{one:?} {other:?}");
    let token = if one.status == 200 { &sue.token } else { &ada.token };
    let left = chat.get("/api/auth/users?role=super_admin&active=true").by(token).await.expect(200);
    assert_eq!(left["total"], 1);
}

#[tokio::test]
async fn the_security_log_says_who_did_what_to_whom_and_from_where() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    login(&chat, "nobody@example.com", "correct horse").await.refused(401, "unauthorized");
    login(&chat, &ada.email, "wrong horse").await.refused(401, "unauthorized");
    let path = format!("/api/auth/users/{}", ada.id);
    chat.put(&path, json!({ "role": "admin" })).by(&sue.token).await.expect(200);
    let reset = json!({ "newPassword": "battery staple" });
    chat.put(&format!("{path}/password"), reset).by(&sue.token).await.expect(200);
    chat.put(&path, json!({ "active": false })).by(&sue.token).await.expect(200);
    chat.put(&path, json!({ "active": true })).by(&sue.token).await.expect(200);
    let back = login(&chat, &ada.email, "battery staple").await.expect(200);
    chat.post("/api/auth/logout", json!({})).by(&text(&back["token"])).await.expect(200);
    assert_eq!(
        actions(&chat, &sue).await,
        [
            "registered",
            "registered",
            "login_failed",
            "login_failed",
            "role_changed",
            "password_reset",
            "deactivated",
            "activated",
            "logout",
        ]
    );
    let log = chat.get("/api/auth/audit?action=role_changed").by(&sue.token).await.expect(200);
    let entry = &log["entries"][0];
    assert_eq!(entry["actor"]["email"], sue.email);
    assert_eq!(entry["target"], json!({ "id": ada.id, "email": ada.email }));
    assert_eq!((&entry["address"], &entry["detail"]), (&json!("127.0.0.1"), &json!("agent to admin")));
    let failed = chat.get("/api/auth/audit?action=login_failed").by(&sue.token).await.expect(200);
    let unknown = json!({ "id": null, "email": "nobody@example.com" });
    assert_eq!(each(&failed["entries"], "target")[1], &unknown);
    assert!(!failed.to_string().contains("horse"), "no password is logged");
}
