//! Senders who have very many messages in flight, beside those who wait for each.

use futures::future::{join_all, try_join_all};
use serde_json::json;
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::time::Instant;

use crate::unique;

/// Messages that each has in flight, naming the one before.
const IN_FLIGHT: usize = 200;

/// The senders, each in a conversation of its own.
pub struct Bursts(Vec<Burst>);

struct Burst {
    socket: Socket,
    conversation: String,
}

/// What became of their messages.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Done {
    pub acked: usize,
    /// Those that waited too long for the one that they follow, and would be sent again.
    pub refused: usize,
}

impl Bursts {
    /// So many.
    ///
    /// # Errors
    /// When one is not let in.
    pub async fn open(url: &str, count: usize) -> Result<Self, Failure> {
        let opening = (0..count).map(|_| async {
            let mut socket = Socket::visitor(url, &format!("burst-{}", unique())).await?;
            let started = socket.ask("conversation:start", json!({})).await?;
            let conversation =
                started["conversation"]["_id"].as_str().ok_or("no conversation")?.to_owned();
            Ok::<_, Failure>(Burst { socket, conversation })
        });
        Ok(Self(try_join_all(opening).await?))
    }

    /// Sends until `end`.
    ///
    /// # Errors
    /// When a connection ends.
    pub async fn run(self, end: Instant) -> Result<Done, Failure> {
        let mut all = Done::default();
        for done in join_all(self.0.into_iter().map(|burst| tokio::spawn(burst.run(end)))).await {
            let Done { acked, refused } = done??;
            all.acked += acked;
            all.refused += refused;
        }
        Ok(all)
    }
}

impl Burst {
    async fn run(mut self, end: Instant) -> Result<Done, Failure> {
        let mut all = Done::default();
        while Instant::now() < end {
            self.send_all().await?;
            for _ in 0..IN_FLIGHT {
                match self.answer().await? {
                    true => all.acked += 1,
                    false => all.refused += 1,
                }
            }
        }
        Ok(all)
    }

    async fn send_all(&mut self) -> Result<(), Failure> {
        let run = unique();
        for number in 0..IN_FLIGHT {
            let mut data = json!({
                "conversationId": self.conversation, "content": "One of many",
                "clientMessageId": format!("{run}-{number}"),
            });
            if let Some(before) = number.checked_sub(1) {
                data["follows"] = format!("{run}-{before}").into();
            }
            let frame =
                json!({ "action": "message", "event": "message:send", "id": number, "data": data });
            self.socket.send(frame.to_string()).await?;
        }
        Ok(())
    }

    /// Waits for an answer; whether it is an `ack`.
    async fn answer(&mut self) -> Result<bool, Failure> {
        loop {
            match self.socket.receive().await?["event"].as_str() {
                Some("ack") => return Ok(true),
                Some("error") => return Ok(false),
                _ => {}
            }
        }
    }
}
