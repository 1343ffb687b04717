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
pub mod websocket_api;

/// Of every program that serves the live chat: it gives memory back when a crowd has left, where glibc
/// keeps it.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
