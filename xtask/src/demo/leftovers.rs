//! What an earlier `run` left running when it was itself ended by force.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::call::say;

/// The programs that a `run` starts, as the machine names them.
const OURS: [&str; 2] = ["watchfire", "watchfire-sim"];

/// Notes which processes belong to this run: first our own, then those we started.
pub(super) fn keep(file: &Path, started: &[u32]) -> Result<()> {
    let mut lines = vec![std::process::id().to_string()];
    lines.extend(started.iter().map(u32::to_string));
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).context("could not make the folder of the demonstration")?;
    }
    fs::write(file, lines.join("\n")).context("could not note what runs")
}

/// Ends the programs of a run that is gone; refuses where that run still stands.
pub(super) fn end(file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let mut ids = text.lines().filter_map(|line| line.parse::<i32>().ok());
    if let Some(owner) = ids.next()
        && owner != i32::try_from(std::process::id()).unwrap_or(0)
        && runs(owner, &["xtask"])
    {
        bail!("the demonstration already runs (process {owner}); end that one first");
    }
    for id in ids.filter(|id| runs(*id, &OURS)) {
        say(&format!(
            "ending process {id}, left over from an earlier run"
        ));
        end_group(id)?;
    }
    if file.exists() {
        fs::remove_file(file).context("could not clear the note of what runs")?;
    }
    Ok(())
}

/// Whether process `id` is one of the named programs, so that a number used anew is left alone.
fn runs(id: i32, names: &[&str]) -> bool {
    fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|program| {
        let name = program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // The link says so when the program was built anew meanwhile.
        names.contains(&name.trim_end_matches(" (deleted)"))
    })
}

fn end_group(id: i32) -> Result<()> {
    let group = Pid::from_raw(id).context("could not tell whom to end")?;
    let started = Instant::now();
    kill_process_group(group, Signal::TERM).ok();
    while runs(id, &OURS) {
        if started.elapsed() > Duration::from_secs(20) {
            kill_process_group(group, Signal::KILL).ok();
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::process::Command;

    #[test]
    fn a_process_that_is_not_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("running");
        let mut stranger = Command::new("sleep").arg("600").spawn().unwrap();
        fs::write(&note, format!("999999\n{}", stranger.id())).unwrap();
        end(&note).unwrap();
        assert!(stranger.try_wait().unwrap().is_none());
        assert!(!note.exists());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }

    #[test]
    fn a_program_left_over_is_ended() {
        use std::os::unix::process::CommandExt;
        let folder = tempfile::tempdir().unwrap();
        let (note, program) = (
            folder.path().join("running"),
            folder.path().join("watchfire"),
        );
        fs::copy("/bin/sleep", &program).unwrap();
        let mut left = Command::new(&program)
            .arg("600")
            .process_group(0)
            .spawn()
            .unwrap();
        // Our child stays a zombie, without a program, until we wait for it.
        fs::write(&note, format!("999999\n{}", left.id())).unwrap();
        end(&note).unwrap();
        assert!(!left.wait().unwrap().success());
    }
}
