//! What goes out: documents as callers see them (contract, one section for each). Ids are `_id` in
//! them, except in the answers of the authentication routes.

use bson::{Document, doc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::db::{Db, Projected};
use crate::documents::audit;
use crate::documents::canned_response::{self, CannedResponse};
use crate::documents::connection::{Person, Side};
use crate::documents::conversation::{self, Conversation, Priority};
use crate::documents::mark::Fate;
use crate::documents::message::{self, Message};
use crate::documents::user::{AgentBrief, Role, Status, User};
use crate::documents::visitor::{Ban, PageView, Shown, Visitor, VisitorBrief};
use crate::{Id, Result, Time};

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
}

impl From<audit::Entry> for AuditView {
    fn from(entry: audit::Entry) -> Self {
        let audit::Entry { id, at, action, actor, target, address, detail, .. } = entry;
        Self { id, at, action, actor, target, address, detail }
    }
}

/// A whole visitor, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "Visitor")]
pub struct VisitorView {
    #[serde(rename = "_id")]
    pub id: Id,
    pub name: Option<String>,
    pub email: Option<String>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub country: Option<String>,
    pub city: Option<String>,
    pub current_page: Option<String>,
    pub page_views: Vec<PageView>,
    pub referrer: Option<String>,
    pub visit_count: i64,
    pub total_time_on_site: i64,
    pub is_online: bool,
    /// Whether the site has said who it is, and its own id then.
    #[serde(default)]
    pub verified: bool,
    #[serde(default)]
    pub external_id: Option<String>,
    /// That it may not come in.
    #[serde(default)]
    pub ban: Option<Ban>,
    pub last_seen: Time,
    pub created_at: Time,
}

impl Projected for VisitorView {
    fn fields() -> Document {
        doc! { "sessionHash": 0, "connections": 0, "words": 0, "nameWords": 0, "emailWords": 0 }
    }
}

impl Shown for VisitorView {
    fn erased(id: Id, since: Time) -> Self {
        Self {
            id,
            name: None,
            email: None,
            ip_address: None,
            user_agent: None,
            browser: None,
            os: None,
            country: None,
            city: None,
            current_page: None,
            page_views: Vec::new(),
            referrer: None,
            visit_count: 0,
            total_time_on_site: 0,
            is_online: false,
            verified: false,
            external_id: None,
            ban: None,
            last_seen: since,
            created_at: since,
        }
    }

    fn for_itself(self) -> Self {
        // Why it was banned is for the agents.
        Self { ban: None, ..self }
    }
}

impl From<Visitor> for VisitorView {
    fn from(visitor: Visitor) -> Self {
        Self {
            id: visitor.id,
            name: visitor.name,
            email: visitor.email,
            ip_address: visitor.ip_address,
            user_agent: visitor.user_agent,
            browser: visitor.browser,
            os: visitor.os,
            country: visitor.country,
            city: visitor.city,
            current_page: visitor.current_page,
            page_views: visitor.page_views,
            referrer: visitor.referrer,
            visit_count: visitor.visit_count,
            total_time_on_site: visitor.total_time_on_site,
            is_online: visitor.is_online,
            verified: visitor.verified,
            external_id: visitor.external_id,
            ban: visitor.ban,
            last_seen: visitor.last_seen,
            created_at: visitor.created_at,
        }
    }
}

/// A conversation with its people; `V` is how much of the visitor it shows.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "Conversation_{V}")]
pub struct ConversationView<V = VisitorBrief> {
    #[serde(rename = "_id")]
    pub id: Id,
    pub visitor: V,
    pub assigned_agent: Option<AgentBrief>,
    pub status: conversation::Status,
    pub priority: Priority,
    pub tags: Vec<String>,
    /// For agents only; absent for visitors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    pub rating: Option<i32>,
    pub rating_comment: Option<String>,
    pub message_count: i64,
    /// How many of the visitor's messages no agent has read.
    pub unread_count: i64,
    pub last_message: Option<String>,
    pub last_message_at: Option<Time>,
    pub first_response_at: Option<Time>,
    pub resolved_at: Option<Time>,
    pub closed_at: Option<Time>,
    pub created_at: Time,
}

impl<V: Shown> ConversationView<V> {
    /// As agents see it; with no visitor, that was erased.
    pub fn new(conversation: Conversation, visitor: Option<V>, agent: Option<AgentBrief>) -> Self {
        let erased = || V::erased(conversation.visitor, conversation.created_at);
        let visitor = visitor.unwrap_or_else(erased);
        Self {
            id: conversation.id,
            visitor,
            assigned_agent: agent,
            status: conversation.status,
            priority: conversation.priority,
            tags: conversation.tags,
            notes: Some(conversation.notes),
            rating: conversation.rating,
            rating_comment: conversation.rating_comment,
            message_count: conversation.seq,
            unread_count: conversation.counts.visitor - conversation.marks.agent.read.nth,
            last_message: conversation.last_message,
            last_message_at: (conversation.seq > 0).then_some(conversation.active_at),
            first_response_at: conversation.first_response_at,
            resolved_at: conversation.resolved_at,
            closed_at: conversation.closed_at,
            created_at: conversation.created_at,
        }
    }

    /// As this side may see it.
    #[must_use]
    pub fn seen_by(mut self, side: Side) -> Self {
        if side == Side::Visitor {
            self.notes = None;
            self.visitor = self.visitor.for_itself();
        }
        self
    }
}

impl<V: Shown> From<conversation::WithPeople<V>> for ConversationView<V> {
    fn from(mut row: conversation::WithPeople<V>) -> Self {
        Self::new(row.conversation, row.visitor.pop(), row.agent.pop())
    }
}

impl ConversationView {
    /// Fetches the people of a conversation, side by side.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn load(db: &Db, conversation: Conversation) -> Result<Self> {
        let agent = async {
            match conversation.assigned_agent {
                Some(agent) => User::brief(db, agent).await,
                None => Ok(None),
            }
        };
        let visitor = Visitor::brief(db, conversation.visitor);
        let (visitor, agent) = futures::future::try_join(visitor, agent).await?;
        Ok(Self::new(conversation, visitor, agent))
    }
}

/// Who wrote a message or a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "Person")]
pub struct PersonView {
    #[serde(rename = "_id")]
    pub id: Id,
    pub name: Option<String>,
    pub email: Option<String>,
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        Self { id: person.id, name: person.name, email: person.email }
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// It is stored.
    Sent,
    /// The other side has received it.
    Delivered,
    /// The other side has read it.
    Read,
}

/// A message.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
#[schemars(rename = "Message")]
pub struct MessageView {
    #[serde(rename = "_id")]
    pub id: Id,
    pub conversation: Id,
    pub sender: Side,
    /// `User` or `Visitor`.
    pub sender_model: &'static str,
    pub sender_id: PersonView,
    pub content: String,
    #[serde(rename = "type")]
    pub kind: message::Kind,
    pub file_url: Option<String>,
    pub client_message_id: Option<String>,
    pub seq: i64,
    pub status: Delivery,
    pub delivered_at: Option<Time>,
    pub is_read: bool,
    pub read_at: Option<Time>,
    pub created_at: Time,
}

impl MessageView {
    /// A message by `author`, and what became of it.
    pub fn new(message: Message, author: PersonView, fate: Fate) -> Self {
        Self {
            id: message.id,
            conversation: message.conversation,
            sender: message.sender,
            sender_model: match message.sender {
                Side::Agent => "User",
                Side::Visitor => "Visitor",
            },
            sender_id: author,
            content: message.content,
            kind: message.kind,
            file_url: message.file_url,
            client_message_id: message.client_message_id,
            seq: message.seq,
            status: match (fate.delivered_at, fate.read_at) {
                (_, Some(_)) => Delivery::Read,
                (Some(_), None) => Delivery::Delivered,
                (None, None) => Delivery::Sent,
            },
            delivered_at: fate.delivered_at,
            is_read: fate.read_at.is_some(),
            read_at: fate.read_at,
            created_at: message.created_at,
        }
    }
}

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
    pub created_by: PersonView,
    pub created_at: Time,
    pub updated_at: Time,
}

impl CannedResponseView {
    /// A response by `author`.
    pub fn new(response: CannedResponse, author: PersonView) -> Self {
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

impl From<canned_response::WithAuthor> for CannedResponseView {
    fn from(mut row: canned_response::WithAuthor) -> Self {
        let id = row.response.created_by;
        let author = row.author.pop();
        let (name, email) = author.map(|author| (author.name, author.email)).unzip();
        Self::new(row.response, PersonView { id, name, email })
    }
}
