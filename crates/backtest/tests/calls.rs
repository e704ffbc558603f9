//! One night of one river and whom it woke, under other rosters and other steps.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use backtest::{CallsInWords, Files, Heard, Nights};
use engine::{Admission, Candidate, Engine};
use model::action::{Act, Action};
use model::backtest::calls::{CallMovement, CallPair, CallReport, Reply};
use model::config::Role;
use model::intake::Quality;
use model::page::{Channel, PageFact};
use model::task::Means;
use model::view::RunState;
use model::{Config, Configured, Effect, Effects, Input, OpId, PageId, SeriesSlot, Time};

const MINUTE: i64 = 60_000;

const PEOPLE: &str = "\
id,name,post_zh,post_en,role,township,phone,substitute,contacts
p-duty,陈值班,值班员,Duty officer,duty_officer,,0575-8600 0000,,push voice
p-late,林晚班,值班员,Duty officer,duty_officer,,0575-8600 0001,,push voice
p-lead,王带班,带班领导,Leader,duty_officer,,0575-8600 0002,,voice
";

const POSTS: &str = r#"
[[post]]
id = "desk"
title = { zh = "值班室", en = "Desk" }
kind = "duty"
[post.roster]
from = "2026-07-15T00:00:00Z"
shifts = ["24h"]
crews = [["p-duty"]]

[[post]]
id = "leader"
title = { zh = "带班", en = "Leader" }
kind = "leader"
people = ["p-lead"]
"#;

const POLICY: &str = r#"
[[escalation]]
id = "orange"
title = { zh = "橙色叫应", en = "Orange" }
levels = ["orange", "red"]
loops = 0
[[escalation.step]]
after = "0s"
call = [{ to = ["post:desk"], by = ["push"] }]
[[escalation.step]]
after = "10m"
call = [{ to = ["post:leader"], by = ["voice"] }]
[[escalation.step]]
after = "30m"
call = [{ to = ["post:desk"], by = ["voice"] }]
"#;

/// The site that the reader of sites is tested with, with an organisation.
fn site(posts: &str, policy: &str) -> Config {
    let place = tempfile::tempdir().unwrap();
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("../site/tests/good");
    copy(&good, place.path());
    let put = |file: &str, text: &str| {
        let path = place.path().join("jurisdictions/330624").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("people.csv", PEOPLE);
    put("posts.toml", posts);
    put("policies/10.toml", policy);
    put("groups.toml", "");
    fs::remove_file(place.path().join("accounts.toml")).unwrap();
    let site = site::read_site(place.path()).unwrap();
    site.jurisdictions.into_iter().next().unwrap().config
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// A record as a journal has it: what was heard under which config, and what was decided on it.
struct Night {
    engine: Engine,
    config: Arc<Config>,
    inputs: Vec<(Time, Input, Vec<Effect>)>,
}

impl Night {
    /// A river that rises by 5 cm in five minutes from 40.80 m past its orange of 41.50 m.
    fn of_a_river(config: Config) -> Night {
        let config = Arc::new(config);
        Night {
            engine: Engine::new(Arc::clone(&config)),
            config,
            inputs: Vec::new(),
        }
    }

    fn rise(&mut self, steps: std::ops::Range<i64>) {
        for step in steps {
            let at = begin().plus_ms(step * 5 * MINUTE);
            let candidate = Candidate {
                interface: 0,
                series: SeriesSlot(0),
                observed: at,
                received: Some(at),
                value: 4_080 + 5 * step,
                revision: 0,
                quality: Quality::Good,
            };
            let Admission::Accept(observed) = self.engine.admit(&candidate, at) else {
                panic!("it is taken");
            };
            self.put(at, Input::Observed(observed));
        }
    }

    fn put(&mut self, at: Time, input: Input) {
        let mut out = Effects::default();
        self.engine.apply(at, &input, &mut out);
        self.inputs.push((at, input, out.drain().collect()));
    }

    /// The page that went to a person by a channel.
    fn page(&self, person: &str, channel: Channel) -> PageId {
        let effects = self.inputs.iter().flat_map(|(_, _, effects)| effects);
        let mut pages = effects.filter_map(|effect| {
            let Effect::Page(page) = effect else {
                return None;
            };
            Some(page)
        });
        let page = pages.find(|page| page.to.as_str() == person && page.channel == channel);
        page.expect("it went out").id.clone()
    }

    /// Lives through it again under other files.
    fn under(&self, config: Config) -> CallReport {
        let own = Config::clone(&self.config);
        let files = |name: &str, config| Files {
            name: name.to_owned(),
            config,
        };
        let mut nights = Nights::begin(None, files("A", own), files("B", config), begin());
        for (at, input, outcomes) in &self.inputs {
            let outcomes: Vec<&Effect> = outcomes.iter().collect();
            nights.hear(&Heard {
                at: *at,
                input,
                config: &self.config,
                outcomes: &outcomes,
            });
        }
        nights.end(self.inputs.last().unwrap().0)
    }
}

fn begin() -> Time {
    "2026-07-15T00:00:00Z".parse().unwrap()
}

/// The river rises for three hours; whoever is called at the desk has it delivered, and says nothing; the
/// leader answers the telephone after two minutes.
fn night() -> Night {
    let mut night = Night::of_a_river(site(POSTS, POLICY));
    let step = rise_until(&mut night, 0, "p-duty");
    let page = night.page("p-duty", Channel::Push);
    let last = night.inputs.last().unwrap().0;
    let (fact, reply) = (PageFact::Delivered, None);
    night.put(last.plus_ms(1_000), Input::Paged { page, fact, reply });
    let step = rise_until(&mut night, step, "p-lead");
    let page = night.page("p-lead", Channel::Voice);
    let last = night.inputs.last().unwrap().0;
    let (fact, reply) = (PageFact::Acked, None);
    night.put(last.plus_ms(2 * MINUTE), Input::Paged { page, fact, reply });
    night.rise(step..36);
    night
}

/// The river rises until somebody is called; the step after.
fn rise_until(night: &mut Night, from: i64, person: &str) -> i64 {
    let mut step = from;
    while !asked(night, person) {
        assert!(step < 36, "{person} is never called");
        night.rise(step..step + 1);
        step += 1;
    }
    step
}

fn asked(night: &Night, person: &str) -> bool {
    let mut effects = night.inputs.iter().flat_map(|(_, _, effects)| effects);
    effects.any(|e| matches!(e, Effect::Page(page) if page.to.as_str() == person))
}

fn moved(report: &CallReport) -> Vec<(CallMovement, &str, Channel)> {
    let other = |pair: &&CallPair| pair.movement != CallMovement::Same;
    let pairs = report.difference.pairs.iter().filter(other);
    pairs
        .map(|pair| (pair.movement, pair.person.as_str(), pair.channel))
        .collect()
}

#[test]
fn an_equal_copy_of_the_files_makes_no_difference() {
    let night = night();
    let report = night.under(Config::clone(&night.config));
    assert!(report.as_it_was);
    assert!(report.difference.same >= 3, "{report:#?}");
    assert_eq!(moved(&report), []);
    assert_eq!(report.a.astray, Default::default());
    let mut named_alike = report.b.clone();
    named_alike.name.clone_from(&report.a.name);
    assert_eq!(report.a, named_alike);
    let answered = report.difference.pairs.iter();
    let answered = answered.filter(|pair| pair.person.as_str() == "p-lead");
    for pair in answered {
        let reply = pair.b.as_ref().unwrap().reply;
        assert!(matches!(reply, Reply::Answered { .. }), "{pair:?}");
    }
}

#[test]
fn another_person_on_duty_is_called_instead_and_nobody_knows_whether_they_answer() {
    let night = night();
    let posts = POSTS.replace("crews = [[\"p-duty\"]]", "crews = [[\"p-late\"]]");
    let report = night.under(site(&posts, POLICY));
    let mut found = moved(&report);
    found.sort_by_key(|(_, person, channel)| (*channel, *person));
    assert_eq!(
        found,
        [
            (CallMovement::Gone, "p-duty", Channel::Push),
            (CallMovement::New, "p-late", Channel::Push),
            (CallMovement::Gone, "p-duty", Channel::Voice),
            (CallMovement::New, "p-late", Channel::Voice),
        ]
    );
    let new = report.difference.pairs.iter().filter_map(|p| p.b.as_ref());
    let unknown = new.filter(|made| made.reply == Reply::Unknown).count();
    assert_eq!((unknown, report.b.unknown), (2, 1), "{report:#?}");
    // The receipt of a call that was not made has no place; the leader's answer has.
    assert_eq!(report.b.astray.receipts, 1);
    assert_eq!((report.a.answered, report.b.answered), (1, 1));
    let words = CallsInWords(&report).to_string();
    assert!(words.contains("p-late push  - → "), "{words}");
    assert!(
        words.contains("0 the same") || words.contains("1 the same"),
        "{words}"
    );
}

#[test]
fn a_shorter_delay_calls_earlier_and_takes_the_answer_when_it_came() {
    let night = night();
    let report = night.under(site(POSTS, &POLICY.replace("10m", "4m")));
    assert_eq!(
        moved(&report),
        [(CallMovement::Earlier, "p-lead", Channel::Voice)]
    );
    let pair = report.difference.pairs.iter();
    let pair = pair.clone().find(|p| p.movement == CallMovement::Earlier);
    let pair = pair.unwrap();
    assert_eq!(pair.by_ms, Some(-6 * MINUTE));
    let reply = |made: &Option<model::backtest::calls::CallMade>| made.as_ref().unwrap().reply;
    assert_eq!(
        reply(&pair.a),
        reply(&pair.b),
        "an answer is where the record has it"
    );
}

#[test]
fn an_answer_before_its_call_is_dropped_and_counted() {
    let night = night();
    let report = night.under(site(POSTS, &POLICY.replace("10m", "20m")));
    assert_eq!(
        moved(&report),
        [(CallMovement::Later, "p-lead", Channel::Voice)]
    );
    let pair = report.difference.pairs.iter();
    let pair = pair.clone().find(|p| p.movement == CallMovement::Later);
    assert_eq!(pair.unwrap().b.as_ref().unwrap().reply, Reply::Unknown);
    assert_eq!((report.b.astray.receipts, report.b.answered), (1, 0));
    assert_eq!((report.a.unknown, report.b.unknown), (0, 1));
}

#[test]
fn a_step_in_front_moves_numbers_and_answers_stay_with_their_calls() {
    let night = night();
    let first = "[[escalation.step]]\nafter = \"0s\"\ncall = [{ to = [\"person:p-late\"], by = [\"push\"] }]\n";
    let policy = POLICY.replacen(
        "[[escalation.step]]",
        &format!("{first}[[escalation.step]]"),
        1,
    );
    let report = night.under(site(POSTS, &policy));
    assert_eq!(
        moved(&report),
        [(CallMovement::New, "p-late", Channel::Push)]
    );
    assert_eq!(
        report.b.astray.receipts, 0,
        "they find the same calls by other numbers"
    );
    assert_eq!(report.b.answered, 1);
}

#[test]
fn a_roster_with_a_hole_has_gaps_and_empty_steps() {
    let night = night();
    let posts = POSTS.replace("2026-07-15T00:00:00Z", "2026-07-16T00:00:00Z");
    let report = night.under(site(&posts, POLICY));
    assert!(report.b.empty_steps > report.a.empty_steps, "{report:#?}");
    let run = report.runs.iter().find_map(|pair| pair.b.as_ref()).unwrap();
    assert_eq!(run.empty.first().map(|empty| empty.step), Some(1));
    // An empty step is passed over at once: the leader is called ten minutes earlier.
    assert!(moved(&report).contains(&(CallMovement::Earlier, "p-lead", Channel::Voice)));
}

#[test]
fn a_press_that_has_no_ground_any_more_is_refused_and_counted() {
    let mut night = night();
    let act = |op: &str, by: &str, action| {
        Input::Acted(Box::new(Act {
            op: OpId(op.to_owned()),
            by: by.into(),
            role: Role::DutyOfficer,
            device_at: None,
            action,
        }))
    };
    let last = night.inputs.last().unwrap().0;
    let sign = Action::SignIn {
        post: "desk".into(),
    };
    night.put(last.plus_ms(1), act("op-sign", "p-duty", sign));
    let page = night.page("p-duty", Channel::Push);
    let answer = Action::AnswerPage {
        page,
        ack: true,
        means: Means::App,
        reason: None,
    };
    night.put(last.plus_ms(2), act("op-yes", "p-duty", answer));
    let posts = POSTS.replace("crews = [[\"p-duty\"]]", "crews = [[\"p-late\"]]");
    let report = night.under(site(&posts, POLICY));
    assert_eq!(report.a.astray, Default::default());
    assert_eq!(report.b.astray.presses, 1, "{:#?}", report.b.astray);
    assert_eq!(report.b.astray.refused[0].by.as_str(), "p-duty");
    assert_eq!(report.b.astray.receipts, 2, "a receipt and an answer");
}

#[test]
fn it_goes_on_from_where_the_night_stood_and_another_threshold_goes_with_it() {
    let mut night = night();
    // Somebody was called, and the leader not yet.
    let half = 16;
    let mut engine = Engine::new(Arc::clone(&night.config));
    let mut out = Effects::default();
    for (at, input, _) in &night.inputs[..half] {
        engine.apply(*at, input, &mut out);
    }
    let from = night.inputs[half - 1].0;
    night.inputs.drain(..half);
    let files = |config: Config| Files {
        name: String::new(),
        config,
    };
    let own = || Config::clone(&night.config);
    let live = |b: Config| {
        let mut nights = Nights::begin(Some(&engine), files(own()), files(b), from);
        for (at, input, outcomes) in &night.inputs {
            let outcomes: Vec<&Effect> = outcomes.iter().collect();
            nights.hear(&Heard {
                at: *at,
                input,
                config: &night.config,
                outcomes: &outcomes,
            });
        }
        nights.end(night.inputs.last().unwrap().0)
    };
    let same = live(own());
    assert!(same.as_it_was && moved(&same).is_empty(), "{same:#?}");
    // New files are an input like any other: a config taken over that night changes neither run.
    let configured = Configured::from(site(POSTS, &POLICY.replace("30m", "31m")));
    night.inputs.insert(
        0,
        (from, Input::Configured(Box::new(configured)), Vec::new()),
    );
    let again = {
        let mut nights = Nights::begin(Some(&engine), files(own()), files(own()), from);
        for (at, input, outcomes) in &night.inputs {
            let outcomes: Vec<&Effect> = outcomes.iter().collect();
            nights.hear(&Heard {
                at: *at,
                input,
                config: &night.config,
                outcomes: &outcomes,
            });
        }
        nights.end(night.inputs.last().unwrap().0)
    };
    assert_eq!(same.difference, again.difference);
    let running = |report: &CallReport| {
        let runs = report.runs.iter().filter_map(|pair| pair.b.clone());
        runs.filter(|run| run.state == RunState::Running).count()
    };
    assert!(running(&same) + running(&again) > 0 || !same.runs.is_empty());
}
