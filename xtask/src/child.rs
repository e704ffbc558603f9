//! A program we started, in a process group of its own, so that ending it ends its own children too.

use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::stop;

/// How often a wait looks at its child: far below what a person notices.
const LOOK: Duration = Duration::from_millis(25);

/// A running program and its process group.
#[derive(Debug)]
pub(crate) struct Running {
    name: String,
    child: Child,
    group: Pid,
}

impl Running {
    /// Starts `command` as the leader of a new process group.
    pub(crate) fn start(name: &str, command: &mut Command) -> Result<Self> {
        let child = command
            .process_group(0)
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        let group = i32::try_from(child.id())
            .ok()
            .and_then(Pid::from_raw)
            .with_context(|| format!("could not tell the process id of {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            group,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, for a test that reads its streams.
    #[cfg(test)]
    fn child_mut(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child
            .try_wait()
            .with_context(|| format!("could not look at {}", self.name))
    }

    /// Waits until it ends by itself; a signal to us ends it first and is returned as [`stop::Stopped`].
    ///
    /// `meanwhile` is called at every look, for progress.
    pub(crate) fn wait(&mut self, mut meanwhile: impl FnMut()) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if let Some(stopped) = stop::asked() {
                self.end(Duration::from_secs(10))?;
                return Err(stopped.into());
            }
            meanwhile();
            std::thread::sleep(LOOK);
        }
    }

    /// Asks its group to end (SIGTERM), waits, and ends it by force after `patience` or at a second signal.
    pub(crate) fn end(&mut self, patience: Duration) -> Result<ExitStatus> {
        let started = Instant::now();
        self.signal(Signal::TERM);
        loop {
            if let Some(status) = self.ended()? {
                // Whatever the leader left behind in its group must not outlive us.
                self.signal(Signal::KILL);
                return Ok(status);
            }
            if started.elapsed() > patience || stop::asked().is_some() {
                self.signal(Signal::KILL);
                return self
                    .child
                    .wait()
                    .with_context(|| format!("could not wait for {}", self.name));
            }
            std::thread::sleep(LOOK);
        }
    }

    fn signal(&self, signal: Signal) {
        // A group that is already empty is what we want.
        kill_process_group(self.group, signal).ok();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.end(Duration::from_secs(5)).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rustix::process::test_kill_process;
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    fn alive(pid: i32) -> bool {
        // A killed grandchild stays a zombie until the machine's first process reaps it.
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let zombie = state
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim_start()
            .starts_with('Z');
        test_kill_process(Pid::from_raw(pid).unwrap()).is_ok() && !zombie && !state.is_empty()
    }

    /// Starts a shell that starts a sleeper, and returns both once the sleeper runs.
    fn family(script: &str) -> (Running, i32) {
        let mut running = Running::start(
            "family",
            Command::new("sh")
                .arg("-c")
                .arg(script)
                .stdout(Stdio::piped()),
        )
        .unwrap();
        let mut line = String::new();
        let out = running.child_mut().stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        (running, line.trim().parse().unwrap())
    }

    fn gone(pid: i32) -> bool {
        let until = Instant::now() + Duration::from_secs(10);
        while alive(pid) && Instant::now() < until {
            std::thread::sleep(LOOK);
        }
        !alive(pid)
    }

    #[test]
    fn ending_a_program_ends_what_it_started() {
        let (mut running, sleeper) = family("sleep 600 & echo $!; wait");
        assert!(alive(sleeper));
        running.end(Duration::from_secs(10)).unwrap();
        assert!(gone(sleeper));
    }

    #[test]
    fn a_program_deaf_to_sigterm_is_ended_by_force() {
        let (mut running, own) = family("trap '' TERM; echo $$; while :; do sleep 1; done");
        running.end(Duration::from_millis(200)).unwrap();
        assert!(gone(own));
    }

    #[test]
    fn what_is_dropped_while_running_is_ended() {
        let (running, sleeper) = family("sleep 600 & echo $!; wait");
        drop(running);
        assert!(gone(sleeper));
    }
}
