//! Rows of the journal's table as PostgreSQL's binary COPY has them, in both directions. No I/O.

use model::codec::Tag;

/// Begins every binary COPY: its signature, no flags, no extension.
const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Number, kind, version, payload, hash.
const COLUMNS: i16 = 5;

/// One row of the journal's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) tag: Tag,
    pub(crate) payload: Vec<u8>,
    pub(crate) hash: [u8; 32],
}

/// The same, still where it lies in a commit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'c> {
    pub(crate) number: u64,
    pub(crate) tag: Tag,
    pub(crate) payload: &'c [u8],
    pub(crate) hash: [u8; 32],
}

/// Begins a COPY in `out`.
pub(crate) fn begin(out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(HEAD);
}

/// Adds one row.
pub(crate) fn put(out: &mut Vec<u8>, row: &Seen<'_>) {
    out.extend_from_slice(&COLUMNS.to_be_bytes());
    field(out, &row.number.to_be_bytes());
    field(out, &u16::from(row.tag.kind).to_be_bytes());
    field(out, &u16::from(row.tag.version).to_be_bytes());
    field(out, row.payload);
    field(out, &row.hash);
}

/// Ends the COPY.
pub(crate) fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(&(-1i16).to_be_bytes());
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Takes the bytes of a COPY as they come and gives whole rows.
#[derive(Default)]
pub(crate) struct Taker {
    held: Vec<u8>,
    /// Bytes of `held` that were given.
    at: usize,
    begun: bool,
}

/// The bytes are not what the table would give.
#[derive(Debug)]
pub(crate) struct NotRows;

impl Taker {
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.held.drain(..self.at);
        self.at = 0;
        self.held.extend_from_slice(bytes);
    }

    /// The next whole row; `None` when more bytes are needed or the COPY has ended.
    pub(crate) fn next(&mut self) -> Result<Option<Row>, NotRows> {
        let mut rest = &self.held[self.at..];
        if !self.begun {
            let Some(found) = rest.get(..HEAD.len()) else {
                return Ok(None);
            };
            if found != HEAD {
                return Err(NotRows);
            }
            self.begun = true;
            self.at += HEAD.len();
            rest = &rest[HEAD.len()..];
        }
        let Some((columns, mut rest)) = rest.split_first_chunk::<2>() else {
            return Ok(None);
        };
        match i16::from_be_bytes(*columns) {
            -1 => return Ok(None),
            COLUMNS => {}
            _ => return Err(NotRows),
        }
        let mut fields: [&[u8]; COLUMNS as usize] = [&[]; COLUMNS as usize];
        for field in &mut fields {
            let Some((length, behind)) = rest.split_first_chunk::<4>() else {
                return Ok(None);
            };
            // A NULL has the length -1; no column of the table may be NULL.
            let length = usize::try_from(i32::from_be_bytes(*length)).map_err(|_| NotRows)?;
            let Some((bytes, behind)) = behind.split_at_checked(length) else {
                return Ok(None);
            };
            (*field, rest) = (bytes, behind);
        }
        let row = row(&fields).ok_or(NotRows)?;
        self.at = self.held.len() - rest.len();
        Ok(Some(row))
    }
}

fn row([number, kind, version, payload, hash]: &[&[u8]; 5]) -> Option<Row> {
    let small = |bytes: &[u8]| u8::try_from(i16::from_be_bytes(bytes.try_into().ok()?)).ok();
    Some(Row {
        number: u64::from_be_bytes((*number).try_into().ok()?),
        tag: Tag {
            kind: small(kind)?,
            version: small(version)?,
        },
        payload: payload.to_vec(),
        hash: (*hash).try_into().ok()?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rows_come_back_however_the_bytes_are_cut() {
        let rows: Vec<Row> = (1..40u64)
            .map(|number| Row {
                number,
                tag: Tag {
                    kind: number as u8,
                    version: 1,
                },
                payload: vec![number as u8; (number as usize * 7) % 50],
                hash: [number as u8; 32],
            })
            .collect();
        let mut bytes = Vec::new();
        begin(&mut bytes);
        for row in &rows {
            let seen = Seen {
                number: row.number,
                tag: row.tag,
                payload: &row.payload,
                hash: row.hash,
            };
            put(&mut bytes, &seen);
        }
        end(&mut bytes);
        for size in [1, 3, 17, 100, bytes.len()] {
            let (mut taker, mut found) = (Taker::default(), Vec::new());
            for piece in bytes.chunks(size) {
                taker.feed(piece);
                while let Some(row) = taker.next().unwrap() {
                    found.push(row);
                }
            }
            assert_eq!(found, rows, "pieces of {size}");
        }
        let mut taker = Taker::default();
        taker.feed(b"something else than a COPY");
        assert!(taker.next().is_err());
    }
}
