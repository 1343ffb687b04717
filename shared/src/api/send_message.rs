//! What a caller sends as a message, over HTTP and over the socket.

use crate::Id;
use crate::documents::message::Kind;
use crate::input::{ExactLine, Link, Optional, Required, Text};
use crate::use_cases::messages::Draft;

/// A message: 1 to 8,000 characters (`docs/protocol.md`, Messages).
pub type Content = Text<1, 8000>;

/// A sender's own name of a message, which makes a send repeatable (`docs/protocol.md`, Messages).
pub type ClientMessageId = ExactLine<1, 64>;

crate::input! {
    /// A message that a caller sends.
    #[schemars(extend("examples" = [{ "conversationId": "65a1b2c3d4e5f6a7b8c9d0e1", "content": "Hello!", "clientMessageId": "7f1c" }]))]
    pub struct SendMessage {
        conversation_id: Id,
        content: Required<Content>,
        #[serde(rename = "type", default)]
        kind: Kind,
        #[serde(default)]
        file_url: Optional<Link>,
        client_message_id: Option<Required<ClientMessageId>>,
    }
}

impl From<SendMessage> for Draft {
    fn from(input: SendMessage) -> Self {
        let SendMessage { conversation_id, content, kind, file_url, client_message_id } = input;
        Self {
            conversation_id,
            content: content.into_string(),
            kind,
            file_url: file_url.into_option(),
            client_message_id: client_message_id.map(Required::into_string),
        }
    }
}
