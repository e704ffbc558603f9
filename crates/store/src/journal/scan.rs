//! Reading one segment frame by frame, with whole chunks in one buffer and nothing allocated per
//! record. Frames of an archive are unpacked on the way, so that whoever reads sees no difference.
//! It never writes.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::JournalError;
use super::chain::{self, CHECK};
use super::frame::{FrameHeader, HEADER, MAGIC};
use super::pack;
use super::segment::{self, HEAD, Head};

/// Bytes read at once; a larger frame is read whole.
const CHUNK: usize = 1 << 20;

/// What stands at a place of a segment.
pub(crate) enum Step<'a> {
    /// A whole frame with a good crc; `frame` includes the header.
    Frame {
        header: FrameHeader,
        frame: &'a [u8],
    },
    /// No frame begins here: zeros, or too little room for one.
    End { offset: u64 },
    /// Bytes that are no whole frame.
    Bad { offset: u64 },
}

/// A segment being read.
pub(crate) struct Scan {
    path: PathBuf,
    file: File,
    /// Length of the file now, in bytes.
    size: u64,
    head: Option<Head>,
    buf: Vec<u8>,
    /// Place in the file of the first byte of `buf`.
    start: u64,
    /// Place in the file of the next frame.
    next: u64,
    /// Frames that end before this record are not unpacked.
    wanted: u64,
    /// Chain hash before the next frame, which the checks of unpacked records are made from.
    before: [u8; 32],
    /// The last frame unpacked.
    plain: Vec<u8>,
}

impl Scan {
    /// Opens a segment and reads its head.
    pub(crate) fn open(path: PathBuf) -> Result<Scan, JournalError> {
        let file = File::open(&path).map_err(|e| JournalError::io("open", &path, e))?;
        let size = file
            .metadata()
            .map_err(|e| JournalError::io("open", &path, e))?
            .len();
        let (buf, head) = (Vec::new(), None);
        let mut scan = Scan {
            wanted: 0,
            before: [0; 32],
            plain: Vec::new(),
            path,
            file,
            size,
            head,
            buf,
            start: 0,
            next: HEAD,
        };
        scan.head = Head::read(scan.window(0, HEAD as usize)?);
        scan.before = scan.head.map_or([0; 32], |head| head.before.hash);
        Ok(scan)
    }

    /// Opens the segment whose first record is `first`, or the archive that took its place.
    pub(crate) fn part(dir: &Path, first: u64) -> Result<Scan, JournalError> {
        match Scan::open(segment::path(dir, first)) {
            Err(JournalError::Io { source, .. })
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                Scan::open(segment::archive_path(dir, first))
            }
            other => other,
        }
    }

    /// Waits until everything read is on disk, whoever wrote it.
    pub(crate) fn sync(&self) -> Result<(), JournalError> {
        self.file
            .sync_data()
            .map_err(|e| JournalError::io("sync", &self.path, e))
    }

    /// Whether it is an archive.
    pub(crate) fn is_packed(&self) -> bool {
        self.head.is_some_and(|head| head.packed)
    }

    /// Gives frames that end before record `first` without their records where that saves time.
    pub(crate) fn skip_before(&mut self, first: u64) {
        self.wanted = first;
    }

    /// Goes on at a frame that begins at `offset`.
    pub(crate) fn seek(&mut self, offset: u64) {
        self.next = offset;
    }

    /// Says what the chain hash is behind a frame that could not be read: an archive's next frame
    /// makes its checks anew from it.
    pub(crate) fn take_up(&mut self, hash: [u8; 32]) {
        self.before = hash;
    }

    /// What the segment says it is; `None` when its head is damaged.
    pub(crate) fn head(&self) -> Option<Head> {
        self.head
    }

    /// Length of the file in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Forgets what it holds of the file, which has grown since.
    pub(crate) fn forget(&mut self) -> Result<(), JournalError> {
        let length = self.file.metadata();
        self.size = length
            .map_err(|e| JournalError::io("open", &self.path, e))?
            .len();
        self.buf.clear();
        self.start = self.next;
        Ok(())
    }

    /// Reads on by one frame.
    pub(crate) fn step(&mut self) -> Result<Step<'_>, JournalError> {
        let offset = self.next;
        let first = self.window(offset, HEADER)?;
        if first.len() < HEADER || first.iter().all(|b| *b == 0) {
            return Ok(Step::End { offset });
        }
        let Some(header) = FrameHeader::read(first) else {
            return Ok(Step::Bad { offset });
        };
        let whole = header.whole();
        if whole as u64 > self.size - offset {
            return Ok(Step::Bad { offset });
        }
        self.next = offset + whole as u64;
        let packed = self.is_packed();
        let frame = self.window(offset, whole)?;
        if !header.is_sound(frame) {
            return Ok(Step::Bad { offset });
        }
        if !packed {
            // The window again, since what is borrowed from it could not be given back above.
            let frame = self.window(offset, whole)?;
            return Ok(Step::Frame { header, frame });
        }
        let frame = frame.to_vec();
        if !self.unpack(&header, &frame) {
            return Ok(Step::Bad { offset });
        }
        self.before = header.hash;
        let frame = &self.plain[..];
        Ok(Step::Frame { header, frame })
    }

    /// Lays an archive's frame out as a segment's, the checks made anew; false when it cannot be.
    fn unpack(&mut self, header: &FrameHeader, frame: &[u8]) -> bool {
        self.plain.clear();
        self.plain.extend_from_slice(&frame[..HEADER]);
        if header.last() < self.wanted {
            return true;
        }
        let (plain, mut hash) = (&mut self.plain, self.before);
        pack::unpack(&frame[HEADER..], |record| {
            hash = chain::next(&hash, record);
            plain.extend_from_slice(record);
            plain.extend_from_slice(&hash[..CHECK]);
        })
        .is_ok()
    }

    /// The first and one past the last byte from `offset` on that are not zero.
    pub(crate) fn written(&mut self, offset: u64) -> Result<Option<(u64, u64)>, JournalError> {
        let mut found: Option<(u64, u64)> = None;
        let mut at = offset;
        while at < self.size {
            let bytes = self.held(at, 1)?;
            let length = bytes.len() as u64;
            if let Some(first) = bytes.iter().position(|b| *b != 0) {
                let last = bytes.iter().rposition(|b| *b != 0).unwrap_or(first);
                let begin = found.map_or(at + first as u64, |(begin, _)| begin);
                found = Some((begin, at + last as u64 + 1));
            }
            at += length;
        }
        Ok(found)
    }

    /// Whether a whole good frame begins anywhere behind `offset`.
    pub(crate) fn any_frame_after(&mut self, offset: u64) -> Result<bool, JournalError> {
        Ok(self.frame_after(offset)?.is_some())
    }

    /// Where the next whole good frame behind `offset` begins.
    pub(crate) fn frame_after(&mut self, offset: u64) -> Result<Option<u64>, JournalError> {
        let Some((begin, end)) = self.written(offset + 1)? else {
            return Ok(None);
        };
        // A frame may end in zeros only inside its last record; the file is small enough to hold.
        let rest = self.window(begin, (self.size - begin) as usize)?;
        let heads = rest[..(end - begin) as usize]
            .windows(MAGIC.len())
            .enumerate();
        for (at, _) in heads.filter(|(_, bytes)| *bytes == MAGIC) {
            let sound = FrameHeader::read(&rest[at..])
                .is_some_and(|h| rest.get(at..at + h.whole()).is_some_and(|f| h.is_sound(f)));
            if sound {
                return Ok(Some(begin + at as u64));
            }
        }
        Ok(None)
    }

    /// The bytes from `from` to `to`, as far as the file goes.
    pub(crate) fn bytes(&mut self, from: u64, to: u64) -> Result<&[u8], JournalError> {
        self.window(from, to.saturating_sub(from) as usize)
    }

    /// The bytes of the frame that failed at `offset`, as far as the file goes.
    pub(crate) fn remains(&mut self, offset: u64) -> Result<&[u8], JournalError> {
        let header = FrameHeader::read(self.window(offset, HEADER)?);
        let room = (self.size - offset) as usize;
        let length = header.map_or(room.min(CHUNK), |h| h.whole().min(room));
        self.window(offset, length)
    }

    /// `wanted` bytes from `offset`, fewer only where the file ends.
    fn window(&mut self, offset: u64, wanted: usize) -> Result<&[u8], JournalError> {
        let held = self.held(offset, wanted)?;
        Ok(&held[..wanted.min(held.len())])
    }

    /// All bytes in memory from `offset` on: `wanted` or more, fewer only where the file ends.
    fn held(&mut self, offset: u64, wanted: usize) -> Result<&[u8], JournalError> {
        let until = (offset + wanted as u64).min(self.size);
        if offset < self.start || until > self.start + self.buf.len() as u64 {
            let length = (wanted.max(CHUNK) as u64).min(self.size.saturating_sub(offset));
            self.buf.resize(length as usize, 0);
            self.start = offset;
            self.file
                .read_exact_at(&mut self.buf, offset)
                .map_err(|e| JournalError::io("read", &self.path, e))?;
        }
        Ok(self
            .buf
            .get((offset - self.start) as usize..)
            .unwrap_or_default())
    }
}
