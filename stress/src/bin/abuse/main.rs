//! Does to a live chat what a stranger could do to starve the others, and looks at those who only chat:
//! nobody of them may be refused, closed or answered with a fault.
//!
//! The live chat, its attackers and those who only chat are processes of their own, and the attackers are
//! the last to get a processor: theirs are other machines.
//!
//! `cargo run --profile fast -p stress --bin abuse -- --seconds 20 --addresses 100`

#![allow(clippy::print_stdout, reason = "this program prints what it saw")]

mod attacks;
mod bystander;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use futures::future::join_all;
use local::functions::Functions;
use local::mongod::Mongod;
use local::server::Bounds;
use local::stack::{self, Edge, Stack};
use local::websocket_api::Sockets;
use shared::App;
use shared::config::Config;
use stress::measure::Process;
use stress::replica_set::Failure;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;

use attacks::{Attack, Seen};
use bystander::Bystanders;

/// Addresses behind which attackers have others: those of [`Attack::Network`].
const PROXIES: &str = "127.1.11.0/24";

/// Attacks a live chat of its own.
#[derive(Clone, Copy, Debug, Parser)]
struct Options {
    /// How long each attack goes on.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// From how many addresses of this machine.
    #[arg(long, default_value_t = 4)]
    addresses: u8,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What a process of the tool's own does.
#[derive(Clone, Copy, Debug, Subcommand)]
enum Part {
    /// Is the live chat, until its standard input ends.
    #[command(hide = true)]
    Serve,
    /// Attacks the live chat at an address.
    #[command(hide = true)]
    Attack { number: u8, target: SocketAddr },
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let ended = match options.part {
        None => run(options).await,
        Some(Part::Serve) => serve().await.map(|()| true),
        Some(Part::Attack { number, target }) => attack(number, target, options).await.map(|()| true),
    };
    match ended {
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

impl Target {
    fn at(address: SocketAddr) -> Self {
        Self { socket: format!("ws://{address}/ws"), http: format!("http://{address}") }
    }
}

async fn run(options: Options) -> Result<bool, Failure> {
    let mut server = part(&[]).arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let said = server.stdout.take().ok_or("the live chat says nothing")?;
    let address =
        BufReader::new(said).lines().next_line().await?.ok_or("the live chat did not start")?;
    let process = Process(server.id().ok_or("the live chat has ended")?);
    let healthy = attack_all(address.parse()?, process, options).await;
    drop(server.stdin.take());
    let ended = server.wait().await?;
    if !ended.success() {
        return Err(format!("the live chat ended: {ended}").into());
    }
    healthy
}

/// This program once more, after a command that starts it.
fn part(before: &[&str]) -> Command {
    let own = std::env::current_exe().unwrap_or_else(|_| "abuse".into());
    let mut command = match before {
        [] => Command::new(own),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(own);
            command
        }
    };
    command.kill_on_drop(true);
    command
}

async fn serve() -> Result<(), Failure> {
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
    let trusted_proxies = vec![PROXIES.parse()?];
    let bounds = Bounds { trusted_proxies, ..Bounds::of_this_machine()? };
    let edge = Edge { bounds, ..Edge::default() };
    let stack = Stack::start(listener, &Functions::new(&app), &sockets, edge)?;
    println!("{}", stack.address());
    tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await?;
    stack.stop().await?;
    mongod.stop().await?;
    Ok(())
}

/// One attack from all addresses; what they saw goes to standard output.
async fn attack(number: u8, target: SocketAddr, options: Options) -> Result<(), Failure> {
    let (target, time) = (Target::at(target), Duration::from_secs(options.seconds));
    let attack = *Attack::ALL.get(usize::from(number)).ok_or("there is no such attack")?;
    let attacking = attackers(number, options.addresses).map(|from| attack.run(&target, from, time));
    let seen = join_all(attacking).await.into_iter().collect::<Result<Vec<Seen>, Failure>>()?;
    let Seen { sent, done, refused, closed } = seen.into_iter().fold(Seen::default(), Seen::and);
    println!("{}", serde_json::to_string(&[sent, done, refused, closed])?);
    Ok(())
}

/// The same in a process of its own.
async fn attacked(number: u8, target: SocketAddr, options: Options) -> Result<Seen, Failure> {
    let mut command = part(&["nice", "-n", "19"]);
    command.args(["--seconds", &options.seconds.to_string()]);
    command.args(["--addresses", &options.addresses.to_string()]);
    command.args(["attack", &number.to_string(), &target.to_string()]);
    let ended = command.stdout(Stdio::piped()).spawn()?.wait_with_output().await?;
    if !ended.status.success() {
        return Err(String::from_utf8_lossy(&ended.stdout).into_owned().into());
    }
    let [sent, done, refused, closed] = serde_json::from_slice(&ended.stdout)?;
    Ok(Seen { sent, done, refused, closed })
}

/// The addresses of one attack's attackers, some of which stay out afterwards; 127.0.0.1 and those of
/// 127.0.1 are the bystanders'.
fn attackers(attack: u8, count: u8) -> impl Iterator<Item = IpAddr> {
    (1..=count).map(move |number| IpAddr::V4(Ipv4Addr::new(127, 1, attack, number)))
}

async fn attack_all(target: SocketAddr, server: Process, options: Options) -> Result<bool, Failure> {
    let bystanders = Bystanders::arrive(&Target::at(target)).await?;
    let time = Duration::from_secs(options.seconds);
    // Until they are no strangers any more.
    let quiet = bystanders.watch(time.max(Bounds::default().strange_for)).await?;
    let resident = || Ok::<_, Failure>(server.resident_kib()? / 1024);
    println!(
        "{:<28}{:>9}{:>9}{:>9}{:>9}   the others: {quiet}",
        "",
        "sent",
        "refused",
        "closed",
        format!("{} MiB", resident()?)
    );
    let mut healthy = quiet.is_well();
    for (number, attack) in (0..).zip(Attack::ALL) {
        let attacking = attacked(number, target, options);
        let (seen, others) = futures::future::try_join(attacking, bystanders.watch(time)).await?;
        let is_well = others.is_well() && attack.is_answered_by(&seen, options.addresses, time);
        let Seen { sent, refused, closed, .. } = seen;
        let verdict = if is_well { "" } else { "  FAILED" };
        println!(
            "{:<28}{sent:>9}{refused:>9}{closed:>9}{:>9}   the others: {others}{verdict}",
            attack.name(),
            format!("{} MiB", resident()?)
        );
        healthy &= is_well;
    }
    Ok(healthy)
}
