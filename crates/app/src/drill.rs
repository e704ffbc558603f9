//! Drills: a process, a data folder, a clock and logins of their own.
//!
//! The real site is read, made into the drill's and given away; nothing that could reach anybody is left
//! when the drill begins.

mod files;
mod logins;
mod notice;
mod run;
mod sources;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use report::{Language, score_text};
use site::{Script, Site};

use crate::args::{DrillVerb, LanguageWord};
use crate::{check, say};

pub(crate) use notice::running;

/// Does what was typed after `watchfire drill`.
pub(crate) fn obey(verb: DrillVerb) -> anyhow::Result<ExitCode> {
    match verb {
        DrillVerb::Check { script, site } => tell(&script, &site),
        DrillVerb::Run(asked) => crate::tokio_runtime()?.block_on(run::run(*asked)),
        DrillVerb::Score { data, json, lang } => score(&data, json, lang),
    }
}

/// Prints everything that is wrong with a script; the exit code says whether it could be played.
fn tell(path: &Path, folder: &Path) -> anyhow::Result<ExitCode> {
    let site = check::read(folder)?;
    match site::read_script(path, &site) {
        Ok(script) => {
            if !script.notes.is_empty() {
                say(script.notes.to_string().trim_end())?;
            }
            let rows: usize = sources::read(&script)?.len();
            let drill = &script.drill;
            let asked = drill.injects.iter().filter(|one| one.expect.is_some());
            say(&format!(
                "{} is sound: {} injects, {} with expectations, {rows} recorded readings, {} participants",
                path.display(),
                drill.injects.len(),
                asked.count(),
                script.participants.len()
            ))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => {
            say(problems.to_string().trim_end())?;
            say(&format!("{} cannot be played", path.display()))?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// A script that is to be played.
fn read(path: &Path, site: &Site) -> anyhow::Result<Script> {
    match site::read_script(path, site) {
        Ok(script) => {
            for note in script.notes.problems() {
                tracing::warn!("{}", note.line());
            }
            Ok(script)
        }
        Err(problems) => bail!(
            "the drill {} cannot be played; problems: {}\n\n{}",
            path.display(),
            problems.errors(),
            problems.to_string().trim_end()
        ),
    }
}

/// Prints how a drill went, read from its journal alone.
fn score(data: &Path, json: bool, lang: LanguageWord) -> anyhow::Result<ExitCode> {
    let score = api::score_of(data)
        .with_context(|| format!("could not replay the journal in {}", data.display()))?;
    let Some(score) = score else {
        bail!("{} holds no drill", data.display());
    };
    if json {
        say(&serde_json::to_string_pretty(&score).context("could not write JSON")?)?;
    } else {
        let language = match lang {
            LanguageWord::Zh => Language::Chinese,
            LanguageWord::En => Language::English,
        };
        say(score_text(&score, language).trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}
