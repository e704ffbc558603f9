//! What proves that a task was carried out: a head-count (`head_count.rs`), a picture or a witness, a
//! reading; and by whose word it may be verified.

use model::action::{ReportTask, Why};
use model::command::{FieldKind, FormAnswer, FormValue, ProofReading, TemplateKind};
use model::intake::Quality;
use model::task::{Fact, FactKind, Stage};
use model::{CommandId, Effects, PersonId, SeriesSlot, Time};

use crate::command::Command;
use crate::engine::Engine;
use crate::task::{Task, system_fact};

impl Task {
    /// Who had a hand in what is to be verified: the assignee, and whoever has said anything of the work.
    pub(crate) fn is_doer(&self, person: &PersonId) -> bool {
        let told = |fact: &Fact| tells_of_work(fact) && fact.by.as_ref() == Some(person);
        self.person == *person || self.facts.iter().any(told)
    }

    /// Whether a picture or a named witness has come since the work was last sent back. A picture that
    /// follows belongs to its report.
    pub(crate) fn has_proof(&self) -> bool {
        let sent_back = self
            .facts
            .iter()
            .rposition(|f| f.kind == FactKind::Rejected);
        let (before, round) = self.facts.split_at(sent_back.map_or(0, |place| place + 1));
        let is_old = |fact: &Fact| {
            let of = fact.shot.as_ref().map(|shot| &shot.of);
            of.is_some_and(|of| before.iter().any(|f| f.op.as_ref() == Some(of)))
        };
        let proves = |f: &Fact| {
            !f.photos.is_empty() && !is_old(f) || (f.kind == FactKind::Done && f.note.is_some())
        };
        round.iter().any(proves)
    }
}

fn tells_of_work(fact: &Fact) -> bool {
    match fact.kind {
        FactKind::Working { .. } | FactKind::Done => true,
        FactKind::Verified | FactKind::Rejected => false,
        FactKind::Issued
        | FactKind::Delivered
        | FactKind::Seen
        | FactKind::Accepted
        | FactKind::Declined
        | FactKind::EnRoute
        | FactKind::OnScene
        | FactKind::NeedHelp
        | FactKind::NoReply
        | FactKind::Escalated { .. }
        | FactKind::Cancelled
        | FactKind::CancelSeen
        | FactKind::Superseded
        | FactKind::Reassigned
        | FactKind::Called
        | FactKind::Postponed { .. }
        | FactKind::Hastened
        | FactKind::CheckedIn { .. }
        | FactKind::CrewWarned { .. }
        | FactKind::CrewCritical { .. }
        | FactKind::Photo
        | FactKind::NotReached => {
            !(fact.count.is_empty() && fact.form.is_empty() && fact.photos.is_empty())
        }
    }
}

impl Command {
    /// Whether a report's head-count and answers fit what was asked.
    pub(crate) fn may_answer(&self, report: &ReportTask) -> Result<(), Why> {
        let mut names: Vec<&str> = report.count.iter().map(|r| r.village.as_str()).collect();
        names.sort_unstable();
        let twice = names.windows(2).any(|pair| pair[0] == pair[1]);
        let asked = |name: &&str| {
            self.villages.is_empty() || self.villages.iter().any(|v| v.village == **name)
        };
        let counts = self.kind == TemplateKind::Evacuation;
        if !names.is_empty() && (!counts || twice || !names.iter().all(asked)) {
            return Err(Why::BadCount);
        }
        if report.form.iter().all(|answer| self.fits(answer)) {
            Ok(())
        } else {
            Err(Why::BadForm)
        }
    }

    fn fits(&self, answer: &FormAnswer) -> bool {
        let Some(field) = self.fields.iter().find(|f| f.id == answer.field) else {
            return false;
        };
        match (&field.kind, &answer.value) {
            (FieldKind::Text, FormValue::Text { .. }) => true,
            (FieldKind::Choice { options }, FormValue::Choice { option }) => {
                options.iter().any(|o| o.id == *option)
            }
            (FieldKind::Number { least, most }, FormValue::Number { number }) => {
                (least..=most).contains(&number)
            }
            (FieldKind::Text | FieldKind::Choice { .. } | FieldKind::Number { .. }, _) => false,
        }
    }
}

impl Engine {
    /// A good reading came: what it proves is verified, by nobody's word.
    pub(crate) fn prove(&mut self, slot: SeriesSlot, at: Time, out: &mut Effects) {
        let quantity = self.config.quantity_of(slot);
        let station = self.config.station_of(slot).id.clone();
        let newest = self.state.series[slot.index()].newest();
        let Some(sample) = newest.filter(|s| s.quality == Quality::Good) else {
            return;
        };
        let reading = ProofReading {
            station,
            quantity: quantity.id.clone(),
            value: quantity.decimals.show(sample.value),
            observed: sample.observed,
        };
        let value = sample.value;
        let proven = |command: &Command, task: &Task| {
            let Some(bound) = &command.proven_by else {
                return false;
            };
            let about = bound.station == reading.station && bound.quantity == reading.quantity;
            let met = if bound.below {
                value <= bound.bound
            } else {
                value >= bound.bound
            };
            let done = task.last_at(FactKind::Done);
            let after = done.is_some_and(|done| reading.observed > done);
            about && met && after && task.stage() == Stage::Done
        };
        let mut found: Vec<(CommandId, usize)> = Vec::new();
        for (id, command) in &self.state.commands {
            let tasks = command.tasks.iter().enumerate();
            let tasks = tasks.filter(|(_, task)| proven(command, task));
            found.extend(tasks.map(|(place, _)| (id.clone(), place)));
        }
        for (id, place) in found {
            let mut fact = system_fact(FactKind::Verified, at);
            fact.reading = Some(reading.clone());
            self.record(&id, place, fact, at, out);
        }
    }
}
