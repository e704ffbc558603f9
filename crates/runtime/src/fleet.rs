//! All jurisdictions of the process as one value: engines, clock, numbering, counts.
//!
//! Pure: [`Fleet::apply`] is the one way to change it, and it is the same code live, on recovery and
//! in a replay. It reads no clock, no disk and no configuration but what came as an input. What is
//! due by the time of an entry happens first, over all jurisdictions by (deadline, slot).

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Admission, Candidate, Engine};
use model::action::Answer;
use model::config::Config;
use model::effect::SystemKind;
use model::intake::{Counts, Taken};
use model::{Effect, Effects, Input, JurisdictionSlot, OpId, Time};
use serde::{Deserialize, Serialize};

use crate::agenda::Agenda;
use crate::feedclock::{ENOUGH, FeedClock};
use crate::inbox::Draft;
use crate::leap::claim;

/// A system clock that has stepped this far is told to the desk.
pub(crate) const STEP_MS: i64 = 2_000;

/// Something decided, with whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Absent: it concerns the whole process.
    pub jurisdiction: Option<JurisdictionSlot>,
    /// Of a transition: its number, from 1 without gaps over all jurisdictions; else 0.
    pub number: u64,
    pub effect: Effect,
}

/// The decisions of one or more inputs, in order.
#[derive(Debug, Default)]
pub struct Decisions {
    list: Vec<Decision>,
    effects: Effects,
}

impl Decisions {
    /// Everything so far, in order.
    pub fn as_slice(&self) -> &[Decision] {
        &self.list
    }

    /// Forgets all; the memory is kept.
    pub fn clear(&mut self) {
        self.list.clear();
    }
}

/// Whose condition of the system, which, and what about.
pub(crate) type NoticeKey = (Option<JurisdictionSlot>, SystemKind, String);

/// Everything that recovery has to rebuild.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Fleet {
    pub(crate) engines: Vec<Engine>,
    clock: FeedClock,
    pub(crate) counts: BTreeMap<u8, Counts>,
    /// Number of the newest transition.
    transitions: u64,
    /// Conditions of the system that last, since when.
    pub(crate) notices: BTreeMap<NoticeKey, Time>,
    /// How far the system clock has stepped away from the monotonic one since the start.
    skew_ms: i64,
    /// Number of the newest input.
    seq: u64,
    #[serde(skip)]
    agenda: Agenda,
}

impl Fleet {
    /// Advances by one input, journaled as record `seq` and entered at `at`, and appends what was
    /// decided to `out`. Never fails.
    pub fn apply(
        &mut self,
        seq: u64,
        at: Time,
        jurisdiction: JurisdictionSlot,
        input: &Input,
        out: &mut Decisions,
    ) {
        debug_assert!(self.clock.now() <= at, "entry times never go backwards");
        self.seq = seq;
        // After a start each engine first holds back what came due while nobody looked.
        if !matches!(input, Input::Resumed) {
            self.fire(at, out);
        }
        let first = self.clock.now() == Time::MIN && at > Time::MIN;
        self.clock.enter(at);
        if first {
            self.date_notices(at, out);
        }
        match input {
            Input::Observed(observed) => {
                let taken = if observed.late {
                    Taken::Late
                } else {
                    Taken::Accepted
                };
                self.counts
                    .entry(observed.interface)
                    .or_default()
                    .add(taken);
                self.clock
                    .hear(jurisdiction, observed.series, observed.received);
                self.tell(jurisdiction.index(), at, input, out);
            }
            Input::Acted(_) | Input::Paged { .. } | Input::Unread { .. } => {
                self.tell(jurisdiction.index(), at, input, out)
            }
            Input::Configured(configured) if jurisdiction.index() == self.engines.len() => {
                self.engines
                    .push(Engine::new(Arc::new(configured.config.clone())));
            }
            Input::Configured(_) => self.tell(jurisdiction.index(), at, input, out),
            Input::Resumed => self.resume(at, out),
            Input::LinkChanged { interface, up } => {
                let subject = self.interface_id(*interface);
                self.notice(SystemKind::LinkDown, subject, !up, at, out);
            }
            Input::ClockStepped { by_ms } => {
                self.skew_ms = self.skew_ms.saturating_add(*by_ms);
                let off = self.skew_ms.abs() > STEP_MS;
                self.notice(SystemKind::ClockStepped, String::new(), off, at, out);
            }
            Input::DiskFilled { full } => {
                self.notice(SystemKind::DiskFull, String::new(), *full, at, out);
            }
            Input::FilesRefused { refused } => {
                self.notice(SystemKind::RulesRefused, String::new(), *refused, at, out);
            }
            Input::JournalChecked { broken } => {
                self.notice(SystemKind::JournalBroken, String::new(), *broken, at, out);
            }
            Input::Tallied { interface, counts } => {
                self.counts.entry(*interface).or_default().merge(counts);
            }
            Input::Ticked | Input::Accessed(_) | Input::ClockRead(_) => {}
        }
    }

    /// Decides whether a reading that would be entered at `at` is taken; `None` when its slots are
    /// not there.
    pub fn admit(&self, interface: u8, draft: &Draft, at: Time) -> Option<Admission> {
        let engine = self.engines.get(draft.jurisdiction.index())?;
        if draft.series.index() >= engine.config().series.len() {
            return None;
        }
        let candidate = Candidate {
            interface,
            series: draft.series,
            observed: draft.observed,
            received: draft.received,
            value: draft.value,
            revision: draft.revision,
            quality: draft.quality,
        };
        Some(engine.admit(&candidate, at))
    }

    /// The entry time that a reading carries, on a feed clock.
    pub fn carried(&self, draft: &Draft) -> Time {
        let claim = claim(draft);
        let enough = if self.clock.is_leap(claim) {
            self.enough()
        } else {
            ENOUGH
        };
        self.clock
            .at(draft.jurisdiction, draft.series, claim, enough)
    }

    /// How many series have to agree on a leap of the feed clock: three, or all there are.
    pub(crate) fn enough(&self) -> usize {
        let all = self.series_count();
        all.clamp(1, ENOUGH)
    }

    /// Whether a reading asks for a step of the feed clock that other series have to agree with.
    pub(crate) fn is_leap(&self, draft: &Draft) -> bool {
        let claim = claim(draft);
        self.clock.is_leap(claim) && self.carried(draft) < claim
    }

    /// Enough series say that it is `claim` now.
    pub(crate) fn believe(&mut self, claim: Time) {
        self.clock.believe(claim);
    }

    /// Counts a refused reading's voice for a leap of the feed clock: senders that wait for each
    /// answer cannot speak together, and the third series to agree is believed.
    pub(crate) fn overhear(&mut self, draft: &Draft) {
        self.clock
            .hear(draft.jurisdiction, draft.series, claim(draft));
    }

    /// Time of the newest entry; [`Time::MIN`] before the first that has one.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Journal number of the newest input.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Number of the newest transition; 0 before the first.
    pub fn transitions(&self) -> u64 {
        self.transitions
    }

    /// When the fleet next wants to be woken, if ever.
    pub fn next_deadline(&self) -> Option<Time> {
        self.agenda.earliest()
    }

    /// The first answer to an op, if it is remembered.
    pub fn answer(&self, jurisdiction: JurisdictionSlot, op: &OpId) -> Option<&Answer> {
        self.engines.get(jurisdiction.index())?.answer(op)
    }

    /// The configuration a jurisdiction obeys.
    pub fn config(&self, jurisdiction: JurisdictionSlot) -> Option<&Arc<Config>> {
        self.engines.get(jurisdiction.index()).map(Engine::config)
    }

    /// The engine of a jurisdiction, for whoever lives on from here otherwise.
    pub fn engine(&self, jurisdiction: JurisdictionSlot) -> Option<&Engine> {
        self.engines.get(jurisdiction.index())
    }

    /// The slot of a jurisdiction by its code.
    pub fn jurisdiction(&self, code: &str) -> Option<JurisdictionSlot> {
        let index = self.engines.iter().position(|e| e.config().code == code)?;
        u16::try_from(index).ok().map(JurisdictionSlot)
    }

    /// How many series all jurisdictions have.
    pub(crate) fn series_count(&self) -> usize {
        let series = self.engines.iter().map(|e| e.config().series.len());
        series.sum()
    }

    /// How many jurisdictions there are; their slots are 0 to this.
    pub fn len(&self) -> usize {
        self.engines.len()
    }

    /// Whether nothing was ever configured.
    pub fn is_empty(&self) -> bool {
        self.engines.is_empty()
    }

    /// Whether the process counts this condition as lasting.
    pub fn lasts(&self, kind: SystemKind, subject: &str) -> bool {
        self.notices.contains_key(&(None, kind, subject.to_owned()))
    }

    /// The id of an interface, as the jurisdictions declare it.
    pub fn interface_id(&self, interface: u8) -> String {
        let declared = self
            .engines
            .iter()
            .find_map(|e| e.config().interfaces.get(usize::from(interface)));
        declared.map_or_else(|| format!("interface-{interface}"), |i| i.id.clone())
    }

    /// Lets everything happen that is due by `until`, over all engines by (deadline, slot).
    fn fire(&mut self, until: Time, out: &mut Decisions) {
        while let Some((at, slot)) = self.agenda.due(until) {
            let engine = &mut self.engines[slot];
            engine.fire(at, &mut out.effects);
            self.agenda.note(slot, engine.next_deadline());
            self.take(slot, out);
        }
    }

    fn resume(&mut self, at: Time, out: &mut Decisions) {
        // Whatever the system clock says now, it was taken anew at the start; links are still to
        // be made.
        self.skew_ms = 0;
        self.notice(SystemKind::ClockStepped, String::new(), false, at, out);
        for slot in 0..self.engines.len() {
            self.tell(slot, at, &Input::Resumed, out);
        }
    }

    fn tell(&mut self, slot: usize, at: Time, input: &Input, out: &mut Decisions) {
        let Some(engine) = self.engines.get_mut(slot) else {
            debug_assert!(
                false,
                "an input names jurisdiction {slot} of {}",
                self.engines.len()
            );
            return;
        };
        engine.apply(at, input, &mut out.effects);
        self.agenda.note(slot, engine.next_deadline());
        self.take(slot, out);
    }

    /// Numbers what an engine just decided and keeps count of what lasts.
    fn take(&mut self, slot: usize, out: &mut Decisions) {
        let jurisdiction = Some(JurisdictionSlot(slot as u16));
        for effect in out.effects.drain() {
            let mut number = 0;
            if let Effect::Transition(_) = effect {
                self.transitions += 1;
                number = self.transitions;
            }
            if let Effect::System {
                kind,
                subject,
                on,
                at,
                ..
            } = &effect
            {
                let key = (jurisdiction, *kind, subject.clone());
                if *on {
                    self.notices.insert(key, *at);
                } else {
                    self.notices.remove(&key);
                }
            }
            out.list.push(Decision {
                jurisdiction,
                number,
                effect,
            });
        }
    }

    /// What lasted before anybody could say what time it is, lasts since now.
    fn date_notices(&mut self, at: Time, out: &mut Decisions) {
        for ((jurisdiction, kind, subject), since) in &mut self.notices {
            if *since > Time::MIN {
                continue;
            }
            *since = at;
            let effect = Effect::System {
                kind: *kind,
                subject: subject.clone(),
                on: true,
                at,
                level: None,
                owner: None,
            };
            out.list.push(Decision {
                jurisdiction: *jurisdiction,
                number: 0,
                effect,
            });
        }
    }

    /// Begins or ends a condition of the process itself; saying it twice says nothing.
    fn notice(
        &mut self,
        kind: SystemKind,
        subject: String,
        on: bool,
        at: Time,
        out: &mut Decisions,
    ) {
        let key = (None, kind, subject.clone());
        let changed = if on {
            !self.notices.contains_key(&key)
        } else {
            self.notices.remove(&key).is_some()
        };
        if changed {
            if on {
                self.notices.insert(key, at);
            }
            let effect = Effect::System {
                kind,
                subject,
                on,
                at,
                level: None,
                owner: None,
            };
            out.list.push(Decision {
                jurisdiction: None,
                number: 0,
                effect,
            });
        }
    }
}

/// The stored part of a [`Fleet`], in the order its fields are written.
#[derive(Deserialize)]
struct Stored {
    engines: Vec<Engine>,
    clock: FeedClock,
    counts: BTreeMap<u8, Counts>,
    transitions: u64,
    notices: BTreeMap<NoticeKey, Time>,
    skew_ms: i64,
    seq: u64,
}

impl<'de> Deserialize<'de> for Fleet {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Fleet, D::Error> {
        let Stored {
            engines,
            clock,
            counts,
            transitions,
            notices,
            skew_ms,
            seq,
        } = Stored::deserialize(input)?;
        let agenda = Agenda::of(&engines);
        Ok(Fleet {
            engines,
            clock,
            counts,
            transitions,
            notices,
            skew_ms,
            seq,
            agenda,
        })
    }
}
