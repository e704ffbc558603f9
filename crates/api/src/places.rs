//! How often a phone may tell where it is, and what becomes of a place that is not taken.
//!
//! Bounded: what has run out is forgotten when there is no room, and all of it where that is not enough.
//! Nothing here is written down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use model::{Action, JurisdictionSlot, OpId, PersonId, Seal, TaskId};

use crate::Api;
use crate::access::Principal;
use crate::error::{Answered, Fault, store_fault};
use crate::uploads::aside;

/// A person's places about one task are taken this far apart.
const APART: Duration = Duration::from_secs(30);
/// Tasks remembered at once.
const TASKS: usize = 16_384;

/// When places were taken last, by whom and about what.
#[derive(Debug, Default)]
pub(crate) struct Places {
    last: Mutex<HashMap<(JurisdictionSlot, PersonId, TaskId), Instant>>,
}

impl Places {
    /// Takes one more place.
    ///
    /// # Errors
    /// The seconds to wait; nothing was taken then.
    fn begin(&self, whose: (JurisdictionSlot, PersonId, TaskId), now: Instant) -> Result<(), u64> {
        let mut last = self.last.lock().expect("no holder of this lock panics");
        let passed = |then: &Instant| now.saturating_duration_since(*then);
        if let Some(passed) = last.get(&whose).map(passed).filter(|p| *p < APART) {
            return Err((APART - passed).as_secs_f64().ceil() as u64);
        }
        if last.len() >= TASKS {
            last.retain(|_, then| passed(then) < APART);
        }
        if last.len() >= TASKS {
            last.clear();
        }
        last.insert(whose, now);
        Ok(())
    }
}

/// Whether a place is to be entered; false for the newest one sent again.
///
/// # Errors
/// [`Fault::TooSoon`] when the one before it is too new.
pub(crate) async fn is_news(
    api: &Api,
    slot: JurisdictionSlot,
    who: &Principal,
    task: &TaskId,
    op: &OpId,
) -> Answered<bool> {
    let (asked, op) = (task.clone(), op.clone());
    let known = api.inbox.ask(move |fleet| {
        let place = fleet.task(slot, &asked).and_then(|task| task.place);
        place.is_some_and(|place| place.op == op)
    });
    if known.await? {
        return Ok(false);
    }
    let whose = (slot, who.person.clone(), task.clone());
    let begun = api.places.begin(whose, Instant::now());
    begun.map_err(|wait_s| {
        metrics::counter!("watchfire_places_too_soon_total").increment(1);
        Fault::TooSoon { wait_s }
    })?;
    Ok(true)
}

/// The place that an act tells.
pub(crate) fn told_by(action: &Action) -> Option<Seal> {
    if let Action::ReportPlace { position, .. } = action {
        Some(position.clone())
    } else {
        None
    }
}

/// A place that was refused is nobody's to keep: the entry stays, what it tells goes.
pub(crate) async fn let_go(api: &Arc<Api>, seal: Seal) {
    let gone = move |api: &Api| {
        let erased = api.blobs.erase(&seal);
        erased.map_err(|cause| store_fault("erase a place that was refused", &cause))
    };
    // What could not be erased is in the log; the refusal is on disk all the same.
    drop(aside(api, gone).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_persons_places_about_a_task_come_half_a_minute_apart() {
        let (places, start) = (Places::default(), Instant::now());
        let whose = |person: &str, task: &str| {
            (
                JurisdictionSlot(0),
                PersonId::from(person),
                TaskId::from(task),
            )
        };
        let take = |person, task, after_ms| {
            let now = start + Duration::from_millis(after_ms);
            places.begin(whose(person, task), now)
        };
        assert_eq!(take("li", "c1.li", 0), Ok(()));
        assert_eq!(take("li", "c1.li", 100), Err(30));
        assert_eq!(take("li", "c1.li", 29_500), Err(1));
        assert_eq!(take("li", "c2.li", 100), Ok(()), "another task");
        assert_eq!(
            take("chen", "c1.li", 100),
            Ok(()),
            "nobody holds up another"
        );
        assert_eq!(take("li", "c1.li", 30_000), Ok(()));
        assert_eq!(take("li", "c1.li", 30_100), Err(30));
    }
}
