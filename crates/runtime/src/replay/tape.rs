//! The journal's inputs in their own order, read a piece ahead.

use std::collections::VecDeque;

use model::codec::{Record, decode, is_outcome};
use model::{Entry, Time};
use store::{Cursor, JournalReader};

use super::ReplayError;

/// Records read at once; first a few, since who goes to a time near a keyframe wants no more.
const PIECE: usize = 4_096;
const FIRST_PIECE: usize = 256;

/// Reads on from a place in the journal.
pub(crate) struct Tape {
    cursor: Cursor,
    ahead: VecDeque<Entry>,
    piece: usize,
}

impl Tape {
    /// The inputs behind record `number`.
    pub(crate) fn behind(journal: &JournalReader, number: u64) -> Tape {
        Tape {
            cursor: journal.cursor(number + 1),
            ahead: VecDeque::new(),
            piece: FIRST_PIECE,
        }
    }

    /// Number and time of the next input; `None` when there is none yet.
    ///
    /// # Errors
    /// [`ReplayError`] names the record that cannot be read.
    pub(crate) fn peek(&mut self) -> Result<Option<(u64, Time)>, ReplayError> {
        while self.ahead.is_empty() {
            let (ahead, mut bad) = (&mut self.ahead, None);
            let piece = self.piece;
            self.piece = (piece * 2).min(PIECE);
            let given = self.cursor.read(piece, &mut |seq, tag, payload| {
                if is_outcome(tag) || bad.is_some() {
                    return;
                }
                match decode(tag, payload) {
                    Ok(Record::Input {
                        at,
                        jurisdiction,
                        input,
                    }) => ahead.push_back(Entry {
                        seq,
                        at,
                        jurisdiction,
                        input,
                    }),
                    Ok(Record::Outcome { .. }) => {}
                    Err(source) => bad = Some(ReplayError::Record { seq, source }),
                }
            })?;
            if let Some(bad) = bad {
                return Err(bad);
            }
            if given == 0 {
                return Ok(None);
            }
        }
        Ok(self.ahead.front().map(|entry| (entry.seq, entry.at)))
    }

    /// Takes the input that was looked at.
    pub(crate) fn take(&mut self) -> Option<Entry> {
        self.ahead.pop_front()
    }
}
