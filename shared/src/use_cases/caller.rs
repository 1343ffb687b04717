//! Who calls, and what the caller may see.

use std::ops::Deref;

use futures::future::{join, try_join};

use super::rate_limit;
use crate::auth::tokens::{Audience, Claims, invalid_token};
use crate::documents::audit::Party;
use crate::documents::conversation::Conversation;
use crate::documents::participant::Participant;
use crate::documents::user::{Role, Session, User};
use crate::documents::visitor::Visitor;
use crate::error::Code;
use crate::rate_limit::Limit;
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
#[allow(missing_docs, reason = "the names say it")]
pub struct Agent {
    pub user: User,
    pub session: Session,
}

impl Caller {
    /// Who a token belongs to. One round trip.
    /// Errors: unauthorized for a token that is not good (any more); banned for a visitor who may not
    /// come in.
    pub async fn of_token(app: &App, token: &str) -> Result<Self> {
        Self::of_claims(app, &app.tokens.check(token)?).await
    }

    /// Who makes a call with a token, which is counted at the same time. One round trip.
    /// Errors: as [`Self::of_token`]; rate limited when there were too many calls.
    pub async fn of_call(app: &App, token: &str) -> Result<Self> {
        let claims = app.tokens.check(token)?;
        let who = claims.sub.to_string();
        let counting = rate_limit::consume(app, Limit::Calls, &who);
        let (counted, caller) = join(counting, Self::of_claims(app, &claims)).await;
        if caller.is_err() {
            // A token that is dead counts for itself, and takes nothing from its owner.
            try_join(
                rate_limit::give_back(app, Limit::Calls, &who),
                rate_limit::consume(app, Limit::Calls, &claims.jti),
            )
            .await?;
        }
        let caller = caller?;
        counted.map(|()| caller)
    }

    async fn of_claims(app: &App, claims: &Claims) -> Result<Self> {
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
                let visitor = visitor.filter(|visitor| visitor.erased_at.is_none());
                let visitor = visitor.ok_or_else(invalid_token)?;
                if visitor.is_banned() {
                    return Err(banned());
                }
                Ok(Self::Visitor(Box::new(visitor)))
            }
        }
    }

    /// The agent, if it is one.
    /// Errors: forbidden for a visitor.
    pub fn agent(self) -> Result<Agent> {
        match self {
            Self::Agent(agent) => Ok(*agent),
            Self::Visitor(_) => Err(Error::forbidden("Only agents may do this")),
        }
    }

    /// As somebody who takes part in conversations.
    pub fn participant(&self) -> Participant {
        match self {
            Self::Agent(agent) => agent.participant(),
            Self::Visitor(visitor) => visitor.participant(),
        }
    }
}

impl Agent {
    /// As somebody who takes part in conversations.
    pub fn participant(&self) -> Participant {
        self.user.participant()
    }

    /// The agent, if it is an administrator.
    /// Errors: forbidden for everybody else.
    pub fn admin(self) -> Result<Admin> {
        if self.is_admin() {
            Ok(Admin(self))
        } else {
            Err(Error::forbidden("Only administrators may do this"))
        }
    }

    /// As somebody in the security log.
    pub fn party(&self) -> Party {
        self.user.party()
    }

    /// Whether it is an administrator.
    pub fn is_admin(&self) -> bool {
        self.user.role >= Role::Admin
    }
}

/// An agent who is an administrator.
#[derive(Clone, Debug)]
pub struct Admin(Agent);

impl Deref for Admin {
    type Target = Agent;

    fn deref(&self) -> &Agent {
        &self.0
    }
}

/// A conversation that the participant may see.
pub async fn conversation(app: &App, by: &Participant, id: Id) -> Result<Conversation> {
    let found = Conversation::seen_by(&app.db, by, id).await?;
    found.ok_or_else(unknown_conversation)
}

/// The answer to an id that no conversation has, or none that the caller may see.
pub fn unknown_conversation() -> Error {
    Error::not_found("Conversation")
}

/// The answer to a visitor who may not come in.
pub fn banned() -> Error {
    Error::new(Code::Banned, "You may not use this chat")
}
