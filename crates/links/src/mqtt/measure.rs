//! The door's own work on one read, without its socket.

use super::inflow::{Batch, Inflow};
use super::wire::{self, Acks, Publish, Terms, Verdict, Version};
use crate::Speaker;
use crate::intake::Intake;

/// One connection's inflow and acknowledgements.
pub(crate) struct Inlet {
    inflow: Inflow,
    acks: Acks,
    out: Vec<u8>,
}

impl Inlet {
    pub(crate) fn new(intake: Intake) -> Inlet {
        let inflow = Inflow::new(Version::V3, intake, Speaker::Anybody, false);
        Inlet {
            inflow,
            acks: Acks::new(Terms::of(Version::V3)),
            out: Vec::new(),
        }
    }

    pub(crate) fn read(&mut self, stream: &[u8]) -> usize {
        let mut batch = Batch::default();
        let (used, outcome) = self.inflow.take(stream, usize::MAX, &mut batch);
        assert!(
            used == stream.len() && outcome.is_ok(),
            "the stream holds whole packets"
        );
        self.out.clear();
        for ack in &batch.acks {
            self.acks
                .write(ack.id, ack.qos2, Verdict::Fine, &mut self.out);
        }
        batch
            .items
            .iter()
            .filter(|item| matches!(item, runtime::Item::Reading(_)))
            .count()
    }
}

pub(crate) fn publish(id: u16, topic: &str, body: &[u8], out: &mut Vec<u8>) {
    let packet = wire::publish(Version::V3, Some(id), false, topic, body);
    out.extend_from_slice(&packet.expect("a sound topic makes a packet"));
}

pub(crate) fn one(topic: &str, body: &[u8]) {
    let mut bytes = Vec::new();
    publish(1, topic, body, &mut bytes);
    let parsed = Publish::parse(Version::V3, 2, &bytes[3..]);
    std::hint::black_box(parsed.is_ok());
}
