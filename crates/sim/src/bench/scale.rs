//! What one reading costs when there are far more stations, or far more rules, than it concerns.
//!
//! Decisions alone. A nation is the county's jurisdiction many times over in one process, its readings taken in turns, so
//! that no two in a row touch the same memory. Both sides of a ratio are measured in the same minute.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use engine::Admission;
use model::config::Measure;
use model::{Config, Input, JurisdictionSlot, RuleSlot, SeriesSlot, StationSlot};
use runtime::{Decisions, Draft, Fleet};

use super::tell;

/// Jurisdictions of the nation; at a county's 1,194 stations, 1.2 million stations.
const COUNTIES: u16 = 1_000;
/// Readings of each jurisdiction that are timed: half an hour of the day.
const EACH: usize = 4_000;
/// Readings before them, untimed: every series has spoken, and its memory is there.
const WARM: usize = 4_000;
/// Times the rules.
const TIMES: usize = 10;
/// Copies of a station lie so far away that no rule about neighbours crosses, in millionths of a degree.
const APART_E6: i32 = 5_000_000;

/// Measures a nation against a county, and a county with ten times the rules against itself.
pub(super) fn measure(config: &Config, drafts: &[Draft]) -> anyhow::Result<()> {
    let drafts = drafts.get(..WARM + EACH).context("the day is too short")?;
    let county = cost(config, drafts, 1, usize::from(COUNTIES) / 10)?;
    let before = resident_bytes()?;
    let nation = cost(config, drafts, COUNTIES, 1)?;
    let stations = config.stations.len() as f64;
    tell("a reading among one county's stations", county.nanos, "ns")?;
    tell(
        &format!(
            "a reading among {:.1} M stations",
            stations * f64::from(COUNTIES) / 1e6
        ),
        nation.nanos,
        "ns",
    )?;
    tell("nation against county", nation.nanos / county.nanos, "x")?;
    let millions = stations * f64::from(COUNTIES) / 1e6;
    tell(
        "memory of a million stations",
        (nation.resident - before) / millions / f64::from(1 << 30),
        "GiB",
    )?;
    let rules = cost(
        &with_rules_elsewhere(config)?,
        drafts,
        1,
        usize::from(COUNTIES) / 10,
    )?;
    tell(
        "ten times the rules, elsewhere",
        rules.nanos / county.nanos,
        "x",
    )
}

struct Cost {
    nanos: f64,
    /// Bytes this process holds at the end.
    resident: f64,
}

/// Nanoseconds a reading through admission and decisions, over `rounds` fleets one after the other.
fn cost(config: &Config, drafts: &[Draft], counties: u16, rounds: usize) -> anyhow::Result<Cost> {
    let (mut spent, mut resident) = (Duration::ZERO, 0.0);
    for _ in 0..rounds {
        let (mut fleet, mut decisions) = (Fleet::default(), Decisions::default());
        let start = drafts.first().context("a day without readings")?.observed;
        let mut seq = 0;
        for slot in 0..counties {
            let config = Config {
                code: format!("{slot:04}"),
                ..config.clone()
            };
            seq += 1;
            let input = Input::Configured(Box::new(config.into()));
            fleet.apply(seq, start, JurisdictionSlot(slot), &input, &mut decisions);
        }
        decisions.clear();
        let mut begun = Instant::now();
        for (place, draft) in drafts.iter().enumerate() {
            if place == WARM {
                begun = Instant::now();
            }
            for slot in 0..counties {
                let draft = Draft {
                    jurisdiction: JurisdictionSlot(slot),
                    ..*draft
                };
                let at = fleet.carried(&draft);
                if let Some(Admission::Accept(observed)) = fleet.admit(0, &draft, at) {
                    seq += 1;
                    decisions.clear();
                    let input = Input::Observed(observed);
                    fleet.apply(seq, at, draft.jurisdiction, &input, &mut decisions);
                }
            }
        }
        spent += begun.elapsed();
        resident = resident_bytes()?;
    }
    let readings = EACH * usize::from(counties) * rounds;
    Ok(Cost {
        nanos: spent.as_nanos() as f64 / readings as f64,
        resident,
    })
}

/// The same county with every station, series and rule there ten times; readings come from the first of each.
fn with_rules_elsewhere(config: &Config) -> anyhow::Result<Config> {
    let (stations, series) = (config.stations.len() as u32, config.series.len() as u32);
    let rules = u16::try_from(config.rules.len()).context("too many rules")?;
    let mut many = config.clone();
    for copy in 1..TIMES as u16 {
        let (station_on, series_on) = (stations * u32::from(copy), series * u32::from(copy));
        let moved = |rule: RuleSlot| RuleSlot(rule.0 + rules * copy);
        many.stations.extend(config.stations.iter().map(|s| {
            let mut station = s.clone();
            station.id = format!("{}-{copy}", s.id);
            let east = APART_E6 * i32::from(copy);
            station.position_e6 = s.position_e6.map(|(lon, lat)| (lon - east, lat));
            for upstream in &mut station.upstream {
                upstream.station = StationSlot(upstream.station.0 + station_on);
            }
            station
        }));
        many.series.extend(config.series.iter().map(|s| {
            let mut series = s.clone();
            series.station = StationSlot(s.station.0 + station_on);
            series
        }));
        many.rules.extend(config.rules.iter().map(|r| {
            let mut rule = r.clone();
            rule.id = format!("{}-{copy}", r.id);
            if let Measure::Levels { clauses } = &mut rule.measure {
                for clause in clauses.iter_mut().flatten() {
                    let terms = [&mut clause.all, &mut clause.any, &mut clause.none];
                    for term in terms.into_iter().flatten() {
                        term.rule = moved(term.rule);
                    }
                }
            }
            rule
        }));
        many.watches.extend(config.watches.iter().map(|w| {
            let mut watch = w.clone();
            watch.rule = moved(w.rule);
            watch.series = SeriesSlot(w.series.0 + series_on);
            watch
        }));
    }
    match many.flaw() {
        None => Ok(many),
        Some(flaw) => anyhow::bail!("{flaw}"),
    }
}

/// Bytes this process holds in memory.
fn resident_bytes() -> anyhow::Result<f64> {
    let status =
        std::fs::read_to_string("/proc/self/status").context("could not read the memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: Option<f64> = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    Ok(kib.context("could not read the memory")? * 1024.0)
}
