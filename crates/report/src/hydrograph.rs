//! The picture of one series: its readings, the lines of its levels, and when the level changed.

use model::intake::Quality;
use model::{Decimals, Time};

use crate::curve::{Curve, CurveChange, Point};
use crate::local::Local;
use crate::picture::{Anchor, Ink, Picture, Shape};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 84.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 24.0;

/// Most ticks under the picture.
const MOST_TICKS: i64 = 9;
const STEPS_MIN: [i64; 9] = [5, 10, 30, 60, 120, 180, 360, 720, 1440];

/// A line breaks where this many usual gaps are missing.
const GAPS: i64 = 6;
const DAY_MS: i64 = 86_400_000;
const LEAST_GAP_MS: i64 = 1_800_000;

/// Where times and values lie in the picture.
struct Frame {
    from: Time,
    to: Time,
    low: f64,
    high: f64,
}

impl Frame {
    fn x(&self, at: Time) -> f64 {
        let share = at.since_ms(self.from) as f64 / (self.to.since_ms(self.from).max(1)) as f64;
        LEFT + share * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }

    fn right(&self) -> f64 {
        WIDTH - RIGHT
    }
}

/// The line of a level in the time it was in force.
struct Line<'c> {
    level: u8,
    value: f64,
    text: &'c str,
    since: Time,
    until: Time,
    /// Still in force when the interval ended: it is named at the margin.
    stands: bool,
}

impl Line<'_> {
    fn draw(&self, shapes: &mut Vec<Shape>, frame: &Frame) {
        let (left, right) = (frame.x(self.since), frame.x(self.until));
        let y = frame.y(self.value);
        shapes.push(Shape::Line {
            points: vec![(left, y), (right, y)],
            ink: Ink::LevelText(self.level),
            width: 1.2,
            broken: false,
        });
        // One that ended earlier is named over its beginning.
        let (mark, words, lift) = match self.stands {
            true => (frame.right() + 9.0, frame.right() + 18.0, 4.0),
            false => (left + 7.0, left + 14.0, -3.0),
        };
        shapes.push(Shape::Level {
            x: mark,
            y: if self.stands { y } else { y - 7.0 },
            size: 9.0,
            level: self.level,
            hollow: false,
        });
        shapes.push(Shape::Words {
            x: words,
            y: y + lift,
            size: 11.0,
            text: self.text.to_owned(),
            anchor: Anchor::Start,
            ink: Ink::Text,
        });
    }
}

impl Curve {
    /// The picture of the interval; none without a good reading in it.
    pub fn picture(&self, from: Time, to: Time, local: &Local, words: String) -> Option<Picture> {
        let decimals = Decimals(self.decimals);
        let inside = |p: &&Point| p.observed >= from && p.observed <= to;
        let sound = |p: &&Point| matches!(p.quality, Quality::Good | Quality::Doubtful);
        let points: Vec<&Point> = self.points.iter().filter(inside).filter(sound).collect();
        let values = || points.iter().map(|p| decimals.to_f64(p.value));
        let least = values().reduce(f64::min)?;
        let most = values().reduce(f64::max)?;
        let lines: Vec<Line<'_>> = self.lines((from, to), most + (most - least) * 2.0 + 1.0, least);
        let frame = self.frame((from, to), (least, most), &lines);

        let mut shapes = Vec::new();
        grid(&mut shapes, &frame, self.decimals);
        ticks(&mut shapes, &frame, local);
        for line in &lines {
            line.draw(&mut shapes, &frame);
        }
        match self.amounts {
            true => bars(&mut shapes, &frame, &points, decimals),
            false => curve(&mut shapes, &frame, &points, decimals),
        }
        self.changes(&mut shapes, &frame);
        Some(Picture {
            width: WIDTH,
            height: HEIGHT,
            words,
            shapes,
        })
    }

    /// The lines that lie near the readings; of two that are one and the same the graver.
    fn lines(&self, (from, to): (Time, Time), highest: f64, least: f64) -> Vec<Line<'_>> {
        let lines = self.thresholds.iter().filter_map(|held| {
            let value: f64 = held.line.raise.parse().ok()?;
            let near = value < highest && (!held.line.below || value > least - (highest - least));
            near.then_some(Line {
                level: held.line.level.digit(),
                value,
                text: held.line.raise.as_str(),
                since: held.since.unwrap_or(from),
                until: held.until.unwrap_or(to),
                stands: held.until.is_none(),
            })
        });
        let mut lines: Vec<_> = lines.collect();
        lines.sort_by(|a, b| {
            let value = a.value.total_cmp(&b.value);
            let time = (a.since, a.until).cmp(&(b.since, b.until));
            value.then(time).then(b.level.cmp(&a.level))
        });
        lines.dedup_by(|a, b| (a.value, a.since, a.until) == (b.value, b.since, b.until));
        lines
    }

    fn frame(
        &self,
        (from, to): (Time, Time),
        (least, most): (f64, f64),
        lines: &[Line<'_>],
    ) -> Frame {
        let high = lines.iter().map(|line| line.value).fold(most, f64::max);
        let low = lines.iter().map(|line| line.value).fold(least, f64::min);
        let low = if self.amounts { 0.0 } else { low };
        // Never so little that it is lost beside a large value.
        let room = ((high - low) * 0.08).max(0.01).max(high.abs() * 1e-9);
        Frame {
            from,
            to,
            low: if self.amounts { 0.0 } else { low - room },
            high: high + room,
        }
    }

    /// Marks over the curve where the level changed, and which it became; hollow where only the forecast did.
    fn changes(&self, shapes: &mut Vec<Shape>, frame: &Frame) {
        let mut last = f64::NEG_INFINITY;
        for CurveChange { change, forecast } in &self.changes {
            if change.observed < frame.from || change.observed > frame.to || change.level == 0 {
                continue;
            }
            let x = frame.x(change.observed);
            if change.level > change.prev && x - last > 11.0 {
                last = x;
                shapes.push(Shape::Line {
                    points: vec![(x, TOP - 4.0), (x, HEIGHT - BOTTOM)],
                    ink: Ink::LevelText(change.level),
                    width: 0.8,
                    broken: true,
                });
                shapes.push(Shape::Level {
                    x,
                    y: TOP - 10.0,
                    size: 10.0,
                    level: change.level,
                    hollow: *forecast,
                });
            }
        }
    }
}

fn grid(shapes: &mut Vec<Shape>, frame: &Frame, decimals: u8) {
    let step = round_step((frame.high - frame.low) / 5.0);
    let mut value = (frame.low / step).ceil() * step;
    while value <= frame.high {
        let y = frame.y(value);
        shapes.push(Shape::Line {
            points: vec![(LEFT, y), (frame.right(), y)],
            ink: Ink::Grid,
            width: 1.0,
            broken: false,
        });
        let places = usize::from(decimals.min(2)).min(if step >= 1.0 { 0 } else { 2 });
        shapes.push(Shape::Words {
            x: LEFT - 6.0,
            y: y + 4.0,
            size: 11.0,
            // A value that rounds to nothing has no sign.
            text: format!("{:.places$}", value + 0.0),
            anchor: Anchor::End,
            ink: Ink::Faint,
        });
        value += step;
    }
}

/// One, two or five times a power of ten, at least `least`.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.max(1e-9).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|n| n * power);
    steps
        .into_iter()
        .find(|step| *step >= least)
        .unwrap_or(power * 10.0)
}

fn ticks(shapes: &mut Vec<Shape>, frame: &Frame, local: &Local) {
    let long = frame.to.since_ms(frame.from);
    let mut steps = STEPS_MIN.into_iter().map(|minutes| minutes * 60_000);
    let days = DAY_MS * (1 + long / DAY_MS / MOST_TICKS);
    let step = steps.find(|step| long / step <= MOST_TICKS).unwrap_or(days);
    // Whole steps of the county's own day.
    let ahead = local.ahead_ms(frame.from);
    let begin = frame.from.ms() + ahead;
    let mut at = Time::from_ms((begin + step - 1).div_euclid(step) * step - ahead);
    while at <= frame.to {
        let x = frame.x(at);
        shapes.push(Shape::Line {
            points: vec![(x, HEIGHT - BOTTOM), (x, HEIGHT - BOTTOM + 4.0)],
            ink: Ink::Edge,
            width: 1.0,
            broken: false,
        });
        // Where a day begins it is named: a clock alone does not say of which day.
        let begins = (at.ms() + ahead).rem_euclid(DAY_MS) == 0;
        let text = match step >= DAY_MS || begins {
            true => local.day(at),
            false => local.hm(at),
        };
        shapes.push(Shape::Words {
            x,
            y: HEIGHT - 7.0,
            size: 11.0,
            text,
            anchor: Anchor::Middle,
            ink: Ink::Faint,
        });
        at = at.plus_ms(step);
    }
    shapes.push(Shape::Line {
        points: vec![(LEFT, HEIGHT - BOTTOM), (frame.right(), HEIGHT - BOTTOM)],
        ink: Ink::Edge,
        width: 1.0,
        broken: false,
    });
}

/// Amounts stand on the ground, one bar a reading.
fn bars(shapes: &mut Vec<Shape>, frame: &Frame, points: &[&Point], decimals: Decimals) {
    let ground = HEIGHT - BOTTOM;
    let wide = ((WIDTH - LEFT - RIGHT) / points.len().max(1) as f64 * 0.8).clamp(1.0, 14.0);
    for point in points.iter().filter(|p| p.value > 0) {
        let x = frame.x(point.observed);
        let y = frame.y(decimals.to_f64(point.value));
        let (l, r) = (x - wide / 2.0, x + wide / 2.0);
        shapes.push(Shape::Area {
            rings: vec![vec![(l, ground), (l, y), (r, y), (r, ground)]],
            ink: Ink::Fill,
        });
    }
}

/// A line through the readings: of all that fall on one column of the picture the first, lowest, highest
/// and last, so that no peak is lost.
fn curve(shapes: &mut Vec<Shape>, frame: &Frame, points: &[&Point], decimals: Decimals) {
    let mut gaps: Vec<i64> = points
        .windows(2)
        .map(|pair| pair[1].observed.since_ms(pair[0].observed))
        .collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0);
    let gap = (usual * GAPS).max(LEAST_GAP_MS);
    let pieces = points.chunk_by(|a, b| b.observed.since_ms(a.observed) <= gap);
    for piece in pieces {
        let place = |p: &&Point| (frame.x(p.observed), frame.y(decimals.to_f64(p.value)));
        let places: Vec<(f64, f64)> = piece.iter().map(place).collect();
        let columns = places.chunk_by(|a, b| a.0.floor() == b.0.floor());
        let line: Vec<(f64, f64)> = columns.flat_map(extremes).collect();
        match line.as_slice() {
            [(x, y)] => shapes.push(Shape::Dot {
                x: *x,
                y: *y,
                radius: 2.0,
                ink: Ink::Curve,
            }),
            _ => shapes.push(Shape::Line {
                points: line,
                ink: Ink::Curve,
                width: 1.6,
                broken: false,
            }),
        }
    }
}

/// First, lowest, highest and last of one column, in their order.
fn extremes(column: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if column.len() <= 4 {
        return column.to_vec();
    }
    let place = |best: fn(&f64, &f64) -> std::cmp::Ordering| {
        let values = column.iter().map(|(_, y)| *y).enumerate();
        values.min_by(|a, b| best(&a.1, &b.1)).map_or(0, |(n, _)| n)
    };
    let lowest = place(f64::total_cmp);
    let highest = place(|a, b| b.total_cmp(a));
    let mut kept = vec![0, lowest, highest, column.len() - 1];
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|n| column[n]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_are_round() {
        for (least, want) in [
            (0.3, 0.5),
            (1.0, 1.0),
            (1.1, 2.0),
            (7.0, 10.0),
            (40.0, 50.0),
        ] {
            assert!((round_step(least) - want).abs() < 1e-9, "{least}");
        }
    }

    proptest! {
        #[test]
        fn no_peak_of_a_column_is_lost(values in proptest::collection::vec(-1e6..1e6f64, 1..60)) {
            let column: Vec<_> = values.iter().map(|y| (3.0, *y)).collect();
            let kept = extremes(&column);
            let span = |list: &[(f64, f64)]| {
                let ys = || list.iter().map(|(_, y)| *y);
                (ys().fold(f64::MAX, f64::min), ys().fold(f64::MIN, f64::max))
            };
            prop_assert_eq!(span(&kept), span(&column));
            prop_assert_eq!((kept[0], kept[kept.len() - 1]), (column[0], column[column.len() - 1]));
        }

        #[test]
        fn a_curve_of_any_values_lies_in_its_picture(values in proptest::collection::vec(-1_000_000i64..1_000_000, 1..200), decimals in 0u8..4) {
            let at = |n: usize| Time::from_ms(1_787_300_000_000).plus_ms(n as i64 * 300_000);
            let point = |(n, value): (usize, &i64)| Point {
                observed: at(n), received: at(n), entered: at(n), value: *value,
                quality: Quality::Good, late: false, entry: n as u64,
            };
            let curve = Curve { decimals, points: values.iter().enumerate().map(point).collect(), ..Curve::default() };
            let local = Local::of(None, "330624");
            let picture = curve.picture(at(0), at(values.len()), &local, String::new()).expect("it has readings");
            for shape in &picture.shapes {
                if let Shape::Line { points, .. } = shape {
                    for (x, y) in points {
                        prop_assert!((0.0..=WIDTH).contains(x) && (0.0..=HEIGHT).contains(y), "{x} {y}");
                    }
                }
            }
        }
    }
}
