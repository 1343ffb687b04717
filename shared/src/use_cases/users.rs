//! Who works here, what administrators do with the accounts of others, and the security log of it.

use std::collections::HashMap;

use super::caller::{Admin, Agent};
use crate::auth::passwords;
use crate::db::{Page, Paging};
use crate::documents::audit::{Action, Entry};
use crate::documents::connection::Connection;
use crate::documents::conversation::Conversation;
use crate::documents::super_admins::SuperAdmins;
use crate::documents::user::{Changes, Filter, Role, User};
use crate::push::Closing;
use crate::secret::Secret;
use crate::views::{AuditView, ListedUserView};
use crate::{App, Error, Id, Result};

/// A page of the users, the latest first, with how much each has to do. Agents see those who may log in.
/// Errors: forbidden for an agent who asks for the others.
pub async fn list(
    app: &App,
    by: &Agent,
    mut filter: Filter,
    paging: &Paging,
) -> Result<Page<ListedUserView>> {
    let by_admin = by.is_admin();
    if !by_admin && !*filter.active.get_or_insert(true) {
        return Err(Error::forbidden("Only administrators see who is switched off"));
    }
    let page = User::page(&app.db, &filter, paging).await?;
    let ids: Vec<Id> = page.entries.iter().map(|user| user.id).collect();
    let held =
        if ids.is_empty() { HashMap::new() } else { Conversation::open_by_agent(&app.db, ids).await? };
    let held = |user: &User| held.get(&user.id).copied().unwrap_or(0);
    Ok(page.map(|user| {
        let open = held(&user);
        ListedUserView::new(user, open, by_admin)
    }))
}

/// A page of the security log: an administrator sees all, everybody else what concerns its own account.
pub async fn audit(
    app: &App,
    by: &Agent,
    action: Option<Action>,
    paging: &Paging,
) -> Result<Page<AuditView>> {
    let target = (!by.is_admin()).then_some(by.user.id);
    let page = Entry::page(&app.db, action, target, paging).await?;
    // Where an administrator works is nobody's business.
    let is_own = |entry: &Entry| entry.actor.as_ref().is_none_or(|actor| actor.id == Some(by.user.id));
    Ok(page.map(|entry| match target {
        Some(_) if !is_own(&entry) => Entry { address: None, ..entry }.into(),
        _ => entry.into(),
    }))
}

/// Changes an account. Another role, or being switched off, closes the user's connections.
/// Errors: forbidden to change one above; conflict for the last super
/// administrator, or when somebody else changed it meanwhile.
pub async fn change(
    app: &App,
    by: &Admin,
    id: Id,
    changes: Changes,
    address: Option<String>,
) -> Result<User> {
    let before = find(app, id).await?;
    refuse_higher(&by.user, &before, changes.role)?;
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
        app.push.close_person(id, &[], Closing::AccountChanged).await?;
    } else if after.name != before.name {
        Connection::rename(&app.db, &after.participant()).await?;
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
/// Errors: forbidden for one above, and for oneself.
pub async fn reset_password(
    app: &App,
    by: &Admin,
    id: Id,
    password: Secret,
    address: Option<String>,
) -> Result<()> {
    if id == by.user.id {
        // Who has stolen a token does not know the password.
        return Err(Error::forbidden("Change your own password with PUT /api/auth/password"));
    }
    let target = find(app, id).await?;
    refuse_higher(&by.user, &target, None)?;
    let hash = passwords::hash(password).await?;
    User::set_password(&app.db, id, &hash).await?.ok_or_else(unknown)?;
    app.push.close_person(id, &[], Closing::PasswordChanged).await?;
    let entry = Entry::new(Action::PasswordReset, Some(by.party()), target.party(), address);
    Ok(entry.write(&app.db).await?)
}

async fn find(app: &App, id: Id) -> Result<User> {
    User::find(&app.db, id).await?.ok_or_else(unknown)
}

fn unknown() -> Error {
    Error::not_found("User")
}

/// An administrator is above agents, a super administrator above everybody.
fn refuse_higher(by: &User, target: &User, role: Option<Role>) -> Result<()> {
    if by.role == Role::SuperAdmin {
        return Ok(());
    }
    if target.role != Role::Agent && target.id != by.id {
        return Err(Error::forbidden("Only a super admin may change administrators"));
    }
    match role {
        Some(role) if role != target.role => {
            Err(Error::forbidden("Only a super admin may change roles"))
        }
        _ => Ok(()),
    }
}
