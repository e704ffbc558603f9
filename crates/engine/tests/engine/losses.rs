//! The laws of loss reports, held against random presses: versions are only ever added, in their legal
//! order; every sum is what its versions say; nobody verifies figures of their own; a kill and a replay
//! lead to the same state. `WATCHFIRE_SEEDS` says how many histories.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::support::{self, Dice, hash, losses::report};
use engine::Engine;
use model::action::{Act, Action, Answer, Why};
use model::config::Role;
use model::loss::{JudgeDouble, LossItem, LossStage, LossTable, LossVersion, PossibleDouble};
use model::{Effect, Effects, Input, OpId, Time};

const SITE: &str = "
event_class loss first_loss 30m
area township T1
area township T2
person wang officer
person li officer
";

struct County {
    engine: Engine,
    journal: Vec<(Time, Input)>,
    at: Time,
    op: u32,
}

impl County {
    fn new() -> County {
        County {
            engine: Engine::new(Arc::new(support::script::read(SITE).config)),
            journal: Vec::new(),
            at: "2026-07-20T10:00:00Z".parse().unwrap(),
            op: 0,
        }
    }

    fn press(&mut self, by: &str, action: Action) -> Answer {
        self.op += 1;
        self.at = self.at.plus_ms(60_000);
        let act = Act {
            op: OpId(format!("o{}", self.op)),
            by: by.into(),
            role: Role::DutyOfficer,
            device_at: None,
            action,
        };
        let input = Input::Acted(Box::new(act));
        let mut out = Effects::default();
        self.engine.apply(self.at, &input, &mut out);
        self.journal.push((self.at, input));
        let answer = out.drain().find_map(|effect| match effect {
            Effect::Answer(answer) => Some(answer),
            _ => None,
        });
        answer.unwrap()
    }

    fn open(&mut self) -> OpId {
        let open = Action::OpenIncident {
            title: support::presses::seal("title"),
            class: "loss".to_owned(),
            situations: Vec::new(),
            commands: Vec::new(),
        };
        assert_eq!(self.press("wang", open), Answer::Done);
        OpId(format!("o{}", self.op))
    }

    fn table(&self, id: &OpId) -> LossTable {
        self.engine.incident_view(id).unwrap().losses
    }

    fn chains(&self, ids: &[OpId]) -> BTreeMap<(OpId, String), Vec<LossVersion>> {
        let rows = ids.iter().flat_map(|id| {
            let townships = self.table(id).townships.into_iter();
            townships.map(|row| ((id.clone(), row.township), row.versions))
        });
        rows.collect()
    }

    fn kill(&mut self) {
        let before = hash(&self.engine);
        let bytes = rmp_serde::to_vec(&self.engine).unwrap();
        self.engine = rmp_serde::from_slice(&bytes).unwrap();
        assert_eq!(before, hash(&self.engine));
    }
}

/// A version as somebody might send it, right or wrong.
fn random(dice: &mut Dice, ids: &[OpId], known: usize) -> (&'static str, Action) {
    let by = ["wang", "li"][dice.below(2) as usize];
    let incident = ids[dice.below(ids.len() as u64) as usize].as_str();
    let township = ["T1", "T2"][dice.below(2) as usize];
    let stage = ["first", "follow-up", "follow-up", "verified", "correction"];
    let stage = stage[dice.below(5) as usize];
    let after = match dice.below(8) {
        0 => known + 1,
        _ => known,
    };
    let mut words = vec!["after".to_owned(), after.to_string()];
    for item in ["affected", "dead", "missing", "homes_collapsed"] {
        if dice.below(3) > 0 {
            words.push(format!("{item}={}", dice.below(5)));
        }
    }
    for n in 0..dice.below(3) {
        let case = dice.below(4);
        let kind = ["dead", "missing", "home"][dice.below(3) as usize];
        let alike = ids[0].as_str();
        words.push(match dice.below(4) {
            0 => format!("-k{case}"),
            1 => format!("+k{case}:{kind}:v{n}:name~{alike}/T1/k{}", dice.below(4)),
            _ => format!("+k{case}:{kind}:v{n}"),
        });
    }
    if dice.below(2) > 0 {
        words.push("because".to_owned());
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    (by, report(incident, township, stage, &words))
}

/// Somebody looks at a possible double count and says what they find; both sides show it.
fn look_at_a_double(dice: &mut Dice, county: &mut County, ids: &[OpId]) {
    let id = &ids[dice.below(ids.len() as u64) as usize];
    let doubles = county.table(id).doubles;
    if doubles.is_empty() {
        return;
    }
    let double = doubles[dice.below(doubles.len() as u64) as usize].named();
    let apart = dice.below(4) > 0;
    let judge = JudgeDouble {
        incident: id.clone(),
        double: double.clone(),
        apart,
        reason: support::presses::seal("reason"),
    };
    assert_eq!(county.press("li", Action::JudgeDouble(judge)), Answer::Done);
    let pressed = OpId(format!("o{}", county.op));
    let found = |id: &OpId, names: &dyn Fn(&PossibleDouble) -> bool| {
        let rows = county.table(id).doubles;
        let row = rows
            .into_iter()
            .find(|row| names(row))
            .expect("it is still shown");
        assert_eq!(
            row.settled.map(|settled| settled.id),
            apart.then(|| pressed.clone())
        );
    };
    found(id, &|row| row.names(&double));
    if double.other_incident != *id {
        found(&double.other_incident, &|row| {
            row.kind == double.kind
                && (&row.township, &row.case) == (&double.other_township, &double.other_case)
                && (&row.other_township, &row.other_case) == (&double.township, &double.case)
                && row.other_incident == *id
        });
    }
}

/// What every table must be, whatever was pressed.
fn check(table: &LossTable) {
    for item in LossItem::ALL {
        let cells = table.townships.iter().flat_map(|row| &row.cells);
        let cells: Vec<_> = cells.filter(|cell| cell.item == item).collect();
        let sum: u64 = cells.iter().map(|cell| cell.value).sum();
        let total = table.totals.iter().find(|total| total.item == item);
        assert_eq!(total.map(|t| t.value), (!cells.is_empty()).then_some(sum));
        let named = total.map_or(0, |total| total.versions.len());
        assert_eq!(named, cells.len(), "a sum names what it is made of");
    }
    for row in &table.townships {
        for (n, version) in row.versions.iter().enumerate() {
            assert_eq!(version.number as usize, n + 1);
            let before = &row.versions[..n];
            let verified = before.iter().any(|v| v.stage == LossStage::Verified);
            let own = before.iter().filter(|v| v.stage != LossStage::Verified);
            match version.stage {
                LossStage::First => assert_eq!(n, 0),
                LossStage::FollowUp => assert!(n > 0 && !verified),
                LossStage::Verified => {
                    assert!(n > 0 && own.into_iter().all(|v| v.by != version.by));
                }
                LossStage::Correction => assert!(verified && version.note.is_some()),
            }
        }
        for cell in &row.cells {
            let said = row.versions.iter().rev().find_map(|v| v.value(cell.item));
            assert_eq!(Some(cell.value), said, "the last word stands");
            let pairs = cell.steps.windows(2);
            for pair in pairs {
                assert_eq!(pair[1].down, pair[1].value < pair[0].value);
            }
            assert!(u64::from(cell.listed.unwrap_or(0)) <= cell.value);
        }
    }
}

fn live(seed: u64) -> usize {
    let mut dice = Dice(seed);
    let mut county = County::new();
    let ids = [county.open(), county.open()];
    let mut taken = 0;
    for _ in 0..80 {
        if dice.below(6) == 0 {
            look_at_a_double(&mut dice, &mut county, &ids);
        }
        let before = county.chains(&ids);
        let place = dice.below(3) as usize;
        let known = before.values().map(Vec::len).nth(place).unwrap_or(0);
        let (by, action) = random(&mut dice, &ids, known);
        let answer = county.press(by, action);
        let after = county.chains(&ids);
        for (key, chain) in &before {
            assert!(after[key].starts_with(chain), "a version was changed");
        }
        let grown = |chains: &BTreeMap<_, Vec<LossVersion>>| -> usize {
            chains.values().map(Vec::len).sum()
        };
        let added = usize::from(answer == Answer::Done);
        assert_eq!(grown(&after), grown(&before) + added, "{answer:?}");
        taken += added;
        ids.iter().for_each(|id| check(&county.table(id)));
        if dice.below(10) == 0 {
            county.kill();
        }
    }
    let merge = Action::MergeIncident {
        incident: ids[1].clone(),
        into: ids[0].clone(),
    };
    let before = county.chains(&ids);
    assert_eq!(county.press("wang", merge), Answer::Done);
    let after = county.chains(&ids);
    for (key, chain) in &before {
        assert!(after[key].starts_with(chain), "a merge changed a version");
    }
    check(&county.table(&ids[0]));
    let late = report(ids[1].as_str(), "T1", "first", &["after", "0", "dead=0"]);
    let refused = Answer::Refused {
        why: Why::NoSuchIncident,
    };
    assert_eq!(county.press("wang", late), refused);
    let mut again = Engine::new(Arc::clone(county.engine.config()));
    for (at, input) in &county.journal {
        again.apply(*at, input, &mut Effects::default());
    }
    assert_eq!(
        hash(&county.engine),
        hash(&again),
        "a replay ends elsewhere"
    );
    taken
}

#[test]
fn versions_are_added_in_order_and_sums_are_what_they_say() {
    let seeds = std::env::var("WATCHFIRE_SEEDS").ok();
    let seeds = seeds.and_then(|n| n.parse().ok()).unwrap_or(60u64);
    let taken: usize = (0..seeds).map(live).sum();
    assert!(
        taken as u64 > seeds * 3,
        "hardly anything was taken: {taken}"
    );
}

#[test]
fn a_version_changes_the_state_that_two_runs_must_agree_on() {
    let mut county = County::new();
    let id = county.open();
    let mut seen = vec![hash(&county.engine)];
    for words in [
        &["after", "0", "dead=1"][..],
        &["after", "1", "dead=1", "+k1:dead:v1"],
        &["after", "2", "dead=1", "because"],
    ] {
        let stage = if seen.len() == 1 {
            "first"
        } else {
            "follow-up"
        };
        let answer = county.press("wang", report(id.as_str(), "T1", stage, words));
        assert_eq!(answer, Answer::Done);
        let now = hash(&county.engine);
        assert!(!seen.contains(&now), "{words:?} left no trace");
        seen.push(now);
    }
}
