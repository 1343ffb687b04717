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

/// A user among the others.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "ListedUser")]
pub struct ListedUserView {
    pub id: Id,
    pub name: String,
    pub role: Role,
    pub status: Status,
    pub avatar: Option<String>,
    /// How many conversations it holds that are neither resolved nor closed.
    pub open_conversations: i64,
    /// What only administrators see.
    #[serde(flatten)]
    pub inner: InnerUserView,
}

/// What only administrators see of a user.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
pub struct InnerUserView {
    /// For administrators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether it may log in; for administrators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// For administrators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<Option<String>>,
    /// For administrators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
}

impl ListedUserView {
    /// A user who holds so many conversations, as an administrator sees it, or another agent.
    pub fn new(user: User, open_conversations: i64, by_admin: bool) -> Self {
        let inner = InnerUserView {
            email: Some(user.email),
            active: Some(user.active),
            department: Some(user.department),
            created_at: Some(user.created_at),
        };
        Self {
            id: user.id,
            name: user.name,
            role: user.role,
            status: user.status,
            avatar: user.avatar,
            open_conversations,
            inner: if by_admin { inner } else { InnerUserView::default() },
        }
    }
}

impl Listed for ListedUserView {
    const NAME: &'static str = "users";
    const LIST: &'static str = "UserList";
}
