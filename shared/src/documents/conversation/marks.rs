//! How far each side has received and read what the other side wrote. A marker only moves forward.

use bson::doc;
use mongodb::error::Result;
use serde::{Deserialize, Serialize};

use super::history::without_history;
use super::{Conversation, next_version};
use crate::db::{Db, named, to_bson};
use crate::documents::participant::Side;
use crate::{Id, Time};

named! {
    /// What a marker says.
    pub enum Marker {
        /// A client has received the messages.
        Delivered = "delivered",
        /// A person has read them.
        Read = "read",
    }
}

/// How far a side has come in what the other side wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Reached {
    /// The `seq` of the last message of the other side that is covered; 0 for none.
    pub seq: i64,
    /// The number of the other side's messages that are covered.
    pub nth: i64,
    pub at: Option<Time>,
}

/// The two markers of a side; they only move forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct SideMarks {
    /// What its clients said they have received.
    pub delivered: Reached,
    pub read: Reached,
}

/// The markers of both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Marks {
    pub agent: SideMarks,
    pub visitor: SideMarks,
}

impl SideMarks {
    /// The marker of this kind.
    pub fn at(&self, marker: Marker) -> &Reached {
        match marker {
            Marker::Delivered => &self.delivered,
            Marker::Read => &self.read,
        }
    }
}

impl Marks {
    /// The markers of one side.
    pub fn of(&self, side: Side) -> &SideMarks {
        match side {
            Side::Agent => &self.agent,
            Side::Visitor => &self.visitor,
        }
    }
}

/// The number of messages of each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub agent: i64,
    pub visitor: i64,
}

impl Counts {
    /// Those of one side.
    pub fn of(self, side: Side) -> i64 {
        match side {
            Side::Agent => self.agent,
            Side::Visitor => self.visitor,
        }
    }
}

impl Conversation {
    /// Moves a marker of `side` forward to `reached`. The conversation as it was, or `None` when it was
    /// there already.
    pub async fn advance(
        db: &Db,
        id: Id,
        side: Side,
        marker: Marker,
        reached: Reached,
    ) -> Result<Option<Self>> {
        let field = |marker: Marker| format!("marks.{}.{}", side.name(), marker.name());
        let filter = doc! { "_id": id, format!("{}.seq", field(marker)): { "$lt": reached.seq } };
        let reached_here = to_bson(&reached)?;
        let mut set = doc! { field(marker): &reached_here, "version": next_version() };
        if marker == Marker::Read {
            // What is read has been received.
            let delivered = field(Marker::Delivered);
            let behind = doc! { "$lt": [format!("${delivered}.seq"), reached.seq] };
            let further = doc! { "$cond": [behind, &reached_here, format!("${delivered}")] };
            set.insert(delivered, further);
        }
        let update = vec![doc! { "$set": set }];
        db.update_before(filter, update, without_history()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_by_its_side_and_kind() {
        let at = |seq| Reached { seq, nth: seq, at: None };
        let marks = Marks {
            agent: SideMarks { delivered: at(1), read: at(2) },
            visitor: SideMarks { delivered: at(3), read: at(4) },
        };
        let seq = |side, kind| marks.of(side).at(kind).seq;
        assert_eq!((seq(Side::Agent, Marker::Delivered), seq(Side::Agent, Marker::Read)), (1, 2));
        assert_eq!((seq(Side::Visitor, Marker::Delivered), seq(Side::Visitor, Marker::Read)), (3, 4));
        assert_eq!((Counts { agent: 5, visitor: 6 }.of(Side::Agent)), 5);
    }
}
