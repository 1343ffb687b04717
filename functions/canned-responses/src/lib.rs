//! `/api/canned-responses`: texts that agents use again and again.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::api::http::{Body, Params, PathId, Routes};
use shared::api::openapi::{Done, Operation};
use shared::api::send_message::Content;
use shared::documents::canned_response::Filter;
use shared::input::{Line, Optional, Required};
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

type Title = Line<1, 200>;
/// What is typed to get a response; 0 lets it be emptied.
type Shortcut<const LEAST: usize> = Line<LEAST, 50>;
/// Where a response is filed; 0 leaves it there.
type Category<const LEAST: usize> = Line<LEAST, 100>;

shared::input! {
    /// The body of a new response.
    #[schemars(extend("examples" = [{ "title": "Greeting", "content": "Hello, how can I help?", "shortcut": "/hi" }]))]
    struct Create {
        title: Required<Title>,
        content: Required<Content>,
        #[serde(default)]
        shortcut: Optional<Shortcut<1>>,
        #[serde(default)]
        category: Optional<Category<1>>,
    }
}

shared::input! {
    /// The body of a change; what is absent or null stays as it was.
    #[schemars(extend("examples" = [{ "content": "Hello! How can I help?" }]))]
    struct Update {
        title: Option<Required<Title>>,
        content: Option<Required<Content>>,
        shortcut: Option<Required<Shortcut<0>>>,
        category: Option<Required<Category<0>>>,
    }
}

async fn list(
    State(app): State<App>,
    agent: Agent,
    Params(params): Params<ListParams>,
) -> Result<Json<Vec<CannedResponseView>>> {
    let ListParams { category, q } = params;
    Ok(Json(canned_responses::list(&app, &agent, &Filter { category, q }).await?))
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
    let Create { title, content, shortcut, category } = input;
    let draft = Draft {
        title: title.into_string(),
        content: content.into_string(),
        shortcut: shortcut.into_option(),
        category: category.into_option(),
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
    let Update { title, content, shortcut, category } = input;
    let changes = Changes {
        title: title.map(Required::into_string),
        content: content.map(Required::into_string),
        shortcut: shortcut.map(Required::into_string),
        category: category.map(Required::into_string),
    };
    Ok(Json(canned_responses::update(&app, &agent, id, changes).await?))
}

async fn delete(State(app): State<App>, agent: Agent, PathId(id): PathId) -> Result<Json<Done>> {
    canned_responses::delete(&app, &agent, id).await?;
    Ok(Json(Done::new("Canned response deleted")))
}
