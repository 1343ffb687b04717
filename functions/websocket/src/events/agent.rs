//! What agents send of themselves.

use schemars::JsonSchema;
use serde::Serialize;
use shared::api::openapi::Nothing;
use shared::documents::connection::Watch;
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
        let Outcome { value: user, outbound } =
            connections::agent_connects(app, &sender.connection, &self.token, self.watch).await?;
        Ok(Answer::new(Outcome { value: ConnectedUser { user }, outbound }))
    }
}

shared::input! {
    /// The data of `agent:watch`.
    pub struct AgentWatch {
        watch: Watch,
    }
}

impl ClientData for AgentWatch {
    const NAME: &'static str = "agent:watch";
    const SUMMARY: &'static str = "Changes how much the agent's connection is pushed";
    type Ack = Nothing;

    async fn handle(self, app: &App, sender: &Sender) -> Result<Answer<Nothing>> {
        connections::watch(app, sender.participant()?, &sender.connection.id, self.watch).await?;
        Ok(Answer::done(Outbound::default()))
    }
}
