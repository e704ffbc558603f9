//! Calls and runs of both nights side by side.

use std::collections::BTreeMap;

use model::Time;
use model::backtest::calls::{
    CallDifference, CallMade, CallMovement, CallPair, CallReport, CallSubject, RunOutcome, RunPair,
};

use super::CallKey;
use super::ended::{Ended, RunEnded};

/// What B does otherwise than A; the time and the counts of the record are filled in by the caller.
pub(crate) fn between(a: Ended, b: Ended) -> CallReport {
    let mut subjects = a.subjects;
    subjects.extend(b.subjects);
    let subjects = subjects.into_iter().map(|(situation, named)| CallSubject {
        situation,
        hazard: named.0,
        area: named.1,
    });
    CallReport {
        from: Time::MIN,
        to: Time::MIN,
        inputs: 0,
        as_it_was: false,
        a: a.outcome,
        b: b.outcome,
        difference: calls(a.calls, b.calls),
        runs: runs(a.runs, b.runs),
        subjects: subjects.collect(),
    }
}

fn calls(a: Vec<(CallKey, CallMade)>, b: Vec<(CallKey, CallMade)>) -> CallDifference {
    let mut all = CallDifference::default();
    for (key, [a, b]) in sides(a, b) {
        for (a, b) in pairs(a, b, |made| made.at) {
            let ends = (a.as_ref().map(|m| m.at), b.as_ref().map(|m| m.at));
            let movement = movement(a.is_some(), b.is_some(), ends);
            *match movement {
                CallMovement::Same => &mut all.same,
                CallMovement::Earlier => &mut all.earlier,
                CallMovement::Later => &mut all.later,
                CallMovement::New => &mut all.new,
                CallMovement::Gone => &mut all.gone,
            } += 1;
            let (about, person, channel) = key.clone();
            all.pairs.push(CallPair {
                movement,
                about,
                person,
                channel,
                by_ms: ends.0.zip(ends.1).map(|(a, b)| b.since_ms(a)),
                a,
                b,
            });
        }
    }
    let at = |pair: &CallPair| pair.a.as_ref().or(pair.b.as_ref()).map(|made| made.at);
    // Stable: of one instant, in the order of what they are about and whom.
    all.pairs.sort_by_key(at);
    all
}

fn runs(a: Vec<RunEnded>, b: Vec<RunEnded>) -> Vec<RunPair> {
    let keyed = |runs: Vec<RunEnded>| {
        let runs = runs.into_iter();
        runs.map(|run| ((run.about.clone(), run.policy.clone()), run))
            .collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    for ((about, policy), [a, b]) in sides(keyed(a), keyed(b)) {
        for (a, b) in pairs(a, b, |run| run.went.began) {
            let title = a.as_ref().or(b.as_ref()).map(|run| run.title.clone());
            let (a, b) = (a.map(|run| run.went), b.map(|run| run.went));
            let ended = |run: &Option<RunOutcome>| run.as_ref().and_then(|run| run.ended);
            let began = |run: &Option<RunOutcome>| run.as_ref().map(|run| run.began);
            let ends = match (ended(&a), ended(&b)) {
                // Of two that run on, the one that began first is ahead.
                (None, None) => (began(&a), began(&b)),
                ends => ends,
            };
            all.push(RunPair {
                movement: movement(a.is_some(), b.is_some(), ends),
                about: about.clone(),
                policy: policy.clone(),
                title: title.unwrap_or_default(),
                a,
                b,
            });
        }
    }
    let began = |pair: &RunPair| pair.a.as_ref().or(pair.b.as_ref()).map(|run| run.began);
    all.sort_by_key(began);
    all
}

fn sides<K: Ord, T>(a: Vec<(K, T)>, b: Vec<(K, T)>) -> BTreeMap<K, [Vec<T>; 2]> {
    let mut all: BTreeMap<K, [Vec<T>; 2]> = BTreeMap::new();
    for (side, list) in [a, b].into_iter().enumerate() {
        for (key, one) in list {
            all.entry(key).or_default()[side].push(one);
        }
    }
    all
}

/// Pairs those at one instant first, then what is left in order of time.
fn pairs<T>(mut a: Vec<T>, mut b: Vec<T>, at: impl Fn(&T) -> Time) -> Vec<(Option<T>, Option<T>)> {
    a.sort_by_key(|one| at(one));
    b.sort_by_key(|one| at(one));
    let mut found = Vec::new();
    let mut left = Vec::new();
    for one in a {
        match b.iter().position(|other| at(other) == at(&one)) {
            Some(place) => found.push((Some(one), Some(b.remove(place)))),
            None => left.push(one),
        }
    }
    let mut b = b.into_iter();
    found.extend(left.into_iter().map(|one| (Some(one), b.next())));
    found.extend(b.map(|other| (None, Some(other))));
    found
}

/// What moved; an instant that is not there lies behind the end.
fn movement(a: bool, b: bool, (at_a, at_b): (Option<Time>, Option<Time>)) -> CallMovement {
    let never = Time::from_ms(i64::MAX);
    match (a, b) {
        (true, false) => CallMovement::Gone,
        (false, _) => CallMovement::New,
        (true, true) => match at_b.unwrap_or(never).cmp(&at_a.unwrap_or(never)) {
            std::cmp::Ordering::Equal => CallMovement::Same,
            std::cmp::Ordering::Less => CallMovement::Earlier,
            std::cmp::Ordering::Greater => CallMovement::Later,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_at_one_instant_belongs_together_and_the_rest_goes_in_order() {
        let time = |ms: &i64| Time::from_ms(*ms);
        let found = pairs(vec![10, 0], vec![5, 10, 0], time);
        assert_eq!(
            found,
            [(Some(0), Some(0)), (Some(10), Some(10)), (None, Some(5))]
        );
        assert_eq!(
            pairs(vec![0, 7], vec![3], time),
            [(Some(0), Some(3)), (Some(7), None)]
        );
    }

    #[test]
    fn a_run_that_does_not_end_ends_later() {
        let at = |ms| Some(Time::from_ms(ms));
        let moves = |a, b| movement(true, true, (a, b));
        assert_eq!(moves(at(1), None), CallMovement::Later);
        assert_eq!(moves(None, at(1)), CallMovement::Earlier);
        assert_eq!(moves(None, None), CallMovement::Same);
        assert_eq!(movement(false, true, (None, None)), CallMovement::New);
    }
    #[test]
    fn of_two_runs_that_go_on_the_one_that_began_first_is_ahead() {
        let run = |began: i64| RunEnded {
            about: model::page::About::Test("t".into()),
            policy: "red".to_owned(),
            title: model::config::Text::default(),
            went: RunOutcome {
                level: None,
                began: Time::from_ms(began),
                state: model::view::RunState::Running,
                ended: None,
                rounds: 1,
                called: 0,
                answered: 0,
                first_call: None,
                first_answer: None,
                empty: Vec::new(),
            },
        };
        let moves = |a, b| runs(vec![run(a)], vec![run(b)])[0].movement;
        assert_eq!(moves(3_600_000, 0), CallMovement::Earlier);
        assert_eq!(moves(0, 3_600_000), CallMovement::Later);
        assert_eq!(moves(5, 5), CallMovement::Same);
    }
}
