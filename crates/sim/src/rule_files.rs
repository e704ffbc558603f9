//! Rule files and stages of the demonstration county, in the shape of the starter rules.

use std::fmt::Write as _;

use crate::county::County;
use crate::orders::{INLINE_RULES, InlineRule, PATIENCE, STAGE_RULES, StageRule};
use crate::site_folder::{HEAD, text};

/// What stands behind every number here.
const PAPER: &str = r#"owner = "县应急管理局（演示）"
basis = "made up for the demonstration"
certainty = "T"
"#;

/// Levels of rivers and reservoirs.
pub(crate) fn flood() -> String {
    let mut out = HEAD.to_owned();
    for rule in &STAGE_RULES {
        let StageRule {
            id,
            title,
            kind,
            on_delay,
            advice,
            ..
        } = rule;
        let on_delay = delay(on_delay);
        write!(
            out,
            r#"
[[rule]]
id = "{id}"
title = {}
hazard = "flood"
quantity = "water_level"
measure = "value"
side = "above"
levels = "thresholds.csv"
subjects = {{ kinds = ["{kind}"] }}
on_delay = {on_delay}
off_delay = "30m"
min_hold = "0s"
latch = false
unknown_when_stale = true
reopen = "30m"
advice = {}
{PAPER}"#,
            text(*title),
            text(*advice),
        )
        .expect("writing to a string");
    }
    out
}

/// Rules of these hazards that have their levels in themselves.
pub(crate) fn inline(hazards: &[&str]) -> String {
    let mut out = HEAD.to_owned();
    for rule in INLINE_RULES
        .iter()
        .filter(|rule| hazards.contains(&rule.hazard))
    {
        out.push_str(&inline_rule(rule));
    }
    out
}

fn inline_rule(rule: &InlineRule) -> String {
    let levels: Vec<String> = PATIENCE
        .iter()
        .zip(&rule.levels)
        .filter_map(|((word, _), level)| {
            let (raise, reset) = (*level)?;
            Some(if raise == reset {
                format!("{word} = \"{raise}\"")
            } else {
                format!("{word} = {{ raise = \"{raise}\", reset = \"{reset}\" }}")
            })
        })
        .collect();
    let kinds: Vec<String> = rule
        .kinds
        .iter()
        .map(|kind| format!("\"{kind}\""))
        .collect();
    format!(
        r#"
[[rule]]
id = "{}"
title = {}
hazard = "{}"
quantity = "{}"
measure = {}
side = "above"
levels = {{ {} }}
subjects = {{ kinds = [{}] }}
on_delay = {}
off_delay = "{}"
min_hold = "0s"
latch = {}
unknown_when_stale = true
reopen = "{}"
advice = {}
{PAPER}"#,
        rule.id,
        text(rule.title),
        rule.hazard,
        rule.quantity.id(),
        rule.measure,
        levels.join(", "),
        kinds.join(", "),
        delay(rule.on_delay),
        rule.off_delay,
        rule.latch,
        rule.reopen,
        text(rule.advice),
    )
}

/// A delay for all levels is a text, one by level a table.
fn delay(written: &str) -> String {
    if written.starts_with('{') {
        written.to_owned()
    } else {
        format!("\"{written}\"")
    }
}

/// Rows of `thresholds.csv`: where the levels of each gauge begin and end.
pub(crate) fn thresholds(county: &County) -> String {
    let mut out = format!("{HEAD}rule,station,level,raise,reset,unit,source\n");
    for rule in &STAGE_RULES {
        let subjects = county
            .stations
            .iter()
            .filter(|s| s.post.kind() == rule.kind);
        for station in subjects {
            let Some(stages) = station.stages_cm else {
                continue;
            };
            for ((word, _), raise) in PATIENCE.iter().zip(stages) {
                let metres = |cm: i64| model::Decimals(2).show(cm);
                writeln!(
                    out,
                    "{},{},{word},{},{},m,demo",
                    rule.id,
                    station.id,
                    metres(raise),
                    metres(raise - rule.deadband_cm),
                )
                .expect("writing to a string");
            }
        }
    }
    out
}

/// Rows of `attributes.csv`: the stages that people speak of, from the same heights.
pub(crate) fn attributes(county: &County) -> String {
    let mut out = format!("{HEAD}station,attribute,value,unit,valid_from,source\n");
    for station in &county.stations {
        let Some([_, warning, guarantee, _]) = station.stages_cm else {
            continue;
        };
        for (name, stage) in [("warning_stage", warning), ("guarantee_stage", guarantee)] {
            let metres = model::Decimals(2).show(stage);
            writeln!(out, "{},{name},{metres},m,,demo", station.id).expect("writing to a string");
        }
    }
    out
}

/// Rules that look at several things at once, checks before all rules, and what one alarm makes
/// needless.
pub(crate) fn together() -> String {
    format!("{HEAD}{TOGETHER}")
}

/// After the starter rules of `rules/zhejiang`.
const TOGETHER: &str = r#"
[[rule]]
id = "flash-flood"
title = { zh = "山洪：准备转移 / 立即转移", en = "Flash flood: get ready / move now" }
hazard = "flash-flood"
quantity = "rain"
measure = { sums = "any" }
side = "above"
levels = { orange = { "1h" = "60 mm", "3h" = "100 mm", "6h" = "130 mm" }, red = { "1h" = "80 mm", "3h" = "130 mm", "6h" = "160 mm" } }
subjects = { kinds = ["rain"] }
on_delay = "0s"
off_delay = "3h"
min_hold = "0s"
latch = false
unknown_when_stale = true
reopen = "30m"
advice = { zh = "橙：危险区人员收拾待命；红：立即转移到安置点", en = "Orange: people in danger areas pack and stand by; red: move them to the shelter now" }
owner = "县应急管理局（演示）"
basis = "made up for the demonstration"
certainty = "T"

[[rule.example]]
name = "一小时六十毫米准备转移"
every = "10m"
readings = "10.0 x6"
ends = "orange"

[[rule.example]]
name = "一小时五十毫米不报"
every = "10m"
readings = "8.0 x6, 0 x3"
ends = "none"

[[rule]]
id = "forecast:water_level"
title = { zh = "江河水位预报", en = "River stage forecast" }
hazard = "flood"
quantity = "water_level"
measure = { forecast = { of = "threshold:water_level", recent = "1h", lead = "2h", upstream = true } }
side = "above"
levels = ["orange", "red"]
subjects = { kinds = ["river"] }
on_delay = { orange = "15m", red = "15m" }
off_delay = "30m"
min_hold = "0s"
latch = false
unknown_when_stale = true
reopen = "30m"
advice = { zh = "两小时内可能达到，提前通知责任人", en = "May be reached within two hours: tell those responsible now" }
owner = "县应急管理局（演示）"
basis = "made up for the demonstration"
certainty = "T"
forecast = true

[[rule.example]]
name = "每小时涨一米，两小时内将到橙色"
levels = { orange = "42.00 m" }
every = "15m"
readings = "40.00, 40.25, 40.50, 40.75, 41.00, 41.25, 41.50"
ends = "orange"

[[rule.example]]
name = "水位平稳不预报"
levels = { orange = "42.00 m" }
every = "15m"
readings = "41.50 x8"
ends = "none"

[[check]]
id = "level-jump"
title = { zh = "水位突跳", en = "Water level jumps" }
quantity = "water_level"
jump = { by = "3 m", within = "15m" }

[[inhibition]]
source = "threshold:water_level"
target = "forecast:water_level"
equal = "station"
"#;
