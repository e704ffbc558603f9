//! Changes to a site's sheets: what an uploaded file would change, row by row, before anything is
//! written.
//!
//! [`review`] reads the whole site with the new text in place of one file: every bad row is told with
//! its reason, and what follows for rules and running clocks. Only [`Review::write`] touches the
//! disk, and only when nothing stands against it. It never decides who may do that.

mod rows;
mod table;
mod workbook;

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::diagnose::{Problem, Weight};
use crate::difference::{Difference, difference};
use crate::read::read_site_with;
use crate::{Site, read_site};
pub use rows::RowChange;
pub use table::{Table, is_plain, organisation_file, organisation_files, rule_files, table};
pub use workbook::workbook;

/// A file of a jurisdiction that may be replaced by an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sheet {
    Stations,
    Series,
    Thresholds,
    Attributes,
    Areas,
    People,
    Units,
    Posts,
    Groups,
    Zones,
}

impl Sheet {
    /// All of them.
    pub const ALL: [Sheet; 10] = [
        Sheet::Stations,
        Sheet::Series,
        Sheet::Thresholds,
        Sheet::Attributes,
        Sheet::Areas,
        Sheet::People,
        Sheet::Units,
        Sheet::Posts,
        Sheet::Groups,
        Sheet::Zones,
    ];

    /// Its name in the jurisdiction's folder.
    pub const fn file(self) -> &'static str {
        match self {
            Sheet::Stations => "stations.csv",
            Sheet::Series => "series.csv",
            Sheet::Thresholds => "thresholds.csv",
            Sheet::Attributes => "attributes.csv",
            Sheet::Areas => "areas.csv",
            Sheet::People => "people.csv",
            Sheet::Units => "units.csv",
            Sheet::Posts => "posts.csv",
            Sheet::Groups => "groups.csv",
            Sheet::Zones => "zones.geojson",
        }
    }

    /// Who may read it when it is written: whoever could before, but people's telephones are for the
    /// owner alone.
    fn mode(self, before: Option<u32>) -> u32 {
        match self {
            Sheet::People => 0o600,
            Sheet::Stations
            | Sheet::Series
            | Sheet::Thresholds
            | Sheet::Attributes
            | Sheet::Areas
            | Sheet::Units
            | Sheet::Posts
            | Sheet::Groups
            | Sheet::Zones => before.unwrap_or(0o644),
        }
    }

    /// The columns that say which row it is.
    pub(crate) const fn key(self) -> &'static [&'static str] {
        match self {
            Sheet::Stations | Sheet::People | Sheet::Units | Sheet::Posts | Sheet::Groups => {
                &["id"]
            }
            Sheet::Series => &["station", "quantity"],
            Sheet::Thresholds => &["rule", "station", "level", "valid_from"],
            Sheet::Attributes => &["station", "attribute", "valid_from"],
            Sheet::Areas => &["kind", "code"],
            Sheet::Zones => &["code"],
        }
    }
}

/// What an upload is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upload {
    /// The whole file: rows that are not in it go.
    Replace,
    /// Rows to be added or changed; the others stay. Not for zones.
    Merge,
}

/// A row that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Line and column in the uploaded text (in the merged text for [`Upload::Merge`]), from 1;
    /// absent when the whole file is meant.
    pub place: Option<(usize, usize)>,
    pub what: String,
    pub expected: Option<String>,
    pub advice: Option<String>,
}

/// What an upload would do. Nothing has been written.
#[derive(Clone, Debug, Serialize)]
pub struct Review {
    pub sheet: Sheet,
    /// Rows that come, go or change.
    pub rows: Vec<RowChange>,
    /// Rows that stand against it; empty: it can be accepted.
    pub refused: Vec<Refused>,
    /// Faults that it would cause in other files, as lines.
    pub elsewhere: Vec<String>,
    /// Remarks of the whole site under it, as lines.
    pub notes: Vec<String>,
    /// What the engine would do otherwise, and what becomes of running clocks.
    pub difference: Difference,
    /// The new text of the file.
    #[serde(skip)]
    pub text: String,
    #[serde(skip)]
    file: PathBuf,
    /// The text the review was made against.
    #[serde(skip)]
    before: String,
}

/// Why there is no review, or why it was not written.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    #[error("the site has no jurisdiction {0}")]
    UnknownJurisdiction(String),
    #[error("the site cannot be read as it is; put it right first:\n{0}")]
    Unsound(crate::Diagnostics),
    #[error("the upload is not UTF-8 text; in a spreadsheet, save as XLSX or as \"CSV UTF-8\"")]
    NotText,
    #[error("{0}")]
    NoRows(String),
    #[error("could not read or write {file}")]
    Disk { file: PathBuf, source: io::Error },
    #[error("{0} problems stand against it")]
    Refused(usize),
    #[error("{0} was changed by someone else since the review; look at it again")]
    Changed(PathBuf),
}

/// Says what an upload would change in one file of a jurisdiction.
///
/// # Errors
/// [`RegistryError`] when the site as it is has faults, or the upload cannot be looked at at all;
/// bad rows are no error but part of the review.
pub fn review(
    site: &Path,
    jurisdiction: &str,
    sheet: Sheet,
    upload: Upload,
    bytes: &[u8],
) -> Result<Review, RegistryError> {
    let now = read_site(site).map_err(RegistryError::Unsound)?;
    let folder = folder_of(&now, jurisdiction)?;
    let name = format!("{folder}/{}", sheet.file());
    let file = site.join(&name);
    let book = workbook::is_workbook(bytes) && sheet != Sheet::Zones;
    let unpacked = book.then(|| workbook::text_of(bytes));
    let unpacked = unpacked.transpose().map_err(RegistryError::NoRows)?;
    let text = match &unpacked {
        Some(text) => text,
        None => std::str::from_utf8(bytes).map_err(|_| RegistryError::NotText)?,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = match fs::read_to_string(&file) {
        Ok(before) => before,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(RegistryError::Disk { file, source }),
    };
    let text = match (upload, sheet) {
        (Upload::Merge, Sheet::Zones) => {
            let what = "zones come as a whole file; a merge is for tables";
            return Err(RegistryError::NoRows(what.to_owned()));
        }
        (Upload::Merge, _) if !before.is_empty() => {
            rows::merged(&before, text, sheet.key()).map_err(RegistryError::NoRows)?
        }
        (Upload::Merge | Upload::Replace, _) => text.to_owned(),
    };
    let mut review = Review {
        sheet,
        rows: rows::changes(&before, &text, sheet),
        refused: Vec::new(),
        elsewhere: Vec::new(),
        notes: Vec::new(),
        difference: Difference::default(),
        text,
        file,
        before,
    };
    match read_site_with(site, vec![(name, review.text.clone())]) {
        Ok(then) => {
            review.notes = then.notes.problems().iter().map(Problem::line).collect();
            review.difference = between(&now, &then, jurisdiction);
        }
        Err(found) => {
            let errors = found.problems().iter();
            for problem in errors.filter(|p| p.weight() == Weight::Error) {
                if problem.file() == review.file {
                    review.refused.push(refused(problem));
                } else {
                    review.elsewhere.push(problem.line());
                }
            }
        }
    }
    Ok(review)
}

fn folder_of(site: &Site, jurisdiction: &str) -> Result<String, RegistryError> {
    let place = site
        .jurisdictions
        .iter()
        .find(|j| j.config.code == jurisdiction);
    place
        .map(|j| j.folder.clone())
        .ok_or_else(|| RegistryError::UnknownJurisdiction(jurisdiction.to_owned()))
}

fn between(now: &Site, then: &Site, code: &str) -> Difference {
    let find = |site: &Site| {
        let found = site.jurisdictions.iter().find(|j| j.config.code == code);
        found.map(|j| j.config.clone())
    };
    match (find(now), find(then)) {
        (Some(now), Some(then)) => difference(&now, &then),
        (None, _) | (_, None) => Difference::default(),
    }
}

fn refused(problem: &Problem) -> Refused {
    Refused {
        place: problem.place(),
        what: problem.what().to_owned(),
        expected: problem.expected().map(str::to_owned),
        advice: problem.advice().map(str::to_owned),
    }
}

impl Review {
    /// Whether nothing stands against it.
    pub fn is_sound(&self) -> bool {
        self.refused.is_empty() && self.elsewhere.is_empty()
    }

    /// Writes the file: whole or not at all, and on disk before it returns.
    ///
    /// # Errors
    /// [`RegistryError::Refused`] when something stands against it, [`RegistryError::Changed`] when
    /// the file is no longer what the review saw, or what the disk says.
    pub fn write(&self) -> Result<(), RegistryError> {
        if !self.is_sound() {
            let standing = self.refused.len() + self.elsewhere.len();
            return Err(RegistryError::Refused(standing));
        }
        let disk = |source| RegistryError::Disk {
            file: self.file.clone(),
            source,
        };
        let now = match fs::read_to_string(&self.file) {
            Ok(now) => now,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(disk(source)),
        };
        if now != self.before {
            return Err(RegistryError::Changed(self.file.clone()));
        }
        let before = fs::metadata(&self.file).ok();
        let before = before.map(|file| file.permissions().mode() & 0o777);
        replace(&self.file, self.text.as_bytes(), self.sheet.mode(before)).map_err(disk)
    }
}

/// Writes beside the file, syncs, and renames over it; readable as `mode` says.
fn replace(file: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = file.with_file_name(name);
    let mut new = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    // Nobody else looks at it before its mode is right, and no umask has a say in that.
    new.set_permissions(Permissions::from_mode(mode))?;
    new.write_all(bytes)?;
    new.sync_all()?;
    fs::rename(&beside, file)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
