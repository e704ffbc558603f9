//! The JSON observation dialect of MQTT and HTTP: one object, one reading.
//!
//! `{"station":"0000-R0123","quantity":"rain","value":1.2,"time":"2026-07-15T08:05:00Z"}`, with
//! optional `received`, `revision`, `unit`, `seq` and `quality`. Fields nobody knows are ignored. The
//! number stays the text it was, so that it is never a float on its way to a fixed-point value.

mod decode;
mod encode;
mod flaw;
mod frame;
mod lead;
mod plain;
mod torn;

use std::borrow::Cow;

use model::Time;
use model::intake::Quality;

pub use decode::{decode, is_number};
pub use encode::encode;
pub use flaw::{BadBody, Flaw};
pub use frame::{Piece, TooMany, pieces};
pub use lead::Lead;

/// What one body says, borrowed from it wherever its text needed no unescaping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation<'a> {
    pub station: Cow<'a, str>,
    pub quantity: Cow<'a, str>,
    /// A number by JSON's grammar, as written. Absent only when the quality is missing.
    pub value: Option<&'a str>,
    /// When it was measured, by the station's word.
    pub time: Time,
    /// When it became visible to the sender, where the sender says so.
    pub received: Option<Time>,
    /// 0 for a first report; a higher one replaces.
    pub revision: u16,
    pub unit: Option<Cow<'a, str>>,
    /// The station's own count of its messages.
    pub seq: Option<u64>,
    pub quality: Quality,
}
