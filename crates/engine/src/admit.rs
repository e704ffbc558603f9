//! The door: whether a reading is taken, and what its place in time is. Reads only; `apply` trusts
//! what was decided here, so that a replay never decides it again.

use model::config::LatePolicy;
use model::intake::Quality;
use model::{Fixed, Observed, SeriesSlot, Time};

use crate::engine::Engine;

/// A reading of a known series that asks to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub interface: u8,
    pub series: SeriesSlot,
    pub observed: Time,
    /// When the sender says it became visible; evidence, never a clock of ours.
    pub received: Option<Time>,
    pub value: Fixed,
    pub revision: u16,
    pub quality: Quality,
}

/// The answer of the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// To be journaled as it stands here.
    Accept(Observed),
    /// The same identity and value again.
    Duplicate,
    /// Another value stands under this identity, or a higher revision stands there already and this
    /// one was never taken.
    Conflict,
    /// Its clock is too far ahead of `at`.
    Future,
}

impl Engine {
    /// Decides whether a reading that would be entered at `at` is taken.
    pub fn admit(&self, candidate: &Candidate, at: Time) -> Admission {
        let policy = &self.config.policy;
        let series = &self.state.series[candidate.series.index()];
        let ahead_ms = candidate.observed.since_ms(at);
        if ahead_ms > policy.refuse_ahead_ms {
            return Admission::Future;
        }
        let suspect = ahead_ms > policy.suspect_ahead_ms;
        let believed = series.watermark;
        let late = !suspect && believed.is_some_and(|w| candidate.observed <= w);
        let mut too_late = late && self.is_too_late(candidate, believed);
        // One that came while its clock ran ahead comes again when time has caught up.
        if (late || suspect || series.has_ahead())
            && let Some(standing) = series.standing(candidate.observed)
        {
            if candidate.revision <= standing.revision {
                let taken = match candidate.revision < standing.revision {
                    true => series.replaced(candidate.observed, candidate.revision),
                    false => None,
                };
                let taken = taken.unwrap_or(standing);
                let same = (candidate.value, candidate.quality) == (taken.value, taken.quality);
                return if same {
                    Admission::Duplicate
                } else {
                    Admission::Conflict
                };
            }
            // A higher revision of the newest sample is news, not a late reading.
            too_late &= believed != Some(candidate.observed);
        }
        Admission::Accept(Observed {
            interface: candidate.interface,
            series: candidate.series,
            observed: candidate.observed,
            received: candidate.received.unwrap_or(at),
            value: candidate.value,
            revision: candidate.revision,
            quality: candidate.quality,
            late,
            too_late,
            suspect,
        })
    }

    fn is_too_late(&self, candidate: &Candidate, believed: Option<Time>) -> bool {
        let interface = self.config.interfaces.get(usize::from(candidate.interface));
        match (interface.map(|i| i.late), believed) {
            (Some(LatePolicy::Allow { within_ms }), Some(watermark)) => {
                watermark.since_ms(candidate.observed) > within_ms
            }
            (Some(LatePolicy::Discard) | None, Some(_)) => true,
            (Some(LatePolicy::Allow { .. } | LatePolicy::Discard) | None, None) => false,
        }
    }
}
