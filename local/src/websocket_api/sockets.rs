//! The open connections of the gateway: what is posted to them, over HTTP or from inside the process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use futures::future::BoxFuture;
use shared::Time;
use shared::push::{Gateway, PushError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Facts, MOST_FRAME_BYTES};

/// The bytes that may wait for one client and for all together. Past them a post is refused, as the
/// Management API's reference says; a client that reads nothing is closed.
const MOST_WAITING: usize = 1024 * 1024;
const MOST_WAITING_FOR_ALL: usize = 32 * 1024 * 1024;
/// What a client may have waiting even when all together have too much: one message, the largest.
const ALWAYS: usize = MOST_FRAME_BYTES;

/// The open connections; cheap to clone. Functions in the same process post to them as they would to
/// `@connections`, without a request for each frame.
#[derive(Clone, Default)]
pub struct Sockets {
    open: Arc<Mutex<HashMap<String, Client>>>,
    /// The bytes that wait for all clients.
    waiting: Arc<AtomicUsize>,
}

/// What the gateway knows of a connection.
#[derive(Clone)]
pub(super) struct Client {
    pub outbox: mpsc::UnboundedSender<Utf8Bytes>,
    /// The bytes that wait in the outbox, or are being written.
    pub waiting: Arc<AtomicUsize>,
    pub close: CancellationToken,
    pub facts: Arc<Facts>,
    pub last_active: Time,
}

/// Why a frame is not taken.
pub(super) enum NotPosted {
    Gone,
    /// The client reads too slowly.
    Full,
}

impl Sockets {
    fn locked(&self) -> MutexGuard<'_, HashMap<String, Client>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, client: Client) {
        self.locked().insert(client.facts.id.clone(), client);
    }

    pub(super) fn forget(&self, id: &str) {
        let mut open = self.locked();
        open.remove(id);
        // After a crowd has left, its room is given back.
        if open.capacity() > 1024 && open.len() < open.capacity() / 4 {
            open.shrink_to_fit();
        }
    }

    pub(super) fn look(&self, id: &str) -> Option<Client> {
        self.locked().get(id).cloned()
    }

    /// Notes that a client has sent something.
    pub(super) fn active(&self, id: &str) {
        if let Some(client) = self.locked().get_mut(id) {
            client.last_active = Time::now();
        }
    }

    /// Puts a frame into a client's outbox.
    pub(super) fn post(&self, id: &str, frame: Utf8Bytes) -> Result<(), NotPosted> {
        let mut open = self.locked();
        let client = open.get_mut(id).ok_or(NotPosted::Gone)?;
        let bytes = frame.len();
        // Only written under the lock, and made smaller outside of it.
        let waiting = client.waiting.load(Ordering::Relaxed) + bytes;
        let all = self.waiting.load(Ordering::Relaxed) + bytes;
        if waiting > MOST_WAITING || (all > MOST_WAITING_FOR_ALL && waiting > ALWAYS) {
            return Err(NotPosted::Full);
        }
        client.last_active = Time::now();
        // Counted first: it may be written before this goes on.
        client.waiting.fetch_add(bytes, Ordering::Relaxed);
        self.waiting.fetch_add(bytes, Ordering::Relaxed);
        client.outbox.send(frame).map_err(|_| NotPosted::Gone)
    }

    /// Notes that bytes do not wait any more.
    pub(super) fn written(&self, waiting: &AtomicUsize, bytes: usize) {
        waiting.fetch_sub(bytes, Ordering::Relaxed);
        self.waiting.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Closes a connection; whether there was one.
    pub(super) fn hang_up(&self, id: &str) -> bool {
        let client = self.locked().remove(id);
        client.as_ref().inspect(|client| client.close.cancel()).is_some()
    }
}

impl Gateway for Sockets {
    fn post<'a>(&'a self, connection: &'a str, frame: Bytes) -> BoxFuture<'a, Result<(), PushError>> {
        Box::pin(async move {
            let failed = |why: &str| PushError::Failed(why.to_owned());
            if frame.len() > MOST_FRAME_BYTES {
                return Err(failed("the frame is too large"));
            }
            let text = Utf8Bytes::try_from(frame).map_err(|_| failed("the frame is no text"))?;
            match Self::post(self, connection, text) {
                Ok(()) => Ok(()),
                Err(NotPosted::Gone) => Err(PushError::Gone),
                Err(NotPosted::Full) => Err(failed("the client is slow")),
            }
        })
    }

    fn close<'a>(&'a self, connection: &'a str) -> BoxFuture<'a, Result<(), PushError>> {
        let closed = self.hang_up(connection);
        Box::pin(async move { if closed { Ok(()) } else { Err(PushError::Gone) } })
    }
}
