//! An open connection: frames both ways, until it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures::SinkExt;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

use super::sockets::Client;
use super::{Facts, Limits, WebSocketApi, dispatch, event};
use crate::request::request_id;
use crate::server::{Place, Standing};

/// Frames of a connection that are under way; more are not read until one is answered.
const MOST_UNDER_WAY: usize = 8;
/// The bytes that are written at once.
const MOST_WRITTEN: usize = 256 * 1024;
/// How long a client may take to answer a close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Messages that are still read from a client that is closed.
const MOST_UNREAD: usize = 256;

/// What a client's control frame has besides its payload: kind, length and mask (RFC 6455, section 5.2).
const CONTROL_HEADER: usize = 6;

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
pub async fn serve(api: WebSocketApi, facts: Arc<Facts>, place: Arc<Place>, mut socket: WebSocket) {
    let (outbox, inbox) = mpsc::unbounded_channel();
    let closing = api.inner.stopping.child_token();
    let waiting = Arc::<AtomicUsize>::default();
    api.inner.sockets.open(Client {
        outbox,
        waiting: waiting.clone(),
        close: closing.clone(),
        facts: facts.clone(),
        last_active: facts.connected_at,
    });
    place.begin();
    let under_way = Arc::new(Semaphore::new(MOST_UNDER_WAY));
    let mut open = Open { api: &api, facts: &facts, place: &place, under_way, inbox, waiting };
    let ending = tokio::select! {
        ending = open.pump(&mut socket, &closing) => Some(ending),
        () = place.cut_off() => None,
    };
    api.inner.sockets.forget(&facts.id);
    open.drop_waiting();
    // Whoever comes instead of one that is cut off needs its descriptor.
    let ending = ending.unwrap_or_else(|| Ending::new(ABNORMAL, ""));
    tokio::select! {
        () = place.cut_off() => {}
        () = hang_up(socket, &ending) => {}
    }
    place.leave();
    place.buffered().abandoned();
    let request_id = request_id();
    let mut event = event(&facts, "$disconnect", "DISCONNECT", &request_id);
    event["requestContext"]["disconnectStatusCode"] = json!(ending.code);
    event["requestContext"]["disconnectReason"] = json!(ending.reason);
    let leaving = api.clone();
    place
        .in_turn(move || async move {
            let _turn = leaving.inner.leaving.acquire().await;
            leaving.invoke("$disconnect", event, &request_id).await;
            Standing::Same
        })
        .await;
}

/// A connection while it is open.
struct Open<'a> {
    api: &'a WebSocketApi,
    facts: &'a Arc<Facts>,
    place: &'a Arc<Place>,
    under_way: Arc<Semaphore>,
    inbox: mpsc::UnboundedReceiver<Utf8Bytes>,
    /// The bytes in the inbox.
    waiting: Arc<AtomicUsize>,
}

impl Open<'_> {
    /// Carries messages both ways until the connection ends.
    async fn pump(&mut self, socket: &mut WebSocket, closing: &CancellationToken) -> Ending {
        let Limits { idle, age } = self.api.inner.limits;
        let (patience, buffered) = (self.place.patience(), self.place.buffered());
        let oldest = Instant::now() + age;
        let mut quiet_until = Instant::now() + idle;
        // When a message has to be whole that has begun to arrive.
        let mut whole_by = None;
        loop {
            tokio::select! {
                (message, turn) = next(socket, &self.under_way) => {
                    if let Some(ending) = self.incoming(message, turn) {
                        return ending;
                    }
                    whole_by = whole_by.filter(|_| buffered.is_unfinished());
                    quiet_until = Instant::now() + idle;
                }
                Some(text) = self.inbox.recv() => {
                    let began = Instant::now();
                    // A client that does not read must not hold up the end of its connection.
                    let too_late = async {
                        closing.cancelled().await;
                        tokio::time::sleep(CLOSE_TIMEOUT).await;
                    };
                    let sent = tokio::select! {
                        sent = self.send(socket, text) => sent.is_ok(),
                        () = too_late => false,
                    };
                    if !sent {
                        return Ending::new(ABNORMAL, "");
                    }
                    quiet_until = Instant::now() + idle;
                    // Nothing was read meanwhile.
                    whole_by = whole_by.map(|by| by + began.elapsed());
                }
                () = buffered.begun(), if whole_by.is_none() => {
                    whole_by = buffered.is_unfinished().then(|| Instant::now() + patience);
                }
                () = tokio::time::sleep_until(whole_by.unwrap_or(oldest)), if whole_by.is_some() => {
                    return Ending::new(ABNORMAL, "");
                }
                () = closing.cancelled() => return self.last_words(socket).await,
                () = tokio::time::sleep_until(quiet_until) => return Ending::new(GOING_AWAY, "Idle connection timeout"),
                () = tokio::time::sleep_until(oldest) => return Ending::new(GOING_AWAY, "Maximum connection duration"),
            }
        }
    }

    /// Sends what waits for a client whose connection is closed: why it is, last of all.
    async fn last_words(&mut self, socket: &mut WebSocket) -> Ending {
        let sending = async {
            while let Ok(text) = self.inbox.try_recv() {
                self.send(socket, text).await?;
            }
            Ok::<_, axum::Error>(())
        };
        match tokio::time::timeout(CLOSE_TIMEOUT, sending).await {
            Ok(Ok(())) => Ending::new(GOING_AWAY, "Connection closed by the server"),
            _ => Ending::new(ABNORMAL, ""),
        }
    }

    /// Sends what waits for the client by one write, as far as one may be.
    async fn send(&mut self, socket: &mut WebSocket, first: Utf8Bytes) -> Result<(), axum::Error> {
        let mut bytes = first.len();
        socket.feed(Message::Text(first)).await?;
        while bytes < MOST_WRITTEN
            && let Ok(text) = self.inbox.try_recv()
        {
            bytes += text.len();
            socket.feed(Message::Text(text)).await?;
        }
        socket.flush().await?;
        self.api.inner.sockets.written(&self.waiting, bytes);
        Ok(())
    }

    /// Takes what the client sent; how the connection ends, if it does.
    fn incoming(
        &self,
        message: Option<Result<Message, axum::Error>>,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Option<Ending> {
        let buffered = self.place.buffered();
        match message {
            Some(Ok(Message::Text(text))) => {
                self.place.keep();
                self.api.inner.sockets.active(&self.facts.id);
                // A copy, since what was read may be a piece of something larger.
                let (api, facts, text) = (self.api.clone(), self.facts.clone(), text.to_string());
                let call = move || dispatch(api, facts, text);
                // Frames of one connection are handled side by side, in no promised order.
                let (place, until_handled) = (self.place.clone(), (turn, buffered.finished()));
                self.api.inner.tasks.spawn(async move {
                    place.in_turn(call).await;
                    drop(until_handled);
                });
                None
            }
            Some(Ok(Message::Ping(bytes) | Message::Pong(bytes))) => {
                // They may come between the pieces of a message.
                buffered.dealt_with(CONTROL_HEADER + bytes.len());
                None
            }
            Some(Ok(Message::Binary(_))) => {
                Some(Ending::new(UNSUPPORTED_DATA, "Binary is not supported"))
            }
            Some(Ok(Message::Close(frame))) => Some(match frame {
                Some(frame) => Ending::new(frame.code, frame.reason.as_str()),
                None => Ending::new(NO_STATUS, ""),
            }),
            Some(Err(error)) if is_too_big(&error) => Some(Ending::new(TOO_BIG, "Message too big")),
            Some(Err(_)) | None => Some(Ending::new(ABNORMAL, "")),
        }
    }

    /// What waits for a client that is gone does not count any more.
    fn drop_waiting(&mut self) {
        self.inbox.close();
        self.api.inner.sockets.written(&self.waiting, self.waiting.load(Ordering::Relaxed));
    }
}

/// The next message, once there is a turn for it.
async fn next(
    socket: &mut WebSocket,
    under_way: &Arc<Semaphore>,
) -> (Option<Result<Message, axum::Error>>, Option<OwnedSemaphorePermit>) {
    let turn = under_way.clone().acquire_owned().await.ok();
    (socket.recv().await, turn)
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
    let drained = async {
        let mut unread = 0;
        while unread < MOST_UNREAD
            && let Some(Ok(_)) = socket.recv().await
        {
            unread += 1;
        }
    };
    // A client that does not answer the close, or goes on, is cut off.
    let _answered_or_not = tokio::time::timeout(CLOSE_TIMEOUT, drained).await;
}
