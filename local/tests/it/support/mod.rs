//! A live chat for each test, and clients for it.

#![allow(dead_code, unused_imports, reason = "each test binary uses a part")]

mod http;
mod openapi;
mod socket;

use std::time::Duration;

use local::functions::Functions;
use local::mongod::Mongod;
use local::runtime_api::Environment;
use local::server::Bounds;
use local::stack::{self, Edge, Stack};
use local::websocket_api::{Limits, Sockets, Stage};
use serde_json::{Value, json};
use shared::config::Config;
use shared::{App, Id};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

pub use http::Answer;
pub use socket::Socket;

/// How long a test waits for what must come.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub const SECRET: &str = "a secret of more than 32 bytes, for tests";

/// The one server of the whole run; it goes when the run does.
static MONGOD: OnceCell<Mongod> = OnceCell::const_new();

/// The address of a database that nobody else has.
async fn database() -> String {
    let mongod = MONGOD.get_or_init(|| async { Mongod::start_temporary().await.unwrap() }).await;
    mongod.uri(&format!("test-{}", Id::random().unwrap()))
}

/// A running live chat with a database of its own.
pub struct Chat {
    pub stack: Stack,
    pub app: App,
    http: reqwest::Client,
}

/// A user of the dashboard.
#[derive(Clone)]
pub struct Agent {
    pub id: String,
    pub email: String,
    pub token: String,
}

/// A visitor with an open socket.
pub struct Visitor {
    pub id: String,
    pub token: String,
    pub session: String,
    pub socket: Socket,
}

/// What a test changes of the environment.
pub type Settings = &'static [(&'static str, &'static str)];

impl Chat {
    pub async fn start() -> Self {
        Self::start_with(&[], Limits::default()).await
    }

    pub async fn start_with(settings: Settings, limits: Limits) -> Self {
        Self::start_bounded(settings, limits, Bounds::default()).await
    }

    pub async fn start_bounded(settings: Settings, limits: Limits, bounds: Bounds) -> Self {
        let (listener, app) = Self::put_together(settings).await;
        shared::documents::indexes::prepare(&app.db).await.unwrap();
        Self::run(listener, app, limits, bounds)
    }

    /// A live chat whose database need not be there.
    pub async fn start_unready(settings: Settings) -> Self {
        let (listener, app) = Self::put_together(settings).await;
        Self::run(listener, app, Limits::default(), Bounds::default())
    }

    /// A live chat whose functions are processes, as they are deployed.
    pub async fn deployed(program: impl Fn(&str) -> std::path::PathBuf) -> Self {
        let (listener, app) = Self::put_together(&[]).await;
        let functions = Functions::deployed(program, &environment(&app.config), 100);
        let stack = Stack::start(listener, &functions, &Sockets::default(), Edge::default()).unwrap();
        Self { stack, app, http: client() }
    }

    /// Another instance of the functions of this one, on the same database.
    pub async fn another_instance(&self) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let app = App::new(Config::clone(&self.app.config)).await.unwrap();
        Self::run(listener, app, Limits::default(), Bounds::default())
    }

    fn run(listener: TcpListener, app: App, limits: Limits, bounds: Bounds) -> Self {
        let edge = Edge { origins: &app.config.cors_origin, limits, bounds, ..Edge::default() };
        let functions = Functions::new(&app);
        let stack = Stack::start(listener, &functions, &Sockets::default(), edge).unwrap();
        Self { stack, app, http: client() }
    }

    async fn put_together(settings: Settings) -> (TcpListener, App) {
        if std::env::var_os("RUST_LOG").is_some() {
            local::logging::start();
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = stack::endpoint(&listener, &Stage::default()).unwrap();
        let uri = database().await;
        let config = Config::from_lookup(|key| {
            let changed = settings.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
            let default = match key {
                "CONNECTIONS_ENDPOINT" => Some(endpoint.as_str()),
                "MONGODB_URI" => Some(uri.as_str()),
                "JWT_SECRET" => Some(SECRET),
                "FIRST_USER" => Some("anyone"),
                "REGISTRATION" => Some("open"),
                "LIMITS" => Some("off"),
                "CORS_ORIGIN" => Some("http://widget.example,https://dashboard.example"),
                "MONGODB_MAX_POOL_SIZE" => Some("8"),
                _ => None,
            };
            changed.or(default).map(str::to_owned)
        });
        (listener, App::new(config.unwrap()).await.unwrap())
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.stack.address())
    }

    /// Registers a user; the first one is the super administrator.
    pub async fn register(&self, name: &str) -> Agent {
        let email = format!("{}@example.com", name.to_lowercase());
        let body = json!({ "name": name, "email": email, "password": "correct horse" });
        let answer = self.post("/api/auth/register", body).await.expect(201);
        Agent { id: text(&answer["user"]["id"]), email, token: text(&answer["token"]) }
    }

    /// A super administrator and an agent.
    pub async fn team(&self) -> (Agent, Agent) {
        (self.register("Sue").await, self.register("Ada").await)
    }

    /// An administrator, made by the super administrator.
    pub async fn admin(&self, sue: &Agent, name: &str) -> Agent {
        let email = format!("{}@example.com", name.to_lowercase());
        let body = json!({ "name": name, "email": email, "password": "correct horse", "role": "admin" });
        let answer = self.post("/api/auth/register", body).by(&sue.token).await.expect(201);
        Agent { id: text(&answer["user"]["id"]), email, token: text(&answer["token"]) }
    }

    pub async fn socket(&self) -> Socket {
        Socket::open(&self.websocket()).await
    }

    /// The address of the WebSocket.
    pub fn websocket(&self) -> String {
        format!("ws://{}/ws", self.stack.address())
    }

    /// A socket on which an agent has proved who it is, watching `mine`.
    pub async fn agent_socket(&self, agent: &Agent) -> Socket {
        self.watching(agent, "mine").await
    }

    pub async fn watching(&self, agent: &Agent, watch: &str) -> Socket {
        let mut socket = self.socket().await;
        socket.ack("agent:connect", json!({ "token": agent.token, "watch": watch })).await;
        socket
    }

    /// A socket of an agent that hears of all visitors.
    pub async fn watching_visitors(&self, agent: &Agent) -> Socket {
        let mut socket = self.socket().await;
        socket.ack("agent:connect", json!({ "token": agent.token, "visitors": true })).await;
        socket
    }

    pub async fn visitor(&self, name: &str) -> Visitor {
        self.visitor_with(&format!("session-of-{name}-0123456789"), name).await
    }

    pub async fn visitor_with(&self, session: &str, name: &str) -> Visitor {
        let mut socket = self.socket().await;
        let data = json!({ "sessionId": session, "name": name });
        let connected = socket.ack("visitor:connect", data).await;
        Visitor {
            id: text(&connected["visitorId"]),
            token: text(&connected["token"]),
            session: session.to_owned(),
            socket,
        }
    }

    /// A visitor whose conversation has begun with `message`; the conversation's id.
    pub async fn conversation(&self, name: &str, message: &str) -> (Visitor, String) {
        let mut visitor = self.visitor(name).await;
        let started = visitor.socket.ack("conversation:start", json!({ "message": message })).await;
        (visitor, text(&started["conversation"]["_id"]))
    }

    /// A conversation that `agent` holds.
    pub async fn held_by(&self, agent: &Agent, name: &str) -> (Visitor, String) {
        let (visitor, id) = self.conversation(name, "Hello").await;
        self.put(&format!("/api/conversations/{id}/assign"), json!({}))
            .by(&agent.token)
            .await
            .expect(200);
        (visitor, id)
    }
}

/// A client that shows where it is led instead of going there.
fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// The environment in which a function finds this configuration.
pub fn environment(config: &Config) -> Environment {
    [
        ("MONGODB_URI", config.mongodb_uri.reveal()),
        ("JWT_SECRET", config.jwt_secret.reveal()),
        ("FIRST_USER", "anyone"),
        ("REGISTRATION", "open"),
        ("LIMITS", "off"),
        ("CORS_ORIGIN", "https://dashboard.example"),
        ("CONNECTIONS_ENDPOINT", &config.connections_endpoint),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

/// An id that nothing has.
pub const NOBODY: &str = "000000000000000000000000";

/// The name of one of the files that the widget loads.
pub fn widget_file() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions/pages/assets/widget");
    let first = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    first.file_name().into_string().unwrap()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

/// The values of `field` in a list.
pub fn each<'a>(list: &'a Value, field: &str) -> Vec<&'a Value> {
    list.as_array()
        .unwrap_or_else(|| panic!("not a list: {list}"))
        .iter()
        .map(|row| &row[field])
        .collect()
}
