//! Who may register, and what logging in and out does.

use shared::config::Registration;
use shared::db::violates;
use shared::documents::connection::{Audience, Connection};
use shared::documents::user::{EMAIL_INDEX, FOUNDER_INDEX, Role, Session, Status, User};
use shared::error::Code;
use shared::events::Event;
use shared::news::{self, News, Outcome};
use shared::secret::Secret;
use shared::use_cases::caller::{Agent, Caller};
use shared::{App, Error, Id, Result, Time, passwords, tokens};

use crate::input::{Login, Register};

/// Registers a user, who is logged in from then on. The very first one is the super administrator.
pub async fn register(app: &App, caller: Option<Caller>, input: Register) -> Result<(User, String)> {
    let founds = !User::any(&app.db).await?;
    let role = if founds { Role::SuperAdmin } else { role_for(app, caller.as_ref(), input.role)? };
    let session = Session::begin(app.config.jwt_expire)?;
    let mut user = User {
        id: Id::sequential(),
        name: input.name,
        email: input.email,
        password_hash: passwords::hash(Secret::new(input.password)).await?,
        role,
        status: Status::Offline,
        chosen_status: Status::Online,
        avatar: None,
        department: None,
        created_at: Time::now(),
        sessions: vec![session.clone()],
        connections: Vec::new(),
        was_absent: false,
        founder: founds.then_some(true),
    };
    let mut result = insert(app, &user).await;
    if let Err(error) = &result
        && violates(error, FOUNDER_INDEX)
    {
        // Somebody else became the first user meanwhile.
        user.role = role_for(app, caller.as_ref(), input.role)?;
        user.founder = None;
        result = insert(app, &user).await;
    }
    match result {
        Err(error) if violates(&error, EMAIL_INDEX) => {
            Err(Error::conflict("A user with this email exists"))
        }
        other => {
            other?;
            let token = token_of(app, &user, &session)?;
            Ok((user, token))
        }
    }
}

async fn insert(app: &App, user: &User) -> Result<(), mongodb::error::Error> {
    app.db.insert(user).await
}

/// The role of a new user, once there is a first one.
fn role_for(app: &App, caller: Option<&Caller>, wanted: Option<Role>) -> Result<Role> {
    let role = match caller {
        Some(Caller::Agent(agent)) => Some(agent.user.role),
        _ => None,
    };
    match (role, wanted.unwrap_or(Role::Agent)) {
        (Some(Role::SuperAdmin), wanted) => Ok(wanted),
        (Some(Role::Admin), Role::Agent) => Ok(Role::Agent),
        (Some(Role::Admin), _) => Err(Error::forbidden("Only a super admin may make admins")),
        (_, _) if app.config.registration == Registration::Open => Ok(Role::Agent),
        (Some(Role::Agent), _) => Err(Error::forbidden("Only an admin may register users")),
        (None, _) => Err(Error::unauthorized("An admin's token is required to register users")),
    }
}

/// Logs a user in. An unknown email and a wrong password are told the same, after the same time.
pub async fn login(app: &App, input: Login) -> Result<(User, String)> {
    let user = User::with_email(&app.db, &input.email).await?;
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    let matches = passwords::verify(Secret::new(input.password), stored).await?;
    let Some(user) = user.filter(|_| matches) else {
        return Err(Error::new(Code::Unauthorized, "The email or the password is wrong"));
    };
    let session = Session::begin(app.config.jwt_expire)?;
    User::add_session(&app.db, user.id, &session).await?;
    let token = token_of(app, &user, &session)?;
    Ok((user, token))
}

fn token_of(app: &App, user: &User, session: &Session) -> Result<String> {
    app.tokens.sign(tokens::Audience::Agent, user.id, &session.id, session.expires_at)
}

/// Sets what the others see of a user.
pub async fn set_status(app: &App, user: &User, status: Status) -> Result<Outcome<Status>> {
    User::set_status(&app.db, user.id, status).await?;
    let event = Event::AgentStatus { user_id: user.id, status };
    Ok(Outcome { value: status, news: vec![News::new(Audience::agents(), event)] })
}

/// Ends the session of the token that was shown: the token is dead, the connections that it opened are
/// closed.
pub async fn logout(app: &App, agent: &Agent) -> Result<()> {
    User::end_session(&app.db, agent.user.id, &agent.session.id).await?;
    let connections = Connection::of_session(&app.db, &agent.session.id).await?;
    news::close(app, &connections).await;
    Ok(())
}
