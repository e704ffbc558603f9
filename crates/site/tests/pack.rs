//! The starter rules of the project are sound, and watch what they say.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use model::config::Bound;
use site::read_site;

const STATIONS: &str = "\
id,name,name_en,lon,lat,kind,township,tags
RV,黄泽站,,120.95,29.55,river,,
RS,长诏水库,,121.00,29.43,reservoir,,
RN,沙溪,,121.01,29.45,rain,,
LS,下岩贝,,120.90,29.40,landslide,,
GS,加油站,,120.90,29.50,gas,,
";

const SERIES: &str = "\
station,quantity,interval,silence_normal
RV,water_level,5m,no
RS,water_level,5m,no
RN,rain,5m,no
LS,displacement_24h,30m,no
GS,combustible_gas,1m,no
GS,h2s,1m,no
";

const THRESHOLDS: &str = "\
rule,station,level,raise,reset,unit,source
river-stage,RV,yellow,42.10,42.00,m,made up for a test
river-stage,RV,red,43.60,43.50,m,made up for a test
reservoir-level,RS,yellow,98.00,97.95,m,made up for a test
";

#[test]
fn the_starter_rules_are_sound() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = root.join("../../rules");
    let folder = tempfile::tempdir().unwrap();
    let county = folder.path().join("jurisdictions/330624");
    fs::create_dir_all(&county).unwrap();
    fs::create_dir_all(folder.path().join("rules")).unwrap();
    fs::copy(
        root.join("tests/good/site.toml"),
        folder.path().join("site.toml"),
    )
    .unwrap();
    fs::copy(
        rules.join("quantities.toml"),
        folder.path().join("quantities.toml"),
    )
    .unwrap();
    for file in fs::read_dir(rules.join("zhejiang")).unwrap() {
        let file = file.unwrap();
        fs::copy(
            file.path(),
            folder.path().join("rules").join(file.file_name()),
        )
        .unwrap();
    }
    for (name, text) in [
        ("stations", STATIONS),
        ("series", SERIES),
        ("thresholds", THRESHOLDS),
    ] {
        fs::write(county.join(format!("{name}.csv")), text).unwrap();
    }
    let site = read_site(folder.path()).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(site.notes.is_empty(), "{}", site.notes);
    let config = &site.jurisdictions[0].config;
    let raises = |rule: &str| -> [Option<i64>; 4] {
        let slot = config.rules.iter().position(|r| r.id == rule).unwrap();
        let watch = config
            .watches
            .iter()
            .find(|w| w.rule.index() == slot)
            .unwrap();
        watch
            .bounds
            .map(|bound: Option<Bound>| bound.map(|b| b.raise))
    };
    assert_eq!(raises("rain-1h"), [350, 450, 600, 800].map(Some));
    assert_eq!(raises("rain-3h"), [550, 750, 1000, 1200].map(Some));
    assert_eq!(raises("rain-6h"), [700, 950, 1200, 1500].map(Some));
    assert_eq!(raises("rain-24h"), [1000, 1300, 1600, 2000].map(Some));
    assert_eq!(raises("displacement-24h"), [50, 100, 200, 500].map(Some));
    assert_eq!(
        raises("combustible-gas"),
        [None, Some(250), Some(500), None]
    );
    assert_eq!(raises("h2s"), [None, Some(100), Some(200), None]);
    assert_eq!(raises("river-stage"), [None, Some(4210), None, Some(4360)]);
    assert_eq!(raises("reservoir-rise"), [None, Some(50), None, None]);
    for rule in &config.rules {
        assert!(
            rule.unknown_when_stale,
            "{}: a quiet gauge is never safe",
            rule.id
        );
        assert!(
            !rule.advice.zh.is_empty() && !rule.advice.en.is_empty(),
            "{}",
            rule.id
        );
    }
}
