//! The tables of the semantics, row by row: each file in `rows/` holds the stories of one section,
//! each under a line `=== what the row says`. `WATCHFIRE_BLESS=1` rewrites what stands below the
//! dashes; read the difference as text before you keep it.
//!
//! Those of the first two sections, of doubt and of the measures tell what readings decide; the others
//! everything. A row that a story tells already says `as told in` its name.

use std::path::Path;

use crate::support::book::{Form, Scene, play_as_written};

#[test]
fn rows_play_as_written() {
    play_as_written(&Form {
        folder: "rows",
        cut,
        head: |scene| format!("=== {}\n", scene.title),
        keeps: concerns_readings,
    });
}

fn cut(_: &Path, text: &str) -> (String, Vec<Scene>) {
    let (head, rows) = text.split_once("=== ").unwrap();
    let scene = |row: &str| {
        let (title, body) = row.trim_end().split_once('\n').unwrap();
        Scene::of(title, body)
    };
    (head.to_owned(), rows.split("\n=== ").map(scene).collect())
}

fn concerns_readings(file: &Path, line: &str) -> bool {
    let of_readings = ["section-1", "section-2", "doubt", "measures"];
    let name = file.file_stem().unwrap_or_default();
    if !of_readings.iter().any(|known| name == *known) {
        return true;
    }
    let word = line.split(' ').nth(1).unwrap_or_default();
    !["situation", "annunciate"].contains(&word)
}
