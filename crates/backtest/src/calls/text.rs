//! A comparison of calls as lines for people.

use std::fmt;

use model::Time;
use model::backtest::calls::{
    CallMade, CallMovement, CallOutcome, CallPair, CallReport, Reply, RunOutcome, RunPair,
};
use model::page::About;
use model::view::RunState;

use crate::text::{span, word};

/// More rows than this of one list stay in the JSON.
const MOST_ROWS: usize = 60;

/// A comparison of calls as it is printed.
#[derive(Clone, Copy, Debug)]
pub struct CallsInWords<'a>(pub &'a CallReport);

impl fmt::Display for CallsInWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        let (from, to, inputs) = (report.from, report.to, report.inputs);
        writeln!(
            f,
            "calls from {from} to {to}: {inputs} recorded inputs, each given to both"
        )?;
        let was = match report.as_it_was {
            true => "A is what was decided then: the same files were in force",
            false => "A is no record: other files were in force in that time",
        };
        writeln!(f, "{was}")?;
        outcome(f, "A", &report.a)?;
        outcome(f, "B", &report.b)?;
        runs(f, report)?;
        calls(f, report)?;
        writeln!(
            f,
            "\nunknown: called here and not in the record; nobody knows whether they would have \
             answered, and the run goes on as with silence"
        )
    }
}

fn outcome(f: &mut fmt::Formatter<'_>, letter: &str, all: &CallOutcome) -> fmt::Result {
    writeln!(f, "\n{letter}  {}", all.name)?;
    writeln!(
        f,
        "   {} calls to {} people: {} answered, of {} nobody knows; {} held back",
        all.calls, all.people, all.answered, all.unknown, all.held
    )?;
    writeln!(
        f,
        "   runs: {} satisfied, {} used up; {} empty steps",
        all.satisfied, all.exhausted, all.empty_steps
    )?;
    for gap in all.gaps.iter().take(MOST_ROWS) {
        let (post, from, until) = (&gap.post, gap.from, gap.until);
        let (there, least) = (gap.people.len(), gap.least);
        writeln!(f, "   gap: {post} {from} to {until}, {there} of {least}")?;
    }
    let astray = &all.astray;
    if astray.readings + astray.receipts + astray.presses > 0 {
        writeln!(
            f,
            "   without a place here: {} readings, {} receipts and answers, {} presses",
            astray.readings, astray.receipts, astray.presses
        )?;
    }
    for press in astray.refused.iter().take(MOST_ROWS) {
        let (at, by, why) = (press.at, &press.by, press.why);
        writeln!(f, "   refused here: {at} {by}: {why:?}")?;
    }
    Ok(())
}

fn runs(f: &mut fmt::Formatter<'_>, report: &CallReport) -> fmt::Result {
    writeln!(f, "\nruns")?;
    for pair in report.runs.iter().take(MOST_ROWS) {
        let RunPair { about, policy, .. } = pair;
        writeln!(
            f,
            "   {} {policy}  {}",
            named(report, about),
            moved(pair.movement)
        )?;
        for (letter, run) in [("A", &pair.a), ("B", &pair.b)] {
            if let Some(run) = run {
                writeln!(f, "      {letter} {}", went(run))?;
            }
        }
    }
    more(f, report.runs.len())
}

fn went(run: &RunOutcome) -> String {
    let state = match run.state {
        RunState::Running => "still runs",
        RunState::Satisfied => "satisfied",
        RunState::Exhausted => "used up",
        RunState::Cancelled => "cancelled",
    };
    let ended = run.ended.map_or_else(String::new, |at| format!(" {at}"));
    let mut line = format!(
        "began {}, {state}{ended}; {} called, {} answered, round {}",
        run.began, run.called, run.answered, run.rounds
    );
    for empty in &run.empty {
        line.push_str(&format!("; step {} empty {}", empty.step, empty.at));
    }
    line
}

fn calls(f: &mut fmt::Formatter<'_>, report: &CallReport) -> fmt::Result {
    let all = &report.difference;
    writeln!(
        f,
        "\nB against A: {} the same, {} earlier, {} later, {} new, {} gone",
        all.same, all.earlier, all.later, all.new, all.gone
    )?;
    let other = all.pairs.iter();
    let other = other.filter(|pair| pair.movement != CallMovement::Same);
    for pair in other.clone().take(MOST_ROWS) {
        call(f, report, pair)?;
    }
    more(f, other.count())
}

fn call(f: &mut fmt::Formatter<'_>, report: &CallReport, pair: &CallPair) -> fmt::Result {
    let (person, channel) = (&pair.person, pair.channel.word());
    let time = |made: &Option<CallMade>| made.as_ref().map(|made| made.at);
    let text = |at: Option<Time>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    let times = format!("{} → {}", text(time(&pair.a)), text(time(&pair.b)));
    write!(
        f,
        "   {person} {channel}  {times}  {}",
        moved(pair.movement)
    )?;
    if let Some(ms) = pair.by_ms {
        write!(f, " by {}", span(ms.abs()))?;
    }
    if let Some(made) = pair.b.as_ref().or(pair.a.as_ref()) {
        let level = made.level.map_or("-", |level| word(level.digit()));
        let about = named(report, &pair.about);
        let (policy, round, step) = (&made.policy, made.round, made.step);
        let said = reply(made.reply);
        write!(
            f,
            "; {about} {level}, {policy} round {round} step {step}; {said}"
        )?;
    }
    writeln!(f)
}

fn moved(movement: CallMovement) -> &'static str {
    match movement {
        CallMovement::Same => "the same",
        CallMovement::Earlier => "earlier",
        CallMovement::Later => "later",
        CallMovement::New => "new",
        CallMovement::Gone => "gone",
    }
}

fn reply(reply: Reply) -> String {
    match reply {
        Reply::Answered { at } => format!("answered {at}"),
        Reply::Declined { at } => format!("said no {at}"),
        Reply::Failed { at } => format!("failed {at}"),
        Reply::Silent => "no answer".to_owned(),
        Reply::Unknown => "unknown".to_owned(),
    }
}

fn named(report: &CallReport, about: &About) -> String {
    match about {
        About::Situation(id) => {
            let mut subjects = report.subjects.iter();
            let subject = subjects.find(|subject| subject.situation == *id);
            subject.map_or_else(
                || id.to_string(),
                |subject| format!("{} {}", subject.hazard, subject.area.en),
            )
        }
        About::Task(task) => format!("task {task}"),
        About::Notice { subject, .. } => format!("notice {subject}"),
        About::RollCall(op) => format!("roll-call {op}"),
        About::Test(op) => format!("test {op}"),
    }
}

fn more(f: &mut fmt::Formatter<'_>, all: usize) -> fmt::Result {
    match all.saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => writeln!(f, "   and {more} more, in the JSON"),
    }
}
