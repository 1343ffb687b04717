//! Whom an event reaches.

use mongodb::error::Result;

use crate::Id;
use crate::db::Db;
use crate::documents::conversation::Conversation;
use crate::documents::participant::Side;
use crate::documents::recipients::{Holders, Reach, Recipients};

/// Whom an event reaches; see [`Recipients`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(Recipients);

impl Audience {
    fn new(reach: Reach) -> Self {
        Self(Recipients { reach, side: None, except: None, besides: None })
    }

    /// Every agent.
    pub fn agents() -> Self {
        Self::new(Reach::Agents)
    }

    /// The agents who are in a conversation.
    pub fn agents_in(conversation: Id) -> Self {
        Self::new(Reach::Joined(conversation)).only(Side::Agent)
    }

    /// Everybody whom a conversation concerns; with nobody who holds it, all agents.
    pub fn of(conversation: &Conversation) -> Self {
        let holders = Holders::of(conversation.assigned_agent);
        let (id, visitor) = (conversation.id, conversation.visitor);
        Self::new(Reach::Conversation { id, visitor, holders })
    }

    /// The agents whom the open conversation of a visitor concerns; nobody if it has none.
    pub fn agents_of(visitor: Id) -> Self {
        Self::new(Reach::OpenConversationOf(visitor)).only(Side::Agent)
    }

    /// With those who were concerned while `agent` held the conversation, or nobody did.
    #[must_use]
    pub fn and_formerly_of(mut self, agent: Option<Id>) -> Self {
        if let Reach::Conversation { holders, .. } = &mut self.0.reach {
            match (holders, agent) {
                (Holders::Agents(agents), Some(agent)) => agents.push(agent),
                (holders, _) => *holders = Holders::Nobody,
            }
        }
        self
    }

    /// Only those on one side.
    #[must_use]
    pub fn only(self, side: Side) -> Self {
        Self(Recipients { side: Some(side), ..self.0 })
    }

    /// Without the connections of one person.
    #[must_use]
    pub fn except(self, person: Id) -> Self {
        Self(Recipients { except: Some(person), ..self.0 })
    }

    /// Without one connection, which has an answer of its own.
    #[must_use]
    pub fn besides(self, connection: &str) -> Self {
        Self(Recipients { besides: Some(connection.to_owned()), ..self.0 })
    }

    /// The ids of the connections that it has now. One round trip.
    pub async fn connections(&self, db: &Db) -> Result<Vec<String>> {
        self.0.connections(db).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(agent: Option<Id>) -> Audience {
        Audience::of(&Conversation { assigned_agent: agent, ..Conversation::default() })
    }

    fn holders(audience: Audience) -> Holders {
        match audience.0.reach {
            Reach::Conversation { holders, .. } => holders,
            Reach::Agents | Reach::Joined(_) | Reach::OpenConversationOf(_) => {
                panic!("it is of a conversation")
            }
        }
    }

    #[test]
    fn a_conversation_concerns_who_holds_it_and_unheld_every_agent() {
        let ada = Id::sequential();
        assert_eq!(holders(of(Some(ada))), Holders::Agents(vec![ada]));
        assert_eq!(holders(of(None)), Holders::Nobody);
    }

    #[test]
    fn a_hand_over_concerns_both_who_had_it_and_who_has_it() {
        let (ada, bob) = (Id::sequential(), Id::sequential());
        assert_eq!(holders(of(Some(ada)).and_formerly_of(Some(bob))), Holders::Agents(vec![ada, bob]));
        assert_eq!(holders(of(Some(ada)).and_formerly_of(None)), Holders::Nobody, "all agents saw it");
    }

    #[test]
    fn an_audience_can_leave_some_out() {
        let ada = Id::sequential();
        let Recipients { side, except, besides, .. } =
            Audience::agents().only(Side::Agent).except(ada).besides("c1").0;
        assert_eq!((side, except, besides.as_deref()), (Some(Side::Agent), Some(ada), Some("c1")));
    }
}
