//! Recorded nights: folders of stations.csv, thresholds.csv, observations.csv.gz.
//!
//! Thresholds become rules named `threshold:<quantity as written>`; a quantity written
//! `base@sum6h` is the moving sum of `base`. The level of a value is then exactly the highest rank
//! whose threshold is met, whatever ranks a station has.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use flate2::read::MultiGzDecoder;
use model::config::{Side, Text};
use model::{Decimals, Time};

use crate::amount::{duration_ms, show_duration};
use crate::make::{NewSiteError, name_of};
use crate::words::{hazard_of, title_of};
use crate::write::{PLAIN, Plan, PlannedCounty, PlannedQuantity, push, quote, title};

/// Levels by rank, as `thresholds.csv` of a site writes them.
pub(crate) const RANKS: [&str; 4] = ["blue", "yellow", "orange", "red"];

pub(crate) const DAY_MS: i64 = 86_400_000;

/// Fewer decimals are never declared.
const LEAST_DECIMALS: u8 = 2;

/// Reads a folder of recorded data.
pub(crate) fn plan(from: &Path) -> Result<Plan, NewSiteError> {
    let name = name_of(from);
    let mut notes = Vec::new();
    let mut stations = read_stations(&from.join("stations.csv"))?;
    let mut record = Record::default();
    record.read_observations(&from.join("observations.csv.gz"))?;
    let arrivals = record.read_arrivals(&from.join("arrivals.jsonl.gz"))?;
    let thresholds = read_thresholds(&from.join("thresholds.csv"))?;
    for row in &thresholds {
        record.add_threshold(row, &mut notes);
    }
    for (station, _) in &record.series {
        if !stations.contains_key(station) {
            notes.push(format!(
                "station `{station}` is not in stations.csv; it was added"
            ));
            stations.insert(
                station.clone(),
                station_cells(station, station, "", ["", ""], ""),
            );
        }
    }
    let rules = rules_of(&thresholds);
    let county = PlannedCounty {
        code: name.clone(),
        title: Text::same(&name),
        stations: stations.into_values().collect(),
        series: record
            .series
            .iter()
            .map(|(s, q)| series_cells(s, q, ""))
            .collect(),
        thresholds: threshold_cells(&thresholds, &rules, &record, &mut notes),
    };
    Ok(Plan {
        origin: format!("the recorded data in {name}"),
        title: Text::same(&name),
        demo: false,
        remember_ms: (record.span_ms() / DAY_MS + 2) * DAY_MS,
        refuse_ahead_ms: record.longest_step_ms.max(DAY_MS),
        quantities: record.planned_quantities(),
        rules: rules
            .values()
            .map(RuleKind::toml)
            .collect::<Vec<_>>()
            .concat(),
        counties: vec![county],
        messages: Some(arrivals.unwrap_or(record.rows)).filter(|n| *n > 0),
        notes,
    })
}

/// Cells of one row of a site's stations.csv.
pub(crate) fn station_cells(
    id: &str,
    name: &str,
    kind: &str,
    [lon, lat]: [&str; 2],
    tags: &str,
) -> [String; 8] {
    [id, name, "", lon, lat, kind, "", tags].map(str::to_owned)
}

/// Cells of one row of a site's series.csv.
pub(crate) fn series_cells(station: &str, quantity: &str, interval: &str) -> [String; 4] {
    [station, quantity, interval, "no"].map(str::to_owned)
}

/// A CSV file with a heading, read by column name.
struct Heading<'a> {
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

    fn text(&self, record: &ByteRecord, column: usize) -> Result<String, NewSiteError> {
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

    fn bytes<'r>(&self, record: &'r ByteRecord, column: usize) -> &'r [u8] {
        record.get(self.places[column]).unwrap_or_default()
    }
}

fn line_of(record: &ByteRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

fn row_error(file: &Path, line: u64, what: String) -> NewSiteError {
    NewSiteError::Row {
        file: file.to_owned(),
        line,
        what,
    }
}

fn read_error(file: &Path, source: std::io::Error) -> NewSiteError {
    NewSiteError::Read {
        file: file.to_owned(),
        source,
    }
}

/// Gives every row of a CSV file to `each`.
fn for_each_row(
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

fn open(file: &Path) -> Result<BufReader<File>, NewSiteError> {
    File::open(file)
        .map(BufReader::new)
        .map_err(|source| read_error(file, source))
}

/// Rows of a site's stations.csv, by id.
fn read_stations(file: &Path) -> Result<BTreeMap<String, [String; 8]>, NewSiteError> {
    let mut all = BTreeMap::new();
    let columns = ["id", "name", "lon", "lat", "kind"];
    for_each_row(file, open(file)?, &columns, |heading, record| {
        let text = |column| heading.text(record, column);
        let id = text(0)?;
        let cells = station_cells(&id, &text(1)?, &text(4)?, [&text(2)?, &text(3)?], "");
        all.insert(id, cells);
        Ok(())
    })?;
    Ok(all)
}

/// What the observations of a folder show.
#[derive(Debug, Default)]
struct Record {
    rows: usize,
    /// Station and quantity.
    series: BTreeSet<(String, String)>,
    quantities: BTreeMap<String, Seen>,
    first: Option<Time>,
    last: Option<Time>,
    longest_step_ms: i64,
}

/// What is known of a quantity.
#[derive(Debug, Default)]
struct Seen {
    decimals: u8,
    unit: Option<String>,
}

impl Record {
    fn read_observations(&mut self, file: &Path) -> Result<(), NewSiteError> {
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
    fn read_arrivals(&mut self, file: &Path) -> Result<Option<usize>, NewSiteError> {
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
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        if let Some(last) = self.last {
            self.longest_step_ms = self.longest_step_ms.max(time.since_ms(last));
        }
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }

    /// A threshold may speak of a series or quantity that the record never shows.
    fn add_threshold(&mut self, row: &Threshold, notes: &mut Vec<String>) {
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

    fn span_ms(&self) -> i64 {
        match (self.first, self.last) {
            (Some(first), Some(last)) => last.since_ms(first),
            (None, _) | (_, None) => 0,
        }
    }

    fn unit_of(&self, quantity: &str) -> String {
        self.quantities
            .get(quantity)
            .and_then(|seen| seen.unit.clone())
            .unwrap_or_default()
    }

    fn planned_quantities(&self) -> Vec<PlannedQuantity> {
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
fn decimals_of(text: &[u8]) -> u8 {
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

/// One row of the folder's thresholds.csv.
#[derive(Debug)]
struct Threshold {
    station: String,
    /// As written: `rain_1h@sum6h`.
    quantity: String,
    /// The quantity of the readings: `rain_1h`.
    base: String,
    window_ms: Option<i64>,
    /// 0 for blue … 3 for red.
    rank: usize,
    side: Side,
    value: String,
    unit: String,
    /// The local name of the level and where it is from.
    source: String,
}

fn read_thresholds(file: &Path) -> Result<Vec<Threshold>, NewSiteError> {
    let mut all = Vec::new();
    if !file.exists() {
        return Ok(all);
    }
    let columns = [
        "station", "quantity", "level", "rank", "op", "value", "unit", "source",
    ];
    for_each_row(file, open(file)?, &columns, |heading, record| {
        let text = |column| heading.text(record, column);
        let wrong = |what: String| row_error(file, line_of(record), what);
        let quantity = text(1)?;
        let (base, window_ms) = match quantity.split_once("@sum") {
            None => (quantity.clone(), None),
            Some((base, window)) => {
                let ms = duration_ms(window).filter(|ms| *ms > 0);
                let ms =
                    ms.ok_or_else(|| wrong(format!("`{quantity}`: `{window}` is no window")))?;
                (base.to_owned(), Some(ms))
            }
        };
        let rank = text(3)?
            .parse::<usize>()
            .ok()
            .filter(|rank| (1..=4).contains(rank));
        let rank = rank.ok_or_else(|| wrong("a rank is 1, 2, 3 or 4".to_owned()))? - 1;
        let side = match text(4)?.as_str() {
            "ge" => Side::Above,
            "le" => Side::Below,
            other => return Err(wrong(format!("`{other}` is no op; ge or le"))),
        };
        let value = text(5)?;
        if Decimals::needed(&value).is_none() {
            return Err(wrong(format!("`{value}` is no threshold")));
        }
        let source = [text(2)?, text(7)?].join("; ");
        let source = source.trim_matches([';', ' ']).to_owned();
        all.push(Threshold {
            station: text(0)?,
            unit: text(6)?,
            quantity,
            base,
            window_ms,
            rank,
            side,
            value,
            source,
        });
        Ok(())
    })?;
    Ok(all)
}

/// What thresholds of one quantity and side have in common.
#[derive(Debug)]
struct RuleKind {
    id: String,
    base: String,
    window_ms: Option<i64>,
    side: Side,
}

/// Order of the rules: plain thresholds first, then sums, the shorter window first.
type RuleOrder = (Option<i64>, String, bool);

fn order_of(row: &Threshold) -> RuleOrder {
    (row.window_ms, row.quantity.clone(), row.side == Side::Below)
}

fn rules_of(rows: &[Threshold]) -> BTreeMap<RuleOrder, RuleKind> {
    let mut all = BTreeMap::new();
    for row in rows {
        let both = rows
            .iter()
            .any(|r| r.quantity == row.quantity && r.side == Side::Above);
        let suffix = if row.side == Side::Below && both {
            ":below"
        } else {
            ""
        };
        all.entry(order_of(row)).or_insert_with(|| RuleKind {
            id: format!("threshold:{}{suffix}", row.quantity),
            base: row.base.clone(),
            window_ms: row.window_ms,
            side: row.side,
        });
    }
    all
}

impl RuleKind {
    fn toml(&self) -> String {
        let base = title_of(&self.base);
        let (name, measure) = match self.window_ms {
            None => (base, "\"value\"".to_owned()),
            Some(ms) => {
                let window = show_duration(ms);
                let zh = format!("{}（{window}累计）", base.zh);
                let en = format!("{} ({window} sum)", base.en);
                (
                    Text::new(&zh, &en),
                    format!("{{ sum = {} }}", quote(&window)),
                )
            }
        };
        let side = match self.side {
            Side::Above => "above",
            Side::Below => "below",
        };
        let mut text = String::new();
        push(
            &mut text,
            format_args!(
                "\n[[rule]]\nid = {}\ntitle = {}\nhazard = {}\nquantity = {}\nmeasure = {measure}\nside = \"{side}\"\nlevels = \"thresholds.csv\"\n{PLAIN}",
                quote(&self.id),
                title(&name),
                quote(hazard_of(&self.base)),
                quote(&self.base),
            ),
        );
        text
    }
}

/// Rows of a site's thresholds.csv; of two for the same level the more sensitive one stays.
fn threshold_cells(
    rows: &[Threshold],
    rules: &BTreeMap<RuleOrder, RuleKind>,
    record: &Record,
    notes: &mut Vec<String>,
) -> Vec<[String; 7]> {
    let mut chosen: BTreeMap<(RuleOrder, &str, usize), &Threshold> = BTreeMap::new();
    for row in rows {
        let key = (order_of(row), row.station.as_str(), row.rank);
        let Some(other) = chosen.get(&key) else {
            chosen.insert(key, row);
            continue;
        };
        let kept = if more_sensitive(row, other) {
            row
        } else {
            other
        };
        notes.push(format!(
            "two {} thresholds of {} at station {}: {} and {}; {} is used",
            RANKS[row.rank], row.quantity, row.station, other.value, row.value, kept.value
        ));
        chosen.insert(key, kept);
    }
    let every: Vec<_> = chosen
        .iter()
        .map(|((order, _, rank), row)| (order.clone(), *rank, *row))
        .collect();
    let mut cells = Vec::with_capacity(chosen.len());
    for ((order, station, rank), row) in &chosen {
        // A row with a station's own id comes before `*`, also where `*` is more sensitive.
        let general = every
            .iter()
            .find(|(o, r, t)| o == order && r == rank && t.station == "*");
        let value = match general {
            Some((_, _, general)) if more_sensitive(general, row) => &general.value,
            Some(_) | None => &row.value,
        };
        let Some(rule) = rules.get(order) else {
            continue;
        };
        let unit = record.unit_of(&row.base);
        let source = row.source.as_str();
        cells.push([&rule.id, *station, RANKS[*rank], value, "", &unit, source].map(str::to_owned));
    }
    cells
}

fn more_sensitive(a: &Threshold, b: &Threshold) -> bool {
    let number = |row: &Threshold| row.value.parse::<f64>().unwrap_or(0.0);
    match a.side {
        Side::Above => number(a) < number(b),
        Side::Below => number(a) > number(b),
    }
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
