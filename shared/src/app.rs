//! What a process makes once and every request uses.

use std::sync::Arc;

use crate::auth::tokens::{Identities, Tokens};
use crate::background::Background;
use crate::batches::Batches;
use crate::config::{Config, ConfigError};
use crate::db::Db;
use crate::documents::conversation::Conversation;
use crate::documents::figures::{AgentTotals, Totals};
use crate::documents::message::Message;
use crate::documents::snapshot::Figures;
use crate::forerunners::Forerunners;
use crate::long_conversations::LongConversations;
use crate::push::{ApiGateway, Gateway, Push};
use crate::rate_limit::Limit;
use crate::senders::Senders;
use crate::time::Schedule;

/// The clients and settings of a process; cheap to clone.
#[derive(Clone)]
#[allow(missing_docs, reason = "the names say it")]
pub struct App {
    pub config: Arc<Config>,
    pub db: Db,
    pub tokens: Tokens,
    /// The checker of what the site says of its visitors.
    pub identities: Identities,
    /// The way to the connected clients.
    pub push: Push,
    /// What goes on behind the answers.
    pub background: Background,
    pub maintenance: Schedule,
    pub forerunners: Forerunners,
    pub long_conversations: LongConversations,
    /// Messages that go from the outboxes to the messages, and those that leave the outboxes.
    pub storing: Batches<Message>,
    pub dropping: Batches<Message>,
    pub senders: Senders,
    /// The figures of all conversations, and those of each agent.
    pub totals: Figures<Totals>,
    pub agent_totals: Figures<Vec<AgentTotals>>,
}

impl App {
    /// Makes the clients, one of `@connections` among them. Nothing is connected yet.
    /// Errors: when the MongoDB connection string makes no sense.
    pub async fn new(config: Config) -> Result<Self, StartError> {
        let gateway = Arc::new(ApiGateway::new(&config.connections_endpoint));
        Self::behind(gateway, config).await
    }

    /// As [`Self::new`], with another way to the connected clients.
    /// Errors: when the MongoDB connection string makes no sense.
    pub async fn behind(gateway: Arc<dyn Gateway>, config: Config) -> Result<Self, StartError> {
        let db = Db::open(&config).await.map_err(StartError::MongoDb)?;
        let background = Background::default();
        let (to, from) = (db.clone(), db.clone());
        let storing = Batches::new(move |messages: Vec<Message>| {
            let db = to.clone();
            async move { Message::store(&db, &messages).await }
        });
        let dropping = Batches::new(move |messages: Vec<Message>| {
            let db = from.clone();
            async move { Conversation::drop_from_outboxes(&db, &messages).await }
        });
        let pushes = config.limits.rate(Limit::Pushes);
        Ok(Self {
            push: Push::new(&db, gateway, pushes, background.clone()),
            background,
            db,
            tokens: Tokens::new(&config.jwt_secret, config.jwt_secret_previous.as_ref()),
            identities: Identities::new(
                [&config.visitor_identity_secret, &config.visitor_identity_secret_previous]
                    .map(Option::as_ref),
                config.visitor_identity_audience.as_deref(),
            ),
            maintenance: Schedule::default(),
            forerunners: Forerunners::default(),
            long_conversations: LongConversations::default(),
            storing,
            dropping,
            senders: Senders::default(),
            totals: Figures::named("totals"),
            agent_totals: Figures::named("agentTotals"),
            config: Arc::new(config),
        })
    }
}

/// Why a process could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A key of the environment is missing or wrong.
    #[error("configuration: {0}")]
    Config(#[from] ConfigError),
    /// The connection string makes no sense or names no host.
    #[error("MONGODB_URI cannot be used: {0}")]
    MongoDb(mongodb::error::Error),
}
