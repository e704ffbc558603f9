//! How a client of the feed begins: a snapshot, or what it has missed, and its place in what follows.
//!
//! It is made on the loop's thread between two inputs, and finds its place in the feed when the
//! commit that holds all it shows is on disk. So nothing is missing between the two, and what the
//! open commit brings after the look is told as an update.

use std::collections::VecDeque;
use std::sync::Arc;

use model::replay::Mode;
use model::view::{ClockView, SnapshotView};
use model::{JurisdictionSlot, Time};

use crate::feed::{Frame, Opening};
use crate::hub::Hub;
use crate::live::Live;
use crate::parts::Whole;

/// The newest snapshot, for clients that come at the same moment: after a restart all of them do.
#[derive(Default)]
pub(crate) struct Shared {
    newest: Option<(Option<JurisdictionSlot>, Arc<Whole>)>,
}

impl Live {
    /// Looks at the fleet for a new client; what comes back finds its place once this is on disk.
    pub(crate) fn opening(
        &mut self,
        since: Option<u64>,
        jurisdiction: Option<String>,
    ) -> impl FnOnce(&Hub) -> Opening + Send + 'static + use<> {
        let now = self.now();
        let fleet = &self.books.fleet;
        let seq = fleet.seq();
        // A code that nobody has narrows to nothing.
        let nobody = JurisdictionSlot(u16::MAX);
        let only = jurisdiction.map(|code| fleet.jurisdiction(&code).unwrap_or(nobody));
        let newest = self.books.position().number;
        let resumed = since.filter(|since| self.hub.holds(*since) && *since <= newest);
        let mut first = VecDeque::new();
        let mut snapshot = None;
        if let Some(since) = resumed {
            let frames = self.books.press.values_since(fleet, since, only, now);
            first.extend(frames.iter().map(|f| Frame::Text(f.text())));
        } else {
            if self.hub.clients() == 1 {
                self.books.press.wipe(seq);
            }
            snapshot = Some(self.snapshot(seq, now, only));
        }
        let after = resumed.unwrap_or(seq);
        move |hub| Opening {
            snapshot,
            first,
            place: hub.place(after, only),
        }
    }

    fn snapshot(&mut self, seq: u64, now: Time, only: Option<JurisdictionSlot>) -> Arc<Whole> {
        if let Some((whose, newest)) = &self.shared.newest
            && (*whose, newest.snapshot.seq, newest.snapshot.clock.now) == (only, seq, now)
        {
            return Arc::clone(newest);
        }
        let fleet = &self.books.fleet;
        let slots = (0..fleet.len() as u16).map(JurisdictionSlot);
        let wanted = slots.filter(|slot| only.is_none_or(|only| only == *slot));
        let made = Arc::new(Whole::of(SnapshotView {
            seq,
            clock: ClockView {
                clock: self.clock.kind(),
                now,
                replay: None,
            },
            counties: wanted.filter_map(|slot| fleet.county(slot, now)).collect(),
            system: fleet.system(only),
            mode: Mode::Live,
        }));
        self.shared.newest = Some((only, Arc::clone(&made)));
        made
    }
}
