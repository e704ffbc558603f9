//! Crash rules for pages: random nights in which gateways lose, double, delay and reorder what they
//! say, and the process is killed before or after its pages left. `WATCHFIRE_SEEDS` says how many.
//! A failing seed is printed; turn it into a story.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::support::{self, Dice, hash};
use engine::{Admission, Candidate, Engine};
use model::config::{Occasion, Target};
use model::effect::NoticeReason;
use model::intake::Quality;
use model::page::PageFact;
use model::view::{PageStage, PageView, RunLine, RunState, RunView};
use model::*;

const SITE: &str = "
area township T1 people 900
area township T2 people 800
series ST01 stage 2 every 5m in T1
series ST02 stage 2 every 5m in T1
series ST03 stage 2 every 5m in T2
rule warn stage orange 12.5 red 13.0 deadband 0.2 off 5m
lease red 15m
lease orange 60m
person wang officer in T1 by push,voice
person li officer in T1 by push,sms,voice
person zhou officer in T2 by voice
person town1 responder in T1 by sms,voice
person town2 responder in T2 by voice
person sun officer in T1 by sms,voice
post desk from 08:00 shifts 4h crews wang,li+sun handover
post deputy people sun
post leader people zhou
post d1 kind duty in T1 people town1
post d2 kind duty in T2 people town2
collapse 2 20m push 1m sms 90s voice 2m
plan weekly 1 10:40 by sms,voice
limit voice 1 1m
limit voice 3 15m
limit sms 2 10m
policy orange levels orange loops 1 loop-after 5m
step orange 0s post:desk by push
step orange 4m post:desk,township:duty by voice,sms
step orange 8m post:deputy
policy red levels red loops 2 loop-after 3m
step red 0s post:desk by push post:desk by sms
step red 1m post:desk by voice
step red 2m post:deputy,township:duty by voice,sms
step red 5m must post:leader by voice
at-last red post:leader by voice
policy everybody levels red all loops 1 loop-after 10m
step everybody 0s township:duty by sms,voice
step everybody 5m township:duty by voice
";

const PRESSES: [&str; 10] = [
    "wang acknowledge warn@ST01 warn@ST02 warn@ST03",
    "li acknowledge-situation flood/township:T1 warn@ST01 warn@ST02",
    "wang shelve warn@ST01 until 13:00",
    "wang unshelve warn@ST01",
    "li silence until 11:50 station ST03 up-to red",
    "wang change-duty desk from 10:30 until 15:00 out wang into sun",
    "wang hand-over desk",
    "li hand-over desk",
    "wang change-duty deputy from 10:00 until 14:00 out sun",
    "li swap desk wang 11:00 li 13:00",
];

struct Night {
    engine: Engine,
    journal: Vec<(Time, Input)>,
    effects: Vec<Effect>,
    at: Time,
    /// Ids that left once, and ids a gateway has seen.
    made: BTreeSet<PageId>,
    seen: BTreeSet<PageId>,
    /// What gateways and people will say, and when.
    due: Vec<(Time, PageId, PageFact)>,
    definite: BTreeSet<PageId>,
    /// Who confirmed, by run.
    answered: BTreeMap<RunId, BTreeSet<PersonId>>,
    op: u32,
    dice: Dice,
    repeats: u32,
}

impl Night {
    fn new(seed: u64) -> Night {
        Night {
            engine: Engine::new(Arc::new(support::script::read(SITE).config)),
            journal: Vec::new(),
            effects: Vec::new(),
            at: "2026-07-20T10:00:00Z".parse().unwrap(),
            made: BTreeSet::new(),
            seen: BTreeSet::new(),
            due: Vec::new(),
            definite: BTreeSet::new(),
            answered: BTreeMap::new(),
            op: 0,
            dice: Dice(seed),
            repeats: 0,
        }
    }

    fn decide(&mut self, input: Input) -> Vec<Effect> {
        let resumed = matches!(input, Input::Resumed);
        let mut out = Effects::default();
        self.engine.apply(self.at, &input, &mut out);
        self.journal.push((self.at, input));
        let effects: Vec<Effect> = out.drain().collect();
        self.effects.extend(effects.iter().cloned());
        for effect in &effects {
            match effect {
                Effect::Page(page) => self.check_page(page, resumed),
                Effect::Annunciate {
                    situation,
                    level: Level::Red,
                    reason,
                    ..
                } => self.check_called(*situation, *reason),
                _ => {}
            }
        }
        effects
    }

    /// Red was told: somebody is called about it, or has been and the noise is only repeated.
    fn check_called(&self, situation: SituationId, reason: NoticeReason) {
        let about = page::About::Situation(situation);
        let runs = self.engine.run_views().into_iter();
        let mut ours = runs.filter(|run| run.about == about && run.policy == "red");
        let newest = ours.next().expect("red was told and nobody is called");
        let repeated = reason == NoticeReason::Repeat && newest.state != RunState::Cancelled;
        // One that began by this very input may be over by the same.
        let fresh = newest.began == self.at;
        assert!(
            newest.state == RunState::Running || repeated || fresh,
            "{newest:?}"
        );
    }

    fn check_page(&mut self, page: &Page, resumed: bool) {
        let view = self.engine.page_view(&page.id).unwrap();
        let first = self.made.insert(page.id.clone());
        assert_eq!(
            first, !page.repeat,
            "made twice, or a first repeat: {page:?}"
        );
        if page.repeat {
            assert!(resumed, "repeated though nothing was restarted: {page:?}");
            let known = self.definite.contains(&page.id);
            assert!(!known, "(d) a known outcome, sent again: {page:?}");
            self.repeats += 1;
        }
        let run = self.engine.run_view(&view.run).unwrap();
        let last = view.step > run.steps;
        // One that a limit holds back goes out all the same, by itself or with another; the next channel
        // of its person follows it when it fails, or at once where its own reaches nobody any more.
        let theirs = self.engine.pages_of(&view.run).into_iter();
        let mut theirs = theirs.filter(|other| other.to == page.to);
        let late_out = |other: &PageView| other.sent.is_some_and(|sent| sent > other.at);
        let held = theirs.any(|other| other.held_until.is_some() || late_out(&other));
        let late = last || held;
        let newest = run.log.last().map(|entry| &entry.line);
        let closed = matches!(newest, Some(RunLine::Satisfied | RunLine::Cancelled { .. }));
        let open = run.state == RunState::Exhausted && !closed;
        let calls = run.state == RunState::Running || (late && open);
        // A run may end by the very input that made its page; none may begin after its end.
        assert!(
            calls || run.ended == Some(self.at),
            "called after the end at {}: {page:?}, {run:?}",
            self.at
        );
        let answered = self.answered.get(&view.run);
        // A test tries every contact point, whatever was heard by another one.
        let is_test = matches!(page.about, page::About::Test(_));
        let known = !is_test && answered.is_some_and(|a| a.contains(&page.to));
        assert!(!known, "called again after an answer: {page:?}");
    }

    /// What leaves reaches the gateways, which will say something about it, in whatever order.
    fn release(&mut self, effects: &[Effect]) {
        for effect in effects {
            let Effect::Page(page) = effect else { continue };
            self.seen.insert(page.id.clone());
            let say = |night: &mut Night, fact: PageFact, chance: u64, within_s: u64| {
                while night.dice.below(100) < chance {
                    let delay_ms = night.dice.below(within_s) as i64 * 1000;
                    let when = night.at.plus_ms(delay_ms);
                    night.due.push((when, page.id.clone(), fact.clone()));
                    // Said twice now and then.
                    if night.dice.below(5) > 0 {
                        break;
                    }
                }
            };
            say(self, PageFact::Sent, 60, 20);
            say(self, PageFact::Accepted { reference: None }, 60, 60);
            say(self, PageFact::Delivered, 50, 120);
            say(self, PageFact::Seen, 30, 240);
            say(self, PageFact::Acked, 20, 400);
            say(self, PageFact::Declined, 8, 200);
            let why = "no answer".to_owned();
            say(self, PageFact::Failed { why }, 20, 90);
            let why = "nobody subscribed".to_owned();
            say(self, PageFact::NoWay { why }, 8, 30);
        }
    }

    fn enter(&mut self, input: Input) {
        let effects = self.decide(input);
        self.release(&effects);
    }

    fn hear(&mut self, page: PageId, fact: PageFact) {
        let run = self.engine.page_view(&page).map(|p| (p.run, p.to));
        match (&fact, run) {
            (PageFact::Sent, _) | (_, None) => {}
            (_, Some((run, person))) => {
                self.definite.insert(page.clone());
                if fact == PageFact::Acked {
                    self.answered.entry(run).or_default().insert(person);
                }
            }
        }
        let reply = None;
        self.enter(Input::Paged { page, fact, reply });
    }

    fn pass(&mut self, until: Time) {
        loop {
            let said = self.due.iter().map(|(at, ..)| *at).min();
            let said = said.filter(|at| *at <= until);
            let due = self.engine.next_deadline().filter(|due| *due <= until);
            match (said, due) {
                (None, None) => break,
                (Some(said), due) if due.is_none_or(|due| said < due) => {
                    self.at = self.at.max(said);
                    let place = self.due.iter().position(|(at, ..)| *at == said).unwrap();
                    let (_, page, fact) = self.due.swap_remove(place);
                    self.hear(page, fact);
                }
                (_, due) => {
                    self.at = self.at.max(due.unwrap());
                    self.enter(Input::Ticked);
                }
            }
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
        let line = format!("{SITE}10:00 act o{} {}", self.op, PRESSES[what]);
        let story = support::script::read(&line);
        match story.steps.into_iter().next().unwrap().step {
            support::script::Step::Act(act) => self.enter(Input::Acted(act)),
            _ => unreachable!("the line is a press"),
        }
    }

    /// Killed: what the last input led to left, or did not; what gateways said meanwhile is lost or
    /// comes later.
    fn crash(&mut self, series: u32, value: i64, down_ms: i64) {
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
            let effects = self.decide(Input::Observed(observed));
            if self.dice.below(2) == 0 {
                self.release(&effects);
            }
        }
        let before = hash(&self.engine);
        let bytes = rmp_serde::to_vec(&self.engine).unwrap();
        self.engine = rmp_serde::from_slice(&bytes).unwrap();
        assert_eq!(
            before,
            hash(&self.engine),
            "(f) the state is not what it was"
        );
        self.at = self.at.plus_ms(down_ms);
        let mut dice = Dice(self.dice.below(u64::MAX));
        let at = self.at;
        self.due
            .retain(|(when, ..)| *when > at || dice.below(2) == 0);
        let effects = self.decide(Input::Resumed);
        self.release(&effects);
        let overdue = self.engine.next_deadline().filter(|due| *due < self.at);
        assert!(overdue.is_none(), "(b) something is still overdue");
        self.check();
    }

    /// Nobody required is left unpaged, no clock is lost.
    fn check(&self) {
        for run in self.engine.run_views() {
            if run.state != RunState::Running {
                continue;
            }
            let next = run.next.as_ref().expect("a run that runs has a clock");
            assert!(next.at >= self.at, "a step is overdue: {run:?}");
            self.check_run(&run);
        }
    }

    fn check_run(&self, run: &RunView) {
        if run.occasion == Occasion::Test {
            return;
        }
        let config = self.engine.config();
        let pages = self.engine.pages_of(&run.id);
        let policies = config.organisation.escalations.iter();
        let policy = policies.into_iter().find(|p| p.id == run.policy).unwrap();
        let called: BTreeSet<&PersonId> = pages.iter().map(|p| &p.to).collect();
        // Posts that never change hands in these nights: each is called once its step was taken.
        for step in &policy.steps[..usize::from(run.step)] {
            let fixed = step.calls.iter().flat_map(|call| &call.to);
            for target in fixed {
                if *target == Target::Post("leader".into()) && !step.must {
                    assert!(called.contains(&PersonId::from("zhou")), "{run:?}");
                }
            }
        }
        for page in &pages {
            match page.stage {
                PageStage::Held => {
                    let until = page.held_until.expect("who waits knows until when");
                    let wanted = self.engine.is_wanted(&page.id);
                    assert!(!wanted || until >= self.at, "held for ever: {page:?}");
                }
                PageStage::Called => {
                    let there = self.seen.contains(&page.id) || !self.engine.is_wanted(&page.id);
                    assert!(there, "decided, and no gateway ever saw it: {page:?}");
                }
                _ => {}
            }
        }
    }

    /// (f): the whole journal applied again decides the same.
    fn check_replay(&self) {
        let mut again = Engine::new(Arc::new(support::script::read(SITE).config));
        let mut out = Effects::default();
        for (at, input) in &self.journal {
            again.apply(*at, input, &mut out);
        }
        assert_eq!(self.effects, out.drain().collect::<Vec<_>>(), "(f) effects");
        assert_eq!(hash(&self.engine), hash(&again), "(f) state");
    }
}

fn live(seed: u64) -> u32 {
    let mut night = Night::new(seed);
    let value = |dice: &mut Dice| 1200 + dice.below(150) as i64;
    for _ in 0..40 + night.dice.below(40) {
        let gap_ms = night.dice.below(240) as i64 * 1000;
        night.pass(night.at.plus_ms(gap_ms));
        let series = night.dice.below(3) as u32;
        match night.dice.below(12) {
            0..=5 => {
                let value = value(&mut night.dice);
                night.read(series, value);
            }
            6..=8 => {
                let what = night.dice.below(PRESSES.len() as u64) as usize;
                night.press(what);
            }
            _ => {
                let (value, down) = (value(&mut night.dice), night.dice.below(1500));
                night.crash(series, value, down as i64 * 1000);
            }
        }
    }
    // What a crash kept back went out after it.
    let at = night.at;
    night.pass(at);
    night.check();
    night.check_replay();
    night.repeats
}

#[test]
fn a_kill_anywhere_leaves_nobody_unpaged_and_pages_nobody_twice() {
    let seeds = std::env::var("WATCHFIRE_SEEDS").ok();
    let seeds = seeds.and_then(|n| n.parse().ok()).unwrap_or(200u64);
    let first = std::env::var("WATCHFIRE_SEED").ok();
    let first = first.and_then(|n| n.parse().ok()).unwrap_or(0u64);
    let mut repeats = 0;
    for seed in first..first + seeds {
        match std::panic::catch_unwind(|| live(seed)) {
            Ok(some) => repeats += some,
            Err(why) => {
                eprintln!("seed {seed}");
                std::panic::resume_unwind(why);
            }
        }
    }
    assert!(
        seeds < 50 || repeats > 0,
        "no page was ever in the window of a crash"
    );
}
