//! Points in time.

use std::borrow::Cow;
use std::time::Duration;

use bson::{Bson, DateTime};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time to the millisecond: ISO 8601 in UTC with milliseconds in JSON
/// (`2026-01-31T09:30:00.000Z`), a date in MongoDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(DateTime);

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl Time {
    /// The present.
    pub fn now() -> Self {
        Self(DateTime::now())
    }

    /// The time `millis` milliseconds after the Unix epoch.
    pub fn from_millis(millis: i64) -> Self {
        Self(DateTime::from_millis(millis))
    }

    /// Milliseconds since the Unix epoch.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The time `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.millis().saturating_add(millis))
    }

    /// As JSON shows it.
    pub fn iso(self) -> String {
        // MongoDB's dates reach past jiff's years -9999 to 9999; what the server writes never does.
        let at = jiff::Timestamp::from_millisecond(self.millis()).unwrap_or(jiff::Timestamp::MAX);
        format!("{at:.3}")
    }
}

impl From<Time> for Bson {
    fn from(time: Time) -> Self {
        Bson::DateTime(time.0)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.iso())
        } else {
            self.0.serialize(serializer)
        }
    }
}

/// From MongoDB alone: no caller sends a time.
impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DateTime::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_always_has_three_digits_of_milliseconds() {
        assert_eq!(Time::from_millis(1_769_851_800_000).iso(), "2026-01-31T09:30:00.000Z");
        assert_eq!(Time::from_millis(1_769_851_800_070).iso(), "2026-01-31T09:30:00.070Z");
    }
}
