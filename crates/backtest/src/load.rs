//! How much came at once: the worst hour, by district.

use std::collections::{BTreeMap, BTreeSet};

use model::Time;

use crate::replay::Replayed;
use crate::ruleset::RuleSet;
use model::backtest::{Hour, Load};

const HOUR_MS: i64 = 3_600_000;

/// The hour with the most changes of level from `from` on; absent when nothing changed.
pub(crate) fn worst_hour(set: &RuleSet, replayed: &Replayed, from: Time) -> Option<Load> {
    let mut hours: BTreeMap<i64, u64> = BTreeMap::new();
    for change in replayed.changes.iter().filter(|c| c.at >= from) {
        *hours.entry(change.at.ms().div_euclid(HOUR_MS)).or_default() += 1;
    }
    // The earliest of equal hours.
    let (hour, _) = hours.iter().rev().max_by_key(|(_, count)| **count)?;
    let begin = Time::from_ms(hour * HOUR_MS);
    let inside = |at: Time| at >= begin && at < begin.plus_ms(HOUR_MS);
    let mut districts: BTreeMap<String, Hour> = BTreeMap::new();
    let mut add = |district: &str, add: fn(&mut Hour)| {
        add(districts.entry(district.to_owned()).or_default());
    };
    for change in replayed.changes.iter().filter(|c| inside(c.at)) {
        let subject = change.transition.subject;
        let station = &set.configs[change.engine].stations[subject.index()];
        let district = station.township.as_deref().unwrap_or_default();
        add(district, |hour| hour.transitions += 1);
        if change.transition.prev == 0 {
            add(district, |hour| hour.alarms += 1);
        }
    }
    let mut met = BTreeSet::new();
    for moved in replayed.moved.iter().filter(|t| inside(t.at)) {
        if met.insert(moved.situation) {
            add(&moved.area, |hour| hour.situations += 1);
        }
    }
    for told in replayed.told.iter().filter(|t| inside(t.at)) {
        add(&told.area, |hour| hour.annunciations += 1);
    }
    let mut all = Hour::default();
    let mut districts: Vec<Hour> = districts
        .into_iter()
        .map(|(district, hour)| Hour { district, ..hour })
        .collect();
    for hour in &districts {
        all.transitions += hour.transitions;
        all.alarms += hour.alarms;
        all.situations += hour.situations;
        all.annunciations += hour.annunciations;
    }
    districts.sort_by(|a, b| (b.transitions, &a.district).cmp(&(a.transitions, &b.district)));
    Some(Load {
        begin,
        all,
        districts,
    })
}

/// `兵庫県` of `兵庫県姫路市`; the whole text where no such part ends. A name has two signs before
/// its kind: 京都府 is no 京都.
pub(crate) fn first_part(admin: &str) -> &str {
    const KINDS: [char; 9] = ['都', '道', '府', '県', '省', '市', '县', '區', '区'];
    let end = admin
        .char_indices()
        .skip(2)
        .find(|(_, c)| KINDS.contains(c));
    end.map_or(admin, |(at, kind)| &admin[..at + kind.len_utf8()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_is_the_first_part_of_the_address() {
        for (admin, want) in [
            ("兵庫県姫路市", "兵庫県"),
            ("京都府京都市", "京都府"),
            ("北海道伊達市", "北海道"),
            ("東京都八王子市", "東京都"),
            ("Seoul area", "Seoul area"),
            ("", ""),
        ] {
            assert_eq!(first_part(admin), want);
        }
    }
}
