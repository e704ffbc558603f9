//! CSV files read row by row, each cell with its place.

use std::ops::Range;

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::diagnose::{Diagnostics, Problem, Source};

/// The columns of a sheet, in the order in which [`Row::get`] numbers them.
pub(crate) struct Columns {
    /// Must be in the heading.
    pub(crate) required: &'static [&'static str],
    /// May be absent; their cells are then empty.
    pub(crate) optional: &'static [&'static str],
}

impl Columns {
    fn all(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.required.iter().chain(self.optional).copied()
    }
}

/// One row while it is read.
pub(crate) struct Row<'a> {
    source: &'a Source,
    record: &'a StringRecord,
    /// Where each known column stands in the file.
    places: &'a [Option<usize>],
    start: usize,
}

impl Row<'_> {
    /// The cell of a known column, trimmed; empty where there is none.
    pub(crate) fn get(&self, column: usize) -> &str {
        self.places[column]
            .and_then(|place| self.record.get(place))
            .unwrap_or_default()
    }

    /// Where the cell stands in the file.
    pub(crate) fn span(&self, column: usize) -> Range<usize> {
        match self.places[column] {
            Some(place) => cell_span(self.source.text(), self.start, place),
            None => self.start..self.start,
        }
    }

    /// A problem of one cell.
    pub(crate) fn problem(&self, column: usize, what: impl Into<String>) -> Problem {
        Problem::at(self.source, self.span(column), what)
    }
}

/// Reads a sheet, giving each sound row to `read`.
pub(crate) fn read(
    source: &Source,
    columns: &Columns,
    out: &mut Diagnostics,
    mut read: impl FnMut(&Row<'_>, &mut Diagnostics),
) {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(source.text().as_bytes());
    let mut record = StringRecord::new();
    let mut heading: Option<(Vec<Option<usize>>, usize)> = None;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let at = error.position().map_or(0, |p| p.byte() as usize);
                out.push(Problem::at(
                    source,
                    at..at + 1,
                    format!("not readable as CSV: {error}"),
                ));
                break;
            }
        }
        let start = record.position().map_or(0, |p| p.byte() as usize);
        let start = skip_comments(source.text(), start);
        let Some((places, width)) = &heading else {
            let Some(places) = read_heading(source, columns, &record, start, out) else {
                return;
            };
            heading = Some((places, record.len()));
            continue;
        };
        if record.len() != *width {
            let what = format!(
                "this row has {} cells, the heading has {width}",
                record.len()
            );
            let line = start..source.text().len();
            out.push(Problem::at(source, line, what).expecting(format!("{width} cells")));
            continue;
        }
        read(
            &Row {
                source,
                record: &record,
                places,
                start,
            },
            out,
        );
    }
    if heading.is_none() {
        let line = columns.all().collect::<Vec<_>>().join(",");
        out.push(Problem::whole(
            source,
            format!("the heading is missing: {line}"),
        ));
    }
}

/// Finds the known columns; absent when one that must be there is not.
fn read_heading(
    source: &Source,
    columns: &Columns,
    record: &StringRecord,
    start: usize,
    out: &mut Diagnostics,
) -> Option<Vec<Option<usize>>> {
    let expected = || format!("columns {}", columns.all().collect::<Vec<_>>().join(", "));
    let places: Vec<Option<usize>> = columns
        .all()
        .map(|name| record.iter().position(|cell| cell == name))
        .collect();
    for (place, cell) in record.iter().enumerate() {
        if places.contains(&Some(place)) {
            continue;
        }
        let again = columns.all().any(|name| name == cell);
        let what = if again {
            "stands twice in the heading"
        } else {
            "is no column of this file"
        };
        let unused = columns
            .all()
            .zip(&places)
            .filter(|(_, p)| p.is_none())
            .map(|(name, _)| name);
        out.push(
            Problem::at(
                source,
                cell_span(source.text(), start, place),
                format!("`{cell}` {what}"),
            )
            .expecting(expected())
            .near(cell, unused),
        );
    }
    let mut whole = true;
    for (name, place) in columns.required.iter().zip(&places) {
        if place.is_none() {
            whole = false;
            let line = start..source.text().len();
            out.push(
                Problem::at(source, line, format!("column `{name}` is missing"))
                    .expecting(expected()),
            );
        }
    }
    whole.then_some(places)
}

/// The CSV reader gives the place before comments and empty lines; the row begins after them.
fn skip_comments(text: &str, mut at: usize) -> usize {
    loop {
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with('#') {
            at += rest.find('\n').map_or(rest.len(), |i| i + 1);
        } else if rest.starts_with(['\n', '\r']) {
            at += 1;
        } else {
            return at;
        }
    }
}

/// Where a cell stands, quotes included.
fn cell_span(text: &str, start: usize, cell: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let mut at = start.min(bytes.len());
    for place in 0.. {
        let begin = at;
        let mut quoted = bytes.get(at) == Some(&b'"');
        at += usize::from(quoted);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' if quoted => quoted = false,
                b'"' if bytes[at - 1] == b'"' => quoted = true,
                b',' | b'\n' | b'\r' if !quoted => break,
                _ => {}
            }
            at += 1;
        }
        if place == cell || bytes.get(at) != Some(&b',') {
            return begin..at;
        }
        at += 1;
    }
    start..start
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cells(text: &str) -> (Vec<String>, Diagnostics) {
        let source = Source::new("x.csv".into(), "x.csv", text.to_owned());
        let columns = Columns {
            required: &["id", "name"],
            optional: &["note"],
        };
        let (mut seen, mut out) = (Vec::new(), Diagnostics::default());
        read(&source, &columns, &mut out, |row, _| {
            let spans: Vec<_> = (0..3).map(|c| &source.text()[row.span(c)]).collect();
            seen.push(spans.join("|"));
        });
        (seen, out)
    }

    #[test]
    fn cells_know_their_place() {
        let (seen, out) = cells("# hello\nid,name,note\n\n# more\na,\"b, \"\"c\"\"\",d\r\ne,f,\n");
        assert!(out.is_empty(), "{out}");
        assert_eq!(seen, ["a|\"b, \"\"c\"\"\"|d", "e|f|"]);
    }

    #[test]
    fn every_bad_row_and_column_is_told() {
        let (seen, out) = cells("id,nmae,name\na,b\nc,d,e\nf,g,h,i\n");
        assert_eq!(seen, ["c|e|"]);
        let lines: Vec<_> = out.problems().iter().map(Problem::line).collect();
        assert_eq!(
            lines,
            [
                "x.csv:1:4: `nmae` is no column of this file",
                "x.csv:2:1: this row has 2 cells, the heading has 3",
                "x.csv:4:1: this row has 4 cells, the heading has 3",
            ]
        );
        assert!(
            cells("")
                .1
                .to_string()
                .contains("the heading is missing: id,name,note")
        );
    }
}
