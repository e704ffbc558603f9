//! Ends a report: what was gathered becomes rows, figures and key times.

use std::collections::{BTreeMap, BTreeSet};

use model::Level;
use model::command::{FieldKind, FormValue};
use model::effect::SystemKind;
use model::task::{Fact, FactKind};
use model::view::{CommandView, CountyView};

use crate::chronicle::{Chronicle, World};
use crate::clocks::{self, ClockRow, Verdict};
use crate::course::{Deed, Event, What};
use crate::facts::{
    About, AlarmRow, AmountRow, CommandRow, Counted, Figure, IncidentRow, Key, KeyTime, Moment,
    NoteRow, Report, SentRow, Step, TaskRow, VillageRow,
};
use crate::losses;
use crate::reach::paces;

impl Chronicle {
    /// Ends the interval with how everything stood behind it.
    pub fn finish(mut self, county: &CountyView, world: &dyn World) -> Report {
        self.see_acks_at_end(world);
        self.end_waiting();
        self.end_leases(world);
        self.end_calls();
        let to = self.scope.to;
        let commands = self.command_rows(world);
        for row in &commands {
            let Some(view) = county.commands.iter().find(|c| c.id == row.id) else {
                continue;
            };
            let clocks = clocks::of_command(view, row, to);
            self.report.clocks.extend(clocks);
            let (villages, amounts) = (villages(view, row), amounts(county, view, row));
            self.report.villages.extend(villages);
            self.report.amounts.extend(amounts);
        }
        self.report.paces = paces(&commands);
        self.report.commands = commands;
        self.end_incidents(county);
        self.end_situations();
        let mut report = self.report;
        report.clocks.sort_by_key(|clock| (clock.due, clock.began));
        report.decisions.sort_by_key(|decision| decision.moment);
        // A press stands before what it led to.
        report.course.sort_by_key(|event| {
            let press = matches!(event.what, What::Press { .. });
            (event.moment, !press)
        });
        report.figures = figures(&report);
        report.keys = keys(&report);
        report
    }

    /// What was acknowledged without a press that was followed.
    fn see_acks_at_end(&mut self, world: &dyn World) {
        for row in &mut self.report.alarms {
            if let Some(view) = world.alarm(row.key)
                && row.returned.is_none()
            {
                row.truth = view.truth;
                row.sight_lost |= view.sight_lost;
                row.peak = view.peak.or(row.peak.take());
            }
        }
    }

    fn end_incidents(&mut self, county: &CountyView) {
        let (from, to) = (self.scope.from, self.scope.to);
        for view in &county.incidents {
            let own = match &self.scope.incident {
                Some(incident) => incident.id == view.id,
                None => {
                    let goes_on = view.closed.as_ref().is_none_or(|c| c.at >= from);
                    view.opened <= to && (goes_on || losses::told_since(view, from))
                }
            };
            if !own {
                continue;
            }
            let gathered = self.incidents.remove(&view.id).unwrap_or_default();
            let clocks = clocks::of_incident(view, &gathered, &self.losses, to);
            self.report.clocks.extend(clocks);
            let losses = losses::of_incident(county, view, (&self.losses, &self.judged));
            self.report.losses.extend(losses);
            // Those of before the interval come first, and have no entry in it.
            let before = view.notes.len().saturating_sub(gathered.notes.len());
            let notes = view.notes.iter().enumerate().map(|(n, note)| NoteRow {
                moment: n
                    .checked_sub(before)
                    .and_then(|n| gathered.notes.get(n).copied())
                    .unwrap_or(Moment::before(note.at)),
                by: note.by.clone(),
                text: note.text.clone(),
            });
            let reports = view.reports.iter().flat_map(|owed| {
                let moments = gathered.sent.get(&owed.id).cloned().unwrap_or_default();
                let before = owed.sent.len().saturating_sub(moments.len());
                owed.sent.iter().enumerate().map(move |(n, sent)| SentRow {
                    title: owed.title.clone(),
                    to: owed.to.clone(),
                    version: n as u32 + 1,
                    moment: n
                        .checked_sub(before)
                        .and_then(|n| moments.get(n).copied())
                        .unwrap_or(Moment::before(sent.at)),
                    by: sent.by.clone(),
                    text: sent.text.clone(),
                    received_by: sent.received_by.clone(),
                })
            });
            self.report.incidents.push(IncidentRow {
                id: view.id.clone(),
                title: view.title.clone(),
                class: view.class.clone(),
                by: view.by.clone(),
                opened: gathered.opened.unwrap_or(Moment::before(view.opened)),
                closed: gathered.closed.clone(),
                notes: notes.collect(),
                reports: reports.collect(),
            });
        }
    }

    fn end_situations(&mut self) {
        let mut alarms: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for row in &self.report.alarms {
            if let Some(situation) = row.situation {
                alarms.entry(situation).or_default().insert(row.key);
            }
        }
        let situations = std::mem::take(&mut self.situations);
        for (id, mut row) in situations {
            row.alarms = alarms.get(&id).map_or(0, |keys| keys.len() as u32);
            let spoke = row.alarms > 0 || !row.told.is_empty() || row.by_hand;
            if spoke && self.concerns(Some(id)) {
                self.report.situations.push(row);
            }
        }
        let rows = &mut self.report.situations;
        rows.sort_by_key(|row| (std::cmp::Reverse(row.worst), row.opened));
    }
}

/// The villages of an evacuation, each with the newest count of it.
fn villages(view: &CommandView, row: &CommandRow) -> Vec<VillageRow> {
    let rows = view.count.iter().map(|count| {
        let has = |fact: &Fact| fact.count.iter().any(|c| c.village == count.village);
        VillageRow {
            command: view.id.clone(),
            village: count.village.clone(),
            to_move: count.to_move,
            moved: count.moved,
            refused: count.refused,
            unreachable: count.unreachable,
            short: count.people_short,
            counted: newest(view, row, has).map(|(moment, _)| moment),
        }
    });
    rows.collect()
}

/// The newest fact of a command that is so, with where it stands.
fn newest<'v>(
    view: &'v CommandView,
    row: &CommandRow,
    is_so: impl Fn(&Fact) -> bool,
) -> Option<(Moment, &'v Fact)> {
    let facts = view.tasks.iter().zip(&row.tasks).flat_map(|(task, row)| {
        let moments = row.facts.iter().map(|fact| fact.moment);
        moments.zip(&task.facts)
    });
    facts
        .filter(|(_, fact)| is_so(fact))
        .max_by_key(|(moment, _)| *moment)
}

/// Numbers that the template asks for, summed over the newest answer of each task.
fn amounts(county: &CountyView, view: &CommandView, row: &CommandRow) -> Vec<AmountRow> {
    let template = county.templates.iter().find(|t| t.id == view.template);
    let fields = template.into_iter().flat_map(|t| &t.fields);
    let numbers = fields.filter(|field| matches!(field.kind, FieldKind::Number { .. }));
    let mut amounts = Vec::new();
    for field in numbers {
        let (mut sum, mut entries) = (0i64, Vec::new());
        for (task, row) in view.tasks.iter().zip(&row.tasks) {
            let mut answers = task.facts.iter().zip(&row.facts).filter_map(|(fact, row)| {
                let answer = fact.form.iter().find(|answer| answer.field == field.id)?;
                match answer.value {
                    FormValue::Number { number } => Some((number, row.moment.entry)),
                    FormValue::Text { .. } | FormValue::Choice { .. } => None,
                }
            });
            if let Some((number, entry)) = answers.next_back() {
                sum = sum.saturating_add(number);
                entries.extend(entry);
            }
        }
        if !entries.is_empty() {
            amounts.push(AmountRow {
                command: view.id.clone(),
                field: field.id.clone(),
                title: field.title.clone(),
                sum,
                entries,
            });
        }
    }
    amounts
}

/// The entries of a clock: what began it, what met it.
pub(crate) fn clock_entries(clock: &ClockRow) -> impl Iterator<Item = u64> + use<> {
    let met = clock.met.and_then(|moment| moment.entry);
    clock.began.entry.into_iter().chain(met)
}

/// What came in, and what of it was refused.
fn record(report: &Report) -> [Figure; 4] {
    let record = &report.record;
    let sources = &record.sources;
    let figure = |what, count, entries: &[u64], through| Figure {
        what,
        count,
        entries: entries.to_vec(),
        through,
    };
    let readings = sources.readings;
    [
        figure(Counted::Readings, record.readings, &[], readings),
        figure(Counted::Late, record.late, &sources.late, None),
        figure(Counted::Refused, record.refused, &sources.refused, None),
        figure(Counted::Repeated, record.repeated, &sources.repeated, None),
    ]
}

/// Every count, with what it counts.
fn figures(report: &Report) -> Vec<Figure> {
    let mut figures = Vec::from(record(report));
    let mut add = |what, count: usize, mut entries: Vec<u64>| {
        entries.sort_unstable();
        entries.dedup();
        figures.push(Figure {
            what,
            count: count as u64,
            entries,
            through: None,
        });
    };
    for level in Level::ALL.into_iter().rev() {
        let rows = || {
            report
                .alarms
                .iter()
                .filter(move |row| row.worst == level.digit())
        };
        let entries = rows().filter_map(|row| row.raised.entry).collect();
        add(Counted::Alarms(level), rows().count(), entries);
    }
    if let Some(worst) = &report.worst {
        let entries = worst.moment.entry.into_iter().collect();
        add(Counted::AtOnce, worst.alarms as usize, entries);
    }
    let told = || report.situations.iter().flat_map(|row| &row.told);
    let first = report.situations.iter().filter_map(|row| row.told.first());
    let first = first.filter_map(|told| told.moment.entry).collect();
    add(Counted::Situations, report.situations.len(), first);
    let entries = told().filter_map(|told| told.moment.entry).collect();
    add(Counted::Told, told().count(), entries);
    let acked = || report.alarms.iter().filter_map(|row| row.acked.as_ref());
    let entries = acked().filter_map(|ack| ack.moment.entry).collect();
    add(Counted::Acknowledged, acked().count(), entries);

    let commands = &report.commands;
    let entries = commands.iter().filter_map(|row| row.issued.entry).collect();
    add(Counted::Commands, commands.len(), entries);
    let tasks = || commands.iter().flat_map(|row| &row.tasks);
    let issued = tasks().filter_map(|task| task.issued()?.moment.entry);
    add(Counted::Tasks, tasks().count(), issued.collect());
    for (what, step) in [
        (Counted::Answered, Step::Answered),
        (Counted::OnScene, Step::OnScene),
        (Counted::Verified, Step::Verified),
    ] {
        let facts = || tasks().filter_map(move |task| task.reached(step));
        let entries = facts().filter_map(|fact| fact.moment.entry).collect();
        add(what, facts().count(), entries);
    }
    for (what, kind) in [
        (Counted::NoReply, FactKind::NoReply),
        (Counted::HelpCalls, FactKind::NeedHelp),
    ] {
        let facts = || tasks().filter_map(move |task| task.facts.iter().find(|f| f.kind == kind));
        let entries = facts().filter_map(|fact| fact.moment.entry).collect();
        add(what, facts().count(), entries);
    }
    let entries = report.decisions.iter().filter_map(|row| row.moment.entry);
    add(
        Counted::Decisions,
        report.decisions.len(),
        entries.collect(),
    );
    let sent = || report.incidents.iter().flat_map(|row| &row.reports);
    let sent = || sent().filter(|row| row.moment.entry.is_some());
    let entries = sent().filter_map(|row| row.moment.entry).collect();
    add(Counted::Reports, sent().count(), entries);
    for (what, verdict) in [
        (Counted::ClocksKept, Verdict::Kept),
        (Counted::ClocksMissed, Verdict::Missed),
    ] {
        let clocks = || report.clocks.iter().filter(|row| row.verdict == verdict);
        let entries = clocks().flat_map(clock_entries).collect();
        add(what, clocks().count(), entries);
    }
    let late = || {
        let course = report.course.iter();
        course.filter(|event| matches!(event.what, What::LateEvidence { .. }))
    };
    let entries = late().filter_map(|event| event.moment.entry).collect();
    add(Counted::LateEvidence, late().count(), entries);
    for (what, kind) in [
        (Counted::BlindSpots, SystemKind::BlindSpot),
        (Counted::SightLost, SystemKind::SightLost),
        (Counted::InterfacesDown, SystemKind::InterfaceDown),
    ] {
        let rows = || report.notices.iter().filter(move |row| row.kind == kind);
        let entries = rows().filter_map(|row| row.began.entry).collect();
        add(what, rows().count(), entries);
    }
    figures
}

/// The times that every inquiry asks for.
fn keys(report: &Report) -> Vec<KeyTime> {
    let rose = || {
        report
            .alarms
            .iter()
            .filter(|row| row.raised.entry.is_some())
    };
    let first = rose().min_by_key(|row| row.raised);
    let alarm_at = first.map(|row| row.raised.at);
    let key = |key: Key| {
        let found = match key {
            Key::FirstSignal => first_signal(report),
            Key::FirstAlarm => first.map(|row| Found::at(row.raised, about_alarm(row, row.raised))),
            Key::WorstLevel => rose()
                .min_by_key(|row| (std::cmp::Reverse(row.worst), row.worst_at))
                .map(|row| Found::at(row.worst_at, about_alarm(row, row.worst_at))),
            Key::Acknowledged => rose()
                .filter_map(|row| Some((row, row.acked.as_ref()?)))
                .min_by_key(|(_, ack)| ack.moment)
                .map(|(row, ack)| Found {
                    by: Some(ack.by.clone()),
                    ..Found::at(ack.moment, about_alarm(row, ack.moment))
                }),
            Key::Decided => report.decisions.first().map(|row| Found {
                by: Some(row.by.clone()),
                ..Found::at(row.moment, row.about.clone())
            }),
            Key::Commanded => report
                .commands
                .iter()
                .filter(|row| row.issued.entry.is_some() && !row.tasks.is_empty())
                .min_by_key(|row| row.issued)
                .map(|row| Found {
                    by: Some(row.by.clone()),
                    ..Found::at(row.issued, about_command(row, None))
                }),
            Key::Accepted => first_fact(report, FactKind::Accepted),
            Key::OnScene => first_fact(report, FactKind::OnScene),
            Key::Proven => first_fact(report, FactKind::Verified),
            Key::AllProven => all_proven(report),
            Key::Reported => first_report(report),
        };
        let after_alarm_ms = found
            .as_ref()
            .and_then(|found| Some(found.moment?.at.since_ms(alarm_at?)));
        let found = found.unwrap_or_default();
        KeyTime {
            key,
            moment: found.moment,
            observed: found.observed,
            by: found.by,
            about: found.about,
            after_alarm_ms,
        }
    };
    Key::ALL.into_iter().map(key).collect()
}

#[derive(Default)]
struct Found {
    moment: Option<Moment>,
    observed: Option<model::Time>,
    by: Option<model::PersonId>,
    about: About,
}

impl Found {
    fn at(moment: Moment, about: About) -> Found {
        Found {
            moment: Some(moment),
            about,
            ..Found::default()
        }
    }
}

/// The oldest sample that decided an alarm of the interval, or the call that opened a situation.
fn first_signal(report: &Report) -> Option<Found> {
    let rose = report
        .alarms
        .iter()
        .filter(|row| row.raised.entry.is_some());
    let signals = rose.filter_map(|row| Some((row, row.signal.as_ref()?)));
    let oldest = signals.min_by_key(|(row, signal)| (signal.observed, row.raised));
    let opened = |event: &&Event| matches!(event.what, What::Press { deed: Deed::Open });
    let call = report.course.iter().find(opened);
    let sample = oldest.map(|(row, signal)| Found {
        moment: signal.moment,
        observed: Some(signal.observed),
        by: None,
        about: about_alarm(row, row.raised),
    });
    let call = call.map(|event| Found {
        by: event.by.clone(),
        observed: Some(event.moment.at),
        ..Found::at(event.moment, event.about.clone())
    });
    match (sample, call) {
        (Some(sample), Some(call)) if call.observed < sample.observed => Some(call),
        (Some(sample), _) => Some(sample),
        (None, call) => call,
    }
}

fn first_fact(report: &Report, kind: FactKind) -> Option<Found> {
    let tasks = report
        .commands
        .iter()
        .flat_map(|row| row.tasks.iter().map(move |task| (row, task)));
    let facts = tasks.flat_map(|(row, task)| {
        let of_kind = task.facts.iter().filter(move |fact| fact.kind == kind);
        let known = of_kind.filter(|fact| fact.moment.entry.is_some());
        known.map(move |fact| (row, task, fact))
    });
    let first = facts.min_by_key(|(.., fact)| fact.moment);
    first.map(|(row, task, fact)| Found {
        by: fact.by.clone(),
        ..Found::at(fact.moment, about_command(row, Some(task)))
    })
}

/// When the last task was proven, where every command is over.
fn all_proven(report: &Report) -> Option<Found> {
    let mut tasks = report.commands.iter().flat_map(|row| &row.tasks).peekable();
    tasks.peek()?;
    let mut last = None;
    for task in tasks {
        match task.reached(Step::Verified) {
            Some(fact) => last = last.max(Some(fact.moment)),
            None if task.stage.is_closed() => {}
            None => return None,
        }
    }
    last.map(|moment| Found::at(moment, About::Nothing))
}

fn first_report(report: &Report) -> Option<Found> {
    let sent = report.incidents.iter().flat_map(|row| &row.reports);
    let sent = sent.filter(|row| row.moment.entry.is_some());
    let first = sent.min_by_key(|row| row.moment);
    first.map(|row| Found {
        by: Some(row.by.clone()),
        ..Found::at(
            row.moment,
            About::Clock {
                title: row.title.clone(),
                to: row.to.clone(),
            },
        )
    })
}

/// An alarm as it stood at a moment, not as bad as it became later.
fn about_alarm(row: &AlarmRow, at: Moment) -> About {
    let until = row.changes.iter().take_while(|change| change.moment <= at);
    let level = until.last().map_or(row.first_level, |change| change.level);
    About::Station {
        id: row.station.clone(),
        name: row.name.clone(),
        title: row.title.clone(),
        level,
    }
}

fn about_command(row: &CommandRow, task: Option<&TaskRow>) -> About {
    About::Command {
        id: row.id.clone(),
        title: row.title.clone(),
        person: task.map(|task| task.person.clone()),
    }
}

impl Report {
    /// Makes the key times anew, once the readings are known that began the alarms.
    pub(crate) fn settle(&mut self) {
        self.keys = keys(self);
    }
}
