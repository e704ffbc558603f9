//! Looks through the journal: what is new since it was last read before serving, all of it once more beside
//! it. A start itself reads from its newest snapshot on, and would not notice what was done to older files.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use runtime::{Fleet, Inbox, Stopped};
use store::journal::{JournalError, Looked};
use store::{Store, threads};
use tokio::runtime::Handle;

/// Rests are so many times as long as the work between them: the disk belongs to the commits.
const RESTS: u32 = 4;
/// Longest rest.
const MOST_REST: Duration = Duration::from_secs(1);

/// Refuses a journal that is not as it was written, naming the first such entry, before anything is
/// served. Of files all that was changed since the last look is read; of tables, which do not say when they
/// were changed, what was written since: what lies before is for the look beside the serving, and where that
/// finds something the next start reads all.
pub(crate) async fn before_serving(store: &Store) -> anyhow::Result<()> {
    let begun = Instant::now();
    let read = store.clone();
    let look = move || read.look_through();
    let looked = tokio::task::spawn_blocking(look).await?.with_context(|| {
        format!(
            "will not start on the journal of {}: `watchfire verify` tells all that is wrong with it, and \
             `watchfire restore` makes a whole one from a copy",
            store.data().display()
        )
    })?;
    tracing::info!(
        records = looked.records,
        unchanged_files = looked.unchanged,
        ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        "the journal is as it was written"
    );
    Ok(())
}

/// A look that may be under way.
pub(crate) struct LookBack {
    enough: Arc<AtomicBool>,
}

impl LookBack {
    /// Starts to look.
    pub(crate) async fn start(store: &Store, inbox: Inbox) -> Result<LookBack, Stopped> {
        let enough = Arc::new(AtomicBool::new(false));
        let look_back = LookBack {
            enough: Arc::clone(&enough),
        };
        let last = inbox.ask(Fleet::seq).await?;
        let people = Handle::current();
        let store = store.clone();
        let look = move || {
            threads::step_back();
            let looked = look(&store, last, &enough);
            if let Err(JournalError::Broken { .. }) = &looked
                && let Err(cause) = store.forget_seen()
            {
                tracing::warn!(%cause, "what was read of the journal could not be forgotten");
            }
            tell(&people, &inbox, looked);
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

fn look(store: &Store, last: u64, enough: &AtomicBool) -> Result<Looked, JournalError> {
    let mut begun = Instant::now();
    store.look_back(last, &mut || {
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
                "an old part of the journal is not as it was written, and the next start is refused; \
                 `watchfire verify` tells all of it"
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::Input;
    use model::codec::Record;
    use store::journal::{CommitBuffer, Journal, JournalOptions, Position};

    use super::*;

    #[tokio::test]
    async fn a_journal_broken_far_behind_its_end_is_refused_and_the_entry_named() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::embedded(data.path());
        let folder = store.journal_folder().unwrap();
        before_serving(&store).await.unwrap();
        let options = JournalOptions {
            segment_bytes: 4096,
            reserve_bytes: 0,
        };
        let nothing = &mut |_: u64, _, _: &[u8]| Ok(());
        let opened = Journal::open(&folder, options, Position::START, nothing);
        let (mut journal, _) = opened.unwrap();
        for n in 0..400 {
            let mut buffer = CommitBuffer::new(journal.position());
            let record = Record::Input {
                at: model::Time::from_ms(1_790_000_000_000 + n),
                jurisdiction: model::JurisdictionSlot(0),
                input: Input::Ticked,
            };
            buffer.push_record(&record).unwrap();
            journal.append(&buffer.seal()).unwrap();
        }
        journal.close().unwrap();
        before_serving(&store).await.unwrap();

        let oldest = folder.join(format!("{:020}.journal", 1));
        let mut bytes = std::fs::read(&oldest).unwrap();
        bytes[100] ^= 1;
        std::fs::write(&oldest, &bytes).unwrap();
        // A start from the last record on reads none of it.
        let refused = before_serving(&store).await.unwrap_err();
        let told = format!("{refused:#}");
        assert!(told.contains("will not start"), "{told}");
        assert!(told.contains("broken at record 1 in 0000"), "{told}");
    }
}
