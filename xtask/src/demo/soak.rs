//! The county played fast for a long while: the program must stay up, and its memory must not creep.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::{Asked, END_WITHIN, Places, await_ready, county, prepare, start, tail};
use crate::paths::Paths;
use crate::stop;

/// Seconds of the night in a second of ours: a day in six minutes.
const SPEED: f64 = 240.0;

/// How long it is played: nearly two days.
const LASTS: Duration = Duration::from_secs(700);

/// Memory is first read after 27 hours of the county: rules look back on a whole day, so until then what
/// is remembered grows by its nature.
const WARM_AFTER: Duration = Duration::from_secs(400);

/// The most that memory may grow from then on: copies for keyframes and snapshots come and go.
const GROWTH: f64 = 1.5;

/// Plays the county with people who answer, and tells how memory went.
pub(crate) fn soak(paths: &Paths) -> Result<String> {
    let asked = Asked {
        fresh: true,
        speed: Some(SPEED),
        home: Some(paths.target.join("soak")),
        ..Asked::default()
    };
    let places = Places::of(paths, &asked);
    prepare(paths, &places, &asked)?;
    if places.ready.exists() {
        fs::remove_file(&places.ready).context("could not remove the old ready file")?;
    }
    let call = county::server(
        paths,
        &places.site,
        &places.data,
        "127.0.0.1:0",
        &places.ready,
    );
    let mut server = start("watchfire", &call, &places.logs)?;
    await_ready(&mut server, &places)?;
    let call = county::simulator(paths, &places.site, &places.ready).args(["--officer"]);
    let mut simulator = start("watchfire-sim", &call, &places.logs)?;
    let begun = Instant::now();
    let mut warm = None;
    while begun.elapsed() < LASTS {
        for running in [&mut server, &mut simulator] {
            if let Some(status) = running.ended()? {
                let said = tail(&places.logs, running.name());
                anyhow::bail!("{} ended with {status}\n{said}", running.name());
            }
        }
        if let Some(stopped) = stop::asked() {
            return Err(stopped.into());
        }
        if begun.elapsed() > WARM_AFTER && warm.is_none() {
            warm = Some(resident_mb(server.id())?);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    let (warm, last) = (warm.unwrap_or_default(), resident_mb(server.id())?);
    simulator.end(END_WITHIN)?;
    let status = server.end(END_WITHIN)?;
    ensure!(status.success(), "watchfire ended with {status}");
    ensure!(
        last <= warm * GROWTH,
        "memory grew from {warm:.0} MB to {last:.0} MB"
    );
    Ok(format!(
        "{} s at {SPEED} times, {warm:.0} MB warm, {last:.0} MB at the end",
        LASTS.as_secs()
    ))
}

fn resident_mb(id: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status"))
        .context("could not read the program's memory")?;
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse::<f64>().ok())
        .context("could not read the program's memory")?;
    Ok(kib / 1024.0)
}
