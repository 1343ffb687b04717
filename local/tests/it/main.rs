//! The specification, as tests: on a real MongoDB and over real sockets, side by side, each with a
//! database of its own.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

mod accounts;
mod analytics;
mod auth;
mod canned_responses;
mod conversation_changes;
mod conversations;
mod costs;
mod gateway_http;
mod gateway_websocket;
mod history;
mod http_rules;
mod indexes;
mod limits;
mod lists;
mod maintenance;
mod message_search;
mod messages;
mod model;
mod openapi;
mod order;
mod outreach;
mod pages;
mod permissions;
mod privacy;
mod program;
mod routes;
mod socket_conversations;
mod socket_messages;
mod socket_presence;
mod socket_rules;
mod story;
mod visitors;
