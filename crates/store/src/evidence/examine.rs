//! The whole look at a data folder: chain, commits, archives, and every checkpoint that is known.

use std::io;
use std::path::Path;

use super::{CHECKPOINTS, Checkpoint, FOLDER, Keyring};
use crate::Store;
use crate::journal::{Audit, Finding, JournalError};

/// What an examination found.
#[derive(Clone, Debug)]
pub struct Examined {
    pub chain: Audit,
    /// Checkpoints whose signature is good and whose place agrees with the chain.
    pub good: Vec<Checkpoint>,
    /// Checkpoints whose signature is good and whose place the journal no longer has.
    pub unchecked: Vec<Checkpoint>,
    /// Everything that is wrong, of chain and checkpoints.
    pub findings: Vec<Finding>,
    /// The chain hash after each record that was asked for besides.
    pub(crate) edges: Vec<Option<[u8; 32]>>,
}

/// Examines the journal under `data` against the checkpoints beside it, and gives the chain hash after
/// the records `edges` with what it finds.
pub(crate) fn examine_with(data: &Path, edges: &[u64]) -> Result<Examined, JournalError> {
    look(data, &[], None, edges)
}

/// Examines the journal under `data` against the checkpoints beside it and `others`, those that were
/// kept elsewhere. All are held against `kept`, the keys that were kept with them, and those that these
/// vouch for; without any, against the keys that are the journal's own.
///
/// # Errors
/// [`JournalError::Io`] when something cannot be read.
pub fn examine(
    data: &Path,
    others: &[Checkpoint],
    kept: Option<&Keyring>,
) -> Result<Examined, JournalError> {
    look(data, others, kept, &[])
}

fn look(
    data: &Path,
    others: &[Checkpoint],
    kept: Option<&Keyring>,
    edges: &[u64],
) -> Result<Examined, JournalError> {
    let dir = data.join(FOLDER);
    let failed = |error| JournalError::io("read", &dir, error);
    let ring = match kept.filter(|ring| !ring.is_empty()) {
        Some(kept) => {
            let mut ring = kept.clone();
            ring.take_vouched(&dir).map_err(failed)?;
            ring
        }
        None => Keyring::trusted(&dir).map_err(failed)?,
    };
    let mut findings = Vec::new();
    let mut believed = Vec::new();
    for (line, read) in read_checkpoints(&dir)
        .map_err(failed)?
        .into_iter()
        .enumerate()
    {
        match read {
            Ok(checkpoint) => sort(checkpoint, &ring, &mut believed, &mut findings),
            Err(_) => findings.push(Finding::NoCheckpoint { line: line + 1 }),
        }
    }
    for checkpoint in others {
        sort(checkpoint.clone(), &ring, &mut believed, &mut findings);
    }
    believed.sort_by_key(|c| c.number);
    let mut marks: Vec<u64> = believed.iter().map(|c| c.number).collect();
    marks.extend(edges);
    let store = Store::of(data)?;
    let mut chain = store.audit(&marks)?;
    if !chain.findings.is_empty() {
        // A running server may have written where we were reading; what is really wrong stays so.
        chain = store.audit(&marks)?;
    }
    let edges = chain.marks.split_off(believed.len());
    let (mut good, mut unchecked): (Vec<Checkpoint>, Vec<Checkpoint>) = (Vec::new(), Vec::new());
    let (mut cut, mut rewritten) = (None, false);
    for (checkpoint, mark) in believed.into_iter().zip(&chain.marks) {
        let signed = checkpoint.position().map(|place| place.hash);
        if checkpoint.number > chain.end.number {
            cut = Some(checkpoint);
        } else if checkpoint.number == chain.begin.number && signed == Some(chain.begin.hash)
            || mark.is_some() && *mark == signed
        {
            good.push(checkpoint);
        } else if mark.is_none() {
            unchecked.push(checkpoint);
        } else if !std::mem::replace(&mut rewritten, true) {
            findings.push(Finding::Rewritten {
                after: good.last().map_or(0, |before| before.number),
                upto: checkpoint.number,
                time: checkpoint.time,
            });
        }
    }
    if let Some(checkpoint) = cut {
        findings.push(Finding::CutTail {
            last: chain.end.number,
            known: checkpoint.number,
            time: checkpoint.time,
        });
    }
    findings.splice(0..0, chain.findings.iter().cloned());
    Ok(Examined {
        chain,
        good,
        unchecked,
        findings,
        edges,
    })
}

fn sort(
    checkpoint: Checkpoint,
    ring: &Keyring,
    believed: &mut Vec<Checkpoint>,
    findings: &mut Vec<Finding>,
) {
    let (number, time) = (checkpoint.number, checkpoint.time);
    let forged = |why| Finding::Forged { number, time, why };
    findings.push(match ring.get(&checkpoint.key) {
        None => Finding::Foreign {
            number,
            time,
            key: checkpoint.key,
        },
        Some(key) if !key.signed(&checkpoint) => forged("the signature is not of this text"),
        Some(_) if checkpoint.position().is_none() => forged("it names no chain hash"),
        Some(_) => return believed.push(checkpoint),
    });
}

/// All checkpoints beside a journal in the order they were signed, a line that is none as its error;
/// none when there is no file. A last line without its end was torn and is left out.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read_checkpoints(dir: &Path) -> io::Result<Vec<Result<Checkpoint, serde_json::Error>>> {
    let bytes = match std::fs::read(dir.join(CHECKPOINTS)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let whole = bytes
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    let lines = bytes[..whole].split(|b| *b == b'\n');
    Ok(lines
        .filter(|line| !line.is_empty())
        .map(serde_json::from_slice)
        .collect())
}
