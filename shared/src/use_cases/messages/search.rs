//! Looking for what was said.

use std::collections::{BTreeSet, HashMap};

use futures::future::try_join;
use schemars::JsonSchema;
use serde::Serialize;

use crate::db::{Page, Paging, first_words};
use crate::documents::conversation::{Conversation, WhoseIs};
use crate::documents::message::Message;
use crate::documents::participant::Side;
use crate::documents::user::Author;
use crate::documents::visitor::{Visitor, VisitorBrief};
use crate::use_cases::caller::Agent;
use crate::use_cases::outbox;
use crate::views::FoundMessageView;
use crate::{App, Id, Result};

/// A page of what was found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundMessages {
    /// The newest first.
    pub messages: Vec<FoundMessageView>,
    /// Where the next page begins, if there is one.
    pub next_cursor: Option<String>,
    /// Whether the search has looked at everything; false past 10,000 entries.
    pub is_complete: bool,
}

/// The messages in which each word of `q` begins one, the newest first; all that have been accepted are looked at. A
/// text without a word finds none.
pub async fn search(app: &App, _: &Agent, q: &str, paging: &Paging) -> Result<FoundMessages> {
    let words = first_words(q);
    if !words.is_empty() {
        outbox::flush(app).await?;
    }
    let found = Message::found(&app.db, words, paging).await?;
    let Some(Page { entries, next_cursor, is_complete, .. }) = found else {
        return Ok(FoundMessages { messages: Vec::new(), next_cursor: None, is_complete: true });
    };
    let conversations: BTreeSet<Id> = entries.iter().map(|message| message.conversation).collect();
    let conversations: Vec<WhoseIs> = app.db.parts::<Conversation, _>(conversations).await?;
    let owners: HashMap<Id, Id> =
        conversations.into_iter().map(|whose| (whose.id, whose.visitor)).collect();
    let agents = entries.iter().filter(|message| message.sender == Side::Agent);
    let agents: BTreeSet<Id> = agents.map(|message| message.sender_id).collect();
    let visitors: BTreeSet<Id> = owners.values().copied().collect();
    let (agents, visitors) =
        try_join(Author::by_id(&app.db, agents), app.db.parts::<Visitor, VisitorBrief>(visitors))
            .await?;
    let visitors: HashMap<Id, VisitorBrief> =
        visitors.into_iter().map(|visitor| (visitor.id, visitor)).collect();
    // That of a conversation which is not there any more is not shown.
    let messages = entries.into_iter().filter_map(|message| {
        let owner = owners.get(&message.conversation)?;
        Some(FoundMessageView::new(message, *owner, visitors.get(owner), &agents))
    });
    let messages = messages.collect();
    Ok(FoundMessages { messages, next_cursor, is_complete: is_complete.unwrap_or(true) })
}
