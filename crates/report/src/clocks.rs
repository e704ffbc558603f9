//! Clocks kept and missed: what each task owed by when, and the reports that were owed upward.

use std::collections::BTreeMap;

use model::config::TaskClocks;
use model::incident::IncidentView;
use model::task::{Fact, FactKind, Stage, stage};
use model::view::{CommandView, TaskView};
use model::{OpId, PersonId, Time};
use serde::Serialize;

use crate::chronicle::Gathered;
use crate::facts::{About, CommandRow, FactRow, Moment, Step, TaskRow};

/// A clock that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockOf {
    Answer,
    Move,
    /// A word at least this often while at work; every word begins it anew.
    Update,
    Arrive,
    Done,
    Verify,
    /// Whoever took note of an alarm has to be heard of.
    Lease,
    Decide,
    /// Somebody the law names has to have answered a call.
    Legal,
    Report,
}

/// How a clock ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Kept,
    Missed,
    /// Not over when the interval ended.
    Running,
    /// What it was about ended before it did.
    Void,
}

/// One clock: when it was due, what met it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockRow {
    pub clock: ClockOf,
    pub about: About,
    pub began: Moment,
    pub due: Time,
    pub met: Option<Moment>,
    pub by: Option<PersonId>,
    pub verdict: Verdict,
}

/// The clocks of one command's tasks, as of the end of the interval.
pub(crate) fn of_command(view: &CommandView, row: &CommandRow, to: Time) -> Vec<ClockRow> {
    let mut clocks = Vec::new();
    for (known, task) in view.tasks.iter().zip(&row.tasks) {
        let about = About::Command {
            id: row.id.clone(),
            title: row.title.clone(),
            person: Some(task.person.clone()),
        };
        clocks.extend(of_task(&view.clocks, task, &about, to));
        if let Some(every) = view.clocks.update_every_ms {
            clocks.extend(updates(every, (known, task), &about, to));
        }
    }
    clocks
}

/// A clock of updates that runs.
struct Owed {
    began: Moment,
    due: Time,
}

/// The clock of updates, once for each word that was owed: it runs from an answer to the report "done",
/// and again from a rejection.
fn updates(
    every_ms: i64,
    (known, task): (&TaskView, &TaskRow),
    about: &About,
    to: Time,
) -> Vec<ClockRow> {
    let mut rows = Vec::new();
    let mut running: Option<Owed> = None;
    let mut heard: Option<Time> = None;
    let mut end = |owed: Owed, met: Option<&FactRow>, ended: Option<Time>| {
        rows.push(ClockRow {
            clock: ClockOf::Update,
            about: about.clone(),
            began: owed.began,
            due: owed.due,
            met: met.map(|fact| fact.moment),
            by: met.and_then(|fact| fact.by.clone()),
            verdict: verdict(owed.due, met, ended, to),
        });
    };
    for (n, fact) in task.facts.iter().enumerate() {
        let Some(so_far) = known.facts.get(..=n) else {
            break;
        };
        let at = fact.moment.at;
        let word = so_far.last().is_some_and(is_word);
        heard = heard.max(Some(at).filter(|_| word));
        let owes = is_owed(stage(so_far));
        if (word || !owes)
            && let Some(owed) = running.take()
        {
            end(owed, Some(fact).filter(|_| word), Some(at));
        }
        if owes && running.is_none() {
            let since = heard.unwrap_or(at);
            running = Some(Owed {
                began: fact.moment,
                due: since.plus_ms(every_ms).max(at),
            });
        }
    }
    if let Some(owed) = running {
        end(owed, None, None);
    }
    rows
}

/// Whether updates are owed of a task that stands so: somebody is at work.
fn is_owed(stage: Stage) -> bool {
    match stage {
        Stage::Accepted | Stage::EnRoute | Stage::OnScene | Stage::Working => true,
        Stage::Issued
        | Stage::NoReply
        | Stage::Delivered
        | Stage::Seen
        | Stage::Declined
        | Stage::Done
        | Stage::Verified
        | Stage::Cancelled
        | Stage::Superseded
        | Stage::Reassigned => false,
    }
}

/// Whether a fact is a word of the person, whoever recorded it.
fn is_word(fact: &Fact) -> bool {
    let says = match fact.kind {
        FactKind::Seen
        | FactKind::Accepted
        | FactKind::Declined
        | FactKind::EnRoute
        | FactKind::OnScene
        | FactKind::Working { .. }
        | FactKind::Done
        | FactKind::NeedHelp
        | FactKind::CheckedIn { .. }
        | FactKind::CancelSeen => true,
        FactKind::Issued
        | FactKind::Delivered
        | FactKind::Verified
        | FactKind::Rejected
        | FactKind::NoReply
        | FactKind::Escalated { .. }
        | FactKind::Cancelled
        | FactKind::Superseded
        | FactKind::Reassigned
        | FactKind::Called
        | FactKind::Postponed { .. }
        | FactKind::Hastened
        | FactKind::CrewWarned { .. }
        | FactKind::CrewCritical { .. }
        | FactKind::Photo
        | FactKind::NotReached => false,
    };
    says && fact.by.is_some()
}

fn of_task(clocks: &TaskClocks, task: &TaskRow, about: &About, to: Time) -> Vec<ClockRow> {
    let Some(issued) = task.issued().map(|fact| fact.moment) else {
        return Vec::new();
    };
    let done = task.reached(Step::Done);
    let move_met = task.facts.iter().find(|fact| is_under_way(fact.kind));
    // A person who declined owes an answer and nothing else.
    let declined = task
        .facts
        .iter()
        .any(|fact| fact.kind == FactKind::Declined);
    let rows = [
        (
            ClockOf::Answer,
            Some(issued),
            clocks.ack_by_ms,
            task.reached(Step::Answered),
        ),
        (ClockOf::Move, Some(issued), clocks.move_by_ms, move_met),
        (
            ClockOf::Arrive,
            Some(issued),
            clocks.arrive_by_ms,
            task.reached(Step::OnScene),
        ),
        (ClockOf::Done, Some(issued), clocks.done_by_ms, done),
        (
            ClockOf::Verify,
            done.map(|fact| fact.moment),
            clocks.verify_by_ms,
            task.reached(Step::Verified),
        ),
    ];
    let rows = rows.into_iter().filter_map(|(clock, began, within, met)| {
        let (began, due) = (began?, began?.at.plus_ms(within?));
        if declined && clock != ClockOf::Answer {
            return None;
        }
        let verdict = verdict(due, met, ended(task), to);
        Some(ClockRow {
            clock,
            about: about.clone(),
            began,
            due,
            met: met.map(|fact| fact.moment),
            by: met.and_then(|fact| fact.by.clone()),
            verdict,
        })
    });
    rows.collect()
}

fn is_under_way(kind: FactKind) -> bool {
    matches!(
        kind,
        FactKind::EnRoute
            | FactKind::OnScene
            | FactKind::Working { .. }
            | FactKind::Done
            | FactKind::Verified
    )
}

/// When the desk ended a task, if it did.
fn ended(task: &TaskRow) -> Option<Time> {
    let end = |fact: &&FactRow| {
        matches!(
            fact.kind,
            FactKind::Cancelled | FactKind::Superseded | FactKind::Reassigned
        )
    };
    task.facts.iter().find(end).map(|fact| fact.moment.at)
}

fn verdict(due: Time, met: Option<&FactRow>, ended: Option<Time>, to: Time) -> Verdict {
    match (met, ended) {
        (Some(met), _) if met.moment.at <= due => Verdict::Kept,
        (Some(_), _) => Verdict::Missed,
        (None, Some(ended)) if ended <= due => Verdict::Void,
        (None, _) if due <= to => Verdict::Missed,
        (None, _) => Verdict::Running,
    }
}

/// The reporting clocks of an incident.
pub(crate) fn of_incident(
    view: &IncidentView,
    gathered: &Gathered,
    losses: &BTreeMap<OpId, Moment>,
    to: Time,
) -> Vec<ClockRow> {
    let began = gathered.opened.unwrap_or(Moment::before(view.opened));
    let closed = view.closed.as_ref().map(|closing| closing.at);
    let rows = view.reports.iter().map(|owed| {
        let sent = owed.sent.first();
        let entry = gathered.sent.get(&owed.id).and_then(|list| list.first());
        // A report that was sent before the interval has no entry in it.
        let entry = entry.filter(|moment| sent.is_some_and(|sent| sent.at == moment.at));
        let met = sent.map(|sent| entry.copied().unwrap_or(Moment::before(sent.at)));
        let by = sent.map(|sent| sent.by.clone());
        // The loss reports of every township end the clock of the first of them, where nothing was sent before.
        let filed = owed.filed.as_ref();
        let filed = filed.filter(|filed| met.is_none_or(|met| filed.at < met.at));
        let (met, by) = filed.map_or((met, by), |filed| {
            let mut entries = losses.values();
            let entry = entries.find(|moment| moment.at == filed.at);
            let moment = entry.copied().unwrap_or(Moment::before(filed.at));
            (Some(moment), Some(filed.by.clone()))
        });
        let verdict = match (met, closed) {
            (Some(met), _) if met.at <= owed.due => Verdict::Kept,
            (Some(_), _) => Verdict::Missed,
            (None, Some(closed)) if closed <= owed.due => Verdict::Void,
            (None, _) if owed.due <= to => Verdict::Missed,
            (None, _) => Verdict::Running,
        };
        ClockRow {
            clock: ClockOf::Report,
            about: About::Clock {
                title: owed.title.clone(),
                to: owed.to.clone(),
            },
            began,
            due: owed.due,
            met,
            by,
            verdict,
        }
    });
    rows.collect()
}
