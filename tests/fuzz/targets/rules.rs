//! Whatever stands in a rule file is a rule set whose examples hold, or problems with their places.
#![no_main]

use std::cell::OnceCell;
use std::fs;

use libfuzzer_sys::fuzz_target;

const QUANTITIES: &str = include_str!("../../../rules/quantities.toml");

thread_local! {
    static FOLDER: OnceCell<tempfile::TempDir> = const { OnceCell::new() };
}

fuzz_target!(|text: &str| {
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| {
            let folder = tempfile::tempdir().expect("a folder of our own");
            fs::write(folder.path().join("quantities.toml"), QUANTITIES).expect("room for it");
            folder
        });
        fs::write(folder.path().join("rules.toml"), text).expect("room for it");
        match site::check_rules(folder.path()) {
            Ok(checked) => assert!(checked.rules > 0),
            Err(problems) => assert!(!problems.to_string().is_empty()),
        }
    });
});
