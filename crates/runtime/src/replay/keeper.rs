//! Makes keyframes from the journal on a thread that lets all others go first.
//!
//! The live loop does nothing for them. A keyframe is due after so many inputs or an hour of the
//! site's time; old ones are thinned to a few a day. What was lost is made again.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use model::Time;
use store::Place;

use super::rewind::Base;
use super::tape::Tape;
use super::{PastOf, ReplayError};
use crate::fleet::{Decisions, Fleet};
use crate::snapshots::FORMAT;

/// A keyframe is due after this many records: few enough to be applied in a blink.
const EVERY_RECORDS: u64 = 20_000;

/// A keyframe is due after this much of the site's time, when anything came.
const EVERY_MS: i64 = 3_600_000;

/// Younger than this, all are kept.
const FINE_MS: i64 = 3 * 86_400_000;

/// Older ones are kept this far apart in time …
const COARSE_MS: i64 = 86_400_000;

/// … or in records, whichever comes first.
const COARSE_RECORDS: u64 = 100_000;

/// Most keyframes kept; beyond it the oldest are thinned further.
const MOST_KEPT: usize = 2_000;

/// How often it is looked whether one is due.
const LOOK: Duration = Duration::from_secs(20);

/// A tail that is not long is still taken up this often.
const SETTLE: Duration = Duration::from_secs(1_800);

/// The thread that keeps keyframes and lanes.
pub(crate) struct Keeper {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Keeper {
    /// Starts it.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn start(past: Arc<PastOf>) -> std::io::Result<Keeper> {
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new()
            .name("watchfire-keyframes".to_owned())
            .spawn(move || {
                store::threads::step_back();
                let mut last = None;
                loop {
                    let told = stopped.recv_timeout(LOOK);
                    if !matches!(told, Err(RecvTimeoutError::Timeout)) {
                        return;
                    }
                    if !is_due(&past, last) {
                        continue;
                    }
                    let over = || {
                        !matches!(
                            stopped.try_recv(),
                            Err(std::sync::mpsc::TryRecvError::Empty)
                        )
                    };
                    if let Err(error) = keep_up(&past, &over) {
                        tracing::warn!(%error, "could not make keyframes; replays take longer");
                    }
                    last = Some(Instant::now());
                }
            })?;
        Ok(Keeper { stop, thread })
    }

    /// Ends it; what was begun is made again.
    pub(crate) fn end(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            tracing::error!("the thread of the keyframes panicked");
        }
    }
}

fn is_due(past: &PastOf, last: Option<Instant>) -> bool {
    let committed = past.rewind.journal.committed();
    let newest = past.rewind.keyframes.places().ok();
    let newest = newest.and_then(|places| places.last().map(|p| p.number));
    let behind = committed.saturating_sub(newest.unwrap_or(0));
    behind >= EVERY_RECORDS || (behind > 0 && last.is_none_or(|last| last.elapsed() >= SETTLE))
}

/// Makes what is missing, until `over` says so.
pub(crate) fn keep_up(past: &PastOf, over: &dyn Fn() -> bool) -> Result<(), ReplayError> {
    past.lanes.settle()?;
    let mut from = 0;
    // Where a stretch without a keyframe begins; those behind it may still be there.
    while let Some((begin, end)) = gap(past, from)? {
        if !fill(past, begin, end, over)? {
            return Ok(());
        }
        thin(past)?;
        from = end;
    }
    Ok(())
}

/// The first stretch from record `from` on that is longer than a replay should have to go.
fn gap(past: &PastOf, from: u64) -> Result<Option<(u64, u64)>, ReplayError> {
    let places = past
        .rewind
        .keyframes
        .places()
        .map_err(ReplayError::Keyframes)?;
    let newest = places.last().map_or(Time::MIN, |p| p.at);
    let mut before = Place {
        number: 0,
        at: Time::MIN,
    };
    for place in places {
        let fine = newest.since_ms(place.at) < FINE_MS;
        let (records, ms) = if fine {
            (2 * EVERY_RECORDS, 2 * EVERY_MS)
        } else {
            (2 * COARSE_RECORDS, 3 * COARSE_MS)
        };
        let far = place.number - before.number > records
            && (before.number == 0 || place.at.since_ms(before.at) > ms);
        if far && before.number >= from {
            return Ok(Some((before.number, place.number)));
        }
        before = place;
    }
    let committed = past.rewind.journal.committed();
    Ok((committed > before.number && before.number >= from).then_some((before.number, committed)))
}

/// Lives through a stretch and keeps what is due; false when it was told to stop.
fn fill(past: &PastOf, begin: u64, end: u64, over: &dyn Fn() -> bool) -> Result<bool, ReplayError> {
    let Base { mut fleet, number } = past.rewind.base(|place| place.number <= begin)?;
    let mut last = Place {
        number,
        at: fleet.now(),
    };
    let mut tape = Tape::behind(&past.rewind.journal, number);
    let mut decisions = Decisions::default();
    let newest = past.lanes.span()?.map_or(Time::MIN, |(_, newest)| newest);
    let mut since = 0u64;
    while let Some((seq, at)) = tape.peek()? {
        if seq > end {
            return Ok(true);
        }
        let here = Place {
            number: seq - 1,
            at: fleet.now(),
        };
        if since > 0 && here.at > Time::MIN && is_far(last, here, newest) {
            write(past, here, &fleet)?;
            (last, since) = (here, 0);
            if over() {
                return Ok(false);
            }
        }
        let Some(entry) = tape.take() else { break };
        if last.at == Time::MIN {
            last.at = at;
        }
        decisions.clear();
        fleet.apply(seq, at, entry.jurisdiction, &entry.input, &mut decisions);
        since += 1;
    }
    Ok(true)
}

/// Whether a stretch has come far enough behind its `last` keyframe for one more: in a long past only
/// those are written that thinning would leave.
fn is_far(last: Place, here: Place, newest: Time) -> bool {
    let (records, ms) = if newest.since_ms(here.at) < FINE_MS {
        (EVERY_RECORDS, EVERY_MS)
    } else {
        (COARSE_RECORDS, COARSE_MS)
    };
    here.number - last.number >= records || (last.at > Time::MIN && here.at.since_ms(last.at) >= ms)
}

fn write(past: &PastOf, place: Place, fleet: &Fleet) -> Result<(), ReplayError> {
    let content = match postcard::to_stdvec(fleet) {
        Ok(content) => content,
        Err(error) => {
            tracing::error!(%error, "the fleet cannot be written as a keyframe");
            return Ok(());
        }
    };
    let size = past
        .rewind
        .keyframes
        .write(place, FORMAT, &content)
        .map_err(ReplayError::Keyframes)?;
    tracing::debug!(number = place.number, bytes = size, "keyframe kept");
    Ok(())
}

/// Removes the old ones that stand close together.
fn thin(past: &PastOf) -> Result<(), ReplayError> {
    let places = past
        .rewind
        .keyframes
        .places()
        .map_err(ReplayError::Keyframes)?;
    for place in surplus(&places) {
        past.rewind
            .keyframes
            .remove(place)
            .map_err(ReplayError::Keyframes)?;
    }
    Ok(())
}

/// Which of these are not needed: the first and all young ones are.
fn surplus(places: &[Place]) -> Vec<Place> {
    let Some((first, newest)) = places.first().zip(places.last()) else {
        return Vec::new();
    };
    let mut surplus = Vec::new();
    let mut kept = *first;
    let mut many = places.len();
    for place in &places[1..] {
        let young = newest.at.since_ms(place.at) < FINE_MS;
        let near =
            place.at.since_ms(kept.at) < COARSE_MS && place.number - kept.number < COARSE_RECORDS;
        let crowded = many > MOST_KEPT;
        if (young || !near) && !crowded {
            kept = *place;
        } else if place != newest {
            surplus.push(*place);
            many -= 1;
        }
    }
    surplus
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hourly(hours: i64) -> Vec<Place> {
        (0..hours)
            .map(|hour| Place {
                number: 1 + hour as u64 * 300,
                at: Time::from_ms(hour * EVERY_MS),
            })
            .collect()
    }

    #[test]
    fn young_ones_stay_and_old_ones_are_a_day_apart() {
        let places = hourly(24 * 30);
        let gone = surplus(&places);
        let kept: Vec<_> = places.iter().filter(|p| !gone.contains(p)).collect();
        // 72 hours whole, and one a day before them.
        assert!((72 + 27..=72 + 29).contains(&kept.len()), "{}", kept.len());
        for pair in kept.windows(2) {
            assert!(pair[1].at.since_ms(pair[0].at) <= COARSE_MS);
        }
        let again: Vec<Place> = kept.into_iter().copied().collect();
        assert!(
            surplus(&again).is_empty(),
            "thinning twice is thinning once"
        );
    }

    /// Keyframes that living through a past would write.
    fn filled(records: &[Place]) -> Vec<Place> {
        let newest = records[records.len() - 1].at;
        let mut kept = vec![records[0]];
        for pair in records.windows(2) {
            if is_far(kept[kept.len() - 1], pair[1], newest) {
                kept.push(pair[1]);
            }
        }
        kept
    }

    #[test]
    fn a_lost_past_is_written_as_far_apart_as_it_is_kept() {
        // A record a second, so that neither bound is met alone.
        let records: Vec<_> = (0..86_400 * 20)
            .map(|second| Place {
                number: 1 + second as u64,
                at: Time::from_ms(second * 1_000),
            })
            .collect();
        let kept = filled(&records);
        assert!(
            (72 + 17..=100).contains(&kept.len()),
            "three fine days and 17 coarse ones: {}",
            kept.len()
        );
        assert!(surplus(&kept).len() <= 1, "{:?}", surplus(&kept));
        let longest = kept.windows(2).map(|pair| pair[1].number - pair[0].number);
        assert!(longest.max() <= Some(COARSE_RECORDS));
    }

    #[test]
    fn there_are_never_more_than_the_bound() {
        let places = hourly(24 * 365 * 7);
        let kept = places.len() - surplus(&places).len();
        assert!(kept <= MOST_KEPT, "{kept}");
    }
}
