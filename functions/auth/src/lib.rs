//! `/api/auth`: registering, logging in and out, one's own profile and status; and `/health`.

mod accounts;
mod health;
mod input;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::documents::user::{Role, Status, User};
use shared::http::{Body, MaybeCaller, Routes};
use shared::use_cases::caller::Agent;
use shared::views::UserView;
use shared::{App, Id, Result};

use input::{Login, Register, SetStatus};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .post("/api/auth/register", register)
        .post("/api/auth/login", login)
        .get("/api/auth/profile", profile)
        .put("/api/auth/status", set_status)
        .post("/api/auth/logout", logout)
        .get("/health", health::health)
}

/// The answer to a registration and a login.
#[derive(Serialize)]
struct LoggedIn {
    token: String,
    user: LoggedInUser,
}

#[derive(Serialize)]
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
#[derive(Serialize)]
struct StatusSet {
    id: Id,
    name: String,
    status: Status,
}

#[derive(Serialize)]
struct Done {
    message: &'static str,
}

async fn register(
    State(app): State<App>,
    MaybeCaller(caller): MaybeCaller,
    Body(input): Body<Register>,
) -> Result<(StatusCode, Json<LoggedIn>)> {
    let (user, token) = accounts::register(&app, caller, input).await?;
    Ok((StatusCode::CREATED, Json(LoggedIn::new(user, token))))
}

async fn login(State(app): State<App>, Body(input): Body<Login>) -> Result<Json<LoggedIn>> {
    let (user, token) = accounts::login(&app, input).await?;
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

async fn logout(State(app): State<App>, agent: Agent) -> Result<Json<Done>> {
    accounts::logout(&app, &agent).await?;
    Ok(Json(Done { message: "Logged out" }))
}
