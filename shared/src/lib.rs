//! What every function of the live chat has in common. Calls go down this list, and never up:
//!
//! - [`api`]: what every handler needs, over HTTP and over the socket;
//! - [`use_cases`]: what people do, knowing neither HTTP nor frames;
//! - [`push`]: pushing events to connected clients, and [`views`]: what goes out;
//! - [`documents`]: what MongoDB holds, each with its queries and indexes;
//! - [`db`]: the way to MongoDB;
//! - the rest, which knows none of these.

pub mod api;
mod app;
pub mod auth;
pub mod background;
pub mod batches;
pub mod config;
pub mod db;
pub mod deadline;
pub mod documents;
pub mod error;
pub mod forerunners;
pub mod id;
pub mod input;
pub mod json;
pub mod logging;
pub mod long_conversations;
mod names;
pub mod push;
pub mod rate_limit;
pub mod secret;
pub mod senders;
pub mod single_flight;
pub mod time;
pub mod use_cases;
pub mod views;

pub use app::{App, StartError};
pub use error::{Error, Result};
pub use id::Id;
pub use time::Time;
