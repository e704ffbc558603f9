//! Parts of a journal: its records of some kinds, where it ends, and what was entered in an interval.

use std::ops::ControlFlow;

use crate::support::*;
use model::codec::{self, Record, Tag};
use model::effect::Transition;
use model::{Effect, Input, JurisdictionSlot, RuleSlot, StationSlot, Time};
use store::evidence::FOLDER;
use store::{Exported, Notary, export};

fn second(n: i64) -> Time {
    Time::from_ms(1_784_000_000_000 + n * 1_000)
}

/// Three inputs a second, each with an outcome behind it.
fn entered(seconds: i64) -> Rows {
    let mut rows = Rows::new();
    let mut put = |record: &Record| {
        let mut payload = Vec::new();
        let tag = codec::encode(record, &mut payload);
        rows.push((tag, payload));
    };
    for n in 0..seconds * 3 {
        put(&Record::Input {
            at: second(n / 3),
            jurisdiction: JurisdictionSlot(0),
            input: Input::Ticked,
        });
        put(&Record::Outcome {
            jurisdiction: JurisdictionSlot(0),
            engine: 1,
            rules: 0,
            effect: Effect::Transition(Transition {
                rule: RuleSlot(0),
                subject: StationSlot(n as u32),
                prev: 0,
                level: 1,
                time: second(n / 3),
            }),
        });
    }
    rows
}

#[test]
fn an_interval_is_found_by_the_times_of_its_entries() {
    let (dir, store) = place();
    let (mut writer, _, _) = open(&store).unwrap();
    write(&mut writer, &entered(400), 7);
    assert_eq!(store.end().unwrap(), writer.position());
    Notary::open(&dir.path().join(FOLDER)).unwrap();
    for (from, to) in [(0, 0), (1, 1), (123, 124), (398, 399), (399, 900)] {
        let out = tempfile::tempdir().unwrap();
        let taken = export(
            dir.path(),
            second(from),
            second(to),
            out.path(),
            &mut |_| Ok(()),
        );
        let Exported { first, last, .. } = taken.unwrap();
        let seconds = to.min(399) - from + 1;
        assert_eq!(first, from as u64 * 6 + 1);
        assert_eq!(last, first + seconds as u64 * 6 - 1);
        let lines = std::fs::read_to_string(out.path().join("entries.jsonl")).unwrap();
        assert_eq!(lines.lines().count() as i64, seconds * 6);
    }
    let out = tempfile::tempdir().unwrap();
    for (from, to) in [(-9, -1), (400, 900)] {
        let (from, to) = (second(from), second(to));
        let none = export(dir.path(), from, to, out.path(), &mut |_| Ok(()));
        assert!(none.is_err(), "nothing was recorded then");
    }
}

#[test]
fn records_of_some_kinds_come_alone_and_in_order() {
    let (_dir, store) = place();
    let (mut writer, _, _) = open(&store).unwrap();
    assert_eq!(store.end().unwrap(), writer.position());
    write(&mut writer, &rows(900), 50);
    let take = |kinds: &[u8], most: usize| {
        let mut seen: Vec<(u64, Tag)> = Vec::new();
        let read = store.read_kinds(kinds, 5, 800, &mut |number, tag, payload| {
            assert_eq!((tag, payload.to_vec()), row(number));
            seen.push((number, tag));
            match seen.len() < most {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        read.unwrap();
        let numbers: Vec<u64> = seen.iter().map(|(number, _)| *number).collect();
        numbers
    };
    assert_eq!(take(&[7, 4], 99), [7, 204, 207, 404, 407, 604, 607]);
    assert_eq!(take(&[7, 4], 2), [7, 204]);
    assert_eq!(take(&[201], 99), [] as [u64; 0]);
}
