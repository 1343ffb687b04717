//! Starting conversations, handing them on and ending them.

use bson::{Document, doc};

use super::caller::{Agent, banned};
use super::messages::{Draft, stored_view};
use crate::db::violates;
use crate::documents::connection::{Audience, Person, Side};
use crate::documents::conversation::{Action, Changes, Conversation, START_INDEX, Status};
use crate::documents::mark::Fate;
use crate::documents::message::Message;
use crate::documents::user::User;
use crate::documents::visitor::Visitor;
use crate::events::{ConversationCreated, Event, Typing};
use crate::news::{News, Outcome};
use crate::tokens::invalid_token;
use crate::views::{ConversationView, MessageView};
use crate::{App, Error, Id, Result, Time};

/// Starts a conversation over a connection, with a first message if there is one. The visitor's other
/// connections are told what this one is answered. The same `key` from the same visitor
/// gives the conversation that it started before.
///
/// # Errors
/// Forbidden for agents; unauthorized or banned for a visitor that is not let in any more.
pub async fn start(
    app: &App,
    connection: &str,
    by: &Person,
    first: Option<String>,
    key: Option<String>,
) -> Result<Outcome<ConversationCreated>> {
    if by.side != Side::Visitor {
        return Err(Error::forbidden("Only visitors may start a conversation"));
    }
    let mut conversation = Conversation::begin(by.id, key.clone())?;
    let message = first.map(|content| {
        let draft = Draft { content, client_message_id: key.clone(), ..Draft::to(conversation.id) };
        let message = Message { seq: 1, nth: 1, ..draft.message(by, Time::now()) };
        conversation.open_with(&message);
        message
    });
    // Loaded before anything is stored: what is stored must be told.
    let visitor = Visitor::find(&app.db, by.id).await?;
    let visitor = visitor.filter(|visitor| visitor.erased_at.is_none()).ok_or_else(invalid_token)?;
    if visitor.is_banned() {
        return Err(banned());
    }
    let view = ConversationView::new(conversation.clone(), Some(visitor.into()), None);
    let inserted = app.db.insert(&conversation).await;
    match (inserted, &key) {
        (Err(error), Some(key)) if violates(&error, START_INDEX) => {
            return started_before(app, by, key).await.map(Outcome::quiet);
        }
        (inserted, _) => inserted.map(drop)?,
    }
    let event = Event::ConversationNew { conversation: Box::new(view.clone()) };
    let mut news = News::new(Audience::agents(), event);
    if let Some(message) = &message {
        news = news.of(message.clone());
    }
    let message =
        message.map(|message| Box::new(MessageView::new(message, by.clone().into(), Fate::default())));
    let others = Audience::of(&conversation).only(Side::Visitor).besides(connection);
    let conversation = Box::new(view.seen_by(Side::Visitor));
    let created = ConversationCreated { conversation, message };
    let told = News::new(others, Event::ConversationCreated(created.clone()));
    Ok(Outcome { value: created, news: vec![news, told] })
}

async fn started_before(app: &App, by: &Person, key: &str) -> Result<ConversationCreated> {
    let conversation = Conversation::started_with(&app.db, by.id, key)
        .await?
        .ok_or_else(|| Error::not_found("Conversation"))?;
    let first = Conversation::with_sent(&app.db, conversation.id, by.visible(), by.id, key).await?;
    let message = match first.as_ref().and_then(|first| first.sent(by.id, key)) {
        Some(message) => Some(Box::new(stored_view(app, &conversation, message.clone(), by).await?)),
        None => None,
    };
    let view = ConversationView::load(&app.db, conversation).await?;
    Ok(ConversationCreated { conversation: Box::new(view.seen_by(Side::Visitor)), message })
}

/// Gives a conversation to `to`, or to the agent itself. An agent takes what nobody holds and hands
/// on what is its own; an administrator hands on any.
///
/// # Errors
/// Not found for an unknown conversation or agent; forbidden to hand on another's conversation;
/// conflict when it is closed, or another agent holds what one would take.
pub async fn assign(
    app: &App,
    agent: &Agent,
    id: Id,
    to: Option<Id>,
) -> Result<Outcome<ConversationView>> {
    let me = agent.user.id;
    let guard = match to {
        Some(other) if other != me => {
            known_agent(app, other).await?;
            own_or_any(agent)
        }
        _ => doc! { "assignedAgent": { "$in": [null, me] } },
    };
    let to = to.unwrap_or(me);
    match Conversation::act(&app.db, id, Action::Assign, guard, hand_over(to)).await? {
        Some(after) => handed_over(app, after).await,
        None => Err(why_not(app, id, Action::Assign, to == me).await?),
    }
}

/// Hands a conversation that somebody holds to `to`.
///
/// # Errors
/// As [`assign`], and conflict when nobody holds it.
pub async fn transfer(app: &App, agent: &Agent, id: Id, to: Id) -> Result<Outcome<ConversationView>> {
    known_agent(app, to).await?;
    let (guard, set) = (own_or_any(agent), hand_over(to));
    match Conversation::act(&app.db, id, Action::Transfer, guard, set).await? {
        Some(after) => handed_over(app, after).await,
        None => Err(why_not(app, id, Action::Transfer, false).await?),
    }
}

/// Marks a conversation as settled; one that is already stays as it was.
///
/// # Errors
/// Not found for an unknown one, conflict when it is closed.
pub async fn resolve(app: &App, id: Id) -> Result<Outcome<ConversationView>> {
    let set = doc! { "resolvedAt": { "$ifNull": ["$resolvedAt", Time::now()] } };
    end(app, id, Action::Resolve, set).await
}

/// Ends a conversation for good; one that has ended stays as it was.
///
/// # Errors
/// Not found for an unknown one.
pub async fn close(app: &App, id: Id) -> Result<Outcome<ConversationView>> {
    let set = doc! { "closedAt": { "$ifNull": ["$closedAt", Time::now()] } };
    end(app, id, Action::Close, set).await
}

async fn end(app: &App, id: Id, action: Action, set: Document) -> Result<Outcome<ConversationView>> {
    match Conversation::act(&app.db, id, action, doc! {}, set).await? {
        Some(after) => changed(app, after).await,
        None if Conversation::find(&app.db, id).await?.is_some() => Err(closed()),
        None => Err(Error::not_found("Conversation")),
    }
}

/// Writes an agent's notes, tags and priority.
///
/// # Errors
/// Not found for an unknown one.
pub async fn update(app: &App, id: Id, changes: &Changes) -> Result<Outcome<ConversationView>> {
    let after = Conversation::update(&app.db, id, changes).await?;
    changed(app, after.ok_or_else(|| Error::not_found("Conversation"))?).await
}

/// Rates a conversation that has ended; who knows its id may. The last rating stands.
///
/// # Errors
/// Not found for an unknown one, conflict for one that goes on.
pub async fn rate(
    app: &App,
    id: Id,
    rating: i32,
    comment: Option<&str>,
) -> Result<Outcome<ConversationView>> {
    match Conversation::rate(&app.db, id, rating, comment).await? {
        Some(after) => {
            let mut outcome = changed(app, after).await?;
            outcome.value = outcome.value.seen_by(Side::Visitor);
            Ok(outcome)
        }
        None if Conversation::find(&app.db, id).await?.is_some() => {
            Err(Error::conflict("Only a resolved or closed conversation can be rated"))
        }
        None => Err(Error::not_found("Conversation")),
    }
}

/// Tells the others in a conversation that somebody types, or stopped to. Nothing is stored.
///
/// # Errors
/// Not found for one that the person may not see.
pub async fn typing(app: &App, by: &Person, id: Id, starts: bool) -> Result<Outcome<()>> {
    let conversation = by.conversation(app, id).await?;
    let typing = Typing { conversation_id: id, user_name: by.name.clone(), sender: by.side };
    let event = if starts { Event::TypingStart(typing) } else { Event::TypingStop(typing) };
    let others = Audience::of(&conversation).except(by.id);
    Ok(Outcome { value: (), news: vec![News::new(others, event)] })
}

/// Gives a conversation to `to`, and keeps who held it.
fn hand_over(to: Id) -> Document {
    doc! { "assignedAgent": to, "previousAgent": "$assignedAgent", "resolvedAt": null }
}

/// The conversation as agents see it, and the news that it changed.
async fn changed(app: &App, after: Conversation) -> Result<Outcome<ConversationView>> {
    let audience = Audience::of(&after);
    tell_change(app, after, audience).await
}

/// As [`changed`], told also to those whom the conversation concerned before.
async fn handed_over(app: &App, after: Conversation) -> Result<Outcome<ConversationView>> {
    let audience = Audience::of(&after).and_formerly_of(after.previous_agent);
    tell_change(app, after, audience).await
}

async fn tell_change(
    app: &App,
    after: Conversation,
    audience: Audience,
) -> Result<Outcome<ConversationView>> {
    let view = ConversationView::load(&app.db, after).await?;
    let news = News::conversation_updated(audience, &view);
    Ok(Outcome { value: view, news })
}

async fn known_agent(app: &App, id: Id) -> Result<()> {
    let user = User::find(&app.db, id).await?.filter(|user| user.active);
    user.map(drop).ok_or_else(|| Error::not_found("Agent"))
}

/// Matches the conversations that an agent may hand on.
fn own_or_any(agent: &Agent) -> Document {
    if agent.is_admin() {
        doc! {}
    } else {
        doc! { "assignedAgent": agent.user.id }
    }
}

/// Why an agent could not take a conversation, or hand it on.
async fn why_not(app: &App, id: Id, action: Action, takes: bool) -> Result<Error> {
    let Some(found) = Conversation::find(&app.db, id).await? else {
        return Ok(Error::not_found("Conversation"));
    };
    Ok(match (found.status, found.assigned_agent) {
        (Status::Closed, _) => closed(),
        (_, None) if action == Action::Transfer => Error::conflict("Nobody holds this conversation"),
        _ if takes => Error::conflict("Another agent holds this conversation"),
        _ => Error::forbidden("Only who holds a conversation or an administrator may hand it on"),
    })
}

fn closed() -> Error {
    Error::conflict("The conversation is closed")
}
