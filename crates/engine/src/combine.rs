//! Rules about what other rules say, on the same station or the gauges upstream of it.
//!
//! Judged after everything that one input or one instant changes, so that two rules that move
//! together are seen together; in the order of who asks whom.

use std::collections::{BTreeMap, BTreeSet};

use model::config::{Clause, Config, Measure, Term};
use model::{Effects, Time};

use crate::condition::Look;
use crate::engine::Engine;
use crate::measure::{Measured, Seen};

/// Who is to be asked again when a watch changes its level. Made from the config.
#[derive(Clone, Debug, Default)]
pub(crate) struct Combinations {
    /// Watches that other rules ask about, by rule and station.
    standing: BTreeMap<(u16, u32), Vec<u32>>,
    /// Per watch that is asked about: who asks, with how many rules lie between.
    askers: BTreeMap<u32, Vec<(u32, u32)>>,
    /// Per rule: how many rules stand between it and the readings.
    ranks: Vec<u32>,
    /// From this rank on rules ask in a circle.
    circle: u32,
}

fn terms(clause: &Clause) -> impl Iterator<Item = &Term> {
    clause.all.iter().chain(&clause.any).chain(&clause.none)
}

fn clauses(measure: &Measure) -> &[Option<Clause>] {
    match measure {
        Measure::Levels { clauses } => clauses,
        Measure::Value
        | Measure::Sum { .. }
        | Measure::Rate { .. }
        | Measure::Cluster { .. }
        | Measure::Rise { .. }
        | Measure::Extreme { .. }
        | Measure::Sums { .. }
        | Measure::Silence
        | Measure::Expression { .. }
        | Measure::Forecast { .. } => &[],
    }
}

impl Combinations {
    pub(crate) fn of(config: &Config) -> Combinations {
        let mut all = Combinations::default();
        let rules = config.rules.iter();
        let asked: BTreeSet<u16> = rules
            .flat_map(|r| clauses(&r.measure).iter().flatten().flat_map(terms))
            .map(|t| t.rule.0)
            .collect();
        if asked.is_empty() {
            return all;
        }
        for (watch, spec) in config.watches.iter().enumerate() {
            if asked.contains(&spec.rule.0) {
                let station = config.series[spec.series.index()].station.0;
                let standing = all.standing.entry((spec.rule.0, station)).or_default();
                standing.push(watch as u32);
            }
        }
        (all.ranks, all.circle) = ranks(config);
        for (watch, spec) in config.watches.iter().enumerate() {
            let rank = all.ranks[spec.rule.index()];
            if rank >= all.circle || spec.is_bare() {
                // Asking in a circle is refused by the reader of the files; here it goes unheard.
                continue;
            }
            let clauses = clauses(&config.rules[spec.rule.index()].measure).iter();
            for term in clauses.flatten().flat_map(terms) {
                for source in all.sources(config, watch as u32, term) {
                    let askers = all.askers.entry(source).or_default();
                    if !askers.contains(&(rank, watch as u32)) {
                        askers.push((rank, watch as u32));
                    }
                }
            }
        }
        all
    }

    /// Who asks about a watch, with how many rules lie between.
    pub(crate) fn askers_of(&self, watch: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.askers.get(&watch).into_iter().flatten().copied()
    }

    /// All watches a combining watch asks about; none for any other.
    pub(crate) fn grounds_of(&self, config: &Config, watch: u32) -> Vec<u32> {
        let rule = config.watches[watch as usize].rule;
        let rank = self.ranks.get(rule.index()).copied().unwrap_or(0);
        if rank == 0 || rank >= self.circle {
            return Vec::new();
        }
        let clauses = clauses(&config.rules[rule.index()].measure).iter();
        let terms = clauses.flatten().flat_map(terms);
        let mut grounds: Vec<u32> = terms
            .flat_map(|term| self.sources(config, watch, term))
            .collect();
        grounds.sort_unstable();
        grounds.dedup();
        grounds
    }

    /// The watches a term of `watch` is about.
    fn sources(&self, config: &Config, watch: u32, term: &Term) -> Vec<u32> {
        let here = config.series[config.watches[watch as usize].series.index()].station;
        let at = |station: u32| {
            let found = self.standing.get(&(term.rule.0, station));
            found.into_iter().flatten().copied()
        };
        if !term.upstream {
            return at(here.0).collect();
        }
        let above = config.stations[here.index()].upstream.iter();
        above.flat_map(|u| at(u.station.0)).collect()
    }
}

/// How many rules stand between each rule and the readings, and the rank from which on rules ask in
/// a circle or ask those that do.
fn ranks(config: &Config) -> (Vec<u32>, u32) {
    let mut ranks = vec![0u32; config.rules.len()];
    let asking = config.rules.iter().enumerate().map(|(n, rule)| {
        let terms = clauses(&rule.measure).iter().flatten().flat_map(terms);
        (n, terms.map(|t| t.rule.index()).collect::<Vec<_>>())
    });
    let asking: Vec<_> = asking.filter(|(_, asked)| !asked.is_empty()).collect();
    let circle = asking.len() as u32 + 1;
    for _ in 0..=asking.len() {
        for (rule, asked) in &asking {
            let above = asked.iter().map(|a| ranks[*a] + 1).max().unwrap_or(0);
            ranks[*rule] = above.min(circle);
        }
    }
    (ranks, circle)
}

impl Engine {
    /// What a combining rule would have said at an earlier time.
    pub(crate) fn combined_then(&self, watch: u32, time: Time) -> Measured {
        let then = |source| self.level_then(source, time);
        let met = self.met_clauses(watch, then, then);
        let spec = &self.config.watches[watch as usize];
        let series = &self.state.series[spec.series.index()];
        let place = series.place_of(time.plus_ms(1)).checked_sub(1);
        let sample = place.and_then(|place| series.get(place));
        Measured::Decided {
            met,
            kept: met,
            shown: sample.map_or(0, |s| s.value),
        }
    }

    /// Which levels of a combining rule are met, given the level of each watch it asks about, and of
    /// each that must not stand.
    fn met_clauses(
        &self,
        watch: u32,
        level_of: impl Fn(u32) -> u8,
        none_of: impl Fn(u32) -> u8,
    ) -> [bool; 4] {
        let rule = self.config.watches[watch as usize].rule;
        let clauses = clauses(&self.config.rules[rule.index()].measure);
        let mut met = [false; 4];
        let heard = self.rank(watch) < self.index.combinations.circle;
        let clauses = if heard { clauses } else { &[] };
        for (met, clause) in met.iter_mut().zip(clauses) {
            let clause = clause.as_ref();
            *met = clause.is_some_and(|c| self.is_met(watch, c, &level_of, &none_of));
        }
        met
    }

    /// What a combining rule says now, and what of it does not stand on doubtful grounds. Doubt is
    /// no reason for it to keep what its grounds have left.
    pub(crate) fn combined(&self, watch: u32) -> Seen {
        let of = |source: u32| &self.state.conditions[source as usize];
        let (level, sure) = (|s| of(s).level(), |s| of(s).sure_level());
        let met = self.met_clauses(watch, level, level);
        let proven = self.met_clauses(watch, sure, level);
        let series = self.config.watches[watch as usize].series;
        let newest = self.state.series[series.index()].newest();
        let shown = newest.map_or(0, |s| s.value);
        let measured = |met| Measured::Decided {
            met,
            kept: met,
            shown,
        };
        Seen {
            measured: measured(met),
            doubtful: false,
            proven: measured(proven),
        }
    }

    fn is_met(
        &self,
        watch: u32,
        clause: &Clause,
        level_of: impl Fn(u32) -> u8,
        none_of: impl Fn(u32) -> u8,
    ) -> bool {
        let says = |term: &Term, level_of: &dyn Fn(u32) -> u8| {
            let sources = self.index.combinations.sources(&self.config, watch, term);
            let wanted = term.level.digit();
            sources.into_iter().any(|s| level_of(s) >= wanted)
        };
        let some = !clause.all.is_empty() || !clause.any.is_empty() || !clause.none.is_empty();
        some && clause.all.iter().all(|t| says(t, &level_of))
            && (clause.any.is_empty() || clause.any.iter().any(|t| says(t, &level_of)))
            && !clause.none.iter().any(|t| says(t, &none_of))
    }

    fn rank(&self, watch: u32) -> u32 {
        let rule = self.config.watches[watch as usize].rule;
        let ranks = &self.index.combinations.ranks;
        ranks.get(rule.index()).copied().unwrap_or(0)
    }

    /// A combining watch is asked again once everything that looks at the same reading has spoken.
    pub(crate) fn ask_later(&mut self, watch: u32, time: Time) {
        let asker = (self.rank(watch), watch);
        let since = self.state.affected.entry(asker).or_insert(time);
        *since = time.max(*since);
    }

    /// Notes who has to be asked again because a watch changed its level at `time`.
    pub(crate) fn affect(&mut self, watch: u32, time: Time) {
        let Some(askers) = self.index.combinations.askers.get(&watch) else {
            return;
        };
        for asker in askers {
            let since = self.state.affected.entry(*asker).or_insert(time);
            *since = time.max(*since);
        }
    }

    /// Asks everybody again whose grounds have changed, the nearest to the readings first.
    pub(crate) fn follow(&mut self, at: Time, out: &mut Effects) {
        self.follow_back(out);
        while let Some(((_, watch), time)) = self.state.affected.pop_first() {
            let seen = self.combined(watch);
            if self.is_quiet(watch, seen.measured) {
                continue;
            }
            let newest = self.state.conditions[watch as usize].newest;
            let observed = newest.map_or(time, |n| n.max(time));
            self.judge(watch, Look::of(seen, observed, at), out);
        }
    }
}
