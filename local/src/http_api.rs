//! The HTTP API of API Gateway: payload format 2.0, routing and CORS.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use axum::{Extension, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::Time;
use tokio::time::timeout;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::functions::Functions;
use crate::request::{bad_head, gateway_error, refused, request_id, request_time};
use crate::server::{Buffered, NotDone, Pace, Place, Standing, Unread};
use crate::template::{HttpRoute, PROXY, RouteTable};
use crate::throttle::Bucket;

/// API Gateway's limit for a request's body: 10 MB.
const MOST_BODY_BYTES: usize = 10 * 1024 * 1024;
/// What is kept of a body: one byte more than functions take.
const MOST_KEPT_BYTES: usize = shared::api::http::MOST_BODY_BYTES + 1;

#[derive(Clone)]
struct Route {
    functions: Functions,
    function: String,
    key: String,
    pace: Pace,
    throttle: Arc<Bucket>,
}

/// The routes whose callers wait until a password is hashed.
const HASHING: [&str; 4] = [
    "POST /api/auth/login",
    "POST /api/auth/register",
    "PUT /api/auth/password",
    "PUT /api/auth/users/{id}/password",
];

/// A router that plays the HTTP API in front of `functions`.
pub fn router(table: &RouteTable, functions: &Functions, origins: &[String]) -> Router {
    let route = |function: &str, key: String| Route {
        functions: functions.clone(),
        function: function.to_owned(),
        throttle: Arc::new(table.http_throttles.bucket(&key)),
        pace: if HASHING.contains(&key.as_str()) { Pace::Slow } else { Pace::Quick },
        key,
    };
    let mut router = Router::new();
    for HttpRoute { method, path, function } in &table.http {
        let Some(filter) = filter(method) else { continue };
        let state = route(function, format!("{method} {path}"));
        router = router.route(path, on(filter, integrate).with_state(state));
    }
    let proxies: BTreeMap<String, Route> = table
        .http_proxy
        .iter()
        .map(|(method, function)| (method.clone(), route(function, format!("{method} {PROXY}"))))
        .collect();
    let proxies = Arc::new(proxies);
    router
        .fallback_service(axum::handler::Handler::with_state(proxy, proxies.clone()))
        .method_not_allowed_fallback(move |connect, place, params, request| {
            proxy(State(proxies.clone()), connect, place, params, request)
        })
        .layer(cors(origins))
        .layer(axum::middleware::from_fn(preflight_status))
        .layer(axum::middleware::from_fn(no_head))
}

/// Takes what no other route takes; a path that is nothing but `/` is not for `/{proxy+}`.
async fn proxy(
    State(proxies): State<Arc<BTreeMap<String, Route>>>,
    connect: ConnectInfo<SocketAddr>,
    place: Extension<Arc<Place>>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
) -> Response {
    match proxies.get(request.method().as_str()) {
        Some(route) if request.uri().path() != "/" => {
            integrate(State(route.clone()), connect, place, params, request).await
        }
        _ => gateway_error(StatusCode::NOT_FOUND, "Not Found"),
    }
}

/// A route for `GET` takes no `HEAD`: each method is a route of its own (API Gateway, "Create routes for
/// HTTP APIs"). Axum would answer both.
async fn no_head(request: Request, next: Next) -> Response {
    if request.method() == Method::HEAD {
        return gateway_error(StatusCode::NOT_FOUND, "Not Found");
    }
    next.run(request).await
}

/// API Gateway answers a preflight with 204.
async fn preflight_status(request: Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(http::header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = next.run(request).await;
    if is_preflight && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    response
}

fn filter(method: &str) -> Option<MethodFilter> {
    Method::from_bytes(method.as_bytes()).ok().and_then(|method| method.try_into().ok())
}

/// What API Gateway answers for CORS: the origins that are configured and no others.
fn cors(origins: &[String]) -> CorsLayer {
    let any = origins.iter().any(|origin| origin == "*");
    let list: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(if any { AllowOrigin::any() } else { AllowOrigin::list(list) })
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([CONTENT_TYPE, http::header::AUTHORIZATION])
        .expose_headers([http::header::RETRY_AFTER, REQUEST_ID])
        .max_age(Duration::from_secs(600))
}

/// What a caller names a call by.
const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

async fn integrate(
    State(route): State<Route>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(place): Extension<Arc<Place>>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    if !route.throttle.take() {
        return gateway_error(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
    }
    let Ok(params) = params else {
        return gateway_error(StatusCode::BAD_REQUEST, "Bad Request");
    };
    if let Some(refusal) = bad_head(&parts.method, &parts.uri, &parts.headers) {
        return refusal;
    }
    let body = match timeout(place.patience(), read(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return gateway_error(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
        Err(_) => return gateway_error(StatusCode::REQUEST_TIMEOUT, "Request Timeout"),
    };
    if !place.keep() {
        return refused();
    }
    let id = request_id();
    let (call_id, buffered) = (id.clone(), place.buffered().clone());
    let called = place.answer(route.pace, move || {
        // An event may be much larger than the request: it is made once that has its turn.
        let event = event(&route.key, &call_id, peer, &params, &parts, &body);
        let is_get = parts.method == Method::GET;
        async move {
            let response = match route.functions.invoke(&route.function, event, &call_id).await {
                Ok(value) => response(value, &buffered, is_get),
                Err(error) => {
                    tracing::error!(function = route.function, %error, "a function failed");
                    internal_server_error()
                }
            };
            let standing = Standing::of_status(response.status().as_u16());
            (response, standing)
        }
    });
    let mut response = called.await.unwrap_or_else(|not_done| match not_done {
        NotDone::Refused => refused(),
        NotDone::Panicked => internal_server_error(),
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Reads a body. Past what any function takes, the rest is dropped: it is refused by what there is.
async fn read(body: Body) -> Result<Bytes, axum::Error> {
    let mut chunks = body.into_data_stream();
    let (mut kept, mut bytes) = (BytesMut::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        bytes += chunk.len();
        if bytes > MOST_BODY_BYTES {
            return Err(axum::Error::new("the body is too large"));
        }
        let room = MOST_KEPT_BYTES.saturating_sub(kept.len());
        kept.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
    }
    Ok(kept.freeze())
}

fn internal_server_error() -> Response {
    gateway_error(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// The event of payload format 2.0.
fn event(
    key: &str,
    request_id: &str,
    peer: SocketAddr,
    params: &RawPathParams,
    parts: &Parts,
    body: &Bytes,
) -> Value {
    // API Gateway routes what was sent, and tells of it decoded.
    let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
    let domain = header(&parts.headers, HOST);
    let mut event = json!({
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": combined(&parts.headers),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": "local",
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": peer.ip().to_string(),
                "userAgent": header(&parts.headers, USER_AGENT),
            },
            "requestId": request_id,
            "routeKey": key,
            "stage": "$default",
            "time": request_time(),
            "timeEpoch": Time::now().millis(),
        },
        "isBase64Encoded": false,
    });
    add_what_there_is(&mut event, params, parts, body);
    event
}

/// What an event has only when the request has it.
fn add_what_there_is(event: &mut Value, params: &RawPathParams, parts: &Parts, body: &Bytes) {
    let cookies: Vec<String> = all(&parts.headers, COOKIE)
        .iter()
        .flat_map(|cookies| cookies.split(';').map(|cookie| cookie.trim().to_owned()))
        .collect();
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if let Some(query) = query(parts) {
        event["queryStringParameters"] = query;
    }
    let path_params: BTreeMap<&str, &str> = params.iter().collect();
    if !path_params.is_empty() {
        event["pathParameters"] = json!(path_params);
    }
    if !body.is_empty() {
        match std::str::from_utf8(body) {
            Ok(text) => event["body"] = json!(text),
            Err(_) => {
                event["body"] = json!(STANDARD.encode(body));
                event["isBase64Encoded"] = json!(true);
            }
        }
    }
}

/// Headers in lower case, repeated ones joined with commas; without cookies, which have their own
/// place.
fn combined(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .keys()
        .filter(|name| **name != COOKIE)
        .map(|name| (name.as_str().to_owned(), all(headers, name.clone()).join(",")))
        .collect()
}

fn all(headers: &HeaderMap, name: HeaderName) -> Vec<String> {
    let values = headers.get_all(name);
    values.iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
}

fn header(headers: &HeaderMap, name: HeaderName) -> String {
    all(headers, name).into_iter().next().unwrap_or_default()
}

/// Decoded query parameters, repeated ones joined with commas.
fn query(parts: &Parts) -> Option<Value> {
    let axum::extract::Query(pairs) =
        axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).ok()?;
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        joined
            .entry(name)
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    (!joined.is_empty()).then(|| json!(joined))
}

/// What a function returns in payload format 2.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionResponse {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// A body that counts until it has been written.
struct Answer {
    body: Vec<u8>,
    _unread: Unread,
}

impl AsRef<[u8]> for Answer {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

/// Unpacks what a function returned. Who leaves too much unread is refused what it asks, but never told so
/// of what was done.
fn response(value: Value, buffered: &Buffered, is_get: bool) -> Response {
    let malformed = || gateway_error(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
    let Ok(answer) = serde_json::from_value::<FunctionResponse>(value) else { return malformed() };
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded {
        match STANDARD.decode(&body) {
            Ok(bytes) => bytes,
            Err(_) => return malformed(),
        }
    } else {
        body.into_bytes()
    };
    let (unread, has_room) = buffered.answer(body.len());
    if is_get && !has_room {
        return gateway_error(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
    }
    let body = Body::from(Bytes::from_owner(Answer { body, _unread: unread }));
    let mut builder = http::Response::builder().status(answer.status_code);
    for (name, value) in &answer.headers {
        // CORS is the gateway's: it ignores what a function says of it.
        if !name.to_ascii_lowercase().starts_with("access-control-") {
            builder = builder.header(name, value);
        }
    }
    for cookie in &answer.cookies {
        builder = builder.header(SET_COOKIE, cookie);
    }
    builder.body(body).unwrap_or_else(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_routes_that_hash_are_those_of_the_template() {
        let table = RouteTable::load().unwrap();
        let routes = table.http.iter().map(|HttpRoute { method, path, .. }| format!("{method} {path}"));
        let routes: Vec<String> = routes.filter(|key| HASHING.contains(&key.as_str())).collect();
        assert_eq!(routes.len(), HASHING.len(), "{routes:?}");
    }
}
