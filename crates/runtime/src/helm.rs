//! On whose thread the loop takes its turns.
//!
//! The loop has a thread of its own, which sleeps until something is due. Waking it for each reading,
//! and the reader again for its acknowledgement, costs a machine with few cores more than the reading
//! does. So the thread that carries the devices may lend a hand: while little waits it takes the
//! turn itself and carries a reading all the way, from the socket through the decision and the
//! journal to the acknowledgement. Once much waits the loop's own thread is woken, and reading,
//! deciding and writing go on side by side. Whoever holds the helm is the one loop: turns never
//! overlap, and which thread took one changes nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

use store::Position;
use tokio::sync::Notify;

use crate::fleet::Fleet;
use crate::live::Live;
use crate::queue::Queue;

/// Holds the loop while nobody takes a turn; empty once it is over.
#[derive(Clone)]
pub(crate) struct Helm(Arc<Mutex<Option<Live>>>);

impl Helm {
    pub(crate) fn of(live: Live) -> Helm {
        Helm(Arc::new(Mutex::new(Some(live))))
    }

    /// What the loop's own thread does: takes a turn and sleeps until the next is due, until the
    /// process ends or the disk fails. Gives back the fleet and the record it stands for.
    ///
    /// # Panics
    /// When a turn panicked: nobody may go on with what it left, see [`crate::bulkhead`].
    pub(crate) fn run(&self, queue: &Queue) -> (Fleet, Position) {
        loop {
            let mut held = self.0.lock().expect("no holder of this lock panics");
            let live = held.as_mut().expect("only this thread ends the loop");
            if !live.turn()
                && let Some(live) = held.take()
            {
                return live.end();
            }
            drop(held);
            queue.wait();
        }
    }

    /// Somebody who takes turns on another thread.
    pub(crate) fn hand(&self, queue: &Arc<Queue>) -> Hand {
        Hand {
            helm: self.clone(),
            queue: Arc::clone(queue),
            called: Arc::new(Called {
                by: Notify::new(),
                answers: AtomicBool::new(true),
            }),
        }
    }
}

/// How a [`Hand`] is called.
pub(crate) struct Called {
    by: Notify,
    answers: AtomicBool,
}

impl Called {
    /// Whether anybody would come.
    pub(crate) fn answers(&self) -> bool {
        self.answers.load(Ordering::Acquire)
    }

    pub(crate) fn call(&self) {
        self.by.notify_one();
    }
}

/// Takes the loop's turns on the thread it is polled on, while little waits.
#[must_use = "readings submitted through its inbox wait for it"]
pub struct Hand {
    helm: Helm,
    queue: Arc<Queue>,
    pub(crate) called: Arc<Called>,
}

impl Hand {
    /// Runs until the process ends. A turn waits for the disk: only for a thread that has nothing
    /// better to do meanwhile, and that runs it behind all tasks that may submit something.
    pub async fn lend(self) {
        while !self.queue.is_stopping() {
            self.called.by.notified().await;
            self.take_turn();
        }
    }

    fn take_turn(&self) {
        // In a flood, and at the end, the loop's own thread was woken.
        if !self.queue.trickles() || self.queue.is_stopping() {
            return;
        }
        match self.helm.0.try_lock() {
            Ok(mut held) => {
                let over = held.as_mut().is_some_and(|live| !live.turn());
                drop(held);
                if over {
                    self.queue.nudge();
                }
            }
            // Whoever holds it looks again before it sleeps.
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Poisoned(_)) => self.queue.fail(),
        }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.called.answers.store(false, Ordering::Release);
        // What it was called for is done by the loop's own thread.
        self.queue.nudge();
    }
}
