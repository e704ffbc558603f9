//! Debian packages: the browser and the fonts of the browser stories, and what optional tests use.
//!
//! Installs only as root or where `sudo` asks no password; otherwise says the exact line to type.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use crate::call::{Call, say};
use crate::paths::Paths;
use crate::registry::Registry;
use crate::stage::Outcome;

/// A browser, and fonts that can draw 烽火.
const NEEDED: [&str; 2] = ["chromium", "fonts-noto-cjk"];

/// Used by single tests, which say `skipped: …` without them; brought in only as root.
const OPTIONAL: [&str; 2] = ["mosquitto", "strace"];

/// Whether the package lists were brought up to date; held while packages are installed.
static UPDATED: Mutex<bool> = Mutex::new(false);

/// Who we are to the package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Right {
    Root,
    Sudo,
    None,
}

/// Makes sure that a browser and CJK fonts are there.
pub(crate) fn browser_and_fonts(paths: &Paths) -> Result<Outcome> {
    let mut missing: Vec<&str> = Vec::new();
    if chromium().is_none() {
        missing.push(NEEDED[0]);
    }
    if !has_cjk_fonts() {
        missing.push(NEEDED[1]);
    }
    let right = right(paths);
    if right == Right::Root {
        missing.extend(OPTIONAL.iter().filter(|name| on_path(name).is_none()));
    }
    if missing.is_empty() {
        return Ok(Outcome::Done);
    }
    install(paths, &missing, right)?;
    Ok(Outcome::Done)
}

/// The database server and its geometry.
const DATABASE: [&str; 2] = ["postgresql-15", "postgresql-15-postgis-3"];

/// Where Debian keeps one of the tools of PostgreSQL 15.
pub(crate) fn postgres_tool(name: &str) -> PathBuf {
    Path::new("/usr/lib/postgresql/15/bin").join(name)
}

/// Makes sure that PostgreSQL 15 with PostGIS 3 is there; skipped, with the line to type, where it cannot
/// be installed. No server of it is used but our own.
pub(crate) fn database(paths: &Paths) -> Result<Outcome> {
    let postgis = Path::new("/usr/share/postgresql/15/extension/postgis.control");
    if postgres_tool("initdb").is_file() && postgis.is_file() {
        return Ok(Outcome::Done);
    }
    if on_path("apt-get").is_none() {
        let why = "it wants PostgreSQL 15 with PostGIS 3 as Debian 12 has them";
        return Ok(Outcome::Skipped(why.to_owned()));
    }
    match right(paths) {
        Right::None => Ok(Outcome::Skipped(line_to_type(&DATABASE))),
        right @ (Right::Root | Right::Sudo) => {
            install(paths, &DATABASE, right)?;
            Ok(Outcome::Done)
        }
    }
}

/// Installs what Node's set-up runs on: a Python that can make an environment.
pub(crate) fn python(paths: &Paths) -> Result<()> {
    install(paths, &["python3", "python3-venv"], right(paths))
}

/// The Chromium on this machine, if any.
pub(crate) fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|name| on_path(name))
}

/// The program `name` where the shell would find it; Debian keeps servers in `sbin`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/bin")])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn has_cjk_fonts() -> bool {
    if Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").is_file() {
        return true;
    }
    Call::new("fc-list", Path::new("/"))
        .args([":lang=zh", "family"])
        .captured()
        .is_ok_and(|fonts| !fonts.trim().is_empty())
}

fn right(paths: &Paths) -> Right {
    if rustix::process::geteuid().is_root() {
        Right::Root
    } else if Call::new("sudo", &paths.root)
        .args(["-n", "true"])
        .captured()
        .is_ok()
    {
        Right::Sudo
    } else {
        Right::None
    }
}

fn install(paths: &Paths, packages: &[&str], right: Right) -> Result<()> {
    if on_path("apt-get").is_none() {
        bail!(
            "these are missing and this is no Debian: {} (install them as your system does it)",
            packages.join(" ")
        );
    }
    say(&format!("      installing {} …", packages.join(" ")));
    match right {
        Right::None => bail!("{}", line_to_type(packages)),
        Right::Root | Right::Sudo => {
            // One at a time; and the lists once a run, since what they say does not change meanwhile.
            let mut updated = UPDATED.lock().unwrap_or_else(PoisonError::into_inner);
            if !*updated {
                apt(paths, right, &["update", "-q"], "apt-update")?;
                *updated = true;
            }
            let mut words = vec!["install", "-q", "-y", "--no-install-recommends"];
            words.extend(packages);
            apt(paths, right, &words, "apt-install")
        }
    }
}

/// What a person without rights here has to type, word for word.
fn line_to_type(packages: &[&str]) -> String {
    format!(
        "some Debian packages are missing, and installing them takes a password. Type this, then try again:\n\n    \
         sudo apt-get update && sudo apt-get install -y --no-install-recommends {}\n",
        packages.join(" ")
    )
}

fn apt(paths: &Paths, right: Right, words: &[&str], log: &str) -> Result<()> {
    let wait = ["-o", "DPkg::Lock::Timeout=300"];
    let call = match right {
        Right::Root | Right::None => {
            Call::new("apt-get", &paths.root).env("DEBIAN_FRONTEND", "noninteractive")
        }
        Right::Sudo => Call::new("sudo", &paths.root).args([
            "-n",
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
        ]),
    };
    call.args(wait)
        .args(words)
        .fetching_from(Registry::Debian)
        .logged(&paths.logs(), log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_rights_the_exact_line_is_told() {
        let line = line_to_type(&NEEDED);
        assert!(
            line.contains(
                "sudo apt-get install -y --no-install-recommends chromium fonts-noto-cjk\n"
            )
        );
    }
}
