//! Looking for tampering: every record of every segment and archive, what does not fit named as what
//! it is, and the look going on behind it.
//!
//! Parts are looked at side by side, each from the chain hash its own head names, and joined
//! afterwards. [`walk`](super::walk) stops at the first fault, because a start must; this does not,
//! because an inquiry wants all of them. It never writes.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::chain::{self, CHECK, Position};
use super::frame::{FrameHeader, HEADER};
use super::scan::{Scan, Step};
use super::segment;
use super::{Finding, JournalError, TornTail};

/// What an audit of the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    pub records: u64,
    /// Bytes read, as far as files were written.
    pub bytes: u64,
    /// Before the first record; anything but [`Position::START`] is a [`Finding::CutHead`].
    pub begin: Position,
    pub end: Position,
    pub findings: Vec<Finding>,
    /// A last commit that nobody was told of.
    pub torn: Option<TornTail>,
    /// The chain hash after each record asked for, as far as the journal has it.
    pub marks: Vec<Option<[u8; 32]>>,
}

/// Looks at every record of the journal in `dir`; `marks` are records whose chain hash is wanted.
///
/// # Errors
/// [`JournalError::Io`] when files cannot be read; what is wrong inside them is a [`Finding`].
pub fn audit(dir: &Path, marks: &[u64]) -> Result<Audit, JournalError> {
    let firsts = segment::list(dir).map_err(|e| JournalError::io("list", dir, e))?;
    let mut sorted: Vec<u64> = marks.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let parts = side_by_side(dir, &firsts, &sorted)?;
    let joined = join(parts, &firsts);
    let find = |number: &u64| {
        let at = joined
            .marks
            .binary_search_by_key(number, |(n, _)| *n)
            .ok()?;
        Some(joined.marks[at].1)
    };
    Ok(Audit {
        records: joined.records,
        bytes: joined.bytes,
        begin: joined.begin.unwrap_or(Position::START),
        end: joined.end.unwrap_or(Position::START),
        findings: joined.findings,
        torn: joined.torn,
        marks: marks.iter().map(find).collect(),
    })
}

/// One part as it was found by itself.
#[derive(Debug)]
pub(crate) struct Part {
    /// `None` when its head is damaged.
    pub(crate) before: Option<Position>,
    pub(crate) end: Position,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    findings: Vec<Finding>,
    marks: Vec<(u64, [u8; 32])>,
    torn: Option<TornTail>,
    /// Its end is not known: damage reaches to it.
    open_end: bool,
}

fn side_by_side(dir: &Path, firsts: &[u64], marks: &[u64]) -> Result<Vec<Part>, JournalError> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::with_capacity(firsts.len()));
    std::thread::scope(|scope| {
        for _ in 0..workers.min(firsts.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(first) = firsts.get(index) else {
                        return;
                    };
                    let newest = index + 1 == firsts.len();
                    let part =
                        Scan::part(dir, *first).and_then(|scan| look(scan, *first, newest, marks));
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    found.push((index, part));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, part)| part).collect()
}

#[derive(Default)]
struct Joined {
    records: u64,
    bytes: u64,
    begin: Option<Position>,
    end: Option<Position>,
    findings: Vec<Finding>,
    marks: Vec<(u64, [u8; 32])>,
    torn: Option<TornTail>,
    open_end: bool,
}

/// Compares each part's beginning with the end of the one before.
fn join(parts: Vec<Part>, firsts: &[u64]) -> Joined {
    let mut all = Joined::default();
    for (part, first) in parts.into_iter().zip(firsts) {
        let file = file_name(*first);
        if all.end.is_none() {
            // Nothing in the product gives up what is old, so a chain begins with entry 1. Where its
            // first head is damaged, the file's name says which entries are before it.
            let before = part
                .before
                .map_or(first.saturating_sub(1), |before| before.number);
            all.findings.extend(Finding::cut_head(before));
        }
        match (part.before, all.end) {
            (Some(before), None) => all.begin = Some(before),
            (Some(before), Some(end)) if before.number > end.number => {
                if !all.open_end {
                    all.findings.push(Finding::Removed {
                        from: end.number + 1,
                        to: before.number,
                        file,
                    });
                }
            }
            (Some(before), Some(end)) if before != end => {
                if !all.open_end {
                    let record = before.number + 1;
                    all.findings.push(Finding::Unlinked { record, file });
                }
            }
            (Some(_), Some(_)) | (None, _) => {}
        }
        all.records += part.records;
        all.bytes += part.bytes;
        all.end = Some(part.end);
        all.findings.extend(part.findings);
        all.marks.extend(part.marks);
        all.torn = part.torn;
        all.open_end = part.open_end;
    }
    all
}

/// Looks at one part that must be without any fault.
pub(crate) fn whole(dir: &Path, scan: Scan, first: u64) -> Result<Part, JournalError> {
    let part = look(scan, first, false, &[])?;
    match part.findings.first() {
        None if part.before.is_some() => Ok(part),
        Some(finding) => {
            tracing::error!(folder = %dir.display(), "{finding}");
            Err(broken(
                first,
                part.end.number + 1,
                "it is not whole; see `watchfire verify`",
            ))
        }
        None => Err(broken(first, first, "damaged segment head")),
    }
}

fn look(scan: Scan, first: u64, newest: bool, marks: &[u64]) -> Result<Part, JournalError> {
    let head = scan.head();
    let packed = head.is_some_and(|head| head.packed);
    let before = head.map(|head| head.before);
    let now = before.unwrap_or(Position {
        number: first.saturating_sub(1),
        hash: [0; 32],
    });
    let mut look = Look {
        file: if packed {
            format!("{first:020}.archive")
        } else {
            file_name(first)
        },
        marks: &marks[marks.partition_point(|mark| *mark <= now.number)..],
        packed,
        now,
        known: before.is_some(),
        lost: Vec::new(),
        suspects: Vec::new(),
        part: Part {
            before,
            end: now,
            records: 0,
            bytes: 0,
            findings: Vec::new(),
            marks: Vec::new(),
            torn: None,
            open_end: false,
        },
    };
    if before.is_none() {
        look.find_changed(first);
    }
    look.through(scan, newest)?;
    look.name_swaps();
    look.part.end = look.now;
    Ok(look.part)
}

/// A record whose chain hash is not what it should be, kept until its like is found.
struct Suspect {
    number: u64,
    /// The chain hash before its place; `None` when that is not known.
    before: Option<[u8; 32]>,
    hashed: Vec<u8>,
    check: [u8; CHECK],
    finding: usize,
}

struct Look<'m> {
    file: String,
    packed: bool,
    marks: &'m [u64],
    now: Position,
    /// Whether `now` is the true chain hash; after damage it may not be.
    known: bool,
    /// Numbers that were passed over and not met yet, and the finding that says so.
    lost: Vec<(u64, u64, usize)>,
    suspects: Vec<Suspect>,
    part: Part,
}

impl Look<'_> {
    fn through(&mut self, mut scan: Scan, newest: bool) -> Result<(), JournalError> {
        loop {
            match scan.step()? {
                Step::Frame { header, frame } => self.frame(&header, &frame[HEADER..]),
                Step::End { offset } => {
                    self.part.bytes = offset;
                    if scan.written(offset)?.is_none() {
                        self.end_of(&scan);
                        return Ok(());
                    }
                    if !self.damaged(&mut scan, offset, newest)? {
                        return Ok(());
                    }
                }
                Step::Bad { offset } => {
                    self.part.bytes = offset;
                    if !self.damaged(&mut scan, offset, newest)? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// A file shorter than it was made was cut from outside, even between two commits.
    fn end_of(&mut self, scan: &Scan) {
        if scan.head().is_some_and(|head| scan.size() < head.size) {
            self.part.findings.push(Finding::Shortened {
                last: self.now.number,
                file: self.file.clone(),
            });
        }
    }

    /// Takes a frame whose crc is good.
    fn frame(&mut self, header: &FrameHeader, body: &[u8]) {
        if header.first > self.now.number + 1 {
            self.passed_over(self.now.number + 1, header.first - 1);
        } else if header.first <= self.now.number {
            self.met_late(header);
            return;
        }
        let follows = header.first == self.now.number + 1 && self.known;
        self.now.number = header.first - 1;
        if follows {
            self.follow(header, body);
        } else {
            // Where the chain stood before is not known, so it is taken up again behind it.
            self.take_up(header);
        }
    }

    fn follow(&mut self, header: &FrameHeader, body: &[u8]) {
        let begin = self.now;
        let mut rest = body;
        while self.now.number < header.last() {
            let Some(cut) = chain::cut(rest) else { break };
            let hash = chain::next(&self.now.hash, cut.hashed);
            if hash[..CHECK] != *cut.check {
                break;
            }
            self.now.number += 1;
            self.now.hash = hash;
            rest = cut.rest;
            if self.marks.first() == Some(&self.now.number) {
                self.part.marks.push((self.now.number, hash));
                self.marks = &self.marks[1..];
            }
        }
        self.part.records += self.now.number - begin.number;
        if self.now.number == header.last() && self.now.hash == header.hash && rest.is_empty() {
            return;
        }
        if self.packed {
            self.part.findings.push(Finding::ChangedAmong {
                from: header.first,
                to: header.last(),
                file: self.file.clone(),
            });
        } else {
            self.diagnose(header.records, rest, header.last());
        }
        self.take_up(header);
    }

    /// Says what is wrong from the record after `now` on; `rest` begins with what stands in its place.
    fn diagnose(&mut self, records: u32, rest: &[u8], last: u64) {
        let (place, before) = (self.now.number + 1, self.now.hash);
        let mut cuts = Vec::new();
        let mut left = rest;
        while let Some(cut) = chain::cut(left) {
            left = cut.rest;
            cuts.push(cut);
        }
        let expected = last.saturating_sub(self.now.number).min(u64::from(records));
        let present = cuts.len() as u64;
        if left.is_empty() && present < expected {
            self.part.findings.push(Finding::Removed {
                from: place,
                to: place + (expected - present) - 1,
                file: self.file.clone(),
            });
            return;
        }
        let fits = |cut: &chain::Cut<'_>| chain::next(&before, cut.hashed)[..CHECK] == *cut.check;
        if let Some(off) = cuts.iter().skip(1).position(fits) {
            let other = place + off as u64 + 1;
            self.part.findings.push(Finding::Swapped {
                one: place,
                other,
                file: self.file.clone(),
            });
            return;
        }
        self.find_changed(place);
        if let Some(cut) = cuts.first() {
            let mut check = [0; CHECK];
            check.copy_from_slice(cut.check);
            self.suspects.push(Suspect {
                number: place,
                before: Some(before),
                hashed: cut.hashed.to_vec(),
                check,
                finding: self.part.findings.len() - 1,
            });
        }
    }

    fn find_changed(&mut self, record: u64) {
        let file = self.file.clone();
        self.part.findings.push(Finding::Changed { record, file });
    }

    fn passed_over(&mut self, from: u64, to: u64) {
        let file = self.file.clone();
        self.lost.push((from, to, self.part.findings.len()));
        self.part.findings.push(Finding::Removed { from, to, file });
    }

    /// A commit that stands behind one it should stand before.
    fn met_late(&mut self, header: &FrameHeader) {
        let file = self.file.clone();
        let lost = self
            .lost
            .iter()
            .position(|(from, to, _)| (*from..=*to).contains(&header.first));
        match lost {
            Some(at) => {
                let (from, to, finding) = self.lost.remove(at);
                self.part.records += u64::from(header.records);
                self.part.findings[finding] = Finding::Swapped {
                    one: from,
                    other: to + 1,
                    file,
                };
            }
            None => self.part.findings.push(Finding::Unlinked {
                record: header.first,
                file,
            }),
        }
    }

    fn take_up(&mut self, header: &FrameHeader) {
        self.part.records += header.last().saturating_sub(self.now.number);
        self.now = Position {
            number: header.last().max(self.now.number),
            hash: header.hash,
        };
        self.known = true;
        let passed = self.marks.partition_point(|mark| *mark < self.now.number);
        self.marks = &self.marks[passed..];
        if self.marks.first() == Some(&self.now.number) {
            self.part.marks.push((self.now.number, self.now.hash));
            self.marks = &self.marks[1..];
        }
    }

    /// Bytes at `offset` that are no whole commit. False when nothing can be read behind them.
    fn damaged(
        &mut self,
        scan: &mut Scan,
        offset: u64,
        newest: bool,
    ) -> Result<bool, JournalError> {
        let next = scan.frame_after(offset)?;
        let written = scan.written(offset)?.map_or(offset, |(_, end)| end);
        let shortened = scan.head().is_some_and(|head| scan.size() < head.size);
        if next.is_none() && newest && !self.packed && !shortened {
            self.part.torn = Some(TornTail {
                record: self.now.number + 1,
                records: None,
                segment: self.file.clone(),
                offset,
                bytes: written - offset,
                shortened,
            });
            return Ok(false);
        }
        if next.is_none() && shortened {
            self.part.findings.push(Finding::Shortened {
                last: self.now.number,
                file: self.file.clone(),
            });
            self.part.open_end = true;
            return Ok(false);
        }
        let region = scan
            .bytes(offset, next.unwrap_or(written.max(offset + HEADER as u64)))?
            .to_vec();
        let first = self.now.number + 1;
        let header = FrameHeader::read(&region).filter(|h| h.first == first);
        match header {
            Some(header) if self.known && !self.packed => {
                self.damaged_body(&header, &region[HEADER..]);
                self.take_up(&header);
            }
            Some(header) => {
                self.part.findings.push(Finding::ChangedAmong {
                    from: first,
                    to: header.last(),
                    file: self.file.clone(),
                });
                self.take_up(&header);
            }
            None => {
                self.find_changed(first);
                self.skip_to(scan, next)?;
            }
        }
        match next {
            Some(next) => {
                scan.take_up(self.now.hash);
                scan.seek(next);
            }
            None => self.part.open_end = header.is_none(),
        }
        Ok(next.is_some())
    }

    /// Walks the good records of a damaged commit and says what is wrong with the first bad one.
    fn damaged_body(&mut self, header: &FrameHeader, body: &[u8]) {
        let mut rest = body;
        while self.now.number < header.last() {
            let Some(cut) = chain::cut(rest) else { break };
            let hash = chain::next(&self.now.hash, cut.hashed);
            if hash[..CHECK] != *cut.check {
                break;
            }
            self.now = Position {
                number: self.now.number + 1,
                hash,
            };
            self.part.records += 1;
            rest = cut.rest;
        }
        // Zeros behind the last commit belong to nobody.
        let end = rest
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |at| at + 1);
        if self.now.number == header.last() {
            // Every record is as it was: the frame around them was changed.
            return self.find_changed(header.first);
        }
        self.diagnose(header.records, &rest[..end], header.last());
    }

    /// Nothing says how many records the damage took but the commit behind it.
    fn skip_to(&mut self, scan: &mut Scan, next: Option<u64>) -> Result<(), JournalError> {
        self.known = false;
        let Some(next) = next else { return Ok(()) };
        let header = FrameHeader::read(scan.bytes(next, next + HEADER as u64)?);
        if let Some(header) = header {
            self.now.number = self.now.number.max(header.first.saturating_sub(1));
        }
        Ok(())
    }

    /// Two records that are wrong where they stand and right in each other's place were swapped.
    fn name_swaps(&mut self) {
        let fits = |place: &Suspect, record: &Suspect| {
            place
                .before
                .is_some_and(|before| chain::next(&before, &record.hashed)[..CHECK] == record.check)
        };
        let mut gone = Vec::new();
        for (at, one) in self.suspects.iter().enumerate() {
            for other in &self.suspects[at + 1..] {
                if fits(one, other) || fits(other, one) {
                    self.part.findings[one.finding] = Finding::Swapped {
                        one: one.number,
                        other: other.number,
                        file: self.file.clone(),
                    };
                    gone.push(other.finding);
                }
            }
        }
        gone.sort_unstable();
        for finding in gone.into_iter().rev() {
            self.part.findings.remove(finding);
        }
    }
}

pub(crate) fn broken(first: u64, record: u64, reason: &'static str) -> JournalError {
    JournalError::Broken {
        segment: file_name(first),
        record,
        reason,
    }
}

fn file_name(first: u64) -> String {
    format!("{first:020}.journal")
}
