//! Leases of acknowledgements: whoever took note of an alarm has to be heard of, or it is unread again.
//! One clock for each acknowledgement, due when its lease runs out last.

use std::collections::{BTreeMap, BTreeSet};

use model::action::Action;
use model::view::CountyView;
use model::{AlarmKey, CommandId, Effect, Input, PersonId, SituationId, Time};

use crate::chronicle::{Chronicle, Passed, World, about_situation};
use crate::clocks::{ClockOf, ClockRow, Verdict};
use crate::facts::{About, Moment};
use crate::presses::about_alarm;

/// What was acknowledged: an alarm, or what was opened by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Noted {
    Alarm(AlarmKey),
    Situation(SituationId),
}

/// The leases that run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leases {
    list: BTreeMap<Noted, Lease>,
    /// The entry of the newest word of every instant: what may have renewed one.
    words: BTreeMap<Time, u64>,
}

#[derive(Clone, Debug)]
struct Lease {
    began: Moment,
    renewed: Option<Moment>,
    note: Note,
}

/// An acknowledgement as it stands.
#[derive(Clone, Debug)]
struct Note {
    /// When it was made, or last renewed.
    at: Time,
    by: PersonId,
    until: Time,
    about: About,
    commands: Vec<CommandId>,
    /// Nothing is owed any more.
    over: bool,
}

impl Lease {
    fn row(&self, verdict: Verdict) -> ClockRow {
        ClockRow {
            clock: ClockOf::Lease,
            about: self.note.about.clone(),
            began: self.began,
            due: self.note.until,
            met: self.renewed.filter(|_| verdict == Verdict::Kept),
            by: Some(self.note.by.clone()),
            verdict,
        }
    }

    /// It ended before it ran out: what was heard meanwhile kept it, else nothing was owed yet.
    fn ended(&self) -> ClockRow {
        self.row(match self.renewed {
            Some(_) => Verdict::Kept,
            None => Verdict::Void,
        })
    }
}

impl Leases {
    /// Follows one acknowledgement from `now` on; the clock of the one before it, if that is over.
    fn look(&mut self, id: Noted, now: Option<Note>, moment: Moment) -> Option<ClockRow> {
        let words = &self.words;
        let when = |at: Time| Moment {
            at,
            entry: match at == moment.at {
                true => moment.entry,
                false => words.get(&at).copied(),
            },
        };
        let open = |note: Note| Lease {
            began: when(note.at),
            renewed: None,
            note,
        };
        let Some(mut old) = self.list.remove(&id) else {
            let fresh = now.filter(|note| !note.over);
            self.list.extend(fresh.map(|note| (id, open(note))));
            return None;
        };
        // Deadlines come before whatever is entered at the same instant.
        let lapsed = old.note.until <= moment.at;
        let Some(now) = now else {
            return Some(match lapsed {
                true => old.row(Verdict::Missed),
                false => old.ended(),
            });
        };
        if now.at >= old.note.until {
            if !now.over {
                self.list.insert(id, open(now));
            }
            return Some(old.row(Verdict::Missed));
        }
        if now.until != old.note.until {
            // What was opened by hand keeps the time of its acknowledgement.
            let renewed = match now.at == old.note.at {
                true => moment,
                false => when(now.at),
            };
            old.renewed = Some(renewed);
        }
        old.note = now;
        if old.note.over {
            return Some(old.ended());
        }
        self.list.insert(id, old);
        None
    }

    /// Those that a command answers; what was opened by hand is renewed by whoever needed help as well.
    fn answered_by(&self, command: &CommandId) -> Vec<Noted> {
        let ours = self.list.iter().filter(|(id, lease)| match id {
            Noted::Alarm(_) => lease.note.commands.contains(command),
            Noted::Situation(_) => true,
        });
        ours.map(|(id, _)| *id).collect()
    }

    fn due(&self, at: Time) -> Vec<Noted> {
        let due = self.list.iter().filter(|(_, lease)| lease.note.until <= at);
        due.map(|(id, _)| *id).collect()
    }
}

impl Chronicle {
    /// Acknowledgements that stood before the interval.
    pub(crate) fn remember_leases(&mut self, county: &CountyView) {
        for alarm in &county.alarms {
            let Some(ack) = alarm.ack.as_ref().filter(|_| !alarm.closed) else {
                continue;
            };
            let station = county.stations.iter().find(|s| s.id == alarm.station);
            let (Some(until), true) = (ack.lease_until, self.concerns(alarm.situation)) else {
                continue;
            };
            let note = Note {
                at: ack.at,
                by: ack.by.clone(),
                until,
                about: About::Station {
                    id: alarm.station.clone(),
                    name: station.map(|s| s.name.clone()).unwrap_or_default(),
                    title: alarm.title.clone(),
                    level: alarm.level,
                },
                commands: alarm.commands.clone(),
                over: false,
            };
            let before = Moment::before(ack.at);
            self.leases
                .look(Noted::Alarm(alarm.key), Some(note), before);
        }
    }

    /// Follows the leases that an input may have begun, renewed or ended.
    pub(crate) fn follow_leases(&mut self, passed: &Passed<'_>, refused: bool, world: &dyn World) {
        let moment = Moment::of(passed.at, passed.number);
        let mut all = false;
        let mut some: BTreeSet<Noted> = self.leases.due(passed.at).into_iter().collect();
        match passed.input {
            Some(Input::Acted(act)) if !refused => {
                self.leases.words.insert(passed.at, passed.number);
                all = takes_note(&act.action);
            }
            Some(Input::Paged { .. }) => {
                self.leases.words.insert(passed.at, passed.number);
            }
            Some(
                Input::Acted(_)
                | Input::Observed(_)
                | Input::Configured(_)
                | Input::LinkChanged { .. }
                | Input::ClockStepped { .. }
                | Input::DiskFilled { .. }
                | Input::FilesRefused { .. }
                | Input::Ticked
                | Input::Resumed
                | Input::Tallied { .. }
                | Input::Accessed(_)
                | Input::ClockRead(_)
                | Input::Unread { .. }
                | Input::JournalChecked { .. },
            )
            | None => {}
        }
        for (_, effect) in passed.outcomes {
            if let Effect::Command { .. } = effect {
                all = true;
            } else if let Effect::Task { command, .. } = effect {
                some.extend(self.leases.answered_by(command));
            } else if let Effect::Transition(change) = effect
                && let Some((_, key)) = self.name_of(change, world)
            {
                some.insert(Noted::Alarm(key));
            }
        }
        if all {
            some.extend(self.leases.list.keys());
            // What has returned asks for no word any more.
            some.extend(self.open.keys().copied().map(Noted::Alarm));
            let by_hand = self.situations.values().filter(|row| row.by_hand);
            some.extend(by_hand.map(|row| Noted::Situation(row.id)));
        }
        for id in some {
            self.look_at_lease(id, moment, world);
        }
    }

    /// Ends the leases that still ran when the interval ended.
    pub(crate) fn end_leases(&mut self, world: &dyn World) {
        let end = Moment::before(self.scope.to);
        for id in self.leases.list.keys().copied().collect::<Vec<_>>() {
            self.look_at_lease(id, end, world);
        }
        let leases = std::mem::take(&mut self.leases.list).into_values();
        let to = self.scope.to;
        let rows = leases.map(|lease| {
            lease.row(match lease.note.until <= to {
                true => Verdict::Missed,
                false => Verdict::Running,
            })
        });
        self.report.clocks.extend(rows);
    }

    fn look_at_lease(&mut self, id: Noted, moment: Moment, world: &dyn World) {
        let (note, situation) = match id {
            Noted::Alarm(key) => (note_of_alarm(key, world), self.told_with.get(&key).copied()),
            Noted::Situation(id) => (note_of_situation(id, world), Some(id)),
        };
        let known = self.leases.list.contains_key(&id);
        if !known && !self.concerns(situation) {
            return;
        }
        let over = self.leases.look(id, note, moment);
        self.report.clocks.extend(over);
    }
}

fn note_of_alarm(key: AlarmKey, world: &dyn World) -> Option<Note> {
    let view = world.alarm(key)?;
    let ack = view.ack.clone()?;
    Some(Note {
        at: ack.at,
        by: ack.by,
        until: ack.lease_until?,
        about: about_alarm(&view, world),
        commands: view.commands,
        over: view.closed,
    })
}

fn note_of_situation(id: SituationId, world: &dyn World) -> Option<Note> {
    let view = world.situation(id)?;
    let manual = view.manual.as_ref()?;
    Some(Note {
        at: manual.acked_at?,
        by: manual.acked_by.clone()?,
        until: manual.lease_until?,
        about: about_situation(&view),
        commands: Vec::new(),
        over: view.closed,
    })
}

/// Presses that may begin or end an acknowledgement.
fn takes_note(action: &Action) -> bool {
    matches!(
        action,
        Action::Acknowledge { .. }
            | Action::AcknowledgeSituation { .. }
            | Action::IssueCommand(_)
            | Action::ConfirmCommand { .. }
            | Action::ApproveCommand { .. }
            | Action::CancelCommand { .. }
            | Action::ResetAlarm { .. }
            | Action::GradeSituation { .. }
            | Action::CloseSituation { .. }
            | Action::EndNotice { .. }
            | Action::MarkTruth { .. }
    )
}
