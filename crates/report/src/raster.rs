//! Pictures as PNG, for word processors that know no SVG. Of words only digits are drawn: names stand
//! in the table under the picture.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash,
    Transform,
};

use crate::picture::{Anchor, Ink, Picture, Shape, corners};

/// Points for each pixel of the picture, so that print is sharp.
const SCALE: f32 = 2.0;

/// Width of a digit and of its gap, as parts of the type size.
const DIGIT: f64 = 0.45;
const STEP: f64 = 0.62;

impl Picture {
    /// The picture as PNG with its size in points; none when it has no size.
    pub fn png(&self) -> Option<(Vec<u8>, u32, u32)> {
        let (w, h) = (self.width as f32 * SCALE, self.height as f32 * SCALE);
        let mut canvas = Pixmap::new(w as u32, h as u32)?;
        canvas.fill(Color::WHITE);
        for shape in &self.shapes {
            draw(&mut canvas, shape);
        }
        let png = encode(canvas.data(), canvas.width(), canvas.height()).ok()?;
        Some((png, canvas.width(), canvas.height()))
    }
}

fn draw(canvas: &mut Pixmap, shape: &Shape) {
    match shape {
        Shape::Area { rings, ink } => {
            let mut path = PathBuilder::new();
            for ring in rings {
                trace(&mut path, ring);
                path.close();
            }
            fill(canvas, path.finish(), *ink);
        }
        Shape::Line {
            points,
            ink,
            width,
            broken,
        } => {
            let mut path = PathBuilder::new();
            trace(&mut path, points);
            line(canvas, path.finish(), *ink, *width, *broken);
        }
        Shape::Level {
            x,
            y,
            size,
            level,
            hollow,
        } => {
            let ring = corners(*level, *x, *y, *size);
            let path = match ring.as_slice() {
                [] => PathBuilder::from_circle(*x as f32, *y as f32, (*size / 2.0) as f32),
                ring => {
                    let mut path = PathBuilder::new();
                    trace(&mut path, ring);
                    path.close();
                    path.finish()
                }
            };
            let (inside, edge) = match hollow {
                true => (Ink::Paper, Ink::Level(*level)),
                false => (Ink::Level(*level), Ink::LevelEdge(*level)),
            };
            fill(canvas, path.clone(), inside);
            line(canvas, path, edge, 1.0, false);
        }
        Shape::Dot { x, y, radius, ink } => {
            let circle = PathBuilder::from_circle(*x as f32, *y as f32, *radius as f32);
            fill(canvas, circle, *ink);
        }
        Shape::Words {
            x,
            y,
            size,
            text,
            anchor,
            ink,
        } => digits(canvas, (*x, *y), *size, text, *anchor, *ink),
    }
}

fn trace(path: &mut PathBuilder, points: &[(f64, f64)]) {
    for (n, (x, y)) in points.iter().enumerate() {
        match n {
            0 => path.move_to(*x as f32, *y as f32),
            _ => path.line_to(*x as f32, *y as f32),
        }
    }
}

fn paint(ink: Ink) -> Paint<'static> {
    let (_, hex) = ink.token();
    let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2).unwrap_or("00"), 16);
    let part = |at| part(at).unwrap_or(0);
    let mut paint = Paint::default();
    paint.set_color_rgba8(part(1), part(3), part(5), 255);
    paint.anti_alias = true;
    paint
}

fn fill(canvas: &mut Pixmap, path: Option<Path>, ink: Ink) {
    let Some(path) = path else { return };
    let at = Transform::from_scale(SCALE, SCALE);
    canvas.fill_path(&path, &paint(ink), FillRule::EvenOdd, at, None);
}

fn line(canvas: &mut Pixmap, path: Option<Path>, ink: Ink, width: f64, broken: bool) {
    let Some(path) = path else { return };
    let stroke = Stroke {
        width: width as f32,
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        dash: broken
            .then(|| StrokeDash::new(vec![4.0, 3.0], 0.0))
            .flatten(),
        ..Stroke::default()
    };
    let at = Transform::from_scale(SCALE, SCALE);
    canvas.stroke_path(&path, &paint(ink), &stroke, at, None);
}

/// Strokes of a sign in a box of one by one, y downwards; none for what is not drawn.
fn strokes(sign: char) -> Option<&'static [&'static [(f64, f64)]]> {
    Some(match sign {
        '0' => &[&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]],
        '1' => &[&[(0.2, 0.15), (0.6, 0.0), (0.6, 1.0)]],
        '2' => &[&[
            (0.0, 0.0),
            (1.0, 0.0),
            (1.0, 0.5),
            (0.0, 0.5),
            (0.0, 1.0),
            (1.0, 1.0),
        ]],
        '3' => &[
            &[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)],
            &[(0.2, 0.5), (1.0, 0.5)],
        ],
        '4' => &[
            &[(0.0, 0.0), (0.0, 0.55), (1.0, 0.55)],
            &[(0.8, 0.2), (0.8, 1.0)],
        ],
        '5' => &[&[
            (1.0, 0.0),
            (0.0, 0.0),
            (0.0, 0.45),
            (1.0, 0.45),
            (1.0, 1.0),
            (0.0, 1.0),
        ]],
        '6' => &[&[
            (1.0, 0.0),
            (0.0, 0.0),
            (0.0, 1.0),
            (1.0, 1.0),
            (1.0, 0.5),
            (0.0, 0.5),
        ]],
        '7' => &[&[(0.0, 0.0), (1.0, 0.0), (0.4, 1.0)]],
        '8' => &[
            &[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)],
            &[(0.0, 0.5), (1.0, 0.5)],
        ],
        '9' => &[&[
            (1.0, 0.5),
            (0.0, 0.5),
            (0.0, 0.0),
            (1.0, 0.0),
            (1.0, 1.0),
            (0.0, 1.0),
        ]],
        ':' => &[&[(0.5, 0.3), (0.5, 0.32)], &[(0.5, 0.75), (0.5, 0.77)]],
        '.' => &[&[(0.4, 0.98), (0.4, 1.0)]],
        '-' | '−' => &[&[(0.1, 0.55), (0.9, 0.55)]],
        ' ' => &[],
        _ => return None,
    })
}

/// Draws a word of digits; one that holds anything else is left out.
fn digits(canvas: &mut Pixmap, at: (f64, f64), size: f64, text: &str, anchor: Anchor, ink: Ink) {
    let signs: Option<Vec<_>> = text.chars().map(strokes).collect();
    let Some(signs) = signs else { return };
    let wide = signs.len() as f64 * STEP * size;
    let begin = match anchor {
        Anchor::Start => at.0,
        Anchor::Middle => at.0 - wide / 2.0,
        Anchor::End => at.0 - wide,
    };
    // The place of a word is its foot; a digit stands about 0.7 of the type size high.
    let (high, top) = (size * 0.7, at.1 - size * 0.7);
    for (n, sign) in signs.iter().enumerate() {
        let left = begin + n as f64 * STEP * size;
        for one in *sign {
            let place = |(x, y): &(f64, f64)| (left + x * DIGIT * size, top + y * high);
            let points: Vec<_> = one.iter().map(place).collect();
            let mut path = PathBuilder::new();
            trace(&mut path, &points);
            line(canvas, path.finish(), ink, (size * 0.1).max(1.0), false);
        }
    }
}

/// An RGBA picture as PNG; it is opaque, so the colours are as they are.
fn encode(points: &[u8], width: u32, height: u32) -> std::io::Result<Vec<u8>> {
    let mut zip = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in points.chunks(width as usize * 4) {
        zip.write_all(&[0])?;
        for point in row.chunks_exact(4) {
            zip.write_all(&point[..3])?;
        }
    }
    let mut head = Vec::new();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [
        (b"IHDR", head),
        (b"IDAT", zip.finish()?),
        (b"IEND", Vec::new()),
    ] {
        png.extend((content.len() as u32).to_be_bytes());
        let begin = png.len();
        png.extend(kind);
        png.extend(content);
        let check = crc32fast::hash(&png[begin..]);
        png.extend(check.to_be_bytes());
    }
    Ok(png)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_picture_is_points_of_its_size() {
        let picture = Picture {
            width: 40.0,
            height: 20.0,
            words: String::new(),
            shapes: vec![
                Shape::Level {
                    x: 10.0,
                    y: 10.0,
                    size: 12.0,
                    level: 4,
                    hollow: false,
                },
                Shape::Words {
                    x: 20.0,
                    y: 14.0,
                    size: 10.0,
                    text: "12:05".to_owned(),
                    anchor: Anchor::Start,
                    ink: Ink::Text,
                },
            ],
        };
        let (png, width, height) = picture.png().unwrap();
        assert_eq!((width, height), (80, 40));
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.ends_with(b"IEND\xaeB\x60\x82"));
        assert!(Picture::default().png().is_none());
    }

    #[test]
    fn every_sign_of_a_time_or_a_value_is_drawn() {
        assert!("0123456789:.- ".chars().all(|sign| strokes(sign).is_some()));
        assert!(strokes('镇').is_none());
    }
}
