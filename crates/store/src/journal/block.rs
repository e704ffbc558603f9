//! One block of an archive, wherever it lies: a frame whose body is packed. This file does no I/O.

use std::io;

use model::codec::Tag;

use super::chain;
use super::frame::{FrameHeader, HEADER};
use super::pack::{self, Packer};

/// What a block says it is, once its records came out as it says.
pub(crate) struct Opened {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// The records of `packer`, of which `first` is the first, as a block; `hash` is the chain hash behind the
/// last. The packer is empty afterwards.
pub(crate) fn close(packer: &mut Packer, first: u64, hash: [u8; 32]) -> io::Result<Vec<u8>> {
    let records = packer.records();
    let body = packer.finish().map_err(io::Error::other)?;
    let mut frame = vec![0; HEADER];
    frame.extend_from_slice(&body);
    let header = FrameHeader {
        body: u32::try_from(body.len()).map_err(io::Error::other)?,
        records: u32::try_from(records).map_err(io::Error::other)?,
        first,
        hash,
        crc: 0,
    };
    header.finish(&mut frame);
    Ok(frame)
}

/// Gives each record of a block with its number and chain hash, which go on from `before`; `None` when it is
/// not what was written, also where some records were given already.
pub(crate) fn open(
    frame: &[u8],
    before: [u8; 32],
    mut give: impl FnMut(u64, Tag, &[u8], [u8; 32]),
) -> Option<Opened> {
    let header = FrameHeader::read(frame).filter(|header| header.is_sound(frame))?;
    let (mut number, mut hash, mut whole) = (header.first, before, true);
    pack::unpack(&frame[HEADER..], |record| {
        hash = chain::next(&hash, record);
        match chain::record(record) {
            Some((tag, payload)) => give(number, tag, payload, hash),
            None => whole = false,
        }
        number += 1;
    })
    .ok()?;
    (whole && number == header.last() + 1 && hash == header.hash).then_some(Opened {
        first: header.first,
        last: header.last(),
    })
}

/// The chain hash that a block says stands behind it, as far as that can be read.
pub(crate) fn hash_of(frame: &[u8]) -> Option<[u8; 32]> {
    FrameHeader::read(frame).map(|header| header.hash)
}
