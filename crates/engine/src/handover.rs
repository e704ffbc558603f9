//! Handing a post over: what the next shift takes over, and the two signatures.
//!
//! Until the second one the crew before stays on the hook beside the new one, so nothing falls
//! between two shifts.

use model::action::Why;
use model::id::Seal;
use model::view::{EndingQuiet, HandoverView, Obligations, RunState, RunningClock, SignIn};
use model::{Effects, PersonId, PostId, Time};

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
                (worst, alarm.raised, self.index.keys[*watch as usize])
            })
            .collect();
        alarms.sort_unstable();
        let mut unanswered = Vec::new();
        let mut clocks = Vec::new();
        for command in self.state.commands.values() {
            for (place, task) in command.tasks.iter().enumerate() {
                if !task.is_open() {
                    continue;
                }
                let id = command.task_id(place);
                if !task.stage().is_answered() {
                    unanswered.push(id.clone());
                }
                clocks.extend(task.due.map(|due| RunningClock { task: id, due }));
            }
        }
        clocks.sort_by_key(|clock| clock.due);
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
        let runs = self.state.calling.runs.iter();
        let runs = runs.filter(|(_, run)| run.state == RunState::Running && !run.is_about_a_task());
        Obligations {
            alarms: alarms.into_iter().map(|(.., key)| key).collect(),
            unanswered,
            clocks,
            endings,
            runs: runs.map(|(id, _)| id.clone()).collect(),
        }
    }
}
