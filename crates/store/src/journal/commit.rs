//! Building commits, on the thread that decides: records in, one framed and chained block out.
//!
//! No I/O and no allocation per record. The chain goes on from commit to commit inside the buffer,
//! so the next commit is built while the last one is being synced.

use model::codec::{Record, Tag, encode};

use super::chain::{self, CHECK, MAX_PREFIX, Position};
use super::frame::{FrameHeader, HEADER};

/// Longest payload of one record, in bytes: the files of a very large jurisdiction as JSON.
pub const MAX_RECORD: usize = 256 << 20;
/// Most bytes of one commit, frame included.
pub const MAX_COMMIT: usize = 1 << 30;

/// A record, or the commit it would go into, is larger than the journal takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a record of {bytes} bytes does not fit into a commit that already has {held}")]
pub struct TooLong {
    pub bytes: usize,
    pub held: usize,
}

/// The commit being gathered.
#[derive(Debug)]
pub struct CommitBuffer {
    /// Room for the frame's header, then records.
    frame: Vec<u8>,
    before: Position,
    now: Position,
    payload: Vec<u8>,
}

/// One commit ready to be written: framed, chained, checked.
#[derive(Debug)]
pub struct Sealed {
    frame: Vec<u8>,
    before: Position,
    after: Position,
}

impl CommitBuffer {
    /// A buffer whose first record follows `position`.
    pub fn new(position: Position) -> CommitBuffer {
        CommitBuffer {
            frame: vec![0; HEADER],
            before: position,
            now: position,
            payload: Vec::new(),
        }
    }

    /// Drops what was gathered and starts over behind `position`.
    pub fn begin(&mut self, position: Position) {
        self.frame.truncate(HEADER);
        self.before = position;
        self.now = position;
    }

    /// Appends one record and returns its number.
    ///
    /// # Errors
    /// [`TooLong`] past [`MAX_RECORD`] or [`MAX_COMMIT`]; the buffer is unchanged.
    pub fn push(&mut self, tag: Tag, payload: &[u8]) -> Result<u64, TooLong> {
        let held = self.frame.len();
        if payload.len() > MAX_RECORD || held + MAX_PREFIX + payload.len() + CHECK > MAX_COMMIT {
            return Err(TooLong {
                bytes: payload.len(),
                held,
            });
        }
        chain::put(&mut self.frame, tag, payload);
        self.now.hash = chain::next(&self.now.hash, &self.frame[held..]);
        self.now.number += 1;
        self.frame.extend_from_slice(&self.now.hash[..CHECK]);
        Ok(self.now.number)
    }

    /// Encodes and appends one record and returns its number.
    ///
    /// # Errors
    /// As [`CommitBuffer::push`].
    pub fn push_record(&mut self, record: &Record) -> Result<u64, TooLong> {
        let mut payload = std::mem::take(&mut self.payload);
        payload.clear();
        let tag = encode(record, &mut payload);
        let number = self.push(tag, &payload);
        self.payload = payload;
        number
    }

    /// How many records were gathered since the last seal.
    pub fn records(&self) -> usize {
        (self.now.number - self.before.number) as usize
    }

    /// Whether nothing was gathered since the last seal.
    pub fn is_empty(&self) -> bool {
        self.now.number == self.before.number
    }

    /// Bytes the commit would take on disk now.
    pub fn len_bytes(&self) -> usize {
        self.frame.len()
    }

    /// Number and chain hash after the last record pushed, committed or not.
    pub fn position(&self) -> Position {
        self.now
    }

    /// Closes the commit; the buffer is empty afterwards and goes on behind it.
    pub fn seal(&mut self) -> Sealed {
        self.seal_into(Vec::new())
    }

    /// As [`CommitBuffer::seal`], gathering the next commit in the memory of `spent`, one that has
    /// been appended.
    pub fn seal_reusing(&mut self, spent: Sealed) -> Sealed {
        self.seal_into(spent.frame)
    }

    fn seal_into(&mut self, mut spare: Vec<u8>) -> Sealed {
        spare.clear();
        spare.resize(HEADER, 0);
        let mut frame = std::mem::replace(&mut self.frame, spare);
        let header = FrameHeader {
            body: u32::try_from(frame.len() - HEADER).expect("push keeps a commit below 1 GiB"),
            records: u32::try_from(self.records()).expect("a record has 7 bytes or more"),
            first: self.before.number + 1,
            hash: self.now.hash,
            crc: 0,
        };
        header.finish(&mut frame);
        let sealed = Sealed {
            frame,
            before: self.before,
            after: self.now,
        };
        self.before = self.now;
        sealed
    }
}

impl Sealed {
    /// Number of its first record.
    pub fn first(&self) -> u64 {
        self.before.number + 1
    }

    /// Where the journal stands once it is written.
    pub fn after(&self) -> Position {
        self.after
    }

    /// Where the journal must stand before it is written.
    pub fn before(&self) -> Position {
        self.before
    }

    /// How many records it holds.
    pub fn records(&self) -> usize {
        (self.after.number - self.before.number) as usize
    }

    /// Bytes it takes on disk.
    pub fn len_bytes(&self) -> usize {
        self.frame.len()
    }

    /// The records as they lie behind the frame's header.
    pub(crate) fn body(&self) -> &[u8] {
        &self.frame[HEADER..]
    }

    /// Frame and records as written to disk.
    pub(crate) fn frame(&self) -> &[u8] {
        &self.frame
    }
}
