//! Runs: who is called about a situation or in a roll-call, step by step, until somebody answers. What is
//! heard, and the end of a run, stand in `run_end.rs`; after an outage, `recovery.rs` takes it up.
//!
//! One input moves a run on: the step, its pages, the next deadline and the line of its log are made
//! together or not at all. A run goes by the policy it began with; another file never rewrites it.

use std::collections::{BTreeMap, BTreeSet};

use model::config::{Call, Escalation, Occasion, Target};
use model::effect::{NoticeReason, SystemKind};
use model::page::{About, Channel};
use model::view::{CancelReason, RunLine, RunState};
use model::{Effect, Effects, Level, PageId, PersonId, PostId, RunId, SituationId, TaskId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::page::{Contact, Sheet};
use crate::plan::Plans;
use crate::proven::Proof;
use crate::reach::Reach;
use crate::timers::Due;

/// Runs, their pages, and the contact points these went to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Calling {
    pub(crate) runs: BTreeMap<RunId, Run>,
    pub(crate) pages: BTreeMap<PageId, Sheet>,
    pub(crate) contacts: BTreeMap<(PersonId, Channel), Contact>,
    /// What each contact point has proven.
    #[serde(default)]
    pub(crate) proofs: BTreeMap<(PersonId, Channel), Proof>,
    /// Where channels reach nobody.
    #[serde(default)]
    pub(crate) reach: Reach,
    /// Tests of the channels that begin by themselves.
    #[serde(default)]
    pub(crate) plans: Plans,
    /// Runs about a situation that are not settled, by situation.
    pub(crate) live: BTreeMap<SituationId, BTreeSet<RunId>>,
    /// Runs about a task that are not forgotten, the newest last.
    #[serde(default)]
    pub(crate) tasks: BTreeMap<TaskId, Vec<RunId>>,
    /// Of a start: runs that came due while nobody looked, and pages that were on their way.
    #[serde(skip)]
    pub(crate) overdue: Vec<RunId>,
    #[serde(skip)]
    pub(crate) unknown: Vec<PageId>,
}

/// One escalation on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) about: About,
    pub(crate) policy: Escalation,
    pub(crate) level: Option<Level>,
    pub(crate) began: Time,
    pub(crate) state: RunState,
    pub(crate) ended: Option<Time>,
    /// There is nothing to call about any more; what is used up may still be open.
    #[serde(default)]
    pub(crate) closed: bool,
    /// From 1.
    pub(crate) round: u8,
    pub(crate) round_began: Time,
    /// Steps taken in this round.
    pub(crate) taken: u16,
    pub(crate) next_at: Option<Time>,
    /// Posts of a roll-call, and who was called for each.
    pub(crate) posts: Vec<PostId>,
    #[serde(default)]
    pub(crate) seats: BTreeMap<PostId, BTreeSet<PersonId>>,
    pub(crate) vacant: Vec<PostId>,
    /// Everybody called.
    pub(crate) people: BTreeMap<PersonId, Called>,
    pub(crate) pages: Vec<PageId>,
    /// Steps whose clock of the law has run out, and who could still answer it.
    pub(crate) clocks: BTreeMap<u16, Vec<PersonId>>,
    /// Notices that end with it.
    pub(crate) empty: BTreeSet<u16>,
    pub(crate) log: Vec<(Time, RunLine)>,
}

/// A person who was called: since when, and what they said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Called {
    pub(crate) since: Time,
    pub(crate) confirmed: Option<Time>,
    pub(crate) refused: Option<Time>,
}

/// What taking a step came to.
#[derive(Clone, Copy, PartialEq)]
enum Taken {
    Called,
    /// Nobody on duty, or nobody with a usable channel.
    Empty,
}

impl Run {
    /// Whether it is a part of a task, which says what is awaited.
    pub(crate) fn is_about_a_task(&self) -> bool {
        matches!(self.about, About::Task(_))
    }

    pub(crate) fn note_called(&mut self, person: &PersonId, at: Time) {
        self.people.entry(person.clone()).or_insert(Called {
            since: at,
            confirmed: None,
            refused: None,
        });
    }

    /// Whether nobody need call this person again.
    pub(crate) fn has_answered(&self, person: &PersonId) -> bool {
        let called = self.people.get(person);
        called.is_some_and(|called| called.confirmed.is_some())
    }

    /// Whether a page is still to be made: while it runs, the last calls of all, and what the limits
    /// of a contact held back until nobody had answered.
    pub(crate) fn calls_by(&self, sheet: &Sheet) -> bool {
        let last = usize::from(sheet.step) > self.policy.steps.len();
        match self.state {
            RunState::Running => true,
            RunState::Exhausted => !self.closed && (last || sheet.held_until.is_some()),
            RunState::Satisfied | RunState::Cancelled => false,
        }
    }

    /// The end of this round: it begins again, or everything is used up.
    pub(crate) fn round_ends(&self) -> Time {
        let last = self.policy.steps.last().map_or(0, |step| step.after_ms);
        self.round_began.plus_ms(last + self.policy.loop_after_ms)
    }

    /// When the next step is due, or the end of the round.
    fn next_due(&self) -> Time {
        let step = self.policy.steps.get(usize::from(self.taken));
        step.map_or_else(
            || self.round_ends(),
            |step| self.round_began.plus_ms(step.after_ms),
        )
    }
}

/// The name of a step of a run in notices.
pub(crate) fn step_subject(run: &RunId, step: u16) -> String {
    format!("{run}#{step}")
}

impl Engine {
    /// A situation was told: every policy for its level calls, unless it does already.
    pub(crate) fn call_about(
        &mut self,
        id: SituationId,
        level: Level,
        reason: NoticeReason,
        at: Time,
        out: &mut Effects,
    ) {
        if self.config.organisation.escalations.is_empty() {
            return;
        }
        let Some(situation) = self.state.situations.list.get(&id) else {
            return;
        };
        let hazard = situation.hazard.clone();
        let config = std::sync::Arc::clone(&self.config);
        let policies = config.organisation.escalations.iter();
        let policies = policies.filter(|p| {
            p.occasion == Occasion::Situation
                && p.levels.contains(&level)
                && (p.hazards.is_empty() || p.hazards.contains(&hazard))
        });
        let mut matched = false;
        for policy in policies {
            matched = true;
            let newest = self.newest_run(id, &policy.id);
            let known = newest.filter(|(run, _)| {
                let run = self.state.calling.runs.get(run);
                // Who was called about less is called again.
                run.is_some_and(|run| run.level >= Some(level))
            });
            match known {
                // Whoever took note let it lapse: everybody is called again, from the first step.
                Some((run, RunState::Running)) if reason == NoticeReason::LeaseLapsed => {
                    self.cancel_run(&run, CancelReason::Superseded, at, out);
                    let about = About::Situation(id);
                    self.begin(about, policy, Some(level), Vec::new(), at, out);
                }
                Some((run, RunState::Running)) => {
                    if reason != NoticeReason::Repeat {
                        self.widen(&run, at, out);
                    }
                }
                // Only noise again: who was to be called has been. Where taking note ends the calls,
                // what nobody has read by now came after it, and is called about.
                Some((_, RunState::Exhausted)) if reason == NoticeReason::Repeat => {}
                Some((_, RunState::Satisfied))
                    if reason == NoticeReason::Repeat && policy.confirm_all => {}
                Some((_, RunState::Satisfied | RunState::Exhausted | RunState::Cancelled))
                | None => {
                    self.begin(
                        About::Situation(id),
                        policy,
                        Some(level),
                        Vec::new(),
                        at,
                        out,
                    );
                }
            }
        }
        if !matched {
            return;
        }
        for run in self.live_runs(id) {
            let run_now = self.state.calling.runs.get(&run);
            let lower =
                run_now.is_some_and(|r| r.state == RunState::Running && r.level < Some(level));
            if lower {
                self.cancel_run(&run, CancelReason::Superseded, at, out);
            }
        }
    }

    /// Begins a run and takes what is due of it at once.
    pub(crate) fn begin(
        &mut self,
        about: About,
        policy: &Escalation,
        level: Option<Level>,
        posts: Vec<PostId>,
        at: Time,
        out: &mut Effects,
    ) -> RunId {
        self.sweep_runs(at);
        self.open_run(about, policy, level, posts, at, out)
    }

    /// The same without forgetting old ones first, where many begin together.
    pub(crate) fn open_run(
        &mut self,
        about: About,
        policy: &Escalation,
        level: Option<Level>,
        posts: Vec<PostId>,
        at: Time,
        out: &mut Effects,
    ) -> RunId {
        let mut id = match &about {
            About::Situation(situation) => format!("{situation}-{}-{:x}", policy.id, at.ms()),
            About::RollCall(op) | About::Test(op) => op.0.clone(),
            About::Task(task) => format!("{task}-{}-{:x}", policy.id, at.ms()),
            About::Notice { subject, .. } => format!("{subject}-{}-{:x}", policy.id, at.ms()),
        };
        while self.state.calling.runs.contains_key(&RunId(id.clone())) {
            id.push('+');
        }
        let id = RunId(id);
        if let About::Situation(situation) = about {
            let live = self.state.calling.live.entry(situation).or_default();
            live.insert(id.clone());
        }
        let run = Run {
            about,
            policy: policy.clone(),
            level,
            began: at,
            state: RunState::Running,
            ended: None,
            closed: false,
            round: 1,
            round_began: at,
            taken: 0,
            next_at: None,
            posts,
            seats: BTreeMap::new(),
            vacant: Vec::new(),
            people: BTreeMap::new(),
            pages: Vec::new(),
            clocks: BTreeMap::new(),
            empty: BTreeSet::new(),
            log: Vec::new(),
        };
        self.state.calling.runs.insert(id.clone(), run);
        self.write(&id, RunLine::Began { level }, at, out);
        self.advance(&id, false, at, out);
        id
    }

    /// The deadline of a run came.
    pub(crate) fn step_run(&mut self, id: &RunId, at: Time, out: &mut Effects) {
        let run = self.state.calling.runs.get(id);
        if run.is_some_and(|run| run.next_at == Some(at)) {
            self.advance(id, false, at, out);
        }
    }

    /// Takes every step that is due, one at once if asked, and arms the next.
    pub(crate) fn advance(&mut self, id: &RunId, at_once: bool, at: Time, out: &mut Effects) {
        let mut at_once = at_once;
        loop {
            let Some(run) = self.state.calling.runs.get(id) else {
                return;
            };
            if run.state != RunState::Running {
                return;
            }
            let due = run.next_due();
            let is_step = usize::from(run.taken) < run.policy.steps.len();
            if due > at && !(at_once && is_step) {
                self.arm_run(id, Some(due));
                return;
            }
            if is_step {
                at_once = self.call_step(id, at, out) == Taken::Empty;
                self.settle_run(id, at, out);
            } else {
                self.end_round(id, at, out);
            }
        }
    }

    /// Takes the next step of a run.
    fn call_step(&mut self, id: &RunId, at: Time, out: &mut Effects) -> Taken {
        let Some(run) = self.state.calling.runs.get_mut(id) else {
            return Taken::Called;
        };
        let step = run.policy.steps[usize::from(run.taken)].clone();
        run.taken += 1;
        let (round, number) = (run.round, run.taken);
        if run.policy.occasion == Occasion::Task {
            self.try_next_way(id, number, at, out);
            return Taken::Called;
        }
        if step.must && !self.judge_legal_clock(id, number, &step.calls, at, out) {
            // They have answered already; the clock is met and nobody is called.
            let line = RunLine::Step {
                round,
                step: number,
                called: 0,
            };
            self.write(id, line, at, out);
            return Taken::Called;
        }
        let (called, answered) = self.make_calls(id, number, &step.calls, at, out);
        let line = RunLine::Step {
            round,
            step: number,
            called,
        };
        self.write(id, line, at, out);
        if called > 0 || answered > 0 {
            self.fill_step(id, number, at, out);
            return Taken::Called;
        }
        self.tell_empty(id, number, at, out);
        Taken::Empty
    }

    /// Pages everybody some calls name; how many were called, and how many need not be any more.
    fn make_calls(
        &mut self,
        id: &RunId,
        step: u16,
        calls: &[Call],
        at: Time,
        out: &mut Effects,
    ) -> (u32, u32) {
        let (mut called, mut answered) = (BTreeSet::new(), BTreeSet::new());
        for call in calls {
            for person in self.people_to_call(id, &call.to, at) {
                let run = self.state.calling.runs.get(id);
                if run.is_some_and(|run| run.has_answered(&person)) {
                    answered.insert(person);
                    continue;
                }
                let channels = self.channels_of(&person, &call.by);
                if !channels.is_empty() {
                    self.place_page(id, step, &person, &channels, at, out);
                    called.insert(person);
                }
            }
        }
        (called.len() as u32, answered.len() as u32)
    }

    /// The channels of a call that a person has; without any named, the person's own in their order.
    pub(crate) fn channels_of(&self, person: &PersonId, by: &[Channel]) -> Vec<Channel> {
        let place = self.index.people.get(person);
        let Some(place) = place else {
            return Vec::new();
        };
        let own = &self.config.people[*place as usize].contacts;
        if by.is_empty() {
            return own.clone();
        }
        by.iter().copied().filter(|c| own.contains(c)).collect()
    }

    /// Who is meant by targets of a run now, each once, in the order of the targets.
    pub(crate) fn people_to_call(&mut self, id: &RunId, to: &[Target], at: Time) -> Vec<PersonId> {
        let Some(run) = self.state.calling.runs.get(id) else {
            return Vec::new();
        };
        let (people, vacant) = self.meant(run, to, at);
        if let Some(run) = self.state.calling.runs.get_mut(id)
            && !vacant.is_empty()
        {
            run.vacant = vacant;
        }
        if to.contains(&Target::Called) {
            self.note_seats(id, at);
        }
        people
    }

    /// The people targets of a run mean, and the posts of a roll-call that have nobody.
    pub(crate) fn meant(&self, run: &Run, to: &[Target], at: Time) -> (Vec<PersonId>, Vec<PostId>) {
        let mut people: Vec<PersonId> = Vec::new();
        let mut vacant: Vec<PostId> = Vec::new();
        for target in to {
            let found = match target {
                Target::Post(post) => self.on_hook(post, at),
                Target::Township(kind) => self.holders_in_townships(&run.about, kind, at),
                Target::Group(group) => {
                    let group = self.config.groups.iter().find(|g| g.id == *group);
                    group.map_or_else(Vec::new, |g| self.people_of_group(g, at))
                }
                Target::Person(person) => vec![person.clone()],
                Target::Called => {
                    let mut all = Vec::new();
                    for post in &run.posts {
                        let holders = self.on_hook(post, at);
                        if holders.is_empty() {
                            vacant.push(post.clone());
                        }
                        all.extend(holders);
                    }
                    all
                }
            };
            for person in found {
                if self.knows(&person) && !people.contains(&person) {
                    people.push(person);
                }
            }
        }
        (people, vacant)
    }

    /// Holders of posts of a kind in the townships a situation touches.
    fn holders_in_townships(&self, about: &About, kind: &str, at: Time) -> Vec<PersonId> {
        let About::Situation(id) = about else {
            return Vec::new();
        };
        let Some(situation) = self.state.situations.list.get(id) else {
            return Vec::new();
        };
        let posts = self.config.organisation.posts.iter().filter(|post| {
            let township = post.township.as_ref();
            post.kind == kind && township.is_some_and(|t| situation.townships.contains_key(t))
        });
        posts.flat_map(|post| self.on_hook(&post.id, at)).collect()
    }

    /// The steps of a round are used up: again from the first, or everything is.
    fn end_round(&mut self, id: &RunId, at: Time, out: &mut Effects) {
        let Some(run) = self.state.calling.runs.get_mut(id) else {
            return;
        };
        if run.round <= run.policy.loops {
            run.round += 1;
            run.round_began = at;
            run.taken = 0;
            return;
        }
        let (calls, last) = (
            run.policy.exhausted.clone(),
            run.policy.steps.len() as u16 + 1,
        );
        let occasion = run.policy.occasion;
        // Where everybody has to confirm, nothing else sounds once the alarm is acknowledged.
        let level = run.level.filter(|_| !run.policy.confirm_all);
        let level = Some(level.unwrap_or(Level::Red));
        run.state = RunState::Exhausted;
        run.ended = Some(at);
        self.arm_run(id, None);
        let (called, _) = self.make_calls(id, last, &calls, at, out);
        self.write(id, RunLine::Exhausted { called }, at, out);
        self.pass_on_of(id, at, out);
        match occasion {
            Occasion::Situation | Occasion::RollCall => {
                let kind = SystemKind::CallsExhausted;
                self.notice_at(kind, id.as_str(), level, at, out);
            }
            // A test that nobody answered is a finding, and no cause to wake the room; a task tells
            // the desk by its own clocks.
            Occasion::Test | Occasion::Task => {}
        }
    }

    pub(crate) fn round_of(&self, id: &RunId) -> Option<u8> {
        self.state.calling.runs.get(id).map(|run| run.round)
    }

    /// Calls who is concerned now and was not called, with the steps already taken.
    pub(crate) fn widen(&mut self, id: &RunId, at: Time, out: &mut Effects) {
        let Some(run) = self.state.calling.runs.get(id) else {
            return;
        };
        let steps = run.policy.steps[..usize::from(run.taken)].to_vec();
        let mut called = BTreeSet::new();
        for (number, step) in (1u16..).zip(steps) {
            for call in step.calls {
                for person in self.people_to_call(id, &call.to, at) {
                    let run = self.state.calling.runs.get(id);
                    let known = run.is_some_and(|r| r.people.contains_key(&person));
                    let channels = self.channels_of(&person, &call.by);
                    if channels.is_empty() || (known && !called.contains(&person)) {
                        continue;
                    }
                    self.place_page(id, number, &person, &channels, at, out);
                    called.insert(person);
                }
            }
        }
        if !called.is_empty() {
            let called = called.len() as u32;
            self.write(id, RunLine::Widened { called }, at, out);
        }
    }

    pub(crate) fn arm_run(&mut self, id: &RunId, due: Option<Time>) {
        let Some(run) = self.state.calling.runs.get_mut(id) else {
            return;
        };
        let old = std::mem::replace(&mut run.next_at, due);
        if old == due {
            return;
        }
        let row = Due::Run { run: id.clone() };
        if let Some(old) = old {
            self.state.timers.disarm(old, row.clone());
        }
        if let Some(due) = due {
            self.state.timers.arm(due, row);
        }
    }

    pub(crate) fn write(&mut self, id: &RunId, line: RunLine, at: Time, out: &mut Effects) {
        if let Some(run) = self.state.calling.runs.get_mut(id) {
            run.log.push((at, line.clone()));
        }
        out.push(Effect::Run {
            run: id.clone(),
            line,
        });
    }

    pub(crate) fn live_runs(&self, id: SituationId) -> Vec<RunId> {
        let live = self.state.calling.live.get(&id);
        live.map_or_else(Vec::new, |runs| runs.iter().cloned().collect())
    }

    /// The newest run about a situation by a policy, and how it stands.
    pub(crate) fn newest_run(&self, id: SituationId, policy: &str) -> Option<(RunId, RunState)> {
        let runs = self.state.calling.runs.iter();
        let of =
            runs.filter(|(_, run)| run.about == About::Situation(id) && run.policy.id == policy);
        let newest = of.max_by_key(|(_, run)| run.began);
        newest.map(|(id, run)| (id.clone(), run.state))
    }
}
