//! History in the order it arrived: readings, and what is known of their stations and of the events.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use model::intake::Quality;
use model::view::EventView;
use model::{Decimals, Time};
use protocols::recorded::{self, BadRow, Row};

use crate::events::{self, Denial, Event, Place, Told};

/// Why a folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("{0} holds no observations.csv.gz and no arrivals.jsonl.gz")]
    Nothing(PathBuf),
    #[error("could not read {path}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path}, {bad}")]
    Row { path: PathBuf, bad: BadRow },
    #[error("{path} is not the table it should be")]
    Table { path: PathBuf, source: csv::Error },
}

/// One reading; its value is a range of the record's text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// When it became visible; the clock of the replay.
    pub(crate) at: Time,
    pub(crate) observed: Time,
    pub(crate) received: Option<Time>,
    /// Index into [`Record::series`].
    pub(crate) series: u32,
    value: (u32, u8),
    pub(crate) revision: u16,
    pub(crate) quality: Quality,
}

/// History: readings in the order they arrived, the places they came from, the events of the time.
#[derive(Debug, Default)]
pub struct Record {
    name: String,
    readings: Vec<Reading>,
    /// Decimal texts of all values.
    text: String,
    /// Station and quantity of each series.
    pub(crate) series: Vec<(String, String)>,
    slots: HashMap<String, u32>,
    /// By station id.
    pub(crate) places: HashMap<String, Place>,
    pub(crate) events: Vec<Event>,
    /// What people said was a false alarm.
    pub(crate) denials: Vec<Denial>,
}

impl Record {
    /// A record without readings.
    pub fn new(name: &str) -> Record {
        Record {
            name: name.to_owned(),
            ..Record::default()
        }
    }

    /// Reads a folder of recorded data, arrivals in their order where the folder has them.
    ///
    /// # Errors
    /// [`RecordError`] names the file and line.
    pub fn read(folder: &Path) -> Result<Record, RecordError> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let mut record = Record::new(&name);
        let arrivals = folder.join("arrivals.jsonl.gz");
        let table = folder.join("observations.csv.gz");
        let (path, read) = if arrivals.is_file() {
            let text = unpacked(&arrivals)?;
            let read = recorded::arrivals(&text, |row| record.add_row(row));
            (arrivals, read)
        } else if table.is_file() {
            let text = unpacked(&table)?;
            let read = recorded::table(&text, |row| record.add_row(row));
            (table, read)
        } else {
            return Err(RecordError::Nothing(folder.to_owned()));
        };
        read.map_err(|bad| RecordError::Row { path, bad })?;
        // Stable: rows that arrived together keep the order of the file.
        record.readings.sort_by_key(|reading| reading.at);
        record.places = events::read_places(folder)?;
        (record.events, record.denials) = events::read_events(folder)?;
        Ok(record)
    }

    /// Adds a reading of a journal, in the order of the journal.
    pub fn push(
        &mut self,
        station: &str,
        quantity: &str,
        decimals: Decimals,
        observed: &model::Observed,
        at: Time,
    ) {
        let value = decimals.show(observed.value);
        let series = self.slot(station, quantity);
        let reading = Reading {
            at,
            observed: observed.observed,
            received: Some(observed.received),
            series,
            value: self.keep(&value),
            revision: observed.revision,
            quality: observed.quality,
        };
        self.readings.push(reading);
    }

    /// Adds what the county's own book says: an entered event, or a person's word about an alarm.
    /// `stations` are those of its area.
    pub fn happened(&mut self, event: &EventView, stations: &[String], text: String) {
        match events::of_county(event, stations, text) {
            Told::Event(event) => self.events.push(event),
            Told::Denial(denial) => self.denials.push(denial),
        }
        self.events
            .sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    }

    /// The events of the record as an events.csv.
    pub fn events_csv(&self) -> String {
        events::csv_of(&self.events, &self.denials)
    }

    /// What the record is called: the folder's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Arrival of the first and the last reading; the same moment twice when there is none.
    pub fn span(&self) -> (Time, Time) {
        let at = |reading: Option<&Reading>| reading.map_or(Time::MIN, |r| r.at);
        (at(self.readings.first()), at(self.readings.last()))
    }

    /// How many readings there are.
    pub fn len(&self) -> usize {
        self.readings.len()
    }

    /// Whether there is no reading.
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    pub(crate) fn count_between(&self, to: Time) -> u64 {
        self.until(to).len() as u64
    }

    /// The readings that arrived by `to`.
    pub(crate) fn until(&self, to: Time) -> &[Reading] {
        let end = self.readings.partition_point(|r| r.at <= to);
        &self.readings[..end]
    }

    /// The decimal text of a reading's value.
    pub(crate) fn value(&self, reading: &Reading) -> &str {
        let (start, length) = (reading.value.0 as usize, usize::from(reading.value.1));
        &self.text[start..start + length]
    }

    fn add_row(&mut self, row: &Row<'_>) -> Result<(), String> {
        if row.value.len() > usize::from(u8::MAX) {
            return Err("a value longer than any number".to_owned());
        }
        let series = self.slot(&row.station, &row.quantity);
        let value = self.keep(&row.value);
        self.readings.push(Reading {
            at: row.received.unwrap_or(row.time),
            observed: row.time,
            received: row.received,
            series,
            value,
            revision: row.revision,
            quality: row.quality,
        });
        Ok(())
    }

    fn slot(&mut self, station: &str, quantity: &str) -> u32 {
        // Topic names hold no tab, so both parts stay apart.
        let key = [station, quantity].join("\t");
        let next = self.series.len() as u32;
        *self.slots.entry(key).or_insert_with(|| {
            self.series.push((station.to_owned(), quantity.to_owned()));
            next
        })
    }

    fn keep(&mut self, value: &str) -> (u32, u8) {
        let start = self.text.len() as u32;
        self.text.push_str(value);
        (start, value.len() as u8)
    }
}

fn unpacked(path: &Path) -> Result<Vec<u8>, RecordError> {
    let read = |file: File| {
        let mut text = Vec::new();
        MultiGzDecoder::new(file).read_to_end(&mut text)?;
        Ok(text)
    };
    File::open(path)
        .and_then(read)
        .map_err(|source| RecordError::Read {
            path: path.to_owned(),
            source,
        })
}
