//! Gathers a report from the journal, input by input: what was decided is taken from the records, how
//! things looked from the state behind each.

use std::collections::BTreeMap;

use model::action::Act;

use model::config::Text;
use model::effect::SystemKind;
use model::incident::IncidentView;
use model::task::FactKind;
use model::view::{AlarmView, CommandView, CountyView, PageView, RunView, SituationView, TaskView};
use model::{
    AlarmKey, CommandId, Config, Effect, Input, Level, OpId, PageId, PersonId, RunId, SituationId,
    TaskId, Time,
};

use crate::calls::Calls;
use crate::course::{Event, What};
use crate::facts::{
    About, DecisionRow, Moment, Pressed, Recorded, Report, RulesInForce, SituationRow, Subject,
    Told,
};
use crate::leases::Leases;
use crate::levels::row_of;
use crate::telling::telling;
use crate::waiting::Waiting;

/// Most lines of the course that are kept; the counts go on.
const MOST_EVENTS: usize = 100_000;

/// The state behind an input, as far as a report asks.
pub trait World {
    fn config(&self) -> &Config;
    fn alarm(&self, key: AlarmKey) -> Option<AlarmView>;
    fn command(&self, id: &CommandId) -> Option<CommandView>;
    fn task(&self, id: &TaskId) -> Option<TaskView>;
    fn situation(&self, id: SituationId) -> Option<SituationView>;
    fn run(&self, id: &RunId) -> Option<RunView>;
    fn page(&self, id: &PageId) -> Option<PageView>;
    /// The pages of a run, in the order they were decided.
    fn pages(&self, run: &RunId) -> Vec<PageView>;
}

/// One input of the journal with what was decided on it, as far as it is the jurisdiction's.
#[derive(Clone, Copy, Debug)]
pub struct Passed<'p> {
    pub number: u64,
    pub at: Time,
    /// Absent: it is another jurisdiction's, and only what fell due with it is ours.
    pub input: Option<&'p Input>,
    /// Number and effect of each record behind it.
    pub outcomes: &'p [(u64, &'p Effect)],
}

/// Which part of the journal a report is about.
#[derive(Clone, Debug)]
pub struct Scope {
    pub from: Time,
    pub to: Time,
    /// The incident, as it is now; absent: everything in the interval.
    pub incident: Option<IncidentView>,
}

/// The report in the making.
pub struct Chronicle {
    pub(crate) scope: Scope,
    pub(crate) report: Report,
    /// Rows of alarms that have not returned.
    pub(crate) open: BTreeMap<AlarmKey, usize>,
    /// Level of every alarm that stands.
    pub(crate) standing: BTreeMap<AlarmKey, u8>,
    pub(crate) situations: BTreeMap<SituationId, SituationRow>,
    /// The situation that each alarm was told with.
    pub(crate) told_with: BTreeMap<AlarmKey, SituationId>,
    /// Facts of tasks: how many were known before, and when the others came in.
    pub(crate) facts: BTreeMap<TaskId, Facts>,
    pub(crate) commands: BTreeMap<CommandId, Issue>,
    pub(crate) incidents: BTreeMap<OpId, Gathered>,
    /// Entries of loss reports, by their press: they go along when incidents become one.
    pub(crate) losses: BTreeMap<OpId, Moment>,
    /// Entries of what was found of possible double counts.
    pub(crate) judged: BTreeMap<OpId, Moment>,
    pub(crate) waiting: BTreeMap<SituationId, Waiting>,
    pub(crate) calls: Calls,
    pub(crate) leases: Leases,
    pub(crate) notices: BTreeMap<(SystemKind, String), usize>,
    rules: String,
}

/// The facts of one task, as they came in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) before: usize,
    pub(crate) moments: Vec<Moment>,
}

/// A command of the report.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    /// Its press, where that lies in the interval.
    pub(crate) pressed: Option<Moment>,
    pub(crate) situation: Option<SituationId>,
    /// Its people were told within the interval.
    pub(crate) told: Option<Moment>,
    /// It was pressed, told or answered within the interval.
    pub(crate) touched: bool,
    title: Text,
    level: Level,
    by: PersonId,
}

impl Issue {
    fn of(view: &CommandView) -> Issue {
        Issue {
            pressed: None,
            situation: None,
            told: None,
            touched: false,
            title: view.title.clone(),
            level: view.level,
            by: view.by.clone(),
        }
    }
}

/// What came to an incident within the interval.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) opened: Option<Moment>,
    pub(crate) closed: Option<Pressed>,
    pub(crate) notes: Vec<Moment>,
    /// Entries of sent reports, by clock.
    pub(crate) sent: BTreeMap<String, Vec<Moment>>,
}

impl Chronicle {
    /// Begins with how everything stood before the interval.
    pub fn begin(scope: Scope, county: &CountyView) -> Chronicle {
        let incident = scope.incident.as_ref();
        let of = Subject {
            jurisdiction: county.code.clone(),
            title: county.title.clone(),
            demo: county.demo,
            drill: county.drill.is_some(),
            from: scope.from,
            to: scope.to,
            incident: incident.map(|i| i.id.clone()),
            incident_title: incident.map(|i| i.title.clone()),
        };
        let record = Recorded {
            rules: vec![RulesInForce {
                version: county.rules_version.clone(),
                since: None,
            }],
            ..Recorded::default()
        };
        let report = Report {
            of,
            record,
            ..Report::default()
        };
        let mut chronicle = Chronicle {
            scope,
            report,
            open: BTreeMap::new(),
            standing: BTreeMap::new(),
            situations: BTreeMap::new(),
            told_with: BTreeMap::new(),
            facts: BTreeMap::new(),
            commands: BTreeMap::new(),
            incidents: BTreeMap::new(),
            losses: BTreeMap::new(),
            judged: BTreeMap::new(),
            waiting: BTreeMap::new(),
            calls: Calls::default(),
            leases: Leases::default(),
            notices: BTreeMap::new(),
            rules: county.rules_version.clone(),
        };
        chronicle.remember(county);
        chronicle
    }

    /// What stood before: alarms, commands with their facts, warnings without a decision.
    fn remember(&mut self, county: &CountyView) {
        for situation in &county.situations {
            self.see_situation(situation);
            if let Some(waiting) = Waiting::of(situation, Moment::before) {
                self.waiting.insert(situation.id, waiting);
            }
        }
        for command in &county.commands {
            for task in &command.tasks {
                let before = task.facts.len();
                let facts = Facts {
                    before,
                    ..Facts::default()
                };
                self.facts.insert(task.id.clone(), facts);
            }
            self.commands.insert(command.id.clone(), Issue::of(command));
        }
        for alarm in county.alarms.iter().filter(|a| a.level > 0) {
            if let Some(situation) = alarm.situation {
                self.told_with.insert(alarm.key, situation);
            }
            if self.concerns(alarm.situation) {
                self.standing.insert(alarm.key, alarm.level);
                let row = row_of(alarm, county, Moment::before(alarm.raised), alarm.raised);
                self.open.insert(alarm.key, self.report.alarms.len());
                self.report.alarms.push(row);
            }
        }
        self.remember_calls(county);
        self.remember_leases(county);
        self.weigh(Moment::before(self.scope.from));
    }

    /// Takes the next input of the interval, with the state behind it.
    pub fn take(&mut self, passed: &Passed<'_>, world: &dyn World) {
        let record = &mut self.report.record;
        record.first = record.first.or(Some(passed.number));
        record.last = Some(passed.outcomes.last().map_or(passed.number, |(n, _)| *n));
        record.inputs += 1;
        let refused = passed.outcomes.iter().any(|(_, effect)| {
            matches!(
                effect,
                Effect::Answer(model::action::Answer::Refused { .. })
            )
        });
        match passed.input {
            Some(Input::Observed(observed)) => record.observed(passed.number, observed),
            Some(Input::Tallied { counts, .. }) => record.tallied(passed.number, counts),
            Some(Input::Configured(_)) => self.configured(passed, world),
            Some(Input::Paged { page, fact, .. }) => {
                let moment = Moment::of(passed.at, passed.number);
                self.see_answer(moment, page, Some(fact), world);
            }
            Some(Input::Acted(act)) if !refused => self.pressed(passed, act, world),
            Some(
                Input::Acted(_)
                | Input::LinkChanged { .. }
                | Input::ClockStepped { .. }
                | Input::DiskFilled { .. }
                | Input::FilesRefused { .. }
                | Input::JournalChecked { .. }
                | Input::Unread { .. }
                | Input::Ticked
                | Input::Resumed
                | Input::Accessed(_)
                | Input::ClockRead(_),
            )
            | None => {}
        }
        for (number, effect) in passed.outcomes {
            self.outcome(passed, *number, effect, world);
        }
        self.follow_waiting(passed, refused, world);
        self.follow_leases(passed, refused, world);
    }

    fn configured(&mut self, passed: &Passed<'_>, world: &dyn World) {
        let version = &world.config().rules_version;
        if *version != self.rules {
            self.rules.clone_from(version);
            let since = Moment::of(passed.at, passed.number);
            self.report.record.rules.push(RulesInForce {
                version: version.clone(),
                since: Some(since),
            });
            self.tell(since, None, About::Word(version.clone()), What::Rules, None);
        }
    }

    fn pressed(&mut self, passed: &Passed<'_>, act: &Act, world: &dyn World) {
        let moment = Moment::of(passed.at, passed.number);
        self.press(moment, act, world);
        self.see_acknowledged(moment, act, world);
    }

    fn outcome(&mut self, passed: &Passed<'_>, number: u64, effect: &Effect, world: &dyn World) {
        match effect {
            Effect::Transition(transition) => {
                self.transition(Moment::of(passed.at, number), transition, world);
            }
            Effect::Annunciate {
                situation,
                level,
                reason,
                ..
            } => {
                let told = Told {
                    moment: Moment::of(passed.at, number),
                    level: *level,
                    reason: *reason,
                };
                self.told(*situation, told, world);
            }
            Effect::Task { command, task } => {
                self.see_task(Moment::of(passed.at, passed.number), command, task, world);
            }
            Effect::Command { command } => {
                let moment = Moment::of(passed.at, passed.number);
                self.see_command(moment, command, world);
                // One that goes out by itself acknowledges in its officer's name.
                self.see_acks(moment, world);
            }
            Effect::System {
                kind,
                subject,
                on,
                at,
                ..
            } => {
                let moment = Moment::of(*at, number);
                self.notice(moment, *kind, subject, *on, world);
            }
            Effect::LateEvidence(change) => {
                let moment = Moment::of(passed.at, number);
                if let Some((about, alarm)) = self.name_of(change, world)
                    && self.concerns(self.told_with.get(&alarm).copied())
                {
                    let what = What::LateEvidence {
                        prev: change.prev,
                        level: change.level,
                    };
                    self.tell(moment, None, about, what, None);
                }
            }
            Effect::Run { run, line } => self.see_run((passed, number), run, line, world),
            Effect::Page(page) => self.see_page((passed, number), page, world),
            Effect::Series(_)
            | Effect::Alarm(_)
            | Effect::Situation(_)
            | Effect::Suppression(_)
            | Effect::Incident(_)
            | Effect::Deliver { .. }
            | Effect::Weather(_)
            | Effect::Event(_)
            | Effect::PageKnown(_)
            | Effect::Duty(_)
            | Effect::Answer(_) => {}
        }
    }

    fn told(&mut self, id: SituationId, told: Told, world: &dyn World) {
        let Some(view) = world.situation(id) else {
            return;
        };
        self.see_situation(&view);
        if !self.concerns(Some(id)) {
            return;
        }
        let about = about_situation(&view);
        if let Some(row) = self.situations.get_mut(&id) {
            row.told.push(told);
        }
        let what = What::Told {
            level: told.level,
            reason: told.reason,
        };
        self.tell(told.moment, None, about, what, None);
    }

    pub(crate) fn see_situation(&mut self, view: &SituationView) {
        let fresh = SituationRow {
            id: view.id,
            hazard: view.hazard.clone(),
            area: view.area.title.clone(),
            opened: view.opened,
            worst: view.worst,
            people: view.people,
            townships: view.townships.clone(),
            alarms: 0,
            by_hand: view.manual.is_some(),
            told: Vec::new(),
            closed: view.closed,
        };
        let row = self.situations.entry(view.id).or_insert(fresh);
        row.worst = row.worst.max(view.worst);
        row.people = row.people.max(view.people);
        row.townships.clone_from(&view.townships);
        row.closed = view.closed;
        // What an incident gathered stays its own when it becomes part of a larger situation.
        if let (Some(whole), Some(incident)) = (view.merged_into, &mut self.scope.incident)
            && incident.situations.contains(&view.id)
            && !incident.situations.contains(&whole)
        {
            incident.situations.push(whole);
        }
    }

    /// Takes note that there is a command, before its tasks are looked at.
    pub(crate) fn see_head(&mut self, id: &CommandId, world: &dyn World) {
        if let Some(view) = world.command(id) {
            self.commands
                .entry(id.clone())
                .or_insert_with(|| Issue::of(&view));
        }
    }

    /// Takes note of a command that is new or in another phase, and of all its tasks.
    pub(crate) fn see_command(&mut self, moment: Moment, id: &CommandId, world: &dyn World) {
        let Some(view) = world.command(id) else {
            return;
        };
        self.commands
            .entry(id.clone())
            .or_insert_with(|| Issue::of(&view));
        for task in &view.tasks {
            self.see_facts(moment, id, task);
        }
    }

    fn see_task(&mut self, moment: Moment, id: &CommandId, task: &TaskId, world: &dyn World) {
        if !self.commands.contains_key(id) {
            self.see_command(moment, id, world);
        }
        if let Some(task) = world.task(task) {
            self.see_facts(moment, id, &task);
        }
    }

    /// Enters what is new about a task as of this input.
    fn see_facts(&mut self, moment: Moment, id: &CommandId, task: &TaskView) {
        let facts = self.facts.entry(task.id.clone()).or_default();
        let known = facts.before + facts.moments.len();
        let new: Vec<_> = task.facts.iter().skip(known).cloned().collect();
        let when = |fact: &model::task::Fact| Moment {
            at: fact.at,
            ..moment
        };
        facts.moments.extend(new.iter().map(when));
        let Some(issue) = self.commands.get_mut(id).filter(|_| !new.is_empty()) else {
            return;
        };
        issue.touched = true;
        let told = new.iter().find(|fact| fact.kind == FactKind::Issued);
        let newly = told.map(when).filter(|_| issue.told.is_none());
        issue.told = issue.told.or(newly);
        let issue = issue.clone();
        if !self.concerns_command(id) {
            return;
        }
        if let Some(moment) = newly {
            self.decided_by_command(moment, id, &issue);
        }
        for fact in new {
            let about = About::Command {
                id: id.clone(),
                title: issue.title.clone(),
                person: Some(task.person.clone()),
            };
            let what = What::Fact {
                kind: fact.kind,
                means: fact.means,
            };
            self.tell(when(&fact), fact.by, about, what, fact.note);
        }
    }

    /// A command is the decision about the situation it answers.
    fn decided_by_command(&mut self, moment: Moment, id: &CommandId, issue: &Issue) {
        let row = issue.situation.and_then(|id| self.situations.get(&id));
        let about = row.map_or(About::Nothing, |row| About::Situation {
            id: row.id,
            hazard: row.hazard.clone(),
            area: row.area.clone(),
            level: row.worst,
        });
        self.report.decisions.push(DecisionRow {
            moment,
            by: issue.by.clone(),
            about,
            response: Some(5 - issue.level.digit()),
            command: Some(id.clone()),
            reason: None,
        });
    }

    /// Whether what was told with this situation belongs to the report.
    pub(crate) fn concerns(&self, situation: Option<SituationId>) -> bool {
        let Some(incident) = &self.scope.incident else {
            return true;
        };
        situation.is_some_and(|id| incident.situations.contains(&id))
    }

    pub(crate) fn concerns_command(&self, id: &CommandId) -> bool {
        let Some(incident) = &self.scope.incident else {
            return true;
        };
        let situation = self.commands.get(id).and_then(|issue| issue.situation);
        incident.commands.contains(id) || self.concerns(situation)
    }

    /// Writes a line of the course.
    pub(crate) fn tell(
        &mut self,
        moment: Moment,
        by: Option<PersonId>,
        about: About,
        what: What,
        note: Option<model::Seal>,
    ) {
        if self.report.course.len() < MOST_EVENTS {
            self.report.course.push(Event {
                moment,
                by,
                about,
                what,
                note,
            });
        }
    }

    /// Names of series whose readings the report needs, at most `most`: the first [`crate::MOST_CURVES`] tell most
    /// and are drawn. `config` says which stations are neighbours.
    pub fn series_wanted(&self, config: &Config, most: usize) -> Vec<(String, String)> {
        telling(&self.report.alarms, config, most)
    }
}

/// What a line about a situation is about.
pub(crate) fn about_situation(view: &SituationView) -> About {
    About::Situation {
        id: view.id,
        hazard: view.hazard.clone(),
        area: view.area.title.clone(),
        level: view.level,
    }
}
