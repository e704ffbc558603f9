//! What each contact point of a person has proven: when it was last tried, what came back, and the press
//! that tries all of them. A provider's yes proves nothing about a person; a receipt of the device does.
//! `plan.rs` begins the same tests by the calendar; `reach.rs` asks what came to nothing.

use std::collections::BTreeSet;

use model::action::{Act, Why};
use model::config::{Call, Escalation, EscalationStep, Occasion, Target, Text};
use model::page::{About, Channel, PageFact};
use model::view::{ContactView, PersonContacts};
use model::{Effects, OpId, PageId, PersonId, Time};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;

/// The last of each thing that is known of a contact point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Proof {
    tried: Option<Time>,
    tested: Option<Time>,
    accepted: Option<Time>,
    reached: Option<Time>,
    answered: Option<Time>,
    failed: Option<Time>,
    why: Option<String>,
    /// The first try since its channel last reached anybody where its person is.
    #[serde(default)]
    silent: Option<Time>,
    /// One of the tries since then was refused, or given up.
    #[serde(default)]
    lost: bool,
}

impl Proof {
    /// The channel reached somebody there: what was tried before says nothing of it any more.
    pub(crate) fn start_over(&mut self) {
        (self.silent, self.lost) = (None, false);
    }

    /// Since when nothing was heard, and whether a try was refused; if it was tried after `oldest`.
    pub(crate) fn silent_after(&self, oldest: Time) -> Option<(Time, bool)> {
        let since = self.silent.filter(|_| self.tried > Some(oldest));
        since.map(|since| (since, self.lost))
    }

    /// Whether it was tested then or later.
    pub(crate) fn was_tested_since(&self, at: Time) -> bool {
        self.tested >= Some(at)
    }

    /// Whether its device, or its person, said something then or later.
    pub(crate) fn was_heard_since(&self, at: Time) -> bool {
        self.reached >= Some(at)
    }

    pub(crate) fn was_answered_since(&self, at: Time) -> bool {
        self.answered >= Some(at)
    }
}

/// A test waits this long for answers, then it is over.
const TEST_MS: i64 = 600_000;

impl Engine {
    /// A page went out to its contact point.
    pub(crate) fn note_tried(&mut self, id: &PageId, at: Time) {
        let calling = &mut self.state.calling;
        let Some(sheet) = calling.pages.get(id) else {
            return;
        };
        let (person, channel) = (sheet.to.clone(), sheet.channel);
        let proof = calling.proofs.entry((person.clone(), channel)).or_default();
        let within_ms = self.config.organisation.collapse.within_ms;
        let first = proof.silent_after(at.plus_ms(-within_ms)).is_none();
        if first {
            (proof.silent, proof.lost) = (Some(at), false);
        }
        proof.tried = Some(at);
        if matches!(sheet.about, About::Test(_)) {
            proof.tested = Some(at);
        }
        if first {
            self.expect_receipt(&person, channel, at);
        }
    }

    /// Something came back from the contact point itself, not on anybody's word.
    pub(crate) fn note_proof(&mut self, id: &PageId, fact: &PageFact, at: Time) {
        let calling = &mut self.state.calling;
        let Some(sheet) = calling.pages.get(id) else {
            return;
        };
        let key = (sheet.to.clone(), sheet.channel);
        let proof = calling.proofs.entry(key).or_default();
        match fact {
            PageFact::Accepted { .. } => proof.accepted = Some(at),
            PageFact::Delivered | PageFact::Seen => {
                proof.reached = Some(at);
                proof.start_over();
            }
            PageFact::Acked | PageFact::Declined => {
                (proof.reached, proof.answered) = (Some(at), Some(at));
                proof.start_over();
            }
            PageFact::Failed { why } => {
                (proof.failed, proof.why) = (Some(at), Some(why.clone()));
                proof.lost = proof.silent.is_some();
            }
            // Nothing went out, so nothing is missing.
            PageFact::NoWay { why } => {
                (proof.failed, proof.why) = (Some(at), Some(why.clone()));
                proof.start_over();
            }
            // Silence is no answer of anybody.
            PageFact::Expired => proof.lost = proof.silent.is_some(),
            PageFact::Sent => {}
        }
    }

    /// Forgets the contact points of people who left the files.
    pub(crate) fn sweep_proofs(&mut self) {
        let known: BTreeSet<&PersonId> = self.config.people.iter().map(|p| &p.id).collect();
        let proofs = &mut self.state.calling.proofs;
        proofs.retain(|(person, _), _| known.contains(person));
    }

    /// Tries every contact point of some people once.
    pub(crate) fn test_contacts(
        &mut self,
        act: &Act,
        people: &[PersonId],
        at: Time,
        out: &mut Effects,
    ) -> Result<(), Why> {
        if people.iter().any(|person| !self.knows(person)) {
            return Err(Why::NoSuchPerson);
        }
        let title = Text::new("通道测试", "Channel test");
        let begun = self.test(&act.op, &title, (people, &Channel::ALL), at, out);
        if begun {
            Ok(())
        } else {
            Err(Why::NobodyToReach)
        }
    }

    /// Tries the contact points that some people have among some channels once; whether there is any.
    pub(crate) fn test(
        &mut self,
        op: &OpId,
        title: &Text,
        (people, channels): (&[PersonId], &[Channel]),
        at: Time,
        out: &mut Effects,
    ) -> bool {
        let by_channel = channels.iter().map(|channel| {
            let has = |p: &&PersonId| !self.channels_of(p, &[*channel]).is_empty();
            let to = people.iter().filter(has).cloned().map(Target::Person);
            Call {
                to: to.collect(),
                by: vec![*channel],
            }
        });
        let calls: Vec<Call> = by_channel.filter(|call| !call.to.is_empty()).collect();
        if calls.is_empty() {
            return false;
        }
        let policy = Escalation {
            id: "test".to_owned(),
            title: title.clone(),
            occasion: Occasion::Test,
            levels: Vec::new(),
            hazards: Vec::new(),
            confirm_all: true,
            steps: vec![EscalationStep {
                after_ms: 0,
                calls,
                must: false,
            }],
            loops: 0,
            loop_after_ms: TEST_MS,
            exhausted: Vec::new(),
        };
        let about = About::Test(op.clone());
        self.begin(about, &policy, None, Vec::new(), at, out);
        true
    }

    /// Everybody with contact points, and what each of these has proven; in the order of the files.
    pub fn contact_views(&self) -> Vec<PersonContacts> {
        let people = self.config.people.iter().filter(|p| !p.contacts.is_empty());
        people
            .map(|person| PersonContacts {
                person: person.id.clone(),
                contacts: person
                    .contacts
                    .iter()
                    .map(|channel| self.contact_view(&person.id, *channel))
                    .collect(),
            })
            .collect()
    }

    fn contact_view(&self, person: &PersonId, channel: Channel) -> ContactView {
        let known = self.state.calling.proofs.get(&(person.clone(), channel));
        let proof = known.cloned().unwrap_or_default();
        ContactView {
            channel,
            tried: proof.tried,
            tested: proof.tested,
            accepted: proof.accepted,
            reached: proof.reached,
            answered: proof.answered,
            failed: proof.failed,
            why: proof.why,
        }
    }
}
