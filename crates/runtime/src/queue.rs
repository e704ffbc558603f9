//! The queue behind the inbox: many senders, one taker, bounded, with back-pressure.
//!
//! Readings and presses have room of their own, so a flood of readings never keeps a duty officer
//! waiting, and both lie in one line, so the order of submission is the order of entries. A sender
//! waits asynchronously; the loop takes everything at once under one lock.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use arc_swap::ArcSwap;
use model::Config;
use model::action::{Act, Answer};
use model::intake::Taken;
use model::{Input, JurisdictionSlot, Origin, PageFact, PageId, Time};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::Stopped;
use crate::catalogue::Catalogue;
use crate::feed::Opening;
use crate::fleet::Fleet;
use crate::inbox::{Item, Receipt};

/// Presses, questions and subscriptions that may wait at once.
const ROOM_FOR_PEOPLE: usize = 4_096;

/// Sends an answer; made with the answer inside, run when it may leave.
pub(crate) type Release = Box<dyn FnOnce() + Send>;

/// One thing for the loop to do. The permit is given back when the loop has taken it.
pub(crate) enum Message {
    Readings {
        interface: u8,
        items: Vec<Item>,
        answer: oneshot::Sender<Vec<Taken>>,
    },
    Act {
        jurisdiction: JurisdictionSlot,
        act: Box<Act>,
        answer: oneshot::Sender<Answer>,
    },
    Paged {
        jurisdiction: JurisdictionSlot,
        page: PageId,
        fact: PageFact,
        answer: oneshot::Sender<()>,
    },
    Link {
        interface: u8,
        up: bool,
        answer: oneshot::Sender<()>,
    },
    Advance {
        to: Time,
        answer: oneshot::Sender<()>,
    },
    Configure {
        configs: Vec<Config>,
        by: Origin,
        answer: oneshot::Sender<Vec<String>>,
    },
    FilesRefused {
        refused: bool,
        answer: oneshot::Sender<()>,
    },
    /// What only has to be on record.
    Record {
        jurisdiction: JurisdictionSlot,
        input: Input,
        answer: oneshot::Sender<()>,
    },
    Ask {
        look: Box<dyn FnOnce(&Fleet) -> Release + Send>,
    },
    Subscribe {
        since: Option<u64>,
        jurisdiction: Option<String>,
        answer: oneshot::Sender<Opening>,
    },
}

/// A message with the room it holds.
pub(crate) struct Waiting {
    pub(crate) message: Message,
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    /// Somebody wants the loop to look around.
    nudged: bool,
    /// The loop waits for the journal too.
    eager: bool,
    closed: bool,
}

/// The shared side of the inbox.
pub(crate) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    readings: Arc<Semaphore>,
    readings_bound: usize,
    people: Arc<Semaphore>,
    catalogue: ArcSwap<Catalogue>,
    journal_free: AtomicBool,
    disk_full: AtomicBool,
    stopping: AtomicBool,
    failed: AtomicBool,
}

impl Queue {
    /// An empty queue with room for `readings_bound` messages of stations.
    pub(crate) fn new(readings_bound: usize, catalogue: Catalogue) -> Queue {
        Queue {
            state: Mutex::default(),
            ready: Condvar::new(),
            readings: Arc::new(Semaphore::new(readings_bound)),
            readings_bound,
            people: Arc::new(Semaphore::new(ROOM_FOR_PEOPLE)),
            catalogue: ArcSwap::from_pointee(catalogue),
            journal_free: AtomicBool::new(true),
            disk_full: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            failed: AtomicBool::new(false),
        }
    }

    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.load_full()
    }

    /// Puts other names into force.
    pub(crate) fn set_catalogue(&self, catalogue: Catalogue) {
        self.catalogue.store(Arc::new(catalogue));
    }

    /// Whether messages of stations are read at all.
    pub(crate) fn readings_open(&self) -> bool {
        !self.is_disk_full()
    }

    /// Whether the journal lives on its reserve, so that readings have to wait.
    pub(crate) fn is_disk_full(&self) -> bool {
        self.disk_full.load(Ordering::Acquire)
    }

    /// Tells the loop and the links that the disk filled up or has room again.
    pub(crate) fn set_disk_full(&self, full: bool) {
        self.disk_full.store(full, Ordering::Release);
        self.nudge();
    }

    /// Whether the process was asked to end.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    pub(crate) async fn readings(
        &self,
        interface: u8,
        items: Vec<Item>,
    ) -> Result<Receipt, Stopped> {
        let (answer, answers) = oneshot::channel();
        let wanted = items.len().clamp(1, self.readings_bound);
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.readings)
            .acquire_many_owned(wanted)
            .await
            .map_err(|_| Stopped)?;
        self.put(
            Message::Readings {
                interface,
                items,
                answer,
            },
            Some(room),
        )?;
        Ok(Receipt { answers })
    }

    pub(crate) async fn act(
        &self,
        jurisdiction: JurisdictionSlot,
        act: Act,
    ) -> Result<Answer, Stopped> {
        self.call(|answer| Message::Act {
            jurisdiction,
            act: Box::new(act),
            answer,
        })
        .await
    }

    pub(crate) async fn paged(
        &self,
        jurisdiction: JurisdictionSlot,
        page: PageId,
        fact: PageFact,
    ) -> Result<(), Stopped> {
        self.call(|answer| Message::Paged {
            jurisdiction,
            page,
            fact,
            answer,
        })
        .await
    }

    pub(crate) async fn link(&self, interface: u8, up: bool) -> Result<(), Stopped> {
        self.call(|answer| Message::Link {
            interface,
            up,
            answer,
        })
        .await
    }

    pub(crate) async fn advance(&self, to: Time) -> Result<(), Stopped> {
        self.call(|answer| Message::Advance { to, answer }).await
    }

    pub(crate) async fn configure(
        &self,
        configs: Vec<Config>,
        by: Origin,
    ) -> Result<Vec<String>, Stopped> {
        self.call(|answer| Message::Configure {
            configs,
            by,
            answer,
        })
        .await
    }

    pub(crate) async fn files_refused(&self, refused: bool) -> Result<(), Stopped> {
        self.call(|answer| Message::FilesRefused { refused, answer })
            .await
    }

    pub(crate) async fn record(
        &self,
        jurisdiction: JurisdictionSlot,
        input: Input,
    ) -> Result<(), Stopped> {
        self.call(|answer| Message::Record {
            jurisdiction,
            input,
            answer,
        })
        .await
    }

    pub(crate) async fn subscribe(
        &self,
        since: Option<u64>,
        jurisdiction: Option<String>,
    ) -> Result<Opening, Stopped> {
        self.call(|answer| Message::Subscribe {
            since,
            jurisdiction,
            answer,
        })
        .await
    }

    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Fleet) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        self.call(|answer| Message::Ask {
            look: Box::new(move |fleet| {
                let seen = look(fleet);
                Box::new(move || give(answer, seen))
            }),
        })
        .await
    }

    /// Asks the loop to finish: everything submitted before is still done, nothing more is taken.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.close();
        self.nudge();
    }

    /// Ends at once: whoever waits is told [`Stopped`].
    pub(crate) fn fail(&self) {
        self.failed.store(true, Ordering::Release);
        self.stopping.store(true, Ordering::Release);
        self.close();
        let waiting = std::mem::take(&mut self.state().waiting);
        drop(waiting);
        self.nudge();
    }

    /// Whether the loop must end without waiting for the disk.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.state().waiting.is_empty()
    }

    /// Takes everything, waiting until there is something to do: a message (unless `full`), a free
    /// journal (when `eager`), a nudge, or `deadline`.
    pub(crate) fn take(
        &self,
        full: bool,
        eager: bool,
        deadline: Option<Instant>,
    ) -> VecDeque<Waiting> {
        let mut state = self.state();
        loop {
            let news = !full && !state.waiting.is_empty();
            if news || std::mem::take(&mut state.nudged) || (eager && self.is_journal_free()) {
                break;
            }
            state.eager = eager;
            let Some(deadline) = deadline else {
                state = self
                    .ready
                    .wait(state)
                    .expect("no holder of this lock panics");
                continue;
            };
            let Some(left) = deadline.checked_duration_since(Instant::now()) else {
                break;
            };
            state = self
                .ready
                .wait_timeout(state, left)
                .expect("no holder of this lock panics")
                .0;
        }
        state.eager = false;
        if full {
            VecDeque::new()
        } else {
            std::mem::take(&mut state.waiting)
        }
    }

    /// Whether the journal thread has room for a commit.
    pub(crate) fn is_journal_free(&self) -> bool {
        self.journal_free.load(Ordering::Acquire)
    }

    /// Says whether the journal thread has room for a commit.
    pub(crate) fn set_journal_free(&self, free: bool) {
        // Under the lock, so that a loop about to wait does not miss it.
        let state = self.state();
        self.journal_free.store(free, Ordering::Release);
        let awaited = state.eager;
        drop(state);
        // A loop with nothing to hand over is left asleep: waking it costs more than a reading.
        if free && awaited {
            self.ready.notify_one();
        }
    }

    /// Wakes the loop to look around.
    pub(crate) fn nudge(&self) {
        self.state().nudged = true;
        self.ready.notify_one();
    }

    fn close(&self) {
        self.readings.close();
        self.people.close();
        self.state().closed = true;
    }

    async fn call<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<T>) -> Message,
    ) -> Result<T, Stopped> {
        let room = Arc::clone(&self.people)
            .acquire_owned()
            .await
            .map_err(|_| Stopped)?;
        let (answer, answers) = oneshot::channel();
        self.put(message(answer), Some(room))?;
        answers.await.map_err(|_| Stopped)
    }

    fn put(&self, message: Message, room: Option<OwnedSemaphorePermit>) -> Result<(), Stopped> {
        let mut state = self.state();
        if state.closed {
            return Err(Stopped);
        }
        let first = state.waiting.is_empty();
        state.waiting.push_back(Waiting { message, room });
        drop(state);
        if first {
            self.ready.notify_one();
        }
        Ok(())
    }

    /// # Panics
    /// When a holder panicked: nobody may go on with what it left, see [`crate::bulkhead`].
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

/// Answers somebody who may have gone away meanwhile.
pub(crate) fn give<T>(answer: oneshot::Sender<T>, value: T) {
    let _gone = answer.send(value);
}
