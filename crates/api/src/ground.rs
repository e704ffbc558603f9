//! Questions about ground: which stations lie within a polygon or a distance.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Config, JurisdictionSlot};
use runtime::{Fleet, Inbox};
use store::Store;
use store::places::{Places, PlacesError, Shape, Spot};
use tokio::sync::Mutex;

use crate::error::{Fault, store_fault};

/// Corners of the largest polygon that may be asked about.
const MOST_CORNERS: usize = 10_000;
/// Half of the way around the earth.
const MOST_METRES: u32 = 20_037_508;

/// The places, kept in line with the configs in force.
pub(crate) struct Ground {
    places: Places,
    /// The configs that the places follow.
    known: Mutex<Vec<Arc<Config>>>,
}

impl Ground {
    pub(crate) async fn open(store: &Store) -> Result<Ground, PlacesError> {
        Ok(Ground {
            places: Places::open(store).await?,
            known: Mutex::default(),
        })
    }

    /// Jurisdiction and id of every station in `shape` or on its border.
    pub(crate) async fn within(
        &self,
        inbox: &Inbox,
        shape: &Shape,
    ) -> Result<BTreeSet<(String, String)>, Fault> {
        let configs = inbox.ask(in_force).await?;
        let mut known = self.known.lock().await;
        let same = known.len() == configs.len()
            && known.iter().zip(&configs).all(|(a, b)| Arc::ptr_eq(a, b));
        let asked = async {
            if !same {
                self.places.replace(&places_of(&configs)).await?;
            }
            self.places.within(shape).await
        };
        let found = asked
            .await
            .map_err(|cause| store_fault("find stations on the ground", &cause))?;
        *known = configs;
        let named = found
            .into_iter()
            .map(|place| (place.jurisdiction, place.id));
        Ok(named.collect())
    }
}

/// Reads `lon,lat` and metres, or corners as `lon,lat;lon,lat;…`.
pub(crate) fn shape(
    near: Option<&str>,
    metres: Option<u32>,
    within: Option<&str>,
) -> Result<Option<Shape>, Fault> {
    match (near, metres, within) {
        (None, None, None) => Ok(None),
        (Some(near), Some(metres), None) if metres <= MOST_METRES => Ok(Some(Shape::Around {
            centre: corner("near", near)?,
            metres,
        })),
        (None, None, Some(within)) => {
            let corners: Vec<[f64; 2]> = within
                .split(';')
                .map(|text| corner("within", text))
                .collect::<Result<_, _>>()?;
            let shape = Shape::polygon(&corners).filter(|_| corners.len() <= MOST_CORNERS);
            let why = format!("3 to {MOST_CORNERS} corners as lon,lat;lon,lat;lon,lat");
            shape.ok_or(Fault::field("within", why)).map(Some)
        }
        (Some(_), Some(_), None) => Err(Fault::field("metres", format!("at most {MOST_METRES}"))),
        (Some(_), None, None) | (None, Some(_), None) => Err(Fault::field(
            "near",
            "near=lon,lat and metres=… belong together",
        )),
        (Some(_), _, Some(_)) | (None, Some(_), Some(_)) => Err(Fault::field(
            "within",
            "either within=… or near=… with metres=…",
        )),
    }
}

fn corner(field: &'static str, text: &str) -> Result<[f64; 2], Fault> {
    let read = |text: &str, most: f64| {
        let degrees = text.trim().parse::<f64>().ok()?;
        (degrees.abs() <= most).then_some(degrees)
    };
    let read = text
        .split_once(',')
        .and_then(|(lon, lat)| Some([read(lon, 180.0)?, read(lat, 90.0)?]));
    read.ok_or_else(|| Fault::field(field, "degrees as lon,lat, such as 120.9,29.5"))
}

fn in_force(fleet: &Fleet) -> Vec<Arc<Config>> {
    let slots = (0..fleet.len() as u16).map(JurisdictionSlot);
    let known = slots.filter_map(|slot| fleet.config(slot).map(Arc::clone));
    known.collect()
}

fn places_of(configs: &[Arc<Config>]) -> Vec<Spot> {
    let of = |config: &Arc<Config>| {
        let code = config.code.clone();
        let stations = config.stations.iter().filter_map(move |station| {
            let (lon_e6, lat_e6) = station.position_e6?;
            Some(Spot {
                jurisdiction: code.clone(),
                id: station.id.clone(),
                lon_e6,
                lat_e6,
            })
        });
        stations.collect::<Vec<_>>()
    };
    configs.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_question_is_read_whole_or_refused_with_what_to_write() {
        let around = shape(Some("120.9, 29.5"), Some(2_000), None).unwrap();
        let centre = [120.9, 29.5];
        assert_eq!(
            around,
            Some(Shape::Around {
                centre,
                metres: 2_000
            })
        );
        assert!(shape(None, None, Some("1,2;3,4;5,0")).unwrap().is_some());
        assert_eq!(shape(None, None, None).unwrap(), None);
        for (near, metres, within) in [
            (Some("120.9"), Some(1), None),
            (Some("NaN,1"), Some(1), None),
            (Some("190,1"), Some(1), None),
            (Some("1,2"), None, None),
            (None, Some(1), None),
            (Some("1,2"), Some(u32::MAX), None),
            (None, None, Some("1,2;3,4")),
            (None, None, Some("1,2;3,4;5")),
            (Some("1,2"), Some(1), Some("1,2;3,4;5,0")),
        ] {
            let refused = shape(near, metres, within);
            assert!(
                matches!(refused, Err(Fault::BadField { .. })),
                "{near:?} {metres:?} {within:?}"
            );
        }
    }
}
