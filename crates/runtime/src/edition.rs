//! Slots of an older catalogue in those of the newest: readings that were read under the names of
//! yesterday's files go on under today's.

use std::collections::HashMap;
use std::sync::Arc;

use model::config::Config;
use model::{Decimals, JurisdictionSlot, SeriesSlot};

use crate::inbox::Draft;

/// Older editions whose slots are still understood; messages wait for seconds, not for editions.
const MOST_KEPT: usize = 8;

/// Where each series of a jurisdiction lies now; `None` when it is gone or written otherwise.
type Places = Vec<Vec<Option<SeriesSlot>>>;

/// The newest edition and the way to it from those before.
#[derive(Default)]
pub(crate) struct Editions {
    newest: u32,
    /// By edition, from `newest` back.
    older: Vec<(u32, Places)>,
}

impl Editions {
    /// Number of the newest.
    pub(crate) fn newest(&self) -> u32 {
        self.newest
    }

    /// Begins another edition: configs changed from `before` to `after`, by slot.
    pub(crate) fn turn(&mut self, before: &[Arc<Config>], after: &[Arc<Config>]) {
        let step: Places = before
            .iter()
            .zip(after)
            .map(|(old, new)| places(old, new))
            .collect();
        for (_, known) in &mut self.older {
            for (slot, series) in known.iter_mut().enumerate() {
                for place in series {
                    *place = place.and_then(|old| find(&step, slot, old));
                }
            }
        }
        self.older.push((self.newest, step));
        if self.older.len() > MOST_KEPT {
            self.older.remove(0);
        }
        self.newest += 1;
    }

    /// The draft under the newest names; `None` when its series is no longer there.
    pub(crate) fn translate(&self, draft: &Draft) -> Option<Draft> {
        if draft.edition == self.newest {
            return Some(*draft);
        }
        let (_, known) = self.older.iter().find(|(n, _)| *n == draft.edition)?;
        let series = find(known, draft.jurisdiction.index(), draft.series)?;
        Some(Draft {
            series,
            edition: self.newest,
            ..*draft
        })
    }
}

fn find(places: &Places, jurisdiction: usize, series: SeriesSlot) -> Option<SeriesSlot> {
    places
        .get(JurisdictionSlot(jurisdiction as u16).index())?
        .get(series.index())
        .copied()
        .flatten()
}

fn places(old: &Config, new: &Config) -> Vec<Option<SeriesSlot>> {
    let now: HashMap<(&str, &str, Decimals), SeriesSlot> = (0..new.series.len() as u32)
        .map(|n| (name(new, SeriesSlot(n)), SeriesSlot(n)))
        .collect();
    (0..old.series.len() as u32)
        .map(|n| now.get(&name(old, SeriesSlot(n))).copied())
        .collect()
}

fn name(config: &Config, slot: SeriesSlot) -> (&str, &str, Decimals) {
    let quantity = config.quantity_of(slot);
    (&config.station_of(slot).id, &quantity.id, quantity.decimals)
}
