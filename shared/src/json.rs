//! How long things are as JSON.

use serde::Serialize;

use crate::{Error, Result};

/// The bytes of a value.
/// Errors: internal, when it cannot be written.
pub fn bytes(value: &impl Serialize) -> Result<usize> {
    serde_json::to_vec(value).map(|json| json.len()).map_err(Error::internal)
}

/// The bytes of a character in a text (RFC 8259, section 7).
pub fn char_bytes(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        other => other.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_the_bytes_that_they_are_written_with() {
        for character in ('\0'..='\u{ff}').chain(['😀', '\u{2028}']) {
            assert_eq!(char_bytes(character), bytes(&character).unwrap() - 2, "{character:?}");
        }
    }
}
