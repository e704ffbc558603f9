//! Head-counts of an evacuation: how many of each village are accounted for, by whose word, and where two
//! people say otherwise.

use std::collections::{BTreeMap, BTreeSet};

use model::PersonId;
use model::action::Why;
use model::command::{LeftBehind, TemplateKind, VillageCount};
use model::task::{Fact, FactKind, Stage};
use model::view::CountView;

use crate::command::Command;

/// A village as one report counted it.
#[derive(Clone, Copy)]
struct Counted<'a> {
    row: &'a VillageCount,
    fact: &'a Fact,
    /// Of the task, and of the fact in it.
    place: (usize, usize),
}

/// A village as it stands.
struct Village<'a> {
    stands: Counted<'a>,
    /// What was counted by somebody else, where neither knew of the other.
    against: Option<Counted<'a>>,
    /// Who was left behind, as pictures show that came by themselves.
    shown: Vec<&'a LeftBehind>,
}

impl Counted<'_> {
    fn differs(&self, other: &Counted<'_>) -> bool {
        let numbers = |row: &VillageCount| (row.moved, row.refused, row.unreachable);
        numbers(self.row) != numbers(other.row)
    }

    /// Whether whoever counted had seen an earlier count: on their phone, or at the desk, where what is heard
    /// is written down.
    fn knew(&self, before: &Counted<'_>) -> bool {
        let (task, place) = before.place;
        let version = self.fact.version.filter(|_| self.place.0 == task);
        self.fact.means.is_heard() || version.is_some_and(|known| known as usize > place)
    }
}

impl<'a> Village<'a> {
    fn counted_first(stands: Counted<'a>) -> Village<'a> {
        Village {
            stands,
            against: None,
            shown: Vec::new(),
        }
    }

    /// A picture shows somebody whom the count may not name; it moves no number of it.
    fn show(&mut self, row: &'a VillageCount) {
        for one in row.left.iter().filter(|one| one.photo.is_some()) {
            let told = self
                .stands
                .row
                .left
                .iter()
                .chain(self.shown.iter().copied());
            if !told.into_iter().any(|known| known.photo == one.photo) {
                self.shown.push(one);
            }
        }
    }

    /// People left behind whom neither a name nor a picture tells of.
    fn names_short(&self) -> u32 {
        let mut row = self.stands.row.clone();
        row.left.extend(self.shown.iter().map(|one| (*one).clone()));
        row.names_short()
    }

    /// Takes the next count that came in. One's own replaces one's own; of two people's the newer stands,
    /// whichever came first.
    fn take(&mut self, next: Counted<'a>) {
        let before = self.stands;
        let same = next.fact.by == before.fact.by;
        let newer = same || next.fact.said() >= before.fact.said();
        let older = if newer { before } else { next };
        if newer {
            self.stands = next;
        }
        let corrected = |other: Counted<'_>| other.fact.by == next.fact.by;
        if next.fact.means.is_heard() || self.against.is_some_and(corrected) {
            self.against = None;
        }
        if !same && !next.knew(&before) {
            self.against = Some(older);
        }
        self.against = self.against.filter(|other| other.differs(&self.stands));
    }
}

impl Command {
    /// Villages that were counted, as they stand.
    fn counted(&self) -> BTreeMap<&str, Village<'_>> {
        let mut rows: Vec<Counted<'_>> = Vec::new();
        let mut pictures: Vec<&VillageCount> = Vec::new();
        for (n, task) in self.tasks.iter().enumerate() {
            for (m, fact) in task.facts.iter().enumerate() {
                let place = (n, m);
                if fact.kind == FactKind::Photo {
                    pictures.extend(&fact.count);
                } else {
                    rows.extend(fact.count.iter().map(|row| Counted { row, fact, place }));
                }
            }
        }
        rows.sort_by_key(|counted| (counted.fact.at, counted.place));
        let mut villages: BTreeMap<&str, Village<'_>> = BTreeMap::new();
        for next in rows {
            match villages.get_mut(next.row.village.as_str()) {
                Some(known) => known.take(next),
                None => {
                    villages.insert(next.row.village.as_str(), Village::counted_first(next));
                }
            }
        }
        for row in pictures {
            if let Some(village) = villages.get_mut(row.village.as_str()) {
                village.show(row);
            }
        }
        villages
    }

    /// Tasks whose count of a village another one contradicts, until somebody at the desk says what is so.
    pub(crate) fn contested(&self) -> BTreeSet<usize> {
        if self.kind != TemplateKind::Evacuation {
            return BTreeSet::new();
        }
        let villages = self.counted().into_values();
        let pairs =
            villages.filter_map(|village| Some([village.stands.place.0, village.against?.place.0]));
        let mut tasks: BTreeSet<usize> = pairs.flatten().collect();
        tasks.retain(|place| self.tasks[*place].is_open());
        tasks
    }

    /// People to be moved from a village: as the command says, else as counted there.
    fn to_move(&self, row: &VillageCount) -> u32 {
        let target = self.villages.iter().find(|v| v.village == row.village);
        target.map_or(row.to_move, |v| v.to_move)
    }

    /// Whether a task of an evacuation may be verified by somebody: every village it counted adds up, by
    /// another's word, and the last task to be verified leaves no village of the command out.
    pub(crate) fn head_count_holds(&self, place: usize, by: &PersonId) -> Result<(), Why> {
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
            let Some(village) = counted.get(name) else {
                return Err(Why::HeadCountMissing);
            };
            let Counted { row, fact, place } = village.stands;
            if row.people_short(self.to_move(row)) > 0 {
                return Err(Why::HeadCountShort);
            }
            if village.names_short() > 0 {
                return Err(Why::NamesMissing);
            }
            let verified = self.tasks[place.0].stage() == Stage::Verified;
            if fact.by.as_ref() == Some(by) && !verified {
                return Err(Why::VerifierIsDoer);
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
        let found = counted.values().map(|village| {
            let Counted { row, place, .. } = village.stands;
            let to_move = self.to_move(row);
            CountView {
                village: row.village.clone(),
                to_move,
                moved: row.moved,
                refused: row.refused,
                unreachable: row.unreachable,
                people_short: row.people_short(to_move),
                names_short: village.names_short(),
                task: Some(self.task_id(place.0)),
            }
        });
        missing.chain(found).collect()
    }
}
