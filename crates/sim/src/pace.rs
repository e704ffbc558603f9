//! Keeps step with the server's clock: what its now is, and how long until some instant of the night.

use std::time::Duration;

use model::Time;
use model::config::Clock;
use model::view::ClockView;
use tokio::time::Instant;

/// How far ahead of the last word from the server its now is still believed, on the wall.
const BELIEVED: Duration = Duration::from_secs(3);

/// A clock that is followed.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Where it stood when it was last heard, and when that was.
    told: Time,
    heard: Instant,
    /// Seconds of the night in a second.
    factor: f64,
    /// Whether it goes on without being heard of again.
    own: bool,
}

impl Pace {
    /// The server's clock, as just told.
    pub fn following(clock: &ClockView) -> Pace {
        let factor = match clock.clock {
            Clock::Scaled { factor, .. } => factor,
            Clock::Wall | Clock::Feed => 1.0,
        };
        Pace {
            told: clock.now,
            heard: Instant::now(),
            factor,
            own: false,
        }
    }

    /// A clock of its own that starts now at `from`.
    pub fn own(from: Time, factor: f64) -> Pace {
        Pace {
            told: from,
            heard: Instant::now(),
            factor,
            own: true,
        }
    }

    /// Now in the night. Stands still when the server has not been heard for a while, since then it
    /// may have stopped, and its clock with it.
    pub fn now(&self) -> Time {
        let mut passed = self.heard.elapsed();
        if !self.own {
            passed = passed.min(BELIEVED);
        }
        self.told
            .plus_ms((passed.as_millis() as f64 * self.factor) as i64)
    }

    /// How long to wait on the wall until `instant` of the night.
    pub fn wait(&self, instant: Time) -> Duration {
        let ahead_ms = instant.since_ms(self.now()).max(0) as f64;
        Duration::from_millis((ahead_ms / self.factor).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(now: i64) -> ClockView {
        let start = Time::from_ms(0);
        ClockView {
            clock: Clock::Scaled {
                start,
                factor: 20.0,
            },
            now: Time::from_ms(now),
            replay: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_followed_clock_stops_when_the_server_is_not_heard() {
        let pace = Pace::following(&told(1000));
        assert_eq!(pace.wait(Time::from_ms(21_000)), Duration::from_secs(1));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(pace.now(), Time::from_ms(21_000));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(
            pace.now(),
            Time::from_ms(61_000),
            "three seconds are believed, no more"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_of_its_own_goes_on() {
        let pace = Pace::own(Time::from_ms(0), 10.0);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(pace.now(), Time::from_ms(600_000));
        assert_eq!(pace.wait(Time::from_ms(0)), Duration::ZERO);
    }
}
