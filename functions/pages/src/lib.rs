//! What a browser loads: the dashboard, the widget and a page to try it on, where the WebSocket is, the API's
//! description; and `/health`.

mod assets;
mod dashboard;
mod description;
mod health;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, header};
use schemars::JsonSchema;
use serde::Serialize;
use shared::App;
use shared::api::http::Routes;
use shared::api::openapi::{Callers, Operation};
use tower_http::compression::CompressionLayer;

use assets::{Asset, File, FileName};

/// The routes of this function.
pub fn routes() -> Routes {
    Routes::new()
        .get("/", dashboard::lead)
        .get("/dashboard", dashboard::lead)
        .get("/dashboard/{file}", dashboard::file)
        .get("/widget.js", widget)
        .get("/widget.d.ts", widget_types)
        .get("/widget/{file}", widget_file)
        .get("/demo", demo)
        .get("/demo.css", demo_style)
        .get("/config.json", config)
        .get("/health", health::health)
        .get("/api/openapi.json", description::openapi)
        .get("/api/asyncapi.json", description::asyncapi)
        .get("/api/docs", description::page)
        .get("/api/docs/{file}", description::file)
        .otherwise(description::no_route)
        // API Gateway's HTTP APIs compress nothing.
        .within(|router| {
            router.route(dashboard::PAGE, get(dashboard::page)).layer(CompressionLayer::new())
        })
}

/// The routes for OpenAPI.
pub fn openapi() -> Vec<Operation> {
    use Callers::Everybody;
    vec![
        Operation::get::<File>("/", "Leads to the dashboard").redirects().by(Everybody),
        Operation::get::<File>("/dashboard", "Leads to the dashboard, at `/dashboard/`")
            .redirects()
            .by(Everybody),
        Operation::get::<File>("/dashboard/{file}", "What the dashboard loads")
            .file("text/javascript")
            .by(Everybody)
            .refuses(&[404]),
        Operation::get::<File>("/widget.js", "The widget's launcher, for `<script async src>`")
            .file("text/javascript")
            .by(Everybody),
        Operation::get::<File>("/widget.d.ts", "The types of `window.livechat`, for TypeScript")
            .file("text/plain")
            .by(Everybody),
        Operation::get::<File>("/widget/{file}", "What the widget loads when it is opened")
            .file("text/javascript")
            .by(Everybody)
            .refuses(&[404]),
        Operation::get::<File>("/demo", "A page with the widget in it").file("text/html").by(Everybody),
        Operation::get::<File>("/demo.css", "The style of that page").file("text/css").by(Everybody),
        Operation::get::<ClientConfig>("/config.json", "Where a client finds the WebSocket")
            .by(Everybody),
        Operation::get::<health::Health>(
            "/health",
            "A sign of life; with `deep=1` of the database, too",
        )
        .by(Everybody)
        .query::<health::Depth>(),
        Operation::get::<description::Document>("/api/openapi.json", "This API as OpenAPI")
            .by(Everybody),
        Operation::get::<description::Document>("/api/asyncapi.json", "The WebSocket as AsyncAPI")
            .by(Everybody),
        Operation::get::<File>("/api/docs", "This API, to read").file("text/html").by(Everybody),
        Operation::get::<File>("/api/docs/{file}", "What that page loads, and the WebSocket's")
            .file("text/javascript")
            .by(Everybody)
            .refuses(&[404]),
    ]
}

async fn widget(headers: HeaderMap) -> Response {
    Asset::of("widget.js").answer(&headers)
}

async fn widget_types(headers: HeaderMap) -> Response {
    Asset::of("widget.d.ts").answer(&headers)
}

async fn widget_file(FileName(file): FileName, headers: HeaderMap) -> Response {
    Asset::of(format!("widget/{file}")).or_its_successor().answer(&headers)
}

/// `GET /demo`: under as strict a policy as a page of a customer's may have.
async fn demo(State(app): State<App>, headers: HeaderMap) -> Response {
    let socket = socket_origin(&app);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {socket}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Asset::of("demo.html").answer(&headers))
        .into_response()
}

/// The origin of the WebSocket, where it is not the page's own.
fn socket_origin(app: &App) -> String {
    let origin = app.config.websocket_url.split_inclusive('/').take(3).collect::<String>();
    if origin.starts_with('/') { String::new() } else { origin.trim_end_matches('/').to_owned() }
}

async fn demo_style(headers: HeaderMap) -> Response {
    Asset::of("demo.css").answer(&headers)
}

/// What a client must know beforehand.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ClientConfig {
    /// The address of the WebSocket, or its path at the place that this is from.
    web_socket_url: String,
}

async fn config(State(app): State<App>) -> Response {
    let config = ClientConfig { web_socket_url: app.config.websocket_url.clone() };
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(config)).into_response()
}
