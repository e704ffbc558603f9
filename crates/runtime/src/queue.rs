//! The queue behind the inbox: many senders, one taker, bounded, with back-pressure.
//!
//! Readings and presses have room of their own, so a flood of readings never keeps a duty officer
//! waiting, and both lie in one line, so the order of submission is the order of entries. A sender
//! waits asynchronously; the loop takes everything at once under one lock.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use model::action::{Act, Answer};
use model::intake::Taken;
use model::{JurisdictionSlot, Time};
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
    Link {
        interface: u8,
        up: bool,
        answer: oneshot::Sender<()>,
    },
    Advance {
        to: Time,
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
    Stop,
}

/// A message with the room it holds.
pub(crate) struct Waiting {
    pub(crate) message: Message,
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// What the loop found when it looked.
#[derive(Default)]
pub(crate) struct Haul {
    pub(crate) messages: VecDeque<Waiting>,
    /// The journal thread has room for a commit.
    pub(crate) journal_free: bool,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    journal_free: bool,
    closed: bool,
}

/// The shared side of the inbox.
pub(crate) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    readings: Arc<Semaphore>,
    readings_bound: usize,
    people: Arc<Semaphore>,
    catalogue: Arc<Catalogue>,
    open: AtomicBool,
}

impl Queue {
    /// An empty queue with room for `readings_bound` messages of stations.
    pub(crate) fn new(readings_bound: usize, catalogue: Catalogue) -> Queue {
        Queue {
            state: Mutex::new(State {
                journal_free: true,
                ..State::default()
            }),
            ready: Condvar::new(),
            readings: Arc::new(Semaphore::new(readings_bound)),
            readings_bound,
            people: Arc::new(Semaphore::new(ROOM_FOR_PEOPLE)),
            catalogue: Arc::new(catalogue),
            open: AtomicBool::new(true),
        }
    }

    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue)
    }

    pub(crate) fn readings_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    pub(crate) fn set_readings_open(&self, open: bool) {
        self.open.store(open, Ordering::Relaxed);
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

    /// Asks the loop to finish; everything submitted before is still done.
    pub(crate) fn stop(&self) {
        // A queue that is closed already has nothing left to stop.
        let _closed = self.put(Message::Stop, None);
    }

    /// Takes everything, waiting until there is something to do: a message (unless `full`), a free
    /// journal (when `eager`), or `deadline`.
    pub(crate) fn take(&self, full: bool, eager: bool, deadline: Option<Instant>) -> Haul {
        let mut state = self.state();
        loop {
            let news = !full && !state.waiting.is_empty();
            if news || (eager && state.journal_free) {
                break;
            }
            let Some(deadline) = deadline else {
                state = self
                    .ready
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let Some(left) = deadline.checked_duration_since(Instant::now()) else {
                break;
            };
            state = self
                .ready
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let messages = if full {
            VecDeque::new()
        } else {
            std::mem::take(&mut state.waiting)
        };
        Haul {
            messages,
            journal_free: state.journal_free,
        }
    }

    /// Whether the journal thread has room for a commit.
    pub(crate) fn set_journal_free(&self, free: bool) {
        self.state().journal_free = free;
        if free {
            self.ready.notify_one();
        }
    }

    /// Refuses everything from now on; whoever waits is told [`Stopped`].
    pub(crate) fn close(&self) {
        self.readings.close();
        self.people.close();
        let mut state = self.state();
        state.closed = true;
        state.waiting.clear();
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

    /// A panic while the lock is held leaves whole messages behind.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers somebody who may have gone away meanwhile.
pub(crate) fn give<T>(answer: oneshot::Sender<T>, value: T) {
    let _gone = answer.send(value);
}
