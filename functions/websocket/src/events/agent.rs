//! What agents send of themselves.

use schemars::JsonSchema;
use serde::Serialize;
use shared::api::openapi::Nothing;
use shared::documents::connection::{Watch, Wishes};
use shared::use_cases::connections;
use shared::use_cases::outbox::{Outbound, Outcome};
use shared::views::UserView;
use shared::{App, Result};

use super::{Answer, ClientData, Sender};

shared::input! {
    /// The data of `agent:connect`.
    pub struct AgentConnect {
        token: String,
        #[serde(default)]
        watch: Watch,
        /// Whether to be pushed `visitors:updated`.
        #[serde(default)]
        visitors: bool,
    }
}

/// The user that a connection is authenticated as.
#[derive(Serialize, JsonSchema)]
pub struct ConnectedUser {
    user: UserView,
}

impl ClientData for AgentConnect {
    const NAME: &'static str = "agent:connect";
    const SUMMARY: &'static str = "Authenticates the connection as an agent's, with a token";
    const IS_OPEN: bool = true;
    type Ack = ConnectedUser;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<ConnectedUser>> {
        let Self { token, watch, visitors } = self;
        let wishes = Wishes { watch, visitors };
        let address = sender.ip_address.as_deref();
        let Outcome { value: user, outbound } =
            connections::agent_connects(app, &sender.connection, &token, wishes, address).await?;
        Ok(Answer::new(Outcome { value: ConnectedUser { user }, outbound }))
    }
}

shared::input! {
    /// The data of `agent:watch`.
    pub struct AgentWatch {
        watch: Option<Watch>,
        /// Whether to be pushed `visitors:updated`.
        visitors: Option<bool>,
    }
    check |input, check| {
        check.that(input.watch.is_some() || input.visitors.is_some(), "watch", "Is required");
    }
}

impl ClientData for AgentWatch {
    const NAME: &'static str = "agent:watch";
    const SUMMARY: &'static str = "Changes how much the agent's connection is pushed";
    type Ack = Nothing;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Nothing>> {
        let Self { watch, visitors } = self;
        connections::watch(app, sender.participant()?, &sender.connection.id, watch, visitors).await?;
        Ok(Answer::done(Outbound::default()))
    }
}
