//! Reading the journal's table: walking its chain, naming what is wrong with it, giving records in order.
//! It changes nothing, and may be done while the journal is being written.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use futures_util::TryStreamExt;
use sqlx::PgConnection;

use super::copy::{Row, Taker};
use super::journal::{TABLE, broken, last, thread};
use super::{Link, LinkError, aside, prepare, small_runtime};
use crate::journal::chain;
use crate::journal::{Audit, Finding, JournalError, Position, Recovered, Take, Visit};

/// What the server calls the sessions.
pub(super) const NAME: &str = "watchfire reading";
/// Rows that a reader may be ahead of who takes them, in pages.
const PAGES: usize = 4;
/// Rows of a page, and bytes that end one early.
const PAGE: usize = 2_048;
const PAGE_BYTES: usize = 1 << 20;

/// Walks the chain from its first record to its last, changing nothing.
pub(crate) fn verify(link: &Link) -> Result<Recovered, JournalError> {
    let last = end_of(link)?;
    walk(link, Position::START, last, &mut |_, _, _| Ok(()))
}

/// Looks at every record and names each that is wrong.
pub(crate) fn audit(link: &Link, marks: &[u64]) -> Result<Audit, JournalError> {
    let last = end_of(link)?;
    let wanted: BTreeSet<u64> = marks.iter().copied().collect();
    let mut seen = BTreeMap::new();
    let mut found = Audit {
        records: 0,
        bytes: 0,
        begin: Position::START,
        end: Position::START,
        findings: Vec::new(),
        torn: None,
        marks: Vec::new(),
    };
    let file = || TABLE.to_owned();
    // After a changed record both its hashes may be the right one, that which stands and that which
    // follows; the next record tells, so only what was changed is named.
    let mut other = None;
    let mut hashed = Vec::new();
    each(link, 1, last.number, &mut |row| {
        let next = found.end.number + 1;
        let follows = row.number == next;
        if !follows {
            let (from, to) = (next, row.number - 1);
            found.findings.push(Finding::Removed {
                from,
                to,
                file: file(),
            });
        }
        hashed.clear();
        chain::put(&mut hashed, row.tag, &row.payload);
        let hash = chain::next(&found.end.hash, &hashed);
        let right = hash == row.hash
            || other.is_some_and(|before| chain::next(&before, &hashed) == row.hash);
        other = None;
        if follows && !right {
            found.findings.push(Finding::Changed {
                record: row.number,
                file: file(),
            });
            other = Some(hash);
        }
        if wanted.contains(&row.number) {
            seen.insert(row.number, row.hash);
        }
        found.end = Position {
            number: row.number,
            hash: row.hash,
        };
        found.records += 1;
        found.bytes += (hashed.len() + row.hash.len()) as u64;
        Ok(ControlFlow::Continue(()))
    })?;
    found.marks = marks.iter().map(|n| seen.get(n).copied()).collect();
    Ok(found)
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
    let mut now = from;
    let mut hashed = Vec::new();
    let mut records = 0;
    let mut started = from.number == 0;
    each(link, from.number.max(1), last.number, &mut |row| {
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
    if now != last {
        return Err(broken(now.number + 1, "the journal ends early"));
    }
    Ok(Recovered {
        records,
        last: now,
        torn: None,
    })
}

/// What a reading thread sends: a page of rows, or why there are no more.
pub(super) type Page = Result<Vec<Row>, JournalError>;

/// Gives rows to `take` in order; a thread of its own fetches ahead of it.
fn each(
    link: &Link,
    first: u64,
    last: u64,
    take: &mut dyn FnMut(Row) -> Result<ControlFlow<()>, JournalError>,
) -> Result<(), JournalError> {
    if last < first {
        return Ok(());
    }
    std::thread::scope(|scope| {
        let (pages, filled) = sync_channel::<Page>(PAGES);
        std::thread::Builder::new()
            .name("watchfire-reading".to_owned())
            .spawn_scoped(scope, move || {
                if let Err(error) = fetch(link, first, last, &pages) {
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
fn fetch(link: &Link, first: u64, last: u64, pages: &SyncSender<Page>) -> Result<(), JournalError> {
    let runtime = small_runtime().map_err(thread)?;
    runtime.block_on(async {
        let mut connection = link.connect_patiently(NAME).await?;
        let mut give = |page| pages.send(Ok(page)).is_ok();
        rows(&mut connection, first, last, &mut give).await
    })
}

/// Gives the rows `first` to `last`, a page at a time, until `give` says that nobody wants more.
pub(super) async fn rows(
    connection: &mut PgConnection,
    first: u64,
    last: u64,
    give: &mut dyn FnMut(Vec<Row>) -> bool,
) -> Result<(), JournalError> {
    let asked = format!(
        "COPY (SELECT number, kind, version, payload, hash FROM journal \
         WHERE number BETWEEN {first} AND {last} ORDER BY number) TO STDOUT (FORMAT binary)"
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
                    return Ok(());
                }
            }
        }
    }
    give(page);
    Ok(())
}
