//! Tests of the channels that begin by the calendar. What comes back is told by the proofs of the contact
//! points, the same as of tests by a press.
//!
//! A test never gets between real calls: while people are called about a situation it waits for the
//! same hour of another day. So does one that was due long before a start; one that is little late is
//! taken at the start, once.

use std::collections::BTreeMap;

use model::config::{Plan, Schedule};
use model::page::{About, Channel};
use model::view::{PlanResult, PlanView, RunState, Unheard};
use model::{Effects, OpId, PersonId, RunId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::timers::Due;

/// The planned tests, by id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plans {
    known: BTreeMap<String, Planned>,
    /// Every plan has its deadline; looked at once after a start and after new files.
    pub(crate) wound: bool,
    /// Of a start: plans that came due while nobody looked.
    #[serde(skip)]
    missed: Vec<String>,
}

/// How a plan stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Planned {
    when: Schedule,
    next: Time,
    put_off: bool,
    last: Option<Time>,
}

/// A test that was due this long before a start, and no longer, is taken at the start.
const LATE_MS: i64 = 3_600_000;

const DAY_MS: i64 = 86_400_000;

impl Plans {
    pub(crate) fn ahead(&self) -> impl Iterator<Item = (&str, Time)> {
        let plans = self.known.iter();
        plans.map(|(id, planned)| (id.as_str(), planned.next))
    }
}

/// The run of a test that began then, by the op that stands for its press.
fn op_of(plan: &str, began: Time) -> OpId {
    OpId(format!("plan-{plan}-{:x}", began.ms()))
}

impl Engine {
    /// Looks at every plan once after a start of the jurisdiction and after new files.
    pub(crate) fn wind_plans(&mut self, at: Time) {
        if self.state.calling.plans.wound {
            return;
        }
        let config = std::sync::Arc::clone(&self.config);
        let plans = &mut self.state.calling.plans;
        plans.wound = true;
        let mut old = std::mem::take(&mut plans.known);
        for plan in &config.organisation.plans {
            let kept = old.remove(&plan.id);
            let planned = match kept {
                Some(planned) if planned.when == plan.when => planned,
                kept => Planned {
                    when: plan.when,
                    next: plan.when.next_after(at),
                    put_off: false,
                    last: kept.and_then(|planned| planned.last),
                },
            };
            plans.known.insert(plan.id.clone(), planned);
        }
        let known = &self.state.calling.plans.known;
        let timers = &mut self.state.timers;
        timers.retain(|due| !matches!(due, Due::Plan { .. }));
        for (plan, planned) in known {
            let plan = plan.clone();
            timers.arm(planned.next, Due::Plan { plan });
        }
    }

    /// The hour of a plan came.
    pub(crate) fn begin_planned(&mut self, id: &str, at: Time, out: &mut Effects) {
        let config = std::sync::Arc::clone(&self.config);
        let plan = config.organisation.plans.iter().find(|p| p.id == id);
        let planned = self.state.calling.plans.known.get(id);
        let (Some(plan), Some(_)) = (plan, planned) else {
            return;
        };
        let mut runs = self.state.calling.runs.values();
        let is_real = |about: &About| matches!(about, About::Situation(_));
        let busy = runs.any(|run| run.state == RunState::Running && is_real(&run.about));
        if busy {
            self.put_off(id, at);
            return;
        }
        let people = self.people_of_plan(plan, at);
        let op = op_of(id, at);
        let begun = self.test(&op, &plan.title, (&people, channels_of(plan)), at, out);
        if let Some(planned) = self.state.calling.plans.known.get_mut(id) {
            (planned.next, planned.put_off) = (plan.when.next_after(at), false);
            if begun {
                planned.last = Some(at);
            }
        }
        self.arm_plan(id);
    }

    /// It waits for the next day that has its hour ahead, or for its own next time.
    fn put_off(&mut self, id: &str, at: Time) {
        if let Some(planned) = self.state.calling.plans.known.get_mut(id) {
            let days = at.since_ms(planned.next).div_euclid(DAY_MS) + 1;
            let same_hour = planned.next.plus_ms(days * DAY_MS);
            planned.next = same_hour.min(planned.when.next_after(at));
            planned.put_off = true;
        }
        self.arm_plan(id);
    }

    fn arm_plan(&mut self, id: &str) {
        if let Some(planned) = self.state.calling.plans.known.get(id) {
            let plan = id.to_owned();
            self.state.timers.arm(planned.next, Due::Plan { plan });
        }
    }

    /// Called before anything that is due at a start happens: plans that are due are not taken as of
    /// then.
    pub(crate) fn put_plans_by(&mut self, at: Time) {
        let of_plans = |due: &Due| matches!(due, Due::Plan { .. });
        for due in self.state.timers.take(at, of_plans) {
            if let Due::Plan { plan } = due {
                self.state.calling.plans.missed.push(plan);
            }
        }
    }

    /// After a start: what was missed a short while ago is taken now, the rest on another day.
    pub(crate) fn make_up_plans(&mut self, at: Time, out: &mut Effects) {
        for id in std::mem::take(&mut self.state.calling.plans.missed) {
            let planned = self.state.calling.plans.known.get(&id);
            if planned.is_some_and(|planned| at.since_ms(planned.next) <= LATE_MS) {
                self.begin_planned(&id, at, out);
            } else {
                self.put_off(&id, at);
            }
        }
    }

    fn people_of_plan(&self, plan: &Plan, at: Time) -> Vec<PersonId> {
        let mut people: Vec<PersonId> = Vec::new();
        if plan.groups.is_empty() {
            people.extend(self.config.people.iter().map(|person| person.id.clone()));
        }
        let groups = self.config.groups.iter();
        for group in groups.filter(|group| plan.groups.contains(&group.id)) {
            for person in self.people_of_group(group, at) {
                if !people.contains(&person) && self.knows(&person) {
                    people.push(person);
                }
            }
        }
        people
    }

    /// The planned tests, in the order of the files.
    pub fn plan_views(&self) -> Vec<PlanView> {
        let plans = self.config.organisation.plans.iter();
        let view = |plan: &Plan| {
            let planned = self.state.calling.plans.known.get(&plan.id)?;
            Some(PlanView {
                id: plan.id.clone(),
                title: plan.title.clone(),
                groups: plan.groups.clone(),
                channels: plan.channels.clone(),
                next: planned.next,
                put_off: planned.put_off,
                last: planned.last.map(|at| self.result_of(plan, at)),
            })
        };
        plans.filter_map(view).collect()
    }

    fn result_of(&self, plan: &Plan, at: Time) -> PlanResult {
        let run = self.state.calling.runs.get(&RunId(op_of(&plan.id, at).0));
        let mut result = PlanResult {
            at,
            over: run.is_none_or(|run| run.state != RunState::Running),
            people: 0,
            reached: 0,
            answered: 0,
            silent: Vec::new(),
        };
        for person in self.people_of_plan(plan, at) {
            let proofs = channels_of(plan).iter().filter_map(|channel| {
                let proof = self.state.calling.proofs.get(&(person.clone(), *channel));
                let tested = proof.filter(|proof| proof.was_tested_since(at));
                tested.map(|proof| (*channel, proof))
            });
            let proofs: Vec<_> = proofs.collect();
            if proofs.is_empty() {
                continue;
            }
            let unheard = proofs
                .iter()
                .filter(|(_, proof)| !proof.was_heard_since(at));
            let by: Vec<Channel> = unheard.map(|(channel, _)| *channel).collect();
            result.people += 1;
            result.reached += u32::from(by.is_empty());
            if proofs.iter().any(|(_, proof)| proof.was_answered_since(at)) {
                result.answered += 1;
            } else {
                result.silent.push(Unheard { person, by });
            }
        }
        result
    }
}

fn channels_of(plan: &Plan) -> &[Channel] {
    if plan.channels.is_empty() {
        &Channel::ALL
    } else {
        &plan.channels
    }
}
