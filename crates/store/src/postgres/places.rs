//! Places in PostGIS. It answers a little wider than asked, by a centimetre and a hundredth; the exact
//! border is drawn by whoever asks.

use sqlx::postgres::PgRow;
use sqlx::{Connection, Row};

use super::{Lanes, Link, LinkError, prepare};
use crate::places::{Shape, Spot};

/// What the server calls the sessions.
const NAME: &str = "watchfire places";

/// The table of stations; clones share its connections.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    lanes: Lanes,
}

impl Table {
    pub(crate) async fn open(link: &Link) -> Result<Table, LinkError> {
        prepare::ready_soon(link).await?;
        let lanes = Lanes::new(link, NAME, 2);
        Ok(Table { lanes })
    }

    pub(crate) async fn replace(&self, places: &[Spot]) -> Result<(), sqlx::Error> {
        let mut connection = self.lanes.take().await?;
        let mut change = connection.begin().await?;
        sqlx::query("DELETE FROM station")
            .execute(&mut *change)
            .await?;
        let texts = |of: fn(&Spot) -> &String| places.iter().map(of).cloned().collect();
        let jurisdictions: Vec<String> = texts(|place| &place.jurisdiction);
        let ids: Vec<String> = texts(|place| &place.id);
        let lons: Vec<i32> = places.iter().map(|place| place.lon_e6).collect();
        let lats: Vec<i32> = places.iter().map(|place| place.lat_e6).collect();
        sqlx::query(
            "INSERT INTO station (jurisdiction, id, lon_e6, lat_e6)
             SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::int[])",
        )
        .bind(jurisdictions)
        .bind(ids)
        .bind(lons)
        .bind(lats)
        .execute(&mut *change)
        .await?;
        change.commit().await
    }

    /// All places of a shape, and perhaps some just outside of it.
    pub(crate) async fn near(&self, shape: &Shape) -> Result<Vec<Spot>, sqlx::Error> {
        let mut connection = self.lanes.take().await?;
        let rows = match shape {
            Shape::Polygon(polygon) => {
                let polygon = geojson::Geometry::new(geojson::GeometryValue::from(polygon));
                sqlx::query(
                    "SELECT jurisdiction, id, lon_e6, lat_e6 FROM station
                     WHERE ST_DWithin(place, ST_SetSRID(ST_GeomFromGeoJSON($1), 4326), 1e-7)",
                )
                .bind(polygon.to_string())
                .fetch_all(&mut *connection)
                .await?
            }
            Shape::Around { centre, metres } => {
                sqlx::query(
                    "SELECT jurisdiction, id, lon_e6, lat_e6 FROM station
                     WHERE ST_DWithin(place::geography,
                         ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography, $3, false)",
                )
                .bind(centre[0])
                .bind(centre[1])
                .bind(f64::from(*metres) * 1.01 + 0.01)
                .fetch_all(&mut *connection)
                .await?
            }
        };
        let place = |row: &PgRow| Spot {
            jurisdiction: row.get(0),
            id: row.get(1),
            lon_e6: row.get(2),
            lat_e6: row.get(3),
        };
        Ok(rows.iter().map(place).collect())
    }
}
