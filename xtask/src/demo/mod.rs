//! `run`: builds everything, starts the demonstration county and stays until it is told to stop.
//!
//! Whatever it starts ends with it. The night goes on where it stopped, unless a fresh one is asked for.

mod county;
mod leftovers;
mod port;
pub(crate) mod rehearsal;
pub(crate) mod soak;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::call::{Call, say};
use crate::child::Running;
use crate::paths::Paths;
use crate::stage::{self, Outcome, Stage};
use crate::stop;
use crate::verify;

/// How long the program may take until it answers; a long night is read back first.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// How long a program may take to end by itself.
const END_WITHIN: Duration = Duration::from_secs(20);

/// What was asked of `run`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) fresh: bool,
    /// On the programs that tests are run on, instead of those that are shipped.
    pub(crate) checked: bool,
    /// Seconds of the night in a second of ours; the county's own choice if none.
    pub(crate) speed: Option<f64>,
    pub(crate) port: Option<u16>,
    /// Where the night is kept, if not in `target/demo`.
    pub(crate) home: Option<PathBuf>,
}

/// Where the demonstration lies.
#[derive(Clone, Debug)]
struct Places {
    site: PathBuf,
    data: PathBuf,
    ready: PathBuf,
    logs: PathBuf,
    running: PathBuf,
}

impl Places {
    fn of(paths: &Paths, asked: &Asked) -> Self {
        let demo = asked.home.clone().unwrap_or_else(|| paths.demo());
        Self {
            site: demo.join("site"),
            data: demo.join("data"),
            ready: demo.join("ready.json"),
            logs: demo.join("logs"),
            running: demo.join("running"),
        }
    }
}

/// Builds, starts, tells where, and waits for the end.
pub(crate) fn run(paths: &Paths, asked: &Asked) -> Result<()> {
    let checked = paths.checked();
    let paths = if asked.checked { &checked } else { paths };
    let places = Places::of(paths, asked);
    leftovers::end(&places.running)?;
    let mut stages = verify::tools(paths);
    stages.extend(verify::build(paths));
    stages.push(Stage::new(
        "county",
        "the demonstration county",
        0.1,
        &["program"],
        || {
            prepare(paths, &places, asked)?;
            Ok(Outcome::Done)
        },
    ));
    stage::run("run", stages)?;
    serve(paths, &places, asked)
}

fn prepare(paths: &Paths, places: &Places, asked: &Asked) -> Result<()> {
    if asked.fresh {
        for folder in [&places.site, &places.data] {
            if folder.exists() {
                fs::remove_dir_all(folder)
                    .with_context(|| format!("could not remove {}", folder.display()))?;
            }
        }
    }
    county::make(paths, &places.site, asked.speed)
}

fn serve(paths: &Paths, places: &Places, asked: &Asked) -> Result<()> {
    let http = format!("127.0.0.1:{}", port::choose(asked.port)?);
    if places.ready.exists() {
        fs::remove_file(&places.ready).context("could not remove the old ready file")?;
    }
    let call = county::server(paths, &places.site, &places.data, &http, &places.ready);
    let mut server = start("watchfire", &call, &places.logs)?;
    leftovers::keep(&places.running, &[server.id()])?;
    let ready = await_ready(&mut server, places)?;
    let call = county::simulator(paths, &places.site, &places.ready);
    let mut simulator = Some(start("watchfire-sim", &call, &places.logs)?);
    let ids: Vec<u32> = std::iter::once(&server)
        .chain(&simulator)
        .map(Running::id)
        .collect();
    leftovers::keep(&places.running, &ids)?;
    welcome(paths, places, &ready);
    let verdict = stay(&mut server, &mut simulator, &places.logs);
    // Those who speak end before those who listen, so that the last words are heard.
    if let Some(simulator) = &mut simulator {
        simulator.end(END_WITHIN)?;
    }
    let status = server.end(END_WITHIN)?;
    fs::remove_file(&places.running).ok();
    verdict?;
    if !status.success() {
        bail!(
            "watchfire ended with {status}\n{}",
            tail(&places.logs, "watchfire")
        );
    }
    say("stopped; the night goes on with the next `cargo xtask run`");
    Ok(())
}

fn start(name: &str, call: &Call, logs: &Path) -> Result<Running> {
    fs::create_dir_all(logs).context("could not make the folder for logs")?;
    let log = log_file(logs, name);
    let file =
        fs::File::create(&log).with_context(|| format!("could not write {}", log.display()))?;
    let copy = file.try_clone().context("could not share the log file")?;
    let mut command = call.command();
    command.stdin(Stdio::null()).stdout(file).stderr(copy);
    Running::start(name, &mut command)
}

/// Waits for the ready file, which is written when every listener stands.
fn await_ready(server: &mut Running, places: &Places) -> Result<String> {
    let started = Instant::now();
    loop {
        if let Ok(text) = fs::read_to_string(&places.ready)
            && text.trim_end().ends_with('}')
        {
            return Ok(text);
        }
        if let Some(status) = server.ended()? {
            bail!(
                "watchfire ended with {status}\n{}",
                tail(&places.logs, "watchfire")
            );
        }
        if let Some(stopped) = stop::asked() {
            server.end(END_WITHIN)?;
            return Err(stopped.into());
        }
        if started.elapsed() > READY_WITHIN {
            bail!(
                "watchfire did not answer within {} s\n{}",
                READY_WITHIN.as_secs(),
                tail(&places.logs, "watchfire")
            );
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The first address a newcomer sees is the county's.
fn welcome(paths: &Paths, places: &Places, ready: &str) {
    let http = field(ready, "http").unwrap_or_default();
    let mqtt = field(ready, "mqtt").unwrap_or_default();
    say("");
    say("Watchfire 烽火 — demonstration county, everything in it is made up");
    say("");
    say(&format!("  open      http://{http}"));
    say(&format!("  stations  mqtt://{mqtt}"));
    say(&format!("  data      {}", paths.shown(&places.data)));
    say(&format!("  site      {}", paths.shown(&places.site)));
    say(&format!("  logs      {}", paths.shown(&places.logs)));
    say("");
    for line in county::logins(&places.site) {
        say(&format!("  {line}"));
    }
    say("");
    say("Ctrl-C ends it; the same command goes on with the same night, --fresh starts over.");
}

/// Stays until a signal comes or the program ends by itself.
fn stay(server: &mut Running, simulator: &mut Option<Running>, logs: &Path) -> Result<()> {
    loop {
        if stop::asked().is_some() {
            say("stopping …");
            return Ok(());
        }
        if let Some(status) = server.ended()? {
            bail!(
                "watchfire ended by itself with {status}\n{}",
                tail(logs, "watchfire")
            );
        }
        if let Some(running) = simulator
            && let Some(status) = running.ended()?
        {
            if status.success() {
                say("the demonstration night is over; the command centre still answers");
            } else {
                say(&format!("{} ended with {status}", running.name()));
                say(&tail(logs, running.name()));
            }
            *simulator = None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn log_file(logs: &Path, name: &str) -> PathBuf {
    logs.join(format!("{name}.log"))
}

/// The last lines a program wrote.
fn tail(logs: &Path, name: &str) -> String {
    let file = log_file(logs, name);
    let text = fs::read_to_string(&file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(20)..].join("\n");
    format!("{last}\n(all of it: {})", file.display())
}

/// A text field of the flat ready file.
fn field<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = json.split_once(&format!("\"{name}\""))?;
    let value = after
        .trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('"')?;
    value.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_ready_file_are_found() {
        let ready = r#"{"http":"127.0.0.1:80", "mqtt" : "127.0.0.1:18","token":"t"}"#;
        assert_eq!(field(ready, "http"), Some("127.0.0.1:80"));
        assert_eq!(field(ready, "mqtt"), Some("127.0.0.1:18"));
        assert_eq!(field(ready, "user"), None);
    }
}
