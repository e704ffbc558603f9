//! Journals recorded once, in `tests/journals/`: each still verifies, still replays, and still leads
//! to the state that its `expected.json` names. The journals themselves are never written again.
//!
//! `WATCHFIRE_RECORD=<month>-spine` or `<month>-desk` records another one with this program;
//! `WATCHFIRE_BLESS=1` rewrites what is expected, for a change that is meant to decide otherwise or to
//! hash more.

mod desk;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::support::*;
use engine::Engine;
use model::action::{Act, Action, ReportTask};
use model::codec::{self, Record};
use model::config::{Clock, Config, Role};
use model::custody::{Access, AccessDeed, Accessor, Timekeeping};
use model::task::{FactKind, Means};
use model::{Input, JurisdictionSlot, OpId, PersonId};
use runtime::{Options, Runtime, replay, start};
use serde::{Deserialize, Serialize};
use store::JournalOptions;
use store::evidence::examine;

/// What a recorded journal leads to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Expected {
    records: u64,
    checkpoints: usize,
    inputs: u64,
    hash: String,
    /// Version of the engine that said so, and how many recorded outcomes it decides otherwise.
    engine: u16,
    mismatches: u64,
    /// How many recorded outcomes of another version it decides otherwise.
    #[serde(default)]
    changed: u64,
}

fn journals() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/journals")
}

fn look_at(folder: &Path) -> Expected {
    let found = examine(folder, &[], None).unwrap();
    assert_eq!(found.findings, vec![], "{}", folder.display());
    let again = replay(folder, |_| {}).unwrap();
    // Each is told with its entry, and says what it is about.
    let all = again.mismatches + again.changed;
    assert_eq!(again.differences.len() as u64, all.min(1_000));
    for pair in again.differences.windows(2) {
        assert!(pair[0].seq < pair[1].seq);
    }
    for one in &again.differences {
        assert!((1..=found.chain.records).contains(&one.seq));
        let same = one.engine == Engine::VERSION;
        assert!(again.changed > 0 || same, "{one:?}");
    }
    Expected {
        records: found.chain.records,
        checkpoints: found.good.len(),
        inputs: again.inputs,
        hash: again.fleet.hash().hash,
        engine: Engine::VERSION,
        mismatches: again.mismatches,
        changed: again.changed,
    }
}

#[tokio::test]
async fn recorded_journals_still_verify_and_replay() {
    if let Ok(name) = std::env::var("WATCHFIRE_RECORD") {
        record(&journals().join(name)).await;
    }
    let folders = std::fs::read_dir(journals()).unwrap();
    let mut folders: Vec<PathBuf> = folders
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(!folders.is_empty());
    for folder in folders {
        let file = folder.join("expected.json");
        let found = look_at(&folder);
        if std::env::var_os("WATCHFIRE_BLESS").is_some() || !file.exists() {
            let text = serde_json::to_string_pretty(&found).unwrap() + "\n";
            std::fs::write(&file, text).unwrap();
        }
        let expected: Expected = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(
            found,
            expected,
            "{} leads elsewhere now; if that is meant, WATCHFIRE_BLESS=1 says so",
            folder.display()
        );
    }
}

/// What is in a journal, each kind once: inputs, presses and decisions by their names.
fn kinds(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let end = examine(folder, &[], None).unwrap().chain.end.number;
    let name = |value: serde_json::Value, tag: &str| value[tag].as_str().unwrap().to_owned();
    store::read(&folder.join("journal"), 1, end, &mut |_, tag, payload| {
        found.insert(match codec::decode(tag, payload).unwrap() {
            Record::Input {
                input: Input::Acted(act),
                ..
            } => name(serde_json::to_value(&act.action).unwrap(), "action"),
            Record::Input { input, .. } => {
                let text = format!("{input:?}");
                let word = text.split(|c: char| !c.is_alphanumeric()).next();
                word.unwrap_or_default().to_owned()
            }
            Record::Outcome { effect, .. } => {
                let text = format!("{effect:?}");
                let word = text.split(|c: char| !c.is_alphanumeric()).next();
                format!("→ {}", word.unwrap_or_default())
            }
        });
        ControlFlow::Continue(())
    })
    .unwrap();
    found
}

#[test]
fn a_night_at_the_desk_holds_what_people_bring_into_a_journal() {
    let kinds = kinds(&journals().join("2026-12-desk"));
    for kind in desk::HOLDS {
        assert!(kinds.contains(kind), "no {kind} is in it");
    }
}

/// A night by its name: `…-spine` of the gauges, `…-desk` of the people; a restart in each.
async fn record(folder: &Path) {
    assert!(
        !folder.exists(),
        "a recorded journal is never written again"
    );
    let data = tempfile::TempDir::new().unwrap();
    let name = folder.file_name().and_then(|name| name.to_str());
    if name.is_some_and(|name| name.ends_with("-desk")) {
        let site = start(desk::options(data.path())).await.unwrap();
        desk::first_hour(&site).await;
        site.stop().await;
        let site = start(desk::options(data.path())).await.unwrap();
        desk::second_hour(&site).await;
        site.stop().await;
    } else {
        let site = start(small(data.path())).await.unwrap();
        hour(&site, 0).await;
        site.stop().await;
        let site = start(small(data.path())).await.unwrap();
        hour(&site, 1).await;
        hour(&site, 2).await;
        site.stop().await;
    }
    let later = SystemTime::now() + Duration::from_secs(10);
    store::journal::archive(&data.path().join("journal"), later).unwrap();
    store::backup(data.path(), folder).unwrap();
    for rebuilt in ["snapshots", "blobs", "quarantine"] {
        let rebuilt = folder.join(rebuilt);
        if rebuilt.exists() {
            std::fs::remove_dir_all(rebuilt).unwrap();
        }
    }
}

fn small(data: &Path) -> Options {
    let configs: Vec<Config> = vec![county("A", 3, 4 * MINUTE), county("B", 2, 0)];
    Options {
        journal: JournalOptions {
            segment_bytes: 24 << 10,
            reserve_bytes: 0,
        },
        ..options_on_files(data, Clock::Feed, configs)
    }
}

fn by(person: &str, role: Role, op: String, action: Action) -> Act {
    Act {
        op: OpId(op),
        by: PersonId::from(person),
        role,
        device_at: None,
        action,
    }
}

/// An hour of three gauges in two jurisdictions: alarms up to red, acknowledged and not, commands with facts
/// up to a verified end and with silence, a link that drops.
async fn hour(site: &Runtime, hour: i64) {
    for minute in hour * 60..(hour + 1) * 60 {
        for gauge in 0..5u32 {
            let (slot, series) = if gauge < 3 {
                (0, gauge)
            } else {
                (1, gauge - 3)
            };
            let crest = 90 - (minute - 95).abs();
            let value = 900 + crest * 5 + i64::from(gauge) * 17 + minute * 7 % 23;
            let draft = runtime::Draft {
                jurisdiction: JurisdictionSlot(slot),
                ..reading(series, minute, value)
            };
            send(site, &[draft]).await;
        }
        if minute % 25 == 20 {
            let order = issue(&format!("c{minute}"));
            press(site, order).await;
        }
        if minute % 25 == 23 && minute % 50 != 23 {
            report(site, minute - 3).await;
        }
        if minute % 30 == 10 {
            acknowledge(site, minute).await;
        }
    }
    site.inbox.link(0, false).await.unwrap();
    site.inbox.link(0, true).await.unwrap();
    let noted = at(hour * 60);
    let access = Access {
        id: format!("look-{hour}"),
        by: Accessor::Person("wang".into()),
        first: noted,
        last: noted,
        deed: AccessDeed::SawTelephones { people: 1 },
    };
    site.inbox
        .accessed(JurisdictionSlot(0), access)
        .await
        .unwrap();
    let clock = Timekeeping {
        clock: Clock::Feed,
        keeper: None,
        synchronized: None,
        offset_us: None,
        system: noted,
    };
    site.inbox.clock_read(clock).await.unwrap();
}

async fn acknowledge(site: &Runtime, minute: i64) {
    let slot = JurisdictionSlot(0);
    let alarms = site.inbox.ask(move |fleet| {
        let county = fleet.county(slot, fleet.now());
        county.map_or_else(Vec::new, |county| {
            county
                .alarms
                .into_iter()
                .map(|alarm| alarm.key)
                .take(2)
                .collect()
        })
    });
    let alarms = alarms.await.unwrap();
    if !alarms.is_empty() {
        let action = Action::Acknowledge {
            alarms,
            shown: Vec::new(),
        };
        press(
            site,
            by("wang", Role::DutyOfficer, format!("ack{minute}"), action),
        )
        .await;
    }
}

async fn report(site: &Runtime, issued: i64) {
    let facts = [
        FactKind::Delivered,
        FactKind::Seen,
        FactKind::Accepted,
        FactKind::EnRoute,
        FactKind::OnScene,
        FactKind::Working { percent: 60 },
        FactKind::Done,
    ];
    let told = |kind| {
        Action::ReportTask(ReportTask {
            task: format!("c{issued}.zhang").as_str().into(),
            kind,
            means: Means::App,
            note: None,
            position: None,
            photos: Vec::new(),
            version: None,
            count: Vec::new(),
            form: Vec::new(),
            coming: 0,
            shot: None,
        })
    };
    for (n, kind) in facts.into_iter().enumerate() {
        let op = format!("f{issued}.{n}");
        press(site, by("zhang", Role::Responder, op, told(kind))).await;
    }
    let op = format!("v{issued}");
    press(
        site,
        by("wang", Role::DutyOfficer, op, told(FactKind::Verified)),
    )
    .await;
}
