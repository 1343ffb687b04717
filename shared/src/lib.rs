//! What every function of the live chat has in common.
//!
//! Read it from the bottom up: [`documents`] are what MongoDB holds, each with its queries and
//! indexes; [`use_cases`] are what people do, knowing neither HTTP nor frames; [`http`],
//! [`gateway`] and [`lambda`] are the doors to the outside.

mod app;
pub mod config;
pub mod db;
pub mod deadline;
pub mod describe;
pub mod documents;
pub mod error;
pub mod events;
pub mod gateway;
mod hs256;
pub mod http;
pub mod id;
pub mod input;
pub mod lambda;
pub mod limits;
pub mod logging;
pub mod news;
pub mod paging;
pub mod passwords;
pub mod secret;
pub mod time;
pub mod tokens;
pub mod use_cases;
pub mod views;
pub mod words;

pub use app::{App, StartError};
pub use error::{Error, Result};
pub use id::Id;
pub use time::Time;
