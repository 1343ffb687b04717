//! The name of the API's stage.

use std::fmt;
use std::str::FromStr;

/// So long a stage's name may be (API Gateway, `CreateStage`).
const LONGEST: usize = 128;

/// A stage of the WebSocket API: it is in the path of `@connections`, and in every event.
#[derive(Clone, Debug)]
pub struct Stage(String);

impl Default for Stage {
    fn default() -> Self {
        Self("local".to_owned())
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// It is no stage's name.
#[derive(Debug, thiserror::Error)]
#[error("a stage has 1 to 128 letters, digits, - and _")]
pub struct BadStage;

impl FromStr for Stage {
    type Err = BadStage;

    fn from_str(text: &str) -> Result<Self, BadStage> {
        let is_good = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
        match (1..=LONGEST).contains(&text.len()) && text.chars().all(is_good) {
            true => Ok(Self(text.to_owned())),
            false => Err(BadStage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_in_a_path_is_no_stage() {
        let longest = "x".repeat(LONGEST);
        for good in ["live", "a_Stage-1", &longest] {
            assert_eq!(good.parse::<Stage>().unwrap().to_string(), good);
        }
        for bad in ["", "$default", "a/b", "{id}", "ä", &format!("{longest}x")] {
            assert!(bad.parse::<Stage>().is_err(), "{bad}");
        }
    }
}
