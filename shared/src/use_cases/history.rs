//! What has happened to conversations: for agents, those who look and those who are there.

use std::collections::BTreeSet;

use futures::future::try_join;
use schemars::JsonSchema;
use serde::Serialize;

use super::caller::{Agent, unknown_conversation};
use crate::documents::conversation::{Conversation, Happened, Happening};
use crate::documents::participant::Participant;
use crate::documents::user::Author;
use crate::documents::visitor::Visitor;
use crate::push::OutboundEvent;
use crate::views::{ConversationEventView, ConversationView};
use crate::{App, Id, Result};

/// What has happened to a conversation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConversationEvents {
    /// The oldest first.
    pub events: Vec<ConversationEventView>,
}

/// What has happened to a conversation, with the present names: two round trips.
pub async fn events(app: &App, _: &Agent, id: Id) -> Result<ConversationEvents> {
    load(app, id).await
}

/// What has happened to a conversation, whoever asks.
pub(super) async fn load(app: &App, id: Id) -> Result<ConversationEvents> {
    let history = Conversation::history(&app.db, id).await?.ok_or_else(unknown_conversation)?;
    let visitor = history.visitor;
    let agents: BTreeSet<Id> =
        history.events.iter().flat_map(|event| [event.by, event.agent]).flatten().collect();
    let (agents, visitors) =
        try_join(Author::by_id(&app.db, agents), Visitor::brief(&app.db, visitor)).await?;
    let name_of = |id: Id| match agents.get(&id) {
        Some(agent) => Some(agent.name.clone()),
        None if id == visitor => visitors.as_ref().and_then(|visitor| visitor.name.clone()),
        None => None,
    };
    let view = |event| ConversationEventView::new(event, visitor, name_of);
    Ok(ConversationEvents { events: history.events.into_iter().map(view).collect() })
}

/// Something that is done to a conversation, and who does it.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub event: Happened,
    by: Option<Participant>,
}

impl Deed {
    /// Something that somebody does.
    pub fn of(kind: Happening, by: Participant) -> Self {
        Self { event: Happened::by(kind, &by), by: Some(by) }
    }

    /// Something that an agent does by which an agent gets the conversation.
    pub fn giving(kind: Happening, by: Participant, to: Id, note: Option<String>) -> Self {
        let deed = Self::of(kind, by);
        Self { event: Happened { agent: Some(to), note, ..deed.event }, ..deed }
    }

    /// As an event that says all of it.
    pub fn told_by(event: Happened) -> Self {
        Self { event, by: None }
    }

    /// That it has been done to this conversation, for the agents who are in it.
    pub fn outbound(self, view: &ConversationView) -> OutboundEvent {
        let mut names = vec![(view.visitor.id, view.visitor.name.clone())];
        names.extend(view.assigned_agent.as_ref().map(|agent| (agent.id, Some(agent.name.clone()))));
        names.extend(self.by.map(|by| (by.id, by.name)));
        let name_of = |id: Id| {
            let known = names.iter().find(|(known, _)| *known == id);
            known.and_then(|(_, name)| name.clone())
        };
        let event = ConversationEventView::new(self.event, view.visitor.id, name_of);
        OutboundEvent::conversation_event(view.id, event)
    }
}
