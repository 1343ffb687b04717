//! `/api/analytics`: figures computed from the stored data.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::api::http::{Params, Routes};
use shared::api::openapi::Operation;
use shared::use_cases::caller::Agent;
use shared::use_cases::reports::{self, AgentFigures, Charts, Overview};
use shared::{App, Error, Result};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/analytics/overview", overview)
        .get("/api/analytics/charts", charts)
        .get("/api/analytics/agents", agents)
}

/// The routes for OpenAPI.
pub fn openapi() -> Vec<Operation> {
    vec![
        Operation::get::<Overview>("/api/analytics/overview", "Figures of all conversations"),
        Operation::get::<Charts>(
            "/api/analytics/charts",
            "Conversations and messages of each day of a period",
        )
        .query::<ChartParams>(),
        Operation::get::<Vec<AgentFigures>>("/api/analytics/agents", "Figures of each agent"),
    ]
}

async fn overview(State(app): State<App>, agent: Agent) -> Result<Json<Overview>> {
    Ok(Json(reports::overview(&app, &agent).await?))
}

#[derive(Deserialize, JsonSchema)]
struct ChartParams {
    #[schemars(extend("enum" = ["7days", "30days", "90days"]))]
    period: Option<String>,
    tz: Option<String>,
}

async fn charts(
    State(app): State<App>,
    agent: Agent,
    Params(params): Params<ChartParams>,
) -> Result<Json<Charts>> {
    let days = match params.period.as_deref() {
        None | Some("7days") => 7,
        Some("30days") => 30,
        Some("90days") => 90,
        Some(_) => return Err(Error::invalid_field("period", "Must be 7days, 30days or 90days")),
    };
    let zone = params.tz.as_deref().unwrap_or("UTC");
    Ok(Json(reports::charts(&app, &agent, days, zone).await?))
}

async fn agents(State(app): State<App>, agent: Agent) -> Result<Json<Vec<AgentFigures>>> {
    Ok(Json(reports::agents(&app, &agent).await?))
}
