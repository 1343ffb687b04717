//! `/api/messages`: reading, finding, sending and marking messages.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::api::http::{Address, Body, Params, PathId, Routes};
use shared::api::openapi::{Callers, Operation};
use shared::api::send_message::SendMessage;
use shared::db::{Page, Paging};
use shared::documents::conversation::Marker;
use shared::documents::participant::Side;
use shared::rate_limit::Limit;
use shared::use_cases::caller::{Agent, Caller};
use shared::use_cases::messages::{self, Draft, FoundMessages, Span, UpTo};
use shared::use_cases::rate_limit;
use shared::views::MessageView;
use shared::{App, Result};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/messages", search)
        .get("/api/messages/{conversationId}", list)
        .post("/api/messages", send)
        .put("/api/messages/{id}/read", mark_read)
        .put("/api/messages/conversation/{conversationId}/read-all", read_all)
}

/// The routes for OpenAPI.
pub fn openapi() -> Vec<Operation> {
    use Callers::Known;
    vec![
        Operation::get::<FoundMessages>(
            "/api/messages",
            "The messages in which each word that is looked for begins one, the newest first",
        )
        .query::<SearchParams>(),
        Operation::get::<Page<MessageView>>(
            "/api/messages/{conversationId}",
            "Messages of a conversation: page 1 is the newest, the oldest of a page comes first",
        )
        .by(Known)
        .query::<ListParams>(),
        Operation::post::<MessageView>(
            "/api/messages",
            "Sends a message; the same `clientMessageId` gives the one that is stored",
        )
        .creates()
        .by(Known)
        .body::<SendMessage>()
        .refuses(&[404, 409]),
        Operation::put::<MessageView>(
            "/api/messages/{id}/read",
            "Marks the messages up to this one as read",
        )
        .by(Known),
        Operation::put::<ReadAll>(
            "/api/messages/conversation/{conversationId}/read-all",
            "Marks what the visitor sent as read",
        ),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct ListParams {
    #[serde(flatten)]
    paging: Paging,
    #[schemars(extend("minimum" = i64::MIN, "maximum" = i64::MAX))]
    after: Option<i64>,
    #[schemars(extend("minimum" = i64::MIN, "maximum" = i64::MAX))]
    before: Option<i64>,
}

#[derive(Deserialize, JsonSchema)]
struct SearchParams {
    q: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

async fn search(
    State(app): State<App>,
    agent: Agent,
    Params(SearchParams { q, paging }): Params<SearchParams>,
) -> Result<Json<FoundMessages>> {
    Ok(Json(messages::search(&app, &agent, q.as_deref().unwrap_or_default(), &paging).await?))
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<MessageView>>> {
    let (page, limit) = (params.paging.page()?, params.paging.limit(50)?);
    let span = match (params.after, params.before) {
        (Some(after), None) => Span::After(after),
        (None, Some(before)) => Span::Before(before),
        (None, None) => Span::Page(page),
        (Some(after), Some(before)) => Span::Between(after, before),
    };
    Ok(Json(messages::list(&app, &caller.participant(), id, span, limit).await?))
}

async fn send(
    State(app): State<App>,
    caller: Caller,
    Address(address): Address,
    Body(input): Body<SendMessage>,
) -> Result<(StatusCode, Json<MessageView>)> {
    let by = caller.participant();
    // As over the socket, which counts with the frame.
    rate_limit::consume(&app, Limit::Messages, &by.id.to_string()).await?;
    let draft: Draft = input.into();
    if by.side == Side::Visitor {
        rate_limit::consume_volume(&app, address.as_deref(), draft.content.len()).await?;
    }
    let outcome = messages::send(&app, &by, &draft).await?;
    Ok((StatusCode::CREATED, Json(outcome.dispatched_behind(&app))))
}

async fn mark_read(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<MessageView>> {
    let outcome = messages::mark_read(&app, &caller.participant(), id).await?;
    Ok(Json(outcome.dispatched_behind(&app)))
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ReadAll {
    message: &'static str,
    modified_count: i64,
}

async fn read_all(State(app): State<App>, agent: Agent, PathId(id): PathId) -> Result<Json<ReadAll>> {
    let everything = UpTo::Seq(i64::MAX);
    let outcome = messages::mark(&app, &agent.participant(), id, Marker::Read, everything).await?;
    let marked = outcome.dispatched_behind(&app);
    Ok(Json(ReadAll { message: "Messages marked as read", modified_count: marked.newly }))
}
