//! A replica set of MongoDB servers that can be killed, frozen and made to step down.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use local::mongod;
use mongodb::bson::{Document, doc};
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

/// How long the set may take to have a primary.
const ELECTION: Duration = Duration::from_secs(60);
/// How long a killed server may take to recover and catch up, on a slow machine.
const RECOVERY: Duration = Duration::from_secs(180);
const NAME: &str = "stress";

/// What goes wrong.
pub type Failure = Box<dyn Error + Send + Sync>;

/// One server of the set.
struct Node {
    port: u16,
    data: PathBuf,
    process: Option<Child>,
}

/// The servers; they end and their data go when this is dropped.
pub struct ReplicaSet {
    program: PathBuf,
    nodes: Vec<Node>,
    _folder: TempDir,
}

impl ReplicaSet {
    /// Starts so many servers and waits until they have a primary.
    ///
    /// # Errors
    /// When there is no server to be had, or they do not start.
    pub async fn start(size: usize) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let mut set = Self { program: mongod::program().await?, nodes: Vec::new(), _folder: folder };
        for number in 0..size {
            let data = set._folder.path().join(number.to_string());
            std::fs::create_dir(&data)?;
            set.nodes.push(Node { port: mongod::free_port()?, data, process: None });
            set.revive(number)?;
        }
        set.initiate().await?;
        set.primary().await?;
        Ok(set)
    }

    /// The number of servers.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The connection string of a database of the set.
    pub fn uri(&self, database: &str) -> String {
        let hosts: Vec<String> =
            self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        format!("mongodb://{}/{database}?replicaSet={NAME}", hosts.join(","))
    }

    /// Starts a server (again).
    ///
    /// # Errors
    /// When there is no process to be had.
    pub fn revive(&mut self, number: usize) -> io::Result<()> {
        let node = &mut self.nodes[number];
        let process = Command::new(&self.program)
            .args(["--replSet", NAME, "--bind_ip", "127.0.0.1", "--nounixsocket", "--quiet"])
            .args(["--port", &node.port.to_string(), "--wiredTigerCacheSizeGB", "0.25"])
            .arg("--dbpath")
            .arg(&node.data)
            .arg("--logpath")
            .arg(node.data.join("mongod.log"))
            .arg("--logappend")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        node.process = Some(process);
        Ok(())
    }

    /// Kills a server, as a power cut would.
    ///
    /// # Errors
    /// When the process cannot be killed.
    pub async fn kill(&mut self, number: usize) -> io::Result<()> {
        match self.nodes[number].process.take() {
            Some(mut process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// Stops a server without its sockets closing, or has it go on.
    ///
    /// # Errors
    /// When the process takes no signal.
    pub async fn freeze(&self, number: usize, frozen: bool) -> io::Result<()> {
        match self.nodes[number].process.as_ref().and_then(Child::id) {
            Some(process) => signal(if frozen { "STOP" } else { "CONT" }, process).await,
            None => Ok(()),
        }
    }

    /// Has the primary hand its office over.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn step_down(&self) -> Result<(), Failure> {
        let primary = self.primary().await?;
        let admin = self.admin(primary).await?;
        admin.run_command(doc! { "replSetStepDown": 5, "secondaryCatchUpPeriodSecs": 2 }).await?;
        Ok(())
    }

    /// The number of the primary, as soon as there is one that takes writes.
    ///
    /// # Errors
    /// When there is none for too long.
    pub async fn primary(&self) -> Result<usize, Failure> {
        let deadline = Instant::now() + ELECTION;
        while Instant::now() < deadline {
            for number in 0..self.nodes.len() {
                if self
                    .hello(number)
                    .await
                    .is_some_and(|hello| hello.get_bool("isWritablePrimary").unwrap_or(false))
                {
                    return Ok(number);
                }
            }
            sleep(Duration::from_millis(100)).await;
        }
        Err("the replica set has no primary".into())
    }

    /// Waits until every server is the primary or follows it.
    ///
    /// # Errors
    /// When one does not for too long.
    pub async fn whole(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + RECOVERY;
        while Instant::now() < deadline {
            let mut whole = true;
            for number in 0..self.nodes.len() {
                whole &= self.hello(number).await.is_some_and(|hello| {
                    ["isWritablePrimary", "secondary"]
                        .iter()
                        .any(|state| hello.get_bool(state).unwrap_or(false))
                });
            }
            if whole {
                self.primary().await?;
                return Ok(());
            }
            sleep(Duration::from_millis(100)).await;
        }
        Err("a server does not follow the primary".into())
    }

    async fn hello(&self, number: usize) -> Option<Document> {
        let asking = async {
            let admin = self.admin(number).await.ok()?;
            admin.run_command(doc! { "hello": 1 }).await.ok()
        };
        tokio::time::timeout(Duration::from_secs(1), asking).await.ok().flatten()
    }

    async fn admin(&self, number: usize) -> Result<Database, mongodb::error::Error> {
        let port = self.nodes[number].port;
        let mut options =
            ClientOptions::parse(format!("mongodb://127.0.0.1:{port}/?directConnection=true")).await?;
        options.server_selection_timeout = Some(Duration::from_secs(2));
        Ok(Client::with_options(options)?.database("admin"))
    }

    async fn initiate(&self) -> Result<(), Failure> {
        let members: Vec<Document> = (0..)
            .zip(&self.nodes)
            .map(|(id, node): (i32, &Node)| doc! { "_id": id, "host": format!("127.0.0.1:{}", node.port) })
            .collect();
        let config = doc! {
            "_id": NAME, "members": members,
            // So that there is something to survive more often than with 10 seconds.
            "settings": { "electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500 },
        };
        let deadline = Instant::now() + ELECTION;
        loop {
            let admin = self.admin(0).await?;
            match admin.run_command(doc! { "replSetInitiate": config.clone() }).await {
                Ok(_) => return Ok(()),
                Err(error) if Instant::now() > deadline => return Err(error.into()),
                Err(_) => sleep(Duration::from_millis(100)).await,
            }
        }
    }
}

/// Sends a signal to a process.
///
/// # Errors
/// When there is no such process any more.
pub async fn signal(name: &str, process: u32) -> io::Result<()> {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &process.to_string()])
        .stderr(Stdio::null())
        .status()
        .await?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{status}"))) }
}
