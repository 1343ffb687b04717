//! Breaks the live chat on purpose while many people chat, and checks that no message is lost, doubled
//! or out of order: `cargo run -p stress --bin breaking -- --seconds 30`.
//!
//! A replica set of three servers loses its primary, its nodes freeze, functions are killed in the
//! middle of an event, sockets are cut in the middle of a frame, and posts to connections fail in every
//! way. The functions are processes, as on Lambda: this program is their `bootstrap`, too.

#![allow(clippy::print_stdout, reason = "this program prints what it found")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clap::Parser;
use futures::TryStreamExt;
use futures::future::{join, join_all};
use local::functions::Functions;
use local::runtime_api::Environment;
use local::stack::{self, Stack};
use local::websocket_api::Limits;
use mongodb::bson::{Document, doc};
use serde_json::{Value, json};
use shared::db::Stored as _;
use shared::documents::conversation::Conversation;
use shared::documents::message::Message;
use shared::{Id, lambda};
use stress::client::{Answer, Client, Identity};
use stress::evidence::{Evidence, Glance, Kept, Kind, List, Sent, Stored, violations};
use stress::faults::Faulty;
use stress::replica_set::{Failure, ReplicaSet, signal};
use tokio::net::TcpListener;
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, sleep};

/// The name of the program in `AWS_LAMBDA_FUNCTION_NAME` is the function that it runs.
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
const DATABASE: &str = "breaking";
/// Instances of each function.
const CONCURRENCY: usize = 40;
/// One conversation of so many is closed while it goes on.
const CLOSED: usize = 5;

/// Breaks the live chat on purpose, and checks what survives.
#[derive(Clone, Copy, Debug, Parser)]
struct Options {
    /// How long it goes on.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// How many messages must be acknowledged before it ends, however long that takes.
    #[arg(long, default_value_t = 0)]
    messages: u64,
    /// How many conversations there are.
    #[arg(long, default_value_t = 50)]
    conversations: usize,
    /// How many agents there are.
    #[arg(long, default_value_t = 10)]
    agents: usize,
    /// The seconds from one server's recovery to the next one's end, on average.
    #[arg(long, default_value_t = 3)]
    peace: u64,
}

fn main() -> ExitCode {
    let Ok(function) = std::env::var(FUNCTION_NAME) else { return test() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    let routes = match function.as_str() {
        "analytics" => analytics::routes(),
        "auth" => auth::routes(),
        "canned-responses" => canned_responses::routes(),
        "conversations" => conversations::routes(),
        "messages" => messages::routes(),
        "visitors" => visitors::routes(),
        _ => return runtime.block_on(lambda::serve_events(websocket::handle)),
    };
    runtime.block_on(lambda::serve(routes))
}

#[tokio::main]
async fn test() -> ExitCode {
    match run(Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What was broken besides posts.
#[derive(Debug, Default)]
struct Broken {
    primaries_killed: u64,
    secondaries_killed: u64,
    step_downs: u64,
    freezes: u64,
    functions_killed: u64,
    sockets_cut: u64,
    cut_mid_frame: u64,
}

/// A conversation and everybody in it.
struct Room {
    id: String,
    /// The visitor's connections: one or two.
    visitors: Vec<Client>,
    visitor: Sender,
    /// The agents that want it; the first who takes it holds it.
    suitors: Vec<usize>,
    closed: AtomicBool,
}

/// Somebody who sends.
#[derive(Clone)]
struct Sender {
    by: String,
    token: String,
}

/// The live chat, and what is known of it.
struct World {
    options: Options,
    http: reqwest::Client,
    base: String,
    agents: Vec<(Sender, Client)>,
    rooms: Vec<Room>,
    stopping: AtomicBool,
    acknowledged: AtomicU64,
    retries: AtomicU64,
    sent: Mutex<Vec<Sent>>,
    holders: Mutex<BTreeMap<String, BTreeSet<String>>>,
    glances: Mutex<Vec<Glance>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn run(options: Options) -> Result<bool, Failure> {
    if std::env::var_os("RUST_LOG").is_some() {
        local::logging::start();
    }
    println!("Starting three MongoDB servers and the functions …");
    let set = Arc::new(AsyncMutex::new(ReplicaSet::start(3).await?));
    let uri = set.lock().await.uri(DATABASE);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let faulty_listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = stack::endpoint(&faulty_listener)?;
    let faulty = Faulty::start(faulty_listener, &stack::endpoint(&listener)?).await?;
    let environment: Environment = [
        ("MONGODB_URI", uri.as_str()),
        ("JWT_SECRET", "a secret of more than 32 bytes, for the breaking"),
        ("REGISTRATION", "open"),
        ("LIMITS", "off"),
        ("CONNECTIONS_ENDPOINT", &endpoint),
        ("RUST_LOG", "warn"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    let program = std::env::current_exe()?;
    let functions = Functions::deployed(|_| program.clone(), &environment, CONCURRENCY);
    let stack = Stack::start(listener, &functions, &[], Limits::default())?;
    let address = stack.address().to_string();
    let world = Arc::new(World::create(options, &address).await?);
    let database = mongodb::Client::with_uri_str(&uri).await?.database(DATABASE);

    println!(
        "{} conversations, {} agents: breaking everything …",
        world.rooms.len(),
        world.agents.len()
    );
    faulty.set_active(true);
    let began = Instant::now();
    let glancing = tokio::spawn(glance(world.clone(), database.clone()));
    let breaking = tokio::spawn(break_servers(world.clone(), set.clone()));
    let killing = tokio::spawn(break_functions(world.clone(), functions.clone()));
    let cutting = tokio::spawn(break_sockets(world.clone()));
    let chatting: Vec<_> =
        (0..world.rooms.len()).map(|room| tokio::spawn(chat(world.clone(), room))).collect();
    let enough = || {
        began.elapsed() >= Duration::from_secs(options.seconds)
            && world.acknowledged.load(Ordering::Relaxed) >= options.messages
    };
    let mut reported = Instant::now();
    while !enough() {
        tokio::select! {
            () = sleep(Duration::from_millis(100)) => {}
            _ = tokio::signal::ctrl_c() => return Err("interrupted".into()),
        }
        if reported.elapsed() > Duration::from_secs(30) {
            reported = Instant::now();
            let acknowledged = world.acknowledged.load(Ordering::Relaxed);
            println!("  {:4} s: {acknowledged} acknowledged", began.elapsed().as_secs());
        }
    }
    close_some(&world).await;
    // Both sides go on until they find it closed.
    let (closed, open): (Vec<_>, Vec<_>) =
        chatting.into_iter().enumerate().partition(|(room, _)| room.is_multiple_of(CLOSED));
    for (_, room) in closed {
        room.await??;
    }
    world.stopping.store(true, Ordering::Relaxed);
    let mut broken = breaking.await??;
    broken.functions_killed = killing.await?;
    (broken.sockets_cut, broken.cut_mid_frame) = cutting.await?;
    let elapsed = began.elapsed();
    set.lock().await.whole().await?;
    faulty.set_active(false);
    for (_, room) in open {
        room.await??;
    }
    glancing.await??;
    println!("Everything is whole again; waiting for what was left behind …");
    wait_for_dispatch(&database).await?;
    let evidence = gather(&world, &database).await?;
    let healthy = report(&world, &evidence, &broken, &faulty, elapsed);
    stack.stop().await?;
    Ok(healthy)
}

impl World {
    async fn create(options: Options, address: &str) -> Result<Self, Failure> {
        let mut world = Self {
            options,
            http: reqwest::Client::builder().timeout(Duration::from_secs(8)).build()?,
            base: format!("http://{address}"),
            agents: Vec::new(),
            rooms: Vec::new(),
            stopping: AtomicBool::new(false),
            acknowledged: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            sent: Mutex::default(),
            holders: Mutex::default(),
            glances: Mutex::default(),
        };
        for number in 0..options.agents {
            let body = json!({
                "name": format!("Agent {number}"), "email": format!("agent-{number}@example.com"),
                "password": "correct horse battery",
            });
            let (status, answer) = world.call("POST", "/api/auth/register", None, &body).await?;
            let (Some(id), Some(token)) = (answer["user"]["id"].as_str(), answer["token"].as_str())
            else {
                return Err(format!("no agent: {status} {answer}").into());
            };
            let sender = Sender { by: id.to_owned(), token: token.to_owned() };
            let client = Client::start(address, Identity::Agent { token: token.to_owned() });
            world.agents.push((sender, client));
        }
        let rooms = (0..options.conversations).map(|number| world.room(address, number));
        world.rooms = join_all(rooms).await.into_iter().collect::<Result<_, _>>()?;
        Ok(world)
    }

    async fn room(&self, address: &str, number: usize) -> Result<Room, Failure> {
        let session = format!("the-session-of-visitor-{number}-0123456789");
        let visitor = || Client::start(address, Identity::Visitor { session: session.clone() });
        let visitors: Vec<Client> = (0..=number % 2).map(|_| visitor()).collect();
        let introduced = visitors[0].request("visitor:connect", json!({ "sessionId": session })).await;
        let Some(Answer::Ack(introduced)) = introduced else { return Err("no visitor".into()) };
        let start = json!({ "message": "start", "clientMessageId": "start" });
        let started = visitors[0].request("conversation:start", start).await;
        let Some(Answer::Ack(started)) = started else { return Err("no conversation".into()) };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let id = text(&started["conversation"]["_id"]);
        let visitor = Sender { by: text(&introduced["visitorId"]), token: text(&introduced["token"]) };
        for client in &visitors {
            client.follow(&id);
        }
        let first = &started["message"];
        locked(&self.sent).push(Sent {
            conversation: id.clone(),
            by: visitor.by.clone(),
            name: "start".to_owned(),
            acks: vec![(first["seq"].as_i64().unwrap_or(0), text(&first["_id"]))],
            after_close: false,
        });
        let suitors = (0..3).map(|_| fastrand::usize(..self.agents.len())).collect();
        Ok(Room { id, visitors, visitor, suitors, closed: AtomicBool::new(false) })
    }

    fn runs(&self) -> bool {
        !self.stopping.load(Ordering::Relaxed)
    }

    /// A call of the HTTP API.
    async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> Result<(u16, Value), Failure> {
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        let mut request = self.http.request(method, format!("{}{path}", self.base)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// One try at a message over HTTP.
    async fn post(&self, sender: &Sender, body: &Value) -> Try {
        match self.call("POST", "/api/messages", Some(&sender.token), body).await {
            Ok((201, message)) => Try::of(&message),
            Ok((409, _)) => Try::Closed,
            Ok((400..=499, answer)) => Try::Refused(answer.to_string()),
            Ok(_) | Err(_) => Try::Unknown,
        }
    }

    /// One try at a message over a socket.
    async fn push(&self, client: &Client, body: &Value) -> Try {
        match client.request("message:send", body.clone()).await {
            Some(Answer::Ack(data)) => Try::of(&data["message"]),
            Some(Answer::Error(code)) => match code.as_str() {
                "conflict" => Try::Closed,
                // A connection that was found gone meanwhile has to come back first.
                "unavailable" | "internal" | "unauthorized" | "none" => Try::Unknown,
                _ => Try::Refused(code),
            },
            None => Try::Unknown,
        }
    }
}

/// What became of a try to send.
enum Try {
    Acked(i64, String),
    Closed,
    Unknown,
    Refused(String),
}

impl Try {
    fn of(message: &Value) -> Self {
        match (message["seq"].as_i64(), message["_id"].as_str()) {
            (Some(seq), Some(id)) => Self::Acked(seq, id.to_owned()),
            _ => Self::Unknown,
        }
    }
}

/// A conversation, from its taking to its end: both sides send at the same time.
async fn chat(world: Arc<World>, number: usize) -> Result<(), Failure> {
    let room = &world.rooms[number];
    let holder = take(&world, room).await?;
    let (agent, client) = &world.agents[holder];
    client.follow(&room.id);
    let visitors: Vec<&Client> = room.visitors.iter().collect();
    let (one, other) =
        join(speak(&world, room, &room.visitor, &visitors), speak(&world, room, agent, &[client])).await;
    one.and(other)
}

/// Has the suitors take the conversation at once; who got it.
async fn take(world: &World, room: &Room) -> Result<usize, Failure> {
    let path = format!("/api/conversations/{}/assign", room.id);
    loop {
        let tries = room.suitors.iter().map(|suitor| async {
            let (agent, _) = &world.agents[*suitor];
            let taken = world.call("PUT", &path, Some(&agent.token), &json!({})).await;
            matches!(taken, Ok((200, _))).then_some(*suitor)
        });
        let takers: Vec<usize> = join_all(tries).await.into_iter().flatten().collect();
        for taker in &takers {
            let mut holders = locked(&world.holders);
            holders.entry(room.id.clone()).or_default().insert(world.agents[*taker].0.by.clone());
        }
        if let Some(taker) = takers.first() {
            return Ok(*taker);
        }
        pause(100..400).await;
    }
}

/// Sends one message after the other, each until it is acknowledged.
async fn speak(world: &World, room: &Room, sender: &Sender, clients: &[&Client]) -> Result<(), Failure> {
    let mut number = 0_u64;
    while world.runs() {
        number += 1;
        let after_close = room.closed.load(Ordering::SeqCst);
        let name = format!("m{number}");
        let (acks, open) = deliver(world, room, sender, clients, &name).await?;
        let conversation = room.id.clone();
        locked(&world.sent).push(Sent { conversation, by: sender.by.clone(), name, acks, after_close });
        if !open {
            return Ok(());
        }
        if number.is_multiple_of(4) {
            let last = clients[0].log().last(&room.id);
            let event = if number.is_multiple_of(8) { "message:read" } else { "message:delivered" };
            // Marks are said again with the next ones: an answer that is lost does no harm.
            let _lost =
                clients[0].request(event, json!({ "conversationId": room.id, "upTo": last })).await;
        }
    }
    Ok(())
}

/// Sends a message until it is acknowledged, over the socket or HTTP, sometimes on two ways at once
/// and sometimes once more; its acknowledgements, and whether the conversation is open.
async fn deliver(
    world: &World,
    room: &Room,
    sender: &Sender,
    clients: &[&Client],
    name: &str,
) -> Result<(Vec<(i64, String)>, bool), Failure> {
    let body = json!({ "conversationId": room.id, "content": name, "clientMessageId": name });
    let once = async || match fastrand::usize(0..=clients.len()) {
        0 => world.post(sender, &body).await,
        way => world.push(clients[way - 1], &body).await,
    };
    let mut acks = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let tries = match fastrand::u32(0..10) {
            0 => <[Try; 2]>::from(join(once(), once()).await).into_iter().collect(),
            _ => vec![once().await],
        };
        let mut open = true;
        for a_try in tries {
            match a_try {
                Try::Acked(seq, id) => acks.push((seq, id)),
                Try::Closed => open = false,
                Try::Unknown => {
                    world.retries.fetch_add(1, Ordering::Relaxed);
                }
                Try::Refused(why) => return Err(format!("{name}: {why}").into()),
            }
        }
        let again = acks.len() == 1 && fastrand::u32(0..20) == 0;
        if !again && !acks.is_empty() {
            world.acknowledged.fetch_add(1, Ordering::Relaxed);
            return Ok((acks, open));
        }
        if !open || Instant::now() > deadline {
            return Ok((acks, open));
        }
        if !again {
            pause(50..300).await;
        }
    }
}

/// Closes some conversations while both sides go on sending.
async fn close_some(world: &World) {
    let closing = world.rooms.iter().step_by(CLOSED).map(|room| async move {
        let path = format!("/api/conversations/{}/close", room.id);
        let (agent, _) = &world.agents[room.suitors[0]];
        while !matches!(world.call("PUT", &path, Some(&agent.token), &json!({})).await, Ok((200, _))) {
            pause(100..400).await;
        }
        room.closed.store(true, Ordering::SeqCst);
    });
    join_all(closing).await;
}

/// Kills, freezes and deposes servers, one at a time, until the run stops.
async fn break_servers(world: Arc<World>, set: Arc<AsyncMutex<ReplicaSet>>) -> Result<Broken, Failure> {
    let mut broken = Broken::default();
    let mut turn = 0_u32;
    while world.runs() {
        let peace = world.options.peace * 1000;
        pause(peace / 2..peace * 3 / 2).await;
        let mut set = set.lock().await;
        let primary = set.primary().await?;
        let secondary = (primary + fastrand::usize(1..set.size())) % set.size();
        match turn % 5 {
            0 | 3 => {
                set.kill(primary).await?;
                pause(500..3000).await;
                set.revive(primary)?;
                broken.primaries_killed += 1;
            }
            1 => {
                // One that is in the middle of an election has nothing to step down from.
                if set.step_down().await.is_ok() {
                    broken.step_downs += 1;
                }
            }
            2 => {
                let node = if fastrand::bool() { primary } else { secondary };
                set.freeze(node, true).await?;
                pause(2000..7000).await;
                set.freeze(node, false).await?;
                broken.freezes += 1;
            }
            _ => {
                set.kill(secondary).await?;
                pause(500..3000).await;
                set.revive(secondary)?;
                broken.secondaries_killed += 1;
            }
        }
        turn += 1;
        set.whole().await?;
    }
    Ok(broken)
}

/// Kills functions in the middle of an event.
async fn break_functions(world: Arc<World>, functions: Functions) -> u64 {
    let mut killed = 0;
    while world.runs() {
        pause(200..800).await;
        if let Some(process) = fastrand::choice(functions.busy())
            && signal("KILL", process).await.is_ok()
        {
            killed += 1;
        }
    }
    killed
}

/// Cuts clients' connections, half of them in the middle of a frame.
async fn break_sockets(world: Arc<World>) -> (u64, u64) {
    let mut cut = (0, 0);
    while world.runs() {
        pause(50..250).await;
        let visitors = world.rooms.iter().flat_map(|room| &room.visitors);
        let clients: Vec<&Client> =
            world.agents.iter().map(|(_, client)| client).chain(visitors).collect();
        let mid_frame = fastrand::bool();
        if let Some(client) = fastrand::choice(clients) {
            client.cut(mid_frame);
            cut.0 += 1;
            cut.1 += u64::from(mid_frame);
        }
    }
    cut
}

async fn pause(millis: std::ops::Range<u64>) {
    sleep(Duration::from_millis(fastrand::u64(millis))).await;
}

/// Looks at the conversations again and again, each look after the one before: a causally consistent
/// session does not see an earlier state, whichever server answers.
async fn glance(world: Arc<World>, database: mongodb::Database) -> Result<(), Failure> {
    let conversations = database.collection_with_options::<Document>(
        Conversation::COLLECTION,
        mongodb::options::CollectionOptions::builder()
            .read_concern(mongodb::options::ReadConcern::majority())
            .build(),
    );
    let mut session = database.client().start_session().await?;
    while world.runs() {
        sleep(Duration::from_millis(500)).await;
        let looking = async {
            let mut found = conversations
                .find(doc! {})
                .projection(doc! { "marks": 1, "assignedAgent": 1 })
                .session(&mut session)
                .await?;
            let all: Vec<Document> = found.stream(&mut session).try_collect().await?;
            Ok::<_, mongodb::error::Error>(all)
        };
        // A server that is away is seen again at the next look.
        let Ok(Ok(all)) = tokio::time::timeout(Duration::from_secs(5), looking).await else { continue };
        let mark = |row: &Document, side: &str, kind: &str| {
            let marks = row.get_document("marks").and_then(|marks| marks.get_document(side));
            let mark = marks.and_then(|marks| marks.get_document(kind));
            mark.and_then(|mark| mark.get_i64("seq")).unwrap_or(0)
        };
        let glances = all.iter().map(|row| Glance {
            conversation: row.get_object_id("_id").map(|id| id.to_hex()).unwrap_or_default(),
            marks: [
                mark(row, "agent", "delivered"),
                mark(row, "agent", "read"),
                mark(row, "visitor", "delivered"),
                mark(row, "visitor", "read"),
            ],
            holder: row.get_object_id("assignedAgent").map(|id| id.to_hex()).ok(),
        });
        locked(&world.glances).extend(glances);
    }
    Ok(())
}

/// Waits until no message waits to be moved and told: those whose function was killed are taken over
/// after 35 seconds, behind the frames of whoever is there.
async fn wait_for_dispatch(database: &mongodb::Database) -> Result<(), Failure> {
    let conversations = database.collection::<Document>(Conversation::COLLECTION);
    let deadline = Instant::now() + Duration::from_secs(120);
    while conversations.find_one(doc! { "outbox.due": { "$exists": true } }).await?.is_some() {
        if Instant::now() > deadline {
            break;
        }
        sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// Everything that the database and the clients know.
async fn gather(world: &World, database: &mongodb::Database) -> Result<Evidence, Failure> {
    let mut evidence = Evidence {
        sent: std::mem::take(&mut *locked(&world.sent)),
        holders: std::mem::take(&mut *locked(&world.holders)),
        glances: std::mem::take(&mut *locked(&world.glances)),
        ..Evidence::default()
    };
    let clients = world.rooms.iter().flat_map(|room| &room.visitors);
    let clients: Vec<&Client> = clients.chain(world.agents.iter().map(|(_, client)| client)).collect();
    for log in join_all(clients.iter().map(|client| client.finish())).await {
        let log = log?;
        evidence.fetches.extend(log.fetches);
        evidence.conflicts.extend(log.conflicts);
        for (conversation, messages) in log.lists {
            evidence.lists.push(List { conversation, messages: messages.into_iter().collect() });
        }
    }
    let all = database.collection::<Conversation>(Conversation::COLLECTION).find(doc! {}).await?;
    for conversation in all.try_collect::<Vec<_>>().await? {
        let of = doc! { "conversation": conversation.id };
        let messages = database.collection::<Message>(Message::COLLECTION);
        let messages: Vec<Message> =
            messages.find(of).sort(doc! { "seq": 1 }).await?.try_collect().await?;
        let stored = |message: Message| Stored {
            seq: message.seq,
            id: hex(message.id),
            by: hex(message.sender_id),
            name: message.client_message_id.unwrap_or_default(),
        };
        let kept = Kept {
            last: conversation.seq,
            counted: conversation.counts.agent + conversation.counts.visitor,
            left_behind: conversation.outbox.len(),
            messages: messages.into_iter().map(stored).collect(),
        };
        evidence.conversations.insert(hex(conversation.id), kept);
    }
    Ok(evidence)
}

fn hex(id: Id) -> String {
    id.to_string()
}

/// Prints what was broken, what survived and what did not; whether all is well.
fn report(
    world: &World,
    evidence: &Evidence,
    broken: &Broken,
    faulty: &Faulty,
    elapsed: Duration,
) -> bool {
    let logs = || {
        let visitors = world.rooms.iter().flat_map(|room| &room.visitors);
        visitors.chain(world.agents.iter().map(|(_, client)| client)).map(Client::log)
    };
    let acknowledged = evidence.sent.iter().filter(|sent| !sent.acks.is_empty()).count();
    let acks: usize = evidence.sent.iter().map(|sent| sent.acks.len()).sum();
    let stored: usize = evidence.conversations.values().map(|kept| kept.messages.len()).sum();
    let counts = faulty.counts();
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    println!("\nBroken in {:.0} s", elapsed.as_secs_f64());
    for (what, times) in [
        ("primaries killed (SIGKILL)", broken.primaries_killed),
        ("secondaries killed (SIGKILL)", broken.secondaries_killed),
        ("step-downs", broken.step_downs),
        ("servers frozen (SIGSTOP)", broken.freezes),
        ("functions killed in the middle of an event", broken.functions_killed),
        ("sockets cut", broken.sockets_cut),
        ("… of these in the middle of a frame", broken.cut_mid_frame),
        ("posts answered with 410, the socket cut", count(&counts.gone)),
        ("posts answered with 429", count(&counts.throttled)),
        ("posts answered with 500", count(&counts.failed)),
        ("posts not delivered and not answered", count(&counts.silent)),
        ("posts delivered and not answered", count(&counts.unanswered)),
        ("acks lost on their way", count(&counts.acks_lost)),
        ("posts in all", count(&counts.posts)),
    ] {
        println!("{times:10}  {what}");
    }
    println!("\nSurvived");
    for (what, times) in [
        ("messages acknowledged", acknowledged),
        ("acknowledgements of them", acks),
        ("tries without an answer, tried again", count(&world.retries) as usize),
        ("messages given up after the close of their conversation", evidence.sent.len() - acknowledged),
        ("messages stored", stored),
        ("reconnects", logs().map(|log| log.reconnects as usize).sum()),
        ("holes that clients filled", logs().map(|log| log.holes as usize).sum()),
        ("pushes of messages that the client had already", logs().map(|log| log.repeats as usize).sum()),
        ("lists compared", evidence.lists.len()),
        ("joins checked", evidence.fetches.len()),
        ("looks at the marks and holders", evidence.glances.len()),
    ] {
        println!("{times:10}  {what}");
    }
    let found = violations(evidence);
    println!("\nViolations: {}", found.len());
    for violation in found.iter().take(20) {
        println!("  {:?}: {}", violation.kind, violation.place);
    }
    let blind = Kind::ALL.into_iter().filter(|kind| {
        let mut planted = evidence.clone();
        !kind.plant(&mut planted) || !violations(&planted).iter().any(|found| found.kind == *kind)
    });
    let blind: Vec<Kind> = blind.collect();
    println!("Planted faults found: {} of {}", Kind::ALL.len() - blind.len(), Kind::ALL.len());
    let enough = acknowledged as u64 >= world.options.messages.max(world.options.conversations as u64);
    found.is_empty() && blind.is_empty() && enough
}
