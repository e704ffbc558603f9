//! Who would have been called under other files: the journal lived through twice, from the state of the
//! past on.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api::{CallTrialRequest, NotTried};
use backtest::{Files, Heard, MOST_CALLS, Nights, RuleSet};
use model::backtest::calls::CallReport;
use model::replay::Knowledge;
use model::{Config, Effect, Input};
use runtime::{ReplayError, Replays};

use super::{Edit, Subject, said, with_numbers};

const DAY_MS: i64 = 86_400_000;
/// Longest time that is lived through at once, days.
const LONGEST_DAYS: i64 = 31;
/// Entries between two looks whether anybody still waits.
const BREATH: u64 = 256;

impl Subject {
    /// Lives through the time asked for under the files in force, and under others. Blocks until it is
    /// done, or shortly after `stop` was set.
    pub(crate) fn calls(
        &self,
        replays: &Replays,
        asked: &CallTrialRequest,
        stop: &AtomicBool,
    ) -> Result<CallReport, NotTried> {
        // Files that are not sound are told before anything is read.
        let (a, b) = self.files(asked)?;
        let span = replays.span().map_err(unread)?;
        let (_, newest) = span.ok_or_else(|| said("nothing has happened yet"))?;
        let to = asked.to.unwrap_or(newest);
        let from = asked.from.unwrap_or_else(|| to.plus_ms(-DAY_MS));
        if from > to {
            return Err(said("the time ends before it begins"));
        }
        if to.since_ms(from) > LONGEST_DAYS * DAY_MS {
            let longest = format!("calls are compared over at most {LONGEST_DAYS} days");
            return Err(said(longest));
        }
        let stopped = || stop.load(Ordering::Relaxed);
        let start = replays.fleet_at(from, Knowledge::Then).map_err(unread)?;
        let engine = start.jurisdiction(&self.config.code);
        let engine = engine.and_then(|slot| start.engine(slot));
        let mut nights = Nights::begin(engine, a, b, from);
        let behind = start.seq();
        drop(start);
        let mut given_up = false;
        let mut own: Option<Arc<Config>> = None;
        let read = replays.inputs_between(from, to, &mut |passed, config| {
            if passed.number <= behind {
                return ControlFlow::Continue(());
            }
            if config.code == self.config.code {
                own = Some(Arc::clone(config));
            }
            // A start is every engine's; what else is another's is only later than before.
            let theirs = config.code == self.config.code || passed.input == Input::Resumed;
            match own.as_ref().filter(|_| theirs) {
                Some(config) => {
                    let outcomes = passed.outcomes.iter();
                    let outcomes = outcomes.filter(|o| o.jurisdiction == passed.jurisdiction);
                    let outcomes: Vec<&Effect> = outcomes.map(|o| &o.effect).collect();
                    nights.hear(&Heard {
                        at: passed.at,
                        input: &passed.input,
                        config,
                        outcomes: &outcomes,
                    });
                }
                None => nights.pass(passed.at),
            }
            given_up = (passed.number % BREATH == 0 && stopped()) || nights.calls() > MOST_CALLS;
            match given_up {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        read.map_err(unread)?;
        if nights.calls() > MOST_CALLS {
            let most =
                format!("more than {MOST_CALLS} calls lie in that time; choose a shorter one");
            return Err(said(most));
        }
        if given_up || stopped() {
            return Err(said("nobody waits for it any more"));
        }
        Ok(nights.end(to.min(newest)))
    }

    /// What is in force, and that with everything that is asked for.
    fn files(&self, asked: &CallTrialRequest) -> Result<(Files, Files), NotTried> {
        let code = self.config.code.as_str();
        let edit = Edit::of_rules(&asked.against);
        let edit = edit.and(Edit::of_organisation(code, &asked.organisation));
        let own = RuleSet::of("in force", Config::clone(&self.config));
        let other = match edit.is_empty() {
            true => own.clone(),
            false => self.changed(&edit, "proposed")?,
        };
        let other = with_numbers(&other, &asked.bounds, &asked.clocks)?;
        let files = |name: &str, set: &RuleSet| {
            let config = set.configs().first().cloned();
            Files {
                name: name.to_owned(),
                config: config.unwrap_or_default(),
            }
        };
        Ok((files("in force", &own), files("proposed", &other)))
    }
}

fn unread(cause: ReplayError) -> NotTried {
    tracing::error!(%cause, "a trial could not read the journal");
    said("the journal could not be read; tell the administrator")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Patience;
    use super::super::served::{Served, served};
    use super::*;
    use std::collections::BTreeMap;

    use api::SiteDesk;
    use backtest::BoundChange;
    use model::Level;
    use model::backtest::calls::CallMovement;

    const PEOPLE: &str = "\
id,name,post_zh,post_en,role,township,phone,substitute,contacts
p-duty,陈值班,值班员,Duty officer,duty_officer,,0575-8600 0000,,push voice
p-zhao,赵大坝,大坝管理员,Dam keeper,responder,330624103,+86 130 0000 0001,p-duty,push voice
";
    const POSTS: &str = r#"
[[post]]
id = "desk"
title = "desk"
kind = "duty"
people = ["p-duty"]
"#;
    const POLICY: &str = r#"
[[escalation]]
id = "orange"
title = "orange"
levels = ["orange", "red"]
loops = 1
[[escalation.step]]
after = "0s"
call = [{ to = ["post:desk"], by = ["push"] }]
[[escalation.step]]
after = "20m"
call = [{ to = ["person:p-zhao"], by = ["voice"] }]
"#;

    async fn night() -> Served {
        let file = |name: &str| format!("jurisdictions/330624/{name}");
        let county = served(&[
            (&file("people.csv"), PEOPLE),
            (&file("posts.toml"), POSTS),
            (&file("policies/10.toml"), POLICY),
        ])
        .await;
        county.rise().await;
        county
    }

    fn with(file: &str, text: String) -> CallTrialRequest {
        CallTrialRequest {
            organisation: BTreeMap::from([(file.to_owned(), text)]),
            ..CallTrialRequest::default()
        }
    }

    fn moved(report: &CallReport) -> Vec<(CallMovement, &str)> {
        let pairs = report.difference.pairs.iter();
        let other = pairs.filter(|pair| pair.movement != CallMovement::Same);
        other
            .map(|pair| (pair.movement, pair.person.as_str()))
            .collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_journal_under_other_rosters_and_nothing_is_written() {
        let county = night().await;
        let before = county.seq().await;
        let files = county.desk.organisation_files("330624".to_owned()).await;
        let files = files.unwrap().into_iter();
        let names: Vec<String> = files.map(|file| file.file).collect();
        assert_eq!(names, ["groups.toml", "posts.toml", "policies/10.toml"]);

        let equal = with("posts.toml", format!("# A remark.\n{POSTS}"));
        let equal = county.desk.try_calls(equal).await.unwrap();
        assert!(equal.as_it_was && equal.inputs > 40, "{equal:#?}");
        assert!(equal.difference.same >= 2 && moved(&equal).is_empty());
        let happened = county.runtime.inbox.ask(|fleet| {
            let engine = fleet.engine(model::JurisdictionSlot(0)).unwrap();
            engine.run_views()
        });
        let happened: Vec<_> = happened.await.unwrap().into_iter().rev().collect();
        let again = equal.runs.iter().filter_map(|pair| pair.a.as_ref());
        let again: Vec<_> = again.map(|run| (run.began, run.state, run.ended)).collect();
        let happened: Vec<_> = happened
            .iter()
            .map(|r| (r.began, r.state, r.ended))
            .collect();
        assert_eq!(again, happened, "A is what was decided then");

        let other = with("posts.toml", POSTS.replace("p-duty", "p-zhao"));
        let other = county.desk.try_calls(other).await.unwrap();
        let found = moved(&other);
        let has = |movement, person| found.contains(&(movement, person));
        assert!(has(CallMovement::Gone, "p-duty") && has(CallMovement::New, "p-zhao"));

        let sooner = with("policies/10.toml", POLICY.replace("20m", "5m"));
        let sooner = county.desk.try_calls(sooner).await.unwrap();
        assert!(moved(&sooner).contains(&(CallMovement::Earlier, "p-zhao")));

        // Another roster and another threshold in one go.
        let both = CallTrialRequest {
            bounds: vec![BoundChange {
                rule: "river-stage".to_owned(),
                level: Level::Orange,
                station: Some("ST01".to_owned()),
                window_ms: None,
                raise: Some("41.25".to_owned()),
                shift: None,
                deadband: None,
            }],
            ..with("posts.toml", POSTS.replace("p-duty", "p-zhao"))
        };
        let both = county.desk.try_calls(both).await.unwrap();
        let first = |report: &CallReport| {
            let calls = report.difference.pairs.iter();
            calls
                .filter_map(|pair| pair.b.as_ref())
                .map(|made| made.at)
                .min()
        };
        assert!(first(&both) < first(&other), "the river is told of earlier");
        assert_eq!(county.seq().await, before, "a trial writes nothing");
        county.runtime.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn faulty_rosters_and_policies_come_back_with_all_their_faults() {
        let county = night().await;
        let asked = CallTrialRequest {
            organisation: BTreeMap::from([
                ("posts.toml".to_owned(), POSTS.replace("p-duty", "p-dutty")),
                (
                    "policies/10.toml".to_owned(),
                    POLICY.replace("loops = 1", "loops = 9"),
                ),
            ]),
            ..CallTrialRequest::default()
        };
        let files = asked.organisation.clone();
        let Err(NotTried::Unsound(problems)) = county.desk.try_calls(asked).await else {
            panic!("it is not sound");
        };
        let has = |file: &str, what: &str| {
            let found = problems.iter();
            let mut found = found.filter(|one| one.file.ends_with(file) && one.stops);
            found.any(|one| one.what.contains(what) && one.line.is_some())
        };
        assert!(has("posts.toml", "no person `p-dutty`"), "{problems:?}");
        assert!(
            has("policies/10.toml", "again and again without an end"),
            "{problems:?}"
        );
        let view = county.desk.try_organisation("330624".to_owned(), files);
        assert_eq!(view.await.unwrap().problems, problems);

        for name in [
            "people.csv",
            "../posts.toml",
            "policies/../x.toml",
            "templates.toml",
        ] {
            let told = county.desk.try_calls(with(name, String::new())).await;
            assert!(matches!(told, Err(NotTried::Said(_))), "{name}: {told:?}");
        }
        county.runtime.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn it_ends_when_nobody_waits_and_keeps_to_a_month() {
        let county = night().await;
        let patience = Patience::default();
        let stop = patience.watch();
        drop(patience);
        let subject = county.desk.subject(None).await.unwrap();
        let replays = county.runtime.replays.clone();
        let given_up = subject.calls(&replays, &CallTrialRequest::default(), &stop);
        assert!(matches!(given_up, Err(NotTried::Said(_))), "{given_up:?}");
        let long = CallTrialRequest {
            from: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            ..CallTrialRequest::default()
        };
        let told = county.desk.try_calls(long).await;
        assert!(matches!(told, Err(NotTried::Said(_))), "{told:?}");
        county.runtime.stop().await;
    }
}
