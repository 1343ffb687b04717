//! What the server sends over the WebSocket (contract, The WebSocket).

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::documents::connection::Side;
use crate::documents::user::Status;
use crate::views::{ConversationView, MessageView, VisitorView};
use crate::{Error, Id, Result, Time};

/// The most bytes that one message to a client may have (API Gateway's quotas for WebSocket APIs).
pub const MOST_BYTES: usize = 128 * 1024;

/// An event for those whom it concerns.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "event", content = "data", rename_all_fields = "camelCase")]
#[allow(missing_docs, reason = "the fields are the contract's")]
pub enum Event {
    /// An agent's first connection.
    #[serde(rename = "agent:online")]
    AgentOnline { user_id: Id },
    /// An agent's last connection has gone.
    #[serde(rename = "agent:offline")]
    AgentOffline { user_id: Id },
    /// An agent chose a status.
    #[serde(rename = "agent:status")]
    AgentStatus { user_id: Id, status: Status },
    /// A visitor's first connection.
    #[serde(rename = "visitor:online")]
    VisitorOnline { visitor: Box<VisitorView> },
    /// A visitor's last connection has gone.
    #[serde(rename = "visitor:offline")]
    VisitorOffline { visitor_id: Id },
    /// A visitor looks at another page, or an agent noted something about it.
    #[serde(rename = "visitor:updated")]
    VisitorUpdated { visitor: Box<VisitorView> },
    /// To the connection that proved to be a visitor.
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
    /// A message was sent.
    #[serde(rename = "message:new")]
    MessageNew { message: Box<MessageView> },
    /// The other side's client has received messages.
    #[serde(rename = "message:delivered")]
    MessageDelivered { conversation_id: Id, up_to: i64, delivered_at: Time },
    /// The other side has read messages.
    #[serde(rename = "message:read")]
    MessageRead { conversation_id: Id, message_id: Id, up_to: i64, read_at: Time },
    /// Somebody began to type.
    #[serde(rename = "typing:start")]
    TypingStart(Typing),
    /// Somebody stopped typing.
    #[serde(rename = "typing:stop")]
    TypingStop(Typing),
    /// The answer to a ping.
    #[serde(rename = "pong")]
    Pong {},
}

impl Event {
    /// Whether it is no news any more a moment later.
    pub fn is_fleeting(&self) -> bool {
        matches!(self, Self::TypingStart(_) | Self::TypingStop(_) | Self::Pong {})
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
    /// What came to it since, if the visitor said what it has.
    #[serde(flatten)]
    pub missed: Option<Missed>,
}

/// Messages that a client has missed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Missed {
    /// The messages, the oldest first.
    pub messages: Vec<MessageView>,
    /// Whether there are more after these.
    pub has_more: bool,
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

/// A frame as it is sent.
///
/// # Errors
/// Internal, when it cannot be written as JSON.
pub fn frame(content: &impl Serialize) -> Result<bytes::Bytes> {
    serde_json::to_vec(content).map(bytes::Bytes::from).map_err(Error::internal)
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
        };
        assert_eq!(
            serde_json::to_value(event).unwrap(),
            serde_json::json!({
                "event": "message:delivered",
                "data": {
                    "conversationId": id, "upTo": 3, "deliveredAt": "1970-01-01T00:00:00.000Z",
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
