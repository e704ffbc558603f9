//! The one loop: takes what waits, journals it, decides on it, and brings commits to the disk.
//!
//! It owns the [`Fleet`] and takes turns, one after the other (see [`helm`](crate::helm)); there is no
//! lock around a decision and no second writer. For each input, in order: its entry time is fixed,
//! its record goes into the open commit, the engines apply it, and what they decided goes into the
//! same commit right behind it. A small commit is written at once; in a flood the next is gathered
//! and applied while the journal's thread syncs the last (see [`pen`](crate::pen)). There is never
//! more than one on its way and one open.
//!
//! Applying before the sync is safe because nothing leaves before it: receipts, answers, updates,
//! transitions and deliveries travel with their commit and are let out when it is on disk. What a
//! crash takes back, nobody was told.
//!
//! How inputs were packed into commits changes no decision and no decision's record. Only counts of
//! what was not journaled one by one ([`Input::Tallied`]) follow the packing, one record an
//! interface and commit.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use engine::Admission;
use model::action::{Act, Answer};
use model::config::{Clock, Config};
use model::effect::SystemKind;
use model::intake::{Counts, Refusal, Taken};
use model::replay::Mode;
use model::view::{ClockView, FeedMessage};
use model::{Effect, Input, JurisdictionSlot, Origin, Time};
use store::Position;

use crate::catalogue::Catalogue;
use crate::clock::{Readout, SiteClock};
use crate::commit::{Commit, Dues};
use crate::edition::Editions;
use crate::fleet::Fleet;
use crate::hub::Hub;
use crate::inbox::{BadMessage, Draft, Item};
use crate::leap::{Held, Leap, Verdict};
use crate::ledger::{Batch, Ledger};
use crate::opening::Shared;
use crate::pen::{FLOOD, Pen};
use crate::queue::{Message, Queue, Rest, Waiting, give};
use crate::refused::Quarantined;
use crate::registrar::Registrar;
use crate::snapshots::Plan;
use crate::start::configs_of;

/// Bytes of the open commit at which the loop stops gathering and waits for the disk.
const MOST_OPEN: usize = 4 << 20;

/// In a flood commits begin no closer together, since a sync costs the machine as much as many
/// readings. What raises or clears an alarm waits for nothing, short of a torrent.
const GATHER: Duration = Duration::from_millis(1);

/// Inputs of a commit from which on a torrent is coming in: the disk takes longer than the gathering.
const TORRENT: u64 = 512;

/// Values are told at most this often.
const VALUES_EVERY: Duration = Duration::from_millis(250);

/// Updates of a flood of readings are told at most this often: a situation in a storm changes with
/// every reading, and is told as it is in the end. What a person pressed is told at once.
const UPDATES_EVERY: Duration = Duration::from_millis(5);

/// Notices that wait for somebody to listen: with more, what waits is forgotten, and who comes back is told
/// everything as it stands. What else waits is one of each alarm, task and so on.
const MOST_UNTOLD: usize = 10_000;

/// The time is told at least this often, and the machine's clock compared.
const BEAT_EVERY: Duration = Duration::from_secs(1);

/// The loop's state.
pub(crate) struct Live {
    pub(crate) books: Registrar,
    pub(crate) clock: SiteClock,
    pub(crate) readout: Readout,
    queue: Arc<Queue>,
    pub(crate) hub: Arc<Hub>,
    pen: Pen,
    plan: Plan,
    dues: Dues,
    tallies: BTreeMap<u8, Counts>,
    backlog: VecDeque<Waiting>,
    /// Readings that wait for room on the disk.
    parked: VecDeque<Waiting>,
    /// Readings that wait for others to agree that it is much later.
    leap: Leap,
    editions: Editions,
    ledger: Arc<Ledger>,
    next_beat: Instant,
    next_values: Instant,
    next_updates: Instant,
    /// In a flood: when the next commit may begin.
    gathers_until: Option<Instant>,
    /// The last commit was one of a torrent.
    torrent: bool,
    pub(crate) shared: Shared,
}

/// What [`Live`] is made of.
pub(crate) struct Parts {
    pub(crate) books: Registrar,
    pub(crate) clock: SiteClock,
    pub(crate) queue: Arc<Queue>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) pen: Pen,
    pub(crate) plan: Plan,
}

impl Live {
    pub(crate) fn of(parts: Parts) -> Live {
        let readout = Readout::take();
        Live {
            books: parts.books,
            clock: parts.clock,
            readout,
            queue: parts.queue,
            hub: parts.hub,
            pen: parts.pen,
            plan: parts.plan,
            dues: Dues::default(),
            tallies: BTreeMap::new(),
            backlog: VecDeque::new(),
            parked: VecDeque::new(),
            leap: Leap::default(),
            editions: Editions::default(),
            ledger: parts.ledger,
            next_beat: readout.monotonic,
            next_values: readout.monotonic,
            next_updates: readout.monotonic,
            gathers_until: None,
            torrent: false,
            shared: Shared::default(),
        }
    }

    /// One turn: takes what waits, decides on it and brings it to the disk. False when the loop is
    /// over: the process was asked to end and everything taken is on disk, or the disk failed.
    pub(crate) fn turn(&mut self) -> bool {
        if !self.is_full() && self.backlog.is_empty() {
            self.backlog.extend(self.queue.drain());
        }
        self.readout = Readout::take();
        self.look_around();
        while let Some(waiting) = self.backlog.pop_front() {
            self.take(waiting);
            if self.is_full() {
                break;
            }
            // What waits together is written together, but a flood not behind one thread.
            if self.books.inputs() >= FLOOD {
                self.hand_over_if_free();
            }
        }
        if !self.queue.is_disk_full() {
            self.go_through_held();
        }
        self.hand_over_if_free();
        let done = self.backlog.is_empty()
            && self.leap.is_empty()
            && !self.has_open()
            && self.queue.is_journal_free();
        let ends = done && self.queue.is_stopping() && self.queue.is_empty();
        if ends || self.queue.has_failed() {
            return false;
        }
        self.queue.rest(self.rest());
        true
    }

    /// The fleet and the record it stands for, once the loop is over.
    pub(crate) fn end(self) -> (Fleet, Position) {
        let position = self.books.position();
        (self.books.fleet, position)
    }

    /// Until when there is nothing to do.
    fn rest(&self) -> Rest {
        let full = self.is_full();
        if !full && !self.backlog.is_empty() {
            return Rest {
                until: Some(self.readout.monotonic),
                ..Rest::default()
            };
        }
        let gathers = !full && self.gathers();
        Rest {
            full,
            // Whoever is about to end waits for the journal even with nothing left to give it.
            eager: (self.has_open() && !gathers) || self.queue.is_stopping(),
            until: self.wake_at(),
        }
    }

    /// Whether the open commit takes no more before it is written.
    fn is_full(&self) -> bool {
        self.books.len_bytes() >= MOST_OPEN
    }

    /// Journals and applies one input; process-wide ones stand under the first jurisdiction.
    fn enter(&mut self, at: Time, input: Input) {
        self.books.enter(at, JurisdictionSlot(0), input);
    }

    /// Whether anything waits for the next commit.
    fn has_open(&self) -> bool {
        !self.books.is_empty() || !self.dues.is_empty() || !self.tallies.is_empty() || self.tells()
    }

    /// Whether updates leave with the next commit: their time has come, or something goes with it that
    /// says how far everything is told. While nobody listens they wait, and whoever comes is told them then: to
    /// put a storm into words holds up every alarm behind it.
    fn tells(&self) -> bool {
        let due = self.readout.monotonic >= self.next_updates || self.dues.says_how_far();
        due && self.hub.has_clients() && self.books.press.has_updates()
    }

    /// When to look around though nobody says anything.
    fn wake_at(&self) -> Option<Instant> {
        let listened = self.hub.has_clients();
        let watched = matches!(self.clock.kind(), Clock::Wall);
        let beat = (listened || watched).then_some(self.next_beat);
        let values = (listened && self.books.press.has_values()).then_some(self.next_values);
        let deadline = self
            .books
            .fleet
            .next_deadline()
            .and_then(|at| self.clock.when(at));
        // Those that are due wait for the journal and not for a time; unheard, for the next turn.
        let told = listened && self.books.press.has_updates();
        let updates = told.then_some(self.next_updates);
        let updates = updates.filter(|at| *at > self.readout.monotonic);
        let leap = self.leap.until();
        let gathered = self.gathers_until.filter(|_| self.gathers());
        [beat, values, updates, deadline, leap, gathered]
            .into_iter()
            .flatten()
            .min()
    }

    /// The time an entry gets that carries none of its own.
    pub(crate) fn now(&self) -> Time {
        let shown = self.clock.shows(&self.readout);
        shown.map_or(self.books.fleet.now(), |now| {
            now.max(self.books.fleet.now())
        })
    }

    /// What the clocks and the disk have to say.
    fn look_around(&mut self) {
        if let Some(by_ms) = self.clock.step(&self.readout) {
            tracing::warn!(by_ms, "the system clock jumped");
            self.enter(self.now(), Input::ClockStepped { by_ms });
        }
        let full = self.queue.is_disk_full();
        if full != self.books.fleet.lasts(SystemKind::DiskFull, "") {
            self.enter(self.now(), Input::DiskFilled { full });
        }
        if !full && !self.parked.is_empty() {
            let later = std::mem::replace(&mut self.backlog, std::mem::take(&mut self.parked));
            self.backlog.extend(later);
        }
        let now = self.now();
        if self
            .books
            .fleet
            .next_deadline()
            .is_some_and(|due| due <= now)
        {
            self.enter(now, Input::Ticked);
        }
        self.tell_time(now);
    }

    fn tell_time(&mut self, now: Time) {
        let moment = self.readout.monotonic;
        if !self.hub.has_clients() {
            if moment >= self.next_beat {
                self.next_beat = moment + BEAT_EVERY;
            }
            return;
        }
        // A beat says how far everything is told, so values that wait go before it.
        let beats = moment >= self.next_beat;
        if (beats || moment >= self.next_values) && self.books.press.has_values() {
            self.dues
                .values
                .extend(self.books.press.render_values(&self.books.fleet, now));
            self.next_values = moment + VALUES_EVERY;
        }
        if beats {
            let clock = ClockView {
                clock: self.clock.kind(),
                now,
                replay: None,
            };
            let beat = FeedMessage::Beat {
                seq: self.books.fleet.seq(),
                clock,
                mode: Mode::Live,
            };
            self.dues.beat = Some(json(&beat));
            self.next_beat = moment + BEAT_EVERY;
        }
    }

    fn take(&mut self, waiting: Waiting) {
        let Waiting { message, room } = waiting;
        if let Message::Readings { .. } = &message
            && self.queue.is_disk_full()
        {
            // Parked with its room held, so that the inbox fills up and the senders wait.
            self.parked.push_back(Waiting { message, room });
            return;
        }
        self.dues.since.get_or_insert(self.readout.monotonic);
        match message {
            Message::Readings {
                interface,
                items,
                answer,
            } => {
                let all = Held {
                    interface,
                    taken: Vec::with_capacity(items.len()),
                    items: VecDeque::from(items),
                    answer,
                    room,
                };
                if self.leap.is_empty() {
                    self.go_through(all);
                } else {
                    self.leap.held.push_back(all);
                }
            }
            Message::Act {
                jurisdiction,
                act,
                answer,
            } => {
                if let Some(said) = self.act(jurisdiction, act) {
                    self.dues.answers.push((answer, said));
                }
            }
            Message::Paged {
                jurisdiction,
                page,
                fact,
                reply,
                answer,
            } => {
                // What is known already, or is about a page long forgotten, leaves no record.
                let said = reply.as_ref();
                if self.books.fleet.is_paged(jurisdiction, &page, &fact, said) {
                    let input = Input::Paged { page, fact, reply };
                    self.books.enter(self.now(), jurisdiction, input);
                }
                self.dues.releases.push(Box::new(move || give(answer, ())));
            }
            Message::Link {
                interface,
                up,
                answer,
            } => {
                // An interface is up until it is said to be down; saying it twice is nothing new.
                let down = self.books.fleet.lasts(
                    SystemKind::LinkDown,
                    &self.books.fleet.interface_id(interface),
                );
                if down == up {
                    self.enter(self.now(), Input::LinkChanged { interface, up });
                }
                self.dues.releases.push(Box::new(move || give(answer, ())));
            }
            Message::Advance { to, answer } => {
                let now = self.books.fleet.now();
                if matches!(self.clock.kind(), Clock::Feed) && now > Time::MIN && to > now {
                    self.enter(to, Input::Ticked);
                }
                self.dues.releases.push(Box::new(move || give(answer, ())));
            }
            Message::Configure {
                configs,
                by,
                answer,
            } => {
                let changed = self.configure(configs, by);
                self.dues
                    .releases
                    .push(Box::new(move || give(answer, changed)));
            }
            Message::FilesRefused { refused, answer } => {
                if self.books.fleet.lasts(SystemKind::RulesRefused, "") != refused {
                    self.enter(self.now(), Input::FilesRefused { refused });
                }
                self.dues.releases.push(Box::new(move || give(answer, ())));
            }
            Message::JournalChecked { broken, answer } => {
                if self.books.fleet.lasts(SystemKind::JournalBroken, "") != broken {
                    self.enter(self.now(), Input::JournalChecked { broken });
                }
                self.dues.releases.push(Box::new(move || give(answer, ())));
            }
            Message::Record {
                jurisdiction,
                input,
                refused,
                answer,
            } => {
                if self.books.fleet.config(jurisdiction).is_some() {
                    self.books.enter(self.now(), jurisdiction, input);
                }
                if let Some((by, bad)) = refused {
                    self.dues.refused.push(bad.refused(self.now(), by));
                }
                self.dues.releases.push(Box::new(move || give(answer, ())));
            }
            Message::Ask { look } => self.dues.releases.push(look(&self.books.fleet)),
            Message::Subscribe {
                since,
                jurisdiction,
                answer,
            } => {
                let opening = self.opening(since, jurisdiction);
                let hub = Arc::clone(&self.hub);
                self.dues
                    .releases
                    .push(Box::new(move || give(answer, opening(&hub))));
            }
        }
    }

    /// Puts other configs into force and other names before the links.
    fn configure(&mut self, configs: Vec<Config>, by: Origin) -> Vec<String> {
        let now = self.now();
        if self
            .books
            .fleet
            .next_deadline()
            .is_some_and(|due| due <= now)
        {
            self.enter(now, Input::Ticked);
        }
        let before = configs_of(&self.books.fleet);
        let changed = self.books.take_over(configs, by, now);
        if changed.is_empty() {
            return changed;
        }
        let after = configs_of(&self.books.fleet);
        self.editions.turn(&before, &after);
        let names = after.iter().map(Arc::as_ref);
        self.queue
            .set_catalogue(Catalogue::edition(self.editions.newest(), names));
        self.ledger.set_configs(after);
        changed
    }

    /// Takes the items of a submission in order; holds the rest when one claims a leap of the feed
    /// clock that nobody else speaks for yet.
    fn go_through(&mut self, mut all: Held) {
        let now = self.clock.shows(&self.readout);
        let asks = now.is_none();
        while let Some(mut item) = all.items.pop_front() {
            if let Item::Reading(draft) = &mut item
                && draft.edition != self.editions.newest()
            {
                let Some(translated) = self.editions.translate(draft) else {
                    let taken = self.refuse(all.interface, orphan(draft));
                    all.taken.push(taken);
                    continue;
                };
                *draft = translated;
            }
            if asks
                && let Item::Reading(draft) = &item
                && self.books.fleet.is_leap(draft)
            {
                let (draft, moment) = (*draft, self.readout.monotonic);
                all.items.push_front(item);
                let late = self.leap.until().is_some_and(|until| until <= moment);
                let fleet = &mut self.books.fleet;
                match self.leap.verdict(&all, fleet.now(), fleet.enough()) {
                    Verdict::Open if !late && !self.queue.is_stopping() => {
                        return self.leap.put_back(all, moment);
                    }
                    Verdict::Believed(claim) => fleet.believe(claim),
                    Verdict::Open | Verdict::Refused => {}
                }
                self.leap.close();
                all.items.pop_front();
                all.taken.push(self.read(all.interface, &draft, now));
                continue;
            }
            all.taken.push(match item {
                Item::Reading(draft) => self.read(all.interface, &draft, now),
                Item::Bad(bad) => self.refuse(all.interface, *bad),
            });
        }
        drop(all.room);
        self.dues.receipts.push((all.answer, all.taken));
    }

    /// Looks again at what waits for others to agree.
    fn go_through_held(&mut self) {
        while let Some(held) = self.leap.held.pop_front() {
            let behind = self.leap.held.len();
            self.go_through(held);
            if self.leap.held.len() > behind {
                return;
            }
        }
    }

    fn read(&mut self, interface: u8, draft: &Draft, now: Option<Time>) -> Taken {
        let at = match now {
            Some(now) => now.max(self.books.fleet.now()),
            None => self.books.fleet.carried(draft),
        };
        match self.books.fleet.admit(interface, draft, at) {
            Some(Admission::Accept(observed)) => {
                let late = observed.late;
                self.books
                    .enter(at, draft.jurisdiction, Input::Observed(observed));
                if late { Taken::Late } else { Taken::Accepted }
            }
            Some(Admission::Duplicate) => {
                self.tallies
                    .entry(interface)
                    .or_default()
                    .add(Taken::Duplicate);
                Taken::Duplicate
            }
            Some(Admission::Conflict) => self.refuse_reading(interface, draft, Refusal::Conflict),
            Some(Admission::Future) => {
                self.books.fleet.overhear(draft);
                self.refuse_reading(interface, draft, Refusal::Future)
            }
            None => self.refuse_reading(interface, draft, Refusal::Unknown),
        }
    }

    fn refuse_reading(&mut self, interface: u8, draft: &Draft, kind: Refusal) -> Taken {
        let kept = Quarantined {
            fleet: &self.books.fleet,
            interface,
            at: self.now(),
        }
        .reading(draft, kind);
        self.dues.refused.push(kept);
        self.count_refused(interface, kind)
    }

    fn refuse(&mut self, interface: u8, bad: BadMessage) -> Taken {
        let kind = bad.kind;
        let kept = Quarantined {
            fleet: &self.books.fleet,
            interface,
            at: self.now(),
        }
        .message(bad);
        self.dues.refused.push(kept);
        self.count_refused(interface, kind)
    }

    fn count_refused(&mut self, interface: u8, kind: Refusal) -> Taken {
        let taken = Taken::Refused(kind);
        self.tallies.entry(interface).or_default().add(taken);
        taken
    }

    fn act(&mut self, jurisdiction: JurisdictionSlot, act: Box<Act>) -> Option<Answer> {
        if let Some(first) = self.books.fleet.answer(jurisdiction, &act.op) {
            return Some(first.clone());
        }
        // The catalogue gives out slots, so only a caller's own mistake can name another.
        self.books.fleet.config(jurisdiction)?;
        self.books
            .enter(self.now(), jurisdiction, Input::Acted(act));
        self.books
            .decisions()
            .as_slice()
            .iter()
            .rev()
            .find_map(|d| match &d.effect {
                Effect::Answer(answer) => Some(answer.clone()),
                Effect::Transition(_)
                | Effect::Series(_)
                | Effect::Alarm(_)
                | Effect::Task { .. }
                | Effect::Command { .. }
                | Effect::Incident(_)
                | Effect::Deliver { .. }
                | Effect::Situation(_)
                | Effect::Annunciate { .. }
                | Effect::Suppression(_)
                | Effect::LateEvidence(_)
                | Effect::Weather(_)
                | Effect::Event(_)
                | Effect::Page(_)
                | Effect::Run { .. }
                | Effect::PageKnown(_)
                | Effect::Duty(_)
                | Effect::System { .. } => None,
            })
    }

    /// Whether a flood is gathered a moment longer.
    fn gathers(&self) -> bool {
        self.gathers_until
            .is_some_and(|until| self.readout.monotonic < until)
            && self.has_open()
            && (self.torrent || !self.books.press.has_transitions())
            && !self.queue.is_stopping()
    }

    fn hand_over_if_free(&mut self) {
        let full = self.is_full();
        if self.queue.is_journal_free() && self.has_open() && (full || !self.gathers()) {
            self.hand_over();
        }
    }

    /// Closes the open commit and brings it to the disk.
    fn hand_over(&mut self) {
        for (interface, counts) in std::mem::take(&mut self.tallies) {
            self.enter(self.now(), Input::Tallied { interface, counts });
        }
        let position = self.books.position();
        let transitions = self.books.press.take_transitions();
        let updates = if self.tells() {
            self.next_updates = self.readout.monotonic + UPDATES_EVERY;
            self.books.press.render(&self.books.fleet, position.number)
        } else {
            if self.books.press.untold() > MOST_UNTOLD && !self.hub.has_clients() {
                self.books.press.forget();
                self.hub.forget(position.number);
            }
            None
        };
        let closed = self.books.close(self.pen.spent());
        self.plan.count(closed.inputs);
        self.gathers_until = (closed.inputs >= FLOOD).then(|| self.readout.monotonic + GATHER);
        self.torrent = closed.inputs >= TORRENT;
        let commit = Commit {
            transitions: (!transitions.is_empty()).then(|| Batch::of(transitions)),
            updates,
            snapshot: self.plan.due(&self.books.fleet, position),
            dues: std::mem::take(&mut self.dues),
            closed,
        };
        self.pen.write(Box::new(commit));
    }
}

/// A reading whose series went away between its arrival and its turn.
fn orphan(draft: &Draft) -> BadMessage {
    let reason = "its series was taken out of the site's files while it was on its way";
    let body = format!("{draft:?}");
    BadMessage::new(Refusal::Unknown, reason.to_owned(), "", body.as_bytes())
}

fn json(message: &FeedMessage) -> Bytes {
    Bytes::from(serde_json::to_vec(message).expect("a view has string keys, so it is JSON"))
}
