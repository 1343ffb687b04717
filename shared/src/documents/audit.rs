//! The security log: who let whom in, and whom not.

use std::time::Duration;

use bson::{Bson, doc};
use mongodb::IndexModel;
use mongodb::error::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::db::{Cursor, Db, Page, Paged, Paging, Stored, expiring, index, named, to_bson};
use crate::{Id, Time};

/// How long an entry is kept: a year and a month.
const KEPT: Duration = Duration::from_secs(395 * 24 * 3600);

const HOUR: i64 = 60 * 60 * 1000;

named! {
    /// What was done.
    #[schemars(rename = "AuditAction")]
    pub enum Action {
        /// A user was registered.
        Registered = "registered",
        /// Somebody did not know the password, or came to an account that is switched off.
        LoginFailed = "login_failed",
        /// A user logged out.
        Logout = "logout",
        /// A user changed its own password.
        PasswordChanged = "password_changed",
        /// An administrator gave a user another password.
        PasswordReset = "password_reset",
        /// A user's role was changed.
        RoleChanged = "role_changed",
        /// A user was let in again.
        Activated = "activated",
        /// A user was shut out.
        Deactivated = "deactivated",
        /// A visitor was shut out.
        VisitorBanned = "visitor_banned",
        /// A visitor was let in again.
        VisitorUnbanned = "visitor_unbanned",
        /// Everything that is known of a visitor was handed out.
        VisitorExported = "visitor_exported",
        /// Everything personal about a visitor was erased.
        VisitorErased = "visitor_erased",
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
    /// How often it happened within the hour by the clock; more than once for failed logins alone.
    #[serde(default = "once")]
    pub count: i64,
    pub expires_at: Time,
}

const fn once() -> i64 {
    1
}

impl Stored for Entry {
    const COLLECTION: &'static str = "audit";

    fn indexes() -> Vec<IndexModel> {
        vec![
            index(doc! { "at": -1, "_id": -1 }),
            index(doc! { "action": 1, "at": -1, "_id": -1 }),
            index(doc! { "target.id": 1, "at": -1, "_id": -1 }),
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
        Self { id, at, action, actor, target, address, detail: None, count: once(), expires_at }
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

    /// Notes that somebody came from a network and did not know a password: of each account one entry an
    /// hour, and one for all emails that nobody has, so that guesses do not fill the database.
    pub async fn note_failed_login(
        db: &Db,
        target: Party,
        address: Option<String>,
        network: &str,
    ) -> Result<()> {
        let entry = Self::new(Action::LoginFailed, None, target, address);
        let whose = entry.target.id.map(|id| id.to_string()).unwrap_or_default();
        let hour = entry.at.millis() / HOUR;
        let id = Id::hashed(&["login_failed", &whose, network, &hour.to_string()]);
        let Bson::Document(mut first) = to_bson(&entry)? else {
            return Err(Error::custom("an entry is a document"));
        };
        for field in ["_id", "count"] {
            first.remove(field);
        }
        let update = doc! { "$setOnInsert": first, "$inc": { "count": 1_i64 } };
        db.upsert::<Self>(doc! { "_id": id }, update, "_id_").await.map(drop)
    }

    /// A page of the log, the latest first; of one action, if one is asked for, and of what concerns one user.
    pub async fn page(
        db: &Db,
        action: Option<Action>,
        target: Option<Id>,
        paging: &Paging,
    ) -> crate::Result<Page<Self>> {
        let mut matching = doc! {};
        matching.extend(target.map(|id| ("target.id".to_owned(), id.into())));
        matching.extend(action.map(|action| ("action".to_owned(), action.into())));
        db.page(matching, doc! {}, paging).await
    }
}
