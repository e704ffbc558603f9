//! Recorded folders: what a correct evaluation gives, and the same worked out from transitions.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde_json::Value;

/// First crossing, last value above, episodes and peak of one threshold at one station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    pub first: Option<String>,
    pub last_above: Option<String>,
    pub episodes: usize,
}

/// One row of `expected.csv`.
pub struct Recorded {
    pub station: String,
    pub quantity: String,
    pub rank: u8,
    pub valid: usize,
    pub crossing: Crossing,
    pub peak: String,
    pub peak_at: String,
}

impl Recorded {
    /// The rows of a folder's `expected.csv`, times in UTC.
    pub fn read(folder: &Path) -> Vec<Recorded> {
        let mut rows = csv::Reader::from_path(folder.join("expected.csv")).unwrap();
        let columns = rows.headers().unwrap().clone();
        let at = |name: &str| columns.iter().position(|c| c == name).unwrap();
        let cell = |row: &csv::StringRecord, name: &str| row[at(name)].to_owned();
        rows.records()
            .map(|row| {
                let row = row.unwrap();
                let time = |name: &str| {
                    Some(cell(&row, name))
                        .filter(|t| !t.is_empty())
                        .map(|t| utc(&t))
                };
                Recorded {
                    station: cell(&row, "station"),
                    quantity: cell(&row, "quantity"),
                    rank: cell(&row, "rank").parse().unwrap(),
                    valid: cell(&row, "n_valid").parse().unwrap(),
                    crossing: Crossing {
                        first: time("first_crossing"),
                        last_above: time("last_above"),
                        episodes: cell(&row, "n_episodes").parse().unwrap(),
                    },
                    peak: cell(&row, "max_value"),
                    peak_at: time("max_time").unwrap_or_default(),
                }
            })
            .collect()
    }
}

/// An RFC 3339 time in UTC, as the program writes it.
pub fn utc(text: &str) -> String {
    text.parse::<jiff::Timestamp>()
        .unwrap_or_else(|e| panic!("{text}: {e}"))
        .to_string()
}

/// Times of the valid observations of each (station, quantity), in order.
pub fn valid_times(folder: &Path) -> BTreeMap<(String, String), Vec<String>> {
    let mut text = String::new();
    let file = std::fs::File::open(folder.join("observations.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let mut times: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for row in rows.records() {
        let row = row.unwrap();
        if row[3].is_empty() || matches!(&row[5], "missing" | "rejected") {
            continue;
        }
        let key = (row[1].to_owned(), row[2].to_owned());
        times.entry(key).or_default().push(utc(&row[0]));
    }
    for list in times.values_mut() {
        list.sort_by_key(|t| t.parse::<jiff::Timestamp>().unwrap());
    }
    times
}

/// What transitions say about one threshold: `times` are the valid observations of the series.
pub fn crossing(transitions: &[&Value], rank: u8, times: &[String]) -> Crossing {
    let (mut first, mut last_above, mut episodes) = (None, None, 0);
    let mut above = false;
    for t in transitions {
        let now = t["level"].as_u64().unwrap() >= u64::from(rank);
        let time = t["time"].as_str().unwrap().to_owned();
        if now && !above {
            episodes += 1;
            first.get_or_insert(time.clone());
        }
        if !now && above {
            // The value that ended it is the first not above; the one before it was the last above.
            let place = times.iter().position(|seen| *seen == time).unwrap();
            last_above = Some(times[place - 1].clone());
        }
        above = now;
    }
    if above {
        last_above = times.last().cloned();
    }
    Crossing {
        first,
        last_above,
        episodes,
    }
}
