//! Who wrote something.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Id;
use crate::documents::participant::Participant;

/// Who wrote a message or a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "Person")]
pub struct ParticipantView {
    #[serde(rename = "_id")]
    pub id: Id,
    pub name: Option<String>,
    pub email: Option<String>,
}

impl From<Participant> for ParticipantView {
    fn from(by: Participant) -> Self {
        Self { id: by.id, name: by.name, email: by.email }
    }
}
