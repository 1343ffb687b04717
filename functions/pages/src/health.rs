//! A sign of life.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::api::http::{Address, Params};
use shared::rate_limit::Limit;
use shared::use_cases::rate_limit;
use shared::{App, Result};

#[derive(Deserialize, JsonSchema)]
pub struct Depth {
    deep: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub struct Health {
    status: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<&'static str>,
}

/// Answers without touching the database, or with `deep=1` after pinging it.
pub async fn health(
    State(app): State<App>,
    Address(address): Address,
    Params(depth): Params<Depth>,
) -> Result<Json<Health>> {
    let deep = depth.deep.is_some_and(|deep| deep == "1" || deep == "true");
    if deep {
        rate_limit::consume_from(&app, Limit::Calls, address.as_deref()).await?;
        app.db.ping().await?;
    }
    let version = env!("CARGO_PKG_VERSION");
    Ok(Json(Health { status: "ok", version, database: deep.then_some("ok") }))
}
