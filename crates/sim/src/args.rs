//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use model::Time;
use sim::people::PHONE_LOGIN;
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
    /// Plays stations and people against a running program until told to stop.
    Play(PlayNight),
    /// Plays the stations alone.
    Storm(PlayStorm),
    /// Measures the program built beside this one and prints the numbers.
    Bench,
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

#[derive(Debug, ClapArgs)]
pub(crate) struct PlayNight {
    /// The site folder the program serves.
    #[arg(long)]
    pub(crate) site: PathBuf,
    /// The program's ready file.
    #[arg(long)]
    pub(crate) ready_file: PathBuf,
    /// Also plays a duty officer who acknowledges, commands and verifies.
    #[arg(long)]
    pub(crate) officer: bool,
    /// Nobody in the field answers.
    #[arg(long)]
    pub(crate) no_responders: bool,
    /// Logins left to humans.
    #[arg(long, default_value = PHONE_LOGIN)]
    pub(crate) leave: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PlayStorm {
    /// The program's MQTT address.
    #[arg(long)]
    pub(crate) mqtt: String,
    /// The program's HTTP address, whose clock is followed unless a speed is given.
    #[arg(long)]
    pub(crate) http: Option<String>,
    /// A token for the clock; absent: the demonstration's viewer logs in.
    #[arg(long, requires = "http")]
    pub(crate) token: Option<String>,
    /// The site folder the program serves.
    #[arg(long)]
    pub(crate) site: PathBuf,
    /// Seconds of the night in a second, or `max`.
    #[arg(long, value_parser = tempo)]
    pub(crate) speed: Option<Tempo>,
    /// Where in the night to begin; absent: at its start, or an hour before the program's now.
    #[arg(long)]
    pub(crate) from: Option<Time>,
    /// Where in the night to end; absent: never.
    #[arg(long)]
    pub(crate) until: Option<Time>,
}

/// How fast stations play by themselves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tempo {
    Times(f64),
    Flat,
}

fn tempo(text: &str) -> Result<Tempo, String> {
    if text == "max" {
        Ok(Tempo::Flat)
    } else {
        speed(text).map(Tempo::Times)
    }
}

/// A speed that a clock can run at.
fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed > 0.0 && speed <= 100_000.0 => Ok(speed),
        _ => Err("a number above 0, at most 100000".to_owned()),
    }
}
