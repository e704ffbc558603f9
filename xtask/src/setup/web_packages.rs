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
        // A registry may offer what packages bring for other systems on one day and lack it on another; the lock
        // file tells of the day it was written. `ci` refuses the difference; `install` takes the same versions and
        // hashes from the file and leaves it as it is.
        Err(_) if other_systems_differ(paths) => npm(&["install", "--no-save"])?,
        end => end?,
    }
    Ok(Outcome::Done)
}

/// Whether `npm ci` refused only packages that others of the lock file name and that it does not pin.
fn other_systems_differ(paths: &Paths) -> bool {
    let said = fs::read_to_string(paths.logs().join("npm.log")).unwrap_or_default();
    let lock = fs::read_to_string(paths.web().join("package-lock.json")).unwrap_or_default();
    only_named_elsewhere(&said, &lock)
}

fn only_named_elsewhere(said: &str, lock: &str) -> bool {
    let missing = said.lines().filter_map(|line| {
        let (_, package) = line.split_once("Missing: ")?;
        let (package, _) = package.split_once(" from lock file")?;
        // `@scope/name@version`; a registry that lacks it gives no version.
        package.rsplit_once('@').map(|(name, _)| name)
    });
    let mut missing = missing.peekable();
    missing.peek().is_some()
        && missing.all(|name| {
            lock.contains(&format!("\"{name}\": \""))
                && !lock.contains(&format!("\"node_modules/{name}\""))
        })
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
    fn what_packages_bring_for_other_systems_may_differ_and_nothing_else() {
        let lock = r#"{"node_modules/biome": {"optionalDependencies": {"@biome/cli-arm": "2.6.8"}},
            "node_modules/react": {}}"#;
        let said = |name: &str| format!("npm error Missing: {name} from lock file\n");
        assert!(only_named_elsewhere(&said("@biome/cli-arm@2.6.8"), lock));
        assert!(only_named_elsewhere(&said("@biome/cli-arm@"), lock));
        assert!(!only_named_elsewhere(&said("vue@3.0.0"), lock));
        assert!(!only_named_elsewhere(&said("react@19.0.0"), lock));
        assert!(!only_named_elsewhere("npm error code E404\n", lock));
    }

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
