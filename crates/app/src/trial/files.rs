//! Files that are to be tried: the site read in a place of its own, as if they were its files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use api::{NotTried, ProblemView};

use super::said;
use crate::desk::problems;

/// Files by name.
type Texts = BTreeMap<String, String>;

/// What is other than on disk.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Edit<'a> {
    /// Of the folder `rules`.
    rules: Option<&'a Texts>,
    /// Of a jurisdiction: who is on duty and who is called.
    organisation: Option<(&'a str, &'a Texts)>,
}

impl<'a> Edit<'a> {
    pub(crate) fn of_rules(rules: &'a Texts) -> Edit<'a> {
        Edit {
            rules: Some(rules),
            organisation: None,
        }
    }

    pub(crate) fn of_organisation(jurisdiction: &'a str, files: &'a Texts) -> Edit<'a> {
        Edit {
            rules: None,
            organisation: Some((jurisdiction, files)),
        }
    }

    /// The rules of one with the organisation of the other.
    pub(crate) fn and(self, other: Edit<'a>) -> Edit<'a> {
        Edit {
            rules: self.rules.or(other.rules),
            organisation: self.organisation.or(other.organisation),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        let organisation = self.organisation.map(|(_, files)| files);
        let mut all = [self.rules, organisation].into_iter().flatten();
        all.all(BTreeMap::is_empty)
    }
}

/// The site as its files would be with some of them replaced, and the reader's remarks; read in a place
/// of its own.
pub(crate) fn read_changed(
    folder: &Path,
    edit: &Edit<'_>,
) -> Result<(site::Site, Vec<ProblemView>), NotTried> {
    let place = tempfile::tempdir().map_err(disk)?;
    copy(folder, place.path()).map_err(disk)?;
    for (file, text) in edit.rules.into_iter().flatten() {
        if !site::is_plain(file) {
            return Err(said(format!("`{file}` is no name of a rule file")));
        }
        put(place.path().join("rules").join(file), text)?;
    }
    if let Some((jurisdiction, files)) = edit.organisation {
        for (file, text) in files {
            let path = site::organisation_file(place.path(), jurisdiction, file).map_err(said)?;
            let no_name = || {
                said(format!(
                    "`{file}` is no name of a file of rosters or policies"
                ))
            };
            put(path.ok_or_else(no_name)?, text)?;
        }
    }
    match site::read_site(place.path()) {
        Ok(site) => {
            let notes = problems(&site.notes, place.path());
            Ok((site, notes))
        }
        Err(found) => Err(NotTried::Unsound(problems(&found, place.path()))),
    }
}

fn put(path: PathBuf, text: &str) -> Result<(), NotTried> {
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(&path, text))
        .map_err(disk)
}

fn disk(cause: std::io::Error) -> NotTried {
    tracing::error!(%cause, "the site's files could not be copied for a trial");
    said("the site's files could not be read; tell the administrator")
}

/// Copies a site folder without its logins.
pub(super) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if entry.file_name() != "accounts.toml" {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
