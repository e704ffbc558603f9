//! What rules would have done: a recorded folder or a journal, replayed through rule sets.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use api::BacktestRequest;
use backtest::{Asked, Record, RuleSet};
use model::codec::{Record as Entry, decode};
use model::{Config, Input, Time};
use store::Store;

use crate::args::Backtest;
use crate::say;

/// Replays and prints the report.
pub(crate) fn backtest(asked: &Backtest) -> anyhow::Result<()> {
    let data = &asked.data;
    let journal = Store::is_in(data);
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

/// What rule files would have done over the journal of a running site, beside those in force.
///
/// # Errors
/// A sentence for the person who asked.
pub(crate) fn of_site(
    folder: &Path,
    data: &Path,
    in_force: &[Arc<Config>],
    asked: &BacktestRequest,
) -> Result<serde_json::Value, String> {
    let code = match (&asked.jurisdiction, in_force) {
        (Some(code), _) => code.clone(),
        (None, [only]) => only.code.clone(),
        (None, _) => return Err("several jurisdictions and none named".to_owned()),
    };
    let config = in_force.iter().find(|config| config.code == code);
    let config = config.ok_or_else(|| format!("no jurisdiction {code}"))?;
    let told = |cause: anyhow::Error| format!("{cause:#}");
    let a = RuleSet::of("in force", Config::clone(config));
    let b = match asked.against.is_empty() {
        true => None,
        false => Some(changed(folder, &code, &asked.against).map_err(told)?),
    };
    let record = from_journal(data).map_err(told)?;
    let when = Asked {
        from: asked.from.unwrap_or(Time::MIN),
        to: asked.to.unwrap_or(Asked::default().to),
        load: true,
        ..Asked::default()
    };
    let report = backtest::backtest(&record, &a, b.as_ref(), &when);
    serde_json::to_value(&report).map_err(|cause| cause.to_string())
}

/// The site with some of its rule files replaced, in a place of its own.
fn changed(folder: &Path, code: &str, files: &BTreeMap<String, String>) -> anyhow::Result<RuleSet> {
    let place = tempfile::tempdir().context("could not make a place for the rules")?;
    copy(folder, place.path()).context("could not copy the site's files")?;
    for (name, text) in files {
        let plain =
            name.ends_with(".toml") && !name.contains(['/', '\\']) && !name.starts_with('.');
        if !plain {
            bail!("`{name}` is no name of a rule file");
        }
        let rules = place.path().join("rules");
        std::fs::create_dir_all(&rules)
            .and_then(|()| std::fs::write(rules.join(name), text))
            .with_context(|| format!("could not write {name}"))?;
    }
    let site = site::read_site(place.path())
        .map_err(|problems| anyhow!("the rules are not sound:\n{problems}"))?;
    let mut all = site.jurisdictions.into_iter().map(|j| j.config);
    let config = all.find(|config| config.code == code);
    let config = config.with_context(|| format!("no jurisdiction {code}"))?;
    Ok(RuleSet::of("proposed", config))
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if entry.file_name() != "accounts.toml" {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The readings of a site's own journal, by the names its configs gave them at the time.
fn from_journal(data: &Path) -> anyhow::Result<Record> {
    let store = Store::of(data)?;
    let end = store
        .verify()
        .with_context(|| format!("the journal in {} is not whole", data.display()))?;
    let mut record = Record::new(&data.display().to_string());
    let mut configs: Vec<Option<Box<Config>>> = Vec::new();
    let mut bad = None;
    let read = store.read(1, end.last.number, &mut |seq, tag, payload| {
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
    });
    read.context("could not read the journal")?;
    match bad {
        Some((seq, error)) => {
            Err(error).with_context(|| format!("record {seq} cannot be read by this program"))
        }
        None => Ok(record),
    }
}
