//! What every handler needs.

pub mod http;
pub mod lambda;
pub mod openapi;
pub mod send_message;
