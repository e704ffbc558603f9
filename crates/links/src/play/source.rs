//! Reads a folder's messages in the order they arrived then.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use model::Time;
use model::intake::Quality;
use protocols::json::{self, Observation};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::topic;

/// Longest line of `messages.tsv`: MQTT counts the bytes of a packet up to 256 MiB.
const MOST_LINE: usize = 255 * 1024 * 1024;

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
    Lines {
        reader: BufReader<File>,
        line: Vec<u8>,
        number: u64,
    },
    /// Everything else is read first, since it has to be sorted or rewritten.
    Ready { store: Store, next: usize },
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
            let reader = BufReader::with_capacity(256 * 1024, open(&lines)?);
            let kind = Kind::Lines {
                reader,
                line: Vec::new(),
                number: 0,
            };
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
            Kind::Lines {
                reader,
                line,
                number,
            } => {
                line.clear();
                let read = reader.read_until(b'\n', line);
                read.map_err(|source| SourceError::Io {
                    path: self.path.clone(),
                    source,
                })?;
                if line.is_empty() {
                    return Ok(None);
                }
                *number += 1;
                let text = line.strip_suffix(b"\n").unwrap_or(line);
                let tab = text.iter().position(|b| *b == b'\t');
                let topic = tab.and_then(|tab| std::str::from_utf8(&text[..tab]).ok());
                let (Some(tab), Some(topic)) = (tab, topic.filter(|topic| sound(topic))) else {
                    let what = "no topic, tab and body".to_owned();
                    return Err(SourceError::Line {
                        path: self.path.clone(),
                        line: *number,
                        what,
                    });
                };
                if text.len() > MOST_LINE {
                    let what = "longer than MQTT can carry".to_owned();
                    return Err(SourceError::Line {
                        path: self.path.clone(),
                        line: *number,
                        what,
                    });
                }
                Ok(Some((topic, &text[tab + 1..], None)))
            }
        }
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

/// One reading as a folder has it.
#[derive(Deserialize)]
struct Row<'a> {
    time: Cow<'a, str>,
    station: Cow<'a, str>,
    quantity: Cow<'a, str>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    unit: Option<Cow<'a, str>>,
    quality: Option<Cow<'a, str>>,
    received: Option<Cow<'a, str>>,
    revision: Option<u16>,
}

impl Store {
    /// Adds a reading; `value` is its decimal text, empty for none.
    fn add(&mut self, row: &Row<'_>, value: &str) -> Result<(), String> {
        let instant = |name: &str, text: &str| {
            Time::parse(text.as_bytes()).map_err(|bad| format!("{name} {text:?} is {bad}"))
        };
        let time = instant("time", &row.time)?;
        let received = match row.received.as_deref().unwrap_or_default() {
            "" => None,
            text => Some(instant("received", text)?),
        };
        let quality = quality(row.quality.as_deref().unwrap_or_default(), value)?;
        // What is no number still goes out, so that the server is the one who refuses it.
        let quoted;
        let value = match value {
            "" => None,
            _ if quality == Quality::Missing => None,
            number if json::is_number(number.as_bytes()) => Some(number),
            other => {
                quoted = serde_json::Value::from(other).to_string();
                Some(quoted.as_str())
            }
        };
        let unit = row.unit.as_deref().filter(|unit| !unit.is_empty());
        let observation = Observation {
            station: Cow::Borrowed(&row.station),
            quantity: Cow::Borrowed(&row.quantity),
            value,
            time,
            received,
            revision: row.revision.unwrap_or(0),
            unit: unit.map(Cow::Borrowed),
            seq: None,
            quality,
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
        let at = received.unwrap_or(time);
        self.messages.push(Place {
            at,
            start,
            body,
            end: self.bytes.len(),
        });
        Ok(())
    }
}

/// The quality that a folder's word and value stand for.
fn quality(word: &str, value: &str) -> Result<Quality, String> {
    Ok(match word {
        "missing" => Quality::Missing,
        _ if value.is_empty() => Quality::Missing,
        "" | "derived" | "good" => Quality::Good,
        "rejected" | "bad" => Quality::Bad,
        "doubtful" => Quality::Doubtful,
        other => return Err(format!("quality {other:?} is none we know")),
    })
}

fn read_arrivals(path: &Path) -> Result<Store, SourceError> {
    let mut reader = BufReader::new(MultiGzDecoder::new(open(path)?));
    let mut store = Store::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        reader
            .read_until(b'\n', &mut line)
            .map_err(|source| SourceError::Io {
                path: path.to_owned(),
                source,
            })?;
        if line.is_empty() {
            break;
        }
        let bad = |what| SourceError::Line {
            path: path.to_owned(),
            line: number,
            what,
        };
        let row: Row<'_> = serde_json::from_slice(&line).map_err(|error| bad(error.to_string()))?;
        let value = row.value.map_or("", RawValue::get);
        store.add(&row, value.trim_matches('"')).map_err(bad)?;
    }
    Ok(store)
}

fn read_table(path: &Path) -> Result<Store, SourceError> {
    let bad = |line: u64, what: String| SourceError::Line {
        path: path.to_owned(),
        line,
        what,
    };
    let mut text = Vec::new();
    MultiGzDecoder::new(open(path)?)
        .read_to_end(&mut text)
        .map_err(|source| SourceError::Io {
            path: path.to_owned(),
            source,
        })?;
    let mut table = csv::Reader::from_reader(text.as_slice());
    let names = table
        .headers()
        .map_err(|error| bad(1, error.to_string()))?
        .clone();
    let column = |name: &str| names.iter().position(|n| n == name);
    let needed = |name: &str| column(name).ok_or_else(|| bad(1, format!("no column {name:?}")));
    let (time, station) = (needed("time")?, needed("station")?);
    let (quantity, value) = (needed("quantity")?, needed("value")?);
    let (unit, quality, received) = (column("unit"), column("quality"), column("received"));
    let mut store = Store::default();
    let mut record = csv::StringRecord::new();
    loop {
        match table.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                return Err(bad(
                    error.position().map_or(0, csv::Position::line),
                    error.to_string(),
                ));
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let get = |at: usize| Cow::Borrowed(record.get(at).unwrap_or_default());
        let row = Row {
            time: get(time),
            station: get(station),
            quantity: get(quantity),
            value: None,
            unit: unit.map(get),
            quality: quality.map(get),
            received: received.map(get),
            revision: None,
        };
        store
            .add(&row, record.get(value).unwrap_or_default())
            .map_err(|what| bad(line, what))?;
    }
    // Stable: rows that arrived together keep the order of the file.
    store.messages.sort_by_key(|place| place.at);
    Ok(store)
}
