//! Records packed tightly: readings as columns of numbers, everything else as one compressed text.
//!
//! What comes out is byte for byte what went in, or packing refuses: a reading goes into columns only
//! when writing it again gives the same bytes. The checks between records are left out; they follow
//! from the chain. This file does no I/O.
//!
//! A block: `length of each part as u32, then the parts`; parts in order: which records are readings
//! (one byte each, zstd), the other records (zstd), then one column a field (pco).

use std::collections::HashMap;

use model::codec::{self, Record, Tag};
use model::intake::Quality;
use model::{Input, JurisdictionSlot, Observed, SeriesSlot, Time};

use super::chain;

/// Records of one block at most: what a reader unpacks to reach one of them.
pub(crate) const MOST_RECORDS: usize = 32_768;
/// Bytes of records at which a block is full.
pub(crate) const FULL: usize = 4 << 20;

const COLUMNS: usize = 9;
/// Two texts and the columns.
const PARTS: usize = COLUMNS + 2;
/// Slow to pack, as quick to unpack as any: a segment is packed once and read for years.
const ZSTD: i32 = 15;

/// Why bytes are no packed block.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadBlock {
    #[error("it is cut short")]
    Short,
    #[error("its numbers cannot be unpacked")]
    Numbers(#[from] pco::errors::PcoError),
    #[error("its entries cannot be unpacked")]
    Entries(#[from] std::io::Error),
}

/// Records gathered for one block.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    kinds: Vec<u8>,
    others: Vec<u8>,
    columns: [Vec<i64>; COLUMNS],
    last: Last,
    bytes: usize,
    again: Vec<u8>,
}

/// What the next reading is told against.
#[derive(Debug, Default)]
struct Last {
    at: i64,
    /// Value and spacing by jurisdiction and series; looked up only, never walked.
    values: HashMap<(u16, u32), i64>,
}

impl Packer {
    /// Takes one record; `hashed` is its kind, version, length and payload.
    pub(crate) fn push(&mut self, tag: Tag, payload: &[u8], hashed: &[u8]) {
        self.bytes += hashed.len() + chain::CHECK;
        match self.reading(tag, payload) {
            Some((at, jurisdiction, reading)) => {
                self.kinds.push(1);
                let row = row_of(&mut self.last, at, jurisdiction, &reading);
                for (column, value) in self.columns.iter_mut().zip(row) {
                    column.push(value);
                }
            }
            None => {
                self.kinds.push(0);
                self.others.extend_from_slice(hashed);
            }
        }
    }

    /// Whether the block should be closed.
    pub(crate) fn is_full(&self) -> bool {
        self.kinds.len() >= MOST_RECORDS || self.bytes >= FULL
    }

    /// How many records it holds.
    pub(crate) fn records(&self) -> usize {
        self.kinds.len()
    }

    /// The packed block; the packer is empty afterwards.
    pub(crate) fn finish(&mut self) -> Result<Vec<u8>, BadBlock> {
        let mut parts = vec![
            zstd::bulk::compress(&self.kinds, ZSTD)?,
            zstd::bulk::compress(&self.others, ZSTD)?,
        ];
        for column in &self.columns {
            parts.push(pco::standalone::simple_compress(
                column,
                &pco::ChunkConfig::default(),
            )?);
        }
        let mut block = Vec::new();
        block.extend_from_slice(&length(self.kinds.len()));
        block.extend_from_slice(&length(self.others.len()));
        for part in &parts {
            block.extend_from_slice(&length(part.len()));
        }
        block.extend(parts.into_iter().flatten());
        *self = Packer::default();
        Ok(block)
    }

    /// A reading that comes back as the same bytes.
    fn reading(&mut self, tag: Tag, payload: &[u8]) -> Option<(Time, JurisdictionSlot, Observed)> {
        let Ok(Record::Input {
            at,
            jurisdiction,
            input: Input::Observed(reading),
        }) = codec::decode(tag, payload)
        else {
            return None;
        };
        self.again.clear();
        let again = encoded(at, jurisdiction, reading, &mut self.again);
        (again == tag && self.again == payload).then_some((at, jurisdiction, reading))
    }
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes)
        .expect("a block is far below 4 GiB")
        .to_le_bytes()
}

fn encoded(at: Time, jurisdiction: JurisdictionSlot, reading: Observed, out: &mut Vec<u8>) -> Tag {
    let record = Record::Input {
        at,
        jurisdiction,
        input: Input::Observed(reading),
    };
    codec::encode(&record, out)
}

/// A reading as numbers that repeat themselves or are small.
fn row_of(
    last: &mut Last,
    at: Time,
    jurisdiction: JurisdictionSlot,
    o: &Observed,
) -> [i64; COLUMNS] {
    let value = last.values.entry((jurisdiction.0, o.series.0)).or_default();
    let flags = o.quality as i64
        | i64::from(o.late) << 2
        | i64::from(o.too_late) << 3
        | i64::from(o.suspect) << 4;
    let row = [
        at.ms().wrapping_sub(last.at),
        i64::from(jurisdiction.0),
        i64::from(o.interface),
        i64::from(o.series.0),
        o.observed.ms().wrapping_sub(at.ms()),
        o.received.ms().wrapping_sub(at.ms()),
        o.value.wrapping_sub(*value),
        flags,
        i64::from(o.revision),
    ];
    last.at = at.ms();
    *value = o.value;
    row
}

fn reading_of(last: &mut Last, row: [i64; COLUMNS]) -> (Time, JurisdictionSlot, Observed) {
    let [
        at,
        jurisdiction,
        interface,
        series,
        observed,
        received,
        value,
        flags,
        revision,
    ] = row;
    let at = last.at.wrapping_add(at);
    let (jurisdiction, series) = (
        JurisdictionSlot(jurisdiction as u16),
        SeriesSlot(series as u32),
    );
    let known = last.values.entry((jurisdiction.0, series.0)).or_default();
    let value = known.wrapping_add(value);
    (last.at, *known) = (at, value);
    let reading = Observed {
        interface: interface as u8,
        series,
        observed: Time::from_ms(at.wrapping_add(observed)),
        received: Time::from_ms(at.wrapping_add(received)),
        value,
        revision: revision as u16,
        quality: Quality::from_byte((flags & 3) as u8).unwrap_or_default(),
        late: flags & 4 != 0,
        too_late: flags & 8 != 0,
        suspect: flags & 16 != 0,
    };
    (Time::from_ms(at), jurisdiction, reading)
}

/// Gives the records of a packed block in order, each as kind, version, length and payload.
pub(crate) fn unpack(block: &[u8], mut give: impl FnMut(&[u8])) -> Result<(), BadBlock> {
    let (head, mut rest) = block
        .split_at_checked(4 * (PARTS + 2))
        .ok_or(BadBlock::Short)?;
    let mut lengths = head
        .chunks_exact(4)
        .map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]) as usize);
    let mut next = || lengths.next().ok_or(BadBlock::Short);
    let (records, others_len) = (next()?, next()?);
    let mut part = |length: usize| {
        let (part, after) = rest.split_at_checked(length).ok_or(BadBlock::Short)?;
        rest = after;
        Ok::<&[u8], BadBlock>(part)
    };
    if records > MOST_RECORDS || others_len > FULL + super::MAX_RECORD + chain::MAX_PREFIX {
        return Err(BadBlock::Short);
    }
    let kinds = zstd::bulk::decompress(part(next()?)?, records)?;
    let others = zstd::bulk::decompress(part(next()?)?, others_len)?;
    let mut columns: Vec<Vec<i64>> = Vec::with_capacity(COLUMNS);
    for _ in 0..COLUMNS {
        columns.push(pco::standalone::simple_decompress(part(next()?)?)?);
    }
    let readings = kinds.iter().filter(|kind| **kind == 1).count();
    if kinds.len() != records || columns.iter().any(|c| c.len() != readings) {
        return Err(BadBlock::Short);
    }
    let (mut others, mut at, mut last) = (&others[..], 0, Last::default());
    let (mut payload, mut whole) = (Vec::new(), Vec::new());
    for kind in kinds {
        if kind == 1 {
            let mut row = [0; COLUMNS];
            for (value, column) in row.iter_mut().zip(&columns) {
                *value = column[at];
            }
            at += 1;
            let (time, jurisdiction, reading) = reading_of(&mut last, row);
            payload.clear();
            let tag = encoded(time, jurisdiction, reading, &mut payload);
            whole.clear();
            chain::put(&mut whole, tag, &payload);
            give(&whole);
        } else {
            let length = chain::length(others).ok_or(BadBlock::Short)?;
            let (record, after) = others.split_at_checked(length).ok_or(BadBlock::Short)?;
            others = after;
            give(record);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn hashed(tag: Tag, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        chain::put(&mut out, tag, payload);
        out
    }

    fn there_and_back(records: &[(Tag, Vec<u8>)]) -> Vec<Vec<u8>> {
        let mut packer = Packer::default();
        for (tag, payload) in records {
            packer.push(*tag, payload, &hashed(*tag, payload));
        }
        let block = packer.finish().unwrap();
        let mut back = Vec::new();
        unpack(&block, |record| back.push(record.to_vec())).unwrap();
        back
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_unpacked_is_what_was_packed(rows in prop::collection::vec(
            (0u8..4, any::<i64>(), any::<u16>(), 0u32..5, any::<i64>(), any::<i64>(), any::<u16>(), 0u8..32, prop::collection::vec(any::<u8>(), 0..40)), 0..200))
        {
            let records: Vec<(Tag, Vec<u8>)> = rows.into_iter().map(|(which, at, jurisdiction, series, back, value, revision, flags, junk)| {
                if which == 0 {
                    // Anything at all, also what only looks like a reading.
                    return (Tag { kind: junk.len() as u8 % 4, version: 1 }, junk);
                }
                let at = Time::from_ms(at / 4);
                let reading = Observed {
                    interface: flags, series: SeriesSlot(series), observed: Time::from_ms(at.ms() + back / 4), received: at, value, revision,
                    quality: Quality::from_byte(flags & 3).unwrap(), late: flags & 4 != 0, too_late: flags & 8 != 0, suspect: flags & 16 != 0,
                };
                let mut payload = Vec::new();
                let tag = encoded(at, JurisdictionSlot(jurisdiction), reading, &mut payload);
                (tag, payload)
            }).collect();
            let want: Vec<Vec<u8>> = records.iter().map(|(tag, payload)| hashed(*tag, payload)).collect();
            prop_assert_eq!(there_and_back(&records), want);
        }

        #[test]
        fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _answer = unpack(&bytes, |_| ());
        }
    }
}
