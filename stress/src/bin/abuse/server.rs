//! The live chat that is attacked, in a process of its own, whose log is read.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use local::functions::Functions;
use local::mongod::Mongod;
use local::server::{Bounds, listen};
use local::stack::{self, Edge, Stack};
use local::websocket_api::{Sockets, Stage};
use mongodb::{Client, Database};
use shared::App;
use shared::config::Config;
use stress::measure::Process;
use stress::replica_set::Failure;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::attacks::{Attack, FORGED};

/// What a line begins with that says where the live chat is, and its database.
const READY: &str = "ready ";

/// The live chat.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process.
    pub process: Process,
    /// Its database.
    pub database: Database,
    child: Child,
    logging: JoinHandle<std::io::Result<Log>>,
}

/// What it has logged.
#[derive(Debug, Default)]
pub struct Log {
    /// How many lines.
    pub lines: u64,
    /// The first one that has anything in it that a client wrote.
    pub forged: Option<String>,
}

impl Log {
    fn add(&mut self, line: String) {
        self.lines += 1;
        // The escapes of a terminal are nobody else's: the log goes to none.
        let is_forged = line.contains(FORGED) || line.contains('\u{1b}');
        if is_forged && self.forged.is_none() {
            self.forged = Some(line);
        }
    }
}

impl Server {
    /// Starts it by a command, and waits until it is ready.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(mut command: Command) -> Result<Self, Failure> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let process = Process(child.id().ok_or("the live chat has ended")?);
        let said = child.stdout.take().ok_or("the live chat says nothing")?;
        let (mut lines, mut log) = (BufReader::new(said).lines(), Log::default());
        let ready = loop {
            let line = lines.next_line().await?.ok_or("the live chat did not start")?;
            match line.strip_prefix(READY) {
                Some(ready) => break ready.to_owned(),
                None => log.add(line),
            }
        };
        let (address, uri) = ready.split_once(' ').ok_or("the live chat does not say where it is")?;
        let database = Client::with_uri_str(uri).await?.default_database().ok_or("no database")?;
        let logging = tokio::spawn(async move {
            while let Some(line) = lines.next_line().await? {
                log.add(line);
            }
            Ok::<_, std::io::Error>(log)
        });
        Ok(Self { address: address.parse()?, process, database, child, logging })
    }

    /// Stops it; all that it has logged.
    ///
    /// # Errors
    /// When it ended badly.
    pub async fn stop(self) -> Result<Log, Failure> {
        let Self { mut child, logging, .. } = self;
        drop(child.stdin.take());
        let ended = child.wait().await?;
        if !ended.success() {
            return Err(format!("the live chat ended: {ended}").into());
        }
        Ok(logging.await??)
    }
}

/// Is the live chat, until its standard input ends.
///
/// # Errors
/// When it cannot be run.
pub async fn serve(patience: Duration) -> Result<(), Failure> {
    local::logging::start();
    let mongod = Mongod::start_temporary().await?;
    let listener = listen("127.0.0.1:0").await?;
    let endpoint = stack::endpoint(&listener, &Stage::default())?;
    let uri = mongod.uri("abuse");
    let config = Config::from_lookup(|key| {
        let value = match key {
            "MONGODB_URI" => uri.as_str(),
            "CONNECTIONS_ENDPOINT" => endpoint.as_str(),
            "JWT_SECRET" => "a secret of more than 32 bytes, for the abuse",
            "FIRST_USER" => "anyone",
            "REGISTRATION" => "open",
            "MONGODB_MAX_POOL_SIZE" => "64",
            _ => return None,
        };
        Some(value.to_owned())
    })?;
    let sockets = Sockets::default();
    let app = App::behind(Arc::new(sockets.clone()), config).await?;
    shared::documents::indexes::prepare(&app.db).await?;
    // Behind the addresses of this attack there are others.
    let proxies = format!("127.1.{}.0/24", Attack::Ipv6 as u8);
    let trusted_proxies = vec![proxies.parse()?];
    let bounds = Bounds { trusted_proxies, patience, ..Bounds::of_this_machine()? };
    let edge = Edge { bounds, ..Edge::default() };
    let stack = Stack::start(listener, &Functions::new(&app), &sockets, edge)?;
    println!("{READY}{} {uri}", stack.address());
    tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await?;
    stack.stop().await?;
    mongod.stop().await?;
    Ok(())
}
