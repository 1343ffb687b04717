//! One's own account: registering, logging in and out, password and status.

use futures::future::{join, join3, try_join, try_join5};
use schemars::JsonSchema;
use serde::Serialize;

use super::caller::{Agent, Caller};
use super::outbox::Outcome;
use super::rate_limit;
use crate::auth::passwords::{self, PasswordHash};
use crate::auth::{setup, tokens};
use crate::config::{FirstUser, Registration};
use crate::documents::audit::{Action, Entry, Party};
use crate::documents::connection::Connection;
use crate::documents::failed_logins::FailedLogins;
use crate::documents::super_admins::SuperAdmins;
use crate::documents::user::{Inserted, Role, Session, Status, User};
use crate::error::Code;
use crate::push::{Audience, Closing, Event, OutboundEvent};
use crate::rate_limit::Limit;
use crate::secret::Secret;
use crate::{App, Error, Id, Result, Time};

/// Somebody who wants to be a user.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Newcomer {
    pub name: String,
    pub email: String,
    pub password: Secret,
    pub role: Option<Role>,
    /// What the first user shows where strangers can reach the live chat.
    pub setup_token: Option<String>,
}

/// Registers a user, who is logged in from then on: the user and its token. The very first one is the
/// super administrator.
/// Errors: unauthorized or forbidden where one may not register, or not be the first without the setup
/// token; conflict for an email that somebody
/// has; rate limited.
pub async fn register(
    app: &App,
    caller: Option<Caller>,
    newcomer: Newcomer,
    address: Option<String>,
) -> Result<(User, String)> {
    let counting = async {
        match &caller {
            Some(Caller::Agent(agent)) if agent.is_admin() => Ok(()),
            _ => rate_limit::consume_from(app, Limit::Registrations, address.as_deref()).await,
        }
    };
    let any = async { User::any(&app.db).await.map_err(Error::from) };
    let ((), any) = try_join(counting, any).await?;
    let Newcomer { name, email, password, role: wanted, setup_token } = newcomer;
    if !any && !may_be_first(app, setup_token.as_deref()) {
        return Err(Error::forbidden("The first user must show the setupToken of this deployment"));
    }
    let caller_role = match &caller {
        Some(Caller::Agent(agent)) => Some(agent.user.role),
        _ => None,
    };
    let role =
        if any { role_for(app.config.registration, caller_role, wanted)? } else { Role::SuperAdmin };
    let session = Session::begin(app.config.jwt_expire)?;
    let hash = passwords::hash(password).await?;
    let mut user = new_user(name, email, hash, role, session.clone());
    if caller.is_none() {
        user.networks.push(rate_limit::network(address.as_deref()));
    }
    user.founder = (!any).then_some(true);
    let mut inserted = user.insert(&app.db).await?;
    if inserted == Inserted::IsNotTheFirst {
        // Somebody else became the first user meanwhile.
        user.role = role_for(app.config.registration, caller_role, wanted)?;
        user.founder = None;
        inserted = user.insert(&app.db).await?;
    }
    if inserted != Inserted::New {
        return Err(Error::conflict("A user with this email exists"));
    }
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

/// Who may register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Registering {
    /// The first user, who becomes the super administrator.
    First,
    /// Anybody, as an agent.
    Open,
    /// Nobody without an administrator's token.
    Closed,
}

/// What who has no account yet may do.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Registration")]
pub struct Door {
    registration: Registering,
    needs_setup_token: bool,
}

/// What may be done by who has no account yet.
/// Errors: rate limited.
pub async fn door(app: &App, address: Option<&str>) -> Result<Door> {
    let counting = rate_limit::consume_from(app, Limit::Calls, address);
    let any = async { User::any(&app.db).await.map_err(Error::from) };
    let ((), any) = try_join(counting, any).await?;
    Ok(match (any, app.config.registration) {
        (false, _) => Door {
            registration: Registering::First,
            needs_setup_token: app.config.first_user == FirstUser::WithToken,
        },
        (true, Registration::Open) => Door { registration: Registering::Open, needs_setup_token: false },
        (true, Registration::Admin) => {
            Door { registration: Registering::Closed, needs_setup_token: false }
        }
    })
}

fn may_be_first(app: &App, shown: Option<&str>) -> bool {
    match app.config.first_user {
        FirstUser::Anyone => true,
        FirstUser::WithToken => {
            shown.is_some_and(|shown| setup::is_token(&app.config.jwt_secret, shown))
        }
    }
}

fn new_user(name: String, email: String, hash: PasswordHash, role: Role, session: Session) -> User {
    User {
        id: Id::sequential(),
        name,
        email,
        password_hash: hash,
        role,
        active: true,
        status: Status::Offline,
        chosen_status: Status::Online,
        avatar: None,
        department: None,
        created_at: Time::now(),
        sessions: vec![session],
        connections: Vec::new(),
        networks: Vec::new(),
        was_absent: false,
        pushed_out: Vec::new(),
        founder: None,
    }
}

/// The role of a new user, once there is a first one.
fn role_for(registration: Registration, caller: Option<Role>, wanted: Option<Role>) -> Result<Role> {
    match (caller, wanted.unwrap_or(Role::Agent)) {
        (Some(Role::SuperAdmin), wanted) => Ok(wanted),
        (Some(Role::Admin), Role::Agent) => Ok(Role::Agent),
        (Some(Role::Admin), _) => Err(Error::forbidden("Only a super admin may make admins")),
        (_, _) if registration == Registration::Open => Ok(Role::Agent),
        (Some(Role::Agent), _) => Err(Error::forbidden("Only an admin may register users")),
        (None, _) => Err(Error::unauthorized("An admin's token is required to register users")),
    }
}

/// Logs a user in. An unknown email, a wrong password and an account that is switched off get the
/// same answer, after the same time. Nobody locks another one out: tries are counted for each network, and
/// after many wrong ones from wherever, those networks still get in from which the user has logged in.
/// Each login that fails makes the next one from there wait longer.
/// Errors: unauthorized for a wrong email or password; rate limited.
pub async fn login(
    app: &App,
    email: String,
    password: Secret,
    address: Option<String>,
) -> Result<(User, String)> {
    let network = rate_limit::network(address.as_deref());
    let here = format!("{email} {network}");
    let (user, has_failed) = count_try(app, &email, &network, &here).await?;
    let stored = user.as_ref().map(|user| user.password_hash.clone());
    let matches = match passwords::verify(password, stored).await {
        Ok(matches) => matches,
        Err(error) => {
            give_back_try(app, &network, &here).await?;
            return Err(error);
        }
    };
    let target = Party { id: user.as_ref().map(|user| user.id), email: Some(email.clone()) };
    if let Some(user) = user.filter(|user| matches && user.active)
        && let Some(token) = begin_session(app, &user, &network).await?
    {
        // Only failures count.
        try_join(give_back_try(app, &network, &here), async {
            match has_failed {
                true => Ok(FailedLogins::forget(&app.db, &here).await?),
                false => Ok(()),
            }
        })
        .await?;
        return Ok((user, token));
    }
    let waits = app.config.limits.rate(Limit::LoginsByEmail).is_some();
    let noting = Entry::note_failed_login(&app.db, target, address, &network);
    // Who has just come past the limit was not yet when it began.
    let (_past, noted, delayed) =
        join3(rate_limit::consume(app, Limit::WrongLogins, &email), noting, async {
            if waits { FailedLogins::note(&app.db, &here).await } else { Ok(()) }
        })
        .await;
    noted.and(delayed)?;
    Err(Error::new(Code::Unauthorized, "The email or the password is wrong"))
}

/// Counts a try to log in, if there may be one more: who has this email, if anybody, and whether tries from
/// here have failed.
/// Errors: rate limited.
async fn count_try(app: &App, email: &str, network: &str, here: &str) -> Result<(Option<User>, bool)> {
    // All are looked at before any is counted: what one refuses must not count for another.
    let (failed, user, wrong, (), ()) = try_join5(
        async {
            match app.config.limits.rate(Limit::LoginsByEmail) {
                Some(_) => Ok(FailedLogins::find(&app.db, here).await?),
                None => Ok(None),
            }
        },
        async { User::with_email(&app.db, email).await.map_err(Error::from) },
        async { Ok(rate_limit::refuse_past(app, Limit::WrongLogins, email).await) },
        rate_limit::refuse_past(app, Limit::Logins, network),
        rate_limit::refuse_past(app, Limit::LoginsByEmail, here),
    )
    .await?;
    if let Some(wait) = failed.as_ref().and_then(FailedLogins::wait) {
        return Err(Error::rate_limited(wait));
    }
    if !user.as_ref().is_some_and(|user| user.knows(network)) {
        wrong?;
    }
    // Before the password is looked at, so that many at once are counted, too.
    let counted = join(
        rate_limit::consume(app, Limit::Logins, network),
        rate_limit::consume(app, Limit::LoginsByEmail, here),
    );
    match counted.await {
        (Ok(()), Ok(())) => Ok((user, failed.is_some())),
        (by_address, by_email) => {
            give_back_try(app, network, here).await?;
            Err(by_address.and(by_email).err().unwrap_or_else(|| Error::unavailable("not counted")))
        }
    }
}

/// Takes a try to log in back that has not failed.
async fn give_back_try(app: &App, network: &str, here: &str) -> Result<()> {
    let by_address = rate_limit::give_back(app, Limit::Logins, network);
    try_join(by_address, rate_limit::give_back(app, Limit::LoginsByEmail, here)).await.map(drop)
}

/// Begins a session of a user who has shown its password, and closes the sockets of the oldest that are too
/// many. Its token, unless the password was changed meanwhile.
async fn begin_session(app: &App, user: &User, network: &str) -> Result<Option<String>> {
    let session = Session::begin(app.config.jwt_expire)?;
    let Some(ended) = User::add_session(&app.db, user, &session, network).await? else {
        return Ok(None);
    };
    for session in ended {
        let connections = Connection::of_session(&app.db, &session.id).await?;
        app.push.close(&connections, Closing::SessionEnded).await;
    }
    token_of(app, user, &session).map(Some)
}

/// Changes one's own password. Every other token is dead, the connections that they opened are closed.
/// Errors: forbidden when the present password is wrong; rate limited.
pub async fn change_password(
    app: &App,
    agent: &Agent,
    present: Secret,
    new: Secret,
    address: Option<String>,
) -> Result<()> {
    let user = &agent.user;
    // Who has stolen a token must not guess on.
    rate_limit::consume(app, Limit::PasswordChanges, &user.id.to_string()).await?;
    if !passwords::verify(present, Some(user.password_hash.clone())).await? {
        let entry = Entry::new(Action::LoginFailed, Some(user.party()), user.party(), address);
        entry.about("change of the password").write(&app.db).await?;
        return Err(Error::forbidden("The current password is wrong"));
    }
    let hash = passwords::hash(new).await?;
    let kept = agent.session.id.as_str();
    let changed = User::change_password(&app.db, user, &hash, kept).await?;
    changed.ok_or_else(tokens::invalid_token)?;
    let others = Connection::of_person_but(&app.db, user.id, kept).await?;
    app.push.close(&others, Closing::PasswordChanged).await;
    let entry = Entry::new(Action::PasswordChanged, Some(user.party()), user.party(), address);
    Ok(entry.write(&app.db).await?)
}

fn token_of(app: &App, user: &User, session: &Session) -> Result<String> {
    app.tokens.sign(tokens::Audience::Agent, user.id, &session.id, session.expires_at)
}

/// Sets what the others see of a user.
pub async fn set_status(app: &App, user: &User, status: Status) -> Result<Outcome<Status>> {
    User::set_status(&app.db, user.id, status).await?;
    let event = Event::AgentStatus { user_id: user.id, status, at: Time::now() };
    Ok(Outcome::new(status, vec![OutboundEvent::new(Audience::agents(), event)]))
}

/// Ends the session of the token that was shown: the token is dead, the connections that it opened are
/// closed.
pub async fn logout(app: &App, agent: &Agent, address: Option<String>) -> Result<()> {
    User::end_session(&app.db, agent.user.id, &agent.session.id).await?;
    let connections = Connection::of_session(&app.db, &agent.session.id).await?;
    app.push.close(&connections, Closing::LoggedOut).await;
    let entry = Entry::new(Action::Logout, Some(agent.party()), agent.party(), address);
    Ok(entry.write(&app.db).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_registers_decides_what_the_new_user_may_be() {
        use Registration::{Admin as ByAdmins, Open};
        use Role::{Admin, Agent, SuperAdmin};
        for (registration, caller, wanted, role) in [
            (ByAdmins, Some(SuperAdmin), Some(Admin), Some(Admin)),
            (ByAdmins, Some(SuperAdmin), Some(SuperAdmin), Some(SuperAdmin)),
            (ByAdmins, Some(Admin), None, Some(Agent)),
            (ByAdmins, Some(Admin), Some(Admin), None),
            (ByAdmins, Some(Agent), None, None),
            (ByAdmins, None, None, None),
            (Open, None, Some(SuperAdmin), Some(Agent)),
            (Open, Some(Agent), Some(Admin), Some(Agent)),
            (Open, Some(Admin), Some(Admin), None),
        ] {
            let given = role_for(registration, caller, wanted).ok();
            assert_eq!(given, role, "{registration:?} {caller:?} {wanted:?}");
        }
    }
}
