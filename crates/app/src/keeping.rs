//! What an operator does to the data folder at the machine itself. Whatever touches personal data
//! leaves a note, which the server enters into the journal when it next looks.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use model::custody::{Access, AccessDeed, Accessor, bounded};
use model::{Input, PersonId, Seal, Time};
use serde_json::Value;
use store::{Blobs, Store, Until, notes};

use crate::args::Erase;
use crate::say;

/// Takes an interval out with its proofs.
pub(crate) fn export(data: &Path, from: Time, to: Time, out: &Path) -> anyhow::Result<()> {
    let full = out
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some());
    if full {
        bail!(
            "{} is not empty; name a new folder for the export",
            out.display()
        );
    }
    let done = store::export(data, from, to, out)
        .with_context(|| format!("could not export from {}", data.display()))?;
    note(
        data,
        AccessDeed::Exported {
            from,
            to,
            entries: done.entries,
        },
    )?;
    say(&format!(
        "{} entries, {} to {}, proven by the checkpoint at {}: {}",
        done.entries,
        done.first,
        done.last,
        done.covered_by,
        out.display()
    ))
}

/// Erases files by seal, or all that a person attached.
pub(crate) fn erase(asked: &Erase) -> anyhow::Result<()> {
    let data = &asked.data;
    let mut seals: BTreeSet<Seal> = BTreeSet::new();
    for text in &asked.blob {
        let seal = Seal(text.clone());
        if !seal.is_sound() {
            bail!("{text:?} is no seal: 64 hexadecimal digits, lower case");
        }
        seals.insert(seal);
    }
    let person = asked.person.clone().map(PersonId);
    if let Some(person) = &person {
        seals.extend(attached_by(data, person)?);
    }
    let folder = data.join("blobs");
    let blobs =
        Blobs::open(&folder).with_context(|| format!("could not open {}", folder.display()))?;
    let there = |seal: &Seal| blobs.holds(seal);
    let going: Vec<Seal> = seals.into_iter().filter(there).collect();
    if going.is_empty() {
        say("nothing to erase: none of it is there (any more)")?;
        return Ok(());
    }
    // On record before it is gone: a crash between the two leaves an erasure to be done again.
    let (named, more) = bounded(going.clone());
    note(
        data,
        AccessDeed::Erased {
            seals: named,
            more,
            person: person.clone(),
        },
    )?;
    for seal in &going {
        blobs
            .erase(seal)
            .with_context(|| format!("could not erase {}", seal.0))?;
    }
    say(&format!(
        "{} erased; the journal keeps their seals alone",
        going.len()
    ))?;
    if let Some(person) = person {
        say(&format!(
            "name and telephone of {} are in the site's people.csv; take the row out there",
            person.0
        ))?;
    }
    Ok(())
}

/// Seals of everything that a person attached to what they did.
fn attached_by(data: &Path, person: &PersonId) -> anyhow::Result<BTreeSet<Seal>> {
    let store = Store::of(data)?;
    let end = store.audit(&[])?.end.number;
    let mut seals = BTreeSet::new();
    let read = store.read(1, end, &mut |_, tag, payload| {
        if let Ok(model::codec::Record::Input {
            input: Input::Acted(act),
            ..
        }) = model::codec::decode(tag, payload)
            && act.by == *person
        {
            // Whatever the action is: what looks like a seal and is none names no file.
            let action = serde_json::to_value(&act.action).unwrap_or_default();
            collect(&action, &mut seals);
        }
        ControlFlow::Continue(())
    });
    read?;
    Ok(seals)
}

fn collect(value: &Value, seals: &mut BTreeSet<Seal>) {
    match value {
        Value::String(text) => {
            let seal = Seal(text.clone());
            if seal.is_sound() {
                seals.insert(seal);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, seals)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, seals)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Makes old segments small.
pub(crate) fn archive(data: &Path, older_than: Duration) -> anyhow::Result<()> {
    let before = SystemTime::now()
        .checked_sub(older_than)
        .unwrap_or(UNIX_EPOCH);
    let done = store::journal::archive(&files_of(data)?, before)
        .with_context(|| format!("could not archive the journal in {}", data.display()))?;
    say(&format!(
        "{} segments with {} records: {:.1} MB became {:.1} MB",
        done.segments,
        done.records,
        done.bytes_before as f64 / 1e6,
        done.bytes_after as f64 / 1e6
    ))
}

/// The folder of the journal, where it is files; nothing in a database is archived by us.
fn files_of(data: &Path) -> anyhow::Result<PathBuf> {
    let store = Store::of(data)?;
    store.journal_folder().with_context(|| {
        format!(
            "the journal of {} lies in PostgreSQL, where nothing is archived: its partitions can be \
             moved to another tablespace, and `watchfire backup` gives it as files",
            data.display()
        )
    })
}

/// Copies what cannot be rebuilt.
pub(crate) fn backup(data: &Path, to: &Path) -> anyhow::Result<()> {
    let done =
        store::backup(data, to).with_context(|| format!("could not back up {}", data.display()))?;
    note(
        data,
        AccessDeed::BackedUp {
            through: done.through.number,
        },
    )?;
    say(&format!(
        "up to record {}: {} files written, {:.1} MB",
        done.through.number,
        done.files,
        done.bytes as f64 / 1e6
    ))
}

/// Makes a data folder from a backup.
pub(crate) fn restore(from: &Path, data: &Path, until: Option<Until>) -> anyhow::Result<()> {
    let end = store::restore(from, data, until.unwrap_or(Until::End))
        .with_context(|| format!("could not restore {}", data.display()))?;
    say(&format!("restored up to record {}", end.number))
}

fn note(data: &Path, deed: AccessDeed) -> anyhow::Result<()> {
    let leave = || -> std::io::Result<()> {
        let now = now();
        let access = Access {
            id: notes::new_id()?,
            by: Accessor::Console(rustix::process::getuid().as_raw()),
            first: now,
            last: now,
            deed,
        };
        notes::leave(data, &access)
    };
    leave().context("could not leave a note for the journal")
}

fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
