//! Loads a live chat that runs, here or anywhere: how many open sockets it holds, how many messages a
//! second go through how many conversations, and how fast its routes answer with how much stored.
//!
//! `cargo run --release -p stress --bin load -- sockets --count 10000`
//! `cargo run --release -p stress --bin load -- messages --conversations 20`
//! `cargo run --release -p stress --bin load -- http --mongodb mongodb://127.0.0.1:27017/livechat`

#![allow(clippy::print_stdout, reason = "this program prints what it measured")]

mod bursts;
mod http;
mod messages;
mod seed;
mod sockets;
mod watched;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand};

/// Loads a live chat that runs.
#[derive(Debug, Parser)]
struct Options {
    /// Where its WebSocket is.
    #[arg(long, default_value = "ws://127.0.0.1:5000/ws")]
    url: String,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Sockets(sockets::Options),
    Messages(messages::Options),
    Http(http::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Options { url, what } = Options::parse();
    let done = match what {
        What::Sockets(options) => sockets::run(&url, options).await,
        What::Messages(options) => messages::run(&url, options).await,
        What::Http(options) => http::run(&url, options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Something that no other run has used.
fn unique() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("load-{}-{:08x}", now.as_millis(), fastrand::u32(..))
}
