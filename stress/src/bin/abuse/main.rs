//! Does to a live chat what a stranger could do to starve the others, and looks at those who only chat:
//! nobody of them may be refused, closed or answered with a fault.
//!
//! `cargo run --profile fast -p stress --bin abuse -- --seconds 20 --addresses 100`

#![allow(clippy::print_stdout, reason = "this program prints what it saw")]

mod attacks;
mod bystander;

use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use futures::future::join_all;
use local::functions::Functions;
use local::mongod::Mongod;
use local::server::Bounds;
use local::stack::{self, Edge, Stack};
use local::websocket_api::Sockets;
use shared::App;
use shared::config::Config;
use stress::replica_set::Failure;
use tokio::net::TcpListener;

use attacks::{Attack, Seen};
use bystander::Bystander;

/// Attacks a live chat of its own.
#[derive(Clone, Copy, Debug, Parser)]
struct Options {
    /// How long each attack goes on.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// From how many addresses of this machine.
    #[arg(long, default_value_t = 4)]
    addresses: u8,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where the attacked is.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its WebSocket.
    pub socket: String,
    /// Its HTTP API.
    pub http: String,
}

async fn run(options: Options) -> Result<bool, Failure> {
    if std::env::var_os("RUST_LOG").is_some() {
        local::logging::start();
    }
    let mongod = Mongod::start_temporary().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = stack::endpoint(&listener)?;
    let uri = mongod.uri("abuse");
    let config = Config::from_lookup(|key| {
        let value = match key {
            "MONGODB_URI" => uri.as_str(),
            "CONNECTIONS_ENDPOINT" => endpoint.as_str(),
            "JWT_SECRET" => "a secret of more than 32 bytes, for the abuse",
            "FIRST_USER" => "anyone",
            "REGISTRATION" => "open",
            "MONGODB_MAX_POOL_SIZE" => "64",
            _ => return None,
        };
        Some(value.to_owned())
    })?;
    let sockets = Sockets::default();
    let app = App::behind(Arc::new(sockets.clone()), config).await?;
    shared::documents::indexes::prepare(&app.db).await?;
    let edge = Edge { bounds: Bounds::of_this_machine()?, ..Edge::default() };
    let stack = Stack::start(listener, &Functions::new(&app), &sockets, edge)?;
    let address = stack.address();
    let target = Target { socket: format!("ws://{address}/ws"), http: format!("http://{address}") };
    let healthy = attack_all(&target, options).await;
    stack.stop().await?;
    mongod.stop().await?;
    healthy
}

/// The addresses of one attack's attackers, some of which stay out afterwards; 127.0.0.1 and 127.0.1.1 are
/// the bystanders'.
fn attackers(attack: u8, count: u8) -> impl Iterator<Item = IpAddr> {
    (1..=count).map(move |number| IpAddr::V4(Ipv4Addr::new(127, 1, attack, number)))
}

async fn attack_all(target: &Target, options: Options) -> Result<bool, Failure> {
    let bystander = Bystander::arrive(target).await?;
    let time = Duration::from_secs(options.seconds);
    let quiet = bystander.watch(time).await?;
    println!("{:<28}{:>9}{:>9}{:>9}   the others: {quiet}", "", "sent", "refused", "closed");
    let mut healthy = quiet.is_well();
    for (number, attack) in (0..).zip(Attack::ALL) {
        let attacking = attackers(number, options.addresses).map(|from| attack.run(target, from, time));
        let (attacked, others) = futures::future::join(join_all(attacking), bystander.watch(time)).await;
        let seen = attacked.into_iter().collect::<Result<Vec<Seen>, Failure>>()?;
        let seen = seen.into_iter().fold(Seen::default(), Seen::and);
        let others = others?;
        let is_well = others.is_well() && attack.is_answered_by(&seen);
        let Seen { sent, refused, closed, .. } = seen;
        let verdict = if is_well { "" } else { "  FAILED" };
        println!(
            "{:<28}{sent:>9}{refused:>9}{closed:>9}   the others: {others}{verdict}",
            attack.name()
        );
        healthy &= is_well;
    }
    Ok(healthy)
}
