//! Conversations.

use futures::future::try_join;
use schemars::JsonSchema;
use serde::Serialize;

use crate::db::{Db, Listed};
use crate::documents::conversation::{Conversation, Priority, Status, WithPeople};
use crate::documents::participant::Side;
use crate::documents::user::{AgentBrief, User};
use crate::documents::visitor::{Shown, Visitor, VisitorBrief};
use crate::{Id, Result, Time};

/// A conversation with its people; `V` is how much of the visitor it shows.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "Conversation_{V}")]
pub struct ConversationView<V = VisitorBrief> {
    #[serde(rename = "_id")]
    pub id: Id,
    pub visitor: V,
    pub assigned_agent: Option<AgentBrief>,
    pub status: Status,
    pub priority: Priority,
    pub tags: Vec<String>,
    /// For agents only; absent for visitors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    pub rating: Option<i32>,
    pub rating_comment: Option<String>,
    pub message_count: i64,
    /// How many of the visitor's messages no agent has read.
    pub unread_count: i64,
    pub last_message: Option<String>,
    pub last_message_at: Option<Time>,
    pub first_response_at: Option<Time>,
    pub resolved_at: Option<Time>,
    pub closed_at: Option<Time>,
    pub created_at: Time,
    /// Grows with each change: of two, the one with the smaller version is older.
    pub version: i64,
    /// When the visitor's first message came that no agent has answered.
    pub waiting_since: Option<Time>,
    /// Whether it came over the WebSocket with a text cut, to fit into a frame.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

impl<V: Shown> ConversationView<V> {
    /// As agents see it; with no visitor, that was erased.
    pub fn new(conversation: Conversation, visitor: Option<V>, agent: Option<AgentBrief>) -> Self {
        let erased = || V::erased(conversation.visitor, conversation.created_at);
        let visitor = visitor.unwrap_or_else(erased);
        let unread_count = conversation.unread_count();
        Self {
            id: conversation.id,
            visitor,
            assigned_agent: agent,
            status: conversation.status,
            priority: conversation.priority,
            tags: conversation.tags,
            notes: Some(conversation.notes),
            rating: conversation.rating,
            rating_comment: conversation.rating_comment,
            message_count: conversation.seq,
            unread_count,
            last_message: conversation.last_message,
            last_message_at: (conversation.seq > 0).then_some(conversation.active_at),
            first_response_at: conversation.first_response_at,
            resolved_at: conversation.resolved_at,
            closed_at: conversation.closed_at,
            created_at: conversation.created_at,
            version: conversation.version,
            waiting_since: conversation.waiting_since,
            truncated: false,
        }
    }

    /// As this side may see it.
    #[must_use]
    pub fn seen_by(mut self, side: Side) -> Self {
        if side == Side::Visitor {
            self.notes = None;
            self.visitor = self.visitor.for_itself();
        }
        self
    }
}

impl<V: Shown> From<WithPeople<V>> for ConversationView<V> {
    fn from(row: WithPeople<V>) -> Self {
        Self::new(row.conversation, row.visitor, row.agent)
    }
}

impl ConversationView {
    /// Fetches the people of a conversation, side by side.
    pub async fn load(db: &Db, conversation: Conversation) -> Result<Self> {
        let agent = async {
            match conversation.assigned_agent {
                Some(agent) => User::brief(db, agent).await,
                None => Ok(None),
            }
        };
        let visitor = Visitor::brief(db, conversation.visitor);
        let (visitor, agent) = try_join(visitor, agent).await?;
        Ok(Self::new(conversation, visitor, agent))
    }
}

impl Listed for ConversationView {
    const NAME: &'static str = "conversations";
    const LIST: &'static str = "ConversationList";
}
