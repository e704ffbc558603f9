//! The condition machine of one rule on one subject: four levels, each with its own clocks.
//!
//! Knows nothing of alarms, timers or series: a measured value goes in, steps move, deadlines stand
//! in the steps. The announced level is the highest step that is on or recovering. Every clock runs
//! by observed time up to the newest sample and by arrival from there on.

use model::config::{Bound, Delays, Rule, Side};
use model::view::LevelClock;
use model::{Fixed, Level, Time};
use serde::{Deserialize, Serialize};

use crate::measure::{Measured, Seen};
use crate::memory::Mark;
use crate::turn::{Says, Turn, over};

/// Where one level stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    #[default]
    Off,
    /// Met since the observed time `first`; counts at `due` if nothing contradicts. `missed` has a
    /// bit for each later good reading, the newest lowest, set where it did not meet the level.
    Pending {
        first: Time,
        due: Time,
        #[serde(default)]
        missed: u32,
    },
    /// `raised` is the observed time it began to count.
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

    /// The step without its deadline, which follows from the rest and from arrival.
    fn shape(self) -> (u8, Time, Time, u32) {
        match self {
            Step::Off => (0, Time::default(), Time::default(), 0),
            Step::Pending { first, missed, .. } => (1, first, Time::default(), missed),
            Step::On { raised } => (2, Time::default(), raised, 0),
            Step::Recovering { raised, first, .. } => (3, first, raised, 0),
        }
    }

    fn moved(self, by_ms: i64) -> Step {
        let moved = |time: Time| time.plus_ms(by_ms);
        match self {
            Step::Off => Step::Off,
            Step::Pending { first, due, missed } => Step::Pending {
                first: moved(first),
                due,
                missed,
            },
            Step::On { raised } => Step::On {
                raised: moved(raised),
            },
            Step::Recovering { raised, first, due } => Step::Recovering {
                raised: moved(raised),
                first: moved(first),
                due,
            },
        }
    }
}

/// One valid reading as a condition sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) measured: Measured,
    /// What the good values alone say; the same, unless it is doubtful.
    pub(crate) proven: Measured,
    pub(crate) observed: Time,
    /// Entry time.
    pub(crate) at: Time,
    /// May raise, never clears.
    pub(crate) doubtful: bool,
}

impl Look {
    /// What is seen at a sample of that observed time, entered at `at`.
    pub(crate) fn of(seen: Seen, observed: Time, at: Time) -> Look {
        Look {
            measured: seen.measured,
            proven: seen.proven,
            observed,
            at,
            doubtful: seen.doubtful,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Condition {
    pub(crate) steps: [Step; 4],
    /// Newest observed time that was judged; the end of every run.
    pub(crate) newest: Option<Time>,
    /// When that sample was entered.
    #[serde(default)]
    pub(crate) newest_at: Time,
    /// Unknown: what the clocks had counted beyond the newest sample when they stopped.
    #[serde(default)]
    pub(crate) stopped_ms: Option<i64>,
    /// Good samples still wanted before anything may be lowered, after being unknown or in doubt.
    pub(crate) wary: u8,
    /// Observed time since which doubtful samples keep the clocks of levels that recover still.
    #[serde(default)]
    pub(crate) doubted: Option<Time>,
    /// The level stands, or stood last, on doubtful values.
    pub(crate) doubtful: bool,
    /// A bit for each level that no good sample has met yet since it was raised; of one that waits,
    /// for that the newest to meet it was doubtful.
    #[serde(default)]
    pub(crate) unsure: u8,
    /// Worst value since the level left 0, and when.
    pub(crate) peak: Option<(Fixed, Time)>,
    /// The value that decided the last change.
    pub(crate) decided: Option<Fixed>,
    /// How it stood after earlier samples, for late ones; see [`crate::memory`].
    #[serde(default)]
    pub(crate) marks: Vec<Mark>,
    /// Off-delays are this many times as long while the alarm is unstable; 0 as 1.
    #[serde(default)]
    pub(crate) stretch: i64,
    /// A level came back while it was recovering, since somebody last asked.
    #[serde(default)]
    pub(crate) swung: bool,
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
        self.stopped_ms.is_none() && self.steps.iter().all(|s| *s == Step::Off)
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.stopped_ms.is_some()
    }

    /// The deadline of each level. None while unknown, and none for lowering while one more good
    /// sample is wanted.
    pub(crate) fn deadlines(&self) -> [Option<Time>; 4] {
        if self.is_unknown() {
            return [None; 4];
        }
        self.steps.map(|step| match step {
            Step::Recovering { .. } if self.wary > 0 => None,
            Step::Off | Step::Pending { .. } | Step::On { .. } | Step::Recovering { .. } => {
                step.due()
            }
        })
    }

    /// The deadlines of each level in words for people.
    pub(crate) fn clocks(&self) -> Vec<LevelClock> {
        let clock = |level: Level| match self.steps[level.index()] {
            Step::Pending { first, due, .. } => Some((true, first, due)),
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

    /// Moves every level by one valid reading. Gives the instant of the change, if the level has
    /// changed: by the clock of observed times, so never after `look.observed`.
    pub(crate) fn judge(&mut self, rule: &Rule, bounds: &[Option<Bound>; 4], look: Look) -> Time {
        let says = Level::ALL.map(|level| Says::of(rule, bounds[level.index()], look, level));
        let any_met = says.iter().any(|s| s.met);
        if look.doubtful && !any_met && self.is_unknown() {
            // Says nothing that would be known.
            return look.observed;
        }
        self.thaw(look);
        self.weigh_doubt(look);
        let before = self.level();
        if self.doubtful && self.unsure == 0 {
            // Older snapshots had one mark for all levels.
            self.unsure = bit(before);
        }
        let may_lower = self.may_lower(rule.side, bounds, look);
        let mut instant = None;
        for level in Level::ALL {
            let place = level.index();
            let turn = Turn {
                look,
                says: says[place],
                may_lower,
                on_ms: rule.delays[place].on_ms,
                off_ms: self.off_ms(rule.delays[place]),
                hold_ms: rule.min_hold_ms,
                misses: rule.misses,
            };
            let (step, since) = turn.of(self.steps[place]);
            let recovers = matches!(self.steps[place], Step::Recovering { .. });
            self.swung |= recovers && matches!(step, Step::On { .. });
            let counted = self.steps[place].counts();
            if step.counts() != counted {
                instant = instant.max(Some(since));
            }
            self.steps[place] = step;
            self.mark_doubt(level, says[place], counted);
        }
        if any_met || !look.doubtful {
            self.newest = Some(look.observed);
            self.newest_at = look.at;
        }
        self.note(rule.side, before, look);
        instant.unwrap_or(look.observed)
    }

    /// Whether a level stands, or waits, on doubtful values alone. Once it counts, only a good value
    /// that meets it takes the mark away.
    fn mark_doubt(&mut self, level: Level, says: Says, counted: bool) {
        let unsure = match self.steps[level.index()] {
            Step::Off => Some(false),
            _ if says.sure => Some(false),
            Step::On { .. } | Step::Recovering { .. } if counted => None,
            Step::Pending { .. } | Step::On { .. } | Step::Recovering { .. } => {
                says.met.then_some(true)
            }
        };
        match unsure {
            Some(true) => self.unsure |= bit(level.digit()),
            Some(false) => self.unsure &= !bit(level.digit()),
            None => {}
        }
    }

    /// The announced level carries the mark of its own.
    fn show_doubt(&mut self) {
        let level = self.level();
        if level > 0 {
            self.doubtful = self.unsure & bit(level) != 0;
        }
    }

    /// The highest level that counts on good values; 0 none.
    pub(crate) fn sure_level(&self) -> u8 {
        let sure = |l: &&Level| self.steps[l.index()].counts() && self.unsure & bit(l.digit()) == 0;
        let top = Level::ALL.iter().rev().find(sure);
        top.map_or(0, |l| l.digit())
    }

    /// A level's off-delay, longer while the alarm is unstable.
    fn off_ms(&self, delays: Delays) -> i64 {
        delays.off_ms * self.stretch.max(1)
    }

    /// Whether a level came back while it was recovering; told once.
    pub(crate) fn take_swing(&mut self) -> bool {
        std::mem::take(&mut self.swung)
    }

    /// Moves every running clock: time in which nobody looked does not count.
    pub(crate) fn postpone(&mut self, by_ms: i64) {
        self.newest_at = self.newest_at.plus_ms(by_ms);
        for step in &mut self.steps {
            match step {
                Step::Pending { due, .. } | Step::Recovering { due, .. } => {
                    *due = due.plus_ms(by_ms);
                }
                Step::Off | Step::On { .. } => {}
            }
        }
    }

    /// For lowering a doubtful sample is as good as none: from it to the next good one the clocks of
    /// levels that recover stand still, and then two good ones in a row are wanted.
    fn weigh_doubt(&mut self, look: Look) {
        if look.doubtful {
            let recovers = |step: &Step| matches!(step, Step::Recovering { .. });
            if self.steps.iter().any(recovers) {
                self.doubted.get_or_insert(look.observed);
                self.wary = WARY;
            }
            return;
        }
        let Some(since) = self.doubted.take() else {
            return;
        };
        let lost_ms = look.observed.since_ms(since).max(0);
        for step in &mut self.steps {
            if let Step::Recovering { first, .. } = step {
                *first = first.plus_ms(lost_ms);
            }
        }
    }

    /// A doubtful value lowers nothing; after being unknown it takes two good ones in a row.
    fn may_lower(&mut self, side: Side, bounds: &[Option<Bound>; 4], look: Look) -> bool {
        if self.wary == 0 || look.doubtful {
            self.wary = if self.wary > 0 { WARY } else { 0 };
            return !look.doubtful;
        }
        self.wary -= 1;
        let lowers = Level::ALL.iter().any(|level| {
            let place = level.index();
            self.steps[place].counts() && !look.measured.verdict(side, bounds[place], *level).1
        });
        !lowers || self.wary == 0
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
        self.show_doubt();
        let worse = |peak: Fixed| match side {
            Side::Above => shown > peak,
            Side::Below => shown < peak,
        };
        if before == 0 || self.peak.is_none_or(|(peak, _)| worse(peak)) {
            self.peak = Some((shown, look.observed));
        }
    }

    /// Moves every level whose deadline has come; says at which instant the last of them changed.
    ///
    /// A wait for the on-delay is worth nothing beyond the horizon from the newest reading that bore it
    /// out, or was good: what lies between is unknown, whatever doubtful readings came since.
    pub(crate) fn expire(
        &mut self,
        rule: &Rule,
        at: Time,
        horizon_ms: Option<i64>,
    ) -> Option<Time> {
        let mut changed = None;
        let deadlines = self.deadlines();
        let horizon_ms = horizon_ms.filter(|_| rule.unknown_when_stale);
        let sight_ends = horizon_ms.map(|ms| self.newest_at.plus_ms(ms));
        let mut lost = None;
        for level in Level::ALL {
            if deadlines[level.index()].is_none_or(|due| due > at) {
                continue;
            }
            let delays = rule.delays[level.index()];
            let off_ms = self.off_ms(delays);
            let step = &mut self.steps[level.index()];
            let instant = match *step {
                Step::Pending { due, .. } if sight_ends.is_some_and(|end| due > end) => {
                    lost = sight_ends;
                    continue;
                }
                Step::Pending { first, .. } => {
                    let raised = first.plus_ms(delays.on_ms);
                    *step = Step::On { raised };
                    raised
                }
                Step::Recovering { raised, first, .. } => {
                    *step = Step::Off;
                    self.unsure &= !bit(level.digit());
                    over(first, off_ms, raised, rule.min_hold_ms)
                }
                Step::Off | Step::On { .. } => continue,
            };
            changed = changed.max(Some(instant));
        }
        self.show_doubt();
        if let Some(end) = lost {
            self.freeze(end);
        }
        changed
    }

    /// The series is beyond its horizon: clocks stop where they are, levels stay.
    pub(crate) fn freeze(&mut self, at: Time) {
        if self.is_unknown() || self.is_idle() {
            return;
        }
        self.stopped_ms = Some(at.since_ms(self.newest_at).max(0));
        self.wary = WARY;
    }

    /// The first sample after being unknown: runs go on with what they had, the gap not counted.
    fn thaw(&mut self, look: Look) {
        let (Some(stopped_ms), Some(newest)) = (self.stopped_ms.take(), self.newest) else {
            return;
        };
        let gap_ms = (look.observed.since_ms(newest) - stopped_ms).max(0);
        self.steps = self.steps.map(|step| step.moved(gap_ms));
        self.doubted = self.doubted.map(|since| since.plus_ms(gap_ms));
    }

    /// Sets every deadline anew for a newest sample that was entered at `at`.
    pub(crate) fn set_clocks(&mut self, rule: &Rule, newest: Time, at: Time) {
        (self.newest, self.newest_at) = (Some(newest), at);
        let stretch = self.stretch.max(1);
        for (step, delays) in self.steps.iter_mut().zip(rule.delays) {
            match step {
                Step::Pending { first, due, .. } => {
                    *due = at.plus_ms(delays.on_ms - newest.since_ms(*first));
                }
                Step::Recovering { raised, first, due } => {
                    let off_ms = delays.off_ms * stretch;
                    let over = over(*first, off_ms, *raised, rule.min_hold_ms);
                    *due = at.plus_ms(over.since_ms(newest));
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
        self.forget_doubt();
    }

    /// Levels that are off stand on nothing.
    fn forget_doubt(&mut self) {
        for level in Level::ALL {
            if self.steps[level.index()] == Step::Off {
                self.unsure &= !bit(level.digit());
            }
        }
        self.show_doubt();
    }

    /// The meaning of a level changed: what it was waiting for begins anew, what stands goes on.
    pub(crate) fn restart(&mut self, level: Level) {
        let step = &mut self.steps[level.index()];
        *step = match *step {
            Step::Off | Step::Pending { .. } => Step::Off,
            Step::On { raised } | Step::Recovering { raised, .. } => Step::On { raised },
        };
        self.forget_doubt();
    }

    /// The values are others from `at` on; what stands goes on.
    pub(crate) fn leave_values(&mut self, at: Time) {
        (self.newest, self.newest_at) = (None, at);
        (self.peak, self.decided) = (None, None);
    }

    /// What decides about later readings, without arrival times: two conditions that agree in it
    /// go on alike.
    pub(crate) fn shape(&self) -> Shape {
        let steps = self.steps.map(Step::shape);
        (steps, self.stopped_ms, self.wary, self.doubted, self.unsure)
    }

    /// The steps without entry times, for the hash of the decision state: per level a digit for
    /// the kind, the observed start of its run, since when it counts, and its misses.
    pub(crate) fn canon(&self) -> [(u8, i64, i64, u32); 4] {
        self.steps.map(|step| {
            let (kind, first, raised, missed) = step.shape();
            (kind, first.ms(), raised.ms(), missed)
        })
    }
}

/// What [`Condition::shape`] compares: the steps, how long the clocks have stood, how wary it is,
/// since when it doubts, and which levels stand on doubtful values.
pub(crate) type Shape = (
    [(u8, Time, Time, u32); 4],
    Option<i64>,
    u8,
    Option<Time>,
    u8,
);

/// The bit of a level in [`Condition::unsure`]; none for level 0.
fn bit(level: u8) -> u8 {
    match level {
        0 => 0,
        level => 1 << (level - 1),
    }
}

/// Good samples in a row that must come after being unknown or in doubt before anything is lowered.
const WARY: u8 = 2;
