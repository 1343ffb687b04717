//! Sending a message.

use crate::documents::conversation::{Action, Conversation, Status};
use crate::documents::message::{Kind, Message};
use crate::documents::participant::{Participant, Side};
use crate::documents::read_history::{DeliveryState, ReadHistory};
use crate::push::{Audience, OutboundEvent};
use crate::use_cases::caller::conversation;
use crate::use_cases::outbox::{self, Outbound, Outcome};
use crate::views::{ConversationView, MessageView};
use crate::{App, Error, Id, Result, Time};

/// How often a send is tried that others come between.
const TRIES: usize = 20;

/// A message that is about to be sent.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Draft {
    pub conversation_id: Id,
    /// What it says: 1 to 8,000 characters.
    pub content: String,
    pub kind: Kind,
    pub file_url: Option<String>,
    /// The sender's name for it, which makes the send repeatable.
    pub client_message_id: Option<String>,
}

impl Draft {
    /// An empty text to a conversation.
    pub fn to(conversation_id: Id) -> Self {
        Self {
            conversation_id,
            content: String::new(),
            kind: Kind::Text,
            file_url: None,
            client_message_id: None,
        }
    }

    /// The message, without its numbers.
    pub fn message(&self, by: &Participant, at: Time) -> Message {
        Message {
            id: Id::sequential(),
            conversation: self.conversation_id,
            seq: 0,
            nth: 0,
            sender: by.side,
            sender_id: by.id,
            content: self.content.clone(),
            kind: self.kind,
            file_url: self.file_url.clone(),
            client_message_id: self.client_message_id.clone(),
            created_at: at,
        }
    }
}

/// Sends a message. One with a `client_message_id` that the sender has used in the conversation gives
/// the stored message back, and nothing is pushed.
/// Errors: conflict when it is closed;
/// unavailable when others came between again and again.
pub async fn send(app: &App, by: &Participant, draft: &Draft) -> Result<Outcome<MessageView>> {
    for _ in 0..TRIES {
        let seen = match sent_before(app, by, draft).await? {
            Before::Sent(view) => return Ok(Outcome::quiet(*view)),
            Before::Unsent { seen } => seen,
        };
        let message = draft.message(by, Time::now());
        if let Some((before, message)) = outbox::accept(app, message, seen).await? {
            return Ok(sent(app, by, before, message).await);
        }
        // Closed, which the next look tells a named one, or others came between.
        if draft.client_message_id.is_none() {
            refuse_closed(&conversation(app, by, draft.conversation_id).await?)?;
        }
    }
    Err(Error::unavailable("too many messages at once"))
}

/// Whether a message was sent before.
enum Before {
    /// It was: as it is now.
    Sent(Box<MessageView>),
    /// Not when the conversation's last number was `seen`.
    Unsent { seen: i64 },
}

async fn sent_before(app: &App, by: &Participant, draft: &Draft) -> Result<Before> {
    let Some(name) = &draft.client_message_id else { return Ok(Before::Unsent { seen: 0 }) };
    let id = draft.conversation_id;
    let found = Conversation::with_sent(&app.db, by, id, name).await?;
    let found = found.ok_or_else(|| Error::not_found("Conversation"))?;
    match found.sent(by.id, name) {
        Some(message) => {
            let view = stored_view(app, &found.conversation, message.clone(), by).await?;
            Ok(Before::Sent(Box::new(view)))
        }
        None => {
            refuse_closed(&found.conversation)?;
            Ok(Before::Unsent { seen: found.conversation.seq })
        }
    }
}

fn refuse_closed(conversation: &Conversation) -> Result<()> {
    match conversation.status {
        Status::Closed => Err(Error::conflict("The conversation is closed")),
        _ => Ok(()),
    }
}

/// The message as everybody sees it, and what follows: the message itself and, when it reopened its
/// conversation, that this changed.
async fn sent(
    app: &App,
    by: &Participant,
    before: Conversation,
    message: Message,
) -> Outcome<MessageView> {
    let view = MessageView::new(message.clone(), by.clone().into(), DeliveryState::default());
    let mut events = vec![OutboundEvent::message_new(&before, view.clone())];
    if reopens(&before, by.side) {
        match present_view(app, before.id).await {
            Ok(now) => events.extend(OutboundEvent::conversation_updated(&Audience::of(&before), &now)),
            // The message is accepted and must go out, come what may.
            Err(error) => error.log(),
        }
    }
    Outcome::new(view, Outbound { events, accepted: Some(message) })
}

async fn present_view(app: &App, id: Id) -> Result<ConversationView> {
    let conversation = Conversation::find(&app.db, id).await?;
    let conversation = conversation.ok_or_else(|| Error::not_found("Conversation"))?;
    ConversationView::load(&app.db, conversation).await
}

fn reopens(before: &Conversation, side: Side) -> bool {
    let held = before.assigned_agent.is_some();
    side == Side::Visitor
        && before.status == Status::Resolved
        && before.status.after(held, Action::VisitorMessage) != Some(Status::Resolved)
}

/// A message that `by` sent, with its delivery state by now.
pub async fn stored_view(
    app: &App,
    conversation: &Conversation,
    message: Message,
    by: &Participant,
) -> Result<MessageView> {
    let history = ReadHistory::load(&app.db, conversation.id, &(message.seq..=message.seq)).await?;
    let state = history.state(&conversation.marks, &message);
    Ok(MessageView::new(message, by.clone().into(), state))
}
