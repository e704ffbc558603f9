//! The numbers that are guarded, measured on the built program and on the decisions alone.
//!
//! Prints; judges nothing. What a number has to be stands where it is promised.

mod decisions;
mod program;
mod scale;
mod screen;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use crate::county::County;
use crate::place::Ground;
use crate::site_folder;

/// Measures everything and prints a line a number.
///
/// # Errors
/// When the program beside this one is missing, does not start or does not answer.
pub async fn bench(scratch: &Path) -> anyhow::Result<()> {
    let county = Arc::new(County::on(Ground::xinchang()?));
    let site = scratch.join("site");
    site_folder::write(&site_folder::files_on_feed(&county), &site)?;
    decisions::measure(&county, &site)?;
    program::measure(&county, &site, &scratch.join("day")).await?;
    screen::measure(&county, &site, scratch).await
}

/// One line of the result: what, how much, of what.
fn tell(what: &str, value: f64, unit: &str) -> anyhow::Result<()> {
    let places = if value.abs() < 100.0 { 2 } else { 0 };
    writeln!(std::io::stdout(), "{what:<44} {value:>12.places$} {unit}")
        .context("could not write to the terminal")
}

/// The built program, which lies beside this one.
fn program_path() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("could not find this program")?;
    let path = own.with_file_name("watchfire");
    anyhow::ensure!(path.is_file(), "{} is not built", path.display());
    Ok(path)
}
