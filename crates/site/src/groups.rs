//! `groups.toml` and `groups.csv`: who receives a command together.
//!
//! A group names people and posts, or says what its people have in common: where they answer for the
//! ground, and what they are certified for. Who that is, is found when the files are read, so that
//! decisions and screens know groups as plain lists.

use std::ops::Range;

use model::config::{Group, Text};
use model::{GroupId, PersonId, PostId};

use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{self, Value, Word};
use crate::ground::Zone;
use crate::organisation::Posts;
use crate::people::{People, member};
use crate::sheet::{self, Columns, Row};
use crate::villages::Villages;

/// What groups are resolved against.
pub(crate) struct Known<'a> {
    pub(crate) people: &'a People,
    pub(crate) posts: &'a Posts,
    pub(crate) villages: &'a Villages,
    pub(crate) zones: &'a [Zone],
}

/// What the people of a group have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trait {
    Township,
    Village,
    Grid,
    Zone,
    Certificate,
}

impl Trait {
    const ALL: [Trait; 5] = [
        Trait::Township,
        Trait::Village,
        Trait::Grid,
        Trait::Zone,
        Trait::Certificate,
    ];

    /// Its key in `groups.toml` and column of `groups.csv`.
    const fn key(self) -> &'static str {
        match self {
            Trait::Township => "townships",
            Trait::Village => "villages",
            Trait::Grid => "grids",
            Trait::Zone => "zones",
            Trait::Certificate => "certificates",
        }
    }

    /// One of them, in words.
    const fn noun(self) -> &'static str {
        match self {
            Trait::Township => "township of anybody",
            Trait::Village => "village",
            Trait::Grid => "grid",
            Trait::Zone => "zone",
            Trait::Certificate => "certificate of anybody",
        }
    }

    /// Whether a person has it.
    fn is_of(self, word: &str, place: usize, known: &Known<'_>) -> bool {
        let person = &known.people.list[place];
        let traits = &known.people.traits[place];
        let area = traits.area.as_deref();
        match self {
            Trait::Township => person.township.as_deref() == Some(word),
            Trait::Village => {
                let village = area.and_then(|code| known.villages.village_of(code));
                village == Some(word)
            }
            Trait::Grid => area == Some(word),
            Trait::Zone => area.is_some_and(|code| known.villages.lies_in(code, word)),
            Trait::Certificate => traits.certificates.iter().any(|held| held == word),
        }
    }

    /// Everything that may be asked for.
    fn known<'a>(self, known: &Known<'a>) -> Vec<&'a str> {
        let people: &'a People = known.people;
        let mut words: Vec<&str> = match self {
            Trait::Township => {
                let people = people.list.iter();
                people.filter_map(|p| p.township.as_deref()).collect()
            }
            Trait::Village => known.villages.codes(false).collect(),
            Trait::Grid => known.villages.codes(true).collect(),
            Trait::Zone => known.zones.iter().map(|z| z.code.as_str()).collect(),
            Trait::Certificate => {
                let all = people.traits.iter().flat_map(|t| &t.certificates);
                all.map(String::as_str).collect()
            }
        };
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// A group as its file says, before anybody is found.
struct Draft {
    id: Word,
    title: Text,
    members: Vec<Word>,
    posts: Vec<Word>,
    /// What people have in common, one list a [`Trait`].
    common: [Vec<Word>; 5],
    except: Vec<Word>,
    place: Range<usize>,
}

/// Reads `groups.toml`; a group whose id is among `seen` is there twice.
pub(crate) fn read_file(
    source: &Source,
    known: &Known<'_>,
    seen: &mut Vec<String>,
    out: &mut Diagnostics,
) -> Vec<Group> {
    let mut file = document::parse(source, out);
    let drafts = file.each("group", out, |table, out| {
        let id = table.required("id", out, Value::text);
        let title = table.required("title", out, Value::title);
        let mut words = |key: &'static str, out: &mut Diagnostics| {
            let words = table.optional(key, out, Value::words);
            words.unwrap_or_default()
        };
        let posts = words("posts", out);
        let common = Trait::ALL.map(|one| words(one.key(), out));
        let except = words("except", out);
        let named = !posts.is_empty() || common.iter().any(|list| !list.is_empty());
        let members = if named {
            table.optional("members", out, Value::words)
        } else {
            table.required("members", out, Value::words)
        };
        let place = table.span();
        Some(Draft {
            id: id?,
            title: title?,
            members: if named {
                members.unwrap_or_default()
            } else {
                members?
            },
            posts,
            common,
            except,
            place,
        })
    });
    file.close(out);
    resolved(drafts, known, source, seen, out)
}

const GROUPS: Columns = Columns {
    required: &["id", "title_zh"],
    optional: &[
        "title_en",
        "members",
        "posts",
        "townships",
        "villages",
        "grids",
        "zones",
        "certificates",
        "except",
    ],
};

/// Reads `groups.csv`: the same, a row a group, words of a cell separated by spaces.
pub(crate) fn read_rows(
    source: &Source,
    known: &Known<'_>,
    seen: &mut Vec<String>,
    out: &mut Diagnostics,
) -> Vec<Group> {
    let mut drafts = Vec::new();
    sheet::read(source, &GROUPS, out, |row, out| {
        let (id, zh, en) = (row.get(0), row.get(1), row.get(2));
        if id.is_empty() || zh.is_empty() {
            let column = usize::from(!id.is_empty());
            out.push(row.problem(column, "a group needs an id and a title"));
            return;
        }
        let draft = Draft {
            id: Word {
                text: id.to_owned(),
                span: row.span(0),
            },
            title: Text::new(zh, if en.is_empty() { zh } else { en }),
            members: words_of(row, 3),
            posts: words_of(row, 4),
            common: [5, 6, 7, 8, 9].map(|column| words_of(row, column)),
            except: words_of(row, 10),
            place: row.span(0),
        };
        if !draft.names_anybody() {
            let problem = row.problem(0, format!("group `{id}` names nobody"));
            let lists = GROUPS.optional[1..].join(", ");
            out.push(problem.expecting(format!("something in one of {lists}")));
            return;
        }
        drafts.push(draft);
    });
    resolved(drafts, known, source, seen, out)
}

/// The words of a cell, each at the cell's place.
pub(crate) fn words_of(row: &Row<'_>, column: usize) -> Vec<Word> {
    let words = row.get(column).split_whitespace();
    let word = |text: &str| Word {
        text: text.to_owned(),
        span: row.span(column),
    };
    words.map(word).collect()
}

impl Draft {
    fn names_anybody(&self) -> bool {
        let common = self.common.iter().any(|list| !list.is_empty());
        common || !self.members.is_empty() || !self.posts.is_empty()
    }

    /// People who match each list that is given, in the file's order.
    fn in_common(&self, known: &Known<'_>) -> Vec<PersonId> {
        if self.common.iter().all(Vec::is_empty) {
            return Vec::new();
        }
        let lists = || Trait::ALL.into_iter().zip(&self.common);
        let belongs = |place: &usize| {
            lists().all(|(one, words)| {
                let mut words = words.iter().peekable();
                words.peek().is_none() || words.any(|word| one.is_of(&word.text, *place, known))
            })
        };
        let places = (0..known.people.list.len()).filter(belongs);
        places
            .map(|place| known.people.list[place].id.clone())
            .collect()
    }

    /// Words that nobody and nothing has.
    fn check(&self, known: &Known<'_>, source: &Source, out: &mut Diagnostics) {
        for (one, words) in Trait::ALL.into_iter().zip(&self.common) {
            if words.is_empty() {
                continue;
            }
            let there = one.known(known);
            for word in words {
                if there.binary_search(&word.text.as_str()).is_ok() {
                    continue;
                }
                let what = format!("no {} is `{}`", one.noun(), word.text);
                let problem = Problem::at(source, word.span.clone(), what);
                out.push(problem.near_unless(out.is_long(), &word.text, there.iter().copied()));
            }
        }
    }
}

fn resolved(
    drafts: Vec<Draft>,
    known: &Known<'_>,
    source: &Source,
    seen: &mut Vec<String>,
    out: &mut Diagnostics,
) -> Vec<Group> {
    let mut groups = Vec::new();
    for draft in drafts {
        let before = out.problems().len();
        draft.check(known, source, out);
        let common = draft.in_common(known);
        let Some(id) = crate::people::once(draft.id, seen, source, out) else {
            continue;
        };
        let mut find = |words: Vec<Word>| -> Vec<PersonId> {
            let people = words.into_iter();
            people
                .filter_map(|word| member(word, known.people, source, out))
                .collect()
        };
        let mut members = find(draft.members);
        let except = find(draft.except);
        members.extend(common);
        let mut there = std::collections::HashSet::new();
        members.retain(|person| !except.contains(person) && there.insert(person.clone()));
        let posts = posts_of(draft.posts, known.posts, source, out);
        let sound = out.problems().len() == before && known.people.faulty().next().is_none();
        if members.is_empty() && posts.is_empty() && sound {
            let what = format!("nobody belongs to group `{id}`");
            let problem = Problem::at(source, draft.place, what);
            out.push(problem.hint("a person has to match each of its lists"));
        }
        groups.push(Group {
            id: GroupId(id),
            title: draft.title,
            members,
            posts,
        });
    }
    groups
}

fn posts_of(
    words: Vec<Word>,
    posts: &Posts,
    source: &Source,
    out: &mut Diagnostics,
) -> Vec<PostId> {
    let mut found = Vec::new();
    for word in words {
        if posts.find(&word.text).is_some() {
            found.push(PostId(word.text));
        } else {
            let what = format!("no post `{}` in posts.toml", word.text);
            out.push(Problem::at(source, word.span, what).near(&word.text, posts.ids()));
        }
    }
    found
}
