//! Reading a frame.

use serde::Deserialize;
use serde_json::Value;
use shared::{Error, Result};

/// The bytes that an answer has around its data.
pub const ENVELOPE_BYTES: usize = 1024;

/// The most characters that a frame's id may have.
const MOST_ID: usize = 128;

/// A frame, as far as it could be read: an answer needs its id even when the rest makes no sense.
pub struct Frame {
    /// What its answer echoes; null for none.
    pub id: Value,
    /// Whether nothing is to come back but an error.
    pub is_quiet: bool,
    /// The event's name and data.
    pub event: Result<(String, Value)>,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    event: Value,
    #[serde(default)]
    id: Value,
    #[serde(default)]
    quiet: Value,
    #[serde(default)]
    data: Value,
}

/// What can be read of a frame some part of which cannot.
#[derive(Deserialize)]
struct IdAlone {
    #[serde(default)]
    id: Value,
}

impl Frame {
    /// Reads the text of a frame.
    pub fn read(text: &str) -> Self {
        let unreadable =
            |message| Self { id: Value::Null, is_quiet: false, event: Err(Error::bad_request(message)) };
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            // A lone surrogate is JSON and no text, for one. Its sender waits for an answer all the same.
            let id = serde_json::from_str::<IdAlone>(text).map_or(Value::Null, |alone| alone.id);
            return Self { id: known(id), ..unreadable("The frame is not valid JSON") };
        };
        if !value.is_object() {
            return unreadable("The frame is not a JSON object");
        }
        let Ok(raw) = Raw::deserialize(value) else {
            return unreadable("The frame cannot be read");
        };
        let had_id = !raw.id.is_null();
        let id = known(raw.id);
        if had_id && id.is_null() {
            return unreadable("The id is neither a number nor a text of 128 characters at most");
        }
        let is_quiet = id.is_null() && raw.quiet == Value::Bool(true);
        Self { id, is_quiet, event: event(raw.event, raw.data) }
    }
}

/// An id that can be echoed, or null.
fn known(id: Value) -> Value {
    match id {
        Value::String(id) if id.chars().count() <= MOST_ID => id.into(),
        Value::Number(id) => id.into(),
        _ => Value::Null,
    }
}

fn event(event: Value, data: Value) -> Result<(String, Value)> {
    let Value::String(event) = event else {
        return Err(Error::bad_request("The frame has no event"));
    };
    match data {
        Value::Null => Ok((event, Value::Object(serde_json::Map::new()))),
        Value::Object(_) => Ok((event, data)),
        _ => Err(Error::bad_request("The data are not a JSON object")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_frame_has_an_event_an_id_and_data() {
        let frame =
            Frame::read(r#"{"action":"message","event":"message:send","id":"7","data":{"a":1}}"#);
        assert_eq!(frame.id, json!("7"));
        assert_eq!(frame.event.unwrap(), ("message:send".to_owned(), json!({ "a": 1 })));
    }

    #[test]
    fn neither_action_id_nor_data_is_needed() {
        let frame = Frame::read(r#"{"event":"ping"}"#);
        assert_eq!(frame.id, Value::Null);
        assert_eq!(frame.event.unwrap(), ("ping".to_owned(), json!({})));
    }

    #[test]
    fn only_a_frame_without_an_id_is_quiet() {
        for (text, is_quiet) in [
            (r#"{"event":"ping","quiet":true}"#, true),
            (r#"{"event":"ping","quiet":true,"id":"7"}"#, false),
            (r#"{"event":"ping","quiet":"yes"}"#, false),
            (r#"{"event":"ping"}"#, false),
        ] {
            assert_eq!(Frame::read(text).is_quiet, is_quiet, "{text}");
        }
    }

    #[test]
    fn what_is_no_frame_is_told_so_with_the_id_if_there_is_one() {
        for text in
            ["", "{", "[]", "null", "\"ping\"", "{}", r#"{"event":7}"#, r#"{"event":"ping","data":[]}"#]
        {
            assert!(Frame::read(text).event.is_err(), "{text}");
        }
        assert_eq!(Frame::read(r#"{"id":"7"}"#).id, json!("7"));
        let lone = Frame::read(r#"{"event":"message:send","data":{"content":"\ud800"},"id":"7"}"#);
        assert_eq!((lone.id, lone.event.is_err()), (json!("7"), true));
        assert_eq!(Frame::read(r#"{"id":{"$ne":1},"event":"ping"}"#).id, Value::Null);
    }
}
