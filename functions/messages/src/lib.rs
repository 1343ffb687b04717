//! `/api/messages`: reading, sending and marking messages.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::describe::{Callers, Operation};
use shared::documents::mark::Kind;
use shared::http::{Body, Params, PathId, Routes};
use shared::paging::Paging;
use shared::use_cases::caller::{Agent, Caller};
use shared::use_cases::messages::{self as rules, MessageList, SendInput, Span, UpTo};
use shared::views::MessageView;
use shared::{App, Result};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/messages/{conversationId}", list)
        .post("/api/messages", send)
        .put("/api/messages/{id}/read", mark_read)
        .put("/api/messages/conversation/{conversationId}/read-all", read_all)
}

/// The routes, described.
pub fn describe() -> Vec<Operation> {
    use Callers::Known;
    vec![
        Operation::get::<MessageList>(
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
        .body::<SendInput>()
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
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    page: Option<u32>,
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    limit: Option<u32>,
    #[schemars(extend("minimum" = i64::MIN, "maximum" = i64::MAX))]
    after: Option<i64>,
    #[schemars(extend("minimum" = i64::MIN, "maximum" = i64::MAX))]
    before: Option<i64>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<ListParams>,
) -> Result<Json<MessageList>> {
    let paging = Paging::new(params.page, params.limit, None);
    let (page, limit) = (paging.page()?, paging.limit(50)?);
    let span = match (params.after, params.before) {
        (Some(after), None) => Span::After(after),
        (None, Some(before)) => Span::Before(before),
        (None, None) => Span::Page(page),
        (Some(after), Some(before)) => Span::Between(after, before),
    };
    Ok(Json(rules::list(&app, &caller.person(), id, span, limit).await?))
}

async fn send(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<SendInput>,
) -> Result<(StatusCode, Json<MessageView>)> {
    let outcome = rules::send(&app, &caller.person(), &input.into()).await?;
    Ok((StatusCode::CREATED, Json(outcome.told(&app).await)))
}

async fn mark_read(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<MessageView>> {
    Ok(Json(rules::mark_read(&app, &caller.person(), id).await?.told(&app).await))
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ReadAll {
    message: &'static str,
    modified_count: i64,
}

async fn read_all(State(app): State<App>, agent: Agent, PathId(id): PathId) -> Result<Json<ReadAll>> {
    let everything = UpTo::Seq(i64::MAX);
    let outcome = rules::mark(&app, &agent.person(), id, Kind::Read, everything).await?;
    let marked = outcome.told(&app).await;
    Ok(Json(ReadAll { message: "Messages marked as read", modified_count: marked.newly }))
}
