//! What clients have sent and nobody has dealt with yet, counted and bounded.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// What a connection may have sent however much all have.
const ALWAYS: usize = 4 * 1024;
/// Of one request or message: more of it is dropped, and not kept.
const MOST_KEPT: usize = 256 * 1024;

/// A count of bytes that several share.
pub type Bytes = Arc<AtomicUsize>;

/// How many bytes may be unfinished, or wait for their turn. Beyond it, a connection is cut off that sends
/// more than 4 KB of them.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// Those of one address.
    pub of_address: usize,
    /// Those of all.
    pub of_all: usize,
}

/// The bytes of a connection, as a part of those of its address and of all.
pub struct Inbound {
    most: Most,
    /// Of a request or message that is not finished.
    unfinished: AtomicUsize,
    /// Of messages that wait for their turn, or have it.
    held: AtomicUsize,
    of_address: Bytes,
    of_all: Bytes,
    begun: Notify,
}

impl Inbound {
    /// Of a new connection.
    pub fn new(most: Most, of_address: &Bytes, of_all: &Bytes) -> Arc<Self> {
        Arc::new(Self {
            most,
            unfinished: AtomicUsize::new(0),
            held: AtomicUsize::new(0),
            of_address: of_address.clone(),
            of_all: of_all.clone(),
            begun: Notify::new(),
        })
    }

    /// Counts bytes that have arrived; whether they may be kept.
    fn arrived(&self, bytes: usize) -> bool {
        let before = self.unfinished.load(Ordering::Relaxed);
        let bytes = bytes.min(MOST_KEPT.saturating_sub(before));
        self.unfinished.fetch_add(bytes, Ordering::Relaxed);
        if before == 0 {
            self.begun.notify_one();
        }
        let own = before + bytes + self.held.load(Ordering::Relaxed);
        let of_address = self.of_address.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let of_all = self.of_all.fetch_add(bytes, Ordering::Relaxed) + bytes;
        own <= ALWAYS || (of_address <= self.most.of_address && of_all <= self.most.of_all)
    }

    /// Waits until something has begun to arrive.
    pub async fn begun(&self) {
        self.begun.notified().await;
    }

    /// Whether something has begun and is not finished.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished.load(Ordering::Relaxed) > 0
    }

    /// What has arrived is whole. It counts until what is returned is dropped.
    pub fn finished(self: &Arc<Self>) -> Held {
        let bytes = self.unfinished.swap(0, Ordering::Relaxed);
        self.held.fetch_add(bytes, Ordering::Relaxed);
        Held { inbound: self.clone(), bytes }
    }

    fn subtract(&self, bytes: usize) {
        self.of_address.fetch_sub(bytes, Ordering::Relaxed);
        self.of_all.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        let unfinished = *self.unfinished.get_mut();
        self.subtract(unfinished);
    }
}

/// A request or message that is dealt with as long as this lives.
pub struct Held {
    inbound: Arc<Inbound>,
    bytes: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.inbound.held.fetch_sub(self.bytes, Ordering::Relaxed);
        self.inbound.subtract(self.bytes);
    }
}

/// A stream whose bytes are counted. It ends with an error once there are too many.
pub struct Counted {
    /// The stream itself.
    pub stream: TcpStream,
    /// What is counted of it.
    pub inbound: Arc<Inbound>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        Poll::Ready(match self.inbound.arrived(buf.filled().len() - before) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::ConnectionAborted, "too much has been sent at once")),
        })
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_counts_until_it_is_dealt_with_and_little_may_always_be_sent() {
        let (most, all) = (Most { of_address: 10_000, of_all: 15_000 }, Bytes::default());
        let [one, other] = [Bytes::default(), Bytes::default()];
        let first = Inbound::new(most, &one, &all);
        let second = Inbound::new(most, &one, &all);
        let third = Inbound::new(most, &other, &all);
        assert!(first.arrived(9_000) && first.is_unfinished());
        let held = first.finished();
        assert!(!first.is_unfinished());
        assert!(second.arrived(ALWAYS), "little");
        assert!(!second.arrived(1), "the address has too much");
        assert!(!third.arrived(5_000), "all have too much");
        drop(held);
        assert!(third.arrived(1));
        assert!(first.arrived(MOST_KEPT + 1) || one.load(Ordering::Relaxed) == MOST_KEPT + ALWAYS + 1);
        drop((first, second, third));
        assert_eq!([one, other, all].map(|bytes| bytes.load(Ordering::Relaxed)), [0; 3]);
    }
}
