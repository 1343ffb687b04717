//! Users.

use schemars::JsonSchema;
use serde::Serialize;

use crate::db::Listed;
use crate::documents::user::{Role, Status, User};
use crate::{Id, Time};

/// A user to itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "User")]
pub struct UserView {
    pub id: Id,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Whether it may log in.
    pub active: bool,
    pub status: Status,
    pub avatar: Option<String>,
    pub department: Option<String>,
    pub created_at: Time,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            email: user.email,
            role: user.role,
            active: user.active,
            status: user.status,
            avatar: user.avatar,
            department: user.department,
            created_at: user.created_at,
        }
    }
}

impl Listed for UserView {
    const NAME: &'static str = "users";
    const LIST: &'static str = "UserList";
}
