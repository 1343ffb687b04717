//! What MongoDB holds: one module for each collection, with its queries and its indexes.
//!
//! Documents know no use case. Their functions fail when the database cannot answer, and say so only
//! where there is more to say.

pub mod audit;
pub mod canned_response;
pub mod connection;
pub mod conversation;
pub mod figures;
pub mod indexes;
pub mod live_connection;
pub mod message;
pub mod participant;
pub mod pending_push;
pub mod rate_counter;
pub mod read_history;
pub mod super_admins;
pub mod user;
pub mod visitor;
