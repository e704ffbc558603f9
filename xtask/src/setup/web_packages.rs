//! The web client's packages, exactly as its lock file names them.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::Result;

use crate::paths::Paths;
use crate::registry::Registry;
use crate::setup::node;
use crate::stage::Outcome;

/// Installs the packages unless those of the lock file are already there.
pub(crate) fn bring(paths: &Paths) -> Result<Outcome> {
    let web = paths.web();
    if !web.join("package-lock.json").is_file() {
        return Ok(Outcome::Skipped(
            "web/package-lock.json is not there".to_owned(),
        ));
    }
    if are_current(&web) {
        return Ok(Outcome::Done);
    }
    let npm = |words: &[&str]| -> Result<()> {
        node::npm(paths, words)?
            .fetching_from(Registry::Npm)
            .logged(&paths.logs(), "npm")
    };
    match npm(&["ci"]) {
        // A registry's mirror may lack what packages offer for other systems, and the lock file then lacks it too.
        // `ci` refuses such a lock file; `install` takes the same versions and hashes from it and leaves it as it is.
        Err(_) if lacks_other_systems(paths) => npm(&["install", "--no-save"])?,
        end => end?,
    }
    Ok(Outcome::Done)
}

/// Whether `npm ci` refused only packages that no registry offered: they are named without a version.
fn lacks_other_systems(paths: &Paths) -> bool {
    let said = fs::read_to_string(paths.logs().join("npm.log")).unwrap_or_default();
    let mut missing = said
        .lines()
        .filter(|line| line.contains("Missing: "))
        .peekable();
    missing.peek().is_some() && missing.all(|line| line.contains("@ from lock file"))
}

/// Whether the last install is younger than what it was asked for.
fn are_current(web: &Path) -> bool {
    let installed = modified(&web.join("node_modules/.package-lock.json"));
    let asked = modified(&web.join("package-lock.json"));
    installed.is_some() && installed >= asked
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|facts| facts.modified()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    #[test]
    fn packages_are_current_until_the_lock_file_changes() {
        let web = tempfile::tempdir().unwrap();
        let file = |name: &str, age: u64| {
            let path = web.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let file = fs::File::create(path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age))
                .unwrap();
        };
        file("package-lock.json", 50);
        assert!(!are_current(web.path()));
        file("node_modules/.package-lock.json", 40);
        assert!(are_current(web.path()));
        file("package-lock.json", 10);
        assert!(!are_current(web.path()));
    }
}
