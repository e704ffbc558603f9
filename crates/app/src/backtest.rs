//! What rules would have done: a recorded folder or a journal, replayed through rule sets.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use api::BacktestRequest;
use backtest::{Asked, InWords, Record, Report, RuleSet};
use model::{Config, Input, JurisdictionSlot, Time};
use store::{Blobs, Store};

use crate::args::Backtest;
use crate::say;

/// Replays and prints the report.
pub(crate) fn backtest(asked: &Backtest) -> anyhow::Result<()> {
    let data = &asked.data;
    let journal = Store::is_in(data);
    let record = if journal {
        from_journal(data, Time::MIN, Time::from_ms(i64::MAX))?
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

/// What other rules would have done over the journal of a running site, beside those in force.
///
/// # Errors
/// A sentence for the person who asked.
pub(crate) fn of_site(
    folder: &Path,
    data: &Path,
    in_force: &[Arc<Config>],
    asked: &BacktestRequest,
) -> Result<Report, String> {
    let code = match (&asked.jurisdiction, in_force) {
        (Some(code), _) => code.clone(),
        (None, [only]) => only.code.clone(),
        (None, _) => return Err("several jurisdictions and none named".to_owned()),
    };
    let config = in_force.iter().find(|config| config.code == code);
    let config = config.ok_or_else(|| format!("no jurisdiction {code}"))?;
    let told = |cause: anyhow::Error| format!("{cause:#}");
    let with = |files: &BTreeMap<String, String>, name: &str| match files.is_empty() {
        true => Ok(None),
        false => changed(folder, &code, files, name).map(Some).map_err(told),
    };
    let a = with(&asked.rules, "given")?;
    let a = a.unwrap_or_else(|| RuleSet::of("in force", Config::clone(config)));
    let mut b = with(&asked.against, "proposed")?;
    if !asked.bounds.is_empty() {
        let from = b.as_ref().unwrap_or(&a);
        let moved = from.with_bounds("proposed", &asked.bounds);
        b = Some(moved.map_err(|cause| cause.to_string())?);
    }
    let usual = Asked::default();
    let when = Asked {
        from: asked.from.unwrap_or(usual.from),
        to: asked.to.unwrap_or(usual.to),
        window_ms: asked.window_ms.unwrap_or(usual.window_ms),
        load: true,
    };
    if when.from > when.to {
        return Err("the time ends before it begins".to_owned());
    }
    let longest = longest_memory([Some(&a), b.as_ref()].into_iter().flatten());
    let record = from_journal(data, when.from.plus_ms(-longest), when.to).map_err(told)?;
    Ok(backtest::backtest(&record, &a, b.as_ref(), &when))
}

/// How long before an interval readings are needed to decide in it as if all were known: what rules
/// and forecasts look back over, at least a week.
fn longest_memory<'a>(sets: impl Iterator<Item = &'a RuleSet>) -> i64 {
    const WEEK_MS: i64 = 7 * 86_400_000;
    let configs = sets.flat_map(RuleSet::configs);
    configs.map(engine::memory_ms).fold(WEEK_MS, i64::max)
}

/// The site with some of its rule files replaced, in a place of its own.
fn changed(
    folder: &Path,
    code: &str,
    files: &BTreeMap<String, String>,
    name: &str,
) -> anyhow::Result<RuleSet> {
    let place = tempfile::tempdir().context("could not make a place for the rules")?;
    copy(folder, place.path()).context("could not copy the site's files")?;
    for (file, text) in files {
        let plain =
            file.ends_with(".toml") && !file.contains(['/', '\\']) && !file.starts_with('.');
        if !plain {
            bail!("`{file}` is no name of a rule file");
        }
        let rules = place.path().join("rules");
        std::fs::create_dir_all(&rules)
            .and_then(|()| std::fs::write(rules.join(file), text))
            .with_context(|| format!("could not write {file}"))?;
    }
    let site = site::read_site(place.path())
        .map_err(|problems| anyhow!("the rules are not sound:\n{problems}"))?;
    let mut all = site.jurisdictions.into_iter().map(|j| j.config);
    let config = all.find(|config| config.code == code);
    let config = config.with_context(|| format!("no jurisdiction {code}"))?;
    Ok(RuleSet::of(name, config))
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

/// The readings of a site's own journal that arrived in a time, by the names its configs gave them
/// then, and what its book of events says.
fn from_journal(data: &Path, from: Time, to: Time) -> anyhow::Result<Record> {
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
            && from <= replayed.at
            && replayed.at <= to
            && let Some(Some(config)) = configs.get(place)
        {
            let station = &config.station_of(observed.series).id;
            let quantity = config.quantity_of(observed.series);
            let at = replayed.at;
            record.push(station, &quantity.id, quantity.decimals, observed, at);
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
        for event in lived.fleet.events(slot).unwrap_or_default() {
            let kept = event.text.as_ref().and_then(|seal| texts.get(seal).ok()?);
            let text = kept.and_then(|bytes| String::from_utf8(bytes).ok());
            let area = event.area.as_ref();
            let stations = area.map(|area| lived.fleet.stations_in(slot, area));
            record.happened(
                &event,
                &stations.unwrap_or_default(),
                text.unwrap_or_default(),
            );
        }
    }
    Ok(record)
}
