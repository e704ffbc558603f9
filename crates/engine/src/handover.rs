//! Handing a post over: what the next shift takes over, and the two signatures.
//!
//! Until the second one the crew before stays on the hook beside the new one, so nothing falls
//! between two shifts.

use model::action::Why;
use model::command::Phase;
use model::effect::SystemKind;
use model::id::Seal;
use model::task::Stage;
use model::view::{EndingQuiet, HandoverView, Obligations, RunState, RunningClock, SignIn};
use model::{Effects, PersonId, PostId, TaskId, Time};

use crate::duty::Signature;
use crate::engine::Engine;
use crate::roster::shift_of;

/// A shift may be handed over this long before it ends.
const EARLY_MS: i64 = 3_600_000;

/// From which shift to which a post is to be handed over.
struct Passing {
    from: Vec<PersonId>,
    to: Vec<PersonId>,
    number: i64,
    begins: Time,
    ends: Time,
}

impl Engine {
    fn passing(&self, id: &PostId, at: Time) -> Result<Passing, Why> {
        let post = self.config.organisation.post(id).ok_or(Why::NoSuchPost)?;
        let (roster, now) = shift_of(post, at).ok_or(Why::NoRoster)?;
        if !roster.handover {
            return Err(Why::NoRoster);
        }
        let standing = self.state.duty.posts.get(id);
        let held = standing.and_then(|s| s.held).unwrap_or(now.number);
        let number = if held < now.number {
            now.number
        } else {
            held + 1
        };
        let next = roster.shift(number).ok_or(Why::NoRoster)?;
        if next.from > at.plus_ms(EARLY_MS) {
            return Err(Why::NothingChanges);
        }
        Ok(Passing {
            from: self.crew_of(id, roster, held),
            to: self.crew_of(id, roster, number),
            number,
            begins: next.from,
            ends: next.until,
        })
    }

    /// A signature under a handover: first of who goes, then of who comes.
    pub(crate) fn sign_handover(
        &mut self,
        by: &PersonId,
        id: &PostId,
        note: Option<&Seal>,
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        let passing = self.passing(id, at)?;
        let standing = self.state.duty.posts.entry(id.clone()).or_default();
        match &standing.signed {
            None if passing.from.contains(by) => {
                standing.signed = Some(Signature {
                    by: by.clone(),
                    at,
                    note: note.cloned(),
                });
            }
            None if passing.to.contains(by) => return Err(Why::FirstSignatureMissing),
            None => return Err(Why::NotOnDuty),
            Some(first) if first.by == *by => return Err(Why::SignedAlready),
            Some(_) if passing.to.contains(by) => {
                standing.signed = None;
                standing.held = Some(passing.number);
                self.note_sign_in(id, passing.number, by, at);
            }
            Some(_) => return Err(Why::NotOnDuty),
        }
        self.judge_duty(id, at, out);
        Ok(())
    }

    /// The handover of a post that is open, signed once, or could be made now.
    pub(crate) fn handover_view(&self, id: &PostId, at: Time) -> Option<HandoverView> {
        let passing = self.passing(id, at).ok()?;
        let signed = self.state.duty.posts.get(id)?.signed.as_ref();
        Some(HandoverView {
            from: passing.from,
            to: passing.to,
            due: passing.begins,
            signed: signed.map(|s| SignIn {
                by: s.by.clone(),
                at: s.at,
            }),
            note: signed.and_then(|s| s.note.clone()),
            obligations: self.obligations(passing.ends),
        })
    }

    /// What whoever is on duty until `until` has to mind.
    fn obligations(&self, until: Time) -> Obligations {
        let mut alarms: Vec<_> = self
            .state
            .alarms
            .iter()
            .filter(|(_, alarm)| !alarm.closed)
            .map(|(watch, alarm)| {
                let worst = std::cmp::Reverse(alarm.told_level());
                (worst, alarm.raised, self.key_of(*watch))
            })
            .collect();
        alarms.sort_unstable();
        let quiet = self.state.ledger.entries.iter();
        let quiet = quiet.filter(|(_, entry)| entry.ended.is_none());
        let mut endings: Vec<EndingQuiet> = quiet
            .filter_map(|(id, entry)| {
                let id = id.clone();
                entry.until.map(|until| EndingQuiet { id, until })
            })
            .filter(|ending| ending.until <= until)
            .collect();
        endings.sort_by_key(|ending| ending.until);
        let mut owed = Obligations {
            alarms: alarms.into_iter().map(|(.., key)| key).collect(),
            endings,
            ..Obligations::default()
        };
        self.owed_on_commands(&mut owed);
        self.owed_on_calls(&mut owed);
        owed
    }

    fn owed_on_commands(&self, owed: &mut Obligations) {
        for command in self.state.commands.values() {
            let waits = match command.phase {
                Phase::Prepared { .. } | Phase::Waiting | Phase::Held { .. } => true,
                Phase::Issued | Phase::Stopped { .. } => false,
            };
            owed.untold.extend(waits.then(|| command.id.clone()));
            for (place, task) in command.tasks.iter().enumerate() {
                let id = command.task_id(place);
                let stage = task.stage();
                if task.is_end_unseen() {
                    owed.end_unseen.push(id);
                } else if task.is_open() {
                    if !stage.is_answered() {
                        owed.unanswered.push(id.clone());
                    } else if stage == Stage::Declined {
                        owed.declined.push(id.clone());
                    } else if stage == Stage::Done && task.due.is_none() {
                        owed.unverified.push(id.clone());
                    }
                    let clock = task.due.map(|due| RunningClock { task: id, due });
                    owed.clocks.extend(clock);
                }
            }
        }
        owed.clocks.sort_by_key(|clock| clock.due);
    }

    /// What people were called about: runs, calls for help, and what was opened by hand.
    fn owed_on_calls(&self, owed: &mut Obligations) {
        let notices = &self.state.notices;
        for (id, run) in &self.state.calling.runs {
            let told = (SystemKind::CallsExhausted, id.as_str().to_owned());
            if run.is_about_a_task() {
                continue;
            }
            match run.state {
                RunState::Running => owed.runs.push(id.clone()),
                RunState::Exhausted if notices.contains_key(&told) => {
                    owed.exhausted.push(id.clone());
                }
                RunState::Exhausted | RunState::Satisfied | RunState::Cancelled => {}
            }
        }
        let help = notices
            .keys()
            .filter(|(kind, _)| *kind == SystemKind::NeedHelp);
        owed.help = help.map(|(_, task)| TaskId(task.clone())).collect();
        let open = self.state.situations.list.iter().filter(|(_, s)| !s.closed);
        let by_hand = open.filter(|(_, situation)| {
            let manual = situation.manual.as_ref();
            manual.is_some_and(|manual| manual.task.is_none())
        });
        owed.by_hand = by_hand.map(|(id, _)| *id).collect();
    }
}
