//! What proves that a task was carried out: a head-count, a picture or a witness, a reading.

use std::collections::BTreeMap;

use model::action::{ReportTask, Why};
use model::command::{FieldKind, FormAnswer, FormValue, ProofReading, TemplateKind, VillageCount};
use model::intake::Quality;
use model::task::{FactKind, Stage};
use model::view::CountView;
use model::{CommandId, Effects, SeriesSlot, Time};

use crate::command::Command;
use crate::engine::Engine;
use crate::task::{Task, system_fact};

impl Command {
    /// Villages as last counted, each with the place of the task that counted it.
    fn counted(&self) -> BTreeMap<&str, (&VillageCount, usize)> {
        let facts = self.tasks.iter().enumerate();
        let facts = facts.flat_map(|(place, task)| task.facts.iter().map(move |f| (place, f)));
        let mut facts: Vec<_> = facts.filter(|(_, f)| !f.count.is_empty()).collect();
        facts.sort_by_key(|(place, f)| (f.at, *place));
        let rows = facts
            .into_iter()
            .flat_map(|(place, fact)| fact.count.iter().map(move |row| (place, row)));
        let rows = rows.map(|(place, row)| (row.village.as_str(), (row, place)));
        rows.collect()
    }

    /// People to be moved from a village: as the command says, else as counted there.
    fn to_move(&self, row: &VillageCount) -> u32 {
        let target = self.villages.iter().find(|v| v.village == row.village);
        target.map_or(row.to_move, |v| v.to_move)
    }

    /// Whether a task of an evacuation may be verified: every village it counted adds up, and the
    /// last task to be verified leaves no village of the command out.
    pub(crate) fn head_count_holds(&self, place: usize) -> Result<(), Why> {
        let counted = self.counted();
        let own = self.tasks[place].facts.iter().flat_map(|f| &f.count);
        let mut names: Vec<&str> = own.map(|row| row.village.as_str()).collect();
        let others_open = self.tasks.iter().enumerate();
        let others_open = others_open.filter(|(n, task)| *n != place && task.is_open());
        let is_last = others_open.count() == 0;
        if is_last {
            names.extend(self.villages.iter().map(|v| v.village.as_str()));
            names.extend(counted.keys());
        }
        if names.is_empty() {
            return Err(Why::HeadCountMissing);
        }
        for name in names {
            let Some((row, _)) = counted.get(name) else {
                return Err(Why::HeadCountMissing);
            };
            if row.people_short(self.to_move(row)) > 0 {
                return Err(Why::HeadCountShort);
            }
            if row.names_short() > 0 {
                return Err(Why::NamesMissing);
            }
        }
        Ok(())
    }

    /// Every village, counted or not.
    pub(crate) fn count_views(&self) -> Vec<CountView> {
        if self.kind != TemplateKind::Evacuation {
            return Vec::new();
        }
        let counted = self.counted();
        let missing = self.villages.iter();
        let missing = missing.filter(|v| !counted.contains_key(v.village.as_str()));
        let missing = missing.map(|v| CountView {
            village: v.village.clone(),
            to_move: v.to_move,
            moved: 0,
            refused: 0,
            unreachable: 0,
            people_short: v.to_move,
            names_short: 0,
            task: None,
        });
        let found = counted.values().map(|(row, place)| {
            let to_move = self.to_move(row);
            CountView {
                village: row.village.clone(),
                to_move,
                moved: row.moved,
                refused: row.refused,
                unreachable: row.unreachable,
                people_short: row.people_short(to_move),
                names_short: row.names_short(),
                task: Some(self.task_id(*place)),
            }
        });
        missing.chain(found).collect()
    }

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
