//! What routes and events take and give, said beside them. `local` makes the OpenAPI and AsyncAPI
//! documents of it; nothing of it is in a deployed function.

use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

use crate::Result;
use crate::input;
use crate::input::Input;

/// Makes the schema of a type.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Everybody; a token is not looked at.
    Everybody,
    /// Everybody; a token that is shown must be good.
    Anybody,
    /// Who shows a token: a visitor sees what is its own.
    Known,
    /// Users of the dashboard.
    Agents,
    /// Administrators.
    Administrators,
}

/// A route, as OpenAPI describes it.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Operation {
    pub method: Method,
    /// Its path, as it is routed.
    pub path: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    pub callers: Callers,
    pub query: Option<Shape>,
    pub body: Option<Shape>,
    pub read: fn(&[u8]) -> Result<()>,
    /// The status and the body of success.
    pub success: (u16, Shape),
    /// What kind of thing that body is (RFC 9110, section 8.3.1).
    pub media_type: &'static str,
    /// The statuses of refusal besides those that follow from the rest.
    pub refusals: &'static [u16],
}

impl Operation {
    fn new<T: JsonSchema>(method: Method, path: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            summary,
            callers: Callers::Agents,
            query: None,
            body: None,
            read: |_| Ok(()),
            success: (200, shape::<T>),
            media_type: "application/json",
            refusals: &[],
        }
    }

    /// `GET path`, answered with a `T`; for agents, unless it says more.
    pub fn get<T: JsonSchema>(path: &'static str, summary: &'static str) -> Self {
        Self::new::<T>(Method::GET, path, summary)
    }

    /// `POST path`, answered with a `T`; for agents, unless it says more.
    pub fn post<T: JsonSchema>(path: &'static str, summary: &'static str) -> Self {
        Self::new::<T>(Method::POST, path, summary)
    }

    /// `PUT path`, answered with a `T`; for agents, unless it says more.
    pub fn put<T: JsonSchema>(path: &'static str, summary: &'static str) -> Self {
        Self::new::<T>(Method::PUT, path, summary)
    }

    /// `DELETE path`, answered with a `T`; for agents, unless it says more.
    pub fn delete<T: JsonSchema>(path: &'static str, summary: &'static str) -> Self {
        Self::new::<T>(Method::DELETE, path, summary)
    }

    /// Answered with a file and not with JSON.
    #[must_use]
    pub fn file(self, media_type: &'static str) -> Self {
        Self { media_type, ..self }
    }

    /// Answered with where to go instead.
    #[must_use]
    pub fn redirects(self) -> Self {
        Self { success: (302, self.success.1), ..self }
    }

    /// For others than agents.
    #[must_use]
    pub fn by(self, callers: Callers) -> Self {
        Self { callers, ..self }
    }

    /// With a query.
    #[must_use]
    pub fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(shape::<T>), ..self }
    }

    /// With a body.
    #[must_use]
    pub fn body<T: JsonSchema + Input>(self) -> Self {
        let read = |bytes: &[u8]| input::from_slice::<T>(bytes).map(drop);
        Self { body: Some(shape::<T>), read, ..self }
    }

    /// Answered with 201.
    #[must_use]
    pub fn creates(self) -> Self {
        Self { success: (201, self.success.1), ..self }
    }

    /// Refused with these statuses, too.
    #[must_use]
    pub fn refuses(self, refusals: &'static [u16]) -> Self {
        Self { refusals, ..self }
    }
}

/// An event that a client may send over the WebSocket, as AsyncAPI describes it.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ClientEvent {
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    pub data: Shape,
    pub ack: Shape,
    pub read: fn(Value) -> Result<()>,
}

impl ClientEvent {
    /// An event with data `D` that is acknowledged with an `A`.
    pub fn new<D: JsonSchema + Input, A: JsonSchema>(name: &'static str, summary: &'static str) -> Self {
        let read = |data: Value| input::from_value::<D>(data).map(drop);
        Self { name, summary, data: shape::<D>, ack: shape::<A>, read }
    }
}

crate::input! {
    /// No data: an object that says nothing.
    #[derive(Serialize)]
    pub struct Nothing {}
}

/// That something was done.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Done {
    message: &'static str,
}

impl Done {
    /// With a word about it.
    pub fn new(message: &'static str) -> Self {
        Self { message }
    }
}
