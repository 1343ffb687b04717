//! Loads a live chat that runs, here or anywhere: how many open sockets it holds, and how many messages
//! a second go through how many conversations.
//!
//! `cargo run --release -p stress --bin load -- sockets --count 10000`
//! `cargo run --release -p stress --bin load -- messages --conversations 20`

#![allow(clippy::print_stdout, reason = "this program prints what it measured")]

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand};
use futures::StreamExt;
use hdrhistogram::Histogram;
use serde_json::json;
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::time::{Instant, sleep, timeout};

/// Handshakes under way at once.
const HANDSHAKES: usize = 50;

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
    /// Opens sockets, a visitor behind each, and holds them.
    Sockets {
        /// How many.
        #[arg(long, default_value_t = 10_000)]
        count: usize,
        /// How long they are held, in seconds.
        #[arg(long, default_value_t = 10)]
        hold: u64,
        /// The process of the server on this machine (Linux), to tell the memory that a socket takes.
        #[arg(long)]
        pid: Option<u32>,
    },
    /// Sends messages through conversations and times them from their sending to their arrival at
    /// another connection.
    Messages {
        /// How many conversations.
        #[arg(long, default_value_t = 20)]
        conversations: usize,
        /// Senders in each conversation; each waits for its acknowledgement before it sends again.
        #[arg(long, default_value_t = 1)]
        senders: usize,
        /// How long, in seconds.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let Options { url, what } = Options::parse();
    let done = match what {
        What::Sockets { count, hold, pid } => sockets(&url, count, hold, pid).await,
        What::Messages { conversations, senders, seconds } => {
            messages(&url, conversations, senders, seconds).await
        }
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

async fn sockets(url: &str, count: usize, hold: u64, pid: Option<u32>) -> Result<(), Failure> {
    let run = unique();
    let before = pid.map(resident_kib).transpose()?;
    let began = Instant::now();
    let opening = (0..count).map(|number| {
        let session = format!("{run}-{number}");
        async move {
            let began = Instant::now();
            (Socket::visitor(url, &session).await, began.elapsed())
        }
    });
    let mut opening = futures::stream::iter(opening).buffer_unordered(HANDSHAKES);
    let (mut open, mut refused) = (Vec::with_capacity(count), Vec::new());
    let mut times = Histogram::<u64>::new(3)?;
    while let Some((socket, took)) = opening.next().await {
        match socket {
            Ok(socket) => {
                times.record(micros(took))?;
                open.push(socket);
            }
            Err(error) => refused.push(error.to_string()),
        }
    }
    let took = began.elapsed().as_secs_f64();
    println!("{} sockets open after {took:.1} s, {} not", open.len(), refused.len());
    if let Some(why) = refused.first() {
        println!("  the first that is not: {why}");
    }
    println!("  from the handshake to `visitor:connected`: {}", quantiles(&times));
    sleep(Duration::from_secs(hold)).await;
    if let (Some(pid), Some(before)) = (pid, before) {
        let grown = resident_kib(pid)?.saturating_sub(before);
        let each = grown as f64 / open.len().max(1) as f64;
        println!("  memory: {} MiB more, {each:.1} KiB for each socket", grown / 1024);
    }
    let mut alive = 0;
    for socket in &mut open {
        alive += usize::from(socket.ask("ping", json!({})).await.is_ok());
    }
    println!("  {alive} of them answer a ping after {hold} s");
    Ok(())
}

/// The resident memory of a process.
fn resident_kib(pid: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
    Ok(kib.parse()?)
}

/// What one conversation showed.
struct Measured {
    acks: Histogram<u64>,
    arrivals: Histogram<u64>,
}

async fn messages(url: &str, rooms: usize, senders: usize, seconds: u64) -> Result<(), Failure> {
    let run = unique();
    let mut ready = Vec::new();
    for number in 0..rooms {
        ready.push(Room::open(url, &format!("{run}-{number}"), senders).await?);
    }
    let began = Instant::now();
    let end = began + Duration::from_secs(seconds);
    let going: Vec<_> = ready.into_iter().map(|room| tokio::spawn(room.run(began, end))).collect();
    let mut all = Measured { acks: Histogram::new(3)?, arrivals: Histogram::new(3)? };
    for room in going {
        let measured = room.await??;
        all.acks.add(measured.acks)?;
        all.arrivals.add(measured.arrivals)?;
    }
    println!(
        "{rooms} conversations, {senders} senders in each: {:.0} messages a second",
        all.arrivals.len() as f64 / seconds as f64
    );
    println!("  from sending to arrival:         {}", quantiles(&all.arrivals));
    println!("  from sending to acknowledgement: {}", quantiles(&all.acks));
    Ok(())
}

/// A conversation with those who send, and one who listens.
struct Room {
    id: String,
    senders: Vec<Socket>,
    listener: Socket,
}

impl Room {
    async fn open(url: &str, session: &str, senders: usize) -> Result<Self, Failure> {
        let mut listener = Socket::visitor(url, session).await?;
        let started = listener.ask("conversation:start", json!({})).await?;
        let id = started["conversation"]["_id"].as_str().ok_or("no conversation")?.to_owned();
        let mut open = Vec::new();
        for _ in 0..senders {
            open.push(Socket::visitor(url, session).await?);
        }
        Ok(Self { id, senders: open, listener })
    }

    /// Sends until `end`; each message says when it was sent, in microseconds after `began`.
    async fn run(self, began: Instant, end: Instant) -> Result<Measured, Failure> {
        let sending: Vec<_> = self
            .senders
            .into_iter()
            .map(|socket| tokio::spawn(send(socket, self.id.clone(), began, end)))
            .collect();
        let listening = tokio::spawn(listen(self.listener, began));
        let (mut acks, mut sent) = (Histogram::<u64>::new(3)?, 0);
        for sender in sending {
            let times = sender.await??;
            sent += times.len();
            acks.add(times)?;
        }
        // The listener ends by itself once nothing has come for a while.
        let arrivals = listening.await??;
        if arrivals.len() < sent {
            return Err(format!("{} of {sent} messages arrived", arrivals.len()).into());
        }
        Ok(Measured { acks, arrivals })
    }
}

async fn send(
    mut socket: Socket,
    id: String,
    began: Instant,
    end: Instant,
) -> Result<Histogram<u64>, Failure> {
    let mut times = Histogram::<u64>::new(3)?;
    let who = unique();
    while Instant::now() < end {
        let sent = began.elapsed();
        let data = json!({
            "conversationId": id, "content": micros(sent).to_string(),
            "clientMessageId": format!("{who}-{}", times.len()),
        });
        socket.ask("message:send", data).await?;
        times.record(micros(began.elapsed() - sent))?;
    }
    Ok(times)
}

async fn listen(mut socket: Socket, began: Instant) -> Result<Histogram<u64>, Failure> {
    const QUIET: Duration = Duration::from_secs(3);
    let mut times = Histogram::<u64>::new(3)?;
    while let Ok(data) = timeout(QUIET, socket.event("message:new")).await {
        let sent = data?["message"]["content"].as_str().and_then(|text| text.parse().ok());
        let sent: u64 = sent.ok_or("a message of somebody else")?;
        times.record(micros(began.elapsed()).saturating_sub(sent))?;
    }
    Ok(times)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn quantiles(times: &Histogram<u64>) -> String {
    let at = |quantile: f64| times.value_at_quantile(quantile) as f64 / 1000.0;
    format!("p50 {:.1} ms, p99 {:.1} ms, most {:.1} ms", at(0.5), at(0.99), at(1.0))
}
