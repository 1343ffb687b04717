//! The days of a period where the caller lives.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::Time;

/// Consecutive days of a time zone, as long as the clock there makes them.
#[derive(Debug)]
pub struct Calendar {
    days: Vec<(Date, Time)>,
    end: Time,
}

impl Calendar {
    /// The last `count` days up to today.
    pub fn until_today(zone: &str, count: i64) -> Result<Self, jiff::Error> {
        Self::until(Timestamp::now(), zone, count)
    }

    fn until(now: Timestamp, zone: &str, count: i64) -> Result<Self, jiff::Error> {
        let zone = TimeZone::get(zone)?;
        let today = now.to_zoned(zone.clone()).date();
        let begins = |day: Date| -> Result<Time, jiff::Error> {
            let start = day.to_zoned(zone.clone())?.start_of_day()?;
            Ok(Time::from_millis(start.timestamp().as_millisecond()))
        };
        let days = (0..count)
            .map(|index| {
                let day = today.checked_sub((count - 1 - index).days())?;
                Ok((day, begins(day)?))
            })
            .collect::<Result<_, jiff::Error>>()?;
        Ok(Self { days, end: begins(today.checked_add(1.day())?)? })
    }

    /// When the first day begins, and when the last one ends.
    pub fn period(&self) -> (Time, Time) {
        (self.days.first().map_or(self.end, |(_, start)| *start), self.end)
    }

    /// The days, the earliest first.
    pub fn days(&self) -> impl Iterator<Item = Date> {
        self.days.iter().map(|(day, _)| *day)
    }

    /// Which day a time is on.
    pub fn index_of(&self, time: Time) -> Option<usize> {
        if time >= self.end {
            return None;
        }
        self.days.partition_point(|(_, start)| *start <= time).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin(now: &str, count: i64) -> Calendar {
        Calendar::until(now.parse().unwrap(), "Europe/Berlin", count).unwrap()
    }

    fn at(text: &str) -> Time {
        Time::from_millis(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn today_is_the_callers() {
        let calendar = berlin("2026-01-30T23:30:00Z", 2);
        let days: Vec<String> = calendar.days().map(|day| day.to_string()).collect();
        assert_eq!(days, ["2026-01-30", "2026-01-31"]);
        assert_eq!(calendar.period(), (at("2026-01-29T23:00:00Z"), at("2026-01-31T23:00:00Z")));
    }

    #[test]
    fn a_time_is_on_the_day_that_the_clock_there_shows() {
        let calendar = berlin("2026-01-30T23:30:00Z", 2);
        for (time, day) in [
            ("2026-01-29T22:59:59Z", None),
            ("2026-01-29T23:00:00Z", Some(0)),
            ("2026-01-30T22:59:59Z", Some(0)),
            ("2026-01-30T23:00:00Z", Some(1)),
            ("2026-01-31T23:00:00Z", None),
        ] {
            assert_eq!(calendar.index_of(at(time)), day, "{time}");
        }
    }

    #[test]
    fn the_day_the_clocks_change_is_23_hours_long() {
        let (from, to) = berlin("2026-03-29T12:00:00Z", 1).period();
        assert_eq!(to.millis() - from.millis(), 23 * 3600 * 1000);
    }

    #[test]
    fn an_unknown_zone_is_refused() {
        assert!(Calendar::until_today("Mars/Olympus", 7).is_err());
    }
}
