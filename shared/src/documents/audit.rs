//! The security log: who let whom in, and whom not.

use std::time::Duration;

use bson::{Bson, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::db::{Cursor, Db, Page, Paged, Paging, Stored, expiring, index};
use crate::{Id, Time};

/// How long an entry is kept: a year and a month.
const KEPT: Duration = Duration::from_secs(395 * 24 * 3600);

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AuditAction")]
pub enum Action {
    /// A user was registered.
    Registered,
    /// Somebody did not know the password, or came to an account that is switched off.
    LoginFailed,
    /// A user logged out.
    Logout,
    /// A user changed its own password.
    PasswordChanged,
    /// An administrator gave a user another password.
    PasswordReset,
    /// A user's role was changed.
    RoleChanged,
    /// A user was let in again.
    Activated,
    /// A user was shut out.
    Deactivated,
    /// A visitor was shut out.
    VisitorBanned,
    /// A visitor was let in again.
    VisitorUnbanned,
    /// Everything that is known of a visitor was handed out.
    VisitorExported,
    /// Everything personal about a visitor was erased.
    VisitorErased,
}

impl From<Action> for Bson {
    fn from(action: Action) -> Self {
        let name = match action {
            Action::Registered => "registered",
            Action::LoginFailed => "login_failed",
            Action::Logout => "logout",
            Action::PasswordChanged => "password_changed",
            Action::PasswordReset => "password_reset",
            Action::RoleChanged => "role_changed",
            Action::Activated => "activated",
            Action::Deactivated => "deactivated",
            Action::VisitorBanned => "visitor_banned",
            Action::VisitorUnbanned => "visitor_unbanned",
            Action::VisitorExported => "visitor_exported",
            Action::VisitorErased => "visitor_erased",
        };
        Bson::String(name.to_owned())
    }
}

/// Somebody in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AuditParty")]
pub struct Party {
    /// The user's or visitor's id; none for an email that nobody has.
    pub id: Option<Id>,
    /// A user's email then; of a visitor the log has its id only.
    pub email: Option<String>,
}

/// One entry of the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct Entry {
    #[serde(rename = "_id")]
    pub id: Id,
    pub at: Time,
    pub action: Action,
    /// Who did it; nobody who is known, where somebody failed to log in.
    pub actor: Option<Party>,
    pub target: Party,
    /// The address it came from, as the gateway saw it.
    pub address: Option<String>,
    /// More about it, as in `agent to admin`.
    pub detail: Option<String>,
    pub expires_at: Time,
}

impl Stored for Entry {
    const COLLECTION: &'static str = "audit";

    fn indexes() -> Vec<IndexModel> {
        vec![
            index(doc! { "at": -1, "_id": -1 }),
            index(doc! { "action": 1, "at": -1, "_id": -1 }),
            expiring("expiresAt"),
        ]
    }
}

impl Paged for Entry {
    const SORTED_BY: &'static str = "at";

    fn place(&self) -> Cursor {
        Cursor::new(self.at, self.id)
    }
}

impl Entry {
    /// That something was done now.
    pub fn new(action: Action, actor: Option<Party>, target: Party, address: Option<String>) -> Self {
        let at = Time::now();
        let (id, expires_at) = (Id::sequential(), at.plus(KEPT));
        Self { id, at, action, actor, target, address, detail: None, expires_at }
    }

    /// With more about it.
    #[must_use]
    pub fn about(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// Writes it into the log.
    pub async fn write(&self, db: &Db) -> Result<()> {
        db.insert(self).await
    }

    /// A page of the log, the latest first; of one action, if one is asked for.
    pub async fn page(db: &Db, action: Option<Action>, paging: &Paging) -> crate::Result<Page<Self>> {
        let matching = action.map_or_else(|| doc! {}, |action| doc! { "action": action });
        db.page(matching, doc! {}, paging).await
    }
}
