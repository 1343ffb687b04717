//! What every HTTP function has: its routes, who calls, what came in, and one shape of error.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body as HttpBody;
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, Path, Query, Request, State};
use axum::handler::Handler;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::background::Background;
use crate::deadline;
use crate::error::Code;
use crate::input::{self, Input};
use crate::use_cases::caller::{Admin, Agent, Caller};
use crate::{App, Error, Id, Result};

/// The most bytes that a body may have.
pub const MOST_BODY_BYTES: usize = 256 * 1024;

/// The routes of a function: what its router answers, and the list of it.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    list: Vec<(Method, &'static str)>,
    has_fallback: bool,
}

impl Routes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers `GET path`.
    #[must_use]
    pub fn get<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Self {
        self.add(Method::GET, MethodFilter::GET, path, handler)
    }

    /// Answers `POST path`.
    #[must_use]
    pub fn post<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Self {
        self.add(Method::POST, MethodFilter::POST, path, handler)
    }

    /// Answers `PUT path`.
    #[must_use]
    pub fn put<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Self {
        self.add(Method::PUT, MethodFilter::PUT, path, handler)
    }

    /// Answers `DELETE path`.
    #[must_use]
    pub fn delete<T: 'static>(self, path: &'static str, handler: impl Handler<T, App>) -> Self {
        self.add(Method::DELETE, MethodFilter::DELETE, path, handler)
    }

    /// Answers what no route takes.
    #[must_use]
    pub fn otherwise<T: 'static>(self, handler: impl Handler<T, App>) -> Self {
        let router = self.router.fallback(handler.clone()).method_not_allowed_fallback(handler);
        Self { router, has_fallback: true, ..self }
    }

    /// With something around all of its routes.
    #[must_use]
    pub fn within(self, around: impl FnOnce(Router<App>) -> Router<App>) -> Self {
        Self { router: around(self.router), ..self }
    }

    fn add<T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        handler: impl Handler<T, App>,
    ) -> Self {
        self.router = self.router.route(path, on(filter, handler));
        self.list.push((method, path));
        self
    }

    /// Every method and path that is answered.
    pub fn list(&self) -> &[(Method, &'static str)] {
        &self.list
    }

    /// The function: these routes, and not found for everything else.
    pub fn into_router(self, app: App) -> Router {
        let routes = if self.has_fallback { self } else { self.otherwise(no_route) };
        let keys: BTreeSet<String> =
            routes.list.iter().map(|(method, path)| format!("{method} {path}")).collect();
        routes
            .router
            .layer(middleware::from_fn_with_state(app.background.clone(), within_deadline))
            .layer(middleware::from_fn_with_state(Arc::new(keys), as_routed))
            .layer(middleware::map_response(protected))
            .layer(middleware::from_fn(logged))
            .with_state(app)
    }
}

/// What tells a browser to make nothing of an answer but what it is (OWASP's HTTP Headers Cheat Sheet).
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

async fn protected(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn no_route() -> Error {
    Error::not_found("Route")
}

async fn within_deadline(
    State(background): State<Background>,
    request: Request,
    next: Next,
) -> Response {
    let ends_at = request.lambda_context_ref().map_or(u64::MAX, |context| context.deadline);
    match deadline::within(&background, ends_at, next.run(request), |_| async {}).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

/// Answers only what the gateway, too, took for the route that it is here: a path that is read in two
/// ways would get past the throttle of its route.
async fn as_routed(State(keys): State<Arc<BTreeSet<String>>>, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    let here = matched.map(|path| format!("{} {}", request.method(), path.as_str()));
    let at_gateway = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.route_key.clone(),
        _ => None,
    };
    let is_route = here.as_ref().is_some_and(|here| keys.contains(here));
    if is_route && at_gateway.is_some() && here != at_gateway {
        return no_route().await.into_response();
    }
    next.run(request).await
}

/// Logs a request when it has been answered; what is logged meanwhile carries its id.
async fn logged(request: Request, next: Next) -> Response {
    let span = tracing::info_span!("http", request_id = request_id(&request));
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    async {
        let start = Instant::now();
        let response = next.run(request).await;
        let (status, ms) = (response.status().as_u16(), start.elapsed().as_millis());
        tracing::info!(%method, route, status, ms, "answered");
        response
    }
    .instrument(span)
    .await
}

/// The id that API Gateway gave the request, which its caller sees in `apigw-requestid`.
fn request_id(request: &Request) -> String {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        match bearer(&parts.headers)? {
            Some(token) => Self::of_call(app, token).await,
            None => Err(Error::unauthorized("A token is required")),
        }
    }
}

impl FromRequestParts<App> for Agent {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        Caller::from_request_parts(parts, app).await?.agent()
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        Agent::from_request_parts(parts, app).await?.admin()
    }
}

/// The caller of a route that needs none; a token that is shown must be good all the same.
pub struct MaybeCaller(pub Option<Caller>);

impl FromRequestParts<App> for MaybeCaller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        match bearer(&parts.headers)? {
            Some(token) => Caller::of_call(app, token).await.map(Some).map(Self),
            None => Ok(Self(None)),
        }
    }
}

/// The address that a request comes from, as the gateway saw it.
pub struct Address(pub Option<String>);

impl FromRequestParts<App> for Address {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        Ok(Self(match parts.extensions.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
            _ => None,
        }))
    }
}

/// The token in `Authorization: Bearer …` (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| Some(token.trim()))
        .ok_or_else(|| Error::unauthorized("The Authorization header must be: Bearer TOKEN"))
}

/// A JSON body that has been checked; none at all counts as `{}`.
pub struct Body<T>(pub T);

impl<T: Input> FromRequest<App> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self> {
        let is_json = is_json(request.headers());
        let bytes = read(request.into_body()).await?;
        if bytes.is_empty() {
            return input::from_slice(b"{}").map(Self);
        }
        if !is_json {
            let code = Code::UnsupportedMediaType;
            return Err(Error::new(code, "The Content-Type must be application/json"));
        }
        input::from_slice(&bytes).map(Self)
    }
}

async fn read(body: HttpBody) -> Result<bytes::Bytes> {
    axum::body::to_bytes(body, MOST_BODY_BYTES)
        .await
        .map_err(|_| Error::new(Code::PayloadTooLarge, "The body is larger than 256 KiB"))
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// The query of a request.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Params<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        Query::try_from_uri(&parts.uri).map(|Query(params)| Self(params)).map_err(|rejection| {
            Error::bad_request(format!("The query cannot be read: {}", rejection.body_text()))
        })
    }
}

/// The id in a path with one.
pub struct PathId(pub Id);

impl FromRequestParts<App> for PathId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        let Path(text) = path.map_err(|rejection| Error::bad_request(rejection.body_text()))?;
        input::id(&text).map(Self)
    }
}
