//! The web client's own checks and its build, by the scripts of `web/package.json`.

use std::fs;

use anyhow::{Context, Result};

use crate::paths::Paths;
use crate::rust;
use crate::setup::{debian, node};
use crate::slice::Slice;
use crate::stage::Outcome;
use crate::stamp;

/// What the built client is made from.
const INPUTS: [&str; 3] = ["web", "layers", "xtask/node-requirements.txt"];

/// Builds the client into `web/dist` unless it stands for the sources as they are.
pub(crate) fn build(paths: &Paths) -> Result<Outcome> {
    if let Some(skipped) = without_script(paths, "build") {
        return Ok(skipped);
    }
    let fingerprint = stamp::of(&paths.root, &INPUTS, "")?;
    let built = paths.web().join("dist/index.html").is_file();
    if built && stamp::holds(&paths.stamps(), "web", &fingerprint) {
        return Ok(Outcome::Done);
    }
    node::npm(paths, ["run", "build"])?.logged(&paths.logs(), "web-build")?;
    // The build compiles the catalogues in place, and those are among its inputs the next time.
    let fingerprint = stamp::of(&paths.root, &INPUTS, "")?;
    stamp::keep(&paths.stamps(), "web", &fingerprint)?;
    Ok(Outcome::Done)
}

/// Runs one script with its output on ours.
pub(crate) fn script(paths: &Paths, name: &str) -> Result<Outcome> {
    if let Some(skipped) = without_script(paths, name) {
        return Ok(skipped);
    }
    node::npm(paths, ["run", name])?.shown()?;
    Ok(Outcome::Done)
}

/// The same beside other stages: what it says goes into a log, and is shown when it fails.
pub(crate) fn logged_script(paths: &Paths, name: &str) -> Result<Outcome> {
    if let Some(skipped) = without_script(paths, name) {
        return Ok(skipped);
    }
    let log = format!("web-{name}");
    node::npm(paths, ["run", name])?.logged(&paths.logs(), &log)?;
    Ok(Outcome::Done)
}

/// The story in two real browsers, against the built program; `more` words choose another.
pub(crate) fn browser_story(paths: &Paths, slice: &Slice, more: &[&str]) -> Result<Outcome> {
    if let Some(skipped) = without_script(paths, "story") {
        return Ok(skipped);
    }
    let words = ["run", "story", "--"].iter().chain(more);
    let call = slice.in_environment(node::npm(paths, words)?);
    rust::surroundings(paths, call)?.shown()?;
    Ok(Outcome::Done)
}

/// Every screen of desk and phone by the rules of WCAG A and AA; gives what was looked at, in words.
pub(crate) fn accessible(paths: &Paths) -> Result<String> {
    last_line(paths, "axe", "axe: ")
}

/// The desk while a crowd answers; gives how long the worst interaction took, in words.
pub(crate) fn desk_in_a_mass(paths: &Paths) -> Result<String> {
    last_line(paths, "mass", "the worst took ")
}

/// Runs a script that looks at screens; gives what its last line that begins with `head` says after it.
fn last_line(paths: &Paths, script: &str, head: &str) -> Result<String> {
    if let Some(Outcome::Skipped(why)) = without_script(paths, script) {
        return Ok(format!("skipped: {why}"));
    }
    if let Outcome::Skipped(why) = debian::browser_and_fonts(paths)? {
        return Ok(format!("skipped: {why}"));
    }
    let call = rust::surroundings(paths, node::npm(paths, ["run", script])?)?;
    call.logged(&paths.logs(), script)?;
    let log = paths.logs().join(format!("{script}.log"));
    let text = fs::read_to_string(log).unwrap_or_default();
    let told = text.lines().rev().find_map(|line| line.strip_prefix(head));
    // What is kept of it names no folder of this machine.
    let root = format!("{}/", paths.root.display());
    told.map(|told| told.replace(&root, ""))
        .context("no screen was looked at")
}

fn without_script(paths: &Paths, name: &str) -> Option<Outcome> {
    let manifest = fs::read_to_string(paths.web().join("package.json")).unwrap_or_default();
    if has_script(&manifest, name) {
        return None;
    }
    Some(Outcome::Skipped(format!(
        "web/package.json has no script `{name}`"
    )))
}

/// Whether the text of a `package.json` names the script; scripts hold no braces.
fn has_script(manifest: &str, name: &str) -> bool {
    let Some((_, after)) = manifest.split_once("\"scripts\"") else {
        return false;
    };
    let scripts = after.split_once('}').map_or(after, |(scripts, _)| scripts);
    scripts.contains(&format!("\"{name}\":"))
}

/// Writes the wire types of the client from what the sources say of the API; needs no built program.
pub(crate) fn generate(paths: &Paths) -> Result<Outcome> {
    let document = rust::api_document(paths)?;
    fs::write(paths.web().join(WIRE_TYPES), wire_types(paths, &document)?)
        .with_context(|| format!("could not write web/{WIRE_TYPES}"))?;
    Ok(Outcome::Done)
}

const WIRE_TYPES: &str = "src/wire/generated.ts";

/// Fails when the committed wire types are not what [`generate`] would write; asks the built program.
pub(crate) fn generated_is_current(paths: &Paths) -> Result<Outcome> {
    let document = crate::call::Call::new(paths.program("watchfire"), &paths.root)
        .args(["openapi"])
        .captured()?;
    let fresh = wire_types(paths, &document)?;
    let kept = fs::read_to_string(paths.web().join(WIRE_TYPES))
        .with_context(|| format!("could not read web/{WIRE_TYPES}"))?;
    anyhow::ensure!(
        kept.trim_end() == fresh.trim_end(),
        "web/{WIRE_TYPES} is not what the program says of itself: run `cargo xtask gen`"
    );
    Ok(Outcome::Done)
}

fn wire_types(paths: &Paths, document: &str) -> Result<String> {
    let file = paths.target.join("xtask/openapi.json");
    fs::create_dir_all(paths.target.join("xtask"))
        .and_then(|()| fs::write(&file, document))
        .context("could not keep the API document")?;
    let program = paths.web().join("node_modules/.bin/openapi-typescript");
    let call = crate::call::Call::new(program, &paths.web()).args([file]);
    node::with_node(paths, call)?.captured()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_found_among_the_scripts_only() {
        let manifest = r#"{"name":"web","scripts":{"build": "vite build"},"check":{"test":1}}"#;
        assert!(has_script(manifest, "build"));
        assert!(!has_script(manifest, "test"));
        assert!(!has_script(r#"{"build": 1}"#, "build"));
    }
}
