//! What keeping and looking back cost: measured by the examples of `store` and `runtime`, and held against
//! bounds so wide that only something broken misses them.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::call::Call;
use crate::paths::Paths;
use crate::rust;

/// The figure that stands before `unit` in every line that holds `line`, and how large it may be.
struct Must {
    line: &'static str,
    unit: &'static str,
    bound: Bound,
}

#[derive(Clone, Copy, Debug)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// A whole storm day looked through and archived.
const KEEPING: [Must; 3] = [
    Must {
        line: "segments: ",
        unit: " MB/s",
        bound: Bound::AtLeast(25.0),
    },
    Must {
        line: "archives: ",
        unit: " M records/s",
        bound: Bound::AtLeast(0.5),
    },
    Must {
        line: "archived ",
        unit: " bytes a record",
        bound: Bound::AtMost(16.0),
    },
];
/// Any second of it seen again.
const SEEKS: [Must; 2] = [
    Must {
        line: "seek, as known Then",
        unit: " ms   most",
        bound: Bound::AtMost(2_000.0),
    },
    Must {
        line: "seek, as known Now",
        unit: " ms   most",
        bound: Bound::AtMost(2_000.0),
    },
];

/// How fast a journal is looked through, and how small it is kept.
pub(crate) fn keeping(paths: &Paths) -> Result<String> {
    measured(paths, "keeping", &[], &KEEPING)
}

/// How long it takes to see a second again.
pub(crate) fn seeks(paths: &Paths) -> Result<String> {
    measured(paths, "replays", &["200", "5"], &SEEKS)
}

/// Runs an example as the program is shipped, and gives its figures.
fn measured(paths: &Paths, example: &str, words: &[&str], musts: &[Must]) -> Result<String> {
    let log = format!("measures-{example}");
    // Built with the whole workspace, as the program is: its libraries are the same then, and built once.
    rust::cargo(paths)
        .args(["build", "--workspace", "--release", "--example", example])
        .logged(&paths.logs(), &log)?;
    let program = paths.target.join("release/examples").join(example);
    Call::new(program, &paths.root)
        .args(words)
        .logged(&paths.logs(), &log)?;
    let text = fs::read_to_string(paths.logs().join(format!("{log}.log")))
        .context("could not read what was measured")?;
    held(&text, musts)
}

/// The lines with figures; fails where one is missing or misses its bound.
fn held(text: &str, musts: &[Must]) -> Result<String> {
    let mut told = Vec::new();
    for must in musts {
        let lines: Vec<&str> = text.lines().filter(|l| l.starts_with(must.line)).collect();
        // The first look warms up; the last says what it takes.
        let Some(line) = lines.last() else {
            bail!("nothing was measured of `{}`", must.line.trim());
        };
        let figure = figure(line, must.unit)
            .with_context(|| format!("no figure before `{}` in: {line}", must.unit.trim()))?;
        let good = match must.bound {
            Bound::AtLeast(least) => figure >= least,
            Bound::AtMost(most) => figure <= most,
        };
        if !good {
            bail!("{figure} where {:?} is a must: {line}", must.bound);
        }
        told.push(*line);
    }
    told.dedup();
    Ok(format!("measured\n{}", told.join("\n")))
}

/// The number that stands right before `unit`.
fn figure(line: &str, unit: &str) -> Option<f64> {
    let before = line
        .split(unit)
        .next()
        .filter(|part| part.len() < line.len())?;
    before.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TOLD: &str = "archived 4 segments, 190000 records: 1 -> 2 bytes, 9.25 bytes a record, in 0.6 s\n\
        segments: 9 records, 9 bytes, 0 findings in 0.1 s: 3 MB/s, 0.1 M records/s\n\
        segments: 9 records, 9 bytes, 0 findings in 0.1 s: 230 MB/s, 6.1 M records/s\n\
        archives: 9 records, 9 bytes, 0 findings in 0.1 s: 40 MB/s, 3.1 M records/s\n";

    #[test]
    fn figures_are_read_and_held_against_their_bounds() {
        let told = held(TOLD, &KEEPING).unwrap();
        assert!(told.starts_with("measured\nsegments: ") && told.contains("9.25 bytes"));
        let slow = TOLD.replace("230 MB/s", "23 MB/s");
        let failed = held(&slow, &KEEPING).unwrap_err().to_string();
        assert!(failed.starts_with("23 where AtLeast(25.0)"), "{failed}");
        assert!(held("", &KEEPING).is_err(), "silence is no measure");
        assert!(held(&TOLD.replace("9.25 bytes", "bytes"), &KEEPING).is_err());
        let seek = "seek, as known Then  p50    12.0 ms   p99 88.5 ms   most 90.1 ms";
        assert_eq!(figure(seek, SEEKS[0].unit), Some(88.5));
    }
}
