//! The township table of an incident, read from the versions: what stands and how it came to it, the
//! ledgers, the sums, and what may be counted twice.

use std::collections::{BTreeMap, BTreeSet};

use model::loss::{
    CaseRef, CaseView, DoubleKind, FIRST_CLOCK, LossCell, LossItem, LossStep, LossTable, LossTotal,
    LossVersion, PossibleDouble, TownshipLoss,
};
use model::{OpId, Time};

use crate::engine::Engine;
use crate::incident::Incident;
use crate::loss::{LEDGERS, Listed, ledger, listed};

fn cells(chain: &[LossVersion], cases: &BTreeMap<&str, Listed<'_>>) -> Vec<LossCell> {
    let cell = |item: LossItem| {
        let mut steps: Vec<LossStep> = Vec::new();
        for version in chain {
            let Some(value) = version.value(item) else {
                continue;
            };
            let before = steps.last().map(|step| step.value);
            if before != Some(value) {
                steps.push(LossStep {
                    version: version.id.clone(),
                    value,
                    down: before.is_some_and(|before| value < before),
                });
            }
        }
        let has_ledger = LEDGERS.iter().any(|kind| kind.item() == item);
        Some(LossCell {
            item,
            value: steps.last()?.value,
            listed: has_ledger.then(|| listed(cases, item) as u32),
            steps,
        })
    };
    LossItem::ALL.into_iter().filter_map(cell).collect()
}

fn case_view(case: &str, row: &Listed<'_>) -> CaseView {
    CaseView {
        case: case.to_owned(),
        kind: row.kind,
        was: row.was.clone(),
        village: row.village.to_owned(),
        name: row.name.cloned(),
        note: row.note.cloned(),
        versions: row.versions.iter().map(|id| (*id).clone()).collect(),
        withdrawn: row.withdrawn.cloned(),
    }
}

fn totals(townships: &[TownshipLoss]) -> Vec<LossTotal> {
    let total = |item: LossItem| {
        let cells = townships.iter().flat_map(|row| &row.cells);
        let cells: Vec<&LossCell> = cells.filter(|cell| cell.item == item).collect();
        let versions = cells.iter().filter_map(|cell| cell.steps.last());
        (!cells.is_empty()).then(|| LossTotal {
            item,
            value: cells
                .iter()
                .fold(0, |sum, cell| sum.saturating_add(cell.value)),
            townships: cells.len() as u32,
            versions: versions.map(|step| step.version.clone()).collect(),
        })
    };
    LossItem::ALL.into_iter().filter_map(total).collect()
}

/// A village as it is compared: without spaces.
pub(crate) fn plain(village: &str) -> String {
    let letters = village.chars().filter(|c| !c.is_whitespace());
    letters.flat_map(char::to_lowercase).collect()
}

/// A case that counts, with its place.
struct Counted<'a> {
    place: CaseRef,
    row: Listed<'a>,
}

fn counted<'a>(id: &OpId, incident: &'a Incident) -> Vec<Counted<'a>> {
    let mut found = Vec::new();
    for (township, chain) in &incident.losses.chains {
        let live = ledger(chain).into_iter();
        let live = live.filter(|(_, row)| row.withdrawn.is_none());
        found.extend(live.map(|(case, row)| Counted {
            place: CaseRef {
                incident: id.clone(),
                township: township.clone(),
                case: case.to_owned(),
            },
            row,
        }));
    }
    found
}

fn double(kind: DoubleKind, one: &CaseRef, other: &CaseRef, cases: bool) -> PossibleDouble {
    PossibleDouble {
        kind,
        township: one.township.clone(),
        case: cases.then(|| one.case.clone()),
        other_incident: other.incident.clone(),
        other_township: other.township.clone(),
        other_case: cases.then(|| other.case.clone()),
        settled: None,
    }
}

impl Engine {
    /// The losses of an incident by township; empty where nobody reported and nothing is owed.
    pub(crate) fn loss_table(&self, id: &OpId) -> LossTable {
        let Some(incident) = self.state.incidents.get(id) else {
            return LossTable::default();
        };
        let chains = &incident.losses.chains;
        let owes = incident.clocks.iter().any(|c| c.spec.id == FIRST_CLOCK);
        let mut codes: BTreeSet<String> = chains.keys().cloned().collect();
        if owes {
            codes.extend(self.concerned(incident));
        }
        let township = |code: String| {
            let versions = chains.get(&code).cloned().unwrap_or_default();
            let cases = ledger(&versions);
            TownshipLoss {
                owed: versions.is_empty(),
                cells: cells(&versions, &cases),
                cases: cases.iter().map(|(id, row)| case_view(id, row)).collect(),
                versions: versions.clone(),
                township: code,
            }
        };
        let townships: Vec<TownshipLoss> = codes.into_iter().map(township).collect();
        LossTable {
            totals: totals(&townships),
            doubles: self.doubles(id, incident),
            townships,
        }
    }

    /// What of an incident may be counted twice, within it or with another one.
    pub(crate) fn doubles(&self, id: &OpId, incident: &Incident) -> Vec<PossibleDouble> {
        if incident.losses.chains.is_empty() || incident.merged_into.is_some() {
            return Vec::new();
        }
        let mut found = Vec::new();
        self.same_names(id, &mut found);
        same_villages(&counted(id, incident), &mut found);
        for (other_id, other) in &self.state.incidents {
            let at_one_time =
                incident.opened <= self.end_of(other_id) && other.opened <= self.end_of(id);
            if other_id == id || !at_one_time {
                continue;
            }
            for (township, chain) in &incident.losses.chains {
                let theirs = other.losses.chains.get(township);
                // What was taken over with another incident is the same report, not a second one.
                let apart = theirs.is_some_and(|theirs| theirs[0].id != chain[0].id);
                if apart {
                    found.push(PossibleDouble {
                        kind: DoubleKind::OtherIncident,
                        township: township.clone(),
                        case: None,
                        other_incident: other_id.clone(),
                        other_township: township.clone(),
                        other_case: None,
                        settled: None,
                    });
                }
            }
        }
        self.settle_doubles(id, &mut found);
        found
    }

    /// Cases that bear one name, told by whichever came in later.
    fn same_names(&self, id: &OpId, found: &mut Vec<PossibleDouble>) {
        let all = self.state.incidents.iter();
        let all = all.filter(|(_, incident)| incident.merged_into.is_none());
        let all: Vec<Counted<'_>> = all
            .flat_map(|(id, incident)| counted(id, incident))
            .collect();
        let live: BTreeSet<&CaseRef> = all.iter().map(|case| &case.place).collect();
        for case in &all {
            for alike in case.row.alike {
                let mut other = alike.clone();
                other.incident = self.whole_of(&alike.incident);
                if !live.contains(&other) || other == case.place {
                    continue;
                }
                let pair = match (case.place.incident == *id, other.incident == *id) {
                    (true, _) => (&case.place, &other),
                    (false, true) => (&other, &case.place),
                    (false, false) => continue,
                };
                let row = double(DoubleKind::SameName, pair.0, pair.1, true);
                if !found.contains(&row) {
                    found.push(row);
                }
            }
        }
    }

    /// The incident that an incident has become part of, else itself.
    pub(crate) fn whole_of(&self, id: &OpId) -> OpId {
        let mut whole = id;
        while let Some(incident) = self.state.incidents.get(whole) {
            let Some(into) = &incident.merged_into else {
                break;
            };
            whole = into;
        }
        whole.clone()
    }

    /// When an incident ended, or the one that it has become part of; far ahead while it goes on.
    fn end_of(&self, id: &OpId) -> Time {
        let whole = self.state.incidents.get(&self.whole_of(id));
        let closed = whole.and_then(|incident| incident.closed.as_ref());
        closed.map_or(Time::from_ms(i64::MAX), |closed| closed.at)
    }

    /// Other incidents that show a possible double count with this one.
    pub(crate) fn doubled_with(&self, id: &OpId) -> BTreeSet<OpId> {
        let incident = self.state.incidents.get(id);
        let doubles = incident.map(|incident| self.doubles(id, incident));
        let others = doubles.into_iter().flatten().map(|row| row.other_incident);
        others.filter(|other| other != id).collect()
    }
}

/// A village belongs to one township: where two list it, one of them may list what the other does.
fn same_villages(cases: &[Counted<'_>], found: &mut Vec<PossibleDouble>) {
    let mut first: BTreeMap<(String, bool), Vec<&CaseRef>> = BTreeMap::new();
    for case in cases {
        let key = (plain(case.row.village), case.row.kind.is_person());
        let places = first.entry(key).or_default();
        if places.iter().any(|p| p.township == case.place.township) {
            continue;
        }
        for other in &*places {
            found.push(double(DoubleKind::SameVillage, &case.place, other, true));
        }
        places.push(&case.place);
    }
}
