//! `bench`: the numbers that are guarded, measured on the program as it is shipped.

use std::fs;

use anyhow::{Context, Result};

use crate::call::Call;
use crate::paths::Paths;
use crate::{rust, stage, verify};

/// Builds and measures, with the numbers on our output.
pub(crate) fn bench(paths: &Paths) -> Result<()> {
    let mut stages = verify::tools(paths);
    stages.extend(verify::build(paths));
    stage::run("bench: building", stages)?;
    measuring(paths)?.shown()
}

/// Measures what is built, and gives the numbers as text.
pub(crate) fn measured(paths: &Paths) -> Result<String> {
    measuring(paths)?.logged(&paths.logs(), "bench")?;
    let text = fs::read_to_string(paths.logs().join("bench.log"))
        .context("could not read what was measured")?;
    Ok(format!("measured\n{}", text.trim_end()))
}

fn measuring(paths: &Paths) -> Result<Call> {
    rust::surroundings(
        paths,
        Call::new(paths.program("watchfire-sim"), &paths.root).args(["bench"]),
    )
}
