//! When in the year and the day a rule is in force, in the site's own time.

use model::Time;
use model::config::Season;

const DAY_MS: i64 = 86_400_000;

/// Whether a reading observed at `time` falls into the season.
pub(crate) fn holds(season: &Season, time: Time) -> bool {
    let local = time.plus_ms(i64::from(season.offset_min) * 60_000);
    let in_days = season
        .days
        .is_none_or(|(first, last)| within(day_of_year(local), first, last.saturating_add(1)));
    let minute = (local.ms().rem_euclid(DAY_MS) / 60_000) as u16;
    in_days
        && season
            .minutes
            .is_none_or(|(from, before)| within(minute, from, before))
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
        assert_eq!(holds(&season, time.parse().unwrap()), want, "{time}");
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
    fn the_civil_date_agrees_with_the_calendar() {
        for day in -800..40_000 {
            let time = Time::from_ms(day * DAY_MS);
            let date = time.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
            let want = i32::from(date.month()) * 100 + i32::from(date.day());
            assert_eq!(i32::from(day_of_year(time)), want, "{time}");
        }
    }
}
