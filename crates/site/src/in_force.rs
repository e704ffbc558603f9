//! What is in force: every number of a site with its defaults, and who watches what.

use std::fmt;

use model::config::{
    Bound, Certainty, Check, Clause, Config, Delays, Graded, LatePolicy, Measure, Misses, Number,
    Rule, Season, Side, Term, Text, Watch, Within,
};
use model::{Decimals, Level, RuleSlot};
use serde::Serialize;

use crate::amount::{show_duration, show_offset};
use crate::escalations;
use crate::policy;
use crate::rules::LEVELS;
use crate::rules::grades::NUMBERS;

/// Which rules look at one series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Watched {
    pub station: String,
    pub quantity: String,
    /// Id of each rule and where its levels begin now, in words.
    pub rules: Vec<(String, String)>,
    /// Ids of the checks its readings pass first.
    pub checks: Vec<String>,
}

/// Who watches what in a jurisdiction. Displayed, it is what `watchfire check --stations` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    pub code: String,
    /// In the order of the site's files.
    pub series: Vec<Watched>,
    /// Stations that measure nothing.
    pub mute: Vec<String>,
    /// Rules that look at nothing here.
    pub idle: Vec<String>,
}

/// Says which rule watches which series, and which series nobody watches.
pub fn coverage(config: &Config) -> Coverage {
    let mut series: Vec<Watched> = Vec::with_capacity(config.series.len());
    let mut speaks = vec![false; config.stations.len()];
    for one in &config.series {
        speaks[one.station.index()] = true;
        let checks = one.checks.iter().map(|c| &config.checks[usize::from(*c)]);
        series.push(Watched {
            station: config.stations[one.station.index()].id.clone(),
            quantity: config.quantities[usize::from(one.quantity)].id.clone(),
            rules: Vec::new(),
            checks: checks.map(|check| check.id.clone()).collect(),
        });
    }
    let mut active = vec![false; config.rules.len()];
    for watch in &config.watches {
        active[watch.rule.index()] = true;
        let rule = &config.rules[watch.rule.index()];
        let levels = levels_of(config, rule, watch);
        series[watch.series.index()]
            .rules
            .push((rule.id.clone(), levels));
    }
    let rules = config.rules.iter().zip(active);
    let stations = config.stations.iter().zip(speaks);
    Coverage {
        code: config.code.clone(),
        series,
        mute: stations
            .filter(|(_, speaks)| !speaks)
            .map(|(station, _)| station.id.clone())
            .collect(),
        idle: rules
            .filter(|(_, active)| !active)
            .map(|(rule, _)| rule.id.clone())
            .collect(),
    }
}

impl Coverage {
    /// Series that no rule looks at.
    pub fn unwatched(&self) -> impl Iterator<Item = &Watched> {
        self.series.iter().filter(|s| s.rules.is_empty())
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.code)?;
        for series in self.series.iter().filter(|s| !s.rules.is_empty()) {
            writeln!(f, "  {} {}", series.station, series.quantity)?;
            for (rule, levels) in &series.rules {
                writeln!(f, "    {rule:<24} {levels}")?;
            }
            if !series.checks.is_empty() {
                writeln!(f, "    checked by {}", series.checks.join(", "))?;
            }
        }
        let unwatched: Vec<&Watched> = self.unwatched().collect();
        writeln!(f, "  watched by nobody: {} series", unwatched.len())?;
        for series in unwatched {
            writeln!(f, "    {} {}", series.station, series.quantity)?;
        }
        for (what, ids) in [
            ("stations that measure nothing", &self.mute),
            ("rules that look at nothing", &self.idle),
        ] {
            if !ids.is_empty() {
                writeln!(f, "  {what}: {}", ids.join(", "))?;
            }
        }
        Ok(())
    }
}

/// Whether the bounds of a rule's watches are values of its quantity.
fn has_values(measure: &Measure) -> bool {
    match measure {
        Measure::Value
        | Measure::Sum { .. }
        | Measure::Rate { .. }
        | Measure::Rise { .. }
        | Measure::Extreme { .. }
        | Measure::Forecast { .. } => true,
        Measure::Cluster { .. }
        | Measure::Sums { .. }
        | Measure::Silence
        | Measure::Levels { .. }
        | Measure::Expression { .. } => false,
    }
}

/// Where the levels of a watch begin, in words: `yellow 42.10 (42.00), red 43.60 m`.
pub(crate) fn levels_of(config: &Config, rule: &Rule, watch: &Watch) -> String {
    let quantity = config.quantity_of(watch.series);
    let mut text = bounds_in_words(rule, &watch.bounds, quantity.decimals, &quantity.unit);
    for version in &watch.versions {
        let later = bounds_in_words(rule, &version.bounds, quantity.decimals, &quantity.unit);
        text.push_str(&format!("; from {} {later}", version.valid_from));
    }
    text
}

fn bounds_in_words(
    rule: &Rule,
    bounds: &[Option<Bound>; 4],
    decimals: Decimals,
    unit: &str,
) -> String {
    let words = LEVELS.iter().zip(bounds).filter_map(|((word, _), bound)| {
        let bound = (*bound)?;
        let show = |value: i64| {
            if rule.measure == Measure::Silence {
                show_duration(value)
            } else if has_values(&rule.measure) {
                decimals.show(value)
            } else {
                String::new()
            }
        };
        let (raise, reset) = (show(bound.raise), show(bound.reset));
        Some(match (raise.is_empty(), raise == reset) {
            (true, _) => (*word).to_owned(),
            (false, true) => format!("{word} {raise}"),
            (false, false) => format!("{word} {raise} (until {reset})"),
        })
    });
    let words: Vec<String> = words.collect();
    match (words.is_empty(), has_values(&rule.measure)) {
        (true, _) => "no level".to_owned(),
        (false, true) => format!("{} {unit}", words.join(", ")).trim_end().to_owned(),
        (false, false) => words.join(", "),
    }
}

/// Everything that acts in a jurisdiction, defaults included, line by line.
pub fn in_force(config: &Config) -> String {
    let mut text = format!("{}: {}\n\n[policy]\n", config.code, config.title.zh);
    text.push_str(&policy::lines(&config.policy));
    for interface in &config.interfaces {
        let late = match interface.late {
            LatePolicy::Discard => "discard".to_owned(),
            LatePolicy::Allow { within_ms } => show_duration(within_ms),
        };
        text.push_str(&format!("interface {}.late = \"{late}\"\n", interface.id));
    }
    let organisation = &config.organisation;
    if !organisation.escalations.is_empty() || !organisation.plans.is_empty() {
        text.push('\n');
        text.push_str(&escalations::lines(organisation));
    }
    for rule in &config.rules {
        text.push_str(&format!("\n[rule {}]\n", rule.id));
        for (key, value) in lines_of_rule(config, rule) {
            text.push_str(&format!("{key} = {value}\n"));
        }
        if let Some(numbers) = unconfirmed(rule) {
            text.push_str(&format!(
                "# confirm before operation 投入使用前须确认: {numbers}, a default of this project\n"
            ));
        }
    }
    for check in &config.checks {
        text.push_str(&format!(
            "\n[check {}]\n{}\n",
            check.id,
            check_in_words(check.check)
        ));
    }
    for inhibition in &config.inhibitions {
        let name = |slot: RuleSlot| config.rules[slot.index()].id.as_str();
        text.push_str(&format!(
            "\n[inhibition]\n{} makes {} needless in the same {}\n",
            name(inhibition.source),
            name(inhibition.target),
            word_of(inhibition.equal)
        ));
    }
    text
}

/// What a check asks of a reading, in steps of its quantity.
pub(crate) fn check_in_words(check: Check) -> String {
    match check {
        Check::Jump { by, within_ms } => {
            format!(
                "no jump by more than {by} steps within {}",
                show_duration(within_ms)
            )
        }
        Check::Stuck { for_ms } => format!("not the same for {}", show_duration(for_ms)),
        Check::OutOfRange { low, high } => format!("from {low} to {high} steps"),
        Check::Oscillating {
            by,
            swings,
            within_ms,
        } => {
            let within = show_duration(within_ms);
            format!("fewer than {swings} swings by more than {by} steps within {within}")
        }
        Check::TooMuch { most, window_ms } => {
            let within = show_duration(window_ms);
            format!("no more than {most} steps in all within {within}")
        }
    }
}

pub(crate) fn word_of(within: Within) -> &'static str {
    match within {
        Within::Distance => "station",
        Within::Township => "township",
        Within::Catchment => "catchment",
        Within::Zone => "zone",
    }
}

/// Every key of a rule that acts, as text; what a difference is told by.
pub(crate) fn lines_of_rule(config: &Config, rule: &Rule) -> Vec<(&'static str, String)> {
    let by_level = |of: fn(&Delays) -> i64| {
        let words = LEVELS.map(|(word, level)| {
            format!("{word} {}", show_duration(of(&rule.delays[level.index()])))
        });
        words.join(", ")
    };
    let flag = |is: bool| if is { "yes" } else { "no" }.to_owned();
    vec![
        ("title", both(&rule.title)),
        ("hazard", rule.hazard.clone()),
        ("measure", measure_in_words(config, rule)),
        (
            "side",
            match rule.side {
                Side::Above => "above",
                Side::Below => "below",
            }
            .to_owned(),
        ),
        ("on_delay", by_level(|d| d.on_ms)),
        ("off_delay", by_level(|d| d.off_ms)),
        ("pending_ends", misses_in_words(rule.misses)),
        ("min_hold", show_duration(rule.min_hold_ms)),
        ("latch", latch_in_words(config, rule)),
        ("unknown_when_stale", flag(rule.unknown_when_stale)),
        ("reopen", show_duration(rule.reopen_ms)),
        ("advice", both(&rule.advice)),
        ("owner", rule.owner.clone()),
        ("priority", rule.priority.to_string()),
        ("plan", rule.plan.clone()),
        ("basis", rule.basis.clone()),
        ("certainty", grade(rule.certainty).to_owned()),
        ("grades", grades_in_words(&rule.grades)),
        (
            "season",
            rule.season
                .map_or_else(|| "always".to_owned(), season_in_words),
        ),
        ("forecast", flag(rule.forecast)),
        ("doubtful_up_to", doubtful_in_words(rule.doubtful_up_to)),
    ]
}

/// The level from which on an alarm stays until a person resets it.
fn latch_in_words(config: &Config, rule: &Rule) -> String {
    if !rule.latch {
        return "no".to_owned();
    }
    let own = |watch: &&Watch| config.rules[watch.rule.index()].id == rule.id;
    let highest = config.watches.iter().filter(own).filter_map(Watch::highest);
    highest.max().map_or_else(
        || "yes".to_owned(),
        |level| format!("at {}", LEVELS[level.index()].0),
    )
}

fn misses_in_words(misses: Option<Misses>) -> String {
    misses.map_or_else(
        || "1 of 1".to_owned(),
        |misses| format!("{} of {}", misses.count, misses.of),
    )
}

fn doubtful_in_words(up_to: Option<Level>) -> String {
    let word = up_to.map(|level| LEVELS[level.index()].0);
    word.unwrap_or("any level").to_owned()
}

/// Both languages of a text, once where they are the same.
fn both(text: &Text) -> String {
    if text.zh == text.en {
        return text.zh.clone();
    }
    format!("{} / {}", text.zh, text.en)
}

fn word_of_number(number: Number) -> &'static str {
    let mut words = NUMBERS.iter();
    let known = words.find(|(_, one)| *one == number);
    known.map_or("", |(word, _)| word)
}

fn grades_in_words(grades: &[Graded]) -> String {
    let words = grades.iter().map(|graded| {
        let (number, grade) = (word_of_number(graded.number), grade(graded.certainty));
        match graded.basis.as_str() {
            "" => format!("{number} {grade}"),
            basis => format!("{number} {grade} ({basis})"),
        }
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() {
        return "as the rule".to_owned();
    }
    words.join(", ")
}

/// The numbers of a rule that are a default of this project (grade T), by name.
fn unconfirmed(rule: &Rule) -> Option<String> {
    let by = |is_t: bool| {
        let own = rule.grades.iter();
        let own = own.filter(|graded| (graded.certainty == Certainty::T) == is_t);
        let words: Vec<&str> = own.map(|graded| word_of_number(graded.number)).collect();
        words.join(", ")
    };
    let (graded_t, surer) = (by(true), by(false));
    if rule.certainty == Certainty::T {
        return Some(match surer.as_str() {
            "" => "every number".to_owned(),
            surer => format!("every number but {surer}"),
        });
    }
    (!graded_t.is_empty()).then_some(graded_t)
}

/// A line for each rule with numbers to be confirmed before operation, under a heading; empty where all
/// are confirmed.
pub fn to_confirm<'a>(rules: impl Iterator<Item = &'a Rule>) -> String {
    let lines = rules.filter_map(|rule| Some(format!("\n  {}: {}", rule.id, unconfirmed(rule)?)));
    let lines: String = lines.collect();
    if lines.is_empty() {
        return lines;
    }
    format!("confirm before operation 投入使用前须确认 (grade T):{lines}")
}

fn grade(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::A => "A",
        Certainty::B => "B",
        Certainty::C => "C",
        Certainty::T => "T",
        Certainty::Unsaid => "unsaid",
    }
}

fn season_in_words(season: Season) -> String {
    let day = |d: u16| format!("{:02}-{:02}", d / 100, d % 100);
    let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
    let days = season
        .days
        .map(|(a, b)| format!("{} to {}", day(a), day(b)));
    let hours = season
        .minutes
        .map(|(a, b)| format!("{} to {}", clock(a), clock(b)));
    let parts: Vec<String> = days.into_iter().chain(hours).collect();
    format!("{} ({})", parts.join(", "), show_offset(season.offset_min))
}

/// What a rule looks at, in words, with the names of other rules instead of their slots.
fn measure_in_words(config: &Config, rule: &Rule) -> String {
    let span = |ms: &i64| show_duration(*ms);
    match &rule.measure {
        Measure::Value => "the newest value".to_owned(),
        Measure::Sum { window_ms } => format!("the sum over {}", span(window_ms)),
        Measure::Rate { per_ms } => {
            format!("change since the reading before, per {}", span(per_ms))
        }
        Measure::Rise {
            span_ms, per_ms, ..
        } if span_ms == per_ms => format!("change over {}", span(span_ms)),
        Measure::Rise {
            span_ms,
            per_ms,
            least_ms,
        } => {
            let (over, per, least) = (span(span_ms), span(per_ms), span(least_ms));
            format!("change over {over}, per {per}, taken over {least} at least")
        }
        Measure::Extreme { window_ms, highest } => {
            let which = if *highest { "highest" } else { "lowest" };
            format!("the {which} value of {}", span(window_ms))
        }
        Measure::Silence => "time since the series was heard".to_owned(),
        Measure::Expression { text } => format!("the expression {text}"),
        Measure::Levels { clauses } => clauses_in_words(config, clauses),
        Measure::Cluster {
            window_ms,
            hot,
            cool,
            radius_mm,
            count,
            within,
        } => {
            let ground = match within {
                Within::Distance => format!("within {} m", radius_mm / 1000),
                Within::Township | Within::Catchment | Within::Zone => {
                    format!("in one {}", word_of(*within))
                }
            };
            let window = match window_ms {
                0 => "at once".to_owned(),
                window_ms => format!("in {}", span(window_ms)),
            };
            format!("{count} gauges {ground} with {hot} steps {window}, until below {cool}")
        }
        Measure::Sums {
            windows,
            all,
            wetness,
        } => {
            let which = if *all { "all" } else { "any" };
            let windows = windows.iter().map(|w| {
                let bounds = LEVELS.iter().zip(&w.bounds);
                let bounds = bounds.filter_map(|((word, _), b)| {
                    (*b).map(|b| format!("{word} {} until {}", b.raise, b.reset))
                });
                let bounds: Vec<String> = bounds.collect();
                format!("{}: {}", show_duration(w.window_ms), bounds.join(", "))
            });
            let windows: Vec<String> = windows.collect();
            let wet = wetness.map_or_else(String::new, |w| {
                format!(
                    "; what fell over {} before each, wet from {} steps (x {}/1000), dry below {} (x {}/1000)",
                    show_duration(w.window_ms),
                    w.wet,
                    w.wet_permille,
                    w.dry,
                    w.dry_permille
                )
            });
            format!(
                "{which} sum, in steps of the quantity: {}{wet}",
                windows.join("; ")
            )
        }
        Measure::Forecast { outlook } => {
            let upstream = if outlook.upstream {
                ", with the gauges upstream"
            } else {
                ""
            };
            format!(
                "what will be within {}, by the change over {}{upstream}",
                show_duration(outlook.lead_ms),
                show_duration(outlook.recent_ms)
            )
        }
    }
}

fn clauses_in_words(config: &Config, clauses: &[Option<Clause>; 4]) -> String {
    let term = |term: &Term| {
        let upstream = if term.upstream { "upstream " } else { "" };
        let rule = &config.rules[term.rule.index()].id;
        format!("{upstream}{rule} >= {}", LEVELS[term.level.index()].0)
    };
    let clause = |clause: &Clause| {
        let lists = [
            ("all", &clause.all),
            ("any", &clause.any),
            ("none", &clause.none),
        ];
        let lists = lists.iter().filter(|(_, terms)| !terms.is_empty());
        let lists = lists.map(|(word, terms)| {
            let terms: Vec<String> = terms.iter().map(term).collect();
            format!("{word} of {}", terms.join(", "))
        });
        lists.collect::<Vec<_>>().join(" and ")
    };
    let levels = Level::ALL.iter().filter_map(|level| {
        let asked = clauses[level.index()].as_ref()?;
        Some(format!("{}: {}", LEVELS[level.index()].0, clause(asked)))
    });
    levels.collect::<Vec<_>>().join("; ")
}
