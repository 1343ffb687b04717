//! The history of the marks: when each message was delivered and read.
//!
//! A mark moves over many messages at once, so that one small document for each move tells the
//! times of all of them, where writing into each message would cost a write for each.

use std::ops::RangeInclusive;

use bson::{Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use super::connection::Side;
use super::conversation::{Conversation, Reached};
use super::message::Message;
use crate::db::{Db, Stored, index};
use crate::{Id, Time};

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A client has received the messages.
    Delivered,
    /// A person has read them.
    Read,
}

impl Kind {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Read => "read",
        }
    }
}

/// A move of a mark, as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mark {
    #[serde(rename = "_id")]
    id: Id,
    conversation: Id,
    side: Side,
    kind: Kind,
    seq: i64,
    at: Time,
}

impl Stored for Mark {
    const COLLECTION: &'static str = "marks";

    fn indexes() -> Vec<IndexModel> {
        vec![index(doc! { "conversation": 1, "side": 1, "kind": 1, "seq": 1 })]
    }
}

impl Mark {
    /// Remembers that a mark of `side` moved to `seq`.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn remember(
        db: &Db,
        conversation: Id,
        side: Side,
        kind: Kind,
        seq: i64,
        at: Time,
    ) -> Result<()> {
        let mark = Self { id: Id::sequential(), conversation, side, kind, seq, at };
        db.insert(&mark).await
    }
}

/// What became of some messages, and when.
#[derive(Clone, Debug, Default)]
pub struct History {
    moves: Vec<Mark>,
}

/// What became of one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// When the other side received it.
    pub delivered_at: Option<Time>,
    /// When the other side read it.
    pub read_at: Option<Time>,
}

impl History {
    /// What concerns the messages with these numbers: of each mark the moves among them and the
    /// first one past them, in one round trip.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn load(db: &Db, conversation: Id, numbers: &RangeInclusive<i64>) -> Result<Self> {
        let most = numbers.end() - numbers.start() + 2;
        let moves_of = |side: Side, kind: Kind| {
            vec![
                doc! { "$match": {
                    "conversation": conversation, "side": side, "kind": kind.name(),
                    "seq": { "$gte": numbers.start() },
                } },
                doc! { "$sort": { "seq": 1 } },
                doc! { "$limit": most },
            ]
        };
        let mut pipeline = moves_of(Side::Agent, Kind::Delivered);
        for (side, kind) in
            [(Side::Agent, Kind::Read), (Side::Visitor, Kind::Delivered), (Side::Visitor, Kind::Read)]
        {
            let union: Vec<Document> = moves_of(side, kind);
            pipeline.push(doc! { "$unionWith": { "coll": Mark::COLLECTION, "pipeline": union } });
        }
        Ok(Self { moves: db.aggregate(Mark::COLLECTION, pipeline).await? })
    }

    /// What became of a message. Who has read has received, too.
    pub fn fate(&self, conversation: &Conversation, message: &Message) -> Fate {
        let reader = message.sender.other();
        let marks = conversation.marks.of(reader);
        let read_at = self.when(reader, Kind::Read, message.seq, &marks.read);
        let delivered_at = self.when(reader, Kind::Delivered, message.seq, &marks.delivered);
        Fate { delivered_at: delivered_at.into_iter().chain(read_at).min(), read_at }
    }

    /// When the first move that covers `seq` came; the conversation's own mark stands in for a move
    /// that was not remembered.
    fn when(&self, side: Side, kind: Kind, seq: i64, mark: &Reached) -> Option<Time> {
        self.moves
            .iter()
            .find(|a_move| a_move.side == side && a_move.kind == kind && a_move.seq >= seq)
            .map(|a_move| a_move.at)
            .or(mark.at.filter(|_| mark.seq >= seq))
    }
}
