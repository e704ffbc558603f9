//! What an operator does to the data folder at the machine itself. Whatever touches personal data
//! leaves a note, which the server enters into the journal when it next looks.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use model::custody::{Access, AccessDeed, Accessor, bounded};
use model::{Input, PersonId, Seal, Time, codec, personal};
use store::{Blobs, Exported, Restored, Store, Until, notes};

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
    // On record before it is taken: a crash between the two leaves an entry for what was not taken whole.
    let mut before = |taken: &Exported| {
        let entries = taken.entries;
        leave(data, AccessDeed::Exported { from, to, entries }).map(drop)
    };
    let done = store::export(data, from, to, out, &mut before)
        .with_context(|| format!("could not export from {}", data.display()))?;
    say(&format!(
        "{} entries, {} to {}, proven by the checkpoint at {}: {}",
        done.entries,
        done.first,
        done.last,
        done.covered_by,
        out.display()
    ))
}

/// Erases files by seal, or all that are a person's.
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
        seals.extend(files_of_person(data, person)?);
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

/// Seals of everything that is a person's: what they attached to what they did, and what was recorded for
/// them on their word.
fn files_of_person(data: &Path, person: &PersonId) -> anyhow::Result<BTreeSet<Seal>> {
    let store = Store::of(data)?;
    let end = store.end()?.number;
    let mut seals = BTreeSet::new();
    store.read_kinds(&[codec::ACTED], 1, end, &mut |_, tag, payload| {
        if let Ok(codec::Record::Input {
            input: Input::Acted(act),
            ..
        }) = codec::decode(tag, payload)
            && personal::is_of(&act, person)
        {
            let files = personal::files(&act.action);
            seals.extend(files.into_iter().map(|(_, seal)| seal.clone()));
        }
        ControlFlow::Continue(())
    })?;
    Ok(seals)
}

/// Makes old parts of the journal small.
pub(crate) fn archive(data: &Path, older_than: Duration) -> anyhow::Result<()> {
    let before = SystemTime::now()
        .checked_sub(older_than)
        .unwrap_or(UNIX_EPOCH);
    let done = Store::of(data)?
        .archive(before)
        .with_context(|| format!("could not archive the journal in {}", data.display()))?;
    say(&format!(
        "{} parts with {} records: {:.1} MB became {:.1} MB",
        done.segments,
        done.records,
        done.bytes_before as f64 / 1e6,
        done.bytes_after as f64 / 1e6
    ))
}

/// Copies what cannot be rebuilt.
pub(crate) fn backup(data: &Path, to: &Path) -> anyhow::Result<()> {
    let failed = || format!("could not back up {}", data.display());
    let end = Store::of(data)?.end().with_context(failed)?;
    // On record before it is copied; what came in meanwhile is told afterwards.
    let told = |through| AccessDeed::BackedUp { through };
    let mut access = note(data, told(end.number))?;
    let done = store::backup(data, to).with_context(failed)?;
    if done.through.number > end.number {
        access.last = now();
        access.deed = told(done.through.number);
        notes::leave_again(data, &access).context(NO_NOTE)?;
    }
    say(&format!(
        "up to record {}: {} files written, {:.1} MB",
        done.through.number,
        done.files,
        done.bytes as f64 / 1e6
    ))
}

/// Makes a data folder from a backup.
pub(crate) fn restore(from: &Path, data: &Path, until: Option<Until>) -> anyhow::Result<()> {
    let mut before = |coming: &Restored| {
        let Restored { through, files } = *coming;
        leave(data, AccessDeed::Restored { through, files }).map(drop)
    };
    let end = store::restore(from, data, until.unwrap_or(Until::End), &mut before)
        .with_context(|| format!("could not restore {}", data.display()))?;
    say(&format!("restored up to record {}", end.number))
}

const NO_NOTE: &str = "could not leave a note for the journal";

fn note(data: &Path, deed: AccessDeed) -> anyhow::Result<Access> {
    leave(data, deed).context(NO_NOTE)
}

fn leave(data: &Path, deed: AccessDeed) -> std::io::Result<Access> {
    let now = now();
    let access = Access {
        id: notes::new_id()?,
        by: Accessor::Console(rustix::process::getuid().as_raw()),
        first: now,
        last: now,
        deed,
    };
    notes::leave(data, &access)?;
    Ok(access)
}

fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::retention::tests::enter_by;
    use model::action::Action;
    use model::task::Means;
    use model::{PageId, RunId, TaskId};

    fn seal(digit: char) -> Seal {
        Seal(digit.to_string().repeat(64))
    }

    #[test]
    fn a_persons_files_are_those_that_officers_recorded_for_them_too() {
        let data = tempfile::tempdir().unwrap();
        let answer = |page: &str, digit| Action::AnswerPage {
            page: PageId(page.to_owned()),
            ack: false,
            means: Means::Phone,
            reason: Some(seal(digit)),
        };
        let heard = |person: &str, digit| Action::AnswerCall {
            run: RunId("r".to_owned()),
            person: PersonId::from(person),
            ack: true,
            means: Means::Phone,
            reason: Some(seal(digit)),
        };
        let place = |task: &str, digit| Action::ReportPlace {
            task: TaskId::from(task),
            position: seal(digit),
        };
        let acts = vec![
            (now(), "li", place("c1.li", 'a')),
            (now(), "wang", answer("r.1.0.li.sms", 'b')),
            (now(), "wang", heard("li", 'c')),
            (now(), "wang", answer("r.1.0.chen.sms", 'd')),
            (now(), "chen", place("c1.chen", 'e')),
        ];
        enter_by(data.path(), acts);
        let found = files_of_person(data.path(), &PersonId::from("li")).unwrap();
        assert_eq!(found, BTreeSet::from([seal('a'), seal('b'), seal('c')]));
    }
}
