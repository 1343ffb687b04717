//! The one error type: what a caller sees, and what only the log may know.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use mongodb::error::{ErrorKind, RETRYABLE_WRITE_ERROR, TRANSIENT_TRANSACTION_ERROR};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Id;

/// A result whose error a caller can be shown.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// In how many seconds a caller may try again after the database was away.
const BACK_SOON: u32 = 2;

/// The stable names of what can go wrong, each with its HTTP status (`docs/protocol.md`, Conventions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// 400: not what a request or frame looks like.
    BadRequest,
    /// 400: well-formed, with a value that breaks a rule; `errors` says which.
    ValidationFailed,
    /// 400: a frame names an event that does not exist.
    UnknownEvent,
    /// 401: no token, or one that is not valid (any more).
    Unauthorized,
    /// 403: known, and not allowed.
    Forbidden,
    /// 403: a visitor who has been banned.
    Banned,
    /// 404: does not exist, or not for this caller.
    NotFound,
    /// 405: the path exists, and not for this method.
    MethodNotAllowed,
    /// 409: not possible in the present state.
    Conflict,
    /// 413: larger than the bounds.
    PayloadTooLarge,
    /// 415: a body that is not declared as JSON.
    UnsupportedMediaType,
    /// 429: too often; `retryAfter` says in how many seconds to come back.
    RateLimited,
    /// 500: a fault of ours; the log has the rest.
    Internal,
    /// 503: the database cannot be reached, or too many passwords wait to be checked.
    Unavailable,
}

impl Code {
    /// The HTTP status that goes with the code.
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadRequest | Self::ValidationFailed | Self::UnknownEvent => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::Banned => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// One value that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    /// Where it is in the input, as in `email` or `tags[2]`.
    pub path: String,
    /// Which rule it breaks, for people.
    pub msg: Cow<'static, str>,
}

/// What went wrong. It serializes to the shape that callers get; its source stays inside.
#[derive(Debug, Serialize, JsonSchema, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    message: Cow<'static, str>,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    #[serde(rename = "retryAfter", skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    /// Which of the reasons that a code may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The conversation that is in the way.
    #[serde(rename = "conversationId", skip_serializing_if = "Option::is_none")]
    conversation_id: Option<Id>,
    /// By which the log knows the frame, where the fault is ours; over HTTP the header `apigw-requestid` says it.
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<Box<str>>,
    #[serde(skip)]
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error that a caller sees in full.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self {
            message,
            code,
            errors: Vec::new(),
            retry_after: None,
            reason: None,
            conversation_id: None,
            request_id: None,
            source: None,
        }
    }

    /// 400 for input that is not well-formed.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::BadRequest, message)
    }

    /// 400 for values that break a rule.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Code::ValidationFailed, "Validation failed") }
    }

    /// 400 for one value that breaks a rule.
    pub fn invalid_field(path: &str, msg: impl Into<Cow<'static, str>>) -> Self {
        Self::invalid(vec![FieldError { path: path.to_owned(), msg: msg.into() }])
    }

    /// 401.
    pub fn unauthorized(message: &'static str) -> Self {
        Self::new(Code::Unauthorized, message)
    }

    /// 403.
    pub fn forbidden(message: &'static str) -> Self {
        Self::new(Code::Forbidden, message)
    }

    /// 404 for a thing of the given kind, as in `Conversation`.
    pub fn not_found(kind: &str) -> Self {
        Self::new(Code::NotFound, format!("{kind} not found"))
    }

    /// 409.
    pub fn conflict(message: &'static str) -> Self {
        Self::new(Code::Conflict, message)
    }

    /// 409 with a name of what is in conflict.
    pub fn conflict_of(reason: &'static str, message: &'static str) -> Self {
        Self { reason: Some(reason), ..Self::conflict(message) }
    }

    /// With the conversation that is in the way.
    #[must_use]
    pub fn naming(self, conversation: Id) -> Self {
        Self { conversation_id: Some(conversation), ..self }
    }

    /// With the name under which it is in the log, if the fault is ours.
    #[must_use]
    pub fn of_request(self, id: Option<String>) -> Self {
        let request_id = id.filter(|_| self.code.status().is_server_error()).map(String::into);
        Self { request_id, ..self }
    }

    /// 429, to be tried again after a while, which is given in whole seconds, 1 or more.
    pub fn rate_limited(wait: Duration) -> Self {
        let seconds = wait.as_millis().div_ceil(1000).max(1);
        Self {
            retry_after: Some(seconds.try_into().unwrap_or(u32::MAX)),
            ..Self::new(Code::RateLimited, "Too many requests, try again later")
        }
    }

    /// 500 with no inner detail; the source is for the log.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(Code::Internal, "Something went wrong on our side")
        }
    }

    /// 503, to be tried again.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            retry_after: Some(BACK_SOON),
            ..Self::new(Code::Unavailable, "The service is unavailable for the moment, try again")
        }
    }

    /// The stable name of what went wrong.
    pub fn code(&self) -> Code {
        self.code
    }

    /// Writes the source, if there is one, to the log. Called once, where the error leaves the function.
    pub fn log(&self) {
        if let Some(source) = &self.source {
            tracing::error!(code = ?self.code, error = %Chain(source.as_ref()), "request failed");
        }
    }
}

/// An error with all its sources on one line.
struct Chain<'a>(&'a (dyn StdError + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.log();
        let mut response = (self.code.status(), Json(&self)).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.code == Code::Unauthorized {
            // RFC 9110, section 11.6.1: a 401 names the scheme that would do.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<mongodb::error::Error> for Error {
    fn from(error: mongodb::error::Error) -> Self {
        if is_unavailable(&error) { Self::unavailable(error) } else { Self::internal(error) }
    }
}

impl From<getrandom::Error> for Error {
    fn from(error: getrandom::Error) -> Self {
        Self::internal(error)
    }
}

/// Whether the same call may succeed once the database is reachable again or has a primary.
pub(crate) fn is_unavailable(error: &mongodb::error::Error) -> bool {
    error.contains_label(RETRYABLE_WRITE_ERROR)
        || error.contains_label(TRANSIENT_TRANSACTION_ERROR)
        || matches!(
            *error.kind,
            ErrorKind::Io(_)
                | ErrorKind::ServerSelection { .. }
                | ErrorKind::ConnectionPoolCleared { .. }
                | ErrorKind::DnsResolve { .. }
                | ErrorKind::Authentication { .. }
        )
        || matches!(*error.kind, ErrorKind::Command(ref command) if STEPPING_DOWN.contains(&command.code))
}

/// Server error codes of a node that shuts down, steps down or is not primary (MongoDB's "Server
/// Discovery And Monitoring" specification, section "not writable primary and node is recovering").
const STEPPING_DOWN: [i32; 9] = [91, 189, 10058, 10107, 11600, 11602, 13435, 13436, 64];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_an_error_is_not_shown() {
        let shown = serde_json::to_string(&Error::internal("password=hunter2")).unwrap();
        assert_eq!(shown, r#"{"message":"Something went wrong on our side","code":"internal"}"#);
    }

    #[test]
    fn a_failed_validation_names_its_fields() {
        let shown = serde_json::to_value(Error::invalid_field("email", "Valid email is required"));
        assert_eq!(
            shown.unwrap(),
            serde_json::json!({
                "message": "Validation failed",
                "code": "validation_failed",
                "errors": [{ "path": "email", "msg": "Valid email is required" }],
            })
        );
    }
}
