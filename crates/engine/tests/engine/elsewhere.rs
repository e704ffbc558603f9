//! What breaks in other systems (semantics, section 12), line by line, and the scenes that show that it
//! does not here. A scene is a file of `stories/`, or a row of `rows/` by its title.

use std::path::Path;

const LINES: [(&str, &[&str]); 15] = [
    (
        "for-timer over restart",
        &["restart-clocks", "red-untold-before-restart"],
    ),
    (
        "hysteresis per level",
        &[
            "threshold-with-deadband",
            "the dead band keeps a level",
            "step down: each level serves its own off-delay",
        ],
    ),
    (
        "no data",
        &[
            "nothing-heard-clears-nothing",
            "sight-lost",
            "sight-lost-closed-by-hand",
            "blind-spot",
            "blind-spot-by-weather",
            "no data runs by arrival, and never for a series that never spoke",
        ],
    ),
    (
        "late and future-stamped data",
        &[
            "late-readings",
            "late-evidence-of-others",
            "clock-suspect",
            "a buffered two hour old reading does not satisfy a ten minute rule at once",
            "delay is not lateness: an old reading that is the newest is evaluated normally",
        ],
    ),
    (
        "acknowledgement, return and shelf apart",
        &["returned-unread", "shelve", "shelf-across-restart", "latch"],
    ),
    (
        "acknowledged again on a rise",
        &["acknowledge-again-on-rise"],
    ),
    (
        "one alarm whatever its level and text",
        &["one-alarm-whatever-it-says"],
    ),
    (
        "grouping, inhibition and silence over a restart",
        &[
            "situation-after-restart",
            "inhibition-across-restart",
            "silence-across-restart",
            "silence",
        ],
    ),
    (
        "escalation goes on over an outage",
        &[
            "escalation-outage",
            "escalation-page-unknown",
            "task-calls-restart",
            "reach-across-restart",
        ],
    ),
    (
        "a lease on acknowledgements",
        &["lease", "escalation-lease", "escalation-lapse-again"],
    ),
    (
        "everybody has to confirm",
        &["escalation-confirm-all", "roll-call-exhausted"],
    ),
    (
        "a storm is throttled and nothing is dropped",
        &[
            "flood-mode",
            "situation-merges-upward",
            "escalation-throttle",
            "escalation-throttle-red-once",
        ],
    ),
    (
        "the loop of a task",
        &["command-to-proof", "nobody-answers", "overdue"],
    ),
    (
        "what was done offline is merged, never overwritten",
        &["cancelled-meets-offline", "task-conflict"],
    ),
    (
        "a message to many is counted, held, stopped, approved and taken back",
        &[
            "command-mass-count",
            "command-mass-stop",
            "command-approval",
            "command-correction",
        ],
    ),
];

#[test]
fn every_line_has_its_scenes() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut rows = String::new();
    for file in std::fs::read_dir(tests.join("rows")).unwrap() {
        rows += &std::fs::read_to_string(file.unwrap().path()).unwrap();
    }
    let known = |scene: &str| {
        let story = tests.join("stories").join(format!("{scene}.txt"));
        story.is_file() || rows.lines().any(|line| line == format!("=== {scene}"))
    };
    for (line, scenes) in LINES {
        for scene in scenes {
            assert!(known(scene), "{line}: no scene `{scene}`");
        }
    }
}
