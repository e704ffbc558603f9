//! What the demonstration county has written down beforehand: thresholds and commands.

use crate::county::Quantity;

/// A rule with its levels written in the rule itself: blue, yellow, orange, red.
pub(crate) struct InlineRule {
    pub(crate) id: &'static str,
    pub(crate) title: (&'static str, &'static str),
    pub(crate) hazard: &'static str,
    pub(crate) quantity: Quantity,
    /// As the rule file writes it.
    pub(crate) measure: &'static str,
    /// Station kinds and tags it applies to; empty for all.
    pub(crate) kinds: &'static [&'static str],
    /// Where each level begins and where it is over, in the quantity's unit.
    pub(crate) levels: [Option<(&'static str, &'static str)>; 4],
    pub(crate) on_delay: &'static str,
    pub(crate) off_delay: &'static str,
    pub(crate) latch: bool,
    pub(crate) reopen: &'static str,
    pub(crate) advice: (&'static str, &'static str),
}

const fn level(raise: &'static str, reset: &'static str) -> Option<(&'static str, &'static str)> {
    Some((raise, reset))
}

const RAIN_ADVICE: (&str, &str) = (
    "通知责任人巡查山洪沟和危房，做好转移准备",
    "Have gullies and unsafe houses watched, make ready to move people",
);

/// Rain over 1, 3, 6 and 24 hours after the windows counties write; landslide; gas; release.
pub(crate) const INLINE_RULES: [InlineRule; 8] = [
    rain(
        "threshold:rain@sum1h",
        ("一小时雨量", "Rain in 1 h"),
        "{ sum = \"1h\" }",
        [
            level("35 mm", "35 mm"),
            level("45 mm", "45 mm"),
            level("60 mm", "60 mm"),
            level("80 mm", "80 mm"),
        ],
    ),
    rain(
        "threshold:rain@sum3h",
        ("三小时雨量", "Rain in 3 h"),
        "{ sum = \"3h\" }",
        [
            level("55 mm", "55 mm"),
            level("75 mm", "75 mm"),
            level("100 mm", "100 mm"),
            level("120 mm", "120 mm"),
        ],
    ),
    rain(
        "threshold:rain@sum6h",
        ("六小时雨量", "Rain in 6 h"),
        "{ sum = \"6h\" }",
        [
            level("70 mm", "70 mm"),
            level("95 mm", "95 mm"),
            level("120 mm", "120 mm"),
            level("150 mm", "150 mm"),
        ],
    ),
    InlineRule {
        id: "threshold:rain@sum24h",
        title: ("二十四小时雨量", "Rain in 24 h"),
        hazard: "rainstorm",
        quantity: Quantity::Rain,
        measure: "{ sum = \"24h\" }",
        kinds: &["rain", "landslide"],
        levels: [
            level("100 mm", "100 mm"),
            level("130 mm", "130 mm"),
            level("160 mm", "160 mm"),
            level("200 mm", "200 mm"),
        ],
        on_delay: "0s",
        off_delay: "30m",
        latch: false,
        reopen: "30m",
        advice: RAIN_ADVICE,
    },
    InlineRule {
        id: "threshold:outflow",
        title: ("水库泄洪", "Flood release"),
        hazard: "release",
        quantity: Quantity::Outflow,
        measure: "\"value\"",
        kinds: &["reservoir"],
        levels: [
            level("200.0 m³/s", "180.0 m³/s"),
            level("400.0 m³/s", "380.0 m³/s"),
            level("800.0 m³/s", "760.0 m³/s"),
            None,
        ],
        on_delay: "0s",
        off_delay: "30m",
        latch: false,
        reopen: "30m",
        advice: (
            "通知下游沿江村庄，撤离滩地，看护桥头",
            "Tell the villages below, clear the flats, watch the bridges",
        ),
    },
    InlineRule {
        id: "threshold:displacement",
        title: ("边坡位移", "Slope displacement"),
        hazard: "landslide",
        quantity: Quantity::Displacement,
        measure: "\"value\"",
        kinds: &["landslide"],
        levels: [
            level("10.0 mm", "8.0 mm"),
            level("20.0 mm", "16.0 mm"),
            level("40.0 mm", "32.0 mm"),
            level("80.0 mm", "64.0 mm"),
        ],
        on_delay: "{ blue = \"45m\", yellow = \"35m\" }",
        off_delay: "2h",
        latch: true,
        reopen: "24h",
        advice: (
            "转移坡下住户，封闭坡下道路，派人远距离看护",
            "Move the houses below, close the road below, watch from a distance",
        ),
    },
    InlineRule {
        id: "rate:displacement",
        title: ("边坡位移速率", "Slope displacement rate"),
        hazard: "landslide",
        quantity: Quantity::Displacement,
        measure: "{ rate = \"1h\" }",
        kinds: &["landslide"],
        levels: [
            None,
            level("5.0 mm", "4.0 mm"),
            level("10.0 mm", "8.0 mm"),
            level("20.0 mm", "16.0 mm"),
        ],
        on_delay: "0s",
        off_delay: "1h",
        latch: false,
        reopen: "24h",
        advice: (
            "位移在加快，立即转移坡下住户",
            "The slope speeds up: move the houses below at once",
        ),
    },
    InlineRule {
        id: "threshold:gas",
        title: ("可燃气体", "Combustible gas"),
        hazard: "gas",
        quantity: Quantity::Gas,
        measure: "\"value\"",
        kinds: &["gas"],
        levels: [
            level("10.0 %LEL", "9.0 %LEL"),
            level("20.0 %LEL", "18.0 %LEL"),
            level("25.0 %LEL", "22.5 %LEL"),
            level("50.0 %LEL", "45.0 %LEL"),
        ],
        on_delay: "0s",
        off_delay: "10m",
        latch: true,
        reopen: "30m",
        advice: (
            "停止作业，切断气源，疏散五十米内人员",
            "Stop work, shut the supply, clear fifty metres",
        ),
    },
];

const fn rain(
    id: &'static str,
    title: (&'static str, &'static str),
    measure: &'static str,
    levels: [Option<(&'static str, &'static str)>; 4],
) -> InlineRule {
    InlineRule {
        id,
        title,
        hazard: "rainstorm",
        quantity: Quantity::Rain,
        measure,
        kinds: &["rain"],
        levels,
        on_delay: "0s",
        off_delay: "30m",
        latch: false,
        reopen: "30m",
        advice: RAIN_ADVICE,
    }
}

/// A rule on water levels, whose heights stand in `thresholds.csv`.
pub(crate) struct StageRule {
    pub(crate) id: &'static str,
    pub(crate) title: (&'static str, &'static str),
    pub(crate) kind: &'static str,
    /// Centimetres between a level's beginning and its end.
    pub(crate) deadband_cm: i64,
    pub(crate) on_delay: &'static str,
    pub(crate) advice: (&'static str, &'static str),
}

pub(crate) const STAGE_RULES: [StageRule; 2] = [
    StageRule {
        id: "threshold:water_level",
        title: ("江河水位", "River stage"),
        kind: "river",
        deadband_cm: 10,
        on_delay: "{ blue = \"10m\", yellow = \"6m\" }",
        advice: (
            "看护桥头和滩地，准备转移沿江低洼住户",
            "Watch bridges and flats, make ready to move low houses by the river",
        ),
    },
    StageRule {
        id: "threshold:pool_level",
        title: ("水库水位", "Reservoir level"),
        kind: "reservoir",
        deadband_cm: 5,
        on_delay: "6m",
        advice: (
            "核对泄洪方案，加密大坝巡查",
            "Check the release plan, walk the dam more often",
        ),
    },
];

/// A command prepared beforehand.
pub(crate) struct Order {
    pub(crate) id: &'static str,
    pub(crate) title: (&'static str, &'static str),
    pub(crate) wording: (&'static str, &'static str),
    /// Minutes of `ack_by`, `update_every`, `arrive_by`, `done_by`, `verify_by` for red; milder
    /// levels take longer.
    pub(crate) red: [Option<i64>; 5],
    pub(crate) proof: bool,
    /// As the file writes it; empty for plain ones.
    pub(crate) kind: &'static str,
    /// Hazards it is offered for first.
    pub(crate) hazards: &'static [&'static str],
}

pub(crate) const ORDERS: [Order; 8] = [
    Order {
        id: "evacuate",
        title: ("转移群众", "Move people to safety"),
        wording: (
            "立即转移沿江低洼和坡下住户到安置点，逐户清点，完成后拍照报告",
            "Move the households by the river and below slopes to the shelter now, count house by \
             house, report with a photo when done",
        ),
        red: [Some(5), Some(15), Some(30), Some(90), Some(30)],
        proof: true,
        kind: "",
        hazards: &["flash-flood", "flood", "dam", "landslide", "gas"],
    },
    Order {
        id: "patrol",
        title: ("巡查", "Patrol"),
        wording: (
            "到责任段巡查堤防、桥头和山洪沟，发现险情立即报告，结束后拍照",
            "Walk your stretch of bank, bridges and gullies, report danger at once, send a photo at \
             the end",
        ),
        red: [Some(5), Some(15), Some(30), Some(60), Some(30)],
        proof: true,
        kind: "",
        hazards: &["rainstorm", "wind"],
    },
    Order {
        id: "close-road",
        title: ("封闭道路", "Close the road"),
        wording: (
            "封闭沿江道路和漫水桥，两端放人值守，不让通行",
            "Close the river road and the low bridges, keep a person at both ends, let nobody pass",
        ),
        red: [Some(5), Some(15), Some(20), Some(40), Some(30)],
        proof: true,
        kind: "",
        hazards: &["landslide"],
    },
    Order {
        id: "report-stage",
        title: ("人工报水位", "Read the staff"),
        wording: (
            "到水尺人工读数，每十五分钟报一次水位和涨落",
            "Read the staff by eye, report the level and whether it rises every fifteen minutes",
        ),
        red: [Some(5), Some(15), Some(20), Some(60), None],
        proof: false,
        kind: "",
        hazards: &["flood", "dam"],
    },
    Order {
        id: "stand-by",
        title: ("待命", "Stand by"),
        wording: (
            "集结待命，检查装备，保持电话畅通",
            "Gather and stand by, check the gear, keep the phone free",
        ),
        red: [Some(5), Some(30), None, None, None],
        proof: false,
        kind: "",
        hazards: &[],
    },
    Order {
        id: "evacuate-counted",
        title: ("转移并清点人数", "Evacuate, by head-count"),
        wording: (
            "按村转移并清点：应转移、已转移、拒绝、失联各多少人，拒绝和失联的写名字或拍照",
            "Evacuate village by village and count: to move, moved, refused, not reached; name or \
             picture whoever refuses or cannot be reached",
        ),
        red: [Some(5), Some(15), Some(30), Some(90), Some(30)],
        proof: true,
        kind: "evacuation",
        hazards: &[],
    },
    Order {
        id: "rescue",
        title: ("救援", "Rescue"),
        wording: (
            "立即前往救援被困人员，到场即报，完成后拍照或写明见证人",
            "Go and rescue whoever is trapped, report when on scene; done needs a picture or a named \
             witness",
        ),
        red: [Some(5), Some(10), Some(30), Some(120), Some(30)],
        proof: true,
        kind: "rescue",
        hazards: &[],
    },
    Order {
        id: "disregard",
        title: ("前令作废", "Disregard"),
        wording: (
            "前一条指令作废，请原地待命，等下一条",
            "Disregard the last order. Stay where you are and wait for the next",
        ),
        red: [Some(5), None, None, None, None],
        proof: false,
        kind: "correction",
        hazards: &[],
    },
];

/// How many times longer each level may take than red: blue, yellow, orange, red.
pub(crate) const PATIENCE: [(&str, i64); 4] =
    [("blue", 12), ("yellow", 6), ("orange", 3), ("red", 1)];
