//! The map as of one moment: what stood where, and its picture.

use model::Time;
use model::view::{CountyView, ProcessView};

use crate::facts::{MapMoment, Mark, Report, Why};
use crate::ground::{Ground, bounds};
use crate::language::Language;
use crate::picture::{Anchor, Ink, Picture, Shape};

const WIDTH: f64 = 720.0;
const LOWEST: f64 = 260.0;
const HIGHEST: f64 = 620.0;
const ROOM: f64 = 18.0;

/// Marks that bear a number and a line in the table.
const MOST_NUMBERED: usize = 15;
/// A number nearer to another one than this, px, is left out.
const APART: f64 = 15.0;

/// Moments that are shown without being asked for, nearer than this count once, ms.
const SAME_MS: i64 = 60_000;

impl MapMoment {
    /// What the map showed as of `at`, when `entry` was the newest.
    pub fn of(county: &CountyView, at: Time, entry: u64, why: Why) -> MapMoment {
        let mut moment = MapMoment {
            at,
            entry,
            why,
            ..MapMoment::default()
        };
        for station in &county.stations {
            let alarms = || {
                let own = county.alarms.iter().filter(|a| a.station == station.id);
                own.filter(|a| a.level > 0)
            };
            for alarm in alarms() {
                if let Some(count) = moment.by_level.get_mut(usize::from(alarm.level) - 1) {
                    *count += 1;
                }
                moment.unacked += u32::from(alarm.ack.is_none());
            }
            let (Some(lon), Some(lat)) = (station.lon, station.lat) else {
                continue;
            };
            let Some(worst) = alarms().max_by_key(|a| a.level) else {
                moment.quiet.push((lon, lat));
                continue;
            };
            let mut series = station.series.iter();
            let series = series.find(|s| s.now.quantity == worst.quantity);
            moment.marks.push(Mark {
                station: station.id.clone(),
                name: station.name.clone(),
                lon,
                lat,
                level: worst.level,
                value: worst.value.clone(),
                unit: series.map(|s| s.unit.clone()).unwrap_or_default(),
                acked: alarms().all(|a| a.ack.is_some()),
                sight_lost: alarms().any(|a| a.sight_lost || a.process == ProcessView::Unknown),
            });
        }
        moment
            .marks
            .sort_by(|a, b| (b.level, &a.station).cmp(&(a.level, &b.station)));
        moment
    }

    /// Places of the marks that bear a number, in its order.
    pub fn numbered(&self, ground: &Ground) -> Vec<&Mark> {
        let Some(view) = self.view(ground) else {
            return Vec::new();
        };
        let mut taken: Vec<(f64, f64)> = Vec::new();
        let mut found = Vec::new();
        for mark in &self.marks {
            let (x, y) = view.place(mark.lon, mark.lat);
            let free = taken.iter().all(|(a, b)| (a - x).hypot(b - y) > APART);
            if free && found.len() < MOST_NUMBERED {
                taken.push((x, y));
                found.push(mark);
            }
        }
        found
    }

    /// The picture, with the county's borders where they are known.
    pub fn picture(&self, ground: &Ground, language: Language, words: String) -> Option<Picture> {
        let view = self.view(ground)?;
        let mut shapes = Vec::new();
        let full = vec![
            (0.0, 0.0),
            (WIDTH, 0.0),
            (WIDTH, view.height),
            (0.0, view.height),
        ];
        shapes.push(Shape::Area {
            rings: vec![full],
            ink: Ink::Out,
        });
        if view.drawn {
            let ring = |ring: &Vec<(f64, f64)>| -> Vec<(f64, f64)> {
                ring.iter()
                    .map(|(lon, lat)| view.place(*lon, *lat))
                    .collect()
            };
            shapes.push(Shape::Area {
                rings: ground.county.iter().map(ring).collect(),
                ink: Ink::Land,
            });
            let line = |points, ink, width| Shape::Line {
                points,
                ink,
                width,
                broken: false,
            };
            let borders = ground.townships.iter().flat_map(|t| &t.rings);
            shapes.extend(borders.map(|r| line(ring(r), Ink::Border, 0.8)));
            let edge = ground.county.iter();
            shapes.extend(edge.map(|r| line(ring(r), Ink::Edge, 1.3)));
            for township in &ground.townships {
                let Some(place) = middle(&township.rings) else {
                    continue;
                };
                let (x, y) = view.place(place.0, place.1);
                shapes.push(Shape::Words {
                    x,
                    y,
                    size: 11.0,
                    text: language.say(&township.name).to_owned(),
                    anchor: Anchor::Middle,
                    ink: Ink::Faint,
                });
            }
        }
        for (lon, lat) in &self.quiet {
            let (x, y) = view.place(*lon, *lat);
            shapes.push(Shape::Dot {
                x,
                y,
                radius: 1.2,
                ink: Ink::Fill,
            });
        }
        // The worst last, so that nothing lies over them.
        for mark in self.marks.iter().rev() {
            let (x, y) = view.place(mark.lon, mark.lat);
            shapes.push(Shape::Level {
                x,
                y,
                size: 11.0,
                level: mark.level,
                hollow: mark.sight_lost,
            });
        }
        for (n, mark) in self.numbered(ground).into_iter().enumerate() {
            let (x, y) = view.place(mark.lon, mark.lat);
            shapes.push(Shape::Words {
                x: x + 7.0,
                y: y - 4.0,
                size: 11.0,
                text: (n + 1).to_string(),
                anchor: Anchor::Start,
                ink: Ink::Text,
            });
        }
        Some(Picture {
            width: WIDTH,
            height: view.height,
            words,
            shapes,
        })
    }

    /// What part of the world the picture shows; none where nothing has a place.
    fn view(&self, ground: &Ground) -> Option<View> {
        let marks = self.marks.iter().map(|m| (m.lon, m.lat));
        let places: Vec<(f64, f64)> = marks.chain(self.quiet.iter().copied()).collect();
        let drawn = ground.holds(&places);
        let border = ground.county.iter().flatten().filter(|_| drawn);
        let (west, south, east, north) = bounds(border.chain(&places))?;
        // A degree of longitude is shorter than one of latitude by the cosine of the latitude.
        let squeeze = ((south + north) / 2.0).to_radians().cos().max(0.05);
        let (wide, high) = ((east - west).max(1e-4) * squeeze, (north - south).max(1e-4));
        let inner = WIDTH - 2.0 * ROOM;
        let height = (inner * high / wide + 2.0 * ROOM).clamp(LOWEST, HIGHEST);
        let scale = (inner / wide).min((height - 2.0 * ROOM) / high);
        Some(View {
            squeeze,
            scale,
            middle: ((west + east) / 2.0, (south + north) / 2.0),
            height,
            drawn,
        })
    }
}

/// From the world to the picture.
struct View {
    squeeze: f64,
    scale: f64,
    middle: (f64, f64),
    height: f64,
    /// The borders are this county's.
    drawn: bool,
}

impl View {
    fn place(&self, lon: f64, lat: f64) -> (f64, f64) {
        let x = (lon - self.middle.0) * self.squeeze * self.scale + WIDTH / 2.0;
        let y = (self.middle.1 - lat) * self.scale + self.height / 2.0;
        (x, y)
    }
}

/// The middle of the largest ring.
fn middle(rings: &[Vec<(f64, f64)>]) -> Option<(f64, f64)> {
    let ring = rings.iter().max_by_key(|ring| ring.len())?;
    let (w, s, e, n) = bounds(ring)?;
    Some(((w + e) / 2.0, (s + n) / 2.0))
}

impl Report {
    /// Moments whose map says most: the first alarm, the worst, the first people on the scene, the end;
    /// and those that were asked for.
    pub fn moments(&self, asked: &[Time]) -> Vec<(Time, Why)> {
        let key = |key: crate::facts::Key| {
            let mut keys = self.keys.iter();
            let found = keys.find(|one| one.key == key);
            found.and_then(|one| one.moment).map(|moment| moment.at)
        };
        let worst = self.worst.as_ref().map(|worst| worst.moment.at);
        let (from, to) = (self.of.from, self.of.to);
        let mut moments: Vec<(Time, Why)> = Vec::new();
        let asked = asked.iter().map(|at| (Some(*at), Why::Asked));
        let found = asked.chain([
            (worst, Why::Worst),
            (key(crate::facts::Key::FirstAlarm), Why::FirstAlarm),
            (key(crate::facts::Key::OnScene), Why::OnScene),
            (Some(to), Why::End),
        ]);
        for (at, why) in found {
            let Some(at) = at.filter(|at| *at >= from && *at <= to) else {
                continue;
            };
            let near = |(other, _): &(Time, Why)| other.since_ms(at).abs() < SAME_MS;
            if !moments.iter().any(near) {
                moments.push((at, why));
            }
        }
        moments.sort();
        moments
    }
}
