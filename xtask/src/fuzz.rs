//! Coverage-guided bad bytes for every reader of files and messages: three small programs built with
//! the compiler's own counters, each fed for a while from the corpus in the tree.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::call::Call;
use crate::paths::Paths;
use crate::rust;

/// What is fed: a program each.
pub(crate) const TARGETS: [&str; 3] = ["message", "journal", "rules"];

/// The counters that libFuzzer looks at, in everything that is compiled.
const COUNTERS: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Where the programs are built: their objects must not mix with ours.
fn target(paths: &Paths) -> PathBuf {
    paths.root.join("target").join("fuzz")
}

/// Builds and runs one of them for so many seconds; fails when an input was found that breaks it,
/// and leaves that input in `target/fuzz/artifacts`.
pub(crate) fn feed(paths: &Paths, name: &str, seconds: u64, seed: u64) -> Result<String> {
    let home = paths.root.join("tests").join("fuzz");
    let triple = "x86_64-unknown-linux-gnu";
    let build = rust::cargo(paths)
        // Locked: a build that wrote its lock file anew would change what a proof stands for.
        .args([
            "build",
            "--release",
            "--locked",
            "--target",
            triple,
            "--bin",
            name,
        ])
        .args([Path::new("--manifest-path"), &home.join("Cargo.toml")])
        .env("CARGO_TARGET_DIR", target(paths))
        .env("RUSTFLAGS", COUNTERS);
    rust::surroundings(paths, build)?.logged(&paths.logs(), &format!("fuzz-build-{name}"))?;
    let found = target(paths).join("artifacts");
    let grown = target(paths).join("corpus").join(name);
    for folder in [&found, &grown] {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
    }
    let log = format!("fuzz-{name}");
    let program = target(paths).join(triple).join("release").join(name);
    Call::new(program, &paths.root)
        .args([&grown, &home.join("corpus").join(name)])
        .args([
            format!("-max_total_time={seconds}"),
            format!("-seed={}", seed % u64::from(u32::MAX)),
            format!("-artifact_prefix={}/{name}-", found.display()),
        ])
        .args(["-rss_limit_mb=4096", "-timeout=20", "-print_final_stats=1"])
        .logged(&paths.logs(), &log)?;
    let text = std::fs::read_to_string(paths.logs().join(format!("{log}.log"))).unwrap_or_default();
    let runs = text
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    Ok(format!(
        "{} inputs in {seconds} s, none broke it",
        runs.map_or("?", str::trim)
    ))
}
