//! Journals an input, applies it, and journals what it led to: one step, in one commit, in one order.
//!
//! It owns the fleet and the open commit, so nothing can be applied that is not recorded, and no
//! outcome can stand apart from its input. Nothing leaves from here.

use engine::Engine;
use model::action::Answer;
use model::codec::Record;
use model::{Effect, Input, JurisdictionSlot, Page, Time};
use sha2::{Digest, Sha256};
use store::{CommitBuffer, HistoryItem, Position, Sealed, TransitionRow};

use crate::fleet::{Decisions, Fleet};
use crate::outbox::Delivery;
use crate::past::item_of;
use crate::press::Press;

/// The fleet and the open commit.
pub(crate) struct Registrar {
    pub(crate) fleet: Fleet,
    pub(crate) press: Press,
    buffer: CommitBuffer,
    decisions: Decisions,
    /// Rule-set version of each jurisdiction, as outcomes name it.
    rules: Vec<u32>,
    items: Vec<HistoryItem>,
    deliveries: Vec<Delivery>,
    pages: Vec<(JurisdictionSlot, Page)>,
    inputs: u64,
}

/// The open commit, closed.
pub(crate) struct Closed {
    pub(crate) sealed: Sealed,
    /// What history keeps of it, in journal order.
    pub(crate) items: Vec<HistoryItem>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) pages: Vec<(JurisdictionSlot, Page)>,
    /// How many inputs it holds.
    pub(crate) inputs: u64,
}

impl Registrar {
    /// A registrar whose first record follows `position`, which `fleet` stands for.
    pub(crate) fn new(fleet: Fleet, position: Position) -> Registrar {
        Registrar {
            press: Press::of(&fleet),
            rules: rules_of(&fleet),
            fleet,
            buffer: CommitBuffer::new(position),
            decisions: Decisions::default(),
            items: Vec::new(),
            deliveries: Vec::new(),
            pages: Vec::new(),
            inputs: 0,
        }
    }

    /// Journals one input, applies it, and journals what it led to.
    pub(crate) fn enter(&mut self, at: Time, jurisdiction: JurisdictionSlot, input: Input) {
        let record = Record::Input {
            at,
            jurisdiction,
            input,
        };
        let seq = self.push(&record);
        let Record::Input { input, .. } = record else {
            return;
        };
        self.items.extend(item_of(seq, jurisdiction, at, &input));
        self.inputs += 1;
        self.decisions.clear();
        self.fleet
            .apply(seq, at, jurisdiction, &input, &mut self.decisions);
        if let Input::Configured(_) = input {
            self.rules = rules_of(&self.fleet);
        }
        self.press
            .note(&self.fleet, &input, self.decisions.as_slice());
        for index in 0..self.decisions.as_slice().len() {
            if is_outcome(&self.decisions.as_slice()[index].effect) {
                self.journal_outcome(index, at);
            }
        }
    }

    /// What the last input led to.
    pub(crate) fn decisions(&self) -> &Decisions {
        &self.decisions
    }

    /// Whether the open commit has no record.
    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// How many inputs the open commit holds.
    pub(crate) fn inputs(&self) -> u64 {
        self.inputs
    }

    /// Bytes the open commit takes.
    pub(crate) fn len_bytes(&self) -> usize {
        self.buffer.len_bytes()
    }

    /// The newest record, committed or not.
    pub(crate) fn position(&self) -> Position {
        self.buffer.position()
    }

    /// Closes the open commit and begins the next in the memory of a spent one.
    pub(crate) fn close(&mut self, spent: Option<Sealed>) -> Closed {
        // As a flood goes on, so it went.
        let next = Vec::with_capacity(self.items.len());
        Closed {
            sealed: match spent {
                Some(spent) => self.buffer.seal_reusing(spent),
                None => self.buffer.seal(),
            },
            items: std::mem::replace(&mut self.items, next),
            deliveries: std::mem::take(&mut self.deliveries),
            pages: std::mem::take(&mut self.pages),
            inputs: std::mem::take(&mut self.inputs),
        }
    }

    fn journal_outcome(&mut self, index: usize, at: Time) {
        let decision = &self.decisions.as_slice()[index];
        let jurisdiction = decision.jurisdiction.unwrap_or(JurisdictionSlot(0));
        let number = decision.number;
        let rules = self
            .rules
            .get(jurisdiction.index())
            .copied()
            .unwrap_or_default();
        let effect = decision.effect.clone();
        let record = Record::Outcome {
            jurisdiction,
            engine: Engine::VERSION,
            rules,
            effect,
        };
        let seq = self.push(&record);
        let Record::Outcome { effect, .. } = record else {
            return;
        };
        match effect {
            Effect::Transition(transition) => {
                let row = TransitionRow {
                    number,
                    seq,
                    jurisdiction,
                    at,
                    transition,
                };
                self.items.push(HistoryItem::Transition(row));
            }
            Effect::Deliver { task, to } => {
                self.deliveries.push(Delivery {
                    jurisdiction,
                    task,
                    to,
                });
            }
            Effect::Page(page) => self.pages.push((jurisdiction, page)),
            Effect::Series(_)
            | Effect::Alarm(_)
            | Effect::Task { .. }
            | Effect::Command { .. }
            | Effect::Incident(_)
            | Effect::System { .. }
            | Effect::Situation(_)
            | Effect::Annunciate { .. }
            | Effect::Suppression(_)
            | Effect::LateEvidence(_)
            | Effect::Weather(_)
            | Effect::Event(_)
            | Effect::Run { .. }
            | Effect::PageKnown(_)
            | Effect::Duty(_)
            | Effect::Answer(_) => {}
        }
    }

    fn push(&mut self, record: &Record) -> u64 {
        let pushed = self.buffer.push_record(record);
        pushed.expect("inputs are bounded at their doors, far below the largest record")
    }
}

/// Whether an effect is recorded beside its input. What only says that something looks different
/// follows from the input itself; an honoured press is its own record.
pub(crate) fn is_outcome(effect: &Effect) -> bool {
    match effect {
        Effect::Transition(_)
        | Effect::Task { .. }
        | Effect::Command { .. }
        | Effect::Deliver { .. }
        | Effect::System { .. }
        | Effect::Annunciate { .. }
        | Effect::LateEvidence(_)
        | Effect::Page(_)
        | Effect::Run { .. }
        | Effect::Answer(Answer::Refused { .. }) => true,
        Effect::Series(_)
        | Effect::Alarm(_)
        | Effect::Incident(_)
        | Effect::Situation(_)
        | Effect::Suppression(_)
        | Effect::Weather(_)
        | Effect::Event(_)
        | Effect::PageKnown(_)
        | Effect::Duty(_)
        | Effect::Answer(Answer::Done) => false,
    }
}

/// The rule-set version of each jurisdiction as outcomes name it: the first four bytes of its hash.
fn rules_of(fleet: &Fleet) -> Vec<u32> {
    let slots = (0..fleet.len() as u16).map(JurisdictionSlot);
    let version = |slot| fleet.config(slot).map_or("", |c| c.rules_version.as_str());
    slots
        .map(|slot| {
            let digest = Sha256::digest(version(slot).as_bytes());
            u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
        })
        .collect()
}
