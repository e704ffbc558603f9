//! A report as a document: headings, paragraphs, tables and pictures in one language, which the page
//! and the word processor's file are both written from.

use model::report::ReportSection;

use crate::language::Language;
use crate::listing::List;
use crate::picture::Picture;

/// A whole document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    pub language: Language,
    pub title: String,
    pub subtitle: String,
    /// Everything in it is made up.
    pub banner: Option<String>,
    pub blocks: Vec<Block>,
    /// What its figures count, by the numbers of its links, from 1.
    pub lists: Vec<List>,
}

/// One piece of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    Heading(String),
    Lesser(String),
    Paragraph(Vec<Span>),
    Table(Table),
    Figure {
        picture: Picture,
        caption: Vec<Span>,
    },
    ByHand(ByHand),
    Listing(Listing),
}

/// A table; every row has as many cells as there are heads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// What stands in a cell.
pub type Cell = Vec<Span>;

/// A piece of text.
#[derive(Clone, Debug, PartialEq)]
pub enum Span {
    Text(String),
    Strong(String),
    Faint(String),
    /// A level with its name.
    Level(u8, String),
    /// The number of an entry of the journal.
    Entry(u64),
    /// A number that opens the list of what it counts.
    Link {
        list: usize,
        text: String,
    },
}

/// The entries behind a figure, where its links lead to.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// Of its list, from 1.
    pub number: usize,
    pub title: String,
    pub spans: Vec<Span>,
}

/// What people wrote to a section: the newest version, and who wrote the earlier ones.
#[derive(Clone, Debug, PartialEq)]
pub struct ByHand {
    pub section: ReportSection,
    pub title: String,
    /// Absent: nobody has written, or it was taken back or erased.
    pub text: Option<String>,
    /// One line a version, newest first.
    pub versions: Vec<Vec<Span>>,
}

impl Span {
    pub(crate) fn text(text: impl Into<String>) -> Span {
        Span::Text(text.into())
    }
}
