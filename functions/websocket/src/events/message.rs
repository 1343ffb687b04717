//! What people send of messages.

use schemars::JsonSchema;
use serde::Serialize;
use shared::api::send_message::SendMessage;
use shared::documents::conversation::Marker;
use shared::input::AtLeast;
use shared::rate_limit::Limit;
use shared::use_cases::messages::{self, Marked, UpTo};
use shared::use_cases::outbox::Outcome;
use shared::views::MessageView;
use shared::{App, Error, Id, Result};

use super::{Answer, ClientData, Sender};

/// The data of `message:send`.
pub type MessageSend = SendMessage;

/// The message as it is stored.
#[derive(Serialize, JsonSchema)]
pub struct SentMessage {
    message: MessageView,
}

impl ClientData for MessageSend {
    const NAME: &'static str = "message:send";
    const SUMMARY: &'static str =
        "Sends a message; the same `clientMessageId` gives the one that is stored";
    const LIMIT: Limit = Limit::Messages;
    type Ack = SentMessage;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<SentMessage>> {
        let Outcome { value: message, outbound } =
            messages::send(app, sender.participant()?, &self.into()).await?;
        Ok(Answer::new(Outcome { value: SentMessage { message }, outbound }))
    }
}

shared::input! {
    /// The data of `message:delivered`.
    pub struct MessageDelivered {
        conversation_id: Id,
        up_to: AtLeast<1>,
    }
}

impl ClientData for MessageDelivered {
    const NAME: &'static str = "message:delivered";
    const SUMMARY: &'static str = "The client has received the messages up to a number";
    type Ack = Marked;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Marked>> {
        let (by, up_to) = (sender.participant()?, UpTo::Seq(self.up_to.get()));
        messages::mark(app, by, self.conversation_id, Marker::Delivered, up_to).await.map(Answer::new)
    }
}

shared::input! {
    /// The data of `message:read`.
    pub struct MessageRead {
        conversation_id: Id,
        message_id: Option<Id>,
        up_to: Option<AtLeast<1>>,
    }
}

impl MessageRead {
    fn up_to(&self) -> Result<UpTo> {
        match (self.message_id, self.up_to) {
            (Some(message), _) => Ok(UpTo::Message(message)),
            (None, Some(seq)) => Ok(UpTo::Seq(seq.get())),
            (None, None) => Err(Error::invalid_field("upTo", "Either messageId or upTo is required")),
        }
    }
}

impl ClientData for MessageRead {
    const NAME: &'static str = "message:read";
    const SUMMARY: &'static str = "The messages up to one have been read";
    type Ack = Marked;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Marked>> {
        let (by, up_to) = (sender.participant()?, self.up_to()?);
        messages::mark(app, by, self.conversation_id, Marker::Read, up_to).await.map(Answer::new)
    }
}
