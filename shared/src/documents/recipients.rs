//! Which connections something reaches.

use bson::{Document, doc};
use mongodb::error::Result;

use super::connection::{Connection, Watch, living};
use super::conversation::Conversation;
use super::participant::Side;
use crate::Id;
use crate::db::Db;

/// Whom something reaches. It follows from who people are, not from what a connection remembers, except
/// for the conversations that it joined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Recipients {
    pub reach: Reach,
    /// Only those on this side.
    pub side: Option<Side>,
    /// Without the connections of this person.
    pub except: Option<Id>,
    /// Without this connection, which has an answer of its own.
    pub besides: Option<String>,
}

/// Every agent; who joined a conversation; whom a conversation concerns: its visitor, who holds it, who watches all, who joined; or
/// whom the conversation of a visitor that is not closed concerns, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Reach {
    Agents,
    Joined(Id),
    OpenConversationOf(Id),
    Conversation { id: Id, visitor: Id, holders: Holders },
}

/// Who holds a conversation; held by nobody it concerns every agent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Holders {
    Nobody,
    Agents(Vec<Id>),
}

impl Holders {
    /// The agent to whom a conversation is assigned, if it is.
    pub fn of(assigned: Option<Id>) -> Self {
        assigned.map_or(Self::Nobody, |agent| Self::Agents(vec![agent]))
    }
}

impl Reach {
    /// What its connections match; `None` when it reaches nobody.
    async fn filter(&self, db: &Db) -> Result<Option<Document>> {
        Ok(match self {
            Self::Agents => Some(agents(None)),
            Self::Joined(id) => Some(doc! { "joined": id }),
            Self::Conversation { id, visitor, holders } => Some(concerned(*id, *visitor, holders)),
            Self::OpenConversationOf(visitor) => {
                let open = Conversation::open_brief_of(db, *visitor).await?;
                open.map(|open| concerned(open.id, *visitor, &Holders::of(open.assigned_agent)))
            }
        })
    }
}

impl Recipients {
    /// The ids of the connections that it reaches now. One round trip, and one more to find the open
    /// conversation of a visitor.
    pub async fn connections(&self, db: &Db) -> Result<Vec<String>> {
        let Some(reached) = self.reach.filter(db).await? else { return Ok(Vec::new()) };
        let mut conditions = vec![reached];
        conditions.extend(self.side.map(|side| doc! { "person.side": side }));
        conditions.extend(self.except.map(|id| doc! { "person.id": { "$ne": id } }));
        conditions.extend(self.besides.as_ref().map(|id| doc! { "_id": { "$ne": id } }));
        Connection::ids(db, living(conditions)).await
    }
}

fn concerned(id: Id, visitor: Id, holders: &Holders) -> Document {
    let mut concerned = vec![doc! { "person.id": visitor }, doc! { "joined": id }];
    match holders {
        Holders::Nobody => concerned.push(agents(None)),
        Holders::Agents(holders) => {
            concerned.push(doc! { "person.id": { "$in": holders } });
            concerned.push(agents(Some(Watch::All)));
        }
    }
    doc! { "$or": concerned }
}

fn agents(watch: Option<Watch>) -> Document {
    let mut filter = doc! { "person.side": Side::Agent };
    if let Some(watch) = watch {
        filter.insert("watch", watch);
    }
    filter
}
