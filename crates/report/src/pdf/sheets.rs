//! The sheets of a PDF: what is put on them from the top down, and the file they make.

use std::collections::BTreeMap;

use pdf_writer::types::{ActionType, AnnotationType, TextRenderingMode};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::document::{Document, Span};
use crate::language::Language;
use crate::picture::{Anchor, Ink, Picture, Shape, corners};

use super::flow::{FAINT, Line, Look, MARK, Style, lines, pieces, rgb};
use super::typeface::{Type, Typeface, packed};

/// A4 in points, and its margins.
const WIDE: f32 = 595.28;
const HIGH: f32 = 841.89;
const SIDE: f32 = 42.0;
const TOP: f32 = 46.0;
const BOTTOM: f32 = 52.0;
pub(super) const ROOM: f32 = WIDE - 2.0 * SIDE;

/// A heading begins a sheet unless so much follows it on this one.
pub(super) const FOLLOWED: f32 = 56.0;

/// Room under a picture for what is said of it.
const CAPTION: f32 = 30.0;

const TYPE: Name<'_> = Name(b"F1");

/// How much of a circle's radius its handles are long.
const ROUND: f32 = 0.5523;

struct Sheet {
    content: Content,
    /// Where what opens a list stands.
    links: Vec<(Rect, usize)>,
}

impl Sheet {
    fn new() -> Sheet {
        Sheet {
            content: Content::new(),
            links: Vec::new(),
        }
    }
}

/// The sheets so far.
pub(super) struct Sheets<'t> {
    pub(super) types: Type<'t>,
    sheets: Vec<Sheet>,
    /// How far down the newest one is filled.
    pub(super) y: f32,
    /// Sheet and height of each list.
    places: BTreeMap<usize, (usize, f32)>,
}

impl<'t> Sheets<'t> {
    pub(super) fn new(typeface: &'t Typeface) -> std::io::Result<Sheets<'t>> {
        Ok(Sheets {
            types: Type::new(typeface)?,
            sheets: vec![Sheet::new()],
            y: TOP,
            places: BTreeMap::new(),
        })
    }

    fn sheet(&mut self) -> &mut Sheet {
        self.sheets.last_mut().expect("there is always one sheet")
    }

    pub(super) fn content(&mut self) -> &mut Content {
        &mut self.sheet().content
    }

    pub(super) fn turn(&mut self) {
        self.sheets.push(Sheet::new());
        self.y = TOP;
    }

    /// What is left of the newest sheet.
    pub(super) fn left(&self) -> f32 {
        HIGH - BOTTOM - self.y
    }

    /// What a whole sheet holds.
    pub(super) const fn whole() -> f32 {
        HIGH - TOP - BOTTOM
    }

    /// One line in the middle, or several where it is long.
    pub(super) fn centred(&mut self, text: &str, look: Look) {
        let span = match look.strong {
            true => Span::Strong(text.to_owned()),
            false => Span::text(text),
        };
        let pieces = pieces(&[span], Style::of(look.size), &mut self.types);
        for line in lines(pieces, ROOM, &mut self.types) {
            let wide: f32 = line.iter().map(|piece| piece.width).sum();
            self.room_for(look.leading());
            self.line(&line, SIDE + (ROOM - wide) / 2.0, look.size);
            self.y += look.leading();
        }
        self.y += 2.0;
    }

    pub(super) fn heading(&mut self, text: &str, look: Look, above: f32, follows: f32) {
        self.y += above;
        self.room_for(look.leading() + follows);
        let pieces = pieces(
            &[Span::Strong(text.to_owned())],
            Style::of(look.size),
            &mut self.types,
        );
        for line in lines(pieces, ROOM, &mut self.types) {
            self.line(&line, SIDE, look.size);
            self.y += look.leading();
        }
        self.y += 2.0;
    }

    pub(super) fn paragraph(&mut self, spans: &[Span], style: Style, indent: f32) {
        let pieces = pieces(spans, style, &mut self.types);
        for line in lines(pieces, ROOM - indent, &mut self.types) {
            self.room_for(style.leading());
            self.line(&line, SIDE + indent, style.size);
            self.y += style.leading();
        }
        self.y += 4.0;
    }

    /// Here links to a list lead: over the line just set.
    pub(super) fn mark(&mut self, list: usize) {
        let sheet = self.sheets.len() - 1;
        self.places.insert(list, (sheet, self.y - 18.0));
    }

    pub(super) fn room_for(&mut self, high: f32) {
        if self.left() < high && self.y > TOP {
            self.turn();
        }
    }

    /// Sets a line whose top is at the newest height.
    pub(super) fn line(&mut self, line: &Line, left: f32, size: f32) {
        let base = self.y + size;
        let mut x = left;
        for piece in line {
            let mut from = x;
            if let Some(level) = piece.level {
                let mark = Shape::Level {
                    x: f64::from(from + size * 0.45),
                    y: f64::from(base - size * 0.36),
                    size: f64::from(size * 0.8),
                    level,
                    hollow: false,
                };
                self.shape(&mark, (0.0, 0.0), 1.0);
                from += size * MARK;
            }
            self.text(&piece.text, (from, base), piece.look);
            if let Some(list) = piece.list {
                let rect = Rect::new(x, HIGH - base - 2.0, x + piece.width, HIGH - base + size);
                self.sheet().links.push((rect, list));
            }
            x += piece.width;
        }
    }

    fn text(&mut self, text: &str, (x, base): (f32, f32), look: Look) {
        let bytes = self.types.written(text);
        let [r, g, b] = look.ink;
        let content = self.content();
        content.set_fill_rgb(r, g, b);
        content.begin_text().set_font(TYPE, look.size);
        if look.strong {
            // One weight is embedded; a heavier one is its own outline, a little wider.
            content
                .set_stroke_rgb(r, g, b)
                .set_line_width(look.size * 0.02);
            content.set_text_rendering_mode(TextRenderingMode::FillStroke);
        } else {
            content.set_text_rendering_mode(TextRenderingMode::Fill);
        }
        content.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, HIGH - base]);
        content.show(Str(&bytes)).end_text();
    }

    /// A line from one place to another, both from the top left.
    pub(super) fn rule(&mut self, (x, y): (f32, f32), right: f32, width: f32) {
        let content = self.content();
        content
            .set_stroke_rgb(0.70, 0.73, 0.72)
            .set_line_width(width);
        content
            .move_to(x, HIGH - y)
            .line_to(right, HIGH - y)
            .stroke();
    }

    /// A picture as wide as the sheet, or as high as what is left of one.
    pub(super) fn picture(&mut self, picture: &Picture) {
        let (wide, high) = (picture.width as f32, picture.height as f32);
        if wide <= 0.0 || high <= 0.0 {
            return;
        }
        let scale = scale_of(wide, high);
        self.room_for(high * scale + CAPTION);
        let (left, top) = (SIDE, self.y);
        let content = self.content();
        content.save_state();
        content.rect(left, HIGH - top - high * scale, wide * scale, high * scale);
        content.clip_nonzero().end_path();
        for shape in &picture.shapes {
            self.shape(shape, (left, top), scale);
        }
        self.content().restore_state();
        self.y += high * scale + 4.0;
    }

    fn shape(&mut self, shape: &Shape, (left, top): (f32, f32), scale: f32) {
        let at = |(x, y): (f64, f64)| (left + x as f32 * scale, HIGH - top - y as f32 * scale);
        match shape {
            Shape::Area { rings, ink } => {
                let content = self.content();
                fill_in(content, *ink);
                for ring in rings {
                    trace(content, ring.iter().copied().map(at));
                    content.close_path();
                }
                content.fill_even_odd();
            }
            Shape::Line {
                points,
                ink,
                width,
                broken,
            } => {
                let content = self.content();
                stroke_in(content, *ink, *width as f32 * scale);
                if *broken {
                    content.set_dash_pattern([3.0, 2.0], 0.0);
                }
                trace(content, points.iter().copied().map(at));
                content.stroke();
                content.set_dash_pattern([], 0.0);
            }
            Shape::Level {
                x,
                y,
                size,
                level,
                hollow,
            } => {
                let (inside, edge) = match hollow {
                    true => (Ink::Paper, Ink::Level(*level)),
                    false => (Ink::Level(*level), Ink::LevelEdge(*level)),
                };
                let content = self.content();
                fill_in(content, inside);
                stroke_in(content, edge, 0.7 * scale.min(1.0));
                let ring = corners(*level, *x, *y, *size);
                match ring.as_slice() {
                    [] => circle(content, at((*x, *y)), (*size / 2.0) as f32 * scale),
                    ring => {
                        trace(content, ring.iter().copied().map(at));
                        content.close_path();
                    }
                }
                content.fill_even_odd_and_stroke();
            }
            Shape::Dot { x, y, radius, ink } => {
                let content = self.content();
                fill_in(content, *ink);
                circle(content, at((*x, *y)), *radius as f32 * scale);
                content.fill_nonzero();
            }
            Shape::Words {
                x,
                y,
                size,
                text,
                anchor,
                ink,
            } => {
                let look = Look {
                    ink: rgb(*ink),
                    ..Look::plain(*size as f32 * scale)
                };
                let wide = self.types.width(text) * look.size;
                let back = match anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => wide / 2.0,
                    Anchor::End => wide,
                };
                let (x, y) = at((*x, *y));
                self.text(text, (x - back, HIGH - y), look);
            }
        }
    }

    /// What stands at the foot of every sheet.
    fn foot(&mut self, document: &Document) {
        let all = self.sheets.len();
        let mark = document.banner.as_deref().unwrap_or(&document.title);
        let look = Look {
            ink: FAINT,
            ..Look::plain(7.5)
        };
        for place in 0..all {
            let number = match document.language {
                Language::Chinese => format!("{mark} · 第 {} 页，共 {all} 页", place + 1),
                Language::English => format!("{mark} · page {} of {all}", place + 1),
            };
            let wide = self.types.width(&number) * look.size;
            // Text goes to the last sheet: this one is there while it is set.
            self.sheets.swap(place, all - 1);
            self.text(&number, (WIDE - SIDE - wide, HIGH - 28.0), look);
            self.sheets.swap(place, all - 1);
        }
    }

    /// The file.
    pub(super) fn finish(mut self, document: &Document) -> std::io::Result<Vec<u8>> {
        self.foot(document);
        let mut last = 0;
        let mut next = || {
            last += 1;
            Ref::new(last)
        };
        let mut pdf = Pdf::new();
        let (catalog, tree, font, info) = (next(), next(), next(), next());
        let ids: Vec<(Ref, Ref)> = self.sheets.iter().map(|_| (next(), next())).collect();
        let mut root = pdf.catalog(catalog);
        root.pages(tree).lang(TextStr(document.language.tag()));
        root.viewer_preferences().display_doc_title(true);
        root.finish();
        pdf.document_info(info)
            .title(TextStr(&document.title))
            .subject(TextStr(&document.subtitle))
            .producer(TextStr("Watchfire"));
        let kids = ids.iter().map(|(page, _)| *page);
        pdf.pages(tree).kids(kids).count(ids.len() as i32);
        for (sheet, (page, content)) in self.sheets.into_iter().zip(&ids) {
            let notes: Vec<Ref> = sheet.links.iter().map(|_| next()).collect();
            let mut leaf = pdf.page(*page);
            leaf.parent(tree).media_box(Rect::new(0.0, 0.0, WIDE, HIGH));
            leaf.contents(*content).annotations(notes.iter().copied());
            leaf.resources().fonts().pair(TYPE, font);
            leaf.finish();
            for ((rect, list), id) in sheet.links.into_iter().zip(notes) {
                let mut note = pdf.annotation(id);
                note.subtype(AnnotationType::Link).rect(rect);
                note.border(0.0, 0.0, 0.0, None);
                let place = self.places.get(&list);
                if let Some((there, (to, _))) = place.and_then(|p| Some((p, ids.get(p.0)?))) {
                    let mut action = note.action();
                    action.action_type(ActionType::GoTo);
                    action
                        .destination()
                        .page(*to)
                        .xyz(SIDE, HIGH - there.1, None);
                }
            }
            let content_bytes = packed(sheet.content.finish().as_slice())?;
            pdf.stream(*content, &content_bytes)
                .filter(Filter::FlateDecode);
        }
        self.types.embed(&mut pdf, font, next)?;
        Ok(pdf.finish())
    }
}

/// What a picture takes of a sheet, with what is said of it.
pub(super) fn height(picture: &Picture) -> f32 {
    let (wide, high) = (picture.width as f32, picture.height as f32);
    high * scale_of(wide.max(1.0), high.max(1.0)) + CAPTION
}

/// As wide as the sheet, where that is not too high with its heading.
fn scale_of(wide: f32, high: f32) -> f32 {
    let whole = HIGH - TOP - BOTTOM;
    (ROOM / wide).min((whole - 2.0 * CAPTION) / high)
}

fn fill_in(content: &mut Content, ink: Ink) {
    let [r, g, b] = rgb(ink);
    content.set_fill_rgb(r, g, b);
}

fn stroke_in(content: &mut Content, ink: Ink, width: f32) {
    let [r, g, b] = rgb(ink);
    content.set_stroke_rgb(r, g, b).set_line_width(width);
}

fn trace(content: &mut Content, points: impl Iterator<Item = (f32, f32)>) {
    for (n, (x, y)) in points.enumerate() {
        match n {
            0 => content.move_to(x, y),
            _ => content.line_to(x, y),
        };
    }
}

fn circle(content: &mut Content, (x, y): (f32, f32), r: f32) {
    let k = r * ROUND;
    content.move_to(x + r, y);
    content.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
    content.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
    content.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
    content.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
    content.close_path();
}

/// Where a table begins.
pub(super) const LEFT: f32 = SIDE;
