//! The county's three rivers, as lines of half-kilometre steps, with their reservoirs and gauges.
//!
//! Courses are approximate and invented in detail; only their names and rough directions are real.

use crate::noise::{mix, unit};
use crate::place::Km;

/// Length of one step of a river's line, in kilometres; the flood is routed step by step.
pub const STEP_KM: f64 = 0.5;

/// One river from its spring to the county's border.
#[derive(Clone, Debug)]
pub struct River {
    /// As in tags: `xinchang-river`.
    pub id: &'static str,
    pub name: &'static str,
    pub name_en: &'static str,
    /// A place every [`STEP_KM`], downstream.
    pub line: Vec<Km>,
    /// The reservoir on it and the step of the line where its dam stands.
    pub dam: Option<Dam>,
    /// Steps of the line with a named level station, downstream.
    pub gauges: Vec<usize>,
    /// Square kilometres that drain into each kilometre of the river below the dam.
    pub drains_km2: f64,
}

/// A reservoir's dam.
#[derive(Clone, Copy, Debug)]
pub struct Dam {
    pub name: &'static str,
    pub name_en: &'static str,
    pub step: usize,
}

impl River {
    /// Kilometres along the river from its dam (or spring) to a step.
    pub fn km_below_dam(&self, step: usize) -> f64 {
        (step as f64 - self.dam.map_or(0, |dam| dam.step) as f64) * STEP_KM
    }

    /// Kilometres from a place to the nearest step at or below `from`, and that step.
    pub fn nearest(&self, at: Km, from: usize) -> (f64, usize) {
        let steps = self.line.iter().enumerate().skip(from);
        steps.map(|(step, place)| (place.distance(at), step)).fold(
            (f64::MAX, from),
            |best, next| if next.0 < best.0 { next } else { best },
        )
    }
}

/// Places the courses pass, in degrees, from the spring down.
const XINCHANG: [(f64, f64); 13] = [
    (121.085, 29.325),
    (121.060, 29.345),
    (121.035, 29.370),
    (121.012, 29.395),
    (121.000, 29.430),
    (120.975, 29.447),
    (120.950, 29.460),
    (120.930, 29.483),
    (120.905, 29.497),
    (120.885, 29.508),
    (120.865, 29.520),
    (120.845, 29.530),
    (120.832, 29.538),
];
const CHENGTAN: [(f64, f64); 11] = [
    (120.800, 29.250),
    (120.778, 29.282),
    (120.762, 29.318),
    (120.740, 29.350),
    (120.748, 29.382),
    (120.775, 29.410),
    (120.798, 29.432),
    (120.815, 29.458),
    (120.828, 29.485),
    (120.836, 29.510),
    (120.838, 29.528),
];
const HUANGZE: [(f64, f64); 8] = [
    (121.170, 29.430),
    (121.130, 29.465),
    (121.090, 29.485),
    (121.050, 29.495),
    (121.015, 29.505),
    (120.990, 29.525),
    (120.970, 29.540),
    (120.957, 29.549),
];

/// The three rivers, in a fixed order: 新昌江, 澄潭江, 黄泽江.
pub fn rivers(seed: u64) -> Vec<River> {
    let xinchang = line(seed, 1, &XINCHANG);
    let chengtan = line(seed, 2, &CHENGTAN);
    let huangze = line(seed, 3, &HUANGZE);
    let at = |line: &[Km], lon, lat| nearest_step(line, Km::of_degrees(lon, lat));
    let changzhao = at(&xinchang, 121.0, 29.43);
    let qincun = at(&huangze, 121.015, 29.505);
    // Two gauges above the reservoir, eleven in the 11 km below it, three on past the seat.
    let mut gauges = vec![changzhao - 16, changzhao - 9];
    gauges.extend((0..11).map(|n| changzhao + 1 + 2 * n));
    gauges.extend([changzhao + 27, changzhao + 32, changzhao + 37]);
    let mountain: Vec<usize> = (0..9).map(|n| 14 + 7 * n).collect();
    let east: Vec<usize> = [-20i64, -10, 1, 5, 9, 13]
        .iter()
        .filter_map(|offset| qincun.checked_add_signed(*offset as isize))
        .collect();
    vec![
        River {
            id: "xinchang-river",
            name: "新昌江",
            name_en: "Xinchang River",
            gauges: within(gauges, &xinchang),
            line: xinchang,
            dam: Some(Dam {
                name: "长诏水库",
                name_en: "Changzhao Reservoir",
                step: changzhao,
            }),
            drains_km2: 4.0,
        },
        River {
            id: "chengtan-river",
            name: "澄潭江",
            name_en: "Chengtan River",
            gauges: within(mountain, &chengtan),
            line: chengtan,
            dam: None,
            drains_km2: 9.0,
        },
        River {
            id: "huangze-river",
            name: "黄泽江",
            name_en: "Huangze River",
            gauges: within(east, &huangze),
            line: huangze,
            dam: Some(Dam {
                name: "钦寸水库",
                name_en: "Qincun Reservoir",
                step: qincun,
            }),
            drains_km2: 5.0,
        },
    ]
}

fn within(gauges: Vec<usize>, line: &[Km]) -> Vec<usize> {
    gauges
        .into_iter()
        .filter(|step| *step < line.len())
        .collect()
}

fn nearest_step(line: &[Km], at: Km) -> usize {
    let distance = |step: &usize| line[*step].distance(at);
    (0..line.len())
        .reduce(|best, step| {
            if distance(&step) < distance(&best) {
                step
            } else {
                best
            }
        })
        .unwrap_or(0)
}

/// A smooth line through the places, bent a little between them, cut into equal steps.
fn line(seed: u64, river: u64, through: &[(f64, f64)]) -> Vec<Km> {
    let anchors: Vec<Km> = through
        .iter()
        .map(|(lon, lat)| Km::of_degrees(*lon, *lat))
        .collect();
    let mut bent = Vec::new();
    for (n, pair) in anchors.windows(2).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        bent.push(from);
        // A bend to one side, at most an eighth of the way between two places.
        let side = (unit(mix(seed, &[river, n as u64])) - 0.5) * 0.25;
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        bent.push(Km {
            x: (from.x + to.x) / 2.0 - dy * side,
            y: (from.y + to.y) / 2.0 + dx * side,
        });
    }
    bent.extend(anchors.last());
    equal_steps(&smooth(&bent))
}

/// Catmull-Rom through all places, sixteen points between each two.
fn smooth(places: &[Km]) -> Vec<Km> {
    let at = |n: isize| places[n.clamp(0, places.len() as isize - 1) as usize];
    let mut line = Vec::new();
    for n in 0..places.len() as isize - 1 {
        let (a, b, c, d) = (at(n - 1), at(n), at(n + 1), at(n + 2));
        for part in 0..16 {
            let t = f64::from(part) / 16.0;
            let blend = |a: f64, b: f64, c: f64, d: f64| {
                0.5 * (2.0 * b
                    + (c - a) * t
                    + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
                    + (3.0 * b - 3.0 * c + d - a) * t * t * t)
            };
            line.push(Km {
                x: blend(a.x, b.x, c.x, d.x),
                y: blend(a.y, b.y, c.y, d.y),
            });
        }
    }
    line.push(at(places.len() as isize - 1));
    line
}

fn equal_steps(line: &[Km]) -> Vec<Km> {
    let mut steps = vec![line[0]];
    let mut since = 0.0;
    for pair in line.windows(2) {
        let length = pair[0].distance(pair[1]);
        let mut used = 0.0;
        while since + (length - used) >= STEP_KM {
            used += STEP_KM - since;
            since = 0.0;
            let t = used / length;
            steps.push(Km {
                x: pair[0].x + (pair[1].x - pair[0].x) * t,
                y: pair[0].y + (pair[1].y - pair[0].y) * t,
            });
        }
        since += length - used;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rivers_run_in_half_kilometres_from_hills_to_border() {
        for river in rivers(330_624) {
            assert!(
                river.line.len() > 35,
                "{} has {} steps",
                river.name,
                river.line.len()
            );
            for pair in river.line.windows(2) {
                let length = pair[0].distance(pair[1]);
                assert!(
                    (0.4..=0.501).contains(&length),
                    "{}: {length} km",
                    river.name
                );
            }
            assert!(
                river.gauges.windows(2).all(|pair| pair[0] < pair[1]),
                "{}",
                river.name
            );
        }
    }

    #[test]
    fn eleven_gauges_stand_in_the_first_eleven_kilometres_below_the_great_dam() {
        let rivers = rivers(330_624);
        let near = rivers[0].gauges.iter().filter(|step| {
            let km = rivers[0].km_below_dam(**step);
            km > 0.0 && km < 11.0
        });
        assert_eq!(near.count(), 11);
        assert_eq!(rivers[0].gauges.len(), 16, "two above, fourteen below");
    }
}
