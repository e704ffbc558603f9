//! From the bytes of one message to an input, or to a sentence about why it is none.
//!
//! The same checks for every link: size, shape, name, unit, decimals, range. What is refused here is
//! not lost: it becomes a [`BadMessage`], is counted and confirmed like everything else. The intake
//! decides nothing about time, repeats or lateness; the runtime does.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use model::config::Text;
use model::fixed::BadNumber;
use model::intake::{Quality, Refusal};
use protocols::json::{self, Lead, Observation};
use runtime::{BadMessage, Catalogue, Draft, Item, Target};

use crate::{Speaker, topic};

/// Largest observation, in bytes; a body beyond is refused as oversized.
pub const MOST_BODY: usize = 64 * 1024;

/// Topics remembered by one connection: more than one gateway speaks for.
const MOST_KNOWN: usize = 65_536;

/// Spellings suggested by one intake; looking through every name costs too much to do it for ever.
const MOST_SUGGESTIONS: u32 = 16;

/// Longest station or quantity repeated in an answer, in characters.
const QUOTED: usize = 64;

/// Reads messages of one connection or one request.
pub struct Intake {
    catalogue: Arc<Catalogue>,
    known: HashMap<Box<str>, Known>,
    suggestions: u32,
}

/// What a topic stood for when it was first seen.
struct Known {
    station: Box<str>,
    quantity: Box<str>,
    /// How its messages begin.
    lead: Option<Lead>,
    target: Target,
}

impl Known {
    /// What a message says that begins as all of this series, and says value and time alone.
    fn led<'a>(&'a self, body: &'a [u8]) -> Option<Observation<'a>> {
        let lead = self.lead.as_ref().filter(|_| body.len() <= MOST_BODY)?;
        let (value, time) = lead.read(body)?;
        Some(Observation {
            station: Cow::Borrowed(&self.station),
            quantity: Cow::Borrowed(&self.quantity),
            value: Some(value),
            time,
            received: None,
            revision: 0,
            unit: None,
            seq: None,
            quality: Quality::Good,
        })
    }
}

/// Why a message is no reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub kind: Refusal,
    pub reason: Text,
}

impl Refused {
    fn new(kind: Refusal, zh: String, en: String) -> Refused {
        Refused {
            kind,
            reason: Text { zh, en },
        }
    }

    /// The message as it goes to quarantine.
    pub fn message(&self, topic: &str, body: &[u8]) -> Item {
        self.beginning(topic, body, body.len())
    }

    /// The same of a message of `bytes` bytes that is not held whole.
    pub fn beginning(&self, topic: &str, beginning: &[u8], bytes: usize) -> Item {
        let reason = self.reason.en.clone();
        let bad = BadMessage::beginning(self.kind, reason, topic, beginning, bytes);
        Item::Bad(Box::new(bad))
    }
}

impl Intake {
    /// An intake that looks names up in `catalogue`.
    pub fn new(catalogue: Arc<Catalogue>) -> Intake {
        Intake {
            catalogue,
            known: HashMap::new(),
            suggestions: MOST_SUGGESTIONS,
        }
    }

    /// Goes on with the names now in force; what was remembered of others is forgotten.
    pub fn renew(&mut self, catalogue: Arc<Catalogue>) {
        if !Arc::ptr_eq(&catalogue, &self.catalogue) {
            *self = Intake::new(catalogue);
        }
    }

    /// The input that a message on `topic` makes.
    pub fn take(&mut self, topic: &str, body: &[u8]) -> Item {
        match self.read(topic, body) {
            Ok(draft) => Item::Reading(draft),
            Err(refused) => refused.message(topic, body),
        }
    }

    /// Reads a message whose topic names its series.
    ///
    /// # Errors
    /// [`Refused`] with the first thing wrong.
    pub fn read(&mut self, topic: &str, body: &[u8]) -> Result<Draft, Refused> {
        if let Some(known) = self.known.get(topic) {
            return match known.led(body) {
                Some(observation) => draft(&observation, &known.target),
                None => against(known, &decode(body)?),
            };
        }
        let observation = decode(body)?;
        against(self.learn(topic, &observation)?, &observation)
    }

    /// Reads a message that comes without a topic, from whoever speaks for some stations alone.
    ///
    /// # Errors
    /// [`Refused`] with the first thing wrong.
    pub fn read_body(&mut self, body: &[u8], speaker: &Speaker) -> Result<Draft, Refused> {
        let observation = decode(body)?;
        if !speaker.speaks_for(&observation.station) {
            let name = format!("{}/{}", observation.station, observation.quantity);
            return Err(not_its_own(speaker, &name));
        }
        let catalogue = Arc::clone(&self.catalogue);
        match catalogue.find(&observation.station, &observation.quantity) {
            Some(target) => draft(&observation, target),
            None => Err(self.unknown(&observation.station, &observation.quantity)),
        }
    }

    fn learn(&mut self, topic: &str, observation: &Observation<'_>) -> Result<&Known, Refused> {
        let Some((station, quantity)) = topic::observation(topic) else {
            return Err(foreign_topic());
        };
        if station != observation.station || quantity != observation.quantity {
            return Err(mismatch(&station, &quantity, observation));
        }
        let Some(target) = self.catalogue.find(&station, &quantity) else {
            return Err(self.unknown(&station, &quantity));
        };
        let target = target.clone();
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        let known = Known {
            lead: Lead::of(&station, &quantity),
            station: station.into(),
            quantity: quantity.into(),
            target,
        };
        Ok(self.known.entry(topic.into()).or_insert(known))
    }

    fn unknown(&mut self, station: &str, quantity: &str) -> Refused {
        let series = self.catalogue.series_of(station);
        let (station, quantity) = (quoted(station), quoted(quantity));
        if !series.is_empty() {
            let measured: Vec<&str> = series.iter().take(8).map(|m| &*m.quantity).collect();
            return Refused::new(
                Refusal::Unknown,
                format!(
                    "测站“{station}”没有“{quantity}”；它测量：{}",
                    measured.join("、")
                ),
                format!(
                    "station {station:?} has no {quantity:?}; it measures {}",
                    measured.join(", ")
                ),
            );
        }
        let near = if self.suggestions == 0 {
            None
        } else {
            self.catalogue.near(&station)
        };
        self.suggestions = self.suggestions.saturating_sub(1);
        match near {
            Some(near) => Refused::new(
                Refusal::Unknown,
                format!("没有测站“{station}”；是否为“{near}”？"),
                format!("there is no station {station:?}; {near:?} is the nearest known"),
            ),
            None => Refused::new(
                Refusal::Unknown,
                format!("没有测站“{station}”"),
                format!("there is no station {station:?}"),
            ),
        }
    }
}

/// What is said of a topic that carries no observations.
pub(crate) fn foreign_topic() -> Refused {
    Refused::new(
        Refusal::Malformed,
        "主题不是 obs/<测站>/<要素>".to_owned(),
        "the topic is not obs/<station>/<quantity>".to_owned(),
    )
}

/// What is said of a message of `size` bytes where `most` are taken.
pub(crate) fn oversized(size: usize, most: usize) -> Refused {
    Refused::new(
        Refusal::Oversized,
        format!("报文 {size} 字节，超过上限 {most} 字节"),
        format!("the message has {size} bytes, more than the {most} an observation may have"),
    )
}

/// What is said of a device that speaks for a station that is none of its own.
pub(crate) fn not_its_own(speaker: &Speaker, what: &str) -> Refused {
    let (device, what) = (speaker.name().unwrap_or_default(), quoted(what));
    Refused::new(
        Refusal::Malformed,
        format!("设备“{device}”未获准代表该测站，不得写入“{what}”"),
        format!("device {device:?} does not speak for that station and may not write {what:?}"),
    )
}

fn against(known: &Known, observation: &Observation<'_>) -> Result<Draft, Refused> {
    if *known.station != *observation.station || *known.quantity != *observation.quantity {
        return Err(mismatch(&known.station, &known.quantity, observation));
    }
    draft(observation, &known.target)
}

fn decode(body: &[u8]) -> Result<Observation<'_>, Refused> {
    if body.len() > MOST_BODY {
        return Err(oversized(body.len(), MOST_BODY));
    }
    json::decode(body).map_err(|bad| Refused {
        kind: Refusal::Malformed,
        reason: bad.text(),
    })
}

fn draft(observation: &Observation<'_>, target: &Target) -> Result<Draft, Refused> {
    if let Some(unit) = observation.unit.as_deref()
        && unit != &*target.unit
        && !target.unit.is_empty()
    {
        let (unit, wanted) = (quoted(unit), &target.unit);
        return Err(Refused::new(
            Refusal::Malformed,
            format!("单位“{unit}”与该要素的单位“{wanted}”不符"),
            format!("unit {unit:?} is not {wanted:?}, the unit of this quantity"),
        ));
    }
    let value = match observation.value {
        // A station that says it has no value is taken at its word, whatever number it sent along.
        None => 0,
        Some(_) if observation.quality == Quality::Missing => 0,
        Some(text) => target
            .decimals
            .parse(text)
            .map_err(|why| bad_number(text, why, target))?,
    };
    if let Some((low, high)) = target.range
        && observation.quality != Quality::Missing
        && !(low..=high).contains(&value)
    {
        let show = |value| target.decimals.show(value);
        let (value, low, high, unit) = (show(value), show(low), show(high), &target.unit);
        return Err(Refused::new(
            Refusal::Malformed,
            format!("数值 {value} 不在 {low} 至 {high} {unit} 之间"),
            format!("value {value} is not between {low} and {high} {unit}"),
        ));
    }
    Ok(Draft {
        edition: target.edition,
        jurisdiction: target.jurisdiction,
        series: target.series,
        observed: observation.time,
        received: observation.received,
        value,
        revision: observation.revision,
        quality: observation.quality,
    })
}

fn bad_number(text: &str, why: BadNumber, target: &Target) -> Refused {
    let (text, places) = (quoted(text), target.decimals.0);
    let (zh, en) = match why {
        BadNumber::NotANumber => (
            "value 不是有限的数".to_owned(),
            "value is not a finite number".to_owned(),
        ),
        BadNumber::TooManyDecimals => (
            format!("数值 {text} 的小数位多于该要素声明的 {places} 位；不作舍入"),
            format!(
                "value {text} has more than the {places} decimals this quantity declares; nothing is rounded"
            ),
        ),
        BadNumber::OutOfRange => (
            format!("数值 {text} 过大"),
            format!("value {text} is larger than any value can be"),
        ),
    };
    Refused::new(Refusal::Malformed, zh, en)
}

fn mismatch(station: &str, quantity: &str, observation: &Observation<'_>) -> Refused {
    let named = format!("{}/{}", quoted(station), quoted(quantity));
    let said = format!(
        "{}/{}",
        quoted(&observation.station),
        quoted(&observation.quantity)
    );
    Refused::new(
        Refusal::Malformed,
        format!("主题为“{named}”，报文却为“{said}”"),
        format!("the topic names {named:?}, the body {said:?}"),
    )
}

fn quoted(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}
