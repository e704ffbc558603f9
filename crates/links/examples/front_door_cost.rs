//! What one publish costs in the front door's own part: packet, body, series, acknowledgement.
//!
//! `cargo run --release -p watchfire-links --example front_door_cost`
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;

use links::measure;
use rustix::time::{ClockId, clock_gettime};

/// CPU time of this process, which neighbours on the machine disturb least.
fn cpu_ns() -> u128 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as u128 * 1_000_000_000 + time.tv_nsec as u128
}

fn main() {
    let messages: Vec<(String, String)> = (0..2_000)
        .map(|n| {
            let station = format!("0000-R{:04}", n % 360);
            let body = format!(
                r#"{{"station":"{station}","quantity":"rain","value":{}.{},"time":"2026-07-15T08:{:02}:00Z"}}"#,
                n % 90, n % 10, n % 60,
            );
            (format!("obs/{station}/rain"), body)
        })
        .collect();
    // A space in front of a body sends it the long way, through serde_json.
    let spaced: Vec<_> = messages
        .iter()
        .map(|(topic, body)| (topic.clone(), format!(" {body}")))
        .collect();
    let count = messages.len() as u128;
    let mut bench = measure::Bench::new(360);
    for (name, messages) in [
        ("warm-up", &messages),
        ("short way", &messages),
        ("long way", &spaced),
    ] {
        let stream = measure::stream(messages);
        let mut best = u128::MAX;
        for _ in 0..20 {
            let start = cpu_ns();
            for _ in 0..20 {
                black_box(bench.read(&stream));
            }
            best = best.min((cpu_ns() - start) / 20 / count);
        }
        println!("{name}: {best} ns of CPU a publish");
    }
    for (name, part) in measure::parts() {
        let mut best = u128::MAX;
        for _ in 0..20 {
            let start = cpu_ns();
            for (topic, body) in &messages {
                part(black_box(topic), black_box(body));
            }
            best = best.min((cpu_ns() - start) / count);
        }
        println!("{name}: {best} ns of CPU");
    }
}
