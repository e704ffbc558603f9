//! What rule files met in the jurisdictions they speak for, and what they did not.

use std::collections::HashSet;

use model::config::{Area, Measure, Watch};

use crate::diagnose::{Diagnostics, Problem};
use crate::rules::Draft;
use crate::rules::quality::CheckDraft;
use crate::rules::subjects::Names;
use crate::watches::{self, Ground};

/// What rules met over all jurisdictions read so far.
#[derive(Default)]
pub(crate) struct Found {
    names: Names,
    watched: HashSet<String>,
    unplaced: HashSet<String>,
}

impl Found {
    /// Takes in what a jurisdiction has and what its rules watch.
    pub(crate) fn add(
        &mut self,
        rules: &[Draft],
        watches: &[Watch],
        ground: &Ground<'_>,
        areas: &[Area],
    ) {
        let faulty = ground.stations.faulty();
        self.names.add(&ground.stations.list, faulty, areas);
        let mut seen = vec![false; rules.len()];
        for watch in watches {
            seen[watch.rule.index()] = true;
        }
        for (draft, seen) in rules.iter().zip(seen) {
            if seen {
                self.watched.insert(draft.rule.id.clone());
            }
            let gathers = matches!(draft.rule.measure, Measure::Cluster { .. });
            let unplaced = gathers
                && ground.series.list.iter().any(|series| {
                    let station = &ground.stations.list[series.station.index()];
                    series.quantity == draft.quantity
                        && draft.subjects.include(station)
                        && watches::lacks_place(draft, station)
                });
            if unplaced {
                self.unplaced.insert(draft.rule.id.clone());
            }
        }
    }

    /// Tells subjects that are nowhere, and rules that watch nothing or leave stations out.
    pub(crate) fn tell(&self, rules: &[Draft], checks: &[CheckDraft], out: &mut Diagnostics) {
        for check in checks {
            self.names.check(&check.subjects, &check.source, out);
        }
        for draft in rules {
            self.names.check(&draft.subjects, &draft.source, out);
            let at = |what: String| Problem::at(&draft.source, draft.place.clone(), what).noted();
            let id = &draft.rule.id;
            if !self.watched.contains(id) {
                let hint = "no series of its quantity is among its subjects and has bounds for it";
                out.push(at(format!("rule `{id}` watches nothing")).hint(hint));
            }
            if self.unplaced.contains(id) {
                let what = format!("rule `{id}` leaves out stations whose place is not known");
                out.push(at(what));
            }
        }
    }
}
