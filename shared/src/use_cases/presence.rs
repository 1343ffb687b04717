//! Connections that prove who they are, and people who come and go.

use futures::future::try_join;

use super::caller::{Caller, person_of};
use crate::documents::connection::{Audience, Connection, Person, Side, Watch};
use crate::documents::conversation::Conversation;
use crate::documents::presence::Presence;
use crate::documents::user::User;
use crate::documents::visitor::{Arrival, PageView, Visitor};
use crate::events::{Event, VisitorConnected};
use crate::news::{News, Outcome};
use crate::tokens::{self, VISITOR_TOKEN_LIFETIME};
use crate::views::{ConversationView, UserView, VisitorView};
use crate::{App, Error, Id, Result, Time};

/// Proves that an agent is behind a connection.
///
/// # Errors
/// Unauthorized for a token that is not good, forbidden for a visitor's, conflict when somebody else
/// is behind the connection.
pub async fn agent_connects(
    app: &App,
    connection: &Connection,
    token: &str,
    watch: Watch,
) -> Result<Outcome<UserView>> {
    let agent = Caller::of_token(app, token).await?.agent()?;
    let arrived = User::arrive(&app.db, agent.user.id, &presence_of(connection)).await?;
    let (user, first) = arrived.ok_or_else(tokens::invalid_token)?;
    let (id, person) = (&connection.id, agent.person());
    let proved = Connection::prove(&app.db, id, &person, Some(&agent.session), watch).await?;
    if proved.is_none() {
        User::leave(&app.db, user.id, &connection.id).await?;
        return Err(taken());
    }
    let mut news = Vec::new();
    if first && connection.person.is_none() {
        news.push(News::new(Audience::agents(), Event::AgentOnline { user_id: user.id }));
    }
    Ok(Outcome { value: user.into(), news })
}

/// Proves that a visitor is behind a connection; one that was never here before is made.
///
/// # Errors
/// Conflict when somebody else is behind the connection.
pub async fn visitor_connects(
    app: &App,
    connection: &Connection,
    arrival: &Arrival,
) -> Result<Outcome<VisitorConnected>> {
    if connection.person.as_ref().is_some_and(|person| person.side == Side::Agent) {
        return Err(taken());
    }
    let (visitor, first) = Visitor::arrive(&app.db, arrival, &presence_of(connection)).await?;
    let person = person_of(&visitor);
    let (proved, open) = try_join(
        Connection::prove(&app.db, &connection.id, &person, None, Watch::Mine),
        Conversation::open_of(&app.db, visitor.id),
    )
    .await?;
    if proved.is_none() {
        Visitor::leave(&app.db, visitor.id, &connection.id).await?;
        return Err(taken());
    }
    let conversation = match open {
        Some(open) => {
            Some(Box::new(ConversationView::load(&app.db, open).await?.seen_by(Side::Visitor)))
        }
        None => None,
    };
    let expires = Time::now().plus(VISITOR_TOKEN_LIFETIME);
    let jti = tokens::new_token_id()?;
    let token = app.tokens.sign(tokens::Audience::Visitor, visitor.id, &jti, expires)?;
    let value = VisitorConnected { visitor_id: visitor.id, token, conversation };
    let mut news = Vec::new();
    if first && connection.person.is_none() {
        let visitor = Box::new(VisitorView::from(visitor));
        news.push(News::new(Audience::agents(), Event::VisitorOnline { visitor }));
    }
    Ok(Outcome { value, news })
}

/// Notes that a visitor looks at a page.
///
/// # Errors
/// Forbidden for agents.
pub async fn visitor_views(app: &App, by: &Person, view: &PageView) -> Result<Outcome<()>> {
    if by.side != Side::Visitor {
        return Err(Error::forbidden("Only visitors look at pages"));
    }
    let visitor = Visitor::view_page(&app.db, by.id, view).await?;
    let visitor = visitor.ok_or_else(|| Error::not_found("Visitor"))?;
    Ok(Outcome { value: (), news: vec![visitor_updated(visitor)] })
}

/// That something about a visitor changed.
pub fn visitor_updated(visitor: Visitor) -> News {
    News::new(Audience::agents(), Event::VisitorUpdated { visitor: Box::new(visitor.into()) })
}

/// Removes a connection that is gone; news if it was the last one of its person. Since nobody waits
/// for the answer, a failure goes to the log.
pub async fn gone(app: &App, connection: &str) -> Vec<News> {
    match leave(app, connection).await {
        Ok(news) => news.into_iter().collect(),
        Err(error) => {
            error.log();
            Vec::new()
        }
    }
}

/// Removes a connection that is gone; news if it was the last one of its person.
///
/// # Errors
/// When the database cannot answer.
pub async fn leave(app: &App, connection: &str) -> Result<Option<News>> {
    let removed = Connection::remove(&app.db, connection).await?;
    let Some(person) = removed.and_then(|removed| removed.person) else { return Ok(None) };
    Ok(farewell(app, &person, connection).await?.map(|event| News::new(Audience::agents(), event)))
}

async fn farewell(app: &App, person: &Person, connection: &str) -> Result<Option<Event>> {
    let id: Id = person.id;
    let (was_last, event) = match person.side {
        Side::Agent => {
            (User::leave(&app.db, id, connection).await?, Event::AgentOffline { user_id: id })
        }
        Side::Visitor => {
            (Visitor::leave(&app.db, id, connection).await?, Event::VisitorOffline { visitor_id: id })
        }
    };
    Ok(was_last.then_some(event))
}

fn presence_of(connection: &Connection) -> Presence {
    Presence { id: connection.id.clone(), expires_at: connection.expires_at }
}

fn taken() -> Error {
    Error::conflict("The connection has ended, or somebody else is behind it")
}
