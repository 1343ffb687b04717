//! `@connections`: posting to a connection, looking at it and closing it.

use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::sockets::NotPosted;
use super::{Facts, MOST_FRAME_BYTES, WebSocketApi};

/// Why `@connections` does not do as it is asked, with what AWS calls it.
pub enum Refusal {
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

/// Sends a message to a connection.
pub async fn post(
    State(api): State<WebSocketApi>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
    body: Body,
) -> Result<StatusCode, Refusal> {
    only_here(&api, peer)?;
    let bytes = to_bytes(body, MOST_FRAME_BYTES).await.map_err(|_| Refusal::TooLarge)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match api.inner.sockets.post(&id, text.into()) {
        Ok(()) => Ok(StatusCode::OK),
        Err(NotPosted::Full) => Err(Refusal::ClientIsSlow),
        Err(NotPosted::Gone) => Err(Refusal::Gone),
    }
}

/// What the gateway tells of a connection.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
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

/// Tells of a connection.
pub async fn look(
    State(api): State<WebSocketApi>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
) -> Result<axum::Json<Info>, Refusal> {
    only_here(&api, peer)?;
    let client = api.inner.sockets.look(&id).ok_or(Refusal::Gone)?;
    let Facts { connected_at, source_ip, user_agent, .. } = &*client.facts;
    Ok(axum::Json(Info {
        connected_at: connected_at.iso(),
        identity: Identity { source_ip: source_ip.clone(), user_agent: user_agent.clone() },
        last_active_at: client.last_active.iso(),
    }))
}

/// Closes a connection.
pub async fn close(
    State(api): State<WebSocketApi>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    only_here(&api, peer)?;
    if api.inner.sockets.hang_up(&id) { Ok(StatusCode::NO_CONTENT) } else { Err(Refusal::Gone) }
}
