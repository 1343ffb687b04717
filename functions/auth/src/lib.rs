//! `/api/auth`: registering, logging in and out, one's own profile, status and password; users for
//! administrators, and the security log.

mod input;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use shared::api::http::{Address, Body, MaybeCaller, Params, PathId, Routes};
use shared::api::openapi::{Callers, Done, Operation};
use shared::db::Page;
use shared::documents::user::{Filter, Role, Status, User};
use shared::secret::Secret;
use shared::use_cases::accounts::{self, Door};
use shared::use_cases::caller::{Admin, Agent};
use shared::use_cases::users;
use shared::views::{AuditView, ListedUserView, UserView};
use shared::{App, Id, Result};

use input::{
    AuditParams, ChangePassword, Login, Register, ResetPassword, SetStatus, UpdateUser, UserParams,
};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .post("/api/auth/register", register)
        .get("/api/auth/registration", registration)
        .post("/api/auth/login", login)
        .get("/api/auth/profile", profile)
        .put("/api/auth/status", set_status)
        .put("/api/auth/password", change_password)
        .post("/api/auth/logout", logout)
        .get("/api/auth/users", list_users)
        .put("/api/auth/users/{id}", update_user)
        .put("/api/auth/users/{id}/password", reset_password)
        .get("/api/auth/audit", audit)
}

/// The routes for OpenAPI.
pub fn openapi() -> Vec<Operation> {
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
        Operation::get::<Door>("/api/auth/registration", "Who may register now").by(Everybody),
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
        Operation::get::<Page<ListedUserView>>(
            "/api/auth/users",
            "The users, the latest first; agents see those who may log in, and less of them",
        )
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
        Operation::get::<Page<AuditView>>(
            "/api/auth/audit",
            "The security log, the latest first; who is no administrator sees what concerns its own account",
        )
        .query::<AuditParams>(),
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

async fn register(
    State(app): State<App>,
    Address(address): Address,
    MaybeCaller(caller): MaybeCaller,
    Body(input): Body<Register>,
) -> Result<(StatusCode, Json<LoggedIn>)> {
    let (user, token) = accounts::register(&app, caller, input.into(), address).await?;
    Ok((StatusCode::CREATED, Json(LoggedIn::new(user, token))))
}

async fn registration(State(app): State<App>, Address(address): Address) -> Result<Json<Door>> {
    Ok(Json(accounts::door(&app, address.as_deref()).await?))
}

async fn login(
    State(app): State<App>,
    Address(address): Address,
    Body(Login { email, password }): Body<Login>,
) -> Result<Json<LoggedIn>> {
    let password = Secret::new(password.into_string());
    let (user, token) = accounts::login(&app, email.into_string(), password, address).await?;
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
    let status = outcome.dispatched_behind(&app);
    Ok(Json(StatusSet { id: agent.user.id, name: agent.user.name, status }))
}

async fn logout(State(app): State<App>, Address(address): Address, agent: Agent) -> Result<Json<Done>> {
    accounts::logout(&app, &agent, address).await?;
    Ok(Json(Done::new("Logged out")))
}

async fn change_password(
    State(app): State<App>,
    Address(address): Address,
    agent: Agent,
    Body(input): Body<ChangePassword>,
) -> Result<Json<Done>> {
    let present = Secret::new(input.current_password.into_string());
    let new = Secret::new(input.new_password.into_string());
    accounts::change_password(&app, &agent, present, new, address).await?;
    Ok(Json(Done::new("Password changed")))
}

async fn list_users(
    State(app): State<App>,
    agent: Agent,
    Params(params): Params<UserParams>,
) -> Result<Json<Page<ListedUserView>>> {
    let UserParams { role, active, paging } = params;
    Ok(Json(users::list(&app, &agent, Filter { role, active }, &paging).await?))
}

async fn update_user(
    State(app): State<App>,
    Address(address): Address,
    admin: Admin,
    PathId(id): PathId,
    Body(input): Body<UpdateUser>,
) -> Result<Json<UserView>> {
    Ok(Json(users::change(&app, &admin, id, input.into(), address).await?.into()))
}

async fn reset_password(
    State(app): State<App>,
    Address(address): Address,
    admin: Admin,
    PathId(id): PathId,
    Body(input): Body<ResetPassword>,
) -> Result<Json<Done>> {
    let password = Secret::new(input.new_password.into_string());
    users::reset_password(&app, &admin, id, password, address).await?;
    Ok(Json(Done::new("Password reset")))
}

async fn audit(
    State(app): State<App>,
    agent: Agent,
    Params(params): Params<AuditParams>,
) -> Result<Json<Page<AuditView>>> {
    let AuditParams { action, paging } = params;
    Ok(Json(users::audit(&app, &agent, action, &paging).await?))
}
