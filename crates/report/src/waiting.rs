//! Warnings that wait for a decision: when each began to, by when one was due, what ended it.

use std::collections::BTreeSet;

use model::action::Action;
use model::view::SituationView;
use model::{AlarmKey, Effect, Input, SituationId, Time};

use crate::chronicle::{Chronicle, Passed, World, about_situation};
use crate::clocks::{ClockOf, ClockRow, Verdict};
use crate::facts::{About, Moment};

/// One warning that waits.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    began: Moment,
    due: Time,
    about: About,
}

impl Waiting {
    /// What a situation waits for, if for anything.
    pub(crate) fn of(view: &SituationView, moment: impl Fn(Time) -> Moment) -> Option<Waiting> {
        let (since, due) = (view.undecided_since?, view.decide_by?);
        let about = about_situation(view);
        Some(Waiting {
            began: moment(since),
            due,
            about,
        })
    }

    /// How the clock stood at `at`, met or not.
    fn ended(self, met: Option<Moment>, by: Option<model::PersonId>, at: Time) -> ClockRow {
        let verdict = match met {
            Some(met) if met.at <= self.due => Verdict::Kept,
            Some(_) => Verdict::Missed,
            None if at >= self.due => Verdict::Missed,
            None => Verdict::Void,
        };
        ClockRow {
            clock: ClockOf::Decide,
            about: self.about,
            began: self.began,
            due: self.due,
            met,
            by,
            verdict,
        }
    }
}

impl Chronicle {
    /// Follows the warnings that an input may have changed.
    pub(crate) fn follow_waiting(&mut self, passed: &Passed<'_>, refused: bool, world: &dyn World) {
        for id in self.to_look_at(passed, refused, world) {
            if !self.concerns(Some(id)) {
                continue;
            }
            let view = world.situation(id);
            let new = view
                .as_ref()
                .and_then(|view| Waiting::of(view, |at| Moment::of(at, passed.number)));
            let old = self.waiting.remove(&id);
            match (old, new) {
                (Some(old), Some(new)) if old.due == new.due => {
                    self.waiting.insert(
                        id,
                        Waiting {
                            about: new.about,
                            ..old
                        },
                    );
                }
                (Some(old), Some(new)) => {
                    // It rose: another clock began, and the first is over without a decision.
                    self.report.clocks.push(old.ended(None, None, passed.at));
                    self.waiting.insert(id, new);
                }
                (Some(old), None) => {
                    let decision = view.and_then(|view| view.decisions.last().cloned());
                    let decision = decision.filter(|d| d.at == passed.at);
                    let met = decision.as_ref().map(|d| Moment::of(d.at, passed.number));
                    let by = decision.map(|d| d.by);
                    self.report.clocks.push(old.ended(met, by, passed.at));
                }
                (None, Some(new)) => {
                    self.waiting.insert(id, new);
                }
                (None, None) => {}
            }
        }
    }

    /// Ends the clocks that still ran when the interval ended.
    pub(crate) fn end_waiting(&mut self) {
        let to = self.scope.to;
        for (_, waiting) in std::mem::take(&mut self.waiting) {
            let running = waiting.due > to;
            let mut row = waiting.ended(None, None, to);
            if running {
                row.verdict = Verdict::Running;
            }
            self.report.clocks.push(row);
        }
    }

    fn to_look_at(
        &self,
        passed: &Passed<'_>,
        refused: bool,
        world: &dyn World,
    ) -> BTreeSet<SituationId> {
        let mut ids = BTreeSet::new();
        let config = world.config();
        for (_, effect) in passed.outcomes {
            if let Effect::Transition(change) = effect
                && let Some(rule) = config.rules.get(change.rule.index())
                && let Some(station) = config.stations.get(change.subject.index())
            {
                let key = AlarmKey::of(&config.code, &rule.id, &station.id, &rule.hazard);
                ids.extend(self.told_with.get(&key));
            }
            if let Effect::Annunciate { situation, .. } = effect {
                ids.insert(*situation);
            }
        }
        if let Some(Input::Acted(act)) = passed.input
            && !refused
        {
            if let Action::OpenSituation(open) = &act.action {
                let place = format!("by_hand:{}", act.op);
                ids.insert(SituationId::of(&config.code, &open.hazard, &place, 0));
            } else if let Action::GradeSituation { situation, .. } = &act.action {
                ids.insert(*situation);
            } else if !matches!(
                act.action,
                Action::ReportTask(_) | Action::ReportPlace { .. }
            ) {
                ids.extend(self.waiting.keys());
            }
        }
        if !ids.is_empty() || passed.outcomes.iter().any(|(_, e)| is_about_decisions(e)) {
            ids.extend(self.waiting.keys());
        }
        ids
    }
}

/// Whether an outcome may have ended a wait: a command that went out, a notice that did.
fn is_about_decisions(effect: &Effect) -> bool {
    matches!(effect, Effect::Command { .. } | Effect::System { .. })
}
