//! The demonstration county: real names and borders, invented places, gauges and thresholds.
//!
//! Everything follows from the county's code, in integer hashes and plain arithmetic: the same
//! bytes on every machine. It describes what stands where; what happens there is `storm`'s.

use crate::noise::{COUNTY_SEED, Dice};
use crate::place::{Ground, Km};
use crate::rivers::{River, rivers};

/// Risk points and control points of the county, as published.
pub const RISK_POINTS: usize = 360;
pub const CONTROL_POINTS: usize = 834;

/// What a station measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    Rain,
    WaterLevel,
    Outflow,
    Displacement,
    Gas,
}

impl Quantity {
    /// All quantities, in the order of the site's files.
    pub const ALL: [Quantity; 5] = [
        Quantity::Rain,
        Quantity::WaterLevel,
        Quantity::Outflow,
        Quantity::Displacement,
        Quantity::Gas,
    ];

    /// As in topics.
    pub const fn id(self) -> &'static str {
        match self {
            Quantity::Rain => "rain",
            Quantity::WaterLevel => "water_level",
            Quantity::Outflow => "outflow",
            Quantity::Displacement => "displacement",
            Quantity::Gas => "gas",
        }
    }

    /// As shown and as written behind values.
    pub const fn unit(self) -> &'static str {
        match self {
            Quantity::Rain | Quantity::Displacement => "mm",
            Quantity::WaterLevel => "m",
            Quantity::Outflow => "m³/s",
            Quantity::Gas => "%LEL",
        }
    }

    /// Decimal places of its values.
    pub const fn decimals(self) -> u8 {
        match self {
            Quantity::Rain | Quantity::Outflow | Quantity::Displacement | Quantity::Gas => 1,
            Quantity::WaterLevel => 2,
        }
    }
}

/// What stands at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Post {
    /// A risk point: a slope with a displacement gauge and a rain gauge.
    RiskSlope,
    Rain,
    /// A named level station on a river: which, and at which step of its line.
    River {
        river: usize,
        step: usize,
    },
    /// A level gauge on a brook.
    Brook,
    /// A reservoir; one at a river's dam also tells its outflow.
    Reservoir {
        river: Option<usize>,
    },
    /// A cut slope by a road with a displacement gauge.
    RoadSlope,
    Gas,
}

impl Post {
    /// The station kind of the site's files.
    pub const fn kind(self) -> &'static str {
        match self {
            Post::RiskSlope | Post::RoadSlope => "landslide",
            Post::Rain => "rain",
            Post::River { .. } | Post::Brook => "river",
            Post::Reservoir { .. } => "reservoir",
            Post::Gas => "gas",
        }
    }

    /// The river whose dam this reservoir is.
    pub fn dammed_river(self) -> Option<usize> {
        match self {
            Post::Reservoir { river } => river,
            Post::RiskSlope
            | Post::Rain
            | Post::River { .. }
            | Post::Brook
            | Post::RoadSlope
            | Post::Gas => None,
        }
    }

    /// What it measures and every how many minutes.
    pub fn senses(self) -> &'static [(Quantity, i64)] {
        match self {
            Post::RiskSlope => &[(Quantity::Displacement, 30), (Quantity::Rain, 10)],
            Post::Rain => &[(Quantity::Rain, 5)],
            Post::River { .. } => &[(Quantity::WaterLevel, 5)],
            Post::Brook => &[(Quantity::WaterLevel, 15)],
            Post::Reservoir { river: Some(_) } => {
                &[(Quantity::WaterLevel, 5), (Quantity::Outflow, 5)]
            }
            Post::Reservoir { river: None } => &[(Quantity::WaterLevel, 15)],
            Post::RoadSlope => &[(Quantity::Displacement, 30)],
            Post::Gas => &[(Quantity::Gas, 5)],
        }
    }
}

/// A risk point or control point with its instruments.
#[derive(Clone, Debug)]
pub struct Station {
    pub id: String,
    pub name: String,
    pub name_en: String,
    pub at: Km,
    /// Slot of its township.
    pub township: usize,
    pub post: Post,
    /// Heights of blue, yellow (the warning stage), orange (the guarantee stage) and red, for
    /// stations that measure a water level, in centimetres.
    pub stages_cm: Option<[i64; 4]>,
}

impl Station {
    /// Whether it is one of the 360 risk points rather than a control point.
    pub fn is_risk_point(&self) -> bool {
        self.post == Post::RiskSlope
    }
}

/// A village with its invented place.
#[derive(Clone, Debug)]
pub struct Village {
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub at: Km,
    pub township: usize,
    /// The river it lies on and its step there, when it is riverside.
    pub river: Option<(usize, usize)>,
}

/// The county whole.
#[derive(Clone, Debug)]
pub struct County {
    pub seed: u64,
    pub ground: Ground,
    pub rivers: Vec<River>,
    pub villages: Vec<Village>,
    /// Risk points first, then control points; ids are unique.
    pub stations: Vec<Station>,
}

impl County {
    /// The county of the demonstration.
    ///
    /// # Errors
    /// When the borders that come with the program cannot be read.
    pub fn demonstration() -> anyhow::Result<County> {
        Ok(County::on(Ground::xinchang()?))
    }

    /// The same county on ground read from elsewhere.
    pub fn on(ground: Ground) -> County {
        let rivers = rivers(COUNTY_SEED);
        let villages = villages(&ground, &rivers);
        let mut county = County {
            seed: COUNTY_SEED,
            ground,
            rivers,
            villages,
            stations: Vec::new(),
        };
        crate::points::place(&mut county);
        county
    }

    /// The station with this id.
    pub fn station(&self, id: &str) -> Option<&Station> {
        self.stations.iter().find(|station| station.id == id)
    }
}

/// Villages of every township: the first ones at the river's gauges, the others spread out.
fn villages(ground: &Ground, rivers: &[River]) -> Vec<Village> {
    let mut villages = Vec::new();
    for (slot, town) in ground.townships.iter().enumerate() {
        let mut dice = Dice::new(COUNTY_SEED, &town.code);
        let mut pinned = pins(ground, rivers, slot).into_iter();
        let mut placed: Vec<Km> = Vec::new();
        for name in &town.villages {
            let pin = if is_riverside_name(&name.name) {
                pinned.next()
            } else {
                None
            };
            let at = match pin {
                Some(at) => at,
                None => spread(ground, slot, &placed, &mut dice),
            };
            placed.push(at);
            villages.push(Village {
                code: name.code.clone(),
                name: name.name.clone(),
                name_en: name.name_en.clone(),
                at,
                township: slot,
                river: riverside(rivers, at),
            });
        }
    }
    villages
}

/// Hill and forest names do not suit a village on a river bank.
fn is_riverside_name(name: &str) -> bool {
    !["山", "岭", "岳", "峰", "岙", "林场", "水库", "坪"]
        .iter()
        .any(|hill| name.contains(hill))
}

/// Places beside the gauges that stand in this township.
fn pins(ground: &Ground, rivers: &[River], slot: usize) -> Vec<Km> {
    let mut pins = Vec::new();
    for river in rivers {
        for step in &river.gauges {
            let beside = river.line[*step].moved(0.18, 0.12);
            if ground.township_of(river.line[*step]) == Some(slot)
                && ground.township_of(beside) == Some(slot)
            {
                pins.push(beside);
            }
        }
    }
    pins
}

/// Of a dozen throws inside the township, the one furthest from those placed already.
fn spread(ground: &Ground, slot: usize, placed: &[Km], dice: &mut Dice) -> Km {
    let mut best = (ground.townships[slot].seat, -1.0);
    for _ in 0..12 {
        let at = throw_inside(ground, slot, dice);
        let nearest = placed.iter().map(|p| p.distance(at)).fold(3.0, f64::min);
        if nearest > best.1 {
            best = (at, nearest);
        }
    }
    best.0
}

/// A place inside a township, by throwing around its seat ever wider until one falls in.
pub(crate) fn throw_inside(ground: &Ground, slot: usize, dice: &mut Dice) -> Km {
    let town = &ground.townships[slot];
    let reach = town.area_km2.sqrt();
    for _ in 0..200 {
        let at = town
            .seat
            .moved(dice.between(-reach, reach), dice.between(-reach, reach));
        if ground.township_of(at) == Some(slot) {
            return at;
        }
    }
    town.seat
}

/// The river within 1.2 km of a place, below its dam where it has one, and the step there.
fn riverside(rivers: &[River], at: Km) -> Option<(usize, usize)> {
    rivers
        .iter()
        .enumerate()
        .map(|(slot, river)| {
            let (distance, step) = river.nearest(at, river.dam.map_or(6, |dam| dam.step));
            (distance, slot, step)
        })
        .filter(|(distance, ..)| *distance < 1.2)
        .reduce(|best, next| if next.0 < best.0 { next } else { best })
        .map(|(_, slot, step)| (slot, step))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_county_has_its_published_numbers() {
        let county = County::demonstration().unwrap();
        let risk = county.stations.iter().filter(|s| s.is_risk_point()).count();
        assert_eq!(risk, RISK_POINTS);
        assert_eq!(county.stations.len() - risk, CONTROL_POINTS);
        assert_eq!(county.ground.townships.len(), 12);
        assert_eq!(county.villages.len(), 292);
        let ids: BTreeSet<_> = county.stations.iter().map(|s| &s.id).collect();
        assert_eq!(ids.len(), county.stations.len());
        let names: BTreeSet<_> = county.stations.iter().map(|s| &s.name).collect();
        assert_eq!(names.len(), county.stations.len());
    }

    #[test]
    fn every_point_and_village_lies_inside_the_county_and_its_township() {
        let county = County::demonstration().unwrap();
        for station in &county.stations {
            let town = county.ground.township_of(station.at);
            assert_eq!(town, Some(station.township), "{}", station.id);
        }
        for village in &county.villages {
            let town = county.ground.township_of(village.at);
            assert_eq!(town, Some(village.township), "{}", village.name);
        }
    }

    #[test]
    fn every_township_has_risk_and_control_points_and_every_kind_stands_somewhere() {
        let county = County::demonstration().unwrap();
        for (slot, town) in county.ground.townships.iter().enumerate() {
            let here = || county.stations.iter().filter(|s| s.township == slot);
            assert!(here().any(Station::is_risk_point), "{}", town.name);
            assert!(here().any(|s| !s.is_risk_point()), "{}", town.name);
        }
        for kind in ["landslide", "rain", "river", "reservoir", "gas"] {
            assert!(
                county.stations.iter().any(|s| s.post.kind() == kind),
                "{kind}"
            );
        }
    }

    #[test]
    fn a_day_brings_over_two_hundred_thousand_messages() {
        let county = County::demonstration().unwrap();
        let per_day = |station: &Station| -> i64 {
            station
                .post
                .senses()
                .iter()
                .map(|(_, minutes)| 1440 / minutes)
                .sum()
        };
        let messages: i64 = county.stations.iter().map(per_day).sum();
        assert!((200_000..300_000).contains(&messages), "{messages}");
    }
}
