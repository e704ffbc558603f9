//! The one place that knows how the demonstration county is made and which programs play it.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::call::Call;
use crate::paths::Paths;
use crate::stamp;

/// What the county's site is made from.
const INPUTS: [&str; 2] = ["deploy/demo", "crates/sim/src"];

const STAMP: &str = "site.stamp";

/// Makes the site folder unless it stands for the sources and the speed as they are.
pub(super) fn make(paths: &Paths, site: &Path, speed: Option<f64>) -> Result<()> {
    let words = speed.map_or_else(String::new, |speed| format!("speed {speed}"));
    let fingerprint = stamp::of(&paths.root, &INPUTS, &words)?;
    // The stamp lies beside the site: more than one night may be kept, each with its own.
    let home = site.parent().unwrap_or(site);
    if site.is_dir() && stamp::holds(home, STAMP, &fingerprint) {
        return Ok(());
    }
    let mut call = Call::new(paths.program("watchfire-sim"), &paths.root)
        .args(["county", "--from", "deploy/demo", "--site"])
        .args([site]);
    if let Some(speed) = speed {
        call = call.args(["--speed".to_owned(), speed.to_string()]);
    }
    call.logged(&paths.logs(), "county")?;
    stamp::keep(home, STAMP, &fingerprint)
}

/// The program, serving the county.
pub(super) fn server(paths: &Paths, site: &Path, data: &Path, http: &str, ready: &Path) -> Call {
    Call::new(paths.program("watchfire"), &paths.root)
        .args(["serve", "--site"])
        .args([site])
        .args(["--data"])
        .args([data])
        .args(["--http", http, "--mqtt", "127.0.0.1:0", "--ready-file"])
        .args([ready])
}

/// The stations and people of the county, who find the program by its ready file.
pub(super) fn simulator(paths: &Paths, site: &Path, ready: &Path) -> Call {
    Call::new(paths.program("watchfire-sim"), &paths.root)
        .args(["play", "--site"])
        .args([site])
        .args(["--ready-file"])
        .args([ready])
}

/// Who may log in, one a line, as the site itself tells it.
pub(super) fn logins(site: &Path) -> Vec<String> {
    fs::read_to_string(site.join("LOGINS.txt"))
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect()
}
