//! `cargo run`: the whole live chat on this machine. `cargo run -- ws`: a
//! client for its WebSocket. `cargo run -- health`: whether it is well.

mod client;

use std::error::Error;
use std::fs;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};
use std::sync::Arc;

use ipnet::IpNet;
use local::functions::Functions;
use local::logging;
use local::mongod::Mongod;
use local::server::{self, Bounds};
use local::stack::{self, Edge, Stack};
use local::websocket_api::{Sockets, Stage};
use shared::App;
use shared::auth::setup;
use shared::config::{Config, FirstUser};
use shared::documents::indexes;
use shared::documents::user::User;
use shared::id::hex;
use tokio::net::TcpListener;
use tokio::time::timeout;

type Failure = Box<dyn Error + Send + Sync>;

/// Where everything of this machine is kept: the database, its log and the secret.
const FOLDER: &str = ".livechat";
/// The concurrent executions that a new account has.
const NEW_ACCOUNT: usize = 10;

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ended = match load_env() {
        Ok(()) => command(&args).await,
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("\nerror: {error}"));
            ExitCode::FAILURE
        }
    }
}

const USAGE: &str = "\
usage: livechat             runs the live chat
       livechat ws [URL]    sends each line that is typed to the WebSocket, and prints what comes
       livechat health      asks whether the live chat is well";

async fn command(args: &[&str]) -> Result<(), Failure> {
    match args {
        [] => run().await,
        [.., "--help" | "-h"] | ["help"] => {
            say(USAGE);
            Ok(())
        }
        ["ws"] => client::talk(&format!("ws://localhost:{}/ws", port()?)).await,
        ["ws", url] => client::talk(url).await,
        ["health"] => client::health(port()?).await,
        _ => Err(USAGE.into()),
    }
}

/// Reads `.env` if there is one; what the environment says already wins.
fn load_env() -> Result<(), Failure> {
    match dotenvy::dotenv() {
        Ok(_) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        Err(error) => Err(format!(".env cannot be read: {error}").into()),
    }
}

async fn run() -> Result<(), Failure> {
    logging::start();
    let listener = listen().await?;
    let folder = PathBuf::from(FOLDER);
    fs::create_dir_all(&folder)?;
    let (mut mongod, uri) = match env("MONGODB_URI") {
        Some(uri) => (None, uri),
        None => {
            let mongod = Mongod::start(&folder.join("mongodb")).await?;
            let uri = mongod.uri("livechat");
            (Some(mongod), uri)
        }
    };
    let secret = match env("JWT_SECRET") {
        Some(secret) => secret,
        None => own_secret(&folder.join("jwt-secret"))?,
    };
    let (stage, address) = (stage()?, listener.local_addr()?);
    let endpoint = stack::endpoint(&listener, &stage)?;
    // Behind a proxy on this machine everybody comes from here.
    let is_own = address.ip().is_loopback() && env("TRUSTED_PROXIES").is_none();
    let config = Config::from_lookup(|key| match key {
        "CONNECTIONS_ENDPOINT" => Some(endpoint.clone()),
        "MONGODB_URI" => Some(uri.clone()),
        "JWT_SECRET" => Some(secret.clone()),
        key => env(key).or_else(|| default(key, address, is_own)),
    })?;
    let sockets = Sockets::default();
    let app = App::behind(Arc::new(sockets.clone()), config).await?;
    indexes::prepare(&app.db).await.map_err(|error| format!("the database cannot be used: {error}"))?;
    let (bounds, throttled, origins) = (bounds(&app.config)?, is_like_aws()?, &app.config.cors_origin);
    let edge = Edge { origins, stage, bounds, throttled, ..Edge::default() };
    let stack = Stack::start(listener, &functions(&app, throttled), &sockets, edge)?;
    let signal = signal()?;
    welcome(&stack, mongod.as_ref());
    if app.config.first_user == FirstUser::WithToken && !User::any(&app.db).await? {
        let token = setup::token(&app.config.jwt_secret);
        say(&format!(
            "\n  The first user becomes the super admin, and must show \"setupToken\":\"{token}\"."
        ));
    }
    let ended = until_ended(mongod.as_mut(), signal).await?;
    match ended {
        Ended::Signal(signal) => say(&format!("\n{signal}: stopping …")),
        Ended::Database(_) => say("\nThe MongoDB server has ended: stopping …"),
    }
    stack.stop().await?;
    if timeout(stack::GRACE, app.background.ended()).await.is_err() {
        tracing::warn!("some events were still being pushed");
    }
    if let Ended::Database(status) = ended {
        let log = folder.join("mongodb/mongod.log");
        return Err(format!("the MongoDB server ended ({status}); {} says why", log.display()).into());
    }
    if let Some(mongod) = mongod {
        mongod.stop().await?;
    }
    say("Stopped. The data are kept.");
    Ok(())
}

/// Why the live chat stops.
enum Ended {
    Signal(&'static str),
    /// Its database ended by itself.
    Database(ExitStatus),
}

async fn until_ended(
    mongod: Option<&mut Mongod>,
    signal: impl Future<Output = &'static str>,
) -> Result<Ended, Failure> {
    let database = async {
        match mongod {
            Some(mongod) => mongod.ended().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        signal = signal => Ok(Ended::Signal(signal)),
        status = database => Ok(Ended::Database(status?)),
    }
}

fn functions(app: &App, throttled: bool) -> Functions {
    let functions = Functions::new(app);
    if throttled { functions.with_concurrency(NEW_ACCOUNT) } else { functions }
}

/// The stage of the WebSocket API: `STAGE`.
fn stage() -> Result<Stage, Failure> {
    let given = env("STAGE").map(|text| text.trim().parse()).transpose();
    Ok(given.map_err(|error| format!("STAGE: {error}"))?.unwrap_or_default())
}

/// Whether the gateways hold back as on AWS: `GATEWAY=aws`.
fn is_like_aws() -> Result<bool, Failure> {
    match env("GATEWAY").as_deref().map(str::trim) {
        None => Ok(false),
        Some("aws") => Ok(true),
        Some(_) => Err("GATEWAY must be aws, or nothing".into()),
    }
}

/// What clients may hold open on this machine. `LIMITS=off` leaves only the bound of all connections.
fn bounds(config: &Config) -> Result<Bounds, Failure> {
    let trusted_proxies = env("TRUSTED_PROXIES").map_or(Ok(Vec::new()), |text| proxies(&text))?;
    let bounds = Bounds { trusted_proxies, ..Bounds::of_this_machine()? };
    if config.limits.are_off() {
        let Bounds { of_all, trusted_proxies, .. } = bounds;
        return Ok(Bounds { of_all, trusted_proxies, ..Bounds::default() });
    }
    Ok(bounds)
}

/// Reads networks and addresses, as in `10.0.0.0/8, 192.0.2.7`.
fn proxies(text: &str) -> Result<Vec<IpNet>, Failure> {
    let networks = text.split(',').map(str::trim).filter(|network| !network.is_empty());
    let read = |text: &str| text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    networks
        .map(|text| {
            read(text).map_err(|_| format!("TRUSTED_PROXIES: {text} is no address or network").into())
        })
        .collect()
}

fn env(key: &str) -> Option<String> {
    std::env::var(key).ok().filter(|value| !value.trim().is_empty())
}

/// What suits one's own machine, where the deployed defaults are stricter or a gateway's; `is_own` says
/// that nobody else can reach it.
fn default(key: &str, address: SocketAddr, is_own: bool) -> Option<String> {
    let value = match key {
        "FIRST_USER" if is_own => "anyone",
        "REGISTRATION" if is_own => "open",
        "PUBLIC_ORIGIN" => return Some(own_origins(address)),
        "WEBSOCKET_URL" => "/ws",
        "CORS_ORIGIN" => "http://localhost:3000,http://localhost:3001",
        // One process does the work of many instances here.
        "MONGODB_MAX_POOL_SIZE" => "64",
        _ => return None,
    };
    Some(value.to_owned())
}

/// The origins of this machine's own pages, as its browsers write them.
fn own_origins(address: SocketAddr) -> String {
    // They leave out the port that goes without saying.
    let port = match address.port() {
        80 => String::new(),
        port => format!(":{port}"),
    };
    ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("http://{host}{port}")).join(",")
}

fn port() -> Result<u16, Failure> {
    let port = env("PORT").unwrap_or_else(|| "5000".to_owned());
    Ok(port.trim().parse().map_err(|_| "PORT must be a number from 0 to 65535")?)
}

async fn listen() -> Result<TcpListener, Failure> {
    let host = env("HOST").unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = port()?;
    server::listen((host.as_str(), port)).await.map_err(|error| {
        format!("cannot listen on {host}:{port} ({error}); choose another with PORT=…").into()
    })
}

/// A secret made once and kept, so that tokens outlive a restart.
fn own_secret(file: &Path) -> Result<String, Failure> {
    match fs::read_to_string(file) {
        Ok(secret) => return Ok(secret.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(format!("{} cannot be read: {error}", file.display()).into()),
    }
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    let secret = hex(bytes);
    let new = file.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&new)?.write_all(secret.as_bytes())?;
    fs::rename(&new, file)?;
    Ok(secret)
}

/// Waits for Ctrl-C or a request to end, from now on and not only once somebody waits.
#[cfg(unix)]
fn signal() -> std::io::Result<impl Future<Output = &'static str>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => "Ctrl-C",
            _ = terminate.recv() => "SIGTERM",
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn signal() -> std::io::Result<impl Future<Output = &'static str>> {
    Ok(async {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            Err(_) => "No signals can be received",
        }
    })
}

fn welcome(stack: &Stack, mongod: Option<&Mongod>) {
    let port = stack.address().port();
    let database = match mongod {
        Some(mongod) => format!("{} (its own, data in {FOLDER}/mongodb)", mongod.uri("livechat")),
        None => "MONGODB_URI".to_owned(),
    };
    say(&format!(
        r#"
  The live chat is running.

    Dashboard     http://localhost:{port}/dashboard/
    Demo page     http://localhost:{port}/demo
    HTTP API      http://localhost:{port}/api
    WebSocket     ws://localhost:{port}/ws
    @connections  http://localhost:{port}/@connections/{{connectionId}}
    MongoDB       {database}

  Try it: paste this into another terminal. The first user becomes the super admin;
  the visitor asks for help over the WebSocket.

    curl -s http://localhost:{port}/api/auth/register -H 'Content-Type: application/json' \
      -d '{{"name":"Ada","email":"ada@example.com","password":"correct horse"}}'; echo
    printf '%s\n' \
      '{{"action":"visitor","event":"visitor:connect","id":"1","data":{{"sessionId":"a-visitor-of-the-site"}}}}' \
      '{{"action":"conversation","event":"conversation:start","id":"2","data":{{"message":"Hello!"}}}}' \
      | cargo run -q -- ws ws://localhost:{port}/ws

  Ctrl-C stops it."#
    ));
}

#[allow(clippy::print_stdout, reason = "this program speaks to whoever started it")]
fn say(text: &str) {
    println!("{text}");
}
