//! TOML files walked key by key, so that one reading finds every problem with its place.
//!
//! A typed deserializer stops at the first fault; here each key is asked for by name, what is wrong
//! is noted, and what was never asked for is refused at the end.

use std::ops::Range;

use model::config::Text;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::amount::{DURATION, duration_ms};
use crate::diagnose::{Diagnostics, Problem, Source};

/// Syntax errors told of one file; the rest are mostly echoes of the first.
const SYNTAX_ERRORS: usize = 5;

/// A table of a TOML file while it is read. [`Table::close`] it to refuse what is left.
pub(crate) struct Table<'s> {
    source: &'s Source,
    span: Range<usize>,
    /// What it is called in reports: `site.toml`, `[[rule]]`.
    name: String,
    entries: Vec<(Spanned<String>, Value<'s>)>,
    asked: Vec<&'static str>,
    /// The file has syntax errors: what seems missing may only be unread.
    broken: bool,
}

/// A value of a TOML file with its place.
pub(crate) struct Value<'s> {
    pub(crate) source: &'s Source,
    pub(crate) span: Range<usize>,
    name: String,
    value: DeValue<'s>,
    broken: bool,
}

/// A text with its place.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
}

/// Parses a file; syntax errors go to `out` and what could be read is still returned.
pub(crate) fn parse<'s>(source: &'s Source, out: &mut Diagnostics) -> Table<'s> {
    let (table, errors) = DeTable::parse_recoverable(source.text());
    for error in errors.iter().take(SYNTAX_ERRORS) {
        let what = error.message().trim_end().replace('\n', "; ");
        out.push(match error.span() {
            Some(span) => Problem::at(source, span, what),
            None => Problem::whole(source, what),
        });
    }
    let name = source.name().to_owned();
    Table::new(source, 0..0, name, table.into_inner(), !errors.is_empty())
}

impl<'s> Table<'s> {
    fn new(
        source: &'s Source,
        span: Range<usize>,
        name: String,
        table: DeTable<'s>,
        broken: bool,
    ) -> Table<'s> {
        let entries = table
            .into_iter()
            .map(|(key, value)| {
                let key = Spanned::new(key.span(), key.into_inner().into_owned());
                let value = Value {
                    source,
                    span: value.span(),
                    name: key.get_ref().clone(),
                    value: value.into_inner(),
                    broken,
                };
                (key, value)
            })
            .collect();
        Table {
            source,
            span,
            name,
            entries,
            asked: Vec::new(),
            broken,
        }
    }

    /// The file it stands in.
    pub(crate) fn source(&self) -> &'s Source {
        self.source
    }

    /// Where the table begins.
    pub(crate) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Reads a key that must be there.
    pub(crate) fn required<T>(
        &mut self,
        key: &'static str,
        out: &mut Diagnostics,
        read: impl FnOnce(Value<'s>, &mut Diagnostics) -> Option<T>,
    ) -> Option<T> {
        self.asked.push(key);
        match self.take(key) {
            Some(value) => read(value, out),
            None => {
                self.missing(key, out);
                None
            }
        }
    }

    /// Reads a key that may be absent: absent, or read (which may have failed).
    pub(crate) fn optional<T>(
        &mut self,
        key: &'static str,
        out: &mut Diagnostics,
        read: impl FnOnce(Value<'s>, &mut Diagnostics) -> Option<T>,
    ) -> Option<T> {
        self.asked.push(key);
        self.take(key).and_then(|value| read(value, out))
    }

    /// Notes that a key may stand here although it does not, and goes on without it.
    pub(crate) fn absent<T>(
        &mut self,
        key: &'static str,
        out: &mut Diagnostics,
        read: impl FnOnce(&mut Diagnostics) -> Option<T>,
    ) -> Option<T> {
        self.asked.push(key);
        read(out)
    }

    /// Whether a key is there and not yet read.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(k, _)| k.get_ref() == key)
    }

    /// Reads an array of tables `[[key]]`, each by `read`; absent is empty.
    pub(crate) fn each<T>(
        &mut self,
        key: &'static str,
        out: &mut Diagnostics,
        mut read: impl FnMut(&mut Table<'s>, &mut Diagnostics) -> Option<T>,
    ) -> Vec<T> {
        let items = self
            .optional(key, out, |value, out| value.list(out))
            .unwrap_or_default();
        let mut read_all = Vec::with_capacity(items.len());
        for mut item in items {
            item.name = format!("[[{key}]]");
            if let Some(mut table) = item.table(out) {
                read_all.extend(read(&mut table, out));
                table.close(out);
            }
        }
        read_all
    }

    /// Refuses every key that nobody asked for.
    pub(crate) fn close(self, out: &mut Diagnostics) {
        for (key, _) in self.entries {
            let word = key.get_ref();
            let unused = self.asked.iter().copied().filter(|k| k != word);
            let problem = Problem::at(
                self.source,
                key.span(),
                format!("{} has no key `{word}`", self.name),
            )
            .expecting(format!("one of {}", self.asked.join(", ")))
            .near(word, unused);
            out.push(problem);
        }
    }

    fn take(&mut self, key: &str) -> Option<Value<'s>> {
        let place = self.entries.iter().position(|(k, _)| k.get_ref() == key)?;
        Some(self.entries.swap_remove(place).1)
    }

    fn missing(&self, key: &str, out: &mut Diagnostics) {
        if self.broken {
            return;
        }
        let what = format!("{} has no `{key}`", self.name);
        out.push(
            Problem::at(self.source, self.span.clone(), what)
                .expecting(format!("`{key} = …` below this")),
        );
    }
}

impl<'s> Value<'s> {
    /// A problem of this value.
    pub(crate) fn problem(&self, what: impl Into<String>) -> Problem {
        Problem::at(self.source, self.span.clone(), what)
    }

    fn mismatch(&self, expected: &str) -> Problem {
        let what = format!("`{}` cannot be a TOML {}", self.name, self.value.type_str());
        self.problem(what).expecting(expected)
    }

    /// The text, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        self.value.as_str()
    }

    /// Whether it is a table.
    pub(crate) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// A text that is not empty.
    pub(crate) fn text(self, out: &mut Diagnostics) -> Option<Word> {
        match self.value.as_str() {
            Some(text) if !text.trim().is_empty() => Some(Word {
                text: text.trim().to_owned(),
                span: self.span,
            }),
            Some(_) => {
                out.push(
                    self.problem(format!("`{}` is empty", self.name))
                        .expecting("some text"),
                );
                None
            }
            None => {
                out.push(self.mismatch("a text in quotes"));
                None
            }
        }
    }

    /// `true` or `false`.
    pub(crate) fn flag(self, out: &mut Diagnostics) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            out.push(self.mismatch("true or false"));
        }
        flag
    }

    /// A whole number inside a range.
    pub(crate) fn whole(
        self,
        range: std::ops::RangeInclusive<i64>,
        out: &mut Diagnostics,
    ) -> Option<i64> {
        let number = self
            .value
            .as_integer()
            .and_then(|n| i64::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.filter(|n| range.contains(n));
        if number.is_none() {
            let expected = format!("a whole number from {} to {}", range.start(), range.end());
            out.push(
                self.problem(format!("`{}` is not in range", self.name))
                    .expecting(expected),
            );
        }
        number
    }

    /// A number that is finite and above zero.
    pub(crate) fn positive(self, out: &mut Diagnostics) -> Option<f64> {
        let text = match &self.value {
            DeValue::Float(f) => Some(f.as_str()),
            DeValue::Integer(i) if i.radix() == 10 => Some(i.as_str()),
            DeValue::Integer(_)
            | DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        };
        let number = text
            .and_then(|t| t.parse::<f64>().ok())
            .filter(|n| n.is_finite() && *n > 0.0);
        if number.is_none() {
            out.push(
                self.problem(format!("`{}` is no such number", self.name))
                    .expecting("a number above 0"),
            );
        }
        number
    }

    /// An instant, in quotes or as TOML writes one.
    pub(crate) fn instant(self, out: &mut Diagnostics) -> Option<model::Time> {
        let text = match &self.value {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(stamp) => stamp.to_string(),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => String::new(),
        };
        let time = text.parse().ok();
        if time.is_none() {
            let problem = self.problem(format!("`{}` is no instant", self.name));
            out.push(
                problem.expecting("a time with offset, such as \"2026-07-15T08:00:00+08:00\""),
            );
        }
        time
    }

    /// A duration in milliseconds.
    pub(crate) fn duration(self, out: &mut Diagnostics) -> Option<i64> {
        let ms = self.value.as_str().and_then(duration_ms);
        if ms.is_none() {
            out.push(
                self.problem(format!("`{}` is no duration", self.name))
                    .expecting(DURATION),
            );
        }
        ms
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Copy>(
        self,
        words: &[(&'static str, T)],
        out: &mut Diagnostics,
    ) -> Option<T> {
        let text = self.value.as_str().unwrap_or_default();
        let found = words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, t)| *t);
        if found.is_none() {
            let known = words.iter().map(|(word, _)| *word);
            let expected = format!("one of {}", quoted(known.clone()));
            let what = format!("`{}` cannot be that", self.name);
            out.push(self.problem(what).expecting(expected).near(text, known));
        }
        found
    }

    /// A title: `{ zh = "…", en = "…" }`, or one text for both.
    pub(crate) fn title(self, out: &mut Diagnostics) -> Option<Text> {
        if self.is_table() {
            let mut table = self.table(out)?;
            let zh = table.required("zh", out, Value::text);
            let en = table.required("en", out, Value::text);
            table.close(out);
            return Some(Text {
                zh: zh?.text,
                en: en?.text,
            });
        }
        if self.value.is_str() {
            return self.text(out).map(|word| Text::same(&word.text));
        }
        out.push(self.mismatch("{ zh = \"…\", en = \"…\" }, or one text for both"));
        None
    }

    /// The items of an array.
    pub(crate) fn list(self, out: &mut Diagnostics) -> Option<Vec<Value<'s>>> {
        let Value {
            source,
            span,
            name,
            value,
            broken,
        } = self;
        match value {
            DeValue::Array(items) => Some(
                items
                    .into_iter()
                    .map(|item| Value {
                        source,
                        span: item.span(),
                        name: name.clone(),
                        value: item.into_inner(),
                        broken,
                    })
                    .collect(),
            ),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => {
                out.push(
                    Value {
                        source,
                        span,
                        name,
                        value,
                        broken,
                    }
                    .mismatch("a list in […]"),
                );
                None
            }
        }
    }

    /// A list of texts.
    pub(crate) fn words(self, out: &mut Diagnostics) -> Option<Vec<Word>> {
        let items = self.list(out)?;
        Some(
            items
                .into_iter()
                .filter_map(|item| item.text(out))
                .collect(),
        )
    }

    /// The decimal text of a number, be it written in quotes or not.
    pub(crate) fn decimal(&self) -> Option<&str> {
        match &self.value {
            DeValue::Float(number) => Some(number.as_str()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
            DeValue::String(text) => Some(text.trim()),
            DeValue::Integer(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        }
    }

    /// The entries of a table whose keys are names of the author's own, in the order of the file.
    pub(crate) fn pairs(self, out: &mut Diagnostics) -> Option<Vec<(Word, Value<'s>)>> {
        let table = self.table(out)?;
        let mut pairs: Vec<(Word, Value<'s>)> = table
            .entries
            .into_iter()
            .map(|(key, value)| {
                let span = key.span();
                let text = key.into_inner();
                (Word { text, span }, value)
            })
            .collect();
        pairs.sort_by_key(|(word, _)| word.span.start);
        Some(pairs)
    }

    /// The table it is.
    pub(crate) fn table(self, out: &mut Diagnostics) -> Option<Table<'s>> {
        let Value {
            source,
            span,
            name,
            value,
            broken,
        } = self;
        match value {
            DeValue::Table(table) => Some(Table::new(source, span, name, table, broken)),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => {
                out.push(
                    Value {
                        source,
                        span,
                        name,
                        value,
                        broken,
                    }
                    .mismatch("a table in {…}"),
                );
                None
            }
        }
    }
}

/// `"a", "b", "c"`.
pub(crate) fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words
        .map(|w| format!("\"{w}\""))
        .collect::<Vec<_>>()
        .join(", ")
}
