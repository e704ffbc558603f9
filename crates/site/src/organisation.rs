//! `posts.toml`: units, posts, and the rosters behind them.

use model::config::{Group, Post, Roster, Unit};
use model::{PersonId, PostId, Time};

use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{self, Table, Value, Word};
use crate::people::{NamedGroup, People, member, once};

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

/// The groups with the posts they name.
pub(crate) fn resolve_groups(
    groups: Vec<NamedGroup>,
    posts: &Posts,
    source: &Source,
    out: &mut Diagnostics,
) -> Vec<Group> {
    let resolve = |named: NamedGroup| {
        let mut group = named.group;
        for word in named.posts {
            if posts.find(&word.text).is_some() {
                group.posts.push(PostId(word.text));
            } else {
                let what = format!("no post `{}` in posts.toml", word.text);
                out.push(Problem::at(source, word.span, what).near(&word.text, posts.ids()));
            }
        }
        group
    };
    groups.into_iter().map(resolve).collect()
}
