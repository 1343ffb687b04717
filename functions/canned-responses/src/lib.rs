//! `/api/canned-responses`: texts that agents use again and again.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::db::violates;
use shared::describe::{Operation, line, not_blank};
use shared::documents::canned_response::{CannedResponse, SHORTCUT_INDEX, WithAuthor};
use shared::http::{Body, Params, PathId, Routes};
use shared::input::{Check, Input, trimmed, trimmed_option};
use shared::use_cases::caller::Agent;
use shared::views::CannedResponseView;
use shared::{App, Error, Id, Result, Time};

/// Where a response is filed when nothing is said.
const DEFAULT_CATEGORY: &str = "General";

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/canned-responses", list)
        .post("/api/canned-responses", create)
        .get("/api/canned-responses/{id}", read)
        .put("/api/canned-responses/{id}", update)
        .delete("/api/canned-responses/{id}", delete)
}

/// The routes, described.
pub fn describe() -> Vec<Operation> {
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

/// The body of a new response.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("required" = ["title", "content"]))]
#[schemars(extend("examples" = [{ "title": "Greeting", "content": "Hello, how can I help?", "shortcut": "/hi" }]))]
struct Create {
    #[schemars(extend("pattern" = line(1, 200)))]
    #[serde(default, deserialize_with = "trimmed")]
    title: String,
    #[schemars(length(min = 1, max = 8000), extend("pattern" = not_blank()))]
    #[serde(default, deserialize_with = "trimmed")]
    content: String,
    #[schemars(extend("pattern" = line(0, 50)))]
    #[serde(default, deserialize_with = "trimmed_option")]
    shortcut: Option<String>,
    #[schemars(extend("pattern" = line(0, 100)))]
    #[serde(default, deserialize_with = "trimmed_option")]
    category: Option<String>,
}

impl Input for Create {
    fn check(&self, check: &mut Check) {
        check_fields(check, &self.title, &self.content, &self.shortcut, &self.category);
    }
}

/// The body of a change; what is absent or null stays as it was.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("examples" = [{ "content": "Hello! How can I help?" }]))]
struct Update {
    #[schemars(extend("pattern" = line(1, 200)))]
    title: Option<String>,
    #[schemars(length(min = 1, max = 8000), extend("pattern" = not_blank()))]
    content: Option<String>,
    #[schemars(extend("pattern" = line(0, 50)))]
    shortcut: Option<String>,
    #[schemars(extend("pattern" = line(0, 100)))]
    category: Option<String>,
}

impl Input for Update {
    fn check(&self, check: &mut Check) {
        let given = |text: &Option<String>| text.as_deref().map_or("unchanged", str::trim).to_owned();
        let (title, content) = (given(&self.title), given(&self.content));
        check_fields(check, &title, &content, &self.shortcut, &self.category);
    }
}

fn check_fields(
    check: &mut Check,
    title: &str,
    content: &str,
    shortcut: &Option<String>,
    category: &Option<String>,
) {
    check.line("title", title, 1..=200);
    check.text("content", content, 1..=8000);
    check.line("shortcut", shortcut.as_deref().unwrap_or_default().trim(), 0..=50);
    check.line("category", category.as_deref().unwrap_or_default().trim(), 0..=100);
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Done {
    message: &'static str,
}

async fn list(
    State(app): State<App>,
    _: Agent,
    Params(params): Params<ListParams>,
) -> Result<Json<Vec<CannedResponseView>>> {
    let category = params.category.as_deref().filter(|category| !category.is_empty());
    let found = CannedResponse::list(&app.db, category, params.q.as_deref()).await?;
    Ok(Json(found.into_iter().map(CannedResponseView::from).collect()))
}

async fn read(State(app): State<App>, _: Agent, PathId(id): PathId) -> Result<Json<CannedResponseView>> {
    Ok(Json(find(&app, id).await?.into()))
}

async fn create(
    State(app): State<App>,
    agent: Agent,
    Body(input): Body<Create>,
) -> Result<(StatusCode, Json<CannedResponseView>)> {
    let now = Time::now();
    let shortcut = input.shortcut.unwrap_or_default();
    let response = CannedResponse {
        id: Id::sequential(),
        words: CannedResponse::searched(&input.title, &shortcut, &input.content),
        title: input.title,
        content: input.content,
        shortcut,
        category: input.category.unwrap_or_else(|| DEFAULT_CATEGORY.to_owned()),
        created_by: agent.user.id,
        created_at: now,
        updated_at: now,
    };
    response.insert(&app.db).await.map_err(shortcut_taken)?;
    let author = agent.person().into();
    Ok((StatusCode::CREATED, Json(CannedResponseView::new(response, author))))
}

async fn update(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
    Body(input): Body<Update>,
) -> Result<Json<CannedResponseView>> {
    let mut found = find(&app, id).await?;
    may_change(&agent, &found)?;
    let read_at = found.response.updated_at;
    apply(&mut found.response, input);
    let changed = found.response.replace(&app.db, read_at).await.map_err(shortcut_taken)?;
    found.response = changed.ok_or_else(|| Error::conflict("Somebody else changed it meanwhile"))?;
    Ok(Json(found.into()))
}

fn apply(response: &mut CannedResponse, input: Update) {
    let set = |field: &mut String, value: Option<String>| {
        if let Some(value) = value {
            value.trim().clone_into(field);
        }
    };
    set(&mut response.title, input.title);
    set(&mut response.content, input.content);
    set(&mut response.shortcut, input.shortcut);
    set(&mut response.category, input.category.filter(|category| !category.trim().is_empty()));
    response.words = CannedResponse::searched(&response.title, &response.shortcut, &response.content);
    response.updated_at = Time::now();
}

async fn delete(State(app): State<App>, agent: Agent, PathId(id): PathId) -> Result<Json<Done>> {
    may_change(&agent, &find(&app, id).await?)?;
    if !CannedResponse::delete(&app.db, id).await? {
        return Err(unknown());
    }
    Ok(Json(Done { message: "Canned response deleted" }))
}

async fn find(app: &App, id: Id) -> Result<WithAuthor> {
    CannedResponse::find(&app.db, id).await?.ok_or_else(unknown)
}

/// An agent changes its own responses, an administrator any; whose a response is never changes.
fn may_change(agent: &Agent, found: &WithAuthor) -> Result<()> {
    if agent.is_admin() || found.response.created_by == agent.user.id {
        return Ok(());
    }
    Err(Error::forbidden("Only its author or an administrator may change a canned response"))
}

fn unknown() -> Error {
    Error::not_found("Canned response")
}

fn shortcut_taken(error: mongodb::error::Error) -> Error {
    if violates(&error, SHORTCUT_INDEX) {
        return Error::conflict("Another canned response has this shortcut");
    }
    error.into()
}
