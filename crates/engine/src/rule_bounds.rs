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
    let view = |level: Level, window_ms: Option<i64>, all: &[(usize, Bound)]| {
        let raises = all.iter().map(|(_, bound)| bound.raise);
        let (lowest, highest) = raises.clone().min().zip(raises.max())?;
        let mut stations: Vec<usize> = all.iter().map(|(watch, _)| *watch).collect();
        stations.dedup();
        let mut bands = all.iter().map(|(_, bound)| width(*bound));
        let band = bands
            .next()
            .filter(|band| bands.all(|other| other == *band));
        Some(RuleBoundView {
            level,
            window_ms,
            lowest: decimals.show(lowest),
            highest: decimals.show(highest),
            unit: unit.to_owned(),
            stations: stations.len() as u32,
            deadband: band.map(|band| decimals.show(band)),
        })
    };
    let mut bounds = Vec::new();
    for level in Level::ALL {
        let of_level = |bounds: &[Option<Bound>; 4]| bounds[level.index()];
        if let Measure::Sums { windows, .. } = &config.rules[slot.index()].measure {
            for window in windows {
                let each = (0..watches.len()).zip(std::iter::repeat(of_level(&window.bounds)));
                let all: Vec<_> = each.filter_map(|(w, bound)| Some((w, bound?))).collect();
                bounds.extend(view(level, Some(window.window_ms), &all));
            }
            continue;
        }
        let each = watches.iter().enumerate().flat_map(|(place, watch)| {
            let later = watch.versions.iter().map(|v| &v.bounds);
            let all = std::iter::once(&watch.bounds).chain(later);
            all.filter_map(move |bounds| Some((place, of_level(bounds)?)))
        });
        let all: Vec<_> = each.collect();
        bounds.extend(view(level, None, &all));
    }
    bounds
}

/// How far its reset lies from its raise.
fn width(bound: Bound) -> Fixed {
    bound.raise.saturating_sub(bound.reset).saturating_abs()
}
