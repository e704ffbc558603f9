//! What goes to quarantine: a message that was refused, with the reason in words.

use model::intake::{Quality, Refusal};
use model::{JurisdictionSlot, Time};
use store::{Body, Refused};

use crate::fleet::Fleet;
use crate::inbox::{BadMessage, Draft};

/// Where and when something was refused.
pub(crate) struct Quarantined<'f> {
    pub(crate) fleet: &'f Fleet,
    pub(crate) interface: u8,
    pub(crate) at: Time,
}

impl BadMessage {
    /// It as the quarantine keeps it; `by` is the interface or gateway it came by.
    pub(crate) fn refused(self, at: Time, by: String) -> Refused {
        Refused {
            at,
            interface: by,
            kind: self.kind,
            reason: self.reason,
            topic: self.topic,
            body: self.body,
        }
    }
}

impl Quarantined<'_> {
    /// A message that was no reading of ours.
    pub(crate) fn message(&self, bad: BadMessage) -> Refused {
        bad.refused(self.at, self.fleet.interface_id(self.interface))
    }

    /// A reading that the engine did not take, written out again as the message it was.
    pub(crate) fn reading(&self, draft: &Draft, kind: Refusal) -> Refused {
        let (station, quantity, value) = self.names(draft);
        let body = serde_json::json!({
            "station": station,
            "quantity": quantity,
            "value": if draft.quality == Quality::Missing { None } else { Some(&value) },
            "time": draft.observed,
            "received": draft.received,
            "revision": draft.revision,
            "quality": draft.quality,
        });
        Refused {
            at: self.at,
            interface: self.fleet.interface_id(self.interface),
            kind,
            reason: reason(kind).to_owned(),
            topic: format!("obs/{station}/{quantity}"),
            body: Body::of(body.to_string().as_bytes()),
        }
    }

    fn names(&self, draft: &Draft) -> (String, String, String) {
        let config = self.fleet.config(JurisdictionSlot(draft.jurisdiction.0));
        let known = config.filter(|c| draft.series.index() < c.series.len());
        let Some(config) = known else {
            return ("?".to_owned(), "?".to_owned(), draft.value.to_string());
        };
        let quantity = config.quantity_of(draft.series);
        let station = config.station_of(draft.series);
        (
            station.id.clone(),
            quantity.id.clone(),
            quantity.decimals.show(draft.value),
        )
    }
}

fn reason(kind: Refusal) -> &'static str {
    match kind {
        Refusal::Conflict => {
            "another value, or a higher revision, already stands for this series and time"
        }
        Refusal::Future => "its time is too far ahead of the clock to be believed",
        Refusal::Unknown => "no such station, or no such quantity there",
        Refusal::Malformed => "no observation could be read from it",
        Refusal::Oversized => "larger than an observation can be",
    }
}
