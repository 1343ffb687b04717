//! What a run leaves behind, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::seen::Fetch;

/// A message as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its number.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// Who sent it.
    pub by: String,
    /// The `clientMessageId`.
    pub name: String,
}

/// A conversation as stored.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The number of the last message, as the conversation says.
    pub last: i64,
    /// The number of messages of both sides, as the conversation says.
    pub counted: i64,
    /// Messages that were not moved to where they are read.
    pub left_behind: usize,
    /// The messages in the order of their numbers.
    pub messages: Vec<Stored>,
}

/// A message as its sender knows it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Where.
    pub conversation: String,
    /// Who.
    pub by: String,
    /// The `clientMessageId`.
    pub name: String,
    /// The numbers and ids that it was acknowledged with: none if it never was.
    pub acks: Vec<(i64, String)>,
    /// Whether it was first sent after the conversation's close was acknowledged.
    pub after_close: bool,
    /// The name of the message of the same sender that it was not to come before.
    pub follows: Option<String>,
}

/// A conversation as a client shows it in the end.
#[derive(Clone, Debug)]
pub struct List {
    /// Of which conversation.
    pub conversation: String,
    /// Numbers and ids, in order.
    pub messages: Vec<(i64, String)>,
}

/// A look at a conversation's document while the run went on.
#[derive(Clone, Debug)]
pub struct Glance {
    /// Which.
    pub conversation: String,
    /// Its four marks.
    pub marks: [i64; 4],
    /// Who held it.
    pub holder: Option<String>,
}

/// Everything that is known of a run.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The conversations by their ids.
    pub conversations: BTreeMap<String, Kept>,
    /// Every message that was sent.
    pub sent: Vec<Sent>,
    /// What each client showed in the end.
    pub lists: Vec<List>,
    /// What each client fetched.
    pub fetches: Vec<Fetch>,
    /// Numbers under which a client saw two messages.
    pub conflicts: Vec<(String, i64)>,
    /// Looks at the database, one after the other.
    pub glances: Vec<Glance>,
    /// Who was told to hold a conversation that nobody has handed on.
    pub holders: BTreeMap<String, BTreeSet<String>>,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A message was acknowledged and is not stored.
    Lost,
    /// A message is stored twice.
    Doubled,
    /// An acknowledgement names another message than the stored one.
    AckDiffers,
    /// The numbers are not 1, 2, 3…
    Gap,
    /// A conversation counts its messages wrong.
    Miscounted,
    /// What a client fetched has a hole, or does not begin where it asked.
    Hole,
    /// A client saw two messages under one number.
    Conflict,
    /// A client does not show what is stored.
    ListDiffers,
    /// A mark moved back.
    MarkBack,
    /// Two agents held a conversation.
    TwoHolders,
    /// A closed conversation took a message.
    AfterClose,
    /// A message was never moved to where it is read.
    LeftBehind,
    /// A message came before the one that it follows, or without it.
    OutOfOrder,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Lost,
        Self::Doubled,
        Self::AckDiffers,
        Self::Gap,
        Self::Miscounted,
        Self::Hole,
        Self::Conflict,
        Self::ListDiffers,
        Self::MarkBack,
        Self::TwoHolders,
        Self::AfterClose,
        Self::LeftBehind,
        Self::OutOfOrder,
    ];

    /// Plants a fault of this kind in evidence that has messages, acknowledgements, lists and holders.
    /// Whether there was a place for it.
    pub fn plant(self, evidence: &mut Evidence) -> bool {
        self.try_plant(evidence).is_some()
    }

    fn try_plant(self, evidence: &mut Evidence) -> Option<()> {
        let acked = evidence.sent.iter().position(|sent| !sent.acks.is_empty())?;
        let sent = evidence.sent.get_mut(acked)?;
        let conversation = sent.conversation.clone();
        let kept = evidence.conversations.get_mut(&conversation)?;
        let at = kept.messages.iter().position(|m| m.by == sent.by && m.name == sent.name)?;
        match self {
            Self::Lost => {
                kept.messages.remove(at);
            }
            Self::Doubled => {
                let again = Stored { seq: kept.last + 1, ..kept.messages.get(at)?.clone() };
                kept.messages.push(again);
            }
            Self::AckDiffers => sent.acks.first_mut()?.0 += 1,
            Self::Gap => kept.messages.last_mut()?.seq += 1,
            Self::Miscounted => kept.counted += 1,
            Self::Hole => evidence.fetches.push(Fetch { conversation, after: 0, numbers: vec![2] }),
            Self::Conflict => evidence.conflicts.push((conversation, 1)),
            Self::ListDiffers => {
                let list = evidence.lists.iter_mut().find(|list| list.messages.len() > 1)?;
                list.messages.swap(0, 1);
            }
            Self::MarkBack => {
                let ahead = Glance { conversation, marks: [i64::MAX; 4], holder: None };
                evidence.glances.insert(0, ahead);
            }
            Self::TwoHolders => {
                evidence.holders.values_mut().next()?.extend(["one", "two"].map(str::to_owned));
            }
            Self::AfterClose => sent.after_close = true,
            Self::LeftBehind => kept.left_behind = 1,
            Self::OutOfOrder => sent.follows = Some("never sent".to_owned()),
        }
        Some(())
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What kind of wrong.
    pub kind: Kind,
    /// Where.
    pub place: String,
}

/// Everything that is wrong.
pub fn violations(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    for (id, kept) in &evidence.conversations {
        conversation(id, kept, &mut found);
    }
    sent(evidence, &mut found);
    seen(evidence, &mut found);
    glances(evidence, &mut found);
    let place = |holders: &BTreeSet<String>, id: &str| format!("{id}: {holders:?}");
    for (id, holders) in evidence.holders.iter().filter(|(_, holders)| holders.len() > 1) {
        found.push(Violation { kind: Kind::TwoHolders, place: place(holders, id) });
    }
    found
}

fn conversation(id: &str, kept: &Kept, found: &mut Vec<Violation>) {
    let mut add = |kind, place: String| found.push(Violation { kind, place: format!("{id}: {place}") });
    for (expected, message) in (1..).zip(&kept.messages) {
        if message.seq != expected {
            add(Kind::Gap, format!("{} where {expected} should be", message.seq));
            break;
        }
    }
    let stored = i64::try_from(kept.messages.len()).unwrap_or(i64::MAX);
    if (kept.last, kept.counted) != (stored, stored) {
        add(Kind::Miscounted, format!("{} and {} for {stored}", kept.last, kept.counted));
    }
    if kept.left_behind > 0 {
        add(Kind::LeftBehind, format!("{} messages", kept.left_behind));
    }
    let mut names = BTreeSet::new();
    for Stored { by, name, .. } in &kept.messages {
        if !names.insert((by, name)) {
            add(Kind::Doubled, format!("{name} by {by}"));
        }
    }
}

fn sent(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut stored = HashMap::new();
    for (id, kept) in &evidence.conversations {
        for message in &kept.messages {
            stored.insert((id, &message.by, &message.name), (message.seq, &message.id));
        }
    }
    for sent in &evidence.sent {
        let mut add = |kind| {
            let place = format!("{}: {} by {}", sent.conversation, sent.name, sent.by);
            found.push(Violation { kind, place });
        };
        let of_name = |name| stored.get(&(&sent.conversation, &sent.by, name));
        let own = of_name(&sent.name);
        if !sent.acks.is_empty() {
            match own {
                None => add(Kind::Lost),
                Some(own) if sent.acks.iter().any(|(seq, id)| (*seq, id) != *own) => {
                    add(Kind::AckDiffers);
                }
                Some(_) => {}
            }
            if sent.after_close {
                add(Kind::AfterClose);
            }
        }
        // One whose ack was lost is stored after what it follows, too.
        if let (Some(follows), Some((own, _))) = (&sent.follows, own)
            && of_name(follows).is_none_or(|(before, _)| own < before)
        {
            add(Kind::OutOfOrder);
        }
    }
}

fn seen(evidence: &Evidence, found: &mut Vec<Violation>) {
    for List { conversation, messages } in &evidence.lists {
        let stored = evidence.conversations.get(conversation).map(|kept| &kept.messages);
        let stored = stored.into_iter().flatten().map(|message| (message.seq, &message.id));
        if !stored.eq(messages.iter().map(|(seq, id)| (*seq, id))) {
            found.push(Violation { kind: Kind::ListDiffers, place: conversation.clone() });
        }
    }
    for Fetch { conversation, after, numbers } in &evidence.fetches {
        if !numbers.iter().copied().eq((after + 1..).take(numbers.len())) {
            let place = format!("{conversation}: {numbers:?} after {after}");
            found.push(Violation { kind: Kind::Hole, place });
        }
    }
    for (conversation, seq) in &evidence.conflicts {
        found.push(Violation { kind: Kind::Conflict, place: format!("{conversation}: {seq}") });
    }
}

fn glances(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut last: HashMap<&str, &Glance> = HashMap::new();
    for glance in &evidence.glances {
        if let Some(before) = last.insert(&glance.conversation, glance) {
            let place = format!("{before:?}, then {glance:?}");
            if before.marks.iter().zip(&glance.marks).any(|(before, now)| now < before) {
                found.push(Violation { kind: Kind::MarkBack, place: place.clone() });
            }
            if before.holder.is_some() && before.holder != glance.holder {
                found.push(Violation { kind: Kind::TwoHolders, place });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn healthy() -> Evidence {
        let id = "c".to_owned();
        let message = |seq: i64| Stored {
            seq,
            id: format!("m{seq}"),
            by: "v".to_owned(),
            name: format!("n{seq}"),
        };
        let messages: Vec<Stored> = (1..=3).map(message).collect();
        let sent = |message: &Stored| Sent {
            conversation: id.clone(),
            by: message.by.clone(),
            name: message.name.clone(),
            acks: vec![(message.seq, message.id.clone())],
            after_close: false,
            follows: None,
        };
        let glance = |read: i64| Glance {
            conversation: id.clone(),
            marks: [0, read, 0, 0],
            holder: Some("a".to_owned()),
        };
        Evidence {
            sent: messages.iter().map(sent).collect(),
            lists: vec![List {
                conversation: id.clone(),
                messages: messages.iter().map(|m| (m.seq, m.id.clone())).collect(),
            }],
            fetches: vec![Fetch { conversation: id.clone(), after: 1, numbers: vec![2, 3] }],
            conflicts: Vec::new(),
            glances: vec![glance(1), glance(1), glance(3)],
            holders: BTreeMap::from([(id.clone(), BTreeSet::from(["a".to_owned()]))]),
            conversations: BTreeMap::from([(
                id.clone(),
                Kept { last: 3, counted: 3, left_behind: 0, messages },
            )]),
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_is_wrong() {
        assert_eq!(violations(&healthy()), []);
    }

    #[test]
    fn a_message_that_was_never_acknowledged_may_be_stored_once_or_not_at_all() {
        let mut evidence = healthy();
        evidence.sent[0].acks.clear();
        let name = "never stored".to_owned();
        evidence.sent.push(Sent { name, acks: Vec::new(), ..evidence.sent[0].clone() });
        assert_eq!(violations(&evidence), []);
    }

    #[test]
    fn a_planted_fault_of_each_kind_is_found() {
        for kind in Kind::ALL {
            let mut evidence = healthy();
            assert!(kind.plant(&mut evidence), "{kind:?}");
            let found: Vec<Kind> = violations(&evidence).iter().map(|found| found.kind).collect();
            assert!(found.contains(&kind), "{kind:?}: {found:?}");
        }
    }

    #[test]
    fn a_conversation_that_changes_hands_without_being_handed_on_is_found() {
        let mut evidence = healthy();
        evidence.glances[2].holder = Some("b".to_owned());
        assert_eq!(violations(&evidence)[0].kind, Kind::TwoHolders);
    }
}
