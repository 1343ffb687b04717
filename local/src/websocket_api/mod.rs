//! The WebSocket API of API Gateway, and its `@connections`: as far as an application can notice.

mod connection;
mod management;
mod sockets;
mod stage;

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{HOST, USER_AGENT};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use shared::Time;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::functions::Functions;
use crate::request::{bad_head, refused, request_id, request_time};
use crate::server::{NotDone, Pace, Place, Standing};
use crate::template::RouteTable;
use crate::throttle::Bucket;

pub use sockets::Sockets;
pub use stage::{BadStage, Stage};

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

/// The status of what is not let through.
const THROTTLED: u16 = 429;
/// A message's payload: 128 KB.
const MOST_MESSAGE_BYTES: usize = 128 * 1024;
/// A frame's payload, and what is posted: 32 KB. The quota's footnote says that frames' limit holds for
/// `@connections`, too.
const MOST_FRAME_BYTES: usize = 32 * 1024;
/// What is read at once: most frames are short, and each open socket has such a buffer.
const READ_BUFFER_BYTES: usize = 1024;
/// Functions that are told of a connection's end at once.
const MOST_LEAVING: usize = 64;

/// The gateway; cheap to clone.
#[derive(Clone)]
pub struct WebSocketApi {
    inner: Arc<Inner>,
}

struct Inner {
    functions: Functions,
    /// The function of each route, and how often it may be called.
    routes: BTreeMap<String, (String, Bucket)>,
    limits: Limits,
    stage: Stage,
    own_address: IpAddr,
    sockets: Sockets,
    stopping: CancellationToken,
    tasks: TaskTracker,
    /// Turns of `$disconnect`: a crowd that leaves at once takes no more memory than it had.
    leaving: Semaphore,
}

/// What every event of a connection says of it.
struct Facts {
    id: String,
    stage: String,
    connected_at: Time,
    domain: String,
    source_ip: String,
    user_agent: String,
}

impl WebSocketApi {
    /// A gateway in front of `functions`, on the machine with this address.
    pub fn new(
        table: &RouteTable,
        functions: &Functions,
        limits: Limits,
        stage: Stage,
        own_address: IpAddr,
        sockets: &Sockets,
    ) -> Self {
        let routes = table.websocket.iter().map(|(route, function)| {
            (route.clone(), (function.clone(), table.websocket_throttles.bucket(route)))
        });
        let inner = Inner {
            functions: functions.clone(),
            routes: routes.collect(),
            limits,
            stage,
            own_address,
            sockets: sockets.clone(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            leaving: Semaphore::new(MOST_LEAVING),
        };
        Self { inner: Arc::new(inner) }
    }

    /// `/ws` for clients and `@connections` for functions: with the stage before it, and as behind a
    /// custom domain without (API Gateway, "Use @connections commands in your backend service").
    pub fn router(&self) -> Router {
        let connections = get(management::look).post(management::post).delete(management::close);
        Router::new()
            .route("/ws", get(handshake))
            .route("/@connections/{id}", connections.clone())
            .route(&format!("/{}/@connections/{{id}}", self.inner.stage), connections)
            .with_state(self.clone())
    }

    /// Closes every connection and waits for what is under way.
    pub async fn stop(&self) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// Calls the function of a route; what it returns is not sent to the client.
    async fn invoke(&self, route: &str, event: Value, request_id: &str) -> Option<Answered> {
        let Some((function, throttle)) = self.inner.routes.get(route) else {
            // API Gateway lets connections come and go without a route for it.
            return Some(Answered { status: 200, standing: Standing::Same });
        };
        if !throttle.take() {
            return Some(Answered { status: THROTTLED, standing: Standing::Same });
        }
        match self.inner.functions.invoke(function, event, request_id).await {
            Ok(response) => Answered::read(&response),
            Err(error) => {
                tracing::error!(route, %error, "a function failed");
                None
            }
        }
    }
}

/// What a function answered.
struct Answered {
    status: u16,
    /// What it says of the client.
    standing: Standing,
}

impl Answered {
    fn read(response: &Value) -> Option<Self> {
        let status = u16::try_from(response["statusCode"].as_u64()?).ok()?;
        let said = response["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok());
        let said = said.unwrap_or_default();
        let standing = match (said["code"].as_str(), said["side"].as_str()) {
            (Some("rate_limited"), _) => Standing::Refused,
            (_, Some("agent")) => Standing::Agent,
            _ => Standing::of_status(status),
        };
        Some(Self { status, standing })
    }

    /// What an event that may have failed says of the client.
    fn standing(answered: Option<&Self>) -> Standing {
        answered.map(|answered| answered.standing).unwrap_or_default()
    }
}

/// Asks `$connect`, and refuses the handshake unless it answers 2xx.
async fn handshake(
    State(api): State<WebSocketApi>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(place): Extension<Arc<Place>>,
    (method, uri, headers): (Method, Uri, HeaderMap),
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Some(refusal) = bad_head(&method, &uri, &headers) {
        return refusal;
    }
    let header = |name: http::HeaderName| {
        headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let facts = Arc::new(Facts {
        id: connection_id(),
        stage: api.inner.stage.to_string(),
        connected_at: Time::now(),
        domain: header(HOST).unwrap_or_default(),
        source_ip: peer.ip().to_string(),
        user_agent: header(USER_AGENT).unwrap_or_default(),
    });
    let request_id = request_id();
    if !place.keep() {
        return refused();
    }
    let (asking, asks) = (api.clone(), facts.clone());
    let asked = place.answer(Pace::Quick, move || async move {
        let mut event = event(&asks, "$connect", "CONNECT", &request_id);
        event["headers"] = json!(single_valued(&headers));
        let answered = asking.invoke("$connect", event, &request_id).await;
        let standing = Answered::standing(answered.as_ref());
        (answered, standing)
    });
    let answered = match asked.await {
        Ok(answered) => answered,
        Err(NotDone::Refused) => return refused(),
        Err(NotDone::Panicked) => None,
    };
    match answered.map(|answered| answered.status) {
        Some(200..=299) => {
            let tracker = api.inner.tasks.clone();
            upgrade
                .max_message_size(MOST_MESSAGE_BYTES)
                .max_frame_size(MOST_FRAME_BYTES)
                .read_buffer_size(READ_BUFFER_BYTES)
                .on_upgrade(move |socket| {
                    tracker.track_future(connection::serve(api, facts, place, socket))
                })
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

/// Calls the function that `$request.body.action` routes a frame to; what it says of the client.
async fn dispatch(api: WebSocketApi, facts: Arc<Facts>, text: String) -> Standing {
    let request_id = request_id();
    let route = api.route_of(&text);
    let mut event = event(&facts, &route, "MESSAGE", &request_id);
    event["requestContext"]["messageId"] = json!(connection_id());
    event["body"] = json!(text);
    let answered = api.invoke(&route, event, &request_id).await;
    let message = match answered.as_ref().map(|answered| answered.status) {
        None => Some("Internal server error"),
        Some(THROTTLED) => Some("Too Many Requests"),
        Some(_) => None,
    };
    if let Some(message) = message {
        let error = json!({ "message": message, "connectionId": facts.id, "requestId": request_id });
        // A client that is gone or does not read misses it, as it would on AWS.
        let _missed = api.inner.sockets.post(&facts.id, error.to_string().into());
    }
    Answered::standing(answered.as_ref())
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
            "stage": facts.stage,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_says_by_its_status_or_its_body_whom_it_refused_and_who_is_an_agent() {
        let standing = |response: Value| Answered::read(&response).map(|answered| answered.standing);
        let error = |code: &str| json!({ "code": code, "message": "No" }).to_string();
        let with = |body: String| standing(json!({ "statusCode": 200, "body": body }));
        assert_eq!(standing(json!({ "statusCode": 200 })), Some(Standing::Same));
        assert_eq!(with(error("conflict")), Some(Standing::Same));
        assert_eq!(with(error("rate_limited")), Some(Standing::Refused));
        assert_eq!(with(r#"{"side":"agent"}"#.to_owned()), Some(Standing::Agent));
        assert_eq!(standing(json!({ "statusCode": 429 })), Some(Standing::Refused));
        assert_eq!(standing(json!({})), None);
    }
}
