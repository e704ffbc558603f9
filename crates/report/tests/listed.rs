//! Every figure opens what it counts, however much that is: on the page, in the office's file, in the CSV.
#![allow(clippy::unwrap_used)]

use model::config::Text;
use model::page::Channel;
use report::{
    Block, ChannelRow, Counted, Document, Figure, Ground, Language, Local, Report, Setting, Sheet,
    Span, Voices,
};

fn figure(what: Counted, entries: Vec<u64>, through: Option<(u64, u64)>) -> Figure {
    Figure {
        what,
        count: through.map_or(entries.len() as u64, |(first, last)| last - first),
        entries,
        through,
    }
}

fn report() -> Report {
    let mut report = Report::default();
    report.of.title = Text::new("新昌县", "Xinchang");
    report.figures = vec![
        figure(Counted::Readings, Vec::new(), Some((10, 90_010))),
        figure(
            Counted::Late,
            (0..500).map(|n| 1_000 + n * 3).collect(),
            None,
        ),
        figure(Counted::Commands, vec![41, 44], None),
    ];
    report.channels = vec![ChannelRow {
        channel: Channel::Push,
        pages: (0..9).map(|n| 5_000 + n).collect(),
        delivered: vec![6_000],
        seen: Vec::new(),
        answered: Vec::new(),
        on_word: Vec::new(),
        failed: Vec::new(),
    }];
    report
}

fn composed(report: &Report, language: Language) -> Document {
    let (voices, local, ground) = (
        Voices::default(),
        Local::of(None, "330624"),
        Ground::default(),
    );
    report.compose(Setting {
        voices: &voices,
        local: &local,
        ground: &ground,
        language,
    })
}

/// What stands between two marks, each time.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Vec<&'t str> {
    let pieces = text.split(before).skip(1);
    pieces
        .map(|piece| piece.split(after).next().unwrap())
        .collect()
}

#[test]
fn a_figure_of_many_is_a_link_to_all_of_them() {
    let report = report();
    for (language, all, more) in [
        (
            Language::Chinese,
            "全部 500 条",
            "共 500 条，另 300 条见 CSV 表 entries。",
        ),
        (
            Language::English,
            "all 500",
            "500 in all; the other 300 are in the CSV table entries.",
        ),
    ] {
        let document = composed(&report, language);
        let page = document.page();
        let links = between(&page, "href=\"#", "\"");
        let places = between(&page, "<section class=\"listing\" id=\"", "\"");
        assert!(links.len() >= 8, "{links:?}");
        for link in &links {
            assert!(places.contains(link), "{link} leads nowhere: {places:?}");
        }
        // The number in the sentence, the number in the table, and the words behind its first entries.
        let late = between(&page, "<a class=\"list\" href=\"#", "</a>");
        let late = late
            .iter()
            .filter(|link| link.ends_with(">500") || link.ends_with(&format!(">{all}")));
        let late: Vec<&str> = late.map(|link| link.split('"').next().unwrap()).collect();
        assert_eq!(late.len(), 3, "{late:?}");
        assert!(
            late.iter().all(|link| *link == late[0]),
            "one list, however often it is asked for"
        );
        let listed = between(&page, &format!("id=\"{}\"", late[0]), "</section>")[0];
        assert_eq!(listed.matches("data-entry=").count(), 200);
        assert!(listed.contains(more), "{listed}");
        // Readings by the first and the last of them.
        for entry in ["data-entry=\"10\"", "data-entry=\"90010\""] {
            assert!(page.contains(entry), "{entry}");
        }
        let csv = report.csv(Sheet::Entries, &Voices::default(), language);
        assert_eq!(csv.lines().count(), 1 + 1 + 500 + 2 + 9 + 1, "{csv}");
        assert!(csv.contains(",10,90010") && csv.contains(",2497,"), "{csv}");
    }
}

#[test]
fn an_offices_file_has_a_place_for_every_link() {
    let document = composed(&report(), Language::Chinese);
    let links = document.blocks.iter().flat_map(|block| match block {
        Block::Paragraph(spans) => spans.clone(),
        Block::Table(table) => table.rows.iter().flatten().flatten().cloned().collect(),
        Block::Heading(_)
        | Block::Lesser(_)
        | Block::Figure { .. }
        | Block::ByHand(_)
        | Block::Listing(_) => Vec::new(),
    });
    let links: Vec<usize> = links
        .filter_map(|span| match span {
            Span::Link { list, .. } => Some(list),
            Span::Text(_) | Span::Strong(_) | Span::Faint(_) | Span::Level(..) | Span::Entry(_) => {
                None
            }
        })
        .collect();
    assert!(!links.is_empty());
    assert!(
        links
            .iter()
            .all(|list| (1..=document.lists.len()).contains(list)),
        "{links:?}"
    );
    let places: Vec<usize> = document
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Listing(listing) => Some(listing.number),
            Block::Heading(_)
            | Block::Lesser(_)
            | Block::Paragraph(_)
            | Block::Table(_)
            | Block::Figure { .. }
            | Block::ByHand(_) => None,
        })
        .collect();
    assert_eq!(places, (1..=document.lists.len()).collect::<Vec<_>>());
    assert!(document.docx().unwrap().starts_with(b"PK"));
}
