//! The OpenAPI and AsyncAPI documents, as `local` has made them of the code, and what no route takes.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use schemars::JsonSchema;
use serde_json::Value;
use shared::Error;
use shared::error::Code;

use crate::assets::{Asset, FileName};

/// An OpenAPI or AsyncAPI document.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Document {}

/// `GET /api/openapi.json`.
pub async fn openapi(headers: HeaderMap) -> Response {
    Asset::of("api/openapi.json").answer(&headers)
}

/// `GET /api/asyncapi.json`.
pub async fn asyncapi(headers: HeaderMap) -> Response {
    Asset::of("api/asyncapi.json").answer(&headers)
}

/// `GET /api/docs`: the page that shows the HTTP API.
pub async fn page(headers: HeaderMap) -> Response {
    shown("http.html", &headers)
}

/// `GET /api/docs/{file}`: the page that shows the WebSocket, and what both load.
pub async fn file(FileName(file): FileName, headers: HeaderMap) -> Response {
    shown(&file, &headers)
}

/// The viewers are the work of others: they get what is served here, and nothing else.
fn shown(file: &str, headers: &HeaderMap) -> Response {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                  connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let file = Asset::of(format!("api/docs/{file}")).answer(headers);
    ([(header::CONTENT_SECURITY_POLICY, policy)], file).into_response()
}

static PATHS: LazyLock<Value> = LazyLock::new(|| {
    let document = Asset::of("api/openapi.json");
    let mut document: Value = serde_json::from_slice(document.bytes()).unwrap_or_default();
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
