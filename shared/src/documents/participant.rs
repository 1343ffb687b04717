//! Who takes part in conversations, and on which side.

use bson::Bson;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Id;

/// The two sides of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The company's.
    Agent,
    /// The visitor's.
    Visitor,
}

impl Side {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Visitor => "visitor",
        }
    }

    /// The opposite one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Agent => Self::Visitor,
            Self::Visitor => Self::Agent,
        }
    }
}

impl From<Side> for Bson {
    fn from(side: Side) -> Self {
        Bson::String(side.name().to_owned())
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
