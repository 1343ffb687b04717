//! Conversations with the people in them. None can be read without saying who asks.

use std::collections::{BTreeSet, HashMap};

use bson::{Bson, Document, doc};
use futures::future::try_join;
use mongodb::error::Result;
use serde::Deserialize;

use super::{Conversation, Priority, Status, holders_index, visible_to};
use crate::db::{Cursor, Db, Page, Paged, Paging, Search, Sorting, Stored};
use crate::documents::participant::Participant;
use crate::documents::user::{AgentBrief, User};
use crate::documents::visitor::{Shown, Visitor, VisitorBrief};
use crate::{Id, Time};

/// The most conversations that are counted of agents.
const MOST_COUNTED: i64 = 10_000;

/// Which conversations are asked for.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Filter {
    pub status: Option<Status>,
    /// Those that somebody holds, or nobody.
    pub held_by: Option<Holder>,
    /// Beginnings of words of the visitor's name and email, or a tag.
    pub q: Option<String>,
    /// Those of this visitor.
    pub visitor: Option<Id>,
    /// Those with this tag.
    pub tag: Option<String>,
    pub priority: Option<Priority>,
    pub sort: Sort,
}

/// The order of a list of conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The latest message first.
    #[default]
    Latest,
    /// Only those in which a visitor waits, the longest waiting first.
    Waiting,
}

impl Sort {
    fn sorting(self) -> Sorting<Conversation> {
        match self {
            Self::Latest => Conversation::sorting(),
            Self::Waiting => Sorting::oldest("waitingSince", |conversation| {
                // One that was answered just now: rather begin anew than leave somebody out.
                let since = conversation.waiting_since.unwrap_or(Time::from_millis(0));
                Cursor::new(since, conversation.id)
            }),
        }
    }
}

/// What conversations must match: first what has an index in the order of the list.
struct Conditions {
    begin: Option<Document>,
    rest: Vec<Document>,
}

impl Filter {
    fn conditions(&self, by: &Participant) -> Conditions {
        let mut held = doc! {};
        match self.held_by {
            Some(Holder::Nobody) => held.insert("assignedAgent", Bson::Null),
            Some(Holder::Agent(id)) => held.insert("assignedAgent", id),
            None => None,
        };
        match (self.status, self.held_by) {
            (Some(status), _) => held.insert("status", status),
            // The index on who holds it has the status before the time.
            (None, Some(_)) => held.insert("status", doc! { "$in": Status::ALL.to_vec() }),
            (None, None) => None,
        };
        let priority = self.priority.map(|priority| doc! { "priority": priority });
        // What most have needs no index, and has none.
        let (usual, unusual) = match self.priority {
            Some(Priority::Medium) => (priority, None),
            _ => (None, priority),
        };
        let begins = [
            // A visitor's own are few; a queue may be long.
            Some(visible_to(by)),
            (self.sort == Sort::Waiting).then(waiting),
            self.visitor.map(|visitor| doc! { "visitor": visitor }),
            self.tag.as_ref().map(|tag| doc! { "tags": { "$eq": tag } }),
            unusual,
            Some(held),
        ];
        let mut begins = begins.into_iter().flatten().filter(|condition| !condition.is_empty());
        let begin = begins.next();
        let rest = begins.chain(usual).collect();
        Conditions { begin, rest }
    }
}

/// Matches what has to match all of these, of which there is one at least, or anything.
fn all_of(mut conditions: Vec<Document>) -> Document {
    match conditions.len() {
        0 | 1 => conditions.pop().unwrap_or_default(),
        _ => doc! { "$and": conditions },
    }
}

/// Matches the conversations that are less or more urgent than most; their index has no others.
pub(super) fn of_unusual_priority() -> Document {
    doc! { "priority": { "$in": [Priority::Low, Priority::High] } }
}

/// Matches the conversations in which a visitor waits; their index has no others.
pub(super) fn waiting() -> Document {
    doc! { "waitingSince": { "$gt": Time::from_millis(0) } }
}

/// Who holds a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Nobody.
    Nobody,
    /// This agent.
    Agent(Id),
}

/// A conversation with the people in it, as far as they are still there; `V` is how much of the visitor
/// is read.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct WithPeople<V> {
    pub conversation: Conversation,
    pub visitor: Option<V>,
    pub agent: Option<AgentBrief>,
}

impl Conversation {
    /// A page of the conversations that `by` may see, and the number of all, side by side. With `q` the
    /// visitors that it finds come first; the people come last. Where an index does not say all that is
    /// asked, 10,000 of its entries are looked at.
    pub async fn page(
        db: &Db,
        by: &Participant,
        filter: &Filter,
        paging: &Paging,
    ) -> crate::Result<Page<WithPeople<VisitorBrief>>> {
        let sorting = filter.sort.sorting();
        let Conditions { begin, rest } = filter.conditions(by);
        let page = match filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            Some(q) => {
                let (visitors, are_all) = Visitor::found_by(db, q).await?;
                let found =
                    doc! { "$or": [{ "visitor": { "$in": visitors } }, { "tags": { "$eq": q } }] };
                let search =
                    Search { filter: found, in_order: filter.sort == Sort::Latest, is_counted: true };
                let rest = all_of(begin.into_iter().chain(rest).collect());
                let page = db.found(&sorting, &search, rest, without_inner(), paging).await?;
                Page { is_complete: page.is_complete.map(|is_complete| is_complete && are_all), ..page }
            }
            None if rest.is_empty() => {
                let them = begin.unwrap_or_default();
                db.page_in(&sorting, them, without_inner(), paging).await?
            }
            None => {
                let search =
                    Search { filter: begin.unwrap_or_default(), in_order: true, is_counted: true };
                db.found(&sorting, &search, all_of(rest), without_inner(), paging).await?
            }
        };
        let Page { entries, pages, next_cursor, is_complete } = page;
        let entries = Self::with_people(db, entries).await?;
        Ok(Page { entries, pages, next_cursor, is_complete })
    }

    /// A conversation that `by` may see, with as much of the visitor as `V` has.
    pub async fn details<V: Shown>(db: &Db, by: &Participant, id: Id) -> Result<Option<WithPeople<V>>> {
        let found = db.query::<Self>(doc! { "_id": id }).fields(without_inner()).one().await?;
        let found = found.filter(|found| found.is_visible_to(by));
        Ok(Self::with_people(db, found.into_iter().collect()).await?.pop())
    }

    /// Fetches the people of conversations: two round trips side by side.
    async fn with_people<V: Shown>(db: &Db, rows: Vec<Self>) -> Result<Vec<WithPeople<V>>> {
        let visitors: BTreeSet<Id> = rows.iter().map(|row| row.visitor).collect();
        let agents: BTreeSet<Id> = rows.iter().filter_map(|row| row.assigned_agent).collect();
        let (visitors, agents) =
            try_join(db.parts::<Visitor, V>(visitors), db.parts::<User, AgentBrief>(agents)).await?;
        let visitors: HashMap<Id, V> = visitors.into_iter().map(|shown| (shown.id(), shown)).collect();
        let agents: HashMap<Id, AgentBrief> =
            agents.into_iter().map(|agent| (agent.id, agent)).collect();
        let with_people = |conversation: Self| WithPeople {
            visitor: visitors.get(&conversation.visitor).cloned(),
            agent: conversation.assigned_agent.and_then(|agent| agents.get(&agent).cloned()),
            conversation,
        };
        Ok(rows.into_iter().map(with_people).collect())
    }
}

impl Conversation {
    /// How many conversations each of these agents holds that are neither resolved nor closed; of very many,
    /// some.
    pub async fn open_by_agent(db: &Db, agents: Vec<Id>) -> Result<HashMap<Id, i64>> {
        #[derive(Deserialize)]
        struct Held {
            #[serde(rename = "_id")]
            agent: Id,
            count: i64,
        }
        let open = doc! { "$in": [Status::Pending, Status::Active] };
        let pipeline = vec![
            doc! { "$match": { "assignedAgent": { "$in": agents }, "status": open } },
            doc! { "$limit": MOST_COUNTED },
            doc! { "$group": { "_id": "$assignedAgent", "count": { "$sum": 1_i64 } } },
        ];
        let index = Some(holders_index());
        let held: Vec<Held> = db.aggregate(Self::COLLECTION, pipeline, index).await?;
        Ok(held.into_iter().map(|Held { agent, count }| (agent, count)).collect())
    }
}

/// All but what the outbox needs, and what has happened.
pub(super) fn without_inner() -> Document {
    doc! { "outbox": 0, "names": 0, "events": 0 }
}
