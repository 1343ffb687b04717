//! How far both sides of a conversation have come.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Time;
use crate::documents::conversation::{Marks, Reached, SideMarks};

/// Where a marker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Mark")]
pub struct MarkView {
    /// The number of the last message of the other side that it covers; 0 for none.
    pub up_to: i64,
    /// When it came there.
    pub at: Option<Time>,
}

/// The markers of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the names say it")]
#[schemars(rename = "SideMarks")]
pub struct SideMarksView {
    pub delivered: MarkView,
    pub read: MarkView,
}

/// The markers of both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the names say it")]
#[schemars(rename = "Marks")]
pub struct MarksView {
    pub agent: SideMarksView,
    pub visitor: SideMarksView,
}

impl From<&Reached> for MarkView {
    fn from(reached: &Reached) -> Self {
        Self { up_to: reached.seq, at: reached.at }
    }
}

impl From<&SideMarks> for SideMarksView {
    /// Who has read has received.
    fn from(marks: &SideMarks) -> Self {
        let (read, delivered) = (&marks.read, &marks.delivered);
        let furthest = if read.seq > delivered.seq { read } else { delivered };
        Self { delivered: furthest.into(), read: read.into() }
    }
}

impl From<&Marks> for MarksView {
    fn from(marks: &Marks) -> Self {
        Self { agent: (&marks.agent).into(), visitor: (&marks.visitor).into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_read_has_received() {
        let reached = |seq| Reached { seq, nth: seq, at: Some(Time::from_millis(seq)) };
        let marks = SideMarks { delivered: reached(2), read: reached(3) };
        assert_eq!(SideMarksView::from(&marks).delivered.up_to, 3);
        let marks = SideMarks { delivered: reached(4), read: reached(3) };
        assert_eq!(SideMarksView::from(&marks).delivered.up_to, 4);
    }
}
