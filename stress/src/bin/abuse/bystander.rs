//! Those who only chat: visitors and agents who read and write within their limits.

use std::fmt;
use std::time::Duration;

use futures::future::try_join_all;
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use crate::Target;

/// Between two messages: less often than the limit of messages.
const PAUSE: Duration = Duration::from_millis(400);

/// Who the agents are; an attack guesses at the password of the first one.
const AGENTS: [&str; 4] = ["ada", "bea", "cleo", "dora"];

/// All who only chat.
pub struct Bystanders(Vec<Bystander>);

impl Bystanders {
    /// They come, each visitor from an address of its own.
    ///
    /// # Errors
    /// When the live chat does not let them.
    pub async fn arrive(target: &Target) -> Result<Self, Failure> {
        let mut all = Vec::new();
        for (number, agent) in (1..).zip(AGENTS) {
            all.push(Bystander::arrive(target, agent, number).await?);
        }
        Ok(Self(all))
    }

    /// They chat for a while.
    ///
    /// # Errors
    /// When nothing can be measured.
    pub async fn watch(&self, time: Duration) -> Result<Met, Failure> {
        let mut all = Met { times: Histogram::new(3)?, failed: None };
        for met in try_join_all(self.0.iter().map(|bystander| bystander.watch(time))).await? {
            all.times.add(met.times)?;
            all.failed = all.failed.or(met.failed);
        }
        Ok(all)
    }
}

/// A visitor and an agent who chat.
struct Bystander {
    http: reqwest::Client,
    target: Target,
    token: String,
    conversation: String,
    visitor: Mutex<Socket>,
    agent: Mutex<Socket>,
}

/// What they met.
#[derive(Debug)]
pub struct Met {
    times: Histogram<u64>,
    /// What was refused or failed, the first of it.
    failed: Option<String>,
}

impl Met {
    /// Whether nobody was refused, closed or answered with a fault, and something was done.
    pub fn is_well(&self) -> bool {
        self.failed.is_none() && !self.times.is_empty()
    }
}

impl fmt::Display for Met {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |quantile| self.times.value_at_quantile(quantile) as f64 / 1000.0;
        write!(f, "{} done, p50 {:.1} ms, p99 {:.1} ms", self.times.len(), at(0.5), at(0.99))?;
        self.failed.as_ref().map_or(Ok(()), |failed| write!(f, ", but {failed}"))
    }
}

impl Bystander {
    /// A visitor starts a conversation with an agent.
    async fn arrive(target: &Target, agent: &str, number: u8) -> Result<Self, Failure> {
        let http = reqwest::Client::new();
        let email = format!("{agent}@example.com");
        let body = json!({ "name": agent, "email": email, "password": "correct horse" });
        let url = format!("{}/api/auth/register", target.http);
        let user: Value = http.post(url).json(&body).send().await?.json().await?;
        let token = user["token"].as_str().ok_or("no token")?.to_owned();
        let mut agent = Socket::open(&target.socket).await?;
        agent.ask("agent:connect", json!({ "token": token })).await?;
        let mut visitor = Socket::open_from([127, 0, 1, number].into(), &target.socket).await?;
        let session = format!("the-session-of-bystander-{number}");
        visitor.ask("visitor:connect", json!({ "sessionId": session })).await?;
        let started = visitor.ask("conversation:start", json!({ "message": "Hello" })).await?;
        let conversation = started["conversation"]["_id"].as_str().ok_or("no id")?.to_owned();
        let (visitor, agent) = (Mutex::new(visitor), Mutex::new(agent));
        Ok(Self { http, target: target.clone(), token, conversation, visitor, agent })
    }

    async fn watch(&self, time: Duration) -> Result<Met, Failure> {
        let mut met = Met { times: Histogram::new(3)?, failed: None };
        let end = Instant::now() + time;
        while Instant::now() < end {
            let began = Instant::now();
            match self.once().await {
                Ok(()) => met.times.record(u64::try_from(began.elapsed().as_micros())?)?,
                Err(error) => met.failed = met.failed.or(Some(error.to_string())),
            }
            sleep(PAUSE).await;
        }
        Ok(met)
    }

    /// A message each way, each seen by the other one, and a look at the list.
    async fn once(&self) -> Result<(), Failure> {
        let (mut visitor, mut agent) = (self.visitor.lock().await, self.agent.lock().await);
        let message = json!({ "conversationId": self.conversation, "content": "How are you?" });
        visitor.ask("message:send", message.clone()).await?;
        agent.event("message:new").await?;
        agent.ask("message:send", message).await?;
        visitor.event("message:new").await?;
        visitor.take_unread().for_each(drop);
        agent.take_unread().for_each(drop);
        let url = format!("{}/api/conversations", self.target.http);
        let listed = self.http.get(url).bearer_auth(&self.token).send().await?;
        if !listed.status().is_success() {
            return Err(format!("GET conversations: {}", listed.status()).into());
        }
        Ok(())
    }
}
