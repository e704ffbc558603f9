//! Looks through the old part of the journal once after a start, beside serving: a start reads from its
//! newest snapshot on, and would not notice what was done to older files.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use runtime::{Fleet, Inbox, Stopped};
use store::journal::{JournalError, Looked, older};
use store::{Store, threads};
use tokio::runtime::Handle;

/// Rests are so many times as long as the work between them: the disk belongs to the commits.
const RESTS: u32 = 4;
/// Longest rest.
const MOST_REST: Duration = Duration::from_secs(1);

/// A look that may be under way.
pub(crate) struct LookBack {
    enough: Arc<AtomicBool>,
}

impl LookBack {
    /// Starts to look; a journal in a database is looked after by the database.
    pub(crate) async fn start(store: &Store, inbox: Inbox) -> Result<LookBack, Stopped> {
        let enough = Arc::new(AtomicBool::new(false));
        let look_back = LookBack {
            enough: Arc::clone(&enough),
        };
        let Some(dir) = store.journal_folder() else {
            return Ok(look_back);
        };
        let last = inbox.ask(Fleet::seq).await?;
        let people = Handle::current();
        let look = move || {
            threads::step_back();
            tell(&people, &inbox, look(dir, last, &enough));
        };
        let begun = std::thread::Builder::new().name("watchfire-look-back".to_owned());
        if let Err(cause) = begun.spawn(look) {
            tracing::warn!(%cause, "the old part of the journal is not looked through");
        }
        Ok(look_back)
    }

    /// Lets it end at its next rest.
    pub(crate) fn end(&self) {
        self.enough.store(true, Ordering::Release);
    }
}

fn look(dir: PathBuf, last: u64, enough: &AtomicBool) -> Result<Looked, JournalError> {
    let mut begun = Instant::now();
    older(&dir, last, &mut || {
        std::thread::sleep((begun.elapsed() * RESTS).min(MOST_REST));
        begun = Instant::now();
        match enough.load(Ordering::Acquire) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })
}

fn tell(people: &Handle, inbox: &Inbox, looked: Result<Looked, JournalError>) {
    let broken = match looked {
        Ok(Looked::Stopped) => return,
        Ok(Looked::Whole) => false,
        Err(cause @ JournalError::Broken { .. }) => {
            tracing::error!(
                %cause,
                "an old part of the journal is not as it was written; `watchfire verify` tells all of it"
            );
            true
        }
        Err(cause) => {
            tracing::warn!(%cause, "the old part of the journal could not be looked through");
            return;
        }
    };
    // Stopped: the next start looks again.
    let _stopped = people.block_on(inbox.journal_checked(broken));
}
