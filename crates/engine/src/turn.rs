//! One level and one reading: what the reading says of it, and the step it takes.

use model::config::{Bound, Misses, Rule};
use model::{Level, Time};

use crate::condition::{Look, Step};

/// What one reading says of one level.
#[derive(Clone, Copy)]
pub(crate) struct Says {
    pub(crate) met: bool,
    kept: bool,
    /// Met by good values.
    pub(crate) sure: bool,
    /// Met by doubtful values alone, which this level does not begin on.
    held: bool,
}

impl Says {
    pub(crate) fn of(rule: &Rule, bound: Option<Bound>, look: Look, level: Level) -> Says {
        let (met, kept) = look.measured.verdict(rule.side, bound, level);
        let sure = met && look.proven.verdict(rule.side, bound, level).0;
        let bears = rule.doubtful_up_to.is_none_or(|up_to| level <= up_to);
        Says {
            met,
            kept,
            sure,
            held: met && !sure && !bears,
        }
    }
}

/// One level and one reading.
pub(crate) struct Turn {
    pub(crate) look: Look,
    pub(crate) says: Says,
    pub(crate) may_lower: bool,
    pub(crate) on_ms: i64,
    pub(crate) off_ms: i64,
    pub(crate) hold_ms: i64,
    pub(crate) misses: Option<Misses>,
}

impl Turn {
    /// The step after the reading and, where it begins or ends to count, since when.
    pub(crate) fn of(&self, step: Step) -> (Step, Time) {
        let observed = self.look.observed;
        let Says {
            met, kept, held, ..
        } = self.says;
        match step {
            Step::Off | Step::Pending { .. } if held => (step, observed),
            Step::Off if met => self.hold(observed, 0),
            Step::Off => (Step::Off, observed),
            Step::Pending { first, missed, .. } if met => self.hold(first, missed << 1),
            Step::Pending { .. } if self.look.doubtful => (step, observed),
            Step::Pending { first, missed, .. } => self.miss(first, missed << 1 | 1),
            Step::On { raised } | Step::Recovering { raised, .. } if met || kept => {
                (Step::On { raised }, observed)
            }
            Step::On { .. } if !self.may_lower => (step, observed),
            Step::On { raised } => self.leave(raised, observed),
            Step::Recovering { .. } if self.look.doubtful => (step, observed),
            Step::Recovering { raised, first, .. } => self.leave(raised, first),
        }
    }

    /// Met: the run grows by observed time, the rest is waited for from its arrival.
    fn hold(&self, first: Time, missed: u32) -> (Step, Time) {
        let rest = self.on_ms - self.look.observed.since_ms(first);
        let raised = first.plus_ms(self.on_ms);
        if rest <= 0 {
            return (Step::On { raised }, raised);
        }
        let due = self.look.at.plus_ms(rest);
        (Step::Pending { first, due, missed }, raised)
    }

    /// Not met while it waits: broken off, unless the rule bears a few such readings; then the run
    /// goes on.
    fn miss(&self, first: Time, missed: u32) -> (Step, Time) {
        let borne = self.misses.is_some_and(|misses| {
            let recent = u32::MAX >> (u32::from(Misses::MOST) - u32::from(misses.of).clamp(1, 32));
            (missed & recent).count_ones() < u32::from(misses.count)
        });
        match borne {
            true => self.hold(first, missed),
            false => (Step::Off, self.look.observed),
        }
    }

    /// Not kept: over once it has served its off-delay and the minimum hold.
    fn leave(&self, raised: Time, first: Time) -> (Step, Time) {
        let over = over(first, self.off_ms, raised, self.hold_ms);
        let rest = over.since_ms(self.look.observed);
        if rest <= 0 && self.may_lower {
            return (Step::Off, over);
        }
        let due = self.look.at.plus_ms(rest.max(0));
        (Step::Recovering { raised, first, due }, over)
    }
}

/// When a level that is not kept since `first` is over: after its off-delay, and not before it has
/// been held. What other gauges decide may be raised later than the reading that ends it.
pub(crate) fn over(first: Time, off_ms: i64, raised: Time, hold_ms: i64) -> Time {
    let over = first.plus_ms(off_ms);
    if hold_ms == 0 {
        return over;
    }
    over.max(raised.plus_ms(hold_ms))
}
