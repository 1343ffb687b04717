//! What a process makes once and every request uses.

use std::fmt;
use std::sync::Arc;

use crate::config::{Config, ConfigError};
use crate::db::Db;
use crate::gateway::Gateway;
use crate::tokens::{Identities, Tokens};
use crate::use_cases::upkeep::Schedule;

/// The clients and settings of a process; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The configuration.
    pub config: Arc<Config>,
    /// The database.
    pub db: Db,
    /// The signer of tokens.
    pub tokens: Tokens,
    /// The checker of what the site says of its visitors.
    pub identities: Identities,
    /// The way to the connected clients.
    pub gateway: Gateway,
    /// When what has to be done now and then is due.
    pub upkeep: Schedule,
}

impl App {
    /// Makes the clients. Nothing is connected yet.
    ///
    /// # Errors
    /// When the MongoDB connection string makes no sense.
    pub async fn new(config: Config) -> Result<Self, StartError> {
        Ok(Self {
            db: Db::open(&config).await.map_err(StartError::MongoDb)?,
            tokens: Tokens::new(&config.jwt_secret, config.jwt_secret_previous.as_ref()),
            identities: Identities::new(config.visitor_identity_secret.as_ref()),
            gateway: Gateway::new(&config.connections_endpoint),
            upkeep: Schedule::default(),
            config: Arc::new(config),
        })
    }
}

/// Why a process could not start.
#[derive(Debug)]
pub enum StartError {
    /// A key of the environment is missing or wrong.
    Config(ConfigError),
    /// The connection string makes no sense or names no host.
    MongoDb(mongodb::error::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => write!(f, "configuration: {error}"),
            Self::MongoDb(error) => write!(f, "MONGODB_URI cannot be used: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}
