//! What MongoDB holds: one module for each collection, with its queries and its indexes.
//!
//! Documents know no use case. Their functions fail when the database cannot answer, and say so only
//! where there is more to say.

pub mod audit;
pub mod canned_response;
pub mod changed_visitor;
pub mod connection;
pub mod conversation;
pub mod day_counts;
pub mod failed_logins;
pub mod figures;
pub mod indexes;
pub mod kept_ban;
pub mod live_connection;
pub mod message;
pub mod participant;
pub mod pending_push;
pub mod rate_counter;
pub mod read_history;
pub mod recipients;
pub mod snapshot;
pub mod super_admins;
pub mod user;
pub mod visitor;

#[cfg(test)]
mod tests {
    use bson::{DateTime, Document, doc, oid::ObjectId};
    use serde::de::DeserializeOwned;

    use super::conversation::Conversation;
    use super::message::Message;
    use super::user::User;
    use super::visitor::Visitor;

    #[track_caller]
    fn is_read<T: DeserializeOwned>(stored: &Document) {
        let bytes = bson::serialize_to_vec(stored).unwrap();
        if let Err(error) = bson::deserialize_from_slice::<T>(&bytes) {
            panic!(
                "give the new field #[serde(default)], since stored documents do not have it: {error}"
            );
        }
    }

    /// What the first build stored. It stays as it is: fields are only ever added.
    #[test]
    fn documents_of_an_earlier_build_are_read() {
        let (id, at) = (ObjectId::new(), DateTime::now());
        let reached = doc! { "seq": 0_i64, "nth": 0_i64, "at": null };
        let marks = doc! { "delivered": &reached, "read": &reached };
        is_read::<Conversation>(&doc! {
            "_id": id, "visitor": id, "assignedAgent": null, "previousAgent": null, "status": "pending",
            "priority": "medium", "tags": [], "notes": "", "rating": null, "ratingComment": null,
            "seq": 0_i64, "counts": { "agent": 0_i64, "visitor": 0_i64 },
            "marks": { "agent": &marks, "visitor": &marks }, "lastMessage": null, "activeAt": at,
            "firstVisitorMessageAt": null, "firstResponseAt": null, "firstResponseBy": null,
            "resolvedAt": null, "closedAt": null, "createdAt": at,
        });
        is_read::<Message>(&doc! {
            "_id": id, "conversation": id, "seq": 1_i64, "nth": 1_i64, "sender": "visitor", "senderId": id,
            "content": "Hello", "type": "text", "fileUrl": null, "createdAt": at,
        });
        is_read::<User>(&doc! {
            "_id": id, "name": "Ada", "email": "ada@example.com", "passwordHash": "$argon2id$", "role": "agent",
            "status": "offline", "chosenStatus": "online", "avatar": null, "department": null,
            "createdAt": at, "sessions": [], "connections": [],
        });
        is_read::<Visitor>(&doc! {
            "_id": id, "sessionHash": "", "name": null, "email": null, "ipAddress": null, "userAgent": null,
            "browser": null, "os": null, "country": null, "city": null, "currentPage": null,
            "pageViews": [], "referrer": null, "visitCount": 1_i64, "totalTimeOnSite": 0_i64,
            "isOnline": false, "lastSeen": at, "createdAt": at, "visitBeganAt": at, "connections": [],
            "nameWords": [], "emailWords": [], "words": [],
        });
    }
}
