//! Who calls, and what the caller may see.

use bson::{Document, doc};

use crate::documents::connection::{Person, Side};
use crate::documents::conversation::Conversation;
use crate::documents::user::{Role, Session, User};
use crate::documents::visitor::Visitor;
use crate::tokens::{Audience, invalid_token};
use crate::{App, Error, Id, Result};

/// Somebody who has shown a token.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A user of the dashboard.
    Agent(Box<Agent>),
    /// A visitor of the site.
    Visitor(Box<Visitor>),
}

/// A user of the dashboard, and the session it is in.
#[derive(Clone, Debug)]
pub struct Agent {
    /// The user.
    pub user: User,
    /// The session of its token.
    pub session: Session,
}

impl Caller {
    /// Who a token belongs to. One round trip.
    ///
    /// # Errors
    /// Unauthorized for a token that is not good (any more).
    pub async fn of_token(app: &App, token: &str) -> Result<Self> {
        let claims = app.tokens.check(token)?;
        match claims.aud {
            Audience::Agent => {
                let user = User::with_session(&app.db, claims.sub, &claims.jti).await?;
                let user = user.ok_or_else(invalid_token)?;
                let session = user.sessions.iter().find(|session| session.id == claims.jti);
                let session = session.cloned().ok_or_else(invalid_token)?;
                Ok(Self::Agent(Box::new(Agent { user, session })))
            }
            Audience::Visitor => {
                let visitor = Visitor::find(&app.db, claims.sub).await?;
                visitor.map(|visitor| Self::Visitor(Box::new(visitor))).ok_or_else(invalid_token)
            }
        }
    }

    /// The agent, if it is one.
    ///
    /// # Errors
    /// Forbidden for a visitor.
    pub fn agent(self) -> Result<Agent> {
        match self {
            Self::Agent(agent) => Ok(*agent),
            Self::Visitor(_) => Err(Error::forbidden("Only agents may do this")),
        }
    }

    /// As somebody who takes part in conversations.
    pub fn person(&self) -> Person {
        match self {
            Self::Agent(agent) => agent.person(),
            Self::Visitor(visitor) => person_of(visitor),
        }
    }
}

impl Agent {
    /// As somebody who takes part in conversations.
    pub fn person(&self) -> Person {
        Person {
            side: Side::Agent,
            id: self.user.id,
            name: Some(self.user.name.clone()),
            email: Some(self.user.email.clone()),
        }
    }

    /// Whether it is an administrator.
    pub fn is_admin(&self) -> bool {
        self.user.role >= Role::Admin
    }
}

/// A visitor as somebody who takes part in conversations.
pub fn person_of(visitor: &Visitor) -> Person {
    Person {
        side: Side::Visitor,
        id: visitor.id,
        name: visitor.name.clone(),
        email: visitor.email.clone(),
    }
}

impl Person {
    /// Matches the conversations that the person may see: a visitor its own, an agent all.
    pub fn visible(&self) -> Document {
        match self.side {
            Side::Visitor => doc! { "visitor": self.id },
            Side::Agent => doc! {},
        }
    }

    /// A conversation that the person may see.
    ///
    /// # Errors
    /// Not found for one that does not exist, or not for this person.
    pub async fn conversation(&self, app: &App, id: Id) -> Result<Conversation> {
        Conversation::find(&app.db, id)
            .await?
            .filter(|found| self.side == Side::Agent || found.visitor == self.id)
            .ok_or_else(|| Error::not_found("Conversation"))
    }
}
