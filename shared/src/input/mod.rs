//! Reading what comes in: the same rules for bodies, frames and identities.
//!
//! A field's type is its rule: it is checked and documented by the same bounds. [`input!`](crate::input!)
//! makes a struct of such fields, of which none can be forgotten.

mod fields;
mod rules;

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use fields::unchecked;
pub use fields::{AtLeast, Change, Field, Future, List, Optional, Required, Whole};
pub use rules::{
    Content, Email, ExactLine, ExactText, Line, Link, PageAddress, PersonName, Rule, Text, check_bytes,
};

use crate::error::FieldError;
use crate::names::camel_case;
use crate::{Error, Id, Result};

/// Data that a caller sends. Unknown fields are ignored.
pub trait Input: DeserializeOwned {
    /// Names every rule that the data break.
    fn check(&self, check: &mut Check);
}

/// Makes a struct of what a caller sends: each field's type is its rule. A block behind it may check
/// what concerns several fields.
#[macro_export]
macro_rules! input {
    (
        $(#[$about:meta])*
        $visible:vis struct $name:ident {
            $($(#[$field_about:meta])* $field_visible:vis $field:ident: $type:ty),* $(,)?
        }
        $(check |$input:ident, $check:ident| $more:block)?
    ) => {
        #[derive(Debug, ::serde::Deserialize, ::schemars::JsonSchema)]
        #[serde(rename_all = "camelCase")]
        $(#[$about])*
        $visible struct $name {
            $($(#[$field_about])* $field_visible $field: $type),*
        }

        impl $crate::input::Input for $name {
            fn check(&self, check: &mut $crate::input::Check) {
                $(check.field(stringify!($field), &self.$field);)*
                let _checked = check;
                $({
                    let ($input, $check) = (self, _checked);
                    $more
                })?
            }
        }
    };
}

/// The rules that an input breaks.
#[derive(Debug, Default)]
pub struct Check {
    /// The path of what the input is in, with a dot; empty for most.
    within: &'static str,
    errors: Vec<FieldError>,
}

impl Check {
    /// Notes `msg` about `path` unless it `holds`.
    pub fn that(&mut self, holds: bool, path: &str, msg: impl Into<Cow<'static, str>>) {
        if !holds {
            let path = format!("{}{path}", self.within);
            self.errors.push(FieldError { path, msg: msg.into() });
        }
    }

    /// Checks a field by its name in Rust, which is its name on the wire but for the case.
    pub fn field(&mut self, name: &str, field: &impl Field) {
        field.check(&camel_case(name), self);
    }

    #[cfg(test)]
    fn count(&self) -> usize {
        self.errors.len()
    }

    fn done(self) -> Result<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(Error::invalid(self.errors)) }
    }
}

/// Reads an input from the bytes of a body.
/// Errors: bad request when they are not JSON; validation failed when a rule is broken.
pub fn from_slice<T: Input>(bytes: &[u8]) -> Result<T> {
    // The whole text first, so that "not JSON" and "not what is expected" stay two answers.
    let value =
        serde_json::from_slice(bytes).map_err(|_| Error::bad_request("The body is not valid JSON"))?;
    from_value(value)
}

/// Reads an input from a value.
/// Errors: validation failed when a rule is broken.
pub fn from_value<T: Input>(value: Value) -> Result<T> {
    from_value_within("", value)
}

/// As [`from_value`], where paths begin with `within`.
/// Errors: validation failed when a rule is broken.
pub fn from_value_within<T: Input>(within: &'static str, value: Value) -> Result<T> {
    if !value.is_object() {
        return Err(Error::invalid_field(".", "Must be a JSON object"));
    }
    let input: T = serde_path_to_error::deserialize(value).map_err(|error| unfit(&error))?;
    let mut check = Check { within, errors: Vec::new() };
    input.check(&mut check);
    check.done()?;
    Ok(input)
}

fn unfit(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let msg = error.inner().to_string();
    if let Some(field) = msg.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return Error::invalid_field(field, "Is required");
    }
    Error::invalid_field(&error.path().to_string(), msg)
}

/// Reads the id in a path.
/// Errors: bad request when it is malformed.
pub fn id(text: &str) -> Result<Id> {
    text.parse().map_err(|_| Error::bad_request("The id is not 24 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::input! {
        struct Person {
            name: Required<Line<1, 10>>,
            email: Required<Email>,
            #[serde(default)]
            nick_name: Optional<Line<2, 5>>,
            #[serde(default)]
            town: Change<Line<1, 20>>,
            age: u8,
        }
        check |person, check| {
            check.that(person.age > 0, "age", "Must be born");
        }
    }

    fn refused(json: &str) -> String {
        serde_json::to_string(&from_slice::<Person>(json.as_bytes()).unwrap_err()).unwrap()
    }

    fn person(json: &str) -> Person {
        from_slice(json.as_bytes()).unwrap()
    }

    #[test]
    fn ends_are_trimmed_and_emails_lower_cased() {
        let person =
            person(r#"{ "name": " Ada ", "email": " Ada@Example.COM ", "age": 36, "more": 1 }"#);
        assert_eq!((person.name.as_str(), person.email.as_str()), ("Ada", "ada@example.com"));
    }

    #[test]
    fn every_broken_rule_is_named() {
        let refused = refused(r#"{ "age": 0, "nickName": "x" }"#);
        for (path, msg) in [
            ("name", "Is required"),
            ("email", "Valid email is required"),
            ("nickName", "Must have 2 to 5 characters"),
            ("age", "Must be born"),
        ] {
            assert!(refused.contains(&format!(r#"{{"path":"{path}","msg":"{msg}"}}"#)), "{refused}");
        }
    }

    #[test]
    fn a_missing_or_mistyped_field_is_named() {
        assert!(refused(r#"{ "name": "Ada" }"#).contains(r#"{"path":"age","msg":"Is required"}"#));
        assert!(refused(r#"{ "name": { "$ne": null }, "age": 1 }"#).contains(r#""path":"name""#));
    }

    #[test]
    fn what_is_blank_is_none_and_a_change_can_empty() {
        let with =
            |more: &str| person(&format!(r#"{{ "name": "Ada", "email": "a@b.co", "age": 1, {more} }}"#));
        assert_eq!(with(r#""nickName": "  ""#).nick_name.into_option(), None);
        assert_eq!(with(r#""nickName": null"#).town.into_option(), None, "absent leaves");
        assert_eq!(with(r#""town": null"#).town.into_option(), Some(None), "null empties");
        assert_eq!(with(r#""town": " ""#).town.into_option(), Some(None));
        assert_eq!(with(r#""town": "Ulm""#).town.into_option(), Some(Some("Ulm".to_owned())));
    }

    #[test]
    fn what_is_not_json_is_a_bad_request() {
        for text in ["", "{", "nul", "\u{0}"] {
            assert!(refused(text).contains(r#""code":"bad_request""#), "{text}");
        }
    }
}
