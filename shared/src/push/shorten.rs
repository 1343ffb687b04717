//! Making a frame short enough to be posted.

use serde_json::{Map, Value};

use crate::json::char_bytes;
use crate::{Error, Result};

/// The most bytes of what is posted to a client: one WebSocket frame, and one message of the bill (API
/// Gateway's quotas and prices for WebSocket APIs).
pub const MOST_BYTES: usize = 32 * 1024;

/// The texts that may be cut.
const TEXTS: [&str; 3] = ["content", "notes", "ratingComment"];
/// What says in the same object that one was.
const TRUNCATED: &str = "truncated";
/// The bytes of `"truncated":true,`.
const TRUNCATED_BYTES: usize = 17;

/// A value as JSON of [`MOST_BYTES`] at most, for which its longest texts are cut.
/// Errors: internal, when other things make it larger.
pub fn shortened(mut value: Value) -> Result<Vec<u8>> {
    loop {
        let json = serde_json::to_vec(&value).map_err(Error::internal)?;
        let Some(over) = json.len().checked_sub(MOST_BYTES).filter(|over| *over > 0) else {
            return Ok(json);
        };
        let longest = longest_text(&value);
        if longest == 0 {
            return Err(Error::internal("a frame is too large"));
        }
        cut(&mut value, longest, over + TRUNCATED_BYTES);
    }
}

/// The length of the longest text that may be cut, wherever it is.
fn longest_text(value: &Value) -> usize {
    match value {
        Value::Array(values) => values.iter().map(longest_text).max().unwrap_or(0),
        Value::Object(fields) => {
            let own = TEXTS.iter().filter_map(|name| text(fields, name)).map(str::len);
            own.chain(fields.values().map(longest_text)).max().unwrap_or(0)
        }
        _ => 0,
    }
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

/// Takes so many bytes of JSON from the end of the first text of this length; whether there was one.
fn cut(value: &mut Value, length: usize, bytes: usize) -> bool {
    match value {
        Value::Array(values) => values.iter_mut().any(|value| cut(value, length, bytes)),
        Value::Object(fields) => {
            let is_it = |name: &&&str| text(fields, name).is_some_and(|text| text.len() == length);
            if let Some(name) = TEXTS.iter().find(is_it) {
                if let Some(Value::String(text)) = fields.get_mut(*name) {
                    let mut left = bytes;
                    while left > 0
                        && let Some(last) = text.pop()
                    {
                        left = left.saturating_sub(char_bytes(last));
                    }
                }
                fields.insert(TRUNCATED.to_owned(), Value::Bool(true));
                return true;
            }
            fields.values_mut().any(|value| cut(value, length, bytes))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(json: &[u8]) -> Value {
        assert!(json.len() <= MOST_BYTES);
        serde_json::from_slice(json).unwrap()
    }

    #[test]
    fn what_fits_stays() {
        let value = json!({ "data": { "message": { "content": "x".repeat(MOST_BYTES - 64) } } });
        assert_eq!(read(&shortened(value.clone()).unwrap()), value);
    }

    #[test]
    fn the_longest_texts_are_cut_and_say_so() {
        let (long, longer) = ("é\u{1}\"".repeat(4_000), "😀\n".repeat(9_000));
        let value = json!({
            "data": { "conversation": { "notes": &long }, "messages": [
                { "content": "short" }, { "content": &longer, "seq": 2 },
            ] },
        });
        let cut = read(&shortened(value).unwrap());
        let data = &cut["data"];
        assert_eq!(data["messages"][0], json!({ "content": "short" }));
        for (at, whole) in [(&data["conversation"], &long), (&data["messages"][1], &longer)] {
            let text = at["notes"].as_str().or(at["content"].as_str()).unwrap();
            let is_cut = at["truncated"] == true;
            assert!(whole.starts_with(text) && is_cut == (text.len() < whole.len()), "{}", text.len());
        }
        assert_eq!(data["messages"][1]["truncated"], true);
        let full = serde_json::to_vec(&cut).unwrap().len();
        assert!(full > MOST_BYTES - 64, "no more than needed: {full}");
    }

    #[test]
    fn what_cannot_be_cut_is_an_error() {
        assert!(shortened(json!({ "data": "x".repeat(MOST_BYTES) })).is_err());
    }
}
