//! What a client has seen.

use std::collections::BTreeMap;

/// What a join brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Of which conversation.
    pub conversation: String,
    /// After which number.
    pub after: i64,
    /// The numbers of the messages, as they came.
    pub numbers: Vec<i64>,
}

/// What a client has seen.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Of each conversation the messages' ids by their numbers.
    pub lists: BTreeMap<String, BTreeMap<i64, String>>,
    /// Every join.
    pub fetches: Vec<Fetch>,
    /// Two messages that came under one number, as conversation and number.
    pub conflicts: Vec<(String, i64)>,
    /// How often it came back.
    pub reconnects: u64,
    /// Pushes of messages that it had already.
    pub repeats: u64,
    /// Holes in the numbers that it filled.
    pub holes: u64,
}

impl Log {
    pub(crate) fn note(&mut self, conversation: &str, seq: i64, id: &str) -> bool {
        let list = self.lists.entry(conversation.to_owned()).or_default();
        match list.get(&seq) {
            None => {
                list.insert(seq, id.to_owned());
                true
            }
            Some(known) => {
                if known != id {
                    self.conflicts.push((conversation.to_owned(), seq));
                }
                false
            }
        }
    }

    /// The last number up to which there is no hole.
    pub(crate) fn contiguous(&self, conversation: &str) -> i64 {
        let Some(list) = self.lists.get(conversation) else { return 0 };
        let last = list.last_key_value().map_or(0, |(last, _)| *last);
        if usize::try_from(last) == Ok(list.len()) {
            return last;
        }
        (1..).zip(list.keys()).take_while(|(number, seq)| number == *seq).count() as i64
    }

    /// The last number that was seen.
    pub fn last(&self, conversation: &str) -> i64 {
        let list = self.lists.get(conversation);
        list.and_then(|list| list.last_key_value()).map_or(0, |(last, _)| *last)
    }
}
