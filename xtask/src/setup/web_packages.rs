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
    node::npm(paths, ["ci"])?
        .fetching_from(Registry::Npm)
        .logged(&paths.logs(), "npm-ci")?;
    Ok(Outcome::Done)
}

/// Whether the last install is younger than what it was asked for.
fn are_current(web: &Path) -> bool {
    let installed = modified(&web.join("node_modules/.package-lock.json"));
    let asked = modified(&web.join("package-lock.json")).max(modified(&web.join("package.json")));
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
        file("package.json", 100);
        file("package-lock.json", 50);
        assert!(!are_current(web.path()));
        file("node_modules/.package-lock.json", 40);
        assert!(are_current(web.path()));
        file("package-lock.json", 10);
        assert!(!are_current(web.path()));
    }
}
