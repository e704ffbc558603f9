//! A call of another program: shown as it runs, or kept in a log with one line of progress.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::child::Running;
use crate::registry::Registry;

/// How many lines of a log are shown when its program fails.
const LAST_LINES: usize = 40;

/// Lines of each panic before them that are shown too.
const PANIC_LINES: usize = 4;

/// How often progress is told where no terminal can be rewritten.
const TELL_EVERY: Duration = Duration::from_secs(30);

/// What to run, where, and with what environment.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    program: OsString,
    args: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    dir: PathBuf,
    registry: Option<Registry>,
}

impl Call {
    pub(crate) fn new(program: impl AsRef<OsStr>, dir: &Path) -> Self {
        Self {
            program: program.as_ref().to_os_string(),
            args: Vec::new(),
            env: BTreeMap::new(),
            dir: dir.to_path_buf(),
            registry: None,
        }
    }

    pub(crate) fn args<I: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = I>) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_os_string()));
        self
    }

    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env
            .insert(name.as_ref().to_os_string(), value.as_ref().to_os_string());
        self
    }

    /// Names the registry this call fetches from: it is tried three times, and named when it fails.
    pub(crate) fn fetching_from(mut self, registry: Registry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Runs with its output on ours.
    pub(crate) fn shown(&self) -> Result<()> {
        let mut running = Running::start(&self.name(), &mut self.command())?;
        let status = running.wait(|| {})?;
        if !status.success() {
            bail!("{} ended with {status}", self.line());
        }
        Ok(())
    }

    /// Runs with its output in `<logs>/<log>.log`; while it runs, tells how long and its last line.
    pub(crate) fn logged(&self, logs: &Path, log: &str) -> Result<()> {
        let tries = if self.registry.is_some() { 3 } else { 1 };
        for attempt in 1..=tries {
            match self.log_once(logs, log)? {
                None => return Ok(()),
                Some(failure) if attempt < tries && failure.is::<RegistryFailed>() => {
                    say(&format!("      {failure}; trying again"));
                }
                Some(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    /// Runs and gives what it wrote to its standard output.
    pub(crate) fn captured(&self) -> Result<String> {
        let output = self
            .command()
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("could not start {}", self.name()))?;
        if !output.status.success() {
            bail!(
                "{} ended with {}\n{}",
                self.line(),
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn log_once(&self, logs: &Path, log: &str) -> Result<Option<anyhow::Error>> {
        let path = logs.join(format!("{log}.log"));
        fs::create_dir_all(logs).context("could not make the folder for logs")?;
        let file =
            File::create(&path).with_context(|| format!("could not write {}", path.display()))?;
        let copy = file.try_clone().context("could not share the log file")?;
        let mut command = self.command();
        command.stdout(file).stderr(copy);
        let mut running = Running::start(&self.name(), &mut command)?;
        let mut progress = Progress::new(&path);
        let status = running.wait(|| progress.tell())?;
        progress.finish();
        if status.success() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        Ok(Some(self.failure(&text, &path)))
    }

    fn failure(&self, text: &str, path: &Path) -> anyhow::Error {
        if let Some(registry) = self.registry
            && let Some(line) = registry.complaint(text)
        {
            let what = line.to_owned();
            return RegistryFailed {
                registry,
                what,
                log: path.to_path_buf(),
            }
            .into();
        }
        let lines: Vec<&str> = text.lines().collect();
        let end = lines.len().saturating_sub(LAST_LINES);
        let mut told = panics(&lines[..end]);
        told.extend_from_slice(&lines[end..]);
        anyhow::anyhow!(
            "{}\n{} failed; all it said is in {}",
            told.join("\n"),
            self.line(),
            path.display()
        )
    }

    /// The command itself, for callers that keep it running.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .current_dir(&self.dir)
            .stdin(Stdio::null());
        // What cargo told us about ourselves is not true of the programs we start.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command.envs(&self.env);
        command
    }

    fn name(&self) -> String {
        Path::new(&self.program)
            .file_name()
            .unwrap_or(&self.program)
            .to_string_lossy()
            .into_owned()
    }

    fn line(&self) -> String {
        let mut line = self.name();
        for arg in &self.args {
            line.push(' ');
            line.push_str(&arg.to_string_lossy());
        }
        line
    }
}

/// Where tests panicked, each with what it said: the end of a long log names only who failed.
fn panics<'t>(lines: &[&'t str]) -> Vec<&'t str> {
    let mut told = Vec::new();
    let mut left = 0;
    for line in lines {
        if line.contains("panicked at ") {
            left = PANIC_LINES;
        }
        if left > 0 && told.len() < LAST_LINES {
            told.push(*line);
        }
        left = left.saturating_sub(1);
    }
    told
}

/// A registry that did not give what was asked.
#[derive(Debug)]
pub(crate) struct RegistryFailed {
    registry: Registry,
    what: String,
    log: PathBuf,
}

impl std::fmt::Display for RegistryFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} did not give what was asked: {} (all of it: {})",
            self.registry.name(),
            self.what,
            self.log.display()
        )
    }
}

impl std::error::Error for RegistryFailed {}

/// One line a moment about a program that writes into a log.
struct Progress<'a> {
    log: &'a Path,
    started: Instant,
    told: Instant,
    terminal: bool,
}

impl<'a> Progress<'a> {
    fn new(log: &'a Path) -> Self {
        let now = Instant::now();
        Self {
            log,
            started: now,
            told: now,
            terminal: std::io::stdout().is_terminal(),
        }
    }

    fn tell(&mut self) {
        let every = if self.terminal {
            Duration::from_secs(1)
        } else {
            TELL_EVERY
        };
        if self.told.elapsed() < every {
            return;
        }
        self.told = Instant::now();
        let text = fs::read(self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let last = text
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let line = format!(
            "      … {}  {}",
            clock(self.started.elapsed()),
            quiet_line(last)
        );
        if self.terminal {
            write_out(&format!("\r\x1b[2K{line}"));
        } else {
            say(&line);
        }
    }

    fn finish(&self) {
        if self.terminal {
            write_out("\r\x1b[2K");
        }
    }
}

/// A line of another program, short, and without addresses: the first address we print is the county's.
fn quiet_line(line: &str) -> String {
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    let words: Vec<&str> = line
        .split_whitespace()
        .filter(|word| !word.contains("://"))
        .collect();
    words.join(" ").chars().take(70).collect()
}

/// `m:ss`.
pub(crate) fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

/// Prints a line for the person at the terminal. A closed pipe is no failure of ours.
pub(crate) fn say(line: &str) {
    write_out(&format!("{line}\n"));
}

#[cfg(test)]
#[allow(
    clippy::print_stdout,
    reason = "what a test prints belongs to the test's own output"
)]
fn write_out(text: &str) {
    print!("{text}");
}

#[cfg(not(test))]
fn write_out(text: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .ok();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sh(script: &str) -> Call {
        Call::new("sh", Path::new("/")).args(["-c", script])
    }

    #[test]
    fn a_failing_program_shows_its_last_lines() {
        let logs = tempfile::tempdir().unwrap();
        let failure = sh("echo first; echo the reason; exit 3")
            .logged(logs.path(), "x")
            .unwrap_err();
        assert!(failure.to_string().contains("the reason"), "{failure}");
    }

    #[test]
    fn a_test_that_panicked_long_before_the_end_says_what() {
        let logs = tempfile::tempdir().unwrap();
        let script = "echo 'thread x panicked at y'; echo 'the county sank'; seq 100; exit 1";
        let failure = sh(script).logged(logs.path(), "x").unwrap_err().to_string();
        assert!(failure.contains("the county sank"), "{failure}");
        assert!(!failure.contains("\n50\n"), "{failure}");
    }

    #[test]
    fn a_registry_is_asked_three_times_and_then_named() {
        let logs = tempfile::tempdir().unwrap();
        let count = logs.path().join("count");
        let script = format!(
            "echo x >> {}; echo 'npm error code ENOTFOUND'; exit 1",
            count.display()
        );
        let call = sh(&script).fetching_from(Registry::Npm);
        let failure = call.logged(logs.path(), "npm").unwrap_err();
        assert!(
            failure.to_string().starts_with("the npm registry did not"),
            "{failure}"
        );
        assert_eq!(fs::read_to_string(count).unwrap().lines().count(), 3);
    }

    #[test]
    fn progress_carries_no_address() {
        assert_eq!(quiet_line("  got\t https://x.example/y in 3s"), "got in 3s");
    }
}
