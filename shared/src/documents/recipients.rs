//! Which connections something reaches.

use bson::{Document, doc};
use mongodb::error::Result;

use super::connection::{Connection, Watch, living};
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

/// Every agent, or whom a conversation concerns: its visitor, who holds it, who watches all, who joined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Reach {
    Agents,
    Conversation { id: Id, visitor: Id, holders: Holders },
}

/// Who holds a conversation; held by nobody it concerns every agent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Holders {
    Nobody,
    Agents(Vec<Id>),
}

impl Recipients {
    /// The ids of the connections that it reaches now. One round trip.
    pub async fn connections(&self, db: &Db) -> Result<Vec<String>> {
        Connection::ids(db, self.filter()).await
    }

    fn filter(&self) -> Document {
        let agents = |watch: Option<Watch>| {
            let mut filter = doc! { "person.side": Side::Agent };
            if let Some(watch) = watch {
                filter.insert("watch", watch);
            }
            filter
        };
        let mut conditions = vec![match &self.reach {
            Reach::Agents => agents(None),
            Reach::Conversation { id, visitor, holders } => {
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
        }];
        conditions.extend(self.side.map(|side| doc! { "person.side": side }));
        conditions.extend(self.except.map(|id| doc! { "person.id": { "$ne": id } }));
        conditions.extend(self.besides.as_ref().map(|id| doc! { "_id": { "$ne": id } }));
        living(conditions)
    }
}
