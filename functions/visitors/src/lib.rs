//! `/api/visitors`: who is and was on the site, who may not come in, and what is known of a person.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::api::http::{Address, Body, Params, PathId, Routes};
use shared::api::openapi::{Callers, Done, Operation};
use shared::db::{Page, Paging};
use shared::documents::visitor::{Changes, Filter};
use shared::input::{Change, Email, Future, Line, Optional, PersonName, Text};
use shared::use_cases::caller::{Admin, Agent, Caller};
use shared::use_cases::privacy::{self, Export, Place};
use shared::use_cases::visitors;
use shared::views::VisitorView;
use shared::{App, Result};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/visitors", list)
        .get("/api/visitors/{id}", read)
        .put("/api/visitors/{id}", update)
        .delete("/api/visitors/{id}", erase)
        .get("/api/visitors/{id}/export", export)
        .put("/api/visitors/{id}/ban", ban)
        .delete("/api/visitors/{id}/ban", unban)
}

/// The routes for OpenAPI.
pub fn openapi() -> Vec<Operation> {
    use Callers::{Administrators, Known};
    vec![
        Operation::get::<Page<VisitorView>>("/api/visitors", "The visitors, the last seen first")
            .by(Known)
            .query::<ListParams>(),
        Operation::get::<VisitorView>("/api/visitors/{id}", "A visitor").by(Known),
        Operation::put::<VisitorView>("/api/visitors/{id}", "Writes what is known of a visitor")
            .body::<Update>(),
        Operation::delete::<Done>(
            "/api/visitors/{id}",
            "Erases everything personal about a visitor and what was said with it",
        )
        .by(Administrators),
        Operation::get::<Export>(
            "/api/visitors/{id}/export",
            "All that is stored of a visitor, in parts of some megabytes",
        )
        .by(Administrators)
        .query::<ExportParams>(),
        Operation::put::<VisitorView>("/api/visitors/{id}/ban", "Shuts a visitor out").body::<Ban>(),
        Operation::delete::<VisitorView>("/api/visitors/{id}/ban", "Lets a visitor in again"),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct ListParams {
    online: Option<bool>,
    q: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<VisitorView>>> {
    let ListParams { online, q, paging } = params;
    let filter = Filter { online, q };
    Ok(Json(visitors::list(&app, &caller.participant(), &filter, &paging).await?))
}

async fn read(State(app): State<App>, caller: Caller, PathId(id): PathId) -> Result<Json<VisitorView>> {
    Ok(Json(visitors::details(&app, caller, id).await?))
}

shared::input! {
    /// The body of a change: null or an empty text empties a field.
    #[schemars(extend("examples" = [{ "name": "Vic", "email": "vic@example.com", "city": "Ulm" }]))]
    struct Update {
        #[serde(default)]
        name: Change<PersonName>,
        #[serde(default)]
        email: Change<Email>,
        #[serde(default)]
        country: Change<Line<1, 100>>,
        #[serde(default)]
        city: Change<Line<1, 100>>,
    }
}

async fn update(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
    Body(input): Body<Update>,
) -> Result<Json<VisitorView>> {
    let Update { name, email, country, city } = input;
    let changes = Changes {
        name: name.into_option(),
        email: email.into_option(),
        country: country.into_option(),
        city: city.into_option(),
    };
    Ok(Json(visitors::update(&app, &agent, id, changes).await?.dispatched_behind(&app)))
}

shared::input! {
    /// The body of a ban: for good without `until`.
    #[schemars(extend("examples" = [{ "until": "2099-01-31T09:30:00.000Z", "reason": "Spam" }]))]
    struct Ban {
        until: Option<Future>,
        #[serde(default)]
        reason: Optional<Text<1, 500>>,
    }
}

async fn ban(
    State(app): State<App>,
    Address(address): Address,
    agent: Agent,
    PathId(id): PathId,
    Body(input): Body<Ban>,
) -> Result<Json<VisitorView>> {
    let (until, reason) = (input.until.map(Future::get), input.reason.into_option());
    let outcome = visitors::ban(&app, &agent, id, until, reason, address).await?;
    Ok(Json(outcome.dispatched_behind(&app)))
}

async fn unban(
    State(app): State<App>,
    Address(address): Address,
    agent: Agent,
    PathId(id): PathId,
) -> Result<Json<VisitorView>> {
    Ok(Json(visitors::unban(&app, &agent, id, address).await?.dispatched_behind(&app)))
}

#[derive(Deserialize, JsonSchema)]
struct ExportParams {
    cursor: Option<String>,
}

async fn export(
    State(app): State<App>,
    Address(address): Address,
    admin: Admin,
    PathId(id): PathId,
    Params(params): Params<ExportParams>,
) -> Result<Json<Export>> {
    let from = params.cursor.as_deref().map(Place::read).transpose()?;
    Ok(Json(privacy::export(&app, &admin, id, from, address).await?))
}

async fn erase(
    State(app): State<App>,
    Address(address): Address,
    admin: Admin,
    PathId(id): PathId,
) -> Result<Json<Done>> {
    privacy::erase(&app, &admin, id, address).await?;
    Ok(Json(Done::new("Visitor erased")))
}
