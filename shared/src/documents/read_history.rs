//! When each message was delivered and read.
//!
//! A marker moves over many messages at once: one small document for each move tells the times of all of
//! them, where writing into each message would cost a write for each.

use std::ops::RangeInclusive;

use bson::doc;
use mongodb::IndexModel;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use super::conversation::{Marker, Marks, Reached};
use super::message::Message;
use super::participant::Side;
use crate::db::{Db, Stored, index};
use crate::{Id, Time};

/// A move of a marker, as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Move {
    #[serde(rename = "_id")]
    id: Id,
    conversation: Id,
    side: Side,
    kind: Marker,
    seq: i64,
    at: Time,
}

impl Stored for Move {
    const COLLECTION: &'static str = "marks";

    fn indexes() -> Vec<IndexModel> {
        vec![index(doc! { "conversation": 1, "side": 1, "kind": 1, "seq": 1 })]
    }
}

impl Move {
    /// Stores that a marker of `side` moved to `seq`.
    pub async fn store(
        db: &Db,
        conversation: Id,
        side: Side,
        kind: Marker,
        seq: i64,
        at: Time,
    ) -> Result<()> {
        let a_move = Self { id: Id::sequential(), conversation, side, kind, seq, at };
        db.insert(&a_move).await
    }
}

/// The moves that concern some messages.
#[derive(Clone, Debug, Default)]
pub struct ReadHistory {
    moves: Vec<Move>,
}

/// Whether a message was delivered and read, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryState {
    /// When the other side received it.
    pub delivered_at: Option<Time>,
    /// When the other side read it.
    pub read_at: Option<Time>,
}

impl ReadHistory {
    /// What concerns the messages with these numbers: of each marker that has come so far, the moves
    /// among them and the first one past them. One round trip, unless no marker has.
    pub async fn load(
        db: &Db,
        conversation: Id,
        marks: &Marks,
        numbers: &RangeInclusive<i64>,
    ) -> Result<Self> {
        let most = numbers.end() - numbers.start() + 2;
        let mut pipelines = [Side::Agent, Side::Visitor]
            .into_iter()
            .flat_map(|side| [(side, Marker::Delivered), (side, Marker::Read)])
            .filter(|(side, kind)| marks.of(*side).at(*kind).seq >= *numbers.start())
            .map(|(side, kind)| {
                vec![
                    doc! { "$match": {
                        "conversation": conversation, "side": side, "kind": kind.name(),
                        "seq": { "$gte": numbers.start() },
                    } },
                    doc! { "$sort": { "seq": 1 } },
                    doc! { "$limit": most },
                ]
            });
        let Some(mut pipeline) = pipelines.next() else { return Ok(Self::default()) };
        for union in pipelines {
            pipeline.push(doc! { "$unionWith": { "coll": Move::COLLECTION, "pipeline": union } });
        }
        Ok(Self { moves: db.aggregate(Move::COLLECTION, pipeline, None).await? })
    }

    /// The delivery state of a message. Who has read has received, too.
    pub fn state(&self, marks: &Marks, message: &Message) -> DeliveryState {
        let reader = message.sender.other();
        let marks = marks.of(reader);
        let read_at = self.when(reader, Marker::Read, message.seq, &marks.read);
        let delivered_at = self.when(reader, Marker::Delivered, message.seq, &marks.delivered);
        DeliveryState { delivered_at: delivered_at.into_iter().chain(read_at).min(), read_at }
    }

    /// When the first move that covers `seq` came; the conversation's own marker stands in for a move
    /// that was not stored.
    fn when(&self, side: Side, kind: Marker, seq: i64, mark: &Reached) -> Option<Time> {
        self.moves
            .iter()
            .find(|a_move| a_move.side == side && a_move.kind == kind && a_move.seq >= seq)
            .map(|a_move| a_move.at)
            .or(mark.at.filter(|_| mark.seq >= seq))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::message::Kind;

    fn at(millis: i64) -> Time {
        Time::from_millis(millis)
    }

    fn message(seq: i64) -> Message {
        Message {
            id: Id::sequential(),
            conversation: Id::sequential(),
            seq,
            nth: seq,
            sender: Side::Visitor,
            sender_id: Id::sequential(),
            content: String::new(),
            kind: Kind::Text,
            file_url: None,
            client_message_id: None,
            created_at: at(0),
            words: Vec::new(),
        }
    }

    fn moved(kind: Marker, seq: i64, millis: i64) -> Move {
        let (id, conversation) = (Id::sequential(), Id::sequential());
        Move { id, conversation, side: Side::Agent, kind, seq, at: at(millis) }
    }

    #[test]
    fn the_first_move_past_a_message_tells_its_time() {
        let moves = vec![
            moved(Marker::Delivered, 2, 10),
            moved(Marker::Delivered, 5, 20),
            moved(Marker::Read, 3, 30),
        ];
        let history = ReadHistory { moves };
        let state = |seq| history.state(&Marks::default(), &message(seq));
        assert_eq!(state(1), DeliveryState { delivered_at: Some(at(10)), read_at: Some(at(30)) });
        assert_eq!(state(4), DeliveryState { delivered_at: Some(at(20)), read_at: None });
        assert_eq!(state(6), DeliveryState::default());
    }

    #[test]
    fn who_has_read_has_received() {
        let history =
            ReadHistory { moves: vec![moved(Marker::Read, 1, 30), moved(Marker::Delivered, 1, 40)] };
        assert_eq!(history.state(&Marks::default(), &message(1)).delivered_at, Some(at(30)));
    }

    #[test]
    fn the_conversations_marker_stands_in_for_a_move_that_was_not_stored() {
        let mut marks = Marks::default();
        marks.agent.read = Reached { seq: 2, nth: 2, at: Some(at(50)) };
        let state = |seq| ReadHistory::default().state(&marks, &message(seq));
        assert_eq!((state(2).read_at, state(3).read_at), (Some(at(50)), None));
    }
}
