//! How many open sockets a live chat holds.

use std::time::Duration;

use futures::StreamExt;
use hdrhistogram::Histogram;
use serde_json::json;
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::time::{Instant, sleep};

use crate::unique;
use crate::watched::{Named, Watched};
use stress::measure::{micros, quantiles};

/// Handshakes under way at once.
const HANDSHAKES: usize = 50;

/// Opens sockets, a visitor behind each, and holds them.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How many.
    #[arg(long, default_value_t = 10_000)]
    count: usize,
    /// How long they are held, in seconds.
    #[arg(long, default_value_t = 10)]
    hold: u64,
    #[command(flatten)]
    watched: Named,
}

/// Runs it against the WebSocket at `url`.
///
/// # Errors
/// When the measuring fails; a socket that is refused is counted.
pub async fn run(url: &str, Options { count, hold, watched }: Options) -> Result<(), Failure> {
    let run = unique();
    let watched = Watched::new(&watched).await?;
    watched.say_resident("before")?;
    let [before, _] = watched.resident()?;
    let taken = watched.taken().await?;
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
    watched.say_resident("with them")?;
    if let ([Some(now), _], Some(before)) = (watched.resident()?, before) {
        println!("  {:.1} KiB for each socket", (now - before) * 1024.0 / open.len().max(1) as f64);
    }
    let each = watched.each_since(&taken, open.len() as u64).await?;
    for (name, millis) in ["server", "mongod"].into_iter().zip(each.cpu) {
        if let Some(millis) = millis {
            println!("  each takes {millis:.2} ms of the {name}'s CPU");
        }
    }
    let mut alive = 0;
    for socket in &mut open {
        alive += usize::from(socket.ask("ping", json!({})).await.is_ok());
    }
    println!("  {alive} of them answer a ping after {hold} s");
    drop(open);
    // The gateway tells the functions of each one that has gone.
    sleep(Duration::from_secs(hold)).await;
    watched.say_resident(&format!("{hold} s after they are gone"))?;
    Ok(())
}
