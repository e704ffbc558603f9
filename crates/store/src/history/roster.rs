//! What slots mean. A slot is a place in a jurisdiction's config and may mean something else after its
//! files changed; the history keeps everything under numbers that never change their meaning.
//!
//! The first config gives each name its slot as number; later ones give new names the next numbers.
//! Names that are gone keep theirs. This file does no I/O.

use std::collections::HashMap;
use std::sync::Arc;

use model::{Config, Decimals, JurisdictionSlot, SeriesSlot};
use rustc_hash::FxHashMap;

/// The names in a config, by slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// Station, quantity and decimals: values written otherwise are another series.
    pub series: Vec<String>,
    pub rules: Vec<String>,
    /// Station ids.
    pub subjects: Vec<String>,
}

impl Roster {
    /// The names in `config`, which must have no flaw.
    pub fn of(config: &Config) -> Roster {
        let series = (0..config.series.len()).map(|slot| {
            let slot = SeriesSlot(slot as u32);
            let (station, quantity) = (config.station_of(slot), config.quantity_of(slot));
            series_name(&station.id, &quantity.id, quantity.decimals)
        });
        Roster {
            series: series.collect(),
            rules: config.rules.iter().map(|rule| rule.id.clone()).collect(),
            subjects: config
                .stations
                .iter()
                .map(|station| station.id.clone())
                .collect(),
        }
    }
}

/// The name of a series.
fn series_name(station: &str, quantity: &str, decimals: Decimals) -> String {
    format!("{station}/{quantity}/{}", decimals.0)
}

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Series = 0,
    Rule = 1,
    Subject = 2,
}

impl Kind {
    pub(crate) const ALL: [Kind; 3] = [Kind::Series, Kind::Rule, Kind::Subject];

    fn of(self, roster: &Roster) -> &[String] {
        match self {
            Kind::Series => &roster.series,
            Kind::Rule => &roster.rules,
            Kind::Subject => &roster.subjects,
        }
    }
}

/// One name as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NameRow {
    pub(crate) jurisdiction: JurisdictionSlot,
    pub(crate) kind: Kind,
    /// The number that never changes its meaning.
    pub(crate) number: u32,
    pub(crate) text: Arc<str>,
    /// Its slot now; `None` when the config no longer has it.
    pub(crate) slot: Option<u32>,
}

/// The names of all jurisdictions. Without a roster a number is the slot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    tables: FxHashMap<(JurisdictionSlot, Kind), Arc<Table>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Table {
    /// By number.
    texts: Vec<Arc<str>>,
    /// By number.
    slots: Vec<Option<u32>>,
    /// By slot.
    numbers: Vec<u32>,
}

impl Names {
    /// The names stored, in any order.
    pub(crate) fn load(mut rows: Vec<NameRow>) -> Names {
        let mut names = Names::default();
        rows.sort_by_key(|row| row.number);
        for row in rows {
            let table = names
                .tables
                .entry((row.jurisdiction, row.kind))
                .or_default();
            let table = Arc::make_mut(table);
            table.texts.push(row.text);
            table.slots.push(row.slot);
        }
        for table in names.tables.values_mut() {
            Arc::make_mut(table).index();
        }
        names
    }

    /// What the names become under `roster`; `None` when nothing changes.
    pub(crate) fn under(&self, jurisdiction: JurisdictionSlot, roster: &Roster) -> Option<Names> {
        let mut next = self.clone();
        let mut changed = false;
        for kind in Kind::ALL {
            let table = next.tables.entry((jurisdiction, kind)).or_default();
            changed |= Arc::make_mut(table).take(kind.of(roster));
        }
        changed.then_some(next)
    }

    /// Whether a roster was ever taken for a jurisdiction.
    pub(crate) fn know(&self, jurisdiction: JurisdictionSlot) -> bool {
        self.tables.contains_key(&(jurisdiction, Kind::Series))
    }

    /// The number of what is in `slot` now; `u32::MAX` when the config has no such slot.
    pub(crate) fn number(&self, of: JurisdictionSlot, kind: Kind, slot: u32) -> u32 {
        match self.tables.get(&(of, kind)) {
            Some(table) => table
                .numbers
                .get(slot as usize)
                .copied()
                .unwrap_or(u32::MAX),
            None => slot,
        }
    }

    /// The slot of `number` now; `None` when the config no longer has it.
    pub(crate) fn slot(&self, of: JurisdictionSlot, kind: Kind, number: u32) -> Option<u32> {
        match self.tables.get(&(of, kind)) {
            Some(table) => table.slots.get(number as usize).copied().flatten(),
            None => Some(number),
        }
    }

    /// The name of `number`, empty when no roster ever named it.
    pub(crate) fn text(&self, of: JurisdictionSlot, kind: Kind, number: u32) -> Arc<str> {
        let table = self.tables.get(&(of, kind));
        table
            .and_then(|t| t.texts.get(number as usize))
            .cloned()
            .unwrap_or_else(|| Arc::from(""))
    }

    /// The series that a station measured a quantity with and that no slot has now: whose, its number, and
    /// how its values are written; the newest first.
    pub(crate) fn former(
        &self,
        station: &str,
        quantity: &str,
    ) -> Vec<(JurisdictionSlot, u32, Decimals)> {
        let begin = format!("{station}/{quantity}/");
        let mut found = Vec::new();
        for ((jurisdiction, kind), table) in &self.tables {
            if *kind != Kind::Series {
                continue;
            }
            for (number, (text, slot)) in (0u32..).zip(table.texts.iter().zip(&table.slots)) {
                let decimals = text.strip_prefix(&*begin).and_then(|end| end.parse().ok());
                if let (None, Some(decimals)) = (slot, decimals) {
                    found.push((*jurisdiction, number, Decimals(decimals)));
                }
            }
        }
        // Of one jurisdiction the newest number first: what was measured last.
        found.sort_by_key(|(jurisdiction, number, _)| (*jurisdiction, u32::MAX - number));
        found
    }

    /// The names of one jurisdiction, to be stored.
    pub(crate) fn rows(&self, jurisdiction: JurisdictionSlot) -> Vec<NameRow> {
        let mut rows = Vec::new();
        for kind in Kind::ALL {
            let Some(table) = self.tables.get(&(jurisdiction, kind)) else {
                continue;
            };
            let names = table.texts.iter().zip(&table.slots).zip(0..);
            rows.extend(names.map(|((text, slot), number)| {
                let (text, slot) = (Arc::clone(text), *slot);
                NameRow {
                    jurisdiction,
                    kind,
                    number,
                    text,
                    slot,
                }
            }));
        }
        rows
    }
}

impl Table {
    /// Gives every name its number, the first ones their slots; `false` when nothing changes.
    fn take(&mut self, names: &[String]) -> bool {
        let same = |(number, name): (&u32, &String)| *self.texts[*number as usize] == **name;
        if self.numbers.len() == names.len() && self.numbers.iter().zip(names).all(same) {
            return false;
        }
        let known: HashMap<Arc<str>, usize> = self
            .texts
            .iter()
            .enumerate()
            .map(|(n, text)| (Arc::clone(text), n))
            .collect();
        self.slots.fill(None);
        for (name, slot) in names.iter().zip(0..) {
            match known.get(&**name) {
                // The same name twice is a flaw of the config; the second is one of its own.
                Some(number) if self.slots[*number].is_none() => self.slots[*number] = Some(slot),
                Some(_) | None => {
                    self.texts.push(Arc::from(&**name));
                    self.slots.push(Some(slot));
                }
            }
        }
        self.index();
        true
    }

    /// Makes `numbers` from `slots`.
    fn index(&mut self) {
        let length = self
            .slots
            .iter()
            .flatten()
            .max()
            .map_or(0, |slot| *slot as usize + 1);
        self.numbers = vec![u32::MAX; length];
        for (slot, number) in self.slots.iter().zip(0..) {
            if let Some(slot) = slot {
                self.numbers[*slot as usize] = number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: JurisdictionSlot = JurisdictionSlot(0);

    fn roster(series: &[&str]) -> Roster {
        let series = series.iter().map(|name| (*name).to_owned()).collect();
        Roster {
            series,
            ..Roster::default()
        }
    }

    fn numbers(names: &Names, slots: u32) -> Vec<u32> {
        (0..slots)
            .map(|slot| names.number(HERE, Kind::Series, slot))
            .collect()
    }

    #[test]
    fn a_name_keeps_its_number_wherever_it_goes() {
        let first = Names::default()
            .under(HERE, &roster(&["a", "b", "c"]))
            .expect("it is new");
        assert_eq!(numbers(&first, 3), [0, 1, 2]);
        assert!(first.under(HERE, &roster(&["a", "b", "c"])).is_none());
        let second = first
            .under(HERE, &roster(&["c", "x", "a"]))
            .expect("it changed");
        assert_eq!(numbers(&second, 3), [2, 3, 0]);
        assert_eq!(second.slot(HERE, Kind::Series, 1), None);
        assert_eq!(second.number(HERE, Kind::Series, 3), u32::MAX);
        assert_eq!(&*second.text(HERE, Kind::Series, 1), "b");
        let third = second
            .under(HERE, &roster(&["b", "b"]))
            .expect("it changed");
        assert_eq!(numbers(&third, 2), [1, 4]);
        let stored = Names::load(third.rows(HERE));
        assert_eq!(
            stored.tables[&(HERE, Kind::Series)],
            third.tables[&(HERE, Kind::Series)]
        );
    }
}
