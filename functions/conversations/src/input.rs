//! What comes in.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::describe::line;
use shared::documents::conversation::{Changes, Priority, Status};
use shared::input::{Check, Input, trimmed_option, whole};
use shared::paging::Paging;
use shared::{Error, Id, Result};

/// The query of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListParams {
    #[schemars(extend("enum" = ["", "all", "pending", "active", "resolved", "closed"]))]
    status: Option<String>,
    #[schemars(extend("pattern" = "^(me|none|[0-9a-fA-F]{24})?$"))]
    assigned_to: Option<String>,
    /// Beginnings of words of the visitor's name and email, or a tag.
    pub q: Option<String>,
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    page: Option<u32>,
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Who holds the conversations that are asked for.
pub enum Holder {
    Me,
    Nobody,
    Agent(Id),
}

impl ListParams {
    /// Which page is asked for.
    pub fn paging(&self) -> Paging {
        Paging::new(self.page, self.limit, self.cursor.clone())
    }

    /// The status that is asked for; `all` and none are every one.
    pub fn status(&self) -> Result<Option<Status>> {
        match self.status.as_deref() {
            None | Some("" | "all") => Ok(None),
            Some(text) => {
                Status::ALL.into_iter().find(|status| status.name() == text).map(Some).ok_or_else(|| {
                    Error::invalid_field("status", "Must be all, pending, active, resolved or closed")
                })
            }
        }
    }

    /// Who holds the conversations that are asked for.
    pub fn assigned_to(&self) -> Result<Option<Holder>> {
        match self.assigned_to.as_deref() {
            None | Some("") => Ok(None),
            Some("me") => Ok(Some(Holder::Me)),
            Some("none") => Ok(Some(Holder::Nobody)),
            Some(id) => id
                .parse()
                .map(|id| Some(Holder::Agent(id)))
                .map_err(|_| Error::invalid_field("assignedTo", "Must be me, none or an id")),
        }
    }
}

/// The body of a change.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("examples" = [{ "notes": "Wants a quote", "tags": ["sales"], "priority": "high" }]))]
pub struct Update {
    #[schemars(length(max = 5000))]
    notes: Option<String>,
    #[schemars(length(max = 20), extend("items" = { "type": "string", "pattern": line(1, 50) }))]
    tags: Option<Vec<String>>,
    priority: Option<Priority>,
}

impl Input for Update {
    fn check(&self, check: &mut Check) {
        if let Some(notes) = &self.notes {
            check.text("notes", notes, 0..=5000);
        }
        let tags = self.tags.as_deref().unwrap_or_default();
        check.that(tags.len() <= 20, "tags", "Must be 20 at most");
        for (index, tag) in tags.iter().enumerate().take(20) {
            check.line(&format!("tags[{index}]"), tag.trim(), 1..=50);
        }
    }
}

impl From<Update> for Changes {
    fn from(input: Update) -> Self {
        let tags = input.tags.map(|tags| {
            let mut distinct: Vec<String> = Vec::new();
            for tag in tags.iter().map(|tag| tag.trim()) {
                if !distinct.iter().any(|known| known == tag) {
                    distinct.push(tag.to_owned());
                }
            }
            distinct
        });
        Self { notes: input.notes, tags, priority: input.priority }
    }
}

/// The body of an assignment.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("examples" = [{}]))]
pub struct Assign {
    /// To whom; oneself if absent.
    pub agent_id: Option<Id>,
}

impl Input for Assign {
    fn check(&self, _: &mut Check) {}
}

/// The body of a transfer.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("examples" = [{ "agentId": "65a1b2c3d4e5f6a7b8c9d0e1" }]))]
pub struct Transfer {
    /// To whom.
    pub agent_id: Id,
}

impl Input for Transfer {
    fn check(&self, _: &mut Check) {}
}

/// The body of a rating.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("examples" = [{ "rating": 5, "comment": "Quick and kind" }]))]
pub struct Rate {
    /// 1 to 5.
    #[schemars(range(min = 1, max = 5))]
    #[serde(deserialize_with = "whole")]
    pub rating: i32,
    /// A word with it.
    #[schemars(length(max = 2000))]
    #[serde(default, deserialize_with = "trimmed_option")]
    pub comment: Option<String>,
}

impl Input for Rate {
    fn check(&self, check: &mut Check) {
        check.that((1..=5).contains(&self.rating), "rating", "Must be a whole number from 1 to 5");
        check.text("comment", self.comment.as_deref().unwrap_or_default(), 0..=2000);
    }
}
