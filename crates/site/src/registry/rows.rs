//! Rows of two versions of a sheet, compared and merged by their keys.

use std::collections::{BTreeMap, HashMap};

use csv::{ReaderBuilder, StringRecord, Trim, WriterBuilder};
use serde::Serialize;

use super::Sheet;

/// One row that an upload adds, removes or changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum RowChange {
    Added {
        key: String,
    },
    Removed {
        key: String,
    },
    /// Column, what stood there, what will stand there.
    Changed {
        key: String,
        cells: Vec<(String, String, String)>,
    },
}

/// A row by its columns.
type Cells = BTreeMap<String, String>;

/// What changes from one text of a sheet to another, in the order of the keys. Rows that cannot be
/// read are left to the diagnostics.
pub(super) fn changes(before: &str, after: &str, sheet: Sheet) -> Vec<RowChange> {
    let read = |text: &str| match sheet {
        Sheet::Zones => zones(text),
        Sheet::Stations
        | Sheet::Series
        | Sheet::Thresholds
        | Sheet::Attributes
        | Sheet::Areas
        | Sheet::People
        | Sheet::Units
        | Sheet::Posts
        | Sheet::Groups => table(text, sheet.key()),
    };
    let (before, after) = (read(before), read(after));
    let mut all = Vec::new();
    for (key, row) in &after {
        let Some(old) = before.get(key) else {
            all.push(RowChange::Added { key: key.clone() });
            continue;
        };
        let columns = row
            .keys()
            .chain(old.keys().filter(|c| !row.contains_key(*c)));
        let cells = columns.filter_map(|column| {
            let cell = |row: &Cells| row.get(column).cloned().unwrap_or_default();
            let (was, is) = (cell(old), cell(row));
            (was != is).then(|| (column.clone(), was, is))
        });
        let cells: Vec<_> = cells.collect();
        if !cells.is_empty() {
            let key = key.clone();
            all.push(RowChange::Changed { key, cells });
        }
    }
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    all.extend(gone.map(|key| RowChange::Removed { key: key.clone() }));
    all
}

fn table(text: &str, key: &[&str]) -> BTreeMap<String, Cells> {
    let (heading, records) = records(text);
    let rows = records.iter().map(|record| {
        let cells = heading.iter().zip(record.iter());
        let cells = cells.map(|(column, cell)| (column.to_owned(), cell.to_owned()));
        (key_of(&heading, record, key), cells.collect())
    });
    rows.collect()
}

/// The heading and the rows of a sheet, as far as it can be read.
pub(super) fn records(text: &str) -> (StringRecord, Vec<StringRecord>) {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records().map_while(Result::ok);
    let heading = records.next().unwrap_or_default();
    (heading, records.collect())
}

fn key_of(heading: &StringRecord, record: &StringRecord, key: &[&str]) -> String {
    let cells = key.iter().map(|column| {
        let place = heading.iter().position(|c| c == *column);
        place.and_then(|p| record.get(p)).unwrap_or_default()
    });
    let cells: Vec<&str> = cells.collect();
    cells.join(" ").trim_end().to_owned()
}

/// The text of a sheet with the rows of an upload put in: a known key replaces its row, a new one
/// comes at the end. Comments before the heading stay; those between rows go.
pub(super) fn merged(before: &str, upload: &str, key: &[&str]) -> Result<String, String> {
    let (old_heading, mut rows) = records(before);
    let (heading, uploaded) = records(upload);
    if let Some(missing) = key
        .iter()
        .find(|k| **k != "valid_from" && !heading.iter().any(|c| c == **k))
    {
        return Err(format!(
            "the upload has no column `{missing}`, which says which row is meant"
        ));
    }
    let mut columns: Vec<String> = old_heading.iter().map(str::to_owned).collect();
    for column in &heading {
        if !columns.iter().any(|c| c == column) {
            columns.push(column.to_owned());
        }
    }
    let width = columns.len();
    let columns = StringRecord::from(columns);
    let mut places: HashMap<String, usize> = HashMap::new();
    for (place, row) in rows.iter_mut().enumerate() {
        while row.len() < width {
            row.push_field("");
        }
        places.insert(key_of(&columns, row, key), place);
    }
    for record in &uploaded {
        let name = key_of(&heading, record, key);
        let old = places.get(&name).map(|place| rows[*place].clone());
        let cells = columns.iter().enumerate().map(|(place, column)| {
            let given = heading.iter().position(|c| c == column);
            match given.map(|p| record.get(p).unwrap_or_default()) {
                Some(cell) => cell.to_owned(),
                None => old
                    .as_ref()
                    .and_then(|r| r.get(place))
                    .unwrap_or_default()
                    .to_owned(),
            }
        });
        let row: StringRecord = cells.collect::<Vec<String>>().into();
        match places.get(&name) {
            Some(place) => rows[*place] = row,
            None => {
                places.insert(name, rows.len());
                rows.push(row);
            }
        }
    }
    let mut bytes = comments(before).into_bytes();
    let mut writer = WriterBuilder::new()
        .has_headers(false)
        .comment(Some(b'#'))
        .flexible(true)
        .from_writer(&mut bytes);
    for row in std::iter::once(&columns).chain(&rows) {
        writer
            .write_record(row)
            .map_err(|error| error.to_string())?;
    }
    writer.flush().map_err(|error| error.to_string())?;
    drop(writer);
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// The comment lines at the head of a sheet.
fn comments(text: &str) -> String {
    let lines = text
        .lines()
        .take_while(|line| line.starts_with('#') || line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

/// The features of a GeoJSON file by the code among their properties.
fn zones(text: &str) -> BTreeMap<String, Cells> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let features = value["features"].as_array().cloned().unwrap_or_default();
    let rows = features.into_iter().filter_map(|feature| {
        let code = match &feature["properties"]["code"] {
            serde_json::Value::String(code) => code.clone(),
            serde_json::Value::Number(code) => code.to_string(),
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Array(_)
            | serde_json::Value::Object(_) => return None,
        };
        let properties = feature["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let cells = properties.into_iter().map(|(key, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (key, text)
        });
        let border = ("border".to_owned(), feature["geometry"].to_string());
        Some((code, cells.chain([border]).collect()))
    });
    rows.collect()
}
