//! The journal looked at from outside: is it what was written and signed, and what state does it lead
//! to.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, bail};
use runtime::Replay;
use store::Checkpoint;
use store::evidence::{self, FOLDER, Keyring, examine, read_checkpoints};

use crate::say;

/// Looks at every record and every checkpoint, names what is wrong, and says how far it is right.
pub(crate) fn verify(data: &Path, against: Option<&Path>) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    let (others, ring) = match against {
        Some(place) => kept_elsewhere(place)?,
        None => (Vec::new(), None),
    };
    let found = examine(data, &others, ring.as_ref())
        .with_context(|| format!("could not read the journal in {}", data.display()))?;
    for finding in &found.findings {
        say(&format!("✗ {finding}"))?;
    }
    let chain = &found.chain;
    let torn = chain.torn.as_ref();
    let torn = torn.map(|torn| format!(", then an unconfirmed commit at record {}", torn.record));
    let spent = began.elapsed().as_secs_f64().max(1e-6);
    let rate = chain.bytes as f64 / 1e6 / spent;
    if found.findings.is_empty() {
        say(&format!(
            "{} records, each following the one before{}",
            chain.records,
            torn.unwrap_or_default()
        ))?;
    }
    match found.good.last() {
        Some(last) => say(&format!(
            "{} signed checkpoints agree, the newest at record {} of {}",
            found.good.len(),
            last.number,
            last.time
        ))?,
        None => say("no signed checkpoint covers it")?,
    }
    if let (Some(first), Some(last)) = (found.unchecked.first(), found.unchecked.last()) {
        say(&format!(
            "{} signed checkpoints, records {} to {}, cannot be checked: what they stand for is not there",
            found.unchecked.len(),
            first.number,
            last.number
        ))?;
    }
    if ring.is_none_or(|ring| ring.is_empty()) {
        say("keys: those beside the journal; --against holds it against keys that lie elsewhere")?;
    }
    tracing::info!(
        bytes = chain.bytes,
        "looked at {:.1} MB, {rate:.0} MB/s",
        chain.bytes as f64 / 1e6
    );
    Ok(if found.findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Checkpoints that lie in a file or a folder, and the keys beside them.
fn kept_elsewhere(place: &Path) -> anyhow::Result<(Vec<Checkpoint>, Option<Keyring>)> {
    let doing = || format!("could not read the checkpoints in {}", place.display());
    let folder = if place.is_dir() {
        place
    } else {
        place.parent().unwrap_or(place)
    };
    let mut files = vec![place.to_owned()];
    if place.is_dir() {
        let entries = std::fs::read_dir(place).with_context(doing)?;
        files = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        files.sort();
    }
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read(&file).with_context(doing)?;
        let checkpoint = serde_json::from_slice(&text)
            .with_context(|| format!("{} is no checkpoint", file.display()))?;
        found.push(checkpoint);
    }
    if found.is_empty() {
        bail!("there is no checkpoint in {}", place.display());
    }
    Ok((found, Some(Keyring::in_folder(folder).with_context(doing)?)))
}

/// Copies public keys and the newest checkpoint to a folder.
pub(crate) fn hand_out(data: &Path, to: &Path) -> anyhow::Result<()> {
    let newest = evidence::hand_out(&data.join(FOLDER), to)
        .with_context(|| format!("could not copy the checkpoint to {}", to.display()))?;
    say(&format!(
        "{}: record {} of {}",
        to.display(),
        newest.number,
        newest.time
    ))
}

/// Prints public keys and the newest checkpoint.
pub(crate) fn show(data: &Path) -> anyhow::Result<()> {
    let folder = data.join(FOLDER);
    let read =
        || -> std::io::Result<_> { Ok((Keyring::trusted(&folder)?, read_checkpoints(&folder)?)) };
    let (keys, known) = read().with_context(|| format!("could not read {}", folder.display()))?;
    for key in keys.iter() {
        say(&format!("{} {}", key.id(), key.hex()))?;
    }
    let mut known: Vec<Checkpoint> = known.into_iter().flatten().collect();
    known.retain(|checkpoint| keys.believes(checkpoint));
    match known.into_iter().max_by_key(|c| c.number) {
        Some(newest) => say(&serde_json::to_string(&newest).context("could not write JSON")?),
        None => say("no checkpoint was signed yet"),
    }
}

/// Applies every input again and prints the hash of the state they lead to, as JSON; what is decided
/// otherwise than it was is named on stderr.
pub(crate) fn replay(data: &Path) -> anyhow::Result<()> {
    let replayed = runtime::replay(data, |_| {})
        .with_context(|| format!("could not replay the journal in {}", data.display()))?;
    let lines = differences(&replayed);
    // Beside the hash, which is read by programs.
    let mut beside = std::io::stderr().lock();
    for line in lines {
        writeln!(beside, "{line}").context("could not write to stderr")?;
    }
    say(&serde_json::to_string(&replayed.fleet.hash()).context("could not write JSON")?)
}

/// What is decided otherwise now, one line each, and first how much of it there is; nothing where all is
/// as it was.
fn differences(replayed: &Replay) -> Vec<String> {
    let Replay {
        inputs,
        mismatches,
        changed,
        differences,
        ..
    } = replayed;
    let all = mismatches + changed;
    if all == 0 {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "{all} of {inputs} entries are decided otherwise now: {changed} were decided by another \
         version of the engine, {mismatches} by this one"
    )];
    for one in differences {
        lines.push(format!(
            "entry {} of {}, decided by engine {}",
            one.seq, one.at, one.engine
        ));
        let sides = [("recorded", &one.recorded), ("decided now", &one.decided)];
        for (side, effects) in sides {
            lines.extend(effects.iter().map(|(jurisdiction, effect)| {
                format!("  {side}, jurisdiction {}: {effect:?}", jurisdiction.0)
            }));
        }
        if one.recorded.is_empty() && one.decided.is_empty() {
            lines.push("  the same in another order".to_owned());
        }
    }
    let told = differences.len() as u64;
    if told < all {
        lines.push(format!(
            "the first {told} are told one by one; {} more are not",
            all - told
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::effect::SystemKind;
    use model::{Effect, JurisdictionSlot, Time};
    use runtime::Difference;

    fn disk(on: bool) -> (JurisdictionSlot, Effect) {
        let effect = Effect::System {
            kind: SystemKind::DiskFull,
            subject: String::new(),
            on,
            at: Time::from_ms(1_000),
            level: None,
            owner: None,
        };
        (JurisdictionSlot(3), effect)
    }

    #[test]
    fn each_difference_is_named_with_its_entry_and_what_is_not_told_is_counted() {
        let mut replayed = Replay {
            fleet: runtime::Fleet::default(),
            inputs: 90,
            mismatches: 0,
            differences: Vec::new(),
            changed: 0,
        };
        assert!(differences(&replayed).is_empty());
        replayed.changed = 1;
        replayed.mismatches = 2;
        let one = |seq, recorded, decided| Difference {
            seq,
            at: Time::from_ms(0),
            engine: 7,
            recorded,
            decided,
        };
        replayed.differences = vec![
            one(41, vec![disk(true)], vec![disk(false)]),
            one(44, Vec::new(), Vec::new()),
        ];
        let lines = differences(&replayed);
        assert!(lines[0].starts_with("3 of 90 entries"), "{}", lines[0]);
        assert!(lines[0].contains("1 were decided by another") && lines[0].contains("2 by this"));
        assert_eq!(
            lines[1],
            "entry 41 of 1970-01-01T00:00:00Z, decided by engine 7"
        );
        assert!(
            lines[2].starts_with("  recorded, jurisdiction 3: System")
                && lines[2].contains("on: true")
        );
        assert!(
            lines[3].starts_with("  decided now, jurisdiction 3: System")
                && lines[3].contains("on: false")
        );
        assert_eq!(
            lines[4],
            "entry 44 of 1970-01-01T00:00:00Z, decided by engine 7"
        );
        assert_eq!(lines[5], "  the same in another order");
        assert_eq!(lines[6], "the first 2 are told one by one; 1 more are not");
        assert_eq!(lines.len(), 7);
    }
}
