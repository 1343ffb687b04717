//! The local WebSocket gateway behaves as API Gateway's WebSocket APIs do.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::SinkExt;
use local::functions::{FunctionError, Functions};
use local::server::{Bounds, serve};
use local::template::RouteTable;
use local::throttle::{Throttle, Throttles};
use local::websocket_api::{Limits, Sockets, WebSocketApi};
use serde_json::{Value, json};
use shared::push::Gateway as PostsDirectly;
use tokio::net::TcpListener;
use tokio::sync::{Barrier, mpsc};
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;

use crate::support::{PATIENCE, Socket, text};

/// The name of the API's stage.
const STAGE: &str = "a_Stage-1";

/// A gateway in front of a function that tells the events it gets.
struct Gateway {
    address: SocketAddr,
    events: mpsc::UnboundedReceiver<Value>,
    /// The connections, to which functions in this process post directly.
    sockets: Sockets,
}

impl Gateway {
    /// With a function that answers 200.
    async fn start() -> Self {
        Self::with(Limits::default(), |_| async { Ok(json!({ "statusCode": 200 })) }).await
    }

    async fn with<F>(limits: Limits, answer: impl Fn(Value) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Value, FunctionError>> + Send + 'static,
    {
        Self::throttled(limits, Throttles::default(), answer).await
    }

    async fn throttled<F>(
        limits: Limits,
        websocket_throttles: Throttles,
        answer: impl Fn(Value) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Value, FunctionError>> + Send + 'static,
    {
        let (tell, events) = mpsc::unbounded_channel();
        let functions = Functions::single("spy", move |event| {
            tell.send(event.clone()).unwrap();
            answer(event)
        });
        let routes = ["$connect", "$disconnect", "$default", "message"];
        let websocket: BTreeMap<String, String> =
            routes.map(|route| (route.to_owned(), "spy".to_owned())).into();
        let table = RouteTable { websocket, websocket_throttles, ..RouteTable::default() };
        let sockets = Sockets::default();
        let own_address = [127, 0, 0, 1].into();
        let stage = STAGE.parse().unwrap();
        let api = WebSocketApi::new(&table, &functions, limits, stage, own_address, &sockets);
        let router = api.router();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, router, Bounds::default(), CancellationToken::new()));
        Self { address, events, sockets }
    }

    async fn connect(&self) -> Socket {
        Socket::open(&format!("ws://{}/ws", self.address)).await
    }

    /// A socket, and the id of its connection.
    async fn connected(&mut self) -> (Socket, String) {
        let socket = self.connect().await;
        let id = text(&self.event().await["requestContext"]["connectionId"]);
        (socket, id)
    }

    async fn event(&mut self) -> Value {
        timeout(PATIENCE, self.events.recv()).await.expect("no event came").unwrap()
    }

    /// The `requestContext` of the next event.
    async fn context(&mut self) -> Value {
        self.event().await["requestContext"].clone()
    }

    fn management(&self, id: &str) -> String {
        format!("http://{}/@connections/{}", self.address, id.replace('=', "%3D"))
    }

    async fn post(&self, id: &str, body: impl Into<reqwest::Body>) -> u16 {
        let call = reqwest::Client::new().post(self.management(id)).body(body);
        call.send().await.unwrap().status().as_u16()
    }
}

#[tokio::test]
async fn connect_message_and_disconnect_are_told_with_their_context() {
    let mut gateway = Gateway::start().await;
    let mut request = format!("ws://{}/ws", gateway.address).into_client_request().unwrap();
    request.headers_mut().insert("user-agent", "tests".parse().unwrap());
    request.headers_mut().insert("origin", "https://a.example".parse().unwrap());
    let (mut stream, _) = connect_async(request).await.unwrap();
    stream.send(Message::text(r#"{"action":"message","n":1}"#)).await.unwrap();
    let connect = gateway.event().await;
    let message = gateway.event().await;
    stream.close(None).await.unwrap();
    let disconnect = gateway.event().await;
    assert_eq!(connect["headers"]["origin"], "https://a.example");
    assert_eq!(message["body"], r#"{"action":"message","n":1}"#);
    let kinds = [("CONNECT", "$connect"), ("MESSAGE", "message"), ("DISCONNECT", "$disconnect")];
    for (event, (kind, route)) in [&connect, &message, &disconnect].into_iter().zip(kinds) {
        let context = &event["requestContext"];
        assert_eq!((&context["eventType"], &context["routeKey"]), (&json!(kind), &json!(route)));
        assert_eq!(context["connectionId"], connect["requestContext"]["connectionId"]);
        assert_eq!(context["connectedAt"], connect["requestContext"]["connectedAt"]);
        assert!(context["connectedAt"].is_i64() && context["requestId"].is_string());
        assert_eq!(context["domainName"], gateway.address.to_string());
        assert_eq!(context["stage"], STAGE);
        assert_eq!(context["identity"], json!({ "sourceIp": "127.0.0.1", "userAgent": "tests" }));
    }
    assert!(disconnect["requestContext"]["disconnectStatusCode"].is_i64());
    assert_ne!(connect["requestContext"]["requestId"], message["requestContext"]["requestId"]);
}

#[tokio::test]
async fn a_handshake_with_too_long_headers_is_refused_and_asks_nobody() {
    let mut gateway = Gateway::start().await;
    let mut request = format!("ws://{}/ws", gateway.address).into_client_request().unwrap();
    request.headers_mut().insert("user-agent", "x".repeat(10_240).parse().unwrap());
    let Err(Error::Http(refused)) = connect_async(request).await else { panic!("it is let in") };
    assert_eq!(refused.status().as_u16(), 431);
    let said: Value = serde_json::from_slice(refused.body().as_deref().unwrap()).unwrap();
    assert_eq!(said, json!({ "message": "Request Header Fields Too Large" }));
    assert!(gateway.events.try_recv().is_err());
}

#[tokio::test]
async fn frames_are_routed_on_their_action_and_everything_else_by_default() {
    let mut gateway = Gateway::start().await;
    let (mut socket, _) = gateway.connected().await;
    for (frame, route) in [
        (r#"{"action":"message"}"#, "message"),
        (r#"{"action":"nothing"}"#, "$default"),
        (r#"{"action":"$connect"}"#, "$default"),
        (r#"{"action":7}"#, "$default"),
        (r"{}", "$default"),
        ("[]", "$default"),
        ("not json", "$default"),
        ("", "$default"),
    ] {
        socket.send_text(frame).await;
        let event = gateway.event().await;
        assert_eq!(event["requestContext"]["routeKey"], route, "{frame}");
        assert_eq!(event["body"], frame);
    }
}

#[tokio::test]
async fn a_connect_that_does_not_answer_2xx_refuses_the_handshake() {
    for (answer, status) in [
        (Ok(json!({ "statusCode": 403 })), 403),
        (Ok(json!({ "statusCode": 503 })), 503),
        (Err("broken"), 500),
    ] {
        let gateway = Gateway::with(Limits::default(), move |_| {
            let answer = answer.clone().map_err(FunctionError::from);
            async { answer }
        })
        .await;
        match connect_async(format!("ws://{}/ws", gateway.address)).await {
            Err(Error::Http(response)) => assert_eq!(response.status().as_u16(), status),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_post_during_connect_is_gone() {
    let (tell, mut told) = mpsc::unbounded_channel::<String>();
    let barrier = Arc::new(Barrier::new(2));
    let wait = barrier.clone();
    let gateway = Gateway::with(Limits::default(), move |event| {
        let (tell, wait) = (tell.clone(), wait.clone());
        async move {
            if event["requestContext"]["eventType"] == "CONNECT" {
                tell.send(text(&event["requestContext"]["connectionId"])).unwrap();
                wait.wait().await;
            }
            Ok(json!({ "statusCode": 200 }))
        }
    })
    .await;
    let url = format!("ws://{}/ws", gateway.address);
    let socket = tokio::spawn(async move { Socket::open(&url).await });
    let id = told.recv().await.unwrap();
    assert_eq!(gateway.post(&id, "{}").await, 410);
    barrier.wait().await;
    let _socket = socket.await.unwrap();
}

#[tokio::test]
async fn posts_reach_their_connection_in_order() {
    let mut gateway = Gateway::start().await;
    let (mut socket, id) = gateway.connected().await;
    socket.send_text("{}").await;
    gateway.event().await;
    for number in 0..20 {
        assert_eq!(gateway.post(&id, format!("{number}")).await, 200);
    }
    for number in 0..20 {
        assert_eq!(socket.frame().await, number);
    }
}

#[tokio::test]
async fn a_connection_can_be_looked_at_and_closed() {
    let mut gateway = Gateway::start().await;
    let (mut socket, id) = gateway.connected().await;
    socket.send_text("{}").await;
    gateway.event().await;
    let client = reqwest::Client::new();
    let info: Value = client.get(gateway.management(&id)).send().await.unwrap().json().await.unwrap();
    assert_eq!(info["identity"]["sourceIp"], "127.0.0.1");
    assert!(info["connectedAt"].is_string() && info["lastActiveAt"].is_string());
    let closed = client.delete(gateway.management(&id)).send().await.unwrap();
    assert_eq!(closed.status().as_u16(), 204);
    assert_eq!(socket.closed().await, 1001);
    assert_eq!(gateway.context().await["eventType"], "DISCONNECT");
}

#[tokio::test]
async fn what_is_posted_before_a_connection_is_closed_arrives_first() {
    let mut gateway = Gateway::start().await;
    let mut connected = Vec::new();
    for _ in 0..30 {
        connected.push(gateway.connected().await);
    }
    for (mut socket, id) in connected {
        let why = json!({ "message": "why" });
        PostsDirectly::post(&gateway.sockets, &id, why.to_string().into()).await.unwrap();
        PostsDirectly::close(&gateway.sockets, &id).await.unwrap();
        assert_eq!(socket.frame().await, why);
        assert_eq!(socket.closed().await, 1001);
    }
}

#[tokio::test]
async fn a_connection_that_is_gone_answers_410_to_everything() {
    let mut gateway = Gateway::start().await;
    let (socket, id) = gateway.connected().await;
    socket.close().await;
    assert_eq!(gateway.context().await["eventType"], "DISCONNECT");
    let client = reqwest::Client::new();
    for id in [id.as_str(), "never-was="] {
        assert_eq!(gateway.post(id, "{}").await, 410);
        assert_eq!(client.get(gateway.management(id)).send().await.unwrap().status().as_u16(), 410);
        assert_eq!(client.delete(gateway.management(id)).send().await.unwrap().status().as_u16(), 410);
    }
}

/// API Gateway, "Protect your WebSocket APIs in API Gateway", on routes, and its quotas.
#[tokio::test]
async fn what_is_past_a_throttle_is_answered_so_and_does_not_reach_the_function() {
    let once = Throttle { rate: 1, burst: 1 };
    let routes = ["message", "$connect"].map(|route| (route.to_owned(), once));
    let throttles = Throttles { default: None, routes: routes.into() };
    let ok = |_| async { Ok(json!({ "statusCode": 200 })) };
    let mut gateway = Gateway::throttled(Limits::default(), throttles, ok).await;
    let (mut socket, id) = gateway.connected().await;
    let refused = connect_async(format!("ws://{}/ws", gateway.address)).await.unwrap_err();
    assert!(matches!(refused, Error::Http(answer) if answer.status().as_u16() == 429));
    for _ in 0..2 {
        socket.send_text(r#"{"action":"message"}"#).await;
    }
    assert_eq!(gateway.context().await["routeKey"], "message");
    let told = socket.frame().await;
    assert_eq!((&told["message"], &told["connectionId"]), (&json!("Too Many Requests"), &json!(id)));
    socket.send_text("{}").await;
    assert_eq!(gateway.context().await["routeKey"], "$default", "the second one never came");
}

/// API Gateway, "Use @connections commands in your backend service".
#[tokio::test]
async fn the_stage_stands_before_connections() {
    let mut gateway = Gateway::start().await;
    let (_socket, id) = gateway.connected().await;
    let of_stage = |stage: &str| gateway.management(&id).replace("/@", &format!("/{stage}/@"));
    for (url, status) in [(of_stage(STAGE), 200), (of_stage("another"), 404)] {
        assert_eq!(reqwest::get(url).await.unwrap().status().as_u16(), status);
    }
}

/// API Gateway, "Quotas for configuring and running a WebSocket in API Gateway", the footnote on frames.
#[tokio::test]
async fn a_post_over_32_kb_is_too_large() {
    let mut gateway = Gateway::start().await;
    let (mut socket, id) = gateway.connected().await;
    socket.send_text("{}").await;
    gateway.event().await;
    assert_eq!(gateway.post(&id, "x".repeat(32 * 1024 + 1)).await, 413);
    let largest = format!("\"{}\"", "x".repeat(32 * 1024 - 2));
    assert_eq!(gateway.post(&id, largest).await, 200);
    assert_eq!(socket.frame().await.as_str().unwrap().len(), 32 * 1024 - 2);
}

/// Sends a message in frames of so many bytes.
async fn send_in_frames(socket: &mut Socket, frames: &[usize]) {
    for (index, size) in frames.iter().enumerate() {
        let opcode = OpCode::Data(if index == 0 { Data::Text } else { Data::Continue });
        let frame = Frame::message("x".repeat(*size), opcode, index + 1 == frames.len());
        // Past the limit the server may hang up before everything is sent.
        if socket.stream.send(Message::Frame(frame)).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_message_of_128_kb_in_frames_of_32_kb_arrives() {
    let mut gateway = Gateway::start().await;
    let (mut socket, _) = gateway.connected().await;
    send_in_frames(&mut socket, &[32 * 1024; 4]).await;
    assert_eq!(gateway.event().await["body"].as_str().unwrap().len(), 128 * 1024);
}

#[tokio::test]
async fn a_message_over_128_kb_closes_the_connection_with_1009() {
    let mut gateway = Gateway::start().await;
    let (mut socket, _) = gateway.connected().await;
    send_in_frames(&mut socket, &[32 * 1024, 32 * 1024, 32 * 1024, 32 * 1024, 1]).await;
    assert_eq!(socket.closed().await, 1009);
    let context = gateway.context().await;
    assert_eq!(
        (&context["eventType"], &context["disconnectStatusCode"]),
        (&json!("DISCONNECT"), &json!(1009))
    );
}

#[tokio::test]
async fn a_frame_over_32_kb_closes_the_connection_with_1009() {
    let mut gateway = Gateway::start().await;
    let (mut socket, _) = gateway.connected().await;
    send_in_frames(&mut socket, &[32 * 1024 + 1]).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn a_binary_message_closes_the_connection_with_1003() {
    let mut gateway = Gateway::start().await;
    let (mut socket, _) = gateway.connected().await;
    socket.stream.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(socket.closed().await, 1003);
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_traffic_keeps_it() {
    let idle = Duration::from_millis(400);
    let limits = Limits { idle, ..Limits::default() };
    let mut gateway = Gateway::with(limits, |_| async { Ok(json!({ "statusCode": 200 })) }).await;
    let (mut quiet, _) = gateway.connected().await;
    let (mut busy, _) = gateway.connected().await;
    let talks = async {
        loop {
            busy.send_text("{}").await;
            tokio::time::sleep(idle / 8).await;
        }
    };
    tokio::select! {
        code = quiet.closed() => assert_eq!(code, 1001),
        () = talks => {}
    }
    busy.send_text("still here").await;
    loop {
        let event = gateway.event().await;
        if event["body"] == "still here" {
            break;
        }
    }
}

#[tokio::test]
async fn a_connection_is_closed_at_its_greatest_age_however_busy() {
    let limits = Limits { age: Duration::from_millis(300), ..Limits::default() };
    let mut gateway = Gateway::with(limits, |_| async { Ok(json!({ "statusCode": 200 })) }).await;
    let (mut socket, _) = gateway.connected().await;
    socket.send_text("{}").await;
    assert_eq!(socket.closed().await, 1001);
}

#[tokio::test]
async fn what_a_function_returns_is_not_sent_to_the_client() {
    let mut gateway = Gateway::with(Limits::default(), |_| async {
        Ok(json!({ "statusCode": 200, "body": "{\"secret\":true}" }))
    })
    .await;
    let (mut socket, id) = gateway.connected().await;
    socket.send_text("{}").await;
    gateway.event().await;
    assert_eq!(gateway.post(&id, "\"pushed\"").await, 200);
    assert_eq!(socket.frame().await, "pushed");
}

#[tokio::test]
async fn a_function_that_fails_is_told_to_the_client_and_the_connection_lives() {
    let mut gateway = Gateway::with(Limits::default(), |event| async move {
        match event["body"].as_str() {
            Some("fail") => Err("broken".into()),
            Some("panic") => panic!("on purpose"),
            _ => Ok(json!({ "statusCode": 200 })),
        }
    })
    .await;
    let (mut socket, id) = gateway.connected().await;
    for text in ["fail", "panic"] {
        socket.send_text(text).await;
        let told = socket.frame().await;
        assert_eq!(
            (&told["message"], &told["connectionId"]),
            (&json!("Internal server error"), &json!(id))
        );
        assert!(told["requestId"].is_string());
    }
}

#[tokio::test]
async fn frames_of_one_connection_are_handled_side_by_side() {
    let barrier = Arc::new(Barrier::new(3));
    let gateway = Gateway::with(Limits::default(), move |event| {
        let barrier = barrier.clone();
        async move {
            if event["requestContext"]["eventType"] == "MESSAGE" {
                barrier.wait().await;
                return Err("told to the client".into());
            }
            Ok(json!({ "statusCode": 200 }))
        }
    })
    .await;
    let mut socket = gateway.connect().await;
    for _ in 0..3 {
        socket.send_text("{}").await;
    }
    for _ in 0..3 {
        assert_eq!(socket.frame().await["message"], "Internal server error");
    }
}
