//! Site folders: made from recorded nights, and read with everything that is wrong told at once.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use site::{NewSite, Site};

use crate::say;

/// Makes a site folder and prints what it holds.
pub(crate) fn new_site(from: &Path, site: &Path, dynamic: bool) -> anyhow::Result<()> {
    let summary = site::new_site(from, site, NewSite { dynamic })
        .with_context(|| format!("could not make the site {}", site.display()))?;
    say(summary.to_string().trim_end())
}

/// Prints every problem of a site or of a folder of rules; the exit code says whether it could start.
pub(crate) fn check(folder: &Path, stations: bool, in_force: bool) -> anyhow::Result<ExitCode> {
    if !folder.join("site.toml").is_file() {
        return check_rules(folder);
    }
    match site::read_site(folder) {
        Ok(site) => {
            if !site.notes.is_empty() {
                say(site.notes.to_string().trim_end())?;
            }
            for jurisdiction in &site.jurisdictions {
                if stations {
                    say(site::coverage(&jurisdiction.config).to_string().trim_end())?;
                }
                if in_force {
                    say(site::in_force(&jurisdiction.config).trim_end())?;
                } else {
                    tell_unconfirmed(&site::to_confirm(jurisdiction.config.rules.iter()))?;
                }
            }
            say(&format!("{} is sound: {}", folder.display(), gist(&site)))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => {
            say(problems.to_string().trim_end())?;
            say(&format!("{} cannot start", folder.display()))?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Names the numbers that nobody has confirmed yet.
fn tell_unconfirmed(numbers: &str) -> anyhow::Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    say(numbers)
}

/// Rule files by themselves: their shape, their sense and their examples, without stations.
fn check_rules(folder: &Path) -> anyhow::Result<ExitCode> {
    match site::check_rules(folder) {
        Ok(checked) => {
            if !checked.notes.is_empty() {
                say(checked.notes.to_string().trim_end())?;
            }
            tell_unconfirmed(&checked.to_confirm)?;
            say(&format!(
                "{} is sound: {} rules, {} examples hold",
                folder.display(),
                checked.rules,
                checked.examples
            ))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => {
            say(problems.to_string().trim_end())?;
            say(&format!("{} cannot be used", folder.display()))?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Reads a site that is to be served.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Site> {
    match site::read_site(folder) {
        Ok(site) => {
            for note in site.notes.problems() {
                tracing::warn!("{}", note.line());
            }
            tracing::info!("site {}: {}", folder.display(), gist(&site));
            Ok(site)
        }
        Err(problems) => bail!(
            "the site {} cannot start; problems: {}\n\n{}",
            folder.display(),
            problems.errors(),
            problems.to_string().trim_end()
        ),
    }
}

fn gist(site: &Site) -> String {
    let sum = |count: fn(&model::Config) -> usize| -> usize {
        site.jurisdictions.iter().map(|j| count(&j.config)).sum()
    };
    format!(
        "{} jurisdictions, {} stations, {} series, {} rules on {} watches, {} people",
        site.jurisdictions.len(),
        sum(|c| c.stations.len()),
        sum(|c| c.series.len()),
        sum(|c| c.rules.len()),
        sum(|c| c.watches.len()),
        sum(|c| c.people.len()),
    )
}
