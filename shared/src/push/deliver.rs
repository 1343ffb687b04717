//! Delivering events and answers, and removing the connections that turn out to be gone.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::{join, join_all};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::pace::{Kind, Turn};
use super::{Closing, Event, OutboundEvent, Push, PushError, frame};
use crate::deadline;
use crate::documents::connection::Connection;
use crate::documents::live_connection::LiveConnection;
use crate::documents::participant::{Participant, Side};
use crate::documents::pending_push::PendingPush;
use crate::documents::user::User;
use crate::documents::visitor::Visitor;
use crate::{Error, Id, Result};

/// Connections that are seen to at once for one event; the gateway bounds the posts of all.
const SIDE_BY_SIDE: usize = 64;
/// How long a connection that is closed has to take why.
const LAST_WORD: Duration = Duration::from_millis(500);
/// The event `resync` as it is sent.
const RESYNC: Bytes = Bytes::from_static(br#"{"event":"resync","data":{}}"#);

impl Push {
    /// Pushes events to those whom they reach until `until`; what is left then becomes pending. A
    /// connection found gone is removed, and if it was the last one of its person, that goes out, too.
    /// Errors: when somebody was neither reached nor noted as pending, after everybody was tried.
    pub async fn try_dispatch(&self, events: &[OutboundEvent], until: Instant) -> Result<()> {
        let (gone, failed) = self.deliver_all(events, until).await;
        Box::pin(self.dispatch(self.remove_gone(gone).await, until)).await;
        failed.map_or(Ok(()), Err)
    }

    /// As [`Self::try_dispatch`], where a failure is nobody's business but the log's.
    pub async fn dispatch(&self, events: Vec<OutboundEvent>, until: Instant) {
        let mut events = events;
        while !events.is_empty() {
            let (gone, failed) = self.deliver_all(&events, until).await;
            if let Some(error) = failed {
                error.log();
            }
            events = self.remove_gone(gone).await;
        }
    }

    /// As [`Self::dispatch`], behind the answer.
    pub fn dispatch_behind(&self, events: Vec<OutboundEvent>) {
        if !events.is_empty() {
            let (push, until) = (self.clone(), deadline::end_of_background());
            self.background.spawn(async move { push.dispatch(events, until).await });
        }
    }

    async fn deliver_all(
        &self,
        events: &[OutboundEvent],
        until: Instant,
    ) -> (Vec<String>, Option<Error>) {
        let (mut gone, mut failed) = (Vec::new(), None);
        for delivered in join_all(events.iter().map(|event| self.deliver(event, until))).await {
            match delivered {
                Ok(more) => gone.extend(more),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        (gone, failed)
    }

    /// Brings one event to whom it reaches; the connections that were found gone.
    async fn deliver(&self, outbound: &OutboundEvent, until: Instant) -> Result<Vec<String>> {
        let OutboundEvent { audience, event } = outbound;
        let pushing = async {
            let recipients = audience.connections(&self.db).await?;
            self.push_event(event, recipients, until).await
        };
        match event.changed_visitor() {
            None => pushing.await,
            Some(visitor) => {
                let telling = self.tell_watchers(visitor, until);
                let (pushed, told) = join(pushing, telling).await;
                Ok([pushed?, told?].concat())
            }
        }
    }

    /// Pushes an event to connections; those that were found gone.
    pub(super) async fn push_event(
        &self,
        event: &Event,
        to: Vec<String>,
        until: Instant,
    ) -> Result<Vec<String>> {
        let frame = frame(event)?;
        let pushed = self.post_all(&frame, event.kind(), to, until).await;
        self.keep_pending(event.retry(), &frame, pushed).await
    }

    /// Posts a frame to connections, [`SIDE_BY_SIDE`] at a time.
    pub(super) async fn post_all(
        &self,
        frame: &Bytes,
        kind: Kind,
        to: Vec<String>,
        until: Instant,
    ) -> Pushed {
        let posts = to.into_iter().map(|connection| async move {
            let posted = self.post(&connection, frame, kind, until).await;
            (connection, posted)
        });
        let mut posts = futures::stream::iter(posts).buffer_unordered(SIDE_BY_SIDE);
        let mut pushed = Pushed::default();
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

    /// Posts a frame to a connection, unless it is pushed too much; `None` if there was no time.
    async fn post(
        &self,
        connection: &str,
        frame: &Bytes,
        kind: Kind,
        until: Instant,
    ) -> Option<Result<(), PushError>> {
        let now = Instant::now();
        if now >= until {
            return None;
        }
        match self.pace.turn(connection, kind, now) {
            Turn::Post => timeout_at(until, self.gateway.post(connection, frame.clone())).await.ok(),
            Turn::Leave => Some(Ok(())),
            Turn::Resync(at) => {
                tracing::warn!(connection, "pushed too much: it is to ask anew");
                sleep_until(at.min(until)).await;
                self.resync(connection, until).await
            }
        }
    }

    /// Tells a connection to ask anew, now or later.
    async fn resync(&self, connection: &str, until: Instant) -> Option<Result<(), PushError>> {
        match timeout_at(until, self.gateway.post(connection, RESYNC)).await {
            Ok(done @ (Ok(()) | Err(PushError::Gone))) => Some(done),
            Ok(Err(PushError::Failed(_))) | Err(_) => {
                let to = vec![connection.to_owned()];
                let kept = PendingPush::store(&self.db, &RESYNC, to).await;
                Some(kept.map_err(|error| PushError::Failed(error.to_string())))
            }
        }
    }

    /// Sends frames to one connection, in order. A connection found gone is removed.
    pub async fn send(&self, connection: &str, frames: Vec<Bytes>) {
        for frame in frames {
            match self.gateway.post(connection, frame).await {
                Ok(()) => {}
                Err(PushError::Gone) => {
                    let events = self.remove_gone(vec![connection.to_owned()]).await;
                    return self.dispatch_behind(events);
                }
                Err(error) => tracing::warn!(connection, %error, "an answer was not delivered"),
            }
        }
    }

    /// Ends connections: they are told why and pushed nothing from now on, and the gateway closes them.
    pub async fn close(&self, connections: &[String], why: Closing) {
        let told = frame(&Event::closing(why)).unwrap_or_default();
        let closed = join_all(connections.iter().map(|connection| {
            let told = told.clone();
            async move {
                // Who does not take it is closed all the same.
                let _not_told = timeout(LAST_WORD, self.gateway.post(connection, told)).await;
                self.gateway.close(connection).await
            }
        }));
        let (events, closed) = join(self.remove_gone(connections.to_vec()), closed).await;
        for (connection, result) in connections.iter().zip(closed) {
            if let Err(error @ PushError::Failed(_)) = result {
                tracing::warn!(connection, %error, "a connection was not closed");
            }
        }
        self.dispatch_behind(events);
    }

    /// Ends a person's connections: those that are authenticated, and those in `counted`, which are
    /// about to be.
    pub async fn close_person(
        &self,
        person: Id,
        counted: &[LiveConnection],
        why: Closing,
    ) -> Result<()> {
        let mut all = Connection::of_person(&self.db, person).await?;
        all.extend(counted.iter().map(|connection| connection.id.clone()));
        all.sort_unstable();
        all.dedup();
        self.close(&all, why).await;
        Ok(())
    }

    /// Removes connections that are gone; the events of those who were there with one of them last.
    pub(super) async fn remove_gone(&self, gone: Vec<String>) -> Vec<OutboundEvent> {
        let leaving = gone.into_iter().map(|connection| async move {
            self.remove(&connection).await.unwrap_or_else(|error| {
                error.log();
                None
            })
        });
        futures::stream::iter(leaving)
            .buffer_unordered(SIDE_BY_SIDE)
            .filter_map(|event| async { event })
            .collect()
            .await
    }

    /// Removes a connection that is gone; an event if it was the last one of its person. The person is
    /// counted out first: a connection that is left over is found gone by the next push, or expires.
    pub async fn remove(&self, connection: &str) -> Result<Option<OutboundEvent>> {
        let Some(found) = Connection::find(&self.db, connection).await? else { return Ok(None) };
        let event = match &found.person {
            Some(person) => self.count_out(connection, person).await?,
            None => None,
        };
        if let Err(error) = Connection::remove(&self.db, connection).await {
            tracing::warn!(%error, "a connection that is gone was not removed");
        }
        Ok(event)
    }

    /// Counts a connection of a person out; an event if it was the last one.
    pub async fn count_out(
        &self,
        connection: &str,
        person: &Participant,
    ) -> Result<Option<OutboundEvent>> {
        let id = person.id;
        Ok(match person.side {
            Side::Agent => {
                let was_last = User::leave(&self.db, id, connection).await?;
                was_last.then(|| OutboundEvent::agent_offline(id))
            }
            Side::Visitor => {
                let was_last = Visitor::leave(&self.db, id, connection).await?;
                was_last.then(|| OutboundEvent::visitor_offline(id))
            }
        })
    }
}

/// Whom a push did not reach.
#[derive(Default)]
pub(super) struct Pushed {
    /// Connections that do not exist any more.
    pub gone: Vec<String>,
    /// Connections that were not reached after every attempt.
    pub unreached: Vec<String>,
    /// Connections for which there was no time.
    pub late: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resync_is_sent_as_the_event_that_it_is() {
        assert_eq!(frame(&Event::Resync {}).unwrap(), RESYNC);
    }
}
