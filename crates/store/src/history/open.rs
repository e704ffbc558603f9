//! Open chunks: the samples of days that may still grow, in 32 bytes each.
//!
//! Nothing here is on disk; all of it can be read again from the journal, from [`OpenChunks::since`]
//! on.

use model::{JurisdictionSlot, Time};
use rustc_hash::FxHashMap;

use super::{Sample, columns};

const DAY_MS: i64 = 86_400_000;
/// A chunk for a day long past is closed this long after it was opened, so that a station sending
/// its memory makes one chunk and not many.
const GATHER_MS: i64 = 3_600_000;

/// One series, by the number that never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SeriesKey {
    pub(crate) jurisdiction: JurisdictionSlot,
    pub(crate) number: u32,
}

/// One chunk: a series and a day since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ChunkKey {
    pub(crate) day: i64,
    pub(crate) of: SeriesKey,
}

/// What is asked of one series: `from ≤ observed < to`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) of: SeriesKey,
    pub(crate) from: Time,
    pub(crate) to: Time,
}

impl Span {
    /// What of it lies in one day since 1970-01-01.
    pub(crate) fn on(&self, day: i64) -> Span {
        let start = Time::from_ms(day * DAY_MS);
        Span {
            of: self.of,
            from: self.from.max(start),
            to: self.to.min(start.plus_ms(DAY_MS)),
        }
    }

    pub(crate) fn holds(&self, sample: &Sample) -> bool {
        self.from <= sample.observed && sample.observed < self.to
    }
}

/// Everything not yet in the database.
#[derive(Debug, Default)]
pub(crate) struct OpenChunks {
    series: FxHashMap<SeriesKey, Vec<Chunk>>,
    samples: usize,
}

#[derive(Debug)]
struct Chunk {
    day: i64,
    /// Journal number of its first sample.
    first: u64,
    /// When that came.
    opened: Time,
    samples: Vec<Packed>,
}

/// A sample in 32 bytes.
#[derive(Clone, Copy, Debug)]
struct Packed {
    received: i64,
    value: i64,
    seq: u64,
    in_day: u32,
    revision: u16,
    flags: u8,
}

const _: () = assert!(size_of::<Packed>() == 32);

impl OpenChunks {
    /// Adds a sample that came at `at`.
    pub(crate) fn add(&mut self, of: SeriesKey, at: Time, sample: &Sample) {
        let day = sample.observed.day();
        let chunks = self.series.entry(of).or_default();
        let place = chunks
            .iter()
            .rposition(|chunk| chunk.day == day)
            .unwrap_or_else(|| {
                chunks.push(Chunk {
                    day,
                    first: sample.seq,
                    opened: at,
                    samples: Vec::new(),
                });
                chunks.len() - 1
            });
        let samples = &mut chunks[place].samples;
        if samples.len() == samples.capacity() {
            // A quarter at a time: doubling would leave half of the memory empty.
            samples.reserve_exact((samples.len() / 4).max(16));
        }
        samples.push(Packed {
            received: sample.received.ms(),
            value: sample.value,
            seq: sample.seq,
            in_day: (sample.observed.ms() - day * DAY_MS) as u32,
            revision: sample.revision,
            flags: columns::flags(sample) as u8,
        });
        self.samples += 1;
    }

    /// How many samples are held.
    pub(crate) fn len(&self) -> usize {
        self.samples
    }

    /// The days of `span` that have an open chunk, in no order.
    pub(crate) fn days(&self, span: &Span) -> Vec<i64> {
        let days = span.from.day()..=span.to.day();
        let chunks = self.series.get(&span.of).into_iter().flatten();
        let there = chunks.map(|chunk| chunk.day);
        there.filter(|day| days.contains(day)).collect()
    }

    /// The samples in `span`, in the order they came.
    pub(crate) fn read(&self, span: &Span) -> Vec<Sample> {
        let mut found = Vec::new();
        for chunk in self.series.get(&span.of).into_iter().flatten() {
            found.extend(chunk.unpack().filter(|sample| span.holds(sample)));
        }
        found
    }

    /// The chunks that may be closed at `now`: their day is past by `grace_ms`. All of them when
    /// `all` is set. In a fixed order, oldest day first.
    pub(crate) fn closable(&self, now: Time, grace_ms: i64, all: bool) -> Vec<ChunkKey> {
        let mut keys: Vec<ChunkKey> = Vec::new();
        for (of, chunks) in &self.series {
            let ripe = chunks
                .iter()
                .filter(|chunk| all || chunk.is_ripe(now, grace_ms));
            keys.extend(ripe.map(|chunk| ChunkKey {
                day: chunk.day,
                of: *of,
            }));
        }
        keys.sort_unstable();
        keys
    }

    /// The samples of one chunk, sorted by observed time and revision.
    pub(crate) fn chunk(&self, key: &ChunkKey) -> Option<Vec<Sample>> {
        let chunk = self
            .series
            .get(&key.of)?
            .iter()
            .find(|chunk| chunk.day == key.day)?;
        let mut samples: Vec<Sample> = chunk.unpack().collect();
        samples.sort_unstable_by_key(|s| (s.observed, s.revision, s.seq));
        Some(samples)
    }

    /// Forgets a chunk that is in the database.
    pub(crate) fn remove(&mut self, key: &ChunkKey) {
        let Some(chunks) = self.series.get_mut(&key.of) else {
            return;
        };
        if let Some(place) = chunks.iter().position(|chunk| chunk.day == key.day) {
            self.samples -= chunks.swap_remove(place).samples.len();
        }
        if chunks.is_empty() {
            self.series.remove(&key.of);
        }
    }

    /// Journal number of the oldest sample held, leaving out the `closing` chunks (sorted).
    pub(crate) fn since(&self, closing: &[ChunkKey]) -> Option<u64> {
        let stays = |of: &SeriesKey, chunk: &Chunk| {
            closing
                .binary_search(&ChunkKey {
                    day: chunk.day,
                    of: *of,
                })
                .is_err()
        };
        self.series
            .iter()
            .flat_map(|(of, chunks)| {
                chunks
                    .iter()
                    .filter(|chunk| stays(of, chunk))
                    .map(|chunk| chunk.first)
            })
            .min()
    }
}

impl Chunk {
    fn is_ripe(&self, now: Time, grace_ms: i64) -> bool {
        let ends = Time::from_ms((self.day + 1) * DAY_MS).plus_ms(grace_ms);
        now >= ends.max(self.opened.plus_ms(GATHER_MS))
    }

    fn unpack(&self) -> impl Iterator<Item = Sample> + '_ {
        self.samples.iter().map(|packed| {
            let observed = Time::from_ms(self.day * DAY_MS + i64::from(packed.in_day));
            columns::with_flags(
                Sample {
                    observed,
                    received: Time::from_ms(packed.received),
                    value: packed.value,
                    revision: packed.revision,
                    seq: packed.seq,
                    ..Sample::default()
                },
                i64::from(packed.flags),
            )
        })
    }
}
