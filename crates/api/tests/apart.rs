//! A county and a drill of it beside each other: whatever comes to one of them, and in whatever order,
//! all that the other says is what it says alone.
#![allow(clippy::unwrap_used)]

mod county;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::http::StatusCode;
use county::{CODE, County, Who, night};
use http_body_util::BodyExt as _;
use model::config::{Call, Escalation, EscalationStep, Occasion, Target, Text};
use model::drill::Drill;
use model::replay::Knowledge;
use model::{AlarmKey, Level};
use runtime::Frame;
use serde_json::{Value, json};

/// Nights that are lived through.
const SEEDS: u64 = 3;

/// What comes to each county in one night.
const STEPS: usize = 28;

/// What of a night stands in every word and every id of it.
const WORDS: [&str; 2] = ["zzreal", "zzdrill"];

const REAL: usize = 0;
const DRILL: usize = 1;

/// Throws that are the same for one seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// One thing that comes to a county.
enum Step {
    /// At a minute of the night, in centimetres.
    Stage(i64, i64),
    Press(&'static str, String, Value),
}

/// A night of one side. No two sides ever measure the same, and what is written and every id of a press
/// say whose they are.
fn steps_of(side: usize, seed: u64) -> Vec<Step> {
    let mut dice = Dice(seed * 2 + side as u64);
    let alarm = AlarmKey::of(CODE, "threshold:water_level", "ST/01", "flood");
    let mut steps = vec![Step::Stage(0, 702 + side as i64)];
    let (mut minute, mut command) = (0, String::new());
    for n in 0..STEPS {
        let op = format!("{}-{n}", WORDS[side]);
        let text = format!("{} 写的第 {n} 句", WORDS[side]);
        let at = |minute: i64| night().plus_ms(minute * 60_000).to_string();
        let mut press = |who, action| steps.push(Step::Press(who, op.clone(), action));
        match dice.below(14) {
            0 => press(
                "officer",
                json!({"action": "mark", "at": at(minute - 3), "text": text}),
            ),
            1 => press(
                "officer",
                json!({"action": "open_situation", "hazard": "flood", "how": "call",
                       "level": 1 + dice.below(4), "text": text}),
            ),
            2 => {
                command.clone_from(&op);
                let order = json!({"action": "issue_command", "template": "move", "level": 4,
                                   "groups": ["villages"], "wording": text});
                press("officer", order);
            }
            3 => {
                let fact = ["seen", "accepted", "on_scene", "done"][dice.below(4) as usize];
                let task = format!("{command}.li");
                let report =
                    json!({"action": "report_task", "task": task, "fact": fact, "note": text});
                press("li", report);
            }
            4 => press(
                "officer",
                json!({"action": "acknowledge", "alarms": [alarm]}),
            ),
            5 => press(
                "officer",
                json!({"action": "open_incident", "title": text, "class": "", "commands": []}),
            ),
            6 => press(
                "officer",
                json!({"action": "silence", "matcher": {"hazard": "flood"},
                       "until": at(minute + 30), "reason": text}),
            ),
            7 => press(
                "officer",
                json!({"action": "test_contacts", "people": ["li", "chen"]}),
            ),
            8 => {
                let late = minute - 1 - dice.below(9) as i64;
                steps.push(Step::Stage(late, level(&mut dice, side)));
            }
            _ => {
                minute += 1 + dice.below(4) as i64;
                steps.push(Step::Stage(minute, level(&mut dice, side)));
            }
        }
    }
    steps
}

/// From well below the levels to above red, never one of them: even here, odd there.
fn level(dice: &mut Dice, side: usize) -> i64 {
    802 + 4 * dice.below(120) as i64 + side as i64
}

/// A county that calls, with the marks of its side.
async fn open(side: usize) -> County {
    County::open_with(|config| {
        let step = |after_ms, person: &str| EscalationStep {
            after_ms,
            calls: vec![Call {
                to: vec![Target::Person(person.into())],
                by: Vec::new(),
            }],
            must: false,
        };
        config.organisation.escalations = vec![Escalation {
            id: "all".to_owned(),
            title: Text::same("all"),
            occasion: Occasion::Situation,
            levels: vec![Level::Orange, Level::Red],
            hazards: Vec::new(),
            confirm_all: false,
            steps: vec![step(0, "officer"), step(300_000, "li")],
            loops: 0,
            loop_after_ms: 300_000,
            exhausted: Vec::new(),
        }];
        if side == DRILL {
            config.drill = Some(Box::new(Drill {
                id: WORDS[DRILL].to_owned(),
                title: Text::same(WORDS[DRILL]),
                start: night(),
                length_ms: 3_600_000,
                injects: Vec::new(),
            }));
        }
        config.stations[0].name = Text::same(WORDS[side]);
    })
    .await
}

/// A county with what has come to it, and everything that its feed has said.
struct Lived {
    side: usize,
    county: County,
    people: BTreeMap<&'static str, Who>,
    feed: runtime::Subscription,
}

impl Lived {
    async fn begin(side: usize) -> Lived {
        let county = open(side).await;
        let mut people = BTreeMap::new();
        for login in ["officer", "li"] {
            people.insert(login, county.sign_in(login).await);
        }
        let feed = county.runtime.feed.subscribe(None, None).await.unwrap();
        Lived {
            side,
            county,
            people,
            feed,
        }
    }

    async fn take(&self, step: &Step) {
        match step {
            Step::Stage(minute, level) => self.county.stage(*minute, *level).await,
            Step::Press(who, op, action) => {
                let (status, answer) = self.county.act(&self.people[who], op, action.clone()).await;
                assert_eq!(status, StatusCode::OK, "{action}: {answer}");
            }
        }
    }

    /// Everything it tells whoever asks, with what the same question was answered with.
    async fn told(&self) -> BTreeMap<String, String> {
        let mut told = BTreeMap::new();
        let last = self
            .county
            .runtime
            .inbox
            .ask(|fleet| fleet.seq())
            .await
            .unwrap();
        for path in questions(last, self.side) {
            told.insert(path.clone(), self.answer(&path).await);
        }
        let seals: BTreeSet<String> = told.values().flat_map(|text| seals(text)).collect();
        let ids = seals.into_iter().collect::<Vec<_>>();
        let mut texts = Vec::new();
        for some in ids.chunks(200) {
            let path = format!("/api/v1/texts?ids={}", some.join(","));
            let found: BTreeMap<String, Option<String>> =
                serde_json::from_str(&self.answer(&path).await).unwrap();
            texts.extend(found.into_values().flatten());
        }
        texts.sort();
        assert!(!texts.is_empty(), "what was written is read again");
        told.insert("texts".to_owned(), texts.join("\n"));
        told
    }

    async fn answer(&self, path: &str) -> String {
        let response = self.county.get(&Who::Token, path).await;
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!status.is_server_error(), "{path}: {text}");
        format!(
            "{}{text}",
            if status.is_success() {
                ""
            } else {
                status.as_str()
            }
        )
    }

    /// What its feed said, and what a replay of it begins with.
    async fn heard(&mut self) -> String {
        let mut all = String::new();
        let quiet = Duration::from_millis(400);
        while let Ok(Some(frame)) = tokio::time::timeout(quiet, self.feed.next()).await {
            all.push_str(&shown(&frame));
        }
        for knowledge in [Knowledge::Then, Knowledge::Now] {
            let ask = runtime::ReplayAsk {
                at: night().plus_ms(40 * 60_000),
                speed: 0,
                knowledge,
                only: None,
            };
            let mut session = self.county.runtime.replays.begin(ask).unwrap();
            all.push_str(&shown(&session.next().await.unwrap()));
        }
        all
    }
}

fn shown(frame: &Frame) -> String {
    match frame {
        Frame::Snapshot(snapshot) => serde_json::to_string(snapshot).unwrap(),
        Frame::Text(text) => String::from_utf8_lossy(text).into_owned(),
    }
}

/// What a process says of itself, which is another thing at every look.
const OF_THE_PROCESS: [&str; 2] = ["/healthz", "/metrics"];

/// Sockets, and files by ids that nobody has.
const NOT_ASKED: [&str; 5] = [
    "/api/v1/feed",
    "/api/v1/replay/feed",
    "/api/v1/blobs/{blob}",
    "/api/v1/uploads/{upload}",
    "/api/v1/texts",
];

/// Every question that the interface has, so that one that is added is asked too.
fn questions(last: u64, side: usize) -> Vec<String> {
    let document: Value = serde_json::from_str(&api::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let gets = paths.filter(|(_, verbs)| verbs.get("get").is_some());
    let minute = |minute: i64| night().plus_ms(minute * 60_000);
    let span = format!("from={}&to={}", minute(-30), minute(120));
    let asked = gets.flat_map(|(path, _)| match path.as_str() {
        path if NOT_ASKED.contains(&path) || OF_THE_PROCESS.contains(&path) => Vec::new(),
        "/api/v1/entries/{number}" => (1..=last)
            .map(|number| format!("/api/v1/entries/{number}"))
            .collect(),
        "/api/v1/series/{station}/{quantity}" => {
            vec!["/api/v1/series/ST%2F01/water_level".to_owned()]
        }
        "/api/v1/replay/lanes" => vec![
            format!("{path}?{span}"),
            format!("{path}?{span}&at={}", minute(20)),
        ],
        "/api/v1/replay/runs" => ["then", "now"]
            .map(|by| format!("{path}?at={}&knowledge={by}", minute(40)))
            .to_vec(),
        "/api/v1/reports/{form}" => ["page", "fragment", "json", "geojson"]
            .map(|form| format!("/api/v1/reports/{form}?{span}&lang=zh"))
            .into_iter()
            .chain(
                [
                    "alarms",
                    "tasks",
                    "decisions",
                    "losses",
                    "readings",
                    "course",
                ]
                .map(|table| format!("/api/v1/reports/csv?table={table}&{span}&lang=zh")),
            )
            .collect(),
        "/api/v1/incidents/{incident}/losses" => (0..STEPS)
            .map(|n| format!("/api/v1/incidents/{}-{n}/losses", WORDS[side]))
            .collect(),
        "/api/v1/registry/{kind}" => vec!["/api/v1/registry/people".to_owned()],
        path => {
            assert!(!path.contains('{'), "how is {path} asked?");
            vec![path.to_owned()]
        }
    });
    asked.collect()
}

/// Ids of sealed texts: 64 hexadecimal digits.
fn seals(text: &str) -> Vec<String> {
    let runs = text.split(|sign: char| !sign.is_ascii_hexdigit());
    let seals = runs.filter(|run| run.len() == 64);
    seals.map(str::to_owned).collect()
}

/// The same without what is salted, and so is another in every folder: ids of texts, and the order of what
/// is told under them.
fn unsalted(told: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mask = |mut text: String| {
        for seal in seals(&text) {
            text = text.replace(&seal, "#");
        }
        if !text.contains("\"#\":") {
            return text;
        }
        let mut parts: Vec<&str> = text.split([',', '{', '}']).collect();
        parts.sort_unstable();
        parts.join(",")
    };
    let told = told.into_iter();
    told.map(|(path, text)| (path, mask(text))).collect()
}

/// Where something of the other side stands.
fn strangers(side: usize, seed: u64, all: &BTreeMap<String, String>) -> Vec<String> {
    let other = 1 - side;
    let levels = steps_of(other, seed)
        .into_iter()
        .filter_map(|step| match step {
            Step::Stage(_, level) => Some(format!("\"{}.{:02}\"", level / 100, level % 100)),
            Step::Press(..) => None,
        });
    let signs: Vec<String> = levels.chain([WORDS[other].to_owned()]).collect();
    let bears = |text: &String| signs.iter().any(|sign| text.contains(sign));
    let found = all.iter().filter(|(_, text)| bears(text));
    found.map(|(path, _)| path.clone()).collect()
}

async fn alone(side: usize, seed: u64) -> BTreeMap<String, String> {
    let lived = Lived::begin(side).await;
    for step in steps_of(side, seed) {
        lived.take(&step).await;
    }
    let told = unsalted(lived.told().await);
    lived.county.close().await;
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_comes_to_a_drill_the_county_says_what_it_says_alone_and_so_does_the_drill() {
    for seed in 1..=SEEDS {
        let expected = [alone(REAL, seed).await, alone(DRILL, seed).await];
        let mut both = [Lived::begin(REAL).await, Lived::begin(DRILL).await];
        let mut steps = [REAL, DRILL].map(|side| steps_of(side, seed).into_iter());
        let mut dice = Dice(seed);
        loop {
            let first = dice.below(2) as usize;
            let next = steps[first].next().map(|step| (first, step));
            let next = next.or_else(|| steps[1 - first].next().map(|step| (1 - first, step)));
            let Some((side, step)) = next else { break };
            both[side].take(&step).await;
        }
        for side in [REAL, DRILL] {
            let mut told = both[side].told().await;
            for (path, text) in unsalted(told.clone()) {
                assert_eq!(
                    text, expected[side][&path],
                    "seed {seed}, {}: {path}",
                    WORDS[side]
                );
            }
            told.insert("feed".to_owned(), both[side].heard().await);
            assert!(told["feed"].contains(WORDS[side]), "it speaks of itself");
            assert_eq!(
                strangers(side, seed, &told),
                [""; 0],
                "seed {seed}, {}",
                WORDS[side]
            );
        }
        // What is held against each other does show a thing of the other side, once there is one.
        let [real, drill] = both;
        let note = json!({"action": "mark", "at": night().to_string(), "text": WORDS[DRILL]});
        real.take(&Step::Press(
            "officer",
            format!("{}-leak", WORDS[DRILL]),
            note,
        ))
        .await;
        let found = strangers(REAL, seed, &real.told().await);
        assert!(
            found.iter().any(|path| path.contains("replay/lanes")),
            "{found:?}"
        );
        assert!(
            found.iter().any(|path| path.contains("entries")),
            "{found:?}"
        );
        assert!(found.contains(&"texts".to_owned()), "{found:?}");
        for lived in [real, drill] {
            lived.county.close().await;
        }
    }
}
