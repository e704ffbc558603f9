//! The calls of cargo that the verbs are made of.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::call::Call;
use crate::paths::{Build, Paths};
use crate::registry::Registry;
use crate::setup::{debian, node};
use crate::slice::Slice;
use crate::stage::Outcome;

/// The package with the end-to-end stories; the only one that needs the built program.
const STORIES: &str = "watchfire-tests";

/// A call of the cargo that runs us.
pub(crate) fn cargo(paths: &Paths) -> Call {
    Call::new(
        std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        &paths.root,
    )
}

/// On the machine that judges changes the lock file must fit as it is; at a desk a build may mend it.
fn locked() -> &'static [&'static str] {
    if std::env::var_os("CI").is_some() {
        &["--locked"]
    } else {
        &[]
    }
}

/// Fetches the crates of this platform, so that a silent registry is named before anything is built.
pub(crate) fn fetch(paths: &Paths) -> Result<Outcome> {
    let version = Call::new("rustc", &paths.root).args(["-vV"]).captured()?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("could not learn this machine's platform from rustc")?;
    // The programs that are fed bad bytes are a workspace of their own, built only for a proof: its lock file is
    // looked at here, so that it does not fall behind ours unseen.
    for (manifest, log) in [
        ("Cargo.toml", "cargo-fetch"),
        ("tests/fuzz/Cargo.toml", "cargo-fetch-fuzz"),
    ] {
        cargo(paths)
            .args(["fetch", "--target", host, "--manifest-path", manifest])
            .args(locked())
            .fetching_from(Registry::Crates)
            .logged(&paths.logs(), log)?;
    }
    Ok(Outcome::Done)
}

pub(crate) fn format(paths: &Paths) -> Result<Outcome> {
    cargo(paths).args(["fmt", "--all", "--check"]).shown()?;
    Ok(Outcome::Done)
}

pub(crate) fn clippy(paths: &Paths) -> Result<Outcome> {
    cargo(paths)
        .args(["clippy", "--workspace", "--all-targets"])
        .args(locked())
        .args(["--", "-D", "warnings"])
        .shown()?;
    Ok(Outcome::Done)
}

/// Builds every test, and with them the programs that the stories drive.
pub(crate) fn tests_built(paths: &Paths) -> Result<Outcome> {
    cargo(paths)
        .args(["test", "--workspace", "--no-run"])
        .args(locked())
        .logged(&paths.logs(), "cargo-test")?;
    Ok(Outcome::Done)
}

/// A part of the tests of the crates: cargo runs one program after the other, and most of them have one
/// test that takes as long as all the others, so two parts beside each other take little longer than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Tests that stand with the code, and those of the documentation.
    Within,
    /// Tests that use a crate as others do.
    Outside,
}

/// Every test of a part but the end-to-end stories.
pub(crate) fn tests(paths: &Paths, slice: &Slice, part: Part) -> Result<Outcome> {
    let share = Slice {
        fuzz_seconds: slice.fuzz_seconds.div_ceil(FUZZED),
        ..slice.clone()
    };
    match part {
        Part::Within => {
            let call = tests_of_crates(paths, &["--lib", "--bins", "--no-fail-fast"]);
            share
                .in_environment(call)
                .logged(&paths.logs(), "tests-within")?;
            tests_of_crates(paths, &["--doc", "--no-fail-fast"])
                .logged(&paths.logs(), "tests-documented")?;
        }
        Part::Outside => {
            let call = tests_of_crates(paths, &["--test", "*", "--no-fail-fast"]);
            share.in_environment(call).shown()?;
        }
    }
    Ok(Outcome::Done)
}

/// Decoders that are thrown bad bytes at, one after the other: of messages, pictures and packets.
const FUZZED: u64 = 3;

/// The same tests as [`tests`], but only those that `words` choose.
pub(crate) fn tests_of_crates(paths: &Paths, words: &[&str]) -> Call {
    cargo(paths)
        .args(["test", "--workspace", "--exclude", STORIES])
        .args(locked())
        .args(words)
}

/// Builds the product and the simulator.
pub(crate) fn build(paths: &Paths) -> Result<Outcome> {
    let call = match paths.build {
        Build::Shipped => cargo(paths).args([
            "build",
            "--release",
            "-p",
            "watchfire",
            "-p",
            "watchfire-sim",
        ]),
        // Out of the whole workspace and with a test beside them, so that every crate has the features
        // its tests gave it and is not built once more.
        Build::Checked => cargo(paths).args(["build", "--workspace", "--test", "trace"]),
    };
    call.args(["--bin", "watchfire", "--bin", "watchfire-sim"])
        .args(locked())
        .logged(&paths.logs(), "cargo-build")?;
    Ok(Outcome::Done)
}

/// What the sources say of the API, by a development build of that crate alone.
pub(crate) fn api_document(paths: &Paths) -> Result<String> {
    cargo(paths)
        .args(["run", "--quiet", "-p", "watchfire-api"])
        .args(["--example", "openapi"])
        .args(locked())
        .captured()
}

/// The end-to-end stories against the built program.
pub(crate) fn stories(paths: &Paths, slice: &Slice) -> Result<Outcome> {
    // Picked by name out of the whole workspace: a package asked for alone has its crates built with
    // fewer features, and so a second time.
    let mut call = cargo(paths)
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(locked());
    for name in story_names(paths)? {
        call = call.args(["--test".to_owned(), name]);
    }
    surroundings(paths, slice.in_environment(call))?.logged(&paths.logs(), "stories")?;
    Ok(Outcome::Done)
}

/// The files of end-to-end stories, sorted.
fn story_names(paths: &Paths) -> Result<Vec<String>> {
    let folder = paths.root.join("tests/tests");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).context("could not list tests/tests")? {
        let path = entry.context("could not list tests/tests")?.path();
        if path.extension().is_some_and(|end| end == "rs")
            && let Some(stem) = path.file_stem()
        {
            names.push(stem.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// One file of end-to-end stories.
pub(crate) fn one_story(paths: &Paths, slice: &Slice, file: &str) -> Result<Call> {
    let call = cargo(paths)
        .args(["test", "--workspace", "--test", file])
        .args(locked());
    surroundings(paths, slice.in_environment(call))
}

/// Plays one story of the engine's, by its file or the file's name.
pub(crate) fn story(paths: &Paths, file: &Path) -> Result<()> {
    let name = file
        .file_name()
        .context("could not read the story's name")?;
    engine_stories(paths).env("WATCHFIRE_STORY", name).shown()
}

/// Rewrites what the engine's stories expect.
pub(crate) fn bless(paths: &Paths) -> Result<()> {
    engine_stories(paths).env("WATCHFIRE_BLESS", "1").shown()
}

fn engine_stories(paths: &Paths) -> Call {
    cargo(paths).args([
        "test",
        "-p",
        "watchfire-engine",
        "--test",
        "engine",
        "--",
        "stories::",
        "--nocapture",
    ])
}

/// Tells a test where the built programs, the browser and Node are, and where its pictures go.
pub(crate) fn surroundings(paths: &Paths, call: Call) -> Result<Call> {
    let mut call = node::with_node(paths, call)?
        .env("WATCHFIRE_BIN", paths.program("watchfire"))
        .env("WATCHFIRE_SIM_BIN", paths.program("watchfire-sim"))
        .env("WATCHFIRE_OUT", paths.target.join("stories"));
    if let Some(chromium) = debian::chromium() {
        call = call.env("WATCHFIRE_CHROMIUM", chromium);
    }
    if let Some(shared) = paths.shared() {
        call = call.env("WATCHFIRE_SHARED", shared);
    }
    Ok(call)
}
