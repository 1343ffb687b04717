//! What is known of a person: handing it out, and forgetting it.

use futures::future::try_join_all;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::Instant;

use super::messages;
use super::presence::{hang_up, visitor_updated};
use crate::documents::connection::Audience;
use crate::documents::conversation::{Conversation, Forgetting};
use crate::documents::message::Message;
use crate::documents::visitor::Visitor;
use crate::events::Event;
use crate::news::{self, News, tell};
use crate::views::{ConversationView, MessageView, VisitorView};
use crate::{App, Error, Id, Result, Time};

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
}

/// Where a part of an export begins: in a conversation, after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    conversation: Id,
    after: i64,
}

impl Place {
    /// Reads what a caller was given.
    ///
    /// # Errors
    /// Validation failed for what is none of ours.
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
/// their messages.
///
/// # Errors
/// Not found for an unknown one.
pub async fn export(app: &App, visitor: Id, from: Option<Place>) -> Result<Export> {
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
        let mut after = from.filter(|place| place.conversation == id).map_or(0, |place| place.after);
        if bytes >= ENOUGH_BYTES || export.conversations.len() == MOST_CONVERSATIONS {
            export.next_cursor = Some(Place { conversation: id, after }.text());
            return Ok(export);
        }
        let mut part = ExportedConversation {
            conversation: ConversationView::load(&app.db, conversation).await?,
            messages: Vec::new(),
        };
        loop {
            let (some, last) = messages::after(app, id, after, STEP).await?;
            bytes += serde_json::to_vec(&some).map_err(Error::internal)?.len();
            after = some.last().map_or(last, |message| message.seq);
            part.messages.extend(some);
            if after >= last {
                break;
            }
            if bytes >= ENOUGH_BYTES {
                export.conversations.push(part);
                export.next_cursor = Some(Place { conversation: id, after }.text());
                return Ok(export);
            }
        }
        bytes += serde_json::to_vec(&part.conversation).map_err(Error::internal)?.len();
        export.conversations.push(part);
    }
    Ok(export)
}

/// Erases everything personal about a visitor and what was said with it. What figures are made of stays:
/// that there were a conversation and messages, when, and how it was rated. Called again after a failure it
/// goes on.
///
/// # Errors
/// Not found for an unknown one.
pub async fn erase(app: &App, visitor: Id) -> Result<()> {
    // First what lets it in, so that nothing new is said while the old is forgotten.
    let before = Visitor::erase(&app.db, visitor).await?.ok_or_else(unknown)?;
    hang_up(app, visitor, &before.connections).await?;
    let mut news = Vec::new();
    if !before.connections.is_empty() {
        let event = Event::VisitorOffline { visitor_id: visitor };
        news.push(News::new(Audience::agents(), event));
    }
    loop {
        let them = Conversation::to_forget(&app.db, visitor, STEP).await?;
        if them.is_empty() {
            break;
        }
        let forgetting = them.into_iter().map(|id| forget(app, id, Forgetting::Ends));
        for conversation in try_join_all(forgetting).await?.into_iter().flatten() {
            let audience = Audience::of(&conversation);
            let view = ConversationView::load(&app.db, conversation).await?;
            news.extend(News::conversation_updated(audience, &view));
        }
    }
    if let Some(after) = Visitor::find(&app.db, visitor).await? {
        news.push(visitor_updated(after));
    }
    Visitor::remove(&app.db, visitor).await?;
    tell(app, news, news::soon()).await;
    Ok(())
}

/// Forgets what was said in conversations that ended long enough ago, until there is no more or no time.
///
/// # Errors
/// When the database cannot answer.
pub async fn forget_old(app: &App, until: Instant) -> Result<()> {
    let Some(retention) = app.config.retention else { return Ok(()) };
    let millis = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
    let since = Time::from_millis(Time::now().millis().saturating_sub(millis));
    for id in Conversation::ended_before(&app.db, since).await? {
        if Instant::now() >= until {
            break;
        }
        forget(app, id, Forgetting::EndedBefore(since)).await?;
    }
    Ok(())
}

/// Forgets what was said in a conversation. What is in its outbox is stored forgotten, so that whoever
/// has it in hand stores it no more.
async fn forget(app: &App, id: Id, which: Forgetting) -> Result<Option<Conversation>> {
    let Some(forgotten) = Conversation::forget(&app.db, id, which).await? else { return Ok(None) };
    Message::store(&app.db, forgotten.accepted()).await?;
    Message::forget(&app.db, id, forgotten.seq).await?;
    Conversation::forgotten(&app.db, id, forgotten.seq).await?;
    Ok(Some(forgotten))
}

fn unknown() -> Error {
    Error::not_found("Visitor")
}
