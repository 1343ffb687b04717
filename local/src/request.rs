//! What both gateways say of a request.

use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, HOST, RETRY_AFTER};
use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::json;

/// API Gateway's limit for the line and the headers of a request to an HTTP API: 10,240 bytes. The quotas of
/// WebSocket APIs name none.
const MOST_HEAD_BYTES: usize = 10_240;

/// The answer to a request whose line and headers no gateway takes.
pub(crate) fn bad_head(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    if !has_good_host(headers) {
        return Some(gateway_error(StatusCode::BAD_REQUEST, "Bad Request"));
    }
    if !has_short_head(method, uri, headers) {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Some(gateway_error(status, "Request Header Fields Too Large"));
    }
    None
}

/// Whether a request names the host that it is for as hosts are named (RFC 9110, section 7.2).
fn has_good_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).is_ok(),
        _ => false,
    }
}

/// Whether a request's line and headers are as short as API Gateway takes them.
fn has_short_head(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let headers: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    headers + uri.to_string().len() + method.as_str().len() <= MOST_HEAD_BYTES
}

/// An error of the gateway itself, as API Gateway words it.
pub(crate) fn gateway_error(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(json!({ "message": message }))).into_response()
}

/// The answer to a request for which there is no room. Its connection is closed, since an open one takes
/// room, too.
pub(crate) fn refused() -> Response {
    let headers = [(RETRY_AFTER, "1"), (CONNECTION, "close")];
    (headers, gateway_error(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")).into_response()
}

/// A new id for a request, of the shape of a UUID.
pub(crate) fn request_id() -> String {
    let hex = shared::Id::random().map(|id| id.to_string()).unwrap_or_default();
    let millis = format!("{:08x}", shared::Time::now().millis() & 0xffff_ffff);
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or("0000").to_owned();
    format!("{millis}-{}-{}-{}-{}", part(0..4), part(4..8), part(8..12), part(12..24))
}

/// The present in the form of API Gateway's `requestTime`, CLF: `31/Jan/2026:09:30:00 +0000`.
pub(crate) fn request_time() -> String {
    jiff::Timestamp::now().strftime("%d/%b/%Y:%H:%M:%S +0000").to_string()
}
