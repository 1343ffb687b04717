//! Identifiers of stored documents.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use bson::Bson;
use bson::oid::ObjectId;
use ring::hmac::{self, HMAC_SHA256, Key};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::secret::Secret;

/// The id of a document: 24 hex digits in JSON, an `ObjectId` in MongoDB.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(ObjectId);

impl JsonSchema for Id {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-fA-F]{24}$" })
    }
}

impl Id {
    /// An id that sorts by its time of creation and may be guessed.
    pub fn sequential() -> Self {
        Self(ObjectId::new())
    }

    /// An id that whoever has `secret` makes of `text`, and nobody else can guess.
    pub fn derived(secret: &Secret, text: &str) -> Self {
        let mac = hmac::sign(&Key::new(HMAC_SHA256, secret.reveal().as_bytes()), text.as_bytes());
        let mut bytes = [0; 12];
        bytes.iter_mut().zip(mac.as_ref()).for_each(|(byte, made)| *byte = *made);
        Self(ObjectId::from_bytes(bytes))
    }

    /// The same id for the same texts, by their SHA-256.
    pub fn hashed(texts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for text in texts {
            // Their lengths say where each ends.
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        }
        let mut bytes = [0; 12];
        bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, made)| *byte = made);
        Self(ObjectId::from_bytes(bytes))
    }

    /// An id random in all its 96 bits, so that knowing it is a proof.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 12];
        getrandom::fill(&mut bytes)?;
        Ok(Self(ObjectId::from_bytes(bytes)))
    }
}

/// The text is not 24 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An id is 24 hexadecimal digits")]
pub struct MalformedId;

/// All zeros, which is no document's.
impl Default for Id {
    fn default() -> Self {
        Self(ObjectId::from_bytes([0; 12]))
    }
}

/// A secret or a token's id that nobody guesses: 128 random bits in hex.
pub fn random_hex() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(hex(bytes))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl FromStr for Id {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        ObjectId::parse_str(text).map(Self).map_err(|_| MalformedId)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Id> for Bson {
    fn from(id: Id) -> Self {
        Bson::ObjectId(id.0)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.0.to_hex())
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(de::Error::custom)
        } else {
            ObjectId::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_hex_in_json() {
        let id = Id::sequential();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<Id>(&json).unwrap(), id);
    }

    #[test]
    fn anything_but_24_hex_digits_is_refused() {
        for text in ["", "1", "zzzzzzzzzzzzzzzzzzzzzzzz", "65a1b2c3d4e5f6a7b8c9d0e", "{}"] {
            assert_eq!(text.parse::<Id>(), Err(MalformedId), "{text}");
        }
        assert!(serde_json::from_str::<Id>(r#"{"$oid":"65a1b2c3d4e5f6a7b8c9d0e1"}"#).is_err());
    }

    #[test]
    fn random_ids_share_no_prefix() {
        let (one, two) = (Id::random().unwrap(), Id::random().unwrap());
        assert_ne!(one.to_string()[..8], two.to_string()[..8]);
    }
}
