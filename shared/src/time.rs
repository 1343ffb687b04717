//! Points in time.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
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

/// The Unix epoch.
impl Default for Time {
    fn default() -> Self {
        Self::from_millis(0)
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

/// When a process does something next that is due now and then. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Schedule(Arc<AtomicI64>);

impl Schedule {
    /// Whether it is due; the one who is told so does it, and it is not due again for `pause`.
    pub fn is_due(&self, pause: Duration) -> bool {
        let now = Time::now();
        let due = |next| (next <= now.millis()).then_some(now.plus(pause).millis());
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, due).is_ok()
    }
}

/// Reads `7d`, `12h`, `30m`, `45s` or seconds; from one second to ten years.
pub fn duration(text: &str) -> Option<Duration> {
    const TEN_YEARS: u64 = 10 * 365 * 24 * 3600;
    let text = text.trim();
    let digits = text.trim_end_matches(['d', 'h', 'm', 's']);
    let unit = match &text[digits.len()..] {
        "d" => 24 * 3600,
        "h" => 3600,
        "m" => 60,
        "" | "s" => 1,
        _ => 0,
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(unit))
        .filter(|seconds| (1..=TEN_YEARS).contains(seconds))
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, seconds) in [("7d", 604_800), ("12h", 43_200), ("30m", 1800), ("90", 90), ("45s", 45)]
        {
            assert_eq!(duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "0", "-1", "soon", "7dd", "1y", "99999999999999999999", "3651d"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_due_is_done_by_one() {
        let schedule = Schedule::default();
        let (one, other) =
            (schedule.is_due(Duration::from_secs(60)), schedule.clone().is_due(Duration::ZERO));
        assert_eq!((one, other), (true, false));
    }

    #[test]
    fn json_always_has_three_digits_of_milliseconds() {
        assert_eq!(Time::from_millis(1_769_851_800_000).iso(), "2026-01-31T09:30:00.000Z");
        assert_eq!(Time::from_millis(1_769_851_800_070).iso(), "2026-01-31T09:30:00.070Z");
    }
}
