//! Reading the journal's table: walking its chain, naming what is wrong with it, giving records in order.
//! It changes nothing, and may be done while the journal is being written.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use futures_util::TryStreamExt;
use model::Time;
use model::codec::entry_time;
use sqlx::PgConnection;

use super::copy::{Row, Taker};
use super::journal::{TABLE, broken, last, thread};
use super::swapped::Doubtful;
use super::{Link, LinkError, aside, packed, prepare, small_runtime};
use crate::journal::{Audit, Finding, JournalError, Position, Recovered, Take, Visit};
use crate::journal::{block, chain};

/// What the server calls the sessions.
pub(super) const NAME: &str = "watchfire reading";
/// Rows that a reader may be ahead of who takes them, in pages.
const PAGES: usize = 4;
/// Rows of a page, and bytes that end one early.
const PAGE: usize = 2_048;
pub(super) const PAGE_BYTES: usize = 1 << 20;
/// Records that are asked for without asking the archive first.
const FEW: u64 = 20_000;
/// Records that are read on from rather than looked for among.
const NEAR: u64 = 64;

/// Walks the chain from its first record to its last, changing nothing.
pub(crate) fn verify(link: &Link) -> Result<Recovered, JournalError> {
    let last = end_of(link)?;
    walk(link, Position::START, last, &mut |_, _, _| Ok(()))
}

/// Looks at every record and names each that is wrong.
pub(crate) fn audit(link: &Link, marks: &[u64]) -> Result<Audit, JournalError> {
    let last = end_of(link)?;
    let mut looked = Looked::new(marks);
    let packed = packed::look(link, &mut looked)?;
    each(link, packed + 1, last.number, &mut |row| {
        looked.take(row);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(looked.finished(marks))
}

/// What was found so far, row by row.
pub(super) struct Looked {
    found: Audit,
    wanted: BTreeSet<u64>,
    seen: BTreeMap<u64, [u8; 32]>,
    /// After a changed record both its hashes may be the right one, that which stands and that which
    /// follows; the next record tells, so only what was changed is named.
    other: Option<[u8; 32]>,
    doubtful: Doubtful,
    hashed: Vec<u8>,
}

impl Looked {
    pub(super) fn new(marks: &[u64]) -> Looked {
        Looked {
            found: Audit {
                records: 0,
                bytes: 0,
                begin: Position::START,
                end: Position::START,
                findings: Vec::new(),
                torn: None,
                marks: Vec::new(),
            },
            wanted: marks.iter().copied().collect(),
            seen: BTreeMap::new(),
            other: None,
            doubtful: Doubtful::default(),
            hashed: Vec::new(),
        }
    }

    /// Names what is missing before this record; true when nothing is.
    fn follows(&mut self, number: u64, file: &str) -> bool {
        let found = &mut self.found;
        let next = found.end.number + 1;
        if found.records == 0 {
            found.findings.extend(Finding::cut_head(number - 1));
        } else if number != next {
            found.findings.push(Finding::Removed {
                from: next,
                to: number - 1,
                file: file.to_owned(),
            });
        }
        number == next
    }

    /// Takes a block of the archive.
    pub(super) fn take_block(&mut self, block: &packed::Block) {
        let (first, last) = (block.first, block.last);
        let file = || packed::TABLE.to_owned();
        let mut rows = Vec::new();
        if !block.rows(&mut |row| rows.push(row)) {
            self.follows(first, packed::TABLE);
            let found = &mut self.found;
            found.findings.push(Finding::ChangedAmong {
                from: first,
                to: last,
                file: file(),
            });
            found.records += (last + 1).saturating_sub(first);
            found.bytes += block.frame.len() as u64;
            found.end = Position {
                number: last,
                // What follows is looked at by what this one said of itself.
                hash: block::hash_of(&block.frame).unwrap_or(block.before),
            };
            return;
        }
        if first == self.found.end.number + 1 && block.before != self.found.end.hash {
            self.found.findings.push(Finding::Unlinked {
                record: first,
                file: file(),
            });
            // Inside it goes on as it was written.
            self.found.end.hash = block.before;
        }
        for row in rows {
            self.take_from(row, packed::TABLE);
        }
    }

    pub(super) fn take(&mut self, row: Row) {
        self.take_from(row, TABLE);
    }

    fn take_from(&mut self, row: Row, file: &str) {
        let follows = self.follows(row.number, file);
        let found = &mut self.found;
        let before = found.end.hash;
        self.hashed.clear();
        chain::put(&mut self.hashed, row.tag, &row.payload);
        let hash = chain::next(&before, &self.hashed);
        let other = self.other.take();
        let right = hash == row.hash
            || other.is_some_and(|before| chain::next(&before, &self.hashed) == row.hash);
        if self.wanted.contains(&row.number) {
            self.seen.insert(row.number, row.hash);
        }
        found.end = Position {
            number: row.number,
            hash: row.hash,
        };
        found.records += 1;
        found.bytes += (self.hashed.len() + row.hash.len()) as u64;
        if follows && !right {
            self.doubtful.add(row, before, found.findings.len());
            found.findings.push(Finding::Changed {
                record: found.end.number,
                file: file.to_owned(),
            });
            self.other = Some(hash);
        }
    }

    pub(super) fn finished(self, marks: &[u64]) -> Audit {
        let mut found = self.found;
        self.doubtful.name(&mut found.findings);
        found.marks = marks.iter().map(|n| self.seen.get(n).copied()).collect();
        found
    }
}

/// Gives the records `first` to `last` to `visit` in order, until it breaks off.
pub(crate) fn read(
    link: &Link,
    first: u64,
    last: u64,
    visit: &mut Take<'_>,
) -> Result<(), JournalError> {
    let mut next = first.max(1);
    if next > last {
        return Ok(());
    }
    each(link, next, last, &mut |row| {
        if row.number != next {
            return Err(broken(next, "the record is missing"));
        }
        next += 1;
        Ok(visit(row.number, row.tag, &row.payload))
    })?;
    Ok(())
}

/// Gives the records of these kinds among `first` to `last` to `visit` in order, until it breaks off.
pub(crate) fn read_kinds(
    link: &Link,
    kinds: &[u8],
    first: u64,
    last: u64,
    visit: &mut Take<'_>,
) -> Result<(), JournalError> {
    let span = Span {
        first: first.max(1),
        last,
        kinds,
    };
    each_of(link, span, &mut |row| {
        Ok(visit(row.number, row.tag, &row.payload))
    })
}

/// The number of the last input found that was entered up to `time`; 1 when none was. Times of entries
/// never go back, so a few records of many are looked at, by their numbers.
pub(crate) fn first_after(link: &Link, time: Time) -> Result<u64, JournalError> {
    let end = end_of(link)?.number;
    let asked = aside(|| async {
        let mut connection = link.connect_patiently(NAME).await?;
        let (mut low, mut high) = (1, end + 1);
        while high - low > NEAR {
            let middle = low + (high - low) / 2;
            match input_from(&mut connection, middle, high - 1).await? {
                Some((number, at)) if at <= time => low = number,
                Some(_) | None => high = middle,
            }
        }
        Ok(low)
    });
    asked.map_err(thread)?
}

/// The first input among these records, and when it was entered.
async fn input_from(
    connection: &mut PgConnection,
    first: u64,
    last: u64,
) -> Result<Option<(u64, Time)>, JournalError> {
    let mut begin = first;
    while begin <= last {
        let end = last.min(begin + NEAR - 1);
        let mut found = None;
        let span = Span::all(begin, end);
        rows(connection, span, &mut |page| {
            let timed = |row: &Row| Some((row.number, entry_time(row.tag, &row.payload)?));
            found = found.or_else(|| page.iter().find_map(timed));
            true
        })
        .await?;
        if found.is_some() {
            return Ok(found);
        }
        begin = end + 1;
    }
    Ok(None)
}

/// Where the journal of a database ends.
pub(crate) fn end_of(link: &Link) -> Result<Position, JournalError> {
    let asked = aside(|| async {
        let mut connection = link.connect_patiently(NAME).await?;
        prepare::prepare(link, &mut connection).await?;
        last(&mut connection).await.map_err(LinkError::from)
    });
    Ok(asked.map_err(thread)??)
}

/// Gives every record behind `from` up to `last`, checking the chain.
pub(super) fn walk(
    link: &Link,
    from: Position,
    last: Position,
    visit: &mut Visit<'_>,
) -> Result<Recovered, JournalError> {
    if last.number < from.number {
        return Err(JournalError::Short {
            last: last.number,
            wanted: from.number,
        });
    }
    let found = walk_to(link, from, last.number, visit)?;
    if found.last != last {
        return Err(broken(found.last.number + 1, "the journal ends early"));
    }
    Ok(found)
}

/// Gives every record behind `from` up to record `last`, checking the chain; how far it came.
pub(super) fn walk_to(
    link: &Link,
    from: Position,
    last: u64,
    visit: &mut Visit<'_>,
) -> Result<Recovered, JournalError> {
    let mut now = from;
    let mut hashed = Vec::new();
    let mut records = 0;
    let mut started = from.number == 0;
    each(link, from.number.max(1), last, &mut |row| {
        if !std::mem::replace(&mut started, true) {
            let same = (row.number, row.hash) == (from.number, from.hash);
            return match same {
                true => Ok(ControlFlow::Continue(())),
                false => Err(broken(
                    from.number,
                    "the snapshot belongs to another journal",
                )),
            };
        }
        if row.number != now.number + 1 {
            return Err(broken(now.number + 1, "the record is missing"));
        }
        hashed.clear();
        chain::put(&mut hashed, row.tag, &row.payload);
        let hash = chain::next(&now.hash, &hashed);
        if hash != row.hash {
            return Err(broken(row.number, "the chain is broken"));
        }
        now = Position {
            number: row.number,
            hash,
        };
        records += 1;
        visit(row.number, row.tag, &row.payload).map_err(|source| JournalError::Visitor {
            record: row.number,
            source,
        })?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Recovered {
        records,
        last: now,
        torn: None,
    })
}

/// What a reading thread sends: a page of rows, or why there are no more.
pub(super) type Page = Result<Vec<Row>, JournalError>;

/// Which rows are wanted.
#[derive(Clone, Copy)]
pub(super) struct Span<'k> {
    pub(super) first: u64,
    pub(super) last: u64,
    /// Empty: all of them.
    pub(super) kinds: &'k [u8],
}

impl Span<'_> {
    /// All rows from `first` to `last`.
    pub(super) fn all(first: u64, last: u64) -> Span<'static> {
        Span {
            first,
            last,
            kinds: &[],
        }
    }
}

fn each(
    link: &Link,
    first: u64,
    last: u64,
    take: &mut dyn FnMut(Row) -> Result<ControlFlow<()>, JournalError>,
) -> Result<(), JournalError> {
    each_of(link, Span::all(first, last), take)
}

/// Gives rows to `take` in order; a thread of its own fetches ahead of it.
fn each_of(
    link: &Link,
    span: Span<'_>,
    take: &mut dyn FnMut(Row) -> Result<ControlFlow<()>, JournalError>,
) -> Result<(), JournalError> {
    if span.last < span.first {
        return Ok(());
    }
    std::thread::scope(|scope| {
        let (pages, filled) = sync_channel::<Page>(PAGES);
        std::thread::Builder::new()
            .name("watchfire-reading".to_owned())
            .spawn_scoped(scope, move || {
                if let Err(error) = fetch(link, span, &pages) {
                    // Nobody to tell when the taker has broken off.
                    let _unwanted = pages.send(Err(error));
                }
            })
            .map_err(thread)?;
        take_all(&filled, take)
    })
}

fn take_all(
    filled: &Receiver<Page>,
    take: &mut dyn FnMut(Row) -> Result<ControlFlow<()>, JournalError>,
) -> Result<(), JournalError> {
    for page in filled {
        for row in page? {
            if take(row)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Reads rows into pages until all are read or nobody takes them.
fn fetch(link: &Link, span: Span<'_>, pages: &SyncSender<Page>) -> Result<(), JournalError> {
    let runtime = small_runtime().map_err(thread)?;
    runtime.block_on(async {
        let mut connection = link.connect_patiently(NAME).await?;
        let mut give = |page| pages.send(Ok(page)).is_ok();
        rows(&mut connection, span, &mut give).await
    })
}

/// Gives rows, a page at a time, until `give` says that nobody wants more: old ones out of the archive.
pub(super) async fn rows(
    connection: &mut PgConnection,
    span: Span<'_>,
    give: &mut dyn FnMut(Vec<Row>) -> bool,
) -> Result<(), JournalError> {
    // Whoever follows wants a little of what is newest: one question, unless it has gone to the archive.
    if span.kinds.is_empty() && span.last.saturating_sub(span.first) < FEW {
        let mut found = Vec::new();
        let mut keep = |mut page: Vec<Row>| {
            found.append(&mut page);
            true
        };
        table_rows(connection, span, &mut keep).await?;
        if found.first().is_some_and(|row| row.number == span.first) {
            give(found);
            return Ok(());
        }
    }
    packed::rows(connection, span, give).await
}

/// The rows of the table alone; false when nobody wanted more.
pub(super) async fn table_rows(
    connection: &mut PgConnection,
    span: Span<'_>,
    give: &mut dyn FnMut(Vec<Row>) -> bool,
) -> Result<bool, JournalError> {
    let Span { first, last, kinds } = span;
    let only = match kinds {
        [] => String::new(),
        kinds => {
            let words: Vec<String> = kinds.iter().map(u8::to_string).collect();
            format!("AND kind IN ({})", words.join(", "))
        }
    };
    let asked = format!(
        "COPY (SELECT number, kind, version, payload, hash FROM journal \
         WHERE number BETWEEN {first} AND {last} {only} ORDER BY number) TO STDOUT (FORMAT binary)"
    );
    let mut bytes = connection
        .copy_out_raw(&asked)
        .await
        .map_err(LinkError::from)?;
    let mut taker = Taker::default();
    let (mut page, mut held) = (Vec::with_capacity(PAGE), 0);
    while let Some(piece) = bytes.try_next().await.map_err(LinkError::from)? {
        taker.feed(&piece);
        loop {
            let row = taker
                .next()
                .map_err(|_| broken(first, "the table gives no rows of a journal"))?;
            let Some(row) = row else { break };
            held += row.payload.len();
            page.push(row);
            if page.len() == PAGE || held > PAGE_BYTES {
                held = 0;
                let full = std::mem::replace(&mut page, Vec::with_capacity(PAGE));
                if !give(full) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(give(page))
}
