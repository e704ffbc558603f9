//! `check` and `test`: what every change must pass, as stages.

use anyhow::Result;

use crate::demo::rehearsal;
use crate::paths::Paths;
use crate::rust::Part;
use crate::setup::{debian, node, web_packages};
use crate::slice::Slice;
use crate::stage::{self, Outcome, Stage};
use crate::{call, database, rust, tidy, web};

/// Formatting, lints, tidiness and types: no test is run and nothing is built for use.
pub(crate) fn check(paths: &Paths, only: &[String]) -> Result<()> {
    let mut stages = tools(paths);
    stages.extend(lints(paths));
    stage::run("check", stage::select(stages, only)?)
}

/// The green test, from nothing.
pub(crate) fn test(paths: &Paths, slice: &Slice, only: &[String]) -> Result<()> {
    call::say(&format!(
        "this slice again: cargo xtask test {}",
        slice.words()
    ));
    let paths = &paths.checked();
    stage::run("test", stage::select(test_stages(paths, slice), only)?)
}

/// The stages of [`test`], which the long form runs too.
pub(crate) fn test_stages<'a>(paths: &'a Paths, slice: &'a Slice) -> Vec<Stage<'a>> {
    let mut stages = tools(paths);
    stages.push(
        Stage::new("browser", "Chromium and CJK fonts", 2.0, &[], || {
            debian::browser_and_fonts(paths)
        })
        .beside(),
    );
    stages.push(
        Stage::new("database", "PostgreSQL and PostGIS", 1.0, &[], || {
            debian::database(paths)
        })
        .beside(),
    );
    stages.extend(lints(paths));
    stages.push(web_built(paths));
    stages.push(Stage::new(
        "tests",
        "building the tests",
        12.0,
        &["crates", "web"],
        || rust::tests_built(paths),
    ));
    // The tests have built its crates already.
    stages.push(program_built(paths, 0.5));
    stages.push(Stage::new(
        "wire",
        "wire types are current",
        0.2,
        &["web-packages", "program"],
        || web::generated_is_current(paths),
    ));
    // What is beside others waits more than it works.
    stages.push(
        Stage::new(
            "postgres",
            "what is kept, in PostgreSQL; it and the program killed",
            2.5,
            &["database", "program"],
            || database::stage(paths, slice),
        )
        .beside(),
    );
    stages.push(
        Stage::new(
            "rust-within",
            "tests within the crates",
            1.5,
            &["tests"],
            || rust::tests(paths, slice, Part::Within),
        )
        .beside(),
    );
    // More than three parts at once would be late for their own clocks.
    stages.push(
        Stage::new(
            "stories",
            "end-to-end stories",
            3.0,
            &["browser", "program"],
            || rust::stories(paths, slice),
        )
        .after(&["rust-within"])
        .beside(),
    );
    stages.push(Stage::new(
        "rust",
        "tests of the crates from outside",
        2.0,
        &["tests"],
        || rust::tests(paths, slice, Part::Outside),
    ));
    stages.push(
        Stage::new(
            "web-test",
            "tests of the web client",
            0.7,
            &["web-packages"],
            || web::logged_script(paths, "test"),
        )
        .beside(),
    );
    stages.push(
        Stage::new(
            "demo",
            "the demonstration, twice",
            1.0,
            &["program"],
            || rehearsal::rehearse(paths),
        )
        .beside(),
    );
    stages.push(Stage::new(
        "browser-story",
        "the story in two browsers",
        2.0,
        &["browser", "web-packages", "program"],
        || web::browser_story(paths, slice, &[]),
    ));
    stages
}

/// Node, the crates and the web packages.
pub(crate) fn tools(paths: &Paths) -> Vec<Stage<'_>> {
    vec![
        Stage::new("node", "Node, pinned, from PyPI", 0.5, &[], || {
            node::bring(paths)
        }),
        Stage::new("crates", "crates from crates.io", 0.5, &[], || {
            rust::fetch(paths)
        }),
        Stage::new(
            "web-packages",
            "web packages from npm",
            0.5,
            &["node"],
            || web_packages::bring(paths),
        ),
    ]
}

fn lints(paths: &Paths) -> Vec<Stage<'_>> {
    vec![
        Stage::new("fmt", "formatting", 0.1, &[], || rust::format(paths)),
        Stage::new("tidy", "tidiness", 0.1, &["crates"], || tidy_stage(paths)).beside(),
        Stage::new(
            "clippy",
            "clippy, warnings are errors",
            6.0,
            &["crates"],
            || rust::clippy(paths),
        ),
        Stage::new(
            "web-check",
            "lint and types of the web client",
            0.5,
            &["web-packages"],
            || web::script(paths, "check"),
        ),
    ]
}

/// The web client and then the program that carries it, from nothing.
pub(crate) fn build(paths: &Paths) -> Vec<Stage<'_>> {
    vec![web_built(paths), program_built(paths, 8.0)]
}

fn web_built(paths: &Paths) -> Stage<'_> {
    Stage::new(
        "web",
        "building the web client",
        0.5,
        &["web-packages"],
        || web::build(paths),
    )
}

fn program_built(paths: &Paths, minutes: f32) -> Stage<'_> {
    Stage::new(
        "program",
        "building the program",
        minutes,
        &["crates", "web"],
        || rust::build(paths),
    )
}

fn tidy_stage(paths: &Paths) -> Result<Outcome> {
    tidy::check(paths)?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::paths::Build;

    #[test]
    fn every_need_is_met_by_an_earlier_stage() {
        let paths = Paths {
            root: "/nowhere".into(),
            target: "/nowhere/target".into(),
            build: Build::Shipped,
        };
        let slice = Slice::short();
        let mut seen: Vec<&str> = Vec::new();
        for stage in test_stages(&paths, &slice) {
            for need in stage.needs() {
                assert!(
                    seen.contains(need),
                    "{} needs {need} before it",
                    stage.key()
                );
            }
            assert!(!seen.contains(&stage.key()), "{} twice", stage.key());
            seen.push(stage.key());
        }
    }
}
