//! Drill scripts: a good one and the site it makes, wrong ones and what their authors are told.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use model::drill::What;
use site::{Diagnostics, Script, read_script, read_site};
use support::with_files;

const POSTS: &str = r#"
[[post]]
id = "county-duty"
title = { zh = "县值班室", en = "County duty desk" }
kind = "duty"
people = ["p-duty"]
"#;

/// A sound script, to be spoiled.
const SCRIPT: &str = r#"title = { zh = "秋汛", en = "Autumn flood" }
start = "2026-09-12T13:00:00+08:00"
length = "2h"

[[participant]]
login = "drill-duty"
person = "p-duty"

[[inject]]
id = "rise"
at = "5m"
title = { zh = "水位上涨", en = "The river rises" }
ramp = { station = "ST01", quantity = "water_level", every = "5m", from = "41.00 m", to = "44.00 m", over = "1h" }
[inject.expect]
post = "county-duty"
acknowledged = "5m"
commanded = "15m"
on_scene = "45m"
proven = "90m"
escalated = "nobody"

[[inject]]
id = "call"
at = "10m"
title = { zh = "来电", en = "A call" }
report = { hazard = "flood", level = "orange", text = { zh = "桥被淹。", en = "The bridge is under water." } }
[inject.expect]
post = "county-duty"
acknowledged = "3m"

[[inject]]
id = "cut"
at = "20m"
title = { zh = "断线", en = "Cut off" }
interface = { id = "mqtt", for = "10m" }

[[inject]]
id = "deaf"
at = "30m"
title = { zh = "电话不通", en = "No line" }
unreachable = { channels = ["voice"], people = ["p-zhao"] }

[[inject]]
id = "word"
at = "40m"
title = { zh = "消息", en = "Word" }
note = { zh = "桥头有人。", en = "There are people at the bridge." }
"#;

fn read(text: &str) -> Result<Script, Diagnostics> {
    let folder = with_files(&[("jurisdictions/330624/posts.toml", POSTS)]);
    let site = read_site(folder.path()).unwrap_or_else(|found| panic!("{found}"));
    let path = folder.path().join("autumn.toml");
    fs::write(&path, text).unwrap();
    read_script(&path, &site)
}

fn spoiled(from: &str, to: &str) -> String {
    assert!(SCRIPT.contains(from), "{from}");
    SCRIPT.replacen(from, to, 1)
}

#[test]
fn a_script_becomes_a_drill_in_a_site_without_a_way_to_reach_anybody() {
    let folder = with_files(&[("jurisdictions/330624/posts.toml", POSTS)]);
    let site = read_site(folder.path()).unwrap();
    let path = folder.path().join("autumn.toml");
    fs::write(&path, SCRIPT).unwrap();
    let script = read_script(&path, &site).unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(script.drill.id, "autumn");
    assert_eq!(script.drill.injects.len(), 5);
    let What::Readings { values, .. } = &script.drill.injects[0].what else {
        panic!("a ramp is readings");
    };
    assert_eq!((values.len(), values[0], values[12]), (13, 4100, 4400));

    let real = site.clone();
    let made = script.derive(site);
    assert!(
        real.jurisdictions[0]
            .contacts
            .iter()
            .any(|c| c.phone.is_some())
    );
    assert!(made.people.iter().all(|person| person.phone.is_none()));
    assert_eq!(made.title.zh, "【演练】新昌县");
    assert_eq!(made.config.title.en, "[DRILL] Xinchang County");
    assert_eq!(made.config.drill.as_deref(), Some(&script.drill));
    let was = &real.jurisdictions[0].config;
    assert_eq!(made.config.interfaces.last().unwrap().id, "drill");
    assert_eq!(made.config.stations, was.stations);
    assert_eq!(made.config.rules, was.rules);
    assert_eq!(made.config.watches, was.watches);
    assert_eq!(made.config.people, was.people);
    assert_eq!(made.config.organisation, was.organisation);
    // No number or address of anybody is in what is handed on, wherever one might look.
    let all = format!("{made:?}");
    for contact in &real.jurisdictions[0].contacts {
        for secret in [&contact.phone, &contact.mail].into_iter().flatten() {
            assert!(!all.contains(secret.as_str()), "{secret}");
        }
    }
}

#[test]
fn a_config_without_a_drill_is_written_as_ever() {
    let folder = with_files(&[]);
    let site = read_site(folder.path()).unwrap();
    let text = serde_json::to_string(&site.jurisdictions[0].config).unwrap();
    assert!(!text.contains("drill"), "old journals and new ones agree");
}

#[test]
fn wrong_scripts_are_told_with_their_places() {
    let second = "\n[[inject]]\nid = \"again\"\nat = \"30m\"\ntitle = \"again\"\n";
    let scripts: Vec<(&str, String)> = vec![
        ("a-key-misspelt", spoiled("length =", "lenght =")),
        ("a-station-misspelt", spoiled("\"ST01\"", "\"ST1\"")),
        (
            "a-quantity-not-measured",
            spoiled("\"water_level\"", "\"rain\""),
        ),
        ("another-unit", spoiled("\"44.00 m\"", "\"4400 cm\"")),
        (
            "a-ramp-of-no-time",
            spoiled("over = \"1h\"", "over = \"1m\""),
        ),
        (
            "an-inject-behind-the-end",
            spoiled("at = \"40m\"", "at = \"3h\""),
        ),
        ("an-inject-twice", spoiled("id = \"word\"", "id = \"cut\"")),
        (
            "nothing-happens",
            spoiled("interface = { id = \"mqtt\", for = \"10m\" }\n", ""),
        ),
        (
            "two-things-at-once",
            spoiled(
                "interface = {",
                "silence = { station = \"ST02\" }\ninterface = {",
            ),
        ),
        (
            "a-post-misspelt",
            spoiled("\"county-duty\"", "\"county-dutty\""),
        ),
        ("a-person-misspelt", spoiled("[\"p-zhao\"]", "[\"p-zhou\"]")),
        (
            "nobody-at-the-desk",
            spoiled("person = \"p-duty\"", "person = \"p-zhao\""),
        ),
        (
            "an-interface-misspelt",
            spoiled("id = \"mqtt\"", "id = \"mqtts\""),
        ),
        ("a-channel-misspelt", spoiled("[\"voice\"]", "[\"voise\"]")),
        (
            "due-before-what-comes-before",
            spoiled("on_scene = \"45m\"", "on_scene = \"10m\""),
        ),
        (
            "nothing-is-expected",
            spoiled("acknowledged = \"3m\"", "").replacen("escalated = \"nobody\"", "", 1),
        ),
        (
            "an-expectation-of-a-note",
            format!("{SCRIPT}[inject.expect]\npost = \"county-duty\"\ncommanded = \"5m\"\n"),
        ),
        (
            "about-an-inject-that-is-not-there",
            format!(
                "{SCRIPT}[inject.expect]\npost = \"county-duty\"\nabout = \"ris\"\ncommanded = \"5m\"\n"
            ),
        ),
        (
            "a-series-spoken-for-twice",
            format!(
                "{SCRIPT}{second}values = {{ station = \"ST01\", quantity = \"water_level\", every = \"5m\", values = [\"42.00 m\"] }}\n"
            ),
        ),
        (
            "no-recording-there",
            format!(
                "{SCRIPT}{second}recorded = {{ folder = \"nowhere\", from = \"2020-08-06T02:00:00+09:00\", to = \"2020-08-06T01:00:00+09:00\" }}\n"
            ),
        ),
    ];
    for (name, text) in scripts {
        let found = match read(&text) {
            Ok(script) => panic!("{name} was taken: {script:?}"),
            Err(found) => found,
        };
        insta::assert_snapshot!(name, found.to_string());
    }
}
