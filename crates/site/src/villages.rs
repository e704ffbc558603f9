//! Villages and their grids: where people answer for the ground, below a township.
//!
//! They are rows of `areas.csv`. Decisions go by township, catchment and zone; a village or a grid only
//! says who belongs to a group, so none of them reaches a [`model::Config`].

use std::collections::HashMap;
use std::ops::Range;

use geo::{Intersects as _, Point};

use crate::diagnose::{Diagnostics, Problem, Source};
use crate::ground::Zone;
use crate::sheet::Row;

/// A village, or a grid within one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Village {
    pub(crate) code: String,
    /// Code of the township, or of the village a grid is part of.
    pub(crate) parent: String,
    pub(crate) grid: bool,
    /// Codes of the zones its point lies in.
    zones: Vec<String>,
}

/// All of a jurisdiction, found by code.
#[derive(Debug, Default)]
pub(crate) struct Villages {
    list: Vec<Village>,
    by_code: HashMap<String, usize>,
    points: Vec<Option<Point<f64>>>,
    parents: Vec<Range<usize>>,
}

/// Columns of `areas.csv` that hold a point.
const LON: usize = 6;
const LAT: usize = 7;

impl Villages {
    /// Takes a row of `areas.csv` whose kind is village or grid.
    pub(crate) fn take(&mut self, row: &Row<'_>, grid: bool, out: &mut Diagnostics) {
        let (code, parent) = (row.get(0), row.get(3));
        if code.is_empty() {
            return;
        }
        if self.by_code.contains_key(code) {
            out.push(row.problem(0, format!("`{code}` is there twice")));
            return;
        }
        if parent.is_empty() {
            let above = if grid { "village" } else { "township" };
            out.push(row.problem(3, format!("`{code}` lies in no {above}")));
            return;
        }
        let point = point(row, out);
        self.by_code.insert(code.to_owned(), self.list.len());
        self.points.push(point);
        self.parents.push(row.span(3));
        self.list.push(Village {
            code: code.to_owned(),
            parent: parent.to_owned(),
            grid,
            zones: Vec::new(),
        });
    }

    /// A grid lies in a village of the file; a village in one of its townships, where it names any.
    pub(crate) fn check(&self, townships: &[&str], source: &Source, out: &mut Diagnostics) {
        for (village, span) in self.list.iter().zip(&self.parents) {
            let tell = |what: String, known: Vec<&str>, out: &mut Diagnostics| {
                let problem = Problem::at(source, span.clone(), what);
                out.push(problem.near_unless(out.is_long(), &village.parent, known));
            };
            let parent = village.parent.as_str();
            if village.grid {
                let above = self.find(parent).filter(|above| !above.grid);
                if above.is_none() {
                    let known = self.list.iter().filter(|v| !v.grid);
                    let known = known.map(|v| v.code.as_str()).collect();
                    tell(format!("no village `{parent}` in this file"), known, out);
                }
            } else if !townships.is_empty() && !townships.contains(&parent) {
                let what = format!("no township `{parent}` in this file");
                tell(what, townships.to_vec(), out);
            }
        }
    }

    /// Which zones each lies in; a border counts as inside. A grid without a point lies where its
    /// village does.
    pub(crate) fn place(&mut self, zones: &[Zone]) {
        let inside = |point: &Point<f64>| {
            let hits = zones.iter().filter(|zone| zone.ground.intersects(point));
            hits.map(|zone| zone.code.clone()).collect::<Vec<String>>()
        };
        let found: Vec<Vec<String>> = (0..self.list.len())
            .map(|place| {
                let above = self.by_code.get(&self.list[place].parent);
                let point = self.points[place].or_else(|| self.points[*above?]);
                point.as_ref().map(inside).unwrap_or_default()
            })
            .collect();
        for (village, zones) in self.list.iter_mut().zip(found) {
            village.zones = zones;
        }
    }

    pub(crate) fn find(&self, code: &str) -> Option<&Village> {
        self.by_code.get(code).map(|place| &self.list[*place])
    }

    pub(crate) fn codes(&self, grid: bool) -> impl Iterator<Item = &str> {
        let those = self.list.iter().filter(move |village| village.grid == grid);
        those.map(|village| village.code.as_str())
    }

    pub(crate) fn all_codes(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|village| village.code.as_str())
    }

    /// The village of a code: itself, or the one a grid is part of.
    pub(crate) fn village_of(&self, code: &str) -> Option<&str> {
        let found = self.find(code)?;
        Some(if found.grid {
            &found.parent
        } else {
            &found.code
        })
    }

    /// The township a village or grid lies in.
    pub(crate) fn township_of(&self, code: &str) -> Option<&str> {
        let village = self.find(self.village_of(code)?)?;
        (!village.grid).then_some(village.parent.as_str())
    }

    /// Whether a village or grid lies in a zone.
    pub(crate) fn lies_in(&self, code: &str, zone: &str) -> bool {
        let found = self.find(code);
        found.is_some_and(|village| village.zones.iter().any(|one| one == zone))
    }
}

/// The point of a row, in degrees of WGS 84; both cells or none.
fn point(row: &Row<'_>, out: &mut Diagnostics) -> Option<Point<f64>> {
    let (lon, lat) = (row.get(LON), row.get(LAT));
    if lon.is_empty() && lat.is_empty() {
        return None;
    }
    let degree = |text: &str, most: f64| {
        let value = text.parse::<f64>().ok();
        value.filter(|value| value.abs() <= most)
    };
    let (Some(x), Some(y)) = (degree(lon, 180.0), degree(lat, 90.0)) else {
        let column = if degree(lon, 180.0).is_none() {
            LON
        } else {
            LAT
        };
        let problem = row.problem(column, format!("`{}` is no degree", row.get(column)));
        out.push(problem.expecting("lon and lat in degrees of WGS 84, such as 120.90381"));
        return None;
    };
    Some(Point::new(x, y))
}
