//! Telling those whom something concerns.
//!
//! A use case writes and hands back what came of it and the news of it; its door answers the caller
//! and then tells the news. What is pushed can fail without failing what was written.

use std::time::Duration;

use futures::StreamExt;
use futures::future::{join, join_all};
use tracing::Instrument;

use crate::documents::connection::{Audience, Connection, Person, Side};
use crate::documents::user::User;
use crate::documents::visitor::Visitor;
use crate::events::{Event, frame};
use crate::gateway::PushError;
use crate::views::ConversationView;
use crate::{App, Result};

/// Posts under way at once for one piece of news.
const SIDE_BY_SIDE: usize = 64;
/// How long a caller's answer waits for the news; what is left is told behind it.
const TELL_BEFORE_ANSWER: Duration = Duration::from_secs(2);

/// An event and whom it reaches.
#[derive(Clone, Debug)]
pub struct News {
    /// Whom.
    pub audience: Audience,
    /// What.
    pub event: Event,
}

impl News {
    /// `event` for `audience`.
    pub fn new(audience: Audience, event: Event) -> Self {
        Self { audience, event }
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
        let app = app.clone();
        let telling = tokio::spawn(async move { tell(&app, self.news).await }.in_current_span());
        if tokio::time::timeout(TELL_BEFORE_ANSWER, telling).await.is_err() {
            tracing::warn!("the answer does not wait any longer for the news to be told");
        }
        self.value
    }
}

/// Pushes news to those whom they concern. A connection found gone is removed, and if that was the
/// last one of its person, that is told, too.
pub async fn tell(app: &App, news: Vec<News>) {
    let mut untold = news;
    while !untold.is_empty() {
        let gone = join_all(untold.iter().map(|news| deliver(app, news))).await.concat();
        untold = farewells(app, gone).await;
    }
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
/// out first: a failure in between leaves the connection, and the next try finds it.
///
/// # Errors
/// When the database cannot answer.
pub async fn leave(app: &App, connection: &str) -> Result<Option<News>> {
    let Some(found) = Connection::find(&app.db, connection).await? else { return Ok(None) };
    let news = match &found.person {
        Some(person) => count_out(app, connection, person).await?,
        None => None,
    };
    Connection::remove(&app.db, connection).await?;
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
pub async fn send(app: &App, connection: &str, frames: Vec<bytes::Bytes>) {
    for frame in frames {
        match app.gateway.post(connection, frame).await {
            Ok(()) => {}
            Err(PushError::Gone) => {
                return tell(app, farewells(app, vec![connection.to_owned()]).await).await;
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
    tell(app, farewells).await;
}

/// Pushes one piece of news; the connections that it found gone.
async fn deliver(app: &App, news: &News) -> Vec<String> {
    let (frame, recipients) =
        match (frame(&news.event), Connection::reached_by(&app.db, &news.audience).await) {
            (Ok(frame), Ok(recipients)) => (frame, recipients),
            (Err(error), _) => {
                error.log();
                return Vec::new();
            }
            (_, Err(error)) => {
                tracing::warn!(%error, "news were not told: no recipients");
                return Vec::new();
            }
        };
    futures::stream::iter(recipients)
        .map(|connection| {
            let frame = frame.clone();
            async move {
                match app.gateway.post(&connection, frame).await {
                    Ok(()) => None,
                    Err(PushError::Gone) => Some(connection),
                    Err(error) => {
                        tracing::warn!(connection, %error, "news were not delivered");
                        None
                    }
                }
            }
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .filter_map(|gone| async { gone })
        .collect()
        .await
}
