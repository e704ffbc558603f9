//! The maps of a report as GeoJSON: one point for each station that stood at a level at each moment.

use serde_json::{Value, json};

use crate::facts::Report;

impl Report {
    /// A FeatureCollection in WGS 84.
    pub fn geojson(&self) -> Value {
        let mut features = Vec::new();
        for moment in &self.maps {
            for mark in &moment.marks {
                features.push(json!({
                    "type": "Feature",
                    "geometry": { "type": "Point", "coordinates": [mark.lon, mark.lat] },
                    "properties": {
                        "moment": moment.at,
                        "why": moment.why,
                        "entry": moment.entry,
                        "station": mark.station,
                        "name": mark.name.zh,
                        "name_en": mark.name.en,
                        "level": mark.level,
                        "value": mark.value,
                        "unit": mark.unit,
                        "acknowledged": mark.acked,
                        "sight_lost": mark.sight_lost,
                    },
                }));
            }
        }
        let mut all = json!({ "type": "FeatureCollection", "features": features });
        if self.of.drill {
            all["drill"] = Value::Bool(true);
        }
        all
    }
}
