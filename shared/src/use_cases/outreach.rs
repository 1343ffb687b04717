//! Agents who write first.

use futures::future::try_join3;

use super::caller::Agent;
use super::conversations::{OpenOrNext, open_or_next};
use super::messages::{Draft, stored_view};
use super::outbox::{self, Outbound, Outcome};
use super::privacy::erase_conversation;
use super::visitors;
use crate::documents::conversation::{Conversation, Erasing, Happened, Happening, Look, Status};
use crate::documents::message::Message;
use crate::documents::participant::Participant;
use crate::documents::read_history::DeliveryState;
use crate::documents::visitor::Visitor;
use crate::push::{ConversationCreated, OutboundEvent};
use crate::views::{ConversationView, MessageView};
use crate::{App, Error, Id, Result};

/// What an agent writes to a visitor.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct FirstWord {
    pub visitor: Id,
    pub content: String,
    /// The agent's own name of it, which makes it repeatable.
    pub key: Option<String>,
}

/// Starts a conversation with a visitor who has none open; the agent holds it. The same `key` from the same agent
/// gives the conversation that it started before, whatever has become of it.
/// Errors: not found for an unknown visitor; conflict for one who is banned or has an open conversation, which the
/// error names.
pub async fn start(
    app: &App,
    agent: &Agent,
    FirstWord { visitor: id, content, key }: FirstWord,
) -> Result<Outcome<ConversationCreated>> {
    let by = agent.participant();
    let start_key = key.as_ref().map(|key| start_key(by.id, key));
    let (visitor, before, next) = try_join3(
        async { Visitor::find(&app.db, id).await.map_err(Error::from) },
        started_before(app, &by, id, key.as_deref(), start_key.as_deref()),
        open_or_next(app, id),
    )
    .await?;
    if let Some(before) = before {
        return Ok(Outcome::quiet(before));
    }
    let visitor = visitor.filter(|visitor| visitor.erased_at.is_none());
    let visitor = visitor.ok_or_else(visitors::unknown)?;
    if visitor.is_banned() {
        return Err(Error::conflict_of("banned", "This visitor is banned"));
    }
    // Somebody else has started one with the visitor at the same moment, or this agent has, by the same call.
    let not_this_one = async |open: Id| {
        let before = started_before(app, &by, id, key.as_deref(), start_key.as_deref()).await?;
        before.map(Outcome::quiet).ok_or_else(|| has_one_open(open))
    };
    let next = match next {
        OpenOrNext::Open(open) => return not_this_one(open).await,
        OpenOrNext::Next(next) => next,
    };
    let conversation = held_from_the_start(&by, next, id, start_key.clone())?;
    let draft = Draft { content, client_message_id: key.clone(), ..Draft::to(next) };
    let message = Message { seq: 1, nth: 1, ..draft.message(&by, conversation.created_at) };
    match outbox::begin(app, conversation, Some(&message)).await? {
        Some(conversation) => {
            let still = Visitor::find(&app.db, id).await?;
            if still.is_none_or(|visitor| visitor.erased_at.is_some()) {
                // An erasure has crossed it, and may not have seen it.
                let event = Happened::by_itself(Happening::Erased);
                erase_conversation(app, conversation.id, Erasing::Ends, &event).await?;
                return Err(visitors::unknown());
            }
            let holder = Some(agent.user.clone().into());
            let view = ConversationView::new(conversation.clone(), Some(visitor.into()), holder);
            Ok(started(&conversation, &by, view, message))
        }
        None => not_this_one(next).await,
    }
}

/// The name of a start among those of its visitor, whose own are on one line.
fn start_key(agent: Id, key: &str) -> String {
    format!("{agent}\n{key}")
}

fn has_one_open(open: Id) -> Error {
    Error::conflict_of("open", "This visitor has an open conversation").naming(open)
}

/// A conversation that an agent begins now and holds.
fn held_from_the_start(
    by: &Participant,
    id: Id,
    visitor: Id,
    start_key: Option<String>,
) -> Result<Conversation> {
    let begun = Conversation::begin(visitor, start_key)?;
    let started = Happened { agent: Some(by.id), ..Happened::by(Happening::Started, by) };
    Ok(Conversation {
        id,
        status: Status::Active,
        assigned_agent: Some(by.id),
        events: vec![Happened { at: begun.created_at, ..started }],
        ..begun
    })
}

/// The conversation that this agent has started under this key.
async fn started_before(
    app: &App,
    by: &Participant,
    visitor: Id,
    key: Option<&str>,
    start_key: Option<&str>,
) -> Result<Option<ConversationCreated>> {
    let Some(start_key) = start_key else { return Ok(None) };
    let found = Conversation::started_with(&app.db, visitor, start_key).await?;
    let Some(Conversation { id, .. }) = found else { return Ok(None) };
    let look = Conversation::look(&app.db, by, id, key, None).await?;
    let Some(Look { conversation, sent, .. }) = look else { return Ok(None) };
    let message = match sent {
        Some(message) => Some(Box::new(stored_view(app, &conversation, message, by).await?)),
        // What was said in it has been erased.
        None => None,
    };
    let view = ConversationView::load(&app.db, conversation).await?;
    Ok(Some(ConversationCreated { conversation: Box::new(view), message }))
}

fn started(
    conversation: &Conversation,
    by: &Participant,
    view: ConversationView,
    message: Message,
) -> Outcome<ConversationCreated> {
    let shown = MessageView::new(message.clone(), by.clone().into(), DeliveryState::default());
    let created = ConversationCreated {
        conversation: Box::new(view.clone()),
        message: Some(Box::new(shown.clone())),
    };
    let events = vec![
        OutboundEvent::conversation_new(view.clone()),
        OutboundEvent::conversation_created(conversation, view, shown),
    ];
    Outcome::new(created, Outbound { events, accepted: Some(message) })
}
