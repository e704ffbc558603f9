//! The short way for the shape that nearly every station sends: one flat object without spaces,
//! escapes or fields nobody knows.
//!
//! It answers only where [`super::decode::decode_any`] would answer the same; every doubt, and so every
//! complaint, is left to that one. A property test holds the two together.

use std::borrow::Cow;

use model::Time;
use model::intake::Quality;

use super::Observation;
use super::decode::{is_number, quality_of};

pub(super) fn decode(body: &[u8]) -> Option<Observation<'_>> {
    let mut rest = Rest(std::str::from_utf8(body).ok()?);
    let mut station = None;
    let mut quantity = None;
    let mut value = None;
    let mut time = None;
    let mut received = None;
    let mut revision = None;
    let mut unit = None;
    let mut seq = None;
    let mut quality = None;
    rest.take(b'{')?;
    loop {
        let key = rest.text()?;
        rest.take(b':')?;
        match key {
            "station" => once(&mut station, rest.text()?)?,
            "quantity" => once(&mut quantity, rest.text()?)?,
            "value" => once(&mut value, rest.number()?)?,
            "time" => once(&mut time, Time::parse(rest.text()?.as_bytes()).ok()?)?,
            "received" => once(&mut received, Time::parse(rest.text()?.as_bytes()).ok()?)?,
            "revision" => once(&mut revision, rest.whole()?)?,
            "unit" => once(&mut unit, Cow::Borrowed(rest.text()?))?,
            "seq" => once(&mut seq, rest.whole()?)?,
            "quality" => once(&mut quality, quality_of(rest.text()?.as_bytes())?)?,
            _ => return None,
        }
        match rest.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    let quality = quality.unwrap_or_default();
    let (station, quantity) = (station?, quantity?);
    let fit = rest.0.is_empty() && !station.is_empty() && !quantity.is_empty();
    if !fit || (value.is_none() && quality != Quality::Missing) {
        return None;
    }
    Some(Observation {
        station: Cow::Borrowed(station),
        quantity: Cow::Borrowed(quantity),
        value,
        time: time?,
        received,
        revision: revision.unwrap_or(0),
        unit,
        seq,
        quality,
    })
}

fn once<T>(field: &mut Option<T>, value: T) -> Option<()> {
    field.replace(value).is_none().then_some(())
}

/// What is left of the body.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn next(&mut self) -> Option<u8> {
        let first = *self.0.as_bytes().first()?;
        self.0 = self.0.get(1..)?;
        Some(first)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// A quoted text without escapes or control characters.
    fn text(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let end = self
            .0
            .bytes()
            .position(|b| b == b'"' || b == b'\\' || b < 0x20)?;
        let text = self.0.get(..end)?;
        self.0 = self.0.get(end..)?;
        self.take(b'"')?;
        Some(text)
    }

    fn token(&mut self) -> Option<&'a str> {
        let end = self.0.bytes().position(|b| b == b',' || b == b'}')?;
        let token = self.0.get(..end)?;
        self.0 = self.0.get(end..)?;
        Some(token)
    }

    fn number(&mut self) -> Option<&'a str> {
        self.token().filter(|token| is_number(token.as_bytes()))
    }

    fn whole<T: std::str::FromStr>(&mut self) -> Option<T> {
        let token = self.token().filter(|token| is_number(token.as_bytes()))?;
        if token.bytes().all(|b| b.is_ascii_digit()) {
            token.parse().ok()
        } else {
            None
        }
    }
}
