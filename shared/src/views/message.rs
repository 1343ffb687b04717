//! Messages.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use futures::future::try_join3;
use schemars::JsonSchema;
use serde::Serialize;

use super::ParticipantView;
use crate::db::{Db, Listed};
use crate::documents::conversation::Conversation;
use crate::documents::message::{Kind, Message};
use crate::documents::participant::Side;
use crate::documents::read_history::{DeliveryState, ReadHistory};
use crate::documents::user::Author;
use crate::documents::visitor::{Visitor, VisitorBrief};
use crate::{Id, Result, Time};

/// The delivery state of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// It is stored.
    Sent,
    /// The other side has received it.
    Delivered,
    /// The other side has read it.
    Read,
}

/// A message.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "Message")]
pub struct MessageView {
    #[serde(rename = "_id")]
    pub id: Id,
    pub conversation: Id,
    pub sender: Side,
    /// `User` or `Visitor`.
    pub sender_model: &'static str,
    pub sender_id: ParticipantView,
    pub content: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub file_url: Option<String>,
    pub client_message_id: Option<String>,
    pub seq: i64,
    pub status: Delivery,
    pub delivered_at: Option<Time>,
    pub is_read: bool,
    pub read_at: Option<Time>,
    pub created_at: Time,
    /// Whether it came over the WebSocket with its `content` cut, to fit into a frame.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

impl MessageView {
    /// The messages with these numbers, with their authors and delivery states: three queries side by
    /// side, and one for the agents who wrote.
    pub async fn load(
        db: &Db,
        conversation: &Conversation,
        numbers: &RangeInclusive<i64>,
    ) -> Result<Vec<Self>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let (messages, history, visitor) = try_join3(
            Message::numbered(db, conversation.id, numbers),
            ReadHistory::load(db, conversation.id, &conversation.marks, numbers),
            Visitor::brief(db, conversation.visitor),
        )
        .await?;
        let agents = messages.iter().filter(|message| message.sender == Side::Agent);
        let agents = agents.map(|message| message.sender_id).collect();
        let agents = Author::by_id(db, agents).await?;
        let view = |message: Message| {
            let state = history.state(&conversation.marks, &message);
            let author = author(&message, visitor.as_ref(), &agents);
            Self::new(message, author, state)
        };
        Ok(messages.into_iter().map(view).collect())
    }

    /// A message by `author`, and its delivery state.
    pub fn new(message: Message, author: ParticipantView, state: DeliveryState) -> Self {
        Self {
            id: message.id,
            conversation: message.conversation,
            sender: message.sender,
            sender_model: match message.sender {
                Side::Agent => "User",
                Side::Visitor => "Visitor",
            },
            sender_id: author,
            content: message.content,
            kind: message.kind,
            file_url: message.file_url,
            client_message_id: message.client_message_id,
            seq: message.seq,
            status: match (state.delivered_at, state.read_at) {
                (_, Some(_)) => Delivery::Read,
                (Some(_), None) => Delivery::Delivered,
                (None, None) => Delivery::Sent,
            },
            delivered_at: state.delivered_at,
            is_read: state.read_at.is_some(),
            read_at: state.read_at,
            created_at: message.created_at,
            truncated: false,
        }
    }
}

/// A message that was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "FoundMessage")]
pub struct FoundMessageView {
    #[serde(rename = "_id")]
    pub id: Id,
    pub conversation: Id,
    /// With whom the conversation is.
    pub visitor: ParticipantView,
    pub sender: Side,
    pub sender_id: ParticipantView,
    pub content: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub file_url: Option<String>,
    pub seq: i64,
    pub created_at: Time,
}

impl FoundMessageView {
    /// A message of a conversation with `visitor`, as far as that and the agents are still there.
    pub fn new(
        message: Message,
        visitor: Id,
        brief: Option<&VisitorBrief>,
        agents: &HashMap<Id, Author>,
    ) -> Self {
        let (name, email) =
            brief.map_or((None, None), |brief| (brief.name.clone(), brief.email.clone()));
        Self {
            id: message.id,
            conversation: message.conversation,
            visitor: ParticipantView { id: visitor, name, email },
            sender: message.sender,
            sender_id: author(&message, brief, agents),
            content: message.content,
            kind: message.kind,
            file_url: message.file_url,
            seq: message.seq,
            created_at: message.created_at,
        }
    }
}

fn author(
    message: &Message,
    visitor: Option<&VisitorBrief>,
    agents: &HashMap<Id, Author>,
) -> ParticipantView {
    let id = message.sender_id;
    let (name, email) = match (message.sender, visitor, agents.get(&id)) {
        (Side::Visitor, Some(visitor), _) => (visitor.name.clone(), visitor.email.clone()),
        (Side::Agent, _, Some(agent)) => (Some(agent.name.clone()), Some(agent.email.clone())),
        _ => (None, None),
    };
    ParticipantView { id, name, email }
}

impl Listed for MessageView {
    const NAME: &'static str = "messages";
    const LIST: &'static str = "MessageList";
    // Messages are read from a number on, which is better than a cursor.
    const HAS_CURSOR: bool = false;
}
