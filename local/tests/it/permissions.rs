//! Who may do what: every route and every event, by every kind of caller. A route or an event without a row
//! fails.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use local::functions::HTTP_FUNCTIONS;
use reqwest::Method;
use serde_json::{Value, json};
use shared::Time;

use crate::support::{Agent, Chat, SECRET, Socket, Visitor, text, widget_file};

/// What is at hand for one call: a conversation that Ada holds with Vic, and what hangs on it.
struct Scene {
    vic: Visitor,
    conversation: String,
    message: String,
    canned: String,
    /// A user who is nobody's own.
    user: String,
    /// A visitor who has no conversation.
    silent: String,
}

struct Cast {
    sue: Agent,
    adam: Agent,
    ada: Agent,
    bob: Agent,
}

impl Cast {
    async fn new(chat: &Chat) -> Self {
        let (sue, ada) = chat.team().await;
        let (bob, adam) = (chat.register("Bob").await, chat.admin(&sue, "Adam").await);
        Self { sue, adam, ada, bob }
    }
}

async fn scene(chat: &Chat, cast: &Cast, name: &str) -> Scene {
    let (vic, conversation) = chat.held_by(&cast.ada, name).await;
    let list = chat.get(&format!("/api/messages/{conversation}")).by(&cast.ada.token).await.expect(200);
    let message = text(&list["messages"][0]["_id"]);
    let body = json!({ "title": "Hi", "content": "Hello" });
    let canned = chat.post("/api/canned-responses", body).by(&cast.ada.token).await.expect(201);
    let user = chat.register(&format!("User-of-{name}")).await.id;
    let silent = chat.visitor(&format!("Sil-of-{name}")).await.id;
    Scene { vic, conversation, message, canned: text(&canned["_id"]), user, silent }
}

/// Who calls; the columns of the table, in its order.
const CALLERS: [&str; 7] =
    ["nobody", "visitor", "stranger", "agent", "other agent", "admin", "super admin"];

/// A route, what is sent to it (`{…}` stands for a thing of the scene), and the answer to each caller.
type Row = (&'static str, &'static str, &'static str, [u16; 7]);

/// Whose routes need no token; one that is not good is no hindrance there.
const PUBLIC: [&str; 17] = [
    "GET /",
    "GET /dashboard",
    "GET /dashboard/{page}",
    "GET /api/auth/registration",
    "GET /widget.js",
    "GET /widget.d.ts",
    "GET /widget/{file}",
    "GET /demo",
    "GET /demo.css",
    "GET /config.json",
    "POST /api/auth/login",
    "PUT /api/conversations/{id}/rate",
    "GET /health",
    "GET /api/openapi.json",
    "GET /api/asyncapi.json",
    "GET /api/docs",
    "GET /api/docs/{shown}",
];

#[rustfmt::skip]
const ROUTES: &[Row] = &[
    // caller:                                                                    nobody visitor stranger agent other admin super
    ("POST", "/api/auth/register", r#"{"name":"New","email":"{new}","password":"correct horse"}"#,
                                                                                   [201, 201, 201, 201, 201, 201, 201]),
    ("GET", "/api/auth/registration", "",                                          [200, 200, 200, 200, 200, 200, 200]),
    ("POST", "/api/auth/login", r#"{"email":"ada@example.com","password":"correct horse"}"#,
                                                                                   [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/auth/profile", "",                                               [401, 403, 403, 200, 200, 200, 200]),
    ("PUT", "/api/auth/status", r#"{"status":"away"}"#,                            [401, 403, 403, 200, 200, 200, 200]),
    ("PUT", "/api/auth/password", r#"{"currentPassword":"wrong horse","newPassword":"correct horse"}"#,
                                                                                   [401, 403, 403, 403, 403, 403, 403]),
    ("POST", "/api/auth/logout", "",                                               [401, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/auth/users", "",                                                 [401, 403, 403, 200, 200, 200, 200]),
    ("PUT", "/api/auth/users/{user}", r#"{"active":true}"#,                        [401, 403, 403, 403, 403, 200, 200]),
    ("PUT", "/api/auth/users/{user}/password", r#"{"newPassword":"correct horse"}"#,
                                                                                   [401, 403, 403, 403, 403, 200, 200]),
    ("GET", "/api/auth/audit", "",                                                 [401, 403, 403, 200, 200, 200, 200]),
    ("GET", "/", "",                                                           [302, 302, 302, 302, 302, 302, 302]),
    ("GET", "/dashboard", "",                                                  [302, 302, 302, 302, 302, 302, 302]),
    ("GET", "/dashboard/{page}", "",                                           [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/widget.js", "",                                                  [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/widget.d.ts", "",                                                [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/widget/{file}", "",                                              [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/demo", "",                                                       [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/demo.css", "",                                                   [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/config.json", "",                                                [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/health", "",                                                         [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/openapi.json", "",                                               [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/asyncapi.json", "",                                              [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/docs", "",                                                       [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/docs/{shown}", "",                                               [200, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/conversations", "",                                              [401, 200, 200, 200, 200, 200, 200]),
    ("POST", "/api/conversations", r#"{"visitorId":"{silent}","message":"m"}"#,    [401, 403, 403, 201, 201, 201, 201]),
    ("GET", "/api/conversations/{id}", "",                                         [401, 200, 404, 200, 200, 200, 200]),
    ("GET", "/api/conversations/{id}/events", "",                                  [401, 403, 403, 200, 200, 200, 200]),
    ("PUT", "/api/conversations/{id}", r#"{"notes":"n"}"#,                         [401, 403, 403, 200, 200, 200, 200]),
    ("PUT", "/api/conversations/{id}/assign", "",                                  [401, 403, 403, 200, 409, 409, 409]),
    ("PUT", "/api/conversations/{id}/transfer", r#"{"agentId":"{user}"}"#,         [401, 403, 403, 200, 403, 200, 200]),
    ("PUT", "/api/conversations/{id}/resolve", "",                                 [401, 403, 403, 200, 200, 200, 200]),
    ("PUT", "/api/conversations/{id}/close", "",                                   [401, 403, 403, 200, 200, 200, 200]),
    ("PUT", "/api/conversations/{id}/rate", r#"{"rating":5}"#,                     [409, 409, 409, 409, 409, 409, 409]),
    ("GET", "/api/messages?q=hello", "",                                           [401, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/messages/{conversationId}", "",                                  [401, 200, 404, 200, 200, 200, 200]),
    ("POST", "/api/messages", r#"{"conversationId":"{conversationId}","content":"c"}"#,
                                                                                   [401, 201, 404, 201, 201, 201, 201]),
    ("PUT", "/api/messages/{message}/read", "",                                    [401, 200, 404, 200, 200, 200, 200]),
    ("PUT", "/api/messages/conversation/{conversationId}/read-all", "",            [401, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/visitors", "",                                                   [401, 200, 200, 200, 200, 200, 200]),
    ("GET", "/api/visitors/{visitor}", "",                                         [401, 200, 404, 200, 200, 200, 200]),
    ("PUT", "/api/visitors/{visitor}", r#"{"city":"Ulm"}"#,                        [401, 403, 403, 200, 200, 200, 200]),
    ("DELETE", "/api/visitors/{visitor}", "",                                      [401, 403, 403, 403, 403, 200, 200]),
    ("GET", "/api/visitors/{visitor}/export", "",                                  [401, 403, 403, 403, 403, 200, 200]),
    ("PUT", "/api/visitors/{visitor}/ban", "",                                     [401, 403, 403, 200, 200, 200, 200]),
    ("DELETE", "/api/visitors/{visitor}/ban", "",                                  [401, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/analytics/overview", "",                                         [401, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/analytics/charts", "",                                           [401, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/analytics/agents", "",                                           [401, 403, 403, 200, 200, 200, 200]),
    ("GET", "/api/canned-responses", "",                                           [401, 403, 403, 200, 200, 200, 200]),
    ("POST", "/api/canned-responses", r#"{"title":"t","content":"c"}"#,            [401, 403, 403, 201, 201, 201, 201]),
    ("GET", "/api/canned-responses/{canned}", "",                                  [401, 403, 403, 200, 200, 200, 200]),
    ("PUT", "/api/canned-responses/{canned}", r#"{"title":"t","content":"c"}"#,    [401, 403, 403, 200, 403, 200, 200]),
    ("DELETE", "/api/canned-responses/{canned}", "",                               [401, 403, 403, 200, 403, 200, 200]),
];

/// A template's path with the names of the routes' own parameters.
fn as_coded(path: &str) -> String {
    let mut path = path.to_owned();
    for own in ["{user}", "{message}", "{visitor}", "{canned}"] {
        path = path.replace(own, "{id}");
    }
    let path = path.replace("{page}", "{file}").replace("{shown}", "{file}");
    path.split('?').next().unwrap().to_owned()
}

fn filled(template: &str, scene: &Scene, new: &str) -> String {
    let canned = if template.contains("canned") { &scene.canned } else { &scene.conversation };
    [
        ("{id}", &scene.conversation),
        ("{conversationId}", &scene.conversation),
        ("{message}", &scene.message),
        ("{visitor}", &scene.vic.id),
        ("{canned}", canned),
        ("{user}", &scene.user),
        ("{silent}", &scene.silent),
        ("{new}", &new.to_owned()),
        ("{file}", &widget_file()),
        ("{page}", &"index.html".to_owned()),
        ("{shown}", &"events.html".to_owned()),
    ]
    .into_iter()
    .fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
}

async fn ask(chat: &Chat, row: &Row, scene: &Scene, token: Option<&str>, new: &str) -> (u16, Value) {
    let (method, path, body, _) = row;
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut call = chat.call(method, &filled(path, scene, new));
    if !body.is_empty() {
        call = call.json(&serde_json::from_str(&filled(body, scene, new)).unwrap());
    }
    if let Some(token) = token {
        call = call.by(token);
    }
    let answer = call.await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn every_route_answers_every_caller_as_the_table_says() {
    let chat = Chat::start().await;
    let cast = Cast::new(&chat).await;
    let coded: BTreeSet<String> = HTTP_FUNCTIONS
        .iter()
        .flat_map(|(_, routes)| {
            let routes = routes();
            routes.list().iter().map(|(method, path)| format!("{method} {path}")).collect::<Vec<_>>()
        })
        .collect();
    let rows: BTreeSet<String> =
        ROUTES.iter().map(|(method, path, ..)| format!("{method} {}", as_coded(path))).collect();
    assert_eq!(rows, coded, "every route has its row");

    let each = ROUTES.iter().enumerate().map(|(index, row)| {
        let (chat, cast) = (&chat, &cast);
        async move {
            let mut wrong = Vec::new();
            for (column, caller) in CALLERS.into_iter().enumerate() {
                let scene = scene(chat, cast, &format!("Vic-{index}-{column}")).await;
                let stranger = chat.visitor(&format!("Eve-{index}-{column}")).await;
                let user = match caller {
                    "agent" => Some(&cast.ada),
                    "other agent" => Some(&cast.bob),
                    "admin" => Some(&cast.adam),
                    "super admin" => Some(&cast.sue),
                    _ => None,
                };
                let token = match (caller, user) {
                    ("visitor", _) => Some(scene.vic.token.clone()),
                    ("stranger", _) => Some(stranger.token.clone()),
                    // A logout must not end the others' session.
                    (_, Some(user)) if row.1 == "/api/auth/logout" => {
                        let body = json!({ "email": user.email, "password": "correct horse" });
                        Some(text(&chat.post("/api/auth/login", body).await.expect(200)["token"]))
                    }
                    (_, user) => user.map(|user| user.token.clone()),
                };
                let new = format!("new-{index}-{column}@example.com");
                let (status, body) = ask(chat, row, &scene, token.as_deref(), &new).await;
                if status != row.3[column] {
                    wrong.push(format!("{} {} by {caller}: {status} {body}", row.0, row.1));
                }
            }
            wrong
        }
    });
    // Not all at once: each registers users, and so many passwords would have to wait too long.
    let wrong = stream::iter(each).buffer_unordered(16).collect::<Vec<_>>().await.concat();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn signed(claims: &Value, secret: &str) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

/// The claims of a token.
fn claims(token: &str) -> Value {
    use base64::Engine;
    let part = token.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Tokens that are good for nothing, each made of a good one.
async fn dead_tokens(chat: &Chat, cast: &Cast) -> Vec<(&'static str, String)> {
    let good = claims(&cast.sue.token);
    let with = |field: &str, value: Value| {
        let mut claims = good.clone();
        claims[field] = value;
        claims
    };
    let unsigned =
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", cast.sue.token.split('.').nth(1).unwrap());
    let out = chat.register("Olga").await;
    chat.post("/api/auth/logout", json!({})).by(&out.token).await.expect(200);
    let off = chat.register("Oscar").await;
    let path = format!("/api/auth/users/{}", off.id);
    chat.put(&path, json!({ "active": false })).by(&cast.sue.token).await.expect(200);
    let erased = chat.visitor("Erik").await;
    chat.delete(&format!("/api/visitors/{}", erased.id)).by(&cast.sue.token).await.expect(200);
    let ago = Time::now().millis() / 1000 - 3600;
    vec![
        ("expired", signed(&with("exp", json!(ago)), SECRET)),
        ("foreign signature", signed(&good, "another secret of more than 32 bytes, too")),
        ("alg: none", unsigned),
        ("wrong audience", signed(&with("aud", json!("somebody")), SECRET)),
        ("wrong issuer", signed(&with("iss", json!("somebody")), SECRET)),
        ("an agent's for a visitor", signed(&with("aud", json!("visitor")), SECRET)),
        ("logged out", out.token),
        ("switched off", off.token),
        ("erased visitor", erased.token),
    ]
}

#[tokio::test]
async fn a_token_that_is_not_good_opens_nothing() {
    let chat = Chat::start().await;
    let cast = Cast::new(&chat).await;
    let scene = scene(&chat, &cast, "Vic").await;
    for (kind, token) in dead_tokens(&chat, &cast).await {
        for row in ROUTES {
            if PUBLIC.contains(&format!("{} {}", row.0, row.1).as_str()) {
                continue;
            }
            let (status, body) = ask(&chat, row, &scene, Some(&token), "new@example.com").await;
            assert_eq!(status, 401, "{kind}: {} {} {body}", row.0, row.1);
            assert_eq!(body["code"], "unauthorized");
        }
        let mut socket = chat.socket().await;
        socket.refused("agent:connect", json!({ "token": token }), "unauthorized").await;
    }
    let mut socket = chat.socket().await;
    socket.refused("agent:connect", json!({ "token": scene.vic.token }), "forbidden").await;
}

/// An event, its data, and the answer to each caller: `ack`, or the code of the error.
type EventRow = (&'static str, &'static str, [&'static str; 7]);

const ACK: &str = "ack";
const WHO: &str = "unauthorized";
const NO: &str = "forbidden";
const NONE: &str = "not_found";
const TAKEN: &str = "conflict";

#[rustfmt::skip]
const EVENTS: &[EventRow] = &[
    // caller:                                                           nobody visitor stranger agent other admin super
    ("agent:connect", r#"{"token":"{token}"}"#,                          [ACK, TAKEN, TAKEN, ACK, TAKEN, TAKEN, TAKEN]),
    ("agent:watch", r#"{"watch":"all"}"#,                                [WHO, NO, NO, ACK, ACK, ACK, ACK]),
    ("visitor:connect", r#"{"sessionId":"{session}"}"#,                  [ACK, ACK, TAKEN, TAKEN, TAKEN, TAKEN, TAKEN]),
    ("visitor:page", r#"{"url":"/"}"#,                                   [WHO, ACK, ACK, NO, NO, NO, NO]),
    ("conversation:start", "{}",                                         [WHO, ACK, ACK, NO, NO, NO, NO]),
    ("conversation:join", r#"{"conversationId":"{id}"}"#,                [WHO, ACK, NONE, ACK, ACK, ACK, ACK]),
    ("conversation:leave", r#"{"conversationId":"{id}"}"#,               [WHO, ACK, ACK, ACK, ACK, ACK, ACK]),
    ("message:send", r#"{"conversationId":"{id}","content":"c"}"#,       [WHO, ACK, NONE, ACK, ACK, ACK, ACK]),
    ("message:delivered", r#"{"conversationId":"{id}","upTo":1}"#,       [WHO, ACK, NONE, ACK, ACK, ACK, ACK]),
    ("message:read", r#"{"conversationId":"{id}","upTo":1}"#,            [WHO, ACK, NONE, ACK, ACK, ACK, ACK]),
    ("typing:start", r#"{"conversationId":"{id}"}"#,                     [WHO, ACK, NONE, ACK, ACK, ACK, ACK]),
    ("typing:stop", r#"{"conversationId":"{id}"}"#,                      [WHO, ACK, NONE, ACK, ACK, ACK, ACK]),
    ("ping", "{}",                                                       [ACK, ACK, ACK, ACK, ACK, ACK, ACK]),
];

#[tokio::test]
async fn every_event_answers_every_caller_as_the_table_says() {
    let chat = Chat::start().await;
    let cast = Cast::new(&chat).await;
    let rows: Vec<&str> = EVENTS.iter().map(|(event, ..)| *event).collect();
    assert_eq!(rows, websocket::EVENTS, "every event has its row");
    let scene = scene(&chat, &cast, "Vic").await;
    let fill = |data: &str| -> Value {
        let data = data
            .replace("{id}", &scene.conversation)
            .replace("{token}", &cast.ada.token)
            .replace("{session}", &scene.vic.session);
        serde_json::from_str(&data).unwrap()
    };
    let mut wrong = Vec::new();
    for (column, caller) in CALLERS.into_iter().enumerate() {
        for (event, data, expected) in EVENTS {
            let mut socket: Socket = match caller {
                "visitor" => chat.visitor_with(&scene.vic.session, "Vic").await.socket,
                "stranger" => chat.visitor("Eve").await.socket,
                "agent" => chat.agent_socket(&cast.ada).await,
                "other agent" => chat.agent_socket(&cast.bob).await,
                "admin" => chat.agent_socket(&cast.adam).await,
                "super admin" => chat.agent_socket(&cast.sue).await,
                _ => chat.socket().await,
            };
            let answer = socket.ask(event, fill(data)).await;
            let got =
                if answer["event"] == "ack" { "ack" } else { answer["data"]["code"].as_str().unwrap() };
            if got != expected[column] {
                wrong.push(format!("{event} by {caller}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
