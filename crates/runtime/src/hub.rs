//! What has been committed and may be told: frames rendered once, shared by every client.
//!
//! The journal thread publishes, clients read at their own pace. Updates lie in a bounded ring by
//! journal number: a client that falls out of it is told so and comes back with `since`. Values are
//! a board where the newest stands, so a slow client skips what was overtaken. Nothing is decided
//! or rendered from engine state here, and no lock is held while anything waits.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use model::{JurisdictionSlot, PersonId};
use tokio::sync::watch;

use crate::parts::{Own, Parts};

/// Update frames kept for clients that return with `since`; one frame is one commit that changed
/// something, so this is hours of a county's night.
const MOST_FRAMES: usize = 8_192;

/// Bytes of update text kept; whichever bound is reached first counts.
const MOST_BYTES: usize = 8 << 20;

/// One update inside a frame's text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) seq: u64,
    /// Absent: it concerns the whole process and every client.
    pub(crate) jurisdiction: Option<JurisdictionSlot>,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Piece {
    /// Whether who sees `only` one jurisdiction, or all, sees this.
    fn is_for(&self, only: Option<JurisdictionSlot>) -> bool {
        only.is_none() || self.jurisdiction.is_none() || self.jurisdiction == only
    }
}

/// All updates of one commit, as one message of the feed.
#[derive(Debug)]
pub(crate) struct UpdateFrame {
    /// Journal number of the last record of its commit.
    pub(crate) last: u64,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) text: Bytes,
    /// What the pieces were rendered from, piece by piece.
    pub(crate) parts: Parts,
}

/// Newest values of one jurisdiction that changed since the last rendering.
#[derive(Debug)]
pub(crate) struct ValueFrame {
    pub(crate) jurisdiction: JurisdictionSlot,
    pub(crate) code: Arc<str>,
    pub(crate) seq: u64,
    /// Series slot and its JSON.
    pub(crate) rows: Vec<(u32, Arc<str>)>,
}

/// One jurisdiction's values as last told.
#[derive(Debug)]
struct Board {
    code: Arc<str>,
    version: u64,
    seq: u64,
    rows: BTreeMap<u32, (u64, Arc<str>)>,
    /// The newest frame whole, for clients that have seen everything before it.
    newest: Bytes,
}

#[derive(Debug, Default)]
struct Ring {
    frames: VecDeque<Arc<UpdateFrame>>,
    /// Number of the first frame held; frames are counted from 0 in this process.
    first: u64,
    bytes: usize,
    /// Everything up to this journal number is in no frame held.
    floor: u64,
}

/// Where a client stands.
#[derive(Debug)]
pub(crate) struct Place {
    /// The next update frame to read.
    pub(crate) frame: u64,
    /// Updates up to this journal number are known to the client.
    pub(crate) after: u64,
    pub(crate) only: Option<JurisdictionSlot>,
    /// Set for a client that sees of tasks and pages its own person's alone.
    pub(crate) own: Option<Own>,
    beat: u64,
    boards: BTreeMap<JurisdictionSlot, u64>,
}

/// What a client gets next.
pub(crate) enum Next {
    Text(Bytes),
    Behind,
    Nothing,
}

/// The shared side of the feed.
#[derive(Debug)]
pub(crate) struct Hub {
    ring: Mutex<Ring>,
    boards: Mutex<BTreeMap<JurisdictionSlot, Board>>,
    beat: Mutex<(u64, Bytes)>,
    changed: watch::Sender<u64>,
    /// Clients that see their own part alone are woken for what is theirs: an answer of one of
    /// thousands is no news to the others.
    bells: Mutex<BTreeMap<PersonId, watch::Sender<u64>>>,
    clients: AtomicUsize,
    stopped: AtomicBool,
}

fn strike(bell: &watch::Sender<u64>) {
    bell.send_modify(|version| *version += 1);
}

/// # Panics
/// When a holder panicked: nobody may go on with what it left, see [`crate::bulkhead`].
fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().expect("no holder of this lock panics")
}

impl Hub {
    /// A hub that knows nothing up to journal number `floor`.
    pub(crate) fn new(floor: u64) -> Hub {
        Hub {
            ring: Mutex::new(Ring {
                floor,
                ..Ring::default()
            }),
            boards: Mutex::default(),
            beat: Mutex::default(),
            changed: watch::Sender::new(0),
            bells: Mutex::default(),
            clients: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        }
    }

    /// Whether anybody listens; without listeners no value is rendered.
    pub(crate) fn has_clients(&self) -> bool {
        self.clients.load(Ordering::Relaxed) > 0
    }

    /// How many listen.
    pub(crate) fn clients(&self) -> usize {
        self.clients.load(Ordering::Relaxed)
    }

    /// Counts one client more and gives its wake-up.
    pub(crate) fn join(&self) -> watch::Receiver<u64> {
        self.clients.fetch_add(1, Ordering::Relaxed);
        self.changed.subscribe()
    }

    /// Gives the wake-up of a client that sees this person's part alone.
    pub(crate) fn join_as(&self, person: &PersonId) -> watch::Receiver<u64> {
        let mut bells = open(&self.bells);
        match bells.get(person) {
            Some(bell) => bell.subscribe(),
            None => {
                let bell = bells.entry(person.clone());
                bell.or_insert_with(|| watch::Sender::new(0)).subscribe()
            }
        }
    }

    /// Counts one client less, whose own wake-up is still held.
    pub(crate) fn leave(&self, person: Option<&PersonId>) {
        self.clients.fetch_sub(1, Ordering::Relaxed);
        let Some(person) = person else { return };
        let mut bells = open(&self.bells);
        if bells.get(person).is_some_and(|b| b.receiver_count() <= 1) {
            bells.remove(person);
        }
    }

    /// Ends every subscription once it has read what is there.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.wake();
    }

    /// Whether no more will come.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Whether every update after `since` is still held.
    pub(crate) fn holds(&self, since: u64) -> bool {
        open(&self.ring).floor <= since
    }

    /// Updates up to journal number `last` are told to nobody any more: who comes back begins anew.
    pub(crate) fn forget(&self, last: u64) {
        let mut ring = open(&self.ring);
        ring.floor = ring.floor.max(last);
    }

    /// The place of a client that knows everything up to journal number `after`.
    pub(crate) fn place(&self, after: u64, only: Option<JurisdictionSlot>) -> Place {
        let ring = open(&self.ring);
        let skipped = ring.frames.partition_point(|f| f.last <= after);
        let frame = ring.first + skipped as u64;
        drop(ring);
        let boards = open(&self.boards)
            .iter()
            .map(|(j, b)| (*j, b.version))
            .collect();
        Place {
            frame,
            after,
            only,
            own: None,
            beat: 0,
            boards,
        }
    }

    /// Tells of one commit's updates.
    pub(crate) fn publish(&self, frame: UpdateFrame) {
        let frame = Arc::new(frame);
        let mut ring = open(&self.ring);
        ring.bytes += frame.text.len();
        ring.frames.push_back(Arc::clone(&frame));
        while ring.frames.len() > MOST_FRAMES || (ring.bytes > MOST_BYTES && ring.frames.len() > 1)
        {
            let Some(old) = ring.frames.pop_front() else {
                break;
            };
            ring.bytes -= old.text.len();
            ring.floor = ring.floor.max(old.last);
            ring.first += 1;
        }
        drop(ring);
        strike(&self.changed);
        let bells = open(&self.bells);
        if !bells.is_empty() {
            match frame.parts.people() {
                Some(people) => people.filter_map(|p| bells.get(p)).for_each(strike),
                None => bells.values().for_each(strike),
            }
        }
    }

    /// Puts newer values on the boards.
    pub(crate) fn publish_values(&self, frames: Vec<ValueFrame>) {
        let mut boards = open(&self.boards);
        for frame in frames {
            let text = frame.text();
            let board = boards.entry(frame.jurisdiction).or_insert_with(|| Board {
                code: Arc::clone(&frame.code),
                version: 0,
                seq: 0,
                rows: BTreeMap::new(),
                newest: Bytes::new(),
            });
            board.version += 1;
            board.seq = frame.seq;
            board.newest = text;
            for (slot, json) in frame.rows {
                board.rows.insert(slot, (board.version, json));
            }
        }
        drop(boards);
        self.wake();
    }

    /// Tells the time.
    pub(crate) fn publish_beat(&self, text: Bytes) {
        let mut beat = open(&self.beat);
        *beat = (beat.0 + 1, text);
        drop(beat);
        self.wake();
    }

    /// What a client at `place` has not seen: updates first, then values, then the beat.
    pub(crate) fn next(&self, place: &mut Place) -> Next {
        loop {
            match self.next_updates(place) {
                Next::Nothing => {}
                updates @ (Next::Text(_) | Next::Behind) => return updates,
            }
            // What says how far everything is told is published behind what it says is told. So it is held
            // while it is looked whether updates came meanwhile: those are told before.
            let (beat, boards) = (open(&self.beat), open(&self.boards));
            if self.has_updates(place) {
                continue;
            }
            if let Some(text) = next_values(&boards, place) {
                return Next::Text(text);
            }
            if beat.0 > place.beat {
                place.beat = beat.0;
                return Next::Text(beat.1.clone());
            }
            return Next::Nothing;
        }
    }

    fn next_updates(&self, place: &mut Place) -> Next {
        loop {
            let ring = open(&self.ring);
            let Some(ahead) = place.frame.checked_sub(ring.first) else {
                return Next::Behind;
            };
            let index = usize::try_from(ahead).unwrap_or(usize::MAX);
            let Some(frame) = ring.frames.get(index).map(Arc::clone) else {
                return Next::Nothing;
            };
            drop(ring);
            place.frame += 1;
            if let Some(text) = frame.cut(place) {
                return Next::Text(text);
            }
        }
    }

    fn has_updates(&self, place: &Place) -> bool {
        let ring = open(&self.ring);
        ring.first + ring.frames.len() as u64 > place.frame
    }

    fn wake(&self) {
        strike(&self.changed);
        open(&self.bells).values().for_each(strike);
    }
}

/// The newest values that a client at `place` has not seen, of one jurisdiction after the other.
fn next_values(boards: &BTreeMap<JurisdictionSlot, Board>, place: &mut Place) -> Option<Bytes> {
    for (jurisdiction, board) in boards.iter() {
        if place.only.is_some_and(|only| only != *jurisdiction) {
            continue;
        }
        let seen = place
            .boards
            .insert(*jurisdiction, board.version)
            .unwrap_or(0);
        if seen == board.version {
            continue;
        }
        if seen + 1 == board.version {
            return Some(board.newest.clone());
        }
        let missed = board.rows.values().filter(|(version, _)| *version > seen);
        return Some(value_text(
            board.seq,
            &board.code,
            missed.map(|(_, json)| &**json),
        ));
    }
    None
}

impl ValueFrame {
    /// The whole frame as a message.
    pub(crate) fn text(&self) -> Bytes {
        value_text(
            self.seq,
            &self.code,
            self.rows.iter().map(|(_, json)| &**json),
        )
    }
}

impl UpdateFrame {
    /// The part of this frame that a client at `place` has not seen and may see.
    fn cut(&self, place: &Place) -> Option<Bytes> {
        match &place.own {
            None => self.part(place.after, place.only),
            Some(own) => self.parts.of(own, |n| {
                let piece = &self.pieces[n];
                piece.seq > place.after && piece.is_for(place.only)
            }),
        }
    }

    /// The part of this frame that one jurisdiction may see, or all of it.
    pub(crate) fn narrowed(&self, only: Option<JurisdictionSlot>) -> Option<Bytes> {
        self.part(0, only)
    }

    fn part(&self, after: u64, only: Option<JurisdictionSlot>) -> Option<Bytes> {
        let wanted = |piece: &&Piece| piece.seq > after && piece.is_for(only);
        let count = self.pieces.iter().filter(wanted).count();
        if count == self.pieces.len() {
            return Some(self.text.clone());
        }
        if count == 0 {
            return None;
        }
        let mut text = Vec::from(UPDATES_HEAD);
        for (n, piece) in self.pieces.iter().filter(wanted).enumerate() {
            if n > 0 {
                text.push(b',');
            }
            text.extend_from_slice(&self.text[piece.start as usize..piece.end as usize]);
        }
        text.extend_from_slice(UPDATES_TAIL);
        Some(Bytes::from(text))
    }
}

/// How a message of updates begins and ends; between them stand the updates with commas.
pub(crate) const UPDATES_HEAD: &[u8] = br#"{"type":"updates","mode":"live","updates":["#;
pub(crate) const UPDATES_TAIL: &[u8] = b"]}";

/// A message of values from rows that are JSON already.
fn value_text<'a>(seq: u64, code: &str, rows: impl Iterator<Item = &'a str>) -> Bytes {
    let code = serde_json::to_string(code).unwrap_or_default();
    let mut text = String::with_capacity(256);
    // Writing to a string cannot fail.
    let _written = write!(
        text,
        r#"{{"type":"values","mode":"live","seq":{seq},"jurisdiction":{code},"values":["#
    );
    for (n, row) in rows.enumerate() {
        if n > 0 {
            text.push(',');
        }
        text.push_str(row);
    }
    text.push_str("]}");
    Bytes::from(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::AtomicU64;

    use super::*;

    /// The journal number that a message says.
    fn number(text: &[u8]) -> u64 {
        let text: String = String::from_utf8_lossy(text).into_owned();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    }

    #[test]
    fn what_says_how_far_everything_is_told_comes_behind_it() {
        const LAST: u64 = 20_000;
        let (hub, heard) = (Arc::new(Hub::new(0)), Arc::new(AtomicU64::new(0)));
        let mut place = hub.place(0, None);
        let publisher = {
            let (hub, heard) = (Arc::clone(&hub), Arc::clone(&heard));
            std::thread::spawn(move || {
                for seq in 1..=LAST {
                    hub.publish(UpdateFrame {
                        last: seq,
                        pieces: Vec::new(),
                        text: Bytes::from(format!("update {seq}")),
                        parts: Parts::default(),
                    });
                    if seq % 2 == 0 {
                        hub.publish_values(vec![ValueFrame {
                            jurisdiction: JurisdictionSlot(0),
                            code: Arc::from(""),
                            seq,
                            rows: Vec::new(),
                        }]);
                    }
                    hub.publish_beat(Bytes::from(seq.to_string()));
                    // The reader keeps up: the ring is bounded.
                    while seq - heard.load(Ordering::Acquire) > 1_000 {
                        std::thread::yield_now();
                    }
                }
            })
        };
        let mut told = 0;
        while told < LAST {
            if let Next::Text(text) = hub.next(&mut place) {
                let said = number(&text);
                let is_update = text.starts_with(b"update");
                assert!(!is_update || said > told, "{said} after {told}");
                told = told.max(said);
                heard.store(told, Ordering::Release);
            }
        }
        publisher.join().unwrap();
    }

    #[test]
    fn what_is_forgotten_is_held_for_nobody() {
        let hub = Hub::new(3);
        assert!(hub.holds(3) && !hub.holds(2));
        hub.forget(10);
        assert!(hub.holds(10) && !hub.holds(9));
        // A frame that was on its way then brings nothing back.
        for last in 5..5 + MOST_FRAMES as u64 + 3 {
            hub.publish(UpdateFrame {
                last,
                pieces: Vec::new(),
                text: Bytes::new(),
                parts: Parts::default(),
            });
            assert!(!hub.holds(9), "{last}");
        }
    }
}
