//! Clocks of the law among the calls: by then one of some people must have picked up or said yes. Kept
//! ones too.

use model::view::{LawClock, RunView};
use model::{PersonId, Time};

use crate::attempts::AttemptRow;
use crate::calls::CallRow;
use crate::clocks::{ClockOf, ClockRow, Verdict};
use crate::facts::{About, Moment};

/// The clock of one step, of the first round in which it was met with.
#[derive(Clone, Debug)]
pub(crate) struct Law {
    step: u16,
    by: Time,
    of: Vec<PersonId>,
    /// It ran out before any of them had answered.
    missed: bool,
}

/// The clocks of one run, by step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Laws(Vec<Law>);

impl Laws {
    /// What a run says of the clock that runs out next.
    pub(crate) fn learn(&mut self, view: &RunView) {
        let ahead = view.next.as_ref().and_then(|next| next.law.as_ref());
        let Some(LawClock { step, by, of }) = ahead else {
            return;
        };
        match self.0.iter_mut().find(|law| law.step == *step) {
            // Who holds the posts may change until it runs out; a later round is no other clock.
            Some(law) if law.by == *by && !law.missed => law.of.clone_from(of),
            Some(_) => {}
            None => self.0.push(Law {
                step: *step,
                by: *by,
                of: of.clone(),
                missed: false,
            }),
        }
    }

    /// The clock of a step ran out unanswered, at `at` if nothing was known of it.
    pub(crate) fn miss(&mut self, step: u16, at: Time) {
        match self.0.iter_mut().find(|law| law.step == step) {
            Some(law) => law.missed |= law.by <= at,
            None => self.0.push(Law {
                step,
                by: at,
                of: Vec::new(),
                missed: true,
            }),
        }
    }

    /// How each ended, by what became of the calls.
    pub(crate) fn rows(&self, run: &CallRow, to: Time) -> Vec<ClockRow> {
        let rows = self.0.iter().map(|law| {
            let owed = |call: &&AttemptRow| law.of.contains(&call.person);
            let spoke = run.people.iter().filter(owed);
            let spoke = spoke.filter_map(|call| Some((call.spoken()?, &call.person)));
            let first = spoke.min();
            let met = first.map(|(moment, _)| moment);
            let ended = run.ended.map(|ended| ended.at);
            ClockRow {
                clock: ClockOf::Legal,
                about: About::Call {
                    on: Box::new(run.about.clone()),
                    policy: run.title.clone(),
                    step: law.step,
                    of: law.of.clone(),
                },
                began: run.began,
                due: law.by,
                met,
                by: first.map(|(_, person)| person.clone()),
                verdict: verdict(law, met, ended, to),
            }
        });
        rows.collect()
    }
}

fn verdict(law: &Law, met: Option<Moment>, ended: Option<Time>, to: Time) -> Verdict {
    match (met, ended) {
        _ if law.missed => Verdict::Missed,
        (Some(met), _) if met.at <= law.by => Verdict::Kept,
        (Some(_), Some(ended)) if ended < law.by => Verdict::Void,
        (Some(_), _) => Verdict::Missed,
        (None, Some(ended)) if ended < law.by => Verdict::Void,
        (None, _) if law.by <= to => Verdict::Missed,
        (None, _) => Verdict::Running,
    }
}
