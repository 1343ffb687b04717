//! `/api/canned-responses`: texts that agents use again and again.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::api::http::{Body, Params, PathId, Routes};
use shared::api::openapi::{Done, Operation};
use shared::input::{Line, Optional, Required, Text};
use shared::use_cases::caller::Agent;
use shared::use_cases::canned_responses::{self, Changes, Draft};
use shared::views::CannedResponseView;
use shared::{App, Result};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/canned-responses", list)
        .post("/api/canned-responses", create)
        .get("/api/canned-responses/{id}", read)
        .put("/api/canned-responses/{id}", update)
        .delete("/api/canned-responses/{id}", delete)
}

/// The routes for OpenAPI.
pub fn openapi() -> Vec<Operation> {
    vec![
        Operation::get::<Vec<CannedResponseView>>("/api/canned-responses", "The newest first")
            .query::<ListParams>(),
        Operation::post::<CannedResponseView>("/api/canned-responses", "Makes a canned response")
            .creates()
            .body::<Create>()
            .refuses(&[409]),
        Operation::get::<CannedResponseView>("/api/canned-responses/{id}", "A canned response"),
        Operation::put::<CannedResponseView>(
            "/api/canned-responses/{id}",
            "Changes one's own; an administrator any",
        )
        .body::<Update>()
        .refuses(&[409]),
        Operation::delete::<Done>(
            "/api/canned-responses/{id}",
            "Deletes one's own; an administrator any",
        ),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct ListParams {
    category: Option<String>,
    q: Option<String>,
}

shared::input! {
    /// The body of a new response.
    #[schemars(extend("examples" = [{ "title": "Greeting", "content": "Hello, how can I help?", "shortcut": "/hi" }]))]
    struct Create {
        title: Required<Line<1, 200>>,
        content: Required<Text<1, 8000>>,
        #[serde(default)]
        shortcut: Optional<Line<1, 50>>,
        #[serde(default)]
        category: Optional<Line<1, 100>>,
    }
}

shared::input! {
    /// The body of a change; what is absent or null stays as it was.
    #[schemars(extend("examples" = [{ "content": "Hello! How can I help?" }]))]
    struct Update {
        title: Option<Required<Line<1, 200>>>,
        content: Option<Required<Text<1, 8000>>>,
        shortcut: Option<Required<Line<0, 50>>>,
        category: Option<Required<Line<0, 100>>>,
    }
}

async fn list(
    State(app): State<App>,
    agent: Agent,
    Params(params): Params<ListParams>,
) -> Result<Json<Vec<CannedResponseView>>> {
    let ListParams { category, q } = params;
    Ok(Json(canned_responses::list(&app, &agent, category.as_deref(), q.as_deref()).await?))
}

async fn read(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
) -> Result<Json<CannedResponseView>> {
    Ok(Json(canned_responses::details(&app, &agent, id).await?))
}

async fn create(
    State(app): State<App>,
    agent: Agent,
    Body(input): Body<Create>,
) -> Result<(StatusCode, Json<CannedResponseView>)> {
    let draft = Draft {
        title: input.title.into_string(),
        content: input.content.into_string(),
        shortcut: input.shortcut.into_option(),
        category: input.category.into_option(),
    };
    let made = canned_responses::create(&app, &agent, draft).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

async fn update(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
    Body(input): Body<Update>,
) -> Result<Json<CannedResponseView>> {
    let changes = Changes {
        title: input.title.map(Required::into_string),
        content: input.content.map(Required::into_string),
        shortcut: input.shortcut.map(Required::into_string),
        category: input.category.map(Required::into_string),
    };
    Ok(Json(canned_responses::update(&app, &agent, id, changes).await?))
}

async fn delete(State(app): State<App>, agent: Agent, PathId(id): PathId) -> Result<Json<Done>> {
    canned_responses::delete(&app, &agent, id).await?;
    Ok(Json(Done::new("Canned response deleted")))
}
