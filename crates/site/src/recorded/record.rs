//! What the observations of a recorded night show: series, units, decimals, times.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use model::{Decimals, Time};

use super::rows::{for_each_row, open, read_error};
use super::thresholds::Threshold;
use crate::amount::offset_min;
use crate::make::NewSiteError;
use crate::words::title_of;
use crate::write::PlannedQuantity;

/// Fewer decimals are never declared.
const LEAST_DECIMALS: u8 = 2;

/// What the observations of a folder show.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) rows: usize,
    /// Station and quantity.
    pub(super) series: BTreeSet<(String, String)>,
    quantities: BTreeMap<String, Seen>,
    first: Option<Time>,
    last: Option<Time>,
    pub(super) longest_step_ms: i64,
    /// Minutes ahead of UTC in which the first time is written: the folder's own time.
    pub(super) offset_min: Option<i16>,
}

/// What is known of a quantity.
#[derive(Debug, Default)]
pub(super) struct Seen {
    decimals: u8,
    unit: Option<String>,
}

impl Record {
    pub(super) fn read_observations(&mut self, file: &Path) -> Result<(), NewSiteError> {
        if !file.exists() {
            return Ok(());
        }
        let content = MultiGzDecoder::new(open(file)?);
        let columns = ["time", "station", "quantity", "value", "unit"];
        // Most rows repeat a series, a quantity and a time that were just seen.
        let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut names: Vec<String> = Vec::new();
        let mut decimals: Vec<u8> = Vec::new();
        let (mut key, mut last_time) = (Vec::new(), Vec::new());
        for_each_row(file, content, &columns, |heading, record| {
            self.rows += 1;
            let time = heading.bytes(record, 0);
            if time != last_time {
                last_time = time.to_vec();
                self.add_time(time);
            }
            key.clear();
            key.extend_from_slice(heading.bytes(record, 1));
            key.push(0);
            key.extend_from_slice(heading.bytes(record, 2));
            let place = match known.get(&key) {
                Some(place) => *place,
                None => {
                    let quantity = heading.text(record, 2)?;
                    let unit = heading.text(record, 4)?;
                    self.add_series(heading.text(record, 1)?, &quantity, Some(unit));
                    let place = names
                        .iter()
                        .position(|n| *n == quantity)
                        .unwrap_or_else(|| {
                            names.push(quantity);
                            decimals.push(0);
                            names.len() - 1
                        });
                    known.insert(key.clone(), place);
                    place
                }
            };
            let needed = decimals_of(heading.bytes(record, 3));
            decimals[place] = decimals[place].max(needed);
            Ok(())
        })?;
        for (name, needed) in names.iter().zip(decimals) {
            self.need_decimals(name, needed);
        }
        Ok(())
    }

    /// Counts the arrivals of a folder that keeps them; absent when it has none.
    pub(super) fn read_arrivals(&mut self, file: &Path) -> Result<Option<usize>, NewSiteError> {
        #[derive(serde::Deserialize)]
        struct Arrival {
            time: String,
            station: String,
            quantity: String,
            value: Option<serde_json::Number>,
            unit: Option<String>,
        }
        if !file.exists() {
            return Ok(None);
        }
        let mut count = 0;
        for line in BufReader::new(MultiGzDecoder::new(open(file)?)).lines() {
            let line = line.map_err(|source| read_error(file, source))?;
            if line.trim().is_empty() {
                continue;
            }
            count += 1;
            // What is no arrival is still sent, and refused at the door.
            let Ok(arrival) = serde_json::from_str::<Arrival>(&line) else {
                continue;
            };
            self.add_time(arrival.time.as_bytes());
            let value = arrival.value.map(|v| v.to_string()).unwrap_or_default();
            let needed = decimals_of(value.as_bytes());
            self.add_series(arrival.station, &arrival.quantity, arrival.unit);
            self.need_decimals(&arrival.quantity, needed);
        }
        Ok(Some(count))
    }

    fn add_series(&mut self, station: String, quantity: &str, unit: Option<String>) {
        let seen = self.quantities.entry(quantity.to_owned()).or_default();
        if seen.unit.is_none() {
            seen.unit = unit;
        }
        self.series.insert((station, quantity.to_owned()));
    }

    fn need_decimals(&mut self, quantity: &str, needed: u8) {
        let seen = self.quantities.entry(quantity.to_owned()).or_default();
        seen.decimals = seen.decimals.max(needed);
    }

    fn add_time(&mut self, text: &[u8]) {
        let Ok(time) = Time::parse(text) else { return };
        if self.offset_min.is_none() {
            let tail = std::str::from_utf8(&text[text.len().saturating_sub(6)..]);
            self.offset_min = Some(tail.ok().and_then(offset_min).unwrap_or(0));
        }
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        if let Some(last) = self.last {
            self.longest_step_ms = self.longest_step_ms.max(time.since_ms(last));
        }
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }

    /// A threshold may speak of a series or quantity that the record never shows.
    pub(super) fn add_threshold(&mut self, row: &Threshold, notes: &mut Vec<String>) {
        self.need_decimals(&row.base, decimals_of(row.value.as_bytes()));
        let seen = self.quantities.entry(row.base.clone()).or_default();
        match &seen.unit {
            None => seen.unit = Some(row.unit.clone()),
            Some(unit) if *unit != row.unit => {
                let (quantity, written) = (&row.quantity, &row.unit);
                let note = format!(
                    "thresholds of {quantity} are written in `{written}`, readings in `{unit}`; taken as {unit}"
                );
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
            Some(_) => {}
        }
        if row.station != "*" {
            self.series.insert((row.station.clone(), row.base.clone()));
        }
    }

    pub(super) fn span_ms(&self) -> i64 {
        match (self.first, self.last) {
            (Some(first), Some(last)) => last.since_ms(first),
            (None, _) | (_, None) => 0,
        }
    }

    pub(super) fn unit_of(&self, quantity: &str) -> String {
        self.quantities
            .get(quantity)
            .and_then(|seen| seen.unit.clone())
            .unwrap_or_default()
    }

    pub(super) fn planned_quantities(&self) -> Vec<PlannedQuantity> {
        let planned = |(id, seen): (&String, &Seen)| PlannedQuantity {
            id: id.clone(),
            title: title_of(id),
            unit: seen.unit.clone().unwrap_or_default(),
            decimals: seen.decimals.clamp(LEAST_DECIMALS, Decimals::MAX),
        };
        self.quantities.iter().map(planned).collect()
    }
}

/// Decimals that a written value needs; 0 for what is no number.
pub(super) fn decimals_of(text: &[u8]) -> u8 {
    let text = text.trim_ascii();
    if text.iter().any(|b| matches!(b, b'e' | b'E')) {
        let text = std::str::from_utf8(text).unwrap_or_default();
        return Decimals::needed(text).unwrap_or(0);
    }
    let Some(point) = text.iter().position(|b| *b == b'.') else {
        return 0;
    };
    let fraction = &text[point + 1..];
    let needed = fraction
        .iter()
        .rposition(|b| *b != b'0')
        .map_or(0, |last| last + 1);
    u8::try_from(needed).unwrap_or(Decimals::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_counted_without_empty_places() {
        for (text, want) in [
            ("1.20", 1),
            ("5", 0),
            ("-0.0383", 4),
            ("1e-5", 5),
            ("", 0),
            ("n/a", 0),
            ("3.", 0),
        ] {
            assert_eq!(decimals_of(text.as_bytes()), want, "{text}");
        }
    }
}
