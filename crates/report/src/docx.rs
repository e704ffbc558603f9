//! A report as a DOCX that an office edits. Entry numbers stay beside their figures as text.

use std::io::Cursor;

use docx_rs::{
    AlignmentType, Docx, Hyperlink, HyperlinkType, LineSpacing, PageMargin, Paragraph, Pic, Run,
    RunFonts, Shading, ShdType, Style, StyleType, Table as Grid, TableCell, TableLayoutType,
    TableRow, WidthType,
};

use crate::document::{Block, ByHand, Document, Listing, Span, Table};
use crate::escape::is_written;
use crate::language::Language;
use crate::picture::Picture;
use crate::widths::{Column, is_whole, is_wide, widths};

/// A4 in twentieths of a point, and what is left between its margins.
const PAGE: (u32, u32) = (11_906, 16_838);
const MARGIN: i32 = 907;
const ROOM: usize = 10_092;

/// Width of a picture on the page, in English Metric Units.
const PICTURE_EMU: u32 = 6_400_000;

const BODY: usize = 21;
const SMALL: usize = 17;

impl Document {
    /// The file; an error names what the packer could not do.
    ///
    /// # Errors
    /// When it cannot be packed.
    pub fn docx(&self) -> std::io::Result<Vec<u8>> {
        let fonts = RunFonts::new()
            .ascii("Calibri")
            .hi_ansi("Calibri")
            .east_asia("宋体");
        let margin = PageMargin::new()
            .top(MARGIN)
            .bottom(MARGIN)
            .left(MARGIN)
            .right(MARGIN);
        let mut docx = Docx::new()
            .page_size(PAGE.0, PAGE.1)
            .page_margin(margin)
            .default_fonts(fonts)
            .default_size(BODY)
            .add_style(heading("Title", 0, 36))
            .add_style(heading("Heading1", 1, 28))
            .add_style(heading("Heading2", 2, 23));
        docx = docx.add_paragraph(
            Paragraph::new()
                .style("Title")
                .align(AlignmentType::Center)
                .add_run(run(&self.title)),
        );
        docx = docx.add_paragraph(
            Paragraph::new()
                .align(AlignmentType::Center)
                .add_run(run(&self.subtitle)),
        );
        if let Some(banner) = &self.banner {
            docx = docx.add_paragraph(
                Paragraph::new()
                    .align(AlignmentType::Center)
                    .add_run(run(banner).bold()),
            );
        }
        for block in &self.blocks {
            docx = self.put(docx, block);
        }
        let mut file = Cursor::new(Vec::new());
        let mut parts = docx.build();
        parts.document = with_heads_repeated(&parts.document);
        parts.pack(&mut file).map_err(std::io::Error::other)?;
        Ok(file.into_inner())
    }

    fn put(&self, docx: Docx, block: &Block) -> Docx {
        match block {
            Block::Heading(text) => {
                let heading = Paragraph::new().style("Heading1").keep_next(true);
                docx.add_paragraph(heading.add_run(run(text)))
            }
            Block::Lesser(text) => {
                let heading = Paragraph::new().style("Heading2").keep_next(true);
                docx.add_paragraph(heading.add_run(run(text)))
            }
            Block::Paragraph(spans) => docx.add_paragraph(paragraph(spans, BODY)),
            Block::Table(table) => docx.add_table(grid(table)).add_paragraph(Paragraph::new()),
            Block::Figure { picture, caption } => {
                let docx = match pic(picture) {
                    Some(pic) => {
                        let run = Run::new().add_image(pic);
                        docx.add_paragraph(Paragraph::new().keep_next(true).add_run(run))
                    }
                    None => docx,
                };
                docx.add_paragraph(paragraph(caption, SMALL))
            }
            Block::ByHand(by_hand) => self.put_by_hand(docx, by_hand),
            Block::Listing(listing) => put_listing(docx, listing),
        }
    }

    /// What people wrote, or room for it.
    fn put_by_hand(&self, mut docx: Docx, by_hand: &ByHand) -> Docx {
        let room = match self.language {
            Language::Chinese => "（在此补充）",
            Language::English => "(write here)",
        };
        let text = by_hand.text.as_deref().unwrap_or(room);
        for line in text.lines() {
            docx = docx.add_paragraph(Paragraph::new().add_run(run(line)));
        }
        for version in by_hand.versions.iter().take(1) {
            docx = docx.add_paragraph(paragraph(version, SMALL));
        }
        docx
    }
}

/// Where the links to a list lead.
fn put_listing(docx: Docx, listing: &Listing) -> Docx {
    let title = Paragraph::new()
        .keep_next(true)
        .add_bookmark_start(listing.number, anchor(listing.number))
        .add_run(run(&listing.title).size(SMALL).bold())
        .add_bookmark_end(listing.number);
    docx.add_paragraph(title)
        .add_paragraph(paragraph(&listing.spans, SMALL))
}

fn anchor(list: usize) -> String {
    format!("list{list}")
}

fn heading(id: &str, outline: usize, size: usize) -> Style {
    let style = Style::new(id, StyleType::Paragraph)
        .name(match outline {
            0 => "Title".to_owned(),
            n => format!("heading {n}"),
        })
        .based_on("Normal")
        .next("Normal")
        .q_format(true)
        .size(size)
        .bold()
        .fonts(RunFonts::new().east_asia("黑体"))
        .line_spacing(LineSpacing::new().before(240).after(80));
    match outline {
        0 => style,
        n => style.outline_lvl(n - 1),
    }
}

/// Text as a word processor takes it: without what no document may hold.
fn clean(text: &str) -> String {
    text.chars().filter(|c| is_written(*c)).collect()
}

fn run(text: &str) -> Run {
    Run::new().add_text(clean(text))
}

fn paragraph(spans: &[Span], size: usize) -> Paragraph {
    let mut paragraph = Paragraph::new();
    for span in spans {
        let run = match span {
            Span::Text(text) => run(text).size(size),
            Span::Strong(text) => run(text).size(size).bold(),
            Span::Faint(text) => run(text).size(size).color("565E5C"),
            Span::Level(level, name) => run(name).size(size).bold().color(ink(*level)),
            Span::Entry(entry) => run(&format!("#{entry}")).size(SMALL - 1).color("565E5C"),
            Span::Link { text, .. } => run(text).size(size).color("1D5F4C").underline("single"),
        };
        paragraph = match span {
            Span::Link { list, .. } => {
                let link = Hyperlink::new(anchor(*list), HyperlinkType::Anchor);
                paragraph.add_hyperlink(link.add_run(run))
            }
            Span::Text(_) | Span::Strong(_) | Span::Faint(_) | Span::Level(..) | Span::Entry(_) => {
                paragraph.add_run(run)
            }
        };
    }
    paragraph
}

/// Colours of levels as text on paper; their names stand beside them.
const fn ink(level: u8) -> &'static str {
    match level {
        1 => "1460B8",
        2 => "6B5600",
        3 => "964600",
        4 => "B01510",
        _ => "141717",
    }
}

/// The text of the document with the first row of every table marked as its head, which stands again on each
/// page the table goes on to. The library knows no such mark.
fn with_heads_repeated(xml: &[u8]) -> Vec<u8> {
    const TABLE: &str = "<w:tbl>";
    const ROW: &str = "<w:trPr>";
    let text = String::from_utf8_lossy(xml);
    let mut tables = text.split(TABLE);
    let mut marked = tables.next().unwrap_or_default().to_owned();
    for table in tables {
        marked.push_str(TABLE);
        marked.push_str(&table.replacen(ROW, "<w:trPr><w:tblHeader />", 1));
    }
    marked.into_bytes()
}

fn grid(table: &Table) -> Grid {
    let widths = columns(table);
    let cell = |place: usize, paragraph: Paragraph| {
        let width = widths.get(place).copied().unwrap_or_default();
        TableCell::new()
            .width(width, WidthType::Dxa)
            .add_paragraph(paragraph.line_spacing(LineSpacing::new().before(30).after(30)))
    };
    let head = table.head.iter().enumerate().map(|(place, text)| {
        let paragraph = Paragraph::new().add_run(run(text).size(SMALL).bold());
        cell(place, paragraph).shading(Shading::new().shd_type(ShdType::Clear).fill("EAEDEB"))
    });
    let mut rows = vec![TableRow::new(head.collect()).cant_split()];
    for row in &table.rows {
        let cells = row.iter().enumerate();
        let cells = cells.map(|(place, spans)| cell(place, paragraph(&whole(spans), SMALL)));
        rows.push(TableRow::new(cells.collect()).cant_split());
    }
    Grid::new(rows)
        .set_grid(widths)
        .layout(TableLayoutType::Fixed)
        .width(ROOM, WidthType::Dxa)
}

/// Names, values with their units and times do not part at their spaces.
fn whole(spans: &[Span]) -> Vec<Span> {
    let joined = |text: &String| {
        let inner = text.trim();
        match is_whole(inner) {
            true => text.replacen(inner, &inner.replace(' ', "\u{a0}"), 1),
            false => text.clone(),
        }
    };
    let spans = spans.iter().map(|span| match span {
        Span::Text(text) => Span::Text(joined(text)),
        Span::Strong(text) => Span::Strong(joined(text)),
        Span::Faint(text) => Span::Faint(joined(text)),
        Span::Level(level, name) => Span::Level(*level, joined(name)),
        Span::Entry(_) | Span::Link { .. } => span.clone(),
    });
    spans.collect()
}

/// Widths of a table's columns in twentieths of a point, as far as letters can be told without their typeface.
fn columns(table: &Table) -> Vec<usize> {
    let count = table.head.len().max(1);
    let column = |place: usize| {
        let mut column = Column::default();
        let head = table.head.get(place).map(|text| vec![Span::text(text)]);
        let own = table.rows.iter().filter_map(|row| row.get(place));
        for cell in own.chain(head.as_ref()) {
            let told = measured(cell);
            column.asked = column.asked.max(told.asked);
            column.whole = column.whole.max(told.whole);
            column.word = column.word.max(told.word);
        }
        let letter = |em: f32| em * SMALL as f32 * 10.0 + BESIDE;
        Column {
            asked: letter(column.asked),
            whole: letter(column.whole),
            word: letter(column.word),
        }
    };
    let columns: Vec<Column> = (0..count).map(column).collect();
    let given = widths(&columns, ROOM as f32);
    given.into_iter().map(|wide| wide as usize).collect()
}

/// A cell's own margins, in twentieths of a point.
const BESIDE: f32 = 230.0;

/// What a cell asks for, in letters as wide as high.
fn measured(cell: &[Span]) -> Column {
    let mut column = Column::default();
    for span in cell {
        let entry;
        let (text, stays) = match span {
            Span::Text(text) | Span::Strong(text) | Span::Faint(text) => (text, is_whole(text)),
            Span::Level(_, name) => (name, true),
            Span::Link { text, .. } => (text, false),
            Span::Entry(number) => {
                entry = format!("#{number}");
                (&entry, true)
            }
        };
        let all: f32 = text.chars().map(em).sum();
        let words = text.split(|letter: char| letter.is_whitespace() || is_wide(letter));
        let word = words.map(|word| word.chars().map(em).sum());
        let word = word.fold(1.0, f32::max);
        column.asked += all;
        column.whole = column.whole.max(if stays { all } else { word });
        column.word = column.word.max(word);
    }
    column
}

/// How wide a letter is beside its height, about: as in the wide typefaces an office has where the one we ask
/// for is not installed.
fn em(letter: char) -> f32 {
    match letter {
        letter if is_wide(letter) => 1.0,
        'm' | 'w' | 'M' | 'W' | '%' => 1.0,
        letter if letter.is_ascii_uppercase() => 0.72,
        ' ' | '.' | ',' | ':' => 0.34,
        letter if letter.is_ascii() => 0.64,
        _ => 0.9,
    }
}

fn pic(picture: &Picture) -> Option<Pic> {
    let (png, width, height) = picture.png()?;
    let high = u64::from(PICTURE_EMU) * u64::from(height) / u64::from(width.max(1));
    let high = u32::try_from(high).ok()?;
    Some(Pic::new_with_dimensions(png, width, height).size(PICTURE_EMU, high))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_file_begins_as_a_package_does_and_holds_its_picture() {
        let picture = Picture {
            width: 30.0,
            height: 10.0,
            words: String::new(),
            shapes: Vec::new(),
        };
        let png = picture.png().unwrap().0;
        let figure = Block::Figure {
            picture,
            caption: vec![Span::Entry(12)],
        };
        let document = Document {
            title: "新昌县应急处置复盘报告".to_owned(),
            blocks: vec![figure],
            ..Document::default()
        };
        let file = document.docx().unwrap();
        assert!(file.starts_with(b"PK"));
        let name = b"word/media/";
        assert!(file.windows(name.len()).any(|part| part == name));
        assert!(!png.is_empty());
    }

    #[test]
    fn the_head_of_every_table_is_marked_and_no_other_row() {
        let row = || vec![vec![Span::text("一")], vec![Span::text("<w:tbl><w:trPr>")]];
        let table = Table {
            head: vec!["甲".to_owned(), "乙".to_owned()],
            rows: vec![row(), row()],
        };
        let docx = Docx::new().add_table(grid(&table)).add_table(grid(&table));
        let text = String::from_utf8(with_heads_repeated(&docx.build().document)).unwrap();
        let rows: Vec<&str> = text.split("<w:tr>").skip(1).collect();
        let marked: Vec<bool> = rows
            .iter()
            .map(|row| row.contains("<w:tblHeader />"))
            .collect();
        assert_eq!(marked, [true, false, false, true, false, false]);
        assert!(
            rows[0].starts_with("<w:trPr><w:tblHeader /><w:cantSplit />"),
            "{}",
            rows[0]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_words_can_be_packed(text in any::<String>()) {
            let document = Document {
                title: text.clone(),
                blocks: vec![Block::Paragraph(vec![Span::Text(text)])],
                ..Document::default()
            };
            prop_assert!(document.docx().is_ok());
        }
    }
}
