//! Sums over several windows at once: `{ yellow = { "1h" = "45 mm", "3h" = "75 mm" } }`, each with a
//! reset of its own where one is written: `"1h" = { raise = "60 mm", reset = "22.5 mm" }`.

use std::collections::HashMap;
use std::ops::Range;

use model::Level;
use model::config::{Bound, Side, WindowBounds};

use super::LEVELS;
use super::levels::{Band, Scale, by_level, wrong_side};
use crate::amount::{duration_ms, show_duration};
use crate::diagnose::{Diagnostics, Problem};
use crate::document::{Value, Word};

/// Windows while they are read, with the place of each bound.
#[derive(Default)]
struct Windows {
    list: Vec<WindowBounds>,
    places: HashMap<(i64, usize), Range<usize>>,
}

/// Reads `{ yellow = { "1h" = "45 mm", "3h" = "75 mm" } }`.
pub(super) fn read_windows(
    value: Value<'_>,
    scale: Scale<'_>,
    side: Side,
    bands: [Band; 4],
    out: &mut Diagnostics,
) -> Option<Vec<WindowBounds>> {
    let mut windows = Windows::default();
    by_level(value, out, |level, value, out| {
        let mut sound = Some(());
        for (word, value) in value.pairs(out)? {
            let read = read_window(&word, value, (scale, side, bands[level.index()]), out);
            let Some((window_ms, bound)) = read else {
                sound = None;
                continue;
            };
            windows.set(window_ms, level, bound, word.span);
        }
        sound
    })?;
    windows.list.sort_by_key(|w| w.window_ms);
    windows.check(side, scale, out)?;
    Some(windows.list)
}

fn read_window(
    word: &Word,
    value: Value<'_>,
    (scale, side, band): (Scale<'_>, Side, Band),
    out: &mut Diagnostics,
) -> Option<(i64, Bound)> {
    let window = duration_ms(&word.text).filter(|ms| *ms > 0);
    if window.is_none() {
        let what = format!("`{}` is no window", word.text);
        let problem = Problem::at(scale.source, word.span.clone(), what);
        out.push(problem.expecting("a duration such as \"1h\" or \"24h\""));
    }
    let bound = read_bound(value, (scale, side, band), out)?;
    Some((window?, bound))
}

fn read_bound(
    value: Value<'_>,
    (scale, side, band): (Scale<'_>, Side, Band),
    out: &mut Diagnostics,
) -> Option<Bound> {
    if !value.is_table() {
        let raise = scale.read(value, out)?;
        let reset = band.reset(raise, side);
        return Some(Bound { raise, reset });
    }
    let mut table = value.table(out)?;
    let span = table.span();
    let raise = table.required("raise", out, |value, out| scale.read(value, out));
    let reset = table.required("reset", out, |value, out| scale.read(value, out));
    table.close(out);
    let bound = Bound {
        raise: raise?,
        reset: reset?,
    };
    if let Some(what) = wrong_side(bound, side) {
        out.push(Problem::at(scale.source, span, what));
        return None;
    }
    Some(bound)
}

impl Windows {
    fn set(&mut self, window_ms: i64, level: Level, bound: Bound, place: Range<usize>) {
        self.places.insert((window_ms, level.index()), place);
        if let Some(window) = self.list.iter_mut().find(|w| w.window_ms == window_ms) {
            window.bounds[level.index()] = Some(bound);
            return;
        }
        let mut bounds = [None; 4];
        bounds[level.index()] = Some(bound);
        self.list.push(WindowBounds { window_ms, bounds });
    }

    /// A longer window holds at least as much: with a lower bound the shorter one never decides.
    fn check(&self, side: Side, scale: Scale<'_>, out: &mut Diagnostics) -> Option<()> {
        let mut sound = Some(());
        for pair in self.list.windows(2) {
            for (place, (word, _)) in LEVELS.iter().enumerate() {
                let (Some(short), Some(long)) = (pair[0].bounds[place], pair[1].bounds[place])
                else {
                    continue;
                };
                if side == Side::Above && long.raise < short.raise {
                    let span = self.places.get(&(pair[1].window_ms, place)).cloned();
                    let [short, long] = [&pair[0], &pair[1]].map(|w| show_duration(w.window_ms));
                    let what = format!(
                        "{word} over {short} can never decide: {long} holds at least as much and has a lower bound"
                    );
                    let problem = Problem::at(scale.source, span.unwrap_or_default(), what);
                    out.push(problem.hint("are the two bounds swapped?"));
                    sound = None;
                }
            }
        }
        for (place, (word, _)) in LEVELS.iter().enumerate().skip(1) {
            for window in &self.list {
                let Some(upper) = window.bounds[place] else {
                    continue;
                };
                let lower = window.bounds[..place].iter().rev().find_map(|b| *b);
                let crossed = lower.is_some_and(|low| match side {
                    Side::Above => upper.raise < low.raise,
                    Side::Below => upper.raise > low.raise,
                });
                if crossed {
                    let span = self.places.get(&(window.window_ms, place)).cloned();
                    let what = format!("{word} is reached before a lower level of this window");
                    out.push(Problem::at(scale.source, span.unwrap_or_default(), what));
                    sound = None;
                }
            }
        }
        sound
    }
}
