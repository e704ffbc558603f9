//! Which threads go first on a busy machine.
//!
//! A reading on its way to an alarm wakes one thread after the other, and each waking may wait for a
//! whole turn of whatever runs just then: milliseconds, several times over. The few threads that only
//! ever carry such work may ask to go first; the many that nobody waits for step back. A system that
//! does not allow it runs everything as before.

use thread_priority::unix::{
    NormalThreadSchedulePolicy, RealtimeThreadSchedulePolicy, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id, thread_schedule_policy,
};
use thread_priority::{ThreadPriority, ThreadPriorityValue};

/// How much nicer than the rest of the process a thread is that nobody waits for.
const NICENESS: i32 = 10;

/// Who of those that go first goes before whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// What carries readings to the journal.
    Readings,
    /// What tells people and hears them: a flood of readings never holds them up.
    People,
}

/// Lets this thread, and those it starts, run before every ordinary one as soon as it has something
/// to do: round-robin, at the lowest places of that class. Linux keeps a share for the others, so a
/// flood of readings cannot lock anybody out of the machine. Needs root or `LimitRTPRIO` of the
/// service; says whether the system allowed it.
pub fn go_first(rank: Rank) -> bool {
    let round_robin = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
    let place = match rank {
        Rank::Readings => 1,
        Rank::People => 2,
    };
    let Ok(place) = ThreadPriorityValue::try_from(place) else {
        return false;
    };
    let place = ThreadPriority::Crossplatform(place);
    let asked = set_thread_priority_and_policy(thread_native_id(), place, round_robin);
    if let Err(error) = &asked {
        tracing::debug!(
            ?error,
            "a thread of the alarm's way keeps its ordinary place"
        );
    }
    asked.is_ok()
}

/// Takes back what this thread got from one that goes first.
pub fn go_along() {
    if matches!(
        thread_schedule_policy(),
        Ok(ThreadSchedulePolicy::Normal(_))
    ) {
        return;
    }
    let ordinary = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
    let Ok(middle) = ThreadPriorityValue::try_from(MIDDLE) else {
        return;
    };
    let middle = ThreadPriority::Crossplatform(middle);
    if let Err(error) = set_thread_priority_and_policy(thread_native_id(), middle, ordinary) {
        tracing::debug!(?error, "a thread keeps its place");
    }
}

/// The place in the middle of the library's scale, which is niceness 0.
const MIDDLE: u8 = 48;

/// Lets every other thread go first: nobody waits for what this one does.
pub fn step_back() {
    go_along();
    // On Linux this is the calling thread alone.
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "a thread keeps its priority");
    }
}
