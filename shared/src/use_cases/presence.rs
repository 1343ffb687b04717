//! Connections that prove who they are, and people who come and go.

use futures::future::{join, try_join};
use tokio::time::Instant;

use super::caller::{Caller, banned, person_of};
use super::messages::{Joined, catch_up};
use crate::documents::connection::{Audience, Connection, Person, Side, Watch};
use crate::documents::conversation::Conversation;
use crate::documents::presence::{Lapsed, Presence};
use crate::documents::user::User;
use crate::documents::visitor::{Arrival, Ban, PageView, Visitor, Who};
use crate::events::{Event, Missed, VisitorConnected};
use crate::news::{News, Outcome, close, count_out, soon, tell};
use crate::tokens::{self, VISITOR_TOKEN_LIFETIME};
use crate::views::{ConversationView, UserView, VisitorView};
use crate::{App, Error, Id, Result, Time};

/// Proves that an agent is behind a connection. Counted in first and noted on the connection then: a
/// connection that ends in between is found missing, and counted out again.
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
    let person = agent.person();
    refuse_another(connection, person.id)?;
    let arrived = User::arrive(&app.db, person.id, &presence_of(connection)).await?;
    let (user, came) = arrived.ok_or_else(tokens::invalid_token)?;
    let (id, session) = (&connection.id, &agent.session);
    match Connection::prove(&app.db, id, &person, Some(session), watch).await {
        Ok(Some(_)) => {}
        Ok(None) => {
            withdraw(app, id, &person).await;
            return Err(taken());
        }
        Err(error) => {
            withdraw(app, id, &person).await;
            return Err(error.into());
        }
    }
    let online = || News::new(Audience::agents(), Event::AgentOnline { user_id: user.id });
    let news: Vec<News> = came.then(online).into_iter().collect();
    // A logout closes the connections that it finds; one that it came too early for is closed here.
    match User::with_session(&app.db, person.id, &session.id).await {
        Ok(Some(_)) => Ok(Outcome { value: user.into(), news }),
        Ok(None) => {
            close(app, std::slice::from_ref(id)).await;
            Err(tokens::invalid_token())
        }
        Err(error) => {
            tell(app, news, soon()).await;
            Err(error.into())
        }
    }
}

/// Takes back that a person arrived on a connection that did not become its own.
async fn withdraw(app: &App, connection: &str, person: &Person) {
    let news = match count_out(app, connection, person).await {
        Ok(news) => news.into_iter().collect(),
        Err(error) => return error.log(),
    };
    tell(app, news, soon()).await;
}

/// Counts connections out that have passed their end without a `$disconnect`, and tells who is gone with
/// them, until there is no more or no time.
///
/// # Errors
/// When the database cannot answer.
pub async fn tell_lapsed(app: &App, until: Instant) -> Result<()> {
    let (users, visitors) = try_join(User::lapsed(&app.db), Visitor::lapsed(&app.db)).await?;
    let users = users.into_iter().map(|lapsed| (Side::Agent, lapsed));
    let visitors = visitors.into_iter().map(|lapsed| (Side::Visitor, lapsed));
    for (side, Lapsed { id, connections }) in users.chain(visitors) {
        let person = Person { side, id, name: None, email: None };
        for Presence { id: connection, .. } in connections {
            if Instant::now() >= until {
                return Ok(());
            }
            let gone = count_out(app, &connection, &person).await?;
            tell(app, gone.into_iter().collect(), until).await;
        }
    }
    Ok(())
}

/// Proves that a visitor is behind a connection; one that was never here before is made. With `after`,
/// the last number that it has of its open conversation, it gets what came since.
///
/// # Errors
/// Conflict when somebody else is behind the connection.
pub async fn visitor_connects(
    app: &App,
    connection: &Connection,
    arrival: &Arrival,
    after: Option<i64>,
) -> Result<Outcome<VisitorConnected>> {
    if connection.person.is_some() {
        let known = Visitor::known(&app.db, &arrival.who).await?;
        refuse_another(connection, known.ok_or_else(taken)?.id)?;
    }
    let (visitor, came) = Visitor::arrive(&app.db, arrival, &presence_of(connection)).await?;
    let person = person_of(&visitor);
    if visitor.is_banned() {
        withdraw(app, &connection.id, &person).await;
        return Err(banned());
    }
    let proved = Connection::prove(&app.db, &connection.id, &person, None, Watch::Mine);
    let (proved, open) = join(proved, Conversation::open_of(&app.db, visitor.id)).await;
    match proved {
        Ok(Some(_)) => {}
        Ok(None) => {
            withdraw(app, &connection.id, &person).await;
            return Err(taken());
        }
        Err(error) => {
            withdraw(app, &connection.id, &person).await;
            return Err(error.into());
        }
    }
    let renamed = arrival.name.is_some() || arrival.email.is_some();
    let news: Vec<News> = match (came, renamed) {
        (true, _) => {
            let visitor = Box::new(VisitorView::from(visitor));
            vec![News::new(Audience::agents(), Event::VisitorOnline { visitor })]
        }
        (false, true) => vec![visitor_updated(visitor)],
        (false, false) => Vec::new(),
    };
    let welcomed = async {
        if renamed && !came {
            // Its other connections go by the new name, too.
            Connection::rename(&app.db, &person).await?;
        }
        welcome(app, &person, open?, after).await
    };
    match welcomed.await {
        Ok(value) => Ok(Outcome { value, news }),
        Err(error) => {
            // It is there all the same.
            tell(app, news, soon()).await;
            Err(error)
        }
    }
}

/// Shuts a visitor out, until `until` or for good. Its connections are closed.
///
/// # Errors
/// Not found for an unknown one.
pub async fn ban(app: &App, visitor: Id, ban: Ban) -> Result<Outcome<VisitorView>> {
    let after = Visitor::set_ban(&app.db, visitor, Some(ban)).await?;
    let after = after.ok_or_else(|| Error::not_found("Visitor"))?;
    // Who came before the ban is counted in, who comes after it is refused.
    hang_up(app, visitor, &after.connections).await?;
    Ok(Outcome { value: after.clone().into(), news: vec![visitor_updated(after)] })
}

/// Closes a person's connections: those that have proved to be its own, and those that are about to.
///
/// # Errors
/// When the database cannot answer.
pub async fn hang_up(app: &App, person: Id, counted: &[Presence]) -> Result<()> {
    let mut all = Connection::of_person(&app.db, person).await?;
    all.extend(counted.iter().map(|connection| connection.id.clone()));
    all.sort_unstable();
    all.dedup();
    close(app, &all).await;
    Ok(())
}

/// Lets a visitor in again.
///
/// # Errors
/// Not found for an unknown one.
pub async fn unban(app: &App, visitor: Id) -> Result<Outcome<VisitorView>> {
    let after = Visitor::set_ban(&app.db, visitor, None).await?;
    let after = after.ok_or_else(|| Error::not_found("Visitor"))?;
    Ok(Outcome { value: after.clone().into(), news: vec![visitor_updated(after)] })
}

/// Refuses a visitor who has been banned.
///
/// # Errors
/// Banned.
pub async fn refuse_banned(app: &App, who: &Who) -> Result<()> {
    let known = Visitor::known(&app.db, who).await?;
    if known.is_some_and(|visitor| visitor.is_banned()) { Err(banned()) } else { Ok(()) }
}

/// What a visitor is told of itself.
async fn welcome(
    app: &App,
    visitor: &Person,
    open: Option<Conversation>,
    after: Option<i64>,
) -> Result<VisitorConnected> {
    let (conversation, missed) = match (open, after) {
        (Some(open), Some(after)) => {
            let Joined { conversation, messages, has_more } =
                catch_up(app, visitor, open.id, Some(after)).await?;
            (Some(Box::new(conversation)), Some(Missed { messages, has_more }))
        }
        (Some(open), None) => {
            let view = ConversationView::load(&app.db, open).await?.seen_by(Side::Visitor);
            (Some(Box::new(view)), None)
        }
        (None, _) => (None, None),
    };
    let expires = Time::now().plus(VISITOR_TOKEN_LIFETIME);
    let jti = tokens::new_token_id()?;
    let token = app.tokens.sign(tokens::Audience::Visitor, visitor.id, &jti, expires)?;
    Ok(VisitorConnected { visitor_id: visitor.id, token, conversation, missed })
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

fn refuse_another(connection: &Connection, person: Id) -> Result<()> {
    match &connection.person {
        Some(known) if known.id != person => Err(taken()),
        _ => Ok(()),
    }
}

fn presence_of(connection: &Connection) -> Presence {
    Presence { id: connection.id.clone(), expires_at: connection.expires_at }
}

fn taken() -> Error {
    Error::conflict("The connection has ended, or somebody else is behind it")
}
