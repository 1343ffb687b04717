//! What MongoDB holds: one module for each collection, with its queries and its indexes. Documents
//! know no use case.

pub mod audit;
pub mod canned_response;
pub mod connection;
pub mod conversation;
pub mod handed_on;
pub mod mark;
pub mod message;
pub mod presence;
pub mod super_admins;
pub mod tally;
pub mod user;
pub mod visitor;

use mongodb::IndexModel;

use crate::db::Stored;

/// Every collection with its indexes.
pub fn indexes() -> Vec<(&'static str, Vec<IndexModel>)> {
    fn of<T: Stored>() -> (&'static str, Vec<IndexModel>) {
        (T::COLLECTION, T::indexes())
    }
    vec![
        of::<audit::Entry>(),
        of::<canned_response::CannedResponse>(),
        of::<connection::Connection>(),
        of::<conversation::Conversation>(),
        of::<handed_on::HandedOn>(),
        of::<mark::Mark>(),
        of::<message::Message>(),
        of::<tally::Tally>(),
        of::<user::User>(),
        of::<visitor::Visitor>(),
    ]
}
