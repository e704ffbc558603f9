//! Other delays for rules of a rule set: how long a level must hold before it counts, be over before
//! it ends, and how long an alarm stays at least.

use model::backtest::ClockChange;
use model::config::Rule;

use crate::ruleset::RuleSet;

/// Longest delay that is tried: a week.
const LONGEST_MS: i64 = 7 * 86_400_000;

/// Why delays cannot be tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    #[error("there is no rule `{0}`")]
    NoSuchRule(String),
    #[error("`{0}`: say at least one delay")]
    Nothing(String),
    #[error("`{rule}`: {ms} ms is no delay between nothing and a week")]
    OutOfRange { rule: String, ms: i64 },
}

impl RuleSet {
    /// The same rules with other delays.
    ///
    /// # Errors
    /// [`ClockError`] for the first change that cannot be made.
    pub fn with_clocks(&self, name: &str, changes: &[ClockChange]) -> Result<RuleSet, ClockError> {
        let mut set = RuleSet {
            name: name.to_owned(),
            ..self.clone()
        };
        for change in changes {
            check(change)?;
            let mut known = false;
            let rules = set.configs.iter_mut().flat_map(|config| &mut config.rules);
            for rule in rules.filter(|rule| rule.id == change.rule) {
                known = true;
                turn(rule, change);
            }
            if !known {
                return Err(ClockError::NoSuchRule(change.rule.clone()));
            }
        }
        Ok(set)
    }
}

fn check(change: &ClockChange) -> Result<(), ClockError> {
    let asked = [change.on_ms, change.off_ms, change.hold_ms];
    let mut asked = asked.into_iter().flatten().peekable();
    if asked.peek().is_none() {
        return Err(ClockError::Nothing(change.rule.clone()));
    }
    match asked.find(|ms| !(0..=LONGEST_MS).contains(ms)) {
        Some(ms) => Err(ClockError::OutOfRange {
            rule: change.rule.clone(),
            ms,
        }),
        None => Ok(()),
    }
}

fn turn(rule: &mut Rule, change: &ClockChange) {
    for (place, delays) in rule.delays.iter_mut().enumerate() {
        if change.level.is_some_and(|level| level.index() != place) {
            continue;
        }
        delays.on_ms = change.on_ms.unwrap_or(delays.on_ms);
        delays.off_ms = change.off_ms.unwrap_or(delays.off_ms);
    }
    rule.min_hold_ms = change.hold_ms.unwrap_or(rule.min_hold_ms);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::{Config, Level};

    #[test]
    fn delays_change_level_by_level_and_what_is_not_said_stays() {
        let mut config = Config::default();
        config.rules.push(Rule {
            id: "stage".to_owned(),
            min_hold_ms: 5,
            ..Rule::default()
        });
        let set = RuleSet::of("in force", config);
        let asked = |level, on_ms, hold_ms| ClockChange {
            rule: "stage".to_owned(),
            level,
            on_ms,
            off_ms: None,
            hold_ms,
        };
        let changes = [
            asked(None, Some(10), None),
            asked(Some(Level::Red), Some(0), Some(7)),
        ];
        let changed = set.with_clocks("B", &changes).unwrap();
        let rule = &changed.configs()[0].rules[0];
        assert_eq!(
            rule.delays.map(|d| (d.on_ms, d.off_ms)),
            [(10, 0), (10, 0), (10, 0), (0, 0)]
        );
        assert_eq!(rule.min_hold_ms, 7);
        assert_eq!(set.configs()[0].rules[0].min_hold_ms, 5);

        let fails = |change| set.with_clocks("B", &[change]).unwrap_err();
        assert!(matches!(
            fails(asked(None, None, None)),
            ClockError::Nothing(_)
        ));
        assert!(matches!(
            fails(asked(None, Some(-1), None)),
            ClockError::OutOfRange { .. }
        ));
        let other = ClockChange {
            rule: "rain".to_owned(),
            ..asked(None, Some(1), None)
        };
        assert!(matches!(fails(other), ClockError::NoSuchRule(_)));
    }
}
