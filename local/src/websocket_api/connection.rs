//! An open connection: frames both ways, until it ends.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures::SinkExt;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

use super::sockets::Client;
use super::{Facts, Limits, WebSocketApi, dispatch, event};
use crate::request::request_id;

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

/// An open connection, from the handshake to `$disconnect`.
pub async fn serve(api: WebSocketApi, facts: Facts, mut socket: WebSocket) {
    let (outbox, mut inbox) = mpsc::channel(CLIENT_BUFFER);
    let closing = api.inner.stopping.child_token();
    let client =
        Client { outbox, close: closing.clone(), facts: facts.clone(), last_active: facts.connected_at };
    api.inner.sockets.open(client);
    let ending = pump(&api, &facts, &mut socket, &mut inbox, &closing).await;
    api.inner.sockets.forget(&facts.id);
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
    inbox: &mut mpsc::Receiver<Utf8Bytes>,
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
                    sent = send(socket, text, inbox) => sent.is_ok(),
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

/// Sends what waits for the client, all of it by one write.
async fn send(
    socket: &mut WebSocket,
    first: Utf8Bytes,
    inbox: &mut mpsc::Receiver<Utf8Bytes>,
) -> Result<(), axum::Error> {
    socket.feed(Message::Text(first)).await?;
    while let Ok(text) = inbox.try_recv() {
        socket.feed(Message::Text(text)).await?;
    }
    socket.flush().await
}

/// Takes what the client sent; how the connection ends, if it does.
fn incoming(
    api: &WebSocketApi,
    facts: &Facts,
    message: Option<Result<Message, axum::Error>>,
) -> Option<Ending> {
    match message {
        Some(Ok(Message::Text(text))) => {
            api.inner.sockets.active(&facts.id);
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
