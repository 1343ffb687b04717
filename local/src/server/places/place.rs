//! The place of one connection, and what is done for its client in turn.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::Places;
use crate::server::buffered::Buffered;
use crate::server::turns::{Asker, Turn};

/// How long a request keeps one of [`at_once`](crate::server::Bounds::at_once) or
/// [`of_strangers`](crate::server::Bounds::of_strangers).
const SHARED_FOR: Duration = Duration::from_millis(500);
/// For how long an address is taken for a stranger's after it was refused something.
const REFUSED_FOR: Duration = Duration::from_secs(60);

/// A connection that is counted as long as this lives.
pub struct Place {
    pub(super) places: Places,
    pub(super) address: IpAddr,
    pub(super) number: u64,
    pub(super) buffered: Arc<Buffered>,
    /// Whether an agent sends over it.
    pub(super) is_of_agent: AtomicBool,
    /// Whether it is a connection for itself, and no request among others that come through a proxy.
    pub(super) is_own: AtomicBool,
    pub(super) cut_off: CancellationToken,
}

/// A turn that is had until this is dropped, or for a while.
#[expect(dead_code, reason = "they are held to be dropped")]
enum Held {
    ForAWhile(AbortOnDropHandle<()>),
    ToTheEnd(Turn),
}

/// How long what is asked for may take, and with what it takes turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Not long. What takes long after all gives its turn back.
    Quick,
    /// Long: it takes turns with what is as slow and holds up nothing else.
    Slow,
}

/// Why something is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDone {
    /// Too many wait for their turn.
    Refused,
    /// It panicked.
    Panicked,
}

/// What the functions make of who sent something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// What they did before.
    #[default]
    Same,
    /// Somebody who asks for too much.
    Refused,
    /// Somebody who works here.
    Agent,
}

impl Standing {
    /// What an answer's status says.
    pub fn of_status(status: u16) -> Self {
        if status == 429 { Self::Refused } else { Self::Same }
    }
}

impl Place {
    /// How long its client may take for what it has begun.
    pub fn patience(&self) -> Duration {
        self.places.patience()
    }

    /// What its client has sent.
    pub fn buffered(&self) -> &Arc<Buffered> {
        &self.buffered
    }

    /// Its client has sent a whole request or message: it keeps its place, unless it was cut off before;
    /// whether it does.
    pub fn keep(&self) -> bool {
        let mut taken = self.places.locked();
        if let Some(of_address) = taken.by_address.get_mut(&self.address)
            && let Some(cut_off) = of_address.unfinished.remove(&self.number)
        {
            match self.is_own.load(Ordering::Relaxed) {
                true => drop(of_address.kept.insert(self.number, cut_off)),
                false => drop(of_address.proxied.insert(self.number)),
            }
            taken.unfinished -= 1;
        }
        !self.cut_off.is_cancelled()
    }

    /// It is a WebSocket from now on, over which no whole message has come.
    pub fn begin(&self) {
        self.is_own.store(true, Ordering::Relaxed);
        let mut taken = self.places.locked();
        if taken.remove(self.address, self.number)
            && let Some(of_address) = taken.by_address.get_mut(&self.address)
        {
            of_address.unfinished.insert(self.number, self.cut_off.clone());
            taken.open += 1;
            taken.unfinished += 1;
        }
    }

    /// Its connection has ended, whatever is still done for it.
    pub fn leave(&self) {
        self.places.locked().remove(self.address, self.number);
    }

    /// Waits until it has to make room for others.
    pub async fn cut_off(&self) {
        self.cut_off.cancelled().await;
    }

    /// Notes what the functions make of its client.
    pub(super) fn note(&self, standing: Standing) {
        if standing == Standing::Same {
            return;
        }
        let mut taken = self.places.locked();
        let Some(of_address) = taken.by_address.get_mut(&self.address) else { return };
        match standing {
            Standing::Same => {}
            Standing::Refused => of_address.strange_until = Instant::now() + REFUSED_FOR,
            Standing::Agent if self.is_of_agent.swap(true, Ordering::Relaxed) => {}
            Standing::Agent => of_address.of_agents += 1,
        }
    }

    /// Does what a request asks for once it is the turn of its client, and notes what that says of it. A
    /// client that leaves before its turn costs nothing; one that leaves later neither ends what is done nor
    /// gives its turn back.
    /// Errors: refused where very many wait, so that nothing is done; or it panicked.
    pub async fn answer<T, W>(
        self: &Arc<Self>,
        pace: Pace,
        work: impl FnOnce() -> W,
    ) -> Result<T, NotDone>
    where
        T: Send + 'static,
        W: Future<Output = (T, Standing)> + Send + 'static,
    {
        let turn = self.turn(pace, Asker::MayBeRefused).await.ok_or(NotDone::Refused)?;
        self.work(turn, Box::pin(work())).await.ok_or(NotDone::Panicked)
    }

    /// Does something quick as [`Self::answer`] does, however many wait.
    pub async fn in_turn<W>(self: &Arc<Self>, work: impl FnOnce() -> W)
    where
        W: Future<Output = Standing> + Send + 'static,
    {
        if let Some(turn) = self.turn(Pace::Quick, Asker::Waits).await {
            // What waits must be small: what is done is on the heap, and only once it is begun.
            let work = Box::pin(work());
            let _panicked = self.work(turn, async move { ((), work.await) }).await;
        }
    }

    async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        turn: Held,
        work: impl Future<Output = (T, Standing)> + Send + 'static,
    ) -> Option<T> {
        let place = self.clone();
        let working = tokio::spawn(async move {
            let (done, standing) = work.await;
            drop(turn);
            place.note(standing);
            done
        });
        working.await.ok()
    }

    /// Waits for a turn; it is had until it is dropped.
    async fn turn(&self, pace: Pace, asker: Asker) -> Option<Held> {
        let turn = self.places.turns_of(self.address, pace).take(self.address, asker).await?;
        if pace == Pace::Slow {
            return Some(Held::ToTheEnd(turn));
        }
        // What takes longer waits for something, such as a message for the one that it follows, and must
        // not hold up the others.
        let giving_back = async move {
            tokio::time::sleep(SHARED_FOR).await;
            drop(turn);
        };
        Some(Held::ForAWhile(AbortOnDropHandle::new(tokio::spawn(giving_back))))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.locked();
        taken.remove(self.address, self.number);
        let Some(of_address) = taken.by_address.get_mut(&self.address) else { return };
        of_address.connections -= 1;
        of_address.of_agents -= usize::from(*self.is_of_agent.get_mut());
    }
}
