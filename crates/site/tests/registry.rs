//! Sheets that are uploaded: what would change, which rows are refused and why, and what is written.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use site::{Clocks, RegistryError, RowChange, Sheet, Upload, review, rule_files, table};
use support::{changed, good, with_files};

const CODE: &str = "330624";

#[test]
fn the_file_as_it_is_changes_nothing() {
    let folder = changed(&[]);
    for sheet in Sheet::ALL {
        let path = good().join("jurisdictions/330624").join(sheet.file());
        let Ok(bytes) = fs::read(path) else { continue };
        let review = review(folder.path(), CODE, sheet, Upload::Replace, &bytes).unwrap();
        assert!(review.is_sound() && review.rows.is_empty(), "{review:?}");
        assert!(review.difference.is_empty(), "{}", review.difference);
    }
}

#[test]
fn one_row_is_merged_reviewed_and_written() {
    let folder = changed(&[]);
    let upload = b"rule,station,level,raise,reset,unit\nriver-stage,ST01,yellow,42.30,42.20,m\n";
    let merge = |bytes: &[u8]| review(folder.path(), CODE, Sheet::Thresholds, Upload::Merge, bytes);
    let found = merge(upload).unwrap();
    assert!(found.is_sound(), "{found:?}");
    let cell =
        |column: &str, was: &str, is: &str| (column.to_owned(), was.to_owned(), is.to_owned());
    assert_eq!(
        found.rows,
        [RowChange::Changed {
            key: "river-stage ST01 yellow".to_owned(),
            cells: vec![
                cell("raise", "42.10", "42.30"),
                cell("reset", "42.00", "42.20")
            ],
        }]
    );
    let told = &found.difference.changes;
    assert_eq!(told.len(), 1, "{}", found.difference);
    assert_eq!(told[0].subject, "river-stage at ST01 water_level");
    assert_eq!(told[0].clocks, Some(Clocks::Restart));

    let path = folder.path().join("jurisdictions/330624/thresholds.csv");
    let before = fs::read_to_string(&path).unwrap();
    assert!(!before.contains("42.30"), "a review writes nothing");
    found.write().unwrap();
    let after = fs::read_to_string(&path).unwrap();
    assert!(
        after.contains("river-stage,ST01,yellow,42.30,42.20,m,"),
        "{after}"
    );
    assert!(
        after.contains("river-stage,*,3,41.5"),
        "other rows stay: {after}"
    );
    assert!(matches!(found.write(), Err(RegistryError::Changed(_))));
    assert!(merge(upload).unwrap().rows.is_empty());
}

#[test]
fn a_file_that_is_written_is_read_by_nobody_else_than_before_and_telephones_by_the_owner_alone() {
    let folder = changed(&[]);
    let check = |sheet: Sheet, before: u32, after: u32, row: &str| {
        let path = folder
            .path()
            .join("jurisdictions/330624")
            .join(sheet.file());
        fs::set_permissions(&path, Permissions::from_mode(before)).unwrap();
        let found = review(folder.path(), CODE, sheet, Upload::Merge, row.as_bytes()).unwrap();
        assert!(!found.rows.is_empty(), "{sheet:?} changes");
        found.write().unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, after, "{sheet:?}: {mode:o}");
    };
    let bound = "rule,station,level,raise,reset,unit\nriver-stage,ST01,yellow,42.30,42.20,m\n";
    check(Sheet::Thresholds, 0o640, 0o640, bound);
    let telephone = "id,phone\np-zhao,13900000000\n";
    check(Sheet::People, 0o644, 0o600, telephone);
}

#[test]
fn every_bad_row_is_told_with_its_reason() {
    let folder = changed(&[]);
    let upload = "id,name,name_en,lon,lat,kind,township,tags\n\
                  ST01,黄泽,Huangze,120.95,29.55,river,330624103,control wired\n\
                  ST02,澄潭,Chengtan,29.40,120.80,river,,control\n\
                  ,nobody,,,,rain,,\n\
                  RN01,沙溪,Shaxi,121.01,29.45,rain,,risk\n\
                  ST03,新站,New,120.90,29.50,river,,control\n";
    let found = review(
        folder.path(),
        CODE,
        Sheet::Stations,
        Upload::Replace,
        upload.as_bytes(),
    );
    let found = found.unwrap();
    assert!(!found.is_sound());
    let places: Vec<_> = found.refused.iter().map(|r| r.place.unwrap().0).collect();
    assert_eq!(places, [3, 4], "{:?}", found.refused);
    assert_eq!(
        found.refused[0].advice.as_deref(),
        Some("are lon and lat swapped?")
    );
    assert!(
        found
            .elsewhere
            .iter()
            .any(|line| line.contains("no station `RN02`")),
        "a station that series.csv still names is gone: {:?}",
        found.elsewhere
    );
    assert!(found.rows.contains(&RowChange::Added {
        key: "ST03".to_owned()
    }));
    assert!(found.rows.contains(&RowChange::Removed {
        key: "RN02".to_owned()
    }));
    assert!(matches!(found.write(), Err(RegistryError::Refused(n)) if n >= 3));
}

#[test]
fn a_new_zone_says_which_stations_it_takes_in() {
    let rule = fs::read_to_string(good().join("rules/rain.toml")).unwrap();
    let folder = with_files(&[("rules/rain.toml", &rule)]);
    let zone = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":
        {"code":"Z1","title":"滩地","people":120},"geometry":{"type":"Polygon","coordinates":
        [[[120.9,29.5],[121.0,29.5],[121.0,29.6],[120.9,29.6],[120.9,29.5]]]}}]}"#;
    let found = review(
        folder.path(),
        CODE,
        Sheet::Zones,
        Upload::Replace,
        zone.as_bytes(),
    )
    .unwrap();
    assert!(found.is_sound(), "{found:?}");
    let told = found.difference.to_string();
    assert!(told.contains("area zone z1: added"), "{told}");
    assert!(told.contains("station ST01: 黄泽"), "{told}");
    found.write().unwrap();
    let site = site::read_site(folder.path()).unwrap();
    assert_eq!(site.jurisdictions[0].config.stations[0].zones, ["Z1"]);
}

#[test]
fn what_cannot_be_looked_at_is_an_answer() {
    let folder = changed(&[]);
    let look =
        |code, upload, bytes: &[u8]| review(folder.path(), code, Sheet::People, upload, bytes);
    assert!(matches!(
        look("1", Upload::Replace, b""),
        Err(RegistryError::UnknownJurisdiction(_))
    ));
    assert!(matches!(
        look(CODE, Upload::Replace, b"\xd5\xd4"),
        Err(RegistryError::NotText)
    ));
    assert!(matches!(
        look(CODE, Upload::Merge, b"name\nx\n"),
        Err(RegistryError::NoRows(_))
    ));
    let broken = changed(&[("site.toml", "demo = true", "demo = 1")]);
    assert!(matches!(
        review(broken.path(), CODE, Sheet::People, Upload::Replace, b""),
        Err(RegistryError::Unsound(_))
    ));
}

#[test]
fn a_sheet_is_read_for_one_station_with_what_holds_for_all() {
    let folder = changed(&[]);
    let read = |sheet, station| table(folder.path(), CODE, sheet, station).unwrap();
    let all = read(Sheet::Thresholds, None);
    let own = read(Sheet::Thresholds, Some("ST02"));
    let station = all.columns.iter().position(|c| c == "station").unwrap();
    let about = |row: &&Vec<String>| row[station] == "ST02" || row[station] == "*";
    let wanted: Vec<_> = all.rows.iter().filter(about).cloned().collect();
    assert!(!wanted.is_empty() && wanted.len() < all.rows.len());
    assert_eq!(own.rows, wanted);
    let stations = read(Sheet::Stations, Some("ST01"));
    assert_eq!(stations.rows.len(), 1);
    assert_eq!(stations.rows[0][0], "ST01");
    assert!(read(Sheet::Stations, Some("*")).rows.is_empty());
    let nowhere = table(folder.path(), "000000", Sheet::Stations, None);
    assert!(matches!(
        nowhere,
        Err(RegistryError::UnknownJurisdiction(_))
    ));
    let files = rule_files(folder.path()).unwrap();
    assert!(!files.is_empty());
    for (name, text) in files {
        let there = fs::read_to_string(folder.path().join("rules").join(&name)).unwrap();
        assert_eq!(text, there, "{name}");
    }
}
