//! Visitors of the site.

mod arrival;
mod user_agent;

use std::collections::HashMap;

use bson::{Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use mongodb::options::{ReturnDocument, UpdateModifications};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::live_connection::LiveConnection;
use super::participant::{Participant, Side};
use crate::db::{
    Cursor, Db, Page, Paged, Paging, Projected, Stored, index, part, search_words, sparse, to_bson,
    unique,
};
use crate::{Id, Time};

pub use arrival::{Arrival, KnownBy};

/// The most page views that are kept of a visitor; the oldest are forgotten.
pub const MOST_PAGE_VIEWS: i32 = 20;
/// The most page views of each visitor in a list, which keeps a full page of them under Lambda's limit
/// of 6 MB for an answer.
pub const MOST_LISTED_PAGE_VIEWS: i32 = 5;
/// The most visitors whose conversations one search looks through: MongoDB merges the entries of 200
/// conditions in their order, and sorts those of more in memory.
pub const MOST_FOUND: i64 = 150;
const SESSION_INDEX: &str = "sessionHash";

/// A look at a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageView {
    /// The page's address.
    pub url: String,
    /// The page's title.
    pub title: Option<String>,
    /// When.
    pub timestamp: Time,
}

/// A visitor as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names say it")]
pub struct Visitor {
    #[serde(rename = "_id")]
    pub id: Id,
    /// What it is known by: see [`KnownBy`].
    pub session_hash: String,
    /// The site's own id of a visitor that it has identified.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Whether the site has said who it is.
    #[serde(default)]
    pub verified: bool,
    /// That it may not come in.
    #[serde(default)]
    pub ban: Option<Ban>,
    /// When everything personal about it was erased; its conversations are next, and then itself.
    #[serde(default)]
    pub erased_at: Option<Time>,
    pub name: Option<String>,
    pub email: Option<String>,
    /// The address it last came from, as the gateway saw it.
    pub ip_address: Option<String>,
    /// Its browser's own words, as the gateway saw them.
    pub user_agent: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    /// Where it is, as an agent noted.
    pub country: Option<String>,
    pub city: Option<String>,
    pub current_page: Option<String>,
    /// The pages it was on, the latest last; [`MOST_PAGE_VIEWS`] at most.
    pub page_views: Vec<PageView>,
    pub referrer: Option<String>,
    pub visit_count: i64,
    /// Seconds spent here in visits that have ended.
    pub total_time_on_site: i64,
    pub is_online: bool,
    pub last_seen: Time,
    pub created_at: Time,
    pub visit_began_at: Time,
    pub connections: Vec<LiveConnection>,
    /// Whether it had none before the last one came.
    #[serde(default)]
    pub was_absent: bool,
    /// Those that the last one pushed out.
    #[serde(default)]
    pub pushed_out: Vec<LiveConnection>,
    pub name_words: Vec<String>,
    pub email_words: Vec<String>,
    /// The words it is found by: those of its name and its email.
    pub words: Vec<String>,
}

/// That a visitor may not come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ban {
    /// Until when; for good if it does not say.
    pub until: Option<Time>,
    /// Why, for the agents.
    pub reason: Option<String>,
    /// Who said so.
    pub by: Id,
    /// Since when.
    pub at: Time,
}

/// Which visitors are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those who are here now, or those who are not.
    pub online: Option<bool>,
    /// Beginnings of words of name and email.
    pub q: Option<String>,
}

/// What an agent may write of a visitor; `None` leaves as it was, `Some(None)` empties.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Changes {
    pub name: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub country: Option<Option<String>>,
    pub city: Option<Option<String>>,
}

part! {
    /// A visitor inside a conversation.
    pub struct VisitorBrief of Visitor {
        name: Option<String>,
        email: Option<String>,
        is_online: bool,
        current_page: Option<String>,
        country: Option<String>,
        city: Option<String>,
        browser: Option<String>,
        os: Option<String>,
    }
}

/// A visitor as a conversation shows it.
pub trait Shown: Projected + Clone {
    /// Whose it is.
    fn id(&self) -> Id;

    /// What is left of one that was erased, of a conversation that began at `since`.
    fn erased(id: Id, since: Time) -> Self;

    /// As the visitor itself may see it.
    #[must_use]
    fn for_itself(self) -> Self {
        self
    }
}

impl Shown for VisitorBrief {
    fn id(&self) -> Id {
        self.id
    }

    fn erased(id: Id, _: Time) -> Self {
        Self { id, ..Self::default() }
    }
}

impl Stored for Visitor {
    const COLLECTION: &'static str = "visitors";

    fn indexes() -> Vec<IndexModel> {
        vec![
            unique(SESSION_INDEX, doc! { "sessionHash": 1 }, None),
            sparse(doc! { "connections.expiresAt": 1 }),
            index(doc! { "lastSeen": -1, "_id": -1 }),
            index(doc! { "isOnline": 1, "lastSeen": -1, "_id": -1 }),
            index(doc! { "words": 1, "lastSeen": -1, "_id": -1 }),
        ]
    }
}

impl Paged for Visitor {
    const SORTED_BY: &'static str = "lastSeen";

    fn place(&self) -> Cursor {
        Cursor::new(self.last_seen, self.id)
    }
}

impl Visitor {
    /// As somebody who takes part in conversations.
    pub fn participant(&self) -> Participant {
        Participant {
            side: Side::Visitor,
            id: self.id,
            name: self.name.clone(),
            email: self.email.clone(),
        }
    }

    /// The visitor of this id.
    pub async fn find(db: &Db, id: Id) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).one().await
    }

    /// Whether it may not come in now.
    pub fn is_banned(&self) -> bool {
        let until = self.ban.as_ref().map(|ban| ban.until);
        until.is_some_and(|until| until.is_none_or(|until| until > Time::now()))
    }

    /// Bans the visitor, or lets it in again. The visitor afterwards.
    pub async fn set_ban(db: &Db, id: Id, ban: Option<Ban>) -> Result<Option<Self>> {
        let update = doc! { "$set": { "ban": to_bson(&ban)? } };
        db.update(doc! { "_id": id, "erasedAt": null }, update, ReturnDocument::After).await
    }

    /// Removes what is left of a visitor.
    pub async fn remove(db: &Db, id: Id) -> Result<()> {
        db.of::<Self>().delete_one(doc! { "_id": id }).await.map(drop)
    }

    /// Forgets everything personal, and what the visitor is known by. The visitor as it was.
    pub async fn erase(db: &Db, id: Id) -> Result<Option<Self>> {
        let update = doc! {
            "$set": {
                "sessionHash": format!("erased:{id}"),
                "verified": false,
                "isOnline": false,
                "pageViews": [],
                "connections": [],
                "words": [],
                "nameWords": [],
                "emailWords": [],
                "erasedAt": Time::now(),
            },
            "$unset": {
                "name": "", "email": "", "externalId": "", "ban": "", "ipAddress": "", "userAgent": "",
                "browser": "", "os": "", "country": "", "city": "", "currentPage": "", "referrer": "",
            },
        };
        db.update(doc! { "_id": id }, update, ReturnDocument::Before).await
    }

    /// What a conversation shows of a visitor.
    pub async fn brief(db: &Db, id: Id) -> Result<Option<VisitorBrief>> {
        db.query::<Self>(doc! { "_id": id }).part().one().await
    }

    /// What lists show of some visitors; of one that was erased, that it is not there.
    pub async fn briefs(db: &Db, ids: &[Id]) -> Result<Vec<VisitorBrief>> {
        let found = db.parts::<Self, VisitorBrief>(ids.iter().copied().collect()).await?;
        let mut found: HashMap<Id, VisitorBrief> =
            found.into_iter().map(|brief| (brief.id, brief)).collect();
        let brief = |id: &Id| {
            found.remove(id).unwrap_or_else(|| VisitorBrief { id: *id, ..VisitorBrief::default() })
        };
        Ok(ids.iter().map(brief).collect())
    }

    /// A page of the visitors that `by` may see, the last seen first, each with its
    /// [`MOST_LISTED_PAGE_VIEWS`] last page views.
    pub async fn page(
        db: &Db,
        by: &Participant,
        filter: &Filter,
        paging: &Paging,
    ) -> crate::Result<Page<Self>> {
        let mut them = doc! {};
        let Filter { online, q } = filter;
        if let Some(online) = online {
            them.insert("isOnline", online);
        }
        if by.side == Side::Visitor {
            them.insert("_id", by.id);
        }
        let fields = doc! { "pageViews": { "$slice": -MOST_LISTED_PAGE_VIEWS } };
        match db.search::<Self>(q.as_deref().unwrap_or_default()).await? {
            Some((search, rest)) => {
                them.extend(rest);
                db.found(&Self::sorting(), &search, them, fields, paging).await
            }
            None => db.page(them, fields, paging).await,
        }
    }

    /// The ids of the visitors that are found by the words of `q`: [`MOST_FOUND`] at most, the last seen
    /// first, and whether these are all; none if `q` has no word.
    pub async fn found_by(db: &Db, q: &str) -> Result<(Vec<Id>, bool)> {
        let Some((search, rest)) = db.search::<Self>(q).await? else { return Ok((Vec::new(), true)) };
        let (mut ids, mut is_complete) =
            db.found_ids(&Self::sorting(), &search, rest, MOST_FOUND + 1).await?;
        let most = usize::try_from(MOST_FOUND).unwrap_or(usize::MAX);
        is_complete &= ids.len() <= most;
        ids.truncate(most);
        Ok((ids, is_complete))
    }

    /// Notes that the visitor looks at a page. The visitor afterwards.
    pub async fn view_page(db: &Db, id: Id, view: &PageView) -> Result<Option<Self>> {
        let view = to_bson(view)?;
        let update = doc! {
            "$push": { "pageViews": { "$each": [&view], "$slice": -MOST_PAGE_VIEWS } },
            "$set": {
                "currentPage": view.as_document().and_then(|view| view.get("url")),
                "lastSeen": Time::now(),
            },
        };
        Self::change(db, id, update).await
    }

    /// Writes what an agent knows of the visitor. The visitor afterwards.
    pub async fn update(db: &Db, id: Id, changes: Changes) -> Result<Option<Self>> {
        let mut set = doc! {};
        let Changes { name, email, country, city } = changes;
        if let Some(name) = &name {
            set.insert("nameWords", literal_words(name));
        }
        if let Some(email) = &email {
            set.insert("emailWords", literal_words(email));
        }
        for (field, value) in [("name", name), ("email", email), ("country", country), ("city", city)] {
            if let Some(value) = value {
                set.insert(field, doc! { "$literal": value });
            }
        }
        if set.is_empty() {
            return Self::find(db, id).await;
        }
        Self::change(db, id, vec![doc! { "$set": set }, all_words()]).await
    }

    async fn change(db: &Db, id: Id, update: impl Into<UpdateModifications>) -> Result<Option<Self>> {
        db.update(doc! { "_id": id }, update, ReturnDocument::After).await
    }
}

/// An expression for the words of a text.
fn literal_words(text: &Option<String>) -> Document {
    let words: Vec<String> = search_words(text.as_deref()).into_iter().collect();
    doc! { "$literal": words }
}

/// A stage that brings the words of name and email together.
fn all_words() -> Document {
    doc! { "$set": { "words": { "$setUnion": ["$nameWords", "$emailWords"] } } }
}
