//! Who takes part in conversations, and on which side.

use serde::{Deserialize, Serialize};

use crate::Id;
use crate::db::named;

named! {
    /// The two sides of a conversation.
    #[derive(Hash)]
    pub enum Side {
        /// The company's.
        Agent = "agent",
        /// The visitor's.
        Visitor = "visitor",
    }
}

impl Side {
    /// The opposite one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Agent => Self::Visitor,
            Self::Visitor => Self::Agent,
        }
    }
}

/// Somebody who takes part in conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Participant {
    pub side: Side,
    pub id: Id,
    pub name: Option<String>,
    pub email: Option<String>,
}
