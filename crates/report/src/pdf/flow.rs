//! Text in lines: where it may break, and how much of it a width holds.

use crate::document::Span;

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
}

impl Style {
    pub(super) const fn of(size: f32) -> Style {
        Style { size }
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
        match span {
            Span::Text(text) => cut(text, plain, None, types, &mut out),
            Span::Strong(text) => cut(text, Look::strong(style.size), None, types, &mut out),
            Span::Faint(text) => cut(text, plain.in_ink(FAINT), None, types, &mut out),
            Span::Level(level, name) => {
                let from = out.len();
                let ink = rgb(crate::picture::Ink::LevelText(*level));
                let look = Look::strong(style.size).in_ink(ink);
                cut(name, look, None, types, &mut out);
                for piece in out.iter_mut().skip(from + 1) {
                    piece.bound = true;
                }
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
    }
    out
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

/// Letters between which a line may end anywhere.
fn is_wide(letter: char) -> bool {
    matches!(u32::from(letter), 0x2E80..=0x9FFF | 0xF900..=0xFAFF | 0xFF00..=0xFFEF | 0x20000..=0x3FFFF)
}

/// The lines of some pieces in a width.
pub(super) fn lines(pieces: Vec<Piece>, room: f32, types: &mut Type<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut line: Line = Vec::new();
    let mut used = 0.0;
    for group in groups(pieces) {
        let wide: f32 = group.iter().map(|piece| piece.width).sum();
        let is_space = group.iter().all(|piece| piece.space);
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
        // Too long for any line: it is broken between any two letters.
        for piece in group.into_iter().flat_map(|piece| letters(piece, types)) {
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
            Some(group) if piece.bound && !group.iter().any(|piece| piece.space) => {
                group.push(piece);
            }
            Some(_) | None => groups.push(vec![piece]),
        }
    }
    groups
}

fn letters(piece: Piece, types: &mut Type<'_>) -> Vec<Piece> {
    let texts: Vec<String> = piece.text.chars().map(String::from).collect();
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

/// The widest group of some pieces: no column is narrower.
pub(super) fn widest(pieces: &[Piece]) -> f32 {
    let groups = groups(pieces.to_vec());
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
