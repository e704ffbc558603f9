//! The common workload: stations.json, rules.json, messages.tsv.
//!
//! Its rules are written out as ordinary rule files: thresholds with a deadband, rates over twice an
//! hour so that "half the limit" stays a whole number of steps, moving sums, and the cluster of wet
//! stations. messages.tsv is only looked at for its first and last time.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use model::config::Text;
use model::{Decimals, Fixed, Time};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Number;

use crate::amount::show_duration;
use crate::make::{NewSiteError, name_of};
use crate::recorded::{DAY_MS, RANKS, series_cells, station_cells};
use crate::words::{hazard_of, title_of};
use crate::write::{PLAIN, Plan, PlannedCounty, PlannedQuantity, push, quote, title};

/// Where a rule's bounds differ by station.
const SHEET: &str = "levels = \"thresholds.csv\"\n";

/// All arithmetic of the workload is on whole hundredths.
const HUNDREDTHS: Decimals = Decimals(2);

/// The workload's quantities and units, in the order of its rules.
const QUANTITIES: [(&str, &str); 4] = [
    ("level", "m"),
    ("displacement", "mm"),
    ("gas", "ppm"),
    ("rain", "mm"),
];

#[derive(Deserialize)]
struct StationRow {
    id: String,
    #[serde(default)]
    kind: String,
    lat: Number,
    lon: Number,
    quantities: BTreeMap<String, SeriesRow>,
}

#[derive(Deserialize)]
struct SeriesRow {
    period_s: Option<i64>,
    thresholds: Option<[Number; 4]>,
    hysteresis: Option<Number>,
    rate_per_h: Option<Number>,
}

#[derive(Deserialize)]
struct RulesRow {
    #[serde(default)]
    rain: BTreeMap<String, WindowRow>,
    area: Option<AreaRow>,
}

#[derive(Deserialize)]
struct WindowRow {
    window_s: i64,
    thresholds: [Number; 4],
    hysteresis: Number,
}

#[derive(Deserialize)]
struct AreaRow {
    radius_km: Number,
    min_stations: u16,
    rain_1h_mm: Number,
    hysteresis: Number,
}

/// Reads a workload folder.
pub(crate) fn plan(from: &Path) -> Result<Plan, NewSiteError> {
    let mut stations: Vec<StationRow> = read_json(&from.join("stations.json"))?;
    let rules: RulesRow = read_json(&from.join("rules.json"))?;
    stations.sort_by(|a, b| a.id.cmp(&b.id));
    let mut counties: BTreeMap<String, PlannedCounty> = BTreeMap::new();
    for station in &stations {
        let code = station.id.split('-').next().unwrap_or_default();
        let county = counties
            .entry(code.to_owned())
            .or_insert_with(|| PlannedCounty {
                code: code.to_owned(),
                title: Text::new(&format!("模拟县 {code}"), &format!("Made-up county {code}")),
                ..PlannedCounty::default()
            });
        add_station(county, station);
    }
    let used = |id: &str| stations.iter().any(|s| s.quantities.contains_key(id));
    let known = |id: &str| QUANTITIES.iter().any(|(known, _)| *known == id);
    let others = stations
        .iter()
        .flat_map(|s| s.quantities.keys())
        .find(|q| !known(q));
    let notes =
        others.map(|q| format!("quantity `{q}` is new to this program; its unit is not known"));
    let mut quantities: Vec<PlannedQuantity> = QUANTITIES
        .iter()
        .filter(|(id, _)| used(id))
        .map(|(id, unit)| quantity(id, unit))
        .collect();
    quantities.extend(others.map(|q| quantity(q, "")));
    let messages = from.join("messages.tsv");
    let (first, last) = first_and_last(&messages).unwrap_or_default();
    let days = last.since_ms(first) / DAY_MS;
    Ok(Plan {
        origin: format!("the workload in {}", name_of(from)),
        title: Text::new("模拟负载", "Made-up workload"),
        demo: true,
        remember_ms: (days + 2) * DAY_MS,
        refuse_ahead_ms: DAY_MS,
        offset_min: None,
        quantities,
        rules: rules_toml(&stations, &rules),
        counties: counties.into_values().collect(),
        messages: count_lines(&messages),
        notes: notes.into_iter().collect(),
    })
}

fn read_json<T: DeserializeOwned>(file: &Path) -> Result<T, NewSiteError> {
    let bytes = fs::read(file).map_err(|source| NewSiteError::Read {
        file: file.to_owned(),
        source,
    })?;
    serde_json::from_slice(&bytes).map_err(|source| NewSiteError::Json {
        file: file.to_owned(),
        source,
    })
}

fn quantity(id: &str, unit: &str) -> PlannedQuantity {
    PlannedQuantity {
        id: id.to_owned(),
        title: title_of(id),
        unit: unit.to_owned(),
        decimals: HUNDREDTHS.0,
    }
}

/// A number of the workload in hundredths; finer ones are rounded as its reference rounds them.
fn hundredths(number: &Number) -> Fixed {
    let exact = HUNDREDTHS.parse(&number.to_string());
    exact.unwrap_or_else(|_| (number.as_f64().unwrap_or(0.0) * 100.0).round() as Fixed)
}

fn show(value: Fixed) -> String {
    HUNDREDTHS.show(value)
}

fn add_station(county: &mut PlannedCounty, station: &StationRow) {
    let main = QUANTITIES
        .iter()
        .find(|(id, _)| station.quantities.contains_key(*id));
    let kind = match main {
        Some(("level", _)) => "river",
        Some(("displacement", _)) => "landslide",
        Some(("gas", _)) => "gas",
        Some(("rain", _)) => "rain",
        Some(_) | None => "other",
    };
    let (lon, lat) = (station.lon.to_string(), station.lat.to_string());
    county.stations.push(station_cells(
        &station.id,
        &station.id,
        kind,
        [&lon, &lat],
        &station.kind,
    ));
    for (id, series) in &station.quantities {
        let interval = series
            .period_s
            .map(|s| show_duration(s * 1000))
            .unwrap_or_default();
        county.series.push(series_cells(&station.id, id, &interval));
        let unit = QUANTITIES
            .iter()
            .find(|(known, _)| known == id)
            .map_or("", |(_, unit)| *unit);
        let mut row = |rule: String, level: &str, raise: Fixed, reset: Fixed| {
            let (raise, reset) = (show(raise), show(reset));
            county.thresholds.push([
                rule,
                station.id.clone(),
                level.to_owned(),
                raise,
                reset,
                unit.to_owned(),
                String::new(),
            ]);
        };
        if let Some(thresholds) = &series.thresholds {
            let band = series.hysteresis.as_ref().map_or(0, hundredths);
            for (level, threshold) in RANKS.iter().zip(thresholds) {
                let raise = hundredths(threshold);
                row(format!("threshold:{id}"), level, raise, raise - band);
            }
        }
        if let Some(limit) = &series.rate_per_h {
            let limit = hundredths(limit);
            row(format!("rate:{id}"), "blue", limit * 2, limit);
        }
    }
}

fn rules_toml(stations: &[StationRow], rules: &RulesRow) -> String {
    let has = |id: &str, asked: fn(&SeriesRow) -> bool| {
        stations
            .iter()
            .any(|s| s.quantities.get(id).is_some_and(asked))
    };
    let mut text = String::new();
    let ids: Vec<&str> = QUANTITIES.iter().map(|(id, _)| *id).collect();
    for id in &ids {
        if has(id, |s| s.thresholds.is_some()) {
            let rule = format!("threshold:{id}");
            one_rule(&mut text, &rule, &title_of(id), id, "\"value\"", SHEET);
        }
    }
    let remark =
        "\n# Limits are given an hour; written over two hours, half a limit is whole too.\n";
    if ids.iter().any(|id| has(id, |s| s.rate_per_h.is_some())) {
        text.push_str(remark);
    }
    for id in &ids {
        if has(id, |s| s.rate_per_h.is_some()) {
            let name = title_of(id);
            let name = Text::new(
                &format!("{}变化率", name.zh),
                &format!("Rate of {}", name.en),
            );
            let rule = format!("rate:{id}");
            one_rule(&mut text, &rule, &name, id, "{ rate = \"2h\" }", SHEET);
        }
    }
    if !has("rain", |_| true) {
        return text;
    }
    let mut windows: Vec<_> = rules.rain.iter().collect();
    windows.sort_by_key(|(_, w)| w.window_s);
    for (name, window) in windows {
        let span = show_duration(window.window_s * 1000);
        let words = Text::new(&format!("{span}累计雨量"), &format!("Rain in {span}"));
        let band = hundredths(&window.hysteresis);
        let levels: Vec<String> = RANKS
            .iter()
            .zip(&window.thresholds)
            .map(|(level, raise)| {
                let raise = hundredths(raise);
                let (raise, reset) = (show(raise), show(raise - band));
                format!("levels.{level} = {{ raise = \"{raise} mm\", reset = \"{reset} mm\" }}\n")
            })
            .collect();
        let measure = format!("{{ sum = \"{span}\" }}");
        one_rule(
            &mut text,
            &format!("rain:{name}"),
            &words,
            "rain",
            &measure,
            &levels.concat(),
        );
    }
    if let Some(area) = &rules.area {
        let hot = hundredths(&area.rain_1h_mm);
        let cool = hot - hundredths(&area.hysteresis);
        let measure = format!(
            "{{ cluster = {{ sum = \"1h\", hot = \"{} mm\", cool = \"{} mm\", radius = \"{} km\", count = {} }} }}",
            show(hot),
            show(cool),
            area.radius_km,
            area.min_stations
        );
        text.push_str(
            "\n# A hot station with enough hot stations around it (itself counted) stands at the level.\n",
        );
        let name = Text::new("片区强降雨", "Heavy rain over an area");
        one_rule(
            &mut text,
            "area",
            &name,
            "rain",
            &measure,
            "levels = \"blue\"\n",
        );
    }
    text
}

fn one_rule(text: &mut String, id: &str, name: &Text, quantity: &str, measure: &str, levels: &str) {
    push(
        text,
        format_args!(
            "\n[[rule]]\nid = {}\ntitle = {}\nhazard = {}\nquantity = {}\nmeasure = {measure}\nside = \"above\"\n{levels}{PLAIN}",
            quote(id),
            title(name),
            quote(hazard_of(quantity)),
            quote(quantity),
        ),
    );
}

/// The observed times of the first and last message that has one.
fn first_and_last(file: &Path) -> Option<(Time, Time)> {
    let mut reader = BufReader::new(File::open(file).ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let first = time_in(&line)?;
    let length = reader.seek(SeekFrom::End(0)).ok()?;
    reader
        .seek(SeekFrom::Start(length.saturating_sub(16 << 10)))
        .ok()?;
    let mut tail = Vec::new();
    reader.read_to_end(&mut tail).ok()?;
    let tail = String::from_utf8_lossy(&tail);
    let last = tail.lines().filter_map(time_in).max()?;
    Some((first, last.max(first)))
}

fn time_in(line: &str) -> Option<Time> {
    #[derive(Deserialize)]
    struct Message {
        time: Time,
    }
    let (_, body) = line.split_once('\t')?;
    serde_json::from_str::<Message>(body).ok().map(|m| m.time)
}

/// Lines of a file, without looking into them; absent when there is no such file.
fn count_lines(file: &Path) -> Option<usize> {
    let mut file = File::open(file).ok()?;
    let mut block = vec![0u8; 1 << 20];
    let mut lines = 0;
    loop {
        match file.read(&mut block).ok()? {
            0 => return Some(lines),
            n => lines += block[..n].iter().filter(|b| **b == b'\n').count(),
        }
    }
}
