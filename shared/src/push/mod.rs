//! Pushing to connected clients: what was written stays written, whatever becomes of the push.
//!
//! Connections that were not reached in time are kept as pending pushes for whoever has time next
//! (`retry`). One that cannot be reached again and again is closed, so that its client comes back and
//! asks for what it missed.

mod audience;
mod deliver;
mod events;
mod gateway;
mod retry;

use crate::db::Db;

pub use audience::Audience;
pub use deliver::soon;
pub use events::{
    ConversationCreated, Delivery, Event, MOST_BYTES, Missed, OutboundEvent, Reply, Typing,
    VisitorConnected, frame,
};
pub use gateway::{Gateway, PushError};

/// The way to connected clients; cheap to clone.
#[derive(Clone)]
pub struct Push {
    db: Db,
    gateway: Gateway,
}

impl Push {
    /// Pushes through `gateway` to the connections that the database knows.
    pub fn new(db: &Db, gateway: Gateway) -> Self {
        Self { db: db.clone(), gateway }
    }
}
