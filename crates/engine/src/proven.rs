//! What each contact point of a person has proven: when it was last tried, what came back, and the press
//! that tries all of them. A provider's yes proves nothing about a person; a receipt of the device does.

use std::collections::BTreeSet;

use model::action::{Act, Why};
use model::config::{Call, Escalation, EscalationStep, Occasion, Target, Text};
use model::page::{About, Channel, PageFact};
use model::view::{ContactView, PersonContacts};
use model::{Effects, PageId, PersonId, Time};
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
        let key = (sheet.to.clone(), sheet.channel);
        let proof = calling.proofs.entry(key).or_default();
        proof.tried = Some(at);
        if matches!(sheet.about, About::Test(_)) {
            proof.tested = Some(at);
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
            PageFact::Delivered | PageFact::Seen => proof.reached = Some(at),
            PageFact::Acked | PageFact::Declined => {
                (proof.reached, proof.answered) = (Some(at), Some(at));
            }
            PageFact::Failed { why } => {
                (proof.failed, proof.why) = (Some(at), Some(why.clone()));
            }
            // Silence is no answer of anybody.
            PageFact::Sent | PageFact::Expired => {}
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
        let by_channel = Channel::ALL.map(|channel| {
            let has = |p: &&PersonId| !self.channels_of(p, &[channel]).is_empty();
            let to = people.iter().filter(has).cloned().map(Target::Person);
            Call {
                to: to.collect(),
                by: vec![channel],
            }
        });
        let calls: Vec<Call> = by_channel
            .into_iter()
            .filter(|call| !call.to.is_empty())
            .collect();
        if calls.is_empty() {
            return Err(Why::NobodyToReach);
        }
        let policy = Escalation {
            id: "test".to_owned(),
            title: Text::new("通道测试", "Channel test"),
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
        let about = About::Test(act.op.clone());
        self.begin(about, &policy, None, Vec::new(), at, out);
        Ok(())
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
