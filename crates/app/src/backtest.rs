//! What rules would have done: a recorded folder or a journal, replayed through rule sets.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, bail};
use backtest::{Asked, Record, RuleSet};
use model::codec::{Record as Entry, decode};
use model::{Config, Input, Time};

use crate::args::Backtest;
use crate::say;

/// Replays and prints the report.
pub(crate) fn backtest(asked: &Backtest) -> anyhow::Result<()> {
    let data = &asked.data;
    let journal = data.join("journal").is_dir();
    let record = if journal {
        from_journal(data)?
    } else {
        Record::read(data).with_context(|| format!("could not read {}", data.display()))?
    };
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
        say(report.to_string().trim_end())
    }
}

/// The readings of a site's own journal, by the names its configs gave them at the time.
fn from_journal(data: &Path) -> anyhow::Result<Record> {
    let folder = data.join("journal");
    let end = store::verify(&folder)
        .with_context(|| format!("the journal in {} is not whole", data.display()))?;
    let mut record = Record::new(&data.display().to_string());
    let mut configs: Vec<Option<Box<Config>>> = Vec::new();
    let mut bad = None;
    store::read(&folder, 1, end.last.number, &mut |seq, tag, payload| {
        let entry = match decode(tag, payload) {
            Ok(entry) => entry,
            Err(error) => {
                bad = Some((seq, error));
                return ControlFlow::Break(());
            }
        };
        let Entry::Input {
            at,
            jurisdiction,
            input,
        } = entry
        else {
            return ControlFlow::Continue(());
        };
        let place = jurisdiction.index();
        if let Input::Configured(config) = input {
            configs.resize_with(configs.len().max(place + 1), || None);
            configs[place] = Some(config);
        } else if let Input::Observed(observed) = input
            && let Some(Some(config)) = configs.get(place)
        {
            let station = &config.station_of(observed.series).id;
            let quantity = config.quantity_of(observed.series);
            record.push(station, &quantity.id, quantity.decimals, &observed, at);
        }
        ControlFlow::Continue(())
    })
    .context("could not read the journal")?;
    match bad {
        Some((seq, error)) => {
            Err(error).with_context(|| format!("record {seq} cannot be read by this program"))
        }
        None => Ok(record),
    }
}
