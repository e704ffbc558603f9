//! Writes an observation as the body that stations send.

use model::Time;
use model::intake::Quality;

use super::Observation;

/// Appends the body of `observation` to `out`, in the shape that is read fastest.
pub fn encode(observation: &Observation<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"station\":");
    quote(&observation.station, out);
    out.extend_from_slice(b",\"quantity\":");
    quote(&observation.quantity, out);
    if let Some(value) = observation.value {
        out.extend_from_slice(b",\"value\":");
        out.extend_from_slice(value.as_bytes());
    }
    instant(b",\"time\":\"", observation.time, out);
    if let Some(received) = observation.received {
        instant(b",\"received\":\"", received, out);
    }
    if observation.revision != 0 {
        out.extend_from_slice(b",\"revision\":");
        out.extend_from_slice(observation.revision.to_string().as_bytes());
    }
    if let Some(unit) = &observation.unit {
        out.extend_from_slice(b",\"unit\":");
        quote(unit, out);
    }
    if let Some(seq) = observation.seq {
        out.extend_from_slice(b",\"seq\":");
        out.extend_from_slice(seq.to_string().as_bytes());
    }
    if observation.quality != Quality::Good {
        out.extend_from_slice(b",\"quality\":\"");
        out.extend_from_slice(observation.quality.word().as_bytes());
        out.push(b'"');
    }
    out.push(b'}');
}

fn quote(text: &str, out: &mut Vec<u8>) {
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        serde_json::to_writer(out, text).expect("a text into memory cannot fail");
    }
}

fn instant(key: &[u8], time: Time, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    out.extend_from_slice(time.to_string().as_bytes());
    out.push(b'"');
}
