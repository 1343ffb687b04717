//! `/api/auth`: registering, logging in and out, one's own profile, status and password; users and the
//! security log for administrators; and `/health`.

mod accounts;
mod described;
mod health;
mod input;
mod users;

use axum::Json;
use axum::extract::State;
use bson::doc;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use shared::describe::{Callers, Operation};
use shared::documents::user::{Role, Status, User};
use shared::http::{Address, Admin, Body, MaybeCaller, Params, PathId, Routes};
use shared::paging::Pages;
use shared::use_cases::caller::Agent;
use shared::views::{AuditView, UserView};
use shared::{App, Id, Result};

use input::{
    AuditParams, ChangePassword, Login, Register, ResetPassword, SetStatus, UpdateUser, UserParams,
};
use users::Page;

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .post("/api/auth/register", register)
        .post("/api/auth/login", login)
        .get("/api/auth/profile", profile)
        .put("/api/auth/status", set_status)
        .put("/api/auth/password", change_password)
        .post("/api/auth/logout", logout)
        .get("/api/auth/users", list_users)
        .put("/api/auth/users/{id}", update_user)
        .put("/api/auth/users/{id}/password", reset_password)
        .get("/api/auth/audit", audit)
        .get("/health", health::health)
        .get("/api/openapi.json", described::openapi)
        .get("/api/asyncapi.json", described::asyncapi)
        .get("/api/docs", described::page)
        .otherwise(described::no_route)
}

/// The routes, described.
pub fn describe() -> Vec<Operation> {
    use Callers::{Administrators, Anybody, Everybody};
    vec![
        Operation::post::<LoggedIn>(
            "/api/auth/register",
            "Registers a user; the first one becomes the super administrator",
        )
        .creates()
        .by(Anybody)
        .body::<Register>()
        .refuses(&[401, 403, 409]),
        Operation::post::<LoggedIn>("/api/auth/login", "Logs a user in")
            .by(Everybody)
            .body::<Login>()
            .refuses(&[401]),
        Operation::get::<UserView>("/api/auth/profile", "The user whose token it is"),
        Operation::put::<StatusSet>("/api/auth/status", "Sets what the others see of the user")
            .body::<SetStatus>(),
        Operation::put::<Done>("/api/auth/password", "Changes one's own password; other tokens die")
            .body::<ChangePassword>(),
        Operation::post::<Done>("/api/auth/logout", "Ends the token's session"),
        Operation::get::<UserList>("/api/auth/users", "The users, the latest first")
            .by(Administrators)
            .query::<UserParams>(),
        Operation::put::<UserView>(
            "/api/auth/users/{id}",
            "Changes a user; a super administrator may change roles and administrators",
        )
        .by(Administrators)
        .body::<UpdateUser>()
        .refuses(&[409]),
        Operation::put::<Done>(
            "/api/auth/users/{id}/password",
            "Gives a user another password; its tokens die",
        )
        .by(Administrators)
        .body::<ResetPassword>(),
        Operation::get::<AuditList>("/api/auth/audit", "The security log, the latest first")
            .by(Administrators)
            .query::<AuditParams>(),
        Operation::get::<health::Health>(
            "/health",
            "A sign of life; with `deep=1` of the database, too",
        )
        .by(Everybody)
        .query::<health::Depth>(),
        Operation::get::<described::Document>("/api/openapi.json", "This description").by(Everybody),
        Operation::get::<described::Document>("/api/asyncapi.json", "The WebSocket, described")
            .by(Everybody),
        Operation::get::<described::Page>("/api/docs", "This description, to read").by(Everybody),
    ]
}

/// The answer to a registration and a login.
#[derive(Serialize, JsonSchema)]
struct LoggedIn {
    token: String,
    user: LoggedInUser,
}

#[derive(Serialize, JsonSchema)]
struct LoggedInUser {
    id: Id,
    name: String,
    email: String,
    role: Role,
    status: Status,
}

impl LoggedIn {
    fn new(user: User, token: String) -> Self {
        let User { id, name, email, role, status, .. } = user;
        Self { token, user: LoggedInUser { id, name, email, role, status } }
    }
}

/// What a user sees of the status that it set.
#[derive(Serialize, JsonSchema)]
struct StatusSet {
    id: Id,
    name: String,
    status: Status,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Done {
    message: &'static str,
}

async fn register(
    State(app): State<App>,
    Address(address): Address,
    MaybeCaller(caller): MaybeCaller,
    Body(input): Body<Register>,
) -> Result<(StatusCode, Json<LoggedIn>)> {
    let (user, token) = accounts::register(&app, caller, input, address).await?;
    Ok((StatusCode::CREATED, Json(LoggedIn::new(user, token))))
}

async fn login(
    State(app): State<App>,
    Address(address): Address,
    Body(input): Body<Login>,
) -> Result<Json<LoggedIn>> {
    let (user, token) = accounts::login(&app, input, address).await?;
    Ok(Json(LoggedIn::new(user, token)))
}

async fn profile(agent: Agent) -> Json<UserView> {
    Json(agent.user.into())
}

async fn set_status(
    State(app): State<App>,
    agent: Agent,
    Body(input): Body<SetStatus>,
) -> Result<Json<StatusSet>> {
    let outcome = accounts::set_status(&app, &agent.user, input.status).await?;
    let status = outcome.told(&app).await;
    Ok(Json(StatusSet { id: agent.user.id, name: agent.user.name, status }))
}

async fn logout(State(app): State<App>, Address(address): Address, agent: Agent) -> Result<Json<Done>> {
    accounts::logout(&app, &agent, address).await?;
    Ok(Json(Done { message: "Logged out" }))
}

async fn change_password(
    State(app): State<App>,
    Address(address): Address,
    agent: Agent,
    Body(input): Body<ChangePassword>,
) -> Result<Json<Done>> {
    accounts::change_password(&app, &agent, input, address).await?;
    Ok(Json(Done { message: "Password changed" }))
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UserList {
    users: Vec<UserView>,
    #[serde(flatten)]
    pages: Pages,
    next_cursor: Option<String>,
}

async fn list_users(
    State(app): State<App>,
    Admin(_): Admin,
    Params(params): Params<UserParams>,
) -> Result<Json<UserList>> {
    let window = params.paging().window("createdAt")?;
    let mut filter = doc! {};
    if let Some(role) = params.role {
        filter.insert("role", role);
    }
    if let Some(active) = params.active {
        filter.insert("active", doc! { "$ne": !active });
    }
    let Page { entries, pages, next_cursor } = users::list(&app, filter, &window).await?;
    let users = entries.into_iter().map(UserView::from).collect();
    Ok(Json(UserList { users, pages, next_cursor }))
}

async fn update_user(
    State(app): State<App>,
    Address(address): Address,
    Admin(admin): Admin,
    PathId(id): PathId,
    Body(input): Body<UpdateUser>,
) -> Result<Json<UserView>> {
    Ok(Json(users::change(&app, &admin, id, input.into(), address).await?.into()))
}

async fn reset_password(
    State(app): State<App>,
    Address(address): Address,
    Admin(admin): Admin,
    PathId(id): PathId,
    Body(input): Body<ResetPassword>,
) -> Result<Json<Done>> {
    users::reset_password(&app, &admin, id, input.new_password, address).await?;
    Ok(Json(Done { message: "Password reset" }))
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AuditList {
    entries: Vec<AuditView>,
    #[serde(flatten)]
    pages: Pages,
    next_cursor: Option<String>,
}

async fn audit(
    State(app): State<App>,
    Admin(_): Admin,
    Params(params): Params<AuditParams>,
) -> Result<Json<AuditList>> {
    let window = params.paging().window("at")?;
    let Page { entries, pages, next_cursor } = users::audit(&app, params.action, &window).await?;
    let entries = entries.into_iter().map(AuditView::from).collect();
    Ok(Json(AuditList { entries, pages, next_cursor }))
}
