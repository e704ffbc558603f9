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

/// Most keyframes kept: in a past so long that there would be more, all of them stand further apart.
const MOST_KEPT: i64 = 2_000;

/// How many of these the old ones may be, …
const MOST_OLD: i64 = MOST_KEPT / 10 * 7;

/// … and the young ones; a few stand nearer than they would have to.
const MOST_YOUNG: i64 = MOST_KEPT / 4;

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

/// How far apart keyframes stand: records and milliseconds, whichever comes first.
#[derive(Clone, Copy, Debug)]
struct Pace {
    records: u64,
    ms: i64,
}

impl Pace {
    /// So many times further apart.
    fn times(self, times: i64) -> Pace {
        Pace {
            records: self.records.saturating_mul(times.unsigned_abs()),
            ms: self.ms.saturating_mul(times),
        }
    }

    /// The shortest doubling of it by which no more than `most` stand on a way.
    fn stretched(self, records: u64, ms: i64, most: i64) -> Pace {
        let mut pace = self;
        let many = |pace: Pace| {
            let by_records = i64::try_from(records / pace.records).unwrap_or(i64::MAX);
            by_records.saturating_add(ms / pace.ms)
        };
        while many(pace) > most {
            pace = pace.times(2);
        }
        pace
    }

    fn is_over(self, before: Place, here: Place) -> bool {
        here.number - before.number >= self.records || here.at.since_ms(before.at) >= self.ms
    }
}

/// How far apart the keyframes of one past stand. It follows from how long the past is, so that what is
/// written, what is kept and what is missing go by the same measure.
#[derive(Clone, Copy, Debug)]
struct Spacing {
    newest: Time,
    fine: Pace,
    coarse: Pace,
}

impl Spacing {
    /// The one of a past that has come to `newest`; `places` are the keyframes there are.
    fn of(places: &[Place], newest: Place) -> Spacing {
        let fine = Pace {
            records: EVERY_RECORDS,
            ms: EVERY_MS,
        };
        let coarse = Pace {
            records: COARSE_RECORDS,
            ms: COARSE_MS,
        };
        let begin = places.first().map_or(newest.at, |first| first.at);
        let length = newest.at.since_ms(begin).max(0);
        let mut back = places.iter().rev();
        let old = back.find(|place| newest.at.since_ms(place.at) >= FINE_MS);
        let young = newest
            .number
            .saturating_sub(old.map_or(0, |place| place.number));
        Spacing {
            newest: newest.at,
            fine: fine.stretched(young, length.min(FINE_MS), MOST_YOUNG),
            coarse: coarse.stretched(newest.number, length, MOST_OLD),
        }
    }

    fn at(&self, here: Time) -> Pace {
        if self.newest.since_ms(here) < FINE_MS {
            self.fine
        } else {
            self.coarse
        }
    }
}

/// The first stretch from record `from` on that is longer than a replay should have to go.
fn gap(past: &PastOf, from: u64) -> Result<Option<(u64, u64)>, ReplayError> {
    let places = past
        .rewind
        .keyframes
        .places()
        .map_err(ReplayError::Keyframes)?;
    Ok(hole(&places, past.rewind.journal.committed(), from))
}

/// The same, of these keyframes and a journal of `committed` records.
fn hole(places: &[Place], committed: u64, from: u64) -> Option<(u64, u64)> {
    let newest = places.last().map_or(Time::MIN, |p| p.at);
    let spacing = Spacing::of(
        places,
        Place {
            number: committed,
            at: newest,
        },
    );
    let mut before = Place {
        number: 0,
        at: Time::MIN,
    };
    for place in places {
        // One that begins among the old ones is as long as theirs, wherever it ends.
        let begin = if before.number == 0 {
            place.at
        } else {
            before.at
        };
        let pace = spacing.at(begin);
        let days = if pace.ms < COARSE_MS { 2 } else { 3 };
        let far = place.number - before.number > 2 * pace.records
            && (before.number == 0 || place.at.since_ms(before.at) > days * pace.ms);
        if far && before.number >= from {
            return Some((before.number, place.number));
        }
        before = *place;
    }
    (committed > before.number && before.number >= from).then_some((before.number, committed))
}

/// Lives through a stretch and keeps what is due; false when it was told to stop.
fn fill(past: &PastOf, begin: u64, end: u64, over: &dyn Fn() -> bool) -> Result<bool, ReplayError> {
    let Base { mut fleet, number } = past.rewind.kept(|place| place.number <= begin)?;
    let mut last = Place {
        number,
        at: fleet.now(),
    };
    let mut tape = Tape::behind(&past.rewind.journal, number);
    let mut decisions = Decisions::default();
    let newest = Place {
        number: past.rewind.journal.committed(),
        at: past.lanes.span()?.map_or(Time::MIN, |(_, newest)| newest),
    };
    let places = past.rewind.keyframes.places();
    let spacing = Spacing::of(&places.map_err(ReplayError::Keyframes)?, newest);
    let mut since = 0u64;
    while let Some((seq, at)) = tape.peek()? {
        if seq > end {
            return Ok(true);
        }
        let here = Place {
            number: seq - 1,
            at: fleet.now(),
        };
        if since > 0 && here.at > Time::MIN && is_far(last, here, &spacing) {
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
fn is_far(last: Place, here: Place, spacing: &Spacing) -> bool {
    let pace = spacing.at(here.at);
    here.number - last.number >= pace.records
        || (last.at > Time::MIN && here.at.since_ms(last.at) >= pace.ms)
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

/// Which of these are not needed: the first and the newest are, and of the others those that stand as
/// far apart as the past is long.
fn surplus(places: &[Place]) -> Vec<Place> {
    let Some((first, newest)) = places.first().zip(places.last()) else {
        return Vec::new();
    };
    let spacing = Spacing::of(places, *newest);
    let usual = spacing.fine.records == EVERY_RECORDS;
    let mut surplus = Vec::new();
    let mut kept = *first;
    for place in &places[1..] {
        let young = newest.at.since_ms(place.at) < FINE_MS;
        // Those that were written before a quiet time stand nearer, and stay while they are young.
        if place == newest || (young && usual) || spacing.at(place.at).is_over(kept, *place) {
            kept = *place;
        } else {
            surplus.push(*place);
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
        let spacing = Spacing::of(&records[..1], records[records.len() - 1]);
        let mut kept = vec![records[0]];
        for pair in records.windows(2) {
            if is_far(kept[kept.len() - 1], pair[1], &spacing) {
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

    fn kept(places: &[Place]) -> Vec<Place> {
        let gone = surplus(places);
        let left = places.iter().filter(|place| !gone.contains(place));
        left.copied().collect()
    }

    #[test]
    fn there_are_never_more_than_the_bound() {
        let places = hourly(24 * 365 * 7);
        assert!(kept(&places).len() as i64 <= MOST_KEPT);
        // A past that is busier at its end than was ever thought of.
        let busy: Vec<_> = (0..40_000)
            .map(|n| Place {
                number: 1 + n * EVERY_RECORDS,
                at: Time::from_ms(n as i64 * 60_000),
            })
            .collect();
        let kept = kept(&busy);
        assert!(kept.len() as i64 <= MOST_KEPT, "{}", kept.len());
    }

    /// A day apart, with so many records a day.
    fn daily(days: i64, records: u64) -> Vec<Place> {
        (0..days)
            .map(|day| Place {
                number: 1 + day as u64 * records,
                at: Time::from_ms(day * COARSE_MS),
            })
            .collect()
    }

    #[test]
    fn a_long_past_is_thinned_evenly_and_what_is_thinned_is_not_made_again() {
        for (days, records) in [(2_010, 300), (2_010, 12_000), (20_000, 12_000)] {
            let places = daily(days, records);
            let kept = kept(&places);
            assert!(kept.len() as i64 <= MOST_KEPT, "{}", kept.len());
            assert!(kept.len() > 600, "{}", kept.len());
            let apart = |pair: &[Place]| pair[1].at.since_ms(pair[0].at);
            let widest = kept.windows(2).map(apart).max().unwrap_or(0);
            let old = kept[..kept.len() - 5].windows(2).map(apart);
            assert_eq!(old.min(), Some(widest), "every stretch is as long");
            let end = places[places.len() - 1].number;
            assert_eq!(hole(&kept, end, 0), None, "{days} days of {records}");
            assert!(surplus(&kept).is_empty(), "it is thinned once");
        }
    }
}
