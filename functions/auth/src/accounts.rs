//! Who may register, and what logging in and out does.

use futures::future::{try_join, try_join3};
use shared::config::Registration;
use shared::db::violates;
use shared::documents::audit::{Action, Entry, Party};
use shared::documents::connection::{Audience, Connection};
use shared::documents::super_admins::SuperAdmins;
use shared::documents::user::{EMAIL_INDEX, FOUNDER_INDEX, Role, Session, Status, User};
use shared::error::Code;
use shared::events::Event;
use shared::limits::{self, Limit};
use shared::news::{self, News, Outcome};
use shared::secret::Secret;
use shared::use_cases::caller::{Agent, Caller};
use shared::{App, Error, Id, Result, Time, passwords, tokens};

use crate::input::{ChangePassword, Login, Register};

/// Registers a user, who is logged in from then on. The very first one is the super administrator.
pub async fn register(
    app: &App,
    caller: Option<Caller>,
    input: Register,
    address: Option<String>,
) -> Result<(User, String)> {
    let counting = async {
        match &caller {
            Some(Caller::Agent(agent)) if agent.is_admin() => Ok(()),
            _ => limits::count_from(app, Limit::Registrations, address.as_deref()).await,
        }
    };
    let any = async { User::any(&app.db).await.map_err(Error::from) };
    let ((), any) = try_join(counting, any).await?;
    let founds = !any;
    let role = if founds { Role::SuperAdmin } else { role_for(app, caller.as_ref(), input.role)? };
    let session = Session::begin(app.config.jwt_expire)?;
    let mut user = User {
        id: Id::sequential(),
        name: input.name,
        email: input.email,
        password_hash: passwords::hash(Secret::new(input.password)).await?,
        role,
        active: true,
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
            if user.role == Role::SuperAdmin {
                SuperAdmins::add(&app.db, user.id).await?;
            }
            let actor = match caller {
                Some(Caller::Agent(agent)) => agent.party(),
                _ => user.party(),
            };
            let entry = Entry::new(Action::Registered, Some(actor), user.party(), address);
            entry.about(user.role.name()).write(&app.db).await?;
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

/// Logs a user in. An unknown email, a wrong password and an account that is switched off are told the
/// same, after the same time.
pub async fn login(app: &App, input: Login, address: Option<String>) -> Result<(User, String)> {
    let (user, (), ()) = try_join3(
        async { User::with_email(&app.db, &input.email).await.map_err(Error::from) },
        limits::count_from(app, Limit::Logins, address.as_deref()),
        limits::count(app, Limit::LoginsByEmail, &input.email),
    )
    .await?;
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    let matches = passwords::verify(Secret::new(input.password), stored).await?;
    let target = Party { id: user.as_ref().map(|user| user.id), email: Some(input.email) };
    if let Some(user) = user.filter(|user| matches && user.active) {
        let session = Session::begin(app.config.jwt_expire)?;
        if User::add_session(&app.db, &user, &session).await? {
            let token = token_of(app, &user, &session)?;
            return Ok((user, token));
        }
    }
    Entry::new(Action::LoginFailed, None, target, address).write(&app.db).await?;
    Err(Error::new(Code::Unauthorized, "The email or the password is wrong"))
}

/// Changes one's own password. Every other token is dead, the connections that they opened are closed.
pub async fn change_password(
    app: &App,
    agent: &Agent,
    input: ChangePassword,
    address: Option<String>,
) -> Result<()> {
    let user = &agent.user;
    // Who has stolen a token must not guess on.
    limits::count(app, Limit::LoginsByEmail, &user.email).await?;
    let present = Secret::new(input.current_password);
    if !passwords::verify(present, Some(user.password_hash.clone())).await? {
        let entry = Entry::new(Action::LoginFailed, Some(user.party()), user.party(), address);
        entry.about("change of the password").write(&app.db).await?;
        return Err(Error::forbidden("The current password is wrong"));
    }
    let hash = passwords::hash(Secret::new(input.new_password)).await?;
    let kept = agent.session.id.as_str();
    let changed = User::change_password(&app.db, user, &hash, kept).await?;
    changed.ok_or_else(tokens::invalid_token)?;
    let others = Connection::of_person_but(&app.db, user.id, kept).await?;
    news::close(app, &others).await;
    let entry = Entry::new(Action::PasswordChanged, Some(user.party()), user.party(), address);
    Ok(entry.write(&app.db).await?)
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
pub async fn logout(app: &App, agent: &Agent, address: Option<String>) -> Result<()> {
    User::end_session(&app.db, agent.user.id, &agent.session.id).await?;
    let connections = Connection::of_session(&app.db, &agent.session.id).await?;
    news::close(app, &connections).await;
    let entry = Entry::new(Action::Logout, Some(agent.party()), agent.party(), address);
    Ok(entry.write(&app.db).await?)
}
