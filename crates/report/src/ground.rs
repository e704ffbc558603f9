//! The county's ground as pictures need it: borders and names, read from GeoJSON. For drawing only.

use model::config::Text;
use serde_json::Value;

/// A closed line of longitudes and latitudes.
pub type Ring = Vec<(f64, f64)>;

/// Borders of a county.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ground {
    pub county: Vec<Ring>,
    pub townships: Vec<Township>,
}

/// A township with its border.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Township {
    pub name: Text,
    pub rings: Vec<Ring>,
}

impl Ground {
    /// Reads both files; what cannot be read is not drawn.
    pub fn read(county: &[u8], townships: &[u8]) -> Ground {
        let county = features(county).into_iter().flat_map(|(_, rings)| rings);
        let townships = features(townships).into_iter().map(|(properties, rings)| {
            let word = |name: &str| properties[name].as_str().unwrap_or_default().to_owned();
            let (zh, en) = (word("name"), word("name_en"));
            let en = if en.is_empty() { zh.clone() } else { en };
            Township {
                name: Text { zh, en },
                rings,
            }
        });
        Ground {
            county: county.collect(),
            townships: townships.collect(),
        }
    }

    /// Whether most of these places lie within the county's bounds: a map of another county is none.
    pub fn holds(&self, places: &[(f64, f64)]) -> bool {
        let Some((west, south, east, north)) = bounds(self.county.iter().flatten()) else {
            return false;
        };
        let inside = |(x, y): &&(f64, f64)| *x >= west && *x <= east && *y >= south && *y <= north;
        places.iter().filter(inside).count() * 2 > places.len()
    }
}

/// West, south, east, north of some places.
pub(crate) fn bounds<'p>(
    places: impl IntoIterator<Item = &'p (f64, f64)>,
) -> Option<(f64, f64, f64, f64)> {
    let mut found: Option<(f64, f64, f64, f64)> = None;
    for (x, y) in places {
        let (w, s, e, n) = found.unwrap_or((*x, *y, *x, *y));
        found = Some((w.min(*x), s.min(*y), e.max(*x), n.max(*y)));
    }
    found
}

/// Properties and rings of every feature.
fn features(text: &[u8]) -> Vec<(Value, Vec<Ring>)> {
    let Ok(file) = serde_json::from_slice::<Value>(text) else {
        return Vec::new();
    };
    let features = match file["features"].as_array() {
        Some(list) => list.clone(),
        None => vec![file],
    };
    let read = features.into_iter().map(|feature| {
        let mut rings = Vec::new();
        collect(&feature["geometry"]["coordinates"], &mut rings);
        (feature["properties"].clone(), rings)
    });
    read.filter(|(_, rings)| !rings.is_empty()).collect()
}

/// Every list of positions, however deep it lies.
fn collect(value: &Value, rings: &mut Vec<Ring>) {
    let Some(list) = value.as_array() else { return };
    let position = |one: &Value| Some((one.get(0)?.as_f64()?, one.get(1)?.as_f64()?));
    let ring: Option<Ring> = list.iter().map(position).collect();
    match ring {
        Some(ring) if ring.len() > 2 => rings.push(ring),
        Some(_) | None => list.iter().for_each(|inner| collect(inner, rings)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SQUARE: &str = r#"{"type":"FeatureCollection","features":[{"properties":{"name":"镇"},
        "geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[2,0],[2,2],[0,2],[0,0]]]]}}]}"#;

    #[test]
    fn borders_are_read_and_hold_what_lies_in_them() {
        let ground = Ground::read(SQUARE.as_bytes(), SQUARE.as_bytes());
        assert_eq!(ground.county[0].len(), 5);
        assert_eq!(ground.townships[0].name, Text::same("镇"));
        assert!(ground.holds(&[(1.0, 1.0), (1.5, 0.5), (9.0, 9.0)]));
        assert!(!ground.holds(&[(9.0, 9.0)]));
        assert!(!Ground::default().holds(&[]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_some_ground(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ground = Ground::read(&bytes, &bytes);
        }
    }
}
