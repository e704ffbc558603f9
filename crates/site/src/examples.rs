//! A rule's own examples, played through the pure engine.
//!
//! Each runs in a county of its own: one gauge (or a few side by side), the rule, and for every other
//! rule it asks a stand-in that says what the example says. Nothing else of the site is there, so an
//! example fails only by its own rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Engine;
use model::config::{
    Area, AreaKind, Bound, Clause, Interface, LatePolicy, Measure, Quantity, Rule, Series, Station,
    Term, Text, Upstream, Watch,
};
use model::intake::Quality;
use model::level::digit;
use model::{
    Config, Decimals, Effect, Effects, Input, Level, Observed, RuleSlot, SeriesSlot, StationSlot,
    Time,
};

use crate::attributes::example_bounds;
use crate::diagnose::{Diagnostics, Problem};
use crate::rules::example::Example;
use crate::rules::levels::Levels;
use crate::rules::terms::{Asked, ById};
use crate::rules::{Draft, LEVELS};
use crate::stations::Quantities;

/// Plays every example of the rules and tells those that come out otherwise, at their place.
pub(crate) fn check_examples(
    drafts: &[Draft],
    by_id: &ById<'_>,
    quantities: &Quantities,
    out: &mut Diagnostics,
) {
    for draft in drafts {
        for example in &draft.examples {
            match Stage::set(draft, example, drafts, by_id, quantities) {
                Ok(stage) => stage.play(draft, example, out),
                Err(what) => {
                    let what = format!("example `{}`: {what}", example.name);
                    out.push(Problem::at(&draft.source, example.place.clone(), what));
                }
            }
        }
    }
}

/// An example set up: the engine, and what it will be told.
struct Stage {
    engine: Engine,
    start: Time,
    readings: Vec<(i64, SeriesSlot, i64)>,
    /// Level of the rule at each gauge side by side.
    levels: BTreeMap<StationSlot, u8>,
}

/// The rule whose example it is comes first in its county.
const RULE: RuleSlot = RuleSlot(0);

impl Stage {
    fn set(
        draft: &Draft,
        example: &Example,
        drafts: &[Draft],
        by_id: &ById<'_>,
        quantities: &Quantities,
    ) -> Result<Stage, String> {
        let bounds = bounds_of(draft, example, drafts, by_id, quantities)?;
        let day = draft.rule.season.and_then(|s| s.days).map(|(from, _)| from);
        let start = example.midnight.instant(day);
        let mut set = Set::new(draft, example, quantities, bounds);
        set.add_given(draft, example)?;
        let config = set.config;
        if let Some(flaw) = config.flaw() {
            return Err(flaw);
        }
        let mut readings = set.readings;
        readings.sort_by_key(|(at, series, _)| (*at, *series));
        Ok(Stage {
            engine: Engine::new(Arc::new(config)),
            start,
            readings,
            levels: BTreeMap::new(),
        })
    }

    fn play(mut self, draft: &Draft, example: &Example, out: &mut Diagnostics) {
        let readings = std::mem::take(&mut self.readings);
        let mut rest = readings.as_slice();
        for (at, want, place) in &example.holds {
            let due = rest.partition_point(|(time, ..)| time <= at);
            for (time, series, value) in &rest[..due] {
                self.read(*time, *series, *value);
            }
            rest = &rest[due..];
            self.pass(*at);
            let stands = self.levels.values().copied().max().unwrap_or(0);
            if stands != digit(*want) {
                let (stands, want) = (word(stands), word(digit(*want)));
                let clock = format!("{:02}:{:02}", at / 3_600_000, at / 60_000 % 60);
                let what = format!(
                    "example `{}` fails: at {clock} the rule stands at {stands}",
                    example.name
                );
                let problem = Problem::at(&draft.source, place.clone(), what);
                let problem = problem.expecting(format!("{want}, says the example"));
                out.push(
                    problem.hint("one of the two is wrong: the rule's numbers or the example"),
                );
            }
        }
    }

    /// Lets every deadline up to `at` act at its own instant.
    fn pass(&mut self, at: i64) {
        let until = self.start.plus_ms(at);
        while let Some(due) = self.engine.next_deadline().filter(|due| *due < until) {
            self.apply(due, &Input::Ticked);
        }
        self.apply(until, &Input::Ticked);
    }

    fn read(&mut self, at: i64, series: SeriesSlot, value: i64) {
        self.pass(at);
        let time = self.start.plus_ms(at);
        let observed = Observed {
            interface: 0,
            series,
            observed: time,
            received: time,
            value,
            revision: 0,
            quality: Quality::Good,
            late: false,
            too_late: false,
            suspect: false,
        };
        self.apply(time, &Input::Observed(observed));
    }

    fn apply(&mut self, at: Time, input: &Input) {
        let mut out = Effects::default();
        self.engine.apply(at, input, &mut out);
        for effect in out.as_slice() {
            if let Effect::Transition(transition) = effect
                && transition.rule == RULE
            {
                self.levels.insert(transition.subject, transition.level);
            }
        }
    }
}

fn word(level: u8) -> &'static str {
    Level::from_digit(level).map_or("none", |level| LEVELS[level.index()].0)
}

/// The bounds that hold in an example.
fn bounds_of(
    draft: &Draft,
    example: &Example,
    drafts: &[Draft],
    by_id: &ById<'_>,
    quantities: &Quantities,
) -> Result<[Option<Bound>; 4], String> {
    if let Some(own) = example.own_bounds(draft.bands, draft.rule.side) {
        return Ok(own);
    }
    match &draft.levels {
        Levels::Inline(bounds) => Ok(*bounds),
        Levels::Formula(limits) => {
            let bounds = example_bounds(draft, limits, &example.station, quantities);
            if bounds.iter().all(Option::is_none) {
                let want = "it must say what its station is, such as station = { warning_stage = \"42.00 m\" }";
                return Err(want.to_owned());
            }
            Ok(bounds)
        }
        Levels::Sheet => {
            Err("it must say its levels, such as levels = { yellow = \"42.00 m\" }".to_owned())
        }
        Levels::Of { rule, only } => {
            let of = by_id.get(rule.text.as_str()).map(|place| &drafts[*place]);
            let of = of.filter(|of| !crate::watches::borrows(of));
            let of = of.ok_or("it must say its levels itself")?;
            let bounds = bounds_of(of, example, drafts, by_id, quantities)?;
            Ok(std::array::from_fn(|i| bounds[i].filter(|_| only[i])))
        }
    }
}

/// The small county of an example while it is put together.
struct Set {
    config: Config,
    readings: Vec<(i64, SeriesSlot, i64)>,
}

impl Set {
    fn new(
        draft: &Draft,
        example: &Example,
        quantities: &Quantities,
        bounds: [Option<Bound>; 4],
    ) -> Set {
        let quantity = Quantity {
            range: None,
            ..quantities.list[usize::from(draft.quantity)].clone()
        };
        let given = Quantity {
            id: "given".to_owned(),
            title: Text::same("given"),
            unit: String::new(),
            decimals: Decimals(0),
            range: None,
        };
        let shortest = example
            .readings
            .windows(2)
            .map(|pair| pair[1].0 - pair[0].0);
        let interval = example.every_ms.or(shortest.min());
        let mut set = Set {
            config: Config {
                code: "example".to_owned(),
                interfaces: vec![Interface {
                    id: "mqtt".to_owned(),
                    title: Text::same("MQTT"),
                    late: LatePolicy::Discard,
                }],
                quantities: vec![quantity, given],
                rules: vec![draft.rule.clone()],
                areas: vec![Area {
                    code: "A".to_owned(),
                    kind: AreaKind::Zone,
                    title: Text::same("A"),
                    parent: None,
                    people: 0,
                }],
                ..Config::default()
            },
            readings: Vec::new(),
        };
        for gauge in 0..example.gauges {
            let station = set.add_station(&format!("G{gauge}"));
            let series = set.add_series(station, 0, interval);
            set.config.watches.push(Watch {
                rule: RULE,
                series,
                bounds,
                versions: Vec::new(),
            });
            let readings = example.readings.iter();
            set.readings
                .extend(readings.map(|(at, value)| (*at, series, *value)));
        }
        let upstream = set.add_station("U");
        let travel_ms = example.upstream.as_ref().map_or(0, |u| u.travel_ms);
        set.config.stations[0].upstream = vec![Upstream {
            station: upstream,
            travel_ms,
        }];
        if let Some(above) = &example.upstream {
            let series = set.add_series(upstream, 0, interval);
            let readings = above.readings.iter();
            set.readings
                .extend(readings.map(|(at, value)| (*at, series, *value)));
        }
        set
    }

    fn add_station(&mut self, id: &str) -> StationSlot {
        let slot = StationSlot(self.config.stations.len() as u32);
        self.config.stations.push(Station {
            id: id.to_owned(),
            name: Text::same(id),
            position_e6: Some((120_000_000, 29_000_000)),
            township: Some("A".to_owned()),
            catchment: Some("A".to_owned()),
            zones: vec!["A".to_owned()],
            ..Station::default()
        });
        slot
    }

    fn add_series(
        &mut self,
        station: StationSlot,
        quantity: u16,
        every: Option<i64>,
    ) -> SeriesSlot {
        let slot = SeriesSlot(self.config.series.len() as u32);
        self.config.series.push(Series {
            station,
            quantity,
            interval_ms: every,
            // What another rule says holds until it says something else.
            silence_normal: quantity == 1,
            checks: Vec::new(),
        });
        slot
    }

    /// Puts a stand-in in place of each rule that is asked; what the example does not give is none.
    fn add_given(&mut self, draft: &Draft, example: &Example) -> Result<(), String> {
        let Some(clauses) = &draft.clauses else {
            return Ok(());
        };
        let mut slots: BTreeMap<&str, RuleSlot> = BTreeMap::new();
        let asks = clauses.iter().flatten();
        for asked in asks.flat_map(|a| a.all.iter().chain(&a.any).chain(&a.none)) {
            let next = RuleSlot(self.config.rules.len() as u16);
            if slots.contains_key(asked.rule.as_str()) {
                continue;
            }
            slots.insert(&asked.rule, next);
            self.config.rules.push(stand_in(&asked.rule));
            for (upstream, station) in [
                (false, StationSlot(0)),
                (true, StationSlot(u32::from(example.gauges))),
            ] {
                let given = example.given.iter();
                let mut given = given.filter(|g| g.rule == asked.rule && g.upstream == upstream);
                let level = given.next().and_then(|g| g.level);
                let series = self.add_series(station, 1, None);
                self.config.watches.push(Watch {
                    rule: next,
                    series,
                    bounds: std::array::from_fn(|i| {
                        let raise = i as i64 + 1;
                        Some(Bound {
                            raise,
                            reset: raise,
                        })
                    }),
                    versions: Vec::new(),
                });
                let first = example.readings.first().map_or(0, |(at, _)| *at);
                self.readings.push((first, series, i64::from(digit(level))));
            }
        }
        if let Some(stray) = example
            .given
            .iter()
            .find(|g| !slots.contains_key(g.rule.as_str()))
        {
            return Err(format!("its rule asks nothing of `{}`", stray.rule));
        }
        let term = |asked: &Asked| Term {
            rule: slots.get(asked.rule.as_str()).copied().unwrap_or(RULE),
            level: asked.level,
            upstream: asked.upstream,
        };
        let terms = |asked: &[Asked]| asked.iter().map(term).collect();
        self.config.rules[0].measure = Measure::Levels {
            clauses: std::array::from_fn(|i| {
                let asks = clauses[i].as_ref()?;
                Some(Clause {
                    all: terms(&asks.all),
                    any: terms(&asks.any),
                    none: terms(&asks.none),
                })
            }),
        };
        Ok(())
    }
}

/// A rule that says whatever digit it is told.
fn stand_in(id: &str) -> Rule {
    Rule {
        id: id.to_owned(),
        title: Text::same(id),
        hazard: "given".to_owned(),
        ..Rule::default()
    }
}
