//! What is known of a person: handing it out, and erasing it.

use futures::future::try_join_all;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::Instant;

use super::caller::Admin;
use super::history::{self, Deed};
use super::visitors::{log, unknown};
use super::{messages, outbox};
use crate::documents::audit::Action;
use crate::documents::conversation::{Conversation, Erasing, Happened, Happening};
use crate::documents::kept_ban::KeptBan;
use crate::documents::message::Message;
use crate::documents::visitor::Visitor;
use crate::push::{Audience, Closing, OutboundEvent};
use crate::views::{ConversationEventView, ConversationView, MessageView, VisitorView};
use crate::{App, Error, Id, Result, Time, json};

/// The messages of one conversation that are read at once.
const STEP: i64 = 50;
/// The most conversations of one part of an export.
const MOST_CONVERSATIONS: usize = 50;
/// The bytes after which a part of an export ends; one more step stays under Lambda's 6 MB.
const ENOUGH_BYTES: usize = 2 * 1024 * 1024;

/// A part of all that is stored of a visitor.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    visitor: VisitorView,
    conversations: Vec<ExportedConversation>,
    /// Where the next part begins, if there is one.
    next_cursor: Option<String>,
    exported_at: Time,
}

/// A conversation, or a part of it.
#[derive(Debug, Serialize, JsonSchema)]
struct ExportedConversation {
    conversation: ConversationView,
    /// The oldest first.
    messages: Vec<MessageView>,
    /// What has happened to it, in the part with its beginning.
    events: Vec<ConversationEventView>,
}

/// Where a part of an export begins: in a conversation, after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    conversation: Id,
    after: i64,
}

impl Place {
    /// Reads what a caller was given.
    /// Errors: validation failed for what is none of ours.
    pub fn read(cursor: &str) -> Result<Self> {
        let place = cursor.split_once('.').and_then(|(conversation, after)| {
            let after = after.parse().ok().filter(|after| *after >= 0)?;
            Some(Self { conversation: conversation.parse().ok()?, after })
        });
        place.ok_or_else(|| Error::invalid_field("cursor", "Is not one of ours"))
    }

    fn text(self) -> String {
        format!("{}.{}", self.conversation, self.after)
    }
}

/// All that is stored of a visitor, in parts: itself, its conversations in the order of their ids and
/// their messages. It is noted in the security log.
pub async fn export(
    app: &App,
    by: &Admin,
    visitor: Id,
    from: Option<Place>,
    address: Option<String>,
) -> Result<Export> {
    let found = Visitor::find(&app.db, visitor).await?.ok_or_else(unknown)?;
    let begins = from.map(|place| place.conversation);
    let most = i64::try_from(MOST_CONVERSATIONS).unwrap_or(i64::MAX);
    let them = Conversation::of_visitor(&app.db, visitor, begins, most + 1).await?;
    let mut export = Export {
        visitor: found.into(),
        conversations: Vec::new(),
        next_cursor: None,
        exported_at: Time::now(),
    };
    let mut bytes = 0;
    for conversation in them {
        let id = conversation.id;
        let after = from.filter(|place| place.conversation == id).map_or(0, |place| place.after);
        if bytes >= ENOUGH_BYTES || export.conversations.len() == MOST_CONVERSATIONS {
            export.next_cursor = Some(Place { conversation: id, after }.text());
            break;
        }
        let (part, rest) = export_conversation(app, conversation, after, &mut bytes).await?;
        export.conversations.push(part);
        if rest.is_some() {
            export.next_cursor = rest.map(Place::text);
            break;
        }
    }
    log(app, Action::VisitorExported, by, visitor, address).await?;
    Ok(export)
}

/// A conversation from a message on, and where the rest begins if it is too large for one part.
async fn export_conversation(
    app: &App,
    conversation: Conversation,
    mut after: i64,
    bytes: &mut usize,
) -> Result<(ExportedConversation, Option<Place>)> {
    let id = conversation.id;
    let conversation = ConversationView::load(&app.db, conversation).await?;
    let events = if after == 0 { history::load(app, id).await?.events } else { Vec::new() };
    let mut part = ExportedConversation { conversation, messages: Vec::new(), events };
    *bytes += json::bytes(&part)?;
    loop {
        let (some, last) = messages::after(app, id, after, STEP).await?;
        *bytes += json::bytes(&some)?;
        after = some.last().map_or(last, |message| message.seq);
        part.messages.extend(some);
        if after >= last {
            return Ok((part, None));
        }
        if *bytes >= ENOUGH_BYTES {
            return Ok((part, Some(Place { conversation: id, after })));
        }
    }
}

/// Erases everything personal about a visitor and what was said with it. What figures are made of stays:
/// that there were a conversation and messages, when, and how it was rated. Called again after a failure
/// it goes on.
pub async fn erase(app: &App, by: &Admin, visitor: Id, address: Option<String>) -> Result<()> {
    let found = Visitor::find(&app.db, visitor).await?.ok_or_else(unknown)?;
    // Before it is done: afterwards there is nobody left to do it to again.
    log(app, Action::VisitorErased, by, visitor, address).await?;
    // To be erased is no way back in.
    KeptBan::keep(&app.db, &found).await?;
    // First what lets it in, so that nothing new is said while the old is erased.
    let before = Visitor::erase(&app.db, visitor).await?.ok_or_else(unknown)?;
    app.push.close_person(visitor, &before.connections, Closing::Erased).await?;
    let mut events = Vec::new();
    if !before.connections.is_empty() {
        events.push(OutboundEvent::visitor_offline(visitor));
    }
    events.extend(erase_conversations(app, by, visitor).await?);
    if let Some(after) = Visitor::find(&app.db, visitor).await? {
        events.push(OutboundEvent::visitor_updated(after));
    }
    Visitor::remove(&app.db, visitor).await?;
    // What an agent began with it while it was still there.
    events.extend(erase_conversations(app, by, visitor).await?);
    app.push.dispatch_behind(events);
    Ok(())
}

/// Erases what was said in all conversations of a visitor; what is to be told of it.
async fn erase_conversations(app: &App, by: &Admin, visitor: Id) -> Result<Vec<OutboundEvent>> {
    let mut events = Vec::new();
    loop {
        let them = Conversation::to_erase(&app.db, visitor, STEP).await?;
        if them.is_empty() {
            break;
        }
        let erasing = them.into_iter().map(|id| async move {
            let deed = Deed::of(Happening::Erased, by.participant());
            let erased = erase_conversation(app, id, Erasing::Ends, &deed.event).await?;
            Ok::<_, Error>(erased.map(|erased| (erased, deed)))
        });
        for (conversation, deed) in try_join_all(erasing).await?.into_iter().flatten() {
            let audience = Audience::of(&conversation);
            let view = ConversationView::load(&app.db, conversation).await?;
            events.extend(OutboundEvent::conversation_updated(&audience, &view));
            events.push(deed.outbound(&view));
        }
    }
    Ok(events)
}

/// Erases what was said in conversations that ended long enough ago, until there is no more or no time.
pub async fn erase_old(app: &App, until: Instant) -> Result<()> {
    let Some(retention) = app.config.retention else { return Ok(()) };
    let millis = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
    let since = Time::from_millis(Time::now().millis().saturating_sub(millis));
    for id in Conversation::ended_before(&app.db, since).await? {
        if Instant::now() >= until {
            break;
        }
        let event = Happened::by_itself(Happening::Erased);
        erase_conversation(app, id, Erasing::EndedBefore(since), &event).await?;
    }
    Ok(())
}

/// Erases what was said in a conversation. What is in its outbox is stored erased, so that whoever has
/// it in hand stores it no more.
pub(super) async fn erase_conversation(
    app: &App,
    id: Id,
    which: Erasing,
    event: &Happened,
) -> Result<Option<Conversation>> {
    let erased = Conversation::erase(&app.db, id, which, event).await?;
    let Some(erased) = erased else { return Ok(None) };
    outbox::store(app, &erased).await?;
    Message::erase(&app.db, id, erased.seq).await?;
    Conversation::erased(&app.db, id, erased.version).await?;
    Ok(Some(erased))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_given() {
        let place = Place { conversation: Id::sequential(), after: 7 };
        assert_eq!(Place::read(&place.text()).unwrap(), place);
        for text in ["", "x.1", "65a1b2c3d4e5f6a7b8c9d0e1", "65a1b2c3d4e5f6a7b8c9d0e1.-1"] {
            assert!(Place::read(text).is_err(), "{text}");
        }
    }
}
