//! How a condition stood after earlier samples, so that a late one can be judged in its place.
//!
//! A mark is kept only where a reading changed something, and only as far back as readings may be
//! late; a calm gauge has none. The first mark is the furthest one can go back to.

use model::config::Rule;
use model::{Fixed, Time};
use serde::{Deserialize, Serialize};

use crate::condition::{Condition, Step};

/// More changes of one condition than this are not remembered, however late readings may be.
const MAX_MARKS: usize = 256;

/// A condition after the sample observed at `time`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub(crate) time: Time,
    steps: [Step; 4],
    stopped_ms: Option<i64>,
    wary: u8,
    #[serde(default)]
    doubted: Option<Time>,
    doubtful: bool,
    #[serde(default)]
    unsure: u8,
    peak: Option<(Fixed, Time)>,
    decided: Option<Fixed>,
    newest: Option<Time>,
}

impl Condition {
    /// The condition as it stands, as of its newest sample.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            time: self.newest.unwrap_or(Time::MIN),
            steps: self.steps,
            stopped_ms: self.stopped_ms,
            wary: self.wary,
            doubted: self.doubted,
            doubtful: self.doubtful,
            unsure: self.unsure,
            peak: self.peak,
            decided: self.decided,
            newest: self.newest,
        }
    }

    /// Keeps how it stands after the sample of `time` when that differs from `before`.
    pub(crate) fn remember(&mut self, before: &Mark, time: Time, lateness_ms: i64) {
        if lateness_ms == 0 {
            return;
        }
        if self.marks.is_empty() {
            let idle = before.stopped_ms.is_none() && before.steps == [Step::Off; 4];
            let base = if idle { Time::MIN } else { before.time };
            self.marks.push(Mark {
                time: base,
                ..*before
            });
        }
        self.marks.push(Mark {
            time,
            ..self.mark()
        });
        let oldest = time.plus_ms(-lateness_ms);
        let old = self.marks.partition_point(|m| m.time < oldest);
        let spare = self.marks.len().saturating_sub(MAX_MARKS);
        self.marks.drain(..old.saturating_sub(1).max(spare));
    }

    /// Forgets what was: no late sample goes back behind `time`.
    pub(crate) fn settle_at(&mut self, time: Time) {
        self.marks.clear();
        self.marks.push(Mark {
            time,
            ..self.mark()
        });
    }

    /// Goes back to before the sample of `to`, whose predecessor was observed at `before`, with
    /// every clock set as if samples arrived when they were observed. Gives the first observed time
    /// to be judged again.
    pub(crate) fn rewind(&mut self, rule: &Rule, to: Time, before: Option<Time>) -> Time {
        let behind = self.marks.partition_point(|m| m.time < to);
        let (from, mark) = match (behind.checked_sub(1), self.marks.first().copied()) {
            (Some(place), _) => {
                let mark = self.marks[place];
                self.marks.truncate(behind);
                (to, mark)
            }
            (None, Some(base)) => {
                self.marks.truncate(1);
                (base.time.plus_ms(1), base)
            }
            (None, None) if self.is_idle() => (to, Condition::default().mark()),
            (None, None) => {
                let base = self.mark();
                (base.time.plus_ms(1), base)
            }
        };
        // What was worst before `to` is not made otherwise by what comes after.
        let peak = match (mark.peak, self.peak) {
            (Some(_), Some((value, when))) if when < to => Some((value, when)),
            (peak, _) => peak,
        };
        self.steps = mark.steps;
        self.stopped_ms = mark.stopped_ms;
        self.wary = mark.wary;
        self.doubted = mark.doubted;
        self.doubtful = mark.doubtful;
        self.unsure = mark.unsure;
        self.decided = mark.decided;
        self.peak = peak;
        let newest = if from == to { before } else { mark.newest };
        match newest.or(mark.newest) {
            Some(newest) => self.set_clocks(rule, newest, newest),
            None => self.newest = None,
        }
        from
    }

    /// Lets the clock of observed times run to the next sample, as if each had arrived in time;
    /// `heard` is the last one before it, which may have been too doubtful to count.
    pub(crate) fn pass(
        &mut self,
        rule: &Rule,
        until: Time,
        heard: Option<Time>,
        horizon_ms: Option<i64>,
    ) {
        let sight_ends = match (self.newest, horizon_ms) {
            (newest @ Some(_), Some(ms)) if rule.unknown_when_stale => {
                newest.max(heard).map(|last| last.plus_ms(ms))
            }
            (Some(_) | None, Some(_) | None) => None,
        };
        match sight_ends.filter(|end| *end < until && !self.is_unknown()) {
            Some(end) => {
                self.expire(rule, end, horizon_ms);
                self.freeze(end);
            }
            None => {
                self.expire(rule, until, horizon_ms);
            }
        }
    }

    /// The level as it stood after `time`, as far as it is remembered.
    pub(crate) fn level_at(&self, rule: &Rule, time: Time) -> u8 {
        let behind = self.marks.partition_point(|m| m.time <= time);
        let Some(mark) = self.marks.get(behind.saturating_sub(1)) else {
            return self.level();
        };
        let mut then = Condition {
            steps: mark.steps,
            stopped_ms: mark.stopped_ms,
            wary: mark.wary,
            doubted: mark.doubted,
            ..Condition::default()
        };
        then.set_clocks(rule, time, time);
        then.expire(rule, time, None);
        then.level()
    }
}
