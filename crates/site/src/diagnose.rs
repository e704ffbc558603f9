//! Problems in files, each with its place, told all at once.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, NamedSource, Severity, SourceSpan, SpanContents,
};

/// More than this many problems are counted, not shown.
const SHOWN: usize = 40;

/// A longer expectation stands below the line instead of beside it, bytes.
const LABEL: usize = 70;

/// A file's text, shared by the problems found in it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    path: PathBuf,
    text: Arc<NamedSource<String>>,
}

impl Source {
    /// `name` is how the file is called in reports: its path inside the site folder.
    pub(crate) fn new(path: PathBuf, name: &str, text: String) -> Source {
        Source {
            path,
            text: Arc::new(NamedSource::new(name, text)),
        }
    }

    pub(crate) fn text(&self) -> &str {
        self.text.inner()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn name(&self) -> &str {
        self.text.name()
    }
}

/// Whether a problem stops the site from starting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Must be put right first.
    Error,
    /// Allowed, but looks like a mistake.
    Note,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug)]
pub struct Problem {
    weight: Weight,
    what: String,
    expected: Option<String>,
    hint: Option<String>,
    source: Source,
    /// Byte offset and length in the file; absent when the whole file is meant.
    span: Option<(usize, usize)>,
}

impl Problem {
    /// A problem at a byte range of a file; of several lines the first is shown.
    pub(crate) fn at(
        source: &Source,
        span: std::ops::Range<usize>,
        what: impl Into<String>,
    ) -> Problem {
        let text = source.text();
        let start = floor_char(text, span.start);
        let line_end = text[start..]
            .find(['\n', '\r'])
            .map_or(text.len(), |i| start + i);
        let end = floor_char(text, span.end.max(start)).min(line_end);
        Problem {
            span: Some((start, end.saturating_sub(start))),
            ..Problem::whole(source, what)
        }
    }

    /// A problem of a file as a whole.
    pub(crate) fn whole(source: &Source, what: impl Into<String>) -> Problem {
        Problem {
            weight: Weight::Error,
            what: what.into(),
            expected: None,
            hint: None,
            source: source.clone(),
            span: None,
        }
    }

    /// The same place, with other words for what is wrong.
    #[must_use]
    pub(crate) fn saying(mut self, what: impl Into<String>) -> Problem {
        self.what = what.into();
        self
    }

    /// Says what should stand there.
    #[must_use]
    pub(crate) fn expecting(mut self, expected: impl Into<String>) -> Problem {
        self.expected = Some(expected.into());
        self
    }

    /// Offers the nearest of the words that would be right, if one is near.
    #[must_use]
    pub(crate) fn near<'a>(
        mut self,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Problem {
        self.hint = nearest(word, known).map(|near| format!("did you mean `{near}`?"));
        self
    }

    /// [`Problem::near`], unless so much is wrong that looking would only take time.
    #[must_use]
    pub(crate) fn near_unless<'a>(
        self,
        long: bool,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Problem {
        if long { self } else { self.near(word, known) }
    }

    /// Adds a sentence of advice.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hint = Some(hint.into());
        self
    }

    /// Makes it a remark that stops nothing.
    #[must_use]
    pub(crate) fn noted(mut self) -> Problem {
        self.weight = Weight::Note;
        self
    }

    /// Whether it stops the site from starting.
    pub fn weight(&self) -> Weight {
        self.weight
    }

    /// What is wrong, one sentence.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What should stand there instead.
    pub fn expected(&self) -> Option<&str> {
        self.expected.as_deref()
    }

    /// Advice, such as the nearest spelling.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The file, as its path was given.
    pub fn file(&self) -> &Path {
        self.source.path()
    }

    /// Line and column, both from 1, the column in characters; absent when the whole file is meant.
    pub fn place(&self) -> Option<(usize, usize)> {
        let (start, _) = self.span?;
        let before = &self.source.text()[..start];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Some((
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        ))
    }

    /// One line: `rules/rain.toml:12:1: unknown key …`.
    pub fn line(&self) -> String {
        let name = self.source.name();
        match self.place() {
            Some((line, column)) => format!("{name}:{line}:{column}: {self}"),
            None => format!("{name}: {self}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn severity(&self) -> Option<Severity> {
        Some(match self.weight {
            Weight::Error => Severity::Error,
            Weight::Note => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let long = self.expected.as_ref().filter(|e| e.len() > LABEL);
        let long = long.map(|expected| format!("expected {expected}"));
        let help = match (long, &self.hint) {
            (Some(long), Some(hint)) => format!("{long}\n{hint}"),
            (Some(long), None) => long,
            (None, Some(hint)) => hint.clone(),
            (None, None) => return None,
        };
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.span.map(|_| self as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (start, length) = self.span?;
        let short = self.expected.clone().filter(|e| e.len() <= LABEL);
        let label = short.unwrap_or_else(|| "here".to_owned());
        Some(Box::new(std::iter::once(LabeledSpan::new(
            Some(label),
            start,
            length,
        ))))
    }
}

/// The file's text; its columns are counted in characters, as [`Problem::place`] and editors do.
impl miette::SourceCode for Problem {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.source.text.read_span(span, before, after)?;
        if before + after > 0 {
            return Ok(read);
        }
        let column = self.place().map_or(0, |(_, column)| column - 1);
        Ok(Box::new(MietteSpanContents::new_named(
            self.source.name().to_owned(),
            read.data(),
            *read.span(),
            read.line(),
            column,
            read.line_count(),
        )))
    }
}

/// All problems of a folder, in the order of its files and lines. Printed, it shows each in its place.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    problems: Vec<Problem>,
}

impl Diagnostics {
    pub(crate) fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Whether more was found than anybody will read.
    pub(crate) fn is_long(&self) -> bool {
        self.problems.len() > 10 * SHOWN
    }

    /// The problems.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// How many stop the site from starting.
    pub fn errors(&self) -> usize {
        self.problems
            .iter()
            .filter(|p| p.weight == Weight::Error)
            .count()
    }

    /// Puts the problems in the order a reader walks the files.
    pub(crate) fn sort(&mut self) {
        self.problems.sort_by(|a, b| {
            let key = |p: &Problem| (p.source.path.clone(), p.span);
            key(a).cmp(&key(b))
        });
        self.problems.dedup_by(|a, b| {
            (&a.source.path, a.span, &a.what) == (&b.source.path, b.span, &b.what)
        });
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
            .with_width(100)
            .with_context_lines(1);
        for problem in self.problems.iter().take(SHOWN) {
            writeln!(f, "{}", problem.line())?;
            let mut text = String::new();
            handler.render_report(&mut text, problem)?;
            writeln!(f, "{text}")?;
        }
        if self.problems.len() > SHOWN {
            writeln!(f, "… and {} more", self.problems.len() - SHOWN)?;
        }
        match self.errors() {
            0 => Ok(()),
            1 => write!(f, "1 problem"),
            n => write!(f, "{n} problems"),
        }
    }
}

impl std::error::Error for Diagnostics {}

/// What becomes of a name that one file takes from another.
pub(crate) enum Lookup<T> {
    Found(T),
    /// It is there, but what is said of it is faulty: told already, where it stands.
    Faulty,
    Unknown,
}

/// The known word nearest to `word`, when it is near enough to be a slip of the fingers.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let reach = (word.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(word, k), k))
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, k)| k)
}

fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
