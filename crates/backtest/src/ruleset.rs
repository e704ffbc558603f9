//! Rule sets to be tried: a site, the bare thresholds of a recorded folder, or rules laid over it.
//!
//! What is not a site folder becomes one in a temporary place, by the importer that
//! `watchfire site new` uses, and is read and checked like any other.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::Config;
use model::config::{Area, AreaKind, Text};
use site::{Diagnostics, NewSite, NewSiteError};

use crate::events::{self, Place};
use crate::load::first_part;
use crate::record::RecordError;

/// Rules together with the stations they look at.
#[derive(Clone, Debug)]
pub struct RuleSet {
    pub(crate) name: String,
    pub(crate) configs: Vec<Config>,
    pub(crate) notes: Vec<String>,
}

/// Why rules cannot be tried.
#[derive(Debug, thiserror::Error)]
pub enum RuleSetError {
    #[error("{0} is no site folder, no folder of rule files and no folder of recorded data")]
    UnknownShape(PathBuf),
    #[error(
        "{0} holds rules without stations; try them over a folder of recorded data, or give a whole site folder"
    )]
    NoStations(PathBuf),
    #[error("could not lay the rules {rules} over {data}")]
    Files {
        rules: PathBuf,
        data: PathBuf,
        source: io::Error,
    },
    #[error("{path} is not the TOML it should be: {what}")]
    Toml { path: PathBuf, what: String },
    #[error(transparent)]
    Import(#[from] NewSiteError),
    #[error(transparent)]
    Stations(#[from] RecordError),
    #[error("{path} is not sound:\n{problems}")]
    Unsound {
        path: PathBuf,
        problems: Diagnostics,
    },
}

impl RuleSet {
    /// One engine's rules as they are.
    pub fn of(name: &str, config: Config) -> RuleSet {
        RuleSet {
            name: name.to_owned(),
            configs: vec![config],
            notes: Vec::new(),
        }
    }

    /// What the rules are for each jurisdiction.
    pub fn configs(&self) -> &[Config] {
        &self.configs
    }

    /// Reads a site folder; a folder of recorded data, for its bare thresholds; or a folder of rule
    /// files, which is laid over the stations and thresholds of the recorded folder `data`: rows of
    /// its thresholds.csv go to the rules of the same quantity and measure that include the station and
    /// take their bounds from there or from attributes of their stations.
    ///
    /// # Errors
    /// [`RuleSetError`]; everything wrong with the rules is told at once.
    pub fn open(path: &Path, data: Option<&Path>) -> Result<RuleSet, RuleSetError> {
        if path.join("site.toml").is_file() {
            return RuleSet::read(path, path);
        }
        let recorded = |folder: &Path| folder.join("stations.csv").is_file();
        let rules = !recorded(path);
        if rules && !has_rule_files(path) {
            return Err(RuleSetError::UnknownShape(path.to_owned()));
        }
        let stations = if rules {
            data.filter(|data| recorded(data))
                .ok_or_else(|| RuleSetError::NoStations(path.to_owned()))?
        } else {
            path
        };
        let failed = |source| RuleSetError::Files {
            rules: path.to_owned(),
            data: stations.to_owned(),
            source,
        };
        let place = tempfile::tempdir().map_err(failed)?;
        site::new_site(stations, place.path(), NewSite::default())?;
        if rules {
            lay(path, place.path()).map_err(|trouble| match trouble {
                Trouble::Io(source) => failed(source),
                Trouble::Toml(path, what) => RuleSetError::Toml { path, what },
            })?;
        }
        let mut set = RuleSet::read(place.path(), path)?;
        let places = events::read_places(stations)?;
        for config in &mut set.configs {
            settle(config, &places);
        }
        Ok(set)
    }

    fn read(folder: &Path, path: &Path) -> Result<RuleSet, RuleSetError> {
        let site = site::read_site(folder).map_err(|problems| RuleSetError::Unsound {
            path: path.to_owned(),
            problems,
        })?;
        Ok(RuleSet {
            name: path.display().to_string(),
            configs: site.jurisdictions.into_iter().map(|j| j.config).collect(),
            notes: site.notes.problems().iter().map(|p| p.line()).collect(),
        })
    }
}

/// Gives stations without a township the first part of their recorded address as one, so that their
/// alarms are gathered by district and not as one county.
fn settle(config: &mut Config, places: &HashMap<String, Place>) {
    let mut districts = BTreeSet::new();
    for station in config.stations.iter_mut().filter(|s| s.township.is_none()) {
        let admin = places
            .get(&station.id)
            .map(|place| first_part(&place.admin));
        if let Some(district) = admin.filter(|district| !district.is_empty()) {
            station.township = Some(district.to_owned());
            districts.insert(district);
        }
    }
    config
        .areas
        .extend(districts.into_iter().map(|district| Area {
            code: district.to_owned(),
            kind: AreaKind::Township,
            title: Text::same(district),
            parent: None,
            people: 0,
        }));
}

/// The word by which a rule takes its bounds from the sheet of that name.
const SHEET: &str = "thresholds.csv";

enum Trouble {
    Io(io::Error),
    Toml(PathBuf, String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Io(error)
    }
}

impl From<csv::Error> for Trouble {
    fn from(error: csv::Error) -> Trouble {
        Trouble::Io(io::Error::other(error))
    }
}

fn rule_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let named = path
            .file_name()
            .is_some_and(|name| name != "quantities.toml");
        if named && path.extension().is_some_and(|e| e == "toml") {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

fn has_rule_files(folder: &Path) -> bool {
    rule_files(folder).is_ok_and(|files| !files.is_empty())
}

fn toml_of(path: &Path) -> Result<toml::Table, Trouble> {
    let text = fs::read_to_string(path)?;
    toml::from_str(&text).map_err(|bad| Trouble::Toml(path.to_owned(), bad.message().to_owned()))
}

/// Puts the rules of a folder in place of those of a site made from recorded data.
fn lay(rules: &Path, site: &Path) -> Result<(), Trouble> {
    let own = site.join("rules");
    for old in rule_files(&own)? {
        fs::remove_file(old)?;
    }
    let counties = fs::read_dir(site.join("jurisdictions"))?;
    let counties: Vec<PathBuf> = counties.map(|e| Ok(e?.path())).collect::<io::Result<_>>()?;
    let mut given = Vec::new();
    for county in &counties {
        given.extend(recorded_rules(county)?);
    }
    let mut takers = Vec::new();
    for file in rule_files(rules)? {
        let mut table = toml_of(&file)?;
        let target = own.join(file.file_name().unwrap_or_default());
        if ask_sheet(&mut table, &given) {
            let text = toml::to_string(&table).map_err(io::Error::other)?;
            fs::write(target, text)?;
        } else {
            fs::copy(&file, target)?;
        }
        takers.extend(each(&table, "rule").filter_map(Taker::of));
    }
    add_quantities(rules, site)?;
    for county in &counties {
        give_thresholds(&takers, county)?;
    }
    Ok(())
}

/// Lets rules whose levels are attributes of their stations take the recorded thresholds instead,
/// where there are any for them. Their examples speak of attributes and are left out. Says whether
/// anything was changed.
fn ask_sheet(table: &mut toml::Table, given: &[String]) -> bool {
    let rules = table.get_mut("rule").and_then(toml::Value::as_array_mut);
    let rules = rules.into_iter().flatten();
    let mut rules: Vec<&mut toml::Table> = rules.filter_map(toml::Value::as_table_mut).collect();
    let mut changed = false;
    for rule in &mut rules {
        let levels = rule.get("levels").and_then(toml::Value::as_table);
        let mut words = levels.into_iter().flatten();
        if !words.any(|(_, level)| level.to_string().contains("station.")) {
            continue;
        }
        let mut asking = rule.clone();
        asking.insert("levels".to_owned(), SHEET.into());
        let taker = Taker::of(&asking);
        if taker.is_some_and(|t| given.iter().any(|rule| t.takes(rule, "*", None))) {
            **rule = asking;
            changed = true;
        }
    }
    if changed {
        for rule in rules {
            rule.remove("example");
        }
    }
    changed
}

/// Ids of the rules that the importer made of recorded thresholds.
fn recorded_rules(county: &Path) -> Result<Vec<String>, Trouble> {
    let mut sheet = open_sheet(county, "thresholds.csv")?;
    let names = sheet.headers()?.clone();
    let mut all = Vec::new();
    if let Some(rule) = names.iter().position(|n| n == "rule") {
        for row in sheet.records() {
            all.push(row?[rule].to_owned());
        }
    }
    all.sort();
    all.dedup();
    Ok(all)
}

fn open_sheet(county: &Path, name: &str) -> Result<csv::Reader<fs::File>, csv::Error> {
    let mut reader = csv::ReaderBuilder::new();
    reader.comment(Some(b'#')).from_path(county.join(name))
}

fn each<'a>(table: &'a toml::Table, name: &str) -> impl Iterator<Item = &'a toml::Table> {
    let list = table.get(name).and_then(toml::Value::as_array);
    list.into_iter().flatten().filter_map(toml::Value::as_table)
}

fn text<'a>(table: &'a toml::Table, name: &str) -> Option<&'a str> {
    table.get(name).and_then(toml::Value::as_str)
}

/// Quantities that the rules speak of and the recorded data do not show: from `quantities.toml` in
/// the folder of the rules, or beside it.
fn add_quantities(rules: &Path, site: &Path) -> Result<(), Trouble> {
    let beside = rules.parent().map(|p| p.join("quantities.toml"));
    let given = [Some(rules.join("quantities.toml")), beside];
    let Some(given) = given.into_iter().flatten().find(|p| p.is_file()) else {
        return Ok(());
    };
    let path = site.join("quantities.toml");
    let known = toml_of(&path)?;
    let known: Vec<&str> = each(&known, "quantity")
        .filter_map(|q| text(q, "id"))
        .collect();
    let given = toml_of(&given)?;
    let missing = each(&given, "quantity")
        .filter(|q| text(q, "id").is_some_and(|id| !known.contains(&id)))
        .map(|q| toml::Value::Table(q.clone()));
    let mut more = toml::Table::new();
    more.insert("quantity".to_owned(), missing.collect::<Vec<_>>().into());
    let more = toml::to_string(&more).map_err(io::Error::other)?;
    let text = [fs::read_to_string(&path)?, more].join("\n");
    fs::write(path, text)?;
    Ok(())
}

/// A rule that takes its bounds from thresholds.csv.
#[derive(Debug)]
struct Taker {
    id: String,
    quantity: String,
    /// As written: `6h`.
    sum: Option<String>,
    below: bool,
    kinds: Vec<String>,
    stations: Vec<String>,
}

impl Taker {
    fn of(rule: &toml::Table) -> Option<Taker> {
        if text(rule, "levels") != Some(SHEET) {
            return None;
        }
        let measure = rule.get("measure");
        let sum = measure
            .and_then(|m| m.get("sum"))
            .and_then(toml::Value::as_str);
        let plain = measure.is_none_or(|m| m.as_str() == Some("value"));
        if sum.is_none() && !plain {
            return None;
        }
        let words = |name: &str| {
            let list = rule.get("subjects").and_then(|s| s.get(name));
            let list = list.and_then(toml::Value::as_array);
            let words = list.into_iter().flatten().filter_map(toml::Value::as_str);
            words.map(str::to_owned).collect()
        };
        Some(Taker {
            id: text(rule, "id")?.to_owned(),
            quantity: text(rule, "quantity")?.to_owned(),
            sum: sum.map(str::to_owned),
            below: text(rule, "side") == Some("below"),
            kinds: words("kinds"),
            stations: words("stations"),
        })
    }

    /// Whether it takes a row of a rule made from recorded thresholds: `threshold:rain_1h@sum6h`.
    fn takes(&self, rule: &str, station: &str, kind: Option<&str>) -> bool {
        let Some(written) = rule.strip_prefix("threshold:") else {
            return false;
        };
        let (written, below) = match written.strip_suffix(":below") {
            Some(written) => (written, true),
            None => (written, self.below),
        };
        let (quantity, sum) = match written.split_once("@sum") {
            Some((quantity, sum)) => (quantity, Some(sum)),
            None => (written, None),
        };
        let among = |list: &[String], word: &str| list.is_empty() || list.iter().any(|w| w == word);
        let subject = station == "*"
            || (among(&self.stations, station) && among(&self.kinds, kind.unwrap_or_default()));
        subject && self.quantity == quantity && self.sum.as_deref() == sum && self.below == below
    }
}

/// Rewrites a jurisdiction's thresholds.csv for the rules that take their bounds from it.
fn give_thresholds(takers: &[Taker], county: &Path) -> Result<(), Trouble> {
    let open = |name: &str| open_sheet(county, name);
    let mut kinds = HashMap::new();
    let mut stations = open("stations.csv")?;
    let names = stations.headers()?.clone();
    let column = |names: &csv::StringRecord, name: &str| names.iter().position(|n| n == name);
    if let (Some(id), Some(kind)) = (column(&names, "id"), column(&names, "kind")) {
        for row in stations.records() {
            let row = row?;
            kinds.insert(row[id].to_owned(), row[kind].to_owned());
        }
    }
    let path = county.join("thresholds.csv");
    let mut sheet = open("thresholds.csv")?;
    let names = sheet.headers()?.clone();
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(&names)?;
    if let (Some(rule), Some(station)) = (column(&names, "rule"), column(&names, "station")) {
        for row in sheet.records() {
            let row = row?;
            let kind = kinds.get(&row[station]).map(String::as_str);
            for taker in takers
                .iter()
                .filter(|t| t.takes(&row[rule], &row[station], kind))
            {
                let cells = row.iter().enumerate();
                let cells = cells.map(|(n, cell)| if n == rule { &taker.id } else { cell });
                out.write_record(cells)?;
            }
        }
    }
    drop(sheet);
    let bytes = out.into_inner().map_err(|e| e.into_error())?;
    fs::write(path, bytes)?;
    Ok(())
}
