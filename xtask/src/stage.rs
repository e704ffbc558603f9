//! Stages: named pieces of a verb with their expected minutes, told as they pass.
//!
//! A stage that fails stops only the stages that need it; the others still run, and the end names what failed.
//! Stages that mostly wait, for the network, a disk or a clock, run beside the others, each from when what it needs
//! is there; whoever needs one of them awaits it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::call::{clock, say};
use crate::stop::Stopped;

/// How a stage that did not fail came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// Nothing to do here, and why.
    Skipped(String),
}

type Work<'a> = Box<dyn FnOnce() -> Result<Outcome> + Send + 'a>;

/// One piece of a verb.
pub(crate) struct Stage<'a> {
    /// The short name typed after `--only`.
    key: &'static str,
    title: &'static str,
    /// Minutes on two cores from nothing; a warm run takes a fraction.
    minutes: f32,
    needs: &'static [&'static str],
    /// Stages that are to be through before it, however they came out.
    after: &'static [&'static str],
    /// Runs while later stages do.
    beside: bool,
    work: Work<'a>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(
        key: &'static str,
        title: &'static str,
        minutes: f32,
        needs: &'static [&'static str],
        work: impl FnOnce() -> Result<Outcome> + Send + 'a,
    ) -> Self {
        Self {
            key,
            title,
            minutes,
            needs,
            after: &[],
            beside: false,
            work: Box::new(work),
        }
    }

    /// This stage, to be run beside those after it: it waits more than it works.
    pub(crate) fn beside(self) -> Self {
        Self {
            beside: true,
            ..self
        }
    }

    /// This stage, not begun while these run: the machine would be too busy.
    pub(crate) fn after(self, after: &'static [&'static str]) -> Self {
        Self { after, ..self }
    }

    #[cfg(test)]
    pub(crate) fn key(&self) -> &'static str {
        self.key
    }

    #[cfg(test)]
    pub(crate) fn needs(&self) -> &'static [&'static str] {
        self.needs
    }
}

/// How one stage came out, and how long it took.
#[derive(Debug)]
struct Told {
    key: &'static str,
    title: &'static str,
    end: End,
    took: Duration,
}

#[derive(Debug)]
enum End {
    Passed,
    Skipped(String),
    Failed(String),
    /// A stage it needs failed.
    Barred(&'static str),
}

/// Keeps of `stages` those named in `only` and, recursively, what they need. An empty `only` keeps all.
pub(crate) fn select<'a>(stages: Vec<Stage<'a>>, only: &[String]) -> Result<Vec<Stage<'a>>> {
    if only.is_empty() {
        return Ok(stages);
    }
    let mut wanted: Vec<&str> = Vec::new();
    for name in only {
        match stages.iter().find(|stage| stage.key == name) {
            Some(stage) => wanted.push(stage.key),
            None => {
                let known: Vec<&str> = stages.iter().map(|stage| stage.key).collect();
                bail!(
                    "there is no stage `{name}`; there are: {}",
                    known.join(", ")
                );
            }
        }
    }
    // Needs come before their users in the list, so one pass from the end finds all.
    for stage in stages.iter().rev() {
        if wanted.contains(&stage.key) {
            wanted.extend(stage.needs);
        }
    }
    let keep: Vec<&'static str> = stages
        .iter()
        .map(|stage| stage.key)
        .filter(|key| wanted.contains(key))
        .collect();
    Ok(stages
        .into_iter()
        .filter(|stage| keep.contains(&stage.key))
        .collect())
}

/// Runs the stages in order, telling each; fails at the end with the names of those that failed.
pub(crate) fn run(verb: &str, stages: Vec<Stage<'_>>) -> Result<()> {
    let started = Instant::now();
    let count = stages.len();
    let minutes: f32 = stages.iter().map(|stage| stage.minutes).sum();
    say(&format!(
        "{verb}: {count} stages, about {minutes:.0} min from nothing on two cores"
    ));
    let board = Board::of(&stages);
    thread::scope(|scope| {
        for (index, stage) in stages.into_iter().enumerate() {
            let number = format!("{:>2}/{count}", index + 1);
            if stage.beside {
                let board = &board;
                scope.spawn(move || board.pass(stage, &number));
            } else {
                board.pass(stage, &number);
            }
        }
    });
    let known = board.known.into_inner();
    let known = known.unwrap_or_else(PoisonError::into_inner);
    match known.stopped {
        Some(stopped) => Err(stopped.into()),
        None => close(verb, &known.told, started.elapsed()),
    }
}

/// What is known of the stages of one run; whoever needs some waits here for them.
struct Board {
    keys: Vec<&'static str>,
    known: Mutex<Known>,
    changed: Condvar,
}

#[derive(Default)]
struct Known {
    told: Vec<Told>,
    /// A signal ends everything.
    stopped: Option<Stopped>,
}

impl Board {
    fn of(stages: &[Stage<'_>]) -> Self {
        Self {
            keys: stages.iter().map(|stage| stage.key).collect(),
            known: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Waits for what the stage needs, carries it out and notes how it came out.
    fn pass(&self, stage: Stage<'_>, number: &str) {
        let Some(barred) = self.await_needs(&stage) else {
            return;
        };
        say(&format!(
            "[{number}] {} ({}{})",
            stage.title,
            expectation(stage.minutes),
            if stage.beside { ", beside others" } else { "" }
        ));
        let out = carry_out(stage, barred);
        let mut known = self.known();
        match out {
            Ok(one) => known.told.push(one),
            Err(stopped) => {
                // Those beside it are to see it too.
                stopped.pass_on();
                known.stopped = Some(stopped);
            }
        }
        self.changed.notify_all();
    }

    /// The failed stage that bars this one, if any; `None` at all once a signal has ended everything.
    fn await_needs(&self, stage: &Stage<'_>) -> Option<Option<&'static str>> {
        let mut known = self.known();
        loop {
            if known.stopped.is_some() {
                return None;
            }
            let awaited = stage.needs.iter().chain(stage.after).any(|need| {
                self.keys.contains(need) && !known.told.iter().any(|one| one.key == *need)
            });
            if !awaited {
                return Some(bar(stage, &known.told));
            }
            known = self
                .changed
                .wait(known)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A stage that panicked ends the run by itself; what others noted is whole.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a stage that nothing bars and tells it; fails only when a signal ends everything.
fn carry_out(stage: Stage<'_>, barred: Option<&'static str>) -> Result<Told, Stopped> {
    let begun = Instant::now();
    let (key, title) = (stage.key, stage.title);
    let end = match barred {
        Some(needed) => End::Barred(needed),
        None => match (stage.work)() {
            Ok(Outcome::Done) => End::Passed,
            Ok(Outcome::Skipped(why)) => End::Skipped(why),
            Err(failure) => match failure.downcast::<Stopped>() {
                Ok(stopped) => return Err(stopped),
                Err(failure) => End::Failed(format!("{failure:#}")),
            },
        },
    };
    let took = begun.elapsed();
    let one = Told {
        key,
        title,
        end,
        took,
    };
    tell(&one);
    Ok(one)
}

fn expectation(minutes: f32) -> String {
    if minutes < 0.75 {
        "under a minute".to_owned()
    } else {
        format!("about {minutes:.0} min")
    }
}

fn bar(stage: &Stage<'_>, told: &[Told]) -> Option<&'static str> {
    stage.needs.iter().copied().find(|need| {
        told.iter()
            .any(|one| one.key == *need && matches!(one.end, End::Failed(_) | End::Barred(_)))
    })
}

fn tell(one: &Told) {
    let took = clock(one.took);
    match &one.end {
        End::Passed => say(&format!("      passed: {} in {took}", one.title)),
        End::Skipped(why) => say(&format!("      skipped: {}: {why}", one.title)),
        End::Failed(why) => say(&format!("      FAILED: {} after {took}\n{why}", one.title)),
        End::Barred(need) => say(&format!("      NOT RUN: {} needs `{need}`", one.title)),
    }
}

fn close(verb: &str, told: &[Told], took: Duration) -> Result<()> {
    let names = |wanted: fn(&End) -> bool| -> Vec<&str> {
        told.iter()
            .filter(|one| wanted(&one.end))
            .map(|one| one.key)
            .collect()
    };
    let failed = names(|end| matches!(end, End::Failed(_)));
    let barred = names(|end| matches!(end, End::Barred(_)));
    if failed.is_empty() && barred.is_empty() {
        let skipped = names(|end| matches!(end, End::Skipped(_)));
        let beside = if skipped.is_empty() {
            String::new()
        } else {
            format!(", skipped: {}", skipped.join(", "))
        };
        say(&format!("{verb}: green in {}{beside}", clock(took)));
        return Ok(());
    }
    let mut line = format!("{verb} failed after {}: {}", clock(took), failed.join(", "));
    if !barred.is_empty() {
        line.push_str(&format!("; not run: {}", barred.join(", ")));
    }
    bail!("{line}");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Mutex;

    /// Stages a, b (needs a), c (needs b), d, each noting that it ran; `failing` fails.
    fn family<'a>(ran: &'a Mutex<Vec<&'static str>>, failing: &'static str) -> Vec<Stage<'a>> {
        let table: [(&'static str, &'static [&'static str]); 4] =
            [("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &[])];
        table
            .into_iter()
            .map(|(key, needs)| {
                Stage::new(key, key, 0.1, needs, move || {
                    ran.lock().unwrap().push(key);
                    if key == failing {
                        bail!("because");
                    }
                    Ok(Outcome::Done)
                })
            })
            .collect()
    }

    #[test]
    fn all_stages_pass_in_order() {
        let ran = Mutex::default();
        run("test", family(&ran, "")).unwrap();
        assert_eq!(*ran.lock().unwrap(), ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_failure_bars_what_needs_it_and_nothing_else() {
        let ran = Mutex::default();
        let failure = run("test", family(&ran, "a")).unwrap_err().to_string();
        assert_eq!(*ran.lock().unwrap(), ["a", "d"]);
        assert!(failure.ends_with(": a; not run: b, c"), "{failure}");
    }

    #[test]
    fn one_stage_alone_brings_what_it_needs() {
        let ran = Mutex::default();
        let chosen = select(family(&ran, ""), &["c".to_owned()]).unwrap();
        let keys: Vec<&str> = chosen.iter().map(Stage::key).collect();
        assert_eq!(keys, ["a", "b", "c"]);
        assert!(select(family(&ran, ""), &["nope".to_owned()]).is_err());
    }

    #[test]
    fn a_signal_ends_the_verb_at_once() {
        let ran = Mutex::default();
        let mut stages = vec![Stage::new("x", "x", 0.1, &[], || Err(Stopped(15).into()))];
        stages.extend(family(&ran, ""));
        assert!(run("test", stages).unwrap_err().is::<Stopped>());
        assert!(ran.lock().unwrap().is_empty());
    }

    #[test]
    fn a_stage_beside_others_is_awaited_by_whoever_needs_it() {
        let ran = Mutex::default();
        let mut stages = family(&ran, "a");
        let first = stages.remove(0).beside();
        stages.insert(0, first);
        let failure = run("test", stages).unwrap_err().to_string();
        let mut ran = ran.lock().unwrap().clone();
        ran.sort_unstable();
        assert_eq!(ran, ["a", "d"]);
        assert!(failure.contains(": a; not run: b, c"), "{failure}");
    }

    #[test]
    fn a_stage_beside_others_holds_up_nobody_while_it_waits() {
        let (ran, ready) = (Mutex::new(Vec::new()), std::sync::Barrier::new(2));
        let note = |key| ran.lock().unwrap().push(key);
        let stages = vec![
            Stage::new("slow", "slow", 0.1, &[], || {
                ready.wait();
                note("slow");
                Ok(Outcome::Done)
            })
            .beside(),
            Stage::new("waits", "waits", 0.1, &["slow"], || {
                note("waits");
                Ok(Outcome::Done)
            })
            .beside(),
            Stage::new("after", "after", 0.1, &[], || {
                note("after");
                Ok(Outcome::Done)
            })
            .after(&["waits"])
            .beside(),
            Stage::new("main", "main", 0.1, &[], || {
                note("main");
                ready.wait();
                Ok(Outcome::Done)
            }),
        ];
        run("test", stages).unwrap();
        assert_eq!(*ran.lock().unwrap(), ["main", "slow", "waits", "after"]);
    }
}
