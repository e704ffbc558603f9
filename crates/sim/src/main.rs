//! `watchfire-sim`: makes the demonstration county and plays its night. Never part of the product.

mod args;

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use clap::Parser as _;
use sim::county::County;
use sim::place::Ground;
use sim::site_folder;

use crate::args::{Args, MakeCounty, Verb};

fn main() -> anyhow::Result<()> {
    match Args::parse().verb {
        Verb::County(asked) => make_county(&asked),
    }
}

fn make_county(asked: &MakeCounty) -> anyhow::Result<()> {
    let ground = match &asked.from {
        Some(folder) => Ground::read(&folder.join("geo"))?,
        None => Ground::xinchang()?,
    };
    let county = County::on(ground);
    let files = site_folder::files(&county, asked.speed);
    site_folder::write(&files, &asked.site)?;
    say(&format!(
        "{} stations in {} townships, {} files in {}",
        county.stations.len(),
        county.ground.townships.len(),
        files.len(),
        shown(&asked.site),
    ))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}").context("could not write to the terminal")
}
