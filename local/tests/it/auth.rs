//! `/api/auth`: accounts, tokens, one's own profile and status; and `/health`.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::auth::setup;
use shared::secret::Secret;

use crate::support::{Chat, Settings, each, text};
use local::websocket_api::Limits;

const ONLY_ADMINS_REGISTER: Settings = &[("REGISTRATION", "admin")];

fn person(name: &str) -> Value {
    json!({ "name": name, "email": format!("{name}@example.com"), "password": "correct horse" })
}

#[tokio::test]
async fn the_first_user_is_the_super_admin_and_gets_a_token() {
    let chat = Chat::start().await;
    let answer = chat.post("/api/auth/register", person("ada")).await.expect(201);
    assert_eq!(answer["user"]["role"], "super_admin");
    assert_eq!(answer["user"]["email"], "ada@example.com");
    assert!(answer["user"]["id"].is_string() && answer["user"]["name"] == "ada");
    chat.get("/api/auth/profile").by(answer["token"].as_str().unwrap()).await.expect(200);
}

#[tokio::test]
async fn where_strangers_can_come_the_first_user_shows_the_setup_token() {
    let chat = Chat::start_with(&[("FIRST_USER", "token")], Limits::default()).await;
    let register = |name: &str, token: Value| {
        let mut body = person(name);
        body["setupToken"] = token;
        chat.post("/api/auth/register", body)
    };
    let right = setup::token(&Secret::new(crate::support::SECRET));
    register("eve", json!(null)).await.refused(403, "forbidden");
    register("eve", json!("0".repeat(64))).await.refused(403, "forbidden");
    register("eve", json!("x".repeat(65))).await.invalid("setupToken");
    let strangers = (0..5).map(|number| {
        let call = register(&format!("eve{number}"), json!("guess"));
        async { call.await.status }
    });
    assert!(join_all(strangers).await.iter().all(|status| *status == 403));
    let first = register("ada", json!(right)).await.expect(201);
    assert_eq!(first["user"]["role"], "super_admin");
    let second = register("bob", json!(right)).await.expect(201);
    assert_eq!(second["user"]["role"], "agent", "it serves once");
}

#[tokio::test]
async fn who_may_register_is_said_to_everybody() {
    let open = Chat::start().await;
    let door = || async { open.get("/api/auth/registration").await.expect(200) };
    assert_eq!(door().await, json!({ "registration": "first", "needsSetupToken": false }));
    open.register("Ada").await;
    assert_eq!(door().await, json!({ "registration": "open", "needsSetupToken": false }));
    let settings = &[("FIRST_USER", "token"), ("REGISTRATION", "admin"), ("LIMITS", "calls=3/1m")];
    let strict = Chat::start_with(settings, Limits::default()).await;
    let door = || async { strict.get("/api/auth/registration").await };
    let first = json!({ "registration": "first", "needsSetupToken": true });
    assert_eq!(door().await.expect(200), first);
    let mut ada = person("ada");
    ada["setupToken"] = json!(setup::token(&Secret::new(crate::support::SECRET)));
    strict.post("/api/auth/register", ada).await.expect(201);
    let closed = json!({ "registration": "closed", "needsSetupToken": false });
    assert_eq!(door().await.expect(200), closed);
    door().await.expect(200);
    door().await.refused(429, "rate_limited");
}

#[tokio::test]
async fn of_many_first_users_at_once_one_is_the_super_admin() {
    let chat = Chat::start().await;
    let names = ["a", "b", "c", "d", "e"];
    let calls =
        names.map(|name| async { chat.post("/api/auth/register", person(name)).await.expect(201) });
    let roles: Vec<Value> =
        join_all(calls).await.into_iter().map(|answer| answer["user"]["role"].clone()).collect();
    assert_eq!(roles.iter().filter(|role| **role == "super_admin").count(), 1, "{roles:?}");
    assert_eq!(roles.iter().filter(|role| **role == "agent").count(), 4, "{roles:?}");
}

#[tokio::test]
async fn open_registration_makes_agents_whatever_role_is_asked_for() {
    let chat = Chat::start().await;
    chat.register("Sue").await;
    let mut eve = person("eve");
    eve["role"] = json!("super_admin");
    let answer = chat.post("/api/auth/register", eve).await.expect(201);
    assert_eq!(answer["user"]["role"], "agent");
}

#[tokio::test]
async fn admin_registration_asks_for_an_admins_token() {
    let chat = Chat::start_with(ONLY_ADMINS_REGISTER, Limits::default()).await;
    let sue = chat.register("Sue").await;
    chat.post("/api/auth/register", person("eve")).await.refused(401, "unauthorized");
    let ada = chat.post("/api/auth/register", person("ada")).by(&sue.token).await.expect(201);
    assert_eq!(ada["user"]["role"], "agent");
    let by_an_agent = chat.post("/api/auth/register", person("eve")).by(&text(&ada["token"])).await;
    by_an_agent.refused(403, "forbidden");
}

#[tokio::test]
async fn only_a_super_admin_makes_admins() {
    let chat = Chat::start().await;
    let sue = chat.register("Sue").await;
    let adam = chat.admin(&sue, "Adam").await;
    let mut wanted = person("eve");
    wanted["role"] = json!("admin");
    chat.post("/api/auth/register", wanted.clone()).by(&adam.token).await.refused(403, "forbidden");
    wanted["role"] = json!("agent");
    let eve = chat.post("/api/auth/register", wanted).by(&adam.token).await.expect(201);
    assert_eq!(eve["user"]["role"], "agent");
}

#[tokio::test]
async fn emails_are_trimmed_lower_cased_and_unique() {
    let chat = Chat::start().await;
    let mut ada = person("ada");
    ada["email"] = json!("  Ada@Example.COM ");
    assert_eq!(
        chat.post("/api/auth/register", ada).await.expect(201)["user"]["email"],
        "ada@example.com"
    );
    chat.post("/api/auth/register", person("ada")).await.refused(409, "conflict");
    let login = json!({ "email": " ADA@example.com", "password": "correct horse" });
    chat.post("/api/auth/login", login).await.expect(200);
}

#[tokio::test]
async fn a_registration_names_every_field_that_is_wrong() {
    let chat = Chat::start().await;
    let answer = chat.post("/api/auth/register", json!({})).await.refused(400, "validation_failed");
    assert_eq!(each(&answer["errors"], "path"), ["name", "email", "password"]);
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(101))),
        ("name", json!({ "$ne": null })),
        ("email", json!("not an email")),
        ("email", json!(7)),
        ("password", json!("short")),
        ("password", json!("x".repeat(129))),
        ("role", json!("king")),
    ] {
        let mut body = person("ada");
        body[field] = value;
        chat.post("/api/auth/register", body).await.invalid(field);
    }
    let first = chat.post("/api/auth/register", person("ada")).await.expect(201);
    assert_eq!(first["user"]["role"], "super_admin", "nothing was stored before");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_are_told_the_same() {
    let chat = Chat::start().await;
    chat.register("Ada").await;
    let login = |email: &str, password: &str| {
        chat.post("/api/auth/login", json!({ "email": email, "password": password }))
    };
    let wrong = login("ada@example.com", "wrong horse").await.refused(401, "unauthorized");
    let unknown = login("eve@example.com", "correct horse").await.refused(401, "unauthorized");
    assert_eq!(wrong, unknown);
    let right = login("ada@example.com", "correct horse").await.expect(200);
    assert_eq!(right["user"]["name"], "Ada");
}

#[tokio::test]
async fn a_login_without_an_email_or_password_is_invalid() {
    let chat = Chat::start().await;
    chat.post("/api/auth/login", json!({ "password": "correct horse" })).await.invalid("email");
    chat.post("/api/auth/login", json!({ "email": "ada@example.com" })).await.invalid("password");
}

#[tokio::test]
async fn the_profile_is_the_user_without_its_password() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let profile = chat.get("/api/auth/profile").by(&ada.token).await.expect(200);
    let fields: Vec<&String> = profile.as_object().unwrap().keys().collect();
    let documented =
        ["active", "avatar", "createdAt", "department", "email", "id", "name", "role", "status"];
    assert_eq!(fields, documented);
    assert_eq!((&profile["id"], &profile["status"]), (&json!(ada.id), &json!("offline")));
}

#[tokio::test]
async fn the_profile_asks_for_an_agents_token() {
    let chat = Chat::start().await;
    let answer = chat.get("/api/auth/profile").await;
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    answer.refused(401, "unauthorized");
    for token in ["", "x", "a.b.c"] {
        chat.get("/api/auth/profile").by(token).await.refused(401, "unauthorized");
    }
    let basic = chat.get("/api/auth/profile").header("authorization", "Basic YTpi").await;
    basic.refused(401, "unauthorized");
    let visitor = chat.visitor("Vic").await;
    chat.get("/api/auth/profile").by(&visitor.token).await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_status_is_set_and_the_agents_are_told() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut sues = chat.agent_socket(&sue).await;
    let answer =
        chat.put("/api/auth/status", json!({ "status": "busy" })).by(&ada.token).await.expect(200);
    assert_eq!(answer, json!({ "id": ada.id, "name": "Ada", "status": "busy" }));
    let told = sues.next("agent:status").await;
    assert_eq!((&told["userId"], &told["status"]), (&json!(ada.id), &json!("busy")));
    assert!(told["at"].is_string(), "so that an older one is known");
    let profile = chat.get("/api/auth/profile").by(&ada.token).await.expect(200);
    assert_eq!(profile["status"], "busy");
}

#[tokio::test]
async fn a_status_must_be_one_of_four() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let set = |body: Value| chat.put("/api/auth/status", body).by(&ada.token);
    set(json!({ "status": "asleep" })).await.invalid("status");
    set(json!({})).await.invalid("status");
    chat.put("/api/auth/status", json!({ "status": "busy" })).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn after_a_logout_the_token_is_dead_and_other_tokens_live() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let login = json!({ "email": ada.email, "password": "correct horse" });
    let other = text(&chat.post("/api/auth/login", login).await.expect(200)["token"]);
    let answer = chat.post("/api/auth/logout", json!({})).by(&ada.token).await.expect(200);
    assert!(answer["message"].is_string());
    chat.get("/api/auth/profile").by(&ada.token).await.refused(401, "unauthorized");
    chat.post("/api/auth/logout", json!({})).by(&ada.token).await.refused(401, "unauthorized");
    chat.get("/api/auth/profile").by(&other).await.expect(200);
}

#[tokio::test]
async fn nothing_is_done_for_a_session_once_its_logout_is_answered() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    let mut adas = chat.agent_socket(&ada).await;
    for number in 0..40 {
        let data = json!({ "conversationId": id, "content": format!("{number}") });
        adas.send("message:send", data).await;
    }
    chat.post("/api/auth/logout", json!({})).by(&ada.token).await.expect(200);
    let messages = async || {
        let path = format!("/api/messages/{id}?limit=100");
        chat.get(&path).by(&sue.token).await.expect(200)["messages"].as_array().unwrap().len()
    };
    // TCP may reset a connection that is still being sent to, and the code is then lost.
    assert!(adas.ended().await.is_none_or(|code| code == 1001));
    let before = messages().await;
    // The connection is closed, and whatever it had sent has been answered or refused.
    let mut again = chat.socket().await;
    again.refused("agent:connect", json!({ "token": ada.token }), "unauthorized").await;
    assert_eq!(messages().await, before);
}

#[tokio::test]
async fn a_logout_closes_the_connections_that_the_token_opened_and_no_others() {
    let chat = Chat::start().await;
    let (sue, ada) = chat.team().await;
    let mut sues = chat.agent_socket(&sue).await;
    let mut adas = chat.agent_socket(&ada).await;
    chat.post("/api/auth/logout", json!({})).by(&ada.token).await.expect(200);
    let why = adas.next("connection:closing").await;
    assert_eq!(why, json!({ "code": "logged_out", "message": "You have been logged out" }));
    assert_eq!(adas.closed().await, 1001);
    assert_eq!(sues.next("agent:offline").await["userId"], ada.id);
    sues.pushed_so_far().await;
}

#[tokio::test]
async fn health_answers_and_deep_health_asks_the_database() {
    let chat = Chat::start().await;
    let shallow = chat.get("/health").await.expect(200);
    assert_eq!(shallow["status"], "ok");
    assert!(shallow["database"].is_null());
    assert_eq!(chat.get("/health?deep=1").await.expect(200)["database"], "ok");
}
