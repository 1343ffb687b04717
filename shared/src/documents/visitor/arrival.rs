//! A visitor comes and goes: what it is known by, and what each of its connections changes.

use bson::{Document, doc};
use mongodb::error::Result;
use mongodb::options::ReturnDocument;
use sha2::{Digest, Sha256};

use super::user_agent::browser_and_os;
use super::{SESSION_INDEX, Visitor, all_words, literal_words};
use crate::db::Db;
use crate::documents::live_connection::{self, Expired, LiveConnection};
use crate::id::hex;
use crate::{Id, Time};

/// How a visitor is known.
#[derive(Clone, Debug)]
pub enum KnownBy {
    /// By the secret that its browser chose.
    Session(String),
    /// By the site's own id: the same person on every device.
    Identified(String),
}

impl KnownBy {
    /// What it is stored as. A secret is 16 to 128 characters of a browser's randomness, so that a plain
    /// hash cannot be turned back; and no hash begins like a site's id, which no secret can claim so.
    pub fn key(&self) -> String {
        match self {
            Self::Session(secret) => hex(Sha256::digest(secret)),
            Self::Identified(id) => format!("identified:{id}"),
        }
    }
}

/// What is known of a visitor that connects. What it does not say stays as it was.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Arrival {
    pub who: KnownBy,
    pub name: Option<String>,
    pub email: Option<String>,
    pub current_page: Option<String>,
    /// The page that led it here.
    pub referrer: Option<String>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
}

impl Visitor {
    /// The visitor that is known so.
    pub async fn known(db: &Db, who: &KnownBy) -> Result<Option<Self>> {
        db.query(doc! { "sessionHash": who.key() }).one().await
    }

    /// Counts a connection of the visitor with this session in, and the visitor itself when it is new.
    /// The visitor afterwards, and whether it was absent before.
    pub async fn arrive(db: &Db, arrival: &Arrival, arriving: &LiveConnection) -> Result<(Self, bool)> {
        let filter = doc! { "sessionHash": arrival.who.key() };
        let update = arrival_update(arrival, arriving);
        let visitor: Self = db.upsert(filter, update, SESSION_INDEX).await?;
        let came = visitor.was_absent;
        Ok((visitor, came))
    }

    /// Those of whom a connection has expired.
    pub async fn with_expired(db: &Db) -> Result<Vec<Expired>> {
        Expired::find::<Self>(db, Time::now()).await
    }

    /// Counts a connection out; with the last one the visit ends. Whether it was the last.
    pub async fn leave(db: &Db, id: Id, connection: &str) -> Result<bool> {
        let now = Time::now();
        let seconds = doc! { "$dateDiff": {
            "startDate": "$visitBeganAt", "endDate": now, "unit": "second",
        } };
        let total = doc! { "$add": ["$totalTimeOnSite", seconds] };
        let update = vec![
            doc! { "$set": { "connections": live_connection::others(connection, now), "lastSeen": now } },
            doc! { "$set": {
                "isOnline": live_connection::if_absent(false, true),
                "totalTimeOnSite": live_connection::if_absent(total, "$totalTimeOnSite"),
            } },
        ];
        let there = doc! { "_id": id, "connections.id": connection };
        let visitor: Option<Self> = db.update(there, update, ReturnDocument::After).await?;
        Ok(visitor.is_some_and(|visitor| visitor.connections.is_empty()))
    }
}

/// Everything that a connection changes, in one update that also makes a new visitor whole.
fn arrival_update(arrival: &Arrival, arriving: &LiveConnection) -> Vec<Document> {
    let now = Time::now();
    let (browser, os) = arrival.user_agent.as_deref().map_or((None, None), browser_and_os);
    let identified = match &arrival.who {
        KnownBy::Identified(id) => Some(id),
        KnownBy::Session(_) => None,
    };
    let absent = || live_connection::if_absent(true, false);
    let kept = |field: &str, value: &Option<String>| match value {
        Some(value) => doc! { "$literal": value },
        None => doc! { "$ifNull": [format!("${field}"), null] },
    };
    let kept_words = |field: &str, text: &Option<String>| match text {
        Some(_) => literal_words(text),
        None => doc! { "$ifNull": [format!("${field}"), []] },
    };
    vec![
        doc! { "$set": { "connections": live_connection::living(now) } },
        doc! { "$set": {
            "visitCount": { "$add": [
                { "$ifNull": ["$visitCount", 0_i64] },
                { "$cond": [absent(), 1_i64, 0_i64] },
            ] },
            "visitBeganAt": live_connection::if_absent(now, "$visitBeganAt"),
            "wasAbsent": absent(),
            "connections": live_connection::with(arriving, now),
            "pushedOut": live_connection::pushed_out_by(arriving, now),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_stored_as_its_sha_256() {
        assert_eq!(
            KnownBy::Session("abc".to_owned()).key(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
