//! A site folder with every kind of entry, what is read from it, and what is said about its faults.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use model::config::{Bound, Clock, Delays, LatePolicy, Measure, Role, Within};
use model::{Config, Decimals};
use site::{Problem, Site, read_site};
use support::{changed, good, lines};

fn read_good() -> (Site, Config) {
    let site = read_site(&good()).unwrap();
    let config = site.jurisdictions[0].config.clone();
    (site, config)
}

#[test]
fn the_good_site_is_read_as_it_is_written() {
    let (site, config) = read_good();
    assert!(site.demo);
    let start = "2026-07-14T16:00:00Z".parse().unwrap();
    assert_eq!(
        site.clock,
        Clock::Scaled {
            start,
            factor: 60.0
        }
    );
    assert_eq!(config.flaw(), None);
    let interfaces: Vec<&str> = config.interfaces.iter().map(|i| i.id.as_str()).collect();
    assert_eq!(
        interfaces,
        ["mqtt", "http"],
        "slots of the interfaces the program opens"
    );
    assert_eq!(
        config.interfaces[0].late,
        LatePolicy::Allow { within_ms: 600_000 }
    );
    assert_eq!(config.quantities[0].range, Some((0, 1000)));
    assert_eq!(
        config.stations[0].position_e6,
        Some((120_950_000, 29_550_000))
    );
    assert_eq!(config.stations[2].name.zh, "沙溪, 上");
    assert_eq!(config.stations[3].name.en, "三坑");
    assert_eq!(config.stations[0].tags, ["control", "wired"]);
    assert_eq!(config.series[0].interval_ms, Some(300_000));
    assert!(config.series[1].silence_normal);
    let rules: Vec<&str> = config.rules.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(rules, ["river-stage", "river-rise", "rain-1h", "rain-area"]);
    assert_eq!(
        config.rules[0].delays[0],
        Delays {
            on_ms: 360_000,
            off_ms: 1_800_000
        }
    );
    assert_eq!(
        config.rules[0].delays[3],
        Delays {
            on_ms: 0,
            off_ms: 1_800_000
        }
    );
    assert_eq!(config.rules[1].measure, Measure::Rate { per_ms: 3_600_000 });
    assert_eq!(
        config.rules[3].measure,
        Measure::Cluster {
            window_ms: 3_600_000,
            hot: 250,
            cool: 220,
            radius_mm: 10_000_000,
            count: 2,
            within: Within::Distance,
        }
    );
    assert_eq!(config.policy.horizon_tenths, 25);
    assert_eq!(config.policy.lease_ms, [0, 0, 3_600_000, 900_000]);
    assert_eq!(config.templates[0].clocks[3].update_every_ms, Some(900_000));
    assert_eq!(config.templates[0].clocks[0].ack_by_ms, None);
    assert_eq!(site.accounts[0].role, Role::DutyOfficer);
    assert_eq!(site.accounts[0].jurisdiction, "330624");
}

#[test]
fn a_stations_own_row_comes_before_the_row_for_all() {
    let (_, config) = read_good();
    let stage = |raise, reset| Some(Bound { raise, reset });
    assert_eq!(
        config.watches[0].bounds,
        [
            None,
            stage(4210, 4200),
            stage(4150, 4140),
            stage(4360, 4350)
        ]
    );
    assert_eq!(
        config.watches[2].bounds,
        [None, stage(4000, 4000), stage(4150, 4140), None]
    );
}

#[test]
fn a_station_without_place_is_in_no_cluster_and_that_is_said() {
    let (site, config) = read_good();
    let area = config.watches.iter().filter(|w| w.rule.0 == 3).count();
    assert_eq!(area, 1);
    assert_eq!(
        lines(&site.notes),
        [
            "jurisdictions/330624/thresholds.csv:3:13: a higher level is reached before a lower one",
            "rules/rain.toml:17:6: rule `rain-area` leaves out stations whose place is not known",
        ]
    );
}

#[test]
fn names_and_telephones_never_enter_the_config() {
    let (site, config) = read_good();
    let written = serde_json::to_string(&config).unwrap();
    for person in &site.jurisdictions[0].people {
        assert!(!written.contains(&person.name), "{}", person.name);
        assert!(!written.contains(person.phone.as_deref().unwrap()));
        assert!(
            written.contains(person.id.as_str()),
            "ids are what decisions know"
        );
    }
}

#[test]
fn the_version_names_rules_and_thresholds_alone() {
    let version = |changes: &[(&str, &str, &str)]| {
        let folder = changed(changes);
        read_site(folder.path()).unwrap().jurisdictions[0]
            .config
            .rules_version
            .clone()
    };
    let plain = version(&[]);
    assert_eq!(plain.len(), 12);
    assert_eq!(plain, version(&[("stations.csv", "Huangze", "Huang Ze")]));
    assert_ne!(plain, version(&[("thresholds.csv", "42.10", "42.20")]));
    assert_ne!(plain, version(&[("rules/rain.toml", "35 mm", "36 mm")]));
}

#[test]
fn all_problems_of_all_files_are_told_at_once() {
    let folder = changed(&[
        ("site.toml", "late = \"10m\"", "late = \"10\""),
        ("site.toml", "escalate_every", "escalate_evry"),
        ("quantities.toml", "decimals = 1", "decimals = 12"),
        ("rules/flood.toml", "side = \"above\"", "side = \"abvoe\""),
        (
            "rules/flood.toml",
            "raise = \"0.50 m\"",
            "raise = \"50 cm\"",
        ),
        ("stations.csv", "120.80,29.40", "29.40,120.80"),
        ("series.csv", "ST02,water_level", "ST20,water_levle"),
        (
            "thresholds.csv",
            "river-stage,ST01,yellow,42.10",
            "river-stge,ST01,yelow,42.10",
        ),
        ("people.csv", "duty_officer", "dutyofficer"),
        ("groups.toml", "p-zhao", "p-zhoa"),
        ("templates.toml", "proof = true", "proof = \"yes\""),
        ("accounts.toml", "$argon2id", "plain"),
    ]);
    let found = read_site(folder.path()).unwrap_err();
    let text = lines(&found).join("\n");
    for line in [
        "site.toml:14:8: `late` cannot be that",
        "site.toml:25:1: policy has no key `escalate_evry`",
        "quantities.toml:5:12: `decimals` is not in range",
        "rules/flood.toml:7:8: `side` cannot be that",
        "rules/flood.toml:25:31: `50 cm` is not in the unit of its quantity",
        "jurisdictions/330624/stations.csv:4:24: `120.80` is no latitude",
        "jurisdictions/330624/series.csv:3:1: no station `ST20` in stations.csv",
        "jurisdictions/330624/series.csv:3:6: no quantity `water_levle` in quantities.toml",
        "jurisdictions/330624/thresholds.csv:2:1: no rule `river-stge`",
        "jurisdictions/330624/thresholds.csv:2:17: `yelow` is no level",
        "jurisdictions/330624/people.csv:2:29: `dutyofficer` is no role",
        "jurisdictions/330624/groups.toml:4:12: no person `p-zhoa` in people.csv",
        "jurisdictions/330624/templates.toml:5:9: `proof` cannot be a TOML string",
        "accounts.toml:4:8: this is no password hash of argon2",
    ] {
        assert!(text.contains(line), "missing: {line}\nin:\n{text}");
    }
    assert_eq!(
        found.errors(),
        15,
        "each slip is told once, and what follows from it is not:\n{text}"
    );
    let advice: Vec<&str> = found
        .problems()
        .iter()
        .filter_map(Problem::advice)
        .collect();
    for near in [
        "escalate_every",
        "above",
        "ST02",
        "river-stage",
        "water_level",
        "yellow",
        "duty_officer",
        "p-zhao",
    ] {
        assert!(
            advice.iter().any(|a| a.contains(&format!("`{near}`"))),
            "{near} in {advice:?}"
        );
    }
}

#[test]
fn a_problem_is_shown_in_its_line() {
    let folder = changed(&[(
        "rules/rain.toml",
        "unknown_when_stale",
        "unknown_when_stael",
    )]);
    let found = read_site(folder.path()).unwrap_err();
    let want = r#"rules/rain.toml:1:1: [[rule]] has no `unknown_when_stale`
  × [[rule]] has no `unknown_when_stale`
   ╭─[rules/rain.toml:1:1]
 1 │ [[rule]]
   · ────┬───
   ·     ╰── `unknown_when_stale = …` below this
 2 │ id = "rain-1h"
   ╰────
"#;
    assert!(found.to_string().contains(want), "{found}");
    let want = "rules/rain.toml:13:1: [[rule]] has no key `unknown_when_stael`";
    assert!(found.to_string().contains(want), "{found}");
    assert!(
        found
            .to_string()
            .contains("did you mean `unknown_when_stale`?"),
        "{found}"
    );
}

#[test]
fn columns_are_counted_in_characters_and_nothing_is_echoed() {
    let folder = changed(&[("people.csv", "duty_officer", "dutyofficer")]);
    let found = read_site(folder.path()).unwrap_err();
    let want = r#"jurisdictions/330624/people.csv:2:29: `dutyofficer` is no role
  × `dutyofficer` is no role
   ╭─[jurisdictions/330624/people.csv:2:29]
 1 │ id,name,post_zh,post_en,role,township,phone,substitute
 2 │ p-duty,陈值班,值班员,Duty officer,dutyofficer,,0575-8600 0000,
   ·                                   ─────┬─────
   ·                                        ╰── viewer, planner, responder, duty_officer, administrator
"#;
    assert!(found.to_string().contains(want), "{found}");
    assert_eq!(
        found.errors(),
        1,
        "the login and the substitute of that person are no faults: {found}"
    );
}

#[test]
fn broken_syntax_is_told_without_echoes() {
    let folder = changed(&[("quantities.toml", "unit = \"m\"", "unit = m\"")]);
    let found = read_site(folder.path()).unwrap_err();
    let here: Vec<String> = lines(&found)
        .into_iter()
        .filter(|l| l.starts_with("quantities.toml"))
        .collect();
    assert!(
        !here.is_empty() && here.iter().all(|l| l.contains(":11:")),
        "{here:#?}"
    );
}

#[test]
fn the_passwords_of_a_demonstration_are_refused_on_a_real_site() {
    let real = ("site.toml", "demo = true", "demo = false");
    let sound = read_site(changed(&[real]).path()).unwrap();
    assert_eq!(sound.accounts.len(), 1);
    let folder = changed(&[real, ("accounts.toml", "m=19456", "m=8")]);
    let found = read_site(folder.path()).unwrap_err();
    assert_eq!(
        lines(&found)[0],
        "accounts.toml:4:8: this password is hashed too cheaply for a real site"
    );
}

#[test]
fn a_file_from_a_spreadsheet_may_begin_with_a_byte_order_mark_but_must_be_utf8() {
    let folder = changed(&[("series.csv", "station,", "\u{feff}station,")]);
    assert!(read_site(folder.path()).is_ok());
    let path = folder.path().join("jurisdictions/330624/people.csv");
    fs::write(&path, b"id,name\np-1,\xd5\xd4\n").unwrap();
    let found = read_site(folder.path()).unwrap_err();
    assert!(
        lines(&found).contains(&"jurisdictions/330624/people.csv: is not UTF-8 text".to_owned())
    );
}

#[test]
fn a_missing_folder_is_an_answer() {
    let found = read_site(Path::new("/nowhere/at/all")).unwrap_err();
    assert!(
        lines(&found)[0].starts_with("site.toml: could not be read"),
        "{found}"
    );
}

#[test]
fn values_are_held_in_steps_of_their_quantity() {
    let (_, config) = read_good();
    assert_eq!(config.quantities[1].decimals, Decimals(2));
    let rise = config.watches.iter().find(|w| w.rule.0 == 1).unwrap();
    assert_eq!(
        rise.bounds[1],
        Some(Bound {
            raise: 50,
            reset: 20
        })
    );
}

#[test]
fn a_login_is_made_changed_and_taken_away_and_the_site_still_reads() {
    let folder = changed(&[("site.toml", "demo = true", "demo = false")]);
    let login = |login: &str, person: &str, new_person| site::NewLogin {
        login: login.to_owned(),
        person: person.to_owned(),
        jurisdiction: None,
        new_person,
        hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$bmV3aGFzaA".to_owned(),
    };
    let stranger = site::set_login(folder.path(), &login("li", "p-li-new", None));
    assert!(matches!(
        stranger,
        Err(site::AccountError::NoSuchPerson { .. })
    ));
    let named = Some(("李 \"a\", b".to_owned(), model::config::Role::Administrator));
    assert!(!site::set_login(folder.path(), &login("li", "p-li-new", named)).unwrap());
    assert!(site::set_login(folder.path(), &login("li", "p-li-new", None)).unwrap());
    let site = read_site(folder.path()).unwrap();
    let account = site.accounts.iter().find(|a| a.login == "li").unwrap();
    assert_eq!(account.role, model::config::Role::Administrator);
    let people = &site.jurisdictions[0].people;
    let person = people.iter().find(|p| p.id.as_str() == "p-li-new").unwrap();
    assert_eq!(person.name, "李 \"a\", b");
    site::remove_login(folder.path(), "li").unwrap();
    assert!(matches!(
        site::remove_login(folder.path(), "li"),
        Err(site::AccountError::NoSuchLogin(_))
    ));
    assert!(matches!(
        site::set_login(folder.path(), &login("a\"b", "p-li-new", None)),
        Err(site::AccountError::BadName(_))
    ));
}

#[test]
fn a_login_that_the_next_start_would_refuse_is_not_written() {
    let folder = changed(&[("site.toml", "demo = true", "demo = false")]);
    let people = folder.path().join("jurisdictions/330624/people.csv");
    let before = fs::read_to_string(&people).unwrap();
    let long = "p".repeat(65);
    let check = |login: &str, person: &str, name: &str| {
        let new = site::NewLogin {
            login: login.to_owned(),
            person: person.to_owned(),
            jurisdiction: None,
            new_person: Some((name.to_owned(), model::config::Role::Viewer)),
            hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$bmV3aGFzaA".to_owned(),
        };
        let refused = site::set_login(folder.path(), &new).unwrap_err();
        assert_eq!(fs::read_to_string(&people).unwrap(), before, "{refused}");
        read_site(folder.path()).unwrap();
        refused
    };
    for person in ["li.wei", long.as_str()] {
        let refused = check("li", person, "李伟");
        assert!(
            matches!(refused, site::AccountError::BadPerson(_)),
            "{refused}"
        );
    }
    // Sound by itself, and still nothing that can be read again: a person without a name.
    let refused = check("li", "p-li-new", " ");
    assert!(
        refused.to_string().contains("a person needs a name"),
        "{refused}"
    );
}
