//! The task runner: everything a person does with a checkout, needing only cargo.
//!
//! It compiles in seconds and knows nothing of the product's insides: it starts programs and tells how they fared.

mod bench;
mod call;
mod child;
mod database;
mod demo;
mod fuzz;
mod measures;
mod paths;
mod prove;
mod registry;
mod rust;
mod setup;
mod slice;
mod stage;
mod stamp;
mod stop;
mod tidy;
mod verify;
mod web;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

use crate::call::say;
use crate::paths::Paths;
use crate::slice::Slice;
use crate::stop::Stopped;

const USAGE: &str = "\
cargo xtask <verb>

  run      builds everything and plays the demonstration county
             --fresh     start the night over
             --checked   with the programs that tests are run on
             --speed N   demo seconds per second
             --port P    where the command centre answers
             --home DIR  where the night is kept (target/demo)
  test     the green test, from nothing
             --seeds N --kills N --fuzz-seconds N   how much of the random tests
             --seed N    repeat a slice
             --only S    only this stage and what it needs (may be repeated)
  check    formatting, clippy, tidiness, web lint and types
  tidy     the rules of the house alone
  story F  plays one story of the engine's
  bless    rewrites what the engine's stories expect; read the difference before keeping it
  bench    the guarded numbers, on the program as shipped
  prove    the long form of the tests, resumable; its summary goes to tests/PROVEN.md
             --only P    only pieces whose name begins so (may be repeated)
  gen      the web client's wire types, from what the sources say of the API
  ci       what is run for every change: the same as test
";

fn main() -> ExitCode {
    let verdict = stop::listen().and_then(|()| obey(lexopt::Parser::from_env()));
    match verdict {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => match failure.downcast_ref::<Stopped>() {
            Some(Stopped(signal)) => {
                say("stopped");
                ExitCode::from(u8::try_from(128 + signal).unwrap_or(1))
            }
            None => {
                say(&format!("{failure:#}"));
                ExitCode::FAILURE
            }
        },
    }
}

fn obey(mut words: lexopt::Parser) -> Result<()> {
    let paths = Paths::of_this_checkout();
    let verb = match words.next()? {
        Some(Value(verb)) => verb.to_string_lossy().into_owned(),
        Some(Short('h') | Long("help")) | None => "help".to_owned(),
        Some(other) => return Err(other.unexpected().into()),
    };
    match verb.as_str() {
        "help" => {
            say(USAGE.trim_end());
            Ok(())
        }
        "run" => demo::run(&paths, &read_run(&mut words)?),
        "test" | "ci" => {
            let asked = read_test(&mut words)?;
            verify::test(&paths, &asked.slice, &asked.only)
        }
        "check" => verify::check(&paths, &read_test(&mut words)?.only),
        "tidy" => nothing_more(&mut words).and_then(|()| tidy::check(&paths)),
        "bench" => nothing_more(&mut words).and_then(|()| bench::bench(&paths)),
        "prove" => {
            let asked = read_test(&mut words)?;
            prove::prove(&paths, &asked.slice, &asked.only)
        }
        "story" => rust::story(&paths, &one_file(&mut words)?),
        "bless" => nothing_more(&mut words).and_then(|()| rust::bless(&paths)),
        "gen" => {
            nothing_more(&mut words)?;
            let mut stages = verify::tools(&paths);
            stages.push(stage::Stage::new(
                "gen",
                "wire types",
                1.0,
                &["crates", "web-packages"],
                || web::generate(&paths),
            ));
            stage::run("gen", stages)
        }
        other => bail!("there is no verb `{other}`\n\n{USAGE}"),
    }
}

fn read_run(words: &mut lexopt::Parser) -> Result<demo::Asked> {
    let mut asked = demo::Asked::default();
    while let Some(word) = words.next()? {
        match word {
            Long("fresh") => asked.fresh = true,
            Long("checked") => asked.checked = true,
            Long("speed") => asked.speed = Some(number(words, "speed")?),
            Long("port") => asked.port = Some(number(words, "port")?),
            Long("home") => asked.home = Some(absolute(words.value()?)?),
            other @ (Short(_) | Long(_) | Value(_)) => return Err(other.unexpected().into()),
        }
    }
    Ok(asked)
}

/// What was asked of `test`.
struct TestAsked {
    slice: Slice,
    only: Vec<String>,
}

fn read_test(words: &mut lexopt::Parser) -> Result<TestAsked> {
    let mut asked = TestAsked {
        slice: Slice::short(),
        only: Vec::new(),
    };
    while let Some(word) = words.next()? {
        match word {
            Long("seed") => asked.slice.seed = number(words, "seed")?,
            Long("seeds") => asked.slice.seeds = number(words, "seeds")?,
            Long("kills") => asked.slice.kills = number(words, "kills")?,
            Long("fuzz-seconds") => asked.slice.fuzz_seconds = number(words, "fuzz-seconds")?,
            Long("only") => asked
                .only
                .push(words.value()?.to_string_lossy().into_owned()),
            other @ (Short(_) | Long(_) | Value(_)) => return Err(other.unexpected().into()),
        }
    }
    Ok(asked)
}

fn number<T: std::str::FromStr>(words: &mut lexopt::Parser, option: &str) -> Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    words
        .value()?
        .parse()
        .with_context(|| format!("could not read --{option}"))
}

/// A folder as the person who typed it sees it, wherever our programs are started.
fn absolute(folder: std::ffi::OsString) -> Result<std::path::PathBuf> {
    std::path::absolute(&folder).context("could not place --home")
}

fn one_file(words: &mut lexopt::Parser) -> Result<std::path::PathBuf> {
    let file = words.next()?;
    let Some(Value(file)) = file else {
        bail!("which story? cargo xtask story <file>")
    };
    nothing_more(words)?;
    Ok(file.into())
}

fn nothing_more(words: &mut lexopt::Parser) -> Result<()> {
    match words.next()? {
        None => Ok(()),
        Some(word) => Err(word.unexpected().into()),
    }
}
