//! Reads a folder's messages in the order they arrived then.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use model::Time;
use model::intake::Quality;
use protocols::json::{self, Observation};
use protocols::recorded::{self, BadRow, Row};

use crate::topic;

/// Longest line of `messages.tsv`: MQTT counts the bytes of a packet up to 256 MiB.
const MOST_LINE: usize = 255 * 1024 * 1024;

/// A `messages.tsv` up to so long is read once before anything is sent, so that a bad line is found first.
const READ_FIRST: u64 = 64 * 1024 * 1024;

/// Why a folder cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error(
        "{} holds nothing to play: no messages.tsv, arrivals.jsonl.gz or observations.csv.gz",
        .0.display()
    )]
    Nothing(PathBuf),
    #[error("could not read {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}, line {line}: {what}", path.display())]
    Line {
        path: PathBuf,
        line: u64,
        what: String,
    },
}

/// Topic, body, and time of arrival where it is known without reading the body.
pub(super) type Message<'a> = (&'a str, &'a [u8], Option<Time>);

/// The messages of a folder.
pub(super) struct Source {
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    /// `messages.tsv`, read as it is sent.
    Lines(Lines),
    /// Everything else is read first, since it has to be sorted or rewritten.
    Ready { store: Store, next: usize },
}

struct Lines {
    reader: BufReader<File>,
    line: Vec<u8>,
    number: u64,
}

#[derive(Default)]
struct Store {
    bytes: Vec<u8>,
    messages: Vec<Place>,
}

/// Where a message lies in the store's bytes: the topic, then the body.
#[derive(Clone, Copy)]
struct Place {
    at: Time,
    start: usize,
    body: usize,
    end: usize,
}

impl Source {
    pub(super) fn open(folder: &Path) -> Result<Source, SourceError> {
        let lines = folder.join("messages.tsv");
        let arrivals = folder.join("arrivals.jsonl.gz");
        let table = folder.join("observations.csv.gz");
        if lines.is_file() {
            if std::fs::metadata(&lines).is_ok_and(|file| file.len() <= READ_FIRST) {
                let mut first = Lines::open(&lines)?;
                while first.next(&lines)?.is_some() {}
            }
            let kind = Kind::Lines(Lines::open(&lines)?);
            return Ok(Source { path: lines, kind });
        }
        let (path, store) = if arrivals.is_file() {
            let store = read_arrivals(&arrivals)?;
            (arrivals, store)
        } else if table.is_file() {
            let store = read_table(&table)?;
            (table, store)
        } else {
            return Err(SourceError::Nothing(folder.to_owned()));
        };
        Ok(Source {
            path,
            kind: Kind::Ready { store, next: 0 },
        })
    }

    /// The next message, in order of arrival.
    pub(super) fn next(&mut self) -> Result<Option<Message<'_>>, SourceError> {
        match &mut self.kind {
            Kind::Ready { store, next } => {
                let Some(place) = store.messages.get(*next) else {
                    return Ok(None);
                };
                *next += 1;
                let topic = std::str::from_utf8(&store.bytes[place.start..place.body])
                    .expect("topics are written as text");
                Ok(Some((
                    topic,
                    &store.bytes[place.body..place.end],
                    Some(place.at),
                )))
            }
            Kind::Lines(lines) => lines.next(&self.path),
        }
    }
}

impl Lines {
    fn open(path: &Path) -> Result<Lines, SourceError> {
        Ok(Lines {
            reader: BufReader::with_capacity(256 * 1024, open(path)?),
            line: Vec::new(),
            number: 0,
        })
    }

    /// The next line that is not empty.
    fn next(&mut self, path: &Path) -> Result<Option<Message<'_>>, SourceError> {
        loop {
            self.line.clear();
            let read = self.reader.read_until(b'\n', &mut self.line);
            read.map_err(|source| SourceError::Io {
                path: path.to_owned(),
                source,
            })?;
            if self.line.is_empty() {
                return Ok(None);
            }
            self.number += 1;
            if !self.line.trim_ascii().is_empty() {
                break;
            }
        }
        let bad = |what: &str| SourceError::Line {
            path: path.to_owned(),
            line: self.number,
            what: what.to_owned(),
        };
        let text = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let tab = text.iter().position(|b| *b == b'\t');
        let topic = tab.and_then(|tab| std::str::from_utf8(&text[..tab]).ok());
        let (Some(tab), Some(topic)) = (tab, topic.filter(|topic| sound(topic))) else {
            return Err(bad("no topic, tab and body"));
        };
        if text.len() > MOST_LINE {
            return Err(bad("longer than MQTT can carry"));
        }
        Ok(Some((topic, &text[tab + 1..], None)))
    }
}

fn sound(topic: &str) -> bool {
    !topic.is_empty() && topic.len() <= 65_535 && !topic.contains(['+', '#', '\0'])
}

fn open(path: &Path) -> Result<File, SourceError> {
    File::open(path).map_err(|source| SourceError::Io {
        path: path.to_owned(),
        source,
    })
}

impl Store {
    /// Adds a reading.
    fn add(&mut self, row: &Row<'_>) -> Result<(), String> {
        // What is no number still goes out, so that the server is the one who refuses it.
        let quoted;
        let value = match &*row.value {
            "" => None,
            _ if row.quality == Quality::Missing => None,
            number if json::is_number(number.as_bytes()) => Some(number),
            other => {
                quoted = serde_json::Value::from(other).to_string();
                Some(quoted.as_str())
            }
        };
        let observation = Observation {
            station: Cow::Borrowed(&row.station),
            quantity: Cow::Borrowed(&row.quantity),
            value,
            time: row.time,
            received: row.received,
            revision: row.revision,
            unit: Some(Cow::Borrowed(&*row.unit)).filter(|unit| !unit.is_empty()),
            seq: None,
            quality: row.quality,
        };
        let start = self.bytes.len();
        let mut name = String::new();
        topic::write_observation(&row.station, &row.quantity, &mut name);
        if !sound(&name) {
            return Err(format!("{name:?} cannot be a topic"));
        }
        self.bytes.extend_from_slice(name.as_bytes());
        let body = self.bytes.len();
        json::encode(&observation, &mut self.bytes);
        self.messages.push(Place {
            at: row.received.unwrap_or(row.time),
            start,
            body,
            end: self.bytes.len(),
        });
        Ok(())
    }
}

fn unpacked(path: &Path) -> Result<Vec<u8>, SourceError> {
    let mut text = Vec::new();
    MultiGzDecoder::new(open(path)?)
        .read_to_end(&mut text)
        .map_err(|source| SourceError::Io {
            path: path.to_owned(),
            source,
        })?;
    Ok(text)
}

fn bad_row(path: &Path, bad: BadRow) -> SourceError {
    SourceError::Line {
        path: path.to_owned(),
        line: bad.line,
        what: bad.what,
    }
}

fn read_arrivals(path: &Path) -> Result<Store, SourceError> {
    let mut store = Store::default();
    let read = recorded::arrivals(&unpacked(path)?, |row| store.add(row));
    read.map_err(|bad| bad_row(path, bad))?;
    Ok(store)
}

fn read_table(path: &Path) -> Result<Store, SourceError> {
    let mut store = Store::default();
    let read = recorded::table(&unpacked(path)?, |row| store.add(row));
    read.map_err(|bad| bad_row(path, bad))?;
    // Stable: rows that arrived together keep the order of the file.
    store.messages.sort_by_key(|place| place.at);
    Ok(store)
}
