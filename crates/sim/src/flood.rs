//! Water on the ground: rain runs off into linear reservoirs, along the rivers and brooks, through
//! the dams, and stands at the gauges. Minute by minute from the start of the night; decides nothing
//! about warnings.

use crate::county::{County, Post};
use crate::noise::{mix, unit};
use crate::place::Km;
use crate::rivers::{River, STEP_KM};
use crate::weather::{DAY, Weather, along};

/// Minute of the night in which the great dam's gates begin to open: 01:40.
pub const RELEASE_MINUTE: i64 = 100;

/// The flood release of the great dam: minute of the night, cubic metres a second.
const RELEASE: [(f64, f64); 12] = [
    (0.0, 60.0),
    (100.0, 60.0),
    (106.0, 480.0),
    (150.0, 500.0),
    (156.0, 680.0),
    (220.0, 700.0),
    (228.0, 860.0),
    (330.0, 860.0),
    (360.0, 560.0),
    (480.0, 320.0),
    (720.0, 160.0),
    (1440.0, 60.0),
];

/// The smaller dam lets out what its turbines take, and a little more in the storm.
const SMALL_RELEASE: [(f64, f64); 5] = [
    (0.0, 35.0),
    (200.0, 35.0),
    (230.0, 110.0),
    (500.0, 110.0),
    (900.0, 35.0),
];

/// How fast a flood wave runs down these steep rivers, in metres a second.
const WAVE_M_S: f64 = 6.2;

/// Minutes in which a hillside gives up what has fallen on it.
const HILLSIDE_MIN: f64 = 45.0;

/// Water surface of a reservoir, square metres, and its staff height when the night begins.
const POOL_M2: f64 = 4.0e6;
const POOL_START_M: f64 = 17.91;

/// Square kilometres that drain into a kilometre of river above a dam.
const HEAD_DRAINS_KM2: f64 = 11.0;

/// Warning heights of a river gauge in centimetres: blue 0.3 m under the warning stage, which is
/// yellow; the guarantee stage is orange; red is the crest of the bank.
pub(crate) fn river_stages(seed: u64, river: &River, slot: usize, step: usize) -> [i64; 4] {
    let warning = warning_cm(seed, slot, step);
    let warning_flow = warning_flow(river, step);
    let at = |share: f64| {
        let height = stage(share * warning_flow, warning as f64 / 100.0, warning_flow);
        (height * 20.0).round() as i64 * 5
    };
    [warning - 30, warning, at(1.55), at(2.15)]
}

/// Warning heights of a brook gauge in centimetres.
pub(crate) fn brook_stages(seed: u64, number: u64) -> [i64; 4] {
    let warning = 120 + 5 * (mix(seed, &[0xb0, number]) % 25) as i64;
    [warning - 20, warning, warning + 40, warning + 80]
}

/// Warning height of a river gauge: 2.80 to 4.35 m at its staff.
fn warning_cm(seed: u64, slot: usize, step: usize) -> i64 {
    280 + 5 * (mix(seed, &[0x5a, slot as u64, step as u64]) % 32) as i64
}

/// The flow at which a river stands at its warning stage.
fn warning_flow(river: &River, step: usize) -> f64 {
    let km = river.km_below_dam(step);
    match river.dam {
        // Through the seat the river is walled and takes twice as much.
        Some(dam) if dam.name.starts_with("长诏") && km > 12.0 => 760.0 + 8.0 * km,
        Some(dam) if dam.name.starts_with("长诏") && km > 0.0 => 300.0 + 4.0 * km,
        Some(_) if km > 0.0 => 190.0 + 8.0 * km,
        // Above a dam, counted from the spring.
        Some(_) => 60.0 + 22.0 * step as f64 * STEP_KM,
        None => 60.0 + 26.0 * step as f64 * STEP_KM,
    }
}

/// Height at the staff for a flow, by the rule of wide channels.
fn stage(flow: f64, warning: f64, warning_flow: f64) -> f64 {
    warning * libm::pow(flow.max(0.5) / warning_flow, 0.6)
}

/// A hillside: what has lately fallen, and how wet the ground is.
#[derive(Clone, Copy, Debug, Default)]
struct Hillside {
    held_mm: f64,
    wet_mm: f64,
}

impl Hillside {
    /// Takes a minute of rain; returns millimetres an hour that run off.
    fn minute(&mut self, rain_mm_h: f64, keeps_min: f64) -> f64 {
        let rain = rain_mm_h / 60.0;
        // Wet ground sheds two thirds, dry ground a fifth; it dries in half a day.
        self.wet_mm += rain - self.wet_mm / 720.0;
        let sheds = 0.2 + 0.45 * (self.wet_mm / 100.0).min(1.0);
        self.held_mm += rain * sheds;
        let runs = self.held_mm / keeps_min;
        self.held_mm -= runs;
        runs * 60.0
    }
}

#[derive(Clone, Debug)]
struct Stream {
    hillsides: Vec<Hillside>,
    /// Cubic metres a second leaving each step.
    flows: Vec<f64>,
    pool_m: f64,
    outflow: f64,
}

/// The state of all water, and its history at the gauges.
#[derive(Clone, Debug)]
pub struct Flood {
    streams: Vec<Stream>,
    brooks: Vec<Hillside>,
    slopes: Vec<Slope>,
    /// First minute not reckoned yet.
    next: i64,
    /// By station, one value a minute: height, or displacement of a weak slope.
    heights: Vec<Vec<f32>>,
    /// By river, one value a minute.
    outflows: Vec<Vec<f32>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slope {
    wet_mm: f64,
    moved_mm: f64,
}

impl Flood {
    /// The ground before the first minute.
    pub fn new(county: &County) -> Flood {
        let stream = |river: &River| Stream {
            hillsides: vec![Hillside::default(); river.line.len()],
            flows: (0..river.line.len())
                .map(|step| base_flow(river, step))
                .collect(),
            pool_m: POOL_START_M,
            outflow: 0.0,
        };
        Flood {
            streams: county.rivers.iter().map(stream).collect(),
            brooks: vec![Hillside::default(); county.stations.len()],
            slopes: vec![Slope::default(); county.stations.len()],
            next: 0,
            heights: vec![Vec::new(); county.stations.len()],
            outflows: vec![Vec::new(); county.rivers.len()],
        }
    }

    /// Reckons on until `minute` is known.
    pub fn reach(&mut self, county: &County, weather: &Weather, minute: i64) {
        while self.next <= minute {
            let now = self.next;
            for (slot, river) in county.rivers.iter().enumerate() {
                self.streams[slot].minute(river, weather, now);
                self.outflows[slot].push(self.streams[slot].outflow as f32);
            }
            for slot in 0..county.stations.len() {
                if let Some(height) = self.height(county, weather, slot, now) {
                    self.heights[slot].push(height as f32);
                }
            }
            self.next += 1;
        }
    }

    /// Height at a level station, or movement of a slope, in a minute reckoned already.
    pub fn at(&self, station: usize, minute: i64) -> f64 {
        let history = &self.heights[station];
        let minute = (minute.max(0) as usize).min(history.len().saturating_sub(1));
        history.get(minute).map_or(0.0, |v| f64::from(*v))
    }

    /// What a river's dam lets out in a minute reckoned already.
    pub fn outflow(&self, river: usize, minute: i64) -> f64 {
        let history = &self.outflows[river];
        let minute = (minute.max(0) as usize).min(history.len().saturating_sub(1));
        history.get(minute).map_or(0.0, |v| f64::from(*v))
    }

    fn height(&mut self, county: &County, weather: &Weather, slot: usize, now: i64) -> Option<f64> {
        let station = &county.stations[slot];
        match station.post {
            Post::River { river, step } => {
                let flow = self.streams[river].flows[step];
                let warning = warning_cm(county.seed, river, step) as f64 / 100.0;
                Some(stage(
                    flow,
                    warning,
                    warning_flow(&county.rivers[river], step),
                ))
            }
            Post::Reservoir { river: Some(river) } => Some(self.streams[river].pool_m),
            Post::Reservoir { river: None } => {
                let runs = self.brooks[slot].minute(weather.rain_mm_h(station.at, now), 240.0);
                Some(11.2 + 0.12 * runs)
            }
            Post::Brook => {
                let keeps = 20.0 + 40.0 * unit(mix(county.seed, &[0xb2, slot as u64]));
                let runs = self.brooks[slot].minute(weather.rain_mm_h(station.at, now), keeps);
                let warning = station
                    .stages_cm
                    .map_or(1.5, |stages| stages[1] as f64 / 100.0);
                // Some brooks rise at a shower, most only in a cloudburst.
                let bears = 9.0 + 34.0 * unit(mix(county.seed, &[0xb3, slot as u64]));
                Some(stage(runs + 0.6, warning, bears))
            }
            Post::RiskSlope | Post::RoadSlope => {
                let rain = if is_weak(county, slot) {
                    weather.rain_mm_h(station.at, now)
                } else {
                    0.0
                };
                Some(self.slopes[slot].minute(rain))
            }
            Post::Rain | Post::Gas => None,
        }
    }
}

/// One slope in thirty gives way when soaked.
pub(crate) fn is_weak(county: &County, station: usize) -> bool {
    mix(county.seed, &[0x51, station as u64]).is_multiple_of(30)
}

impl Slope {
    /// Takes a minute of rain; returns millimetres moved since the night began.
    fn minute(&mut self, rain_mm_h: f64) -> f64 {
        self.wet_mm += rain_mm_h / 60.0 - self.wet_mm / 900.0;
        // Creep begins at 60 mm held in the ground and grows with every millimetre more.
        let beyond = (self.wet_mm - 60.0).max(0.0);
        self.moved_mm += beyond * 0.2 / 60.0;
        self.moved_mm
    }
}

fn base_flow(river: &River, step: usize) -> f64 {
    match river.dam {
        Some(dam) if step >= dam.step => {
            if dam.name.starts_with("长诏") {
                60.0
            } else {
                35.0
            }
        }
        Some(_) | None => 2.0 + 0.15 * step as f64,
    }
}

impl Stream {
    fn minute(&mut self, river: &River, weather: &Weather, now: i64) {
        let share = (60.0 * WAVE_M_S / (STEP_KM * 1000.0)).min(1.0);
        let before = self.flows.clone();
        for step in 0..river.line.len() {
            let above_dam = river.dam.is_none_or(|dam| step < dam.step);
            let drains = if above_dam && river.dam.is_some() {
                HEAD_DRAINS_KM2
            } else {
                river.drains_km2
            };
            let runs =
                self.hillsides[step].minute(valley_rain(river, weather, step, now), HILLSIDE_MIN);
            // A millimetre an hour from a square kilometre is 1/3.6 m³/s.
            let side = drains * STEP_KM * runs / 3.6;
            let at_dam = river.dam.is_some_and(|dam| step == dam.step);
            let from_above = if at_dam {
                self.let_out(river, before[step - 1], now)
            } else if step == 0 {
                2.0
            } else {
                before[step - 1]
            };
            // What enters now leaves over the time the wave takes through this step.
            self.flows[step] = before[step] + (from_above + side - before[step]) * share;
        }
    }

    /// Passes the dam: the pool keeps the difference.
    fn let_out(&mut self, river: &River, inflow: f64, now: i64) -> f64 {
        let great = river.dam.is_some_and(|dam| dam.name.starts_with("长诏"));
        let plan: &[(f64, f64)] = if great { &RELEASE } else { &SMALL_RELEASE };
        let planned = along(plan, now as f64);
        // After the storm's day the pool is held where it is.
        let out = if now > DAY { inflow.max(20.0) } else { planned };
        self.outflow = out;
        self.pool_m = (self.pool_m + (inflow - out) * 60.0 / POOL_M2).clamp(14.0, 21.0);
        out
    }
}

/// Rain over the valley beside a step: in the middle and two kilometres to either side.
fn valley_rain(river: &River, weather: &Weather, step: usize, now: i64) -> f64 {
    let at = river.line[step];
    let side = |x: f64, y: f64| {
        weather.rain_mm_h(
            Km {
                x: at.x + x,
                y: at.y + y,
            },
            now,
        )
    };
    (side(0.0, 0.0) + side(1.5, 1.5) + side(-1.5, -1.5)) / 3.0
}
