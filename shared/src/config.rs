//! What is configured from outside, read once at start from the environment.

use std::time::Duration;

use crate::rate_limit::Limits;
use crate::secret::Secret;
use crate::time::duration;

/// The fewest bytes a secret for HS256 may have (RFC 7518, section 3.2).
const SECRET_BYTES: usize = 32;

/// What `MONGODB_MAX_POOL_SIZE` is unless it is set.
pub const POOL_SIZE: u32 = 3;

/// The keys of the environment that a function reads, and whether it needs them.
pub const KEYS: [(&str, bool); 16] = [
    ("MONGODB_URI", true),
    ("MONGODB_MAX_POOL_SIZE", false),
    ("JWT_SECRET", true),
    ("JWT_SECRET_PREVIOUS", false),
    ("JWT_EXPIRE", false),
    ("VISITOR_IDENTITY_SECRET", false),
    ("VISITOR_IDENTITY_SECRET_PREVIOUS", false),
    ("VISITOR_IDENTITY_AUDIENCE", false),
    ("FIRST_USER", false),
    ("REGISTRATION", false),
    ("CORS_ORIGIN", false),
    ("PUBLIC_ORIGIN", false),
    ("WEBSOCKET_URL", false),
    ("LIMITS", false),
    ("RETENTION_DAYS", false),
    ("CONNECTIONS_ENDPOINT", true),
];

/// Everything that a function reads from its environment.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Config {
    /// `MONGODB_URI`: the connection string; the database is the one it names, else `livechat`.
    pub mongodb_uri: Secret,
    /// `MONGODB_MAX_POOL_SIZE`: connections of one process, 1 to 1000. An instance on Lambda handles one
    /// event at a time, so it needs as many as it runs queries side by side.
    pub mongodb_max_pool_size: u32,
    /// `JWT_SECRET`: what tokens are signed with, 32 bytes or more.
    pub jwt_secret: Secret,
    /// `JWT_SECRET_PREVIOUS`: what tokens were signed with before, which are good until they expire.
    pub jwt_secret_previous: Option<Secret>,
    /// `JWT_EXPIRE`: how long an agent's token is good for.
    pub jwt_expire: Duration,
    /// `VISITOR_IDENTITY_SECRET`: what the site signs its visitors' identities with, 32 bytes or more;
    /// without it nobody can be identified.
    pub visitor_identity_secret: Option<Secret>,
    /// `VISITOR_IDENTITY_SECRET_PREVIOUS`: what it signed them with before.
    pub visitor_identity_secret_previous: Option<Secret>,
    /// `VISITOR_IDENTITY_AUDIENCE`: whom those identities are for (`aud`); without it they name nobody.
    pub visitor_identity_audience: Option<String>,
    /// `FIRST_USER`: whether the first user must show the setup token.
    pub first_user: FirstUser,
    /// `REGISTRATION`: who may register once there is a first user.
    pub registration: Registration,
    /// `CORS_ORIGIN`: the origins whose pages may call the API.
    pub cors_origin: Vec<String>,
    /// `PUBLIC_ORIGIN`: the origins of our own pages, which may always open the WebSocket.
    pub public_origin: Vec<String>,
    /// `WEBSOCKET_URL`: where clients find the WebSocket, or its path where they find us; unless it is set, API
    /// Gateway's own address of it.
    pub websocket_url: String,
    /// `LIMITS`: how often something may be done.
    pub limits: Limits,
    /// `RETENTION_DAYS`: after how many days what was said in a conversation that has ended is
    /// erased; never, unless it is set.
    pub retention: Option<Duration>,
    /// `CONNECTIONS_ENDPOINT`: the address in front of `/@connections`.
    pub connections_endpoint: String,
}

/// Who may become the first user, the super administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstUser {
    /// Whoever comes first: on a machine that nobody else can reach.
    Anyone,
    /// Who shows the setup token.
    WithToken,
}

/// Who may register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Anyone, as an agent.
    Open,
    /// Only who shows an administrator's token.
    Admin,
}

/// A key of the environment is missing or makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} {problem}")]
pub struct ConfigError {
    key: &'static str,
    problem: &'static str,
}

impl Config {
    /// Reads the configuration from the process's environment.
    /// Errors: names the first key that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(|key| std::env::var(key).ok())
    }

    /// Reads the configuration from `lookup`; an empty value counts as none.
    /// Errors: names the first key that is missing or wrong.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut config = Self::read(lookup)?;
        if config.websocket_url.is_empty() {
            config.websocket_url = config.connections_endpoint.replacen("http", "ws", 1);
        }
        // Else a visitor's own token would be an identity.
        let ours = [Some(&config.jwt_secret), config.jwt_secret_previous.as_ref()];
        for (key, theirs) in [
            ("VISITOR_IDENTITY_SECRET", &config.visitor_identity_secret),
            ("VISITOR_IDENTITY_SECRET_PREVIOUS", &config.visitor_identity_secret_previous),
        ] {
            if theirs.is_some() && ours.contains(&theirs.as_ref()) {
                let problem = "must not be what our own tokens are signed with";
                return Err(ConfigError { key, problem });
            }
        }
        Ok(config)
    }

    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |key: &'static str| lookup(key).filter(|value| !value.trim().is_empty());
        let need = |key: &'static str| get(key).ok_or(ConfigError { key, problem: "is not set" });
        Ok(Self {
            mongodb_uri: Secret::new(need("MONGODB_URI")?),
            mongodb_max_pool_size: get("MONGODB_MAX_POOL_SIZE")
                .map_or(Ok(POOL_SIZE), |text| pool_size(&text))?,
            jwt_secret: long_enough("JWT_SECRET", need("JWT_SECRET")?)?,
            jwt_secret_previous: secret("JWT_SECRET_PREVIOUS", get)?,
            jwt_expire: lifetime(get("JWT_EXPIRE").as_deref().unwrap_or("7d"))?,
            visitor_identity_secret: secret("VISITOR_IDENTITY_SECRET", get)?,
            visitor_identity_secret_previous: secret("VISITOR_IDENTITY_SECRET_PREVIOUS", get)?,
            visitor_identity_audience: get("VISITOR_IDENTITY_AUDIENCE"),
            first_user: first_user(get("FIRST_USER").as_deref().unwrap_or("token"))?,
            registration: registration(get("REGISTRATION").as_deref().unwrap_or("admin"))?,
            cors_origin: origins(&get("CORS_ORIGIN").unwrap_or_default()),
            public_origin: origins(&get("PUBLIC_ORIGIN").unwrap_or_default()),
            websocket_url: get("WEBSOCKET_URL").map_or(Ok(String::new()), websocket_url)?,
            limits: limits(&get("LIMITS").unwrap_or_default())?,
            retention: get("RETENTION_DAYS").map_or(Ok(None), |text| days(&text))?,
            connections_endpoint: need("CONNECTIONS_ENDPOINT")?,
        })
    }

    /// Whether pages of this origin may use the live chat.
    pub fn allows(&self, origin: &[u8]) -> bool {
        let known = self.cors_origin.iter().chain(&self.public_origin);
        known.into_iter().any(|allowed| allowed == "*" || allowed.as_bytes() == origin)
    }
}

fn websocket_url(url: String) -> Result<String, ConfigError> {
    let is_good = ["wss://", "ws://", "/"].iter().any(|start| url.starts_with(start));
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !b";,'\"".contains(&byte));
    if is_good && is_plain {
        return Ok(url);
    }
    Err(ConfigError { key: "WEBSOCKET_URL", problem: "must be wss://…, ws://… or a path" })
}

fn pool_size(text: &str) -> Result<u32, ConfigError> {
    text.trim().parse().ok().filter(|size| (1..=1000).contains(size)).ok_or(ConfigError {
        key: "MONGODB_MAX_POOL_SIZE",
        problem: "must be a whole number from 1 to 1000",
    })
}

fn long_enough(key: &'static str, secret: String) -> Result<Secret, ConfigError> {
    if secret.len() < SECRET_BYTES {
        return Err(ConfigError { key, problem: "must have 32 bytes or more" });
    }
    Ok(Secret::new(secret))
}

fn secret(
    key: &'static str,
    get: impl Fn(&'static str) -> Option<String>,
) -> Result<Option<Secret>, ConfigError> {
    get(key).map(|secret| long_enough(key, secret)).transpose()
}

fn limits(text: &str) -> Result<Limits, ConfigError> {
    let problem = "must be off, or changes such as logins=10/1m,typing=off";
    Limits::read(text).ok_or(ConfigError { key: "LIMITS", problem })
}

/// Reads a number of days; 0 is none.
fn days(text: &str) -> Result<Option<Duration>, ConfigError> {
    let problem = "must be a whole number from 0 to 36500";
    let days: u64 = text
        .trim()
        .parse()
        .ok()
        .filter(|days| *days <= 36_500)
        .ok_or(ConfigError { key: "RETENTION_DAYS", problem })?;
    Ok((days > 0).then(|| Duration::from_secs(days * 24 * 3600)))
}

fn lifetime(text: &str) -> Result<Duration, ConfigError> {
    let problem = "must look like 7d, 12h, 30m or 3600";
    duration(text).ok_or(ConfigError { key: "JWT_EXPIRE", problem })
}

fn first_user(text: &str) -> Result<FirstUser, ConfigError> {
    match text.trim() {
        "anyone" => Ok(FirstUser::Anyone),
        "token" => Ok(FirstUser::WithToken),
        _ => Err(ConfigError { key: "FIRST_USER", problem: "must be anyone or token" }),
    }
}

fn registration(text: &str) -> Result<Registration, ConfigError> {
    match text.trim() {
        "open" => Ok(Registration::Open),
        "admin" => Ok(Registration::Admin),
        _ => Err(ConfigError { key: "REGISTRATION", problem: "must be open or admin" }),
    }
}

fn origins(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|origin| !origin.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_lookup(|key| {
            let value = changes.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
            let default = match key {
                "MONGODB_URI" => Some("mongodb://user:hunter2@localhost"),
                "JWT_SECRET" => Some("0123456789abcdef0123456789abcdef"),
                "CONNECTIONS_ENDPOINT" => Some("http://localhost:5000"),
                _ => None,
            };
            value.or(default).map(str::to_owned)
        })
    }

    #[test]
    fn the_list_of_keys_is_what_is_read() {
        let read = std::cell::RefCell::new(Vec::new());
        let config = Config::from_lookup(|key| {
            read.borrow_mut().push(key.to_owned());
            KEYS.contains(&(key, true)).then(|| "0123456789abcdef0123456789abcdef".to_owned())
        });
        assert!(config.is_ok(), "the others have defaults");
        assert_eq!(read.into_inner(), KEYS.map(|(key, _)| key));
    }

    #[test]
    fn the_websocket_is_where_it_is_said_or_where_api_gateway_has_it() {
        let endpoint = ("CONNECTIONS_ENDPOINT", "https://a.execute-api.example/live");
        assert_eq!(with(&[endpoint]).unwrap().websocket_url, "wss://a.execute-api.example/live");
        for good in ["/ws", "wss://ws.example.com", "ws://localhost:5000/ws"] {
            assert_eq!(with(&[endpoint, ("WEBSOCKET_URL", good)]).unwrap().websocket_url, good);
        }
        for bad in ["ws", "https://ws.example.com", "wss://a; script-src *", "wss://a b"] {
            assert!(with(&[("WEBSOCKET_URL", bad)]).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_not_set_has_a_safe_default() {
        let config = with(&[]).unwrap();
        assert_eq!(config.registration, Registration::Admin);
        assert_eq!(config.first_user, FirstUser::WithToken);
        assert_eq!(config.jwt_expire, Duration::from_secs(7 * 24 * 3600));
        assert_eq!(config.mongodb_max_pool_size, 3);
        assert_eq!(config.cors_origin, Vec::<String>::new());
    }

    #[test]
    fn a_missing_or_wrong_key_is_named() {
        for (key, value, message) in [
            ("MONGODB_URI", "", "MONGODB_URI is not set"),
            ("JWT_SECRET", " ", "JWT_SECRET is not set"),
            ("JWT_SECRET", "short", "JWT_SECRET must have 32 bytes or more"),
            ("JWT_EXPIRE", "soon", "JWT_EXPIRE must look like 7d, 12h, 30m or 3600"),
            ("JWT_EXPIRE", "0", "JWT_EXPIRE must look like 7d, 12h, 30m or 3600"),
            ("JWT_EXPIRE", "7dd", "JWT_EXPIRE must look like 7d, 12h, 30m or 3600"),
            ("JWT_SECRET_PREVIOUS", "short", "JWT_SECRET_PREVIOUS must have 32 bytes or more"),
            ("VISITOR_IDENTITY_SECRET", "short", "VISITOR_IDENTITY_SECRET must have 32 bytes or more"),
            (
                "VISITOR_IDENTITY_SECRET",
                "0123456789abcdef0123456789abcdef",
                "VISITOR_IDENTITY_SECRET must not be what our own tokens are signed with",
            ),
            (
                "VISITOR_IDENTITY_SECRET_PREVIOUS",
                "0123456789abcdef0123456789abcdef",
                "VISITOR_IDENTITY_SECRET_PREVIOUS must not be what our own tokens are signed with",
            ),
            ("FIRST_USER", "me", "FIRST_USER must be anyone or token"),
            ("REGISTRATION", "closed", "REGISTRATION must be open or admin"),
            ("LIMITS", "often", "LIMITS must be off, or changes such as logins=10/1m,typing=off"),
            ("RETENTION_DAYS", "-1", "RETENTION_DAYS must be a whole number from 0 to 36500"),
            (
                "MONGODB_MAX_POOL_SIZE",
                "0",
                "MONGODB_MAX_POOL_SIZE must be a whole number from 1 to 1000",
            ),
            ("CONNECTIONS_ENDPOINT", "", "CONNECTIONS_ENDPOINT is not set"),
        ] {
            assert_eq!(with(&[(key, value)]).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn origins_are_a_list() {
        let config = with(&[("CORS_ORIGIN", "http://a.example, http://b.example,")]).unwrap();
        assert_eq!(config.cors_origin, ["http://a.example", "http://b.example"]);
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", with(&[]).unwrap());
        assert!(!shown.contains("hunter2") && !shown.contains("0123456789abcdef"), "{shown}");
    }
}
