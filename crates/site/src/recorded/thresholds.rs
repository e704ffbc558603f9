//! Thresholds of a recorded night, as rules and rows of a site.

use std::collections::BTreeMap;
use std::path::Path;

use model::Decimals;
use model::config::{Side, Text};

use super::RANKS;
use super::record::Record;
use super::rows::{for_each_row, line_of, open, row_error};
use crate::amount::{day_or_instant, duration_ms, show_duration};
use crate::make::NewSiteError;
use crate::words::{hazard_of, title_of};
use crate::write::{PLAIN, push, quote, title};

/// One row of the folder's thresholds.csv.
#[derive(Debug)]
pub(super) struct Threshold {
    pub(super) station: String,
    /// As written: `rain_1h@sum6h`.
    pub(super) quantity: String,
    /// The quantity of the readings: `rain_1h`.
    pub(super) base: String,
    window_ms: Option<i64>,
    /// 0 for blue … 3 for red.
    rank: usize,
    side: Side,
    pub(super) value: String,
    pub(super) unit: String,
    /// The local name of the level and where it is from.
    source: String,
    /// The day from which it is in force, in a folder's history.
    valid_from: Option<String>,
}

/// Reads `thresholds_history.csv`: thresholds that change through the season.
pub(super) fn read_history(file: &Path) -> Result<Vec<Threshold>, NewSiteError> {
    let columns = [
        "station",
        "quantity",
        "level",
        "rank",
        "op",
        "value",
        "unit",
        "valid_from",
    ];
    read(file, columns, true)
}

/// Reads `thresholds.csv`.
pub(super) fn read_thresholds(file: &Path) -> Result<Vec<Threshold>, NewSiteError> {
    let columns = [
        "station", "quantity", "level", "rank", "op", "value", "unit", "source",
    ];
    read(file, columns, false)
}

fn read(file: &Path, columns: [&str; 8], dated: bool) -> Result<Vec<Threshold>, NewSiteError> {
    let mut all = Vec::new();
    if !file.exists() {
        return Ok(all);
    }
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
        let last = text(7)?;
        if dated && day_or_instant(&last, 0).is_none() {
            return Err(wrong(format!("`{last}` is no day")));
        }
        let valid_from = dated.then(|| last.clone());
        let source = [text(2)?, if dated { String::new() } else { last }].join("; ");
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
            valid_from,
        });
        Ok(())
    })?;
    Ok(all)
}

/// What thresholds of one quantity and side have in common.
#[derive(Debug)]
pub(super) struct RuleKind {
    id: String,
    pub(super) base: String,
    window_ms: Option<i64>,
    side: Side,
}

/// Order of the rules: plain thresholds first, then sums, the shorter window first.
pub(super) type RuleOrder = (Option<i64>, String, bool);

pub(super) fn order_of(row: &Threshold) -> RuleOrder {
    (row.window_ms, row.quantity.clone(), row.side == Side::Below)
}

pub(super) fn rules_of(rows: &[Threshold]) -> BTreeMap<RuleOrder, RuleKind> {
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
    pub(super) fn toml(&self) -> String {
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
pub(super) fn threshold_cells(
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

/// Rows of a site's thresholds.csv with their days; of two for one level and day the more
/// sensitive one stays.
pub(super) fn dated_cells(
    rows: &[Threshold],
    rules: &BTreeMap<RuleOrder, RuleKind>,
    record: &Record,
) -> Vec<[String; 8]> {
    let mut chosen: BTreeMap<(RuleOrder, &str, usize, &str), &Threshold> = BTreeMap::new();
    for row in rows {
        let day = row.valid_from.as_deref().unwrap_or_default();
        let key = (order_of(row), row.station.as_str(), row.rank, day);
        let kept = chosen.get(&key).filter(|other| more_sensitive(other, row));
        let kept = kept.copied().unwrap_or(row);
        chosen.insert(key, kept);
    }
    let cells = chosen
        .iter()
        .filter_map(|((order, station, rank, day), row)| {
            let rule = rules.get(order)?;
            let unit = record.unit_of(&row.base);
            let (value, source) = (row.value.as_str(), row.source.as_str());
            let cells = [
                &rule.id,
                *station,
                RANKS[*rank],
                value,
                "",
                &unit,
                source,
                *day,
            ];
            Some(cells.map(str::to_owned))
        });
    cells.collect()
}

pub(super) fn more_sensitive(a: &Threshold, b: &Threshold) -> bool {
    let number = |row: &Threshold| row.value.parse::<f64>().unwrap_or(0.0);
    match a.side {
        Side::Above => number(a) < number(b),
        Side::Below => number(a) > number(b),
    }
}
