//! The dashboard: its page, under a policy that lets it run nothing but its own files, and those files.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use shared::App;

use crate::assets::{Asset, FileName};
use crate::socket_origin;

/// Where the page is. API Gateway has no route that ends in a slash: what asks for it comes by `/{proxy+}`.
pub const PAGE: &str = "/dashboard/";

/// `GET /` and `GET /dashboard`: the page is next door.
pub async fn lead() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, PAGE)]).into_response()
}

/// `GET /dashboard/`.
pub async fn page(State(app): State<App>, headers: HeaderMap) -> Response {
    let socket = socket_origin(&app);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' {socket}; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'"
    );
    let page = Asset::of("dashboard/index.html").answer(&headers);
    ([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response()
}

/// `GET /dashboard/{file}`.
pub async fn file(State(app): State<App>, FileName(file): FileName, headers: HeaderMap) -> Response {
    match file.as_str() {
        "index.html" => page(State(app), headers).await,
        file => Asset::of(format!("dashboard/{file}")).or_its_successor().answer(&headers),
    }
}
