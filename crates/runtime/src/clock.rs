//! Which time it is for the site: the machine's monotonic clock, a made-up night, or the messages'.
//!
//! Whatever this says goes into the journal as an entry's `at` before anything is decided on it. The
//! machine's own clocks are read in one place, [`Readout::take`], so that tests bring their own.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use model::Time;
use model::config::Clock;

use crate::fleet::STEP_MS;

/// What the machine's two clocks said at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Readout {
    pub(crate) monotonic: Instant,
    pub(crate) system: Time,
}

impl Readout {
    /// Both clocks now.
    pub(crate) fn take() -> Readout {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        let system = Time::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        Readout {
            monotonic: Instant::now(),
            system,
        }
    }
}

/// The site's clock since the process started.
#[derive(Debug)]
pub(crate) struct SiteClock {
    kind: Clock,
    start: Readout,
    /// What it showed at the start.
    base: Time,
    factor: f64,
    /// How far the system clock had moved away from the monotonic one when it was last told.
    told_ms: i64,
}

impl SiteClock {
    /// The clock of a site whose newest entry is of `last` ([`Time::MIN`] for none).
    ///
    /// A made-up night goes on where it stopped: the time it was down does not pass. The wall clock
    /// starts from the system's, but never before `last`.
    pub(crate) fn start(kind: Clock, last: Time, start: Readout) -> SiteClock {
        let (base, factor) = match kind {
            Clock::Wall => (start.system.max(last), 1.0),
            Clock::Scaled { start, factor } => {
                (if last == Time::MIN { start } else { last }, factor)
            }
            Clock::Feed => (last, 0.0),
        };
        SiteClock {
            kind,
            start,
            base,
            factor,
            told_ms: 0,
        }
    }

    /// Which clock it is.
    pub(crate) fn kind(&self) -> Clock {
        self.kind
    }

    /// The time it shows, where it runs by itself.
    pub(crate) fn shows(&self, readout: &Readout) -> Option<Time> {
        match self.kind {
            Clock::Wall | Clock::Scaled { .. } => {
                let elapsed = self.elapsed_ms(readout) as f64 * self.factor;
                Some(self.base.plus_ms(elapsed as i64))
            }
            Clock::Feed => None,
        }
    }

    /// When it will show `time`, where it runs by itself; a millisecond late rather than early.
    pub(crate) fn when(&self, time: Time) -> Option<Instant> {
        match self.kind {
            Clock::Wall | Clock::Scaled { .. } => {
                let ahead = time.since_ms(self.base).max(0) as f64 / self.factor.max(1e-6);
                // A day is far enough: the loop asks again long before.
                let ahead = (ahead.ceil() as u64).min(86_400_000) + 1;
                self.start
                    .monotonic
                    .checked_add(Duration::from_millis(ahead))
            }
            Clock::Feed => None,
        }
    }

    /// By how much the system clock has jumped since the last call, if by more than two seconds.
    /// Only the wall clock of a site is watched: no other promises to be the real time.
    pub(crate) fn step(&mut self, readout: &Readout) -> Option<i64> {
        match self.kind {
            Clock::Wall => {}
            Clock::Scaled { .. } | Clock::Feed => return None,
        }
        let apart = readout.system.since_ms(self.start.system) - self.elapsed_ms(readout);
        let by = apart - self.told_ms;
        if by.abs() <= STEP_MS {
            return None;
        }
        self.told_ms = apart;
        Some(by)
    }

    fn elapsed_ms(&self, readout: &Readout) -> i64 {
        let elapsed = readout
            .monotonic
            .saturating_duration_since(self.start.monotonic);
        i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_784_000_000_000;

    fn readout(start: Instant, elapsed_ms: u64, system_ms: i64) -> Readout {
        Readout {
            monotonic: start + Duration::from_millis(elapsed_ms),
            system: Time::from_ms(NOON + system_ms),
        }
    }

    fn shown(clock: &SiteClock, at: &Readout) -> i64 {
        clock.shows(at).map_or(-1, |t| t.ms() - NOON)
    }

    #[test]
    fn the_wall_clock_follows_the_monotonic_one_and_tells_steps_once() {
        let zero = Instant::now();
        let mut clock = SiteClock::start(Clock::Wall, Time::MIN, readout(zero, 0, 0));
        assert_eq!(shown(&clock, &readout(zero, 1_000, 1_000)), 1_000);
        assert_eq!(
            clock.step(&readout(zero, 1_000, 2_900)),
            None,
            "slewing is no step"
        );
        let stepped = readout(zero, 2_000, 3_602_000);
        assert_eq!(shown(&clock, &stepped), 2_000);
        assert_eq!(clock.step(&stepped), Some(3_600_000));
        assert_eq!(clock.step(&readout(zero, 3_000, 3_603_000)), None);
        assert_eq!(clock.step(&readout(zero, 4_000, 4_000)), Some(-3_600_000));
    }

    #[test]
    fn it_never_starts_before_the_newest_entry() {
        let zero = Instant::now();
        let last = Time::from_ms(NOON + 50_000);
        let clock = SiteClock::start(Clock::Wall, last, readout(zero, 0, 0));
        assert_eq!(shown(&clock, &readout(zero, 0, 0)), 50_000);
    }

    #[test]
    fn a_made_up_night_goes_on_where_it_stopped() {
        let zero = Instant::now();
        let kind = Clock::Scaled {
            start: Time::from_ms(NOON),
            factor: 60.0,
        };
        let clock = SiteClock::start(kind, Time::MIN, readout(zero, 0, 9_999));
        assert_eq!(shown(&clock, &readout(zero, 1_000, 9_999)), 60_000);
        let again = SiteClock::start(kind, Time::from_ms(NOON + 60_000), readout(zero, 0, 99_999));
        assert_eq!(shown(&again, &readout(zero, 500, 99_999)), 90_000);
        let due = again.when(Time::from_ms(NOON + 120_000)).map(|i| i - zero);
        assert_eq!(due, Some(Duration::from_millis(1_001)));
    }
}
