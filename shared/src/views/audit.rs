//! The security log.

use schemars::JsonSchema;
use serde::Serialize;

use crate::db::Listed;
use crate::documents::audit;
use crate::{Id, Time};

/// An entry of the security log.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "AuditEntry")]
pub struct AuditView {
    #[serde(rename = "_id")]
    pub id: Id,
    pub at: Time,
    pub action: audit::Action,
    pub actor: Option<audit::Party>,
    pub target: audit::Party,
    pub address: Option<String>,
    pub detail: Option<String>,
    /// How often it happened within the hour by the clock: more than once for failed logins alone.
    pub count: i64,
}

impl From<audit::Entry> for AuditView {
    fn from(entry: audit::Entry) -> Self {
        let audit::Entry { id, at, action, actor, target, address, detail, count, .. } = entry;
        Self { id, at, action, actor, target, address, detail, count }
    }
}

impl Listed for AuditView {
    const NAME: &'static str = "entries";
    const LIST: &'static str = "AuditList";
}
