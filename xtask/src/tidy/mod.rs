//! Tidiness: rules of the house that no compiler checks. Each rule is a pure function of names and texts.

mod crates;
mod licences;
mod names;
mod text;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::call::{Call, say};
use crate::paths::Paths;

/// One written file of the project.
#[derive(Clone, Debug)]
struct Written {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

impl Written {
    /// The file's ending, without the dot.
    fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// Whether people wrote it as source; generated files and lock files are not ours to judge.
    fn is_source(&self) -> bool {
        matches!(self.ending(), "rs" | "ts" | "tsx" | "css" | "mjs")
            && !self.path.starts_with("web/src/wire/")
            && !self.path.starts_with("web/src/i18n/catalogs/")
            && !self.path.starts_with("web/src/locales/")
    }
}

/// Something out of order: where, and what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    path: String,
    what: String,
}

impl Problem {
    fn new(path: &str, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            what: what.into(),
        }
    }
}

/// Reads the project's files and dependency trees; fails with every problem at once.
pub(crate) fn check(paths: &Paths) -> Result<()> {
    let files = written_files(paths)?;
    let mut problems = file_problems(&files);
    problems.extend(crates::problems(&|package| {
        crates::tree_of(paths, package)
    })?);
    problems.extend(licences::problems(&licences::of_workspace(paths)?));
    problems.sort();
    for problem in &problems {
        say(&format!("      {}: {}", problem.path, problem.what));
    }
    for path in text::idle_allowances(&files) {
        say(&format!(
            "      {path} is allowed to be long and is not: drop the allowance"
        ));
    }
    if problems.is_empty() {
        say(&format!("      {} files are tidy", files.len()));
        return Ok(());
    }
    bail!("{} places are not tidy", problems.len());
}

fn file_problems(files: &[Written]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files {
        problems.extend(text::problems(file));
        problems.extend(names::problems(file));
    }
    problems
}

/// Every text file that git knows or would take, as it lies in the work tree.
fn written_files(paths: &Paths) -> Result<Vec<Written>> {
    let listed = Call::new("git", &paths.root)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .captured()
        .context("could not ask git for the project's files")?;
    let mut files = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        let place: PathBuf = paths.root.join(path);
        // Listed but deleted, or not text: pictures, recorded nights.
        if let Ok(text) = fs::read_to_string(&place) {
            files.push(Written {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_project_is_tidy() {
        check(&Paths::of_this_checkout()).unwrap();
    }
}
