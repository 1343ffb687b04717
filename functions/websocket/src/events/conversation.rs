//! What people send of conversations.

use shared::api::openapi::Nothing;
use shared::api::send_message::{ClientMessageId, Content};
use shared::input::{AtLeast, Optional, Required};
use shared::push::{ConversationCreated, Event, MOST_BYTES};
use shared::rate_limit::Limit;
use shared::use_cases::conversations::Start;
use shared::use_cases::messages::Joined;
use shared::use_cases::outbox::{Outbound, Outcome};
use shared::use_cases::{connections, conversations, rate_limit};
use shared::{App, Id, Result};

use super::{Answer, ClientData, Sender};
use crate::frame::ENVELOPE_BYTES;

shared::input! {
    /// The data of `conversation:start`.
    pub struct ConversationStart {
        #[serde(default)]
        message: Optional<Content>,
        client_message_id: Option<Required<ClientMessageId>>,
        /// Whether a conversation that is open is given back instead.
        #[serde(default)]
        unless_open: bool,
    }
}

impl ClientData for ConversationStart {
    const NAME: &'static str = "conversation:start";
    const SUMMARY: &'static str = "The visitor starts a conversation";
    type Ack = ConversationCreated;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<ConversationCreated>> {
        let by = sender.participant()?;
        rate_limit::consume_remembering(app, Limit::Conversations, sender.ip_address.as_deref()).await?;
        let key = self.client_message_id.map(Required::into_string);
        let (first, unless_open) = (self.message.into_option(), self.unless_open);
        let start = Start { first, key, unless_open };
        let Outcome { value, outbound } =
            conversations::start(app, &sender.connection.id, by, start).await?;
        Ok(Answer { event: Some(Event::ConversationCreated(value.clone())), ack: value, outbound })
    }
}

shared::input! {
    /// The data of `conversation:join`.
    pub struct ConversationJoin {
        conversation_id: Id,
        after: Option<AtLeast<0>>,
    }
}

impl ClientData for ConversationJoin {
    const NAME: &'static str = "conversation:join";
    const SUMMARY: &'static str = "Joins a conversation, and brings what came after a message";
    type Ack = Joined;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Joined>> {
        let (by, connection) = (sender.participant()?, sender.connection.id.as_str());
        let (id, after) = (self.conversation_id, self.after.map(AtLeast::get));
        let room = MOST_BYTES - ENVELOPE_BYTES;
        let joined = connections::join_conversation(app, by, connection, id, after, room).await?;
        Ok(Answer::new(Outcome::quiet(joined)))
    }
}

shared::input! {
    /// The data of `conversation:leave`.
    pub struct ConversationLeave {
        conversation_id: Id,
    }
}

impl ClientData for ConversationLeave {
    const NAME: &'static str = "conversation:leave";
    const SUMMARY: &'static str = "Leaves a conversation";
    type Ack = Nothing;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Nothing>> {
        sender.participant()?;
        connections::leave_conversation(app, &sender.connection.id, self.conversation_id).await?;
        Ok(Answer::done(Outbound::default()))
    }
}

shared::input! {
    /// The data of `typing:start`.
    pub struct TypingStart {
        conversation_id: Id,
    }
}

impl ClientData for TypingStart {
    const NAME: &'static str = "typing:start";
    const SUMMARY: &'static str = "Somebody begins to type";
    const LIMIT: Limit = Limit::Typing;
    type Ack = Nothing;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Nothing>> {
        typing(app, sender, self.conversation_id, true).await
    }
}

shared::input! {
    /// The data of `typing:stop`.
    pub struct TypingStop {
        conversation_id: Id,
    }
}

impl ClientData for TypingStop {
    const NAME: &'static str = "typing:stop";
    const SUMMARY: &'static str = "Somebody stops typing";
    const LIMIT: Limit = Limit::Typing;
    type Ack = Nothing;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Nothing>> {
        typing(app, sender, self.conversation_id, false).await
    }
}

async fn typing(app: &App, sender: &Sender, id: Id, starts: bool) -> Result<Answer<Nothing>> {
    let outcome = conversations::typing(app, sender.participant()?, id, starts).await?;
    Ok(Answer::done(outcome.outbound))
}
