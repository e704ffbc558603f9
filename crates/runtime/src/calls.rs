//! Which runs, pages and posts changed since they were last told, and how they look then.

use std::collections::BTreeMap;

use model::view::{Change, PageStage, RunState};
use model::{JurisdictionSlot, PageId, PostId, RunId};

use crate::fleet::Fleet;

/// What changed, and by which input last.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    runs: BTreeMap<(JurisdictionSlot, RunId), u64>,
    pages: BTreeMap<(JurisdictionSlot, PageId), u64>,
    posts: BTreeMap<(JurisdictionSlot, PostId), u64>,
}

impl Calls {
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.pages.is_empty() && self.posts.is_empty()
    }

    pub(crate) fn run(&mut self, slot: JurisdictionSlot, run: &RunId, seq: u64) {
        self.runs.insert((slot, run.clone()), seq);
    }

    /// An answer to a page moves the counts of its run as well.
    pub(crate) fn page(&mut self, fleet: &Fleet, slot: JurisdictionSlot, page: &PageId, seq: u64) {
        if let Some(run) = fleet.page(slot, page).map(|page| page.run) {
            self.run(slot, &run, seq);
        }
        self.pages.insert((slot, page.clone()), seq);
    }

    pub(crate) fn post(&mut self, slot: JurisdictionSlot, post: &PostId, seq: u64) {
        self.posts.insert((slot, post.clone()), seq);
    }

    /// Appends each as it looks now.
    pub(crate) fn render(
        &mut self,
        fleet: &Fleet,
        changes: &mut Vec<(u64, Option<JurisdictionSlot>, Change)>,
    ) {
        for ((slot, id), seq) in std::mem::take(&mut self.runs) {
            let Some(run) = fleet.run(slot, &id) else {
                continue;
            };
            // Whoever was called and has not answered sees that nobody asks any more.
            if run.state != RunState::Running {
                let pages = fleet.pages(slot, &id).into_iter();
                let silent = pages.filter(|page| page.stage != PageStage::Acked);
                for page in silent {
                    self.pages.entry((slot, page.id)).or_insert(seq);
                }
            }
            changes.push((seq, Some(slot), Change::Run { run }));
        }
        for ((slot, id), seq) in std::mem::take(&mut self.pages) {
            let page = fleet.page(slot, &id);
            changes.extend(page.map(|page| (seq, Some(slot), Change::Page { page })));
        }
        for ((slot, id), seq) in std::mem::take(&mut self.posts) {
            for group in fleet.groups_of(slot, &id) {
                changes.push((seq, Some(slot), Change::Group { group }));
            }
            let post = fleet.post(slot, &id);
            changes.extend(post.map(|post| (seq, Some(slot), Change::Duty { post })));
        }
    }
}
