//! Reading on from where one stopped, for those who follow the journal piece by piece.
//!
//! A thread of its own asks, so that it may be read on any thread. Its connection stays open while it is
//! used, so that reading a little costs a little, and is let go when nobody has asked for a while.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::PgConnection;
use tokio::runtime::Runtime;

use super::copy::Row;
use super::journal::thread;
use super::reading::{NAME, Page, Span, rows};
use super::{Link, small_runtime};
use crate::journal::JournalError;

/// How long a connection that nobody asks is kept.
const IDLE: Duration = Duration::from_secs(10);
/// How many are left for the next at most.
const LEFT: usize = 4;

/// The thread that asks; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Follower {
    ask: Sender<(u64, u64)>,
    answers: Receiver<Page>,
}

impl Follower {
    /// Starts the thread. Nothing is connected yet.
    ///
    /// # Errors
    /// [`JournalError::Io`] when no thread can be started.
    pub(crate) fn start(link: &Link) -> Result<Follower, JournalError> {
        let (ask, asked) = channel();
        let (answer, answers) = channel();
        let link = link.clone();
        let runtime = small_runtime().map_err(thread)?;
        std::thread::Builder::new()
            .name("watchfire-following".to_owned())
            .spawn(move || answer_all(&runtime, &link, &asked, &answer))
            .map_err(thread)?;
        Ok(Follower { ask, answers })
    }

    /// The rows `first` to `last`, as far as they are there.
    ///
    /// # Errors
    /// [`JournalError`] when the database cannot be asked.
    pub(crate) fn rows(&self, first: u64, last: u64) -> Page {
        let gone = || thread(std::io::Error::other("the thread that reads has ended"));
        self.ask.send((first, last)).map_err(|_| gone())?;
        self.answers.recv().map_err(|_| gone())?
    }
}

/// Followers that nobody uses for the moment: whoever jumps about in the journal, as a replay does, finds
/// a connection that stands. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf(Arc<Mutex<Vec<Follower>>>);

impl Shelf {
    /// One that is left, else a new one.
    ///
    /// # Errors
    /// As [`Follower::start`].
    pub(crate) fn take(&self, link: &Link) -> Result<Follower, JournalError> {
        let left = self.0.lock().ok().and_then(|mut left| left.pop());
        left.map_or_else(|| Follower::start(link), Ok)
    }

    /// Leaves one that has answered well. Its connection is let go by itself when nobody takes it.
    pub(crate) fn put(&self, follower: Follower) {
        if let Ok(mut left) = self.0.lock()
            && left.len() < LEFT
        {
            left.push(follower);
        }
    }
}

/// Answers until nobody can ask any more.
fn answer_all(runtime: &Runtime, link: &Link, asked: &Receiver<(u64, u64)>, answer: &Sender<Page>) {
    let mut connection = None;
    loop {
        let question = match &connection {
            None => asked.recv().ok(),
            Some(_) => match asked.recv_timeout(IDLE) {
                Err(RecvTimeoutError::Timeout) => {
                    connection = None;
                    continue;
                }
                question => question.ok(),
            },
        };
        let Some((first, last)) = question else {
            return;
        };
        let page = runtime.block_on(ask(link, &mut connection, first, last));
        if answer.send(page).is_err() {
            return;
        }
    }
}

/// Asks once, and once more on a new connection when the one at hand has died unseen.
async fn ask(link: &Link, connection: &mut Option<PgConnection>, first: u64, last: u64) -> Page {
    let old = connection.is_some();
    match attempt(link, connection, first, last).await {
        Err(_) if old => attempt(link, connection, first, last).await,
        answered => answered,
    }
}

async fn attempt(
    link: &Link,
    connection: &mut Option<PgConnection>,
    first: u64,
    last: u64,
) -> Page {
    let mut at_hand = match connection.take() {
        Some(at_hand) => at_hand,
        None => link.connect_patiently(NAME).await?,
    };
    let mut found = Vec::new();
    let mut keep = |mut page: Vec<Row>| {
        found.append(&mut page);
        true
    };
    rows(&mut at_hand, Span::all(first, last), &mut keep).await?;
    *connection = Some(at_hand);
    Ok(found)
}
