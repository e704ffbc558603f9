//! A closed chunk as bytes: one column after the other, each as small as it gets.
//!
//! `version u8, samples varint, six columns, crc32`. A column is a constant, or its differences as
//! varints, or a pco stream, always of whole numbers less their first one and divided by their
//! greatest common divisor. This file does no I/O.

use model::Time;
use model::intake::Quality;
use pco::ChunkConfig;
use pco::{DeltaSpec, ModeSpec};

use super::Sample;

const VERSION: u8 = 1;
const CONSTANT: u8 = 0;
const DIFFERENCES: u8 = 1;
const PACKED: u8 = 2;
/// Below this many samples a pco stream's own head is longer than what it saves.
const WORTH_PACKING: usize = 24;
/// More samples than a chunk can hold in memory; guards the allocation on reading.
const MAX_SAMPLES: u64 = 1 << 24;

const LATE: i64 = 4;
const TOO_LATE: i64 = 8;
const SUSPECT: i64 = 16;

/// Writes the samples of one day; `day` is that of their observed times.
pub(crate) fn encode(day: i64, samples: &[Sample]) -> Vec<u8> {
    let start = day * 86_400_000;
    let mut out = vec![VERSION];
    put(&mut out, samples.len() as u64);
    let mut column = Vec::with_capacity(samples.len());
    let mut write = |order: usize, of: &dyn Fn(&Sample) -> i64| {
        column.clear();
        column.extend(samples.iter().map(of));
        put_column(&mut out, order, &mut column);
    };
    write(1, &|s| s.observed.ms() - start);
    write(0, &|s| s.received.since_ms(s.observed));
    write(1, &|s| s.value);
    write(1, &|s| s.seq as i64);
    write(0, &|s| i64::from(s.revision));
    write(0, &flags);
    let crc = crc32fast::hash(&out);
    out.extend_from_slice(&crc.to_le_bytes());
    out
}

/// Reads what [`encode`] wrote; `None` when the bytes are damaged.
pub(crate) fn decode(day: i64, bytes: &[u8]) -> Option<Vec<Sample>> {
    let (covered, crc) = bytes.split_last_chunk::<4>()?;
    if crc32fast::hash(covered) != u32::from_le_bytes(*crc) {
        return None;
    }
    let mut rest = covered.strip_prefix(&[VERSION])?;
    let count = take(&mut rest).filter(|n| *n <= MAX_SAMPLES)? as usize;
    let mut column = || take_column(&mut rest, count);
    let (observed, delay, value) = (column()?, column()?, column()?);
    let (seq, revision, flags) = (column()?, column()?, column()?);
    let start = Time::from_ms(day * 86_400_000);
    (0..count)
        .map(|i| {
            let observed = start.plus_ms(observed[i]);
            let sample = Sample {
                observed,
                received: observed.plus_ms(delay[i]),
                value: value[i],
                seq: seq[i] as u64,
                revision: u16::try_from(revision[i]).ok()?,
                ..Sample::default()
            };
            Some(with_flags(sample, flags[i]))
        })
        .collect()
}

/// Quality and marks of a sample in one small number.
pub(crate) fn flags(sample: &Sample) -> i64 {
    sample.quality as i64
        | (i64::from(sample.late) * LATE)
        | (i64::from(sample.too_late) * TOO_LATE)
        | (i64::from(sample.suspect) * SUSPECT)
}

/// `sample` with the quality and marks that [`flags`] gave.
pub(crate) fn with_flags(sample: Sample, flags: i64) -> Sample {
    Sample {
        quality: Quality::from_byte((flags & 3) as u8).unwrap_or(Quality::Bad),
        late: flags & LATE != 0,
        too_late: flags & TOO_LATE != 0,
        suspect: flags & SUSPECT != 0,
        ..sample
    }
}

/// Appends one column; `order` 1 where neighbours resemble each other. Overwrites `values`.
fn put_column(out: &mut Vec<u8>, order: usize, values: &mut [i64]) {
    let first = values.first().copied().unwrap_or_default();
    let mut divisor = 0u64;
    for value in values.iter_mut() {
        *value = value.wrapping_sub(first);
        divisor = gcd(value.unsigned_abs(), divisor);
    }
    let Ok(step @ 1..) = i64::try_from(divisor) else {
        // No difference at all, or one that only i64::MIN can be divided by.
        let kind = if divisor == 0 { CONSTANT } else { DIFFERENCES };
        out.push(kind);
        put_signed(out, first);
        if divisor != 0 {
            put_differences(out, 1, values);
        }
        return;
    };
    for value in values.iter_mut() {
        *value /= step;
    }
    let packed = if values.len() < WORTH_PACKING {
        None
    } else {
        pack(order, values)
    };
    out.push(DIFFERENCES);
    let kind_at = out.len() - 1;
    put_signed(out, first);
    let body = out.len();
    put_differences(out, step, values);
    if let Some(packed) = packed.filter(|p| p.len() + 6 < out.len() - body) {
        out.truncate(body);
        out[kind_at] = PACKED;
        put_signed(out, step);
        put(out, packed.len() as u64);
        out.extend_from_slice(&packed);
    }
}

fn put_differences(out: &mut Vec<u8>, step: i64, values: &[i64]) {
    put_signed(out, step);
    let mut before = 0i64;
    for value in values {
        put_signed(out, value.wrapping_sub(before));
        before = *value;
    }
}

fn pack(order: usize, values: &[i64]) -> Option<Vec<u8>> {
    let config = ChunkConfig::default()
        .with_compression_level(6)
        .with_mode_spec(ModeSpec::Classic)
        .with_delta_spec(DeltaSpec::TryConsecutive(order));
    pco::standalone::simple_compress(values, &config).ok()
}

fn take_column(rest: &mut &[u8], count: usize) -> Option<Vec<i64>> {
    let (kind, tail) = rest.split_first()?;
    *rest = tail;
    let first = take_signed(rest)?;
    if *kind == CONSTANT {
        return Some(vec![first; count]);
    }
    let step = take_signed(rest)?;
    let mut values = match *kind {
        DIFFERENCES => take_differences(rest, count)?,
        PACKED => {
            let length = usize::try_from(take(rest)?).ok()?;
            let (packed, tail) = rest.split_at_checked(length)?;
            *rest = tail;
            pco::standalone::simple_decompress::<i64>(packed).ok()?
        }
        _ => return None,
    };
    for value in &mut values {
        *value = value.wrapping_mul(step).wrapping_add(first);
    }
    (values.len() == count).then_some(values)
}

fn take_differences(rest: &mut &[u8], count: usize) -> Option<Vec<i64>> {
    let mut values = Vec::with_capacity(count);
    let mut before = 0i64;
    for _ in 0..count {
        before = before.wrapping_add(take_signed(rest)?);
        values.push(before);
    }
    Some(values)
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)) as u64);
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn take_signed(rest: &mut &[u8]) -> Option<i64> {
    let raw = take(rest)?;
    Some((raw >> 1) as i64 ^ -((raw & 1) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_samples() -> impl Strategy<Value = Vec<Sample>> {
        let sample = (
            0i64..86_400_000,
            any::<i32>(),
            any::<i64>(),
            any::<u32>(),
            0u16..4,
            0i64..32,
        );
        let sample = sample.prop_map(|(in_day, delay, value, seq, revision, flags)| {
            let observed = Time::from_ms(20_000 * 86_400_000 + in_day);
            let received = observed.plus_ms(i64::from(delay));
            let (seq, rest) = (u64::from(seq), Sample::default());
            with_flags(
                Sample {
                    observed,
                    received,
                    value,
                    seq,
                    revision,
                    ..rest
                },
                flags,
            )
        });
        prop::collection::vec(sample, 0..300)
    }

    proptest! {
        #[test]
        fn any_chunk_comes_back(samples in any_samples()) {
            let bytes = encode(20_000, &samples);
            prop_assert_eq!(decode(20_000, &bytes), Some(samples));
        }

        #[test]
        fn any_column_comes_back(
            values in prop::collection::vec(any::<i64>(), 0..100),
            scale in prop_oneof![Just(1i64), Just(1000), Just(-60_000), Just(i64::MIN)],
        ) {
            let values: Vec<i64> = values.iter().map(|v| v.wrapping_mul(scale)).collect();
            let mut bytes = Vec::new();
            put_column(&mut bytes, 1, &mut values.clone());
            prop_assert_eq!(take_column(&mut &bytes[..], values.len()), Some(values));
        }

        #[test]
        fn a_damaged_chunk_is_known(samples in any_samples(), place in any::<prop::sample::Index>()) {
            let mut bytes = encode(20_000, &samples);
            let at = place.index(bytes.len());
            bytes[at] ^= 0x10;
            prop_assert_eq!(decode(20_000, &bytes), None);
        }
    }
}
