//! Pending pushes: what was not delivered in time is tried again by whoever has time next.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::deliver::Pushed;
use super::pace::Kind;
use super::{Closing, Push, Retry};
use crate::Result;
use crate::documents::connection::Connection;
use crate::documents::pending_push::PendingPush;

/// How often a connection is tried that cannot be reached, each time with the attempts of a post.
const MOST_TRIES: i32 = 3;
/// What one such try takes at most.
const ONE_TRY: Duration = Duration::from_secs(4);

impl Push {
    /// Keeps a frame for those whom it did not reach; the connections that are gone.
    pub(super) async fn keep_pending(
        &self,
        retry: Retry,
        frame: &Bytes,
        pushed: Pushed,
    ) -> Result<Vec<String>> {
        let Pushed { gone, unreached, late } = pushed;
        let missed = [unreached, late].concat();
        if !missed.is_empty() && retry == Retry::Pending {
            tracing::warn!(connections = missed.len(), "pending");
            PendingPush::store(&self.db, frame, missed).await?;
        }
        Ok(gone)
    }

    /// Pushes what is pending, until there is no more or no time.
    pub async fn retry_pending(&self, until: Instant) -> Result<()> {
        while Instant::now() + ONE_TRY < until {
            let Some(taken) = PendingPush::take(&self.db).await? else { break };
            let PendingPush { id, frame, to, tries, .. } = taken;
            let to = Connection::still_open(&self.db, &to).await?;
            // Presence is rarely among it, and never much.
            let posted = self.post_all(&frame.into(), Kind::Conversations, to, until).await;
            let Pushed { gone, unreached, late } = posted;
            let tries = tries + i32::from(!unreached.is_empty());
            let left = if tries < MOST_TRIES {
                [unreached, late].concat()
            } else {
                tracing::warn!(connections = unreached.len(), "closed, since they cannot be reached");
                self.close(&unreached, Closing::Lost).await;
                late
            };
            match left.is_empty() {
                true => PendingPush::done(&self.db, id).await?,
                false => PendingPush::keep(&self.db, id, &left, tries).await?,
            }
            self.dispatch(self.remove_gone(gone).await, until).await;
        }
        Ok(())
    }
}
