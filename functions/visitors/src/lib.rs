//! `/api/visitors`: who is and was on the site, who may not come in, and what is known of a person.

use axum::Json;
use axum::extract::State;
use bson::doc;
use futures::future::try_join;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::describe::{Callers, Operation, email_or_nothing, line};
use shared::documents::audit::{Action, Entry, Party};
use shared::documents::connection::{Connection, Side};
use shared::documents::visitor::{Ban, Changes, Shown, Visitor};
use shared::http::{Address, Admin, Body, Params, PathId, Routes};
use shared::input::{Check, Input, change, time_option, trimmed_option};
use shared::news::Outcome;
use shared::paging::{Cursor, Pages, Paging};
use shared::use_cases::caller::{Agent, Caller, person_of};
use shared::use_cases::presence::{self, visitor_updated};
use shared::use_cases::privacy::{self, Export, Place};
use shared::views::VisitorView;
use shared::{App, Error, Id, Result, Time, words};

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

/// The routes, described.
pub fn describe() -> Vec<Operation> {
    use Callers::{Administrators, Known};
    vec![
        Operation::get::<List>("/api/visitors", "The visitors, the last seen first")
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
        Operation::put::<VisitorView>("/api/visitors/{id}/ban", "Shuts a visitor out")
            .body::<BanInput>(),
        Operation::delete::<VisitorView>("/api/visitors/{id}/ban", "Lets a visitor in again"),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct ListParams {
    online: Option<bool>,
    q: Option<String>,
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    page: Option<u32>,
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "VisitorList")]
struct List {
    visitors: Vec<VisitorView>,
    #[serde(flatten)]
    pages: Pages,
    next_cursor: Option<String>,
}

/// A page and the number of all, side by side.
async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<List>> {
    let window = Paging::new(params.page, params.limit, params.cursor).window("lastSeen")?;
    let mut filter = words::matching(params.q.as_deref().unwrap_or_default());
    if let Some(online) = params.online {
        filter.insert("isOnline", online);
    }
    let person = caller.person();
    if person.side == Side::Visitor {
        filter.insert("_id", person.id);
    }
    let (mut visitors, total) = try_join(
        Visitor::list(&app.db, window.within(&filter), window.skip, window.read()),
        Visitor::count(&app.db, filter.clone()),
    )
    .await?;
    let next_cursor = window.cut(&mut visitors, |visitor| Cursor::new(visitor.last_seen, visitor.id));
    let visitors = visitors.into_iter().map(|visitor| {
        let view = VisitorView::from(visitor);
        if person.side == Side::Visitor { view.for_itself() } else { view }
    });
    let visitors = visitors.collect();
    Ok(Json(List { visitors, pages: window.pages(total), next_cursor }))
}

async fn read(State(app): State<App>, caller: Caller, PathId(id): PathId) -> Result<Json<VisitorView>> {
    match caller {
        Caller::Visitor(visitor) if visitor.id == id => {
            Ok(Json(VisitorView::from(*visitor).for_itself()))
        }
        Caller::Visitor(_) => Err(unknown()),
        Caller::Agent(_) => {
            Visitor::find(&app.db, id).await?.map(|visitor| Json(visitor.into())).ok_or_else(unknown)
        }
    }
}

/// The body of a change: null or an empty text empties a field.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("examples" = [{ "name": "Vic", "email": "vic@example.com", "city": "Ulm" }]))]
struct Update {
    #[schemars(extend("pattern" = line(0, 100)))]
    #[serde(default, deserialize_with = "change")]
    name: Option<Option<String>>,
    #[schemars(extend("pattern" = email_or_nothing()))]
    #[serde(default, deserialize_with = "change")]
    email: Option<Option<String>>,
    #[schemars(extend("pattern" = line(0, 100)))]
    #[serde(default, deserialize_with = "change")]
    country: Option<Option<String>>,
    #[schemars(extend("pattern" = line(0, 100)))]
    #[serde(default, deserialize_with = "change")]
    city: Option<Option<String>>,
}

impl Input for Update {
    fn check(&self, check: &mut Check) {
        for (path, value) in [("name", &self.name), ("country", &self.country), ("city", &self.city)] {
            check.line(path, value.iter().flatten().next().map_or("", String::as_str), 0..=100);
        }
        if let Some(Some(email)) = &self.email {
            check.email("email", email);
        }
    }
}

async fn update(
    State(app): State<App>,
    _: Agent,
    PathId(id): PathId,
    Body(input): Body<Update>,
) -> Result<Json<VisitorView>> {
    Ok(Json(change_visitor(&app, id, input).await?.told(&app).await))
}

async fn change_visitor(app: &App, id: Id, input: Update) -> Result<Outcome<VisitorView>> {
    let email = input.email.map(|email| email.map(|email| email.to_lowercase()));
    let Update { name, country, city, .. } = input;
    let changes = Changes { name, email, country, city };
    let visitor = Visitor::update(&app.db, id, changes).await?.ok_or_else(unknown)?;
    Connection::rename(&app.db, &person_of(&visitor)).await?;
    Ok(Outcome { value: visitor.clone().into(), news: vec![visitor_updated(visitor)] })
}

/// The body of a ban: for good without `until`.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("examples" = [{ "until": "2099-01-31T09:30:00.000Z", "reason": "Spam" }]))]
struct BanInput {
    #[serde(default, deserialize_with = "time_option")]
    until: Option<Time>,
    #[schemars(length(max = 500))]
    #[serde(default, deserialize_with = "trimmed_option")]
    reason: Option<String>,
}

impl Input for BanInput {
    fn check(&self, check: &mut Check) {
        let later = self.until.is_none_or(|until| until > Time::now());
        check.that(later, "until", "Must be in the future");
        check.text("reason", self.reason.as_deref().unwrap_or_default(), 0..=500);
    }
}

async fn ban(
    State(app): State<App>,
    Address(address): Address,
    agent: Agent,
    PathId(id): PathId,
    Body(input): Body<BanInput>,
) -> Result<Json<VisitorView>> {
    let BanInput { until, reason } = input;
    let ban = Ban { until, reason, by: agent.user.id, at: Time::now() };
    let outcome = presence::ban(&app, id, ban).await?;
    log(&app, Action::VisitorBanned, &agent, id, address).await?;
    Ok(Json(outcome.told(&app).await))
}

async fn unban(
    State(app): State<App>,
    Address(address): Address,
    agent: Agent,
    PathId(id): PathId,
) -> Result<Json<VisitorView>> {
    let outcome = presence::unban(&app, id).await?;
    log(&app, Action::VisitorUnbanned, &agent, id, address).await?;
    Ok(Json(outcome.told(&app).await))
}

#[derive(Deserialize, JsonSchema)]
struct ExportParams {
    cursor: Option<String>,
}

async fn export(
    State(app): State<App>,
    Address(address): Address,
    Admin(admin): Admin,
    PathId(id): PathId,
    Params(params): Params<ExportParams>,
) -> Result<Json<Export>> {
    let from = params.cursor.as_deref().map(Place::read).transpose()?;
    let export = privacy::export(&app, id, from).await?;
    log(&app, Action::VisitorExported, &admin, id, address).await?;
    Ok(Json(export))
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Done {
    message: &'static str,
}

async fn erase(
    State(app): State<App>,
    Address(address): Address,
    Admin(admin): Admin,
    PathId(id): PathId,
) -> Result<Json<Done>> {
    Visitor::find(&app.db, id).await?.ok_or_else(unknown)?;
    // Before it is done: afterwards there is nobody left to do it to again.
    log(&app, Action::VisitorErased, &admin, id, address).await?;
    privacy::erase(&app, id).await?;
    Ok(Json(Done { message: "Visitor erased" }))
}

/// Writes into the security log what was done to a visitor.
async fn log(app: &App, action: Action, by: &Agent, visitor: Id, address: Option<String>) -> Result<()> {
    let target = Party { id: Some(visitor), email: None };
    Ok(Entry::new(action, Some(by.party()), target, address).write(&app.db).await?)
}

fn unknown() -> Error {
    Error::not_found("Visitor")
}
