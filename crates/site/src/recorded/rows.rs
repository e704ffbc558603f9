//! CSV files of a recorded night, read by column name.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

use crate::make::NewSiteError;

/// A CSV file with a heading, read by column name.
pub(super) struct Heading<'a> {
    file: &'a Path,
    places: Vec<usize>,
}

impl<'a> Heading<'a> {
    /// Finds the named columns.
    fn of(
        file: &'a Path,
        heading: &ByteRecord,
        names: &[&str],
    ) -> Result<Heading<'a>, NewSiteError> {
        let mut places = Vec::with_capacity(names.len());
        for name in names {
            let place = heading.iter().position(|cell| cell == name.as_bytes());
            let what = || format!("the heading has no column `{name}`");
            places.push(place.ok_or_else(|| row_error(file, 1, what()))?);
        }
        Ok(Heading { file, places })
    }

    pub(super) fn text(&self, record: &ByteRecord, column: usize) -> Result<String, NewSiteError> {
        let bytes = record.get(self.places[column]).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(_) => Err(row_error(
                self.file,
                line_of(record),
                "not UTF-8 text".to_owned(),
            )),
        }
    }

    pub(super) fn bytes<'r>(&self, record: &'r ByteRecord, column: usize) -> &'r [u8] {
        record.get(self.places[column]).unwrap_or_default()
    }
}

pub(super) fn line_of(record: &ByteRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

pub(super) fn row_error(file: &Path, line: u64, what: String) -> NewSiteError {
    NewSiteError::Row {
        file: file.to_owned(),
        line,
        what,
    }
}

pub(super) fn read_error(file: &Path, source: std::io::Error) -> NewSiteError {
    NewSiteError::Read {
        file: file.to_owned(),
        source,
    }
}

/// Gives every row of a CSV file to `each`.
pub(super) fn for_each_row(
    file: &Path,
    content: impl Read,
    columns: &[&str],
    mut each: impl FnMut(&Heading<'_>, &ByteRecord) -> Result<(), NewSiteError>,
) -> Result<(), NewSiteError> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(content);
    let csv_error = |error: csv::Error| {
        let line = error.position().map_or(0, csv::Position::line);
        row_error(file, line, error.to_string())
    };
    let heading = reader.byte_headers().map_err(csv_error)?.clone();
    let heading = Heading::of(file, &heading, columns)?;
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(csv_error)? {
        each(&heading, &record)?;
    }
    Ok(())
}

pub(super) fn open(file: &Path) -> Result<BufReader<File>, NewSiteError> {
    File::open(file)
        .map(BufReader::new)
        .map_err(|source| read_error(file, source))
}
