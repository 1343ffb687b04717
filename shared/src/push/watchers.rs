//! Telling agents who watch the visitors what changed of these: the changes of a second together, since
//! a busy site has hundreds.

use futures::future::try_join;
use tokio::time::{Instant, sleep_until};

use super::{Event, MOST_BYTES, Push, frame};
use crate::documents::changed_visitor::{ChangedVisitor, Turn};
use crate::documents::connection::Connection;
use crate::documents::visitor::{Visitor, VisitorBrief};
use crate::{Id, Result, Time};

/// What a frame has around its visitors at most.
const ENVELOPE_BYTES: usize = 128;

impl Push {
    /// Notes that something changed of a visitor, if anybody watches, and tells it with what else has
    /// changed, unless somebody else is about to. The connections that were found gone.
    pub(super) async fn tell_watchers(&self, visitor: Id, until: Instant) -> Result<Vec<String>> {
        if Connection::watching_visitors(&self.db).await?.is_empty() {
            return Ok(Vec::new());
        }
        ChangedVisitor::note(&self.db, visitor).await?;
        let Some(wait) = Turn::take(&self.db).await? else { return Ok(Vec::new()) };
        sleep_until(until.min(Instant::now() + wait)).await;
        self.tell_changed(until).await
    }

    /// Tells what was left untold of visitors by one who ended while it waited for its turn.
    pub async fn tell_left_over(&self, until: Instant) -> Result<()> {
        let gone = self.tell_changed(until).await?;
        Box::pin(self.dispatch(self.remove_gone(gone).await, until)).await;
        Ok(())
    }

    async fn tell_changed(&self, until: Instant) -> Result<Vec<String>> {
        let changed = ChangedVisitor::some(&self.db).await?;
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let at = Time::now();
        let ids: Vec<Id> = changed.iter().map(|changed| changed.visitor).collect();
        let visitors = Visitor::briefs(&self.db, &ids);
        let (visitors, watching) = try_join(visitors, Connection::watching_visitors(&self.db)).await?;
        let mut gone = Vec::new();
        for visitors in batches(visitors)? {
            let event = Event::VisitorsUpdated { visitors, at };
            gone.extend(self.push_event(&event, watching.clone(), until).await?);
        }
        ChangedVisitor::told(&self.db, &changed).await?;
        Ok(gone)
    }
}

/// Visitors in parts that a frame has room for.
fn batches(visitors: Vec<VisitorBrief>) -> Result<Vec<Vec<VisitorBrief>>> {
    let (mut batches, mut bytes) = (Vec::<Vec<VisitorBrief>>::new(), MOST_BYTES);
    for visitor in visitors {
        let more = frame(&visitor)?.len() + 1;
        bytes += more;
        match batches.last_mut() {
            Some(batch) if bytes < MOST_BYTES => batch.push(visitor),
            _ => {
                bytes = more + ENVELOPE_BYTES;
                batches.push(vec![visitor]);
            }
        }
    }
    Ok(batches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_visitors_go_into_frames_of_32_kb() {
        let page = "/".repeat(1024);
        let visitor = || VisitorBrief { current_page: Some(page.clone()), ..VisitorBrief::default() };
        let all = batches((0..100).map(|_| visitor()).collect()).unwrap();
        assert_eq!(all.iter().map(Vec::len).sum::<usize>(), 100);
        for visitors in &all {
            let event = Event::VisitorsUpdated { visitors: visitors.clone(), at: Time::now() };
            assert!(frame(&event).unwrap().len() <= MOST_BYTES);
        }
        assert_eq!((all.len(), batches(Vec::new()).unwrap().len()), (4, 0));
    }
}
