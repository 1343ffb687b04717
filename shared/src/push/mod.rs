//! Pushing to connected clients: what was written stays written, whatever becomes of the push.
//!
//! Connections that were not reached in time are kept as pending pushes for whoever has time next
//! (`retry`). One that cannot be reached again and again is closed, so that its client comes back and
//! asks for what it missed.

mod audience;
mod deliver;
mod events;
mod gateway;
mod pace;
mod retry;
mod shorten;
mod watchers;

use std::sync::Arc;

use crate::background::Background;
use crate::db::Db;
use crate::rate_limit::Rate;

pub use audience::Audience;
pub use events::{
    Closing, ConversationCreated, Event, OutboundEvent, Reply, Retry, Typing, VisitorConnected, frame,
};
pub use gateway::{ApiGateway, Gateway, PushError};
use pace::Pace;
pub use shorten::MOST_BYTES;

/// The way to connected clients; cheap to clone.
#[derive(Clone)]
pub struct Push {
    db: Db,
    gateway: Arc<dyn Gateway>,
    pace: Pace,
    background: Background,
}

impl Push {
    /// Pushes through `gateway` to the connections that the database knows, to each of them `most`
    /// frames at most. What no caller waits for goes on in `background`.
    pub fn new(db: &Db, gateway: Arc<dyn Gateway>, most: Option<Rate>, background: Background) -> Self {
        Self { db: db.clone(), gateway, pace: Pace::new(most), background }
    }
}
