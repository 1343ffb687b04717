//! What clients have sent and nobody has dealt with yet, and the answers that they have not read, counted
//! and bounded.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Sleep, sleep};

/// What a connection may have sent however much all have.
const ALWAYS: usize = 4 * 1024;
/// Of one request or message: more of it is dropped, and not kept.
const MOST_KEPT: usize = 256 * 1024;

/// An address that has sent no more than this does not pay for what the others send.
const FAIR_SHARE: usize = 128 * 1024;

/// A count of bytes that several connections share.
pub type Count = Arc<AtomicUsize>;

/// How many bytes may be unfinished, wait for their turn, be worked on or wait to be read. Beyond it, a
/// connection with more than 4 KB of them is cut off, from an address with more than 128 KB where all have
/// too much; where they have twice too much, from any.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// Those of one address.
    pub of_address: usize,
    /// Those of all.
    pub of_all: usize,
}

/// The bytes of a connection, as a part of those of its address and of all.
pub struct Buffered {
    most: Most,
    /// Of a request or message that is not finished.
    unfinished: AtomicUsize,
    /// Of messages that wait for their turn, or have it.
    held: AtomicUsize,
    /// That of its client, which changes where a proxy has one connection for several.
    of_address: Mutex<Count>,
    of_all: Count,
    begun: Notify,
}

impl Buffered {
    /// Of a new connection.
    pub fn new(most: Most, of_address: &Count, of_all: &Count) -> Arc<Self> {
        Arc::new(Self {
            most,
            unfinished: AtomicUsize::new(0),
            held: AtomicUsize::new(0),
            of_address: Mutex::new(of_address.clone()),
            of_all: of_all.clone(),
            begun: Notify::new(),
        })
    }

    fn of_address(&self) -> MutexGuard<'_, Count> {
        self.of_address.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on its bytes are those of the client with this count.
    pub fn belong_to(&self, client: &Count) {
        let mut of_address = self.of_address();
        let own = self.unfinished.load(Ordering::Relaxed) + self.held.load(Ordering::Relaxed);
        of_address.fetch_sub(own, Ordering::Relaxed);
        client.fetch_add(own, Ordering::Relaxed);
        *of_address = client.clone();
    }

    /// Counts bytes that have arrived; whether they may be kept.
    fn arrived(&self, bytes: usize) -> bool {
        let before = self.unfinished.load(Ordering::Relaxed);
        let bytes = bytes.min(MOST_KEPT.saturating_sub(before));
        let of_address = {
            let of_address = self.of_address();
            self.unfinished.fetch_add(bytes, Ordering::Relaxed);
            of_address.fetch_add(bytes, Ordering::Relaxed) + bytes
        };
        if before == 0 {
            self.begun.notify_one();
        }
        let own = before + bytes + self.held.load(Ordering::Relaxed);
        let of_all = self.of_all.fetch_add(bytes, Ordering::Relaxed) + bytes;
        own <= ALWAYS || self.are_within(of_address, of_all)
    }

    fn are_within(&self, of_address: usize, of_all: usize) -> bool {
        let Most { of_address: most_of_address, of_all: most_of_all } = self.most;
        let has_little = of_address <= FAIR_SHARE && of_all <= most_of_all.saturating_mul(2);
        of_address <= most_of_address && (of_all <= most_of_all || has_little)
    }

    /// Counts an answer until what is returned is dropped, and whether there is room for it. It is of the
    /// address that asked, whoever has the connection by then.
    pub fn answer(&self, bytes: usize) -> (Unread, bool) {
        let unread =
            Unread { of_address: self.of_address().clone(), of_all: self.of_all.clone(), bytes };
        let of_address = unread.of_address.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let of_all = unread.of_all.fetch_add(bytes, Ordering::Relaxed) + bytes;
        (unread, bytes <= ALWAYS || self.are_within(of_address, of_all))
    }

    /// Waits until something has begun to arrive.
    pub async fn begun(&self) {
        self.begun.notified().await;
    }

    /// Whether something has begun and is not finished.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished.load(Ordering::Relaxed) > 0
    }

    /// What has arrived is whole. It counts until what is returned is dropped. What has arrived behind it
    /// already counts as a part of it.
    pub fn finished(self: &Arc<Self>) -> Held {
        let _same_address = self.of_address();
        let bytes = self.unfinished.swap(0, Ordering::Relaxed);
        self.held.fetch_add(bytes, Ordering::Relaxed);
        Held { buffered: self.clone(), bytes }
    }

    /// A frame has come between the pieces of a message, or between messages, and is dealt with.
    pub fn dealt_with(&self, frame: usize) {
        let of_address = self.of_address();
        let bytes = frame.min(self.unfinished.load(Ordering::Relaxed));
        self.unfinished.fetch_sub(bytes, Ordering::Relaxed);
        of_address.fetch_sub(bytes, Ordering::Relaxed);
        self.of_all.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Nothing more comes of what has begun.
    pub fn abandoned(&self) {
        self.dealt_with(usize::MAX);
    }
}

impl Drop for Buffered {
    fn drop(&mut self) {
        self.abandoned();
    }
}

/// An answer that is being read, as long as this lives.
pub struct Unread {
    of_address: Count,
    of_all: Count,
    bytes: usize,
}

impl Drop for Unread {
    fn drop(&mut self) {
        self.of_address.fetch_sub(self.bytes, Ordering::Relaxed);
        self.of_all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A request or message that is dealt with, as long as this lives.
pub struct Held {
    buffered: Arc<Buffered>,
    bytes: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        let of_address = self.buffered.of_address();
        self.buffered.held.fetch_sub(self.bytes, Ordering::Relaxed);
        of_address.fetch_sub(self.bytes, Ordering::Relaxed);
        self.buffered.of_all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A stream whose bytes are counted. It ends with an error once there are too many, or once its client has
/// read nothing for a while of what it is sent.
pub struct Counted {
    stream: TcpStream,
    buffered: Arc<Buffered>,
    patience: Duration,
    /// Since when nothing could be written.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Counted {
    /// A stream of which this is counted, and whose client has so long to read.
    pub fn new(stream: TcpStream, buffered: Arc<Buffered>, patience: Duration) -> Self {
        Self { stream, buffered, patience, stalled: None }
    }

    /// The same, unless the client has been waited for too long.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, written: Poll<Result<T>>) -> Poll<Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(Error::new(ErrorKind::TimedOut, "the client reads nothing")))
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        Poll::Ready(match self.buffered.arrived(buf.filled().len() - before) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::ConnectionAborted, "too much has been sent at once")),
        })
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.in_time(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.in_time(cx, written)
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
        let (most, all) = (Most { of_address: 300_000, of_all: 310_000 }, Count::default());
        let [one, other, late] = [Count::default(), Count::default(), Count::default()];
        let first = Buffered::new(most, &one, &all);
        let second = Buffered::new(most, &one, &all);
        let third = Buffered::new(most, &other, &all);
        assert!(first.arrived(MOST_KEPT) && first.is_unfinished());
        let held = first.finished();
        assert!(!first.is_unfinished());
        assert!(second.arrived(ALWAYS), "little");
        assert!(!second.arrived(300_000 - MOST_KEPT), "the address has too much");
        assert!(third.arrived(FAIR_SHARE), "others have their share, whatever it is");
        let fourth = Buffered::new(most, &other, &all);
        assert!(!fourth.arrived(5_000), "all have too much, and this one has more than its share");
        drop(held);
        assert_eq!(one.load(Ordering::Relaxed), 300_000 - MOST_KEPT + ALWAYS);
        third.belong_to(&late);
        third.dealt_with(6);
        assert_eq!(
            (other.load(Ordering::Relaxed), late.load(Ordering::Relaxed)),
            (5_000, FAIR_SHARE - 6)
        );
        drop(third.finished());
        assert!(!third.is_unfinished());
        assert!(!third.answer(2 * 310_000).1, "there is no room");
        let (answer, has_room) = third.answer(1_000);
        third.belong_to(&other);
        assert_eq!((late.load(Ordering::Relaxed), has_room), (1_000, true), "it stays of who asked");
        drop(answer);
        drop((first, second, third, fourth));
        assert_eq!([one, other, late, all].map(|bytes| bytes.load(Ordering::Relaxed)), [0; 4]);
    }
}
