//! The way into the history's thread: first in, first out, bounded by items.
//!
//! Reads stand in the same line as pushes, so that they see everything pushed before them. A push
//! into a full queue waits; nothing is ever dropped.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{JurisdictionSlot, SeriesSlot, Time};
use tokio::sync::oneshot;

use super::open::Span;
use super::roster::Names;
use super::{HistoryItem, Sample, TransitionRow};

/// Items waiting beyond which a push waits: a fifth of a second of a flood, 5 MB.
const MAX_WAITING: usize = 1 << 16;

/// Items waiting at which the thread is woken at once.
const PRESSING: usize = 4_096;

/// How long fewer items may wait for others.
const GATHER: Duration = Duration::from_millis(100);

/// What the history's thread is asked.
pub(crate) enum Command {
    /// Items in journal order, and the journal number up to which all were pushed.
    Project {
        items: Vec<HistoryItem>,
        through: u64,
    },
    /// What is asked for by number, which holds whatever is in the slot later, and the days that have
    /// open chunks of it.
    Days {
        asked: Asked,
        answer: oneshot::Sender<(Span, Vec<i64>)>,
    },
    /// The days that have open chunks of a series that is asked for by its number.
    DaysOf {
        span: Span,
        answer: oneshot::Sender<Vec<i64>>,
    },
    /// All names, also those that no slot has any more.
    Names { answer: oneshot::Sender<Arc<Names>> },
    /// The samples of open chunks.
    Samples {
        span: Span,
        answer: oneshot::Sender<Vec<Sample>>,
    },
    /// Transitions in memory.
    Transitions {
        after: u64,
        limit: usize,
        answer: oneshot::Sender<Tail>,
    },
    /// Write down everything now.
    Flush { answer: oneshot::Sender<bool> },
    /// Forget everything; it will be pushed again from the first record.
    Forget { answer: oneshot::Sender<bool> },
}

/// What is asked of the series in a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) jurisdiction: JurisdictionSlot,
    pub(crate) series: SeriesSlot,
    pub(crate) from: Time,
    pub(crate) to: Time,
}

/// The newest transitions, as far as asked for, by number and not by slot.
pub(crate) struct Tail {
    pub(crate) rows: Vec<TransitionRow>,
    /// Rows before this number are in the database.
    pub(crate) begins: u64,
    pub(crate) names: Arc<Names>,
}

#[derive(Default)]
pub(crate) struct Queue {
    line: Mutex<Line>,
    filled: Condvar,
    drained: Condvar,
}

#[derive(Default)]
struct Line {
    commands: VecDeque<Command>,
    items: usize,
    /// Somebody waits for an answer.
    asked: bool,
    /// Nobody takes any more, or nobody pushes any more.
    closed: bool,
}

impl Line {
    /// Whether there are only items to keep, and few of them.
    fn is_patient(&self) -> bool {
        !self.commands.is_empty() && self.items < PRESSING && !self.closed && !self.asked
    }
}

impl Queue {
    /// Puts a command at the end; `false` when nobody takes any more.
    pub(crate) fn push(&self, command: Command) -> bool {
        let mut line = self.lock();
        while line.items > MAX_WAITING && !line.closed && matches!(command, Command::Project { .. })
        {
            line = self
                .drained
                .wait(line)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if line.closed {
            return false;
        }
        let first = line.commands.is_empty();
        line.items += weight(&command);
        let pressing = !matches!(command, Command::Project { .. });
        let many = line.items >= PRESSING;
        line.asked |= pressing;
        line.commands.push_back(command);
        drop(line);
        // Nobody waits for samples that are only to be kept: the thread takes them in passing, a
        // tenth of a second after the first, instead of being woken with every commit.
        if first || pressing || many {
            self.filled.notify_one();
        }
        true
    }

    /// Takes the next command, waiting for one; `None` once closed and empty.
    pub(crate) fn take(&self) -> Option<Command> {
        let mut line = self.lock();
        while line.commands.is_empty() && !line.closed {
            line = self
                .filled
                .wait(line)
                .unwrap_or_else(PoisonError::into_inner);
            if line.is_patient() {
                line = self
                    .filled
                    .wait_timeout_while(line, GATHER, |line| line.is_patient())
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
        }
        self.next(&mut line)
    }

    /// Takes the next command if there is one.
    pub(crate) fn try_take(&self) -> Option<Command> {
        self.next(&mut self.lock())
    }

    /// Ends the line and drops what is in it: whoever waits for an answer learns that none comes.
    pub(crate) fn abandon(&self) {
        let mut line = self.lock();
        line.closed = true;
        line.items = 0;
        let dropped = std::mem::take(&mut line.commands);
        drop(line);
        drop(dropped);
        self.filled.notify_all();
        self.drained.notify_all();
    }

    /// Whether nobody waits for anything any more.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.lock().closed
    }

    fn next(&self, line: &mut Line) -> Option<Command> {
        let command = line.commands.pop_front()?;
        if line.commands.is_empty() {
            line.asked = false;
        }
        line.items -= weight(&command);
        self.drained.notify_all();
        Some(command)
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn weight(command: &Command) -> usize {
    match command {
        Command::Project { items, .. } => items.len(),
        Command::Days { .. }
        | Command::DaysOf { .. }
        | Command::Names { .. }
        | Command::Samples { .. }
        | Command::Transitions { .. }
        | Command::Flush { .. }
        | Command::Forget { .. } => 0,
    }
}
