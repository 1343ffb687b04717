//! Marking messages as delivered and read.

use schemars::JsonSchema;
use serde::Serialize;

use super::history::readable;
use super::unknown;
use crate::documents::conversation::{Conversation, Marker, Reached};
use crate::documents::message::Message;
use crate::documents::participant::{Participant, Side};
use crate::documents::read_history::Move;
use crate::error::Code;
use crate::push::{Audience, Event, OutboundEvent};
use crate::use_cases::caller;
use crate::use_cases::outbox::{self, Outcome};
use crate::views::MessageView;
use crate::{App, Id, Result, Time};

/// Up to where a marker is to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpTo {
    /// The message with this number.
    Seq(i64),
    /// This message.
    Message(Id),
}

/// Where a marker is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Marked {
    /// In which conversation.
    pub conversation_id: Id,
    /// The last message that it covers, if it covers any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Id>,
    /// That message's number, 0 for none.
    pub up_to: i64,
    /// When it came there.
    pub at: Option<Time>,
    /// How many messages it came to cover by this call.
    #[serde(skip)]
    pub newly: i64,
}

/// Moves one of the markers of a participant's side over the messages of the other side. It never moves
/// back: what it covers already changes nothing, and nothing is pushed.
pub async fn mark(
    app: &App,
    by: &Participant,
    id: Id,
    marker: Marker,
    up_to: UpTo,
) -> Result<Outcome<Marked>> {
    let other = by.side.other();
    let conversation = readable(app, by, id).await?;
    let seq = match up_to {
        UpTo::Seq(seq) => seq,
        UpTo::Message(message) => number_of(app, id, message).await?,
    };
    let Some(covered) = Message::last_of(&app.db, id, other, seq).await? else {
        return Ok(Outcome::quiet(where_it_is(&conversation, by.side, marker)));
    };
    let at = Time::now();
    let reached = Reached { seq: covered.seq, nth: covered.nth, at: Some(at) };
    match Conversation::advance(&app.db, id, by.side, marker, reached).await? {
        Some(before) => {
            // The marker has moved: without its history the conversation's own marker tells the time.
            if let Err(error) = Move::store(&app.db, id, by.side, marker, covered.seq, at).await {
                tracing::warn!(%error, "a move of a marker was not stored");
            }
            Ok(moved(&before, by.side, marker, &covered, at))
        }
        None => {
            let now = caller::conversation(app, by, id).await?;
            Ok(Outcome::quiet(where_it_is(&now, by.side, marker)))
        }
    }
}

async fn number_of(app: &App, conversation: Id, message: Id) -> Result<i64> {
    let message = Message::find(&app.db, message).await?;
    let message = message.filter(|message| message.conversation == conversation);
    message.map(|message| message.seq).ok_or_else(unknown)
}

fn moved(
    before: &Conversation,
    side: Side,
    marker: Marker,
    covered: &Message,
    at: Time,
) -> Outcome<Marked> {
    let (conversation_id, up_to) = (before.id, covered.seq);
    let newly = covered.nth - before.marks.of(side).at(marker).nth;
    let is_agents_reading = (side, marker) == (Side::Agent, Marker::Read);
    let unread_count = before.unread_count() - if is_agents_reading { newly } else { 0 };
    let everybody = Audience::of(before);
    let event = match marker {
        Marker::Delivered => OutboundEvent::new(
            everybody.only(side.other()),
            Event::MessageDelivered {
                conversation_id,
                up_to,
                delivered_at: at,
                sender: side,
                unread_count,
            },
        ),
        Marker::Read => OutboundEvent::new(
            everybody,
            Event::MessageRead {
                conversation_id,
                message_id: covered.id,
                up_to,
                read_at: at,
                sender: side,
                unread_count,
            },
        ),
    };
    let message_id = Some(covered.id);
    let value = Marked { conversation_id, message_id, up_to, at: Some(at), newly };
    Outcome::new(value, vec![event])
}

fn where_it_is(conversation: &Conversation, side: Side, marker: Marker) -> Marked {
    let reached = conversation.marks.of(side).at(marker);
    Marked {
        conversation_id: conversation.id,
        message_id: None,
        up_to: reached.seq,
        at: reached.at,
        newly: 0,
    }
}

/// Marks the messages up to one as read; the message as it is then.
pub async fn mark_read(app: &App, by: &Participant, id: Id) -> Result<Outcome<MessageView>> {
    let message = outbox::find(app, id).await?.ok_or_else(unknown)?;
    let conversation = message.conversation;
    let outcome = mark(app, by, conversation, Marker::Read, UpTo::Seq(message.seq)).await;
    let outbound = match outcome {
        Ok(outcome) => outcome.outbound,
        Err(error) if error.code() == Code::NotFound => {
            return Err(unknown());
        }
        Err(error) => return Err(error),
    };
    let conversation = readable(app, by, conversation).await?;
    let numbers = message.seq..=message.seq;
    let mut messages = MessageView::load(&app.db, &conversation, &numbers).await?;
    let value = messages.pop().ok_or_else(unknown)?;
    Ok(Outcome { value, outbound })
}
