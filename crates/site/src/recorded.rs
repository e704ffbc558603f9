//! Recorded nights: folders of stations.csv, thresholds.csv, observations.csv.gz.
//!
//! Thresholds become rules named `threshold:<quantity as written>`; a quantity written
//! `base@sum6h` is the moving sum of `base`. The level of a value is then exactly the highest rank
//! whose threshold is met, whatever ranks a station has.

mod record;
mod rows;
mod thresholds;

use std::collections::BTreeMap;
use std::path::Path;

use model::config::Text;

use crate::make::{NewSiteError, name_of};
use crate::write::{Plan, PlannedCounty};
use record::Record;
use rows::{for_each_row, open};
use thresholds::{RuleKind, dated_cells, read_history, read_thresholds, rules_of, threshold_cells};

/// Levels by rank, as `thresholds.csv` of a site writes them.
pub(crate) const RANKS: [&str; 4] = ["blue", "yellow", "orange", "red"];

pub(crate) const DAY_MS: i64 = 86_400_000;

/// Reads a folder of recorded data; `dynamic` takes its thresholds with their days from
/// thresholds_history.csv.
pub(crate) fn plan(from: &Path, dynamic: bool) -> Result<Plan, NewSiteError> {
    let name = name_of(from);
    let mut notes = Vec::new();
    let mut stations = read_stations(&from.join("stations.csv"))?;
    let mut record = Record::default();
    record.read_observations(&from.join("observations.csv.gz"))?;
    let arrivals = record.read_arrivals(&from.join("arrivals.jsonl.gz"))?;
    let thresholds = if dynamic {
        read_history(&from.join("thresholds_history.csv"))?
    } else {
        read_thresholds(&from.join("thresholds.csv"))?
    };
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
        thresholds: if dynamic {
            Vec::new()
        } else {
            threshold_cells(&thresholds, &rules, &record, &mut notes)
        },
        dated: if dynamic {
            dated_cells(&thresholds, &rules, &record)
        } else {
            Vec::new()
        },
    };
    Ok(Plan {
        origin: format!("the recorded data in {name}"),
        title: Text::same(&name),
        demo: false,
        remember_ms: (record.span_ms() / DAY_MS + 2) * DAY_MS,
        refuse_ahead_ms: record.longest_step_ms.max(DAY_MS),
        offset_min: dynamic.then(|| record.offset_min.unwrap_or(0)),
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
