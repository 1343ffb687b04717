//! Conversations with the people in them. None can be read without saying who asks.

use bson::{Bson, Document, doc};
use futures::future::try_join;
use mongodb::error::Result;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Conversation, Status, visible_to};
use crate::Id;
use crate::db::{Db, Page, Paged, Paging, Projected, Stored};
use crate::documents::participant::Participant;
use crate::documents::user::{AgentBrief, User};
use crate::documents::visitor::{Visitor, VisitorBrief};

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

/// A conversation with the people in it, as one aggregation brings them; `V` is how much of the visitor
/// is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(bound = "V: DeserializeOwned")]
#[allow(missing_docs, reason = "the names say it")]
pub struct WithPeople<V> {
    pub conversation: Conversation,
    pub visitor: Vec<V>,
    pub agent: Vec<AgentBrief>,
}

impl Conversation {
    /// A page of the conversations that `by` may see, the latest first, and the number of all, side by
    /// side; with `q` the visitors that it finds come first.
    pub async fn page(
        db: &Db,
        by: &Participant,
        filter: &Filter,
        paging: &Paging,
    ) -> crate::Result<Page<WithPeople<VisitorBrief>>> {
        let window = paging.window::<Self>()?;
        let mut them = doc! {};
        if let Some(status) = filter.status {
            them.insert("status", status);
        }
        match filter.held_by {
            Some(Holder::Nobody) => them.insert("assignedAgent", Bson::Null),
            Some(Holder::Agent(id)) => them.insert("assignedAgent", id),
            None => None,
        };
        if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            let visitors = Visitor::found_by(db, q).await?;
            them.insert("$or", vec![doc! { "visitor": { "$in": visitors } }, doc! { "tags": q }]);
        }
        them.extend(visible_to(by));
        let rows = Self::with_people(db, window.within(&them), window.skip, window.read());
        let (rows, total) = try_join(rows, db.count::<Self>(them.clone())).await?;
        Ok(window.page(rows, total, |row| row.conversation.place()))
    }

    /// A conversation that `by` may see, with as much of the visitor as `V` has.
    pub async fn details<V: Projected>(
        db: &Db,
        by: &Participant,
        id: Id,
    ) -> Result<Option<WithPeople<V>>> {
        let filter = doc! { "$and": [{ "_id": id }, visible_to(by)] };
        Ok(Self::with_people(db, filter, 0, 1).await?.pop())
    }

    async fn with_people<V: Projected>(
        db: &Db,
        filter: Document,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<WithPeople<V>>> {
        let pipeline = vec![
            doc! { "$match": filter },
            doc! { "$sort": Self::order() },
            doc! { "$skip": skip },
            doc! { "$limit": limit },
            doc! { "$unset": ["outbox", "recent"] },
            doc! { "$project": { "_id": 0, "conversation": "$$ROOT" } },
            doc! { "$lookup": {
                "from": Visitor::COLLECTION, "as": "visitor",
                "localField": "conversation.visitor", "foreignField": "_id",
                "pipeline": [{ "$project": V::fields() }],
            } },
            doc! { "$lookup": {
                "from": User::COLLECTION, "as": "agent",
                "localField": "conversation.assignedAgent", "foreignField": "_id",
                "pipeline": [{ "$project": AgentBrief::fields() }],
            } },
        ];
        db.aggregate(Self::COLLECTION, pipeline, None).await
    }
}
