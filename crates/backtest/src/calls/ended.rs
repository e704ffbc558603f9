//! What one run came to: its calls with what is known of their answers, its runs, its gaps.

use std::collections::{BTreeMap, BTreeSet};

use model::backtest::calls::{CallMade, CallOutcome, EmptyStep, Reply, RunOutcome};
use model::config::Text;
use model::page::{About, PageFact};
use model::view::{PageView, RunLine, RunState, RunView};
use model::{PersonId, RunId, SituationId, Time};

use super::side::{Side, key_of};
use super::{CallKey, Recorded};

type People<'a> = BTreeSet<&'a PersonId>;

/// What one run came to, before it is compared.
pub(crate) struct Ended {
    pub(crate) outcome: CallOutcome,
    pub(crate) calls: Vec<(CallKey, CallMade)>,
    pub(crate) runs: Vec<RunEnded>,
    pub(crate) subjects: BTreeMap<SituationId, (String, Text)>,
}

/// A run and how it went.
pub(crate) struct RunEnded {
    pub(crate) about: About,
    pub(crate) policy: String,
    pub(crate) title: Text,
    pub(crate) went: RunOutcome,
}

impl Side {
    pub(crate) fn end(self, (from, to): (Time, Time), record: &Recorded) -> Ended {
        let mut outcome = CallOutcome {
            name: self.name.clone(),
            ..CallOutcome::default()
        };
        let mut calls = Vec::new();
        let (mut answered, mut unknown, mut people) = (People::new(), People::new(), People::new());
        for page in self.pages.values() {
            let Some(at) = page.sent else {
                outcome.held += u64::from(page.held_until.is_some());
                continue;
            };
            if at < from {
                continue;
            }
            let reply = self.reply(page, record);
            people.insert(&page.to);
            match reply {
                Reply::Answered { .. } => drop(answered.insert(&page.to)),
                Reply::Unknown => drop(unknown.insert(&page.to)),
                Reply::Declined { .. } | Reply::Failed { .. } | Reply::Silent => {}
            }
            let made = CallMade {
                at,
                policy: self.policy_of(page),
                level: page.level,
                round: page.round,
                step: page.step,
                reply,
            };
            calls.push((key_of(page), made));
        }
        outcome.calls = calls.len() as u64;
        outcome.people = people.len() as u64;
        outcome.answered = answered.len() as u64;
        outcome.unknown = unknown.difference(&answered).count() as u64;
        let runs: Vec<RunEnded> = self.runs.iter().map(|run| self.went(run, from)).collect();
        for run in &runs {
            outcome.satisfied += u64::from(run.went.state == RunState::Satisfied);
            outcome.exhausted += u64::from(run.went.state == RunState::Exhausted);
            outcome.empty_steps += run.went.empty.len() as u64;
        }
        let posts = self.engine.post_views(from).into_iter();
        let gaps = posts.flat_map(|post| post.gaps);
        outcome.gaps = gaps.filter(|gap| gap.from < to).collect();
        outcome.astray = self.astray;
        Ended {
            outcome,
            calls,
            runs,
            subjects: self.subjects,
        }
    }

    fn policy_of(&self, page: &PageView) -> String {
        let run = self.runs.get(&page.run).cloned();
        let run = run.or_else(|| self.engine.run_view(&page.run));
        run.map(|run| run.policy).unwrap_or_default()
    }

    fn reply(&self, page: &PageView, record: &Recorded) -> Reply {
        let said = page.facts.iter().rev().find_map(|known| match known.fact {
            PageFact::Acked => Some(Reply::Answered { at: known.at }),
            PageFact::Declined => Some(Reply::Declined { at: known.at }),
            PageFact::Failed { .. } | PageFact::Expired | PageFact::NoWay { .. } => {
                Some(Reply::Failed { at: known.at })
            }
            PageFact::Sent | PageFact::Accepted { .. } | PageFact::Delivered | PageFact::Seen => {
                None
            }
        });
        let key = key_of(page);
        let known = record.keys.contains(&key) && !self.missed.contains(&key);
        said.unwrap_or(if known { Reply::Silent } else { Reply::Unknown })
    }

    fn went(&self, (id, run): (&RunId, &RunView), from: Time) -> RunEnded {
        let pages = self.pages.values().filter(|page| page.run == *id);
        let pages = pages.filter(|page| page.sent.is_some_and(|at| at >= from));
        let (mut called, mut answered) = (People::new(), People::new());
        let (mut first_call, mut first_answer) = (None::<Time>, None::<Time>);
        for page in pages {
            called.insert(&page.to);
            first_call = first_call.into_iter().chain(page.sent).min();
            let acked = page.facts.iter().find(|f| f.fact == PageFact::Acked);
            if let Some(known) = acked {
                answered.insert(&page.to);
                first_answer = first_answer.into_iter().chain([known.at]).min();
            }
        }
        let lines = run.log.iter().filter(|line| line.at >= from);
        let empty = lines.filter_map(|entry| {
            let RunLine::Empty { round, step } = entry.line else {
                return None;
            };
            let at = entry.at;
            Some(EmptyStep { at, round, step })
        });
        RunEnded {
            about: run.about.clone(),
            policy: run.policy.clone(),
            title: run.title.clone(),
            went: RunOutcome {
                level: run.level,
                began: run.began,
                state: run.state,
                ended: run.ended,
                rounds: run.round,
                called: called.len() as u32,
                answered: answered.len() as u32,
                first_call,
                first_answer,
                empty: empty.collect(),
            },
        }
    }
}
