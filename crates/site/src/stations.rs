//! Stations, quantities and series of a jurisdiction from its files.

use std::collections::{HashMap, HashSet};

use model::config::{Quantity, Series, Station, Text, Upstream};
use model::{Decimals, Fixed, SeriesSlot, StationSlot};

use crate::amount::{self, BadValue, duration_ms};
use crate::diagnose::{Diagnostics, Lookup, Problem, Source};
use crate::document::{self, Table, Value};
use crate::sheet::{self, Columns, Row};

/// The quantities of a site, found by id.
#[derive(Debug, Default)]
pub(crate) struct Quantities {
    pub(crate) list: Vec<Quantity>,
    faulty: HashSet<String>,
}

impl Quantities {
    pub(crate) fn find(&self, id: &str) -> Lookup<u16> {
        let place = self
            .list
            .iter()
            .position(|q| q.id == id)
            .and_then(|p| u16::try_from(p).ok());
        look_up(place, id, &self.faulty)
    }

    /// Finds a quantity, or says that it is not there.
    pub(crate) fn find_or_tell(
        &self,
        id: &str,
        problem: impl FnOnce(String) -> Problem,
        out: &mut Diagnostics,
    ) -> Option<u16> {
        match self.find(id) {
            Lookup::Found(quantity) => Some(quantity),
            Lookup::Faulty => None,
            Lookup::Unknown => {
                let what = format!("no quantity `{id}` in quantities.toml");
                let problem = problem(what).near_unless(out.is_long(), id, self.ids());
                out.push(problem);
                None
            }
        }
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.list
            .iter()
            .map(|q| q.id.as_str())
            .chain(self.faulty.iter().map(String::as_str))
    }
}

fn look_up<T>(found: Option<T>, id: &str, faulty: &HashSet<String>) -> Lookup<T> {
    match found {
        Some(found) => Lookup::Found(found),
        None if faulty.contains(id) => Lookup::Faulty,
        None => Lookup::Unknown,
    }
}

/// Reads `quantities.toml`.
pub(crate) fn read_quantities(source: &Source, out: &mut Diagnostics) -> Quantities {
    let mut file = document::parse(source, out);
    let mut seen = HashSet::new();
    let mut faulty = HashSet::new();
    let list = file.each("quantity", out, |table, out| {
        let id = table.required("id", out, Value::text);
        let read = read_quantity(table, source, out);
        let id = id?;
        if let Some(what) = unfit_for_topic(&id.text) {
            out.push(Problem::at(source, id.span.clone(), what));
        }
        let Some((title, unit, decimals, range)) = read else {
            faulty.insert(id.text);
            return None;
        };
        if !seen.insert(id.text.clone()) {
            let what = format!("quantity `{}` is there twice", id.text);
            out.push(Problem::at(source, id.span, what));
            return None;
        }
        Some(Quantity {
            id: id.text,
            title,
            unit,
            decimals,
            range,
        })
    });
    file.close(out);
    if list.len() > usize::from(u16::MAX) {
        out.push(Problem::whole(
            source,
            "more quantities than there can be: 65,535",
        ));
    }
    Quantities { list, faulty }
}

type Range = Option<(Fixed, Fixed)>;

fn read_quantity(
    table: &mut Table<'_>,
    source: &Source,
    out: &mut Diagnostics,
) -> Option<(Text, String, Decimals, Range)> {
    let title = table.required("title", out, Value::title);
    let unit = table.required("unit", out, |value, out| match value.as_text() {
        Some("") => Some(String::new()),
        Some(_) | None => value.text(out).map(|word| word.text),
    });
    let most = i64::from(Decimals::MAX);
    let decimals = table.required("decimals", out, |value, out| value.whole(0..=most, out));
    let ends = if table.has("range") {
        Some(table.optional("range", out, Value::words)?)
    } else {
        table.optional("range", out, Value::words)
    };
    let decimals = Decimals(u8::try_from(decimals?).ok()?);
    let unit = unit?;
    let range = match ends {
        Some(ends) => Some(read_range(&ends, &unit, decimals, source, out)?),
        None => None,
    };
    Some((title?, unit, decimals, range))
}

fn read_range(
    ends: &[document::Word],
    unit: &str,
    decimals: Decimals,
    source: &Source,
    out: &mut Diagnostics,
) -> Option<(Fixed, Fixed)> {
    let [low, high] = ends else {
        let place = ends.first().map_or(0..0, |w| w.span.clone());
        let problem = Problem::at(source, place, "a range has two ends");
        out.push(problem.expecting("[\"0 m\", \"9 m\"]"));
        return None;
    };
    let mut end = |word: &document::Word| {
        value_of(&word.text, unit, decimals)
            .map_err(|wrong| out.push(wrong.at(source, word.span.clone())))
            .ok()
    };
    let (low_value, high_value) = (end(low), end(high));
    let (low_value, high_value) = (low_value?, high_value?);
    if low_value > high_value {
        let what = "the lower end is above the upper end";
        out.push(Problem::at(source, low.span.clone(), what));
        return None;
    }
    Some((low_value, high_value))
}

/// Why a text is no value of a quantity, ready to be put in its place.
pub(crate) struct WrongValue {
    what: String,
    expected: String,
}

impl WrongValue {
    pub(crate) fn at(self, source: &Source, span: std::ops::Range<usize>) -> Problem {
        Problem::at(source, span, self.what).expecting(self.expected)
    }
}

/// Reads `0.15 m` for a quantity with this unit and these decimals.
pub(crate) fn value_of(text: &str, unit: &str, decimals: Decimals) -> Result<Fixed, WrongValue> {
    amount::value(text, unit, decimals).map_err(|bad| match bad {
        BadValue::Number(why) => WrongValue {
            what: format!("`{text}`: {why}"),
            expected: format!("a number with at most {} decimals, then {unit}", decimals.0),
        },
        BadValue::Unit => WrongValue {
            what: format!("`{text}` is not in the unit of its quantity"),
            expected: format!(
                "a value in {}",
                if unit.is_empty() { "no unit" } else { unit }
            ),
        },
    })
}

/// Ids stand in MQTT topics and in paths of the API.
fn unfit_for_topic(id: &str) -> Option<String> {
    if id.contains(['/', '+', '#', '\0']) {
        return Some(format!("`{id}` cannot stand in a topic: no / + # in ids"));
    }
    (id.len() > 128).then(|| format!("`{id}` is longer than 128 bytes"))
}

/// The stations of a jurisdiction, found by id.
#[derive(Debug, Default)]
pub(crate) struct Stations {
    pub(crate) list: Vec<Station>,
    by_id: HashMap<String, StationSlot>,
    faulty: HashSet<String>,
}

impl Stations {
    pub(crate) fn find(&self, id: &str) -> Lookup<StationSlot> {
        look_up(self.by_id.get(id).copied(), id, &self.faulty)
    }

    /// Finds the station of a cell, or says that it is not there.
    pub(crate) fn find_or_tell(
        &self,
        row: &Row<'_>,
        column: usize,
        out: &mut Diagnostics,
    ) -> Option<StationSlot> {
        let id = row.get(column);
        match self.find(id) {
            Lookup::Found(station) => Some(station),
            Lookup::Faulty => None,
            Lookup::Unknown => {
                let what = format!("no station `{id}` in stations.csv");
                let problem = row
                    .problem(column, what)
                    .near_unless(out.is_long(), id, self.ids());
                out.push(problem);
                None
            }
        }
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|s| s.id.as_str()).chain(self.faulty())
    }

    /// Ids that stand in faulty rows.
    pub(crate) fn faulty(&self) -> impl Iterator<Item = &str> {
        self.faulty.iter().map(String::as_str)
    }

    pub(crate) fn slot(&self, id: &str) -> Option<StationSlot> {
        self.by_id.get(id).copied()
    }

    /// Reads `ST02:90m ST03:2h`: the nearest gauges upstream and how long water takes from each.
    fn read_upstream(
        &self,
        station: StationSlot,
        text: &str,
        tell: impl Fn(String) -> Problem,
        out: &mut Diagnostics,
    ) -> Vec<Upstream> {
        let mut found: Vec<Upstream> = Vec::new();
        for item in text.split_whitespace() {
            let parts = item.rsplit_once(':');
            let travel_ms = parts.and_then(|(_, travel)| duration_ms(travel));
            let (Some((id, _)), Some(travel_ms)) = (parts, travel_ms) else {
                let problem = tell(format!("`{item}` is no gauge upstream"));
                out.push(problem.expecting("a station and its travel time, such as ST02:90m"));
                continue;
            };
            match self.find(id) {
                Lookup::Found(other) if other == station => {
                    out.push(tell(format!("`{id}` lies upstream of itself")));
                }
                Lookup::Found(station) => found.push(Upstream { station, travel_ms }),
                Lookup::Faulty => {}
                Lookup::Unknown => {
                    let problem = tell(format!("no station `{id}` in stations.csv"));
                    out.push(problem.near_unless(out.is_long(), id, self.ids()));
                }
            }
        }
        found
    }
}

const STATIONS: Columns = Columns {
    required: &[
        "id", "name", "name_en", "lon", "lat", "kind", "township", "tags",
    ],
    optional: &["catchment", "upstream"],
};

/// Reads `stations.csv`.
pub(crate) fn read_stations(source: &Source, out: &mut Diagnostics) -> Stations {
    let mut stations = Stations::default();
    let mut upstream = Vec::new();
    sheet::read(source, &STATIONS, out, |row, out| {
        let Some(station) = read_station(row, out) else {
            stations.faulty.insert(row.get(0).to_owned());
            return;
        };
        let slot = StationSlot(stations.list.len() as u32);
        if stations.by_id.contains_key(&station.id) {
            out.push(row.problem(0, format!("station `{}` is there twice", station.id)));
            return;
        }
        stations.by_id.insert(station.id.clone(), slot);
        if !row.get(9).is_empty() {
            upstream.push((slot, row.get(9).to_owned(), row.span(9)));
        }
        stations.list.push(station);
    });
    for (slot, text, span) in upstream {
        let tell = |what: String| Problem::at(source, span.clone(), what);
        let found = stations.read_upstream(slot, &text, tell, out);
        stations.list[slot.index()].upstream = found;
    }
    stations
}

fn read_station(row: &Row<'_>, out: &mut Diagnostics) -> Option<Station> {
    let id = row.get(0);
    if id.is_empty() || id == "*" {
        out.push(
            row.problem(0, "a station needs an id")
                .expecting("an id, as in its topics"),
        );
        return None;
    }
    if let Some(what) = unfit_for_topic(id) {
        out.push(row.problem(0, what));
        return None;
    }
    let text = |column: usize| Some(row.get(column)).filter(|t| !t.is_empty());
    let name = text(1).unwrap_or(id);
    Some(Station {
        id: id.to_owned(),
        name: Text::new(name, text(2).unwrap_or(name)),
        position_e6: read_position(row, out)?,
        kind: row.get(5).to_owned(),
        township: text(6).map(str::to_owned),
        tags: row.get(7).split_whitespace().map(str::to_owned).collect(),
        catchment: text(8).map(str::to_owned),
        ..Station::default()
    })
}

/// Outer absence: wrong. Inner absence: both cells empty.
#[allow(clippy::option_option)]
fn read_position(row: &Row<'_>, out: &mut Diagnostics) -> Option<Option<(i32, i32)>> {
    let (lon, lat) = (row.get(3), row.get(4));
    if lon.is_empty() && lat.is_empty() {
        return Some(None);
    }
    let mut degrees = |column: usize, text: &str, most: f64, name: &str| {
        let value = text
            .parse::<f64>()
            .ok()
            .filter(|v| v.is_finite() && v.abs() <= most);
        if value.is_none() {
            let problem = row.problem(column, format!("`{text}` is no {name}"));
            let problem = problem.expecting(format!("degrees from -{most} to {most}, WGS 84"));
            let swapped = name == "latitude" && lat.parse::<f64>().is_ok_and(|v| v.abs() <= 180.0);
            out.push(if swapped {
                problem.hint("are lon and lat swapped?")
            } else {
                problem
            });
        }
        value.map(|v| (v * 1e6).round() as i32)
    };
    let (lon, lat) = (
        degrees(3, lon, 180.0, "longitude"),
        degrees(4, lat, 90.0, "latitude"),
    );
    Some(Some((lon?, lat?)))
}

/// The series of a jurisdiction, found by station and quantity.
#[derive(Debug, Default)]
pub(crate) struct AllSeries {
    pub(crate) list: Vec<Series>,
    by_names: HashMap<(StationSlot, u16), SeriesSlot>,
    /// A row was faulty, so what is missing may be in it.
    pub(crate) faulty: bool,
}

impl AllSeries {
    pub(crate) fn find(&self, station: StationSlot, quantity: u16) -> Option<SeriesSlot> {
        self.by_names.get(&(station, quantity)).copied()
    }
}

const SERIES: Columns = Columns {
    required: &["station", "quantity", "interval", "silence_normal"],
    optional: &[],
};

/// Reads `series.csv`.
pub(crate) fn read_series(
    source: &Source,
    stations: &Stations,
    quantities: &Quantities,
    out: &mut Diagnostics,
) -> AllSeries {
    let mut all = AllSeries::default();
    sheet::read(source, &SERIES, out, |row, out| {
        let station = stations.find_or_tell(row, 0, out);
        let problem = |what| row.problem(1, what);
        let quantity = quantities.find_or_tell(row.get(1), problem, out);
        let interval = read_interval(row, out);
        let silence = read_yes(row, 3, out);
        let (Some(station), Some(quantity), Some(interval_ms), Some(silence_normal)) =
            (station, quantity, interval, silence)
        else {
            all.faulty = true;
            return;
        };
        if all.find(station, quantity).is_some() {
            out.push(row.problem(0, "this series is there twice"));
            return;
        }
        all.by_names
            .insert((station, quantity), SeriesSlot(all.list.len() as u32));
        all.list.push(Series {
            station,
            quantity,
            interval_ms,
            silence_normal,
            ..Series::default()
        });
    });
    all
}

/// Outer absence: wrong. Inner absence: learned.
#[allow(clippy::option_option)]
fn read_interval(row: &Row<'_>, out: &mut Diagnostics) -> Option<Option<i64>> {
    let text = row.get(2);
    if text.is_empty() {
        return Some(None);
    }
    let ms = duration_ms(text).filter(|ms| *ms > 0);
    if ms.is_none() {
        let expected = "a duration such as 5m, or nothing: then it is learned";
        out.push(
            row.problem(2, format!("`{text}` is no interval"))
                .expecting(expected),
        );
    }
    ms.map(Some)
}

fn read_yes(row: &Row<'_>, column: usize, out: &mut Diagnostics) -> Option<bool> {
    match row.get(column) {
        "yes" => Some(true),
        "no" => Some(false),
        other => {
            out.push(
                row.problem(column, format!("`{other}` is no answer"))
                    .expecting("yes or no"),
            );
            None
        }
    }
}
