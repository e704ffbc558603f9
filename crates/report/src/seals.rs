//! What people wrote that a report shows: the seals whose texts have to be fetched beside it.

use std::collections::BTreeSet;

use model::Seal;

use crate::facts::Report;

impl Report {
    /// Every text the report names; photos are named by it and not shown.
    pub fn seals(&self) -> BTreeSet<Seal> {
        let mut seals: BTreeSet<Seal> = BTreeSet::new();
        seals.extend(self.of.incident_title.clone());
        for command in &self.commands {
            seals.insert(command.wording.clone());
            let facts = command.tasks.iter().flat_map(|task| &task.facts);
            seals.extend(facts.filter_map(|fact| fact.note.clone()));
        }
        seals.extend(self.decisions.iter().filter_map(|row| row.reason.clone()));
        for incident in &self.incidents {
            seals.insert(incident.title.clone());
            seals.extend(incident.notes.iter().map(|note| note.text.clone()));
            let sent = incident.reports.iter();
            seals.extend(sent.flat_map(|row| [row.text.clone(), row.received_by.clone()]));
        }
        for losses in &self.losses {
            seals.insert(losses.title.clone());
            seals.extend(losses.versions.iter().filter_map(|row| row.note.clone()));
            let settled = losses.doubles.iter().filter_map(|row| row.settled.as_ref());
            seals.extend(settled.map(|settled| settled.reason.clone()));
        }
        let calls = self.calls.iter().flat_map(|run| &run.people);
        let answers = calls.filter_map(|call| call.answered.as_ref());
        seals.extend(answers.filter_map(|answer| answer.note.clone()));
        seals.extend(self.course.iter().filter_map(|event| event.note.clone()));
        seals.extend(self.texts.iter().map(|text| text.text.clone()));
        seals
    }
}
