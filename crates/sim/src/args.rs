//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use sim::storm::FACTOR;

/// Makes the demonstration county and plays its night.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Writes the demonstration county as a site folder.
    County(MakeCounty),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MakeCounty {
    /// Where the site folder goes.
    #[arg(long, visible_alias = "out")]
    pub(crate) site: PathBuf,
    /// The folder with `geo/`; absent: the borders built in, which are the same.
    #[arg(long)]
    pub(crate) from: Option<PathBuf>,
    /// Seconds of the night in a second.
    #[arg(long, default_value_t = FACTOR, value_parser = speed)]
    pub(crate) speed: f64,
}

/// A speed that a clock can run at.
pub(crate) fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed > 0.0 && speed <= 100_000.0 => Ok(speed),
        _ => Err("a number above 0, at most 100000".to_owned()),
    }
}
