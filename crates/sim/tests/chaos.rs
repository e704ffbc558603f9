//! The demonstration night, and pieces of it spoiled at random, through the decisions themselves:
//! no socket, no disk, no clock. A failing seed is printed; `WATCHFIRE_SEED` plays it again.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use engine::Admission;
use model::action::{Act, Answer};
use model::config::Role;
use model::intake::Quality;
use model::task::Stage;
use model::{
    Action, Config, Decimals, Effect, Input, JurisdictionSlot, OpId, PersonId, SeriesSlot, Time,
};
use runtime::{Decision, Decisions, Draft, Fleet};
use serde_json::Value;
use sim::county::County;
use sim::faults::{Faults, Letter};
use sim::flood::RELEASE_MINUTE;
use sim::noise::Dice;
use sim::officer::Officer;
use sim::responders::Responders;
use sim::storm::{LEAD, START, Storm, river_gauges_below_dam};

const SLOT: JurisdictionSlot = JurisdictionSlot(0);

/// A reading as it goes to the door: which series, which value.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    series: SeriesSlot,
    value: i64,
}

fn county() -> Arc<County> {
    static COUNTY: OnceLock<Arc<County>> = OnceLock::new();
    Arc::clone(COUNTY.get_or_init(|| Arc::new(County::demonstration().unwrap())))
}

/// The county as the site's own reader makes it.
fn config() -> Config {
    static CONFIG: OnceLock<Config> = OnceLock::new();
    let made = || {
        let folder = tempfile::tempdir().unwrap();
        let files = sim::site_folder::files(&county(), 20.0);
        sim::site_folder::write(&files, folder.path()).unwrap();
        let mut site = site::read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
        site.jurisdictions.remove(0).config
    };
    CONFIG.get_or_init(made).clone()
}

/// What the stations send from one minute of the night to another, as it leaves them.
fn letters(from: i64, until: i64, wanted: impl Fn(usize) -> bool) -> Vec<Letter<Told>> {
    let config = config();
    let series: BTreeMap<(&str, &str), SeriesSlot> = config
        .series
        .iter()
        .enumerate()
        .map(|(slot, series)| {
            let station = config.stations[series.station.index()].id.as_str();
            let quantity = config.quantities[usize::from(series.quantity)].id.as_str();
            ((station, quantity), SeriesSlot(slot as u32))
        })
        .collect();
    let county = county();
    let mut storm = Storm::new(Arc::clone(&county), START.parse().unwrap());
    let mut letters = Vec::new();
    for minute in from..until {
        for reading in storm.readings(minute) {
            if !wanted(reading.station) {
                continue;
            }
            let station = county.stations[reading.station].id.as_str();
            let decimals = Decimals(reading.quantity.decimals());
            let body = Told {
                series: series[&(station, reading.quantity.id())],
                value: decimals.parse(&reading.value).unwrap(),
            };
            let (observed, arrives) = (reading.observed, reading.sent);
            letters.push(Letter {
                source: reading.station as u64,
                observed,
                arrives,
                body,
            });
        }
    }
    letters
}

/// The fleet with the county in it, and everything it has decided.
struct Stand {
    fleet: Fleet,
    seq: u64,
    at: Time,
    told: Decisions,
}

impl Stand {
    fn new(at: Time) -> Stand {
        let mut stand = Stand {
            fleet: Fleet::default(),
            seq: 0,
            at,
            told: Decisions::default(),
        };
        stand.enter(at, &Input::Configured(Box::new(config().into())));
        stand
    }

    fn enter(&mut self, at: Time, input: &Input) {
        self.seq += 1;
        self.at = self.at.max(at);
        self.fleet
            .apply(self.seq, self.at, SLOT, input, &mut self.told);
    }

    /// Hears one message as the loop does; false for a repeat, for what is refused, and for what
    /// comes too late to decide anything: that late, a repeat is no longer known from the first.
    fn hear(&mut self, letter: &Letter<Told>) -> bool {
        let draft = Draft {
            edition: 0,
            jurisdiction: SLOT,
            series: letter.body.series,
            observed: letter.observed,
            received: None,
            value: letter.body.value,
            revision: 0,
            quality: Quality::Good,
        };
        let at = self.at.max(letter.arrives);
        match self.fleet.admit(0, &draft, at) {
            Some(Admission::Accept(observed)) => {
                self.enter(at, &Input::Observed(observed));
                !observed.too_late
            }
            Some(Admission::Duplicate | Admission::Conflict | Admission::Future) | None => false,
        }
    }

    fn act(&mut self, at: Time, by: &PersonId, role: Role, act: &Value) {
        let action: Action = serde_json::from_value(act["action"].clone()).unwrap();
        let op = OpId(act["op"].as_str().unwrap().to_owned());
        let device_at = act["device_at"].as_str().map(|text| text.parse().unwrap());
        let act = Act {
            op,
            by: by.clone(),
            role,
            device_at,
            action,
        };
        self.enter(at, &Input::Acted(Box::new(act)));
    }

    fn hash(&self) -> String {
        self.fleet.hash().hash
    }

    fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.told.as_slice().iter().map(|decision| &decision.effect)
    }
}

fn start() -> Time {
    START.parse().unwrap()
}

#[test]
fn the_night_raises_its_first_alarm_within_three_minutes_and_eleven_below_the_dam_within_forty() {
    let (config, county) = (config(), county());
    let mut stand = Stand::new(start());
    for letter in letters(-LEAD, RELEASE_MINUTE + 41, |_| true) {
        stand.hear(&letter);
    }
    stand.enter(
        start().plus_ms((RELEASE_MINUTE + 40) * 60_000),
        &Input::Ticked,
    );
    let below: Vec<&str> = river_gauges_below_dam(&county)
        .iter()
        .map(|s| county.stations[*s].id.as_str())
        .collect();
    let (mut first, mut over) = (None, BTreeMap::new());
    for effect in stand.effects() {
        let Effect::Transition(transition) = effect else {
            continue;
        };
        let minute = transition.time.since_ms(start()) / 60_000;
        first = first.or(Some(minute));
        let subject = config.stations[transition.subject.index()].id.as_str();
        if transition.level >= 2 && below.contains(&subject) {
            over.entry(subject).or_insert(minute);
        }
    }
    // Three minutes in front of the screen are an hour of the night.
    assert!(
        first.is_some_and(|minute| (1..60).contains(&minute)),
        "first alarm: {first:?}"
    );
    assert_eq!(over.len(), 11, "{over:?}");
    let window = RELEASE_MINUTE..=RELEASE_MINUTE + 40;
    assert!(
        over.values().all(|minute| window.contains(minute)),
        "{over:?}"
    );
}

#[test]
fn people_and_a_desk_carry_a_command_from_the_alarm_to_a_verified_task() {
    let mut stand = Stand::new(start());
    let officer_id = PersonId::from("duty-2");
    let mut desk: Option<Officer> = None;
    let mut field = Responders::new(1, []);
    let mut letters = letters(-LEAD, 240, |_| true).into_iter().peekable();
    for minute in 0..240i64 {
        let now = start().plus_ms(minute * 60_000);
        while letters.peek().is_some_and(|letter| letter.arrives <= now) {
            stand.hear(&letters.next().unwrap());
        }
        stand.enter(now, &Input::Ticked);
        let view = stand.fleet.county(SLOT, now).unwrap();
        let desk = desk.get_or_insert_with(|| Officer::new(1, &view));
        view.alarms
            .iter()
            .for_each(|alarm| desk.heed_alarm(alarm, now));
        for command in &view.commands {
            desk.heed_command(command, now);
            field.heed_command(command, now);
        }
        for act in desk.due(now) {
            stand.act(now, &officer_id, Role::DutyOfficer, &act);
        }
        for press in field.due(now) {
            let photo = press.photo.map(|number| format!("{number:064x}"));
            let act = press.act(&photo.into_iter().collect::<Vec<_>>());
            for _ in 0..1 + usize::from(press.twice) {
                stand.act(now, &press.person, Role::Responder, &act);
            }
        }
    }
    let view = stand.fleet.county(SLOT, stand.at).unwrap();
    let tasks: Vec<_> = view.commands.iter().flat_map(|c| &c.tasks).collect();
    let count = |stage: Stage| tasks.iter().filter(|t| t.stage == stage).count();
    assert!(
        count(Stage::Verified) > 20,
        "{} tasks, {} verified",
        tasks.len(),
        count(Stage::Verified)
    );
    assert!(count(Stage::Declined) > 0);
    assert!(count(Stage::NoReply) > 0, "some never answer");
    let refused: Vec<_> = stand
        .effects()
        .filter(|effect| matches!(effect, Effect::Answer(Answer::Refused { .. })))
        .collect();
    let acts = stand
        .effects()
        .filter(|effect| matches!(effect, Effect::Answer(_)))
        .count();
    assert!(
        refused.len() * 20 < acts,
        "{} of {acts} presses refused: {:?}",
        refused.len(),
        refused.first()
    );
}

/// Seeds to try: `WATCHFIRE_SEEDS` of them from `WATCHFIRE_SEED` on.
fn seeds() -> impl Iterator<Item = u64> {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(otherwise)
    };
    let first = number("WATCHFIRE_SEED", 1);
    // A history here is a thousand readings over a whole county; one in twenty of the engine's own
    // is plenty.
    let count = (number("WATCHFIRE_SEEDS", 60) / 20).max(1);
    println!("chaos: {count} seeds from {first}");
    (0..count).map(move |n| first.wrapping_add(n))
}

/// Half an hour somewhere in the first hours, over one station in eight, spoiled on the way.
fn spoiled(seed: u64) -> Vec<Letter<Told>> {
    let mut dice = Dice::new(seed, "chaos");
    let from = 20 + dice.below(180) as i64;
    let every = 8;
    let chosen = dice.below(every);
    Faults::stormy(seed).spoil(&letters(from, from + 30, |station| {
        station % every == chosen
    }))
}

#[test]
fn the_same_messages_decide_the_same() {
    for seed in seeds() {
        let letters = spoiled(seed);
        let play = || {
            let mut stand = Stand::new(start());
            letters.iter().for_each(|letter| {
                stand.hear(letter);
            });
            stand
        };
        let (one, two) = (play(), play());
        assert_eq!(one.hash(), two.hash(), "seed {seed}");
        assert_eq!(one.told.as_slice(), two.told.as_slice(), "seed {seed}");
    }
}

#[test]
fn a_snapshot_and_the_tail_are_the_whole() {
    for seed in seeds() {
        let letters = spoiled(seed);
        let mut whole = Stand::new(start());
        let cut = Dice::new(seed, "cut").below(letters.len());
        let mut tail: Vec<Decision> = Vec::new();
        let mut half: Option<Stand> = None;
        for (number, letter) in letters.iter().enumerate() {
            if number == cut {
                let kept = postcard::to_stdvec(&whole.fleet).unwrap();
                let fleet: Fleet = postcard::from_bytes(&kept).unwrap();
                let (seq, at) = (whole.seq, whole.at);
                half = Some(Stand {
                    fleet,
                    seq,
                    at,
                    told: Decisions::default(),
                });
                tail = whole.told.as_slice().to_vec();
            }
            whole.hear(letter);
            half.iter_mut().for_each(|half| {
                half.hear(letter);
            });
        }
        let half = half.unwrap();
        assert_eq!(half.hash(), whole.hash(), "seed {seed}, cut at {cut}");
        assert_eq!(
            half.told.as_slice(),
            &whole.told.as_slice()[tail.len()..],
            "seed {seed}"
        );
    }
}

#[test]
fn a_message_that_comes_again_changes_nothing() {
    for seed in seeds() {
        let letters = spoiled(seed);
        let mut once = Stand::new(start());
        let mut again = Stand::new(start());
        for (number, letter) in letters.iter().enumerate() {
            once.hear(letter);
            again.hear(letter);
            assert!(!again.hear(letter), "seed {seed}: taken twice");
            if number % 100 == 0 {
                assert_eq!(again.hash(), once.hash(), "seed {seed}, message {number}");
            }
        }
        assert_eq!(once.hash(), again.hash(), "seed {seed}");
        assert_eq!(once.told.as_slice(), again.told.as_slice(), "seed {seed}");
    }
}

#[test]
fn waking_up_in_between_changes_nothing() {
    for seed in seeds() {
        let letters = spoiled(seed);
        let mut plain = Stand::new(start());
        let mut woken = Stand::new(start());
        let mut dice = Dice::new(seed, "wake");
        for letter in &letters {
            if dice.chance(0.2) && letter.arrives > woken.at {
                let somewhere = dice.between(0.0, letter.arrives.since_ms(woken.at) as f64) as i64;
                woken.enter(woken.at.plus_ms(somewhere), &Input::Ticked);
            }
            plain.hear(letter);
            woken.hear(letter);
        }
        // The last messages may be repeats, which move no clock: both are brought to one instant.
        let end = plain.at.max(woken.at);
        plain.enter(end, &Input::Ticked);
        woken.enter(end, &Input::Ticked);
        assert_eq!(plain.hash(), woken.hash(), "seed {seed}");
        let effects = |stand: &Stand| stand.effects().cloned().collect::<Vec<_>>();
        same(&effects(&plain), &effects(&woken), seed);
    }
}

/// Fails with the first place where two tellings part, and what stands around it.
fn same(left: &[Effect], right: &[Effect], seed: u64) {
    let parts = left.iter().zip(right).position(|(l, r)| l != r);
    let Some(at) = parts.or((left.len() != right.len()).then_some(left.len().min(right.len())))
    else {
        return;
    };
    let around =
        |all: &[Effect]| format!("{:#?}", &all[at.saturating_sub(4)..all.len().min(at + 4)]);
    panic!(
        "seed {seed}: effect {at} differs\n{}\n---\n{}",
        around(left),
        around(right)
    );
}
