//! Townships and catchments of the demonstration county, and which gauge lies upstream of which.

use std::fmt::Write as _;

use crate::county::{County, Post, Station};
use crate::people;
use crate::rivers::STEP_KM;
use crate::site_folder::HEAD;

/// People of a village, on the average of the county; made up like everything here.
const PEOPLE_OF_VILLAGE: usize = 1150;

/// How fast a flood wave runs down a river, kilometres an hour.
const WAVE_KM_H: f64 = 7.2;

/// Rows of `areas.csv`: the real townships with made-up numbers of people, a catchment a river, and the
/// villages with their grids where people answer for the ground.
pub(crate) fn rows(county: &County) -> String {
    let mut out = format!("{HEAD}code,kind,title,parent,people,title_en,lon,lat\n");
    for township in &county.ground.townships {
        let people = township.villages.len() * PEOPLE_OF_VILLAGE;
        let (code, name, name_en) = (&township.code, &township.name, &township.name_en);
        writeln!(out, "{code},township,{name},,{people},{name_en},,").expect("writing to a string");
    }
    for (slot, river) in county.rivers.iter().enumerate() {
        let villages = county.villages.iter();
        let on_it = villages.filter(|v| v.river.is_some_and(|(on, _)| on == slot));
        let people = on_it.count() * PEOPLE_OF_VILLAGE;
        let (id, name, name_en) = (river.id, river.name, river.name_en);
        writeln!(out, "{id},catchment,{name}流域,,{people},{name_en} basin,,")
            .expect("writing to a string");
    }
    for (slot, village) in county.villages.iter().enumerate() {
        let (code, name, name_en) = (&village.code, &village.name, &village.name_en);
        let township = &county.ground.townships[village.township].code;
        let (lon, lat) = village.at.degrees_e6();
        let (lon, lat) = (f64::from(lon) / 1e6, f64::from(lat) / 1e6);
        writeln!(
            out,
            "{code},village,{name},{township},{PEOPLE_OF_VILLAGE},{name_en},{lon:.5},{lat:.5}"
        )
        .expect("writing to a string");
        for grid in 1..=people::grids(slot) {
            let of = people::grid_code(code, grid);
            writeln!(
                out,
                "{of},grid,{name}第{grid}网格,{code},,{name_en} grid {grid},,"
            )
            .expect("writing to a string");
        }
    }
    out
}

/// The catchment of a station: its river, or for other posts the river that runs nearest.
pub(crate) fn catchment(county: &County, station: &Station) -> Option<&'static str> {
    let river = match station.post {
        Post::River { river, .. } | Post::Reservoir { river: Some(river) } => Some(river),
        Post::Brook
        | Post::RoadSlope
        | Post::RiskSlope
        | Post::Rain
        | Post::Reservoir { river: None }
        | Post::Gas => {
            let away = |slot: &usize| county.rivers[*slot].nearest(station.at, 0).0;
            (0..county.rivers.len()).min_by(|a, b| away(a).total_cmp(&away(b)))
        }
    };
    river.map(|slot| county.rivers[slot].id)
}

/// The next gauge upstream on the same river and its travel time, as `stations.csv` writes it.
pub(crate) fn upstream(county: &County, station: &Station) -> String {
    let Post::River { river, step } = station.post else {
        return String::new();
    };
    let above = county.stations.iter().filter_map(|other| match other.post {
        Post::River {
            river: on,
            step: at,
        } if on == river && at < step => Some((at, &other.id)),
        Post::River { .. }
        | Post::Brook
        | Post::RoadSlope
        | Post::RiskSlope
        | Post::Rain
        | Post::Reservoir { .. }
        | Post::Gas => None,
    });
    let Some((at, id)) = above.max() else {
        return String::new();
    };
    let minutes = (step - at) as f64 * STEP_KM / WAVE_KM_H * 60.0;
    format!("{id}:{:.0}m", minutes.round().max(1.0))
}
