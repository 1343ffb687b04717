//! The outbox: no message that was acknowledged is lost, doubled or out of order.
//!
//! A message is *accepted* by one write of its conversation's document, acknowledged by a majority: an
//! update gives it the next number, checks that the conversation takes messages and that its name is
//! new, and puts it into the conversation's outbox; a conversation that begins is inserted with it. Then its sender is answered. Behind the answer the
//! message is *stored* among the messages, *pushed* to whom it concerns, and *dropped* from the outbox.
//! Readers store what is in an outbox before they read. What a function left behind that ended in the
//! middle, the next one *takes over*.
//!
//! Every step may be done twice: a stored message stays as it is, and a pushed one is known by its
//! number.

use std::time::Duration;

use futures::future::join;
use tokio::time::{Instant, timeout_at};

use crate::documents::conversation::{Conversation, Guard, Happened};
use crate::documents::day_counts;
use crate::documents::message::Message;
use crate::documents::participant::Side;
use crate::push::{Audience, OutboundEvent};
use crate::views::{ConversationView, MessageView};
use crate::{App, Error, Id, Result, Time, deadline};

use super::history::Deed;

/// How long a message has to leave its outbox once there is no more time to push.
const TIME_TO_DROP: Duration = Duration::from_secs(1);
/// So many messages of different outboxes are stored at once.
const MOST_STORED_AT_ONCE: usize = 500;

/// What is to be dispatched once the caller has its answer.
#[derive(Debug, Default)]
#[must_use]
#[allow(missing_docs, reason = "the names say it")]
pub struct Outbound {
    pub events: Vec<OutboundEvent>,
    /// The message that leaves its outbox with them.
    pub accepted: Option<Message>,
}

impl Outbound {
    /// Leaves a connection out of what the `ack` of its own frame says.
    pub fn spare(&mut self, connection: &str) {
        for OutboundEvent { audience, event } in &mut self.events {
            if event.is_acked() {
                *audience = audience.clone().besides(connection);
            }
        }
    }
}

impl From<Vec<OutboundEvent>> for Outbound {
    fn from(events: Vec<OutboundEvent>) -> Self {
        Self { events, accepted: None }
    }
}

/// What came of a use case.
#[derive(Debug)]
#[must_use]
#[allow(missing_docs, reason = "the names say it")]
pub struct Outcome<T> {
    pub value: T,
    pub outbound: Outbound,
}

impl<T> Outcome<T> {
    /// A value, and the events that follow from it.
    pub fn new(value: T, events: impl Into<Outbound>) -> Self {
        Self { value, outbound: events.into() }
    }

    /// Nothing that concerns others.
    pub fn quiet(value: T) -> Self {
        Self::new(value, Vec::new())
    }

    /// The value, to be answered with at once: what is outbound is dispatched behind the answer.
    pub fn dispatched_behind(self, app: &App) -> T {
        let Self { value, outbound } = self;
        let (working, until) = (app.clone(), deadline::end_of_background());
        app.background.spawn(async move { dispatch(&working, outbound, until).await });
        value
    }
}

/// Begins a conversation, whose first message, if there is one, is accepted by the same write. The
/// conversation, or `None` if its visitor started one with its key before.
pub async fn begin(
    app: &App,
    mut conversation: Conversation,
    first: Option<&Message>,
) -> Result<Option<Conversation>> {
    if let Some(message) = first {
        conversation.open_with(message);
    }
    let is_new = conversation.insert(&app.db).await?;
    note_late(app, conversation.created_at).await;
    Ok(is_new.then_some(conversation))
}

/// A message, wherever it is by now: it may move from the outbox while one looks.
pub async fn find(app: &App, id: Id) -> Result<Option<Message>> {
    if let Some(message) = Message::find(&app.db, id).await? {
        return Ok(Some(message));
    }
    if let Some(message) = Conversation::outgoing(&app.db, id).await? {
        return Ok(Some(message));
    }
    Ok(Message::find(&app.db, id).await?)
}

/// Accepts a message; see [`Conversation::accept`]. Those who follow it go on.
pub async fn accept(
    app: &App,
    message: Message,
    guard: Guard<'_>,
) -> Result<Option<(Conversation, Message)>> {
    let accepted = Conversation::accept(&app.db, message, guard).await?;
    if let Some((_, Message { conversation, sender_id, client_message_id: Some(name), .. })) = &accepted
    {
        app.forerunners.accepted(*conversation, *sender_id, name);
    }
    if let Some((_, message)) = &accepted {
        note_late(app, message.created_at).await;
    }
    Ok(accepted)
}

/// What is accepted late changes counts of the past. Failing that, it must go out all the same.
async fn note_late(app: &App, began: Time) {
    if let Err(error) = day_counts::note_late(&app.db, began).await {
        Error::from(error).log();
    }
}

/// Stores the accepted message and pushes the events side by side until `until`, and drops the message
/// from its outbox then. A failure leaves it there, where the next one finds it.
pub async fn dispatch(app: &App, outbound: Outbound, until: Instant) {
    let Outbound { events, accepted: Some(message) } = outbound else {
        return app.push.dispatch(outbound.events, until).await;
    };
    // Whoever waits for a write that hangs gives up, and so holds up nobody else.
    let storing = within(until, app.storing.write(message.clone()));
    let (stored, pushed) = join(storing, app.push.try_dispatch(&events, until)).await;
    let dropped = match (stored, pushed) {
        (Ok(()), Ok(())) => within(until + TIME_TO_DROP, app.dropping.write(message)).await,
        (stored, pushed) => {
            if let Err(error) = pushed {
                error.log();
            }
            stored
        }
    };
    if let Err(error) = dropped {
        Error::from(error).log();
    }
}

async fn within(
    until: Instant,
    writing: impl Future<Output = mongodb::error::Result<()>>,
) -> mongodb::error::Result<()> {
    let late = |_| Err(mongodb::error::Error::custom("there was no time to write it"));
    timeout_at(until, writing).await.unwrap_or_else(late)
}

/// Stores what a conversation has accepted, so that it can be read.
pub async fn store(app: &App, conversation: &Conversation) -> Result<()> {
    let accepted: Vec<Message> = conversation.accepted().cloned().collect();
    Ok(Message::store(&app.db, &accepted).await?)
}

/// Stores what all conversations have accepted, so that it can be counted.
pub async fn flush(app: &App) -> mongodb::error::Result<()> {
    let accepted = Conversation::all_accepted(&app.db).await?;
    for some in accepted.chunks(MOST_STORED_AT_ONCE) {
        Message::store(&app.db, some).await?;
    }
    Ok(())
}

/// Takes over what others left behind in the outboxes, until there is no more or no time.
pub async fn take_over(app: &App, until: Instant) -> Result<()> {
    for mut conversation in Conversation::with_due(&app.db).await? {
        for outgoing in std::mem::take(&mut conversation.outbox) {
            if Instant::now() >= until {
                return Ok(());
            }
            if !Conversation::take_over(&app.db, &outgoing).await? {
                continue;
            }
            match outbound_of(app, conversation.clone(), outgoing.message).await {
                Ok(outbound) => dispatch(app, outbound, until).await,
                Err(error) => error.log(),
            }
        }
    }
    Ok(())
}

/// What the sender of a message would have dispatched: the message, and that its conversation began or
/// was reopened.
async fn outbound_of(app: &App, conversation: Conversation, message: Message) -> Result<Outbound> {
    Message::store(&app.db, std::slice::from_ref(&message)).await?;
    let numbers = message.seq..=message.seq;
    let mut views = MessageView::load(&app.db, &conversation, &numbers).await?;
    let view = views.pop().ok_or_else(super::messages::unknown)?;
    let mut events = vec![OutboundEvent::message_new(&conversation, view.clone())];
    let audience = Audience::of(&conversation);
    let is_outreach = message.seq == 1 && message.sender == Side::Agent;
    let began = is_outreach.then(|| (conversation.clone(), view));
    let reopened = Happened::reopened_by(&message);
    let has_reopened = conversation.has_noted(reopened.id);
    let view = ConversationView::load(&app.db, conversation).await?;
    if has_reopened {
        events.push(Deed::told_by(reopened).outbound(&view));
    }
    if let Some((conversation, message)) = began {
        events.push(OutboundEvent::conversation_created(&conversation, view.clone(), message));
    }
    if message.seq == 1 {
        events.push(OutboundEvent::conversation_new(view));
    } else {
        events.extend(OutboundEvent::conversation_updated(&audience, &view));
    }
    Ok(Outbound { events, accepted: Some(message) })
}
