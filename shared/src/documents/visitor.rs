//! Visitors of the site.

use bson::{Document, doc};
use mongodb::IndexModel;
use mongodb::error::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::presence::{self, Lapsed, Presence};
use crate::db::{self, Db, Give, Missing, Projected, Stored, index, sparse, to_bson, unique, violates};
use crate::{Id, Time, words};

/// The most page views that are kept of a visitor; the oldest are forgotten.
pub const MOST_PAGE_VIEWS: i32 = 20;
/// The most page views of each visitor in a list, which keeps a full page of them under Lambda's
/// limit of 6 MB for an answer.
pub const MOST_LISTED_PAGE_VIEWS: i32 = 5;
/// The most visitors whose conversations one search looks through.
pub const MOST_FOUND: i64 = 200;
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
pub struct Visitor {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: Id,
    /// What it is known by: see [`Who`].
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
    /// Its name, if it gave one.
    pub name: Option<String>,
    /// Its email, if it gave one.
    pub email: Option<String>,
    /// The address it last came from, as the gateway saw it.
    pub ip_address: Option<String>,
    /// Its browser's own words, as the gateway saw them.
    pub user_agent: Option<String>,
    /// The browser's name.
    pub browser: Option<String>,
    /// The operating system's name.
    pub os: Option<String>,
    /// Where it is, as an agent noted.
    pub country: Option<String>,
    /// Where it is, as an agent noted.
    pub city: Option<String>,
    /// The page it is on.
    pub current_page: Option<String>,
    /// The pages it was on, the latest last; [`MOST_PAGE_VIEWS`] at most.
    pub page_views: Vec<PageView>,
    /// The page that led it here.
    pub referrer: Option<String>,
    /// How often it came.
    pub visit_count: i64,
    /// Seconds spent here in visits that have ended.
    pub total_time_on_site: i64,
    /// Whether it is here now.
    pub is_online: bool,
    /// When it was last seen.
    pub last_seen: Time,
    /// When it came first.
    pub created_at: Time,
    /// When its present visit began.
    pub visit_began_at: Time,
    /// Its live connections.
    pub connections: Vec<Presence>,
    /// Whether it had none before the last one came.
    #[serde(default)]
    pub was_absent: bool,
    /// The words of its name.
    pub name_words: Vec<String>,
    /// The words of its email.
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

/// How a visitor is known.
#[derive(Clone, Debug)]
pub enum Who {
    /// By the secret that its browser chose.
    Session(String),
    /// By the site's own id: the same person on every device.
    Identified(String),
}

impl Who {
    /// What it is stored as. A secret is 16 to 128 characters of a browser's randomness, so that a plain
    /// hash cannot be turned back; and no hash begins like a site's id, which no secret can claim so.
    fn key(&self) -> String {
        match self {
            Self::Session(secret) => {
                Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
            }
            Self::Identified(id) => format!("identified:{id}"),
        }
    }
}

/// What is known of a visitor that connects. What it does not say stays as it was.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Who it is.
    pub who: Who,
    /// A name.
    pub name: Option<String>,
    /// An email.
    pub email: Option<String>,
    /// The page it is on.
    pub current_page: Option<String>,
    /// The page that led it here.
    pub referrer: Option<String>,
    /// The gateway's word.
    pub ip_address: Option<String>,
    /// The gateway's word.
    pub user_agent: Option<String>,
}

/// What an agent may write of a visitor; `None` leaves as it was, `Some(None)` empties.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// A name.
    pub name: Option<Option<String>>,
    /// An email.
    pub email: Option<Option<String>>,
    /// A country.
    pub country: Option<Option<String>>,
    /// A city.
    pub city: Option<Option<String>>,
}

/// A visitor inside a conversation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the document's")]
pub struct VisitorBrief {
    #[serde(rename = "_id")]
    pub id: Id,
    pub name: Option<String>,
    pub email: Option<String>,
    pub is_online: bool,
    pub current_page: Option<String>,
    pub country: Option<String>,
    pub city: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
}

impl Projected for VisitorBrief {
    fn fields() -> Document {
        doc! {
            "name": 1, "email": 1, "isOnline": 1, "currentPage": 1, "country": 1, "city": 1,
            "browser": 1, "os": 1,
        }
    }
}

/// A visitor as a conversation shows it.
pub trait Shown: Projected {
    /// What is left of one that was erased, of a conversation that began at `since`.
    fn erased(id: Id, since: Time) -> Self;

    /// As the visitor itself may see it.
    #[must_use]
    fn for_itself(self) -> Self {
        self
    }
}

impl From<Visitor> for VisitorBrief {
    fn from(visitor: Visitor) -> Self {
        Self {
            id: visitor.id,
            name: visitor.name,
            email: visitor.email,
            is_online: visitor.is_online,
            current_page: visitor.current_page,
            country: visitor.country,
            city: visitor.city,
            browser: visitor.browser,
            os: visitor.os,
        }
    }
}

impl Shown for VisitorBrief {
    fn erased(id: Id, _: Time) -> Self {
        Self {
            id,
            name: None,
            email: None,
            is_online: false,
            current_page: None,
            country: None,
            city: None,
            browser: None,
            os: None,
        }
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

/// A visitor's id, where nothing else of it is asked.
#[derive(Deserialize)]
struct OnlyId {
    #[serde(rename = "_id")]
    id: Id,
}

impl Projected for OnlyId {
    fn fields() -> Document {
        doc! { "_id": 1 }
    }
}

impl Visitor {
    /// The visitor of this id.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn find(db: &Db, id: Id) -> Result<Option<Self>> {
        db.query(doc! { "_id": id }).one().await
    }

    /// The visitor that is known so.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn known(db: &Db, who: &Who) -> Result<Option<Self>> {
        db.query(doc! { "sessionHash": who.key() }).one().await
    }

    /// Whether it may not come in now.
    pub fn is_banned(&self) -> bool {
        let until = self.ban.as_ref().map(|ban| ban.until);
        until.is_some_and(|until| until.is_none_or(|until| until > Time::now()))
    }

    /// Bans the visitor, or lets it in again. The visitor afterwards.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn set_ban(db: &Db, id: Id, ban: Option<Ban>) -> Result<Option<Self>> {
        let update = doc! { "$set": { "ban": to_bson(&ban)? } };
        db.update(doc! { "_id": id, "erasedAt": null }, update, Give::After, Missing::Leave).await
    }

    /// Removes what is left of a visitor.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn remove(db: &Db, id: Id) -> Result<()> {
        db.of::<Self>().delete_one(doc! { "_id": id }).await.map(drop)
    }

    /// Forgets everything personal, and what the visitor is known by. The visitor as it was.
    ///
    /// # Errors
    /// When the database cannot answer.
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
        db.update(doc! { "_id": id }, update, Give::Before, Missing::Leave).await
    }

    /// What a conversation shows of a visitor.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn brief(db: &Db, id: Id) -> Result<Option<VisitorBrief>> {
        db.query::<Self>(doc! { "_id": id }).part().one().await
    }

    /// The visitors that match, the last seen first, each with its [`MOST_LISTED_PAGE_VIEWS`] last page
    /// views.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn list(db: &Db, filter: Document, skip: i64, limit: i64) -> Result<Vec<Self>> {
        db.query(filter)
            .fields(doc! { "pageViews": { "$slice": -MOST_LISTED_PAGE_VIEWS } })
            .sort(doc! { "lastSeen": -1, "_id": -1 })
            .skip(u64::try_from(skip).unwrap_or(0))
            .limit(limit)
            .all()
            .await
    }

    /// How many visitors match.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn count(db: &Db, filter: Document) -> Result<u64> {
        db::count(&db.of::<Self>(), filter).await
    }

    /// The ids of the visitors that are found by the words of `q`: [`MOST_FOUND`] at most, the last
    /// seen first; none if `q` has no word.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn found_by(db: &Db, q: &str) -> Result<Vec<Id>> {
        let filter = words::matching(q);
        if filter.is_empty() {
            return Ok(Vec::new());
        }
        let found = db.query::<Self>(filter).part::<OnlyId>();
        let found = found.sort(doc! { "lastSeen": -1, "_id": -1 }).limit(MOST_FOUND).all().await?;
        Ok(found.into_iter().map(|visitor| visitor.id).collect())
    }

    /// Counts a connection of the visitor with this session in, and the visitor itself when it is
    /// new. The visitor afterwards, and whether it was absent before.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn arrive(db: &Db, arrival: &Arrival, arriving: &Presence) -> Result<(Self, bool)> {
        let filter = doc! { "sessionHash": arrival.who.key() };
        let upsert = || {
            let update = arrival_update(arrival, arriving);
            db.update(filter.clone(), update, Give::After, Missing::Insert)
        };
        let visitor = match upsert().await {
            // Two first connections met: the other one has inserted the visitor by now.
            Err(error) if violates(&error, SESSION_INDEX) => upsert().await?,
            other => other?,
        };
        let visitor: Self = visitor.ok_or_else(|| {
            mongodb::error::Error::custom("an upsert that returns its document returned none")
        })?;
        let came = visitor.was_absent;
        Ok((visitor, came))
    }

    /// Those of whom a connection has passed its end.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn lapsed(db: &Db) -> Result<Vec<Lapsed>> {
        Lapsed::find::<Self>(db, Time::now()).await
    }

    /// Counts a connection out; with the last one the visit ends. Whether it was the last.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn leave(db: &Db, id: Id, connection: &str) -> Result<bool> {
        let now = Time::now();
        let seconds = doc! { "$dateDiff": {
            "startDate": "$visitBeganAt", "endDate": now, "unit": "second",
        } };
        let total = doc! { "$add": ["$totalTimeOnSite", seconds] };
        let update = vec![
            doc! { "$set": { "connections": presence::others(connection, now), "lastSeen": now } },
            doc! { "$set": {
                "isOnline": presence::if_absent(false, true),
                "totalTimeOnSite": presence::if_absent(total, "$totalTimeOnSite"),
            } },
        ];
        let visitor: Option<Self> = db
            .update(
                doc! { "_id": id, "connections.id": connection },
                update,
                Give::After,
                Missing::Leave,
            )
            .await?;
        Ok(visitor.is_some_and(|visitor| visitor.connections.is_empty()))
    }

    /// Notes that the visitor looks at a page. The visitor afterwards.
    ///
    /// # Errors
    /// When the database cannot answer.
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
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn update(db: &Db, id: Id, changes: Changes) -> Result<Option<Self>> {
        let mut set = doc! {};
        if let Some(name) = &changes.name {
            set.insert("nameWords", literal_words(name));
        }
        if let Some(email) = &changes.email {
            set.insert("emailWords", literal_words(email));
        }
        for (field, value) in [
            ("name", changes.name),
            ("email", changes.email),
            ("country", changes.country),
            ("city", changes.city),
        ] {
            if let Some(value) = value {
                set.insert(field, doc! { "$literal": value });
            }
        }
        if set.is_empty() {
            return Self::find(db, id).await;
        }
        Self::change(db, id, vec![doc! { "$set": set }, all_words()]).await
    }

    async fn change(
        db: &Db,
        id: Id,
        update: impl Into<mongodb::options::UpdateModifications>,
    ) -> Result<Option<Self>> {
        db.update(doc! { "_id": id }, update, Give::After, Missing::Leave).await
    }
}

/// An expression for the words of a text.
fn literal_words(text: &Option<String>) -> Document {
    let words: Vec<String> = words::of(text.as_deref()).into_iter().collect();
    doc! { "$literal": words }
}

/// A stage that brings the words of name and email together.
fn all_words() -> Document {
    doc! { "$set": { "words": { "$setUnion": ["$nameWords", "$emailWords"] } } }
}

/// Everything that a connection changes, in one update that also makes a new visitor whole.
fn arrival_update(arrival: &Arrival, arriving: &Presence) -> Vec<Document> {
    let now = Time::now();
    let (browser, os) = arrival.user_agent.as_deref().map_or((None, None), browser_and_os);
    let identified = match &arrival.who {
        Who::Identified(id) => Some(id),
        Who::Session(_) => None,
    };
    let absent = || presence::if_absent(true, false);
    let kept = |field: &str, value: &Option<String>| match value {
        Some(value) => doc! { "$literal": value },
        None => doc! { "$ifNull": [format!("${field}"), null] },
    };
    let kept_words = |field: &str, text: &Option<String>| match text {
        Some(_) => literal_words(text),
        None => doc! { "$ifNull": [format!("${field}"), []] },
    };
    vec![
        doc! { "$set": { "connections": presence::living(now) } },
        doc! { "$set": {
            "visitCount": { "$add": [
                { "$ifNull": ["$visitCount", 0_i64] },
                { "$cond": [absent(), 1_i64, 0_i64] },
            ] },
            "visitBeganAt": presence::if_absent(now, "$visitBeganAt"),
            "wasAbsent": absent(),
            "connections": presence::with(arriving, now),
            "externalId": { "$literal": identified },
            "verified": identified.is_some(),
            "name": kept("name", &arrival.name),
            "email": kept("email", &arrival.email),
            "currentPage": kept("currentPage", &arrival.current_page),
            "referrer": kept("referrer", &arrival.referrer),
            "ipAddress": { "$literal": &arrival.ip_address },
            "userAgent": { "$literal": &arrival.user_agent },
            "browser": browser,
            "os": os,
            "country": kept("country", &None),
            "city": kept("city", &None),
            "pageViews": { "$ifNull": ["$pageViews", []] },
            "totalTimeOnSite": { "$ifNull": ["$totalTimeOnSite", 0_i64] },
            "isOnline": true,
            "lastSeen": now,
            "createdAt": { "$ifNull": ["$createdAt", now] },
            "nameWords": kept_words("nameWords", &arrival.name),
            "emailWords": kept_words("emailWords", &arrival.email),
        } },
        all_words(),
    ]
}

/// The names of the browser and the system in a `User-Agent`; the order matters, since most
/// browsers name others too.
fn browser_and_os(user_agent: &str) -> (Option<&'static str>, Option<&'static str>) {
    const BROWSERS: [(&str, &str); 7] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("Windows", "Windows"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    (named(&BROWSERS), named(&SYSTEMS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_systems_are_told_from_their_user_agents() {
        for (user_agent, browser, os) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                Some("Edge"),
                Some("Windows"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                Some("Safari"),
                Some("iOS"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                Some("Chrome"),
                Some("Android"),
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                Some("Firefox"),
                Some("Linux"),
            ),
            ("curl/8.5.0", None, None),
        ] {
            assert_eq!(browser_and_os(user_agent), (browser, os), "{user_agent}");
        }
    }

    #[test]
    fn a_session_is_stored_as_its_sha_256() {
        assert_eq!(
            Who::Session("abc".to_owned()).key(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
