//! The clock of recorded nights: time is carried by the messages, never backwards.
//!
//! Part of the fleet, so that recovery rebuilds it from the entries alone. One gauge with a broken
//! clock must not move everybody's time: a step of more than a day needs three series to agree.

use model::{JurisdictionSlot, SeriesSlot, Time};
use serde::{Deserialize, Serialize};

/// A step up to this long is believed at once.
pub(crate) const LEAP_MS: i64 = 86_400_000;

/// Voices for a leap that are remembered; more than three only matters when some disagree.
const MOST_VOICES: usize = 16;

/// Different series that have to agree on a leap, the last one included.
pub(crate) const ENOUGH: usize = 3;

/// A series that claims it is much later than everybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Voice {
    jurisdiction: JurisdictionSlot,
    series: SeriesSlot,
    claim: Time,
}

/// The newest entry time, and who says it is much later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FeedClock {
    /// [`Time::MIN`] before anything set it.
    now: Time,
    /// Not stored: a leap that was not agreed on before a crash starts over.
    #[serde(skip)]
    voices: Vec<Voice>,
    /// A leap that was agreed on and not entered yet.
    #[serde(skip)]
    believed: Option<Time>,
}

impl Default for FeedClock {
    fn default() -> FeedClock {
        FeedClock {
            now: Time::MIN,
            voices: Vec::new(),
            believed: None,
        }
    }
}

impl FeedClock {
    /// Time of the newest entry; [`Time::MIN`] before the first.
    pub(crate) fn now(&self) -> Time {
        self.now
    }

    /// The entry time of a reading that says it is `claim` now.
    pub(crate) fn at(
        &self,
        jurisdiction: JurisdictionSlot,
        series: SeriesSlot,
        claim: Time,
        enough: usize,
    ) -> Time {
        if claim <= self.now {
            return self.now;
        }
        if !self.is_leap(claim) || self.believed == Some(claim) {
            return claim;
        }
        let others = self.voices.iter().filter(|v| {
            (v.jurisdiction, v.series) != (jurisdiction, series)
                && claim.since_ms(v.claim).abs() <= LEAP_MS
        });
        if others.count() + 1 >= enough {
            claim
        } else {
            self.now
        }
    }

    /// Whether a reading that says it is `claim` now asks for a step that needs agreement.
    pub(crate) fn is_leap(&self, claim: Time) -> bool {
        self.now != Time::MIN && claim.since_ms(self.now) > LEAP_MS
    }

    /// The next reading that says it is `claim` moves the clock there.
    pub(crate) fn believe(&mut self, claim: Time) {
        self.believed = Some(claim);
    }

    /// Remembers that a series claims a leap that was not believed yet; other claims are nothing.
    pub(crate) fn hear(&mut self, jurisdiction: JurisdictionSlot, series: SeriesSlot, claim: Time) {
        if !self.is_leap(claim) {
            return;
        }
        self.voices
            .retain(|v| (v.jurisdiction, v.series) != (jurisdiction, series));
        if self.voices.len() == MOST_VOICES {
            self.voices.remove(0);
        }
        self.voices.push(Voice {
            jurisdiction,
            series,
            claim,
        });
    }

    /// Follows an entry. Any step ahead answers the question whether there was a leap.
    pub(crate) fn enter(&mut self, at: Time) {
        if at > self.now {
            self.now = at;
            self.voices.clear();
            self.believed = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn say(clock: &mut FeedClock, series: u32, hours: i64) -> i64 {
        let claim = Time::from_ms(hours * HOUR);
        let at = clock.at(JurisdictionSlot(0), SeriesSlot(series), claim, ENOUGH);
        clock.enter(at);
        clock.hear(JurisdictionSlot(0), SeriesSlot(series), claim);
        at.ms() / HOUR
    }

    #[test]
    fn the_first_reading_sets_it_and_it_never_goes_back() {
        let mut clock = FeedClock::default();
        assert_eq!(say(&mut clock, 1, 1000), 1000);
        assert_eq!(say(&mut clock, 2, 900), 1000);
        assert_eq!(say(&mut clock, 1, 1024), 1024);
    }

    #[test]
    fn a_leap_needs_three_series() {
        let mut clock = FeedClock::default();
        say(&mut clock, 1, 1000);
        assert_eq!(say(&mut clock, 1, 1100), 1000);
        assert_eq!(
            say(&mut clock, 1, 1101),
            1000,
            "one gauge insisting is still one"
        );
        assert_eq!(say(&mut clock, 2, 1101), 1000);
        assert_eq!(
            say(&mut clock, 3, 2101),
            1000,
            "it disagrees with the others"
        );
        assert_eq!(say(&mut clock, 4, 1102), 1102);
    }

    #[test]
    fn ordinary_time_going_on_silences_the_voices() {
        let mut clock = FeedClock::default();
        say(&mut clock, 1, 1000);
        say(&mut clock, 2, 5000);
        say(&mut clock, 3, 5000);
        assert_eq!(say(&mut clock, 1, 1001), 1001);
        assert_eq!(say(&mut clock, 4, 5000), 1001);
    }
}
