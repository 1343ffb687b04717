//! Does to a live chat what a stranger could do to starve the others, and looks at those who only chat:
//! nobody of them may be refused, closed or answered with a fault.
//!
//! The live chat, its attackers and those who only chat are processes of their own, and the attackers are
//! the last to get a processor: theirs are other machines. What is judged are counts and bytes. Times and
//! memory are for people: `burn` takes as much of the processors as the attacks and asks for nothing.
//!
//! Not here: a clock that jumps, retention against reopening, and a ban against an erasure are tests of
//! `local/tests/it`. A disk that is full is tried by hand, since it takes a file system of its own.
//!
//! `cargo run --profile fast -p stress --bin abuse -- --seconds 20 --addresses 100`

#![allow(clippy::print_stdout, reason = "this program prints what it saw")]

mod attacks;
mod bystander;
mod excess;
mod server;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Parser, Subcommand};
use futures::future::{join_all, try_join};
use local::server::Bounds;
use stress::replica_set::Failure;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use attacks::{Attack, Attacker, Seen};
use bystander::{Bystanders, Met};
use server::{Log, Server};

/// Attacks a live chat of its own.
#[derive(Clone, Copy, Debug, Parser)]
struct Options {
    /// How long each attack goes on.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// From how many addresses of this machine.
    #[arg(long, default_value_t = 4)]
    addresses: u8,
    /// This attack alone, by its name.
    #[arg(long, value_parser = Attack::named)]
    only: Option<Attack>,
    #[command(subcommand)]
    part: Option<Part>,
}

impl Options {
    fn time(self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// How long the live chat waits for a client: shorter than an attack, where that is long, so that the
    /// attackers see the end of it.
    fn patience(self) -> Duration {
        (self.time() * 2 / 3).clamp(Duration::from_secs(3), Bounds::default().patience)
    }

    /// The same for a part of this program.
    fn arguments(self) -> [String; 4] {
        let Self { seconds, addresses, .. } = self;
        ["--seconds".to_owned(), seconds.to_string(), "--addresses".to_owned(), addresses.to_string()]
    }
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
        Some(Part::Serve) => server::serve(options.patience()).await.map(|()| true),
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
    /// Where both listen.
    pub address: SocketAddr,
}

impl Target {
    fn at(address: SocketAddr) -> Self {
        Self { socket: format!("ws://{address}/ws"), http: format!("http://{address}"), address }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.http)
    }
}

async fn run(options: Options) -> Result<bool, Failure> {
    let mut command = part(&[]);
    command.args(options.arguments()).arg("serve");
    let server = Server::start(command).await?;
    let mut healthy = attack_all(&server, options).await?;
    for found in excess::find(&server.database).await? {
        println!("the database has {found}  FAILED");
        healthy = false;
    }
    let Log { lines, forged } = server.stop().await?;
    println!("the log has {lines} lines");
    if let Some(forged) = &forged {
        println!("one of them with what a client wrote: {forged:?}  FAILED");
    }
    Ok(healthy && lines > 0 && forged.is_none())
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

/// One attack from all addresses; what they saw goes to standard output.
async fn attack(number: u8, target: SocketAddr, options: Options) -> Result<(), Failure> {
    // Of this process, too, the bound of descriptors is raised.
    let _of_this_machine = Bounds::of_this_machine()?;
    let attack = *Attack::ALL.get(usize::from(number)).ok_or("there is no such attack")?;
    let attackers: Vec<Attacker> = (1..=options.addresses)
        .map(|host| Attacker {
            target: Target::at(target),
            from: address(attack, host),
            end: Instant::now() + options.time(),
            patience: options.patience(),
        })
        .collect();
    let attacking = attackers.iter().map(|attacker| attack.run(attacker));
    let seen = join_all(attacking).await.into_iter().collect::<Result<Vec<Seen>, Failure>>()?;
    println!("{}", serde_json::to_string(&seen.into_iter().sum::<Seen>())?);
    Ok(())
}

/// The same in a process of its own.
async fn attacked(attack: Attack, target: SocketAddr, options: Options) -> Result<Seen, Failure> {
    let mut command = part(&["nice", "-n", "19"]);
    command.args(options.arguments());
    command.args(["attack", &(attack as u8).to_string(), &target.to_string()]);
    let ended = command.stdout(Stdio::piped()).spawn()?.wait_with_output().await?;
    if !ended.status.success() {
        return Err(String::from_utf8_lossy(&ended.stdout).into_owned().into());
    }
    Ok(serde_json::from_slice(&ended.stdout)?)
}

/// An address of an attack's own, since some stay out afterwards; 127.0.0.1 and those of 127.0.1 are the
/// bystanders'.
fn address(attack: Attack, host: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 1, attack as u8, host))
}

/// Watches the bystanders as long as something else goes on.
async fn watched<T>(
    bystanders: &Bystanders,
    other: impl Future<Output = Result<T, Failure>>,
) -> Result<(T, Met), Failure> {
    let over = AtomicBool::new(false);
    let other = async {
        let done = other.await;
        over.store(true, Ordering::Relaxed);
        done
    };
    try_join(other, bystanders.watch(&over)).await
}

async fn attack_all(server: &Server, options: Options) -> Result<bool, Failure> {
    let bystanders = Bystanders::arrive(&Target::at(server.address)).await?;
    // Until they are no strangers any more.
    let time = options.time().max(Bounds::default().strange_for);
    let ((), quiet) = watched(&bystanders, async {
        sleep(time).await;
        Ok(())
    })
    .await?;
    // At most, and afterwards.
    let memory = || {
        let (most, now) = (server.process.peak_kib()?, server.process.resident_kib()?);
        Ok::<_, Failure>(format!("{}, {} MiB", most / 1024, now / 1024))
    };
    println!(
        "{:<16}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>14}   the others: {quiet}",
        "",
        "sent",
        "done",
        "refused",
        "closed",
        "open",
        "KiB back",
        memory()?
    );
    let mut healthy = quiet.is_well();
    let chosen = |attack: &&Attack| options.only.is_none_or(|only| only == **attack);
    for attack in Attack::ALL.iter().filter(chosen) {
        server.process.forget_peak()?;
        let (seen, others) = watched(&bystanders, attacked(*attack, server.address, options)).await?;
        let is_well = others.is_well()
            && attack.is_answered_by(&seen, options.addresses, options.time())
            && (!attack.is_pushed_on() || others.bytes <= others.most_bytes(seen.done));
        let Seen { sent, done, refused, closed, open, wrong, bytes } = seen;
        let faults = if wrong == 0 { String::new() } else { format!(", and {wrong} that must not be") };
        let verdict = if is_well { "" } else { "  FAILED" };
        println!(
            "{:<16}{sent:>9}{done:>9}{refused:>9}{closed:>9}{open:>9}{:>9}{:>14}   \
             the others: {others}{faults}{verdict}",
            attack.name(),
            bytes / 1024,
            memory()?
        );
        healthy &= is_well;
    }
    Ok(healthy)
}
