//! The line of one channel: a bounded hand-over from the journal's thread, and a task for each page.
//!
//! The bound counts what waits and what is under way. At the bound a page is not taken: it stays
//! pending with the engine, and is fetched from there once half of what is in hand is done. So
//! nothing is lost, the journal never waits, and memory is bounded.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::page::Channel;
use model::{JurisdictionSlot, Page, PageFact, PageId};
use runtime::Stopped;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Shared;
use super::attempt::{Outcome, attempt};
use super::equipment::Exit;
use crate::telemetry;

/// Pages of one channel on their way.
pub(crate) struct Line {
    channel: Channel,
    /// Ids in hand; the queue holds no more than these.
    held: Mutex<BTreeSet<PageId>>,
    /// Something was not taken because the line was full.
    overflowed: AtomicBool,
    queue: UnboundedSender<(JurisdictionSlot, Page)>,
    /// Taken by the worker when it starts.
    waiting: Mutex<Option<UnboundedReceiver<(JurisdictionSlot, Page)>>>,
}

impl Line {
    pub(crate) fn new(channel: Channel) -> Line {
        let (queue, waiting) = unbounded_channel();
        Line {
            channel,
            held: Mutex::new(BTreeSet::new()),
            overflowed: AtomicBool::new(false),
            queue,
            waiting: Mutex::new(Some(waiting)),
        }
    }

    /// Takes a page unless it is in hand already or the line is full. Never waits.
    pub(crate) fn hand_over(&self, jurisdiction: JurisdictionSlot, page: &Page, most: usize) {
        let mut held = self.held();
        if held.contains(&page.id) {
            return;
        }
        if held.len() >= most {
            drop(held);
            if !self.overflowed.swap(true, Ordering::AcqRel) {
                tracing::warn!(
                    channel = self.channel.word(),
                    most,
                    "as many pages are under way as may be; the others wait in the engine"
                );
            }
            telemetry::pages(self.channel, "held_back");
            return;
        }
        held.insert(page.id.clone());
        drop(held);
        // The worker is gone only when the process ends.
        let _ending = self.queue.send((jurisdiction, page.clone()));
    }

    pub(crate) fn in_hand(&self) -> usize {
        self.held().len()
    }

    /// Lets go of a page; true when what was not taken should be fetched now.
    fn let_go(&self, page: &PageId, most: usize) -> bool {
        let mut held = self.held();
        held.remove(page);
        held.len() <= most / 2 && self.overflowed.swap(false, Ordering::AcqRel)
    }

    /// A panic while the lock is held leaves a whole set behind.
    fn held(&self) -> MutexGuard<'_, BTreeSet<PageId>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries the pages of one channel until the process ends.
pub(crate) async fn work(shared: Arc<Shared>, channel: Channel) {
    let line = shared.line(channel);
    let waiting = line
        .waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let Some(mut waiting) = waiting else {
        return;
    };
    loop {
        let next = tokio::select! {
            next = waiting.recv() => next,
            () = shared.stop.cancelled() => return,
        };
        let Some((jurisdiction, page)) = next else {
            return;
        };
        let carrying = Arc::clone(&shared);
        shared.tasks.spawn(async move {
            tokio::select! {
                // Stopped: the engine has it pending, and gives it out again after the next start.
                _told = carry(&carrying, jurisdiction, &page) => {}
                () = carrying.stop.cancelled() => return,
            }
            if carrying
                .line(channel)
                .let_go(&page.id, carrying.most_in_hand)
            {
                fetch(&carrying, channel).await;
            }
        });
    }
}

/// Takes over what the line was too full for.
async fn fetch(shared: &Shared, channel: Channel) {
    let Ok(board) = shared.board() else { return };
    let Ok(pages) = board.waiting(channel).await else {
        return;
    };
    for (jurisdiction, page) in pages {
        shared
            .line(channel)
            .hand_over(jurisdiction, &page, shared.most_in_hand);
    }
}

/// Carries one page to a definite end, or until it is not wanted any more.
async fn carry(
    shared: &Shared,
    jurisdiction: JurisdictionSlot,
    page: &Page,
) -> Result<(), Stopped> {
    let mut tries = 0;
    let mut last = String::new();
    loop {
        let board = shared.board()?;
        let Some(subject) = board.look(jurisdiction, page).await? else {
            return Ok(());
        };
        if page.channel == Channel::Desk {
            // Every desk sees it by its own socket and says so itself; here is only the record.
            shared.tell(jurisdiction, page, PageFact::Sent).await?;
            telemetry::pages(page.channel, "accepted");
            return shared
                .tell(jurisdiction, page, PageFact::Accepted { reference: None })
                .await;
        }
        let equipment = shared.equipment.load_full();
        let Some(exit) = equipment.exit(page.channel, &subject.jurisdiction) else {
            return fail(shared, jurisdiction, page, "no gateway for this channel").await;
        };
        if tries >= exit.gateway.pace.tries {
            let why = format!("no answer in {tries} attempts: {last}");
            return fail(shared, jurisdiction, page, &why).await;
        }
        let Some(contact) = equipment.contacts.find(&subject.jurisdiction, &page.to) else {
            return no_way(shared, jurisdiction, page, "not in the people file").await;
        };
        let Ok(place) = exit.places.acquire().await else {
            return Err(Stopped);
        };
        // Waiting for the place may have taken long enough for an answer on another channel.
        let Some(subject) = board.look(jurisdiction, page).await? else {
            return Ok(());
        };
        if tries == 0 {
            shared.tell(jurisdiction, page, PageFact::Sent).await?;
        }
        tries += 1;
        let outcome = attempt(shared, exit, page, tries, &subject, contact).await;
        drop(place);
        match outcome {
            Outcome::Accepted { reference } => {
                telemetry::pages(page.channel, "accepted");
                let fact = PageFact::Accepted { reference };
                return shared.tell(jurisdiction, page, fact).await;
            }
            Outcome::Refused { why } => return fail(shared, jurisdiction, page, &why).await,
            Outcome::NoWay { why } => return no_way(shared, jurisdiction, page, why).await,
            Outcome::Unclear { why, wait } => {
                telemetry::pages(page.channel, "unclear");
                tracing::info!(
                    channel = %exit.gateway.id, page = %page.id, tries, why,
                    "nobody knows whether the gateway took a page; it goes again"
                );
                last = why;
                if tries < exit.gateway.pace.tries {
                    tokio::time::sleep(pause(exit, tries, wait)).await;
                }
            }
        }
    }
}

async fn fail(
    shared: &Shared,
    jurisdiction: JurisdictionSlot,
    page: &Page,
    why: &str,
) -> Result<(), Stopped> {
    telemetry::pages(page.channel, "failed");
    tracing::warn!(channel = page.channel.word(), page = %page.id, why, "a page has failed");
    let why = why.to_owned();
    shared
        .tell(jurisdiction, page, PageFact::Failed { why })
        .await
}

/// The person has nothing to be tried on: it is told, and counts as no fault of the channel.
async fn no_way(
    shared: &Shared,
    jurisdiction: JurisdictionSlot,
    page: &Page,
    why: &str,
) -> Result<(), Stopped> {
    telemetry::pages(page.channel, "no_way");
    tracing::info!(channel = page.channel.word(), page = %page.id, why, "a page had no way to go");
    let why = why.to_owned();
    shared
        .tell(jurisdiction, page, PageFact::NoWay { why })
        .await
}

/// How long to wait after attempt `tries`: doubling, jittered, and no shorter than was asked for.
fn pause(exit: &Exit, tries: u32, asked: Option<Duration>) -> Duration {
    let pace = &exit.gateway.pace;
    let doubled = pace.shortest_ms.saturating_mul(1 << (tries - 1).min(20));
    let wait_ms = doubled.min(pace.longest_ms);
    let longest = Duration::from_millis(pace.longest_ms);
    let asked = asked.unwrap_or_default().min(longest);
    crate::broker::jittered(wait_ms).max(asked)
}
