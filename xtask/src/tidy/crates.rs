//! Who may use whom: the dependency table of the workspace, and what pure crates may never reach.

use anyhow::{Context, Result};

use super::Problem;
use crate::paths::Paths;
use crate::rust;

/// A crate of ours and the crates of ours it may use.
struct Row {
    package: &'static str,
    pure: bool,
    may_use: &'static [&'static str],
}

const fn row(package: &'static str, pure: bool, may_use: &'static [&'static str]) -> Row {
    Row {
        package,
        pure,
        may_use,
    }
}

/// The table of ARCHITECTURE.md. `site` is files only, but reads and so is not pure.
const TABLE: [Row; 13] = [
    row("watchfire-model", true, &[]),
    row("watchfire-engine", true, &["model"]),
    row("watchfire-protocols", true, &["model"]),
    row("watchfire-report", true, &["model"]),
    row("watchfire-store", false, &["model"]),
    row("watchfire-runtime", false, &["model", "engine", "store"]),
    row("watchfire-links", false, &["model", "protocols", "runtime"]),
    row(
        "watchfire-api",
        false,
        &["model", "report", "store", "runtime"],
    ),
    row("watchfire-site", false, &["model", "engine", "protocols"]),
    row(
        "watchfire-sim",
        false,
        &[
            "model",
            "engine",
            "protocols",
            "store",
            "runtime",
            "links",
            "site",
        ],
    ),
    row(
        "watchfire",
        false,
        &[
            "model",
            "engine",
            "protocols",
            "store",
            "runtime",
            "links",
            "api",
            "site",
            "report",
        ],
    ),
    // The runner must compile in seconds; the stories see the product only from outside.
    row("xtask", false, &[]),
    row("watchfire-tests", false, &["model"]),
];

/// What brings sockets, threads, clocks' wake-ups, randomness or a database.
const IMPURE: [&str; 14] = [
    "tokio",
    "mio",
    "socket2",
    "sqlx",
    "sqlx-core",
    "libsqlite3-sys",
    "hyper",
    "axum",
    "rumqttc",
    "rand",
    "getrandom",
    "rayon",
    "crossbeam-channel",
    "reqwest",
];

/// One package's dependencies, tests' own left out: those it names, and all it reaches.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    direct: Vec<String>,
    all: Vec<String>,
}

/// The problems of the workspace, asking `tree` for each package.
pub(super) fn problems(tree: &dyn Fn(&str) -> Result<Tree>) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for row in &TABLE {
        problems.extend(row_problems(row, &tree(row.package)?));
    }
    Ok(problems)
}

fn row_problems(row: &Row, tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for name in &tree.direct {
        let short = name.strip_prefix("watchfire-").unwrap_or(name);
        let ours = TABLE.iter().any(|row| row.package == name);
        if ours && !row.may_use.contains(&short) {
            problems.push(Problem::new(row.package, format!("may not use {name}")));
        }
    }
    if row.pure {
        for name in tree
            .all
            .iter()
            .filter(|name| IMPURE.contains(&name.as_str()))
        {
            problems.push(Problem::new(
                row.package,
                format!("is pure and reaches {name}"),
            ));
        }
    }
    problems
}

/// Asks cargo for the tree of `package`.
pub(super) fn tree_of(paths: &Paths, package: &str) -> Result<Tree> {
    let ask = |depth: &[&str]| -> Result<Vec<String>> {
        let text = rust::cargo(paths)
            .args(["tree", "--quiet", "--package", package])
            .args([
                "--edges",
                "normal,build",
                "--prefix",
                "none",
                "--format",
                "{p}",
            ])
            .args(depth)
            .captured()
            .with_context(|| format!("could not read the dependencies of {package}"))?;
        Ok(names(&text))
    };
    Ok(Tree {
        direct: ask(&["--depth", "1"])?,
        all: ask(&["--no-dedupe"])?,
    })
}

/// The packages of a tree, one a line as `name v1.2.3 …`, without the root itself.
fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(package: &str, direct: &[&str], all: &[&str], expected: &[&str]) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let tree = Tree {
            direct: owned(direct),
            all: owned(all),
        };
        let found: Vec<String> = TABLE
            .iter()
            .filter(|row| row.package == package)
            .flat_map(|row| row_problems(row, &tree))
            .map(|problem| problem.what)
            .collect();
        assert_eq!(found, expected, "{package}");
    }

    #[test]
    fn the_table_is_the_law() {
        check(
            "watchfire-protocols",
            &["watchfire-model", "serde"],
            &[],
            &[],
        );
        check(
            "watchfire-protocols",
            &["watchfire-engine"],
            &[],
            &["may not use watchfire-engine"],
        );
        check(
            "watchfire-api",
            &["watchfire-links"],
            &[],
            &["may not use watchfire-links"],
        );
        check(
            "watchfire",
            &["watchfire-sim"],
            &[],
            &["may not use watchfire-sim"],
        );
        check(
            "xtask",
            &["watchfire-model"],
            &[],
            &["may not use watchfire-model"],
        );
    }

    #[test]
    fn pure_crates_reach_no_socket_by_any_path() {
        check(
            "watchfire-engine",
            &[],
            &["serde", "tokio"],
            &["is pure and reaches tokio"],
        );
        check("watchfire-store", &[], &["tokio", "sqlx"], &[]);
    }

    #[test]
    fn a_tree_is_read_without_its_root() {
        let text = "watchfire-engine v0.1.0 (/x)\nserde v1.0.0\nserde v1.0.0\nlibm v0.2.1\n";
        assert_eq!(names(text), ["libm", "serde"]);
    }
}
