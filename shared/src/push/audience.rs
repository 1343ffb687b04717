//! Whom an event reaches.

use bson::{Document, doc};
use mongodb::error::Result;

use crate::Id;
use crate::db::Db;
use crate::documents::connection::{Connection, Watch, living};
use crate::documents::conversation::Conversation;
use crate::documents::participant::Side;

/// Whom an event reaches. It follows from who people are, not from what a connection remembers, except
/// for the conversations that it joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    reach: Reach,
    side: Option<Side>,
    except: Option<Id>,
    /// The one connection that has its answer.
    besides: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    Agents,
    Conversation { id: Id, visitor: Id, holders: Holders },
}

/// Who holds a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Holders {
    Nobody,
    Agents(Vec<Id>),
}

impl Audience {
    /// Every agent.
    pub fn agents() -> Self {
        Self { reach: Reach::Agents, side: None, except: None, besides: None }
    }

    /// Everybody whom a conversation concerns: its visitor, its agent (with none, all agents), who
    /// watches all and who joined it.
    pub fn of(conversation: &Conversation) -> Self {
        let holders = match conversation.assigned_agent {
            Some(agent) => Holders::Agents(vec![agent]),
            None => Holders::Nobody,
        };
        let (id, visitor) = (conversation.id, conversation.visitor);
        let reach = Reach::Conversation { id, visitor, holders };
        Self { reach, side: None, except: None, besides: None }
    }

    /// With those who were concerned while `agent` held the conversation, or nobody did.
    #[must_use]
    pub fn and_formerly_of(mut self, agent: Option<Id>) -> Self {
        if let Reach::Conversation { holders, .. } = &mut self.reach {
            match (holders, agent) {
                (Holders::Agents(agents), Some(agent)) => agents.push(agent),
                (holders, _) => *holders = Holders::Nobody,
            }
        }
        self
    }

    /// Only those on one side.
    #[must_use]
    pub fn only(mut self, side: Side) -> Self {
        self.side = Some(side);
        self
    }

    /// Without the connections of one person.
    #[must_use]
    pub fn except(mut self, person: Id) -> Self {
        self.except = Some(person);
        self
    }

    /// Without one connection, which has an answer of its own.
    #[must_use]
    pub fn besides(self, connection: &str) -> Self {
        Self { besides: Some(connection.to_owned()), ..self }
    }

    /// The ids of the connections that it has now. One round trip.
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
