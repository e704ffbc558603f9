//! `watchfire-sim`: makes the demonstration county and plays its night. Never part of the product.

mod args;

use std::future::Future;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser as _;
use sim::client::Door;
use sim::county::County;
use sim::pace::Pace;
use sim::people::PASSWORD;
use sim::place::Ground;
use sim::play::{Cast, Ready, Stage};
use sim::site_folder;
use sim::stations::{Beat, Stations};
use sim::storm::Storm;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::args::{Args, MakeCounty, PlayNight, PlayStorm, Tempo, Verb};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match &args.verb {
        Verb::County(asked) => make_county(asked),
        Verb::Play(asked) => until_stopped(play(asked)).map(|_done| ()),
        Verb::Storm(asked) => until_stopped(storm(asked)).map(|_done| ()),
        Verb::Bench => {
            let scratch = tempfile::tempdir().context("could not make a folder to measure in")?;
            let done = until_stopped(sim::bench::bench(scratch.path()))?;
            anyhow::ensure!(done, "stopped before everything was measured");
            Ok(())
        }
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
    sim::gateways::write_channels(&asked.site)?;
    say(&format!(
        "{} stations in {} townships, {} files in {}",
        county.stations.len(),
        county.ground.townships.len(),
        files.len(),
        asked.site.display(),
    ))
}

/// Runs until the work is done or somebody says stop; whether it was done.
fn until_stopped(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("could not start")?;
    runtime.block_on(async {
        let mut told = signal(SignalKind::terminate()).context("could not listen for signals")?;
        tokio::select! {
            ended = work => ended.map(|()| true),
            _ = told.recv() => Ok(false),
            _ = tokio::signal::ctrl_c() => Ok(false),
        }
    })
}

async fn play(asked: &PlayNight) -> anyhow::Result<()> {
    let stage = Stage::read(&asked.site)?;
    let path = asked.ready_file.display();
    let text = std::fs::read_to_string(&asked.ready_file)
        .with_context(|| format!("could not read {path}"))?;
    let ready: Ready =
        serde_json::from_str(&text).with_context(|| format!("{path} is no ready file"))?;
    let cast = Cast {
        responders: !asked.no_responders,
        officer: asked.officer,
        left_alone: asked.leave.clone(),
    };
    let _gateways = sim::gateways::open_gateways(&ready.http).await;
    sim::play::play(stage, ready, cast).await
}

async fn storm(asked: &PlayStorm) -> anyhow::Result<()> {
    let stage = Stage::read(&asked.site)?;
    let county = Arc::new(County::demonstration()?);
    let stations = Stations::connect(&county, &asked.mqtt)?;
    let mut storm = Storm::new(county, stage.start);
    let (tell, told) = watch::channel(None);
    let beat = match (asked.speed, &asked.http) {
        (Some(Tempo::Flat), _) => Beat::Flat,
        (Some(Tempo::Times(factor)), _) => {
            Beat::Own(Pace::own(asked.from.unwrap_or(stage.start), factor))
        }
        (None, Some(_)) => Beat::Server(told),
        (None, None) => anyhow::bail!("either --http, whose clock to follow, or a --speed"),
    };
    let follows = matches!(beat, Beat::Server(_));
    let playing = async {
        sim::stations::play(&mut storm, &stations, beat, asked.from, asked.until).await?;
        stations.settle().await;
        anyhow::Ok(())
    };
    let follow = async {
        match &asked.http {
            Some(http) if follows => follow_clock(asked, http, tell).await,
            Some(_) | None => std::future::pending().await,
        }
    };
    let started = tokio::time::Instant::now();
    tokio::select! {
        ended = playing => ended?,
        ended = follow => ended?,
    }
    let (confirmed, seconds) = (
        stations.tally().confirmed(),
        started.elapsed().as_secs_f64(),
    );
    say(&format!("{confirmed} readings confirmed in {seconds:.1} s"))
}

async fn follow_clock(
    asked: &PlayStorm,
    http: &str,
    tell: watch::Sender<Option<Pace>>,
) -> anyhow::Result<()> {
    let door = Door::at(http);
    let key = match &asked.token {
        Some(token) => sim::client::Key::Token(token.clone()),
        None => door
            .login("viewer", PASSWORD)
            .await
            .context("could not log in as viewer")?,
    };
    sim::play::follow_clock(&door, key, tell).await
}

fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}").context("could not write to the terminal")
}
