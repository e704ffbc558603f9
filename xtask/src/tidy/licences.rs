//! What we ship may be shipped: no crate whose licence asks the whole program to follow it, or forbids a use.

use anyhow::{Context, Result};

use super::Problem;
use crate::paths::Paths;
use crate::rust;

/// Pieces of the names of licences that bind the whole program or restrict its use.
const BINDING: [&str; 6] = ["GPL", "SSPL", "BUSL", "EUPL", "CC-BY-NC", "Commons-Clause"];

/// One crate and its licence, as its manifest says.
pub(super) type Licensed = (String, String);

pub(super) fn problems(crates: &[Licensed]) -> Vec<Problem> {
    crates
        .iter()
        .filter_map(|(name, licence)| {
            if licence.is_empty() {
                Some(Problem::new(name, "names no licence"))
            } else if is_free_of_bonds(licence) {
                None
            } else {
                Some(Problem::new(name, format!("has the licence {licence}")))
            }
        })
        .collect()
}

/// Whether at least one of the alternatives binds nothing.
fn is_free_of_bonds(licence: &str) -> bool {
    licence
        .split(" OR ")
        .flat_map(|choice| choice.split('/'))
        .any(|choice| !BINDING.iter().any(|piece| choice.contains(piece)))
}

/// Every crate that the product or its tools are built from.
pub(super) fn of_workspace(paths: &Paths) -> Result<Vec<Licensed>> {
    let text = rust::cargo(paths)
        .args(["tree", "--quiet", "--workspace", "--edges", "normal,build"])
        .args(["--prefix", "none", "--no-dedupe", "--format", "{p};{l}"])
        .captured()
        .context("could not read the licences of the crates")?;
    let mut crates: Vec<Licensed> = text
        .lines()
        .filter_map(|line| line.split_once(';'))
        .map(|(package, licence)| {
            let name = package.split_whitespace().next().unwrap_or(package);
            (name.to_owned(), licence.trim().to_owned())
        })
        .collect();
    crates.sort();
    crates.dedup();
    Ok(crates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_that_binds_nothing_is_enough() {
        let check = |licence: &str, expected: bool| {
            let found = problems(&[("crate".to_owned(), licence.to_owned())]);
            assert_eq!(found.is_empty(), expected, "{licence}");
        };
        check("MIT OR Apache-2.0", true);
        check("MIT/Apache-2.0", true);
        check("MIT OR Apache-2.0 OR LGPL-2.1-or-later", true);
        check("AGPL-3.0-only", false);
        check("BUSL-1.1", false);
        check("", false);
    }
}
