//! Transitions by number: the newest in memory, rendered once; the older ones from history.
//!
//! The journal thread adds each commit's transitions after the sync and before anybody's receipt,
//! so what was confirmed before a question is in its answer.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use arc_swap::ArcSwap;
use bytes::Bytes;
use model::Config;
use model::view::TransitionView;
use store::{History, HistoryError, NamedTransition};
use tokio::sync::watch;

use crate::views::transition_view;

/// Transitions kept in memory: a county's worst night several times over.
const MOST_KEPT: usize = 16_384;

/// Transitions read from history at once.
const PAGE: usize = 1_000;

/// The transitions of one commit.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) views: Vec<TransitionView>,
    /// Where each view lies in the text.
    pub(crate) spans: Vec<(u32, u32)>,
    /// All of them as one JSON array.
    pub(crate) text: Bytes,
}

#[derive(Debug, Default)]
struct Tail {
    batches: VecDeque<Arc<Batch>>,
    kept: usize,
    /// The newest transition that is no longer in memory.
    floor: u64,
}

impl Tail {
    /// Index of the first batch that has a transition after number `after`.
    fn first_after(&self, after: u64) -> usize {
        self.batches
            .partition_point(|b| b.views.last().is_none_or(|v| v.seq <= after))
    }
}

/// Every committed transition.
#[derive(Debug)]
pub(crate) struct Ledger {
    history: History,
    /// By slot, as they are now.
    configs: ArcSwap<Vec<Arc<Config>>>,
    tail: Mutex<Tail>,
    newest: watch::Sender<u64>,
    stopped: AtomicBool,
}

impl Ledger {
    /// A ledger whose transitions up to `newest` lie in history.
    pub(crate) fn new(newest: u64, history: History, configs: Vec<Arc<Config>>) -> Ledger {
        Ledger {
            history,
            configs: ArcSwap::from_pointee(configs),
            tail: Mutex::new(Tail {
                floor: newest,
                ..Tail::default()
            }),
            newest: watch::Sender::new(newest),
            stopped: AtomicBool::new(false),
        }
    }

    /// Other configs are in force; the names of older transitions lie in history.
    pub(crate) fn set_configs(&self, configs: Vec<Arc<Config>>) {
        self.configs.store(Arc::new(configs));
    }

    /// Adds the transitions of one commit and wakes all streams.
    pub(crate) fn publish(&self, batch: Batch) {
        let Some(last) = batch.views.last().map(|v| v.seq) else {
            return;
        };
        let mut tail = self.tail();
        tail.kept += batch.views.len();
        tail.batches.push_back(Arc::new(batch));
        while tail.kept > MOST_KEPT && tail.batches.len() > 1 {
            let Some(old) = tail.batches.pop_front() else {
                break;
            };
            tail.kept -= old.views.len();
            tail.floor = old.views.last().map_or(tail.floor, |v| v.seq);
        }
        drop(tail);
        self.newest.send_replace(last);
    }

    /// Number of the newest committed transition; 0 before the first.
    pub(crate) fn newest(&self) -> u64 {
        *self.newest.borrow()
    }

    /// Ends every stream once it has read what is there.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.newest.send_modify(|_| {});
    }

    /// At most `limit` transitions after number `after`, oldest first, without a gap.
    ///
    /// # Errors
    /// When they are no longer in memory and history cannot give them.
    pub(crate) async fn after(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<TransitionView>, HistoryError> {
        if let Some(views) = self.newest_after(after, limit) {
            return Ok(views);
        }
        let rows = self.history.named_transitions(after, limit).await?;
        Ok(rows.iter().filter_map(|named| self.view(named)).collect())
    }

    /// The same from memory; `None` when it does not reach back that far.
    fn newest_after(&self, after: u64, limit: usize) -> Option<Vec<TransitionView>> {
        let tail = self.tail();
        if after < tail.floor {
            return None;
        }
        let views = tail
            .batches
            .iter()
            .skip(tail.first_after(after))
            .flat_map(|b| &b.views);
        Some(
            views
                .filter(|v| v.seq > after)
                .take(limit)
                .cloned()
                .collect(),
        )
    }

    /// Rule and subject under the names they had then, whatever is in their slots now.
    fn view(&self, named: &NamedTransition) -> Option<TransitionView> {
        let row = &named.row;
        let configs = self.configs.load();
        let config = configs.get(row.jurisdiction.index())?;
        let view = transition_view(config, &row.transition, row.number);
        Some(if named.rule.is_empty() {
            view
        } else {
            TransitionView {
                rule: named.rule.to_string(),
                subject: named.subject.to_string(),
                ..view
            }
        })
    }

    /// A stream from the transition after `after`, or from now.
    pub(crate) fn stream(
        ledger: &Arc<Ledger>,
        after: Option<u64>,
        jurisdiction: Option<String>,
    ) -> TransitionStream {
        let newest = ledger.newest.subscribe();
        let after = after.unwrap_or_else(|| *newest.borrow());
        TransitionStream {
            ledger: Arc::clone(ledger),
            newest,
            after,
            only: jurisdiction,
            failed: false,
        }
    }

    /// # Panics
    /// When a holder panicked: nobody may go on with what it left, see [`crate::bulkhead`].
    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().expect("no holder of this lock panics")
    }
}

/// Transitions as they are committed; never loses one, however slow its reader.
pub struct TransitionStream {
    ledger: Arc<Ledger>,
    newest: watch::Receiver<u64>,
    after: u64,
    only: Option<String>,
    /// History could not give what is no longer in memory.
    failed: bool,
}

impl TransitionStream {
    /// The next batch as a JSON array text, when there is one; `None` when the process stops.
    /// Cancelling the wait loses nothing.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            self.newest.mark_unchanged();
            if let Some(text) = self.older().await {
                return Some(text);
            }
            while let Some(batch) = self.in_memory() {
                let text = batch.cut(self.after, self.only.as_deref());
                self.after = batch.views.last().map_or(self.after, |v| v.seq);
                if text.is_some() {
                    return text;
                }
            }
            if self.failed || self.ledger.stopped.load(Ordering::Acquire) {
                return None;
            }
            self.newest.changed().await.ok()?;
        }
    }

    /// A page of what is no longer in memory; `None` once the rest is.
    async fn older(&mut self) -> Option<Bytes> {
        while self.after < self.ledger.tail().floor {
            let page = match self.ledger.after(self.after, PAGE).await {
                Ok(page) if !page.is_empty() => Batch::of(page),
                // A stream that left something out would be worse than one that ends.
                Ok(_) | Err(_) => {
                    self.failed = true;
                    return None;
                }
            };
            let text = page.cut(self.after, self.only.as_deref());
            self.after = page.views.last().map_or(self.after, |v| v.seq);
            if text.is_some() {
                return text;
            }
        }
        None
    }

    fn in_memory(&self) -> Option<Arc<Batch>> {
        let tail = self.ledger.tail();
        tail.batches
            .get(tail.first_after(self.after))
            .map(Arc::clone)
    }
}

impl Batch {
    /// A batch of these views, rendered.
    pub(crate) fn of(views: Vec<TransitionView>) -> Batch {
        let mut text = Vec::with_capacity(views.len() * 160 + 2);
        let mut spans = Vec::with_capacity(views.len());
        text.push(b'[');
        for view in &views {
            if text.len() > 1 {
                text.push(b',');
            }
            let start = text.len() as u32;
            serde_json::to_writer(&mut text, view).expect("a view has string keys, so it is JSON");
            spans.push((start, text.len() as u32));
        }
        text.push(b']');
        Batch {
            views,
            spans,
            text: Bytes::from(text),
        }
    }

    /// The part after number `after` of one jurisdiction, if there is any.
    fn cut(&self, after: u64, only: Option<&str>) -> Option<Bytes> {
        let wanted =
            |v: &TransitionView| v.seq > after && only.is_none_or(|code| v.jurisdiction == code);
        let count = self.views.iter().filter(|v| wanted(v)).count();
        if count == self.views.len() {
            return Some(self.text.clone());
        }
        if count == 0 {
            return None;
        }
        let mut text = vec![b'['];
        for (view, (start, end)) in self.views.iter().zip(&self.spans) {
            if wanted(view) {
                if text.len() > 1 {
                    text.push(b',');
                }
                text.extend_from_slice(&self.text[*start as usize..*end as usize]);
            }
        }
        text.push(b']');
        Some(Bytes::from(text))
    }
}
