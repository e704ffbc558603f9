//! The entries behind figures: a few stand beside their figure, many in a list at the end of the document
//! that the figure is a link to.

use crate::compose::Composer;
use crate::document::{Block, Cell, Listing, Span};
use crate::facts::Figure;
use crate::language::Language;
use crate::words;

/// Entries named one by one beside a figure.
const MOST_BESIDE: usize = 6;

/// Entries of one list that a document names, and of all lists; the table `entries` has every one.
const MOST_LISTED: usize = 200;
const MOST_IN_ALL: usize = 8_000;

/// Everything that one figure counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    pub title: String,
    pub entries: Vec<u64>,
    /// Of what is counted by the thousand: the first entry and the last.
    pub through: Option<(u64, u64)>,
}

impl Composer<'_> {
    /// The entries of a figure: the first one by one, all of them a step away.
    pub(crate) fn entries(&self, title: &str, list: &[u64]) -> Cell {
        let mut cell = Vec::new();
        for entry in list.iter().take(MOST_BESIDE) {
            if !cell.is_empty() {
                cell.push(Span::text(" "));
            }
            cell.push(Span::Entry(*entry));
        }
        if list.len() > MOST_BESIDE {
            let count = list.len();
            let words = match self.l {
                Language::Chinese => format!("全部 {count} 条"),
                Language::English => format!("all {count}"),
            };
            cell.push(Span::text(" "));
            cell.push(self.link(words, title, list, None));
        }
        cell
    }

    /// A number that opens what it counts.
    pub(crate) fn number(&self, count: usize, title: &str, list: &[u64]) -> Span {
        self.link(count.to_string(), title, list, None)
    }

    /// The number of a figure.
    pub(crate) fn figure(&self, figure: &Figure) -> Span {
        let title = words::counted(figure.what, self.l);
        let count = figure.count.to_string();
        self.link(count, &title, &figure.entries, figure.through)
    }

    /// The entries of a figure in a cell of their own.
    pub(crate) fn figure_entries(&self, figure: &Figure) -> Cell {
        match figure.through {
            Some((first, last)) => {
                let between = self.l.of(" 至 ", " to ");
                vec![Span::Entry(first), Span::text(between), Span::Entry(last)]
            }
            None => self.entries(&words::counted(figure.what, self.l), &figure.entries),
        }
    }

    /// A link to a list, which is made where there is none of the same entries; plain without entries.
    fn link(
        &self,
        text: String,
        title: &str,
        entries: &[u64],
        through: Option<(u64, u64)>,
    ) -> Span {
        if entries.is_empty() && through.is_none() {
            return Span::Strong(text);
        }
        let mut lists = self.lists.borrow_mut();
        let same = |list: &List| list.through == through && list.entries == entries;
        let place = lists.iter().position(same);
        let place = place.unwrap_or_else(|| {
            lists.push(List {
                title: title.to_owned(),
                entries: entries.to_vec(),
                through,
            });
            lists.len() - 1
        });
        Span::Link {
            list: place + 1,
            text,
        }
    }

    /// The lists, at the end of the document.
    pub(crate) fn listings(&mut self) {
        let lists = self.lists.take();
        if lists.is_empty() {
            return;
        }
        self.heading(
            "附：数字出自哪些日志条目",
            "Appendix: the entries behind the figures",
        );
        let mut room = MOST_IN_ALL;
        for (place, list) in lists.iter().enumerate() {
            let shown = list.entries.len().min(MOST_LISTED).min(room);
            room -= shown;
            let spans = self.listed(list, shown);
            self.blocks.push(Block::Listing(Listing {
                number: place + 1,
                title: list.title.clone(),
                spans,
            }));
        }
        self.lists.replace(lists);
    }

    fn listed(&self, list: &List, shown: usize) -> Vec<Span> {
        let mut spans = Vec::new();
        if let Some((first, last)) = list.through {
            let (begins, ends) = match self.l {
                Language::Chinese => (
                    "条目 ",
                    " 之间的每一条读数；曲线上的读数见 CSV 表 readings。",
                ),
                Language::English => (
                    "Every reading among entries ",
                    "; those of the curves stand in the CSV table readings.",
                ),
            };
            spans.push(Span::text(begins));
            spans.push(Span::Entry(first));
            spans.push(Span::text(self.l.of(" 至 ", " to ")));
            spans.push(Span::Entry(last));
            spans.push(Span::text(ends));
        }
        for entry in list.entries.iter().take(shown) {
            spans.push(Span::Entry(*entry));
            spans.push(Span::text(" "));
        }
        let (all, more) = (list.entries.len(), list.entries.len() - shown);
        if more > 0 {
            spans.push(Span::Faint(match self.l {
                Language::Chinese => format!("共 {all} 条，另 {more} 条见 CSV 表 entries。"),
                Language::English => {
                    format!("{all} in all; the other {more} are in the CSV table entries.")
                }
            }));
        }
        spans
    }
}
