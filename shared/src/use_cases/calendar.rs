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

    /// Where the days begin, and where the last one ends.
    pub fn boundaries(&self) -> Vec<Time> {
        self.days.iter().map(|(_, start)| *start).chain([self.end]).collect()
    }

    /// Each day with the time it begins.
    pub fn days(&self) -> &[(Date, Time)] {
        &self.days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin(now: &str, count: i64) -> Calendar {
        Calendar::until(now.parse().unwrap(), "Europe/Berlin", count).unwrap()
    }

    #[test]
    fn today_is_the_callers() {
        let calendar = berlin("2026-01-30T23:30:00Z", 2);
        let days: Vec<String> = calendar.days().iter().map(|(day, _)| day.to_string()).collect();
        assert_eq!(days, ["2026-01-30", "2026-01-31"]);
        assert_eq!(calendar.boundaries()[1].iso(), "2026-01-30T23:00:00.000Z");
    }

    #[test]
    fn the_day_the_clocks_change_is_23_hours_long() {
        let calendar = berlin("2026-03-29T12:00:00Z", 1);
        let millis: Vec<i64> = calendar.boundaries().iter().map(|time| time.millis()).collect();
        assert_eq!(millis[1] - millis[0], 23 * 3600 * 1000);
    }

    #[test]
    fn an_unknown_zone_is_refused() {
        assert!(Calendar::until_today("Mars/Olympus", 7).is_err());
    }
}
