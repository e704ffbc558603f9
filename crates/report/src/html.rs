//! A report as a page: the same bytes on a screen, on paper and in a file. No script; everything that
//! anybody wrote is escaped.

use crate::document::{Block, ByHand, Document, Span, Table};
use crate::escape::escaped;
use crate::language::Language;

/// How the page looks where the screens' own style is not at hand: paper.
const PAPER: &str = include_str!("paper.css");

impl Document {
    /// The page whole, to be opened, printed or kept.
    pub fn page(&self) -> String {
        let (tag, title) = (self.language.tag(), escaped(&self.title));
        let body = self.fragment();
        format!(
            "<!doctype html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
             <style>{PAPER}</style></head>\n<body>{body}</body></html>\n"
        )
    }

    /// What stands between the page's beginning and its end, for a screen that has its own style.
    pub fn fragment(&self) -> String {
        let mut out = String::from("<article class=\"report\">");
        out.push_str(&format!("<h1>{}</h1>", escaped(&self.title)));
        out.push_str(&format!(
            "<p class=\"when\">{}</p>",
            escaped(&self.subtitle)
        ));
        if let Some(banner) = &self.banner {
            out.push_str(&format!("<p class=\"exercise\">{}</p>", escaped(banner)));
        }
        for block in &self.blocks {
            out.push_str(&self.block(block));
            out.push('\n');
        }
        out.push_str("</article>");
        out
    }

    fn block(&self, block: &Block) -> String {
        match block {
            Block::Heading(text) => format!("<h2>{}</h2>", escaped(text)),
            Block::Lesser(text) => format!("<h3>{}</h3>", escaped(text)),
            Block::Paragraph(spans) => format!("<p>{}</p>", inline(spans)),
            Block::Table(table) => table_of(table),
            Block::Figure { picture, caption } => format!(
                "<figure>{}<figcaption>{}</figcaption></figure>",
                picture.svg(),
                inline(caption)
            ),
            Block::ByHand(by_hand) => self.by_hand(by_hand),
            Block::Listing(listing) => format!(
                "<section class=\"listing\" id=\"list-{}\"><h3>{}</h3><p>{}</p></section>",
                listing.number,
                escaped(&listing.title),
                inline(&listing.spans)
            ),
        }
    }

    /// A section that people may write to; an empty one shows on screens only.
    fn by_hand(&self, by_hand: &ByHand) -> String {
        let l = self.language;
        let section = serde_json::to_value(by_hand.section);
        let section = section.ok().and_then(|v| v.as_str().map(str::to_owned));
        let section = section.unwrap_or_default();
        let class = match by_hand.text {
            Some(_) => "byhand",
            None => "byhand empty",
        };
        let label = match l {
            Language::Chinese => "手写",
            Language::English => "Written by hand",
        };
        let mut out = format!("<section class=\"{class}\" data-section=\"{section}\">");
        match &by_hand.text {
            Some(text) => {
                out.push_str(&format!("<p class=\"label\">{label}</p>"));
                for line in text.lines() {
                    out.push_str(&format!("<p>{}</p>", escaped(line)));
                }
            }
            None => {
                let none = l.of("还没有人写。", "Nobody has written here yet.");
                out.push_str(&format!("<p class=\"label\">{label} · {none}</p>"));
            }
        }
        for version in &by_hand.versions {
            out.push_str(&format!("<p class=\"version\">{}</p>", inline(version)));
        }
        out.push_str("</section>");
        out
    }
}

fn table_of(table: &Table) -> String {
    let mut out = String::from("<div class=\"wide\"><table><thead><tr>");
    for head in &table.head {
        out.push_str(&format!("<th scope=\"col\">{}</th>", escaped(head)));
    }
    out.push_str("</tr></thead><tbody>");
    for row in &table.rows {
        out.push_str("<tr>");
        for cell in row {
            let class = if is_short(cell) {
                " class=\"short\""
            } else {
                ""
            };
            out.push_str(&format!("<td{class}>{}</td>", inline(cell)));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    out
}

/// A name, a value with its unit, a time of waiting: it stays on one line.
fn is_short(cell: &[Span]) -> bool {
    let letters = |span: &Span| match span {
        Span::Text(text) | Span::Strong(text) | Span::Faint(text) | Span::Level(_, text) => {
            text.chars().count()
        }
        Span::Link { text, .. } => text.chars().count(),
        Span::Entry(_) => SHORT + 1,
    };
    cell.iter().map(letters).sum::<usize>() <= SHORT
}

/// Letters of a cell that is never broken.
const SHORT: usize = 12;

fn inline(spans: &[Span]) -> String {
    let mut out = String::new();
    for span in spans {
        match span {
            Span::Text(text) => out.push_str(&escaped(text)),
            Span::Strong(text) => out.push_str(&format!("<b>{}</b>", escaped(text))),
            Span::Faint(text) => {
                out.push_str(&format!("<span class=\"faint\">{}</span>", escaped(text)));
            }
            Span::Level(level, name) => out.push_str(&format!(
                "<span class=\"level\" data-level=\"{level}\">{}</span>",
                escaped(name)
            )),
            Span::Entry(entry) => out.push_str(&format!(
                "<a class=\"entry\" href=\"/api/v1/entries/{entry}\" data-entry=\"{entry}\">#{entry}</a>"
            )),
            Span::Link { list, text } => out.push_str(&format!(
                "<a class=\"list\" href=\"#list-{list}\">{}</a>",
                escaped(text)
            )),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::report::ReportSection;
    use proptest::prelude::*;

    fn with(blocks: Vec<Block>) -> Document {
        Document {
            blocks,
            ..Document::default()
        }
    }

    #[test]
    fn an_entry_is_a_link_to_itself() {
        let page = with(vec![Block::Paragraph(vec![Span::Entry(41)])]).page();
        let link = r##"<a class="entry" href="/api/v1/entries/41" data-entry="41">#41</a>"##;
        assert!(page.contains(link), "{page}");
    }

    #[test]
    fn a_section_names_itself_whoever_wrote() {
        let by_hand = |text: Option<&str>| {
            Block::ByHand(ByHand {
                section: ReportSection::Loss,
                title: String::new(),
                text: text.map(str::to_owned),
                versions: vec![vec![Span::Entry(7)]],
            })
        };
        let written = with(vec![by_hand(Some("一户\n两间"))]).fragment();
        assert!(written.contains(r#"class="byhand" data-section="loss""#));
        assert!(written.contains("<p>一户</p><p>两间</p>"), "{written}");
        let empty = with(vec![by_hand(None)]).fragment();
        assert!(empty.contains(r#"class="byhand empty""#) && empty.contains("#7"));
    }

    proptest! {
        #[test]
        fn no_word_of_anybody_becomes_markup(text in any::<String>()) {
            let cell = vec![Span::Text(text.clone()), Span::Strong(text.clone()), Span::Level(3, text.clone())];
            let table = Table { head: vec![text.clone()], rows: vec![vec![cell]] };
            let page = with(vec![Block::Heading(text), Block::Table(table)]).fragment();
            let clean = with(vec![
                Block::Heading(String::new()),
                Block::Table(Table { head: vec![String::new()], rows: vec![vec![vec![
                    Span::Text(String::new()), Span::Strong(String::new()), Span::Level(3, String::new()),
                ]]] }),
            ]).fragment();
            let tags = |page: &str| page.matches('<').count();
            prop_assert_eq!(tags(&page), tags(&clean));
        }
    }
}
