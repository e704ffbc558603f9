//! History: what was observed, by series and day, and every transition, for reading.
//!
//! A projection of the journal and nothing else: items are pushed in journal order once they are
//! committed, open days stay in memory, closed ones become compressed columns in SQLite together
//! with the journal number they stand for. It decides nothing and confirms nothing; lost or damaged,
//! it is made again from the journal.

mod backing;
pub(crate) mod columns;
pub(crate) mod open;
mod projector;
mod queue;
pub(crate) mod roster;
pub(crate) mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use model::intake::Quality;
use model::{
    Decimals, Fixed, JurisdictionSlot, Observed, RuleSlot, SeriesSlot, StationSlot, Time,
    Transition,
};
use tokio::sync::oneshot;

use self::open::{SeriesKey, Span};
use self::projector::Projector;
use self::queue::{Asked, Command, Queue};
pub use self::roster::Roster;
use self::roster::{Kind, Names};
use crate::Store;
use crate::threads;

/// Connections that read closed chunks.
const READERS: u32 = 2;

/// One committed record that the history keeps.
#[derive(Clone, Debug, PartialEq)]
pub enum HistoryItem {
    Observed {
        /// Journal number of the record.
        seq: u64,
        jurisdiction: JurisdictionSlot,
        /// The entry's own time; the history's days close by it.
        at: Time,
        observed: Observed,
    },
    Transition(TransitionRow),
    /// From this record on, slots mean what this roster says. Where none is pushed, slots are taken
    /// to mean the same for ever.
    Configured {
        seq: u64,
        jurisdiction: JurisdictionSlot,
        roster: Arc<Roster>,
    },
}

/// One sample of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    pub observed: Time,
    pub received: Time,
    /// In steps of the quantity's decimals; says nothing when `quality` is missing.
    pub value: Fixed,
    pub revision: u16,
    pub quality: Quality,
    pub late: bool,
    pub too_late: bool,
    pub suspect: bool,
    /// Journal number of its record.
    pub seq: u64,
}

/// One transition as it is told to outside programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionRow {
    /// 1, 2, 3 … without gaps over all jurisdictions.
    pub number: u64,
    /// Journal number of the record that carries it.
    pub seq: u64,
    pub jurisdiction: JurisdictionSlot,
    /// The time of the entry that caused it.
    pub at: Time,
    pub transition: Transition,
}

/// A transition with the names that its rule and subject had, whatever is in their slots now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTransition {
    pub row: TransitionRow,
    /// Rule id and station id; empty where no [`Roster`] was ever pushed.
    pub rule: Arc<str>,
    pub subject: Arc<str>,
}

/// A series that no file names any more, as it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Former {
    of: SeriesKey,
    /// How its values are written.
    pub decimals: Decimals,
}

/// Bounds that a deployment may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryOptions {
    /// A day is closed this long after its end, by the time of the entries.
    pub grace_ms: i64,
    /// Open chunks are closed early when their samples take more bytes than this.
    pub memory_bytes: usize,
    /// Newest transitions kept in memory.
    pub tail: usize,
}

impl Default for HistoryOptions {
    fn default() -> HistoryOptions {
        HistoryOptions {
            grace_ms: 6 * 3_600_000,
            memory_bytes: 24 << 20,
            tail: 100_000,
        }
    }
}

/// Why the history gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("the history database failed")]
    Database(#[from] sqlx::Error),
    #[error("the history database cannot be used")]
    Server(#[source] crate::LinkError),
    #[error("could not make room for the history database")]
    Io(#[from] std::io::Error),
    /// It is made again from the journal at the next start.
    #[error("the history database is damaged; it is rebuilt at the next start")]
    Damaged,
    /// Shutting down, or it could not write for so long that it gave up until the next start.
    #[error("the history has stopped")]
    Stopped,
}

/// The history; clones share it. Dropping the last one ends it like a crash would, which loses
/// nothing: what was in memory is pushed again after the next start.
#[derive(Clone, Debug)]
pub struct History {
    inner: Arc<Inner>,
}

/// Journal numbers that the database stands for.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// Everything up to here is in the database.
    resume: AtomicU64,
    /// Something up to here is in the database.
    through: AtomicU64,
}

struct Inner {
    queue: Arc<Queue>,
    marks: Arc<Marks>,
    reads: backing::Reads,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History")
            .field("marks", &self.marks)
            .finish_non_exhaustive()
    }
}

impl History {
    /// Opens or creates the tables of `store` and starts the history's thread. A damaged file of
    /// SQLite is moved aside to `<path>.damaged` and begun anew, with a warning.
    ///
    /// # Errors
    /// [`HistoryError::Database`] when they cannot be opened for other reasons than damage.
    pub async fn open(store: &Store, options: HistoryOptions) -> Result<History, HistoryError> {
        let (table, reads, stored) = backing::open(store).await?;
        let (queue, marks) = (Arc::new(Queue::default()), Arc::new(Marks::default()));
        let projector = Projector::new(
            Arc::clone(&queue),
            Arc::clone(&marks),
            table,
            stored,
            options,
        );
        let runtime = crate::postgres::small_runtime()?;
        let thread = std::thread::Builder::new()
            .name("history".to_owned())
            .spawn(move || {
                // Packing a chunk takes milliseconds that a reading on its way to an alarm has not.
                threads::step_back();
                projector.run(&runtime);
            })?;
        let thread = Mutex::new(Some(thread));
        Ok(History {
            inner: Arc::new(Inner {
                queue,
                marks,
                reads,
                thread,
            }),
        })
    }

    /// The journal number after which records must be pushed again. Pushing earlier ones is harmless.
    pub fn resume_from(&self) -> u64 {
        self.inner.marks.resume.load(Ordering::Acquire)
    }

    /// The newest journal number anything in the database stands for. When the journal ends before
    /// it, the database belongs to another journal: see [`History::forget`].
    pub fn through(&self) -> u64 {
        self.inner.marks.through.load(Ordering::Acquire)
    }

    /// Adds committed items, ascending by `seq`. `through`: all items up to this journal number have
    /// now been pushed. Items pushed before are ignored. Waits when 65,536 items wait already.
    pub fn push(&self, items: Vec<HistoryItem>, through: u64) {
        // When it has stopped its own log line says so; the journal keeps everything.
        let _taken: bool = self.inner.queue.push(Command::Project { items, through });
    }

    /// All samples of the series that is in this slot now with `from ≤ observed < to`, by observed time
    /// and revision, including everything pushed before. Of two with the same observed time and revision
    /// the first stands.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn samples(
        &self,
        jurisdiction: JurisdictionSlot,
        series: SeriesSlot,
        from: Time,
        to: Time,
    ) -> Result<Vec<Sample>, HistoryError> {
        let mut course = self.course(jurisdiction, series, from, to).await?;
        let mut found = Vec::new();
        while let Some(day) = course.next_day().await? {
            found.extend(day);
        }
        Ok(found)
    }

    /// The same a day at a time, for whoever tells years of it.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn course(
        &self,
        jurisdiction: JurisdictionSlot,
        series: SeriesSlot,
        from: Time,
        to: Time,
    ) -> Result<Course, HistoryError> {
        let asked = Asked {
            jurisdiction,
            series,
            from,
            to,
        };
        let asked = self.ask(|answer| Command::Days { asked, answer });
        let (span, open) = asked.await?;
        self.course_on(span, open).await
    }

    /// The series that a station measured a quantity with until its files named it no more, of one
    /// jurisdiction or of any; the one that was there last.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn former(
        &self,
        only: Option<JurisdictionSlot>,
        station: &str,
        quantity: &str,
    ) -> Result<Option<Former>, HistoryError> {
        let names = self.ask(|answer| Command::Names { answer }).await?;
        let all = names.former(station, quantity).into_iter();
        let mut own = all.filter(|(slot, ..)| only.is_none_or(|only| only == *slot));
        Ok(own.next().map(|(jurisdiction, number, decimals)| Former {
            of: SeriesKey {
                jurisdiction,
                number,
            },
            decimals,
        }))
    }

    /// As [`History::course`], of a series that no file names any more.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn course_of_former(
        &self,
        former: &Former,
        from: Time,
        to: Time,
    ) -> Result<Course, HistoryError> {
        let of = former.of;
        let span = Span { of, from, to };
        let open = self.ask(|answer| Command::DaysOf { span, answer }).await?;
        self.course_on(span, open).await
    }

    async fn course_on(&self, span: Span, open: Vec<i64>) -> Result<Course, HistoryError> {
        let mut days: BTreeSet<i64> = open.into_iter().collect();
        // Read after memory was: a day that was closed in between is in both.
        days.extend(self.inner.reads.days(&span).await?);
        Ok(Course {
            history: self.clone(),
            span,
            days,
        })
    }

    /// Transitions with a number above `after`, ascending without gaps, at most `limit`. Slots are
    /// those of now; a rule or subject that is gone has the largest slot there is.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn transitions(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<TransitionRow>, HistoryError> {
        let (rows, names) = self.numbered(after, limit).await?;
        Ok(rows.iter().map(|row| slotted(row, &names)).collect())
    }

    /// As [`History::transitions`], with names that hold for ever.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn named_transitions(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<NamedTransition>, HistoryError> {
        let (rows, names) = self.numbered(after, limit).await?;
        let named = |row: &TransitionRow| NamedTransition {
            row: slotted(row, &names),
            rule: names.text(
                row.jurisdiction,
                Kind::Rule,
                u32::from(row.transition.rule.0),
            ),
            subject: names.text(row.jurisdiction, Kind::Subject, row.transition.subject.0),
        };
        Ok(rows.iter().map(named).collect())
    }

    /// Transitions as they are stored: with numbers where their slots will be.
    async fn numbered(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<TransitionRow>, Arc<Names>), HistoryError> {
        let ask = |answer| Command::Transitions {
            after,
            limit,
            answer,
        };
        let tail = self.ask(ask).await?;
        if after + 1 >= tail.begins {
            return Ok((tail.rows, tail.names));
        }
        let mut rows = self
            .inner
            .reads
            .transitions(after, tail.begins, limit)
            .await?;
        rows.extend(tail.rows);
        rows.truncate(limit);
        Ok((rows, tail.names))
    }

    /// Writes down everything pushed so far, also days that are not over.
    ///
    /// # Errors
    /// [`HistoryError::Stopped`] when it could not.
    pub async fn flush(&self) -> Result<(), HistoryError> {
        self.obeyed(|answer| Command::Flush { answer }).await
    }

    /// Forgets everything: all records from the first are to be pushed again.
    ///
    /// # Errors
    /// [`HistoryError::Stopped`] when it could not.
    pub async fn forget(&self) -> Result<(), HistoryError> {
        self.obeyed(|answer| Command::Forget { answer }).await
    }

    async fn obeyed(
        &self,
        command: impl FnOnce(oneshot::Sender<bool>) -> Command,
    ) -> Result<(), HistoryError> {
        if self.ask(command).await? {
            Ok(())
        } else {
            Err(HistoryError::Stopped)
        }
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, HistoryError> {
        let (answer, reply) = oneshot::channel();
        if !self.inner.queue.push(command(answer)) {
            return Err(HistoryError::Stopped);
        }
        reply.await.map_err(|_| HistoryError::Stopped)
    }
}

/// The samples of one series on their way, a day at a time.
#[derive(Debug)]
pub struct Course {
    history: History,
    span: Span,
    /// Those that are left.
    days: BTreeSet<i64>,
}

impl Course {
    /// The samples of the next day that has a chunk, sorted as [`History::samples`] gives them; maybe none
    /// of the times asked for. `None` behind the last.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn next_day(&mut self) -> Result<Option<Vec<Sample>>, HistoryError> {
        let Some(day) = self.days.pop_first() else {
            return Ok(None);
        };
        let span = self.span.on(day);
        let ask = self.history.ask(|answer| Command::Samples { span, answer });
        let mut found = ask.await?;
        // Read after memory was: what was closed in between is there twice and counted once.
        found.extend(self.history.inner.reads.samples(&span).await?);
        found.sort_unstable_by_key(|s| (s.observed, s.revision, s.seq));
        found.dedup_by_key(|s| (s.observed, s.revision));
        Ok(Some(found))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.abandon();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the history's thread ended with a panic");
        }
    }
}

/// A stored transition with the slots of now.
fn slotted(row: &TransitionRow, names: &Names) -> TransitionRow {
    let Transition { rule, subject, .. } = row.transition;
    let rule = names.slot(row.jurisdiction, Kind::Rule, u32::from(rule.0));
    let subject = names.slot(row.jurisdiction, Kind::Subject, subject.0);
    let transition = Transition {
        rule: RuleSlot(
            rule.and_then(|slot| u16::try_from(slot).ok())
                .unwrap_or(u16::MAX),
        ),
        subject: StationSlot(subject.unwrap_or(u32::MAX)),
        ..row.transition
    };
    TransitionRow { transition, ..*row }
}

/// Of each observed time only the newest revision; `samples` must be sorted as
/// [`History::samples`] gives them.
pub fn newest_revisions(samples: &[Sample]) -> impl Iterator<Item = &Sample> {
    samples
        .chunk_by(|a, b| a.observed == b.observed)
        .filter_map(<[Sample]>::last)
}
