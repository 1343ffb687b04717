//! Connections of the WebSocket: who is behind them, and people who come and go with them.

use futures::future::{join3, try_join};
use tokio::time::Instant;

use super::caller::{Caller, banned, conversation};
use super::messages::{Joined, catch_up};
use super::outbox::Outcome;
use super::rate_limit::{self, network};
use crate::auth::tokens::{self, VISITOR_TOKEN_LIFETIME};
use crate::documents::connection::{Connection, Watch, Wishes};
use crate::documents::conversation::{Conversation, OpenBrief};
use crate::documents::kept_ban::KeptBan;
use crate::documents::live_connection::{Expired, LiveConnection};
use crate::documents::participant::{Participant, Side};
use crate::documents::user::User;
use crate::documents::visitor::{Arrival, KnownBy, Visitor};
use crate::id::random_hex;
use crate::push::{Closing, OutboundEvent, VisitorConnected};
use crate::rate_limit::Limit;
use crate::views::UserView;
use crate::{App, Error, Id, Result, Time};

/// So many frames from a network may be refused in a minute; each one more closes the connection that sent
/// it.
const MOST_REFUSED: u32 = 100;

/// Notes that a connection has been opened.
/// Errors: rate limited, when too many are opened from there, or one was closed for a flood just now.
pub async fn open(app: &App, connection: &str, connected_at: Time, address: Option<&str>) -> Result<()> {
    let network = network(address);
    if let Some(rate) = app.config.limits.rate(Limit::Handshakes) {
        rate_limit::refuse_remembered(app, Limit::Handshakes, rate, &network)?;
    }
    // One after the other: what one refuses must not count for the next.
    rate_limit::refuse_past(app, Limit::Floods, &network).await?;
    rate_limit::consume_remembering(app, Limit::Handshakes, address).await?;
    Ok(Connection::open(&app.db, connection, connected_at).await?)
}

/// The connection that sent a frame, which is counted: of its person, or of its address before it has
/// authenticated. One round trip, or two where this process does not know it yet. One that the database
/// does not know counts as gone: it is closed, so that its client comes back.
/// Errors: unauthorized for one that is not known; rate limited when too much was sent.
pub async fn consume(
    app: &App,
    connection: &str,
    limit: Limit,
    address: Option<&str>,
) -> Result<Connection> {
    let find = async { Ok(Connection::find(&app.db, connection).await?) };
    let Some(rate) = app.config.limits.rate(limit) else {
        return known(app, connection, find.await?).await;
    };
    let counted = match app.senders.person(connection) {
        Some(person) => rate_limit::count_beside(app, limit, rate, &person, find).await,
        None => {
            let found = known(app, connection, find.await?).await?;
            let who = match &found.person {
                Some(person) => {
                    let person = person.id.to_string();
                    app.senders.authenticated(connection, &person);
                    person
                }
                None => network(address),
            };
            rate_limit::count_beside(app, limit, rate, &who, async { Ok(Some(found)) }).await
        }
    };
    known(app, connection, counted?).await
}

/// Counts that a frame of a connection was refused. Of a network with too many, each one more closes its
/// connection, and the network stays out for a while, unless an agent is connected from there.
pub async fn refused(app: &App, connection: &str, address: Option<&str>) -> Result<()> {
    let network = network(address);
    if app.senders.count_refusal(&network) < MOST_REFUSED {
        return Ok(());
    }
    tracing::warn!(network, "a connection that goes on past its limits is closed");
    // Counted first: it comes back at once.
    if !User::is_connected_from(&app.db, &network).await?
        && let Some(rate) = app.config.limits.rate(Limit::Floods)
    {
        rate_limit::count(app, Limit::Floods, rate, &network).await?;
    }
    app.push.close(&[connection.to_owned()], Closing::RateLimited).await;
    Ok(())
}

async fn known(app: &App, connection: &str, found: Option<Connection>) -> Result<Connection> {
    if found.is_none() {
        app.push.close(&[connection.to_owned()], Closing::Lost).await;
    }
    found.ok_or_else(|| Error::unauthorized("The connection has ended"))
}

/// Changes how much an agent's connection is pushed; what is not said stays as it is.
/// Errors: forbidden for visitors.
pub async fn watch(
    app: &App,
    by: &Participant,
    connection: &str,
    watch: Option<Watch>,
    visitors: Option<bool>,
) -> Result<()> {
    if by.side != Side::Agent {
        return Err(Error::forbidden("Only agents may do this"));
    }
    Ok(Connection::wish(&app.db, connection, watch, visitors).await?)
}

/// Joins a conversation first and reads then, so that no message falls between.
pub async fn join_conversation(
    app: &App,
    by: &Participant,
    connection: &str,
    id: Id,
    after: Option<i64>,
    most_bytes: usize,
) -> Result<Joined> {
    conversation(app, by, id).await?;
    Connection::join(&app.db, connection, id).await?;
    catch_up(app, by, id, after, most_bytes).await
}

/// Leaves a conversation.
pub async fn leave_conversation(app: &App, connection: &str, id: Id) -> Result<()> {
    Ok(Connection::leave(&app.db, connection, id).await?)
}

/// Removes a connection that the gateway says is gone, and dispatches that its person is, if it is.
pub async fn disconnect(app: &App, connection: &str, until: Instant) -> Result<()> {
    app.senders.forget(connection);
    let event = app.push.remove(connection).await?;
    app.push.dispatch(event.into_iter().collect(), until).await;
    Ok(())
}

/// Authenticates a connection as an agent's. Counted in first and noted on the connection then: a
/// connection that ends in between is found missing, and counted out again.
/// Errors: unauthorized for a token that is not good, forbidden for a visitor's, conflict when somebody
/// else is behind the connection.
pub async fn agent_connects(
    app: &App,
    connection: &Connection,
    token: &str,
    wishes: Wishes,
    address: Option<&str>,
) -> Result<Outcome<UserView>> {
    let agent = Caller::of_token(app, token).await?.agent()?;
    let person = agent.participant();
    refuse_another(connection, person.id)?;
    let arriving = LiveConnection { network: Some(network(address)), ..live(connection) };
    let arrived = User::arrive(&app.db, person.id, &arriving).await?;
    let (user, came) = arrived.ok_or_else(tokens::invalid_token)?;
    close_behind(app, &user.pushed_out);
    let (id, session) = (&connection.id, &agent.session);
    match Connection::authenticate(&app.db, id, &person, Some(session), wishes).await {
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
    let online = came.then(|| OutboundEvent::agent_online(user.id));
    let events: Vec<OutboundEvent> = online.into_iter().collect();
    // A logout closes the connections that it finds; one that it came too early for is closed here.
    match User::with_session(&app.db, person.id, &session.id).await {
        Ok(Some(_)) => Ok(Outcome::new(user.into(), events)),
        Ok(None) => {
            app.push.close(std::slice::from_ref(id), Closing::LoggedOut).await;
            Err(tokens::invalid_token())
        }
        Err(error) => {
            app.push.dispatch_behind(events);
            Err(error.into())
        }
    }
}

/// Takes back that a person arrived on a connection that did not become its own.
async fn withdraw(app: &App, connection: &str, person: &Participant) {
    match app.push.count_out(connection, person).await {
        Ok(event) => app.push.dispatch_behind(event.into_iter().collect()),
        Err(error) => error.log(),
    }
}

/// Counts connections out that have expired without a `$disconnect`, until there is no more or no time,
/// and dispatches who is gone with them: together, since each alone would wait for those who watch.
pub async fn remove_expired(app: &App, until: Instant) -> Result<()> {
    let (users, visitors) =
        try_join(User::with_expired(&app.db), Visitor::with_expired(&app.db)).await?;
    let users = users.into_iter().map(|expired| (Side::Agent, expired));
    let visitors = visitors.into_iter().map(|expired| (Side::Visitor, expired));
    let mut events = Vec::new();
    for (side, Expired { id, connections }) in users.chain(visitors) {
        let person = Participant { side, id, name: None, email: None };
        for LiveConnection { id: connection, .. } in connections {
            if Instant::now() >= until {
                break;
            }
            match app.push.count_out(&connection, &person).await {
                Ok(event) => events.extend(event),
                Err(error) => error.log(),
            }
        }
    }
    app.push.dispatch(events, until).await;
    Ok(())
}

/// Authenticates a connection as a visitor's; one that was never here before is made. It gets the messages
/// of its open conversation after `held`, or else the latest.
/// Errors: conflict when somebody else is behind the connection.
pub async fn visitor_connects(
    app: &App,
    connection: &Connection,
    arrival: &Arrival,
    held: Held,
    most_bytes: usize,
) -> Result<Outcome<VisitorConnected>> {
    if connection.person.is_some() {
        let known = Visitor::known(&app.db, &arrival.who).await?;
        refuse_another(connection, known.ok_or_else(taken)?.id)?;
    }
    let (visitor, came) = Visitor::arrive(&app.db, arrival, &live(connection)).await?;
    close_behind(app, &visitor.pushed_out);
    let person = visitor.participant();
    if visitor.is_banned() {
        withdraw(app, &connection.id, &person).await;
        return Err(banned());
    }
    let authenticated =
        Connection::authenticate(&app.db, &connection.id, &person, None, Wishes::default());
    let open = Conversation::open_brief_of(&app.db, visitor.id);
    let (authenticated, open, agents_online) =
        join3(authenticated, open, User::any_answers(&app.db)).await;
    match authenticated {
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
    let events = match (came, renamed) {
        (true, _) => vec![OutboundEvent::visitor_online(visitor)],
        (false, true) => vec![OutboundEvent::visitor_updated(visitor)],
        (false, false) => Vec::new(),
    };
    let welcomed = async {
        if renamed && !came {
            // Its other connections go by the new name, too.
            Connection::rename(&app.db, &person).await?;
        }
        welcome(app, &person, open?, agents_online?, held, most_bytes).await
    };
    match welcomed.await {
        Ok(value) => Ok(Outcome::new(value, events)),
        Err(error) => {
            // It is there all the same.
            app.push.dispatch_behind(events);
            Err(error)
        }
    }
}

/// What a visitor has of its conversation already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held {
    /// Of which one; without it, of the one that is open.
    pub conversation: Option<Id>,
    /// The last number.
    pub after: Option<i64>,
}

/// Refuses a visitor who has been banned, and be it before it was erased. One round trip, two for one
/// who is new.
/// Errors: banned.
pub async fn refuse_banned(app: &App, who: &KnownBy) -> Result<()> {
    let is_banned = match Visitor::known(&app.db, who).await? {
        Some(visitor) => visitor.is_banned(),
        None => KeptBan::holds(&app.db, who).await?,
    };
    if is_banned { Err(banned()) } else { Ok(()) }
}

/// What a visitor gets to know of itself.
async fn welcome(
    app: &App,
    visitor: &Participant,
    open: Option<OpenBrief>,
    agents_online: bool,
    held: Held,
    most_bytes: usize,
) -> Result<VisitorConnected> {
    let joined = match open {
        Some(open) => {
            let is_it = held.conversation.is_none_or(|held| held == open.id);
            let after = held.after.filter(|_| is_it);
            // Read after the connection has become its own, so that no message falls between.
            Some(catch_up(app, visitor, open.id, after, most_bytes).await?)
        }
        None => None,
    };
    let expires = Time::now().plus(VISITOR_TOKEN_LIFETIME);
    let jti = random_hex()?;
    let token = app.tokens.sign(tokens::Audience::Visitor, visitor.id, &jti, expires)?;
    let (visitor_id, marks) = (visitor.id, joined.as_ref().map(|joined| joined.marks));
    Ok(match joined {
        Some(Joined { conversation, messages, has_more, .. }) => {
            let conversation = Some(Box::new(conversation));
            VisitorConnected {
                visitor_id,
                token,
                conversation,
                marks,
                messages,
                has_more,
                agents_online,
            }
        }
        None => VisitorConnected {
            visitor_id,
            token,
            conversation: None,
            marks,
            messages: Vec::new(),
            has_more: false,
            agents_online,
        },
    })
}

fn refuse_another(connection: &Connection, person: Id) -> Result<()> {
    match &connection.person {
        Some(known) if known.id != person => Err(taken()),
        _ => Ok(()),
    }
}

fn live(connection: &Connection) -> LiveConnection {
    LiveConnection { id: connection.id.clone(), expires_at: connection.expires_at, network: None }
}

/// Closes, behind the answer, what a person's newest connection has pushed out.
fn close_behind(app: &App, pushed_out: &[LiveConnection]) {
    if !pushed_out.is_empty() {
        let ids: Vec<String> = pushed_out.iter().map(|connection| connection.id.clone()).collect();
        let push = app.push.clone();
        app.background.spawn(async move { push.close(&ids, Closing::RateLimited).await });
    }
}

fn taken() -> Error {
    Error::conflict("The connection has ended, or somebody else is behind it")
}
