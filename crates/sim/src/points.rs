//! Places the 360 risk points and 834 control points of the county and names them.

use crate::county::{CONTROL_POINTS, County, Post, RISK_POINTS, Station, throw_inside};
use crate::noise::Dice;
use crate::place::Km;

/// Control points by kind; rain takes the rest.
const ROAD_SLOPES: usize = 178;
const WATER_POINTS: usize = 196;

/// Reservoirs beside the two on the rivers: name, English name, degrees.
const SMALL_RESERVOIRS: [(&str, &str, f64, f64); 2] = [
    ("巧英水库", "Qiaoying Reservoir", 121.05, 29.372),
    ("门溪水库", "Menxi Reservoir", 120.83, 29.30),
];

/// Adds all stations to a county that has its ground, rivers and villages.
pub(crate) fn place(county: &mut County) {
    let mut writer = Writer {
        dice: Dice::new(county.seed, "points"),
        stations: Vec::new(),
    };
    risk_slopes(county, &mut writer);
    let risk = writer.stations.len();
    reservoirs(county, &mut writer);
    river_gauges(county, &mut writer);
    brooks(county, &mut writer, risk + WATER_POINTS);
    road_slopes(county, &mut writer);
    gas(county, &mut writer);
    rain(county, &mut writer);
    county.stations = writer.stations;
}

struct Writer {
    dice: Dice,
    stations: Vec<Station>,
}

impl Writer {
    /// Adds a station under the next free id of its series, with a name nobody has yet.
    fn add(&mut self, prefix: &str, mut station: Station) {
        let number = self
            .stations
            .iter()
            .filter(|s| s.id.starts_with(prefix))
            .count()
            + 1;
        station.id = format!("{prefix}{number:03}");
        let wanted = station.name.clone();
        let mut copy = 1;
        while self.stations.iter().any(|s| s.name == station.name) {
            copy += 1;
            station.name = format!("{wanted}{copy}号");
        }
        if copy > 1 {
            station.name_en = format!("{} {copy}", station.name_en);
        }
        self.stations.push(station);
    }
}

fn station(name: String, name_en: String, at: Km, township: usize, post: Post) -> Station {
    Station {
        id: String::new(),
        name,
        name_en,
        at,
        township,
        post,
        stages_cm: None,
    }
}

/// A place within `reach` kilometres of a village that is still in its township.
fn near_village(county: &County, dice: &mut Dice, village: usize, reach: f64) -> Km {
    let village = &county.villages[village];
    for _ in 0..60 {
        let at = village
            .at
            .moved(dice.between(-reach, reach), dice.between(-reach, reach));
        if county.ground.township_of(at) == Some(village.township) {
            return at;
        }
    }
    village.at
}

/// How much a township rises from the valley: the flat streets by the seat have fewer slopes.
fn steepness(code: &str) -> f64 {
    match code {
        "330624002" | "330624003" => 0.25,
        "330624001" | "330624004" => 0.5,
        _ => 1.0,
    }
}

/// Villages for `count` points, drawn by township area times `weight`, then village by village.
fn deal(
    county: &County,
    dice: &mut Dice,
    count: usize,
    weight: impl Fn(usize) -> f64,
) -> Vec<usize> {
    let towns = county.ground.townships.len();
    let total: f64 = (0..towns).map(&weight).sum();
    let mut dealt = Vec::new();
    let mut owed = 0.0;
    for slot in 0..towns {
        // Carrying the remainder over makes the shares add up to the count exactly.
        owed += weight(slot) / total * count as f64;
        let here: Vec<usize> = (0..county.villages.len())
            .filter(|v| county.villages[*v].township == slot)
            .collect();
        let first = dice.below(here.len());
        let share = (owed + 1e-9) as usize - dealt.len();
        dealt.extend((0..share).map(|n| here[(first + n) % here.len()]));
    }
    while dealt.len() < count {
        dealt.push(dice.below(county.villages.len()));
    }
    dealt
}

fn risk_slopes(county: &County, writer: &mut Writer) {
    const FORMS: [(&str, &str); 5] = [
        ("后山滑坡点", "hillside slide"),
        ("屋后切坡点", "cut slope"),
        ("沟口泥石流点", "debris gully"),
        ("陡崖崩塌点", "rock fall"),
        ("坡脚滑坡点", "slope toe"),
    ];
    let weight = |slot: usize| {
        let town = &county.ground.townships[slot];
        town.area_km2 * steepness(&town.code)
    };
    for village in deal(county, &mut writer.dice, RISK_POINTS, weight) {
        let (form, form_en) = FORMS[writer.dice.below(FORMS.len())];
        let at = near_village(county, &mut writer.dice, village, 1.6);
        let village = &county.villages[village];
        let (name, name_en) = (
            format!("{}{form}", village.name),
            format!("{} {form_en}", village.name_en),
        );
        writer.add(
            "FX-",
            station(name, name_en, at, village.township, Post::RiskSlope),
        );
    }
}

fn reservoirs(county: &County, writer: &mut Writer) {
    for (slot, river) in county.rivers.iter().enumerate() {
        let Some(dam) = river.dam else { continue };
        let at = river.line[dam.step];
        let Some(township) = county.ground.township_of(at) else {
            continue;
        };
        let post = Post::Reservoir { river: Some(slot) };
        let mut basin = station(
            dam.name.to_owned(),
            dam.name_en.to_owned(),
            at,
            township,
            post,
        );
        // Flood limit, normal pool, design and check level, as heights of the staff.
        basin.stages_cm = Some([1800, 1860, 1940, 2020]);
        writer.add("SK-", basin);
    }
    for (name, name_en, lon, lat) in SMALL_RESERVOIRS {
        let at = Km::of_degrees(lon, lat);
        let Some(township) = county.ground.township_of(at) else {
            continue;
        };
        let post = Post::Reservoir { river: None };
        let mut basin = station(name.to_owned(), name_en.to_owned(), at, township, post);
        basin.stages_cm = Some([1200, 1250, 1300, 1360]);
        writer.add("SK-", basin);
    }
}

fn river_gauges(county: &County, writer: &mut Writer) {
    for (slot, river) in county.rivers.iter().enumerate() {
        for step in &river.gauges {
            let at = river.line[*step];
            let Some(township) = county.ground.township_of(at) else {
                continue;
            };
            let below_dam = river.dam.is_some_and(|dam| *step == dam.step + 1);
            let (name, name_en) = match river.dam {
                Some(dam) if below_dam => (
                    format!("{}坝下", dam.name.trim_end_matches("水库")),
                    format!("Below {}", dam.name_en),
                ),
                Some(_) | None => {
                    let village = nearest_village(county, at, township);
                    let stem = village.0.trim_end_matches('村').trim_end_matches("社区");
                    (format!("{stem}站"), village.1)
                }
            };
            let post = Post::River {
                river: slot,
                step: *step,
            };
            let mut gauge = station(name, name_en, at, township, post);
            gauge.stages_cm = Some(crate::flood::river_stages(county.seed, river, slot, *step));
            writer.add("SW-", gauge);
        }
    }
}

fn nearest_village(county: &County, at: Km, township: usize) -> (String, String) {
    county
        .villages
        .iter()
        .filter(|v| v.township == township)
        .reduce(|best, next| {
            if next.at.distance(at) < best.at.distance(at) {
                next
            } else {
                best
            }
        })
        .map(|v| (v.name.clone(), v.name_en.clone()))
        .unwrap_or_default()
}

fn brooks(county: &County, writer: &mut Writer, until: usize) {
    let count = until - writer.stations.len();
    let weight = |slot: usize| county.ground.townships[slot].area_km2;
    for village in deal(county, &mut writer.dice, count, weight) {
        let at = near_village(county, &mut writer.dice, village, 1.2);
        let village = &county.villages[village];
        let name = format!("{}溪口水位站", village.name.trim_end_matches('村'));
        let name_en = format!("{} brook", village.name_en);
        let mut brook = station(name, name_en, at, village.township, Post::Brook);
        let number = writer.stations.len() as u64;
        brook.stages_cm = Some(crate::flood::brook_stages(county.seed, number));
        writer.add("SW-", brook);
    }
}

fn road_slopes(county: &County, writer: &mut Writer) {
    let weight = |slot: usize| {
        let town = &county.ground.townships[slot];
        town.area_km2.sqrt() * steepness(&town.code)
    };
    for village in deal(county, &mut writer.dice, ROAD_SLOPES, weight) {
        let at = near_village(county, &mut writer.dice, village, 2.0);
        let village = &county.villages[village];
        let name = format!("{}边坡监测点", village.name);
        let name_en = format!("{} road slope", village.name_en);
        writer.add(
            "WY-",
            station(name, name_en, at, village.township, Post::RoadSlope),
        );
    }
}

fn gas(county: &County, writer: &mut Writer) {
    const KINDS: [(&str, &str, usize); 4] = [
        ("加油站气体探头", "filling station gas probe", 35),
        ("燃气调压站探头", "gas regulator probe", 25),
        ("食堂燃气探头", "canteen gas probe", 8),
        ("化工园区探头", "chemical park probe", 12),
    ];
    let seat = 1; // 南明街道 holds the county's seat
    for (form, form_en, count) in KINDS {
        for _ in 0..count {
            let in_park = form.starts_with("化工");
            let (at, township, stem, stem_en) = if in_park {
                let at = throw_inside(&county.ground, 3, &mut writer.dice);
                (at, 3, "澄潭".to_owned(), "Chengtan".to_owned())
            } else {
                let weight_to_town = writer.dice.chance(0.5);
                let village = loop {
                    let village = writer.dice.below(county.villages.len());
                    if !weight_to_town || county.villages[village].township <= seat + 1 {
                        break village;
                    }
                };
                let at = near_village(county, &mut writer.dice, village, 0.8);
                let village = &county.villages[village];
                (
                    at,
                    village.township,
                    village.name.clone(),
                    village.name_en.clone(),
                )
            };
            let (name, name_en) = (format!("{stem}{form}"), format!("{stem_en} {form_en}"));
            writer.add("QT-", station(name, name_en, at, township, Post::Gas));
        }
    }
}

fn rain(county: &County, writer: &mut Writer) {
    let count = RISK_POINTS + CONTROL_POINTS - writer.stations.len();
    for number in 0..count {
        let village = number % county.villages.len();
        let (form, form_en, reach) = if number < county.villages.len() {
            ("雨量站", "rain gauge", 0.5)
        } else {
            ("山顶雨量站", "hilltop rain gauge", 2.0)
        };
        let at = near_village(county, &mut writer.dice, village, reach);
        let village = &county.villages[village];
        let (name, name_en) = (
            format!("{}{form}", village.name),
            format!("{} {form_en}", village.name_en),
        );
        writer.add(
            "YL-",
            station(name, name_en, at, village.township, Post::Rain),
        );
    }
}
