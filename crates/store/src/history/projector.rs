//! The history's own thread: takes items in journal order, keeps open days and the newest
//! transitions in memory, closes chunks a few at a time so that reads never wait long.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use model::{JurisdictionSlot, Observed, RuleSlot, StationSlot, Time, Transition};
use tokio::runtime::Runtime;

use super::backing::Table;
use super::open::{ChunkKey, OpenChunks, SeriesKey, Span};
use super::queue::{Asked, Command, Queue, Tail};
use super::roster::{Kind, Names, Roster};
use super::table::{Addition, Stored};
use super::{HistoryItem, HistoryOptions, Marks, Sample, TransitionRow, columns};
use crate::telemetry;

/// How often days are looked at, by the time of the entries.
const LOOK_MS: i64 = 600_000;
/// Chunks written in one transaction, at least; with very many open, a sixteenth of them.
const STEP: usize = 64;
/// Transitions in memory only, at most.
const MAX_UNSTORED: usize = 4096;
/// Bytes that a sample takes in memory, with the slack of its vector.
const SAMPLE_BYTES: usize = 40;
/// After a failed write, the next one is tried this much later.
const RETRY: Duration = Duration::from_secs(5);
/// Writing failed for so long that this many times the allowed memory is held: stop.
const GIVE_UP: usize = 4;

pub(crate) struct Projector {
    queue: Arc<Queue>,
    marks: Arc<Marks>,
    table: Table,
    options: HistoryOptions,
    open: OpenChunks,
    log: Log,
    /// What slots mean now.
    names: Arc<Names>,
    /// Jurisdictions whose names are not in the database yet.
    unstored_names: BTreeSet<JurisdictionSlot>,
    /// What the database stood for when it was opened; guards against counting twice.
    stored: Stored,
    /// All items up to here were taken.
    through: u64,
    /// Newest entry time seen, and that of the last look at days that are over.
    now: Time,
    looked: Time,
    /// Chunks about to be written, oldest day first.
    closing: VecDeque<ChunkKey>,
    retry_at: Option<Instant>,
}

impl Projector {
    pub(crate) fn new(
        queue: Arc<Queue>,
        marks: Arc<Marks>,
        table: Table,
        stored: Stored,
        options: HistoryOptions,
    ) -> Projector {
        marks.resume.store(stored.resume, Ordering::Release);
        marks.through.store(stored.through, Ordering::Release);
        Projector {
            queue,
            marks,
            table,
            options,
            open: OpenChunks::default(),
            log: Log {
                rows: VecDeque::new(),
                stored: stored.last_transition,
            },
            names: Arc::new(stored.names.clone()),
            unstored_names: BTreeSet::new(),
            through: stored.resume,
            stored,
            now: Time::MIN,
            looked: Time::MIN,
            closing: VecDeque::new(),
            retry_at: None,
        }
    }

    /// Obeys until the queue ends.
    pub(crate) fn run(mut self, runtime: &Runtime) {
        loop {
            let next = if self.closing.is_empty() {
                self.queue.take()
            } else {
                self.queue.try_take()
            };
            match next {
                Some(command) => self.obey(command, runtime),
                None if self.closing.is_empty() => return,
                None => {}
            }
            if self.queue.is_abandoned() {
                return;
            }
            if !self.closing.is_empty() {
                self.step(runtime);
            }
            if self.open.len() * SAMPLE_BYTES > GIVE_UP * self.options.memory_bytes {
                tracing::error!(
                    samples = self.open.len(),
                    "the history could not be written for too long and stops; \
                     it is completed from the journal at the next start"
                );
                self.queue.abandon();
                return;
            }
        }
    }

    fn obey(&mut self, command: Command, runtime: &Runtime) {
        // A caller that no longer waits for its answer is no concern of ours.
        match command {
            Command::Project { items, through } => {
                self.project(&items, through, runtime);
                self.look(runtime);
            }
            Command::Days { asked, answer } => {
                let span = self.span(&asked);
                drop(answer.send((span, self.open.days(&span))));
            }
            Command::DaysOf { span, answer } => drop(answer.send(self.open.days(&span))),
            Command::Names { answer } => drop(answer.send(Arc::clone(&self.names))),
            Command::Samples { span, answer } => drop(answer.send(self.open.read(&span))),
            Command::Transitions {
                after,
                limit,
                answer,
            } => {
                let (rows, begins) = self.log.tail(after, limit);
                let names = Arc::clone(&self.names);
                drop(answer.send(Tail {
                    rows,
                    begins,
                    names,
                }));
            }
            Command::Flush { answer } => drop(answer.send(self.flush(runtime))),
            Command::Forget { answer } => drop(answer.send(self.forget(runtime))),
        }
    }

    fn project(&mut self, items: &[HistoryItem], through: u64, runtime: &Runtime) {
        for item in items {
            match item {
                HistoryItem::Observed {
                    seq,
                    jurisdiction,
                    at,
                    observed,
                } => {
                    self.now = self.now.max(*at);
                    if *seq > self.through {
                        self.observe(*seq, *jurisdiction, *at, observed);
                    }
                }
                HistoryItem::Transition(row) => {
                    self.now = self.now.max(row.at);
                    if row.seq > self.through {
                        self.transit(row);
                    }
                }
                HistoryItem::Configured {
                    seq,
                    jurisdiction,
                    roster,
                } => {
                    if *seq > self.through {
                        self.rename(*seq, *jurisdiction, roster, runtime);
                    }
                }
            }
        }
        self.through = self.through.max(through);
        self.log.trim(self.options.tail);
        telemetry::open_samples(self.open.len());
    }

    fn observe(&mut self, seq: u64, jurisdiction: JurisdictionSlot, at: Time, from: &Observed) {
        let number = self.names.number(jurisdiction, Kind::Series, from.series.0);
        let of = SeriesKey {
            jurisdiction,
            number,
        };
        if seq <= self.stored.through {
            // Pushed again after a start; its chunk may have been closed with it before.
            let key = ChunkKey {
                day: from.observed.day(),
                of,
            };
            if self
                .stored
                .closed
                .get(&key)
                .is_some_and(|through| seq <= *through)
            {
                return;
            }
        } else if !self.stored.closed.is_empty() {
            self.stored.closed = std::collections::HashMap::new();
        }
        let sample = Sample {
            observed: from.observed,
            received: from.received,
            value: from.value,
            revision: from.revision,
            quality: from.quality,
            late: from.late,
            too_late: from.too_late,
            suspect: from.suspect,
            seq,
        };
        self.open.add(of, at, &sample);
    }

    fn transit(&mut self, row: &TransitionRow) {
        let number = |kind, slot| self.names.number(row.jurisdiction, kind, slot);
        let rule = number(Kind::Rule, u32::from(row.transition.rule.0));
        let transition = Transition {
            rule: RuleSlot(u16::try_from(rule).unwrap_or(u16::MAX)),
            subject: StationSlot(number(Kind::Subject, row.transition.subject.0)),
            ..row.transition
        };
        self.log.push(TransitionRow { transition, ..*row });
    }

    /// Lets slots mean what `roster` says from record `seq` on.
    fn rename(&mut self, seq: u64, of: JurisdictionSlot, roster: &Roster, runtime: &Runtime) {
        let Some(next) = self.names.under(of, roster) else {
            return;
        };
        if self.names.know(of) {
            // What is pushed again after a crash is read under the names stored then, so nothing
            // from before this record may be pushed again.
            self.through = self.through.max(seq - 1);
            if !self.flush(runtime) {
                tracing::error!("the history cannot follow a change of the site and stops");
                self.queue.abandon();
                return;
            }
        }
        self.names = Arc::new(next);
        self.unstored_names.insert(of);
    }

    fn span(&self, asked: &Asked) -> Span {
        let Asked {
            jurisdiction,
            series,
            from,
            to,
        } = *asked;
        let number = self.names.number(jurisdiction, Kind::Series, series.0);
        Span {
            of: SeriesKey {
                jurisdiction,
                number,
            },
            from,
            to,
        }
    }

    /// Decides whether something is to be written now.
    fn look(&mut self, runtime: &Runtime) {
        if !self.closing.is_empty() || self.retry_at.is_some_and(|at| Instant::now() < at) {
            return;
        }
        let full = self.open.len() * SAMPLE_BYTES > self.options.memory_bytes;
        if full || self.now.since_ms(self.looked) >= LOOK_MS {
            self.looked = self.now;
            self.closing = self
                .open
                .closable(self.now, self.options.grace_ms, full)
                .into();
        }
        if self.closing.is_empty() && self.log.unstored().len() > MAX_UNSTORED {
            self.step(runtime);
        }
    }

    /// Writes some of the closing chunks and all new transitions; on failure all stays as it is.
    fn step(&mut self, runtime: &Runtime) -> bool {
        let started = Instant::now();
        let count = self.closing.len().min(STEP.max(self.closing.len() / 16));
        let keys: Vec<ChunkKey> = self.closing.drain(..count).collect();
        let chunks: Vec<_> = keys
            .iter()
            .filter_map(|key| Some((*key, columns::encode(key.day, &self.open.chunk(key)?))))
            .collect();
        let resume = self
            .open
            .since(&keys)
            .map_or(self.through, |first| first - 1);
        let transitions: Vec<TransitionRow> = self.log.unstored().copied().collect();
        let names: Vec<_> = self
            .unstored_names
            .iter()
            .flat_map(|of| self.names.rows(*of))
            .collect();
        let addition = Addition {
            chunks: &chunks,
            transitions: &transitions,
            names: &names,
            resume,
            through: self.through,
        };
        let store = self.table.store(&addition);
        if let Err(error) = runtime.block_on(store) {
            tracing::error!(%error, "the history could not be written and is tried again");
            self.retry_at = Some(Instant::now() + RETRY);
            self.closing.clear();
            return false;
        }
        for key in &keys {
            self.open.remove(key);
        }
        self.retry_at = None;
        self.unstored_names.clear();
        self.log.stored = self
            .log
            .rows
            .back()
            .map_or(self.log.stored, |row| row.number);
        self.marks.resume.store(resume, Ordering::Release);
        self.marks.through.store(self.through, Ordering::Release);
        let bytes = chunks.iter().map(|(_, columns)| columns.len()).sum();
        telemetry::chunks_closed(started.elapsed(), chunks.len(), bytes);
        true
    }

    fn flush(&mut self, runtime: &Runtime) -> bool {
        self.closing = self.open.closable(self.now, 0, true).into();
        loop {
            if !self.step(runtime) {
                return false;
            }
            if self.closing.is_empty() {
                return true;
            }
        }
    }

    fn forget(&mut self, runtime: &Runtime) -> bool {
        if let Err(error) = runtime.block_on(self.table.forget()) {
            tracing::error!(%error, "the history could not be emptied");
            return false;
        }
        self.open = OpenChunks::default();
        self.log = Log::default();
        self.names = Arc::default();
        self.unstored_names.clear();
        self.stored = Stored::default();
        self.closing.clear();
        (self.through, self.now, self.looked) = (0, Time::MIN, Time::MIN);
        self.marks.resume.store(0, Ordering::Release);
        self.marks.through.store(0, Ordering::Release);
        true
    }
}

/// The newest transitions, and all that are not in the database yet.
#[derive(Default)]
struct Log {
    /// Ascending by number, without gaps.
    rows: VecDeque<TransitionRow>,
    /// Number of the newest transition in the database.
    stored: u64,
}

impl Log {
    fn push(&mut self, row: TransitionRow) {
        let newest = self.rows.back().map_or(self.stored, |newest| newest.number);
        if row.number > newest {
            self.rows.push_back(row);
        }
    }

    fn trim(&mut self, keep: usize) {
        let spare = self.rows.len().saturating_sub(keep);
        let stored = self.rows.partition_point(|row| row.number <= self.stored);
        self.rows.drain(..spare.min(stored));
    }

    fn unstored(&self) -> impl ExactSizeIterator<Item = &TransitionRow> {
        let from = self.rows.partition_point(|row| row.number <= self.stored);
        self.rows.range(from..)
    }

    /// Rows above `after`, at most `limit`, and from which number on they are all here.
    fn tail(&self, after: u64, limit: usize) -> (Vec<TransitionRow>, u64) {
        let begins = self.rows.front().map_or(self.stored + 1, |row| row.number);
        let from = self.rows.partition_point(|row| row.number <= after);
        (
            self.rows.range(from..).take(limit).copied().collect(),
            begins,
        )
    }
}
