//! Where things are: real boundaries, and a flat plane of kilometres to reckon on.
//!
//! The plane is exact enough for a county and made of plain arithmetic, so that every machine
//! reckons the same bits.

use anyhow::Context as _;
use geo::{Contains as _, MultiPolygon, Point, Polygon};
use serde::Deserialize;

/// Borders of the county as drawn by its source (see `deploy/demo/README.md`).
const COUNTY: &str = include_str!("../../../deploy/demo/geo/xinchang-county.geojson");
/// Invented borders of the real townships.
const TOWNSHIPS: &str =
    include_str!("../../../deploy/demo/geo/xinchang-townships-synthetic.geojson");
/// Real codes and names of townships and villages.
const DIVISIONS: &str = include_str!("../../../deploy/demo/geo/xinchang-divisions.csv");

/// Origin of the plane, in degrees, and kilometres per degree there.
const ORIGIN: (f64, f64) = (120.95, 29.40);
const KM_PER_DEGREE: (f64, f64) = (96.985, 110.86);

/// A place on the plane, kilometres east and north of its origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Km {
    pub x: f64,
    pub y: f64,
}

impl Km {
    /// The place of WGS 84 degrees.
    pub fn of_degrees(lon: f64, lat: f64) -> Km {
        Km {
            x: (lon - ORIGIN.0) * KM_PER_DEGREE.0,
            y: (lat - ORIGIN.1) * KM_PER_DEGREE.1,
        }
    }

    /// Longitude and latitude in millionths of a degree, kept to five decimals.
    pub fn degrees_e6(self) -> (i32, i32) {
        let e5 = |value: f64| (value * 100_000.0).round() as i32 * 10;
        (
            e5(self.x / KM_PER_DEGREE.0 + ORIGIN.0),
            e5(self.y / KM_PER_DEGREE.1 + ORIGIN.1),
        )
    }

    /// Kilometres to another place.
    pub fn distance(self, other: Km) -> f64 {
        ((self.x - other.x) * (self.x - other.x) + (self.y - other.y) * (self.y - other.y)).sqrt()
    }

    /// This place moved.
    #[must_use]
    pub fn moved(self, x: f64, y: f64) -> Km {
        Km {
            x: self.x + x,
            y: self.y + y,
        }
    }
}

/// One township or street.
#[derive(Clone, Debug)]
pub struct Township {
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub seat: Km,
    pub area_km2: f64,
    pub shape: Polygon,
    /// Real villages of it: code, name and name in Latin letters without the committee's suffix.
    pub villages: Vec<VillageName>,
}

/// A real village's code and names.
#[derive(Clone, Debug)]
pub struct VillageName {
    pub code: String,
    pub name: String,
    pub name_en: String,
}

/// The county's ground: its border and townships in code order.
#[derive(Clone, Debug)]
pub struct Ground {
    pub code: String,
    pub border: MultiPolygon,
    pub townships: Vec<Township>,
}

#[derive(Deserialize)]
struct DivisionRow {
    code: String,
    name: String,
    pinyin: String,
    level: String,
    parent: String,
}

impl Ground {
    /// Reads the borders and names that come with the program.
    ///
    /// # Errors
    /// When the built-in files cannot be read, which a test rules out.
    pub fn xinchang() -> anyhow::Result<Ground> {
        Ground::of(COUNTY, TOWNSHIPS, DIVISIONS)
    }

    /// Reads the same three files from a folder such as `deploy/demo/geo`.
    ///
    /// # Errors
    /// When one is missing or cannot be read.
    pub fn read(folder: &std::path::Path) -> anyhow::Result<Ground> {
        let text = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path)
                .with_context(|| format!("could not read {}", path.display()))
        };
        Ground::of(
            &text("xinchang-county.geojson")?,
            &text("xinchang-townships-synthetic.geojson")?,
            &text("xinchang-divisions.csv")?,
        )
    }

    fn of(county: &str, townships: &str, divisions: &str) -> anyhow::Result<Ground> {
        let rows: Vec<DivisionRow> = csv::Reader::from_reader(divisions.as_bytes())
            .deserialize()
            .collect::<Result<_, _>>()
            .context("could not read the divisions")?;
        let features = features(county)?;
        let border = features
            .into_iter()
            .next()
            .and_then(|f| f.geometry)
            .context("the county has no border")?;
        let border = MultiPolygon::try_from(border).context("the border is no area")?;
        let mut townships = features_of_townships(townships, &rows)?;
        townships.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Ground {
            code: "330624".to_owned(),
            border,
            townships,
        })
    }

    /// The township a place lies in, if it lies in the county at all. Places are judged as they
    /// are written, at five decimals.
    pub fn township_of(&self, at: Km) -> Option<usize> {
        let (lon, lat) = at.degrees_e6();
        let point = Point::new(f64::from(lon) / 1e6, f64::from(lat) / 1e6);
        if !self.border.contains(&point) {
            return None;
        }
        self.townships.iter().position(|t| t.shape.contains(&point))
    }
}

fn features(text: &str) -> anyhow::Result<Vec<geojson::Feature>> {
    let collection: geojson::FeatureCollection = text
        .parse::<geojson::GeoJson>()?
        .try_into()
        .context("not a feature collection")?;
    Ok(collection.features)
}

fn features_of_townships(text: &str, rows: &[DivisionRow]) -> anyhow::Result<Vec<Township>> {
    let mut townships = Vec::new();
    for feature in features(text)? {
        let word = |key: &str| -> anyhow::Result<String> {
            let value = feature.property(key).and_then(|v| v.as_str());
            Ok(value
                .with_context(|| format!("a township has no {key}"))?
                .to_owned())
        };
        let seat: Vec<f64> = feature
            .property("seat")
            .and_then(|v| serde_json::from_value(v.clone()).ok())
            .context("a township has no seat")?;
        let area_km2 = feature
            .property("area_km2")
            .and_then(serde_json::Value::as_f64)
            .context("a township has no area")?;
        let code = word("code")?;
        let villages = rows
            .iter()
            .filter(|row| row.level == "village" && row.parent == code)
            .map(|row| VillageName {
                code: row.code.clone(),
                name: plain_name(&row.name),
                name_en: plain_pinyin(&row.pinyin),
            })
            .collect();
        let (name, name_en) = (word("name")?, word("name_en")?);
        let shape = feature
            .geometry
            .clone()
            .context("a township has no border")?;
        let shape = Polygon::try_from(shape).context("a township's border is no area")?;
        let [lon, lat] = seat[..] else {
            anyhow::bail!("a seat is two numbers")
        };
        let seat = Km::of_degrees(lon, lat);
        townships.push(Township {
            code,
            name,
            name_en,
            seat,
            area_km2,
            shape,
            villages,
        });
    }
    Ok(townships)
}

/// `黄婆滩村委会` becomes `黄婆滩村`, `临江社区居委会` `临江社区`, `大塘坑居委会` `大塘坑`.
fn plain_name(name: &str) -> String {
    for (suffix, kept) in [
        ("村委会", "村"),
        ("社区居委会", "社区"),
        ("居委会", ""),
        ("管理区", ""),
    ] {
        if let Some(stem) = name.strip_suffix(suffix) {
            // 棠村村委会 is 棠村 already.
            let kept = if kept == "村" && stem.ends_with('村') {
                ""
            } else {
                kept
            };
            return format!("{stem}{kept}");
        }
    }
    name.to_owned()
}

/// `Huangpotancunweihui` becomes `Huangpotan`.
fn plain_pinyin(pinyin: &str) -> String {
    for suffix in [
        "shequjuweihui",
        "juweihui",
        "cunweihui",
        "guanliqu",
        "shequ",
    ] {
        if let Some(stem) = pinyin.strip_suffix(suffix) {
            return stem.to_owned();
        }
    }
    pinyin.to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_real_divisions_are_all_there() {
        let ground = Ground::xinchang().unwrap();
        assert_eq!(ground.townships.len(), 12);
        assert_eq!(
            ground
                .townships
                .iter()
                .map(|t| t.villages.len())
                .sum::<usize>(),
            292
        );
        for town in &ground.townships {
            assert!(
                town.villages.iter().all(|v| !v.name.contains("委会")),
                "{}",
                town.name
            );
        }
    }

    #[test]
    fn names_lose_the_committee_and_nothing_else() {
        for (written, plain) in [
            ("黄婆滩村委会", "黄婆滩村"),
            ("棠村村委会", "棠村"),
            ("临江社区居委会", "临江社区"),
            ("大塘坑居委会", "大塘坑"),
            ("小将林场管理区", "小将林场"),
        ] {
            assert_eq!(plain_name(written), plain);
        }
    }

    #[test]
    fn seats_lie_in_their_own_townships_and_the_sea_in_none() {
        let ground = Ground::xinchang().unwrap();
        for (slot, town) in ground.townships.iter().enumerate() {
            assert_eq!(ground.township_of(town.seat), Some(slot), "{}", town.name);
        }
        assert_eq!(ground.township_of(Km::of_degrees(122.5, 29.5)), None);
    }
}
