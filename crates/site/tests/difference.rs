//! Two versions of a site's files compared: what an administrator is told before they are taken over.
#![allow(clippy::unwrap_used)]

mod support;

use model::Config;
use site::{Clocks, Difference, coverage, difference, read_site};
use support::{changed, with_files};

fn config(changes: &[(&str, &str, &str)]) -> Config {
    let folder = changed(changes);
    let site = read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
    site.jurisdictions[0].config.clone()
}

fn told(changes: &[(&str, &str, &str)]) -> Difference {
    difference(&config(&[]), &config(changes))
}

fn lines(found: &Difference) -> Vec<(String, Option<Clocks>)> {
    let all = found.changes.iter();
    all.map(|c| (format!("{} {}: {}", c.kind, c.subject, c.what), c.clocks))
        .collect()
}

#[test]
fn the_same_files_change_nothing() {
    assert!(told(&[]).is_empty());
    assert_eq!(told(&[]).to_string(), "nothing changes\n");
}

#[test]
fn what_a_rule_looks_at_and_its_delays_restart_its_clocks() {
    let anew = told(&[("rules/rain.toml", "{ sum = \"1h\" }", "{ sum = \"2h\" }")]);
    let [(line, clocks)] = &lines(&anew)[..] else {
        panic!("{anew}");
    };
    assert!(line.starts_with("rule rain-1h: measure "), "{line}");
    assert_eq!(*clocks, Some(Clocks::Restart));

    let slower = told(&[(
        "rules/rain.toml",
        "off_delay = \"30m\"",
        "off_delay = \"45m\"",
    )]);
    let [(line, clocks)] = &lines(&slower)[..] else {
        panic!("{slower}");
    };
    assert!(
        line.contains("off_delay blue 30m") && line.contains("→ blue 45m"),
        "{line}"
    );
    assert_eq!(*clocks, Some(Clocks::Restart));

    let latched = told(&[("rules/rain.toml", "latch = false", "latch = true")]);
    let told_of = |line: &str| lines(&latched).iter().any(|(told, _)| told == line);
    assert!(told_of("rule rain-1h: latch no → at red"), "{latched}");

    let words = told(&[("rules/flood.toml", "Patrol the dykes", "Walk the dykes")]);
    assert_eq!(lines(&words)[0].1, Some(Clocks::Keep), "{words}");
    let words = told(&[("rules/flood.toml", "巡堤查险", "上堤")]);
    assert_eq!(lines(&words)[0].1, Some(Clocks::Keep));
}

#[test]
fn a_threshold_that_moves_is_told_at_its_stations() {
    let found = told(&[("thresholds.csv", "42.10,42.00", "42.30,42.20")]);
    let [(line, clocks)] = &lines(&found)[..] else {
        panic!("{found}");
    };
    assert!(
        line.starts_with("bounds river-stage at ST01 water_level: "),
        "{line}"
    );
    assert!(line.contains("42.10") && line.contains("42.30"), "{line}");
    assert_eq!(*clocks, Some(Clocks::Restart));
}

#[test]
fn rules_and_stations_that_come_and_go_are_told() {
    let more = with_files(&[(
        "rules/aa.toml",
        "[[rule]]\nid = \"new\"\ntitle = \"n\"\nhazard = \"flood\"\nquantity = \"water_level\"\nmeasure = \"value\"\nside = \"above\"\nlevels = { red = \"45 m\" }\non_delay = \"0s\"\noff_delay = \"0s\"\nmin_hold = \"0s\"\nlatch = false\nunknown_when_stale = false\nreopen = \"0s\"\n",
    )]);
    let more = read_site(more.path()).unwrap().jurisdictions[0]
        .config
        .clone();
    let plain = config(&[]);
    let came = difference(&plain, &more);
    assert_eq!(
        lines(&came),
        [("rule new: added".to_owned(), Some(Clocks::StartAnew))],
        "a rule before all others moves every slot, and still nothing else is told"
    );
    let went = difference(&more, &plain);
    assert_eq!(
        lines(&went),
        [("rule new: removed".to_owned(), Some(Clocks::End))]
    );
    let moved = told(&[("stations.csv", "120.95,29.55", "120.96,29.55")]);
    assert!(lines(&moved)[0].0.starts_with("station ST01: "), "{moved}");
    let policy = told(&[(
        "site.toml",
        "escalate_every = \"2m\"",
        "escalate_every = \"3m\"",
    )]);
    assert_eq!(
        lines(&policy)[0].0,
        "policy escalate_every: \"2m\" → \"3m\""
    );
}

#[test]
fn who_watches_what_and_what_nobody_watches_is_told() {
    let covered = coverage(&config(&[]));
    let text = covered.to_string();
    assert!(text.contains("ST01 water_level"), "{text}");
    assert!(
        text.contains("river-stage              yellow 42.10 (until 42.00)"),
        "{text}"
    );
    assert_eq!(covered.unwatched().count(), 0, "{text}");
    let fewer = config(&[
        (
            "rules/flood.toml",
            "tags = [\"control\"]",
            "tags = [\"wired\"]",
        ),
        (
            "thresholds.csv",
            "river-stage,ST01,red",
            "river-stage,ST01,red",
        ),
    ]);
    let quiet: Vec<String> = coverage(&fewer)
        .unwatched()
        .map(|s| format!("{} {}", s.station, s.quantity))
        .collect();
    assert_eq!(quiet, ["ST02 water_level"]);
}
