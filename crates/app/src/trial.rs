//! A trial: what other files would have done over the journal of the site that is served.
//!
//! It reads the journal and decides in engines of its own, on a thread that lets the live ones go
//! first; it holds no outbox and writes nothing.

mod calls;
mod files;
#[cfg(test)]
mod served;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api::{BacktestRequest, NotTried};
use backtest::{Asked, BoundChange, ClockChange, Record, Report, RuleSet};
use model::view::EventView;
use model::{Config, Input, Time};
use runtime::Replays;
use store::Blobs;

use crate::backtest::{push, written};
pub(crate) use files::{Edit, read_changed};

/// Most readings of one trial: a few hundred MiB while it runs.
const MOST_READINGS: usize = 4_000_000;

/// Says stop when it is dropped: whoever asked has gone.
#[derive(Debug, Default)]
pub(crate) struct Patience(Arc<AtomicBool>);

impl Patience {
    /// Looks whether it was dropped.
    pub(crate) fn watch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What a trial is about.
pub(crate) struct Subject {
    /// The site's folder.
    pub(crate) folder: PathBuf,
    pub(crate) texts: Blobs,
    pub(crate) config: Arc<Config>,
    /// Of the jurisdiction, each with the stations of its area.
    pub(crate) events: Vec<(EventView, Vec<String>)>,
}

impl Subject {
    /// Lives through the time asked for under the rules in force, and under others. Blocks until it is
    /// done, or shortly after `stop` was set.
    pub(crate) fn run(
        &self,
        replays: &Replays,
        asked: &BacktestRequest,
        stop: &AtomicBool,
    ) -> Result<Report, NotTried> {
        let usual = Asked::default();
        let when = Asked {
            from: asked.from.unwrap_or(usual.from),
            to: asked.to.unwrap_or(usual.to),
            window_ms: asked.window_ms.unwrap_or(usual.window_ms),
            load: true,
        };
        if when.from > when.to {
            return Err(said("the time ends before it begins"));
        }
        // Rules that are not sound are told before anything is read.
        let (a, b) = self.rule_sets(asked)?;
        let longest = longest_memory([Some(&a), b.as_ref()].into_iter().flatten());
        let stopped = || stop.load(Ordering::Relaxed);
        let from = when.from.plus_ms(-longest);
        let record = self.record(replays, (from, when.to), &stopped)?;
        let report = backtest::backtest_unless(&record, &a, b.as_ref(), &when, &stopped);
        report.ok_or_else(|| said("nobody waits for it any more"))
    }

    fn rule_sets(&self, asked: &BacktestRequest) -> Result<(RuleSet, Option<RuleSet>), NotTried> {
        let with = |files: &BTreeMap<String, String>, name: &str| match files.is_empty() {
            true => Ok(None),
            false => self.changed(&Edit::of_rules(files), name).map(Some),
        };
        let a = with(&asked.rules, "given")?;
        let a = a.unwrap_or_else(|| RuleSet::of("in force", Config::clone(&self.config)));
        let mut b = with(&asked.against, "proposed")?;
        if !asked.bounds.is_empty() || !asked.clocks.is_empty() {
            let moved = b.as_ref().unwrap_or(&a);
            b = Some(with_numbers(moved, &asked.bounds, &asked.clocks)?);
        }
        Ok((a, b))
    }

    fn changed(&self, edit: &Edit<'_>, name: &str) -> Result<RuleSet, NotTried> {
        let (site, _notes) = read_changed(&self.folder, edit)?;
        let mut all = site.jurisdictions.into_iter().map(|j| j.config);
        let config = all.find(|config| config.code == self.config.code);
        let config = config
            .ok_or_else(|| said(format!("no jurisdiction {} in the files", self.config.code)))?;
        Ok(RuleSet::of(name, config))
    }

    /// The readings that arrived in a time, by the names that the configs gave them then, and what the
    /// book of events says.
    fn record(
        &self,
        replays: &Replays,
        (from, to): (Time, Time),
        stopped: &dyn Fn() -> bool,
    ) -> Result<Record, NotTried> {
        let mut record = Record::new(&self.config.code);
        let mut given_up = false;
        let read = replays.inputs_between(from, to, &mut |passed, config| {
            if let Input::Observed(observed) = &passed.input
                && config.code == self.config.code
            {
                push(&mut record, config, observed, passed.at);
            }
            given_up = record.len() > MOST_READINGS || stopped();
            match given_up {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        read.map_err(|cause| {
            tracing::error!(%cause, "a trial could not read the journal");
            said("the journal could not be read; tell the administrator")
        })?;
        if record.len() > MOST_READINGS {
            return Err(NotTried::TooMany {
                most: MOST_READINGS,
            });
        }
        if given_up {
            return Err(said("nobody waits for it any more"));
        }
        for (event, stations) in &self.events {
            record.happened(event, stations, written(&self.texts, event));
        }
        Ok(record)
    }
}

/// The same rules with other bounds and delays.
fn with_numbers(
    set: &RuleSet,
    bounds: &[BoundChange],
    clocks: &[ClockChange],
) -> Result<RuleSet, NotTried> {
    let moved = set.with_bounds("proposed", bounds).map_err(said)?;
    moved.with_clocks("proposed", clocks).map_err(said)
}

fn said(why: impl ToString) -> NotTried {
    NotTried::Said(why.to_string())
}

/// How long before an interval readings are needed to decide in it as if all were known: what rules
/// and forecasts look back over, at least a week.
fn longest_memory<'a>(sets: impl Iterator<Item = &'a RuleSet>) -> i64 {
    const WEEK_MS: i64 = 7 * 86_400_000;
    let configs = sets.flat_map(RuleSet::configs);
    configs.map(engine::memory_ms).fold(WEEK_MS, i64::max)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::served::served;
    use super::*;
    use std::time::Duration;

    use api::SiteDesk;
    use backtest::Movement;
    use model::Level;

    fn orange(raise: &str) -> BacktestRequest {
        BacktestRequest {
            bounds: vec![BoundChange {
                rule: "river-stage".to_owned(),
                level: Level::Orange,
                station: Some("ST01".to_owned()),
                window_ms: None,
                raise: Some(raise.to_owned()),
                shift: None,
                deadband: None,
            }],
            ..BacktestRequest::default()
        }
    }

    fn files(text: String) -> BTreeMap<String, String> {
        BTreeMap::from([("flood.toml".to_owned(), text)])
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_journal_under_other_rules_and_nothing_is_written() {
        let county = served(&[]).await;
        county.rise().await;
        let before = county.seq().await;
        let (lower, higher) = tokio::join!(
            county.desk.backtest(orange("41.25")),
            county.desk.backtest(orange("41.75"))
        );
        for (report, movement) in [(lower, Movement::Earlier), (higher, Movement::Later)] {
            let report = report.unwrap();
            assert_eq!(report.readings, 48);
            let pairs = report.difference.unwrap().pairs;
            let moved: Vec<_> = pairs.iter().map(|p| (p.movement, p.level)).collect();
            assert_eq!(moved, [(movement, 2), (movement, 3)], "{pairs:?}");
        }
        let equal = BacktestRequest {
            against: files(format!("# A remark.\n{}", county.rules())),
            ..BacktestRequest::default()
        };
        let equal = county
            .desk
            .backtest(equal)
            .await
            .unwrap()
            .difference
            .unwrap();
        assert!(equal.same > 0 && equal.pairs.is_empty(), "{equal:?}");
        assert_eq!(county.seq().await, before, "a trial writes nothing");
        county.runtime.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_edit_with_a_slip_comes_back_with_its_lines_before_anything_is_read() {
        let county = served(&[]).await;
        let slip = county.rules().replacen("off_delay", "off_dely", 1);
        let line = slip
            .lines()
            .position(|line| line.contains("off_dely"))
            .unwrap();
        let asked = BacktestRequest {
            against: files(slip.clone()),
            ..BacktestRequest::default()
        };
        let Err(NotTried::Unsound(problems)) = county.desk.backtest(asked).await else {
            panic!("it is not sound");
        };
        let slipped = problems.iter().find(|one| one.what.contains("off_dely"));
        let place = slipped.map(|one| (one.file.as_str(), one.line));
        let wanted = ("rules/flood.toml", Some(line as u32 + 1));
        assert_eq!(place, Some(wanted), "{problems:?}");
        let view = county.desk.try_rules(files(slip)).await.unwrap();
        assert_eq!(view.problems, problems);
        let raised = county.rules().replacen("0.50 m", "0.60 m", 1);
        let view = county.desk.try_rules(files(raised)).await.unwrap();
        assert!(!view.applied && !view.changes.is_empty(), "{view:?}");
        let elsewhere = BTreeMap::from([("../site.toml".to_owned(), String::new())]);
        assert!(county.desk.try_rules(elsewhere).await.is_err());
        county.runtime.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_lets_go_of_the_answer_frees_the_thread() {
        let county = served(&[]).await;
        county.rise().await;
        for _ in 0..20 {
            let asked = county.desk.backtest(orange("41.25"));
            let gone = tokio::time::timeout(Duration::from_micros(300), asked).await;
            drop(gone);
        }
        let next = county.desk.backtest(orange("41.25"));
        let next = tokio::time::timeout(Duration::from_secs(20), next).await;
        assert!(next.expect("its turn comes").is_ok());

        let patience = Patience::default();
        let stop = patience.watch();
        drop(patience);
        let subject = county.desk.subject(None).await.unwrap();
        let given_up = subject.run(&county.runtime.replays, &orange("41.25"), &stop);
        assert!(matches!(given_up, Err(NotTried::Said(_))), "{given_up:?}");
        county.runtime.stop().await;
    }
}
