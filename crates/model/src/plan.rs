//! Tests of the channels that begin by themselves: who is tried, by what, and when.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::config::Text;
use crate::id::GroupId;
use crate::page::Channel;
use crate::time::Time;

/// A test of the channels that begins by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub id: String,
    pub title: Text,
    pub when: Schedule,
    /// Empty: everybody who can be called.
    pub groups: Vec<GroupId>,
    /// Empty: every one.
    pub channels: Vec<Channel>,
}

/// An hour of a day that comes again and again, by the clock on the wall of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub every: Every,
    /// Minutes since midnight.
    pub minute: u16,
    /// Of the site, from UTC.
    pub offset_min: i16,
}

/// Which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// From 1, Monday, to 7.
    Week(u8),
    /// From 1 to 28, which every month has.
    Month(u8),
}

/// Days in which every schedule has one.
const LONGEST_GAP: i64 = 32;

impl Schedule {
    pub(crate) fn is_sound(&self) -> bool {
        let day = match self.every {
            Every::Week(day) => (1..=7).contains(&day),
            Every::Month(day) => (1..=28).contains(&day),
        };
        day && self.minute < 24 * 60 && self.offset_min.abs() <= 18 * 60
    }

    /// The first time after an instant.
    pub fn next_after(&self, at: Time) -> Time {
        let ahead_ms = i64::from(self.offset_min) * 60_000;
        let today = at.plus_ms(ahead_ms).day();
        let begins = |day: i64| {
            let local_ms = day * 86_400_000 + i64::from(self.minute) * 60_000;
            Time::from_ms(local_ms - ahead_ms)
        };
        let mut days = (today..=today + LONGEST_GAP).filter(|day| self.has(*day));
        let next = days.find(|day| begins(*day) > at);
        begins(next.unwrap_or(today + LONGEST_GAP))
    }

    /// Whether a day, counted from 1970-01-01, is one of it.
    fn has(&self, day: i64) -> bool {
        let date = date_of(day);
        match self.every {
            Every::Week(wanted) => date.weekday().to_monday_one_offset() == wanted as i8,
            Every::Month(wanted) => date.day() == wanted as i8,
        }
    }
}

fn date_of(day: i64) -> Date {
    let midnight = Time::from_ms(day.saturating_mul(86_400_000)).timestamp();
    TimeZone::UTC.to_datetime(midnight).date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn next(every: Every, hour: u16, at: &str) -> String {
        let when = Schedule {
            every,
            minute: hour * 60,
            offset_min: 480,
        };
        let at = at.parse().expect("a time");
        when.next_after(at).to_string()
    }

    #[test]
    fn the_day_is_the_sites_own() {
        // 2026-07-14 is a Tuesday in China while it is still Monday evening in UTC.
        let monday = "2026-07-13T18:00:00Z";
        assert_eq!(next(Every::Week(2), 3, monday), "2026-07-13T19:00:00Z");
        assert_eq!(next(Every::Week(2), 2, monday), "2026-07-20T18:00:00Z");
        assert_eq!(next(Every::Month(14), 3, monday), "2026-07-13T19:00:00Z");
        assert_eq!(next(Every::Month(14), 1, monday), "2026-08-13T17:00:00Z");
    }

    #[test]
    fn the_instant_itself_is_over() {
        let now = "2026-02-28T02:00:00Z";
        assert_eq!(next(Every::Month(28), 10, now), "2026-03-28T02:00:00Z");
        assert_eq!(next(Every::Month(28), 11, now), "2026-02-28T03:00:00Z");
    }

    proptest! {
        #[test]
        fn it_comes_again_and_never_twice_a_day(month in any::<bool>(), day in 1u8..=28, minute in 0u16..1440,
                                                offset_min in -720i16..=840, at in 0i64..4_000_000_000_000) {
            let every = if month { Every::Month(day) } else { Every::Week((day - 1) % 7 + 1) };
            let when = Schedule { every, minute, offset_min };
            prop_assert!(when.is_sound());
            let at = Time::from_ms(at);
            let next = when.next_after(at);
            let longest = if month { 31 } else { 7 };
            prop_assert!(next > at && next.since_ms(at) <= longest * 86_400_000);
            let after = when.next_after(next).since_ms(next);
            let soonest = if month { 28 } else { 7 };
            prop_assert!(after >= soonest * 86_400_000 && after <= longest * 86_400_000);
        }
    }
}
