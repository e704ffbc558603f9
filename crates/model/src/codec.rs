//! Journal records as bytes: `(kind, version, payload)`.
//!
//! A decoder is kept for every version ever released. Readings, the bulk, are packed varints;
//! everything rare is JSON, so that an inquiry can read it with any tool. The chain, lengths and
//! checks around a record belong to `store`.

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::effect::{Effect, Transition};
use crate::id::{JurisdictionSlot, OpId, PageId, PersonId, RuleSlot, SeriesSlot, StationSlot};
use crate::input::{Configured, Input, Observed, Origin};
use crate::intake::{Counts, Quality};
use crate::page::{Channel, PageFact};
use crate::time::Time;

/// One record of the journal: an input, or what was decided on it.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    Input {
        at: Time,
        jurisdiction: JurisdictionSlot,
        input: Input,
    },
    /// Stands behind its input. `engine` and `rules` name who decided.
    Outcome {
        jurisdiction: JurisdictionSlot,
        engine: u16,
        rules: u32,
        effect: Effect,
    },
}

/// Kind and version of an encoded record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    pub kind: u8,
    pub version: u8,
}

/// Why bytes are no record.
#[derive(Debug, thiserror::Error)]
pub enum BadRecord {
    #[error("kind {kind} version {version} is not known to this program; a newer one wrote it")]
    UnknownKind { kind: u8, version: u8 },
    #[error("the record ends too early")]
    Short,
    #[error("a field of the record is out of range")]
    OutOfRange,
    #[error("the record is not the JSON it should be")]
    Json(#[source] serde_json::Error),
}

/// Kind of an input that brings a config.
pub const CONFIGURED: u8 = 1;
const OBSERVED: u8 = 2;
/// Kind of an input that is a press.
pub const ACTED: u8 = 3;
const LINK: u8 = 4;
const CLOCK: u8 = 5;
const TICKED: u8 = 6;
const RESUMED: u8 = 7;
const TALLIED: u8 = 8;
const DISK: u8 = 9;
const FILES: u8 = 10;
const PAGED: u8 = 11;
const ACCESSED: u8 = 13;
/// Kind of an input that says who keeps the clock.
pub const CLOCK_READ: u8 = 14;
const CHECKED: u8 = 15;
const UNREAD: u8 = 16;
const TRANSITION: u8 = 64;
const EFFECT: u8 = 65;

/// Whether a record of this tag is a transition, without reading it.
pub const fn is_transition(tag: Tag) -> bool {
    tag.kind == TRANSITION
}

/// Whether a record of this tag is a reading, without reading it.
pub const fn is_observed(tag: Tag) -> bool {
    tag.kind == OBSERVED
}

/// Whether a record of this tag is what was decided on an input, without reading it.
pub const fn is_outcome(tag: Tag) -> bool {
    matches!(tag.kind, TRANSITION | EFFECT)
}

/// The entry time of an input, without reading the rest; `None` for an outcome or for no record.
pub fn entry_time(tag: Tag, payload: &[u8]) -> Option<Time> {
    if matches!(tag.kind, TRANSITION | EFFECT) {
        return None;
    }
    let at = Reader(payload).signed().ok()?;
    Some(Time::from_ms(at.saturating_add(EPOCH_MS)))
}

/// 2000-01-01T00:00:00Z: keeps the varints of our century at six bytes.
const EPOCH_MS: i64 = 946_684_800_000;

/// Appends the payload of `record` to `out` and returns its tag.
pub fn encode(record: &Record, out: &mut Vec<u8>) -> Tag {
    let kind = match record {
        Record::Input {
            at,
            jurisdiction,
            input,
        } => {
            put_signed(out, at.ms() - EPOCH_MS);
            put(out, u64::from(jurisdiction.0));
            encode_input(*at, input, out)
        }
        Record::Outcome {
            jurisdiction,
            engine,
            rules,
            effect,
        } => {
            put(out, u64::from(jurisdiction.0));
            put(out, u64::from(*engine));
            out.extend_from_slice(&rules.to_le_bytes());
            encode_effect(effect, out)
        }
    };
    Tag { kind, version: 1 }
}

fn encode_input(at: Time, input: &Input, out: &mut Vec<u8>) -> u8 {
    match input {
        Input::Configured(configured) => put_json(
            out,
            CONFIGURED,
            &ConfiguredRow {
                config: &configured.config,
                configured_by: configured.by.as_ref(),
            },
        ),
        Input::Observed(o) => {
            out.push(o.interface);
            put(out, u64::from(o.series.0));
            put_signed(out, o.observed.since_ms(at));
            put_signed(out, o.received.since_ms(at));
            put_signed(out, o.value);
            let flags = o.quality as u8
                | u8::from(o.late) << 2
                | u8::from(o.too_late) << 3
                | u8::from(o.suspect) << 4
                | u8::from(o.revision > 0) << 5;
            out.push(flags);
            if o.revision > 0 {
                put(out, u64::from(o.revision));
            }
            OBSERVED
        }
        Input::Acted(act) => put_json(out, ACTED, act),
        Input::LinkChanged { interface, up } => {
            out.extend_from_slice(&[*interface, u8::from(*up)]);
            LINK
        }
        Input::ClockStepped { by_ms } => {
            put_signed(out, *by_ms);
            CLOCK
        }
        Input::DiskFilled { full } => {
            out.push(u8::from(*full));
            DISK
        }
        Input::FilesRefused { refused } => {
            out.push(u8::from(*refused));
            FILES
        }
        Input::JournalChecked { broken } => {
            out.push(u8::from(*broken));
            CHECKED
        }
        Input::Ticked => TICKED,
        Input::Resumed => RESUMED,
        Input::Accessed(access) => put_json(out, ACCESSED, access),
        Input::ClockRead(clock) => put_json(out, CLOCK_READ, clock),
        Input::Tallied { interface, counts } => put_json(
            out,
            TALLIED,
            &TallyRow {
                interface: *interface,
                counts: *counts,
            },
        ),
        Input::Paged { page, fact, reply } => put_json(
            out,
            PAGED,
            &PagedRow {
                page: page.clone(),
                fact: fact.clone(),
                reply: reply.clone(),
            },
        ),
        Input::Unread {
            channel,
            from,
            reply,
        } => put_json(
            out,
            UNREAD,
            &UnreadRow {
                channel: *channel,
                from: from.clone(),
                reply: reply.clone(),
            },
        ),
    }
}

fn encode_effect(effect: &Effect, out: &mut Vec<u8>) -> u8 {
    match effect {
        Effect::Transition(t) => {
            put(out, u64::from(t.rule.0));
            put(out, u64::from(t.subject.0));
            out.extend_from_slice(&[t.prev, t.level]);
            put_signed(out, t.time.ms() - EPOCH_MS);
            TRANSITION
        }
        Effect::Series(_)
        | Effect::Alarm(_)
        | Effect::Task { .. }
        | Effect::Command { .. }
        | Effect::Incident(_)
        | Effect::Deliver { .. }
        | Effect::System { .. }
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
        | Effect::Answer(_) => put_json(out, EFFECT, effect),
    }
}

#[derive(Serialize)]
struct ConfiguredRow<'a> {
    #[serde(flatten)]
    config: &'a Config,
    #[serde(skip_serializing_if = "Option::is_none")]
    configured_by: Option<&'a Origin>,
}

#[derive(Deserialize)]
struct ConfiguredBy {
    #[serde(default)]
    configured_by: Option<Origin>,
}

#[derive(Serialize, Deserialize)]
struct TallyRow {
    interface: u8,
    counts: Counts,
}

#[derive(Serialize, Deserialize)]
struct PagedRow {
    page: PageId,
    #[serde(flatten)]
    fact: PageFact,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<OpId>,
}

#[derive(Serialize, Deserialize)]
struct UnreadRow {
    channel: Channel,
    from: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<OpId>,
}

/// Reads one record.
///
/// # Errors
/// [`BadRecord`] when the bytes are not what their tag says.
pub fn decode(tag: Tag, payload: &[u8]) -> Result<Record, BadRecord> {
    let unknown = BadRecord::UnknownKind {
        kind: tag.kind,
        version: tag.version,
    };
    if tag.version != 1 {
        return Err(unknown);
    }
    let mut bytes = Reader(payload);
    if matches!(tag.kind, TRANSITION | EFFECT) {
        let jurisdiction = JurisdictionSlot(narrow(bytes.varint()?)?);
        let engine = narrow(bytes.varint()?)?;
        let rules = u32::from_le_bytes(bytes.array()?);
        let effect = match tag.kind {
            TRANSITION => Effect::Transition(Transition {
                rule: RuleSlot(narrow(bytes.varint()?)?),
                subject: StationSlot(narrow(bytes.varint()?)?),
                prev: bytes.byte()?,
                level: bytes.byte()?,
                time: Time::from_ms(bytes.signed()?.saturating_add(EPOCH_MS)),
            }),
            _ => bytes.json()?,
        };
        return Ok(Record::Outcome {
            jurisdiction,
            engine,
            rules,
            effect,
        });
    }
    let at = Time::from_ms(bytes.signed()?.saturating_add(EPOCH_MS));
    let jurisdiction = JurisdictionSlot(narrow(bytes.varint()?)?);
    let input = match tag.kind {
        CONFIGURED => {
            // Who had it read stands beside the fields of the config, since the day it was kept.
            let by: ConfiguredBy = Reader(bytes.0).json()?;
            let config = bytes.json::<Config>()?;
            Input::Configured(Box::new(Configured {
                config,
                by: by.configured_by,
            }))
        }
        OBSERVED => Input::Observed(observed(at, &mut bytes)?),
        ACTED => Input::Acted(Box::new(bytes.json()?)),
        LINK => Input::LinkChanged {
            interface: bytes.byte()?,
            up: bytes.byte()? != 0,
        },
        CLOCK => Input::ClockStepped {
            by_ms: bytes.signed()?,
        },
        DISK => Input::DiskFilled {
            full: bytes.byte()? != 0,
        },
        FILES => Input::FilesRefused {
            refused: bytes.byte()? != 0,
        },
        CHECKED => Input::JournalChecked {
            broken: bytes.byte()? != 0,
        },
        TICKED => Input::Ticked,
        RESUMED => Input::Resumed,
        TALLIED => {
            let row: TallyRow = bytes.json()?;
            Input::Tallied {
                interface: row.interface,
                counts: row.counts,
            }
        }
        ACCESSED => Input::Accessed(Box::new(bytes.json()?)),
        CLOCK_READ => Input::ClockRead(Box::new(bytes.json()?)),
        PAGED => {
            let row: PagedRow = bytes.json()?;
            Input::Paged {
                page: row.page,
                fact: row.fact,
                reply: row.reply,
            }
        }
        UNREAD => {
            let row: UnreadRow = bytes.json()?;
            Input::Unread {
                channel: row.channel,
                from: row.from,
                reply: row.reply,
            }
        }
        _ => return Err(unknown),
    };
    Ok(Record::Input {
        at,
        jurisdiction,
        input,
    })
}

fn observed(at: Time, bytes: &mut Reader<'_>) -> Result<Observed, BadRecord> {
    let interface = bytes.byte()?;
    let series = SeriesSlot(narrow(bytes.varint()?)?);
    let observed = at.plus_ms(bytes.signed()?);
    let received = at.plus_ms(bytes.signed()?);
    let value = bytes.signed()?;
    let flags = bytes.byte()?;
    let revision = if flags & 32 == 0 {
        0
    } else {
        narrow(bytes.varint()?)?
    };
    Ok(Observed {
        interface,
        series,
        observed,
        received,
        value,
        revision,
        quality: Quality::from_byte(flags & 3).ok_or(BadRecord::OutOfRange)?,
        late: flags & 4 != 0,
        too_late: flags & 8 != 0,
        suspect: flags & 16 != 0,
    })
}

/// Appends an unsigned LEB128 number.
fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed number, zigzag then LEB128: small either way is short.
fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)) as u64);
}

fn put_json<T: Serialize>(out: &mut Vec<u8>, kind: u8, value: &T) -> u8 {
    serde_json::to_writer(out, value).expect("our own types have string keys, so they are JSON");
    kind
}

fn narrow<T: TryFrom<u64>>(value: u64) -> Result<T, BadRecord> {
    T::try_from(value).map_err(|_| BadRecord::OutOfRange)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, BadRecord> {
        let (first, rest) = self.0.split_first().ok_or(BadRecord::Short)?;
        self.0 = rest;
        Ok(*first)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BadRecord> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(BadRecord::Short)?;
        self.0 = rest;
        Ok(*head)
    }

    fn varint(&mut self) -> Result<u64, BadRecord> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(BadRecord::OutOfRange)
    }

    fn signed(&mut self) -> Result<i64, BadRecord> {
        let raw = self.varint()?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    fn json<T: for<'de> Deserialize<'de>>(&mut self) -> Result<T, BadRecord> {
        serde_json::from_slice(self.0).map_err(BadRecord::Json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Clock;
    use crate::custody::{Access, AccessDeed, Accessor, Timekeeping};
    use crate::id::Seal;
    use proptest::prelude::*;

    fn check(record: &Record) {
        let mut bytes = Vec::new();
        let tag = encode(record, &mut bytes);
        let back = decode(tag, &bytes).expect("what was written can be read");
        assert_eq!(&back, record);
    }

    #[test]
    fn rare_records_come_back() {
        let at = Time::from_ms(1_784_000_000_000);
        for input in [
            Input::Ticked,
            Input::Resumed,
            Input::ClockStepped { by_ms: -5000 },
            Input::DiskFilled { full: true },
            Input::LinkChanged {
                interface: 1,
                up: false,
            },
            Input::Tallied {
                interface: 0,
                counts: Counts {
                    duplicate: 3,
                    ..Counts::default()
                },
            },
            Input::Accessed(Box::new(Access {
                id: "a1".to_owned(),
                by: Accessor::Console(1000),
                first: at,
                last: at,
                deed: AccessDeed::Erased {
                    seals: vec![Seal("0".repeat(64))],
                    more: 2,
                    person: Some("zhang".into()),
                },
            })),
            Input::ClockRead(Box::new(Timekeeping {
                clock: Clock::Wall,
                keeper: Some("chrony".to_owned()),
                synchronized: Some(true),
                offset_us: Some(-12),
                system: at,
            })),
            Input::Paged {
                page: "run.1.0.p-01.sms".into(),
                fact: PageFact::Failed {
                    why: "the gateway answered 550".to_owned(),
                },
                reply: None,
            },
            Input::Unread {
                channel: Channel::Sms,
                from: Some("p-01".into()),
                reply: Some("reply-1".into()),
            },
            Input::Paged {
                page: "run.1.0.p-01.voice".into(),
                fact: PageFact::Accepted { reference: None },
                reply: None,
            },
            Input::Paged {
                page: "run.1.0.p-01.sms".into(),
                fact: PageFact::Acked,
                reply: Some("reply-2".into()),
            },
            Input::Paged {
                page: "run.1.0.p-01.push".into(),
                fact: PageFact::NoWay {
                    why: "no phone has asked to be woken".to_owned(),
                },
                reply: None,
            },
        ] {
            check(&Record::Input {
                at,
                jurisdiction: JurisdictionSlot(7),
                input,
            });
        }
    }

    proptest! {
        #[test]
        fn readings_come_back(at in 0i64..4_000_000_000_000, back in -900_000_000i64..900_000_000,
                              value in any::<i32>(), series in any::<u32>(), revision in any::<u16>(), flags in 0u8..32) {
            let at = Time::from_ms(at);
            check(&Record::Input { at, jurisdiction: JurisdictionSlot(1), input: Input::Observed(Observed {
                interface: 0, series: SeriesSlot(series), observed: at.plus_ms(back), received: at.plus_ms(-back),
                value: i64::from(value), revision, quality: Quality::from_byte(flags & 3).expect("two bits"),
                late: flags & 4 != 0, too_late: flags & 8 != 0, suspect: flags & 16 != 0,
            }) });
        }

        #[test]
        fn any_bytes_give_an_answer(kind in any::<u8>(), version in 0u8..3, bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _answer = decode(Tag { kind, version }, &bytes);
        }
    }
}
