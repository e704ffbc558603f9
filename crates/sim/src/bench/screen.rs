//! From publish to WebSocket frame: how old an alarm is when an outside program hears of it, while
//! readings come in at a steady rate.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use model::Time;
use tokio::sync::mpsc;

use super::program::Running;
use super::tell;
use crate::client::{Door, Key};
use crate::county::{County, Post, Quantity};
use crate::play::Ready;
use crate::stations::Stations;
use crate::storm::{Reading, START};

/// Readings a second that come in meanwhile.
const RATES: [u32; 3] = [1_000, 5_000, 20_000];
/// How long each rate is held before and while it is measured.
const WARM: Duration = Duration::from_secs(1);
const LASTS: Duration = Duration::from_secs(8);
/// Readings leave in bursts this far apart.
const BURST: Duration = Duration::from_millis(5);
/// A gas probe is raised by one level this often.
const MARK: Duration = Duration::from_millis(27);
/// A mark that is not heard of after this long is lost.
const HEARD_WITHIN: Duration = Duration::from_secs(5);
/// Values of gas that stand for levels 1 to 4.
const LEVELS: [&str; 4] = ["15.0", "22.0", "30.0", "60.0"];

/// Measures each rate against a program of its own.
pub(super) async fn measure(
    county: &Arc<County>,
    site: &Path,
    scratch: &Path,
) -> anyhow::Result<()> {
    for rate in RATES {
        let mut program = Running::start(site, &scratch.join(format!("rate-{rate}"))).await?;
        let ready = program.ready.clone();
        let mut ages = program.with(ages(county, &ready, rate)).await?;
        ages.sort_unstable();
        anyhow::ensure!(
            !ages.is_empty(),
            "no alarm was heard at {rate} readings a second"
        );
        let at = |share: f64| {
            let place = ((ages.len() - 1) as f64 * share).round() as usize;
            ages[place].as_secs_f64() * 1e3
        };
        tell(&format!("publish to frame at {rate}/s, p50"), at(0.5), "ms")?;
        tell(
            &format!("publish to frame at {rate}/s, p99"),
            at(0.99),
            "ms",
        )?;
    }
    Ok(())
}

/// The ages of the marks at one rate.
async fn ages(county: &Arc<County>, ready: &Ready, rate: u32) -> anyhow::Result<Vec<Duration>> {
    let stations = Stations::connect(county, &ready.mqtt)?;
    let door = Door::at(&ready.http);
    let mut line = door.transitions(&Key::Token(ready.token.clone())).await?;
    let (sent, mut marks) = mpsc::unbounded_channel::<(String, u8, Instant)>();
    let listen = async {
        let (mut waiting, mut ages) = (BTreeMap::new(), Vec::new());
        loop {
            let batch = tokio::time::timeout(HEARD_WITHIN, line.next()).await;
            let now = Instant::now();
            while let Ok((station, level, at)) = marks.try_recv() {
                waiting.insert((station, level), at);
            }
            let Ok(Some(batch)) = batch else { return ages };
            for told in batch {
                if let Some(at) = waiting.remove(&(told.subject, told.level)) {
                    ages.push(now - at);
                }
            }
            if marks.is_closed() && waiting.is_empty() {
                return ages;
            }
        }
    };
    let (ages, published) = tokio::join!(listen, publish(county, &stations, rate, sent));
    published?;
    Ok(ages)
}

/// Keeps up the rate with calm rain, and raises one gas probe after another.
async fn publish(
    county: &County,
    stations: &Stations,
    rate: u32,
    sent: mpsc::UnboundedSender<(String, u8, Instant)>,
) -> anyhow::Result<()> {
    let slots = |post: Post| {
        (0..county.stations.len()).filter(move |slot| county.stations[*slot].post == post)
    };
    let (gauges, probes): (Vec<usize>, Vec<usize>) =
        (slots(Post::Rain).collect(), slots(Post::Gas).collect());
    let start: Time = START.parse().context("the night has a start")?;
    let begun = Instant::now();
    let (mut readings, mut marked) = (0usize, 0usize);
    while begun.elapsed() < WARM + LASTS {
        let owed = (begun.elapsed().as_secs_f64() * f64::from(rate)) as usize;
        while readings < owed {
            let round = (readings / gauges.len()) as i64;
            let gauge = gauges[readings % gauges.len()];
            let reading = told(gauge, Quantity::Rain, start.plus_ms(round * 1000), "0.0");
            stations.publish(county, &reading).await?;
            readings += 1;
        }
        let due = begun.elapsed().saturating_sub(WARM).as_millis() / MARK.as_millis();
        if marked < (due as usize).min(probes.len() * LEVELS.len()) {
            let (probe, level) = (probes[marked % probes.len()], marked / probes.len());
            let observed = start.plus_ms((readings / gauges.len()) as i64 * 1000);
            let reading = told(probe, Quantity::Gas, observed, LEVELS[level]);
            let mark = (
                county.stations[probe].id.clone(),
                level as u8 + 1,
                Instant::now(),
            );
            // The listener may have given up already; then nobody counts.
            if sent.send(mark).is_err() {
                return Ok(());
            }
            stations.publish(county, &reading).await?;
            marked += 1;
        }
        tokio::time::sleep(BURST).await;
    }
    stations.settle().await;
    Ok(())
}

fn told(station: usize, quantity: Quantity, observed: Time, value: &str) -> Reading {
    Reading {
        station,
        quantity,
        observed,
        sent: observed,
        value: value.to_owned(),
    }
}
