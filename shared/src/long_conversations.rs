//! Conversations that do not remember all their messages, as far as this process knows.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Id;

/// So many are known; then all are forgotten, which costs a try in vain for each.
const MOST: usize = 20_000;

/// They are looked at before a message is accepted, since the acceptance alone cannot tell whether it was
/// sent before. Cheap to clone.
#[derive(Clone, Default)]
pub struct LongConversations(Arc<Mutex<HashSet<Id>>>);

impl LongConversations {
    fn locked(&self) -> MutexGuard<'_, HashSet<Id>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a conversation is known as one.
    pub fn contains(&self, conversation: Id) -> bool {
        self.locked().contains(&conversation)
    }

    /// Notes one.
    pub fn note(&self, conversation: Id) {
        let mut known = self.locked();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(conversation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_known_until_there_are_too_many() {
        let (known, first) = (LongConversations::default(), Id::sequential());
        known.note(first);
        assert!(known.contains(first) && !known.contains(Id::sequential()));
        for _ in 0..MOST {
            known.note(Id::sequential());
        }
        assert!(!known.contains(first));
    }
}
