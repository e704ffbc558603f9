//! A report as a PDF: set in the typeface of the machine's package `fonts-noto-cjk`.
#![allow(clippy::unwrap_used)]

use std::io::Read;

use flate2::read::ZlibDecoder;
use report::{Block, Document, Ink, Language, Listing, Picture, Shape, Span, Table, Typeface};

const FILE: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

fn typeface() -> Typeface {
    let file = std::fs::read(FILE);
    Typeface::read(file.expect("the package fonts-noto-cjk is installed")).unwrap()
}

fn document(rows: usize) -> Document {
    let row = |n: usize| {
        vec![
            vec![Span::Level(4, "红色 Ⅰ".to_owned())],
            vec![Span::Text(format!("澄潭江 {n}"))],
            vec![Span::Text("转移群众。".repeat(12))],
            vec![Span::Entry(1_000 + n as u64)],
            vec![Span::Link {
                list: 1,
                text: "12".to_owned(),
            }],
        ]
    };
    let picture = Picture {
        width: 720.0,
        height: 200.0,
        words: String::new(),
        shapes: vec![
            Shape::Line {
                points: vec![(10.0, 10.0), (700.0, 190.0)],
                ink: Ink::Curve,
                width: 1.6,
                broken: false,
            },
            Shape::Level {
                x: 30.0,
                y: 30.0,
                size: 9.0,
                level: 1,
                hollow: false,
            },
        ],
    };
    Document {
        language: Language::Chinese,
        title: "新昌县应急处置复盘报告".to_owned(),
        subtitle: "2026-08-21 00:00 – 2026-08-21 06:00".to_owned(),
        blocks: vec![
            Block::Heading("概况".to_owned()),
            Block::Paragraph(vec![
                Span::Text("一".repeat(500)),
                Span::Text("x".repeat(500)),
            ]),
            Block::Figure {
                picture,
                caption: vec![Span::Strong("水位".to_owned())],
            },
            Block::Table(Table {
                head: ["级别", "站点", "做了什么", "条目", "数"]
                    .map(str::to_owned)
                    .to_vec(),
                rows: (0..rows).map(row).collect(),
            }),
            Block::Listing(Listing {
                number: 1,
                title: "报警".to_owned(),
                spans: vec![Span::Entry(41)],
            }),
        ],
        ..Document::default()
    }
}

/// Every packed stream of a file, as text.
fn streams(file: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    for (place, _) in file
        .windows(8)
        .enumerate()
        .filter(|(_, w)| *w == b"\nstream\n")
    {
        let mut text = Vec::new();
        if ZlibDecoder::new(&file[place + 8..])
            .read_to_end(&mut text)
            .is_ok()
        {
            out.push(String::from_utf8_lossy(&text).into_owned());
        }
    }
    out
}

fn count(file: &[u8], what: &str) -> usize {
    file.windows(what.len())
        .filter(|part| *part == what.as_bytes())
        .count()
}

#[test]
fn its_text_can_be_found_and_its_links_lead_to_their_lists() {
    let file = document(40).pdf(&typeface()).unwrap();
    assert!(file.starts_with(b"%PDF-"));
    let sheets = count(&file, "/Type /Page\n");
    assert!(sheets >= 3, "{sheets} sheets");
    assert_eq!(
        count(&file, "/S /GoTo"),
        40,
        "each number of the table opens its list"
    );
    // The letters used, and none of the other sixty thousand.
    assert!(file.len() < 200_000, "{} bytes", file.len());
    assert_eq!(count(&file, "/CIDFontType0C"), 1);
    let said = String::from_utf8_lossy(&file).into_owned();
    let says = |letter: char| {
        let hex = format!("<{:04X}>", u32::from(letter));
        said.contains(&hex) || streams(&file).iter().any(|text| text.contains(&hex))
    };
    for letter in "新昌县应急处置复盘报告澄潭红Ⅰ转移群众".chars() {
        assert!(says(letter), "{letter} can be searched for");
    }
    assert!(!says('龘'));
}

#[test]
fn a_table_of_any_length_and_an_empty_one_are_set() {
    let typeface = typeface();
    for rows in [0, 1, 300] {
        let file = document(rows).pdf(&typeface).unwrap();
        assert!(file.ends_with(b"%%EOF"), "{rows}");
    }
    let mut long = document(1);
    if let Some(Block::Table(table)) = long.blocks.get_mut(3) {
        // A row that no sheet holds goes over several.
        table.rows[0][2] = vec![Span::Text("转移群众".repeat(3_000))];
    }
    let sheets = count(&long.pdf(&typeface).unwrap(), "/Type /Page\n");
    assert!((4..40).contains(&sheets), "{sheets}");
}

#[test]
fn what_is_no_typeface_is_refused() {
    assert!(Typeface::read(b"no typeface".to_vec()).is_err());
}
