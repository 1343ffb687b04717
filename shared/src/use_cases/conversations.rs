//! Conversations: listing, starting, handing over and ending them.

use super::caller::{Agent, banned, conversation, unknown_conversation};
use super::history::Deed;
use super::messages::{Draft, stored_view};
use super::outbox::{self, Outbound, Outcome};
use crate::auth::tokens::invalid_token;
use crate::db::{Page, Paging};
use crate::documents::conversation::{
    Action, Changes, Conversation, Filter, Happened, Happening, HeldBy, Look, Status,
};
use crate::documents::message::Message;
use crate::documents::participant::{Participant, Side};
use crate::documents::read_history::DeliveryState;
use crate::documents::user::User;
use crate::documents::visitor::Visitor;
use crate::push::{Audience, ConversationCreated, Event, OutboundEvent, Typing};
use crate::views::{ConversationView, MessageView, VisitorView};
use crate::{App, Error, Id, Result, Time};

/// A page of the conversations that `by` may see, the latest message first.
pub async fn list(
    app: &App,
    by: &Participant,
    filter: &Filter,
    paging: &Paging,
) -> Result<Page<ConversationView>> {
    let page = Conversation::page(&app.db, by, filter, paging).await?;
    Ok(page.map(|row| ConversationView::from(row).seen_by(by.side)))
}

/// A conversation that `by` may see, with its whole visitor.
pub async fn details(app: &App, by: &Participant, id: Id) -> Result<ConversationView<VisitorView>> {
    let found = Conversation::details(&app.db, by, id).await?.ok_or_else(unknown_conversation)?;
    Ok(ConversationView::from(found).seen_by(by.side))
}

/// Starts a conversation over a connection, with a first message if there is one. The visitor's other
/// connections are pushed what this one is answered. The same `key` from the same visitor gives the
/// conversation that it started before; with `unless_open`, so does one that is open, into which nothing is
/// written.
/// Errors: forbidden for agents; unauthorized or banned for a visitor that is not let in any more.
pub async fn start(
    app: &App,
    connection: &str,
    by: &Participant,
    Start { first, key, unless_open }: Start,
) -> Result<Outcome<ConversationCreated>> {
    if by.side != Side::Visitor {
        return Err(Error::forbidden("Only visitors may start a conversation"));
    }
    let mut conversation = Conversation::begin(by.id, key.clone())?;
    if unless_open {
        match open_or_next(app, by.id).await? {
            OpenOrNext::Open(open) => {
                return given_back(app, by, open, key.as_deref()).await.map(Outcome::quiet);
            }
            OpenOrNext::Next(id) => conversation.id = id,
        }
    }
    let id = conversation.id;
    let message = first.map(|content| {
        let draft = Draft { content, client_message_id: key.clone(), ..Draft::to(conversation.id) };
        Message { seq: 1, nth: 1, ..draft.message(by, Time::now()) }
    });
    // Loaded before anything is stored: what is stored must be pushed.
    let visitor = Visitor::find(&app.db, by.id).await?;
    let visitor = visitor.filter(|visitor| visitor.erased_at.is_none()).ok_or_else(invalid_token)?;
    if visitor.is_banned() {
        return Err(banned());
    }
    match (outbox::begin(app, conversation, message.as_ref()).await?, key) {
        (Some(conversation), _) => {
            let view = ConversationView::new(conversation.clone(), Some(visitor.into()), None);
            Ok(started(connection, by, &conversation, view, message))
        }
        (None, key) => started_before(app, by, id, key.as_deref()).await.map(Outcome::quiet),
    }
}

/// How a visitor starts a conversation.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Its first message.
    pub first: Option<String>,
    /// Its own name of the start, and of that message.
    pub key: Option<String>,
    /// Whether one that is open is given back.
    pub unless_open: bool,
}

/// Whether a visitor has a conversation open.
pub(super) enum OpenOrNext {
    /// The conversation that is open.
    Open(Id),
    /// The id of the one to be started, the same for all who start one now.
    Next(Id),
}

/// Of two tabs that start one at once, the second finds the id of the first taken.
pub(super) async fn open_or_next(app: &App, visitor: Id) -> Result<OpenOrNext> {
    let latest = Conversation::latest_of(&app.db, visitor).await?;
    let open = match &latest {
        Some(latest) if latest.status != Status::Closed => Some(latest.id),
        Some(_) => Conversation::open_brief_of(&app.db, visitor).await?.map(|open| open.id),
        None => None,
    };
    if let Some(open) = open {
        return Ok(OpenOrNext::Open(open));
    }
    let before = latest.map(|latest| latest.id.to_string()).unwrap_or_default();
    let text = format!("conversation of {visitor} after {before}");
    Ok(OpenOrNext::Next(Id::derived(&app.config.jwt_secret, &text)))
}

fn started(
    connection: &str,
    by: &Participant,
    conversation: &Conversation,
    view: ConversationView,
    message: Option<Message>,
) -> Outcome<ConversationCreated> {
    let shown = |message| MessageView::new(message, by.clone().into(), DeliveryState::default());
    let created = ConversationCreated {
        conversation: Box::new(view.clone().seen_by(Side::Visitor)),
        message: message.clone().map(|message| Box::new(shown(message))),
    };
    let others = Audience::of(conversation).only(Side::Visitor).besides(connection);
    let events = vec![
        OutboundEvent::conversation_new(view),
        OutboundEvent::new(others, Event::ConversationCreated(created.clone())),
    ];
    Outcome::new(created, Outbound { events, accepted: message })
}

/// The conversation that was started with this key, or else has this id.
async fn started_before(
    app: &App,
    by: &Participant,
    id: Id,
    key: Option<&str>,
) -> Result<ConversationCreated> {
    let started = match key {
        Some(key) => Conversation::started_with(&app.db, by.id, key).await?,
        None => None,
    };
    given_back(app, by, started.map_or(id, |started| started.id), key).await
}

/// A conversation that is there already, with the message that was sent to it under this key.
async fn given_back(
    app: &App,
    by: &Participant,
    id: Id,
    key: Option<&str>,
) -> Result<ConversationCreated> {
    let Look { conversation, sent, .. } = Conversation::look(&app.db, by, id, key, None)
        .await?
        // A majority does not have it yet.
        .ok_or_else(|| Error::unavailable("the conversation that was started is not seen yet"))?;
    let message = match sent {
        Some(message) => Some(Box::new(stored_view(app, &conversation, message, by).await?)),
        None => None,
    };
    let view = ConversationView::load(&app.db, conversation).await?;
    Ok(ConversationCreated { conversation: Box::new(view.seen_by(Side::Visitor)), message })
}

/// Gives a conversation to `to`, or to the agent itself. An agent takes what nobody holds and gives
/// away what is its own; an administrator gives away any.
/// Errors: forbidden to give another's conversation away; conflict when it is closed, or another agent
/// holds what one would take.
pub async fn assign(
    app: &App,
    agent: &Agent,
    id: Id,
    to: Option<Id>,
) -> Result<Outcome<ConversationView>> {
    let me = agent.user.id;
    let from = match to {
        Some(other) if other != me => {
            known_agent(app, other).await?;
            own_or_any(agent)
        }
        _ => HeldBy::NobodyOr(me),
    };
    let to = to.unwrap_or(me);
    let deed = Deed::giving(Happening::Assigned, agent.participant(), to, None);
    match Conversation::assign(&app.db, id, to, from, &deed.event).await? {
        Some(after) => handed_over(app, after, deed).await,
        None => Err(why_not(app, id, Action::Assign, to == me).await?),
    }
}

/// Hands a conversation that somebody holds to `to`, with a note for the agents.
/// Errors: as [`assign`], and conflict when nobody holds it.
pub async fn transfer(
    app: &App,
    agent: &Agent,
    id: Id,
    to: Id,
    note: Option<String>,
) -> Result<Outcome<ConversationView>> {
    known_agent(app, to).await?;
    let deed = Deed::giving(Happening::Transferred, agent.participant(), to, note);
    match Conversation::transfer(&app.db, id, to, own_or_any(agent), &deed.event).await? {
        Some(after) => handed_over(app, after, deed).await,
        None => Err(why_not(app, id, Action::Transfer, false).await?),
    }
}

/// Marks a conversation as settled; one that is already stays as it was.
/// Errors: conflict when it is closed.
pub async fn resolve(app: &App, agent: &Agent, id: Id) -> Result<Outcome<ConversationView>> {
    let deed = Deed::of(Happening::Resolved, agent.participant());
    match Conversation::resolve(&app.db, id, &deed.event).await? {
        Some(after) => changed(app, after, Some(deed)).await,
        None => Err(why_not(app, id, Action::Resolve, false).await?),
    }
}

/// Ends a conversation for good; one that has ended stays as it was.
pub async fn close(app: &App, agent: &Agent, id: Id) -> Result<Outcome<ConversationView>> {
    let deed = Deed::of(Happening::Closed, agent.participant());
    let after = Conversation::close(&app.db, id, &deed.event).await?;
    changed(app, after.ok_or_else(unknown_conversation)?, Some(deed)).await
}

/// Writes an agent's notes, tags and priority.
pub async fn update(
    app: &App,
    _: &Agent,
    id: Id,
    changes: &Changes,
) -> Result<Outcome<ConversationView>> {
    let after = Conversation::update(&app.db, id, changes).await?;
    changed(app, after.ok_or_else(unknown_conversation)?, None).await
}

/// Rates a conversation that has ended; who knows its id may. The last rating stands.
/// Errors: conflict for one that goes on.
pub async fn rate(
    app: &App,
    id: Id,
    rating: i32,
    comment: Option<&str>,
) -> Result<Outcome<ConversationView>> {
    let event = Happened { rating: Some(rating), ..Happened::by_visitor(Happening::Rated) };
    match Conversation::rate(&app.db, id, rating, comment, &event).await? {
        Some(after) => {
            let mut outcome = changed(app, after, Some(Deed::told_by(event))).await?;
            outcome.value = outcome.value.seen_by(Side::Visitor);
            Ok(outcome)
        }
        None if Conversation::find(&app.db, id).await?.is_some() => {
            Err(Error::conflict("Only a resolved or closed conversation can be rated"))
        }
        None => Err(unknown_conversation()),
    }
}

/// Has the others in a conversation see that somebody types, or stopped to. Nothing is stored.
pub async fn typing(app: &App, by: &Participant, id: Id, starts: bool) -> Result<Outcome<()>> {
    let conversation = conversation(app, by, id).await?;
    let typing = Typing { conversation_id: id, user_name: by.name.clone(), sender: by.side };
    let event = if starts { Event::TypingStart(typing) } else { Event::TypingStop(typing) };
    let others = Audience::of(&conversation).except(by.id);
    Ok(Outcome::new((), vec![OutboundEvent::new(others, event)]))
}

/// The conversation as agents see it, that it changed, and what has been done, if it has.
async fn changed(
    app: &App,
    after: Conversation,
    deed: Option<Deed>,
) -> Result<Outcome<ConversationView>> {
    let audience = Audience::of(&after);
    updated(app, after, &audience, deed).await
}

/// As [`changed`], for those, too, whom the conversation concerned before.
async fn handed_over(app: &App, after: Conversation, deed: Deed) -> Result<Outcome<ConversationView>> {
    let audience = Audience::of(&after).and_formerly_of(after.previous_agent);
    updated(app, after, &audience, Some(deed)).await
}

async fn updated(
    app: &App,
    after: Conversation,
    audience: &Audience,
    deed: Option<Deed>,
) -> Result<Outcome<ConversationView>> {
    let deed = deed.filter(|deed| after.has_noted(deed.event.id));
    let view = ConversationView::load(&app.db, after).await?;
    let mut events = Vec::from(OutboundEvent::conversation_updated(audience, &view));
    events.extend(deed.map(|deed| deed.outbound(&view)));
    Ok(Outcome::new(view, events))
}

async fn known_agent(app: &App, id: Id) -> Result<()> {
    let user = User::find(&app.db, id).await?.filter(|user| user.active);
    user.map(drop).ok_or_else(|| Error::not_found("Agent"))
}

/// From whom an agent may give a conversation away.
fn own_or_any(agent: &Agent) -> HeldBy {
    if agent.is_admin() { HeldBy::Anybody } else { HeldBy::Only(agent.user.id) }
}

/// Why an agent could not take a conversation, or hand it on.
async fn why_not(app: &App, id: Id, action: Action, takes: bool) -> Result<Error> {
    let Some(found) = Conversation::find(&app.db, id).await? else {
        return Ok(unknown_conversation());
    };
    Ok(match (found.status, found.assigned_agent) {
        (Status::Closed, _) => super::messages::closed(),
        (_, None) if action == Action::Transfer => Error::conflict("Nobody holds this conversation"),
        _ if takes => Error::conflict("Another agent holds this conversation"),
        _ => Error::forbidden("Only who holds a conversation or an administrator may hand it on"),
    })
}
