//! Conversations with the people in them. None can be read without saying who asks.

use std::collections::{BTreeSet, HashMap};

use bson::{Bson, Document, doc};
use futures::future::try_join;
use mongodb::error::Result;

use super::{Conversation, Status, visible_to};
use crate::Id;
use crate::db::{Db, Page, Paging, Search};
use crate::documents::participant::Participant;
use crate::documents::user::{AgentBrief, User};
use crate::documents::visitor::{Shown, Visitor, VisitorBrief};

/// Which conversations are asked for.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Filter {
    pub status: Option<Status>,
    /// Those that somebody holds, or nobody.
    pub held_by: Option<Holder>,
    /// Beginnings of words of the visitor's name and email, or a tag.
    pub q: Option<String>,
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
    /// A page of the conversations that `by` may see, the latest first, and the number of all, side by
    /// side. With `q` the visitors that it finds come first; the people come last.
    pub async fn page(
        db: &Db,
        by: &Participant,
        filter: &Filter,
        paging: &Paging,
    ) -> crate::Result<Page<WithPeople<VisitorBrief>>> {
        let mut them = doc! {};
        match filter.held_by {
            Some(Holder::Nobody) => them.insert("assignedAgent", Bson::Null),
            Some(Holder::Agent(id)) => them.insert("assignedAgent", id),
            None => None,
        };
        match (filter.status, filter.held_by) {
            (Some(status), _) => them.insert("status", status),
            // The index on who holds it has the status before the time.
            (None, Some(_)) => them.insert("status", doc! { "$in": Status::ALL.to_vec() }),
            (None, None) => None,
        };
        them.extend(visible_to(by));
        let page = match filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            Some(q) => {
                let (visitors, are_all) = Visitor::found_by(db, q).await?;
                let filter =
                    doc! { "$or": [{ "visitor": { "$in": visitors } }, { "tags": { "$eq": q } }] };
                let search = Search { filter, in_order: true };
                let page = db.found::<Self>(&search, them, without_inner(), paging).await?;
                Page { is_complete: page.is_complete.map(|is_complete| is_complete && are_all), ..page }
            }
            None => db.page::<Self>(them, without_inner(), paging).await?,
        };
        let Page { entries, pages, next_cursor, is_complete } = page;
        let entries = Self::with_people(db, entries).await?;
        Ok(Page { entries, pages, next_cursor, is_complete })
    }

    /// A conversation that `by` may see, with as much of the visitor as `V` has.
    pub async fn details<V: Shown>(db: &Db, by: &Participant, id: Id) -> Result<Option<WithPeople<V>>> {
        let found = db.query::<Self>(doc! { "$and": [{ "_id": id }, visible_to(by)] });
        let found = found.fields(without_inner()).one().await?;
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

/// All but what the outbox needs, and what has happened.
pub(super) fn without_inner() -> Document {
    doc! { "outbox": 0, "recent": 0, "events": 0 }
}
