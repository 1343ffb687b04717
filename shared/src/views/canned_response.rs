//! Canned responses.

use schemars::JsonSchema;
use serde::Serialize;

use super::ParticipantView;
use crate::documents::canned_response::{CannedResponse, WithAuthor};
use crate::{Id, Time};

/// A canned response.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "CannedResponse")]
pub struct CannedResponseView {
    #[serde(rename = "_id")]
    pub id: Id,
    pub title: String,
    pub content: String,
    pub shortcut: String,
    pub category: String,
    pub created_by: ParticipantView,
    pub created_at: Time,
    pub updated_at: Time,
}

impl CannedResponseView {
    /// A response by `author`.
    pub fn new(response: CannedResponse, author: ParticipantView) -> Self {
        Self {
            id: response.id,
            title: response.title,
            content: response.content,
            shortcut: response.shortcut,
            category: response.category,
            created_by: author,
            created_at: response.created_at,
            updated_at: response.updated_at,
        }
    }
}

impl From<WithAuthor> for CannedResponseView {
    fn from(row: WithAuthor) -> Self {
        let id = row.response.created_by;
        let author = row.author;
        let (name, email) = author.map(|author| (author.name, author.email)).unzip();
        Self::new(row.response, ParticipantView { id, name, email })
    }
}
