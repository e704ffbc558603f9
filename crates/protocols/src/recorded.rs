//! Recorded nights: `observations.csv` and `arrivals.jsonl`, one reading a row.
//!
//! A value stays the text it was. What is no number is handed on too: whether it is refused is the
//! intake's question.

use std::borrow::Cow;

use model::Time;
use model::intake::Quality;
use serde::Deserialize;
use serde_json::value::RawValue;

/// One reading as a folder has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    pub station: Cow<'a, str>,
    pub quantity: Cow<'a, str>,
    /// Decimal text; empty for none.
    pub value: Cow<'a, str>,
    pub time: Time,
    /// When it became visible to the collector, where that is known.
    pub received: Option<Time>,
    /// Empty where the folder does not say.
    pub unit: Cow<'a, str>,
    pub quality: Quality,
    pub revision: u16,
}

/// A row that cannot be read; lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct BadRow {
    pub line: u64,
    pub what: String,
}

/// Gives every row of `observations.csv` to `each`, in the order of the file.
///
/// # Errors
/// [`BadRow`] for a missing column, a row that cannot be read, or one that `each` refuses.
pub fn table(
    text: &[u8],
    mut each: impl FnMut(&Row<'_>) -> Result<(), String>,
) -> Result<(), BadRow> {
    let bad = |line: u64, what: String| BadRow { line, what };
    let mut table = csv::Reader::from_reader(text);
    let names = table.headers().map_err(|error| bad(1, error.to_string()))?;
    let names = names.clone();
    let column = |name: &str| names.iter().position(|n| n == name);
    let needed = |name: &str| column(name).ok_or_else(|| bad(1, format!("no column {name:?}")));
    let (time, station) = (needed("time")?, needed("station")?);
    let (quantity, value) = (needed("quantity")?, needed("value")?);
    let (unit, quality, received) = (column("unit"), column("quality"), column("received"));
    let mut record = csv::StringRecord::new();
    loop {
        match table.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                return Err(bad(line, error.to_string()));
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let get = |at: usize| record.get(at).unwrap_or_default();
        let may = |at: Option<usize>| at.map(get).unwrap_or_default();
        let row = Cells {
            time: get(time),
            value: get(value),
            quality: may(quality),
            received: may(received),
        };
        let row = row.read(
            Cow::Borrowed(get(station)),
            Cow::Borrowed(get(quantity)),
            Cow::Borrowed(may(unit)),
            0,
        );
        row.and_then(|row| each(&row))
            .map_err(|what| bad(line, what))?;
    }
}

/// Gives every line of `arrivals.jsonl` to `each`, in the order of arrival.
///
/// # Errors
/// [`BadRow`] for a line that is not the JSON it should be, or one that `each` refuses.
pub fn arrivals(
    text: &[u8],
    mut each: impl FnMut(&Row<'_>) -> Result<(), String>,
) -> Result<(), BadRow> {
    let lines = text.split(|b| *b == b'\n').zip(1..);
    for (line, number) in lines.filter(|(line, _)| !line.is_empty()) {
        let bad = |what: String| BadRow { line: number, what };
        let arrival: Arrival<'_> =
            serde_json::from_slice(line).map_err(|error| bad(error.to_string()))?;
        let value = arrival.value.map_or("", RawValue::get);
        let row = Cells {
            time: &arrival.time,
            value: value.trim_matches('"'),
            quality: arrival.quality.as_deref().unwrap_or_default(),
            received: arrival.received.as_deref().unwrap_or_default(),
        };
        let row = row.read(
            Cow::Borrowed(&arrival.station),
            Cow::Borrowed(&arrival.quantity),
            Cow::Borrowed(arrival.unit.as_deref().unwrap_or_default()),
            arrival.revision.unwrap_or(0),
        );
        row.and_then(|row| each(&row)).map_err(bad)?;
    }
    Ok(())
}

/// One line of `arrivals.jsonl`.
#[derive(Deserialize)]
struct Arrival<'a> {
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

/// The cells of a row that mean something beyond their text.
struct Cells<'a> {
    time: &'a str,
    value: &'a str,
    quality: &'a str,
    received: &'a str,
}

impl<'a> Cells<'a> {
    fn read(
        self,
        station: Cow<'a, str>,
        quantity: Cow<'a, str>,
        unit: Cow<'a, str>,
        revision: u16,
    ) -> Result<Row<'a>, String> {
        let instant = |name: &str, text: &str| {
            Time::parse(text.as_bytes()).map_err(|bad| format!("{name} {text:?} is {bad}"))
        };
        let received = match self.received {
            "" => None,
            text => Some(instant("received", text)?),
        };
        Ok(Row {
            station,
            quantity,
            value: Cow::Borrowed(self.value),
            time: instant("time", self.time)?,
            received,
            unit,
            quality: quality(self.quality, self.value)?,
            revision,
        })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lines(read: impl FnOnce(&mut Vec<String>) -> Result<(), BadRow>) -> Vec<String> {
        let mut all = Vec::new();
        if let Err(bad) = read(&mut all) {
            all.push(bad.to_string());
        }
        all
    }

    fn show(row: &Row<'_>) -> String {
        let received = row.received.map(|t| t.to_string()).unwrap_or_default();
        let (quality, value) = (row.quality.word(), &row.value);
        let (station, quantity) = (&row.station, &row.quantity);
        format!(
            "{} {station} {quantity} {value} {quality} {received}",
            row.time
        )
    }

    fn keep(all: &mut Vec<String>, row: &Row<'_>) -> Result<(), String> {
        all.push(show(row));
        Ok(())
    }

    #[test]
    fn both_files_of_a_night_say_the_same() {
        let csv = "time,station,quantity,value,unit,quality,received\n\
            2026-06-01T00:10:00+09:00,A,water_level,1.20,m,,2026-06-01T00:25:15+09:00\n\
            2026-06-01T00:20:00+09:00,A,water_level,,m,missing,\n";
        let json = concat!(
            r#"{"received":"2026-06-01T00:25:15+09:00","time":"2026-06-01T00:10:00+09:00","station":"A","quantity":"water_level","value":1.20,"unit":"m"}"#,
            "\n",
            r#"{"time":"2026-06-01T00:20:00+09:00","station":"A","quantity":"water_level","value":null,"unit":"m"}"#,
            "\n",
        );
        let want = [
            "2026-05-31T15:10:00Z A water_level 1.20 good 2026-05-31T15:25:15Z",
            "2026-05-31T15:20:00Z A water_level  missing ",
        ];
        let from_table = lines(|all| table(csv.as_bytes(), |r| keep(all, r)));
        let from_arrivals = lines(|all| arrivals(json.as_bytes(), |r| keep(all, r)));
        assert_eq!(from_table, want);
        assert_eq!(from_arrivals, want);
    }

    #[test]
    fn a_bad_row_is_named_by_its_line() {
        for (csv, want) in [
            ("time,station\n", "line 1: no column \"quantity\""),
            (
                "time,station,quantity,value\nnoon,A,q,1\n",
                "line 2: time \"noon\" is not an RFC 3339 time with an offset, such as 2026-07-15T08:05:00Z",
            ),
            (
                "time,station,quantity,value,quality\n2026-06-01T00:10:00Z,A,q,1,fine\n",
                "line 2: quality \"fine\" is none we know",
            ),
        ] {
            assert_eq!(lines(|_| table(csv.as_bytes(), |_| Ok(()))), [want]);
        }
        let want = lines(|_| arrivals(b"\n{}\n", |_| Ok(())));
        assert!(
            want[0].starts_with("line 2: missing field `time`"),
            "{want:?}"
        );
    }
}
