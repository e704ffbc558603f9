//! `posts.toml`, `units.csv` and `posts.csv`: units, posts, and the rosters behind them.

use model::config::{Post, Roster, Text, Unit};
use model::{PersonId, PostId, Time};

use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{self, Table, Value, Word};
use crate::groups::words_of;
use crate::people::{People, member, once};
use crate::sheet::{self, Columns, Row};

/// Units and posts, and how far ahead gaps are told.
#[derive(Debug, Default)]
pub(crate) struct Posts {
    pub(crate) units: Vec<Unit>,
    pub(crate) list: Vec<Post>,
    pub(crate) look_ahead_ms: Option<i64>,
}

impl Posts {
    /// Whether a post is there.
    pub(crate) fn find(&self, id: &str) -> Option<&Post> {
        self.list.iter().find(|post| post.id.as_str() == id)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|post| post.id.as_str())
    }

    /// What posts are called in policies, each once.
    pub(crate) fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = self.list.iter().map(|post| post.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}

/// Reads `posts.toml`.
pub(crate) fn read_posts(source: &Source, people: &People, out: &mut Diagnostics) -> Posts {
    let mut file = document::parse(source, out);
    let look_ahead_ms = file.optional("look_ahead", out, Value::duration);
    let mut seen = Vec::new();
    let mut parents: Vec<Word> = Vec::new();
    let units = file.each("unit", out, |table, out| {
        let id = table.required("id", out, Value::text);
        let title = table.required("title", out, Value::title);
        let parent = table.optional("parent", out, Value::text);
        let township = table.optional("township", out, Value::text);
        let id = once(id?, &mut seen, source, out)?;
        parents.extend(parent.clone());
        Some(Unit {
            id,
            title: title?,
            parent: parent.map(|word| word.text),
            township: township.map(|word| word.text),
        })
    });
    for parent in &parents {
        check_unit(parent, &units, source, out);
    }
    check_circles(&units, source, out);
    let mut seen = Vec::new();
    let list = file.each("post", out, |table, out| {
        let id = table.required("id", out, Value::text);
        let title = table.required("title", out, Value::title);
        let kind = table.required("kind", out, Value::text);
        let unit = table.optional("unit", out, Value::text);
        let township = table.optional("township", out, Value::text);
        let named = table.optional("people", out, Value::words);
        let roster = table.optional("roster", out, |value, out| {
            let mut table = value.table(out)?;
            let roster = read_roster(&mut table, people, source, out);
            table.close(out);
            roster
        });
        let id = once(id?, &mut seen, source, out)?;
        if let Some(unit) = &unit {
            check_unit(unit, &units, source, out);
        }
        let named = named.unwrap_or_default().into_iter();
        let named: Vec<PersonId> = named
            .filter_map(|word| reachable(word, people, source, out))
            .collect();
        if named.is_empty() && roster.is_none() {
            let problem = Problem::at(source, table.span(), format!("nobody holds `{id}`"));
            out.push(problem.expecting("people = [\"…\"] or a [post.roster]"));
        }
        Some(Post {
            id: PostId(id),
            title: title?,
            kind: kind?.text,
            unit: unit.map(|word| word.text),
            township: township.map(|word| word.text),
            people: named,
            roster,
        })
    });
    file.close(out);
    Posts {
        units,
        list,
        look_ahead_ms,
    }
}

fn check_unit(word: &Word, units: &[Unit], source: &Source, out: &mut Diagnostics) {
    if !units.iter().any(|unit| unit.id == word.text) {
        let what = format!("no unit `{}` in this file", word.text);
        let ids = units.iter().map(|unit| unit.id.as_str());
        out.push(Problem::at(source, word.span.clone(), what).near(&word.text, ids));
    }
}

/// Units above one another may not come back to where they began.
fn check_circles(units: &[Unit], source: &Source, out: &mut Diagnostics) {
    let above = |id: &str| {
        let unit = units.iter().find(|unit| unit.id == id);
        unit.and_then(|unit| unit.parent.as_deref())
    };
    for unit in units {
        let mut next = above(&unit.id);
        for _ in 0..units.len() {
            let Some(id) = next else { break };
            if id == unit.id {
                let what = format!("unit `{}` stands above itself", unit.id);
                out.push(Problem::whole(source, what));
                return;
            }
            next = above(id);
        }
    }
}

/// A person of the file; one who cannot be reached at all is worth a word.
fn reachable(
    word: Word,
    people: &People,
    source: &Source,
    out: &mut Diagnostics,
) -> Option<PersonId> {
    let span = word.span.clone();
    let person = member(word, people, source, out)?;
    if people.contacts_of(&person).is_empty() {
        let what = format!("`{person}` holds a post and cannot be called");
        let problem = Problem::at(source, span, what).noted();
        out.push(problem.hint("give them contacts in people.csv, such as \"push sms voice\""));
    }
    Some(person)
}

fn read_roster(
    table: &mut Table<'_>,
    people: &People,
    source: &Source,
    out: &mut Diagnostics,
) -> Option<Roster> {
    let from: Option<Time> = table.required("from", out, Value::instant);
    let shifts = table.required("shifts", out, |value, out| {
        let items = value.list(out)?.into_iter();
        let lengths: Vec<Option<i64>> = items.map(|item| shift_length(item, out)).collect();
        lengths.into_iter().collect::<Option<Vec<i64>>>()
    });
    let crews = table.required("crews", out, |value, out| {
        let items = value.list(out)?;
        Some(read_crews(items, people, source, out))
    });
    let least = table.optional("least", out, |value, out| value.whole(1..=1000, out));
    let sign_in_ms = table.optional("sign_in", out, Value::duration);
    let handover = table.optional("handover", out, Value::flag);
    let (place, least) = (table.span(), least.unwrap_or(1));
    let (shifts_ms, crews) = (shifts?, crews?);
    if shifts_ms.is_empty() || crews.is_empty() {
        out.push(Problem::at(
            source,
            place,
            "a roster needs a shift and a crew",
        ));
        return None;
    }
    Some(Roster {
        from: from?,
        shifts_ms,
        crews,
        least: u16::try_from(least).unwrap_or(1),
        sign_in_ms,
        handover: handover.unwrap_or(false),
    })
}

fn shift_length(value: Value<'_>, out: &mut Diagnostics) -> Option<i64> {
    let problem = value.problem("no shift is that long");
    let length = value.duration(out)?;
    if !(60_000..=7 * 86_400_000).contains(&length) {
        out.push(problem.expecting("1m to 7d"));
        return None;
    }
    Some(length)
}

fn read_crews(
    items: Vec<Value<'_>>,
    people: &People,
    source: &Source,
    out: &mut Diagnostics,
) -> Vec<Vec<PersonId>> {
    let mut crews = Vec::new();
    for (place, item) in items.into_iter().enumerate() {
        let what = format!("crew {} has nobody: its shifts would be a hole", place + 1);
        let problem = item.problem(what);
        let Some(words) = item.words(out) else {
            continue;
        };
        if words.is_empty() {
            out.push(problem.expecting("at least one person"));
            continue;
        }
        let crew = words.into_iter();
        let crew = crew.filter_map(|word| reachable(word, people, source, out));
        crews.push(crew.collect());
    }
    crews
}

const UNITS: Columns = Columns {
    required: &["id", "title_zh"],
    optional: &["title_en", "parent", "township"],
};

/// Reads `units.csv`: further units, a row each.
pub(crate) fn read_unit_rows(source: &Source, posts: &mut Posts, out: &mut Diagnostics) {
    let mut seen = posts.units.iter().map(|unit| unit.id.clone()).collect();
    let mut parents = Vec::new();
    sheet::read(source, &UNITS, out, |row, out| {
        let title = title_of(row, out);
        let parent = word_of(row, 3);
        let Some((id, title)) = id_of(row, &mut seen, source, out).zip(title) else {
            return;
        };
        parents.extend(parent.clone());
        posts.units.push(Unit {
            id,
            title,
            parent: parent.map(|word| word.text),
            township: word_of(row, 4).map(|word| word.text),
        });
    });
    for parent in &parents {
        check_unit(parent, &posts.units, source, out);
    }
    check_circles(&posts.units, source, out);
}

const POSTS: Columns = Columns {
    required: &["id", "title_zh", "kind", "people"],
    optional: &["title_en", "unit", "township"],
};

/// Reads `posts.csv`: further posts that named people hold, a row each. A post with a roster stands in
/// `posts.toml`.
pub(crate) fn read_post_rows(
    source: &Source,
    people: &People,
    posts: &mut Posts,
    out: &mut Diagnostics,
) {
    let mut seen = posts.list.iter().map(|post| post.id.0.clone()).collect();
    sheet::read(source, &POSTS, out, |row, out| {
        let zh = row.get(1);
        let title = (!zh.is_empty()).then(|| Text::new(zh, english(row, 4, zh)));
        let kind = word_of(row, 2);
        for (column, missing) in [(1, title.is_none()), (2, kind.is_none())] {
            if missing {
                out.push(row.problem(column, "a post needs a title and a kind"));
            }
        }
        let named = words_of(row, 3).into_iter();
        let named: Vec<PersonId> = named
            .filter_map(|word| reachable(word, people, source, out))
            .collect();
        let unit = word_of(row, 5);
        if let Some(unit) = &unit {
            check_unit(unit, &posts.units, source, out);
        }
        let Some(id) = id_of(row, &mut seen, source, out) else {
            return;
        };
        if row.get(3).is_empty() {
            let problem = row.problem(3, format!("nobody holds `{id}`"));
            out.push(problem.expecting("ids of people, separated by spaces"));
        }
        let (Some(title), Some(kind)) = (title, kind) else {
            return;
        };
        posts.list.push(Post {
            id: PostId(id),
            title,
            kind: kind.text,
            unit: unit.map(|word| word.text),
            township: word_of(row, 6).map(|word| word.text),
            people: named,
            roster: None,
        });
    });
}

/// The word of a cell, where there is one.
fn word_of(row: &Row<'_>, column: usize) -> Option<Word> {
    let text = Some(row.get(column)).filter(|text| !text.is_empty())?;
    Some(Word {
        text: text.to_owned(),
        span: row.span(column),
    })
}

fn english<'a>(row: &'a Row<'_>, column: usize, zh: &'a str) -> &'a str {
    Some(row.get(column))
        .filter(|text| !text.is_empty())
        .unwrap_or(zh)
}

/// The title of a unit: Chinese in its second column, English in its third.
fn title_of(row: &Row<'_>, out: &mut Diagnostics) -> Option<Text> {
    let zh = row.get(1);
    if zh.is_empty() {
        out.push(row.problem(1, "a unit needs a title"));
        return None;
    }
    Some(Text::new(zh, english(row, 2, zh)))
}

/// The id of a row, unless it was there before.
fn id_of(
    row: &Row<'_>,
    seen: &mut Vec<String>,
    source: &Source,
    out: &mut Diagnostics,
) -> Option<String> {
    let Some(id) = word_of(row, 0) else {
        out.push(row.problem(0, "a row needs an id"));
        return None;
    };
    once(id, seen, source, out)
}
