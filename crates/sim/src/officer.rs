//! A simulated duty officer, for soak runs and pictures: takes note of alarms, commands the township
//! concerned, verifies what is reported done. Never runs unless asked for.
//!
//! Pure, like the responders: told of alarms, tasks and the time, it says which presses are due.

use std::collections::{BTreeMap, BTreeSet};

use model::task::Stage;
use model::view::{AlarmView, CommandView, CountyView, TaskView};
use model::{AlarmKey, TaskId, Time};
use serde_json::{Value, json};

use crate::noise::{mix, unit};

/// One township gets no second command within this long.
const REST_MS: i64 = 3_600_000;
/// Share of reports sent back for more work.
const SENDS_BACK: f64 = 0.08;

/// The officer's desk.
#[derive(Clone, Debug)]
pub struct Officer {
    seed: u64,
    /// Township code by station id.
    townships: BTreeMap<String, String>,
    /// Acts by due time, then in the order they came to mind.
    due: BTreeMap<(Time, u64), Value>,
    thought: u64,
    /// Alarms taken note of, with the level at which they were.
    noted: BTreeMap<AlarmKey, u8>,
    commanded: BTreeMap<String, Time>,
    /// Members by group id: the number that a large command is confirmed with.
    sizes: BTreeMap<String, usize>,
    judged: BTreeSet<(TaskId, usize)>,
}

impl Officer {
    /// An officer of a county as a snapshot shows it.
    pub fn new(seed: u64, county: &CountyView) -> Officer {
        let township = |s: &model::view::StationView| Some((s.id.clone(), s.township.clone()?));
        Officer {
            seed,
            townships: county.stations.iter().filter_map(township).collect(),
            due: BTreeMap::new(),
            thought: 0,
            noted: BTreeMap::new(),
            commanded: BTreeMap::new(),
            sizes: county
                .groups
                .iter()
                .map(|g| (g.id.0.clone(), g.members.len()))
                .collect(),
            judged: BTreeSet::new(),
        }
    }

    /// Takes notice of an alarm.
    pub fn heed_alarm(&mut self, alarm: &AlarmView, now: Time) {
        if alarm.closed {
            self.noted.remove(&alarm.key);
            return;
        }
        let known = self.noted.get(&alarm.key).copied().unwrap_or(0);
        if alarm.ack.is_some() || alarm.worst <= known {
            return;
        }
        self.noted.insert(alarm.key, alarm.worst);
        let patience_s = 150 - 30 * i64::from(alarm.worst);
        let acknowledge = json!({"action": "acknowledge", "alarms": [alarm.key]});
        self.think(now.plus_ms(patience_s * 1000), acknowledge);
        if alarm.level >= 3 {
            self.command(alarm, now);
        }
    }

    /// Takes notice of a command's tasks.
    pub fn heed_command(&mut self, command: &CommandView, now: Time) {
        for task in &command.tasks {
            self.heed_task(task, now);
        }
    }

    /// Takes notice of a task: what is reported done is judged.
    pub fn heed_task(&mut self, task: &TaskView, now: Time) {
        if task.stage != Stage::Done || !self.judged.insert((task.id.clone(), task.facts.len())) {
            return;
        }
        let chance = mix(
            self.seed,
            &[0x0f, task.facts.len() as u64, length_hash(task.id.as_str())],
        );
        // Nobody is sent back twice.
        let sent_back = task
            .facts
            .iter()
            .any(|f| f.kind == model::task::FactKind::Rejected);
        let verdict = if unit(chance) < SENDS_BACK && !sent_back {
            "rejected"
        } else {
            "verified"
        };
        let act = json!({
            "action": "report_task",
            "task": task.id,
            "fact": verdict,
            "means": "app",
            "photos": [],
        });
        self.think(now.plus_ms(60_000 + (chance % 180_000) as i64), act);
    }

    /// Acts due by `now` as bodies for `POST /api/v1/acts`, in order.
    pub fn due(&mut self, now: Time) -> Vec<Value> {
        let later = self.due.split_off(&(now.plus_ms(1), 0));
        std::mem::replace(&mut self.due, later)
            .into_values()
            .collect()
    }

    /// When the next act is due.
    pub fn next_due(&self) -> Option<Time> {
        self.due.keys().next().map(|(at, _)| *at)
    }

    fn command(&mut self, alarm: &AlarmView, now: Time) {
        let Some(township) = self.townships.get(&alarm.station) else {
            return;
        };
        let group = match alarm.hazard.as_str() {
            "release" => "villages-xinchang-river".to_owned(),
            _ => format!("town-{}", township.get(6..).unwrap_or_default()),
        };
        if self
            .commanded
            .get(&group)
            .is_some_and(|at| now.since_ms(*at) < REST_MS)
        {
            return;
        }
        self.commanded.insert(group.clone(), now);
        let (template, wording) = match (alarm.hazard.as_str(), alarm.level) {
            ("flood" | "release", 4) => (
                "evacuate",
                "转移沿江低洼住户到安置点，逐户清点，完成后拍照报告",
            ),
            ("landslide", _) => ("close-road", "转移坡下住户，封闭坡下道路，两端放人值守"),
            _ => (
                "patrol",
                "到责任段巡查堤防、桥头和山洪沟，发现险情立即报告，结束后拍照",
            ),
        };
        let act = json!({
            "action": "issue_command",
            "alarm": alarm.key,
            "template": template,
            "level": alarm.level,
            "count": self.sizes.get(&group),
            "groups": [group],
            "people": [],
            "wording": wording,
        });
        self.think(now.plus_ms(90_000), act);
    }

    fn think(&mut self, at: Time, action: Value) {
        self.thought += 1;
        let op = mix(self.seed, &[0xacce, at.ms() as u64, self.thought]);
        let body = json!({"op": format!("officer-{op:016x}"), "device_at": at, "action": action});
        self.due.insert((at, self.thought), body);
    }
}

fn length_hash(text: &str) -> u64 {
    text.bytes()
        .fold(0, |hash, byte| mix(hash, &[u64::from(byte)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::config::Text;
    use model::view::ProcessView;

    const T0: Time = Time::from_ms(1_787_241_600_000);

    fn county() -> CountyView {
        let station = |id: &str| model::view::StationView {
            id: id.to_owned(),
            name: Text::same(id),
            lon: None,
            lat: None,
            kind: "river".to_owned(),
            township: Some("330624109".to_owned()),
            tags: Vec::new(),
            series: Vec::new(),
            catchment: None,
            zones: Vec::new(),
            upstream: Vec::new(),
        };
        CountyView {
            code: "330624".to_owned(),
            title: Text::default(),
            demo: true,
            drill: None,
            rules_version: String::new(),
            stations: vec![station("SW-001")],
            alarms: Vec::new(),
            commands: Vec::new(),
            groups: Vec::new(),
            templates: Vec::new(),
            people: Vec::new(),
            situations: Vec::new(),
            suppressions: Vec::new(),
            areas: Vec::new(),
            load: model::view::LoadView::default(),
            weather: Vec::new(),
            incidents: Vec::new(),
            event_classes: Vec::new(),
            runs: Vec::new(),
            pages: Vec::new(),
            posts: Vec::new(),
            mass: model::view::MassView::default(),
        }
    }

    fn alarm(level: u8) -> AlarmView {
        AlarmView {
            key: AlarmKey(7),
            episode: T0.ms().to_string(),
            occurrence: 1,
            rule: "threshold:water_level".to_owned(),
            title: Text::default(),
            hazard: "flood".to_owned(),
            advice: Text::default(),
            station: "SW-001".to_owned(),
            quantity: "water_level".to_owned(),
            process: ProcessView::Active,
            level,
            worst: level,
            raised: T0,
            changed: T0,
            returned: None,
            value: None,
            peak: None,
            peak_at: None,
            ack: None,
            sight_lost: false,
            latched: false,
            doubtful: false,
            truth: model::action::Truth::Unverified,
            commands: Vec::new(),
            closed: false,
            forecast: false,
            priority: 0,
            plan: String::new(),
            certainty: model::config::Certainty::Unsaid,
            quiet: Vec::new(),
            swings: None,
            clocks: Vec::new(),
            evidence: Vec::new(),
            situation: None,
            doubts: Vec::new(),
            duplicate_of: None,
            told: level,
        }
    }

    fn actions(officer: &mut Officer) -> Vec<String> {
        let acts = officer.due(T0.plus_ms(86_400_000));
        acts.iter()
            .map(|a| a["action"]["action"].as_str().unwrap_or("").to_owned())
            .collect()
    }

    #[test]
    fn a_yellow_alarm_is_noted_once_and_again_when_it_rises() {
        let mut officer = Officer::new(1, &county());
        officer.heed_alarm(&alarm(2), T0);
        officer.heed_alarm(&alarm(2), T0);
        assert_eq!(actions(&mut officer), ["acknowledge"]);
        officer.heed_alarm(&alarm(4), T0);
        assert_eq!(actions(&mut officer), ["acknowledge", "issue_command"]);
    }

    #[test]
    fn one_township_is_commanded_once_an_hour() {
        let mut officer = Officer::new(1, &county());
        let other = AlarmView {
            key: AlarmKey(8),
            ..alarm(4)
        };
        officer.heed_alarm(&alarm(4), T0);
        officer.heed_alarm(&other, T0);
        let commands = actions(&mut officer)
            .into_iter()
            .filter(|a| a == "issue_command")
            .count();
        assert_eq!(commands, 1);
    }
}
