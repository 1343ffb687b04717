//! The life of a conversation: what can be done to it, and what it becomes.

use bson::{Bson, Document, doc};
use mongodb::error::Result;

use super::{Conversation, Happened, next_version};
use crate::Id;
use crate::db::{Db, named};

named! {
    /// Where a conversation is in its life.
    #[derive(Default)]
    #[schemars(rename = "ConversationStatus")]
    pub enum Status {
        /// Nobody has taken it.
        #[default]
        Pending = "pending",
        /// An agent has.
        Active = "active",
        /// The agent is done; the visitor may reopen it.
        Resolved = "resolved",
        /// Over.
        Closed = "closed",
    }
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Active, Self::Resolved, Self::Closed];

    /// What a conversation of this status, held by an agent or not, becomes when something is done to
    /// it; `None` when that cannot be done.
    pub fn after(self, held: bool, action: Action) -> Option<Self> {
        use Action::*;
        use Status::*;
        match (self, action) {
            (Closed, Close) => Some(Closed),
            (Closed, _) => None,
            (_, Assign) => Some(Active),
            (_, Transfer) => held.then_some(Active),
            (_, Resolve) => Some(Resolved),
            (_, Close) => Some(Closed),
            (Resolved, VisitorMessage) => Some(if held { Active } else { Pending }),
            (same, VisitorMessage | AgentMessage) => Some(same),
        }
    }
}

/// What is done to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An agent gets it.
    Assign,
    /// Another agent gets it.
    Transfer,
    /// The matter is settled.
    Resolve,
    /// It ends for good.
    Close,
    /// Its visitor writes.
    VisitorMessage,
    /// An agent writes.
    AgentMessage,
}

impl Action {
    /// Matches the conversations to which it can be done.
    pub(super) fn possible(self) -> Document {
        let possible = |status: &Status, held| status.after(held, self).is_some();
        let all = Status::ALL.into_iter();
        let (either, held): (Vec<Status>, Vec<Status>) =
            all.filter(|status| possible(status, true)).partition(|status| possible(status, false));
        let either = doc! { "status": { "$in": either } };
        if held.is_empty() {
            return either;
        }
        doc! { "$or": [either, { "status": { "$in": held }, "assignedAgent": { "$ne": null } }] }
    }

    /// An expression for the status afterwards, if it ever becomes another.
    fn status(self) -> Option<Document> {
        let branches: Vec<Bson> = states()
            .filter_map(|(status, held)| Some((status, held, status.after(held, self)?)))
            .filter(|(status, _, then)| status != then)
            .map(|(status, held, then)| {
                let is_held = doc! { "$ne": ["$assignedAgent", null] };
                let case = doc! { "$and": [
                    { "$eq": ["$status", status] }, { "$eq": [is_held, held] },
                ] };
                Bson::Document(doc! { "case": case, "then": then })
            })
            .collect();
        (!branches.is_empty())
            .then(|| doc! { "$switch": { "branches": branches, "default": "$status" } })
    }

    /// An update that does it, with `set` (an aggregation's `$set`) beside the status and the version.
    pub(super) fn update(self, mut set: Document) -> Vec<Document> {
        if let Some(status) = self.status() {
            set.insert("status", status);
        }
        set.insert("version", next_version());
        vec![doc! { "$set": set }]
    }
}

/// Every status, unheld and held.
fn states() -> impl Iterator<Item = (Status, bool)> {
    Status::ALL.into_iter().flat_map(|status| [(status, false), (status, true)])
}

/// Who must hold a conversation that is given to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBy {
    /// Whoever does.
    Anybody,
    /// This agent.
    Only(Id),
    /// This agent, or nobody.
    NobodyOr(Id),
}

impl HeldBy {
    fn condition(self) -> Document {
        match self {
            Self::Anybody => doc! {},
            Self::Only(agent) => doc! { "assignedAgent": agent },
            Self::NobodyOr(agent) => doc! { "assignedAgent": { "$in": [null, agent] } },
        }
    }
}

/// What people do. Each is one guarded update that notes in the history what it does, if that is anything, and
/// gives the conversation afterwards, or `None` where it cannot be done.
impl Conversation {
    /// Gives a conversation to an agent, as the event says.
    pub async fn assign(
        db: &Db,
        id: Id,
        to: Id,
        from: HeldBy,
        event: &Happened,
    ) -> Result<Option<Self>> {
        Self::act(db, id, Action::Assign, from, hand_over(to, event)?).await
    }

    /// Gives a conversation that somebody holds to `to`.
    pub async fn transfer(
        db: &Db,
        id: Id,
        to: Id,
        from: HeldBy,
        event: &Happened,
    ) -> Result<Option<Self>> {
        Self::act(db, id, Action::Transfer, from, hand_over(to, event)?).await
    }

    /// Marks a conversation as settled; one that is already keeps its time.
    pub async fn resolve(db: &Db, id: Id, event: &Happened) -> Result<Option<Self>> {
        let at = doc! { "$ifNull": ["$resolvedAt", event.at] };
        let events = event.noted_if(doc! { "$ne": ["$status", Status::Resolved] })?;
        let set = doc! { "resolvedAt": at, "waitingSince": null, "events": events };
        Self::act(db, id, Action::Resolve, HeldBy::Anybody, set).await
    }

    /// Ends a conversation for good; one that has ended keeps its time.
    pub async fn close(db: &Db, id: Id, event: &Happened) -> Result<Option<Self>> {
        let at = doc! { "$ifNull": ["$closedAt", event.at] };
        let events = event.noted_if(doc! { "$ne": ["$status", Status::Closed] })?;
        let set = doc! { "closedAt": at, "waitingSince": null, "events": events };
        Self::act(db, id, Action::Close, HeldBy::Anybody, set).await
    }

    async fn act(
        db: &Db,
        id: Id,
        action: Action,
        held_by: HeldBy,
        set: Document,
    ) -> Result<Option<Self>> {
        let filter = doc! { "_id": id, "$and": [action.possible(), held_by.condition()] };
        Self::change(db, filter, action.update(set)).await
    }
}

/// Gives a conversation to `to`, and keeps who held it.
fn hand_over(to: Id, event: &Happened) -> Result<Document> {
    let is_change = doc! { "$or": [
        { "$ne": ["$assignedAgent", to] }, { "$ne": ["$status", Status::Active] },
    ] };
    let events = event.noted_if(is_change)?;
    let mut set = doc! {
        "assignedAgent": to, "previousAgent": "$assignedAgent", "resolvedAt": null, "events": events,
    };
    if event.note.is_some() {
        // There is something again to erase.
        set.insert("erasedAt", Bson::Null);
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_conversation() {
        use Action::*;
        use Status::*;
        let held_and_not = [
            // action, then what pending, active, resolved and closed become: unheld, held
            (
                Assign,
                [
                    (Some(Active), Some(Active)),
                    (Some(Active), Some(Active)),
                    (Some(Active), Some(Active)),
                    (None, None),
                ],
            ),
            (Transfer, [(None, Some(Active)), (None, Some(Active)), (None, Some(Active)), (None, None)]),
            (
                Resolve,
                [
                    (Some(Resolved), Some(Resolved)),
                    (Some(Resolved), Some(Resolved)),
                    (Some(Resolved), Some(Resolved)),
                    (None, None),
                ],
            ),
            (
                Close,
                [
                    (Some(Closed), Some(Closed)),
                    (Some(Closed), Some(Closed)),
                    (Some(Closed), Some(Closed)),
                    (Some(Closed), Some(Closed)),
                ],
            ),
            (
                VisitorMessage,
                [
                    (Some(Pending), Some(Pending)),
                    (Some(Active), Some(Active)),
                    (Some(Pending), Some(Active)),
                    (None, None),
                ],
            ),
            (
                AgentMessage,
                [
                    (Some(Pending), Some(Pending)),
                    (Some(Active), Some(Active)),
                    (Some(Resolved), Some(Resolved)),
                    (None, None),
                ],
            ),
        ];
        for (action, row) in held_and_not {
            for (status, (unheld, held)) in Status::ALL.into_iter().zip(row) {
                assert_eq!(status.after(false, action), unheld, "{action:?} on unheld {status:?}");
                assert_eq!(status.after(true, action), held, "{action:?} on held {status:?}");
            }
        }
    }
}
