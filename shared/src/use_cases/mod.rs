//! What people do, knowing neither HTTP nor frames.
//!
//! Each writes first and hands back its outcome: the value for the caller, and what is still to be
//! dispatched to the others once the caller has its answer. All of them fail when the database cannot
//! answer, and answer `not_found` for what is not there, or not for this caller.

pub mod accounts;
mod calendar;
pub mod caller;
pub mod canned_responses;
pub mod connections;
pub mod conversations;
pub mod history;
pub mod maintenance;
pub mod messages;
pub mod outbox;
pub mod outreach;
pub mod privacy;
pub mod rate_limit;
pub mod reports;
pub mod users;
pub mod visitors;
