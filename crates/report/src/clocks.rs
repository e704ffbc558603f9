//! Clocks kept and missed: what each task owed by when, and the reports that were owed upward.

use model::Time;
use model::config::TaskClocks;
use model::incident::IncidentView;
use model::task::FactKind;
use model::view::CommandView;

use crate::chronicle::Gathered;
use crate::facts::{About, ClockOf, ClockRow, CommandRow, FactRow, Moment, Step, TaskRow, Verdict};

/// The clocks of one command's tasks, as of the end of the interval.
pub(crate) fn of_command(view: &CommandView, row: &CommandRow, to: Time) -> Vec<ClockRow> {
    let mut clocks = Vec::new();
    for task in &row.tasks {
        let about = About::Command {
            id: row.id.clone(),
            title: row.title.clone(),
            person: Some(task.person.clone()),
        };
        clocks.extend(of_task(&view.clocks, task, &about, to));
    }
    clocks
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
pub(crate) fn of_incident(view: &IncidentView, gathered: &Gathered, to: Time) -> Vec<ClockRow> {
    let began = gathered.opened.unwrap_or(Moment::before(view.opened));
    let closed = view.closed.as_ref().map(|closing| closing.at);
    let rows = view.reports.iter().map(|owed| {
        let sent = owed.sent.first();
        let entry = gathered.sent.get(&owed.id).and_then(|list| list.first());
        // A report that was sent before the interval has no entry in it.
        let entry = entry.filter(|moment| sent.is_some_and(|sent| sent.at == moment.at));
        let met = sent.map(|sent| entry.copied().unwrap_or(Moment::before(sent.at)));
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
            by: sent.map(|sent| sent.by.clone()),
            verdict,
        }
    });
    rows.collect()
}
