//! The tables of the semantics, row by row: each file in `rows/` holds the stories of one section,
//! each under a line `=== what the row says`. `WATCHFIRE_BLESS=1` rewrites what stands below the
//! dashes; read the difference as text before you keep it.
//!
//! These tell what readings decide; how alarms are gathered and told has stories of its own.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

#[test]
fn rows_play_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rows");
    let only = std::env::var("WATCHFIRE_STORY").unwrap_or_default();
    let bless = std::env::var_os("WATCHFIRE_BLESS").is_some();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let (head, rows) = text.split_once("=== ").unwrap();
        let mut blessed = head.to_owned();
        for row in rows.split("\n=== ") {
            let row = row.trim_end();
            let (title, body) = row.split_once('\n').unwrap();
            let (script, want) = body.split_once("\n---").unwrap_or((body, ""));
            if !title.contains(&only) {
                blessed += &format!("=== {row}\n");
                continue;
            }
            let told = support::play(script);
            let told: Vec<&str> = told.lines().filter(|l| concerns_readings(l)).collect();
            let told = told.join("\n");
            blessed += &format!("=== {title}\n{script}\n---\n{told}\n");
            if told != want.trim() {
                wrong.push(format!("{title}\n--- told\n{told}\n--- wanted\n{want}"));
            }
        }
        if bless {
            std::fs::write(file, blessed).unwrap();
            wrong.clear();
        }
    }
    assert!(!files.is_empty(), "no rows found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn concerns_readings(line: &str) -> bool {
    let word = line.split(' ').nth(1).unwrap_or_default();
    !["situation", "annunciate"].contains(&word)
}
