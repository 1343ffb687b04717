//! Breaks the live chat on purpose while many people chat, and checks that no message is lost, doubled
//! or out of order: `cargo run -p stress --bin chaos -- --seconds 30`.
//!
//! A replica set of three servers loses its primary, its nodes freeze, functions are killed in the
//! middle of an event, sockets are cut in the middle of a frame, and posts to connections fail in every
//! way. The functions are processes, as on Lambda: this program is their `bootstrap`, too.

#![allow(clippy::print_stdout, reason = "this program prints what it found")]

mod breakage;
mod chatting;
mod report;
mod watching;
mod world;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Parser;
use local::functions::Functions;
use local::runtime_api::Environment;
use local::stack::{self, Edge, Stack};
use local::websocket_api::{Sockets, Stage};
use shared::api::lambda;
use stress::faults::Faulty;
use stress::replica_set::{Failure, ReplicaSet};
use tokio::net::TcpListener;
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, sleep};

use breakage::Broken;
use world::World;

/// The name of the program in `AWS_LAMBDA_FUNCTION_NAME` is the function that it runs.
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
const DATABASE: &str = "chaos";
/// Instances of each function.
const CONCURRENCY: usize = 40;
/// How often a long run says how far it is.
const PROGRESS: Duration = Duration::from_secs(30);

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
        "pages" => pages::routes(),
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

async fn run(options: Options) -> Result<bool, Failure> {
    if std::env::var_os("RUST_LOG").is_some() {
        local::logging::start();
    }
    println!("Starting three MongoDB servers and the functions …");
    let live = Live::start(options).await?;
    let (rooms, agents) = (live.world.rooms.len(), live.world.agents.len());
    println!("{rooms} conversations, {agents} agents: breaking everything …");
    let (broken, elapsed) = live.break_everything().await?;
    println!("Everything is whole again; waiting for what was left behind …");
    watching::wait_for_dispatch(&live.database).await?;
    let evidence = watching::gather(&live.world, &live.database).await?;
    let healthy = report::print(&live.world, &evidence, &broken, &live.faulty, elapsed);
    live.stack.stop().await?;
    Ok(healthy)
}

/// A live chat with everything that can break in it.
struct Live {
    set: Arc<AsyncMutex<ReplicaSet>>,
    faulty: Faulty,
    functions: Functions,
    stack: Stack,
    world: Arc<World>,
    database: mongodb::Database,
}

impl Live {
    async fn start(options: Options) -> Result<Self, Failure> {
        let set = ReplicaSet::start(3).await?;
        let uri = set.uri(DATABASE);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let faulty_listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = stack::endpoint(&faulty_listener, &Stage::default())?;
        let faulty =
            Faulty::start(faulty_listener, &stack::endpoint(&listener, &Stage::default())?).await?;
        let environment: Environment = [
            ("MONGODB_URI", uri.as_str()),
            ("JWT_SECRET", "a secret of more than 32 bytes, for the chaos"),
            ("FIRST_USER", "anyone"),
            ("REGISTRATION", "open"),
            ("LIMITS", "off"),
            ("CONNECTIONS_ENDPOINT", &endpoint),
            ("RUST_LOG", "warn"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let program = std::env::current_exe()?;
        let functions = Functions::deployed(|_| program.clone(), &environment, CONCURRENCY);
        let stack = Stack::start(listener, &functions, &Sockets::default(), Edge::default())?;
        let world = Arc::new(World::create(options, &stack.address().to_string()).await?);
        let database = mongodb::Client::with_uri_str(&uri).await?.database(DATABASE);
        let set = Arc::new(AsyncMutex::new(set));
        Ok(Self { set, faulty, functions, stack, world, database })
    }

    /// Has everybody chat while everything breaks; what was broken, and for how long.
    async fn break_everything(&self) -> Result<(Broken, Duration), Failure> {
        let (world, began) = (&self.world, Instant::now());
        self.faulty.set_active(true);
        let looking = tokio::spawn(watching::look(world.clone(), self.database.clone()));
        let breaking = tokio::spawn(breakage::break_servers(world.clone(), self.set.clone()));
        let killing = tokio::spawn(breakage::break_functions(world.clone(), self.functions.clone()));
        let cutting = tokio::spawn(breakage::break_sockets(world.clone()));
        let rooms = 0..world.rooms.len();
        let chats: Vec<_> =
            rooms.map(|room| tokio::spawn(chatting::chat(world.clone(), room))).collect();
        self.until_enough(began).await?;
        chatting::close_some(world).await;
        // Both sides go on until they find it closed.
        let (closed, open): (Vec<_>, Vec<_>) =
            chats.into_iter().enumerate().partition(|(room, _)| chatting::is_closed_early(*room));
        for (_, room) in closed {
            room.await??;
        }
        world.stopping.store(true, Ordering::Relaxed);
        let mut broken = breaking.await??;
        broken.functions_killed = killing.await?;
        (broken.sockets_cut, broken.cut_mid_frame) = cutting.await?;
        let elapsed = began.elapsed();
        self.set.lock().await.whole().await?;
        self.faulty.set_active(false);
        for (_, room) in open {
            room.await??;
        }
        looking.await??;
        Ok((broken, elapsed))
    }

    async fn until_enough(&self, began: Instant) -> Result<(), Failure> {
        let Options { seconds, messages, .. } = self.world.options;
        let mut reported = Instant::now();
        loop {
            let acknowledged = self.world.acknowledged.load(Ordering::Relaxed);
            if began.elapsed() >= Duration::from_secs(seconds) && acknowledged >= messages {
                return Ok(());
            }
            tokio::select! {
                () = sleep(Duration::from_millis(100)) => {}
                _ = tokio::signal::ctrl_c() => return Err("interrupted".into()),
            }
            if reported.elapsed() > PROGRESS {
                reported = Instant::now();
                println!("  {:4} s: {acknowledged} acknowledged", began.elapsed().as_secs());
            }
        }
    }
}
