//! What lies in a site's files, read for people: rows of a sheet, rule files, rosters and policies.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::rows::records;
use super::{RegistryError, Sheet};
use crate::diagnose::{Diagnostics, Source};
use crate::site_file;

/// A sheet as it lies on disk, without comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Reads a sheet of a jurisdiction; with `station`, only rows about that station or about all of
/// them (`*`). A sheet that is not there has no rows.
///
/// # Errors
/// [`RegistryError`] when there is no such jurisdiction, or the disk says no.
pub fn table(
    site: &Path,
    jurisdiction: &str,
    sheet: Sheet,
    station: Option<&str>,
) -> Result<Table, RegistryError> {
    let folder = folder_of(site, jurisdiction)?;
    let file = site.join(folder).join(sheet.file());
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Table::default()),
        Err(source) => return Err(RegistryError::Disk { file, source }),
    };
    let (heading, records) = records(&text);
    let column = match sheet {
        Sheet::Stations => "id",
        Sheet::Series | Sheet::Thresholds | Sheet::Attributes => "station",
        Sheet::Areas
        | Sheet::People
        | Sheet::Units
        | Sheet::Posts
        | Sheet::Groups
        | Sheet::Zones => "",
    };
    let place = heading.iter().position(|name| name == column);
    let wanted = |row: &csv::StringRecord| match station.zip(place) {
        Some((id, place)) => row.get(place).is_some_and(|cell| cell == id || cell == "*"),
        None => station.is_none(),
    };
    let cells = |row: &csv::StringRecord| row.iter().map(str::to_owned).collect();
    Ok(Table {
        columns: cells(&heading),
        rows: records.iter().filter(|r| wanted(r)).map(cells).collect(),
    })
}

/// The rule files that all jurisdictions of a site share, each with its name and its text.
///
/// # Errors
/// What the disk says.
pub fn rule_files(site: &Path) -> Result<Vec<(String, String)>, RegistryError> {
    texts(&site.join("rules"), "")
}

/// The files that say who is on duty and who is called in a jurisdiction, each with its name below the
/// jurisdiction's folder and its text.
///
/// # Errors
/// [`RegistryError`] when there is no such jurisdiction, or the disk says no.
pub fn organisation_files(
    site: &Path,
    jurisdiction: &str,
) -> Result<Vec<(String, String)>, RegistryError> {
    let folder = site.join(folder_of(site, jurisdiction)?);
    let mut files = Vec::new();
    for name in ORGANISATION {
        let file = folder.join(name);
        match fs::read_to_string(&file) {
            Ok(text) => files.push((name.to_owned(), text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(RegistryError::Disk { file, source }),
        }
    }
    files.extend(texts(&folder.join(POLICIES), POLICIES)?);
    Ok(files)
}

/// Where such a file of a jurisdiction lies, by its name; `None` for what is no name of one.
///
/// # Errors
/// As [`organisation_files`].
pub fn organisation_file(
    site: &Path,
    jurisdiction: &str,
    name: &str,
) -> Result<Option<PathBuf>, RegistryError> {
    let folder = site.join(folder_of(site, jurisdiction)?);
    let policy = name.strip_prefix(POLICIES);
    let policy = policy.and_then(|name| name.strip_prefix('/'));
    let named = ORGANISATION.contains(&name) || policy.is_some_and(is_plain);
    Ok(named.then(|| folder.join(name)))
}

/// Whether it names a TOML file, and no way to one.
pub fn is_plain(name: &str) -> bool {
    name.ends_with(".toml") && !name.contains(['/', '\\']) && !name.starts_with('.')
}

/// Files of a jurisdiction's folder that say who holds posts and belongs to groups. Not `people.csv`: whoever
/// tries another roster need not see telephone numbers.
const ORGANISATION: [&str; 5] = [
    "groups.csv",
    "groups.toml",
    "posts.csv",
    "posts.toml",
    "units.csv",
];
const POLICIES: &str = "policies";

/// The TOML files of a folder by name, named below `above`; none when it is not there.
fn texts(folder: &Path, above: &str) -> Result<Vec<(String, String)>, RegistryError> {
    let disk = |source| RegistryError::Disk {
        file: folder.to_owned(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(disk(source)),
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".toml")).collect();
    names.sort();
    let text = |name: String| {
        let text = fs::read_to_string(folder.join(&name)).map_err(disk)?;
        let name = match above {
            "" => name,
            above => format!("{above}/{name}"),
        };
        Ok((name, text))
    };
    names.into_iter().map(text).collect()
}

/// Where a jurisdiction's files lie, from `site.toml` alone.
fn folder_of(site: &Path, jurisdiction: &str) -> Result<String, RegistryError> {
    let path = site.join("site.toml");
    let text = fs::read_to_string(&path).map_err(|source| RegistryError::Disk {
        file: path.clone(),
        source,
    })?;
    let source = Source::new(path, "site.toml", text);
    let file = site_file::read(&source, &mut Diagnostics::default());
    let mut places = file.jurisdictions.into_iter();
    let place = places.find(|place| place.code == jurisdiction);
    let place = place.ok_or_else(|| RegistryError::UnknownJurisdiction(jurisdiction.to_owned()))?;
    Ok(place.folder.text.trim_end_matches('/').to_owned())
}
