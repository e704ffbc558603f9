//! Text in lines: where it may break, and how much of it a width holds.

use std::collections::VecDeque;

use crate::document::Span;
use crate::widths::{Column, is_whole, is_wide};

use super::typeface::Type;

/// Height of a line, as a part of its size of type.
const LEADING: f32 = 1.45;

/// What may not begin a line, and what may not end one.
const CLOSES: &str = "，。；：、！？）】》〉”’％%)]},.;:!?·…—";
const OPENS: &str = "（【《〈“‘([{#";

/// Size, weight and colour of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) size: f32,
    pub(super) strong: bool,
    pub(super) ink: [f32; 3],
}

pub(super) const BLACK: [f32; 3] = [0.08, 0.09, 0.09];
pub(super) const FAINT: [f32; 3] = [0.34, 0.37, 0.36];
const LINK: [f32; 3] = [0.11, 0.37, 0.30];

impl Look {
    pub(super) const fn plain(size: f32) -> Look {
        Look {
            size,
            strong: false,
            ink: BLACK,
        }
    }

    pub(super) const fn strong(size: f32) -> Look {
        Look {
            strong: true,
            ..Look::plain(size)
        }
    }

    const fn in_ink(self, ink: [f32; 3]) -> Look {
        Look { ink, ..self }
    }

    pub(super) fn leading(self) -> f32 {
        self.size * LEADING
    }
}

/// How the spans of a block are set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) size: f32,
    /// In a cell, where names and values stay whole.
    in_cell: bool,
}

impl Style {
    pub(super) const fn of(size: f32) -> Style {
        Style {
            size,
            in_cell: false,
        }
    }

    pub(super) const fn in_cell(self) -> Style {
        Style {
            in_cell: true,
            ..self
        }
    }

    pub(super) fn leading(self) -> f32 {
        self.size * LEADING
    }
}

/// A piece of a line that is never broken.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) width: f32,
    pub(super) look: Look,
    /// The mark of a level stands before it.
    pub(super) level: Option<u8>,
    /// The list that it opens.
    pub(super) list: Option<usize>,
    /// A space, which is dropped where a line ends.
    space: bool,
    /// It stays with what stands before it.
    bound: bool,
    /// It does so also behind a space: a name, a value with its unit.
    kept: bool,
}

/// A line: its pieces from left to right.
pub(super) type Line = Vec<Piece>;

/// Room of a level's mark, as a part of the size of type.
pub(super) const MARK: f32 = 1.15;

/// The pieces of some spans, in order.
pub(super) fn pieces(spans: &[Span], style: Style, types: &mut Type<'_>) -> Vec<Piece> {
    let plain = Look::plain(style.size);
    let mut out: Vec<Piece> = Vec::new();
    for span in spans {
        let from = out.len();
        let whole = match span {
            Span::Text(text) | Span::Strong(text) | Span::Faint(text) => {
                style.in_cell && is_whole(text)
            }
            Span::Level(..) => true,
            Span::Entry(_) | Span::Link { .. } => false,
        };
        match span {
            Span::Text(text) => cut(text, plain, None, types, &mut out),
            Span::Strong(text) => cut(text, Look::strong(style.size), None, types, &mut out),
            Span::Faint(text) => cut(text, plain.in_ink(FAINT), None, types, &mut out),
            Span::Level(level, name) => {
                let ink = rgb(crate::picture::Ink::LevelText(*level));
                let look = Look::strong(style.size).in_ink(ink);
                cut(name, look, None, types, &mut out);
                if let Some(first) = out.get_mut(from) {
                    first.level = Some(*level);
                    first.width += style.size * MARK;
                }
            }
            Span::Entry(entry) => {
                let look = Look::plain(style.size * 0.85).in_ink(FAINT);
                cut(&format!("#{entry}"), look, None, types, &mut out);
            }
            Span::Link { list, text } => {
                let look = Look::strong(style.size).in_ink(LINK);
                cut(text, look, Some(*list), types, &mut out);
            }
        }
        if whole {
            keep(&mut out, from);
        }
    }
    units(&mut out);
    out
}

/// Keeps a unit with the number before it: `1 h`, `94.9 mm`.
fn units(pieces: &mut [Piece]) {
    for place in 2..pieces.len() {
        let number = pieces[place - 2]
            .text
            .ends_with(|c: char| c.is_ascii_digit());
        let word = &pieces[place].text;
        let unit = word.len() <= 3 && word.chars().all(|c| c.is_ascii_alphabetic());
        if number && unit && pieces[place - 1].space {
            pieces[place - 1].kept = true;
            pieces[place].kept = true;
        }
    }
}

/// Keeps the pieces from a place on together; spaces at their ends stay where a line may end.
fn keep(pieces: &mut [Piece], from: usize) {
    let inner = |piece: &Piece| !piece.space;
    let Some(first) = pieces[from..].iter().position(inner) else {
        return;
    };
    let last = pieces.iter().rposition(inner).unwrap_or(0);
    for piece in &mut pieces[from + first + 1..=last] {
        piece.kept = true;
    }
}

/// Cuts a text where a line may end: at spaces, and around every letter of Chinese.
fn cut(text: &str, look: Look, list: Option<usize>, types: &mut Type<'_>, out: &mut Vec<Piece>) {
    let mut word = String::new();
    let mut flush = |word: &mut String, out: &mut Vec<Piece>| {
        if word.is_empty() {
            return;
        }
        let text = std::mem::take(word);
        let bound = text.starts_with(|c| CLOSES.contains(c));
        let bound = bound
            || out
                .last()
                .is_some_and(|last| last.text.ends_with(|c| OPENS.contains(c)));
        out.push(Piece {
            width: types.width(&text) * look.size,
            space: text == " ",
            text,
            look,
            level: None,
            list,
            bound,
            kept: false,
        });
    };
    for letter in text.chars() {
        let letter = if letter.is_whitespace() { ' ' } else { letter };
        if letter.is_control() {
            continue;
        }
        if letter == ' ' || is_wide(letter) {
            flush(&mut word, out);
            word.push(letter);
            flush(&mut word, out);
        } else {
            word.push(letter);
        }
    }
    flush(&mut word, out);
}

/// The lines of some pieces in a width.
pub(super) fn lines(pieces: Vec<Piece>, room: f32, types: &mut Type<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut line: Line = Vec::new();
    let mut used = 0.0;
    let mut waiting: VecDeque<Vec<Piece>> = groups(pieces).into();
    while let Some(group) = waiting.pop_front() {
        let wide: f32 = group.iter().map(|piece| piece.width).sum();
        let is_space = group.iter().all(|piece| piece.space);
        if wide > room && group.iter().any(|piece| piece.kept) {
            // No line holds it whole.
            for group in groups(loose(group)).into_iter().rev() {
                waiting.push_front(group);
            }
            continue;
        }
        if used + wide > room && !line.is_empty() {
            lines.push(trimmed(std::mem::take(&mut line)));
            used = 0.0;
        }
        if is_space && line.is_empty() {
            continue;
        }
        if wide <= room {
            used += wide;
            line.extend(group);
            continue;
        }
        // Too long for any line: it is broken behind its own marks, and where these are too far apart
        // between any two letters.
        let parts = group.into_iter().flat_map(|piece| {
            let parts = apart(piece, &MARKS, types).into_iter();
            parts
                .flat_map(|part| match part.width > room {
                    true => apart(part, &[], types),
                    false => vec![part],
                })
                .collect::<Vec<_>>()
        });
        for piece in parts.collect::<Vec<_>>() {
            if used + piece.width > room && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            used += piece.width;
            line.push(piece);
        }
    }
    if !line.is_empty() {
        lines.push(trimmed(line));
    }
    lines
}

/// Pieces that stay together.
fn groups(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let mut groups: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match groups.last_mut() {
            Some(group) if piece.kept || (piece.bound && !ends_open(group)) => group.push(piece),
            Some(_) | None => groups.push(vec![piece]),
        }
    }
    groups
}

/// Whether a line may end behind these pieces.
fn ends_open(group: &[Piece]) -> bool {
    group.last().is_some_and(|piece| piece.space)
}

/// The same pieces, no longer kept together.
fn loose(mut pieces: Vec<Piece>) -> Vec<Piece> {
    for piece in &mut pieces {
        piece.kept = false;
    }
    pieces
}

/// Marks behind which a long word may be broken.
const MARKS: [char; 6] = ['-', '.', '_', '/', '@', ':'];

/// A piece in parts that end in one of these marks; without any, letter by letter.
fn apart(piece: Piece, marks: &[char], types: &mut Type<'_>) -> Vec<Piece> {
    let texts: Vec<String> = match marks {
        [] => piece.text.chars().map(String::from).collect(),
        marks => {
            let parts = piece.text.split_inclusive(marks);
            parts.map(str::to_owned).collect()
        }
    };
    let mut first = piece.level;
    let letters = texts.into_iter().map(|text| {
        let level = first.take();
        let mark = level.map_or(0.0, |_| piece.look.size * MARK);
        Piece {
            width: types.width(&text) * piece.look.size + mark,
            text,
            level,
            ..piece.clone()
        }
    });
    letters.collect()
}

fn trimmed(mut line: Line) -> Line {
    while line.last().is_some_and(|piece| piece.space) {
        line.pop();
    }
    line
}

/// What a column of these cells asks for.
pub(super) fn column<'c>(cells: impl Iterator<Item = &'c Vec<Piece>>) -> Column {
    let mut column = Column::default();
    for cell in cells {
        let all: f32 = cell.iter().map(|piece| piece.width).sum();
        column.asked = column.asked.max(all + 1.0);
        column.whole = column.whole.max(widest(cell.clone()) + 1.0);
        column.word = column.word.max(widest(loose(cell.clone())) + 1.0);
    }
    column
}

/// The widest group of some pieces.
fn widest(pieces: Vec<Piece>) -> f32 {
    let groups = groups(pieces);
    let wide = groups
        .iter()
        .map(|group| group.iter().map(|piece| piece.width).sum());
    wide.fold(0.0, f32::max)
}

/// A colour of pictures as parts of red, green and blue.
pub(super) fn rgb(ink: crate::picture::Ink) -> [f32; 3] {
    let (_, hex) = ink.token();
    let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2).unwrap_or("00"), 16);
    [1, 3, 5].map(|at| f32::from(part(at).unwrap_or(0)) / 255.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::typeface::Typeface;
    use super::*;

    const FILE: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

    /// The lines of one text in a cell of a width, each as its letters.
    fn told(spans: &[Span], room: f32) -> Vec<String> {
        let file = std::fs::read(FILE).expect("the package fonts-noto-cjk is installed");
        let typeface = Typeface::read(file).unwrap();
        let mut types = Type::new(&typeface).unwrap();
        let pieces = pieces(spans, Style::of(10.0).in_cell(), &mut types);
        let lines = lines(pieces, room, &mut types).into_iter();
        lines
            .map(|line| line.iter().map(|piece| piece.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn in_a_cell_names_values_and_times_are_never_broken_where_a_line_holds_them() {
        let spans = [
            Span::text("08-21 00:23:42"),
            Span::text(" "),
            Span::text("梁立群"),
            Span::text(" "),
            Span::text("94.9 mm"),
            Span::text(" "),
            Span::Level(3, "Orange Ⅱ".to_owned()),
        ];
        let lines = told(&spans, 80.0);
        assert_eq!(lines, ["08-21 00:23:42", "梁立群 94.9 mm", "Orange Ⅱ"]);
        let rule = told(&[Span::text("Zheqian rain gauge Rain in 1 h")], 130.0);
        assert_eq!(rule, ["Zheqian rain gauge Rain in", "1 h"]);
        // A sentence is broken as ever, and what no line holds is broken after all.
        assert!(told(&[Span::text("转移群众。".repeat(12))], 80.0).len() > 5);
        assert!(told(&[Span::text("08-21 00:23:42")], 50.0).len() == 2);
    }

    #[test]
    fn a_long_id_is_broken_behind_its_own_marks() {
        let id = "officer-19c315f28a34a680.head-202-task";
        let lines = told(&[Span::text(id)], 110.0);
        assert_eq!(lines.concat(), id);
        assert!(lines.len() > 1);
        let (last, others) = lines.split_last().unwrap();
        assert!(others.iter().all(|line| line.ends_with(MARKS)), "{lines:?}");
        assert!(!last.is_empty());
    }
}
