//! Other numbers for some bounds of a rule set: what is asked most often, and without a rule file.
//!
//! Where a level is over moves with where it begins, so the deadband stays as it was unless another
//! is asked for.

use model::backtest::BoundChange;
use model::config::{Bound, Config, Measure, Side};
use model::{Decimals, Fixed, Level};

use crate::ruleset::RuleSet;

/// Why a bound cannot be tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoundError {
    #[error("there is no rule `{0}`")]
    NoSuchRule(String),
    #[error("`{rule}` has no bound for {level} that could be changed{place}")]
    NoBound {
        rule: String,
        level: &'static str,
        place: String,
    },
    #[error("`{0}`: say either the new bound or how much is added, or a new deadband")]
    NotOne(String),
    #[error("`{0}` is no deadband: it is zero or more")]
    Negative(String),
    #[error("`{text}` is no number with at most {decimals} decimals")]
    NotANumber { text: String, decimals: u8 },
    #[error("`{0}` has one bound for all stations; it cannot be changed on one of them")]
    ForAllStations(String),
}

/// Where a level begins.
#[derive(Clone, Copy)]
enum Raise {
    To(Fixed),
    By(Fixed),
}

/// What becomes of a bound.
#[derive(Clone, Copy)]
struct Turn {
    raise: Option<Raise>,
    deadband: Option<Fixed>,
    side: Side,
}

impl Turn {
    fn apply(self, bound: &mut Bound) {
        let raise = match self.raise {
            Some(Raise::To(raise)) => raise,
            Some(Raise::By(shift)) => bound.raise.saturating_add(shift),
            None => bound.raise,
        };
        let moved = raise.saturating_sub(bound.raise);
        bound.raise = raise;
        bound.reset = match (self.deadband, self.side) {
            (None, Side::Above | Side::Below) => bound.reset.saturating_add(moved),
            (Some(deadband), Side::Above) => raise.saturating_sub(deadband),
            (Some(deadband), Side::Below) => raise.saturating_add(deadband),
        };
    }
}

impl RuleSet {
    /// The same rules with other bounds.
    ///
    /// # Errors
    /// [`BoundError`] for the first change that cannot be made.
    pub fn with_bounds(&self, name: &str, changes: &[BoundChange]) -> Result<RuleSet, BoundError> {
        let mut set = RuleSet {
            name: name.to_owned(),
            ..self.clone()
        };
        for change in changes {
            if !set.knows(&change.rule) {
                return Err(BoundError::NoSuchRule(change.rule.clone()));
            }
            let mut made = 0;
            for config in &mut set.configs {
                made += make(config, change)?;
            }
            if made == 0 {
                return Err(no_bound(change));
            }
        }
        Ok(set)
    }

    fn knows(&self, rule: &str) -> bool {
        let mut rules = self.configs.iter().flat_map(|config| &config.rules);
        rules.any(|known| known.id == rule)
    }
}

fn no_bound(change: &BoundChange) -> BoundError {
    let place = change.station.as_ref();
    BoundError::NoBound {
        rule: change.rule.clone(),
        level: word(change.level),
        place: place.map(|id| format!(" on {id}")).unwrap_or_default(),
    }
}

/// Changes what is meant in one jurisdiction, and says how many bounds that were.
fn make(config: &mut Config, change: &BoundChange) -> Result<usize, BoundError> {
    let Some(slot) = config.rules.iter().position(|r| r.id == change.rule) else {
        return Ok(0);
    };
    let watches = config.watches.iter().enumerate();
    let mine = watches.filter(|(_, watch)| {
        let station = &config.station_of(watch.series).id;
        watch.rule.index() == slot && change.station.as_ref().is_none_or(|id| id == station)
    });
    let mine: Vec<usize> = mine.map(|(place, _)| place).collect();
    let Some(first) = mine.first() else {
        return Ok(0);
    };
    let decimals = config.quantity_of(config.watches[*first].series).decimals;
    let side = config.rules[slot].side;
    match &mut config.rules[slot].measure {
        Measure::Sums { windows, .. } => {
            if change.station.is_some() {
                return Err(BoundError::ForAllStations(change.rule.clone()));
            }
            let meant = windows.iter_mut();
            let meant = meant.filter(|w| change.window_ms.is_none_or(|ms| ms == w.window_ms));
            let turn = turn(change, decimals, side)?;
            Ok(each(meant.map(|w| &mut w.bounds), change.level, turn))
        }
        Measure::Cluster { .. } | Measure::Levels { .. } | Measure::Expression { .. } => Ok(0),
        // Bounds of silence are in ms and asked in seconds.
        Measure::Silence => {
            let turn = turn(change, Decimals(3), side)?;
            Ok(in_watches(config, &mine, change.level, turn))
        }
        Measure::Value
        | Measure::Sum { .. }
        | Measure::Rate { .. }
        | Measure::Rise { .. }
        | Measure::Extreme { .. }
        | Measure::Forecast { .. } => {
            let turn = turn(change, decimals, side)?;
            Ok(in_watches(config, &mine, change.level, turn))
        }
    }
}

/// Bounds of blue, yellow, orange, red.
type Bounds = [Option<Bound>; 4];

/// Changes bounds that stand with the stations, in every season.
fn in_watches(config: &mut Config, mine: &[usize], level: Level, turn: Turn) -> usize {
    let mut made = 0;
    for place in mine {
        let watch = &mut config.watches[*place];
        let later = watch.versions.iter_mut().map(|v| &mut v.bounds);
        made += each(std::iter::once(&mut watch.bounds).chain(later), level, turn);
    }
    made
}

fn each<'a>(all: impl Iterator<Item = &'a mut Bounds>, level: Level, turn: Turn) -> usize {
    let meant = all.filter_map(|bounds| bounds[level.index()].as_mut());
    meant.map(|bound| turn.apply(bound)).count()
}

fn turn(change: &BoundChange, decimals: Decimals, side: Side) -> Result<Turn, BoundError> {
    let number = |text: &String| {
        let text = text.trim();
        decimals.parse(text).map_err(|_| BoundError::NotANumber {
            text: text.to_owned(),
            decimals: decimals.0,
        })
    };
    let raise = match (&change.raise, &change.shift, &change.deadband) {
        (Some(raise), None, _) => Some(Raise::To(number(raise)?)),
        (None, Some(shift), _) => Some(Raise::By(number(shift)?)),
        (None, None, Some(_)) => None,
        (Some(_), Some(_), _) | (None, None, None) => {
            return Err(BoundError::NotOne(change.rule.clone()));
        }
    };
    let deadband = change.deadband.as_ref().map(number).transpose()?;
    if let (Some(text), Some(..0)) = (&change.deadband, deadband) {
        return Err(BoundError::Negative(text.clone()));
    }
    Ok(Turn {
        raise,
        deadband,
        side,
    })
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Blue => "blue",
        Level::Yellow => "yellow",
        Level::Orange => "orange",
        Level::Red => "red",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::config::{Quantity, Rule, Series, Station, Version, Watch, WindowBounds};
    use model::{RuleSlot, SeriesSlot, StationSlot, Time};

    fn bound(raise: Fixed) -> Option<Bound> {
        let reset = raise - 2;
        Some(Bound { raise, reset })
    }

    /// Two gauges under one rule, the second with other bounds in summer.
    fn set(measure: Measure) -> RuleSet {
        let mut config = Config::default();
        config.quantities.push(Quantity {
            id: "rain".to_owned(),
            title: model::config::Text::default(),
            unit: "mm".to_owned(),
            decimals: Decimals(1),
            range: None,
        });
        config.rules.push(Rule {
            id: "rain:1h".to_owned(),
            measure,
            ..Rule::default()
        });
        for (slot, id) in ["A", "B"].into_iter().enumerate() {
            config.stations.push(Station {
                id: id.to_owned(),
                ..Station::default()
            });
            config.series.push(Series {
                station: StationSlot(slot as u32),
                ..Series::default()
            });
            config.watches.push(Watch {
                rule: RuleSlot(0),
                series: SeriesSlot(slot as u32),
                bounds: [None, bound(600), bound(800), None],
                versions: Vec::new(),
            });
        }
        config.watches[1].versions.push(Version {
            valid_from: Time::from_ms(1),
            bounds: [None, bound(550), None, None],
        });
        RuleSet::of("in force", config)
    }

    fn asked(raise: Option<&str>, shift: Option<&str>) -> BoundChange {
        BoundChange {
            rule: "rain:1h".to_owned(),
            level: Level::Yellow,
            station: None,
            window_ms: None,
            raise: raise.map(str::to_owned),
            shift: shift.map(str::to_owned),
            deadband: None,
        }
    }

    fn yellows(set: &RuleSet) -> Vec<(Fixed, Fixed)> {
        let watches = set.configs()[0].watches.iter();
        let bounds = watches.flat_map(|w| {
            let later = w.versions.iter().map(|v| v.bounds[1]);
            std::iter::once(w.bounds[1]).chain(later)
        });
        bounds.flatten().map(|b| (b.raise, b.reset)).collect()
    }

    #[test]
    fn fifty_instead_of_sixty_takes_its_deadband_along_in_every_season() {
        let set = set(Measure::Value);
        let check = |change: BoundChange, want: [(Fixed, Fixed); 3]| {
            let changed = set.with_bounds("B", &[change]).unwrap();
            assert_eq!(yellows(&changed), want);
            assert_eq!(changed.configs()[0].watches[0].bounds[2], bound(800));
        };
        let own = [(600, 598), (600, 598), (550, 548)];
        assert_eq!(yellows(&set), own);
        check(asked(Some("50"), None), [(500, 498); 3]);
        let shifted = [(595, 593), (595, 593), (545, 543)];
        check(asked(None, Some("-0.5")), shifted);
        let on_b = BoundChange {
            station: Some("B".to_owned()),
            ..asked(Some("50"), None)
        };
        check(on_b, [(600, 598), (500, 498), (500, 498)]);
        let wider = |raise, deadband: &str| BoundChange {
            deadband: Some(deadband.to_owned()),
            ..asked(raise, None)
        };
        check(wider(None, "5"), [(600, 550), (600, 550), (550, 500)]);
        check(wider(Some("50"), "0"), [(500, 500); 3]);
        let mut falling = set.clone();
        falling.configs[0].rules[0].side = Side::Below;
        let changed = falling.with_bounds("B", &[wider(None, "5")]).unwrap();
        assert_eq!(yellows(&changed)[0], (600, 650));
    }

    #[test]
    fn a_window_of_several_is_meant_by_its_length() {
        let window = |window_ms, raise| WindowBounds {
            window_ms,
            bounds: [None, bound(raise), None, None],
        };
        let set = set(Measure::Sums {
            windows: vec![window(3_600_000, 400), window(10_800_000, 600)],
            all: false,
            wetness: None,
        });
        let change = BoundChange {
            window_ms: Some(10_800_000),
            ..asked(Some("50"), None)
        };
        let changed = set.with_bounds("B", std::slice::from_ref(&change)).unwrap();
        let Measure::Sums { windows, .. } = &changed.configs()[0].rules[0].measure else {
            panic!("the measure stays what it was");
        };
        assert_eq!(windows[0].bounds[1], bound(400));
        assert_eq!(windows[1].bounds[1], bound(500));
        let on_a = BoundChange {
            station: Some("A".to_owned()),
            ..change
        };
        assert!(matches!(
            set.with_bounds("B", &[on_a]),
            Err(BoundError::ForAllStations(_))
        ));
    }

    #[test]
    fn what_cannot_be_tried_is_told() {
        let value = set(Measure::Value);
        let fails = |change: BoundChange| value.with_bounds("B", &[change]).unwrap_err();
        let other = BoundChange {
            rule: "rain:2h".to_owned(),
            ..asked(Some("50"), None)
        };
        assert_eq!(fails(other), BoundError::NoSuchRule("rain:2h".to_owned()));
        let red = BoundChange {
            level: Level::Red,
            ..asked(Some("50"), None)
        };
        assert!(matches!(
            fails(red),
            BoundError::NoBound { level: "red", .. }
        ));
        let neither = asked(None, None);
        assert!(matches!(fails(neither), BoundError::NotOne(_)));
        let narrower = BoundChange {
            deadband: Some("-1".to_owned()),
            ..asked(None, None)
        };
        assert!(matches!(fails(narrower), BoundError::Negative(_)));
        let fine = asked(Some("50.25"), None);
        assert!(matches!(
            fails(fine),
            BoundError::NotANumber { decimals: 1, .. }
        ));
        let expression = set(Measure::Expression {
            text: "1".to_owned(),
        });
        let found = expression.with_bounds("B", &[asked(Some("50"), None)]);
        assert!(matches!(found, Err(BoundError::NoBound { .. })));
    }
}
