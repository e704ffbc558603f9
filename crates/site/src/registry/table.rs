//! What lies in a site's files, read for people: rows of a sheet, rule files.

use std::fs;
use std::io;
use std::path::Path;

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
        Sheet::Areas | Sheet::People | Sheet::Zones => "",
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
    let folder = site.join("rules");
    let disk = |source| RegistryError::Disk {
        file: folder.clone(),
        source,
    };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(disk(source)),
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".toml")).collect();
    names.sort();
    let text = |name: String| {
        let text = fs::read_to_string(folder.join(&name)).map_err(disk)?;
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
