//! What follows from a config and never changes with readings: who watches which series, which
//! windows it needs, which gauges are neighbours. Made anew from the config, never stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::config::{Config, LatePolicy, Measure, Rule, Station, Within};
use model::ground::distance_mm;
use model::{AlarmKey, Level, PersonId, SeriesSlot};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};

use crate::combine::Combinations;
use crate::expression::Formula;
use crate::forecast;
use crate::glance::Glances;
use crate::ground::Ground;
use crate::quality;

#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// First and past-the-last watch of each series.
    pub(crate) watches: Vec<(u32, u32)>,
    /// Windows of each series in ms, ascending, each once.
    pub(crate) windows: Vec<Vec<i64>>,
    /// How far back samples of each series are needed, in ms.
    pub(crate) reach: Vec<i64>,
    /// How far behind its watermark a reading may be and still be judged, on any interface.
    pub(crate) lateness_ms: i64,
    /// Compiled expressions, by rule.
    pub(crate) formulas: BTreeMap<u16, Arc<Formula>>,
    pub(crate) combinations: Combinations,
    /// The level from which on the alarms of each rule are latched.
    pub(crate) latches: Vec<Option<Level>>,
    pub(crate) glances: Glances,
    pub(crate) keys: Vec<AlarmKey>,
    pub(crate) watch_of: BTreeMap<AlarmKey, u32>,
    pub(crate) clusters: Vec<Cluster>,
    /// Per watch: its cluster and its place among the members, for cluster rules.
    pub(crate) member_of: BTreeMap<u32, (u32, u32)>,
    pub(crate) ground: Ground,
    /// Series whose readings can verify a task.
    pub(crate) proving: BTreeSet<u32>,
    /// Places in [`Config::people`].
    pub(crate) people: BTreeMap<PersonId, u32>,
    /// Places of the people of each township.
    pub(crate) residents: BTreeMap<String, Vec<u32>>,
}

/// The gauges of one cluster rule, in order of station id.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    pub(crate) watches: Vec<u32>,
    /// Per member: the members within the radius, itself included, in order of id.
    pub(crate) near: Vec<Vec<u32>>,
}

/// How far back readings may still decide something, over all series of a config.
pub fn memory_ms(config: &Config) -> i64 {
    Index::of(config).reach.into_iter().fold(0, i64::max)
}

impl Index {
    pub(crate) fn of(config: &Config) -> Index {
        let mut index = Index {
            watches: vec![(0, 0); config.series.len()],
            windows: vec![Vec::new(); config.series.len()],
            reach: vec![config.policy.remember_ms; config.series.len()],
            lateness_ms: lateness_ms(config),
            formulas: formulas(config),
            combinations: Combinations::of(config),
            latches: latches(config),
            people: (0u32..)
                .zip(&config.people)
                .map(|(place, person)| (person.id.clone(), place))
                .collect(),
            ..Index::default()
        };
        for (slot, watch) in config.watches.iter().enumerate() {
            let slot = slot as u32;
            let range = &mut index.watches[watch.series.index()];
            if range.1 == 0 {
                range.0 = slot;
            }
            range.1 = slot + 1;
            let rule = &config.rules[watch.rule.index()];
            let formula = index.formulas.get(&watch.rule.0);
            let windows = &mut index.windows[watch.series.index()];
            let span_ms = look_back(rule, formula.map(Arc::as_ref), windows);
            let longest = windows.iter().copied().fold(span_ms, i64::max);
            let reach = &mut index.reach[watch.series.index()];
            *reach = (*reach).max(longest + index.lateness_ms);
            windows.sort_unstable();
            windows.dedup();
            let station = config.station_of(watch.series);
            let key = AlarmKey::of(&config.code, &rule.id, &station.id, &rule.hazard);
            index.keys.push(key);
            index.watch_of.insert(key, slot);
        }
        for (slot, series) in config.series.iter().enumerate() {
            let checks = series.checks.iter();
            let windows = &mut index.windows[slot];
            let of = |check: &u16| &config.checks[usize::from(*check)].check;
            windows.extend(checks.clone().filter_map(|c| quality::summed_over(of(c))));
            windows.sort_unstable();
            windows.dedup();
            let spans = checks.map(|c| quality::reach_ms(&config.checks[usize::from(*c)].check));
            let longest = spans.max().unwrap_or(0);
            index.reach[slot] = index.reach[slot].max(longest + index.lateness_ms);
        }
        index.find_clusters(config);
        let upstream = forecast::sources(config);
        index.remember(config, &upstream);
        index.glances = Glances::of(config, &index.member_of, &upstream);
        index.ground = Ground::of(config);
        for (place, person) in (0u32..).zip(&config.people) {
            if let Some(township) = &person.township {
                let residents = index.residents.entry(township.clone()).or_default();
                residents.push(place);
            }
        }
        index.proving = proving(config);
        index
    }

    /// Whether a good `value` cannot begin anything on a watch whose levels are all off.
    pub(crate) fn is_calm(&self, watch: u32, value: i64) -> bool {
        self.glances.brink(watch).is_calm(value)
    }

    /// The same for a change over a time, `rise / over`.
    pub(crate) fn is_slow(&self, watch: u32, rise: i128, over: i128) -> bool {
        self.glances.brink(watch).is_slow(rise, over)
    }

    /// Forecasts that ask upstream need the past of both series.
    fn remember(&mut self, config: &Config, upstream: &BTreeMap<u32, forecast::Source>) {
        for (watch, source) in upstream {
            let own = config.watches[*watch as usize].series;
            let past_ms = forecast::MEMORY_MS + self.lateness_ms;
            for (series, past_ms) in [(own, past_ms), (source.series, past_ms + source.travel_ms)] {
                let reach = &mut self.reach[series.index()];
                *reach = (*reach).max(past_ms);
            }
        }
    }

    fn find_clusters(&mut self, config: &Config) {
        for (slot, rule) in config.rules.iter().enumerate() {
            let Measure::Cluster {
                radius_mm, within, ..
            } = rule.measure
            else {
                continue;
            };
            let mut watches: Vec<u32> = (0..config.watches.len() as u32)
                .filter(|w| config.watches[*w as usize].rule.index() == slot)
                .filter(|w| !config.watches[*w as usize].is_bare())
                .collect();
            let id = |w: &u32| &config.station_of(config.watches[*w as usize].series).id;
            watches.sort_by(|a, b| id(a).cmp(id(b)));
            let cluster = self.clusters.len() as u32;
            for (place, watch) in watches.iter().enumerate() {
                self.member_of.insert(*watch, (cluster, place as u32));
            }
            let near = match within {
                Within::Distance => neighbours(config, &watches, radius_mm),
                Within::Township => sharing(config, &watches, |s| s.township.as_slice()),
                Within::Catchment => sharing(config, &watches, |s| s.catchment.as_slice()),
                Within::Zone => sharing(config, &watches, |s| s.zones.as_slice()),
            };
            self.clusters.push(Cluster { watches, near });
        }
    }
}

/// The series that templates name as proof. Commands keep their bound by name, so one issued under
/// an older template is looked at as long as any template names that series.
fn proving(config: &Config) -> BTreeSet<u32> {
    let bounds = config.templates.iter().filter_map(|t| t.proven_by.as_ref());
    let slots = bounds.filter_map(|bound| {
        (0..config.series.len() as u32).find(|slot| {
            let slot = SeriesSlot(*slot);
            config.station_of(slot).id == bound.station
                && config.quantity_of(slot).id == bound.quantity
        })
    });
    slots.collect()
}

/// Collects the windows a rule sums over, and says how far back it looks otherwise, in ms.
fn look_back(rule: &Rule, formula: Option<&Formula>, windows: &mut Vec<i64>) -> i64 {
    match &rule.measure {
        Measure::Cluster { window_ms: 0, .. } => 0,
        Measure::Sum { window_ms } | Measure::Cluster { window_ms, .. } => {
            windows.push(*window_ms);
            0
        }
        Measure::Sums {
            windows: all,
            wetness,
            ..
        } => {
            windows.extend(all.iter().map(|w| w.window_ms));
            windows.extend(wetness.map(|w| w.window_ms));
            0
        }
        Measure::Rise { span_ms, .. } => *span_ms,
        Measure::Extreme { window_ms, .. } => *window_ms,
        Measure::Forecast { outlook } => outlook.recent_ms,
        Measure::Expression { .. } => formula.map_or(0, |f| {
            windows.extend(f.windows());
            f.reach_ms()
        }),
        Measure::Value | Measure::Rate { .. } | Measure::Silence | Measure::Levels { .. } => 0,
    }
}

fn lateness_ms(config: &Config) -> i64 {
    let allowed = config.interfaces.iter().map(|i| match i.late {
        LatePolicy::Discard => 0,
        LatePolicy::Allow { within_ms } => within_ms,
    });
    allowed.max().unwrap_or(0).max(0)
}

/// Rules that latch do so at the highest level they have.
fn latches(config: &Config) -> Vec<Option<Level>> {
    let mut highest = vec![None; config.rules.len()];
    for watch in &config.watches {
        let level = &mut highest[watch.rule.index()];
        *level = watch.highest().max(*level);
    }
    let rules = config.rules.iter();
    rules
        .zip(highest)
        .map(|(rule, level)| level.filter(|_| rule.latch))
        .collect()
}

/// The expressions that can be compiled; the reader of the files refuses the others.
fn formulas(config: &Config) -> BTreeMap<u16, Arc<Formula>> {
    let rules = config.rules.iter().enumerate();
    let compiled = rules.filter_map(|(slot, rule)| match &rule.measure {
        Measure::Expression { text } => {
            let formula = Formula::of(text).ok()?;
            Some((slot as u16, Arc::new(formula)))
        }
        Measure::Value
        | Measure::Sum { .. }
        | Measure::Rate { .. }
        | Measure::Cluster { .. }
        | Measure::Rise { .. }
        | Measure::Extreme { .. }
        | Measure::Sums { .. }
        | Measure::Silence
        | Measure::Levels { .. }
        | Measure::Forecast { .. } => None,
    });
    compiled.collect()
}

/// For each watch the watches whose stations share an area with its own, in order; a gauge in
/// several areas is near all of them, one in none only near itself.
fn sharing<'a>(
    config: &'a Config,
    watches: &[u32],
    areas: impl Fn(&'a Station) -> &'a [String],
) -> Vec<Vec<u32>> {
    let station = |w: u32| config.station_of(config.watches[w as usize].series);
    let mut inside: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (place, watch) in watches.iter().enumerate() {
        for area in areas(station(*watch)) {
            inside.entry(area).or_default().push(place as u32);
        }
    }
    let near = |(place, watch): (usize, &u32)| {
        let shared = areas(station(*watch)).iter();
        let mut near: Vec<u32> = shared
            .flat_map(|area| inside.get(area.as_str()).into_iter().flatten())
            .copied()
            .chain([place as u32])
            .collect();
        near.sort_unstable();
        near.dedup();
        near
    };
    watches.iter().enumerate().map(near).collect()
}

/// For each watch the watches within the radius: boxes by the R-tree first, exact distance after,
/// sorted so that the tree's own order decides nothing.
fn neighbours(config: &Config, watches: &[u32], radius_mm: i64) -> Vec<Vec<u32>> {
    let place_of = |w: u32| {
        config
            .station_of(config.watches[w as usize].series)
            .position_e6
    };
    let points: Vec<GeomWithData<[f64; 2], u32>> = watches
        .iter()
        .enumerate()
        .filter_map(|(n, w)| {
            let (lon, lat) = place_of(*w)?;
            Some(GeomWithData::new(
                [f64::from(lon) / 1e6, f64::from(lat) / 1e6],
                n as u32,
            ))
        })
        .collect();
    let mut near: Vec<Vec<u32>> = (0..watches.len() as u32).map(|n| vec![n]).collect();
    let tree = RTree::bulk_load(points.clone());
    // A degree of latitude is 111.19 km; the box is a tenth wider than the circle.
    let reach_lat = radius_mm as f64 / 111_190_000.0 * 1.1;
    for point in &points {
        let [lon, lat] = *point.geom();
        let reach_lon = reach_lat / libm::cos(lat.to_radians()).max(0.01);
        let reach = AABB::from_corners(
            [lon - reach_lon, lat - reach_lat],
            [lon + reach_lon, lat + reach_lat],
        );
        let mut found: Vec<u32> = tree
            .locate_in_envelope(&reach)
            .filter(|other| distance_mm([lon, lat], *other.geom()) <= radius_mm)
            .map(|other| other.data)
            .collect();
        found.sort_unstable();
        near[point.data as usize] = found;
    }
    near
}
