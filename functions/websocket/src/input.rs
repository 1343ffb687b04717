//! What comes in with the events.

use schemars::JsonSchema;
use serde::Deserialize;
use shared::describe::{email_or_nothing, exact_line, line};
use shared::documents::connection::Watch;
use shared::documents::visitor::{Arrival, PageView, Who};
use shared::input::{Check, Input, email_option, trimmed, trimmed_option};
use shared::tokens::Identity;
use shared::use_cases::messages::{CLIENT_MESSAGE_ID, CONTENT, UpTo};
use shared::{Error, Id, Result, Time};

/// The characters of a page's address.
const MOST_URL: usize = 1024;

#[derive(Deserialize, JsonSchema)]
pub struct AgentConnect {
    pub token: String,
    #[serde(default)]
    pub watch: Watch,
}

impl Input for AgentConnect {
    fn check(&self, _: &mut Check) {}
}

#[derive(Deserialize, JsonSchema)]
pub struct AgentWatch {
    pub watch: Watch,
}

impl Input for AgentWatch {
    fn check(&self, _: &mut Check) {}
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VisitorConnect {
    #[schemars(extend("pattern" = exact_line(16, 128)))]
    session_id: Option<String>,
    /// A JWT of the site that says who the visitor is.
    pub identity: Option<String>,
    #[schemars(extend("pattern" = line(0, 100)))]
    #[serde(default, deserialize_with = "trimmed_option")]
    name: Option<String>,
    #[schemars(extend("pattern" = email_or_nothing()))]
    #[serde(default, deserialize_with = "email_option")]
    email: Option<String>,
    #[schemars(extend("pattern" = line(0, 1024)))]
    #[serde(default, deserialize_with = "trimmed_option")]
    current_page: Option<String>,
    #[schemars(extend("pattern" = line(0, 1024)))]
    #[serde(default, deserialize_with = "trimmed_option")]
    referrer: Option<String>,
    #[schemars(range(min = 0))]
    after: Option<i64>,
}

impl Input for VisitorConnect {
    fn check(&self, check: &mut Check) {
        match &self.session_id {
            Some(session_id) => check.line("sessionId", session_id, 16..=128),
            None => check.that(self.identity.is_some(), "sessionId", "Is required"),
        }
        check.line("name", self.name.as_deref().unwrap_or_default(), 0..=100);
        if let Some(email) = &self.email {
            check.email("email", email);
        }
        check.line("currentPage", self.current_page.as_deref().unwrap_or_default(), 0..=MOST_URL);
        check.line("referrer", self.referrer.as_deref().unwrap_or_default(), 0..=MOST_URL);
        check.that(self.after.is_none_or(|after| after >= 0), "after", "Must be 0 or more");
    }
}

impl VisitorConnect {
    /// With what the site and the gateway say of the client; and what it has of its conversation.
    pub fn from(
        self,
        identity: Option<Identity>,
        ip_address: Option<String>,
        user_agent: Option<String>,
    ) -> (Arrival, Option<i64>) {
        let Self { session_id, name, email, current_page, referrer, after, .. } = self;
        let user_agent = user_agent.map(|text| text.chars().take(512).collect());
        let (who, name, email) = match identity {
            Some(Identity { sub, name, email }) => (Who::Identified(sub), name, email),
            None => (Who::Session(session_id.unwrap_or_default()), name, email),
        };
        let arrival = Arrival { who, name, email, current_page, referrer, ip_address, user_agent };
        (arrival, after)
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationStart {
    #[schemars(length(max = 8000))]
    #[serde(default, deserialize_with = "trimmed_option")]
    pub message: Option<String>,
    #[schemars(extend("pattern" = exact_line(1, 64)))]
    pub client_message_id: Option<String>,
}

impl Input for ConversationStart {
    fn check(&self, check: &mut Check) {
        if let Some(message) = &self.message {
            check.text("message", message, CONTENT);
        }
        if let Some(id) = &self.client_message_id {
            check.line("clientMessageId", id, CLIENT_MESSAGE_ID);
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationJoin {
    pub conversation_id: Id,
    #[schemars(range(min = 0))]
    pub after: Option<i64>,
}

impl Input for ConversationJoin {
    fn check(&self, check: &mut Check) {
        check.that(self.after.is_none_or(|after| after >= 0), "after", "Must be 0 or more");
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InConversation {
    pub conversation_id: Id,
}

impl Input for InConversation {
    fn check(&self, _: &mut Check) {}
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageDelivered {
    pub conversation_id: Id,
    #[schemars(range(min = 1))]
    pub up_to: i64,
}

impl Input for MessageDelivered {
    fn check(&self, check: &mut Check) {
        check.that(self.up_to >= 1, "upTo", "Must be 1 or more");
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageRead {
    pub conversation_id: Id,
    message_id: Option<Id>,
    #[schemars(range(min = 1))]
    up_to: Option<i64>,
}

impl Input for MessageRead {
    fn check(&self, check: &mut Check) {
        check.that(self.up_to.is_none_or(|up_to| up_to >= 1), "upTo", "Must be 1 or more");
    }
}

impl MessageRead {
    /// Up to where.
    pub fn up_to(&self) -> Result<UpTo> {
        match (self.message_id, self.up_to) {
            (Some(message), _) => Ok(UpTo::Message(message)),
            (None, Some(seq)) => Ok(UpTo::Seq(seq)),
            (None, None) => Err(Error::invalid_field("upTo", "Either messageId or upTo is required")),
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[schemars(extend("required" = ["url"]))]
pub struct VisitorPage {
    #[schemars(extend("pattern" = line(1, 1024)))]
    #[serde(default, deserialize_with = "trimmed")]
    url: String,
    #[schemars(extend("pattern" = line(0, 200)))]
    #[serde(default, deserialize_with = "trimmed_option")]
    title: Option<String>,
}

impl Input for VisitorPage {
    fn check(&self, check: &mut Check) {
        check.line("url", &self.url, 1..=MOST_URL);
        check.line("title", self.title.as_deref().unwrap_or_default(), 0..=200);
    }
}

impl From<VisitorPage> for PageView {
    fn from(input: VisitorPage) -> Self {
        Self { url: input.url, title: input.title, timestamp: Time::now() }
    }
}
