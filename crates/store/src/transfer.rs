//! Moving everything from one store to another: the journal record by record, its chain checked at both
//! ends, snapshots, logins and sessions. What can be rebuilt from the journal is not moved.
//!
//! It goes on where an earlier, interrupted move ended, and never touches what it moves from.

use std::ops::ControlFlow;

use crate::journal::{CommitBuffer, JournalError, JournalOptions, Position, TooLong};
use crate::logins::LoginsError;
use crate::postgres::{aside, snapshots::SnapshotTable};
use crate::{Snapshots, Store, Writer};

/// Records of one commit while moving, and bytes that end one early.
const BATCH: usize = 20_000;
const BATCH_BYTES: usize = 8 << 20;

/// Why a move ended. What had arrived is whole and will be gone on from.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("the journal to move from is not whole")]
    Source(#[source] JournalError),
    #[error("the journal to move to cannot be written")]
    Target(#[source] JournalError),
    /// Its records are others than ours.
    #[error(
        "the store to move to has a journal of its own, which ends at record {last} and is no \
         beginning of this one; choose an empty one"
    )]
    Occupied { last: u64 },
    #[error("what arrived is not what was sent: it ends at record {arrived}, not {sent}")]
    Differs { arrived: u64, sent: u64 },
    #[error(transparent)]
    TooLong(#[from] TooLong),
    #[error("snapshots could not be moved")]
    Snapshots(#[source] std::io::Error),
    #[error("logins could not be moved")]
    Logins(#[from] LoginsError),
}

/// What was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transferred {
    /// Where the journal ends, the same in both stores.
    pub last: Position,
    /// Records that were sent now; fewer than there are when an earlier move had begun.
    pub records: u64,
    pub snapshots: usize,
    pub logins: usize,
    pub sessions: usize,
}

/// Copies everything of `from` to `to`, which must be empty or the beginning of the same journal.
/// Neither may be in use. It blocks, and may not be called on a thread that carries sockets.
///
/// # Errors
/// [`TransferError`].
pub fn transfer(from: &Store, to: &Store) -> Result<Transferred, TransferError> {
    let source = from.verify().map_err(TransferError::Source)?;
    let reserve = JournalOptions::default().reserve_bytes;
    let records = journal(from, to, source.last, reserve)?.records;
    let arrived = to.verify().map_err(TransferError::Target)?;
    if arrived.last != source.last {
        return Err(TransferError::Differs {
            arrived: arrived.last.number,
            sent: source.last.number,
        });
    }
    let snapshots = snapshots(from, to, u64::MAX).map_err(TransferError::Snapshots)?;
    let (logins, sessions) = logins(from, to)?;
    Ok(Transferred {
        last: source.last,
        records,
        snapshots,
        logins,
        sessions,
    })
}

/// What was sent of a journal.
#[derive(Default)]
pub(crate) struct Sent {
    pub(crate) records: u64,
    pub(crate) commits: u64,
    pub(crate) bytes: u64,
}

/// Sends the records up to `last` that the other store lacks; what is written keeps `reserve_bytes`.
pub(crate) fn journal(
    from: &Store,
    to: &Store,
    last: Position,
    reserve_bytes: u64,
) -> Result<Sent, TransferError> {
    let options = JournalOptions {
        reserve_bytes,
        ..JournalOptions::default()
    };
    let opened = to.open_journal(options, Position::START, &mut |_, _, _| Ok(()));
    let (mut writer, there) = opened.map_err(TransferError::Target)?;
    let begun = there.last;
    let occupied = TransferError::Occupied { last: begun.number };
    if begun.number > last.number || chain_at(from, begun.number)? != begun {
        return Err(occupied);
    }
    let mut buffer = CommitBuffer::new(begun);
    let (mut sent, mut failed) = (Sent::default(), None);
    let read = from.read(begun.number + 1, last.number, &mut |_, tag, payload| {
        let pushed = buffer
            .push(tag, payload)
            .map_err(TransferError::from)
            .and_then(|_| {
                if buffer.records() >= BATCH || buffer.len_bytes() >= BATCH_BYTES {
                    sent.send(&mut writer, &mut buffer)?;
                }
                Ok(())
            });
        match pushed {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    read.map_err(TransferError::Source)?;
    if let Some(error) = failed {
        return Err(error);
    }
    sent.send(&mut writer, &mut buffer)?;
    writer.close().map_err(TransferError::Target)?;
    Ok(sent)
}

impl Sent {
    fn send(
        &mut self,
        writer: &mut Writer,
        buffer: &mut CommitBuffer,
    ) -> Result<(), TransferError> {
        if buffer.is_empty() {
            return Ok(());
        }
        let sealed = buffer.seal();
        writer.append(&sealed).map_err(TransferError::Target)?;
        self.records += sealed.records() as u64;
        self.commits += 1;
        self.bytes += sealed.frame().len() as u64;
        Ok(())
    }
}

/// The chain of `store` after record `number`, computed anew.
fn chain_at(store: &Store, number: u64) -> Result<Position, TransferError> {
    let mut buffer = CommitBuffer::new(Position::START);
    let mut failed = None;
    store
        .read(1, number, &mut |_, tag, payload| {
            if buffer.len_bytes() >= BATCH_BYTES {
                let behind = buffer.position();
                buffer.begin(behind);
            }
            match buffer.push(tag, payload) {
                Ok(_) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })
        .map_err(TransferError::Source)?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(buffer.position()),
    }
}

/// Copies the snapshots of records up to `last`; how many of those there are now.
pub(crate) fn snapshots(from: &Store, to: &Store, last: u64) -> std::io::Result<usize> {
    let (from, to) = (from.snapshots()?, to.snapshots()?);
    let there = numbers(&to)?;
    let mut moved = 0;
    for number in numbers(&from)?.into_iter().filter(|number| *number <= last) {
        let bytes = match &from {
            Snapshots::Files(store) => store.file(number)?,
            Snapshots::Table(table) => table.file(number)?,
        };
        // A damaged one is of no use there either.
        let Some(found) = bytes.and_then(crate::snapshot::decode) else {
            continue;
        };
        if !there.contains(&number) {
            to.write(found.position, found.format, &found.content)?;
        }
        moved += 1;
    }
    Ok(moved)
}

fn numbers(of: &Snapshots) -> std::io::Result<Vec<u64>> {
    match of {
        Snapshots::Files(store) => store.numbers(),
        Snapshots::Table(table) => SnapshotTable::numbers(table),
    }
}

/// Logins and sessions; what the other store had of them is replaced.
fn logins(from: &Store, to: &Store) -> Result<(usize, usize), TransferError> {
    let moved = aside(|| async {
        // Nothing is taken out of the source: its own logins are what it is brought in line with.
        let Some(source) = from.logins_as_they_are().await? else {
            return Ok((0, 0));
        };
        let (logins, sessions) = source.all().await?;
        source.close().await;
        let (target, _) = to.logins(&[], i64::MAX).await?;
        target.reconcile(&logins, i64::MAX).await?;
        for session in &sessions {
            target.begin(session).await?;
        }
        target.close().await;
        Ok::<_, LoginsError>((logins.len(), sessions.len()))
    });
    Ok(moved.map_err(|source| LoginsError::SetAside {
        path: to.data().to_owned(),
        source,
    })??)
}
