//! Two results of one task that contradict each other: kept, and put before the desk.

use model::task::{Fact, FactKind};

use crate::task::Task;

/// Whether a fact says that the assignee does it, or does not.
const fn result(kind: FactKind) -> Option<bool> {
    match kind {
        FactKind::Accepted
        | FactKind::EnRoute
        | FactKind::OnScene
        | FactKind::Working { .. }
        | FactKind::Done => Some(true),
        FactKind::Declined => Some(false),
        FactKind::Issued
        | FactKind::Delivered
        | FactKind::Seen
        | FactKind::Verified
        | FactKind::Rejected
        | FactKind::NeedHelp
        | FactKind::NoReply
        | FactKind::Escalated { .. }
        | FactKind::Cancelled
        | FactKind::CancelSeen
        | FactKind::Superseded
        | FactKind::Reassigned
        | FactKind::Called
        | FactKind::Postponed { .. }
        | FactKind::Hastened
        | FactKind::CheckedIn { .. }
        | FactKind::CrewWarned { .. }
        | FactKind::CrewCritical { .. }
        | FactKind::Photo
        | FactKind::NotReached => None,
    }
}

impl Task {
    /// An acceptance and a refusal were reported by someone who did not know of the other one. A
    /// device that says which version it knew may change its mind, except about what it reported done;
    /// what an officer hears and records, or decides, settles it. A key pressed in a call is of somebody who
    /// knows what they said themselves.
    pub(crate) fn is_contradictory(&self) -> bool {
        let mut last: Option<(usize, bool)> = None;
        let mut conflict = false;
        for (place, fact) in self.facts.iter().enumerate() {
            let begins_anew = matches!(
                fact.kind,
                FactKind::Rejected
                    | FactKind::Cancelled
                    | FactKind::Superseded
                    | FactKind::Reassigned
            );
            if begins_anew {
                last = None;
            }
            if begins_anew || fact.kind == FactKind::Verified {
                conflict = false;
            }
            let Some(yes) = result(fact.kind) else {
                continue;
            };
            let own = |fact: &Fact| fact.by.as_ref() == Some(&self.person);
            // What comes of a page has no press of its own.
            let by_key = fact.op.is_none() && own(fact);
            let heard = fact.means.is_heard() && !by_key;
            let known = |before: usize| {
                let before_it = &self.facts[before];
                let knew = fact.version.is_some_and(|v| v as usize > before);
                before_it.kind != FactKind::Done && (knew || (by_key && own(before_it)))
            };
            match last {
                Some((_, before)) if heard && (conflict || before != yes) => conflict = false,
                Some((at, before)) if before != yes && !known(at) => conflict = true,
                Some(_) | None => {}
            }
            last = Some((place, yes));
        }
        conflict
    }
}
