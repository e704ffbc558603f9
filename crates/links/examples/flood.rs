//! A county day flat out through the front door: decode, commit to disk, decide, acknowledge.
//!
//! `cargo run --release -p watchfire-links --example flood [folder]`; without a folder it makes up
//! 200,000 readings of 600 stations.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::fmt::Write;
use std::time::Duration;

use common::{County, rain};
use links::play::{Play, Speed, play};
use model::config::Clock;

fn main() {
    let rt = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let rt = rt.unwrap();
    let made = tempfile::tempdir().unwrap();
    let folder = std::env::args()
        .nth(1)
        .map_or_else(|| made.path().to_owned(), Into::into);
    if folder == made.path() {
        let mut lines = String::new();
        for minute in 0..333 {
            for station in 0..600 {
                let (topic, body) = rain(station, minute, "0.1");
                writeln!(lines, "{topic}\t{body}").unwrap();
            }
        }
        std::fs::write(folder.join("messages.tsv"), lines).unwrap();
    }
    for _ in 0..5 {
        let county = rt.block_on(County::start(Clock::Feed));
        let played = play(&Play {
            folder: folder.clone(),
            mqtt: county.address(),
            login: None,
            speed: Speed::Max,
            settle: Duration::ZERO,
        });
        println!(
            "{}; {:?}",
            played.unwrap(),
            rt.block_on(county.counts("mqtt"))
        );
        rt.block_on(county.end());
    }
}
