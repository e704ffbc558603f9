//! Wrong rule files, as administrators write them, and what they are told.
#![allow(clippy::unwrap_used)]

mod support;

use site::read_site;
use support::with_files;

/// A sound rule on river stages, to be spoiled.
const RULE: &str = r#"[[rule]]
id = "stage"
title = { zh = "水位", en = "Stage" }
hazard = "flood"
quantity = "water_level"
measure = "value"
side = "above"
levels = { yellow = "42.00 m", red = "43.50 m" }
deadband = "0.10 m"
subjects = { kinds = ["river"], stations = ["ST01"] }
on_delay = "10m"
off_delay = "30m"
min_hold = "0s"
latch = false
unknown_when_stale = true
reopen = "30m"
"#;

/// The same on rain.
const RAIN: &str = r#"[[rule]]
id = "wet"
title = { zh = "雨量", en = "Rain" }
hazard = "rainstorm"
quantity = "rain"
measure = { sums = "any" }
side = "above"
levels = { yellow = { "1h" = "45 mm", "3h" = "75 mm" } }
on_delay = "0s"
off_delay = "30m"
min_hold = "0s"
latch = false
unknown_when_stale = true
reopen = "30m"
"#;

fn stage(from: &str, to: &str) -> String {
    spoiled(RULE, from, to)
}

fn rain(from: &str, to: &str) -> String {
    spoiled(RAIN, from, to)
}

fn spoiled(rule: &str, from: &str, to: &str) -> String {
    assert!(rule.contains(from), "{from}");
    rule.replacen(from, to, 1)
}

/// The rule again under another id, asking other rules.
fn asking(id: &str, terms: &str) -> String {
    stage("id = \"stage\"", &format!("id = \"{id}\""))
        .replace("measure = \"value\"", "measure = \"rules\"")
        .replace(
            "levels = { yellow = \"42.00 m\", red = \"43.50 m\" }",
            &format!("levels = {{ orange = {{ {terms} }} }}"),
        )
        .replace("deadband = \"0.10 m\"\n", "")
}

const EXAMPLE: &str = r#"
[[rule.example]]
name = "退水后不报"
every = "5m"
readings = "41.00, 42.30, 42.30, 42.30, 41.00"
"#;

const MEASURE: &str = "measure = \"value\"";
const LEVELS: &str = "levels = { yellow = \"42.00 m\", red = \"43.50 m\" }";

/// Every kind of wrong rule file: what it is called, and its text.
fn rule_files() -> Vec<(&'static str, String)> {
    vec![
        ("a-key-misspelt", stage("deadband", "deadbnad")),
        ("a-key-missing", stage("hazard = \"flood\"\n", "")),
        ("another-unit", stage("\"42.00 m\"", "\"4200 cm\"")),
        ("too-many-decimals", stage("42.00 m", "42.005 m")),
        (
            "more-misses-than-readings",
            stage("latch = false", "latch = false\npending_ends = \"4 of 3\""),
        ),
        (
            "misses-without-a-number",
            stage("latch = false", "latch = false\npending_ends = \"often\""),
        ),
        ("no-unit-on-a-delay", stage("\"30m\"", "\"30\"")),
        ("a-measure-misspelt", stage("\"value\"", "\"vlaue\"")),
        ("a-level-misspelt", stage("yellow", "yelow")),
        (
            "two-measures",
            stage(MEASURE, "measure = { sum = \"1h\", rate = \"1h\" }"),
        ),
        (
            "the-end-above-the-beginning",
            stage("\"42.00 m\"", "{ raise = \"42.00 m\", reset = \"42.10 m\" }"),
        ),
        (
            "a-deadband-wider-than-the-step",
            stage("0.10 m", "1.60 m"),
        ),
        ("a-level-never-seen", stage("43.50 m", "42.00 m")),
        (
            "a-level-beyond-the-range",
            rain(
                "measure = { sums = \"any\" }",
                "measure = { highest = \"1h\" }",
            )
            .replace(
                "{ yellow = { \"1h\" = \"45 mm\", \"3h\" = \"75 mm\" } }",
                "{ red = \"180 mm\" }",
            ),
        ),
        (
            "windows-swapped",
            rain("\"1h\" = \"45 mm\", \"3h\" = \"75 mm\"", "\"1h\" = \"75 mm\", \"3h\" = \"45 mm\""),
        ),
        ("a-station-misspelt", stage("\"ST01\"", "\"ST1\"")),
        ("a-kind-misspelt", stage("\"river\"", "\"rivre\"")),
        (
            "subjects-that-match-nothing",
            stage("kinds = [\"river\"], stations = [\"ST01\"]", "kinds = [\"rain\"]"),
        ),
        ("the-same-id-twice", format!("{RULE}\n{RULE}")),
        (
            "another-rule-misspelt",
            asking("both", "all = [\"river-stgae >= orange\"]"),
        ),
        (
            "a-level-the-other-rule-has-not",
            asking("both", "all = [\"river-rise >= red\"]"),
        ),
        (
            "rules-that-ask-in-a-circle",
            format!(
                "{}\n{}",
                asking("a", "all = [\"b >= orange\"]"),
                asking("b", "any = [\"a >= orange\"]")
            ),
        ),
        (
            "a-term-nobody-understands",
            asking("both", "all = [\"river-stage is orange\"]"),
        ),
        (
            "an-inhibition-of-two-steps",
            "[[inhibition]]\nsource = \"river-stage\"\ntarget = \"river-rise\"\nequal = \"station\"\n\n\
             [[inhibition]]\nsource = \"river-rise\"\ntarget = \"rain-1h\"\nequal = \"township\"\n"
                .to_owned(),
        ),
        (
            "an-inhibition-both-ways",
            "[[inhibition]]\nsource = \"river-stage\"\ntarget = \"river-rise\"\nequal = \"station\"\n\n\
             [[inhibition]]\nsource = \"river-rise\"\ntarget = \"river-stage\"\nequal = \"station\"\n"
                .to_owned(),
        ),
        (
            "an-example-that-fails",
            format!("{RULE}{EXAMPLE}ends = \"none\"\nat = {{ \"00:15\" = \"red\" }}\n"),
        ),
        (
            "an-example-without-levels",
            format!(
                "{}{EXAMPLE}ends = \"none\"\n",
                stage(LEVELS, "levels = \"thresholds.csv\"")
            ),
        ),
        (
            "an-example-with-a-time-that-goes-back",
            format!(
                "{RULE}\n[[rule.example]]\nname = \"x\"\nreadings = \"08:05 42.10, 08:00 42.30\"\nends = \"none\"\n"
            ),
        ),
        (
            "a-silence-no-longer-than-the-interval",
            stage(MEASURE, "measure = \"silence\"")
                .replace(LEVELS, "levels = { yellow = \"5m\" }")
                .replace("deadband = \"0.10 m\"\n", ""),
        ),
        (
            "a-delay-no-longer-than-the-interval",
            stage("on_delay = \"10m\"", "on_delay = \"5m\""),
        ),
        (
            "a-season-of-no-hours",
            format!("{RULE}season = {{ hours = [\"08:00\", \"08:00\"] }}\n"),
        ),
        (
            "a-day-that-is-none",
            format!("{RULE}season = {{ days = [\"04-15\", \"02-30\"] }}\n"),
        ),
        (
            "an-expression-that-breaks-off",
            stage(MEASURE, "measure = { expression = \"value > 4200 ? 4 : \" }")
                .replace(LEVELS, "levels = [\"red\"]")
                .replace("deadband = \"0.10 m\"\n", ""),
        ),
        (
            "an-expression-with-a-name-nobody-knows",
            stage(
                MEASURE,
                "measure = { expression = \"valeu > 4200 ? 4 : 0\" }",
            )
            .replace(LEVELS, "levels = [\"red\"]")
            .replace("deadband = \"0.10 m\"\n", ""),
        ),
        (
            "a-forecast-of-a-rate",
            stage(
                MEASURE,
                "measure = { forecast = { of = \"river-rise\", recent = \"1h\", lead = \"2h\" } }",
            )
            .replace(&format!("{LEVELS}\n"), "")
            .replace("deadband = \"0.10 m\"\n", ""),
        ),
        (
            "an-attribute-misspelt",
            stage("\"42.00 m\"", "\"station.warning_stgae\""),
        ),
        (
            "a-check-that-asks-two-things",
            "[[check]]\nid = \"c\"\ntitle = \"c\"\nquantity = \"rain\"\nstuck = \"24h\"\n\
             jump = { by = \"5 mm\", within = \"5m\" }\n"
                .to_owned(),
        ),
        (
            "a-level-of-doubt-misspelt",
            stage("latch = false", "latch = false\ndoubtful_up_to = \"ornage\""),
        ),
        (
            "a-grade-of-what-is-not-there",
            stage(
                "latch = false",
                "latch = false\ngrades = { blue = \"T\", red = \"A\", doubtful_up_to = \"T\" }",
            ),
        ),
        (
            "a-grade-misspelt",
            stage(
                "latch = false",
                "latch = false\ngrades = { red = { grade = \"D\", source = \"a survey\" } }",
            ),
        ),
        (
            "a-rate-over-more-than-its-span",
            stage(
                MEASURE,
                "measure = { rise = \"6h\", per = \"1d\", least = \"7h\" }",
            ),
        ),
        (
            "a-plain-change-with-a-least",
            stage(MEASURE, "measure = { rise = \"6h\", least = \"3h\" }"),
        ),
        (
            "a-sum-that-never-ends",
            rain("\"45 mm\"", "{ raise = \"45 mm\", reset = \"46 mm\" }"),
        ),
        ("broken-toml", stage("id = \"stage\"", "id = stage\"")),
    ]
}

const ATTRIBUTES: &str = "\
station,attribute,value,unit,valid_from,source
ST01,warning_stage,42.10,m,,survey of 2024
ST01,warning_stage,42.30,m,2026-07-16,survey of 2026
";

#[test]
fn an_administrator_is_told_what_to_change() {
    let cases = rule_files();
    assert!(cases.len() >= 20);
    for (name, text) in cases {
        let folder = with_files(&[
            ("rules/zz.toml", &text),
            ("jurisdictions/330624/attributes.csv", ATTRIBUTES),
        ]);
        let told = match read_site(folder.path()) {
            Err(found) => found.to_string(),
            Ok(site) => format!("{}\n\nit starts", site.notes.to_string().trim_end()),
        };
        let told = of_file(&told, "rules/zz.toml");
        assert!(told.contains("rules/zz.toml"), "{name}: {told}");
        insta::assert_snapshot!(name, told);
    }
}

/// What is said of one file, and the count below.
fn of_file(told: &str, file: &str) -> String {
    let mut paragraphs: Vec<&str> = told.trim_end().split("\n\n").collect();
    let last = paragraphs.pop().unwrap_or_default();
    paragraphs.retain(|p| p.starts_with(file) || p.contains(&format!("\n{file}")));
    paragraphs.push(last);
    paragraphs.join("\n\n")
}

#[test]
fn the_rules_that_are_spoiled_are_sound() {
    let both = format!("{RULE}\n{RAIN}");
    let folder = with_files(&[("rules/zz.toml", &both)]);
    let site = read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(
        !site.notes.to_string().contains("zz.toml"),
        "{}",
        site.notes
    );
}

#[test]
fn a_level_beyond_all_reason_is_told_and_never_wraps() {
    let attributes = "station,attribute,value,unit\nST01,warning_stage,90000000,m\n";
    let factor = "\"90000000 x station.warning_stage\"";
    let rule = stage("\"43.50 m\"", factor);
    let folder = with_files(&[
        ("rules/zz.toml", &rule),
        ("jurisdictions/330624/attributes.csv", attributes),
    ]);
    let found = read_site(folder.path()).unwrap_err();
    insta::assert_snapshot!(
        "a-level-beyond-all-reason",
        of_file(&found.to_string(), "jurisdictions")
    );
}

#[test]
fn sheets_and_zones_are_told_with_their_place() {
    let attributes = "station,attribute,value,unit,valid_from\n\
                      ST9,warning_stage,42.10,m,\n\
                      ST01,warning_stage,a lot,m,\n\
                      ST01,warning_stage,42.10,m,last summer\n\
                      ST01,warning_stage,42.10,ft,\n";
    let areas = "code,kind,title,parent,people\n\
                 330624103,township,澄潭,,12000\n\
                 330624104,twonship,镜岭,,1\n\
                 330624105,township,回山,330624199,many\n\
                 A,zone,a,B,1\nB,zone,b,A,1\n";
    let zones = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"Z1"},"geometry":{"type":"Point","coordinates":[120.9,29.5]}},
{"type":"Feature","properties":{},"geometry":null}]}"#;
    let rule = stage("\"42.00 m\"", "\"station.warning_stage\"");
    let folder = with_files(&[
        ("rules/zz.toml", &rule),
        ("jurisdictions/330624/attributes.csv", attributes),
        ("jurisdictions/330624/areas.csv", areas),
        ("jurisdictions/330624/zones.geojson", zones),
    ]);
    let found = read_site(folder.path()).unwrap_err();
    insta::assert_snapshot!(
        "sheets-and-zones",
        of_file(&found.to_string(), "jurisdictions")
    );
}
