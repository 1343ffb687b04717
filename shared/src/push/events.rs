//! What the server sends over the WebSocket (`docs/protocol.md`, The WebSocket).

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Audience;
use super::pace::Kind;
use super::shorten::{MOST_BYTES, shortened};
use crate::documents::conversation::Conversation;
use crate::documents::participant::Side;
use crate::documents::user::Status;
use crate::documents::visitor::{Visitor, VisitorBrief};
use crate::views::{ConversationEventView, ConversationView, MarksView, MessageView};
use crate::{Error, Id, Result, Time};

/// An event and whom it reaches.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct OutboundEvent {
    pub audience: Audience,
    pub event: Event,
}

impl OutboundEvent {
    /// `event` for `audience`.
    pub fn new(audience: Audience, event: Event) -> Self {
        Self { audience, event }
    }

    /// That a conversation was started, for the agents.
    pub fn conversation_new(view: ConversationView) -> Self {
        Self::new(Audience::agents(), Event::ConversationNew { conversation: Box::new(view) })
    }

    /// That an agent started a conversation, for its visitor.
    pub fn conversation_created(
        conversation: &Conversation,
        view: ConversationView,
        message: MessageView,
    ) -> Self {
        let audience = Audience::of(conversation).only(Side::Visitor);
        let conversation = Box::new(view.seen_by(Side::Visitor));
        let created = ConversationCreated { conversation, message: Some(Box::new(message)) };
        Self::new(audience, Event::ConversationCreated(created))
    }

    /// That a conversation changed: each side is shown what it may see.
    pub fn conversation_updated(audience: &Audience, view: &ConversationView) -> [Self; 2] {
        [Side::Agent, Side::Visitor].map(|side| {
            let conversation = Box::new(view.clone().seen_by(side));
            Self::new(audience.clone().only(side), Event::ConversationUpdated { conversation })
        })
    }

    /// What has happened to a conversation, for the agents who are in it.
    pub fn conversation_event(conversation_id: Id, event: ConversationEventView) -> Self {
        let event = Event::ConversationEvent { conversation_id, event: Box::new(event) };
        Self::new(Audience::agents_in(conversation_id), event)
    }

    /// That a message was sent, for everybody in its conversation.
    pub fn message_new(conversation: &Conversation, view: MessageView) -> Self {
        Self::new(Audience::of(conversation), Event::MessageNew { message: Box::new(view) })
    }

    /// That a visitor has come.
    pub fn visitor_online(visitor: Visitor) -> Self {
        let (audience, at) = (Audience::agents_of(visitor.id), Time::now());
        Self::new(audience, Event::VisitorOnline { visitor: Box::new(visitor.into()), at })
    }

    /// That something about a visitor changed.
    pub fn visitor_updated(visitor: Visitor) -> Self {
        let (audience, at) = (Audience::agents_of(visitor.id), Time::now());
        Self::new(audience, Event::VisitorUpdated { visitor: Box::new(visitor.into()), at })
    }

    /// That a visitor has gone.
    pub fn visitor_offline(visitor_id: Id) -> Self {
        let event = Event::VisitorOffline { visitor_id, at: Time::now() };
        Self::new(Audience::agents_of(visitor_id), event)
    }

    /// That an agent has come.
    pub fn agent_online(user_id: Id) -> Self {
        Self::new(Audience::agents(), Event::AgentOnline { user_id, at: Time::now() })
    }

    /// That an agent has gone.
    pub fn agent_offline(user_id: Id) -> Self {
        Self::new(Audience::agents(), Event::AgentOffline { user_id, at: Time::now() })
    }
}

/// What is pushed to those whom it concerns.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "event", content = "data", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "the fields are the protocol's")]
pub enum Event {
    /// An agent's first connection.
    #[serde(rename = "agent:online")]
    AgentOnline { user_id: Id, at: Time },
    /// An agent's last connection has gone.
    #[serde(rename = "agent:offline")]
    AgentOffline { user_id: Id, at: Time },
    /// An agent chose a status.
    #[serde(rename = "agent:status")]
    AgentStatus { user_id: Id, status: Status, at: Time },
    /// A visitor's first connection.
    #[serde(rename = "visitor:online")]
    VisitorOnline { visitor: Box<VisitorBrief>, at: Time },
    /// A visitor's last connection has gone.
    #[serde(rename = "visitor:offline")]
    VisitorOffline { visitor_id: Id, at: Time },
    /// A visitor looks at another page, or an agent noted something about it.
    #[serde(rename = "visitor:updated")]
    VisitorUpdated { visitor: Box<VisitorBrief>, at: Time },
    /// To those who watch the visitors: how those are by now of whom something changed.
    #[serde(rename = "visitors:updated")]
    VisitorsUpdated { visitors: Vec<VisitorBrief>, at: Time },
    /// To a connection that would have been pushed too much: it must ask anew for what it shows.
    #[serde(rename = "resync")]
    Resync {},
    /// To the connection that authenticated as a visitor's.
    #[serde(rename = "visitor:connected")]
    VisitorConnected(VisitorConnected),
    /// To the connection that started a conversation.
    #[serde(rename = "conversation:created")]
    ConversationCreated(ConversationCreated),
    /// A conversation was started.
    #[serde(rename = "conversation:new")]
    ConversationNew { conversation: Box<ConversationView> },
    /// A conversation changed.
    #[serde(rename = "conversation:updated")]
    ConversationUpdated { conversation: Box<ConversationView> },
    /// To the agents who are in a conversation: what has happened to it.
    #[serde(rename = "conversation:event")]
    ConversationEvent { conversation_id: Id, event: Box<ConversationEventView> },
    /// A message was sent.
    #[serde(rename = "message:new")]
    MessageNew { message: Box<MessageView> },
    /// The other side's client has received messages.
    #[serde(rename = "message:delivered")]
    MessageDelivered {
        conversation_id: Id,
        up_to: i64,
        delivered_at: Time,
        /// The side that has received.
        sender: Side,
        unread_count: i64,
    },
    /// The other side has read messages.
    #[serde(rename = "message:read")]
    MessageRead {
        conversation_id: Id,
        message_id: Id,
        up_to: i64,
        read_at: Time,
        /// The side that has read.
        sender: Side,
        /// How many of the visitor's messages no agent has read now.
        unread_count: i64,
    },
    /// Somebody began to type.
    #[serde(rename = "typing:start")]
    TypingStart(Typing),
    /// Somebody stopped typing.
    #[serde(rename = "typing:stop")]
    TypingStop(Typing),
    /// The answer to a ping.
    #[serde(rename = "pong")]
    Pong {},
    /// The server is about to close the connection.
    #[serde(rename = "connection:closing")]
    ConnectionClosing { code: Closing, message: &'static str },
}

/// Why the server closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Its session was logged out.
    LoggedOut,
    /// Its session was the oldest of too many.
    SessionEnded,
    /// The password was changed elsewhere, or by an administrator.
    PasswordChanged,
    /// The account has another role, or is switched off.
    AccountChanged,
    /// The visitor is banned.
    Banned,
    /// The visitor was erased.
    Erased,
    /// It went on past its limits.
    RateLimited,
    /// The server does not know it any more, or did not reach it.
    Lost,
}

impl Closing {
    fn message(self) -> &'static str {
        match self {
            Self::LoggedOut => "You have been logged out",
            Self::SessionEnded => "You have logged in elsewhere too often",
            Self::PasswordChanged => "The password has been changed",
            Self::AccountChanged => "Your account has been changed",
            Self::Banned => "You are banned",
            Self::Erased => "Your data have been erased",
            Self::RateLimited => "Too much was sent",
            Self::Lost => "The connection was lost, connect again",
        }
    }
}

impl Event {
    /// That a connection is about to be closed.
    pub fn closing(code: Closing) -> Self {
        Self::ConnectionClosing { code, message: code.message() }
    }
}

/// What becomes of an event that a connection was not reached with in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It is kept, and pushed again.
    Pending,
    /// It is dropped: a moment later it says nothing any more.
    Never,
}

impl Event {
    /// The visitor of whom it says that something changed.
    pub fn changed_visitor(&self) -> Option<Id> {
        match self {
            Self::VisitorOnline { visitor, .. } | Self::VisitorUpdated { visitor, .. } => {
                Some(visitor.id)
            }
            Self::VisitorOffline { visitor_id, .. } => Some(*visitor_id),
            _ => None,
        }
    }

    /// What it is about.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::AgentOnline { .. }
            | Self::AgentOffline { .. }
            | Self::AgentStatus { .. }
            | Self::VisitorOnline { .. }
            | Self::VisitorOffline { .. }
            | Self::VisitorUpdated { .. }
            | Self::VisitorsUpdated { .. } => Kind::Presence,
            _ => Kind::Conversations,
        }
    }

    /// Whether the `ack` of the frame that causes it says all of it.
    pub fn is_acked(&self) -> bool {
        matches!(
            self,
            Self::VisitorConnected(_)
                | Self::ConversationCreated(_)
                | Self::MessageNew { .. }
                | Self::MessageRead { .. }
        )
    }

    /// What becomes of it where it was not delivered in time.
    pub fn retry(&self) -> Retry {
        match self {
            Self::TypingStart(_)
            | Self::TypingStop(_)
            | Self::Pong {}
            | Self::ConnectionClosing { .. } => Retry::Never,
            Self::AgentOnline { .. }
            | Self::AgentOffline { .. }
            | Self::AgentStatus { .. }
            | Self::VisitorOnline { .. }
            | Self::VisitorOffline { .. }
            | Self::VisitorUpdated { .. }
            | Self::VisitorsUpdated { .. }
            | Self::Resync {}
            | Self::VisitorConnected(_)
            | Self::ConversationCreated(_)
            | Self::ConversationNew { .. }
            | Self::ConversationUpdated { .. }
            | Self::ConversationEvent { .. }
            | Self::MessageNew { .. }
            | Self::MessageDelivered { .. }
            | Self::MessageRead { .. } => Retry::Pending,
        }
    }
}

/// The data of `visitor:connected`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VisitorConnected {
    /// Who the visitor is.
    pub visitor_id: Id,
    /// Its token for the HTTP API.
    pub token: String,
    /// Its conversation that is not closed, if there is one.
    pub conversation: Option<Box<ConversationView>>,
    /// How far both sides have come in it.
    pub marks: Option<MarksView>,
    /// Its messages after the one that was named, or without one the latest; the oldest first.
    pub messages: Vec<MessageView>,
    /// Whether there are more messages than these: later ones, or without a named one earlier ones.
    pub has_more: bool,
    /// Whether an agent is there who answers.
    pub agents_online: bool,
}

/// The data of `conversation:created`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConversationCreated {
    /// The conversation.
    pub conversation: Box<ConversationView>,
    /// Its first message, if it started with one.
    pub message: Option<Box<MessageView>>,
}

/// The data of `typing:start` and `typing:stop`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    /// Where.
    pub conversation_id: Id,
    /// Who.
    pub user_name: Option<String>,
    /// Of which side.
    pub sender: Side,
}

/// The answer to a client's own frame.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Reply<'a> {
    /// It was done.
    Ack {
        /// The frame's.
        id: &'a Value,
        /// What came of it.
        data: &'a Value,
    },
    /// It was not done.
    Error {
        /// The frame's, if it had one.
        #[serde(skip_serializing_if = "Value::is_null")]
        id: &'a Value,
        /// Why.
        data: &'a Error,
    },
}

/// A frame as it is sent: of [`MOST_BYTES`] at most, for which long texts are cut.
/// Errors: internal, when it cannot be written as JSON.
pub fn frame(content: &impl Serialize) -> Result<bytes::Bytes> {
    let json = serde_json::to_vec(content).map_err(Error::internal)?;
    let fits = json.len() <= MOST_BYTES;
    let json =
        if fits { json } else { shortened(serde_json::to_value(content).map_err(Error::internal)?)? };
    Ok(json.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_named_and_carry_their_data() {
        let id = Id::sequential();
        let event = Event::MessageDelivered {
            conversation_id: id,
            up_to: 3,
            delivered_at: Time::from_millis(0),
            sender: Side::Agent,
            unread_count: 0,
        };
        assert_eq!(
            serde_json::to_value(event).unwrap(),
            serde_json::json!({
                "event": "message:delivered",
                "data": {
                    "conversationId": id, "upTo": 3, "deliveredAt": "1970-01-01T00:00:00.000Z",
                    "sender": "agent", "unreadCount": 0,
                },
            })
        );
    }

    #[test]
    fn a_reply_echoes_the_id_of_its_frame() {
        let (id, data) = (Value::from("7"), serde_json::json!({ "a": 1 }));
        assert_eq!(
            serde_json::to_value(Reply::Ack { id: &id, data: &data }).unwrap(),
            serde_json::json!({ "event": "ack", "id": "7", "data": { "a": 1 } })
        );
        let error = Error::not_found("Conversation");
        assert_eq!(
            serde_json::to_value(Reply::Error { id: &Value::Null, data: &error }).unwrap(),
            serde_json::json!({
                "event": "error",
                "data": { "message": "Conversation not found", "code": "not_found" },
            })
        );
    }
}
