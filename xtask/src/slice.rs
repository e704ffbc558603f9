//! How much of the random tests one run takes: the seed, and the counts handed to the tests in their environment.

use std::hash::{BuildHasher, RandomState};

use crate::call::Call;

/// A slice of the endless random tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    /// `WATCHFIRE_SEED`: where the random tests start. The same seed gives the same tests.
    pub(crate) seed: u64,
    /// `WATCHFIRE_SEEDS`: how many random histories each law is tried on.
    pub(crate) seeds: u64,
    /// `WATCHFIRE_KILLS`: how often the running program is killed under load.
    pub(crate) kills: u64,
    /// `WATCHFIRE_FUZZ_SECONDS`: how long bad bytes are thrown at the decoders.
    pub(crate) fuzz_seconds: u64,
}

impl Slice {
    /// What every change takes, from a fresh seed.
    pub(crate) fn short() -> Self {
        // Seeds stay short enough to be read out and typed again.
        let seed = RandomState::new().hash_one(std::process::id()) % 1_000_000_000;
        Self {
            seed,
            seeds: 300,
            kills: 5,
            fuzz_seconds: 60,
        }
    }

    /// The words that repeat this slice on the command line.
    pub(crate) fn words(&self) -> String {
        let Self {
            seed,
            seeds,
            kills,
            fuzz_seconds,
        } = self;
        format!("--seed {seed} --seeds {seeds} --kills {kills} --fuzz-seconds {fuzz_seconds}")
    }

    /// `call` with the slice in its environment.
    pub(crate) fn in_environment(&self, call: Call) -> Call {
        call.env("WATCHFIRE_SEED", self.seed.to_string())
            .env("WATCHFIRE_SEEDS", self.seeds.to_string())
            .env("WATCHFIRE_KILLS", self.kills.to_string())
            .env("WATCHFIRE_FUZZ_SECONDS", self.fuzz_seconds.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_take_different_seeds() {
        assert_ne!(Slice::short().seed, Slice::short().seed);
    }
}
