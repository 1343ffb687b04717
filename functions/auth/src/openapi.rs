//! The OpenAPI and AsyncAPI documents, as `local` has made them of the code.

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, Method, Uri, header};
use schemars::JsonSchema;
use serde_json::Value;
use shared::Error;
use shared::error::Code;

/// An OpenAPI or AsyncAPI document.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Document {}

/// A page of HTML.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Page {}

const OPENAPI: &str = include_str!("openapi/openapi.json");
const ASYNCAPI: &str = include_str!("openapi/asyncapi.json");
const PAGE: &str = include_str!("openapi/docs.html");

/// `GET /api/openapi.json`.
pub async fn openapi() -> Response {
    json(OPENAPI)
}

/// `GET /api/asyncapi.json`.
pub async fn asyncapi() -> Response {
    json(ASYNCAPI)
}

fn json(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// `GET /api/docs`: a page without scripts, so that nothing but its own style needs to be allowed.
pub async fn page() -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(PAGE)).into_response()
}

static PATHS: LazyLock<Value> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(OPENAPI).unwrap_or_default();
    document["paths"].take()
});

/// What no route takes: 405 with `Allow` where there are other methods (RFC 9110, section 15.5.6), else 404.
pub async fn no_route(method: Method, uri: Uri) -> Response {
    let matching = PATHS.as_object().into_iter().flatten().filter(|(path, _)| is_at(path, uri.path()));
    // Of two that match, the one that says more is the one that is routed.
    let route = matching.min_by_key(|(path, _)| path.matches('{').count());
    let methods = route.and_then(|(_, methods)| methods.as_object());
    let methods: Vec<String> =
        methods.into_iter().flatten().map(|(method, _)| method.to_uppercase()).collect();
    if methods.is_empty() || methods.contains(&method.to_string()) {
        return Error::not_found("Route").into_response();
    }
    let mut response =
        Error::new(Code::MethodNotAllowed, "This method is not for this path").into_response();
    if let Ok(allow) = HeaderValue::from_str(&methods.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

fn is_at(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template
            .zip(path)
            .all(|(template, part)| template == part || (template.starts_with('{') && !part.is_empty()))
}
