//! What one publish costs in the front door's own part: packet, body, series, acknowledgement.
//!
//! `cargo run --release -p watchfire-links --example front_door_cost`
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;

use links::measure;

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
    let stream = measure::stream(&messages);
    let mut bench = measure::Bench::new(360);
    for (name, rounds) in [
        ("warm-up", 50u32),
        ("read", 300),
        ("read", 300),
        ("read", 300),
    ] {
        let start = Instant::now();
        for _ in 0..rounds {
            black_box(bench.read(&stream));
        }
        let each = start.elapsed().as_nanos() / u128::from(rounds) / messages.len() as u128;
        println!("{name}: {each} ns a publish");
    }
    for (name, f) in measure::parts() {
        let start = Instant::now();
        for _ in 0..300 {
            for (topic, body) in &messages {
                f(black_box(topic), black_box(body));
            }
        }
        println!(
            "{name}: {} ns",
            start.elapsed().as_nanos() / 300 / messages.len() as u128
        );
    }
}
