//! From the bytes of one read to one batch of inputs: every whole packet is taken at once.
//!
//! Pure: it is given bytes and room, and says how far it got. It never acknowledges; it notes what
//! will have to be acknowledged, in the order it came.

use runtime::Item;

use super::wire::{self, Head, Packet, Publish, Verdict, Version};
use crate::intake::{self, Intake, MOST_BODY};
use crate::{Speaker, topic};

/// Largest packet that is held in memory; a longer publish is read past and refused as oversized.
pub(crate) const MOST_PACKET: usize = 128 * 1024;

/// Bytes of a short publish: a read holds no more of them than this says.
const SHORT: usize = 96;

/// Bytes kept of a publish that is read past: what quarantine keeps of it.
const KEPT: usize = 4 * 1024;

/// Topics a version 5 client may give a number.
pub(crate) const MOST_ALIASES: u16 = 4_096;

/// The topic by which a playing client closes a recorded night.
pub(crate) const SETTLE: &str = "ctl/settle";

/// What one read brought.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) items: Vec<Item>,
    pub(crate) acks: Vec<Ack>,
    /// Everything that is no publish, in order.
    pub(crate) packets: Vec<Packet>,
    /// Control messages, to be honoured after everything before them is on disk.
    pub(crate) settles: Vec<Settle>,
}

/// What a playing client says to move a feed clock, and the id and step of its acknowledgement.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Settle {
    pub(crate) ack: Option<(u16, bool)>,
    pub(crate) body: Vec<u8>,
}

/// An acknowledgement owed once the item is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ack {
    /// Index into the batch's items.
    pub(crate) item: u32,
    pub(crate) id: u16,
    pub(crate) qos2: bool,
    /// What is known against it already; the receipt may add to it.
    pub(crate) verdict: Verdict,
}

/// Why a connection cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("bytes that are no MQTT packet")]
    Malformed,
    #[error("a second CONNECT")]
    Protocol,
    #[error("a packet larger than any we take")]
    TooLarge,
    #[error("a topic alias that was never set")]
    Alias,
}

/// The state between two reads of one connection.
pub(crate) struct Inflow {
    version: Version,
    intake: Intake,
    speaker: Speaker,
    /// Whether this client may move the feed clock.
    settle: bool,
    aliases: Vec<Option<Box<str>>>,
    skip: Option<Skip>,
}

/// The rest of a publish that is too large to hold.
struct Skip {
    left: usize,
    size: usize,
    topic: String,
    /// As much of its body as quarantine keeps.
    head: Box<[u8]>,
    ack: Option<(u16, bool)>,
}

impl Inflow {
    pub(crate) fn new(version: Version, intake: Intake, speaker: Speaker, settle: bool) -> Inflow {
        Inflow {
            version,
            intake,
            speaker,
            settle,
            aliases: Vec::new(),
            skip: None,
        }
    }

    pub(crate) fn intake(&mut self) -> &mut Intake {
        &mut self.intake
    }

    /// Takes whole packets off the front of `bytes` into `batch`, at most `room` messages, and
    /// returns how many bytes it used. Stops behind a DISCONNECT and behind a control message.
    pub(crate) fn take(
        &mut self,
        bytes: &[u8],
        room: usize,
        batch: &mut Batch,
    ) -> (usize, Result<(), Fault>) {
        let mut used = 0;
        batch.make_room((bytes.len() / SHORT).min(room));
        loop {
            used += self.skip_on(&bytes[used..], batch);
            if self.skip.is_some() || batch.items.len() >= room || batch.closes() {
                return (used, Ok(()));
            }
            let rest = &bytes[used..];
            let (first, head, length) = match wire::head(rest) {
                Head::Short => return (used, Ok(())),
                Head::Broken => return (used, Err(Fault::Malformed)),
                Head::Known { first, head, body } => (first, head, body),
            };
            let publish = first & 0xF0 == wire::PUBLISH;
            if head + length > MOST_PACKET {
                if !publish {
                    return (used, Err(Fault::TooLarge));
                }
                match self.begin_skip(first, head, length, rest) {
                    Ok(true) => continue,
                    Ok(false) => return (used, Ok(())),
                    Err(fault) => return (used, Err(fault)),
                }
            }
            let Some(body) = rest.get(head..head + length) else {
                return (used, Ok(()));
            };
            let outcome = if publish {
                self.publish(first, body, batch)
            } else if first & 0xF0 == wire::CONNECT {
                Err(Fault::Protocol)
            } else {
                wire::packet(self.version, first, body)
                    .map(|packet| batch.packets.push(packet))
                    .map_err(|_| Fault::Malformed)
            };
            if let Err(fault) = outcome {
                return (used, Err(fault));
            }
            used += head + length;
        }
    }

    fn publish(&mut self, first: u8, body: &[u8], batch: &mut Batch) -> Result<(), Fault> {
        let publish =
            Publish::parse(self.version, first & 0x0F, body).map_err(|_| Fault::Malformed)?;
        if publish.id() == Some(0) {
            return Err(Fault::Malformed);
        }
        let ack = publish.id().map(|id| (id, first & 0b110 == 0b100));
        match publish.alias() {
            None if publish.topic().is_empty() => Err(Fault::Malformed),
            None => {
                self.message(publish.topic(), publish.body(), ack, batch);
                Ok(())
            }
            Some(alias) => {
                let topic = self.aliased(alias, publish.topic())?;
                self.message(&topic, publish.body(), ack, batch);
                self.aliases[usize::from(alias) - 1] = Some(topic);
                Ok(())
            }
        }
    }

    /// Takes the topic of an alias out of its place; the caller puts it back.
    fn aliased(&mut self, alias: u16, topic: &str) -> Result<Box<str>, Fault> {
        if alias == 0 || alias > MOST_ALIASES {
            return Err(Fault::Alias);
        }
        let place = usize::from(alias);
        if self.aliases.len() < place {
            self.aliases.resize(place, None);
        }
        if topic.is_empty() {
            self.aliases[place - 1].take().ok_or(Fault::Alias)
        } else {
            Ok(topic.into())
        }
    }

    fn message(&mut self, topic: &str, body: &[u8], ack: Option<(u16, bool)>, batch: &mut Batch) {
        if topic == SETTLE && self.settle {
            let body = body.to_vec();
            batch.settles.push(Settle { ack, body });
            return;
        }
        let (item, verdict) = match self.refusal(topic) {
            None => (self.intake.take(topic, body), Verdict::Fine),
            Some((refused, verdict)) => (refused.message(topic, body), verdict),
        };
        batch.push(item, ack, verdict);
    }

    /// What is wrong with a topic before its body is looked at.
    fn refusal(&self, topic: &str) -> Option<(intake::Refused, Verdict)> {
        if !topic.starts_with("obs/") {
            return Some((intake::foreign_topic(), Verdict::BadTopic));
        }
        if self.speaker.speaks_for_all() {
            return None;
        }
        let speaks_for =
            topic::observation(topic).is_some_and(|(station, _)| self.speaker.speaks_for(&station));
        (!speaks_for).then(|| {
            let refused = intake::not_its_own(&self.speaker, topic);
            (refused, Verdict::NotAuthorized)
        })
    }

    /// Starts to read past a publish too large to hold; false when its head is not all there yet.
    fn begin_skip(
        &mut self,
        first: u8,
        head: usize,
        length: usize,
        rest: &[u8],
    ) -> Result<bool, Fault> {
        let shown = &rest[head..rest.len().min(head + MOST_BODY)];
        // Topic, packet id and properties are read from what can be held of it.
        if shown.len() < MOST_BODY {
            return Ok(false);
        }
        let publish =
            Publish::parse(self.version, first & 0x0F, shown).map_err(|_| Fault::Malformed)?;
        if publish.id() == Some(0) {
            return Err(Fault::Malformed);
        }
        self.skip = Some(Skip {
            left: head + length,
            size: length,
            topic: publish.topic().to_owned(),
            head: publish.body()[..publish.body().len().min(KEPT)].into(),
            ack: publish.id().map(|id| (id, first & 0b110 == 0b100)),
        });
        Ok(true)
    }

    fn skip_on(&mut self, bytes: &[u8], batch: &mut Batch) -> usize {
        let Some(skip) = &mut self.skip else { return 0 };
        let used = skip.left.min(bytes.len());
        skip.left -= used;
        if skip.left == 0 {
            let refused = intake::oversized(skip.size, MOST_BODY);
            let item = refused.beginning(&skip.topic, &skip.head, skip.size);
            batch.push(item, skip.ack, Verdict::Fine);
            self.skip = None;
        }
        used
    }
}

impl Batch {
    /// Takes the memory of so many messages at once.
    fn make_room(&mut self, messages: usize) {
        self.items.reserve(messages);
        self.acks.reserve(messages);
    }

    fn push(&mut self, item: Item, ack: Option<(u16, bool)>, verdict: Verdict) {
        if let Some((id, qos2)) = ack {
            let item = u32::try_from(self.items.len()).expect("a batch holds thousands");
            self.acks.push(Ack {
                item,
                id,
                qos2,
                verdict,
            });
        }
        self.items.push(item);
    }

    /// Whether nothing behind may be read before this batch is dealt with.
    fn closes(&self) -> bool {
        !self.settles.is_empty() || matches!(self.packets.last(), Some(Packet::Disconnect { .. }))
    }
}
