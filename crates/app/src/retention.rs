//! Which files of people are older than the site keeps them: each kind by its own age, counted from when
//! the entry that names it was made.
//!
//! Kinds and times are read out of the journal, once after a start and then as far as it has grown. A file
//! that no entry names is a picture whose report never came, or a text whose press never did: it goes by
//! what it looks like and the time of its file.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use anyhow::Context;
use model::personal::{self, FileKind};
use model::{Input, Seal, Time, codec};
use site::FileAges;
use store::{Blobs, JournalError, Store};

/// What is known of the files that are there.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// The last record that was read.
    read: u64,
    known: BTreeMap<Seal, Named>,
}

/// A file as entries name it: of several, what keeps it longest.
#[derive(Clone, Copy, Debug)]
struct Named {
    kind: FileKind,
    at: Time,
}

impl Ledger {
    /// The files that are older than `ages` at `now`, by seal. `by_entries`: the times of entries are the
    /// machine's; else the times of the files count.
    ///
    /// # Errors
    /// When journal or files cannot be read: what is not known for certain is not erased.
    pub(crate) fn due(
        &mut self,
        store: &Store,
        blobs: &Blobs,
        ages: &FileAges,
        now: Time,
        by_entries: bool,
    ) -> anyhow::Result<Vec<Seal>> {
        let Some(shortest) = ages.shortest() else {
            return Ok(Vec::new());
        };
        self.read_on(store, blobs, ages)
            .context("could not read the journal")?;
        let all = blobs.all().context("could not list the files")?;
        self.known
            .retain(|seal, _| all.binary_search_by(|(one, _)| one.cmp(seal)).is_ok());
        let over = |since: Time, age: Option<i64>| age.is_some_and(|age| since.plus_ms(age) <= now);
        let mut due = Vec::new();
        for (seal, put) in all {
            let put = time_of(put);
            let gone = match self.known.get(&seal) {
                Some(named) => {
                    let since = if by_entries { named.at } else { put };
                    over(since, ages.of(named.kind))
                }
                None => over(put, Some(shortest)) && over(put, ages.of(looks_like(blobs, &seal))),
            };
            if gone {
                due.push(seal);
            }
        }
        Ok(due)
    }

    /// Reads what entries have been made since.
    fn read_on(
        &mut self,
        store: &Store,
        blobs: &Blobs,
        ages: &FileAges,
    ) -> Result<(), JournalError> {
        let end = store.end()?.number;
        let known = &mut self.known;
        store.read_kinds(
            &[codec::ACTED],
            self.read + 1,
            end,
            &mut |_, tag, payload| {
                if let Ok(codec::Record::Input {
                    at,
                    input: Input::Acted(act),
                    ..
                }) = codec::decode(tag, payload)
                {
                    for (kind, seal) in personal::files(&act.action) {
                        if blobs.holds(seal) {
                            note(known, seal, Named { kind, at }, ages);
                        }
                    }
                }
                ControlFlow::Continue(())
            },
        )?;
        self.read = end.max(self.read);
        Ok(())
    }
}

fn note(known: &mut BTreeMap<Seal, Named>, seal: &Seal, named: Named, ages: &FileAges) {
    let long = |kind| ages.of(kind).unwrap_or(i64::MAX);
    let Some(before) = known.get_mut(seal) else {
        known.insert(seal.clone(), named);
        return;
    };
    before.at = before.at.max(named.at);
    if long(named.kind) > long(before.kind) {
        before.kind = named.kind;
    }
}

/// What a file is that no entry names: only texts are texts.
fn looks_like(blobs: &Blobs, seal: &Seal) -> FileKind {
    match blobs.get(seal) {
        Ok(Some(content)) if std::str::from_utf8(&content).is_ok() => FileKind::Text,
        Ok(_) | Err(_) => FileKind::Picture,
    }
}

fn time_of(file: std::time::SystemTime) -> Time {
    let since = file.duration_since(std::time::UNIX_EPOCH);
    let ms = since.map_or(0, |since| since.as_millis());
    Time::from_ms(i64::try_from(ms).unwrap_or(i64::MAX))
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::action::{Act, Action};
    use model::codec::Record;
    use model::config::Role;
    use model::{JurisdictionSlot, OpId, PersonId, SituationId, TaskId};
    use std::path::Path;
    use std::time::{Duration, UNIX_EPOCH};
    use store::{CommitBuffer, Journal, JournalOptions, Position};

    const DAY_MS: i64 = 86_400_000;

    fn day(n: i64) -> Time {
        Time::from_ms(1_790_000_000_000 + n * DAY_MS)
    }

    /// Enters presses of these times behind whatever is there.
    fn enter(data: &Path, acts: Vec<(Time, Action)>) {
        let acts = acts.into_iter();
        enter_by(
            data,
            acts.map(|(at, action)| (at, "wang", action)).collect(),
        );
    }

    /// The same by whoever is named.
    pub(crate) fn enter_by(data: &Path, acts: Vec<(Time, &str, Action)>) {
        let mut place = Position::START;
        let options = JournalOptions {
            segment_bytes: 1 << 16,
            reserve_bytes: 0,
        };
        let folder = data.join("journal");
        let (mut journal, _) =
            Journal::open(&folder, options, place, &mut |_, _, _| Ok(())).unwrap();
        place = journal.position();
        let mut buffer = CommitBuffer::new(place);
        for (at, by, action) in acts {
            let act = Act {
                op: OpId(format!("op{}", at.ms())),
                by: PersonId::from(by),
                role: Role::DutyOfficer,
                device_at: None,
                action,
            };
            let record = Record::Input {
                at,
                jurisdiction: JurisdictionSlot(0),
                input: Input::Acted(Box::new(act)),
            };
            buffer.push_record(&record).unwrap();
        }
        journal.append(&buffer.seal()).unwrap();
    }

    fn place(seal: &Seal) -> Action {
        Action::ReportPlace {
            task: TaskId::from("c1.li"),
            position: seal.clone(),
        }
    }

    fn decided(seal: &Seal) -> Action {
        Action::Decide {
            situation: SituationId::of("330624", "flood", "a", 0),
            response: None,
            reason: Some(seal.clone()),
        }
    }

    #[test]
    fn each_file_goes_by_its_kind_and_the_time_of_its_entry() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::embedded(data.path());
        let blobs = Blobs::open(&data.path().join("blobs")).unwrap();
        let put = |content: &[u8]| blobs.put(content).unwrap();
        let (there, then) = (put(b"[120.9,29.5]"), put(b"[120.8,29.4]"));
        let (reason, picture, words) = (put(b"no need"), put(b"\xff\xd8\xff\xe0"), put(b"noise"));
        // Copied by hand: all files are as young as the copy, and the two that nobody names are old.
        for (seal, age) in [
            (&there, 0),
            (&then, 0),
            (&reason, 0),
            (&picture, 50),
            (&words, 50),
        ] {
            let (shelf, name) = seal.0.split_at(2);
            let path = data.path().join("blobs").join(shelf).join(name);
            let file = std::fs::File::options().write(true).open(path).unwrap();
            let ms = day(100 - age).ms().unsigned_abs();
            file.set_modified(UNIX_EPOCH + Duration::from_millis(ms))
                .unwrap();
        }
        enter(
            data.path(),
            vec![
                (day(10), place(&there)),
                (day(10), decided(&reason)),
                (day(90), place(&then)),
            ],
        );
        let ages = FileAges {
            positions_ms: Some(30 * DAY_MS),
            pictures_ms: Some(40 * DAY_MS),
            texts_ms: Some(60 * DAY_MS),
            decisions_ms: None,
        };
        let mut ledger = Ledger::default();
        let mut due = |now: i64, by_entries: bool| {
            let mut due = ledger
                .due(&store, &blobs, &ages, day(now), by_entries)
                .unwrap();
            due.sort();
            due
        };
        let sorted = |seals: &[&Seal]| {
            let mut seals: Vec<Seal> = seals.iter().map(|seal| (*seal).clone()).collect();
            seals.sort();
            seals
        };
        assert_eq!(due(100, true), sorted(&[&there, &picture]));
        assert_eq!(due(100, false), sorted(&[&picture]), "on a feed's clock");
        assert_eq!(due(120, true), sorted(&[&there, &then, &picture, &words]));
        // An entry made since names it again: it is kept from then on, and by the longer of its kinds.
        enter(
            data.path(),
            vec![(day(119), place(&then)), (day(120), decided(&there))],
        );
        assert_eq!(due(121, true), sorted(&[&picture, &words]));
        assert_eq!(due(9_000, true), sorted(&[&then, &picture, &words]));
    }

    #[test]
    fn nothing_is_looked_at_where_all_is_kept() {
        let data = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(&data.path().join("blobs")).unwrap();
        blobs.put(b"words").unwrap();
        let nowhere = Store::embedded(&data.path().join("nowhere"));
        let due = Ledger::default().due(&nowhere, &blobs, &FileAges::default(), day(9), true);
        assert_eq!(due.unwrap(), []);
    }
}
