//! What has happened to conversations.

use schemars::JsonSchema;
use serde::Serialize;

use crate::documents::conversation::{Actor, Happened, Happening};
use crate::{Id, Time};

/// Something that happened to a conversation.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "ConversationEvent")]
pub struct ConversationEventView {
    #[serde(rename = "_id")]
    pub id: Id,
    #[serde(rename = "type")]
    pub kind: Happening,
    /// Who did it.
    pub by: ActorView,
    pub at: Time,
    /// What there is to say of it.
    pub data: ConversationEventData,
}

/// Who did something to a conversation.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Actor")]
pub struct ActorView {
    /// On which side; `system` where it was nobody.
    pub sender: Actor,
    /// Of the agent or the visitor.
    #[serde(rename = "_id")]
    pub id: Option<Id>,
    /// The present name, if that is known.
    pub name: Option<String>,
}

/// What there is to say of something that happened to a conversation.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConversationEventData {
    /// Who has it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<NamedAgent>,
    /// What who transferred it said to the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How it was rated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<i32>,
}

/// An agent by name.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NamedAgent {
    /// The agent's.
    #[serde(rename = "_id")]
    pub id: Id,
    /// The present name, if that is known.
    pub name: Option<String>,
}

impl ConversationEventView {
    /// Something that happened to a conversation of `visitor`, with the names that `name_of` knows.
    pub fn new(event: Happened, visitor: Id, name_of: impl Fn(Id) -> Option<String>) -> Self {
        let by = match event.sender {
            Actor::Visitor => Some(visitor),
            Actor::Agent | Actor::System => event.by,
        };
        let named = |id| NamedAgent { id, name: name_of(id) };
        Self {
            id: event.id,
            kind: event.kind,
            by: ActorView { sender: event.sender, id: by, name: by.and_then(&name_of) },
            at: event.at,
            data: ConversationEventData {
                agent: event.agent.map(named),
                note: event.note,
                rating: event.rating,
            },
        }
    }
}
