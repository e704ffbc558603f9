//! Every story in `stories/` plays as written. `WATCHFIRE_BLESS=1` rewrites what stands below the
//! line; read the difference as text before you keep it.

use crate::support::book::{Form, Scene, play_as_written};

#[test]
fn stories_play_as_written() {
    play_as_written(&Form {
        folder: "stories",
        cut: |file, text| {
            let title = file.display().to_string();
            (String::new(), vec![Scene::of(&title, text)])
        },
        head: |_| String::new(),
        keeps: |_, _| true,
    });
}
