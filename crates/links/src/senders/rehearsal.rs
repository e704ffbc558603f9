//! What stands in place of every gateway in a drill: pages get their words, go into a file, and are
//! answered as the script says. It knows no contact and opens no connection; there is nothing in it
//! that could be rung.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::drill::{Drill, What};
use model::page::Channel;
use model::{JurisdictionSlot, Page, PageFact, PersonId, Time};
use protocols::gateway::Language;
use runtime::{Delivery, Inbox, Sender, Stopped};
use serde::Serialize;
use tokio::sync::mpsc;

use super::MOST_IN_HAND;
use super::board::{Subject, Switchboard};
use super::wording::{self, Asks};

/// Takes the pages of a drill.
pub struct Rehearsal {
    queue: mpsc::Sender<(JurisdictionSlot, Page)>,
    /// Something was not taken because as much is in hand as may be.
    overflowed: Arc<AtomicBool>,
}

/// The other end of it.
pub struct Desktop {
    waiting: mpsc::Receiver<(JurisdictionSlot, Page)>,
    overflowed: Arc<AtomicBool>,
    out: File,
    blocks: Vec<Block>,
}

/// When what does not get through.
struct Block {
    channels: Vec<Channel>,
    /// None: nobody.
    people: Vec<PersonId>,
    from: Time,
    until: Time,
}

/// One page as it is kept.
#[derive(Serialize)]
struct Kept<'k> {
    at: Time,
    channel: Channel,
    to: &'k PersonId,
    title: &'k str,
    text: &'k str,
    page: &'k str,
    through: bool,
}

impl Rehearsal {
    /// Pages of this drill, kept in `file` one a line.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(drill: &Drill, file: &Path) -> io::Result<(Rehearsal, Desktop)> {
        let (queue, waiting) = mpsc::channel(MOST_IN_HAND);
        let overflowed = Arc::new(AtomicBool::new(false));
        let rehearsal = Rehearsal {
            queue,
            overflowed: Arc::clone(&overflowed),
        };
        let desktop = Desktop {
            waiting,
            overflowed,
            out: OpenOptions::new().create(true).append(true).open(file)?,
            blocks: blocks(drill),
        };
        Ok((rehearsal, desktop))
    }
}

fn blocks(drill: &Drill) -> Vec<Block> {
    let blocks = drill.injects.iter().filter_map(|inject| {
        let What::Unreachable {
            channels,
            people,
            for_ms,
        } = &inject.what
        else {
            return None;
        };
        let from = drill.when(inject);
        Some(Block {
            channels: channels.clone(),
            people: people.clone(),
            from,
            until: for_ms.map_or(Time::from_ms(i64::MAX), |ms| from.plus_ms(ms)),
        })
    });
    blocks.collect()
}

impl Sender for Rehearsal {
    fn deliver(&self, _delivery: &Delivery) {}

    fn page(&self, jurisdiction: JurisdictionSlot, page: &Page) {
        if self.queue.try_send((jurisdiction, page.clone())).is_err() {
            // Full: it stays with the engine and is fetched from there. Ended: nobody waits.
            self.overflowed.store(true, Ordering::Release);
        }
    }
}

impl Desktop {
    /// Answers pages until the process ends.
    ///
    /// # Errors
    /// [`Stopped`] when the loop has ended.
    pub async fn work(mut self, inbox: Inbox) -> Result<(), Stopped> {
        while let Some((jurisdiction, page)) = self.waiting.recv().await {
            self.answer(&inbox, jurisdiction, &page).await?;
            if self.waiting.is_empty() && self.overflowed.swap(false, Ordering::AcqRel) {
                for channel in Channel::ALL {
                    for (jurisdiction, page) in inbox.waiting(channel).await? {
                        self.answer(&inbox, jurisdiction, &page).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn answer(
        &mut self,
        inbox: &Inbox,
        jurisdiction: JurisdictionSlot,
        page: &Page,
    ) -> Result<(), Stopped> {
        let Some(subject) = inbox.look(jurisdiction, page).await? else {
            return Ok(());
        };
        let now = inbox.ask(|fleet| fleet.now()).await?;
        let through = !self.blocks.iter().any(|block| block.holds(now, page));
        self.keep(now, page, &subject, through);
        let told = |fact| inbox.paged(jurisdiction, page.id.clone(), fact);
        if !through {
            let why = "drill: nothing gets through".to_owned();
            return told(PageFact::Failed { why }).await;
        }
        told(PageFact::Sent).await?;
        told(PageFact::Accepted { reference: None }).await
    }

    /// Its line in the file; a full disk takes no page away.
    fn keep(&mut self, at: Time, page: &Page, subject: &Subject, through: bool) {
        let words = wording::words(page, page.repeat, subject, Language::Both, Asks::default());
        let kept = Kept {
            at,
            channel: page.channel,
            to: &page.to,
            title: &words.title,
            text: &words.text,
            page: page.id.as_str(),
            through,
        };
        let line = serde_json::to_string(&kept).unwrap_or_default();
        if let Err(cause) = writeln!(self.out, "{line}") {
            tracing::warn!(%cause, "a page of the drill could not be kept");
        }
    }
}

impl Block {
    fn holds(&self, now: Time, page: &Page) -> bool {
        now >= self.from
            && now < self.until
            && self.channels.contains(&page.channel)
            && (self.people.is_empty() || self.people.contains(&page.to))
    }
}
