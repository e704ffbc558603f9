//! What rules would have done: a recorded folder or a journal, replayed through rule sets.

mod calls;

use std::path::Path;

use anyhow::{Context, bail};
use backtest::{Asked, InWords, Record, RuleSet};
use model::view::EventView;
use model::{Config, Input, JurisdictionSlot, Observed, Time};
use runtime::Fleet;
use store::{Blobs, Store};

use crate::args::Backtest;
use crate::say;

/// Replays and prints the report.
pub(crate) fn backtest(asked: &Backtest) -> anyhow::Result<()> {
    let data = &asked.data;
    let journal = Store::is_in(data);
    if asked.calls {
        return calls::calls(asked);
    }
    let record = if journal {
        from_journal(data)?
    } else {
        Record::read(data).with_context(|| format!("could not read {}", data.display()))?
    };
    if let Some(file) = &asked.export_events {
        std::fs::write(file, record.events_csv())
            .with_context(|| format!("could not write {}", file.display()))?;
    }
    let stations = Some(data.as_path()).filter(|_| !journal);
    let open = |path: &Path| {
        let set = RuleSet::open(path, stations);
        set.with_context(|| format!("could not try the rules in {}", path.display()))
    };
    let a = open(&asked.rules)?;
    let b = asked.against.as_deref().map(open).transpose()?;
    let when = Asked {
        from: asked.from.unwrap_or(Time::MIN),
        to: asked.to.unwrap_or(Asked::default().to),
        window_ms: i64::try_from(asked.window.as_millis()).unwrap_or(i64::MAX),
        load: asked.load,
    };
    if when.from > when.to {
        bail!("--from lies after --to");
    }
    let report = backtest::backtest(&record, &a, b.as_ref(), &when);
    if asked.json {
        say(&serde_json::to_string(&report).context("could not write JSON")?)
    } else {
        say(InWords(&report).to_string().trim_end())
    }
}

/// The readings of a site's own journal by the names its configs gave them then, and what its book of
/// events says.
fn from_journal(data: &Path) -> anyhow::Result<Record> {
    let mut record = Record::new(&data.display().to_string());
    let mut configs: Vec<Option<Box<Config>>> = Vec::new();
    let mut drill = false;
    let lived = runtime::replay(data, |replayed| {
        let place = replayed.jurisdiction.index();
        if let Input::Configured(configured) = replayed.input {
            configs.resize_with(configs.len().max(place + 1), || None);
            configs[place] = Some(Box::new(configured.config.clone()));
            drill |= configured.config.drill.is_some();
        } else if let Input::Observed(observed) = replayed.input
            && let Some(Some(config)) = configs.get(place)
        {
            push(&mut record, config, observed, replayed.at);
        }
    });
    if drill {
        bail!(
            "{} holds a drill; what was made up is no history",
            data.display()
        );
    }
    let lived = lived.with_context(|| format!("the journal in {} is not whole", data.display()))?;
    let texts = Blobs::open(&data.join("blobs")).context("could not open the texts of events")?;
    for slot in (0..lived.fleet.len() as u16).map(JurisdictionSlot) {
        for (event, stations) in happened(&lived.fleet, slot) {
            record.happened(&event, &stations, written(&texts, &event));
        }
    }
    Ok(record)
}

/// Adds a reading of a journal by the names that the config gave it.
pub(crate) fn push(record: &mut Record, config: &Config, observed: &Observed, at: Time) {
    let station = &config.station_of(observed.series).id;
    let quantity = config.quantity_of(observed.series);
    record.push(station, &quantity.id, quantity.decimals, observed, at);
}

/// The book of events of a jurisdiction, each with the stations of its area.
pub(crate) fn happened(fleet: &Fleet, slot: JurisdictionSlot) -> Vec<(EventView, Vec<String>)> {
    let events = fleet.events(slot).unwrap_or_default().into_iter();
    let with_stations = events.map(|event| {
        let area = event.area.as_ref();
        let stations = area.map(|area| fleet.stations_in(slot, area));
        (event, stations.unwrap_or_default())
    });
    with_stations.collect()
}

/// What was written of an event, where it was not erased.
pub(crate) fn written(texts: &Blobs, event: &EventView) -> String {
    let kept = event.text.as_ref().and_then(|seal| texts.get(seal).ok()?);
    let text = kept.and_then(|bytes| String::from_utf8(bytes).ok());
    text.unwrap_or_default()
}
