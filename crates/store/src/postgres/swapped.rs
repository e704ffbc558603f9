//! Rows of the journal's table that stand in each other's place. No I/O.
//!
//! Whoever swaps two may have moved their payloads, their kinds with them, or whole rows with their
//! hashes; then the rows behind them do not follow either, and nothing is wrong with those.

use super::copy::Row;
use crate::journal::Finding;
use crate::journal::chain;

/// Rows kept for comparing: a table with more wrong in it was not swapped but rewritten.
const MOST: usize = 64;

/// Rows that do not follow from those before, until their like is found.
#[derive(Default)]
pub(super) struct Doubtful {
    rows: Vec<Doubt>,
}

struct Doubt {
    row: Row,
    /// The hash that stands before its place.
    before: [u8; 32],
    /// Which finding says that it was changed.
    finding: usize,
}

impl Doubt {
    /// Whether `hash` is that of this row with the payload of `other`, and its kind too when `whole`.
    fn is_right_with(&self, other: &Doubt, whole: bool) -> bool {
        let tag = if whole { other.row.tag } else { self.row.tag };
        follow(&self.before, tag, &other.row.payload) == self.row.hash
    }

    /// Whether this row is right behind `before`.
    fn follows(&self, before: &[u8; 32]) -> bool {
        follow(before, self.row.tag, &self.row.payload) == self.row.hash
    }
}

fn follow(before: &[u8; 32], tag: model::codec::Tag, payload: &[u8]) -> [u8; 32] {
    let mut hashed = Vec::with_capacity(payload.len() + chain::MAX_PREFIX);
    chain::put(&mut hashed, tag, payload);
    chain::next(before, &hashed)
}

impl Doubtful {
    pub(super) fn add(&mut self, row: Row, before: [u8; 32], finding: usize) {
        if self.rows.len() < MOST {
            self.rows.push(Doubt {
                row,
                before,
                finding,
            });
        }
    }

    /// Says of two that were found changed and are right in each other's place that they were swapped.
    pub(super) fn name(self, findings: &mut Vec<Finding>) {
        let mut gone = Vec::new();
        for (at, one) in self.rows.iter().enumerate() {
            if gone.contains(&one.finding) {
                continue;
            }
            for other in &self.rows[at + 1..] {
                let contents = [false, true].into_iter().any(|whole| {
                    one.is_right_with(other, whole) && other.is_right_with(one, whole)
                });
                let rows = !contents && self.rows_swapped(one, other);
                if !contents && !rows {
                    continue;
                }
                if let Some(finding) = findings.get_mut(one.finding) {
                    let Finding::Changed { file, .. } = finding else {
                        continue;
                    };
                    *finding = Finding::Swapped {
                        one: one.row.number,
                        other: other.row.number,
                        file: std::mem::take(file),
                    };
                }
                gone.push(other.finding);
                if rows {
                    gone.extend(self.only_behind(one, other));
                    gone.extend(self.only_behind(other, one));
                }
                break;
            }
        }
        gone.sort_unstable();
        gone.dedup();
        for finding in gone.into_iter().rev() {
            findings.remove(finding);
        }
    }

    /// Whether each whole row, hash and all, is right where the other stands.
    fn rows_swapped(&self, one: &Doubt, other: &Doubt) -> bool {
        let next_to = one.row.number + 1 == other.row.number;
        let before_other = if next_to {
            other.row.hash
        } else {
            other.before
        };
        other.follows(&one.before) && one.follows(&before_other)
    }

    /// The finding of the row behind `place`, when it is right behind what should stand there.
    fn only_behind(&self, place: &Doubt, right: &Doubt) -> Option<usize> {
        let behind = self.rows.iter().find(|doubt| {
            doubt.row.number == place.row.number + 1 && doubt.row.number != right.row.number
        })?;
        behind.follows(&right.row.hash).then_some(behind.finding)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::reading::Looked;
    use super::*;
    use crate::journal::Position;
    use model::codec::Tag;

    fn rows(count: u64) -> Vec<Row> {
        let mut before = Position::START.hash;
        (1..=count)
            .map(|number| {
                let tag = Tag {
                    kind: number as u8,
                    version: 1,
                };
                let payload = number.to_le_bytes().to_vec();
                before = follow(&before, tag, &payload);
                Row {
                    number,
                    tag,
                    payload,
                    hash: before,
                }
            })
            .collect()
    }

    fn told(rows: Vec<Row>) -> Vec<String> {
        let mut looked = Looked::new(&[]);
        rows.into_iter().for_each(|row| looked.take(row));
        let found = looked.finished(&[]).findings;
        found.iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn what_was_swapped_is_named_however_it_was_done() {
        let swapped =
            |one, other| format!("entries {one} and {other} were swapped, in the table journal");
        for (one, other) in [(6, 7), (3, 9), (1, 2), (8, 12)] {
            let two = |rows: &mut Vec<Row>| {
                let (a, b) = (one as usize - 1, other as usize - 1);
                let (first, second) = rows.split_at_mut(b);
                (first[a].clone(), second[0].clone(), a, b)
            };
            // Payloads alone; with their kinds; whole rows.
            for what in 0..3 {
                let mut rows = rows(12);
                let (first, second, a, b) = two(&mut rows);
                rows[a].payload = second.payload;
                rows[b].payload = first.payload;
                if what > 0 {
                    (rows[a].tag, rows[b].tag) = (second.tag, first.tag);
                }
                if what > 1 {
                    (rows[a].hash, rows[b].hash) = (second.hash, first.hash);
                }
                assert_eq!(told(rows), [swapped(one, other)], "{what}");
            }
        }
    }

    #[test]
    fn what_was_changed_beside_a_swap_stays_named() {
        let mut rows = rows(20);
        let payload = std::mem::take(&mut rows[4].payload);
        rows[4].payload = std::mem::replace(&mut rows[10].payload, payload);
        rows[14].payload.push(1);
        let want = [
            "entries 5 and 11 were swapped, in the table journal",
            "entry 15 was changed, in the table journal",
        ];
        assert_eq!(told(rows), want);
    }

    #[test]
    fn a_table_without_its_beginning_says_so() {
        let rows = rows(9).split_off(4);
        assert_eq!(
            told(rows),
            ["entries 1 to 4 are missing: the journal begins at entry 5"]
        );
    }
}
