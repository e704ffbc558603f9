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
use model::{Input, JurisdictionSlot, OpId, Origin, PageFact, PageId, Time};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::Stopped;
use crate::catalogue::Catalogue;
use crate::feed::Opening;
use crate::fleet::Fleet;
use crate::helm::Called;
use crate::inbox::{BadMessage, Item, Receipt};
use crate::pen::FLOOD;

/// Presses, questions and subscriptions that may wait at once.
const ROOM_FOR_PEOPLE: usize = 4_096;

/// Messages of stations from which on the loop's own thread is woken for them.
const MOST_BY_HAND: usize = FLOOD as usize;

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
        reply: Option<OpId>,
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
    JournalChecked {
        broken: bool,
        answer: oneshot::Sender<()>,
    },
    /// What only has to be on record, and what goes to quarantine with it: by which gateway it came.
    Record {
        jurisdiction: JurisdictionSlot,
        input: Input,
        refused: Option<(String, BadMessage)>,
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
    /// How many messages of stations are among them.
    readings: usize,
    nudged: bool,
    rest: Rest,
    /// The loop's own thread sleeps and has to be woken.
    asleep: bool,
    closed: bool,
}

/// Until when the loop has nothing to do.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rest {
    /// Nothing more is taken before the open commit is written.
    pub(crate) full: bool,
    /// A free journal is waited for.
    pub(crate) eager: bool,
    pub(crate) until: Option<Instant>,
}

impl State {
    /// Whether there is something to do, whatever the time.
    fn is_due(&self, journal_free: bool) -> bool {
        let news = !self.rest.full && !self.waiting.is_empty();
        news || self.nudged || (self.rest.eager && journal_free)
    }
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
        hand: Option<&Called>,
    ) -> Result<Receipt, Stopped> {
        let (answer, answers) = oneshot::channel();
        let wanted: usize = items.iter().map(Item::places).sum();
        let wanted = wanted.clamp(1, self.readings_bound);
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
            hand,
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
        reply: Option<OpId>,
    ) -> Result<(), Stopped> {
        self.call(|answer| Message::Paged {
            jurisdiction,
            page,
            fact,
            reply,
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

    pub(crate) async fn journal_checked(&self, broken: bool) -> Result<(), Stopped> {
        self.call(|answer| Message::JournalChecked { broken, answer })
            .await
    }

    pub(crate) async fn record(
        &self,
        jurisdiction: JurisdictionSlot,
        input: Input,
        refused: Option<(String, BadMessage)>,
    ) -> Result<(), Stopped> {
        self.call(|answer| Message::Record {
            jurisdiction,
            input,
            refused,
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

    /// Sleeps until there is something to do: a message (unless the rest is `full`), a free journal
    /// (when it is `eager`), a nudge, or its end. Only for the loop's own thread.
    pub(crate) fn wait(&self) {
        let mut state = self.state();
        while !state.is_due(self.is_journal_free()) {
            state.asleep = true;
            let Some(until) = state.rest.until else {
                let woken = self.ready.wait(state);
                state = woken.expect("no holder of this lock panics");
                continue;
            };
            let Some(left) = until.checked_duration_since(Instant::now()) else {
                break;
            };
            let woken = self.ready.wait_timeout(state, left);
            state = woken.expect("no holder of this lock panics").0;
        }
        state.asleep = false;
        state.nudged = false;
    }

    /// Takes everything that waits.
    pub(crate) fn drain(&self) -> VecDeque<Waiting> {
        let mut state = self.state();
        state.readings = 0;
        std::mem::take(&mut state.waiting)
    }

    /// Until when the loop rests, after a turn; its own thread is woken when that is sooner than it
    /// knows of.
    pub(crate) fn rest(&self, rest: Rest) {
        let mut state = self.state();
        let sooner = match (rest.until, state.rest.until) {
            (Some(until), Some(known)) => until < known,
            (until, _) => until.is_some(),
        };
        state.rest = rest;
        let due = sooner || (rest.eager && self.is_journal_free());
        self.wake(state, due);
    }

    /// Whether so little waits that one thread may carry it all the way.
    pub(crate) fn trickles(&self) -> bool {
        self.state().readings < MOST_BY_HAND
    }

    /// Whether the journal thread has room for a commit.
    pub(crate) fn is_journal_free(&self) -> bool {
        self.journal_free.load(Ordering::Acquire)
    }

    /// Says whether the journal thread has room for a commit.
    pub(crate) fn set_journal_free(&self, free: bool) {
        // Under the lock, so that a loop about to rest does not miss it.
        let state = self.state();
        self.journal_free.store(free, Ordering::Release);
        // A loop with nothing to hand over is left asleep: waking it costs more than a reading.
        let awaited = free && state.rest.eager;
        self.wake(state, awaited);
    }

    /// Wakes the loop to look around.
    pub(crate) fn nudge(&self) {
        let mut state = self.state();
        state.nudged = true;
        self.wake(state, true);
    }

    /// Wakes the loop's own thread where that is `due` and it sleeps.
    fn wake(&self, mut state: MutexGuard<'_, State>, due: bool) {
        let wakes = due && std::mem::take(&mut state.asleep);
        drop(state);
        if wakes {
            self.ready.notify_one();
        }
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
        self.put(message(answer), Some(room), None)?;
        answers.await.map_err(|_| Stopped)
    }

    /// Puts a message behind those that wait. A hand that is near is called for it while little
    /// waits, else the loop's own thread is woken.
    fn put(
        &self,
        message: Message,
        room: Option<OwnedSemaphorePermit>,
        hand: Option<&Called>,
    ) -> Result<(), Stopped> {
        let mut state = self.state();
        if state.closed {
            return Err(Stopped);
        }
        if let Message::Readings { items, .. } = &message {
            state.readings += items.len();
        }
        state.waiting.push_back(Waiting { message, room });
        let little = state.readings < MOST_BY_HAND;
        let hand = hand.filter(|hand| little && hand.answers());
        self.wake(state, hand.is_none());
        if let Some(hand) = hand {
            hand.call();
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
