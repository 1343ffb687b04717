//! What routes take and give, said beside them, for the description of the API. Nothing of it is in a
//! deployed function: `local` makes the documents of it.

use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

use crate::Result;
use crate::input::{self, Check, Input};

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

/// A route, as it is described.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its method.
    pub method: Method,
    /// Its path, as it is routed.
    pub path: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Who may call it.
    pub callers: Callers,
    /// Its query.
    pub query: Option<Shape>,
    /// Its body.
    pub body: Option<Shape>,
    /// Reads a body.
    pub read: fn(&[u8]) -> Result<()>,
    /// The status and the body of success.
    pub success: (u16, Shape),
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

/// An event that a client may send over the WebSocket, as it is described.
#[derive(Clone, Debug)]
pub struct ClientEvent {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Its data.
    pub data: Shape,
    /// The data of its ack.
    pub ack: Shape,
    /// Reads its data.
    pub read: fn(Value) -> Result<()>,
}

impl ClientEvent {
    /// An event with data `D` that is acknowledged with an `A`.
    pub fn new<D: JsonSchema + Input, A: JsonSchema>(name: &'static str, summary: &'static str) -> Self {
        let read = |data: Value| input::from_value::<D>(data).map(drop);
        Self { name, summary, data: shape::<D>, ack: shape::<A>, read }
    }
}

/// What `str::trim` takes from the ends of a text, in a class of a regular expression.
const SPACE: &str = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// What `char::is_control` says of, in a class of a regular expression.
const CONTROL: &str = r"\x00-\x1f\x7f-\x9f";

/// The pattern of a text on one line that has so many characters once its ends are trimmed, from 0 or from 1
/// on: [`crate::input::Check::line`] of [`crate::input::trimmed`].
pub fn line(least: usize, most: usize) -> String {
    let (ends, optional) = (most.saturating_sub(2), if least == 0 { "?" } else { "" });
    format!(
        "^[{SPACE}]*([^{SPACE}{CONTROL}]([^{CONTROL}]{{0,{ends}}}[^{SPACE}{CONTROL}])?){optional}[{SPACE}]*$"
    )
}

/// The pattern of a text of so many characters without a control character: [`crate::input::Check::line`].
pub fn exact_line(least: usize, most: usize) -> String {
    format!("^[^{CONTROL}]{{{least},{most}}}$")
}

/// The pattern of a text that is not blank.
pub fn not_blank() -> String {
    format!("[^{SPACE}]")
}

/// The pattern of the emails that nearly everybody has; the server takes some more.
pub fn email() -> String {
    format!("^[{SPACE}]*{EMAIL}[{SPACE}]*$")
}

/// As [`email`], or nothing.
pub fn email_or_nothing() -> String {
    format!("^[{SPACE}]*({EMAIL})?[{SPACE}]*$")
}

const EMAIL: &str = "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\
    (\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){1,3}";

/// The pattern of a link, or nothing: [`crate::input::Check::link`].
pub fn link_or_nothing() -> String {
    format!("^[{SPACE}]*(https?://([^{CONTROL}]*[^{SPACE}{CONTROL}])?)?[{SPACE}]*$")
}

/// No data: an object that says nothing.
#[derive(Deserialize, JsonSchema)]
pub struct Nothing {}

impl Input for Nothing {
    fn check(&self, _: &mut Check) {}
}
