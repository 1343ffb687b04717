//! What must not be in the database, however much was sent.

use mongodb::Database;
use mongodb::bson::{Document, doc};
use shared::db::Stored;
use shared::documents::audit::Entry;
use shared::documents::canned_response::CannedResponse;
use shared::documents::conversation::Conversation;
use shared::documents::user::User;
use stress::replica_set::Failure;

/// Canned responses that there may be, and those that may be made side by side with the last one.
const MOST_RESPONSES: u64 = 1000 + 32;

/// What there is too much of, for people.
///
/// # Errors
/// When the database cannot be reached.
pub async fn find(database: &Database) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let notes = doc! { "$strLenCP": { "$ifNull": ["$notes", ""] } };
    for (what, collection, past) in [
        ("users with more than 50 sessions", User::COLLECTION, doc! { "sessions.50": exists() }),
        ("conversations with more than 20 tags", Conversation::COLLECTION, doc! { "tags.20": exists() }),
        (
            "conversations with notes of more than 5,000 characters",
            Conversation::COLLECTION,
            doc! { "$expr": { "$gt": [notes, 5000] } },
        ),
    ] {
        let count = database.collection::<Document>(collection).count_documents(past).await?;
        if count > 0 {
            found.push(format!("{count} {what}"));
        }
    }
    let responses = database.collection::<Document>(CannedResponse::COLLECTION);
    let responses = responses.count_documents(doc! {}).await?;
    if responses > MOST_RESPONSES {
        found.push(format!("{responses} canned responses"));
    }
    if let Some(repeated) = repeated_entry(database).await? {
        found.push(format!("several entries of an hour for the same wrong logins: {repeated}"));
    }
    Ok(found)
}

fn exists() -> Document {
    doc! { "$exists": true }
}

/// An account and an address for which the security log has the wrong logins of an hour more than once.
async fn repeated_entry(database: &Database) -> Result<Option<Document>, Failure> {
    let hour = doc! { "$dateTrunc": { "date": "$at", "unit": "hour" } };
    let of = doc! { "account": "$target.id", "address": "$address", "hour": hour };
    let pipeline = [
        doc! { "$match": { "action": "login_failed", "detail": null } },
        doc! { "$group": { "_id": of, "count": { "$sum": 1 } } },
        doc! { "$match": { "count": { "$gt": 1 } } },
        doc! { "$limit": 1 },
    ];
    let mut found = database.collection::<Document>(Entry::COLLECTION).aggregate(pipeline).await?;
    Ok(if found.advance().await? { Some(found.deserialize_current()?) } else { None })
}
