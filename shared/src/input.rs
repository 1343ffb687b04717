//! Reading what comes in: the same rules for bodies and frames.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::FieldError;
use crate::{Error, Id, Result, Time};

/// Data that a caller sends. Unknown fields are ignored.
pub trait Input: DeserializeOwned {
    /// Names every rule that the data break.
    fn check(&self, check: &mut Check);
}

/// The rules that an input breaks.
#[derive(Debug, Default)]
pub struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    /// Notes `msg` about `path` unless it `holds`.
    pub fn that(&mut self, holds: bool, path: &str, msg: impl Into<Cow<'static, str>>) {
        if !holds {
            self.errors.push(FieldError { path: path.to_owned(), msg: msg.into() });
        }
    }

    /// A text on one line must have so many characters and no control character.
    pub fn line(&mut self, path: &str, text: &str, length: RangeInclusive<usize>) {
        self.text(path, text, length);
        self.that(!text.chars().any(char::is_control), path, "Must be on one line");
    }

    /// A text must have so many characters.
    pub fn text(&mut self, path: &str, text: &str, length: RangeInclusive<usize>) {
        let msg = match (*length.start(), *length.end()) {
            (1, _) if text.is_empty() => "Is required".to_owned(),
            (0, most) => format!("Must have {most} characters at most"),
            (least, most) => format!("Must have {least} to {most} characters"),
        };
        self.that(length.contains(&text.chars().count()), path, msg);
    }

    /// An email must look like one.
    pub fn email(&mut self, path: &str, email: &str) {
        self.that(is_email(email), path, "Valid email is required");
    }

    /// A link must be an absolute `http` or `https` address of 2,048 characters at most.
    pub fn link(&mut self, path: &str, url: &str) {
        self.line(path, url, 1..=2048);
        let web = url.starts_with("https://") || url.starts_with("http://");
        self.that(web, path, "Must begin with https:// or http://");
    }

    fn done(self) -> Result<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(Error::invalid(self.errors)) }
    }
}

/// An address as mail systems take it: a local part of up to 64 characters and a domain of letters,
/// digits and hyphens with a dot in it (RFC 5321, sections 2.3.5 and 4.5.3.1), without the quoted
/// and bracketed forms that nobody types.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_ok = (1..=64).contains(&local.len())
        && !local.chars().any(|c| c.is_whitespace() || c.is_control() || "@<>()[],;:\\\"".contains(c));
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 254 && local_ok && domain.contains('.') && domain.split('.').all(label_ok)
}

/// Reads an input from the bytes of a body.
///
/// # Errors
/// Bad request when they are not JSON; validation failed when a rule is broken.
pub fn from_slice<T: Input>(bytes: &[u8]) -> Result<T> {
    // The whole text first, so that "not JSON" and "not what is expected" stay two answers.
    let value =
        serde_json::from_slice(bytes).map_err(|_| Error::bad_request("The body is not valid JSON"))?;
    from_value(value)
}

/// Reads an input from a value.
///
/// # Errors
/// Validation failed when a rule is broken.
pub fn from_value<T: Input>(value: Value) -> Result<T> {
    if !value.is_object() {
        return Err(Error::invalid_field(".", "Must be a JSON object"));
    }
    let input: T = serde_path_to_error::deserialize(value).map_err(|error| unfit(&error))?;
    let mut check = Check::default();
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

/// Deserializes a text without the white space at its ends.
///
/// # Errors
/// When it is not a text.
pub fn trimmed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|text| text.trim().to_owned())
}

/// Deserializes an optional text without the white space at its ends; an empty one is none.
///
/// # Errors
/// When it is neither a text nor null.
pub fn trimmed_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// Deserializes an email: trimmed, in lower case.
///
/// # Errors
/// When it is not a text.
pub fn email<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    trimmed(deserializer).map(|email| email.to_lowercase())
}

/// Deserializes an optional email like [`email`]; an empty one is none.
///
/// # Errors
/// When it is neither a text nor null.
pub fn email_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    trimmed_option(deserializer).map(|email| email.map(|email| email.to_lowercase()))
}

/// Deserializes a field of a change, where absent (`None`, by `#[serde(default)]`) leaves and null
/// (`Some(None)`) empties.
///
/// # Errors
/// When it is neither a text nor null.
pub fn change<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    trimmed_option(deserializer).map(Some)
}

/// Deserializes a whole number, which JSON may also write as `4.0`.
///
/// # Errors
/// When it is no whole number of 32 bits.
pub fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let number = f64::deserialize(deserializer)?;
    // Every whole number of 32 bits is exact in 64 bits of floating point.
    #[allow(clippy::cast_possible_truncation, reason = "compared with what it was")]
    let whole = number as i32;
    if f64::from(whole) == number {
        Ok(whole)
    } else {
        Err(serde::de::Error::custom("must be a whole number"))
    }
}

/// Deserializes an optional time: an ISO 8601 date and time with its offset, as in `2026-01-31T09:30:00Z`.
///
/// # Errors
/// When it is neither that nor null.
pub fn time_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Time>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let time = text.map(|text| text.parse::<jiff::Timestamp>()).transpose();
    time.map(|time| time.map(|time| Time::from_millis(time.as_millisecond())))
        .map_err(|_| serde::de::Error::custom("must be a time such as 2026-01-31T09:30:00Z"))
}

/// Reads the id in a path.
///
/// # Errors
/// Bad request when it is malformed.
pub fn id(text: &str) -> Result<Id> {
    text.parse().map_err(|_| Error::bad_request("The id is not 24 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Person {
        #[serde(default, deserialize_with = "trimmed")]
        name: String,
        #[serde(default, deserialize_with = "email")]
        email: String,
        age: u8,
    }

    impl Input for Person {
        fn check(&self, check: &mut Check) {
            check.line("name", &self.name, 1..=10);
            check.email("email", &self.email);
        }
    }

    fn told(json: &str) -> String {
        serde_json::to_string(&from_slice::<Person>(json.as_bytes()).unwrap_err()).unwrap()
    }

    #[test]
    fn ends_are_trimmed_and_emails_lower_cased() {
        let json = br#"{ "name": " Ada ", "email": " Ada@Example.COM ", "age": 36, "more": 1 }"#;
        let person: Person = from_slice(json).unwrap();
        assert_eq!(
            (person.name.as_str(), person.email.as_str(), person.age),
            ("Ada", "ada@example.com", 36)
        );
    }

    #[test]
    fn every_broken_rule_is_named() {
        let told = told(r#"{ "age": 36 }"#);
        assert!(told.contains(r#"{"path":"name","msg":"Is required"}"#), "{told}");
        assert!(told.contains(r#"{"path":"email","msg":"Valid email is required"}"#), "{told}");
    }

    #[test]
    fn a_missing_or_mistyped_field_is_named() {
        assert!(told(r#"{ "name": "Ada" }"#).contains(r#"{"path":"age","msg":"Is required"}"#));
        assert!(told(r#"{ "name": { "$ne": null }, "age": 1 }"#).contains(r#""path":"name""#));
    }

    #[test]
    fn what_is_not_json_is_a_bad_request() {
        for text in ["", "{", "nul", "\u{0}"] {
            assert!(told(text).contains(r#""code":"bad_request""#), "{text}");
        }
    }

    #[test]
    fn emails() {
        for good in ["a@b.co", "ada.lovelace+chat@mail.example.com", "jürgen@müller.de"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.co", "a b@c.de", "a@b..co", "a@-b.co", "a@@b.co", "a@b.co\n"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
