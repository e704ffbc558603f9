//! One replay: a thread that moves a stage along the past and says what the feed would have said.
//!
//! A client that cannot follow holds up its own replay only. Every message is marked as of a replay.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use bytes::Bytes;
use model::config::Clock;
use model::replay::{FASTEST, Knowledge, Mode, ReplayOrder, ReplayView};
use model::view::{ClockView, FeedMessage, SnapshotView};
use model::{Entry, Input, JurisdictionSlot, Time};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::stage::Stage;
use super::{PastOf, ReplayAsk, ReplayError};
use crate::bulkhead;
use crate::feed::Frame;
use crate::press::Press;

/// How often a replay that moves says what happened.
const TICK: Duration = Duration::from_millis(250);

/// How often one that stands still says that it is there.
const STILL: Duration = Duration::from_secs(1);

/// Messages on their way to the client.
const ROOM: usize = 16;

/// Orders that may wait.
const ORDERS: usize = 64;

/// What a client sees of its replay.
#[derive(Debug)]
pub struct ReplaySession {
    frames: mpsc::Receiver<Frame>,
    orders: SyncSender<ReplayOrder>,
}

impl ReplaySession {
    /// The next message, when there is one; `None` when the replay has ended. Cancelling the wait
    /// loses nothing.
    pub async fn next(&mut self) -> Option<Frame> {
        self.frames.recv().await
    }

    /// Tells the replay what to do; false when it has too much to do already.
    pub fn order(&self, order: ReplayOrder) -> bool {
        match self.orders.try_send(order) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        }
    }
}

/// Starts the thread.
pub(crate) fn begin(
    past: Arc<PastOf>,
    ask: ReplayAsk,
    place: OwnedSemaphorePermit,
) -> Result<ReplaySession, ReplayError> {
    let (to_client, frames) = mpsc::channel(ROOM);
    let (orders, ordered) = sync_channel(ORDERS);
    let session = Session {
        past,
        only: ask.only,
        speed: ask.speed.min(FASTEST),
        knowledge: ask.knowledge,
        to_client,
        ordered,
        moved: Instant::now(),
        told: Instant::now(),
    };
    std::thread::Builder::new()
        .name("watchfire-replay".to_owned())
        .spawn(move || {
            store::threads::step_back();
            // A fault of ours ends this replay, and whoever watches it sees it end.
            if let Ok(Err(error)) = bulkhead::hold(|| session.run(ask.at)) {
                tracing::error!(%error, "a replay ended");
            }
            drop(place);
        })
        .map_err(ReplayError::Thread)?;
    Ok(ReplaySession { frames, orders })
}

struct Session {
    past: Arc<PastOf>,
    only: Option<JurisdictionSlot>,
    speed: u16,
    knowledge: Knowledge,
    to_client: mpsc::Sender<Frame>,
    ordered: Receiver<ReplayOrder>,
    /// When it last moved.
    moved: Instant,
    /// When it last told the time.
    told: Instant,
}

impl Session {
    fn run(mut self, at: Time) -> Result<(), ReplayError> {
        let (mut stage, mut press) = self.seek(at)?;
        loop {
            let moves = self.speed > 0 && !stage.ended;
            let wait = if moves { TICK } else { STILL };
            match self
                .ordered
                .recv_timeout(wait.saturating_sub(self.told.elapsed()))
            {
                Ok(order) => {
                    let mut at = stage.now;
                    let mut seeks = self.obey(order, &mut at);
                    // A hand that drags sends many: only the last place counts.
                    while let Ok(order) = self.ordered.try_recv() {
                        seeks |= self.obey(order, &mut at);
                    }
                    if seeks {
                        (stage, press) = self.seek(at)?;
                    } else {
                        self.tell_time(&stage)?;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    if moves && self.go_on(&mut stage, &mut press)? {
                        // The files changed: everything is told anew.
                        press = Press::of(&stage.fleet);
                        self.tell_all(&stage)?;
                    } else {
                        self.tell_time(&stage)?;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if self.to_client.is_closed() {
                return Ok(());
            }
        }
    }

    /// Takes an order in; true when the world has to be made anew.
    fn obey(&mut self, order: ReplayOrder, to: &mut Time) -> bool {
        match order {
            ReplayOrder::Seek { at } => {
                *to = at;
                true
            }
            ReplayOrder::Pace { speed } => {
                self.speed = speed.min(FASTEST);
                self.moved = Instant::now();
                false
            }
            ReplayOrder::Know { knowledge } => {
                let other = knowledge != self.knowledge;
                self.knowledge = knowledge;
                other
            }
        }
    }

    /// Makes the world as of `at` and tells all of it.
    fn seek(&mut self, at: Time) -> Result<(Stage, Press), ReplayError> {
        let (first, last) = self.past.lanes.span()?.ok_or(ReplayError::Empty)?;
        let at = at.clamp(first, last);
        let stage = Stage::at(&self.past.rewind, &self.past.lanes, self.knowledge, at)?;
        self.moved = Instant::now();
        self.tell_all(&stage)?;
        let press = Press::of(&stage.fleet);
        Ok((stage, press))
    }

    /// Moves on by what has passed and tells what changed; true when the files did.
    fn go_on(&mut self, stage: &mut Stage, press: &mut Press) -> Result<bool, ReplayError> {
        // A replay that cannot keep its speed is slower, and never leaves anything out.
        let passed = self.moved.elapsed().min(STILL);
        self.moved = Instant::now();
        let ms = passed.as_millis() as i64 * i64::from(self.speed);
        let to = stage.now.plus_ms(ms);
        let (_, last) = self.past.lanes.span()?.ok_or(ReplayError::Empty)?;
        let mut configured = false;
        stage.advance(
            to.min(last.max(stage.now)),
            &mut |fleet, entry: &Entry, decisions| {
                configured |= matches!(entry.input, Input::Configured(_));
                press.note(fleet, &entry.input, decisions.as_slice());
            },
        )?;
        if configured {
            return Ok(true);
        }
        let _transitions = press.take_transitions();
        let updates = press.render(&stage.fleet, stage.fleet.seq());
        if let Some(text) = updates.and_then(|frame| frame.narrowed(self.only)) {
            self.say(Frame::Text(marked(&text)));
        }
        for frame in press.render_values(&stage.fleet, stage.now) {
            if self.only.is_none_or(|only| only == frame.jurisdiction) {
                self.say(Frame::Text(marked(&frame.text())));
            }
        }
        Ok(false)
    }

    fn tell_all(&mut self, stage: &Stage) -> Result<(), ReplayError> {
        let fleet = &stage.fleet;
        let slots = (0..fleet.len() as u16).map(JurisdictionSlot);
        let wanted = slots.filter(|slot| self.only.is_none_or(|only| only == *slot));
        let snapshot = SnapshotView {
            seq: fleet.seq(),
            clock: self.clock(stage)?,
            counties: wanted
                .filter_map(|slot| fleet.county(slot, stage.now))
                .collect(),
            system: fleet.system(self.only),
            mode: Mode::Replay,
        };
        self.told = Instant::now();
        self.say(Frame::Snapshot(Box::new(snapshot)));
        Ok(())
    }

    fn tell_time(&mut self, stage: &Stage) -> Result<(), ReplayError> {
        let beat = FeedMessage::Beat {
            seq: stage.fleet.seq(),
            clock: self.clock(stage)?,
            mode: Mode::Replay,
        };
        let text = serde_json::to_vec(&beat).expect("a view has string keys, so it is JSON");
        self.told = Instant::now();
        self.say(Frame::Text(Bytes::from(text)));
        Ok(())
    }

    /// The replay's clock, as a clock that a client knows: made-up time at the replay's speed.
    fn clock(&self, stage: &Stage) -> Result<ClockView, ReplayError> {
        let (_, last) = self.past.lanes.span()?.ok_or(ReplayError::Empty)?;
        let ended = stage.ended && stage.now >= last;
        let factor = if ended { 0.0 } else { f64::from(self.speed) };
        Ok(ClockView {
            clock: Clock::Scaled {
                start: stage.now,
                factor,
            },
            now: stage.now,
            replay: Some(ReplayView {
                speed: self.speed,
                knowledge: self.knowledge,
                last,
                ended,
            }),
        })
    }

    /// Waits for room; a client that has gone is noticed by the loop.
    fn say(&self, frame: Frame) {
        let _gone = self.to_client.blocking_send(frame);
    }
}

/// A message of the feed as one of a replay.
fn marked(text: &Bytes) -> Bytes {
    const LIVE: &[u8] = br#""mode":"live""#;
    const REPLAY: &[u8] = br#""mode":"replay""#;
    // The mark stands right behind the type, before anything that anybody wrote.
    let place = text.windows(LIVE.len()).position(|bytes| bytes == LIVE);
    let Some(place) = place else {
        debug_assert!(false, "a message of the feed bears its mark");
        return text.clone();
    };
    let mut marked = Vec::with_capacity(text.len() + REPLAY.len() - LIVE.len());
    marked.extend_from_slice(&text[..place]);
    marked.extend_from_slice(REPLAY);
    marked.extend_from_slice(&text[place + LIVE.len()..]);
    Bytes::from(marked)
}
