//! The condition machine of one rule on one subject: four levels, each with its own clocks.
//!
//! Knows nothing of alarms, timers or series: a measured value goes in, steps move, deadlines stand
//! in the steps. The announced level is the highest step that is on or recovering.

use model::config::{Bound, Rule, Side};
use model::view::LevelClock;
use model::{Fixed, Level, Time};
use serde::{Deserialize, Serialize};

/// What is compared with a bound: a value, or a change over a time kept as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    Plain(Fixed),
    /// `rise / over`, compared without dividing.
    Ratio {
        rise: i128,
        over: i128,
    },
}

impl Measured {
    fn reaches(self, side: Side, bound: Fixed) -> bool {
        match (self, side) {
            (Measured::Plain(value), Side::Above) => value >= bound,
            (Measured::Plain(value), Side::Below) => value <= bound,
            (Measured::Ratio { rise, over }, Side::Above) => rise >= i128::from(bound) * over,
            (Measured::Ratio { rise, over }, Side::Below) => rise <= i128::from(bound) * over,
        }
    }

    /// The value for people; a ratio is rounded down.
    pub(crate) fn shown(self) -> Fixed {
        match self {
            Measured::Plain(value) => value,
            Measured::Ratio { rise, over } => {
                i64::try_from(rise.div_euclid(over.max(1))).unwrap_or(i64::MAX)
            }
        }
    }
}

/// Where one level stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    #[default]
    Off,
    /// Met since the observed time `first`; counts at `due` if nothing contradicts.
    Pending { first: Time, due: Time },
    /// `raised` is the entry time it began to count.
    On { raised: Time },
    /// No longer met since `first`; over at `due`.
    Recovering {
        raised: Time,
        first: Time,
        due: Time,
    },
}

impl Step {
    fn counts(self) -> bool {
        matches!(self, Step::On { .. } | Step::Recovering { .. })
    }

    fn due(self) -> Option<Time> {
        match self {
            Step::Pending { due, .. } | Step::Recovering { due, .. } => Some(due),
            Step::Off | Step::On { .. } => None,
        }
    }
}

/// One valid reading as a condition sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) measured: Measured,
    pub(crate) observed: Time,
    /// Entry time.
    pub(crate) at: Time,
    /// May raise, never clears.
    pub(crate) doubtful: bool,
}

/// Clocks frozen while the series is unknown: elapsed ms of each level's run.
type Frozen = [i64; 4];

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Condition {
    steps: [Step; 4],
    /// Newest observed time that was judged; the end of every breach run.
    newest: Option<Time>,
    frozen: Option<Frozen>,
    /// Good samples still wanted before anything may be lowered, after being unknown.
    wary: u8,
    /// The level stands on doubtful values.
    pub(crate) doubtful: bool,
    /// Worst value since the level left 0, and when.
    pub(crate) peak: Option<(Fixed, Time)>,
    /// The value that decided the last change.
    pub(crate) decided: Option<Fixed>,
}

impl Condition {
    /// The announced level; 0 none.
    pub(crate) fn level(&self) -> u8 {
        let top = Level::ALL
            .iter()
            .rev()
            .find(|l| self.steps[l.index()].counts());
        top.map_or(0, |l| l.digit())
    }

    /// Whether every level is off and nothing is frozen: a calm value cannot change anything.
    pub(crate) fn is_idle(&self) -> bool {
        self.frozen.is_none() && self.steps.iter().all(|s| *s == Step::Off)
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.frozen.is_some()
    }

    /// The deadline of each level.
    pub(crate) fn deadlines(&self) -> [Option<Time>; 4] {
        if self.is_unknown() {
            [None; 4]
        } else {
            self.steps.map(Step::due)
        }
    }

    /// The deadlines of each level in words for people.
    pub(crate) fn clocks(&self) -> Vec<LevelClock> {
        let clock = |level: Level| match self.steps[level.index()] {
            Step::Pending { first, due } => Some((true, first, due)),
            Step::Recovering { first, due, .. } => Some((false, first, due)),
            Step::Off | Step::On { .. } => None,
        };
        let all = Level::ALL.iter();
        let running = all.filter_map(|level| {
            clock(*level).map(|(rises, since, due)| LevelClock {
                level: *level,
                rises,
                since,
                due,
            })
        });
        running.collect()
    }

    /// Moves every level by one valid reading.
    pub(crate) fn judge(&mut self, rule: &Rule, bounds: &[Option<Bound>; 4], look: Look) {
        self.thaw(look);
        let before = self.level();
        let may_lower = !look.doubtful && !self.hesitates(rule, bounds, look);
        for level in Level::ALL {
            let place = level.index();
            let Some(bound) = bounds[place] else { continue };
            let met = look.measured.reaches(rule.side, bound.raise);
            let kept = met || look.measured.reaches(rule.side, bound.reset);
            let delays = rule.delays[place];
            self.steps[place] = match self.steps[place] {
                Step::Off if met => begin(look, delays.on_ms),
                Step::Off => Step::Off,
                Step::Pending { first, .. } if met => hold(look, first, delays.on_ms),
                Step::Pending { first, due } if look.doubtful => Step::Pending { first, due },
                Step::Pending { .. } => Step::Off,
                Step::On { raised } | Step::Recovering { raised, .. } if kept => {
                    Step::On { raised }
                }
                step @ (Step::On { .. } | Step::Recovering { .. }) if !may_lower => step,
                Step::On { raised } => {
                    leave(look, raised, look.observed, delays.off_ms, rule.min_hold_ms)
                }
                Step::Recovering { raised, first, .. } => {
                    leave(look, raised, first, delays.off_ms, rule.min_hold_ms)
                }
            };
        }
        self.newest = Some(look.observed);
        self.note(rule.side, before, look);
    }

    /// After being unknown one more good sample is wanted before anything is lowered.
    fn hesitates(&mut self, rule: &Rule, bounds: &[Option<Bound>; 4], look: Look) -> bool {
        if self.wary == 0 {
            return false;
        }
        self.wary -= 1;
        let lowers = Level::ALL.iter().any(|level| {
            self.steps[level.index()].counts()
                && bounds[level.index()].is_some_and(|b| !look.measured.reaches(rule.side, b.reset))
        });
        lowers && self.wary > 0
    }

    fn note(&mut self, side: Side, before: u8, look: Look) {
        let level = self.level();
        let shown = look.measured.shown();
        if level != before {
            self.decided = Some(shown);
        }
        if level == 0 {
            return;
        }
        self.doubtful = if level > before {
            look.doubtful
        } else {
            self.doubtful && look.doubtful
        };
        let worse = |peak: Fixed| match side {
            Side::Above => shown > peak,
            Side::Below => shown < peak,
        };
        if before == 0 || self.peak.is_none_or(|(peak, _)| worse(peak)) {
            self.peak = Some((shown, look.observed));
        }
    }

    /// Moves every level whose deadline has come; says at which instant the last of them changed.
    pub(crate) fn expire(&mut self, rule: &Rule, at: Time) -> Option<Time> {
        let mut changed = None;
        if self.is_unknown() {
            return None;
        }
        for level in Level::ALL {
            let step = &mut self.steps[level.index()];
            if step.due().is_none_or(|due| due > at) {
                continue;
            }
            let delays = rule.delays[level.index()];
            let instant = match *step {
                Step::Pending { first, .. } => {
                    *step = Step::On { raised: at };
                    first.plus_ms(delays.on_ms)
                }
                Step::Recovering { raised, first, .. } => {
                    *step = Step::Off;
                    first
                        .plus_ms(delays.off_ms)
                        .max(raised.plus_ms(rule.min_hold_ms))
                }
                Step::Off | Step::On { .. } => continue,
            };
            changed = changed.max(Some(instant));
        }
        changed
    }

    /// The series is beyond its horizon: clocks stop where they are, levels stay.
    pub(crate) fn freeze(&mut self, at: Time) {
        if self.is_unknown() || self.is_idle() {
            return;
        }
        let elapsed = |step: &Step, delay_from: Option<Time>| match (step, delay_from) {
            (Step::Pending { first, .. } | Step::Recovering { first, .. }, Some(newest)) => {
                newest.since_ms(*first).max(0)
            }
            _ => 0,
        };
        let newest = self.newest.map(|n| n.min(at));
        self.frozen = Some([0, 1, 2, 3].map(|place: usize| elapsed(&self.steps[place], newest)));
        self.wary = 2;
    }

    /// The first good sample after being unknown: runs go on with what they had.
    fn thaw(&mut self, look: Look) {
        let Some(frozen) = self.frozen.take() else {
            return;
        };
        for (step, elapsed) in self.steps.iter_mut().zip(frozen) {
            match step {
                Step::Pending { first, .. } | Step::Recovering { first, .. } => {
                    *first = look.observed.plus_ms(-elapsed);
                }
                Step::Off | Step::On { .. } => {}
            }
        }
    }

    /// Ends levels that have no bound any more.
    pub(crate) fn keep_only(&mut self, bounds: &[Option<Bound>; 4]) {
        for (step, bound) in self.steps.iter_mut().zip(bounds) {
            if bound.is_none() {
                *step = Step::Off;
            }
        }
    }

    /// The steps without entry times, for the hash of the decision state: per level a digit for
    /// the kind and the observed start of its run.
    pub(crate) fn canon(&self) -> [(u8, i64); 4] {
        self.steps.map(|step| match step {
            Step::Off => (0, 0),
            Step::Pending { first, .. } => (1, first.ms()),
            Step::On { .. } => (2, 0),
            Step::Recovering { first, .. } => (3, first.ms()),
        })
    }
}

/// A level is met for the first time.
fn begin(look: Look, delay_ms: i64) -> Step {
    hold(look, look.observed, delay_ms)
}

/// A level goes on being met: the run grows by observed time, the rest is waited for from `at`.
fn hold(look: Look, first: Time, delay_ms: i64) -> Step {
    let elapsed = look.observed.since_ms(first);
    if elapsed >= delay_ms {
        return Step::On { raised: look.at };
    }
    Step::Pending {
        first,
        due: look.at.plus_ms(delay_ms - elapsed),
    }
}

/// A level is no longer kept: over at once, or after its off-delay and the minimum hold.
fn leave(look: Look, raised: Time, first: Time, delay_ms: i64, min_hold_ms: i64) -> Step {
    let elapsed = look.observed.since_ms(first);
    let held_until = raised.plus_ms(min_hold_ms);
    if elapsed >= delay_ms && look.at >= held_until {
        return Step::Off;
    }
    let due = look.at.plus_ms((delay_ms - elapsed).max(0)).max(held_until);
    Step::Recovering { raised, first, due }
}
