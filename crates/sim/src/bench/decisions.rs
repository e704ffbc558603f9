//! Readings a second through the decisions alone: no socket, no disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use engine::Admission;
use model::intake::Quality;
use model::{Config, Decimals, Input, JurisdictionSlot, SeriesSlot};
use runtime::{Decisions, Draft, Fleet};

use super::{scale, tell};
use crate::county::County;
use crate::storm::{START, Storm};
use crate::weather::DAY;

const SLOT: JurisdictionSlot = JurisdictionSlot(0);

/// Plays the whole typhoon day through a fleet, and its beginning through larger ones.
pub(super) fn measure(county: &Arc<County>, site: &Path) -> anyhow::Result<()> {
    let site = site::read_site(site).map_err(|wrong| anyhow::anyhow!("{wrong}"))?;
    let config = site
        .jurisdictions
        .into_iter()
        .next()
        .context("the site is empty")?
        .config;
    let drafts = day(county, &config)?;
    through_one(&config, &drafts)?;
    scale::measure(&config, &drafts)
}

fn through_one(config: &Config, drafts: &[Draft]) -> anyhow::Result<()> {
    let (mut fleet, mut decisions) = (Fleet::default(), Decisions::default());
    let start = drafts.first().context("a day without readings")?.observed;
    fleet.apply(
        1,
        start,
        SLOT,
        &Input::Configured(Box::new(config.clone().into())),
        &mut decisions,
    );
    let begun = Instant::now();
    let mut seq = 1;
    for draft in drafts {
        let at = fleet.carried(draft);
        if let Some(Admission::Accept(observed)) = fleet.admit(0, draft, at) {
            seq += 1;
            decisions.clear();
            fleet.apply(seq, at, SLOT, &Input::Observed(observed), &mut decisions);
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    tell("readings of the typhoon day", drafts.len() as f64, "")?;
    tell(
        "through apply, one core",
        drafts.len() as f64 / seconds,
        "readings/s",
    )?;
    tell("transitions of that day", fleet.transitions() as f64, "")
}

/// The day's readings as the door would hand them on.
fn day(county: &Arc<County>, config: &Config) -> anyhow::Result<Vec<Draft>> {
    let mut slots: BTreeMap<(&str, &str), SeriesSlot> = BTreeMap::new();
    for (slot, series) in config.series.iter().enumerate() {
        let station = config.stations[series.station.index()].id.as_str();
        let quantity = config.quantities[usize::from(series.quantity)].id.as_str();
        slots.insert((station, quantity), SeriesSlot(slot as u32));
    }
    let mut storm = Storm::new(
        Arc::clone(county),
        START.parse().context("the night has a start")?,
    );
    let mut drafts = Vec::new();
    for minute in 0..DAY {
        for reading in storm.readings(minute) {
            let station = county.stations[reading.station].id.as_str();
            let series = slots.get(&(station, reading.quantity.id())).copied();
            drafts.push(Draft {
                edition: 0,
                jurisdiction: SLOT,
                series: series.context("the site lacks a series of the county")?,
                observed: reading.observed,
                received: Some(reading.sent),
                value: Decimals(reading.quantity.decimals()).parse(&reading.value)?,
                revision: 0,
                quality: Quality::Good,
            });
        }
    }
    Ok(drafts)
}
