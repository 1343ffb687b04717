//! The local HTTP gateway behaves as API Gateway's HTTP APIs do.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Router;
use futures::future::join_all;
use local::functions::Functions;
use local::http_api;
use local::server::{Bounds, serve};
use local::stack::{Edge, Stack};
use local::template::{HttpRoute, RouteTable};
use local::throttle::{Throttle, Throttles};
use local::websocket_api::Sockets;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use crate::support::Chat;

/// A gateway in front of a function that keeps the event it gets and answers with `response`.
async fn gateway(path: &str, response: Value) -> (String, Arc<Mutex<Value>>) {
    let seen = Arc::new(Mutex::new(Value::Null));
    let keep = seen.clone();
    let functions = Functions::single("spy", move |event| {
        let (keep, response) = (keep.clone(), response.clone());
        async move {
            *keep.lock().await = event;
            Ok(response)
        }
    });
    let route =
        HttpRoute { method: "POST".to_owned(), path: path.to_owned(), function: "spy".to_owned() };
    let table = RouteTable { http: vec![route], ..RouteTable::default() };
    let router = http_api::router(&table, &functions, &["https://a.example".to_owned()]);
    (served(router).await, seen)
}

async fn served(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, router, Bounds::default(), CancellationToken::new()));
    address
}

#[tokio::test]
async fn a_function_gets_an_event_of_payload_format_2() {
    let (address, seen) = gateway("/things/{id}", json!({ "statusCode": 200 })).await;
    reqwest::Client::new()
        .post(format!("{address}/things/a%20b?tag=x&tag=y&q=1%2B1"))
        .header("X-Many", "one")
        .header("X-Many", "two")
        .header("Cookie", "a=1; b=2")
        .header("User-Agent", "tests")
        .body("{\"a\":1}")
        .send()
        .await
        .unwrap();
    let event = seen.lock().await.clone();
    let host = address.strip_prefix("http://").unwrap();
    assert_eq!((&event["version"], &event["routeKey"]), (&json!("2.0"), &json!("POST /things/{id}")));
    // Decoded, as users of HTTP APIs find it: API Gateway, "Create AWS Lambda proxy integrations".
    assert_eq!(event["rawPath"], "/things/a b");
    assert_eq!(event["rawQueryString"], "tag=x&tag=y&q=1%2B1");
    assert_eq!(event["queryStringParameters"], json!({ "tag": "x,y", "q": "1+1" }));
    assert_eq!(event["pathParameters"], json!({ "id": "a b" }));
    assert_eq!(event["headers"]["x-many"], "one,two");
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{\"a\":1}"), &json!(false)));
    let context = &event["requestContext"];
    assert_eq!((&context["stage"], &context["domainName"]), (&json!("$default"), &json!(host)));
    let http = &context["http"];
    assert_eq!((&http["method"], &http["sourceIp"]), (&json!("POST"), &json!("127.0.0.1")));
    assert_eq!(http["userAgent"], "tests");
    assert!(
        context["requestId"].is_string() && context["timeEpoch"].is_i64() && context["time"].is_string()
    );
}

/// API Gateway, "Throttle requests to your HTTP APIs for better throughput".
#[tokio::test]
async fn a_route_past_its_throttle_answers_429() {
    let functions = Functions::single("spy", |_| async { Ok(json!({ "statusCode": 200 })) });
    let route = |path: &str| HttpRoute {
        method: "GET".to_owned(),
        path: path.to_owned(),
        function: "spy".to_owned(),
    };
    let http_throttles = Throttles {
        default: None,
        routes: [("GET /slow".to_owned(), Throttle { rate: 1, burst: 1 })].into(),
    };
    let http = vec![route("/slow"), route("/fast")];
    let table = RouteTable { http, http_throttles, ..RouteTable::default() };
    let address = served(http_api::router(&table, &functions, &[])).await;
    let status =
        async |path: &str| reqwest::get(format!("{address}{path}")).await.unwrap().status().as_u16();
    assert_eq!((status("/slow").await, status("/slow").await), (200, 429));
    assert_eq!((status("/fast").await, status("/fast").await), (200, 200));
}

/// The template's throttles, which `GATEWAY=aws` has hold on one machine.
#[tokio::test]
async fn a_throttled_live_chat_holds_back_what_the_template_says_and_another_does_not() {
    for throttled in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let functions = Functions::single("pages", |_| async { Ok(json!({ "statusCode": 200 })) });
        let edge = Edge { throttled, ..Edge::default() };
        let stack = Stack::start(listener, &functions, &Sockets::default(), edge).unwrap();
        let url = format!("http://{}/api/openapi.json", stack.address());
        let calls = join_all((0..100).map(|_| reqwest::get(&url))).await;
        let statuses: HashSet<u16> =
            calls.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
        let expected = if throttled { HashSet::from([200, 429]) } else { HashSet::from([200]) };
        assert_eq!(statuses, expected, "throttled: {throttled}");
        stack.stop().await.unwrap();
    }
}

/// AWS Lambda, "Understanding Lambda function scaling": an account has one quota for all functions; the
/// gateway answers for a function that cannot be called.
#[tokio::test]
async fn a_call_past_the_concurrency_of_all_functions_fails() {
    let (began, mut under_way) = mpsc::unbounded_channel();
    let functions = Functions::single("slow", move |_| {
        let began = began.clone();
        async move {
            began.send(()).unwrap();
            std::future::pending().await
        }
    });
    let functions = functions.with_concurrency(1);
    let route = HttpRoute { method: "GET".into(), path: "/slow".into(), function: "slow".into() };
    let table = RouteTable { http: vec![route], ..RouteTable::default() };
    let address = served(http_api::router(&table, &functions, &[])).await;
    let first = functions.clone();
    let first = tokio::spawn(async move { first.invoke("slow", json!({}), "1").await });
    under_way.recv().await.unwrap();
    let refused = functions.invoke("slow", json!({}), "2").await.unwrap_err().to_string();
    assert!(refused.contains("rate is exceeded"), "{refused}");
    let answer = reqwest::get(format!("{address}/slow")).await.unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.text().await.unwrap(), r#"{"message":"Internal Server Error"}"#);
    first.abort();
}

#[tokio::test]
async fn a_body_that_is_no_text_arrives_in_base64() {
    let (address, seen) = gateway("/things", json!({ "statusCode": 200 })).await;
    let call = reqwest::Client::new().post(format!("{address}/things")).body(vec![0xff, 0x00]);
    call.send().await.unwrap();
    let event = seen.lock().await.clone();
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("/wA="), &json!(true)));
}

#[tokio::test]
async fn a_response_is_unpacked() {
    let response = json!({
        "statusCode": 201, "headers": { "x-a": "1", "access-control-allow-origin": "*" },
        "cookies": ["a=1", "b=2"], "body": "aGk=", "isBase64Encoded": true,
    });
    let (address, _) = gateway("/things", response).await;
    let answer = reqwest::Client::new().post(format!("{address}/things")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["x-a"]), (201, &"1".parse().unwrap()));
    assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 2);
    assert!(answer.headers().contains_key("apigw-requestid"));
    assert!(!answer.headers().contains_key("access-control-allow-origin"), "CORS is the gateway's");
    assert_eq!(answer.text().await.unwrap(), "hi");
}

#[tokio::test]
async fn a_response_that_is_none_is_an_internal_server_error() {
    for response in
        [json!("nope"), json!({}), json!({ "statusCode": 200, "body": "%", "isBase64Encoded": true })]
    {
        let (address, _) = gateway("/things", response).await;
        let answer = reqwest::Client::new().post(format!("{address}/things")).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 500);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body, json!({ "message": "Internal Server Error" }));
    }
}

#[tokio::test]
async fn too_large_bodies_and_headers_do_not_reach_the_function() {
    let (address, seen) = gateway("/things", json!({ "statusCode": 200 })).await;
    let client = reqwest::Client::new();
    let post = || client.post(format!("{address}/things"));
    let body = post().body(vec![b'x'; 10 * 1024 * 1024 + 1]).send().await.unwrap();
    assert_eq!(body.status().as_u16(), 413);
    for length in [10_240, 60_000] {
        let header = post().header("x-long", "x".repeat(length)).send().await.unwrap();
        assert_eq!(header.status().as_u16(), 431);
        let body: Value = header.json().await.unwrap();
        assert_eq!(body, json!({ "message": "Request Header Fields Too Large" }), "{length}");
    }
    assert_eq!(*seen.lock().await, Value::Null);
}

#[tokio::test]
async fn cors_names_the_configured_origins_and_no_others() {
    let chat = Chat::start().await;
    let preflight = |origin: &str| {
        chat.call(reqwest::Method::OPTIONS, "/api/auth/login")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
    };
    let ours = preflight("https://dashboard.example").await;
    assert_eq!(ours.header("access-control-allow-origin"), Some("https://dashboard.example"));
    assert!(ours.header("access-control-allow-headers").unwrap().contains("content-type"));
    assert_eq!(ours.status, 204);
    let theirs = preflight("https://evil.example").await;
    assert_eq!(theirs.header("access-control-allow-origin"), None);
    let plain = chat.get("/health").header("origin", "http://widget.example").await;
    assert_eq!(plain.header("access-control-allow-origin"), Some("http://widget.example"));
    assert_eq!(plain.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn what_no_route_takes_is_not_found() {
    let (address, seen) = gateway("/things", json!({ "statusCode": 200 })).await;
    for path in ["/", "/nothing"] {
        let answer = reqwest::get(format!("{address}{path}")).await.unwrap();
        assert_eq!(answer.status().as_u16(), 404);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body, json!({ "message": "Not Found" }));
    }
    assert_eq!(*seen.lock().await, Value::Null);
}

/// What the gateway answers to bytes that no library would send: the status line and the body.
async fn raw(chat: &Chat, request: &str) -> (String, Value) {
    let mut stream = TcpStream::connect(chat.stack.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{request}: {answer:?}"));
    (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap_or_default())
}

/// API Gateway may route before it decodes ("Create routes for HTTP APIs"), so that `%2F` and dots lead to
/// another route than the one whose throttle was asked.
#[tokio::test]
async fn no_spelling_of_a_path_reaches_the_handler_of_another_route() {
    let chat = Chat::start().await;
    let ada = chat.register("Ada").await;
    let (_vic, id) = chat.held_by(&ada, "Vic").await;
    let login = r#"{"email":"ada@example.com","password":"correct horse"}"#;
    for (method, path, body) in [
        ("GET", format!("/api/conversations/{id}%2Fevents"), ""),
        ("GET", format!("/api/conversations/%2e/{id}"), ""),
        ("GET", "/api%2Fdocs".to_owned(), ""),
        ("GET", "/api/auth%2Faudit".to_owned(), ""),
        ("POST", "/api/auth%2Flogin".to_owned(), login),
        ("POST", "/api/auth/./login".to_owned(), login),
    ] {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            ada.token,
            body.len()
        );
        let (answered, said) = raw(&chat, &request).await;
        assert_eq!(answered, "HTTP/1.1 404 Not Found", "{method} {path}: {said}");
    }
}

#[tokio::test]
async fn what_no_client_sends_is_answered_all_the_same() {
    let chat = Chat::start().await;
    for (line, host, status) in [
        ("GET /health HTTP/1.1", "a b", "400 Bad Request"),
        ("GET /health HTTP/1.1", "[", "400 Bad Request"),
        ("GET /health HTTP/1.1", "user@host", "200 OK"),
        ("GET /ws HTTP/1.1", "a b", "400 Bad Request"),
        ("GET /api/conversations/%FF HTTP/1.1", "localhost", "400 Bad Request"),
        ("GET * HTTP/1.1", "localhost", "400 Bad Request"),
        ("GET /api/conversations/%00 HTTP/1.1", "localhost", "404 Not Found"),
        // A route has one method, or ANY (API Gateway, "Create routes for HTTP APIs").
        ("HEAD /health HTTP/1.1", "localhost", "404 Not Found"),
        ("GET /api/auth/../health HTTP/1.1", "localhost", "404 Not Found"),
        ("GET /api/auth/%2e%2e/profile HTTP/1.1", "localhost", "404 Not Found"),
        ("GET /api/auth%2Fprofile HTTP/1.1", "localhost", "404 Not Found"),
    ] {
        let request = format!("{line}\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let (answered, body) = raw(&chat, &request).await;
        assert_eq!(answered, format!("HTTP/1.1 {status}"), "{line} {host}");
        assert!(
            body["message"].is_string() || status == "200 OK" || !line.starts_with("GET /api"),
            "{line}: {body}"
        );
    }
}
