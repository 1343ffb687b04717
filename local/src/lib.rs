//! The live chat on one machine: both gateways, every function and a MongoDB.
//!
//! The functions run as they do on Lambda: they get the gateways' events and post to `@connections`
//! through the AWS SDK. What is played here is only what AWS would be.

pub mod api_docs;
pub mod functions;
pub mod http_api;
pub mod logging;
pub mod mongod;
mod request;
pub mod runtime_api;
pub mod server;
pub mod stack;
pub mod template;
pub mod throttle;
mod turns;
pub mod websocket_api;
