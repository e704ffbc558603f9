//! Every story in `stories/` plays as written. `WATCHFIRE_BLESS=1` rewrites what stands below the
//! line; read the difference as text before you keep it.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

#[test]
fn stories_play_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let only = std::env::var("WATCHFIRE_STORY").unwrap_or_default();
    let bless = std::env::var_os("WATCHFIRE_BLESS").is_some();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in files.iter().filter(|f| f.to_string_lossy().contains(&only)) {
        let text = std::fs::read_to_string(file).unwrap();
        let (script, want) = text.split_once("\n---\n").unwrap_or((text.trim_end(), ""));
        let told = support::play(script);
        if told == want {
            continue;
        }
        if bless {
            std::fs::write(file, format!("{script}\n---\n{told}")).unwrap();
        } else {
            wrong.push(format!(
                "{}\n--- told\n{told}--- wanted\n{want}",
                file.display()
            ));
        }
    }
    assert!(!files.is_empty(), "no stories found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
