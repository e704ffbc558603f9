//! What simulated people in the field do with a task: see it, accept it, go, report, finish, or not.
//!
//! Pure: told of tasks and of the time, it says which presses are due. Every press has an op id that
//! follows from the task and the step, so that a simulator started again repeats itself harmlessly.

use std::collections::{BTreeMap, BTreeSet};

use model::task::{FactKind, Stage};
use model::view::{CommandView, TaskView};
use model::{OpId, PersonId, TaskId, Time};
use serde_json::{Value, json};

use crate::noise::{Dice, mix};

/// Shares of people: who never looks, who looks and never answers, who declines.
const NEVER_LOOKS: f64 = 0.04;
const NEVER_ANSWERS: f64 = 0.04;
const DECLINES: f64 = 0.05;
/// Shares of people whose phone sends everything twice, and who lose the net for a while.
const TWICE: f64 = 0.10;
const LOSES_NET: f64 = 0.12;

/// One press of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Press {
    pub person: PersonId,
    pub task: TaskId,
    pub op: OpId,
    /// When the thumb came down, by a phone whose clock is a little off.
    pub device_at: Time,
    pub fact: FactKind,
    /// Free text with it.
    pub note: Option<&'static str>,
    /// A photo goes with it, made from this number.
    pub photo: Option<u64>,
    /// The phone sends it a second time.
    pub twice: bool,
}

impl Press {
    /// The body for `POST /api/v1/acts`, with the photos kept for it.
    pub fn act(&self, photos: &[String]) -> Value {
        let mut action = json!({
            "action": "report_task",
            "task": self.task,
            "means": "app",
            "note": self.note,
            "photos": photos,
        });
        let fact = serde_json::to_value(self.fact).unwrap_or_default();
        if let (Value::Object(action), Value::Object(fact)) = (&mut action, fact) {
            action.extend(fact);
        }
        json!({"op": self.op, "device_at": self.device_at, "action": action})
    }
}

/// Everybody in the field.
#[derive(Clone, Debug)]
pub struct Responders {
    seed: u64,
    /// People whom a human plays.
    left_alone: BTreeSet<PersonId>,
    /// Presses by due time, then by task and step so that the order is always the same.
    due: BTreeMap<(Time, TaskId, u32), Press>,
    /// Rounds of work planned so far: one, and one more for each rejection; and whether the end
    /// was heard.
    known: BTreeMap<TaskId, Known>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    rounds: usize,
    cancel_seen: bool,
}

/// One step as planned: seconds after the order, fact, note, whether a photo goes with it.
type Step = (i64, FactKind, Option<&'static str>, bool);

impl Responders {
    /// Everybody but those whom humans play.
    pub fn new(seed: u64, left_alone: impl IntoIterator<Item = PersonId>) -> Responders {
        Responders {
            seed,
            left_alone: left_alone.into_iter().collect(),
            due: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    /// Takes notice of all tasks of a command.
    pub fn heed_command(&mut self, command: &CommandView, now: Time) {
        for task in &command.tasks {
            self.heed(task, now);
        }
    }

    /// Takes notice of a task as it stands: new, moved on, rejected or cancelled.
    pub fn heed(&mut self, task: &TaskView, now: Time) {
        if self.left_alone.contains(&task.person) {
            return;
        }
        let known = self.known.get(&task.id).copied().unwrap_or_default();
        if task.stage.is_withdrawn() {
            self.forget(task);
            if !known.cancel_seen {
                self.known.insert(
                    task.id.clone(),
                    Known {
                        cancel_seen: true,
                        ..known
                    },
                );
                self.plan(task, now, 900, &[(25, FactKind::CancelSeen, None, false)]);
            }
            return;
        }
        if task.stage == Stage::Verified {
            self.forget(task);
            return;
        }
        let rejections = task
            .facts
            .iter()
            .filter(|f| f.kind == FactKind::Rejected)
            .count();
        if known.rounds == 0 {
            self.known
                .insert(task.id.clone(), Known { rounds: 1, ..known });
            let issued = task.facts.first().map_or(now, |fact| fact.at);
            let steps = self.first_round(task);
            self.plan(task, issued, 0, &steps);
        }
        if rejections >= known.rounds.max(1) {
            self.known.insert(
                task.id.clone(),
                Known {
                    rounds: rejections + 1,
                    ..known
                },
            );
            let rejected = task
                .facts
                .iter()
                .rev()
                .find(|f| f.kind == FactKind::Rejected);
            let again = [
                (
                    150,
                    FactKind::Working { percent: 90 },
                    Some("按要求返工"),
                    false,
                ),
                (480, FactKind::Done, Some("已补齐，照片见附"), true),
            ];
            let from = rejected.map_or(now, |fact| fact.at);
            self.plan(task, from, 100 * rejections as u32, &again);
        }
    }

    /// Presses due by `now`, in order.
    pub fn due(&mut self, now: Time) -> Vec<Press> {
        let later = self
            .due
            .split_off(&(now.plus_ms(1), TaskId(String::new()), 0));
        std::mem::replace(&mut self.due, later)
            .into_values()
            .collect()
    }

    /// When the next press is due.
    pub fn next_due(&self) -> Option<Time> {
        self.due.keys().next().map(|(at, ..)| *at)
    }

    fn forget(&mut self, task: &TaskView) {
        self.due.retain(|(_, id, _), _| *id != task.id);
    }

    fn dice(&self, task: &TaskView) -> Dice {
        let person = task
            .id
            .as_str()
            .bytes()
            .fold(self.seed, |h, b| mix(h, &[u64::from(b)]));
        Dice::new(person, "responder")
    }

    /// What this person does with this task, from the order on.
    fn first_round(&self, task: &TaskView) -> Vec<Step> {
        let mut dice = self.dice(task);
        let mut wait = |low: f64, high: f64| dice.between(low, high) as i64;
        let (delivered, seen) = (wait(2.0, 8.0), wait(20.0, 90.0));
        let accepted = seen + wait(10.0, 120.0);
        let en_route = accepted + wait(40.0, 240.0);
        let on_scene = en_route + wait(240.0, 1200.0);
        let mut at = on_scene;
        let mut pause = || {
            at += wait(180.0, 560.0);
            at
        };
        let working = [20u8, 40, 60, 80].map(|percent| (pause(), percent));
        let done = pause();
        let mut steps: Vec<Step> = vec![(delivered, FactKind::Delivered, None, false)];
        if dice.chance(NEVER_LOOKS) {
            return steps;
        }
        steps.push((seen, FactKind::Seen, None, false));
        if dice.chance(NEVER_ANSWERS) {
            return steps;
        }
        if dice.chance(DECLINES) {
            steps.push((
                accepted,
                FactKind::Declined,
                Some("人在县城，赶不过去"),
                false,
            ));
            return steps;
        }
        steps.push((accepted, FactKind::Accepted, None, false));
        steps.push((en_route, FactKind::EnRoute, None, false));
        steps.push((on_scene, FactKind::OnScene, None, false));
        for (at, percent) in working {
            steps.push((at, FactKind::Working { percent }, None, false));
        }
        steps.push((done, FactKind::Done, Some("已完成，现场照片见附"), true));
        steps
    }

    /// Puts steps that are not facts yet among the presses to come. `round` keeps the op ids of
    /// later rounds apart.
    fn plan(&mut self, task: &TaskView, from: Time, round: u32, steps: &[Step]) {
        let mut dice = self.dice(task);
        let skew_ms = (dice.between(-4.0, 4.0) * 1000.0) as i64;
        let twice = dice.chance(TWICE);
        // The net is gone for this part of the work; what was pressed then arrives afterwards.
        let gone = dice
            .chance(LOSES_NET)
            .then(|| (dice.between(100.0, 500.0), dice.between(300.0, 900.0)));
        for (number, (after_s, fact, note, photo)) in steps.iter().enumerate() {
            let step = round + number as u32;
            if task.facts.iter().any(|known| known.kind == *fact) && round == 0 {
                continue;
            }
            let pressed_s = *after_s;
            let sent_s = match gone {
                Some((from_s, for_s)) if (from_s..from_s + for_s).contains(&(pressed_s as f64)) => {
                    (from_s + for_s) as i64
                }
                Some(_) | None => pressed_s,
            };
            let device_at = from.plus_ms(pressed_s * 1000 + skew_ms);
            let op = mix(self.seed, &[0x0b, u64::from(step)]) ^ hash_of(task.id.as_str());
            let press = Press {
                person: task.person.clone(),
                task: task.id.clone(),
                op: OpId(format!("sim-{op:016x}-{step}")),
                device_at,
                fact: *fact,
                note: *note,
                photo: photo.then_some(op),
                twice,
            };
            self.due
                .insert((from.plus_ms(sent_s * 1000), task.id.clone(), step), press);
        }
    }
}

fn hash_of(text: &str) -> u64 {
    text.bytes()
        .fold(0x0b5e, |hash, byte| mix(hash, &[u64::from(byte)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::CommandId;
    use model::task::{Fact, Means};

    const T0: Time = Time::from_ms(1_787_241_600_000);

    fn fact(kind: FactKind, after_s: i64) -> Fact {
        Fact {
            kind,
            op: None,
            by: None,
            means: Means::System,
            at: T0.plus_ms(after_s * 1000),
            device_at: None,
            note: None,
            position: None,
            photos: Vec::new(),
            version: None,
            count: Vec::new(),
            form: Vec::new(),
            reading: None,
            coming: 0,
            shot: None,
        }
    }

    fn task(number: usize, stage: Stage, facts: Vec<Fact>) -> TaskView {
        let (command, person) = (CommandId::from("c1"), PersonId(format!("head-{number:03}")));
        TaskView {
            id: TaskId::of(&command, &person),
            command,
            person,
            stage,
            percent: None,
            heard: None,
            needs_help: false,
            overdue: Vec::new(),
            next: None,
            facts,
            conflict: false,
            version: 1,
            end_unseen: false,
            crossed: false,
            reassigned_to: None,
            crew: Vec::new(),
            calls: Vec::new(),
            next_call: None,
            place: None,
        }
    }

    fn issued(number: usize) -> TaskView {
        task(number, Stage::Issued, vec![fact(FactKind::Issued, 0)])
    }

    /// All presses of a thousand people told of one order, each played to its end.
    fn played() -> Vec<Press> {
        let mut people = Responders::new(7, []);
        for number in 0..1000 {
            people.heed(&issued(number), T0);
        }
        people.due(T0.plus_ms(86_400_000))
    }

    #[test]
    fn most_finish_some_decline_and_some_never_answer() {
        let presses = played();
        let count = |wanted: FactKind| presses.iter().filter(|p| p.fact == wanted).count();
        assert!(
            (60..=100).contains(&(1000 - count(FactKind::Accepted) - count(FactKind::Declined)))
        );
        assert!(
            (30..=70).contains(&count(FactKind::Declined)),
            "{}",
            count(FactKind::Declined)
        );
        assert_eq!(count(FactKind::Done), count(FactKind::Accepted));
        assert!(
            presses
                .iter()
                .all(|p| p.photo.is_some() == (p.fact == FactKind::Done))
        );
        assert!(
            (60..=140).contains(
                &(presses
                    .iter()
                    .filter(|p| p.fact == FactKind::Seen && p.twice)
                    .count())
            )
        );
    }

    #[test]
    fn the_first_look_takes_twenty_to_ninety_seconds_unless_the_net_is_gone() {
        let seen = played().into_iter().filter(|p| p.fact == FactKind::Seen);
        for press in seen {
            let after = press.device_at.since_ms(T0);
            assert!((16_000..=94_000).contains(&after), "{after}");
        }
    }

    #[test]
    fn who_lost_the_net_sends_later_what_was_pressed_then() {
        let mut people = Responders::new(7, []);
        for number in 0..200 {
            people.heed(&issued(number), T0);
        }
        let late = people
            .due
            .iter()
            .filter(|((sent, ..), p)| sent.since_ms(p.device_at) > 60_000);
        assert!(late.count() > 5);
    }

    #[test]
    fn a_simulator_started_again_goes_on_where_the_facts_are() {
        let (mut first, mut second) = (Responders::new(7, []), Responders::new(7, []));
        first.heed(&issued(3), T0);
        let all = first.due(T0.plus_ms(86_400_000));
        let known = task(
            3,
            Stage::Seen,
            vec![
                fact(FactKind::Issued, 0),
                fact(FactKind::Delivered, 5),
                fact(FactKind::Seen, 40),
            ],
        );
        second.heed(&known, T0.plus_ms(60_000));
        let rest = second.due(T0.plus_ms(86_400_000));
        assert_eq!(rest[..], all[2..], "the same presses with the same op ids");
    }

    #[test]
    fn a_rejection_opens_one_more_round_and_a_cancellation_ends_it() {
        let mut people = Responders::new(7, []);
        let facts = vec![
            fact(FactKind::Issued, 0),
            fact(FactKind::Done, 900),
            fact(FactKind::Rejected, 1000),
        ];
        let rejected = task(3, Stage::Working, facts);
        people.heed(&rejected, T0.plus_ms(1_000_000));
        people.heed(&rejected, T0.plus_ms(1_001_000));
        let again = people
            .due
            .values()
            .filter(|p| p.fact == FactKind::Done)
            .count();
        assert_eq!(again, 1);
        people.heed(
            &task(3, Stage::Cancelled, vec![fact(FactKind::Issued, 0)]),
            T0.plus_ms(1_100_000),
        );
        let left: Vec<FactKind> = people.due.values().map(|p| p.fact).collect();
        assert_eq!(left, [FactKind::CancelSeen]);
    }

    #[test]
    fn a_person_played_by_a_human_is_left_alone() {
        let mut people = Responders::new(7, [PersonId::from("head-003")]);
        people.heed(&issued(3), T0);
        assert_eq!(people.next_due(), None);
    }

    #[test]
    fn a_press_is_the_act_the_door_expects() {
        let presses = played();
        let working = presses
            .iter()
            .find(|p| p.fact == FactKind::Working { percent: 60 });
        let act = working
            .map(|p| p.act(&["ab".to_owned()]))
            .unwrap_or_default();
        assert_eq!(act["action"]["action"], "report_task");
        assert_eq!(act["action"]["fact"], "working");
        assert_eq!(act["action"]["percent"], 60);
        assert_eq!(act["action"]["photos"][0], "ab");
        assert!(
            act["op"]
                .as_str()
                .is_some_and(|op| op.len() <= model::id::MAX_OP_ID)
        );
    }
}
