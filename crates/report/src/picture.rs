//! Pictures of a report as shapes: written as SVG, where colours are the screen's own when it has them
//! and paper's where not, and as points for word processors.

use std::fmt::Write as _;

use crate::escape::escaped;

/// A picture in pixels, y downwards.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    pub width: f64,
    pub height: f64,
    /// What it shows, for those who cannot see it.
    pub words: String,
    pub shapes: Vec<Shape>,
}

/// One thing drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Area {
        rings: Vec<Vec<(f64, f64)>>,
        ink: Ink,
    },
    Line {
        points: Vec<(f64, f64)>,
        ink: Ink,
        width: f64,
        broken: bool,
    },
    /// A level: a circle, a square, a diamond or a triangle, so that colour never stands alone.
    Level {
        x: f64,
        y: f64,
        size: f64,
        level: u8,
        hollow: bool,
    },
    Dot {
        x: f64,
        y: f64,
        radius: f64,
        ink: Ink,
    },
    Words {
        x: f64,
        y: f64,
        size: f64,
        text: String,
        anchor: Anchor,
        ink: Ink,
    },
}

/// On which side of its place a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// Colours by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Paper,
    Out,
    Land,
    Border,
    Edge,
    Grid,
    Curve,
    Fill,
    Text,
    Faint,
    Level(u8),
    LevelEdge(u8),
    LevelText(u8),
}

impl Ink {
    /// The design token, and the colour on white paper.
    pub(crate) const fn token(self) -> (&'static str, &'static str) {
        match self {
            Ink::Paper => ("bg-1", "#ffffff"),
            Ink::Out => ("map-out", "#f4f5f4"),
            Ink::Land => ("map-land", "#eceeec"),
            Ink::Border => ("map-line", "#b2b9b6"),
            Ink::Edge => ("line-2", "#747d7b"),
            Ink::Grid => ("chart-grid", "#dce0de"),
            Ink::Curve => ("chart-line", "#141717"),
            Ink::Fill => ("chart-2", "#747d7b"),
            Ink::Text => ("ink-1", "#141717"),
            Ink::Faint => ("ink-3", "#565e5c"),
            Ink::Level(1) => ("lv1", "#3a86de"),
            Ink::Level(2) => ("lv2", "#f2c500"),
            Ink::Level(3) => ("lv3", "#ee7c00"),
            Ink::Level(_) => ("lv4", "#c31a15"),
            Ink::LevelEdge(1) => ("lv1-edge", "#0b3b75"),
            Ink::LevelEdge(2) => ("lv2-edge", "#5c4a00"),
            Ink::LevelEdge(3) => ("lv3-edge", "#6e3300"),
            Ink::LevelEdge(_) => ("lv4-edge", "#5e0703"),
            Ink::LevelText(1) => ("lv1-text", "#1460b8"),
            Ink::LevelText(2) => ("lv2-text", "#6b5600"),
            Ink::LevelText(3) => ("lv3-text", "#964600"),
            Ink::LevelText(_) => ("lv4-text", "#b01510"),
        }
    }

    fn css(self) -> String {
        let (token, paper) = self.token();
        format!("var(--{token},{paper})")
    }
}

/// The corners of a level's mark; none for the circle.
pub(crate) fn corners(level: u8, x: f64, y: f64, size: f64) -> Vec<(f64, f64)> {
    let r = size / 2.0;
    match level {
        2 => vec![
            (x - r * 0.85, y - r * 0.85),
            (x + r * 0.85, y - r * 0.85),
            (x + r * 0.85, y + r * 0.85),
            (x - r * 0.85, y + r * 0.85),
        ],
        3 => vec![
            (x, y - r * 1.1),
            (x + r * 1.1, y),
            (x, y + r * 1.1),
            (x - r * 1.1, y),
        ],
        4 => vec![
            (x, y - r * 1.15),
            (x + r * 1.15, y + r),
            (x - r * 1.15, y + r),
        ],
        _ => Vec::new(),
    }
}

impl Picture {
    /// The picture as an SVG element.
    pub fn svg(&self) -> String {
        let mut out = String::new();
        let (w, h) = (self.width, self.height);
        put(
            &mut out,
            format_args!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:.0} {h:.0}" role="img" aria-label="{}">"#,
                escaped(&self.words)
            ),
        );
        for shape in &self.shapes {
            shape.svg(&mut out);
        }
        out.push_str("</svg>");
        out
    }
}

impl Shape {
    fn svg(&self, out: &mut String) {
        match self {
            Shape::Area { rings, ink } => {
                let path: String = rings.iter().map(|ring| path_of(ring) + "Z").collect();
                let fill = ink.css();
                put(
                    out,
                    format_args!(r#"<path d="{path}" fill-rule="evenodd" style="fill:{fill}"/>"#),
                );
            }
            Shape::Line {
                points,
                ink,
                width,
                broken,
            } => {
                let (path, stroke) = (path_of(points), ink.css());
                let dash = if *broken { ";stroke-dasharray:4 3" } else { "" };
                put(
                    out,
                    format_args!(
                        r#"<path d="{path}" fill="none" style="stroke:{stroke};stroke-width:{width}{dash}"/>"#
                    ),
                );
            }
            Shape::Level {
                x,
                y,
                size,
                level,
                hollow,
            } => {
                let fill = if *hollow {
                    Ink::Paper
                } else {
                    Ink::Level(*level)
                };
                let edge = if *hollow {
                    Ink::Level(*level)
                } else {
                    Ink::LevelEdge(*level)
                };
                let style = format!("fill:{};stroke:{};stroke-width:1", fill.css(), edge.css());
                match corners(*level, *x, *y, *size).as_slice() {
                    [] => {
                        let r = size / 2.0;
                        put(
                            out,
                            format_args!(
                                r#"<circle cx="{x:.1}" cy="{y:.1}" r="{r:.1}" style="{style}"/>"#
                            ),
                        );
                    }
                    ring => {
                        let path = path_of(ring);
                        put(out, format_args!(r#"<path d="{path}Z" style="{style}"/>"#));
                    }
                }
            }
            Shape::Dot { x, y, radius, ink } => {
                let fill = ink.css();
                put(
                    out,
                    format_args!(
                        r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" style="fill:{fill}"/>"#
                    ),
                );
            }
            Shape::Words {
                x,
                y,
                size,
                text,
                anchor,
                ink,
            } => {
                let side = match anchor {
                    Anchor::Start => "start",
                    Anchor::Middle => "middle",
                    Anchor::End => "end",
                };
                let (fill, halo, text) = (ink.css(), Ink::Paper.css(), escaped(text));
                put(
                    out,
                    format_args!(
                        r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{side}" style="font-size:{size}px;fill:{fill};stroke:{halo};stroke-width:2.5;paint-order:stroke">{text}</text>"#
                    ),
                );
            }
        }
    }
}

fn path_of(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (n, (x, y)) in points.iter().enumerate() {
        let letter = if n == 0 { 'M' } else { 'L' };
        put(&mut path, format_args!("{letter}{x:.1} {y:.1}"));
    }
    path
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes everything");
}
