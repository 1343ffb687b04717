//! Telling those whom something concerns.
//!
//! A use case writes and hands back what came of it and the news of it; its door answers the caller
//! and then tells the news. What is pushed can fail without failing what was written.
//!
//! Connections that were not reached in time are handed on to whoever has time next (see
//! [`crate::use_cases::upkeep`]), and one that cannot be reached again and again is closed, so that its
//! client comes back and asks for what it missed. What a function that is killed had not told yet is told
//! by others if it is a message; of everything else the database has the truth, and no news comes.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::{join, join_all};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::deadline::before_answer;
use crate::documents::connection::{Audience, Connection, Person, Side};
use crate::documents::conversation::Conversation;
use crate::documents::handed_on::HandedOn;
use crate::documents::message::Message;
use crate::documents::user::User;
use crate::documents::visitor::Visitor;
use crate::events::{Event, frame};
use crate::gateway::PushError;
use crate::views::ConversationView;
use crate::{App, Error, Result};

/// Connections that are seen to at once for one piece of news; the gateway bounds the posts of all.
const SIDE_BY_SIDE: usize = 64;
/// How long a caller's answer waits for the news; what is left is handed on.
const TELL_BEFORE_ANSWER: Duration = Duration::from_secs(2);
/// How long handing on may take after that.
const HAND_ON: Duration = Duration::from_millis(500);
/// How often a connection is tried that cannot be reached, each time with the attempts of a post.
const MOST_TRIES: i32 = 3;
/// What one such try takes at most.
const ONE_TRY: Duration = Duration::from_secs(4);

/// An event and whom it reaches.
#[derive(Clone, Debug)]
pub struct News {
    audience: Audience,
    event: Event,
    message: Option<Message>,
}

impl News {
    /// `event` for `audience`.
    pub fn new(audience: Audience, event: Event) -> Self {
        Self { audience, event, message: None }
    }

    /// That it is the news of a message, which leaves its conversation's outbox once it is stored among
    /// the messages and told.
    #[must_use]
    pub fn of(self, message: Message) -> Self {
        Self { message: Some(message), ..self }
    }

    /// That a conversation changed: each side is told what it may see.
    pub fn conversation_updated(audience: Audience, view: &ConversationView) -> Vec<Self> {
        [Side::Agent, Side::Visitor]
            .map(|side| {
                let conversation = Box::new(view.clone().seen_by(side));
                Self::new(audience.clone().only(side), Event::ConversationUpdated { conversation })
            })
            .into()
    }
}

/// What came of a use case, and the news of it.
#[derive(Debug)]
#[must_use]
pub struct Outcome<T> {
    /// For the caller.
    pub value: T,
    /// For the others, to be told once the caller has its answer.
    pub news: Vec<News>,
}

impl<T> Outcome<T> {
    /// Nothing that concerns others.
    pub fn quiet(value: T) -> Self {
        Self { value, news: Vec::new() }
    }

    /// For a caller whose answer must wait, since a function on Lambda stops once it has answered:
    /// tells the news and gives the value.
    pub async fn told(self, app: &App) -> T {
        let (app, until) = (app.clone(), soon());
        let telling = tokio::spawn(async move { tell(&app, self.news, until).await }.in_current_span());
        if timeout_at(until + HAND_ON, telling).await.is_err() {
            tracing::warn!("the answer does not wait any longer for the news to be told");
        }
        self.value
    }
}

/// When news are to be told that an answer waits for.
pub fn soon() -> Instant {
    before_answer(TELL_BEFORE_ANSWER)
}

/// Pushes news to those whom they concern, and hands on what is not done at `until`. A connection
/// found gone is removed, and if that was the last one of its person, that is told, too.
pub async fn tell(app: &App, news: Vec<News>, until: Instant) {
    let mut untold = news;
    while !untold.is_empty() {
        let gone = join_all(untold.iter().map(|news| deliver(app, news, until))).await.concat();
        untold = farewells(app, gone).await;
    }
}

/// Goes on with what others handed on, until there is no more or no time.
///
/// # Errors
/// When the database cannot answer.
pub async fn go_on(app: &App, until: Instant) -> Result<()> {
    while Instant::now() + ONE_TRY < until {
        let Some(taken) = HandedOn::take(&app.db).await? else { break };
        let HandedOn { id, frame, to, tries, .. } = taken;
        let to = Connection::still(&app.db, &to).await?;
        let Pushed { gone, unreached, late } = push(app, &frame.into(), to, until).await;
        let tries = tries + i32::from(!unreached.is_empty());
        let left = if tries < MOST_TRIES {
            [unreached, late].concat()
        } else {
            tracing::warn!(connections = unreached.len(), "closed, since they cannot be reached");
            Box::pin(close(app, &unreached)).await;
            late
        };
        match left.is_empty() {
            true => HandedOn::done(&app.db, id).await?,
            false => HandedOn::keep(&app.db, id, &left, tries).await?,
        }
        Box::pin(tell(app, farewells(app, gone).await, until)).await;
    }
    Ok(())
}

/// Removes connections that are gone; the news of those who were there with one of them last.
async fn farewells(app: &App, gone: Vec<String>) -> Vec<News> {
    let leaving = gone.into_iter().map(|connection| async move {
        leave(app, &connection).await.unwrap_or_else(|error| {
            error.log();
            None
        })
    });
    futures::stream::iter(leaving)
        .buffer_unordered(SIDE_BY_SIDE)
        .filter_map(|news| async { news })
        .collect()
        .await
}

/// Removes a connection that is gone; news if it was the last one of its person. The person is counted
/// out first: a connection that is left over is found gone by the next push, or expires.
///
/// # Errors
/// When the database cannot answer.
pub async fn leave(app: &App, connection: &str) -> Result<Option<News>> {
    let Some(found) = Connection::find(&app.db, connection).await? else { return Ok(None) };
    let news = match &found.person {
        Some(person) => count_out(app, connection, person).await?,
        None => None,
    };
    if let Err(error) = Connection::remove(&app.db, connection).await {
        tracing::warn!(%error, "a connection that is gone was not removed");
    }
    Ok(news)
}

/// Counts a connection of a person out; news if it was the last one.
///
/// # Errors
/// When the database cannot answer.
pub async fn count_out(app: &App, connection: &str, person: &Person) -> Result<Option<News>> {
    let id = person.id;
    let (was_last, event) = match person.side {
        Side::Agent => {
            (User::leave(&app.db, id, connection).await?, Event::AgentOffline { user_id: id })
        }
        Side::Visitor => {
            (Visitor::leave(&app.db, id, connection).await?, Event::VisitorOffline { visitor_id: id })
        }
    };
    Ok(was_last.then(|| News::new(Audience::agents(), event)))
}

/// Sends frames to one connection, in order. A connection found gone is removed as by [`tell`].
pub async fn send(app: &App, connection: &str, frames: Vec<Bytes>) {
    for frame in frames {
        match app.gateway.post(connection, frame).await {
            Ok(()) => {}
            Err(PushError::Gone) => {
                return tell(app, farewells(app, vec![connection.to_owned()]).await, soon()).await;
            }
            Err(error) => tracing::warn!(connection, %error, "an answer was not delivered"),
        }
    }
}

/// Ends connections: they are told of nothing more from now on, and the gateway closes them.
pub async fn close(app: &App, connections: &[String]) {
    let closed = join_all(connections.iter().map(|connection| app.gateway.close(connection)));
    let (farewells, closed) = join(farewells(app, connections.to_vec()), closed).await;
    for (connection, result) in connections.iter().zip(closed) {
        if let Err(error @ PushError::Failed(_)) = result {
            tracing::warn!(connection, %error, "a connection was not closed");
        }
    }
    tell(app, farewells, soon()).await;
}

/// Brings one piece of news to whom it concerns; the connections that were found gone. A failure
/// leaves its message in the outbox, where the next one finds it.
async fn deliver(app: &App, news: &News, until: Instant) -> Vec<String> {
    let told = async {
        let frame = frame(&news.event)?;
        let pushed = async {
            let recipients = Connection::reached_by(&app.db, &news.audience).await?;
            Ok::<_, Error>(push(app, &frame, recipients, until).await)
        };
        let (stored, pushed) = join(Message::store(&app.db, &news.message), pushed).await;
        let ((), Pushed { gone, unreached, late }) = (stored?, pushed?);
        let missed = [unreached, late].concat();
        if !missed.is_empty() && !news.event.is_fleeting() {
            tracing::warn!(connections = missed.len(), "handed on");
            HandedOn::store(&app.db, &frame, missed).await?;
        }
        if let Some(message) = &news.message {
            Conversation::dispatched(&app.db, message).await?;
        }
        Ok::<_, Error>(gone)
    };
    told.await.unwrap_or_else(|error| {
        error.log();
        Vec::new()
    })
}

/// Whom a push did not reach.
struct Pushed {
    /// Connections that do not exist any more.
    gone: Vec<String>,
    /// Connections that were not reached after every attempt.
    unreached: Vec<String>,
    /// Connections for which there was no time.
    late: Vec<String>,
}

/// Posts a frame to connections, [`SIDE_BY_SIDE`] at a time.
async fn push(app: &App, frame: &Bytes, to: Vec<String>, until: Instant) -> Pushed {
    let posts = to.into_iter().map(|connection| async move {
        if Instant::now() >= until {
            return (connection, None);
        }
        let posted = timeout_at(until, app.gateway.post(&connection, frame.clone())).await;
        (connection, posted.ok())
    });
    let mut posts = futures::stream::iter(posts).buffer_unordered(SIDE_BY_SIDE);
    let mut pushed = Pushed { gone: Vec::new(), unreached: Vec::new(), late: Vec::new() };
    while let Some((connection, posted)) = posts.next().await {
        match posted {
            Some(Ok(())) => {}
            Some(Err(PushError::Gone)) => pushed.gone.push(connection),
            Some(Err(error)) => {
                tracing::warn!(connection, %error, "not reached");
                pushed.unreached.push(connection);
            }
            None => pushed.late.push(connection),
        }
    }
    pushed
}
