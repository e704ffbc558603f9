//! The frame around one commit: 56 bytes of header, then the records.
//!
//! `magic, body length u32, records u32, first number u64, chain hash after the last [32], crc u32`,
//! little-endian. The crc covers the header before it and the body. This file does no I/O.

/// Bytes of a frame's header.
pub(crate) const HEADER: usize = 56;
const CRC_AT: usize = HEADER - 4;

/// Starts every frame. The first two bytes never occur in UTF-8, so no text inside a record can
/// look like a frame when the tail of a torn commit is searched.
pub(crate) const MAGIC: [u8; 4] = [0xF9, 0xFE, b'W', b'1'];

/// The header of one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    /// Length of the records in bytes.
    pub(crate) body: u32,
    pub(crate) records: u32,
    /// Number of the first record.
    pub(crate) first: u64,
    /// Chain hash after the last record.
    pub(crate) hash: [u8; 32],
    pub(crate) crc: u32,
}

impl FrameHeader {
    /// Writes the header over the first [`HEADER`] bytes of `frame` and sets its crc.
    pub(crate) fn finish(&self, frame: &mut [u8]) {
        frame[..4].copy_from_slice(&MAGIC);
        frame[4..8].copy_from_slice(&self.body.to_le_bytes());
        frame[8..12].copy_from_slice(&self.records.to_le_bytes());
        frame[12..20].copy_from_slice(&self.first.to_le_bytes());
        frame[20..CRC_AT].copy_from_slice(&self.hash);
        let crc = crc_of(&frame[..CRC_AT], &frame[HEADER..]);
        frame[CRC_AT..HEADER].copy_from_slice(&crc.to_le_bytes());
    }

    /// Reads a header; `None` when the magic is missing or `bytes` are too few.
    pub(crate) fn read(bytes: &[u8]) -> Option<FrameHeader> {
        let bytes: &[u8; HEADER] = bytes.first_chunk()?;
        if bytes[..4] != MAGIC {
            return None;
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(&bytes[20..CRC_AT]);
        Some(FrameHeader {
            body: number32(&bytes[4..]),
            records: number32(&bytes[8..]),
            first: u64::from(number32(&bytes[12..])) | u64::from(number32(&bytes[16..])) << 32,
            hash,
            crc: number32(&bytes[CRC_AT..]),
        })
    }

    /// Length of header and body in bytes.
    pub(crate) fn whole(&self) -> usize {
        HEADER + self.body as usize
    }

    /// Number of the last record; one less than `first` for a frame without records.
    pub(crate) fn last(&self) -> u64 {
        self.first
            .saturating_add(u64::from(self.records))
            .saturating_sub(1)
    }

    /// Whether `frame`, which starts with this header, has the crc it names.
    pub(crate) fn is_sound(&self, frame: &[u8]) -> bool {
        frame.len() == self.whole() && crc_of(&frame[..CRC_AT], &frame[HEADER..]) == self.crc
    }
}

fn crc_of(header: &[u8], body: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(header);
    crc.update(body);
    crc.finalize()
}

fn number32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}
