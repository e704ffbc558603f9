//! Whatever stands in the files of a site, reading them is an answer and never a crash.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use site::{Sheet, Upload, read_site, review};
use support::{changed, files, good};
use tempfile::TempDir;

/// A county with every kind of file and every starter rule.
fn county() -> TempDir {
    let folder = changed(&[]);
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    for file in fs::read_dir(rules.join("zhejiang")).unwrap() {
        let file = file.unwrap();
        let target = folder.path().join("rules").join(file.file_name());
        fs::copy(file.path(), target).unwrap();
    }
    fs::remove_file(folder.path().join("rules/rain.toml")).unwrap();
    fs::remove_file(folder.path().join("rules/flood.toml")).unwrap();
    let quantities = folder.path().join("quantities.toml");
    fs::copy(rules.join("quantities.toml"), quantities).unwrap();
    let county = folder.path().join("jurisdictions/330624");
    fs::remove_file(county.join("thresholds.csv")).unwrap();
    let attributes = "station,attribute,value,unit,valid_from,source\n\
                      ST01,warning_stage,42.10,m,,\n\
                      ST01,guarantee_stage,44.10,m,2026-07-16,\n";
    fs::write(county.join("attributes.csv"), attributes).unwrap();
    let areas = "code,kind,title,parent,people\n330624103,township,澄潭,,12000\n";
    fs::write(county.join("areas.csv"), areas).unwrap();
    let zone = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":
        {"code":"Z1","title":"滩地","people":120},"geometry":{"type":"Polygon","coordinates":
        [[[120.9,29.5],[121.0,29.5],[121.0,29.6],[120.9,29.6],[120.9,29.5]]]}}]}"#;
    fs::write(county.join("zones.geojson"), zone).unwrap();
    folder
}

fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push(path);
            }
        }
    }
    all.sort();
    all
}

fn answers(folder: &Path) {
    match read_site(folder) {
        Ok(site) => {
            for jurisdiction in &site.jurisdictions {
                assert_eq!(jurisdiction.config.flaw(), None);
            }
        }
        Err(found) => {
            assert!(found.errors() > 0);
            assert!(!found.to_string().is_empty());
        }
    }
}

#[test]
fn the_county_that_is_spoiled_is_sound() {
    let folder = county();
    read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
}

/// One way of spoiling a file.
#[derive(Clone, Debug)]
enum Slip {
    Delete(usize),
    Insert(usize, u8),
    Replace(usize, u8),
    DropLine(usize),
    DoubleLine(usize),
    Truncate(usize),
}

fn slip() -> impl Strategy<Value = Slip> {
    let at = any::<proptest::sample::Index>().prop_map(|i| i.index(100_000));
    let byte = prop_oneof![
        Just(b'"'),
        Just(b','),
        Just(b'\n'),
        Just(b'['),
        Just(b']'),
        Just(b'='),
        Just(b'#'),
        Just(b'-'),
        Just(b'9'),
        Just(b'.'),
        Just(b'*'),
        any::<u8>()
    ];
    prop_oneof![
        at.clone().prop_map(Slip::Delete),
        (at.clone(), byte.clone()).prop_map(|(i, b)| Slip::Insert(i, b)),
        (at.clone(), byte).prop_map(|(i, b)| Slip::Replace(i, b)),
        at.clone().prop_map(Slip::DropLine),
        at.clone().prop_map(Slip::DoubleLine),
        at.prop_map(Slip::Truncate),
    ]
}

fn spoil(bytes: &mut Vec<u8>, slip: &Slip) {
    let place = |i: &usize, n: usize| i % n.max(1);
    let length = bytes.len();
    match slip {
        Slip::Delete(i) if length > 0 => drop(bytes.remove(place(i, length))),
        Slip::Delete(_) => {}
        Slip::Insert(i, b) => bytes.insert(place(i, length + 1), *b),
        Slip::Replace(i, b) if length > 0 => bytes[place(i, length)] = *b,
        Slip::Replace(..) => {}
        Slip::DropLine(i) | Slip::DoubleLine(i) => {
            let mut lines: Vec<Vec<u8>> =
                bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
            let at = place(i, lines.len());
            let line = lines.remove(at);
            if matches!(slip, Slip::DoubleLine(_)) {
                lines.insert(at, line.clone());
                lines.insert(at, line);
            }
            *bytes = lines.join(&b'\n');
        }
        Slip::Truncate(i) => bytes.truncate(place(i, length)),
    }
}

proptest! {
    #[test]
    fn any_slip_gives_an_answer(file in any::<proptest::sample::Index>(), slips in proptest::collection::vec(slip(), 1..4)) {
        let folder = changed(&[]);
        let mut all = Vec::new();
        files(&good(), &mut all);
        let (path, mut bytes) = all.swap_remove(file.index(all.len()));
        for one in &slips {
            spoil(&mut bytes, one);
        }
        fs::write(folder.path().join(path), &bytes).unwrap();
        match read_site(folder.path()) {
            Ok(site) => for jurisdiction in &site.jurisdictions {
                prop_assert_eq!(jurisdiction.config.flaw(), None);
            },
            Err(found) => {
                prop_assert!(found.errors() > 0);
                prop_assert!(!found.to_string().is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_slip_in_a_whole_county_gives_an_answer(
        file in any::<proptest::sample::Index>(),
        slips in proptest::collection::vec(slip(), 1..4),
    ) {
        let folder = county();
        let path = file.get(&all_files(folder.path())).clone();
        let mut bytes = fs::read(&path).unwrap();
        for one in &slips {
            spoil(&mut bytes, one);
        }
        fs::write(&path, &bytes).unwrap();
        answers(folder.path());
    }

    #[test]
    fn any_bytes_in_place_of_a_file_give_an_answer(
        file in any::<proptest::sample::Index>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let folder = county();
        let path = file.get(&all_files(folder.path())).clone();
        fs::write(&path, &bytes).unwrap();
        answers(folder.path());
    }

    #[test]
    fn any_upload_gets_a_review(
        sheet in any::<proptest::sample::Index>(),
        merge in any::<bool>(),
        text in "[a-z0-9,\n\"#{}:. 站-]{0,200}",
    ) {
        let folder = changed(&[]);
        let upload = if merge { Upload::Merge } else { Upload::Replace };
        let sheet = *sheet.get(&Sheet::ALL);
        if let Ok(found) = review(folder.path(), "330624", sheet, upload, text.as_bytes()) {
            prop_assert_eq!(found.is_sound(), found.write().is_ok());
        }
    }
}
