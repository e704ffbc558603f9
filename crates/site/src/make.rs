//! Makes site folders from recorded nights and from workloads.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnose::{Diagnostics, Problem};
use crate::{read_site, recorded, workload, write};

/// How [`new_site`] makes a site folder.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewSite {
    /// Thresholds that change through the season (thresholds_history.csv).
    pub dynamic: bool,
}

/// What a new site folder holds. Displayed, it is what `watchfire site new` prints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub jurisdictions: usize,
    pub stations: usize,
    pub series: usize,
    /// Rule files are shared: each rule counts once.
    pub rules: usize,
    /// Pairs of a rule and a series that it looks at.
    pub watches: usize,
    /// Messages that `play` will send; absent where the folder has none.
    pub messages: Option<usize>,
    /// What was decided on the way and should be known.
    pub notes: Vec<String>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, noun) in [
            (self.jurisdictions, "jurisdictions"),
            (self.stations, "stations"),
            (self.series, "series"),
            (self.rules, "rules"),
            (self.watches, "watches"),
        ] {
            writeln!(f, "{count:>9} {noun}")?;
        }
        match self.messages {
            Some(count) => write!(f, "{count:>9} messages")?,
            None => write!(f, "{:>9} messages", "no")?,
        }
        for note in &self.notes {
            write!(f, "\n  note: {note}")?;
        }
        Ok(())
    }
}

/// Why no site folder was made.
#[derive(Debug, thiserror::Error)]
pub enum NewSiteError {
    #[error(
        "{0} is neither a folder of recorded data (stations.csv) nor a workload (stations.json)"
    )]
    UnknownShape(PathBuf),
    #[error("{0} already holds something; give a folder that is new or empty")]
    NotEmpty(PathBuf),
    #[error("could not read {file}")]
    Read { file: PathBuf, source: io::Error },
    #[error("could not write the site folder {folder}")]
    Write { folder: PathBuf, source: io::Error },
    #[error("{file} is not the JSON it should be")]
    Json {
        file: PathBuf,
        source: serde_json::Error,
    },
    #[error("{file}, line {line}: {what}")]
    Row {
        file: PathBuf,
        line: u64,
        what: String,
    },
    #[error("{folder} has no thresholds_history.csv")]
    NoHistory { folder: PathBuf },
    #[error("the folder that was made is not sound:\n{0}")]
    Unsound(Diagnostics),
}

/// Makes the site folder `to` from the recorded data or the workload in `from`.
///
/// Its files say everything explicitly and nothing else acts: feed clock, late readings discarded,
/// no delays, no hold, no latch, no effect of silence; deadbands only where the workload has them.
///
/// # Errors
/// [`NewSiteError`] when `from` cannot be understood, or `to` holds something or cannot be written.
pub fn new_site(from: &Path, to: &Path, how: NewSite) -> Result<Summary, NewSiteError> {
    let plan = if from.join("stations.json").is_file() {
        workload::plan(from)?
    } else if from.join("stations.csv").is_file() {
        if how.dynamic && !from.join("thresholds_history.csv").is_file() {
            return Err(NewSiteError::NoHistory {
                folder: from.to_owned(),
            });
        }
        recorded::plan(from, how.dynamic)?
    } else {
        return Err(NewSiteError::UnknownShape(from.to_owned()));
    };
    if fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(NewSiteError::NotEmpty(to.to_owned()));
    }
    write::write(&plan, to).map_err(|source| NewSiteError::Write {
        folder: to.to_owned(),
        source,
    })?;
    let site = read_site(to).map_err(NewSiteError::Unsound)?;
    let sum = |count: fn(&model::Config) -> usize| -> usize {
        site.jurisdictions.iter().map(|j| count(&j.config)).sum()
    };
    let mut notes = plan.notes;
    notes.extend(site.notes.problems().iter().map(Problem::line));
    Ok(Summary {
        jurisdictions: site.jurisdictions.len(),
        stations: sum(|c| c.stations.len()),
        series: sum(|c| c.series.len()),
        rules: site
            .jurisdictions
            .first()
            .map_or(0, |j| j.config.rules.len()),
        watches: sum(|c| c.watches.len()),
        messages: plan.messages,
        notes,
    })
}

/// The name of a folder, for titles and codes.
pub(crate) fn name_of(folder: &Path) -> String {
    let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    whole
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_else(|| "site".to_owned())
}
