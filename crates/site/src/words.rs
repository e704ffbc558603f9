//! What well-known quantities are called, and which hazard they speak of.

use model::config::Text;

/// Quantity id, Chinese, English, hazard.
const KNOWN: [(&str, &str, &str, &str); 19] = [
    ("rain", "时段雨量", "Rain in the period", "rainstorm"),
    ("rain_10min", "10分钟雨量", "Rain in 10 min", "rainstorm"),
    ("rain_1h", "1小时雨量", "Rain in 1 h", "rainstorm"),
    ("rain_1d", "日雨量", "Rain of the day", "rainstorm"),
    ("level", "水位", "Water level", "flood"),
    ("water_level", "水位", "Water level", "flood"),
    ("stage", "水位", "Stage", "flood"),
    ("tide_level", "潮位", "Tide level", "flood"),
    ("reservoir_level", "库水位", "Reservoir level", "flood"),
    ("flow", "流量", "Discharge", "flood"),
    ("inflow", "入库流量", "Inflow", "flood"),
    ("outflow", "出库流量", "Outflow", "flood"),
    ("displacement", "位移", "Displacement", "landslide"),
    ("velocity", "变形速率", "Displacement rate", "landslide"),
    ("gas", "气体浓度", "Gas concentration", "gas"),
    ("no2", "二氧化氮", "NO2", "gas"),
    ("co", "一氧化碳", "CO", "gas"),
    ("c6h6", "苯", "Benzene", "gas"),
    (
        "p3_p15_index",
        "滑坡雨量指数",
        "Landslide rainfall index",
        "landslide",
    ),
];

/// The title of a quantity; its own id where nothing better is known.
pub(crate) fn title_of(quantity: &str) -> Text {
    match KNOWN.iter().find(|(id, ..)| *id == quantity) {
        Some((_, zh, en, _)) => Text::new(zh, en),
        None => Text::same(quantity),
    }
}

/// The hazard a quantity speaks of; `other` where nothing better is known.
pub(crate) fn hazard_of(quantity: &str) -> &'static str {
    KNOWN
        .iter()
        .find(|(id, ..)| *id == quantity)
        .map_or("other", |(.., hazard)| *hazard)
}
