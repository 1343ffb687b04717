//! The types of fields: what may be left out, and what leaving it out means.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Check, Rule};
use crate::{Id, Time};

/// A value that can be checked.
pub trait Field {
    /// Notes what is wrong with it.
    fn check(&self, path: &str, check: &mut Check);
}

/// Makes types fields of which nothing is to be checked: what they are says everything.
macro_rules! unchecked {
    ($($type:ty),* $(,)?) => { $(
        impl $crate::input::Field for $type {
            fn check(&self, _: &str, _: &mut $crate::input::Check) {}
        }
    )* };
}
pub(crate) use unchecked;
unchecked!(Id, String, bool, u8);

impl<T: Field> Field for Option<T> {
    fn check(&self, path: &str, check: &mut Check) {
        if let Some(field) = self {
            field.check(path, check);
        }
    }
}

/// A text by a rule. One that is missing is empty, so that the rule names it with all the others.
pub struct Required<R>(String, PhantomData<R>);

/// A text by a rule, or none: absent (by `#[serde(default)]`), null and blank are none.
pub struct Optional<R>(Option<String>, PhantomData<R>);

/// A text by a rule in a change: absent leaves what was (by `#[serde(default)]`), null or blank empties
/// it.
pub struct Change<R>(Option<Option<String>>, PhantomData<R>);

impl<R> Required<R> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<R> Optional<R> {
    /// Whether there is a text.
    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// The text, if there is one.
    pub fn into_option(self) -> Option<String> {
        self.0
    }
}

impl<R> Change<R> {
    /// `None` leaves, `Some(None)` empties.
    pub fn into_option(self) -> Option<Option<String>> {
        self.0
    }
}

impl<R> Default for Optional<R> {
    fn default() -> Self {
        Self(None, PhantomData)
    }
}

impl<R> Default for Change<R> {
    fn default() -> Self {
        Self(None, PhantomData)
    }
}

macro_rules! debug {
    ($($type:ident),*) => { $(
        impl<R> fmt::Debug for $type<R> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // What people type, passwords among it, is not for logs.
                f.write_str(concat!(stringify!($type), "(…)"))
            }
        }
    )* };
}
debug!(Required, Optional, Change);

impl<R: Rule> Field for Required<R> {
    fn check(&self, path: &str, check: &mut Check) {
        R::check(&self.0, path, check);
    }
}

impl<R: Rule> Field for Optional<R> {
    fn check(&self, path: &str, check: &mut Check) {
        if let Some(text) = &self.0 {
            R::check(text, path, check);
        }
    }
}

impl<R: Rule> Field for Change<R> {
    fn check(&self, path: &str, check: &mut Check) {
        if let Some(Some(text)) = &self.0 {
            R::check(text, path, check);
        }
    }
}

impl<'de, R: Rule> Deserialize<'de> for Required<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
        Ok(Self(R::tidy(text), PhantomData))
    }
}

/// A text or null. Unlike an `Option`, it takes a missing field for a fault, so that a forgotten
/// `#[serde(default)]` shows.
fn text_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct TextOrNull;
    impl Visitor<'_> for TextOrNull {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string or null")
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()))
        }
    }
    deserializer.deserialize_any(TextOrNull)
}

fn not_blank<R: Rule>(text: Option<String>) -> Option<String> {
    text.map(R::tidy).filter(|text| !R::is_none(text))
}

impl<'de, R: Rule> Deserialize<'de> for Optional<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_null(deserializer).map(|text| Self(not_blank::<R>(text), PhantomData))
    }
}

impl<'de, R: Rule> Deserialize<'de> for Change<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_null(deserializer).map(|text| Self(Some(not_blank::<R>(text)), PhantomData))
    }
}

macro_rules! inline {
    ($name:literal) => {
        fn schema_name() -> Cow<'static, str> {
            $name.into()
        }

        fn inline_schema() -> bool {
            true
        }
    };
}

impl<R: Rule> JsonSchema for Required<R> {
    inline!("Text");

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        R::schema(false)
    }
}

fn or_null(mut schema: Schema) -> Schema {
    schema.insert("type".to_owned(), serde_json::json!(["string", "null"]));
    schema
}

impl<R: Rule> JsonSchema for Optional<R> {
    inline!("OptionalText");

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        or_null(R::schema(true))
    }
}

impl<R: Rule> JsonSchema for Change<R> {
    inline!("ChangedText");

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        or_null(R::schema(true))
    }
}

/// `MAX` values at most.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct List<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> List<T, MAX> {
    /// The values.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T: Field, const MAX: usize> Field for List<T, MAX> {
    fn check(&self, path: &str, check: &mut Check) {
        check.that(self.0.len() <= MAX, path, format!("Must be {MAX} at most"));
        for (index, value) in self.0.iter().enumerate().take(MAX) {
            value.check(&format!("{path}[{index}]"), check);
        }
    }
}

impl<T: JsonSchema, const MAX: usize> JsonSchema for List<T, MAX> {
    inline!("List");

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "maxItems": MAX, "items": generator.subschema_for::<T>() })
    }
}

/// A whole number from `MIN` on.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub struct AtLeast<const MIN: i64>(i64);

impl<const MIN: i64> AtLeast<MIN> {
    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64> Field for AtLeast<MIN> {
    fn check(&self, path: &str, check: &mut Check) {
        check.that(self.0 >= MIN, path, format!("Must be {MIN} or more"));
    }
}

impl<const MIN: i64> JsonSchema for AtLeast<MIN> {
    inline!("Number");

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "format": "int64", "minimum": MIN })
    }
}

/// A whole number from `MIN` to `MAX`, which JSON may also write as `4.0`.
#[derive(Clone, Copy, Debug)]
pub struct Whole<const MIN: i32, const MAX: i32>(i32);

impl<const MIN: i32, const MAX: i32> Whole<MIN, MAX> {
    /// The number.
    pub fn get(self) -> i32 {
        self.0
    }
}

impl<'de, const MIN: i32, const MAX: i32> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        // Every whole number of 32 bits is exact in 64 bits of floating point.
        #[allow(clippy::cast_possible_truncation, reason = "compared with what it was")]
        let whole = number as i32;
        if f64::from(whole) == number {
            Ok(Self(whole))
        } else {
            Err(de::Error::custom("must be a whole number"))
        }
    }
}

impl<const MIN: i32, const MAX: i32> Field for Whole<MIN, MAX> {
    fn check(&self, path: &str, check: &mut Check) {
        let msg = format!("Must be a whole number from {MIN} to {MAX}");
        check.that((MIN..=MAX).contains(&self.0), path, msg);
    }
}

impl<const MIN: i32, const MAX: i32> JsonSchema for Whole<MIN, MAX> {
    inline!("Number");

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "format": "int32", "minimum": MIN, "maximum": MAX })
    }
}

/// A time in the future: an ISO 8601 date and time with its offset, as in `2099-01-31T09:30:00Z`.
#[derive(Clone, Copy, Debug)]
pub struct Future(Time);

impl Future {
    /// The time.
    pub fn get(self) -> Time {
        self.0
    }
}

impl<'de> Deserialize<'de> for Future {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = String::deserialize(deserializer)?.parse::<jiff::Timestamp>();
        time.map(|time| Self(Time::from_millis(time.as_millisecond())))
            .map_err(|_| de::Error::custom("must be a time such as 2026-01-31T09:30:00Z"))
    }
}

impl Field for Future {
    fn check(&self, path: &str, check: &mut Check) {
        check.that(self.0 > Time::now(), path, "Must be in the future");
    }
}

impl JsonSchema for Future {
    inline!("Time");

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Time::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::input::Line;

    /// The paths that break a rule, or `None` for what is not even of the type.
    fn broken<T: Field + for<'de> Deserialize<'de>>(value: Value) -> Option<usize> {
        let field: T = serde_json::from_value(value).ok()?;
        let mut check = Check::default();
        check.field("field", &field);
        Some(check.count())
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point_and_is_within_its_bounds() {
        for (value, found) in [
            (json!(1), Some(0)),
            (json!(4.0), Some(0)),
            (json!(5), Some(0)),
            (json!(0), Some(1)),
            (json!(6), Some(1)),
            (json!(4.5), None),
            (json!("4"), None),
            (json!(1e300), None),
        ] {
            assert_eq!(broken::<Whole<1, 5>>(value.clone()).map(|count| count.min(1)), found, "{value}");
        }
    }

    #[test]
    fn a_number_is_at_least_what_it_must_be() {
        assert_eq!(broken::<AtLeast<1>>(json!(1)), Some(0));
        assert_eq!(broken::<AtLeast<1>>(json!(0)), Some(1));
        assert_eq!(broken::<AtLeast<0>>(json!(-1)), Some(1));
    }

    #[test]
    fn a_list_has_a_bound_and_each_entry_its_rule() {
        type Tags = List<Required<Line<1, 3>>, 2>;
        assert_eq!(broken::<Tags>(json!(["a", "b"])), Some(0));
        assert_eq!(broken::<Tags>(json!(["a", "b", "c"])), Some(1));
        assert_eq!(broken::<Tags>(json!(["long", ""])), Some(2));
    }

    #[test]
    fn a_time_in_the_future_is_no_past_one() {
        let at = |seconds: u64| Time::now().plus(Duration::from_secs(seconds)).iso();
        assert_eq!(broken::<Future>(json!(at(60))), Some(0));
        assert_eq!(broken::<Future>(json!(at(0))), Some(1));
        assert_eq!(broken::<Future>(json!("tomorrow")), None);
    }

    #[test]
    fn a_change_tells_absent_from_empty() {
        type Name = Change<Line<1, 9>>;
        let read = |value: Value| serde_json::from_value::<Name>(value).unwrap().into_option();
        assert_eq!(read(json!(" Ada ")), Some(Some("Ada".to_owned())));
        assert_eq!((read(json!(null)), read(json!(" "))), (Some(None), Some(None)));
        assert_eq!(Name::default().into_option(), None);
    }
}
