//! When in the year and the day a rule is in force, in the site's own time.

use serde::{Deserialize, Serialize};

use crate::time::Time;

const DAY_MS: i64 = 86_400_000;

/// When in the year and the day a rule is in force, in the site's own time. Outside, nothing is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Season {
    /// First and last day, as month × 100 + day; may run over New Year. Absent: all year.
    pub days: Option<(u16, u16)>,
    /// From and before, in minutes of the day; may run over midnight. Absent: all day.
    pub minutes: Option<(u16, u16)>,
    /// Minutes the site's time is ahead of UTC.
    pub offset_min: i16,
}

impl Season {
    /// Whether a reading observed at `time` falls into the season.
    pub fn holds(&self, time: Time) -> bool {
        let local = self.local(time);
        let in_days = self
            .days
            .is_none_or(|(first, last)| within(day_of_year(local), first, last.saturating_add(1)));
        let minute = (local.ms().rem_euclid(DAY_MS) / 60_000) as u16;
        in_days
            && self
                .minutes
                .is_none_or(|(from, before)| within(minute, from, before))
    }

    /// The instants behind `from` and before `to` at which it may begin or end.
    pub fn turns(&self, from: Time, to: Time) -> Vec<Time> {
        let midnight = self.local(from).day() * DAY_MS - i64::from(self.offset_min) * 60_000;
        let minutes = self.minutes.map_or([0, 0, 0], |(a, b)| [0, a, b]);
        let days = (0..).map(|n| midnight + n * DAY_MS);
        let days = days.take_while(|day| *day < to.ms());
        let turns =
            days.flat_map(|day| minutes.map(|m| Time::from_ms(day + i64::from(m) * 60_000)));
        let mut turns: Vec<Time> = turns.filter(|at| *at > from && *at < to).collect();
        turns.sort_unstable();
        turns.dedup();
        turns
    }

    /// The site's own clock.
    fn local(&self, time: Time) -> Time {
        time.plus_ms(i64::from(self.offset_min) * 60_000)
    }
}

/// Whether `value` lies in `from..before` on a ring.
fn within(value: u16, from: u16, before: u16) -> bool {
    if from < before {
        (from..before).contains(&value)
    } else {
        value >= from || value < before
    }
}

/// Month × 100 + day of the civil date (the usual conversion from days, in years from March).
fn day_of_year(local: Time) -> u16 {
    let days = local.day() + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day + 2) / 153;
    let (month, day) = (
        if month < 10 { month + 3 } else { month - 9 },
        day - (153 * month + 2) / 5 + 1,
    );
    (month * 100 + day) as u16
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(season: Season, time: &str, want: bool) {
        assert_eq!(season.holds(time.parse().unwrap()), want, "{time}");
    }

    #[test]
    fn a_season_is_a_stretch_of_days_and_of_hours_on_the_sites_own_clock() {
        let flood = Season {
            days: Some((415, 1015)),
            minutes: None,
            offset_min: 480,
        };
        check(flood, "2026-04-14T15:59:59Z", false);
        check(flood, "2026-04-14T16:00:00Z", true);
        check(flood, "2026-10-15T15:59:59Z", true);
        check(flood, "2026-10-15T16:00:00Z", false);
        let winter_nights = Season {
            days: Some((1101, 229)),
            minutes: Some((20 * 60, 6 * 60)),
            offset_min: 0,
        };
        check(winter_nights, "2027-12-31T23:00:00Z", true);
        check(winter_nights, "2028-02-29T05:59:00Z", true);
        check(winter_nights, "2028-02-29T06:00:00Z", false);
        check(winter_nights, "2028-03-01T05:00:00Z", false);
    }

    #[test]
    fn it_turns_only_where_it_says_so() {
        let nights = Season {
            days: Some((715, 716)),
            minutes: Some((22 * 60, 6 * 60)),
            offset_min: 480,
        };
        let at = |text: &str| text.parse::<Time>().unwrap();
        let (from, to) = (at("2026-07-13T09:30:00Z"), at("2026-07-18T00:00:00Z"));
        let turns = nights.turns(from, to);
        assert!(turns.iter().all(|turn| *turn > from && *turn < to));
        let mut held = nights.holds(from);
        let mut minute = from;
        while minute < to {
            let now = nights.holds(minute);
            assert!(now == held || turns.contains(&minute), "{minute}");
            (held, minute) = (now, minute.plus_ms(60_000));
        }
    }

    #[test]
    fn the_civil_date_agrees_with_the_calendar() {
        for day in -800..40_000 {
            let time = Time::from_ms(day * DAY_MS);
            let date = time.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
            let want = i32::from(date.month()) * 100 + i32::from(date.day());
            assert_eq!(i32::from(day_of_year(time)), want, "{time}");
        }
    }
}
