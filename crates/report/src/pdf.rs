//! A report as a PDF: the same blocks as the page and the office's file, with text that can be searched and
//! copied, pictures as lines and the one typeface embedded as far as it was used.

mod flow;
mod sheets;
mod table;
mod typeface;

pub use typeface::Typeface;

use crate::document::{Block, ByHand, Document, Listing, Span};
use flow::{Look, Style};
use sheets::Sheets;

/// Sizes of type, in points.
const BODY: f32 = 10.0;
const SMALL: f32 = 8.5;

impl Document {
    /// The file, in a typeface that has the letters of both languages.
    ///
    /// # Errors
    /// When the typeface cannot be read.
    pub fn pdf(&self, typeface: &Typeface) -> std::io::Result<Vec<u8>> {
        let mut sheets = Sheets::new(typeface)?;
        sheets.centred(&self.title, Look::strong(18.0));
        sheets.centred(&self.subtitle, Look::plain(BODY));
        if let Some(banner) = &self.banner {
            sheets.centred(banner, Look::strong(BODY));
        }
        let mut rest = self.blocks.as_slice();
        while let Some((block, behind)) = rest.split_first() {
            put(&mut sheets, block, behind);
            rest = behind;
        }
        sheets.finish(self)
    }
}

/// Puts a block on the sheets; a heading stays with the first of what comes `behind` it.
fn put(sheets: &mut Sheets<'_>, block: &Block, behind: &[Block]) {
    let follows = match behind {
        [Block::Figure { picture, .. }, ..] => sheets::height(picture),
        [Block::Paragraph(_), Block::Figure { picture, .. }, ..] => {
            sheets::FOLLOWED + sheets::height(picture)
        }
        [Block::Paragraph(_), Block::Table(_), ..] => 2.0 * sheets::FOLLOWED,
        _ => sheets::FOLLOWED,
    };
    match block {
        Block::Heading(text) => sheets.heading(text, Look::strong(14.0), 14.0, follows),
        Block::Lesser(text) => sheets.heading(text, Look::strong(11.0), 8.0, follows),
        Block::Paragraph(spans) => sheets.paragraph(spans, Style::of(BODY), 0.0),
        Block::Table(table) => sheets.table(table, Style::of(SMALL)),
        Block::Figure { picture, caption } => {
            sheets.picture(picture);
            sheets.paragraph(caption, Style::of(SMALL), 0.0);
        }
        Block::ByHand(by_hand) => put_by_hand(sheets, by_hand),
        Block::Listing(listing) => put_listing(sheets, listing),
    }
}

/// What people wrote; a section that nobody wrote to is left out, as on paper.
fn put_by_hand(sheets: &mut Sheets<'_>, by_hand: &ByHand) {
    let Some(text) = &by_hand.text else { return };
    for line in text.lines() {
        sheets.paragraph(&[Span::text(line)], Style::of(BODY), 14.0);
    }
    for version in &by_hand.versions {
        sheets.paragraph(version, Style::of(SMALL), 14.0);
    }
}

/// Where the links to a list lead.
fn put_listing(sheets: &mut Sheets<'_>, listing: &Listing) {
    let title = Look::strong(SMALL);
    sheets.heading(&listing.title, title, 4.0, title.leading() * 2.0);
    sheets.mark(listing.number);
    sheets.paragraph(&listing.spans, Style::of(SMALL), 0.0);
}
