//! How many messages a second go through conversations, and how long each is on its way.

use std::time::Duration;

use futures::future::try_join_all;
use hdrhistogram::Histogram;
use serde_json::json;
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::time::{Instant, timeout};

use crate::bursts::{Bursts, Done};
use crate::http::Api;
use crate::unique;
use crate::watched::{Named, Watched};
use stress::measure::{micros, quantiles};

/// When nothing has come for so long, everything has come.
const QUIET: Duration = Duration::from_secs(3);

/// Sends messages through conversations and times them from their sending to their arrival at another
/// connection.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How many conversations.
    #[arg(long, default_value_t = 20)]
    conversations: usize,
    /// Senders in each conversation; each waits for its acknowledgement before it sends again.
    #[arg(long, default_value_t = 1)]
    senders: usize,
    /// Agents who are pushed every message, each on a connection of its own.
    #[arg(long, default_value_t = 0)]
    watchers: usize,
    /// Senders beside, each in a conversation of its own with 200 messages in flight, each naming the one
    /// before.
    #[arg(long, default_value_t = 0)]
    bursts: usize,
    /// How long, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Whether each message names the one before it, as a client with several in flight does.
    #[arg(long)]
    follows: bool,
    #[command(flatten)]
    watched: Named,
}

/// What one conversation showed.
struct Measured {
    acks: Histogram<u64>,
    arrivals: Histogram<u64>,
}

/// Runs it against the WebSocket at `url`.
///
/// # Errors
/// When a send is refused, or not everything arrives.
pub async fn run(url: &str, options: Options) -> Result<(), Failure> {
    let run = unique();
    let opening = (0..options.watchers).map(|_| watcher(url));
    let watchers = try_join_all(opening).await?;
    let mut ready = Vec::new();
    for number in 0..options.conversations {
        ready.push(Room::open(url, &format!("{run}-{number}"), &options).await?);
    }
    let bursts = Bursts::open(url, options.bursts).await?;
    let watched = Watched::new(&options.watched).await?;
    let taken = watched.taken().await?;
    let began = Instant::now();
    let end = began + Duration::from_secs(options.seconds);
    let watching: Vec<_> =
        watchers.into_iter().map(|socket| tokio::spawn(listen(socket, began))).collect();
    let bursting = tokio::spawn(bursts.run(end));
    let going: Vec<_> = ready.into_iter().map(|room| tokio::spawn(room.run(began, end))).collect();
    let mut all = Measured { acks: Histogram::new(3)?, arrivals: Histogram::new(3)? };
    for room in going {
        let measured = room.await??;
        all.acks.add(measured.acks)?;
        all.arrivals.add(measured.arrivals)?;
    }
    let Done { acked, refused } = bursting.await??;
    let each = watched.each_since(&taken, all.acks.len() + u64::try_from(acked)?).await?;
    println!(
        "{} conversations, {} senders in each, {} watching: {:.0} messages a second",
        options.conversations,
        options.senders,
        options.watchers,
        all.arrivals.len() as f64 / options.seconds as f64
    );
    println!("  from sending to arrival:         {}", quantiles(&all.arrivals));
    println!("  from sending to acknowledgement: {}", quantiles(&all.acks));
    if options.bursts > 0 {
        println!(
            "  beside them {} senders with many in flight: {acked} sent, {refused} refused",
            options.bursts
        );
    }
    let mut at_watchers = Histogram::<u64>::new(3)?;
    for watcher in watching {
        let seen = watcher.await??;
        if seen.len() < all.acks.len() {
            return Err(format!("{} of {} messages were watched", seen.len(), all.acks.len()).into());
        }
        at_watchers.add(seen)?;
    }
    if !at_watchers.is_empty() {
        println!("  from sending to who watches:     {}", quantiles(&at_watchers));
    }
    each.say();
    watched.say_resident("afterwards")?;
    Ok(())
}

/// The socket of a new agent who is pushed everything.
async fn watcher(url: &str) -> Result<Socket, Failure> {
    let token = Api::beside(url)?.register(&unique()).await?;
    let mut socket = Socket::open(url).await?;
    socket.ask("agent:connect", json!({ "token": token, "watch": "all" })).await?;
    Ok(socket)
}

/// A conversation with those who send, and one who listens.
struct Room {
    id: String,
    senders: Vec<Socket>,
    listener: Socket,
    follows: bool,
}

impl Room {
    async fn open(url: &str, session: &str, options: &Options) -> Result<Self, Failure> {
        let mut listener = Socket::visitor(url, session).await?;
        let started = listener.ask("conversation:start", json!({})).await?;
        let id = started["conversation"]["_id"].as_str().ok_or("no conversation")?.to_owned();
        let mut senders = Vec::new();
        for _ in 0..options.senders {
            senders.push(Socket::visitor(url, session).await?);
        }
        Ok(Self { id, senders, listener, follows: options.follows })
    }

    /// Sends until `end`; each message says when it was sent, in microseconds after `began`.
    async fn run(self, began: Instant, end: Instant) -> Result<Measured, Failure> {
        let sending: Vec<_> = self
            .senders
            .into_iter()
            .map(|socket| tokio::spawn(send(socket, self.id.clone(), self.follows, began, end)))
            .collect();
        let listening = tokio::spawn(listen(self.listener, began));
        let (mut acks, mut sent) = (Histogram::<u64>::new(3)?, 0);
        for sender in sending {
            let times = sender.await??;
            sent += times.len();
            acks.add(times)?;
        }
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
    follows: bool,
    began: Instant,
    end: Instant,
) -> Result<Histogram<u64>, Failure> {
    let mut times = Histogram::<u64>::new(3)?;
    let who = unique();
    let mut before = None;
    while Instant::now() < end {
        let sent = began.elapsed();
        let name = format!("{who}-{}", times.len());
        let mut data = json!({
            "conversationId": id, "content": micros(sent).to_string(), "clientMessageId": name,
        });
        if let Some(before) = before.replace(name).filter(|_| follows) {
            data["follows"] = before.into();
        }
        socket.ask("message:send", data).await?;
        times.record(micros(began.elapsed() - sent))?;
    }
    Ok(times)
}

async fn listen(mut socket: Socket, began: Instant) -> Result<Histogram<u64>, Failure> {
    let mut times = Histogram::<u64>::new(3)?;
    while let Ok(data) = timeout(QUIET, socket.event("message:new")).await {
        // Those who have many in flight send words.
        let sent = data?["message"]["content"].as_str().and_then(|text| text.parse::<u64>().ok());
        let Some(sent) = sent else { continue };
        times.record(micros(began.elapsed()).saturating_sub(sent))?;
    }
    Ok(times)
}
