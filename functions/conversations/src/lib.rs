//! `/api/conversations`: listing, reading and moving conversations along.

mod input;

use axum::Json;
use axum::extract::State;
use bson::{Document, doc};
use futures::future::try_join;
use schemars::JsonSchema;
use serde::Serialize;
use shared::describe::{Callers, Operation};
use shared::documents::conversation::{Conversation, WithPeople};
use shared::documents::visitor::{Visitor, VisitorBrief};
use shared::http::{Address, Body, Params, PathId, Routes};
use shared::limits::{self, Limit};
use shared::paging::{Cursor, Pages};
use shared::use_cases::caller::{Agent, Caller};
use shared::use_cases::conversations as rules;
use shared::views::{ConversationView, VisitorView};
use shared::{App, Error, Id, Result};

use input::{Assign, Holder, ListParams, Rate, Transfer, Update};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/conversations", list)
        .get("/api/conversations/{id}", read)
        .put("/api/conversations/{id}", update)
        .put("/api/conversations/{id}/assign", assign)
        .put("/api/conversations/{id}/transfer", transfer)
        .put("/api/conversations/{id}/resolve", resolve)
        .put("/api/conversations/{id}/close", close)
        .put("/api/conversations/{id}/rate", rate)
}

/// The routes, described.
pub fn describe() -> Vec<Operation> {
    use Callers::{Everybody, Known};
    vec![
        Operation::get::<List>("/api/conversations", "The conversations, the latest message first")
            .by(Known)
            .query::<ListParams>(),
        Operation::get::<ConversationView<VisitorView>>(
            "/api/conversations/{id}",
            "A conversation with its whole visitor",
        )
        .by(Known),
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

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ConversationList")]
struct List {
    conversations: Vec<ConversationView>,
    #[serde(flatten)]
    pages: Pages,
    next_cursor: Option<String>,
}

/// A page and the number of all, side by side; with `q` the visitors that it finds come first.
async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<List>> {
    let person = caller.person();
    let window = params.paging().window("activeAt")?;
    let mut filter = params.filter(person.id)?;
    if let Some(q) = params.q.as_deref().filter(|q| !q.trim().is_empty()) {
        let visitors = Visitor::found_by(&app.db, q).await?;
        filter.insert("$or", vec![doc! { "visitor": { "$in": visitors } }, doc! { "tags": q.trim() }]);
    }
    filter.extend(person.visible());
    let (mut rows, total) = try_join(
        Conversation::list::<VisitorBrief>(&app.db, window.within(&filter), window.skip, window.read()),
        Conversation::count(&app.db, filter.clone()),
    )
    .await?;
    let place =
        |row: &WithPeople<VisitorBrief>| Cursor::new(row.conversation.active_at, row.conversation.id);
    let next_cursor = window.cut(&mut rows, place);
    let conversations =
        rows.into_iter().map(|row| ConversationView::from(row).seen_by(person.side)).collect();
    Ok(Json(List { conversations, pages: window.pages(total), next_cursor }))
}

impl ListParams {
    fn filter(&self, me: Id) -> Result<Document> {
        let mut filter = doc! {};
        if let Some(status) = self.status()? {
            filter.insert("status", status);
        }
        match self.assigned_to()? {
            Some(Holder::Me) => filter.insert("assignedAgent", me),
            Some(Holder::Nobody) => filter.insert("assignedAgent", bson::Bson::Null),
            Some(Holder::Agent(id)) => filter.insert("assignedAgent", id),
            None => None,
        };
        Ok(filter)
    }
}

async fn read(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<ConversationView<VisitorView>>> {
    let person = caller.person();
    let filter = doc! { "$and": [{ "_id": id }, person.visible()] };
    let found = Conversation::list::<VisitorView>(&app.db, filter, 0, 1).await?.pop();
    let found = found.ok_or_else(|| Error::not_found("Conversation"))?;
    Ok(Json(ConversationView::from(found).seen_by(person.side)))
}

async fn update(
    State(app): State<App>,
    _: Agent,
    PathId(id): PathId,
    Body(input): Body<Update>,
) -> Result<Json<ConversationView>> {
    Ok(Json(rules::update(&app, id, &input.into()).await?.told(&app).await))
}

async fn assign(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
    Body(input): Body<Assign>,
) -> Result<Json<ConversationView>> {
    Ok(Json(rules::assign(&app, &agent, id, input.agent_id).await?.told(&app).await))
}

async fn transfer(
    State(app): State<App>,
    agent: Agent,
    PathId(id): PathId,
    Body(input): Body<Transfer>,
) -> Result<Json<ConversationView>> {
    Ok(Json(rules::transfer(&app, &agent, id, input.agent_id).await?.told(&app).await))
}

async fn resolve(
    State(app): State<App>,
    _: Agent,
    PathId(id): PathId,
) -> Result<Json<ConversationView>> {
    Ok(Json(rules::resolve(&app, id).await?.told(&app).await))
}

async fn close(State(app): State<App>, _: Agent, PathId(id): PathId) -> Result<Json<ConversationView>> {
    Ok(Json(rules::close(&app, id).await?.told(&app).await))
}

async fn rate(
    State(app): State<App>,
    Address(address): Address,
    PathId(id): PathId,
    Body(input): Body<Rate>,
) -> Result<Json<ConversationView>> {
    limits::count_from(&app, Limit::Calls, address.as_deref()).await?;
    let outcome = rules::rate(&app, id, input.rating, input.comment.as_deref()).await?;
    Ok(Json(outcome.told(&app).await))
}
