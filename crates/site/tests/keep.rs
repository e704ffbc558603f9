//! How long what is kept, as a site says it.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::PathBuf;

use site::{FileAges, Keep, read_site};
use support::{changed, good, lines};

const DAY_MS: i64 = 86_400_000;

fn with(keep: &str) -> tempfile::TempDir {
    changed(&[("site.toml", "[policy]", &format!("{keep}\n[policy]"))])
}

#[test]
fn what_is_absent_is_kept_as_by_default() {
    assert_eq!(read_site(&good()).unwrap().keep, Keep::default());
    let site = with("[keep]\nquarantine = \"10d\"\ncheckpoints_to = \"/mnt/notary\"\n");
    let want = Keep {
        quarantine_days: 10,
        checkpoints_to: Some(PathBuf::from("/mnt/notary")),
        ..Keep::default()
    };
    assert_eq!(read_site(site.path()).unwrap().keep, want);
    let site = with("[keep]\nfiles = \"365d\"\narchive_after = \"1d\"\n");
    let keep = read_site(site.path()).unwrap().keep;
    let all = FileAges {
        positions_ms: Some(365 * DAY_MS),
        pictures_ms: Some(365 * DAY_MS),
        texts_ms: Some(365 * DAY_MS),
        decisions_ms: Some(365 * DAY_MS),
    };
    assert_eq!(keep.files, all);
    assert_eq!(keep.archive_after_ms, DAY_MS);
}

#[test]
fn a_slip_of_hours_erases_nothing_and_is_explained() {
    let site = with("[keep]\nfiles = \"3h\"\narchive = \"7d\"\n");
    let told = lines(&read_site(site.path()).unwrap_err()).join("\n");
    assert!(told.contains("not even a day"), "{told}");
    assert!(told.contains("archive"), "{told}");
}

#[test]
fn each_kind_of_file_is_kept_for_its_own_time() {
    let site = with("[keep]\nfiles = \"365d\"\npositions = \"30d\"\ndecisions = \"never\"\n");
    let files = read_site(site.path()).unwrap().keep.files;
    let want = FileAges {
        positions_ms: Some(30 * DAY_MS),
        pictures_ms: Some(365 * DAY_MS),
        texts_ms: Some(365 * DAY_MS),
        decisions_ms: None,
    };
    assert_eq!(files, want);
    assert_eq!(files.shortest(), Some(30 * DAY_MS));
    assert_eq!(FileAges::default().shortest(), None, "for ever by default");
}

#[test]
fn what_was_decided_is_kept_longest() {
    for pictures in ["\"400d\"", "\"never\""] {
        let keep = format!("[keep]\nfiles = \"365d\"\npictures = {pictures}\n");
        let site = with(&keep);
        let told = lines(&read_site(site.path()).unwrap_err()).join("\n");
        assert!(told.contains("longer than what was decided"), "{told}");
    }
}
