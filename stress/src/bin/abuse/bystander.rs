//! Those who only chat: visitors and agents who read and write within their limits, and the owner of an
//! account that others guess at, who logs in.

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::{join, try_join_all};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use stress::measure::{micros, millis_at};
use stress::replica_set::Failure;
use stress::socket::Socket;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use crate::Target;

/// Between two messages: less often than the limit of messages.
const PAUSE: Duration = Duration::from_millis(400);
/// Between two logins.
const BETWEEN_LOGINS: Duration = Duration::from_secs(1);

/// Who the agents are. The first one is pushed what changes of the visitors, too.
const AGENTS: [&str; 4] = ["ada", "bea", "cleo", "dora"];
/// The email of the account that an attack guesses at.
pub const OWNER: &str = "olga@example.com";
const PASSWORD: &str = "correct horse";

/// A frame of what a visitor does may be so long, where it writes 1,000 characters.
const FRAME: u64 = 4 * 1024;
/// How many of them each thing that is done may cost all bystanders together: each agent may be pushed it,
/// and what follows from it.
const FRAMES: u64 = 2 * AGENTS.len() as u64 + 2;

/// All who only chat.
pub struct Bystanders {
    chatting: Vec<Bystander>,
    owner: Owner,
}

impl Bystanders {
    /// They come, each visitor from an address of its own.
    ///
    /// # Errors
    /// When the live chat does not let them.
    pub async fn arrive(target: &Target) -> Result<Self, Failure> {
        let mut chatting = Vec::new();
        for (number, agent) in (1..).zip(AGENTS) {
            chatting.push(Bystander::arrive(target, agent, number).await?);
        }
        Ok(Self { chatting, owner: Owner::arrive(target).await? })
    }

    /// They chat until it is over.
    ///
    /// # Errors
    /// When nothing can be measured.
    pub async fn watch(&self, over: &AtomicBool) -> Result<Met, Failure> {
        let chatting = try_join_all(self.chatting.iter().map(|bystander| bystander.watch(over)));
        let (chatted, owner) = join(chatting, self.owner.watch(over)).await;
        let mut all = owner?;
        for met in chatted? {
            all.times.add(met.times)?;
            all.bytes += met.bytes;
            all.failed = all.failed.or(met.failed);
        }
        Ok(all)
    }
}

/// What they met.
#[derive(Debug)]
pub struct Met {
    times: Histogram<u64>,
    /// How often the owner got in.
    logins: u64,
    /// What they were sent over their sockets.
    pub bytes: u64,
    /// What was refused or failed, the first of it.
    failed: Option<String>,
}

impl Met {
    fn nothing() -> Result<Self, Failure> {
        Ok(Self { times: Histogram::new(3)?, logins: 0, bytes: 0, failed: None })
    }

    /// Whether nobody was refused, closed or answered with a fault, and something was done.
    pub fn is_well(&self) -> bool {
        self.failed.is_none() && !self.times.is_empty() && self.logins > 0
    }

    /// What they may be sent while so much is done of what attackers send. Each of their own rounds is two
    /// messages.
    pub fn most_bytes(&self, done: u64) -> u64 {
        (2 * self.times.len() + done) * FRAMES * FRAME
    }
}

impl fmt::Display for Met {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { times, logins, bytes, failed } = self;
        let [half, most] = [0.5, 0.99].map(|quantile| millis_at(times, quantile));
        write!(f, "{} done, p50 {half:.1} ms, p99 {most:.1} ms, ", times.len())?;
        write!(f, "{logins} logins, {} KiB", bytes / 1024)?;
        failed.as_ref().map_or(Ok(()), |failed| write!(f, ", but {failed}"))
    }
}

/// A visitor and an agent who chat. Each call comes over a connection of its own, which must be let in.
struct Bystander {
    http: reqwest::Client,
    target: Target,
    token: String,
    conversation: String,
    visitor: Mutex<Socket>,
    agent: Mutex<Socket>,
}

impl Bystander {
    /// A visitor starts a conversation with an agent.
    async fn arrive(target: &Target, agent: &str, number: u8) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build()?;
        let watches_visitors = agent == AGENTS[0];
        let token = register(&http, target, &format!("{agent}@example.com")).await?;
        let mut agent = Socket::open(&target.socket).await?;
        let data = json!({ "token": token, "visitors": watches_visitors });
        agent.ask("agent:connect", data).await?;
        let mut visitor = Socket::open_from([127, 0, 1, number].into(), &target.socket).await?;
        let session = format!("the-session-of-bystander-{number}");
        visitor.ask("visitor:connect", json!({ "sessionId": session })).await?;
        let started = visitor.ask("conversation:start", json!({ "message": "Hello" })).await?;
        let conversation = started["conversation"]["_id"].as_str().ok_or("no id")?.to_owned();
        let (visitor, agent) = (Mutex::new(visitor), Mutex::new(agent));
        Ok(Self { http, target: target.clone(), token, conversation, visitor, agent })
    }

    async fn watch(&self, over: &AtomicBool) -> Result<Met, Failure> {
        let (mut met, before) = (Met::nothing()?, self.received().await);
        while !over.load(Ordering::Relaxed) {
            let began = Instant::now();
            match self.once().await {
                Ok(()) => met.times.record(micros(began.elapsed()))?,
                Err(error) => met.failed = met.failed.or(Some(error.to_string())),
            }
            sleep(PAUSE).await;
        }
        met.bytes = self.received().await - before;
        Ok(met)
    }

    async fn received(&self) -> u64 {
        self.visitor.lock().await.received() + self.agent.lock().await.received()
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
        let url = self.target.url("/api/conversations");
        let listed = self.http.get(url).bearer_auth(&self.token).send().await?;
        if !listed.status().is_success() {
            return Err(format!("GET conversations: {}", listed.status()).into());
        }
        Ok(())
    }
}

/// Somebody who logs in again and again, from where it always does.
struct Owner {
    http: reqwest::Client,
    target: Target,
}

impl Owner {
    async fn arrive(target: &Target) -> Result<Self, Failure> {
        let from = IpAddr::from([127, 0, 1, 100]);
        let http = reqwest::Client::builder().local_address(from).pool_max_idle_per_host(0).build()?;
        register(&http, target, OWNER).await?;
        Ok(Self { http, target: target.clone() })
    }

    async fn watch(&self, over: &AtomicBool) -> Result<Met, Failure> {
        let mut met = Met::nothing()?;
        let body = json!({ "email": OWNER, "password": PASSWORD });
        while !over.load(Ordering::Relaxed) {
            let login = self.http.post(self.target.url("/api/auth/login")).json(&body).send().await;
            let status = login.map(|answer| answer.status());
            match status {
                Ok(status) if status.is_success() => met.logins += 1,
                Ok(status) => met.failed = met.failed.or(Some(format!("the owner's login: {status}"))),
                Err(error) => met.failed = met.failed.or(Some(error.to_string())),
            }
            sleep(BETWEEN_LOGINS).await;
        }
        Ok(met)
    }
}

/// Registers a user; its token.
async fn register(http: &reqwest::Client, target: &Target, email: &str) -> Result<String, Failure> {
    let body = json!({ "name": "Somebody", "email": email, "password": PASSWORD });
    let url = target.url("/api/auth/register");
    let user: Value = http.post(url).json(&body).send().await?.json().await?;
    Ok(user["token"].as_str().ok_or("no token")?.to_owned())
}
