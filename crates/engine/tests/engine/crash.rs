//! Crash rules (b), (c), (e) and (f) of the engine: random histories with alarms, suppressions,
//! situations and tasks, killed and started again anywhere. `WATCHFIRE_SEEDS` says how many.
//! A failing seed is printed; turn it into a story.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::support::{self, Dice, hash};
use engine::{Admission, Candidate, Engine};
use model::effect::NoticeReason;
use model::intake::Quality;
use model::view::QuietKind;
use model::*;

const SITE: &str = "
area township T1 people 900
area township T2 people 800
area township T3 people 100
series DAM dam 2 in T1
series ST01 stage 2 every 5m in T1
series ST02 stage 2 every 5m in T1
series ST03 stage 2 every 5m in T2
series ST04 stage 2 every 5m in T3
rule dam dam orange 1.0
rule warn stage blue 11.0 yellow 12.0 orange 12.5 red 13.0 deadband 0.2 on 4m off 9m unknown latch
rule fast stage red 13.5 hazard surge
inhibit dam warn same township
lease red 15m
lease orange 60m
person wang officer
person li officer
person zhang responder substitute chen
person chen responder
group village zhang
event_class loss written 20m first_loss 40m
template evacuate ack_by 5m update_every 10m arrive_by 30m done_by 1h verify_by 20m proof corrected_by disregard crew personnel 6m
template disregard ack_by 5m correction
template blast ack_by 5m corrected_by disregard approve_from red
mass 1
group all zhang chen
";

const PRESSES: [&str; 29] = [
    "wang acknowledge warn@ST01 warn@ST02 warn@ST03",
    "li acknowledge fast@ST01 fast@ST03 dam@DAM warn@ST04",
    "wang acknowledge-situation flood/township:T1 warn@ST01 warn@ST02 dam@DAM",
    "wang reset warn@ST01",
    "wang issue evacuate red to village for warn@ST01",
    "zhang report OP.zhang accepted",
    "zhang report OP.zhang done photo",
    "li report OP.zhang verified",
    "wang mark warn@ST02 true",
    "wang shelve warn@ST01 until 14:00",
    "wang unshelve warn@ST01",
    "wang silence until 13:00 township T1",
    "li silence until 11:50 station ST03 up-to red",
    "wang approve SUP",
    "li end SUP",
    "wang maintain ST02 from 10:30 until 12:00",
    "wang issue blast orange to all count 2 for warn@ST02",
    "wang issue blast red to all",
    "wang confirm OP 2",
    "li approve-command OP",
    "wang stop OP",
    "wang issue disregard red to all supersedes OP",
    "wang reassign OP.zhang to chen",
    "zhang report OP.zhang on-scene",
    "wang open-incident loss flood/township:T1",
    "wang loss INC T1 first after 0 affected=40 dead=1 +k1:dead:v1:chen photos=3",
    "wang loss INC T1 follow-up after 1 dead=0 -k1 because photos=3",
    "li loss INC T1 verified after 2 dead=0 because photos=3",
    "wang close-incident INC",
];

/// A process that may be killed, and what is known of it from outside.
struct Process {
    engine: Engine,
    journal: Vec<(Time, Input)>,
    effects: Vec<Effect>,
    at: Time,
    /// Level each situation was last told at, as far as it still stands so high.
    told: BTreeMap<SituationId, u8>,
    op: u32,
    issued: String,
    quieted: String,
    incident: String,
}

impl Process {
    fn new() -> Process {
        Process {
            engine: Engine::new(Arc::new(support::script::read(SITE).config)),
            journal: Vec::new(),
            effects: Vec::new(),
            at: "2026-07-20T10:00:00Z".parse().unwrap(),
            told: BTreeMap::new(),
            op: 0,
            issued: "o0".into(),
            quieted: "o0".into(),
            incident: "o0".into(),
        }
    }

    fn enter(&mut self, input: Input) -> Vec<Effect> {
        let mut out = Effects::default();
        self.engine.apply(self.at, &input, &mut out);
        self.journal.push((self.at, input));
        let effects: Vec<Effect> = out.drain().collect();
        self.check_told(&effects);
        self.effects.extend(effects.iter().cloned());
        effects
    }

    /// (c), and nothing twice: whatever is told stands, makes noise, and is news or a repeat.
    fn check_told(&mut self, effects: &[Effect]) {
        for effect in effects {
            let Effect::Annunciate {
                situation,
                level,
                reason,
                ..
            } = effect
            else {
                continue;
            };
            let view = self.engine.situation_view(*situation).unwrap();
            let level = level.digit();
            let loud = view.members.iter().any(|key| {
                let alarm = self.engine.alarm_view(*key).unwrap();
                let acked = alarm.ack.is_some() && *reason != NoticeReason::SuppressionEnded;
                let noisy = alarm.quiet.iter().all(|q| q.kind == QuietKind::Flapping);
                let stands = alarm.level > 0 || alarm.swings.is_some();
                stands && noisy && !acked
            });
            assert!(
                loud,
                "(c) told of {view:?} though nothing in it makes noise"
            );
            let before = self.told.get(situation).copied().unwrap_or(0);
            if matches!(
                reason,
                NoticeReason::New | NoticeReason::Rise | NoticeReason::AfterRestart
            ) {
                assert!(level > before, "told twice at {level}: {view:?}");
            }
            self.told.insert(*situation, before.max(level));
        }
        // What fell may be told again when it rises.
        let mut told = std::mem::take(&mut self.told);
        for (id, level) in &mut told {
            let view = self.engine.situation_view(*id);
            let loud = view.map_or(0, |v| self.loud(&v.members));
            *level = (*level).min(loud);
        }
        self.told = told;
    }

    fn loud(&self, members: &[AlarmKey]) -> u8 {
        let levels = members.iter().filter_map(|key| {
            let alarm = self.engine.alarm_view(*key).unwrap();
            let noisy = alarm.quiet.iter().all(|q| q.kind == QuietKind::Flapping);
            noisy.then_some(alarm.level)
        });
        levels.max().unwrap_or(0)
    }

    fn pass(&mut self, until: Time) {
        while let Some(due) = self.engine.next_deadline().filter(|due| *due <= until) {
            self.at = self.at.max(due);
            self.enter(Input::Ticked);
        }
        self.at = until;
    }

    fn read(&mut self, series: u32, value: i64) {
        let candidate = Candidate {
            interface: 0,
            series: SeriesSlot(series),
            observed: self.at,
            received: None,
            value,
            revision: 0,
            quality: Quality::Good,
        };
        if let Admission::Accept(observed) = self.engine.admit(&candidate, self.at) {
            self.enter(Input::Observed(observed));
        }
    }

    fn press(&mut self, what: usize) {
        self.op += 1;
        let words = PRESSES[what].replace("OP", &self.issued);
        let words = words.replace("SUP", &self.quieted);
        let words = words.replace("INC", &self.incident);
        let op = format!("o{}", self.op);
        if words.contains("issue") {
            self.issued = op.clone();
        }
        if words.contains("open-incident") {
            self.incident = op.clone();
        }
        if words.contains("silence") || words.contains("maintain") {
            self.quieted = op.clone();
        }
        let story = support::script::read(&format!("{SITE}10:00 act {op} {words}"));
        match story.steps.into_iter().next().unwrap().step {
            support::script::Step::Act(act) => self.enter(Input::Acted(act)),
            _ => unreachable!("the line is a press"),
        };
    }

    /// Kills the process and starts it again after `down_ms`.
    fn crash(&mut self, down_ms: i64) {
        let before = hash(&self.engine);
        let bytes = rmp_serde::to_vec(&self.engine).unwrap();
        self.engine = rmp_serde::from_slice(&bytes).unwrap();
        assert_eq!(
            before,
            hash(&self.engine),
            "(f) the state is not what it was"
        );
        self.at = self.at.plus_ms(down_ms);
        let effects = self.enter(Input::Resumed);
        let risen = effects.iter().find(|e| matches!(e, Effect::Transition(_)));
        assert!(risen.is_none(), "(e) down time counted: {risen:?}");
        let overdue = self.engine.next_deadline().filter(|due| *due < self.at);
        assert!(overdue.is_none(), "(b) something is still overdue");
        let county = self.engine.county_view(self.at);
        for situation in &county.situations {
            let red = situation.members.iter().any(|key| {
                let alarm = self.engine.alarm_view(*key).unwrap();
                alarm.level == 4 && alarm.ack.is_none() && alarm.quiet.is_empty()
            });
            let told = situation.told > 0;
            assert!(!red || told, "(b) red is not told: {situation:?}");
            let waits = situation.next_notice.map(|due| due.since_ms(self.at));
            let patient = waits.is_none_or(|ms| ms >= 0);
            assert!(patient, "(b) a notice is overdue: {situation:?}");
        }
    }

    /// Whatever stands, makes noise and was not acknowledged has been told, and lately.
    fn check_never(&mut self) {
        self.pass(self.at.plus_ms(30 * 60_000));
        let county = self.engine.county_view(self.at);
        for alarm in &county.alarms {
            let noisy = alarm.quiet.is_empty() && alarm.ack.is_none();
            if alarm.level == 0 || !noisy {
                continue;
            }
            let id = alarm.situation.unwrap();
            let situation = self.engine.situation_view(id).unwrap();
            let told_at = situation.told_at.unwrap_or(Time::MIN);
            let long_ms = self.at.since_ms(told_at.max(alarm.changed));
            assert!(
                situation.told > 0 || long_ms < 120_000,
                "never told: {alarm:?}"
            );
            assert!(
                alarm.level < 3 || long_ms < 21 * 60_000,
                "forgotten: {situation:?}"
            );
        }
    }

    /// (f): the whole journal applied again decides the same.
    fn check_replay(&self) {
        let config = Arc::clone(self.engine.config());
        let mut again = Engine::new(config);
        let mut out = Effects::default();
        for (at, input) in &self.journal {
            again.apply(*at, input, &mut out);
        }
        assert_eq!(self.effects, out.drain().collect::<Vec<_>>(), "(f) effects");
        assert_eq!(hash(&self.engine), hash(&again), "(f) state");
    }
}

fn live(seed: u64) {
    let mut dice = Dice(seed);
    let mut process = Process::new();
    for _ in 0..60 + dice.below(60) {
        let gap_ms = dice.below(240) as i64 * 1000;
        process.pass(process.at.plus_ms(gap_ms));
        match dice.below(16) {
            0..=9 => {
                let series = 1 + dice.below(4) as u32;
                let value = 1000 + dice.below(400) as i64;
                process.read(series, value);
            }
            10 => process.read(0, [0, 100][dice.below(2) as usize]),
            11..=13 => process.press(dice.below(PRESSES.len() as u64) as usize),
            _ => process.crash(dice.below(1800) as i64 * 1000),
        }
    }
    process.check_never();
    process.check_replay();
}

#[test]
fn a_kill_anywhere_loses_and_doubles_nothing() {
    let seeds = std::env::var("WATCHFIRE_SEEDS").ok();
    let seeds = seeds.and_then(|n| n.parse().ok()).unwrap_or(200u64);
    let first = std::env::var("WATCHFIRE_SEED").ok();
    let first = first.and_then(|n| n.parse().ok()).unwrap_or(0u64);
    for seed in first..first + seeds {
        let run = std::panic::catch_unwind(|| live(seed));
        if let Err(why) = run {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(why);
        }
    }
}
