//! What a caller sends as a message, over HTTP and over the socket.

use crate::Id;
use crate::documents::message::Kind;
use crate::input::{self, ExactLine, Link, Optional, Required};
use crate::use_cases::messages::Draft;

/// A message: 1 to 8,000 characters (`docs/protocol.md`, Messages).
pub type Content = input::Content<8000>;

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
        /// The `clientMessageId` of the message that the same sender sent before this one.
        follows: Option<Required<ClientMessageId>>,
    }
    check |input, check| {
        let name = |field: &Option<Required<ClientMessageId>>| {
            field.as_ref().map(|name| name.as_str().to_owned())
        };
        let follows = name(&input.follows);
        let follows_itself = follows.is_some() && follows == name(&input.client_message_id);
        check.that(!follows_itself, "follows", "Must name another message");
    }
}

impl From<SendMessage> for Draft {
    fn from(input: SendMessage) -> Self {
        let SendMessage { conversation_id, content, kind, file_url, client_message_id, follows } = input;
        Self {
            conversation_id,
            content: content.into_string(),
            kind,
            file_url: file_url.into_option(),
            client_message_id: client_message_id.map(Required::into_string),
            follows: follows.map(Required::into_string),
        }
    }
}
