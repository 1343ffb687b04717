//! The functions as they are deployed: each built `bootstrap` is a process on a Lambda Runtime API, and
//! gets the gateways' events. Build them first: `cargo lambda build --release`.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../../examples/built/mod.rs"]
mod built;
mod signature;
#[path = "../it/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use futures::FutureExt;
use lambda_runtime::Context;
use local::functions::HTTP_FUNCTIONS;
use local::mongod::Mongod;
use local::runtime_api::{Environment, InitFailed, Instance};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use built::{is_frozen, program};
use support::{Chat, SECRET, each, text};

fn names() -> Vec<&'static str> {
    HTTP_FUNCTIONS.iter().map(|(name, _)| *name).chain(["websocket"]).collect()
}

fn environment(uri: &str) -> Environment {
    [("MONGODB_URI", uri), ("JWT_SECRET", SECRET), ("CONNECTIONS_ENDPOINT", "http://127.0.0.1:9")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn nowhere() -> Environment {
    environment("mongodb://127.0.0.1:9/chat?replicaSet=none")
}

/// What Lambda says of an invocation that it ends after `left`.
fn context(left: Duration) -> Context {
    let deadline = (SystemTime::now() + left).duration_since(UNIX_EPOCH).unwrap();
    let mut context = Context::default();
    context.request_id = shared::Id::sequential().to_string();
    context.deadline = u64::try_from(deadline.as_millis()).unwrap();
    context
}

/// An event of the HTTP API, for a route without parameters.
fn request(method: &str, path: &str, body: Value) -> Value {
    let route = format!("{method} {path}");
    json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "",
        "headers": { "content-type": "application/json" },
        "requestContext": {
            "accountId": "1", "apiId": "a", "domainName": "a", "domainPrefix": "a", "requestId": "r",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "1.1.1.1",
                "userAgent": "tests",
            },
            "routeKey": route, "stage": "$default", "time": "t", "timeEpoch": 0,
        },
        "body": body.to_string(), "isBase64Encoded": false,
    })
}

/// What a function answers before its deadline; past it, AWS would end it.
async fn call(instance: &mut Instance, event: &Value, left: Duration) -> Value {
    let body = event.to_string().into();
    let answer = timeout(left, instance.invoke(body, &context(left))).await.unwrap().unwrap();
    serde_json::from_slice(&answer).unwrap()
}

const PLENTY: Duration = Duration::from_secs(28);

#[tokio::test]
async fn every_route_group_answers() {
    let chat = Chat::deployed(program).await;
    let ada = chat.register("Ada").await;
    let (vic, id) = chat.held_by(&ada, "Vic").await;
    let get = |path: String| chat.get(&path).by(&ada.token);
    assert_eq!(get("/api/auth/profile".into()).await.expect(200)["name"], "Ada");
    let widget = reqwest::get(chat.url("/widget.js")).await.unwrap();
    assert_eq!(widget.headers()["content-type"], "text/javascript; charset=utf-8");
    assert!(widget.text().await.unwrap().contains("livechat-widget"));
    assert_eq!(chat.get("/health?deep=1").await.expect(200)["database"], "ok");
    let list = get("/api/conversations".into()).await.expect(200);
    assert_eq!(each(&list["conversations"], "_id"), [&id]);
    let message = json!({ "conversationId": id, "content": "Hello, Vic" });
    assert_eq!(chat.post("/api/messages", message).by(&ada.token).await.expect(201)["seq"], 2);
    assert_eq!(get(format!("/api/messages/{id}")).await.expect(200)["total"], 2);
    assert_eq!(get(format!("/api/visitors/{}", vic.id)).await.expect(200)["name"], "Vic");
    let overview = get("/api/analytics/overview".into()).await.expect(200);
    assert_eq!((&overview["totalConversations"], &overview["activeChats"]), (&json!(1), &json!(1)));
    let charts = get("/api/analytics/charts?tz=Europe/Berlin".into()).await.expect(200);
    assert_eq!(charts["messages"].as_array().unwrap().len(), 7);
    let canned = json!({ "title": "Hi", "content": "Hello!", "shortcut": "/hi" });
    let canned = chat.post("/api/canned-responses", canned).by(&ada.token).await.expect(201);
    let read = get(format!("/api/canned-responses/{}", text(&canned["_id"]))).await.expect(200);
    assert_eq!(read, canned);
    get("/api/nothing".into()).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_visitor_and_an_agent_chat_over_the_websocket() {
    let chat = Chat::deployed(program).await;
    let ada = chat.register("Ada").await;
    let mut adas = chat.agent_socket(&ada).await;
    let (mut vic, id) = chat.conversation("Vic", "Hello").await;
    assert_eq!(adas.next("conversation:new").await["conversation"]["_id"], id);
    let path = format!("/api/conversations/{id}/assign");
    chat.put(&path, json!({})).by(&ada.token).await.expect(200);
    assert_eq!(vic.socket.next("conversation:updated").await["conversation"]["status"], "active");
    vic.socket.ack("typing:start", json!({ "conversationId": id })).await;
    assert_eq!(adas.next("typing:start").await["userName"], "Vic");
    let message = json!({ "conversationId": id, "content": "Hello, Vic", "clientMessageId": "a1" });
    adas.ack("message:send", message).await;
    assert_eq!(vic.socket.next("message:new").await["message"]["seq"], 2);
    vic.socket.ack("message:read", json!({ "conversationId": id, "upTo": 2 })).await;
    assert_eq!(adas.next("message:read").await["upTo"], 2);
    vic.socket.send_text("not json").await;
    assert_eq!(vic.socket.next("error").await["code"], "bad_request");
    vic.socket.close().await;
    assert_eq!(adas.next("visitor:offline").await["visitorId"], vic.id);
}

#[tokio::test]
async fn the_first_instance_creates_the_indexes() {
    let chat = Chat::deployed(program).await;
    chat.register("Ada").await;
    let names = chat.app.db.of::<shared::documents::user::User>().list_index_names().await.unwrap();
    assert!(names.contains(&"email".to_owned()) && names.contains(&"founder".to_owned()), "{names:?}");
}

#[tokio::test]
async fn a_malformed_event_is_answered_with_an_error_and_the_process_lives_on() {
    for name in names() {
        let mut instance = Instance::start(&program(name), &nowhere()).await.unwrap();
        for event in ["{", "null", "[]", "{}", r#"{"version":"2.0","requestContext":7}"#] {
            let error = instance.invoke(event.into(), &context(PLENTY)).await.unwrap_err().to_string();
            assert!(error.contains("errorType"), "{name}, {event}: {error}");
            assert!(instance.lives(), "{name}, {event}");
        }
        if name != "websocket" {
            let event = request("GET", "/nothing", json!({}));
            let answer = call(&mut instance, &event, PLENTY).await;
            assert_eq!(answer["statusCode"], 404, "{name}");
        }
    }
}

#[tokio::test]
async fn a_missing_or_wrong_setting_ends_the_start_with_a_clear_message() {
    let without =
        |key: &str| -> Environment { nowhere().into_iter().filter(|(name, _)| name != key).collect() };
    let mut short = without("JWT_SECRET");
    short.push(("JWT_SECRET".to_owned(), "short".to_owned()));
    let mut nonsense = without("MONGODB_URI");
    nonsense.push(("MONGODB_URI".to_owned(), "nonsense".to_owned()));
    for name in names() {
        for (environment, message) in [
            (without("MONGODB_URI"), "MONGODB_URI is not set"),
            (without("JWT_SECRET"), "JWT_SECRET is not set"),
            (short.clone(), "JWT_SECRET must have 32 bytes or more"),
            (without("CONNECTIONS_ENDPOINT"), "CONNECTIONS_ENDPOINT is not set"),
            (nonsense.clone(), "MONGODB_URI cannot be used"),
        ] {
            let error = match Instance::start(&program(name), &environment).await {
                Ok(_) => panic!("{name} starts without: {message}"),
                Err(error) => error.downcast::<InitFailed>().unwrap(),
            };
            assert!(error.output.contains(message), "{name}: {}", error.output);
            assert!(error.status.is_some_and(|status| !status.success()), "{name}: {:?}", error.status);
            assert!(!error.output.contains("nonsense") && !error.output.contains(SECRET), "{name}");
        }
    }
}

#[tokio::test]
async fn a_database_that_goes_and_comes_back_needs_no_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mongod = Mongod::start(folder.path()).await.unwrap();
    let port = mongod.port();
    let environment = environment(&mongod.uri("chat"));
    let mut instance = Instance::start(&program("auth"), &environment).await.unwrap();
    let login = json!({ "email": "ada@example.com", "password": "correct horse" });
    let event = request("POST", "/api/auth/login", login);
    assert_eq!(call(&mut instance, &event, PLENTY).await["statusCode"], 401);
    mongod.stop().await.unwrap();
    let away = call(&mut instance, &event, PLENTY).await;
    assert_eq!((&away["statusCode"], &away["headers"]["retry-after"]), (&json!(503), &json!("2")));
    let back = Mongod::start_on(port, folder.path()).await.unwrap();
    assert_eq!(call(&mut instance, &event, PLENTY).await["statusCode"], 401);
    assert!(instance.lives());
    back.stop().await.unwrap();
}

/// What is sent to `@connections`, each time answered with 200 once there is a permit for it.
async fn connections(answers: &Arc<Semaphore>) -> (String, mpsc::UnboundedReceiver<(Parts, Bytes)>) {
    let (tell, sent) = mpsc::unbounded_channel();
    let answers = answers.clone();
    let router = Router::new().fallback(async move |request: Request| {
        let (parts, body) = request.into_parts();
        tell.send((parts, to_bytes(body, usize::MAX).await.unwrap())).unwrap();
        answers.acquire().await.unwrap().forget();
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/live", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (endpoint, sent)
}

/// An event of the WebSocket API.
fn frame(kind: &str, route: &str, body: &str) -> Value {
    json!({
        "requestContext": {
            "routeKey": route, "eventType": kind, "connectionId": "AbC-_0=", "requestId": "r",
            "connectedAt": shared::Time::now().millis(), "requestTimeEpoch": 0, "stage": "live", "apiId": "a",
            "domainName": "a", "identity": { "sourceIp": "1.1.1.1" },
        },
        "body": body, "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn what_is_posted_is_signed_with_the_functions_credentials() {
    let chat = Chat::start().await;
    let (endpoint, mut sent) = connections(&Arc::new(Semaphore::new(usize::MAX >> 3))).await;
    let mut environment = environment(chat.app.config.mongodb_uri.reveal());
    environment.push(("CONNECTIONS_ENDPOINT".to_owned(), endpoint));
    let mut instance = Instance::start(&program("websocket"), &environment).await.unwrap();
    call(&mut instance, &frame("CONNECT", "$connect", ""), PLENTY).await;
    let ping = r#"{"event":"ping","id":"1"}"#;
    call(&mut instance, &frame("MESSAGE", "$default", ping), PLENTY).await;
    for _ in ["pong", "ack"] {
        let (parts, body) = sent.recv().await.unwrap();
        assert_eq!((parts.method.as_str(), parts.uri.path()), ("POST", "/live/@connections/AbC-_0%3D"));
        signature::assert_signed(&parts, &body, ("an-access-key", "a-secret-key"));
    }
}

#[tokio::test]
async fn a_caller_has_its_answer_before_the_others_their_push_and_then_the_instance_is_frozen() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    let answers = Arc::new(Semaphore::new(0));
    let (endpoint, mut sent) = connections(&answers).await;
    let mut environment = environment(chat.app.config.mongodb_uri.reveal());
    environment.retain(|(name, _)| name != "CONNECTIONS_ENDPOINT");
    environment.push(("CONNECTIONS_ENDPOINT".to_owned(), endpoint));
    let mut instance = Instance::start(&program("messages"), &environment).await.unwrap();
    let message = json!({ "conversationId": id, "content": "Hello" });
    let mut event = request("POST", "/api/messages", message);
    event["headers"]["authorization"] = json!(format!("Bearer {}", ada.token));
    let answer = call(&mut instance, &event, PLENTY).await;
    assert_eq!(answer["statusCode"], 201, "{answer}");
    sent.recv().await.unwrap();
    let process = instance.id().unwrap();
    assert!(instance.asks_for_next().now_or_never().is_none(), "the push is under way");
    assert!(!is_frozen(process));
    answers.add_permits(1);
    assert!(instance.asks_for_next().await);
    assert!(is_frozen(process));
}

#[tokio::test]
async fn a_deadline_that_is_near_is_kept() {
    let mut instance = Instance::start(&program("auth"), &nowhere()).await.unwrap();
    let login = json!({ "email": "ada@example.com", "password": "correct horse" });
    let left = Duration::from_millis(1500);
    let answer = call(&mut instance, &request("POST", "/api/auth/login", login), left).await;
    assert_eq!(answer["statusCode"], 503);
}
