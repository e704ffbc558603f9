//! Where stations stand, and which of them lie within a polygon or a distance.
//!
//! The embedded store looks in an R-tree in memory, PostgreSQL in PostGIS's index; both only narrow the
//! search. On which side of a border a station stands is decided here, by the same arithmetic, so the
//! store can never change an answer. Touching a border counts as inside.

use std::sync::{Arc, PoisonError, RwLock};

use geo::{BoundingRect, Intersects};
use model::ground::distance_mm;
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};

use crate::postgres::places::Table;
use crate::{Kind, LinkError, Store};

/// A station and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Code of its jurisdiction.
    pub jurisdiction: String,
    pub id: String,
    /// WGS 84 degrees × 1,000,000.
    pub lon_e6: i32,
    pub lat_e6: i32,
}

impl Spot {
    fn degrees(&self) -> [f64; 2] {
        [f64::from(self.lon_e6) / 1e6, f64::from(self.lat_e6) / 1e6]
    }
}

/// A piece of ground that is asked about, in WGS 84 degrees.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Polygon(geo::Polygon<f64>),
    Around { centre: [f64; 2], metres: u32 },
}

impl Shape {
    /// The polygon with these corners, in order; `None` with fewer than three.
    pub fn polygon(corners: &[[f64; 2]]) -> Option<Shape> {
        let ring: Vec<(f64, f64)> = corners.iter().map(|[x, y]| (*x, *y)).collect();
        (ring.len() >= 3).then(|| Shape::Polygon(geo::Polygon::new(ring.into(), Vec::new())))
    }

    /// Whether a place lies in it or on its border.
    pub fn holds(&self, place: &Spot) -> bool {
        let at = place.degrees();
        match self {
            Shape::Polygon(polygon) => polygon.intersects(&geo::Point::new(at[0], at[1])),
            Shape::Around { centre, metres } => {
                distance_mm(*centre, at) <= i64::from(*metres) * 1_000
            }
        }
    }

    /// A box around it; `None` for a polygon without a point.
    fn reach(&self) -> Option<AABB<[f64; 2]>> {
        match self {
            Shape::Polygon(polygon) => {
                let rect = polygon.bounding_rect()?;
                let (low, high) = (rect.min(), rect.max());
                Some(AABB::from_corners([low.x, low.y], [high.x, high.y]))
            }
            Shape::Around { centre, metres } => {
                // A degree of latitude is 111.19 km; the box is a tenth wider than the circle.
                let lat = f64::from(*metres) / 111_190.0 * 1.1 + 1e-6;
                let lon = lat / centre[1].to_radians().cos().max(0.01);
                let [x, y] = *centre;
                Some(AABB::from_corners([x - lon, y - lat], [x + lon, y + lat]))
            }
        }
    }
}

/// Why a question about ground has no answer.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    #[error("the database of places failed")]
    Database(#[from] sqlx::Error),
    #[error("the database of places cannot be used")]
    Link(#[from] LinkError),
}

/// All stations with a position; clones share them.
#[derive(Clone, Debug)]
pub struct Places {
    kept: Kept,
}

type Tree = RTree<GeomWithData<[f64; 2], Spot>>;

#[derive(Clone, Debug)]
enum Kept {
    Tree(Arc<RwLock<Tree>>),
    Table(Table),
}

impl Places {
    /// Opens the places of a store; [`Places::replace`] fills them.
    ///
    /// # Errors
    /// [`PlacesError::Link`] when the database cannot be used.
    pub async fn open(store: &Store) -> Result<Places, PlacesError> {
        let kept = match store.kind() {
            Kind::Embedded => Kept::Tree(Arc::default()),
            Kind::Postgres(link) => Kept::Table(Table::open(link).await?),
        };
        Ok(Places { kept })
    }

    /// These are the places from now on, all or nothing.
    ///
    /// # Errors
    /// [`PlacesError::Database`]; what was there before stays.
    pub async fn replace(&self, places: &[Spot]) -> Result<(), PlacesError> {
        match &self.kept {
            Kept::Tree(tree) => {
                let points = places
                    .iter()
                    .map(|place| GeomWithData::new(place.degrees(), place.clone()));
                let next = RTree::bulk_load(points.collect());
                *tree.write().unwrap_or_else(PoisonError::into_inner) = next;
            }
            Kept::Table(table) => table.replace(places).await?,
        }
        Ok(())
    }

    /// The places in a shape or on its border, by jurisdiction and id.
    ///
    /// # Errors
    /// [`PlacesError::Database`].
    pub async fn within(&self, shape: &Shape) -> Result<Vec<Spot>, PlacesError> {
        let mut found = match &self.kept {
            Kept::Tree(tree) => {
                let Some(reach) = shape.reach() else {
                    return Ok(Vec::new());
                };
                let tree = tree.read().unwrap_or_else(PoisonError::into_inner);
                let near = tree.locate_in_envelope(&reach);
                near.map(|point| point.data.clone()).collect()
            }
            Kept::Table(table) => table.near(shape).await?,
        };
        found.retain(|place| shape.holds(place));
        found.sort_unstable();
        Ok(found)
    }
}
