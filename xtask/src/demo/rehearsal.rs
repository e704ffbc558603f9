//! The promise of `cargo xtask run`, kept by really running it: the county comes up by itself, an alarm rises without
//! a touch, one signal ends everything, and the second start goes on with the same night within seconds.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use super::field;
use crate::call::say;
use crate::paths::Paths;
use crate::stage::Outcome;

/// The county must answer within this, building left aside.
const UP_WITHIN: Duration = Duration::from_secs(150);

/// The second start with nothing changed takes a second or two; on a machine that others load it may
/// take longer, but never this long unless something is built or set up again.
const AGAIN_WITHIN: Duration = Duration::from_secs(40);

/// An alarm must stand by then without a touch.
const ALARM_WITHIN: Duration = Duration::from_secs(180);

/// Everything must be gone this long after the signal.
const DOWN_WITHIN: Duration = Duration::from_secs(45);

/// Runs the demonstration twice in a folder of its own, on the programs of the tests, and asks it what
/// a newcomer would see.
pub(crate) fn rehearse(paths: &Paths) -> Result<Outcome> {
    let home = paths.target.join("rehearsal");
    let mut first = Show::start(&home, &["--checked", "--fresh"])?;
    let http = first.first_address(UP_WITHIN)?;
    let page = get(&http, "/", None)?;
    let has_web = paths.web().join("dist/index.html").is_file();
    ensure!(
        !has_web || page.contains("<html"),
        "the first page is no page:\n{page}"
    );
    let alarms = await_alarm(&home, &http)?;
    say(&format!("      {alarms} transitions without a touch"));
    first.end(Signal::TERM, &home)?;

    let started = Instant::now();
    let mut second = Show::start(&home, &["--checked"])?;
    let http = second.first_address(UP_WITHIN)?;
    let took = started.elapsed();
    say(&format!(
        "      second start in {:.1} s",
        took.as_secs_f32()
    ));
    let kept = transitions(&home, &http)?;
    second.end(Signal::INT, &home)?;
    ensure!(
        kept >= alarms,
        "the night did not go on: {alarms} transitions before, {kept} after"
    );
    ensure!(
        took < AGAIN_WITHIN,
        "the second start took {:.1} s; it said:\n{}",
        took.as_secs_f32(),
        second.seen.join("\n")
    );
    Ok(Outcome::Done)
}

/// One running `cargo xtask run`.
struct Show {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Show {
    fn start(home: &Path, options: &[&str]) -> Result<Self> {
        let program = std::env::current_exe().context("could not find ourselves")?;
        let mut child = Command::new(program)
            .args(["run", "--port", "0", "--home"])
            .arg(home)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the demonstration")?;
        let out = child
            .stdout
            .take()
            .context("could not read the demonstration")?;
        Ok(Self {
            child,
            lines: read_lines(out),
            seen: Vec::new(),
        })
    }

    /// The first address that is printed, which must be the county's.
    fn first_address(&mut self, within: Duration) -> Result<String> {
        let until = Instant::now() + within;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                bail!(
                    "no address was printed; this was:\n{}",
                    self.seen.join("\n")
                );
            };
            if let Some((_, address)) = line.split_once("://") {
                ensure!(
                    line.contains("http://127.0.0.1:"),
                    "the first address is not the county's: {line}"
                );
                return Ok(address.trim().to_owned());
            }
            self.seen.push(line);
        }
    }

    /// Sends `signal` and sees that all of it ends well.
    fn end(&mut self, signal: Signal, home: &Path) -> Result<()> {
        let started = processes(home);
        ensure!(started.len() > 1, "the demonstration started nothing");
        let own = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(
            own.context("could not tell the demonstration's process")?,
            signal,
        )
        .context("could not signal the demonstration")?;
        let until = Instant::now() + DOWN_WITHIN;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().context("could not wait")? {
                ensure!(status.success(), "the demonstration ended with {status}");
                let left: Vec<&PathBuf> = started.iter().filter(|place| place.exists()).collect();
                ensure!(left.is_empty(), "still running after the end: {left:?}");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        bail!(
            "the demonstration did not end within {} s",
            DOWN_WITHIN.as_secs()
        );
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // Asked, not forced: it has programs of its own to end.
            if let Some(own) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
                kill_process(own, Signal::TERM).ok();
            }
            self.child.wait().ok();
        }
    }
}

fn read_lines(out: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                // Nobody listens any more, but the pipe must not fill.
                continue;
            }
        }
    });
    receiver
}

/// The places in `/proc` of the run's processes.
fn processes(home: &Path) -> Vec<PathBuf> {
    fs::read_to_string(home.join("running"))
        .unwrap_or_default()
        .lines()
        .map(|id| Path::new("/proc").join(id).join("exe"))
        .collect()
}

fn await_alarm(home: &Path, http: &str) -> Result<usize> {
    let until = Instant::now() + ALARM_WITHIN;
    loop {
        let count = transitions(home, http)?;
        if count > 0 {
            return Ok(count);
        }
        ensure!(
            Instant::now() < until,
            "no alarm rose within {} s",
            ALARM_WITHIN.as_secs()
        );
        std::thread::sleep(Duration::from_millis(250));
    }
}

/// How many transitions the county has had.
fn transitions(home: &Path, http: &str) -> Result<usize> {
    let ready = fs::read_to_string(home.join("ready.json")).context("could not read ready.json")?;
    let body = get(
        http,
        "/api/v1/alarms/transitions?after=0",
        field(&ready, "token"),
    )?;
    Ok(body
        .lines()
        .filter(|line| line.contains("\"rule\""))
        .count())
}

/// The answer to a GET; anything but a 200 is a failure.
fn get(http: &str, path: &str, token: Option<&str>) -> Result<String> {
    let mut socket = TcpStream::connect(http).with_context(|| format!("could not reach {http}"))?;
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .context("could not set a limit")?;
    let bearer = token.map_or_else(String::new, |t| format!("Authorization: Bearer {t}\r\n"));
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: {http}\r\n{bearer}Connection: close\r\n\r\n"
    )
    .with_context(|| format!("could not ask for {path}"))?;
    let mut answer = Vec::new();
    socket
        .read_to_end(&mut answer)
        .with_context(|| format!("could not read {path}"))?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    ensure!(
        answer.starts_with("HTTP/1.1 200"),
        "{path} answered:\n{answer}"
    );
    Ok(answer)
}
