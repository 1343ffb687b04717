//! `/api/conversations`: listing, reading and moving conversations along.

mod input;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::api::http::{Address, Body, Params, PathId, Routes};
use shared::api::openapi::{Callers, Operation};
use shared::db::Page;
use shared::push::ConversationCreated;
use shared::rate_limit::Limit;
use shared::use_cases::caller::{Agent, Caller};
use shared::use_cases::history::{self, ConversationEvents};
use shared::use_cases::{conversations, outreach, rate_limit};
use shared::views::{ConversationView, VisitorView};
use shared::{App, Result};

use input::{Assign, ListParams, Rate, StartWith, Transfer, Update};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/conversations", list)
        .post("/api/conversations", start)
        .get("/api/conversations/{id}", read)
        .get("/api/conversations/{id}/events", events)
        .put("/api/conversations/{id}", update)
        .put("/api/conversations/{id}/assign", assign)
        .put("/api/conversations/{id}/transfer", transfer)
        .put("/api/conversations/{id}/resolve", resolve)
        .put("/api/conversations/{id}/close", close)
        .put("/api/conversations/{id}/rate", rate)
}

/// The routes for OpenAPI.
pub fn openapi() -> Vec<Operation> {
    use Callers::{Everybody, Known};
    vec![
        Operation::get::<Page<ConversationView>>(
            "/api/conversations",
            "The conversations, the latest message first, or the longest waiting",
        )
        .by(Known)
        .query::<ListParams>(),
        Operation::post::<ConversationCreated>(
            "/api/conversations",
            "Starts a conversation with a visitor who has none open; the agent holds it",
        )
        .creates()
        .body::<StartWith>()
        .refuses(&[404, 409]),
        Operation::get::<ConversationView<VisitorView>>(
            "/api/conversations/{id}",
            "A conversation with its whole visitor",
        )
        .by(Known),
        Operation::get::<ConversationEvents>(
            "/api/conversations/{id}/events",
            "What has happened to a conversation, the oldest first",
        ),
        Operation::put::<ConversationView>("/api/conversations/{id}", "Writes notes, tags and priority")
            .body::<Update>(),
        Operation::put::<ConversationView>(
            "/api/conversations/{id}/assign",
            "Gives a conversation to an agent, or takes it",
        )
        .body::<Assign>()
        .refuses(&[409]),
        Operation::put::<ConversationView>(
            "/api/conversations/{id}/transfer",
            "Hands a conversation that somebody holds to an agent",
        )
        .body::<Transfer>()
        .refuses(&[409]),
        Operation::put::<ConversationView>("/api/conversations/{id}/resolve", "Marks it as settled")
            .refuses(&[409]),
        Operation::put::<ConversationView>("/api/conversations/{id}/close", "Ends it for good"),
        Operation::put::<ConversationView>(
            "/api/conversations/{id}/rate",
            "Rates a conversation that has ended; who knows its id may",
        )
        .by(Everybody)
        .body::<Rate>()
        .refuses(&[409]),
    ]
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<ConversationView>>> {
    let by = caller.participant();
    let filter = params.filter(by.id)?;
    Ok(Json(conversations::list(&app, &by, &filter, &params.paging).await?))
}

async fn start(
    State(app): State<App>,
    agent: Agent,
    Body(input): Body<StartWith>,
) -> Result<(StatusCode, Json<ConversationCreated>)> {
    rate_limit::consume(&app, Limit::Messages, &agent.user.id.to_string()).await?;
    let outcome = outreach::start(&app, &agent, input.into()).await?;
    Ok((StatusCode::CREATED, Json(outcome.dispatched_behind(&app))))
}

async fn read(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<ConversationView<VisitorView>>> {
    Ok(Json(conversations::details(&app, &caller.participant(), id).await?))
}

async fn events(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
) -> Result<Json<ConversationEvents>> {
    Ok(Json(history::events(&app, &agent, id).await?))
}

async fn update(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
    Body(input): Body<Update>,
) -> Result<Json<ConversationView>> {
    let outcome = conversations::update(&app, &agent, id, &input.into()).await?;
    Ok(Json(outcome.dispatched_behind(&app)))
}

async fn assign(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
    Body(input): Body<Assign>,
) -> Result<Json<ConversationView>> {
    let outcome = conversations::assign(&app, &agent, id, input.agent_id).await?;
    Ok(Json(outcome.dispatched_behind(&app)))
}

async fn transfer(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
    Body(input): Body<Transfer>,
) -> Result<Json<ConversationView>> {
    let outcome =
        conversations::transfer(&app, &agent, id, input.agent_id, input.note.into_option()).await?;
    Ok(Json(outcome.dispatched_behind(&app)))
}

async fn resolve(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
) -> Result<Json<ConversationView>> {
    Ok(Json(conversations::resolve(&app, &agent, id).await?.dispatched_behind(&app)))
}

async fn close(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
) -> Result<Json<ConversationView>> {
    Ok(Json(conversations::close(&app, &agent, id).await?.dispatched_behind(&app)))
}

async fn rate(
    State(app): State<App>,
    Address(address): Address,
    PathId(id): PathId,
    Body(input): Body<Rate>,
) -> Result<Json<ConversationView>> {
    rate_limit::consume_from(&app, Limit::Calls, address.as_deref()).await?;
    let comment = input.comment.into_option();
    let outcome = conversations::rate(&app, id, input.rating.get(), comment.as_deref()).await?;
    Ok(Json(outcome.dispatched_behind(&app)))
}
