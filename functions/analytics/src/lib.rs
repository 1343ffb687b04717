//! `/api/analytics`: figures computed from the stored data.

mod calendar;
mod figures;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::describe::Operation;
use shared::http::{Params, Routes};
use shared::use_cases::caller::Agent;
use shared::{App, Error, Result};

use calendar::Calendar;
use figures::{AgentFigures, DayCount, Overview};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/analytics/overview", overview)
        .get("/api/analytics/charts", charts)
        .get("/api/analytics/agents", agents)
}

/// The routes, described.
pub fn describe() -> Vec<Operation> {
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

async fn overview(State(app): State<App>, _: Agent) -> Result<Json<Overview>> {
    Ok(Json(figures::overview(&app.db).await?))
}

#[derive(Deserialize, JsonSchema)]
struct ChartParams {
    #[schemars(extend("enum" = ["7days", "30days", "90days"]))]
    period: Option<String>,
    tz: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Charts {
    conversations: Vec<DayCount>,
    messages: Vec<DayCount>,
}

async fn charts(
    State(app): State<App>,
    _: Agent,
    Params(params): Params<ChartParams>,
) -> Result<Json<Charts>> {
    let days = match params.period.as_deref() {
        None | Some("7days") => 7,
        Some("30days") => 30,
        Some("90days") => 90,
        Some(_) => return Err(Error::invalid_field("period", "Must be 7days, 30days or 90days")),
    };
    let zone = params.tz.as_deref().unwrap_or("UTC");
    let calendar = Calendar::until_today(zone, days)
        .map_err(|_| Error::invalid_field("tz", "Must be a time zone such as Europe/Berlin"))?;
    let (conversations, messages) = figures::days(&app.db, &calendar).await?;
    Ok(Json(Charts { conversations, messages }))
}

async fn agents(State(app): State<App>, _: Agent) -> Result<Json<Vec<AgentFigures>>> {
    Ok(Json(figures::agents(&app.db).await?))
}
