//! The chain of hashes through all records, and how one record lies in bytes.
//!
//! A record is `kind u8, version u8, length varint, payload, check`, where `check` is the first
//! four bytes of its chain hash. The hash of record n covers the hash of n − 1, so how records were
//! packed into commits changes nothing. This file does no I/O.

use model::codec::Tag;
use sha2::{Digest, Sha256};

/// Bytes of the check that follows each payload.
pub(crate) const CHECK: usize = 4;
/// Kind, version and the longest length varint.
pub(crate) const MAX_PREFIX: usize = 2 + 5;

/// A place in the journal: a record's number and the chain hash after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Records are numbered from 1; 0 is before the first.
    pub number: u64,
    /// SHA-256 chain hash after that record; zeros before the first.
    pub hash: [u8; 32],
}

impl Position {
    /// Before the first record.
    pub const START: Position = Position {
        number: 0,
        hash: [0; 32],
    };

    /// The hash as people compare it.
    pub fn hex(&self) -> String {
        hex::encode(self.hash)
    }
}

impl std::fmt::Debug for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.number, hex::encode(&self.hash[..6]))
    }
}

/// The chain hash after a record whose kind, version, length and payload are `hashed`.
pub(crate) fn next(before: &[u8; 32], hashed: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(hashed);
    hash.finalize().into()
}

/// Appends kind, version, length and payload.
pub(crate) fn put(out: &mut Vec<u8>, tag: Tag, payload: &[u8]) {
    out.push(tag.kind);
    out.push(tag.version);
    let mut length = payload.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(payload);
}

/// How many bytes kind, version, length and payload of the record at the front of `bytes` take;
/// `None` when no whole prefix is there.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let (at, length) = prefix(bytes)?;
    at.checked_add(length)
}

/// Kind, version and payload of a whole record without its check.
pub(crate) fn record(hashed: &[u8]) -> Option<(Tag, &[u8])> {
    let tag = Tag {
        kind: *hashed.first()?,
        version: *hashed.get(1)?,
    };
    let (at, length) = prefix(hashed)?;
    let payload = hashed.get(at..)?;
    (payload.len() == length).then_some((tag, payload))
}

/// Where the payload begins and how long it is.
fn prefix(body: &[u8]) -> Option<(usize, usize)> {
    let mut length = 0usize;
    let mut at = 2;
    loop {
        let byte = *body.get(at)?;
        length |= usize::from(byte & 0x7f) << (7 * (at - 2));
        at += 1;
        if byte & 0x80 == 0 {
            return Some((at, length));
        }
        if at == MAX_PREFIX {
            return None;
        }
    }
}

/// One record cut off the front of a frame's body.
pub(crate) struct Cut<'a> {
    pub(crate) tag: Tag,
    pub(crate) payload: &'a [u8],
    /// What the chain covers: kind, version, length, payload.
    pub(crate) hashed: &'a [u8],
    pub(crate) check: &'a [u8],
    pub(crate) rest: &'a [u8],
}

/// Cuts one record off the front of `body`; `None` when the bytes are no whole record.
pub(crate) fn cut(body: &[u8]) -> Option<Cut<'_>> {
    let tag = Tag {
        kind: *body.first()?,
        version: *body.get(1)?,
    };
    let (at, length) = prefix(body)?;
    let end = at.checked_add(length)?;
    let hashed = body.get(..end)?;
    let check = body.get(end..end + CHECK)?;
    Some(Cut {
        tag,
        payload: &hashed[at..],
        hashed,
        check,
        rest: &body[end + CHECK..],
    })
}
