//! `/api/visitors`: who is and was on the site.

use axum::Json;
use axum::extract::State;
use bson::doc;
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use shared::documents::connection::{Connection, Side};
use shared::documents::visitor::{Changes, Visitor};
use shared::http::{Body, Params, PathId, Routes};
use shared::input::{Check, Input, change};
use shared::news::Outcome;
use shared::paging::{Cursor, Pages, Paging};
use shared::use_cases::caller::{Agent, Caller, person_of};
use shared::use_cases::presence::visitor_updated;
use shared::views::VisitorView;
use shared::{App, Error, Id, Result, words};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/visitors", list)
        .get("/api/visitors/{id}", read)
        .put("/api/visitors/{id}", update)
}

#[derive(Deserialize)]
struct ListParams {
    online: Option<bool>,
    q: Option<String>,
    page: Option<u32>,
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
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
    let visitors = visitors.into_iter().map(VisitorView::from).collect();
    Ok(Json(List { visitors, pages: window.pages(total), next_cursor }))
}

async fn read(State(app): State<App>, caller: Caller, PathId(id): PathId) -> Result<Json<VisitorView>> {
    match caller {
        Caller::Visitor(visitor) if visitor.id == id => Ok(Json((*visitor).into())),
        Caller::Visitor(_) => Err(unknown()),
        Caller::Agent(_) => {
            Visitor::find(&app.db, id).await?.map(|visitor| Json(visitor.into())).ok_or_else(unknown)
        }
    }
}

/// The body of a change: null or an empty text empties a field.
#[derive(Deserialize)]
struct Update {
    #[serde(default, deserialize_with = "change")]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "change")]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "change")]
    country: Option<Option<String>>,
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

fn unknown() -> Error {
    Error::not_found("Visitor")
}
