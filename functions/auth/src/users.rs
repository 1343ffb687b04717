//! What administrators do with the accounts of others, and the security log of it.

use bson::{Document, doc};
use futures::future::try_join;
use shared::documents::audit::{Action, Entry};
use shared::documents::connection::Connection;
use shared::documents::super_admins::SuperAdmins;
use shared::documents::user::{Changes, Role, User};
use shared::paging::{Cursor, Pages, Window};
use shared::secret::Secret;
use shared::use_cases::caller::Agent;
use shared::{App, Error, Id, Result, news, passwords};

/// A page of a list.
pub struct Page<T> {
    pub entries: Vec<T>,
    pub pages: Pages,
    pub next_cursor: Option<String>,
}

/// A page of the users, the latest first, and the number of all, side by side.
pub async fn list(app: &App, filter: Document, window: &Window) -> Result<Page<User>> {
    let (mut entries, total) = try_join(
        User::list(&app.db, window.within(&filter), window.skip, window.read()),
        User::count(&app.db, filter.clone()),
    )
    .await?;
    let next_cursor = window.cut(&mut entries, |user| Cursor::new(user.created_at, user.id));
    Ok(Page { entries, pages: window.pages(total), next_cursor })
}

/// A page of the security log, the latest first, and the number of all, side by side.
pub async fn audit(app: &App, action: Option<Action>, window: &Window) -> Result<Page<Entry>> {
    let filter = action.map_or_else(|| doc! {}, |action| doc! { "action": action });
    let (mut entries, total) = try_join(
        Entry::list(&app.db, window.within(&filter), window.skip, window.read()),
        Entry::count(&app.db, filter.clone()),
    )
    .await?;
    let next_cursor = window.cut(&mut entries, |entry| Cursor::new(entry.at, entry.id));
    Ok(Page { entries, pages: window.pages(total), next_cursor })
}

/// Changes an account. Another role, or being switched off, closes the user's connections.
pub async fn change(
    app: &App,
    by: &Agent,
    id: Id,
    changes: Changes,
    address: Option<String>,
) -> Result<User> {
    let before = find(app, id).await?;
    refuse_higher(by, &before, changes.role)?;
    let (role, active) = (changes.role.unwrap_or(before.role), changes.active.unwrap_or(before.active));
    let counts = |role, active| role == Role::SuperAdmin && active;
    let (counted, counts) = (counts(before.role, before.active), counts(role, active));
    if counted && !counts && !SuperAdmins::remove(&app.db, id).await? {
        return Err(Error::conflict("The last super admin can neither be demoted nor switched off"));
    }
    let after = User::change(&app.db, &before, changes).await?;
    let after = after.ok_or_else(|| Error::conflict("Somebody else changed this user meanwhile"))?;
    if counts && !counted {
        SuperAdmins::add(&app.db, id).await?;
        // Somebody else may have demoted it meanwhile, and not found it in the list.
        let now = find(app, id).await?;
        if now.role != Role::SuperAdmin || !now.active {
            SuperAdmins::remove(&app.db, id).await?;
        }
    }
    // First what matters, then what is written about it; asked again after a failure, it is done again.
    if role != before.role || !active {
        hang_up(app, id).await?;
    } else if after.name != before.name {
        Connection::rename(&app.db, &after.person()).await?;
    }
    let entry = |action| Entry::new(action, Some(by.party()), after.party(), address.clone());
    if role != before.role {
        let detail = format!("{} to {}", before.role.name(), role.name());
        entry(Action::RoleChanged).about(detail).write(&app.db).await?;
    }
    if active != before.active {
        let action = if active { Action::Activated } else { Action::Deactivated };
        entry(action).write(&app.db).await?;
    }
    Ok(after)
}

/// Gives a user another password. Its tokens are dead, its connections are closed.
pub async fn reset_password(
    app: &App,
    by: &Agent,
    id: Id,
    password: String,
    address: Option<String>,
) -> Result<()> {
    if id == by.user.id {
        // Who has stolen a token does not know the password.
        return Err(Error::forbidden("Change your own password with PUT /api/auth/password"));
    }
    let target = find(app, id).await?;
    refuse_higher(by, &target, None)?;
    let hash = passwords::hash(Secret::new(password)).await?;
    User::set_password(&app.db, id, &hash).await?.ok_or_else(unknown)?;
    hang_up(app, id).await?;
    let entry = Entry::new(Action::PasswordReset, Some(by.party()), target.party(), address);
    Ok(entry.write(&app.db).await?)
}

async fn hang_up(app: &App, user: Id) -> Result<()> {
    let connections = Connection::of_person(&app.db, user).await?;
    news::close(app, &connections).await;
    Ok(())
}

async fn find(app: &App, id: Id) -> Result<User> {
    User::find(&app.db, id).await?.ok_or_else(unknown)
}

fn unknown() -> Error {
    Error::not_found("User")
}

/// An administrator is above agents, a super administrator above everybody.
fn refuse_higher(by: &Agent, target: &User, role: Option<Role>) -> Result<()> {
    if by.user.role == Role::SuperAdmin {
        return Ok(());
    }
    if target.role != Role::Agent && target.id != by.user.id {
        return Err(Error::forbidden("Only a super admin may change administrators"));
    }
    match role {
        Some(role) if role != target.role => {
            Err(Error::forbidden("Only a super admin may change roles"))
        }
        _ => Ok(()),
    }
}
