//! The built program: readings a second through its front door, bytes on disk, memory, recovery.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::process::{Child, Command};

use super::{program_path, tell};
use crate::county::County;
use crate::play::Ready;
use crate::stations::{Beat, Stations, play};
use crate::storm::{START, Storm};
use crate::weather::DAY;

/// A program that is not ready after this long never will be.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A program we started; ended when dropped.
pub(super) struct Running {
    child: Child,
    /// What it said.
    words: PathBuf,
    pub(super) ready: Ready,
    /// From the start to the ready file.
    took: Duration,
}

impl Running {
    /// Starts the program on a site and data folder and waits until it is ready.
    pub(super) async fn start(site: &Path, data: &Path) -> anyhow::Result<Running> {
        std::fs::create_dir_all(data)
            .with_context(|| format!("could not make {}", data.display()))?;
        let ready_file = data.with_extension("ready.json");
        // A file left by a program that was killed would be read as this one's.
        if ready_file.exists() {
            std::fs::remove_file(&ready_file).context("could not remove the old ready file")?;
        }
        let words = data.with_extension("log");
        let told = File::create(&words).context("could not make the program's log")?;
        let begun = Instant::now();
        let mut child = Command::new(program_path()?)
            .arg("serve")
            .arg("--site")
            .arg(site)
            .arg("--data")
            .arg(data)
            .args([
                "--http",
                "127.0.0.1:0",
                "--mqtt",
                "127.0.0.1:0",
                "--ready-file",
            ])
            .arg(&ready_file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(told)
            .kill_on_drop(true)
            .spawn()
            .context("could not start watchfire")?;
        let ready = await_ready(&mut child, &ready_file).await;
        let ready = ready.with_context(|| last_words(&words))?;
        Ok(Running {
            child,
            words,
            ready,
            took: begun.elapsed(),
        })
    }

    /// Does `work` on it while it runs.
    ///
    /// # Errors
    /// As `work`; when the program ends before it is done.
    pub(super) async fn with<T>(
        &mut self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let ended = tokio::select! {
            done = work => return done,
            ended = self.child.wait() => ended.context("could not look after watchfire")?,
        };
        let said = last_words(&self.words);
        anyhow::bail!("watchfire ended with {ended} while it was measured; {said}")
    }

    /// Ends it as a power cut would.
    async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("could not end watchfire")
    }

    fn resident_mb(&self) -> anyhow::Result<f64> {
        let id = self.child.id().context("watchfire has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))
            .context("could not read the program's memory")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: Option<f64> = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        Ok(kib.context("could not read the program's memory")? / 1024.0)
    }
}

/// The end of what a program said.
fn last_words(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(12)..];
    format!("its last words:\n{}", last.join("\n"))
}

async fn await_ready(child: &mut Child, ready_file: &PathBuf) -> anyhow::Result<Ready> {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(ready_file).unwrap_or_default();
        if let Ok(ready) = serde_json::from_str(&text) {
            return Ok(ready);
        }
        if let Some(status) = child.try_wait().context("could not look after watchfire")? {
            anyhow::bail!("watchfire ended with {status}");
        }
        anyhow::ensure!(begun.elapsed() < READY_WITHIN, "watchfire is not ready");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Plays the typhoon day flat out through MQTT, then cuts the power and starts again.
pub(super) async fn measure(county: &Arc<County>, site: &Path, data: &Path) -> anyhow::Result<()> {
    let mut program = Running::start(site, data).await?;
    let stations = Stations::connect(county, &program.ready.mqtt)?;
    let start = START.parse().context("the night has a start")?;
    let mut storm = Storm::new(Arc::clone(county), start);
    // Reckoned beforehand, so that the weather does not count.
    storm.readings(DAY);
    let begun = Instant::now();
    let until = storm.instant(DAY);
    let day = async {
        play(&mut storm, &stations, Beat::Flat, Some(start), Some(until)).await?;
        stations.settle().await;
        Ok(())
    };
    program.with(day).await?;
    let (seconds, count) = (
        begun.elapsed().as_secs_f64(),
        stations.tally().confirmed() as f64,
    );
    tell(
        "through MQTT, QoS 1, confirmed on disk",
        count / seconds,
        "readings/s",
    )?;
    tell("memory after the day", program.resident_mb()?, "MB")?;
    drop(stations);
    program.kill().await?;
    let again = Running::start(site, data).await?;
    tell(
        "start after a power cut, whole day",
        again.took.as_secs_f64(),
        "s",
    )?;
    again.kill().await?;
    let journal = written_bytes(&data.join("journal"))?;
    tell(
        "journal, outcomes included",
        journal / count,
        "bytes/reading",
    )
}

/// Bytes written into a folder's files: segments are laid out whole, and zero where nothing was
/// written yet; so is what is kept aside for a full disk.
fn written_bytes(folder: &Path) -> anyhow::Result<f64> {
    let mut bytes = 0;
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("could not look into {}", folder.display()))?;
    for entry in entries {
        let path = entry.context("a file went away")?.path();
        let content =
            std::fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        bytes += content
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
    }
    Ok(bytes as f64)
}
