//! Areas of a jurisdiction: `areas.csv` and `zones.geojson`, and which stations lie in a zone.

use std::collections::HashSet;

use geo::{BoundingRect, Intersects, MultiPolygon, Point};
use geojson::{FeatureCollection, GeoJson};
use model::config::{Area, AreaKind, Station, Text};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::diagnose::{Diagnostics, Problem, Source};
use crate::sheet::{self, Columns};
use crate::villages::Villages;

const AREAS: Columns = Columns {
    required: &["code", "kind", "title", "parent", "people"],
    optional: &["title_en", "lon", "lat"],
};

/// Kinds of area that only groups of people go by.
const VILLAGE: &str = "village";
const GRID: &str = "grid";

/// Words of the kinds of area.
pub(crate) const KINDS: [(&str, AreaKind); 4] = [
    ("township", AreaKind::Township),
    ("catchment", AreaKind::Catchment),
    ("zone", AreaKind::Zone),
    ("county", AreaKind::County),
];

/// Reads `areas.csv`: what decisions go by, and villages with their grids.
pub(crate) fn read_areas(source: &Source, out: &mut Diagnostics) -> (Vec<Area>, Villages) {
    let mut areas: Vec<Area> = Vec::new();
    let mut villages = Villages::default();
    let mut places = Vec::new();
    let mut seen = HashSet::new();
    sheet::read(source, &AREAS, out, |row, out| {
        let code = row.get(0);
        if code.is_empty() {
            out.push(row.problem(0, "an area needs a code"));
        }
        let kind = KINDS.iter().find(|(word, _)| *word == row.get(1));
        let small = [VILLAGE, GRID].contains(&row.get(1));
        if kind.is_none() && !small {
            let words = KINDS.iter().map(|(word, _)| *word).chain([VILLAGE, GRID]);
            let words: Vec<&str> = words.collect();
            let problem = row.problem(1, format!("`{}` is no kind of area", row.get(1)));
            out.push(problem.expecting(words.join(", ")).near(row.get(1), words));
        }
        let people = match row.get(4) {
            "" => Some(0),
            text => text.parse::<u32>().ok(),
        };
        if people.is_none() {
            let problem = row.problem(4, format!("`{}` is no number of people", row.get(4)));
            out.push(problem.expecting("a whole number, or nothing: 0"));
        }
        if small {
            villages.take(row, row.get(1) == GRID, out);
            return;
        }
        let (Some((_, kind)), Some(people)) = (kind, people) else {
            return;
        };
        if code.is_empty() {
            return;
        }
        if !seen.insert((*kind, code.to_owned())) {
            out.push(row.problem(0, format!("{} `{code}` is there twice", row.get(1))));
            return;
        }
        let title = Some(row.get(2)).filter(|t| !t.is_empty()).unwrap_or(code);
        let english = Some(row.get(5)).filter(|t| !t.is_empty()).unwrap_or(title);
        let parent = Some(row.get(3)).filter(|t| !t.is_empty());
        places.push(row.span(3));
        areas.push(Area {
            code: code.to_owned(),
            kind: *kind,
            title: Text::new(title, english),
            parent: parent.map(str::to_owned),
            people,
        });
    });
    check_parents(&areas, &places, source, out);
    let townships = areas.iter().filter(|a| a.kind == AreaKind::Township);
    let townships: Vec<&str> = townships.map(|a| a.code.as_str()).collect();
    villages.check(&townships, source, out);
    (areas, villages)
}

/// A parent is an area of the same kind, and nobody is their own grandparent.
fn check_parents(
    areas: &[Area],
    places: &[std::ops::Range<usize>],
    source: &Source,
    out: &mut Diagnostics,
) {
    let find = |kind: AreaKind, code: &str| areas.iter().find(|a| a.kind == kind && a.code == code);
    for (area, place) in areas.iter().zip(places) {
        let Some(parent) = &area.parent else { continue };
        let tell = |what: String| Problem::at(source, place.clone(), what);
        if find(area.kind, parent).is_none() {
            let same = areas.iter().filter(|a| a.kind == area.kind);
            let problem = tell(format!("no area `{parent}` of the same kind"));
            out.push(problem.near_unless(out.is_long(), parent, same.map(|a| a.code.as_str())));
            continue;
        }
        let mut above = Some(parent);
        let steps = (0..areas.len()).take_while(|_| {
            above = above
                .and_then(|code| find(area.kind, code))
                .and_then(|a| a.parent.as_ref());
            above.is_some_and(|code| *code != area.code)
        });
        steps.for_each(drop);
        if above.is_some() {
            out.push(tell(format!(
                "`{}` lies in itself, by way of `{parent}`",
                area.code
            )));
        }
    }
}

/// A zone: ground with a border.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    pub(crate) code: String,
    pub(crate) title: Text,
    pub(crate) people: u32,
    pub(crate) ground: MultiPolygon<f64>,
}

/// Reads `zones.geojson`: a FeatureCollection of polygons whose properties have `code` and may
/// have `title`, `title_en` and `people`.
pub(crate) fn read_zones(source: &Source, out: &mut Diagnostics) -> Vec<Zone> {
    let parsed = source.text().parse::<GeoJson>();
    let features = match parsed.map(FeatureCollection::try_from) {
        Ok(Ok(collection)) => collection.features,
        Ok(Err(_)) => {
            let problem = Problem::whole(source, "holds no FeatureCollection");
            out.push(problem.hint("export the zones as GeoJSON, WGS 84"));
            return Vec::new();
        }
        Err(error) => {
            let text = error.to_string();
            let what = format!(
                "not readable as GeoJSON: {}",
                text.lines().next().unwrap_or("")
            );
            out.push(Problem::whole(source, what));
            return Vec::new();
        }
    };
    let mut zones: Vec<Zone> = Vec::new();
    for (number, feature) in features.into_iter().enumerate() {
        let text = |key: &str| match feature.property(key) {
            Some(serde_json::Value::String(text)) => Some(text.clone()),
            Some(serde_json::Value::Number(number)) => Some(number.to_string()),
            Some(_) | None => None,
        };
        let Some(code) = text("code").filter(|code| !code.is_empty()) else {
            let what = format!("feature {} has no `code` among its properties", number + 1);
            out.push(Problem::whole(source, what));
            continue;
        };
        let tell = |what: &str| at_word(source, &code, format!("zone `{code}` {what}"));
        if zones.iter().any(|z| z.code == code) {
            out.push(tell("is there twice"));
            continue;
        }
        let people = text("people").map_or(Some(0), |text| text.parse().ok());
        let Some(people) = people else {
            out.push(tell("has a number of `people` that is none"));
            continue;
        };
        let title = text("title")
            .or_else(|| text("name"))
            .unwrap_or_else(|| code.clone());
        let english = text("title_en").unwrap_or_else(|| title.clone());
        let ground = match feature.geometry.clone().map(geo::Geometry::<f64>::try_from) {
            Some(Ok(geo::Geometry::Polygon(ground))) => MultiPolygon::new(vec![ground]),
            Some(Ok(geo::Geometry::MultiPolygon(ground))) => ground,
            Some(Ok(_) | Err(_)) | None => {
                out.push(tell("is no polygon"));
                continue;
            }
        };
        let Some(bounds) = ground.bounding_rect() else {
            out.push(tell("is empty"));
            continue;
        };
        let (low, high) = (bounds.min(), bounds.max());
        let on_earth = low.x >= -180.0 && high.x <= 180.0 && low.y >= -90.0 && high.y <= 90.0;
        if !on_earth {
            out.push(
                tell("lies outside the degrees of WGS 84")
                    .hint("is it in metres, or are lon and lat swapped?"),
            );
            continue;
        }
        zones.push(Zone {
            code,
            title: Text::new(&title, &english),
            people,
            ground,
        });
    }
    zones
}

/// A problem at the first place where a word stands in quotes.
fn at_word(source: &Source, word: &str, what: String) -> Problem {
    let quoted = format!("\"{word}\"");
    match source.text().find(&quoted) {
        Some(at) => Problem::at(source, at..at + quoted.len(), what),
        None => Problem::whole(source, what),
    }
}

/// Puts the codes of the zones into the stations that lie in them; a border counts as inside.
pub(crate) fn place_stations(stations: &mut [Station], zones: &[Zone]) {
    let boxes = zones.iter().enumerate().filter_map(|(place, zone)| {
        let bounds = zone.ground.bounding_rect()?;
        let corners = (bounds.min(), bounds.max());
        let rectangle =
            Rectangle::from_corners([corners.0.x, corners.0.y], [corners.1.x, corners.1.y]);
        Some(GeomWithData::new(rectangle, place))
    });
    let tree = RTree::bulk_load(boxes.collect());
    for station in stations {
        let Some((lon, lat)) = station.position_e6 else {
            continue;
        };
        let at = [f64::from(lon) / 1e6, f64::from(lat) / 1e6];
        let point = Point::new(at[0], at[1]);
        let hits = tree.locate_in_envelope_intersecting(&AABB::from_point(at));
        let inside = hits.filter(|hit| zones[hit.data].ground.intersects(&point));
        station.zones = inside.map(|hit| zones[hit.data].code.clone()).collect();
        station.zones.sort();
    }
}

/// The areas of a jurisdiction: those of the sheet, and zones that only the map knows.
pub(crate) fn with_zones(mut areas: Vec<Area>, zones: &[Zone]) -> Vec<Area> {
    for zone in zones {
        let known = areas
            .iter()
            .any(|a| a.kind == AreaKind::Zone && a.code == zone.code);
        if !known {
            areas.push(Area {
                code: zone.code.clone(),
                kind: AreaKind::Zone,
                title: zone.title.clone(),
                parent: None,
                people: zone.people,
            });
        }
    }
    areas
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_border_counts_as_inside() {
        let square = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
            "properties":{"code":"Z1","title":"滩地"},"geometry":{"type":"Polygon",
            "coordinates":[[[120.0,29.0],[121.0,29.0],[121.0,30.0],[120.0,30.0],[120.0,29.0]]]}}]}"#;
        let source = Source::new("zones.geojson".into(), "zones.geojson", square.to_owned());
        let mut out = Diagnostics::default();
        let zones = read_zones(&source, &mut out);
        assert!(out.is_empty(), "{out}");
        let station = |lon: i32, lat: i32| Station {
            position_e6: Some((lon, lat)),
            ..Station::default()
        };
        let mut stations = [
            station(120_500_000, 29_500_000),
            station(120_000_000, 29_500_000),
            station(121_000_000, 30_000_000),
            station(119_999_999, 29_500_000),
        ];
        place_stations(&mut stations, &zones);
        let inside: Vec<bool> = stations.iter().map(|s| !s.zones.is_empty()).collect();
        assert_eq!(inside, [true, true, true, false]);
    }
}
