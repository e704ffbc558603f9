//! Drives the built program from outside, as an independent check would: the command line, the
//! ready file, MQTT, HTTP and WebSocket, and nothing of its insides.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod database;
mod phones;
mod publisher;
mod recorded;
mod server;
mod workload;

pub use database::{Database, Standby};
pub use phones::{Feed, Front, Session};
pub use publisher::{Publisher, Sent, must_hold};
pub use recorded::{Crossing, Recorded, crossing, utc, valid_times};
pub use server::{Play, Server, play, site_from};
pub use workload::Workload;

use std::path::{Path, PathBuf};

/// Root of the project.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Copies a folder with all that lies in it.
///
/// # Panics
/// When a file cannot be read or written.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The built program: `WATCHFIRE_BIN`, else where `cargo build --release` puts it.
///
/// # Panics
/// When it is not there, saying how to build it.
pub fn program() -> PathBuf {
    let path = std::env::var_os("WATCHFIRE_BIN")
        .map_or_else(|| root().join("target/release/watchfire"), PathBuf::from);
    assert!(
        path.exists(),
        "{} is not built: cargo build --release -p watchfire (or cargo xtask test)",
        path.display()
    );
    path
}

/// The folder of shared recordings beside the project. Says so and gives `None` when it is missing.
pub fn shared(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("WATCHFIRE_SHARED")
        .map_or_else(|| root().parent().unwrap().join("shared"), PathBuf::from);
    let path = folder.join(what);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no ../shared/{what}");
    None
}

/// Seed of this run: `WATCHFIRE_SEED`, else the clock; printed so that a failure can be repeated.
pub fn seed() -> u64 {
    let given = std::env::var("WATCHFIRE_SEED")
        .ok()
        .and_then(|s| s.parse().ok());
    let seed = given.unwrap_or_else(|| jiff::Timestamp::now().as_millisecond() as u64);
    println!("seed {seed}");
    seed
}

/// A number from the environment with a default.
pub fn count(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(default)
}

/// A small generator for test choices (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound.max(1)
    }
}
