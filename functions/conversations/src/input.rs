//! What comes in.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::api::send_message::{ClientMessageId, Content};
use shared::db::Paging;
use shared::documents::conversation::{Changes, Filter, Holder, Priority, Sort, Status};
use shared::input::{ExactText, Line, List, Optional, Required, Text, Whole, check_bytes};
use shared::use_cases::outreach::FirstWord;
use shared::{Error, Id, Result};

/// The bytes of notes as JSON: every event about a conversation has them, and must fit into a frame.
const MOST_NOTES_BYTES: usize = 16 * 1024;

/// The query of a list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListParams {
    #[schemars(extend("enum" = ["", "all", "pending", "active", "resolved", "closed"]))]
    status: Option<String>,
    #[schemars(extend("pattern" = "^(me|none|[0-9a-fA-F]{24})?$"))]
    assigned_to: Option<String>,
    /// Beginnings of words of the visitor's name and email, or a tag.
    q: Option<String>,
    #[schemars(extend("pattern" = "^([0-9a-fA-F]{24})?$"))]
    visitor: Option<String>,
    tag: Option<String>,
    #[schemars(extend("enum" = ["", "low", "medium", "high"]))]
    priority: Option<String>,
    #[schemars(extend("enum" = ["", "latest", "waiting"]))]
    sort: Option<String>,
    #[serde(flatten)]
    pub paging: Paging,
}

impl ListParams {
    /// Which conversations `me` asks for.
    pub fn filter(&self, me: Id) -> Result<Filter> {
        Ok(Filter {
            status: self.status()?,
            held_by: self.held_by(me)?,
            q: self.q.clone(),
            visitor: self.visitor()?,
            tag: given(&self.tag).map(|tag| tag.trim().to_owned()),
            priority: self.priority()?,
            sort: self.sort()?,
        })
    }

    fn visitor(&self) -> Result<Option<Id>> {
        let id = given(&self.visitor).map(str::parse).transpose();
        id.map_err(|_| Error::invalid_field("visitor", "Must be an id"))
    }

    fn priority(&self) -> Result<Option<Priority>> {
        let Some(text) = given(&self.priority) else { return Ok(None) };
        let all = [Priority::Low, Priority::Medium, Priority::High];
        all.into_iter()
            .find(|priority| priority.name() == text)
            .map(Some)
            .ok_or_else(|| Error::invalid_field("priority", "Must be low, medium or high"))
    }

    fn sort(&self) -> Result<Sort> {
        match given(&self.sort) {
            None | Some("latest") => Ok(Sort::Latest),
            Some("waiting") => Ok(Sort::Waiting),
            Some(_) => Err(Error::invalid_field("sort", "Must be latest or waiting")),
        }
    }

    /// `all` and none are every one.
    fn status(&self) -> Result<Option<Status>> {
        match self.status.as_deref() {
            None | Some("" | "all") => Ok(None),
            Some(text) => {
                Status::ALL.into_iter().find(|status| status.name() == text).map(Some).ok_or_else(|| {
                    Error::invalid_field("status", "Must be all, pending, active, resolved or closed")
                })
            }
        }
    }

    fn held_by(&self, me: Id) -> Result<Option<Holder>> {
        match self.assigned_to.as_deref() {
            None | Some("") => Ok(None),
            Some("me") => Ok(Some(Holder::Agent(me))),
            Some("none") => Ok(Some(Holder::Nobody)),
            Some(id) => id
                .parse()
                .map(|id| Some(Holder::Agent(id)))
                .map_err(|_| Error::invalid_field("assignedTo", "Must be me, none or an id")),
        }
    }
}

/// A value that is there.
fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.trim().is_empty())
}

shared::input! {
    /// The body of a change.
    #[schemars(extend("examples" = [{ "notes": "Wants a quote", "tags": ["sales"], "priority": "high" }]))]
    pub struct Update {
        notes: Option<Required<ExactText<0, 5000>>>,
        tags: Option<List<Required<Line<1, 50>>, 20>>,
        priority: Option<Priority>,
    }
    check |input, check| {
        let notes = input.notes.as_ref().map_or("", Required::as_str);
        check_bytes(notes, "notes", MOST_NOTES_BYTES, check);
    }
}

impl From<Update> for Changes {
    fn from(input: Update) -> Self {
        let Update { notes, tags, priority } = input;
        let tags = tags.map(|tags| {
            let mut distinct: Vec<String> = Vec::new();
            for tag in tags.into_vec().into_iter().map(Required::into_string) {
                if !distinct.contains(&tag) {
                    distinct.push(tag);
                }
            }
            distinct
        });
        Self { notes: notes.map(Required::into_string), tags, priority }
    }
}

shared::input! {
    /// The body of a start by an agent.
    #[schemars(extend("examples" = [{ "visitorId": "65a1b2c3d4e5f6a7b8c9d0e1", "message": "May I help you?" }]))]
    pub struct StartWith {
        visitor_id: Id,
        /// The first message.
        message: Required<Content>,
        client_message_id: Option<Required<ClientMessageId>>,
    }
}

impl From<StartWith> for FirstWord {
    fn from(input: StartWith) -> Self {
        Self {
            visitor: input.visitor_id,
            content: input.message.into_string(),
            key: input.client_message_id.map(Required::into_string),
        }
    }
}

shared::input! {
    /// The body of an assignment.
    #[schemars(extend("examples" = [{}]))]
    pub struct Assign {
        /// To whom; oneself if absent.
        pub agent_id: Option<Id>,
    }
}

shared::input! {
    /// The body of a transfer.
    #[schemars(extend("examples" = [{ "agentId": "65a1b2c3d4e5f6a7b8c9d0e1", "note": "Speaks French" }]))]
    pub struct Transfer {
        /// To whom.
        pub agent_id: Id,
        /// What the next one should know; for agents only.
        #[serde(default)]
        pub note: Optional<Text<1, 1000>>,
    }
}

shared::input! {
    /// The body of a rating.
    #[schemars(extend("examples" = [{ "rating": 5, "comment": "Quick and kind" }]))]
    pub struct Rate {
        /// 1 to 5.
        pub rating: Whole<1, 5>,
        /// A word with it.
        #[serde(default)]
        pub comment: Optional<Text<1, 2000>>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(status: &str, assigned_to: &str) -> Result<Filter> {
        let [status, assigned_to] = [status, assigned_to].map(|text| Some(text.to_owned()));
        let params = ListParams {
            status,
            assigned_to,
            q: None,
            visitor: None,
            tag: None,
            priority: None,
            sort: None,
            paging: Paging::default(),
        };
        params.filter(Id::sequential())
    }

    #[test]
    fn all_and_nothing_is_every_one() {
        for status in ["", "all"] {
            let Filter { status, held_by, .. } = asked(status, "").unwrap();
            assert_eq!((status, held_by), (None, None));
        }
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        assert!(asked("open", "").is_err() && asked("Active", "").is_err());
        assert!(asked("", "you").is_err() && asked("", "65a1").is_err());
        assert_eq!(asked("active", "none").unwrap().status, Some(Status::Active));
        assert_eq!(asked("", "none").unwrap().held_by, Some(Holder::Nobody));
    }
}
