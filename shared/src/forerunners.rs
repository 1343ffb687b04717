//! Messages that wait in this process for the one that they follow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::Id;

/// A message by its conversation, its sender and the name that it got.
type Key = (Id, Id, String);

/// Who waits for which message; cheap to clone. A message that another process accepts wakes nobody
/// here, so that those who wait look by themselves, too.
#[derive(Clone, Default)]
pub struct Forerunners(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    waiting: HashMap<Key, Vec<oneshot::Sender<()>>>,
    /// What this process is sending at the moment, and how many times over.
    sending: HashMap<Key, usize>,
}

/// Somebody who waits; whoever gives up is forgotten.
pub struct Waiting {
    all: Forerunners,
    key: Key,
    woken: oneshot::Receiver<()>,
}

/// A message that is being sent, until this is dropped.
pub struct Sending {
    all: Forerunners,
    key: Key,
}

impl Forerunners {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that this process sends the message of `by` to a conversation under a name.
    pub fn sending(&self, conversation: Id, by: Id, name: &str) -> Sending {
        let key = (conversation, by, name.to_owned());
        *self.locked().sending.entry(key.clone()).or_default() += 1;
        Sending { all: self.clone(), key }
    }

    /// Waits while this process sends that message, until a moment: before, nothing that follows it is
    /// accepted, so that there is no need to ask.
    pub async fn while_sending(&self, conversation: Id, by: Id, name: &str, until: Instant) {
        let key = (conversation, by, name.to_owned());
        let waiting = {
            let mut state = self.locked();
            state.sending.contains_key(&key).then(|| state.wait(self, key))
        };
        if let Some(mut waiting) = waiting {
            // The sender sees for itself what has come of it.
            let _woken_or_late = timeout_at(until, waiting.woken()).await;
        }
    }

    /// Waits from now on for the message that `by` sends to a conversation under a name.
    pub fn wait_for(&self, conversation: Id, by: Id, name: &str) -> Waiting {
        self.locked().wait(self, (conversation, by, name.to_owned()))
    }

    /// Wakes those who wait for a message that has been accepted.
    pub fn accepted(&self, conversation: Id, by: Id, name: &str) {
        let key = (conversation, by, name.to_owned());
        let mut state = self.locked();
        state.sending.remove(&key);
        state.wake(&key);
    }
}

impl State {
    fn wait(&mut self, all: &Forerunners, key: Key) -> Waiting {
        let (wake, woken) = oneshot::channel();
        self.waiting.entry(key.clone()).or_default().push(wake);
        Waiting { all: all.clone(), key, woken }
    }

    fn wake(&mut self, key: &Key) {
        for wake in self.waiting.remove(key).into_iter().flatten() {
            // Whoever gave up meanwhile is not woken.
            let _gave_up = wake.send(());
        }
    }
}

impl Waiting {
    /// Comes back when the message has been accepted, or is not being sent any more.
    pub async fn woken(&mut self) {
        if (&mut self.woken).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.woken.close();
        let mut state = self.all.locked();
        if let Some(waiting) = state.waiting.get_mut(&self.key) {
            waiting.retain(|wake| !wake.is_closed());
            if waiting.is_empty() {
                state.waiting.remove(&self.key);
            }
        }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let mut state = self.all.locked();
        let Some(times) = state.sending.get_mut(&self.key) else { return };
        *times -= 1;
        if *times == 0 {
            state.sending.remove(&self.key);
            state.wake(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        drop(all.sending(Id::sequential(), Id::sequential(), "1"));
        let state = all.locked();
        assert!(state.waiting.is_empty() && state.sending.is_empty());
    }

    #[tokio::test]
    async fn who_follows_what_is_being_sent_here_waits_for_the_end_of_it_and_for_nothing_else() {
        let (all, conversation, by) = (Forerunners::default(), Id::sequential(), Id::sequential());
        let soon = Instant::now() + Duration::from_millis(10);
        let late = Instant::now() + Duration::from_secs(60);
        let while_sending = |until| all.while_sending(conversation, by, "1", until);
        while_sending(late).await;
        let (once, twice) = (all.sending(conversation, by, "1"), all.sending(conversation, by, "1"));
        while_sending(soon).await;
        assert!(Instant::now() >= soon, "it waits until it is late");
        let mut following = Box::pin(while_sending(late));
        assert!(following.as_mut().now_or_never().is_none());
        drop(once);
        assert!(following.as_mut().now_or_never().is_none(), "it is still being sent");
        drop(twice);
        following.await;
        let sending = all.sending(conversation, by, "1");
        let mut following = Box::pin(while_sending(late));
        assert!(following.as_mut().now_or_never().is_none());
        all.accepted(conversation, by, "1");
        following.await;
        while_sending(late).await;
        drop(sending);
    }
}
