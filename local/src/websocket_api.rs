//! The WebSocket API of API Gateway, and its `@connections`: as far as an application can notice.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{HOST, USER_AGENT};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use shared::Time;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::functions::Functions;
use crate::request::{request_id, request_time};
use crate::template::RouteTable;

/// The limits of API Gateway for WebSocket APIs, from its quotas; tests shorten the times.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A connection without a message either way for so long is closed.
    pub idle: Duration,
    /// A connection as old as that is closed.
    pub age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { idle: Duration::from_secs(10 * 60), age: Duration::from_secs(2 * 60 * 60) }
    }
}

/// A message's payload: 128 KB.
const MOST_MESSAGE_BYTES: usize = 128 * 1024;
/// A frame's payload: 32 KB.
const MOST_FRAME_BYTES: usize = 32 * 1024;
/// What is read at once: most frames are short, and each open socket has such a buffer.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Messages that wait for a client that does not read; past it a post is answered with 429, as the
/// Management API's reference says.
const CLIENT_BUFFER: usize = 512;
/// How long a client may take to answer a close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// RFC 6455, section 7.4.1.
const GOING_AWAY: u16 = 1001;
const UNSUPPORTED_DATA: u16 = 1003;
const NO_STATUS: u16 = 1005;
const ABNORMAL: u16 = 1006;
const TOO_BIG: u16 = 1009;

/// The gateway; cheap to clone.
#[derive(Clone)]
pub struct WebSocketApi {
    inner: Arc<Inner>,
}

struct Inner {
    functions: Functions,
    routes: std::collections::BTreeMap<String, String>,
    limits: Limits,
    own_address: IpAddr,
    connections: Mutex<HashMap<String, Client>>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

/// What the gateway knows of a connection.
#[derive(Clone)]
struct Client {
    outbox: mpsc::Sender<String>,
    close: CancellationToken,
    facts: Facts,
    last_active: Time,
}

/// What every event of a connection says of it.
#[derive(Clone)]
struct Facts {
    id: String,
    connected_at: Time,
    domain: String,
    source_ip: String,
    user_agent: String,
}

/// How a connection ended.
struct Ending {
    code: u16,
    reason: String,
}

impl Ending {
    fn new(code: u16, reason: &str) -> Self {
        Self { code, reason: reason.to_owned() }
    }
}

impl WebSocketApi {
    /// A gateway in front of `functions`, on the machine with this address.
    pub fn new(table: &RouteTable, functions: &Functions, limits: Limits, own_address: IpAddr) -> Self {
        let inner = Inner {
            functions: functions.clone(),
            routes: table.websocket.clone(),
            limits,
            own_address,
            connections: Mutex::default(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// `/ws` for clients and `/@connections/{id}` for functions.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/ws", get(handshake))
            .route("/@connections/{id}", get(look).post(post).delete(close))
            .with_state(self.clone())
    }

    /// Closes every connection and waits for what is under way.
    pub async fn stop(&self) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<String, Client>> {
        self.inner.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the function of a route; what it returns is not sent to the client. Its status.
    async fn invoke(&self, route: &str, event: Value, request_id: &str) -> Option<u16> {
        let Some(function) = self.inner.routes.get(route) else {
            // API Gateway lets connections come and go without a route for it.
            return Some(200);
        };
        match self.inner.functions.invoke(function, event, request_id).await {
            Ok(response) => {
                response["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok())
            }
            Err(error) => {
                tracing::error!(route, %error, "a function failed");
                None
            }
        }
    }
}

/// Asks `$connect`, and refuses the handshake unless it answers 2xx.
async fn handshake(
    State(api): State<WebSocketApi>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let header = |name: http::HeaderName| {
        headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let facts = Facts {
        id: connection_id(),
        connected_at: Time::now(),
        domain: header(HOST).unwrap_or_default(),
        source_ip: peer.ip().to_string(),
        user_agent: header(USER_AGENT).unwrap_or_default(),
    };
    let request_id = request_id();
    let mut event = event(&facts, "$connect", "CONNECT", &request_id);
    event["headers"] = json!(single_valued(&headers));
    match api.invoke("$connect", event, &request_id).await {
        Some(200..=299) => {
            let tracker = api.inner.tasks.clone();
            upgrade
                .max_message_size(MOST_MESSAGE_BYTES)
                .max_frame_size(MOST_FRAME_BYTES)
                .read_buffer_size(READ_BUFFER_BYTES)
                .on_upgrade(move |socket| tracker.track_future(serve(api, facts, socket)))
        }
        status => {
            let status = status.and_then(|status| StatusCode::from_u16(status).ok());
            status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    }
}

/// Headers as `$connect` gets them, one value for each name.
fn single_valued(headers: &HeaderMap) -> HashMap<String, String> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// An open connection, from the handshake to `$disconnect`.
async fn serve(api: WebSocketApi, facts: Facts, mut socket: WebSocket) {
    let (outbox, mut inbox) = mpsc::channel(CLIENT_BUFFER);
    let closing = api.inner.stopping.child_token();
    let client =
        Client { outbox, close: closing.clone(), facts: facts.clone(), last_active: facts.connected_at };
    api.connections().insert(facts.id.clone(), client);
    let ending = pump(&api, &facts, &mut socket, &mut inbox, &closing).await;
    api.connections().remove(&facts.id);
    hang_up(socket, &ending).await;
    let request_id = request_id();
    let mut event = event(&facts, "$disconnect", "DISCONNECT", &request_id);
    event["requestContext"]["disconnectStatusCode"] = json!(ending.code);
    event["requestContext"]["disconnectReason"] = json!(ending.reason);
    api.invoke("$disconnect", event, &request_id).await;
}

/// Carries messages both ways until the connection ends.
async fn pump(
    api: &WebSocketApi,
    facts: &Facts,
    socket: &mut WebSocket,
    inbox: &mut mpsc::Receiver<String>,
    closing: &CancellationToken,
) -> Ending {
    let Limits { idle, age } = api.inner.limits;
    let oldest = Instant::now() + age;
    let mut quiet_until = Instant::now() + idle;
    loop {
        tokio::select! {
            message = socket.recv() => match incoming(api, facts, message) {
                Some(ending) => return ending,
                None => quiet_until = Instant::now() + idle,
            },
            Some(text) = inbox.recv() => {
                // A client that does not read must not hold up the end of its connection.
                let sent = tokio::select! {
                    sent = socket.send(Message::Text(text.into())) => sent.is_ok(),
                    () = closing.cancelled() => false,
                    () = tokio::time::sleep_until(oldest) => false,
                };
                if !sent {
                    return Ending::new(ABNORMAL, "");
                }
                quiet_until = Instant::now() + idle;
            }
            () = closing.cancelled() => return Ending::new(GOING_AWAY, "Connection closed by the server"),
            () = tokio::time::sleep_until(quiet_until) => return Ending::new(GOING_AWAY, "Idle connection timeout"),
            () = tokio::time::sleep_until(oldest) => return Ending::new(GOING_AWAY, "Maximum connection duration"),
        }
    }
}

/// Takes what the client sent; how the connection ends, if it does.
fn incoming(
    api: &WebSocketApi,
    facts: &Facts,
    message: Option<Result<Message, axum::Error>>,
) -> Option<Ending> {
    match message {
        Some(Ok(Message::Text(text))) => {
            if let Some(client) = api.connections().get_mut(&facts.id) {
                client.last_active = Time::now();
            }
            let call = dispatch(api.clone(), facts.clone(), text.to_string());
            // Frames of one connection are handled side by side, in no promised order.
            api.inner.tasks.spawn(call);
            None
        }
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => None,
        Some(Ok(Message::Binary(_))) => Some(Ending::new(UNSUPPORTED_DATA, "Binary is not supported")),
        Some(Ok(Message::Close(frame))) => Some(match frame {
            Some(frame) => Ending::new(frame.code, frame.reason.as_str()),
            None => Ending::new(NO_STATUS, ""),
        }),
        Some(Err(error)) if is_too_big(&error) => Some(Ending::new(TOO_BIG, "Message too big")),
        Some(Err(_)) | None => Some(Ending::new(ABNORMAL, "")),
    }
}

fn is_too_big(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error);
    let error = source.and_then(|source| source.downcast_ref::<tungstenite::Error>());
    matches!(error, Some(tungstenite::Error::Capacity(_)))
}

/// Says goodbye, and reads what is still on its way: a socket that is dropped with unread bytes resets
/// the connection, and the client would never see the close.
async fn hang_up(mut socket: WebSocket, ending: &Ending) {
    if matches!(ending.code, GOING_AWAY | UNSUPPORTED_DATA | TOO_BIG) {
        let frame = CloseFrame { code: ending.code, reason: ending.reason.as_str().into() };
        let said = tokio::time::timeout(CLOSE_TIMEOUT, socket.send(Message::Close(Some(frame)))).await;
        if !matches!(said, Ok(Ok(()))) {
            return;
        }
    }
    let drained = async { while let Some(Ok(_)) = socket.recv().await {} };
    // A client that does not answer the close is cut off.
    let _answered_or_not = tokio::time::timeout(CLOSE_TIMEOUT, drained).await;
}

/// Calls the function that `$request.body.action` routes a frame to.
async fn dispatch(api: WebSocketApi, facts: Facts, text: String) {
    let request_id = request_id();
    let route = api.route_of(&text);
    let mut event = event(&facts, &route, "MESSAGE", &request_id);
    event["requestContext"]["messageId"] = json!(connection_id());
    event["body"] = json!(text);
    if api.invoke(&route, event, &request_id).await.is_none() {
        let error = json!({
            "message": "Internal server error", "connectionId": facts.id, "requestId": request_id,
        });
        let outbox = api.connections().get(&facts.id).map(|client| client.outbox.clone());
        if let Some(outbox) = outbox {
            // A client that is gone or does not read misses it, as it would on AWS.
            let _missed = outbox.try_send(error.to_string());
        }
    }
}

impl WebSocketApi {
    fn route_of(&self, text: &str) -> String {
        let body = serde_json::from_str::<Value>(text).unwrap_or_default();
        match body.get("action").and_then(Value::as_str) {
            Some(action) if !action.starts_with('$') && self.inner.routes.contains_key(action) => {
                action.to_owned()
            }
            _ => "$default".to_owned(),
        }
    }
}

/// The event of a WebSocket API.
fn event(facts: &Facts, route: &str, kind: &str, request_id: &str) -> Value {
    json!({
        "requestContext": {
            "routeKey": route,
            "eventType": kind,
            "extendedRequestId": request_id,
            "requestTime": request_time(),
            "messageDirection": "IN",
            "stage": "local",
            "connectedAt": facts.connected_at.millis(),
            "requestTimeEpoch": Time::now().millis(),
            "identity": { "sourceIp": facts.source_ip, "userAgent": facts.user_agent },
            "requestId": request_id,
            "domainName": facts.domain,
            "connectionId": facts.id,
            "apiId": "local",
        },
        "isBase64Encoded": false,
    })
}

/// Random and of the shape that AWS gives them, `=` included.
fn connection_id() -> String {
    let mut bytes = [0; 11];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the operating system has no randomness to give");
    }
    STANDARD.encode(bytes).replace(['+', '/'], "_")
}

/// Why `@connections` does not do as it is asked, with what AWS calls it.
enum Refusal {
    Gone,
    Forbidden,
    TooLarge,
    ClientIsSlow,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, kind, message) = match self {
            Self::Gone => (StatusCode::GONE, "GoneException", "Gone"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "ForbiddenException", "Forbidden"),
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException", "Payload too large")
            }
            Self::ClientIsSlow => {
                let message = "The client's buffer is full";
                (StatusCode::TOO_MANY_REQUESTS, "LimitExceededException", message)
            }
        };
        let headers = [("x-amzn-errortype", kind)];
        (status, headers, axum::Json(json!({ "message": message }))).into_response()
    }
}

/// Functions run on this machine, and so must whoever posts to their clients.
fn only_here(api: &WebSocketApi, peer: SocketAddr) -> Result<(), Refusal> {
    if peer.ip().is_loopback() || peer.ip() == api.inner.own_address {
        return Ok(());
    }
    Err(Refusal::Forbidden)
}

async fn post(
    State(api): State<WebSocketApi>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
    body: Body,
) -> Result<StatusCode, Refusal> {
    only_here(&api, peer)?;
    let bytes = to_bytes(body, MOST_MESSAGE_BYTES).await.map_err(|_| Refusal::TooLarge)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let outbox = {
        let mut connections = api.connections();
        let client = connections.get_mut(&id).ok_or(Refusal::Gone)?;
        client.last_active = Time::now();
        client.outbox.clone()
    };
    match outbox.try_send(text) {
        Ok(()) => Ok(StatusCode::OK),
        Err(TrySendError::Full(_)) => Err(Refusal::ClientIsSlow),
        Err(TrySendError::Closed(_)) => Err(Refusal::Gone),
    }
}

/// What the gateway tells of a connection.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    connected_at: String,
    identity: Identity,
    last_active_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    source_ip: String,
    user_agent: String,
}

async fn look(
    State(api): State<WebSocketApi>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
) -> Result<axum::Json<Info>, Refusal> {
    only_here(&api, peer)?;
    let client = api.connections().get(&id).cloned().ok_or(Refusal::Gone)?;
    let Facts { connected_at, source_ip, user_agent, .. } = client.facts;
    Ok(axum::Json(Info {
        connected_at: connected_at.iso(),
        identity: Identity { source_ip, user_agent },
        last_active_at: client.last_active.iso(),
    }))
}

async fn close(
    State(api): State<WebSocketApi>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    only_here(&api, peer)?;
    let client = api.connections().remove(&id).ok_or(Refusal::Gone)?;
    client.close.cancel();
    Ok(StatusCode::NO_CONTENT)
}
