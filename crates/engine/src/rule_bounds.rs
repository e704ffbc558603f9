//! The numbers of a rule as people read them: each level's bound over all its stations and seasons.

use model::config::{Bound, Config, Measure, Watch};
use model::view::RuleBoundView;
use model::{Decimals, Fixed, Level, RuleSlot};

/// The bounds of a rule, mildest level first; none for rules that compare nothing with a number.
pub(crate) fn of(config: &Config, slot: RuleSlot) -> Vec<RuleBoundView> {
    let watches = config.watches.iter().filter(|w| w.rule == slot);
    let watches: Vec<&Watch> = watches.collect();
    let Some(first) = watches.first() else {
        return Vec::new();
    };
    let quantity = config.quantity_of(first.series);
    let (decimals, unit) = match &config.rules[slot.index()].measure {
        Measure::Cluster { .. } | Measure::Levels { .. } | Measure::Expression { .. } => {
            return Vec::new();
        }
        Measure::Silence => (Decimals(3), "s"),
        Measure::Value
        | Measure::Sum { .. }
        | Measure::Rate { .. }
        | Measure::Rise { .. }
        | Measure::Extreme { .. }
        | Measure::Sums { .. }
        | Measure::Forecast { .. } => (quantity.decimals, quantity.unit.as_str()),
    };
    let view = |level: Level, window_ms: Option<i64>, all: &[(usize, Fixed)]| {
        let raises = all.iter().map(|(_, raise)| *raise);
        let (lowest, highest) = raises.clone().min().zip(raises.max())?;
        let mut stations: Vec<usize> = all.iter().map(|(watch, _)| *watch).collect();
        stations.dedup();
        Some(RuleBoundView {
            level,
            window_ms,
            lowest: decimals.show(lowest),
            highest: decimals.show(highest),
            unit: unit.to_owned(),
            stations: stations.len() as u32,
        })
    };
    let mut bounds = Vec::new();
    for level in Level::ALL {
        let raise = |bounds: &[Option<Bound>; 4]| bounds[level.index()].map(|b| b.raise);
        if let Measure::Sums { windows, .. } = &config.rules[slot.index()].measure {
            for window in windows {
                let each = (0..watches.len()).zip(std::iter::repeat(raise(&window.bounds)));
                let all: Vec<_> = each.filter_map(|(w, raise)| Some((w, raise?))).collect();
                bounds.extend(view(level, Some(window.window_ms), &all));
            }
            continue;
        }
        let each = watches.iter().enumerate().flat_map(|(place, watch)| {
            let later = watch.versions.iter().map(|v| &v.bounds);
            let all = std::iter::once(&watch.bounds).chain(later);
            all.filter_map(move |bounds| Some((place, raise(bounds)?)))
        });
        let all: Vec<_> = each.collect();
        bounds.extend(view(level, None, &all));
    }
    bounds
}
