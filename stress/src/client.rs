//! A client that follows the protocol: it comes back when its connection ends, asks for what it
//! missed, fills a hole in the numbers, and shows each message once, in the order of the numbers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::replica_set::Failure;
use crate::seen::{Fetch, Log};

/// How long an answer is awaited before the frame counts as lost.
const PATIENCE: Duration = Duration::from_secs(6);
/// How often a ping is sent: far more often than clients need to, so that a short run sees many.
const PING: Duration = Duration::from_secs(2);

/// Who a client is.
#[derive(Clone, Debug)]
pub enum Identity {
    /// A visitor by the session that its browser chose.
    Visitor {
        /// The session.
        session: String,
    },
    /// An agent by its token.
    Agent {
        /// The token.
        token: String,
    },
}

impl Identity {
    fn introduction(&self) -> (&'static str, Value) {
        match self {
            Self::Visitor { session } => ("visitor:connect", json!({ "sessionId": session })),
            Self::Agent { token } => ("agent:connect", json!({ "token": token })),
        }
    }
}

/// The `reason` of a message that was refused since the one that it follows has not come.
pub const FOLLOWS: &str = "follows";

/// The answer to a frame.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It was done.
    Ack(Value),
    /// It was not done: the error's code, or [`FOLLOWS`].
    Error(String),
}

enum Command {
    Request { event: &'static str, data: Value, answer: oneshot::Sender<Answer> },
    Follow(String),
    Cut { mid_frame: bool },
    Finish(oneshot::Sender<()>),
}

/// A handle to a client that runs; dropped, it hangs up.
pub struct Client {
    commands: mpsc::UnboundedSender<Command>,
    log: Arc<Mutex<Log>>,
}

impl Client {
    /// A client of the live chat at `address` (as in `127.0.0.1:5000`).
    pub fn start(address: &str, identity: Identity) -> Self {
        let (commands, receiver) = mpsc::unbounded_channel();
        let log: Arc<Mutex<Log>> = Arc::default();
        let running = Running {
            address: address.to_owned(),
            identity,
            commands: receiver,
            log: log.clone(),
            pending: HashMap::new(),
            sent: 0,
            finish: None,
        };
        tokio::spawn(running.run());
        Self { commands, log }
    }

    /// Sends an event as soon as the client is connected; `None` when no answer came.
    pub async fn request(&self, event: &'static str, data: Value) -> Option<Answer> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(Command::Request { event, data, answer }).ok()?;
        timeout(PATIENCE, answered).await.ok()?.ok()
    }

    /// Joins a conversation, and again whenever it comes back.
    pub fn follow(&self, conversation: &str) {
        self.command(Command::Follow(conversation.to_owned()));
    }

    /// Cuts the connection, as a tunnel would; perhaps in the middle of a frame.
    pub fn cut(&self, mid_frame: bool) {
        self.command(Command::Cut { mid_frame });
    }

    /// Connects anew, asks for what is missing, and hangs up.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn finish(&self) -> Result<Log, Failure> {
        let (done, finished) = oneshot::channel();
        self.command(Command::Finish(done));
        timeout(Duration::from_secs(60), finished).await??;
        Ok(self.log().clone())
    }

    /// What it has seen so far.
    pub fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn command(&self, command: Command) {
        // One that has finished takes no commands any more.
        let _finished = self.commands.send(command);
    }
}

/// What a frame that was sent is for.
enum Pending {
    Request(oneshot::Sender<Answer>),
    Introduction,
    Join { conversation: String, after: i64 },
    Ping,
}

type Socket = WebSocketStream<TcpStream>;

struct Running {
    address: String,
    identity: Identity,
    commands: mpsc::UnboundedReceiver<Command>,
    log: Arc<Mutex<Log>>,
    pending: HashMap<String, (Instant, Pending)>,
    sent: u64,
    finish: Option<oneshot::Sender<()>>,
}

async fn connect(address: &str) -> Result<Socket, Failure> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(client_async(format!("ws://{address}/ws"), stream).await?.0)
}

/// How a connection ended.
enum Ending {
    Lost,
    Finished,
}

impl Running {
    async fn run(mut self) {
        loop {
            self.pending.clear();
            match self.connection().await {
                Ok(Ending::Finished) => return,
                Ok(Ending::Lost) => self.log().reconnects += 1,
                Err(error) => tracing::debug!(%error, "a connection ended"),
            }
            sleep(Duration::from_millis(fastrand::u64(20..200))).await;
        }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connection(&mut self) -> Result<Ending, Failure> {
        let mut socket = timeout(PATIENCE, connect(&self.address)).await??;
        let (event, data) = self.identity.introduction();
        self.send(&mut socket, event, data, Pending::Introduction).await?;
        let mut ticks = interval(Duration::from_millis(250));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pinged = Instant::now();
        let mut known = false;
        loop {
            if known && self.finish.is_some() && self.pending.is_empty() {
                if let Some(done) = self.finish.take() {
                    // Who asked may have given up.
                    let _given_up = done.send(());
                }
                return Ok(Ending::Finished);
            }
            tokio::select! {
                frame = socket.next() => match frame {
                    Some(Ok(Message::Text(text))) => {
                        known |= self.receive(&mut socket, &serde_json::from_str(&text)?).await?;
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(Ending::Lost),
                    Some(Ok(_)) => {}
                },
                command = self.commands.recv(), if known => match command {
                    None => return Ok(Ending::Finished),
                    Some(command) => if self.obey(&mut socket, command).await? {
                        return Ok(Ending::Lost);
                    },
                },
                _ = ticks.tick() => {
                    let late = |(at, _): &(Instant, Pending)| at.elapsed() > PATIENCE;
                    if self.pending.values().any(late) {
                        return Ok(Ending::Lost);
                    }
                    if known && pinged.elapsed() > PING {
                        pinged = Instant::now();
                        self.send(&mut socket, "ping", json!({}), Pending::Ping).await?;
                    }
                }
            }
        }
    }

    /// Does what a command says; whether the connection ends with it.
    async fn obey(&mut self, socket: &mut Socket, command: Command) -> Result<bool, Failure> {
        match command {
            Command::Request { event, data, answer } => {
                self.send(socket, event, data, Pending::Request(answer)).await?;
                Ok(false)
            }
            Command::Follow(conversation) => {
                self.log().lists.entry(conversation.clone()).or_default();
                self.join(socket, conversation).await?;
                Ok(false)
            }
            Command::Cut { mid_frame } => {
                if mid_frame {
                    // A text of 256 bytes of which only the beginning comes.
                    let begun = [0x81, 0xFE, 1, 0, 1, 2, 3, 4, b'{', b'"'];
                    socket.get_mut().write_all(&begun).await?;
                }
                Ok(true)
            }
            Command::Finish(done) => {
                self.finish = Some(done);
                Ok(true)
            }
        }
    }

    async fn send(
        &mut self,
        socket: &mut Socket,
        event: &str,
        data: Value,
        pending: Pending,
    ) -> Result<(), Failure> {
        self.sent += 1;
        let id = self.sent.to_string();
        let action = event.split(':').next();
        let frame = json!({ "action": action, "event": event, "id": id, "data": data });
        self.pending.insert(id, (Instant::now(), pending));
        Ok(socket.send(Message::text(frame.to_string())).await?)
    }

    async fn join(&mut self, socket: &mut Socket, conversation: String) -> Result<(), Failure> {
        let joining = |(_, pending): &(Instant, Pending)| matches!(pending, Pending::Join { conversation: other, .. } if *other == conversation);
        if self.pending.values().any(joining) {
            return Ok(());
        }
        let after = self.log().contiguous(&conversation);
        let data = json!({ "conversationId": conversation, "after": after });
        self.send(socket, "conversation:join", data, Pending::Join { conversation, after }).await
    }

    /// Takes a frame; whether it is the one that makes the client known.
    async fn receive(&mut self, socket: &mut Socket, frame: &Value) -> Result<bool, Failure> {
        if frame["event"] == "message:new" {
            self.arrive(socket, &frame["data"]["message"]).await?;
            return Ok(false);
        }
        let pending = frame["id"].as_str().and_then(|id| self.pending.remove(id));
        let Some((_, pending)) = pending else { return Ok(false) };
        let answer = match frame["event"].as_str() {
            Some("ack") => Answer::Ack(frame["data"].clone()),
            _ => {
                let why = frame["data"]["reason"].as_str().or(frame["data"]["code"].as_str());
                Answer::Error(why.unwrap_or("none").to_owned())
            }
        };
        match (pending, answer) {
            (Pending::Request(waiting), answer) => {
                if let Answer::Ack(data) = &answer
                    && data["message"].is_object()
                {
                    self.arrive(socket, &data["message"]).await?;
                }
                // Who asked may have given up.
                let _given_up = waiting.send(answer);
                Ok(false)
            }
            (Pending::Introduction, Answer::Ack(_)) => {
                let followed: Vec<String> = self.log().lists.keys().cloned().collect();
                for conversation in followed {
                    self.join(socket, conversation).await?;
                }
                Ok(true)
            }
            (Pending::Join { conversation, after }, Answer::Ack(data)) => {
                self.joined(socket, conversation, after, &data).await?;
                Ok(false)
            }
            (Pending::Ping, _) => Ok(false),
            (_, Answer::Error(code)) => Err(code.into()),
        }
    }

    async fn arrive(&mut self, socket: &mut Socket, message: &Value) -> Result<(), Failure> {
        let (Some(conversation), Some(seq), Some(id)) =
            (message["conversation"].as_str(), message["seq"].as_i64(), message["_id"].as_str())
        else {
            return Err("a message without its fields".into());
        };
        let hole = {
            let mut log = self.log();
            if !log.lists.contains_key(conversation) {
                return Ok(());
            }
            if !log.note(conversation, seq, id) {
                log.repeats += 1;
            }
            let hole = log.contiguous(conversation) < log.last(conversation);
            log.holes += u64::from(hole);
            hole
        };
        if hole {
            self.join(socket, conversation.to_owned()).await?;
        }
        Ok(())
    }

    async fn joined(
        &mut self,
        socket: &mut Socket,
        conversation: String,
        after: i64,
        data: &Value,
    ) -> Result<(), Failure> {
        let mut numbers = Vec::new();
        let incomplete = {
            let mut log = self.log();
            for message in data["messages"].as_array().into_iter().flatten() {
                let seq = message["seq"].as_i64().unwrap_or(0);
                numbers.push(seq);
                log.note(&conversation, seq, message["_id"].as_str().unwrap_or_default());
            }
            log.fetches.push(Fetch { conversation: conversation.clone(), after, numbers });
            log.contiguous(&conversation) < log.last(&conversation)
        };
        if incomplete || data["hasMore"] == true {
            self.join(socket, conversation).await?;
        }
        Ok(())
    }
}
