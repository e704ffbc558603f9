//! Rules meet stations: the watches that follow from them.

use std::collections::{BTreeMap, HashMap};

use model::config::{Bound, Measure, Station, Version, Watch, Within};
use model::{RuleSlot, SeriesSlot, StationSlot};

use crate::attributes::Attributes;
use crate::diagnose::{Diagnostics, Problem};
use crate::rules::Draft;
use crate::rules::levels::Levels;
use crate::rules::quality::CheckDraft;
use crate::rules::subjects::Subjects;
use crate::rules::terms::ById;
use crate::stations::{AllSeries, Quantities, Stations};
use crate::thresholds::Thresholds;

/// What rules look at in one jurisdiction.
pub(crate) struct Ground<'a> {
    pub(crate) stations: &'a Stations,
    pub(crate) quantities: &'a Quantities,
    pub(crate) series: &'a AllSeries,
    /// Ids of rules that are there but faulty.
    pub(crate) faulty_rules: &'a [String],
    /// Minutes the site's time is ahead of UTC.
    pub(crate) offset_min: i16,
}

/// Where bounds come from that are not in the rule itself.
pub(crate) struct Bounds<'a> {
    pub(crate) thresholds: &'a Thresholds,
    pub(crate) attributes: &'a Attributes,
    pub(crate) by_id: &'a ById<'a>,
}

/// The watches of a jurisdiction, sorted by series and then by rule.
pub(crate) fn watches(
    rules: &[Draft],
    bounds: &Bounds<'_>,
    ground: &Ground<'_>,
    out: &mut Diagnostics,
) -> Vec<Watch> {
    let mut missing: Vec<BTreeMap<String, usize>> = vec![BTreeMap::new(); rules.len()];
    let candidates = Candidates::of(rules, ground);
    let mut all = Vec::new();
    for (slot, series) in ground.series.list.iter().enumerate() {
        let station = &ground.stations.list[series.station.index()];
        for place in candidates.for_series(series.quantity, series.station) {
            let draft = &rules[place];
            if !draft.subjects.include(station) || lacks_place(draft, station) {
                continue;
            }
            let worked = bounds_of(
                place,
                rules,
                bounds,
                series.station,
                ground,
                &mut missing,
                out,
            );
            if worked.is_empty() {
                continue;
            }
            all.push(Watch {
                rule: RuleSlot(place as u16),
                series: SeriesSlot(slot as u32),
                bounds: worked.bounds,
                versions: worked.versions,
            });
        }
    }
    note_missing(rules, &missing, bounds.attributes, out);
    all
}

/// The rules that may look at a series: a rule that names its stations is asked for those alone.
struct Candidates {
    by_quantity: HashMap<u16, Vec<usize>>,
    by_station: HashMap<(u16, StationSlot), Vec<usize>>,
}

impl Candidates {
    fn of(rules: &[Draft], ground: &Ground<'_>) -> Candidates {
        let mut all = Candidates {
            by_quantity: HashMap::new(),
            by_station: HashMap::new(),
        };
        for (place, draft) in rules.iter().enumerate() {
            if draft.subjects.stations.is_empty() {
                all.by_quantity
                    .entry(draft.quantity)
                    .or_default()
                    .push(place);
                continue;
            }
            for word in &draft.subjects.stations {
                if let Some(station) = ground.stations.slot(&word.text) {
                    let named = all.by_station.entry((draft.quantity, station)).or_default();
                    if named.last() != Some(&place) {
                        named.push(place);
                    }
                }
            }
        }
        all
    }

    /// In the order of the rules.
    fn for_series(&self, quantity: u16, station: StationSlot) -> Vec<usize> {
        let general = self.by_quantity.get(&quantity).into_iter().flatten();
        let named = self
            .by_station
            .get(&(quantity, station))
            .into_iter()
            .flatten();
        let mut places: Vec<usize> = general.chain(named).copied().collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// The bounds of one watch over time.
#[derive(Default)]
struct Worked {
    bounds: [Option<Bound>; 4],
    versions: Vec<Version>,
}

impl Worked {
    fn is_empty(&self) -> bool {
        let later = self.versions.iter().flat_map(|v| &v.bounds);
        self.bounds.iter().chain(later).all(Option::is_none)
    }

    /// A version that changes nothing is left out.
    fn new(bounds: [Option<Bound>; 4], later: impl Iterator<Item = Version>) -> Worked {
        let mut versions: Vec<Version> = Vec::new();
        for version in later {
            let before = versions.last().map_or(bounds, |v| v.bounds);
            if version.bounds != before {
                versions.push(version);
            }
        }
        Worked { bounds, versions }
    }
}

fn bounds_of(
    place: usize,
    rules: &[Draft],
    from: &Bounds<'_>,
    station: StationSlot,
    ground: &Ground<'_>,
    missing: &mut [BTreeMap<String, usize>],
    out: &mut Diagnostics,
) -> Worked {
    let draft = &rules[place];
    match &draft.levels {
        Levels::Inline(bounds) => Worked::new(*bounds, std::iter::empty()),
        Levels::Sheet => {
            let at = |time| from.thresholds.at(place, station, time);
            let times = from.thresholds.times(place, station).into_iter();
            let later = times.map(|valid_from| Version {
                valid_from,
                bounds: at(Some(valid_from)),
            });
            Worked::new(at(None), later)
        }
        Levels::Formula(limits) => {
            let missing = &mut missing[place];
            let worked =
                from.attributes
                    .bounds(draft, limits, station, ground.quantities, missing, out);
            let later = worked.versions.into_iter();
            let later = later.map(|(valid_from, bounds)| Version { valid_from, bounds });
            Worked::new(worked.bounds, later)
        }
        Levels::Of { rule, only } => {
            let of = from.by_id.get(rule.text.as_str()).copied();
            let Some(of) = of.filter(|of| *of != place && !borrows(&rules[*of])) else {
                return Worked::default();
            };
            let subject = rules[of]
                .subjects
                .include(&ground.stations.list[station.index()]);
            if !subject {
                return Worked::default();
            }
            let theirs = bounds_of(of, rules, from, station, ground, missing, out);
            let keep = |bounds: [Option<Bound>; 4]| -> [Option<Bound>; 4] {
                std::array::from_fn(|i| bounds[i].filter(|_| only[i]))
            };
            let later = theirs.versions.into_iter().map(|v| Version {
                valid_from: v.valid_from,
                bounds: keep(v.bounds),
            });
            Worked::new(keep(theirs.bounds), later)
        }
    }
}

/// Whether a rule takes its bounds from another.
pub(crate) fn borrows(draft: &Draft) -> bool {
    matches!(draft.levels, Levels::Of { .. })
}

/// One remark a rule and attribute, however many stations lack it; an attribute that nobody has is
/// most likely a slip of the fingers.
fn note_missing(
    rules: &[Draft],
    missing: &[BTreeMap<String, usize>],
    attributes: &Attributes,
    out: &mut Diagnostics,
) {
    for (draft, missing) in rules.iter().zip(missing) {
        let id = &draft.rule.id;
        for (name, stations) in missing {
            let place = draft
                .levels
                .asks(name)
                .unwrap_or_else(|| draft.place.clone());
            let at = |what: String| Problem::at(&draft.source, place.clone(), what);
            if attributes.names().any(|known| known == name) {
                let what = format!("rule `{id}`: {stations} of its stations have no `{name}`");
                let hint = "they are not watched at the levels that ask for it; add rows to attributes.csv";
                out.push(at(what).noted().hint(hint));
            } else {
                let what = format!("rule `{id}` asks for `station.{name}`, which no station has");
                let problem = at(what).expecting("an attribute of attributes.csv");
                let problem = problem.near(name, attributes.names());
                let slip = problem.advice().is_some();
                out.push(if slip { problem } else { problem.noted() });
            }
        }
    }
}

/// A station whose place, or area, is not known is near nothing.
pub(crate) fn lacks_place(draft: &Draft, station: &Station) -> bool {
    let Measure::Cluster { within, .. } = &draft.rule.measure else {
        return false;
    };
    match within {
        Within::Distance => station.position_e6.is_none(),
        Within::Township => station.township.is_none(),
        Within::Catchment => station.catchment.is_none(),
        Within::Zone => station.zones.is_empty(),
    }
}

/// Which checks each series is asked; tells checks that ask none.
pub(crate) fn checks_of_series(
    checks: &[CheckDraft],
    series: &mut AllSeries,
    stations: &Stations,
    out: &mut Diagnostics,
) {
    let asked = |subjects: &Subjects, station: &Station| subjects.include(station);
    for (place, check) in checks.iter().enumerate() {
        let mut any = false;
        for series in series
            .list
            .iter_mut()
            .filter(|s| s.quantity == check.quantity)
        {
            if asked(&check.subjects, &stations.list[series.station.index()]) {
                series.checks.push(place as u16);
                any = true;
            }
        }
        if !any {
            let what = format!("check `{}` looks at nothing", check.rule.id);
            let hint = "no series of its quantity is among its subjects";
            out.push(
                Problem::at(&check.source, check.place.clone(), what)
                    .noted()
                    .hint(hint),
            );
        }
    }
}
