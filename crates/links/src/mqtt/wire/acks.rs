//! What a device is told of its publish: acknowledgements, on the terms of its connection.

use mqtt_protocol_core::mqtt::packet::{Property, ReasonString, v3_1_1, v5_0};
use mqtt_protocol_core::mqtt::result_code::{PubackReasonCode, PubrecReasonCode};

use super::{Terms, Version};

/// What a device is told of its publish, beside "it is on disk".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fine,
    /// Lies in quarantine: nobody can read it.
    BadPayload,
    /// Lies in quarantine: no such series.
    BadTopic,
    /// Lies in quarantine: not this device's to say.
    NotAuthorized,
    /// Lies in quarantine for another reason.
    Other,
}

/// Acknowledgements on one client's terms, ready but for the packet id.
pub(crate) struct Acks {
    terms: Terms,
    taken: Vec<u8>,
    received: Vec<u8>,
}

/// Where the packet id stands in an acknowledgement without properties.
const ID_AT: std::ops::Range<usize> = 2..4;

impl Acks {
    pub(crate) fn new(terms: Terms) -> Acks {
        let sound = "1 is a packet id";
        let (taken, received) = match terms.version {
            Version::V3 => (
                v3_1_1::Puback::builder()
                    .packet_id(1)
                    .build()
                    .expect(sound)
                    .to_continuous_buffer(),
                v3_1_1::Pubrec::builder()
                    .packet_id(1)
                    .build()
                    .expect(sound)
                    .to_continuous_buffer(),
            ),
            Version::V5 => (
                v5_0::Puback::builder()
                    .packet_id(1)
                    .build()
                    .expect(sound)
                    .to_continuous_buffer(),
                v5_0::Pubrec::builder()
                    .packet_id(1)
                    .build()
                    .expect(sound)
                    .to_continuous_buffer(),
            ),
        };
        Acks {
            terms,
            taken,
            received,
        }
    }

    /// Appends the PUBACK (QoS 1) or PUBREC (QoS 2) of a publish that is on disk.
    pub(crate) fn write(&self, id: u16, qos2: bool, verdict: Verdict, out: &mut Vec<u8>) {
        if verdict != Verdict::Fine && self.terms.version == Version::V5 {
            let mut answer = frown(id, qos2, verdict, self.terms.reasons);
            if answer.len() > self.terms.most_packet {
                answer = frown(id, qos2, verdict, false);
            }
            if answer.len() <= self.terms.most_packet {
                out.extend_from_slice(&answer);
                return;
            }
        }
        let at = out.len();
        out.extend_from_slice(if qos2 { &self.received } else { &self.taken });
        out[at + ID_AT.start..at + ID_AT.end].copy_from_slice(&id.to_be_bytes());
    }
}

fn frown(id: u16, qos2: bool, verdict: Verdict, reasons: bool) -> Vec<u8> {
    use PubackReasonCode as Code;
    let (code, why) = match verdict {
        Verdict::Fine => (Code::Success, "on disk"),
        Verdict::BadPayload => (
            Code::PayloadFormatInvalid,
            "in quarantine: no reading in it",
        ),
        Verdict::BadTopic => (Code::TopicNameInvalid, "in quarantine: no such series"),
        Verdict::NotAuthorized => (Code::NotAuthorized, "in quarantine: not its own topic"),
        Verdict::Other => (Code::ImplementationSpecificError, "in quarantine"),
    };
    let reason = ReasonString::new(why).expect("short ASCII is a reason string");
    let reason = match reasons {
        true => vec![Property::ReasonString(reason)],
        false => Vec::new(),
    };
    let sound = "an acknowledgement with a packet id and a reason is sound";
    if qos2 {
        let code = PubrecReasonCode::try_from(code as u8).expect("both share these codes");
        let packet = v5_0::Pubrec::builder()
            .packet_id(id)
            .reason_code(code)
            .props(reason)
            .build();
        packet.expect(sound).to_continuous_buffer()
    } else {
        let packet = v5_0::Puback::builder()
            .packet_id(id)
            .reason_code(code)
            .props(reason)
            .build();
        packet.expect(sound).to_continuous_buffer()
    }
}

/// The end of a QoS 2 exchange that the client began.
pub(crate) fn complete(version: Version, id: u16) -> Vec<u8> {
    let sound = "a parsed packet id is not zero";
    match version {
        Version::V3 => v3_1_1::Pubcomp::builder()
            .packet_id(id)
            .build()
            .expect(sound)
            .to_continuous_buffer(),
        Version::V5 => v5_0::Pubcomp::builder()
            .packet_id(id)
            .build()
            .expect(sound)
            .to_continuous_buffer(),
    }
}
