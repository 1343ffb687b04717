//! Messages that wait in this process for the one that they follow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::Id;

/// A message by its conversation, its sender and the name that it got.
type Key = (Id, Id, String);

/// Who waits for which message; cheap to clone. A message that another process accepts wakes nobody
/// here, so that those who wait look by themselves, too.
#[derive(Clone, Default)]
pub struct Forerunners(Arc<Mutex<HashMap<Key, Vec<oneshot::Sender<()>>>>>);

/// Somebody who waits; whoever gives up is forgotten.
pub struct Waiting {
    all: Forerunners,
    key: Key,
    woken: oneshot::Receiver<()>,
}

impl Forerunners {
    fn locked(&self) -> MutexGuard<'_, HashMap<Key, Vec<oneshot::Sender<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits from now on for the message that `by` sends to a conversation under a name.
    pub fn wait_for(&self, conversation: Id, by: Id, name: &str) -> Waiting {
        let (wake, woken) = oneshot::channel();
        let key = (conversation, by, name.to_owned());
        self.locked().entry(key.clone()).or_default().push(wake);
        Waiting { all: self.clone(), key, woken }
    }

    /// Wakes those who wait for a message that has been accepted.
    pub fn accepted(&self, conversation: Id, by: Id, name: &str) {
        let waiting = self.locked().remove(&(conversation, by, name.to_owned()));
        for wake in waiting.into_iter().flatten() {
            // Whoever gave up meanwhile is not woken.
            let _gave_up = wake.send(());
        }
    }
}

impl Waiting {
    /// Comes back when the message has been accepted.
    pub async fn woken(&mut self) {
        if (&mut self.woken).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.woken.close();
        let mut all = self.all.locked();
        if let Some(waiting) = all.get_mut(&self.key) {
            waiting.retain(|wake| !wake.is_closed());
            if waiting.is_empty() {
                all.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn an_accepted_message_wakes_who_waits_for_it_and_nobody_else() {
        let (all, conversation, by) = (Forerunners::default(), Id::sequential(), Id::sequential());
        let mut woken = all.wait_for(conversation, by, "1");
        let mut others = [(conversation, by, "2"), (conversation, Id::sequential(), "1"), (by, by, "1")]
            .map(|(conversation, by, name)| all.wait_for(conversation, by, name));
        all.accepted(conversation, by, "1");
        woken.woken().await;
        assert!(others.iter_mut().all(|other| other.woken().now_or_never().is_none()));
    }

    #[tokio::test]
    async fn nothing_is_kept_of_who_gave_up() {
        let all = Forerunners::default();
        drop(all.wait_for(Id::sequential(), Id::sequential(), "1"));
        assert!(all.locked().is_empty());
    }
}
