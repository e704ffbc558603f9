//! What a rule promises and could not keep: found before it is switched on.

use model::config::{Bound, Measure, Quantity, Side, Watch};

use crate::amount::show_duration;
use crate::diagnose::{Diagnostics, Problem};
use crate::rules::levels::Levels;
use crate::rules::terms::ById;
use crate::rules::{Draft, LEVELS};
use crate::stations::{AllSeries, Quantities};
use crate::watches::borrows;

/// Tells levels that no reading can reach, in rules that have their levels in their own file.
pub(crate) fn check_reach(drafts: &[Draft], quantities: &Quantities, out: &mut Diagnostics) {
    for draft in drafts {
        let quantity = &quantities.list[usize::from(draft.quantity)];
        let Levels::Inline(bounds) = &draft.levels else {
            continue;
        };
        let plain = matches!(draft.rule.measure, Measure::Value | Measure::Extreme { .. });
        for ((word, _), bound) in LEVELS.iter().zip(bounds) {
            let Some(bound) = bound.filter(|_| plain) else {
                continue;
            };
            if let Some(end) = beyond(bound, draft.rule.side, quantity) {
                let what = format!("{word} of rule `{}` can never be reached", draft.rule.id);
                let end = format!("{} {}", quantity.decimals.show(end), quantity.unit);
                let problem = Problem::at(&draft.source, draft.place.clone(), what);
                out.push(problem.hint(format!(
                    "readings beyond {} are refused: the range of `{}` in quantities.toml",
                    end.trim_end(),
                    quantity.id
                )));
            }
        }
    }
}

/// The end of the quantity's range that lies before a bound.
fn beyond(bound: Bound, side: Side, quantity: &Quantity) -> Option<i64> {
    let (low, high) = quantity.range?;
    match side {
        Side::Above => (bound.raise > high).then_some(high),
        Side::Below => (bound.raise < low).then_some(low),
    }
}

/// Tells forecasts of rules that have no bounds of their own.
pub(crate) fn check_forecasts(
    drafts: &[Draft],
    by_id: &ById<'_>,
    faulty: &[String],
    out: &mut Diagnostics,
) {
    for draft in drafts {
        let Levels::Of { rule, .. } = &draft.levels else {
            continue;
        };
        let tell = |what: String| Problem::at(&draft.source, rule.span.clone(), what);
        let Some(of) = by_id.get(rule.text.as_str()).map(|place| &drafts[*place]) else {
            if !faulty.contains(&rule.text) {
                let known = by_id.keys().copied();
                out.push(tell(format!("no rule `{}`", rule.text)).near(&rule.text, known));
            }
            continue;
        };
        let foretold = matches!(of.rule.measure, Measure::Value) && !borrows(of);
        if !foretold {
            let what = format!("rule `{}` cannot be foretold", rule.text);
            out.push(tell(what).expecting("a rule with measure = \"value\""));
        } else if of.quantity != draft.quantity || of.rule.side != draft.rule.side {
            let what = format!("rule `{}` looks at another quantity or side", rule.text);
            out.push(tell(what).expecting("a forecast of the same quantity and side"));
        }
    }
}

/// Tells delays and spans that do not go with how often the gauges speak; one remark a rule.
pub(crate) fn check_pace(
    drafts: &[Draft],
    watches: &[Watch],
    series: &AllSeries,
    out: &mut Diagnostics,
) {
    // Fastest and slowest gauge of each rule.
    let mut paces: Vec<Option<(i64, i64)>> = vec![None; drafts.len()];
    for watch in watches {
        let Some(interval) = series.list[watch.series.index()].interval_ms else {
            continue;
        };
        let pace = paces[watch.rule.index()].get_or_insert((interval, interval));
        *pace = (pace.0.min(interval), pace.1.max(interval));
    }
    for (draft, pace) in drafts.iter().zip(paces) {
        let problem = pace.and_then(|(fastest, slowest)| {
            out_of_pace(draft, slowest).or_else(|| hasty(draft, fastest))
        });
        if let Some(problem) = problem {
            out.push(problem);
        }
    }
}

/// A delay that is over before even the fastest gauge has spoken a second time: what is due at the
/// instant of a reading happens before it.
fn hasty(draft: &Draft, interval: i64) -> Option<Problem> {
    let delays = draft.rule.delays.iter().map(|d| d.on_ms);
    let delay = delays.filter(|ms| *ms > 0).min()?;
    if delay > interval {
        return None;
    }
    let what = format!(
        "rule `{}` waits {}, but its gauges speak every {} at best",
        draft.rule.id,
        show_duration(delay),
        show_duration(interval)
    );
    let hint = "one reading alone then raises the level; make the delay longer than that, or 0s";
    let problem = Problem::at(&draft.source, draft.place.clone(), what);
    Some(problem.noted().hint(hint))
}

fn out_of_pace(draft: &Draft, interval: i64) -> Option<Problem> {
    let id = &draft.rule.id;
    let tell = |what: String| Problem::at(&draft.source, draft.place.clone(), what);
    let speaks = show_duration(interval);
    let span = match &draft.rule.measure {
        Measure::Silence => {
            let Levels::Inline(bounds) = &draft.levels else {
                return None;
            };
            let shortest = bounds.iter().flatten().map(|b| b.raise).min()?;
            if shortest > interval {
                return None;
            }
            let what = format!(
                "rule `{id}` would speak after every reading: {} is no silence",
                show_duration(shortest)
            );
            return Some(tell(what).hint(format!("some of its gauges speak every {speaks}")));
        }
        Measure::Cluster { window_ms: 0, .. } => i64::MAX,
        Measure::Sum { window_ms } | Measure::Cluster { window_ms, .. } => *window_ms,
        Measure::Rise { span_ms, .. } => *span_ms,
        Measure::Extreme { window_ms, .. } => *window_ms,
        Measure::Forecast { outlook } => outlook.recent_ms,
        Measure::Sums { windows, .. } => windows.first()?.window_ms,
        Measure::Value | Measure::Rate { .. } | Measure::Levels { .. } => i64::MAX,
        Measure::Expression { .. } => i64::MAX,
    };
    if span < interval {
        let what = format!(
            "rule `{id}` looks at {}, but some of its gauges speak every {speaks}",
            show_duration(span)
        );
        let hint = "a span needs at least two readings to say more than one";
        return Some(tell(what).noted().hint(hint));
    }
    None
}
