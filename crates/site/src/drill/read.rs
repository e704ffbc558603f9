//! A script from its file: what stands there, each thing with its place.

use std::ops::Range;
use std::path::{Path, PathBuf};

use model::Level;
use model::config::Text;
use model::page::Channel;

use super::Script;
use super::check::Checker;
use crate::Site;
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{self, Table, Value, Word};

/// Longest drill, and injects of one.
const LONGEST_MS: i64 = 3 * 86_400_000;
const MOST_INJECTS: usize = 500;

/// No script is larger; beyond it is a mistake.
const LARGEST: u64 = 1 << 20;

/// The kinds of inject, of which each has one.
pub(super) const KINDS: [&str; 8] = [
    "values",
    "ramp",
    "silence",
    "recorded",
    "report",
    "interface",
    "unreachable",
    "note",
];

/// A script as written.
pub(super) struct Written {
    pub(super) id: String,
    pub(super) title: Text,
    pub(super) start: model::Time,
    pub(super) length_ms: i64,
    pub(super) factor: f64,
    pub(super) jurisdiction: Option<Word>,
    pub(super) participants: Vec<(Word, Word)>,
    pub(super) injects: Vec<Drafted>,
}

/// An inject as written.
pub(super) struct Drafted {
    pub(super) id: Word,
    pub(super) at: (i64, Range<usize>),
    pub(super) title: Text,
    pub(super) what: Said,
    pub(super) expect: Option<Hoped>,
}

/// What happens, as written.
pub(super) enum Said {
    Values {
        station: Word,
        quantity: Word,
        every_ms: i64,
        values: Vec<Word>,
    },
    Ramp {
        station: Word,
        quantity: Word,
        every_ms: i64,
        over_ms: i64,
        from: Word,
        to: Word,
    },
    Silence {
        station: Word,
        for_ms: Option<i64>,
    },
    Recorded {
        place: Word,
        own: bool,
        from: model::Time,
        to: model::Time,
        series: Vec<Borrowed>,
        span: Range<usize>,
    },
    Report {
        hazard: Word,
        level: Level,
        township: Option<Word>,
        text: Text,
    },
    Interface {
        id: Word,
        for_ms: i64,
    },
    Unreachable {
        channels: Vec<Channel>,
        people: Vec<Word>,
        for_ms: Option<i64>,
    },
    Note(Text),
}

/// A recorded series that speaks for another, as written.
pub(super) struct Borrowed {
    pub(super) from: Word,
    pub(super) to: Word,
    pub(super) plus: Option<Word>,
}

/// What is expected, as written.
pub(super) struct Hoped {
    pub(super) span: Range<usize>,
    pub(super) post: Word,
    pub(super) station: Option<Word>,
    pub(super) about: Option<Word>,
    pub(super) within: [Option<i64>; 4],
    pub(super) to_nobody: bool,
}

/// Reads a script and checks it against the site it is to be played in.
///
/// # Errors
/// [`Diagnostics`]: every problem, when there is one that must be put right first.
pub fn read_script(path: &Path, site: &Site) -> Result<Script, Diagnostics> {
    let mut out = Diagnostics::default();
    let script = open(path, &mut out).and_then(|source| {
        let written = read(&source, &mut out)?;
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
        Checker::new(&source, site, folder).check(written, &mut out)
    });
    out.sort();
    match script {
        Some(mut script) if out.errors() == 0 => {
            script.notes = out;
            Ok(script)
        }
        Some(_) | None => Err(out),
    }
}

fn open(path: &Path, out: &mut Diagnostics) -> Option<Source> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let read = || {
        if std::fs::metadata(path)?.len() > LARGEST {
            let why = format!("is larger than {} MiB", LARGEST >> 20);
            return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, why));
        }
        std::fs::read_to_string(path)
    };
    match read() {
        Ok(text) => Some(Source::new(path.to_owned(), &name, text)),
        Err(cause) => {
            let source = Source::new(path.to_owned(), &name, String::new());
            out.push(Problem::whole(
                &source,
                format!("could not be read: {cause}"),
            ));
            None
        }
    }
}

fn read(source: &Source, out: &mut Diagnostics) -> Option<Written> {
    let mut file = document::parse(source, out);
    let title = file.required("title", out, Value::title);
    let start = file.required("start", out, Value::instant);
    let length = file.required("length", out, |value, out| {
        let problem = value.problem("no drill is that long");
        let length = value.duration(out)?;
        let sound = (60_000..=LONGEST_MS).contains(&length);
        if !sound {
            out.push(problem.expecting("from \"1m\" to \"3d\""));
        }
        sound.then_some(length)
    });
    let factor = file.optional("speed", out, Value::positive);
    let jurisdiction = file.optional("jurisdiction", out, Value::text);
    let participants = file.each("participant", out, |table, out| {
        let login = table.required("login", out, Value::text);
        let person = table.required("person", out, Value::text);
        Some((login?, person?))
    });
    let injects = file.each("inject", out, read_inject);
    file.close(out);
    if injects.is_empty() && out.errors() == 0 {
        let problem = Problem::whole(source, "a drill in which nothing happens");
        out.push(problem.hint("add [[inject]] with id, at, title and what happens"));
    }
    if injects.len() > MOST_INJECTS {
        let what = format!("more injects than one drill can have: {MOST_INJECTS}");
        out.push(Problem::whole(source, what));
    }
    let stem = source.path().file_stem().unwrap_or_default();
    Some(Written {
        id: stem.to_string_lossy().into_owned(),
        title: title?,
        start: start?,
        length_ms: length?,
        factor: factor.unwrap_or(1.0),
        jurisdiction,
        participants,
        injects,
    })
}

fn read_inject(table: &mut Table<'_>, out: &mut Diagnostics) -> Option<Drafted> {
    let id = table.required("id", out, Value::text);
    let at = table.required("at", out, |value, out| {
        let span = value.span.clone();
        Some((value.duration(out)?, span))
    });
    let title = table.required("title", out, Value::title);
    let given: Vec<&'static str> = KINDS.into_iter().filter(|kind| table.has(kind)).collect();
    let what = match given.as_slice() {
        [kind] => read_what(kind, table, out),
        [] => {
            let problem = Problem::at(table.source(), table.span(), "nothing happens in it");
            out.push(problem.expecting(format!("one of {}", KINDS.join(", "))));
            None
        }
        [_, second, ..] => {
            let what = format!("two things happen at once: `{}`", given.join("` and `"));
            let problem = Problem::at(table.source(), table.span(), what);
            out.push(problem.hint(format!("make `{second}` an inject of its own")));
            for kind in &given {
                let _read = table.optional(kind, out, |_, _| Some(()));
            }
            None
        }
    };
    for kind in KINDS.into_iter().filter(|kind| !given.contains(kind)) {
        let _known = table.absent(kind, out, |_| Some(()));
    }
    let expect = table.optional("expect", out, read_expect);
    Some(Drafted {
        id: id?,
        at: at?,
        title: title?,
        what: what?,
        expect,
    })
}

fn read_what(kind: &'static str, table: &mut Table<'_>, out: &mut Diagnostics) -> Option<Said> {
    if kind == "note" {
        return table.optional(kind, out, Value::title).map(Said::Note);
    }
    let mut of = table.optional(kind, out, Value::table)?;
    let said = match kind {
        "values" | "ramp" => read_readings(kind, &mut of, out),
        "silence" => {
            let station = of.required("station", out, Value::text);
            let for_ms = of.optional("for", out, Value::duration);
            station.map(|station| Said::Silence { station, for_ms })
        }
        "recorded" => read_recorded(&mut of, out),
        "report" => {
            let hazard = of.required("hazard", out, Value::text);
            let level = of.required("level", out, |value, out| value.one_of(&LEVELS, out));
            let township = of.optional("township", out, Value::text);
            let text = of.required("text", out, Value::title);
            hazard
                .zip(level)
                .zip(text)
                .map(|((hazard, level), text)| Said::Report {
                    hazard,
                    level,
                    township,
                    text,
                })
        }
        "interface" => {
            let id = of.required("id", out, Value::text);
            let for_ms = of.required("for", out, Value::duration);
            id.zip(for_ms)
                .map(|(id, for_ms)| Said::Interface { id, for_ms })
        }
        _ => {
            let channels = of.required("channels", out, read_channels);
            let people = of.optional("people", out, Value::words);
            let for_ms = of.optional("for", out, Value::duration);
            channels.map(|channels| Said::Unreachable {
                channels,
                people: people.unwrap_or_default(),
                for_ms,
            })
        }
    };
    of.close(out);
    said
}

const LEVELS: [(&str, Level); 4] = [
    ("blue", Level::Blue),
    ("yellow", Level::Yellow),
    ("orange", Level::Orange),
    ("red", Level::Red),
];

fn read_readings(kind: &str, of: &mut Table<'_>, out: &mut Diagnostics) -> Option<Said> {
    let station = of.required("station", out, Value::text);
    let quantity = of.required("quantity", out, Value::text);
    let every = of.required("every", out, |value, out| {
        let problem = value.problem("readings come no closer than that");
        let every = value.duration(out)?;
        if every < 1000 {
            out.push(problem.expecting("\"1s\" or longer"));
        }
        Some(every.max(1000))
    });
    if kind == "values" {
        let values = of.required("values", out, Value::words);
        return Some(Said::Values {
            station: station?,
            quantity: quantity?,
            every_ms: every?,
            values: values?,
        });
    }
    let from = of.required("from", out, Value::text);
    let to = of.required("to", out, Value::text);
    let over = of.required("over", out, Value::duration);
    Some(Said::Ramp {
        station: station?,
        quantity: quantity?,
        every_ms: every?,
        over_ms: over?,
        from: from?,
        to: to?,
    })
}

fn read_recorded(of: &mut Table<'_>, out: &mut Diagnostics) -> Option<Said> {
    let span = of.span();
    let (folder, data) = (
        of.optional("folder", out, Value::text),
        of.optional("data", out, Value::text),
    );
    let from = of.required("from", out, Value::instant);
    let to = of.required("to", out, Value::instant);
    let series = of.optional("series", out, |value, out| {
        let items = value.list(out)?;
        let read = items.into_iter().filter_map(|item| {
            let mut table = item.table(out)?;
            let from = table.required("from", out, Value::text);
            let to = table.required("to", out, Value::text);
            let plus = table.optional("plus", out, Value::text);
            table.close(out);
            Some(Borrowed {
                from: from?,
                to: to?,
                plus,
            })
        });
        Some(read.collect())
    });
    let own = data.is_some();
    let place = match (folder, data) {
        (Some(place), None) | (None, Some(place)) => Some(place),
        (Some(_), Some(_)) | (None, None) => {
            let problem = Problem::at(of.source(), span.clone(), "where do the readings lie?");
            let expected = "either `folder` (recorded data) or `data` (a server's own history)";
            out.push(problem.expecting(expected));
            None
        }
    };
    Some(Said::Recorded {
        place: place?,
        own,
        from: from?,
        to: to?,
        series: series.unwrap_or_default(),
        span,
    })
}

fn read_channels(value: Value<'_>, out: &mut Diagnostics) -> Option<Vec<Channel>> {
    let words = Channel::ALL.map(|channel| (channel.word(), channel));
    let items = value.list(out)?;
    let read = items
        .into_iter()
        .filter_map(|item| item.one_of(&words, out));
    Some(read.collect())
}

fn read_expect(value: Value<'_>, out: &mut Diagnostics) -> Option<Hoped> {
    let span = value.span.clone();
    let mut of = value.table(out)?;
    let post = of.required("post", out, Value::text);
    let station = of.optional("station", out, Value::text);
    let about = of.optional("about", out, Value::text);
    let keys = ["acknowledged", "commanded", "on_scene", "proven"];
    let within = keys.map(|key| of.optional(key, out, Value::duration));
    let escalated = of.optional("escalated", out, |value, out| {
        value.one_of(&[("nobody", ())], out)
    });
    of.close(out);
    Some(Hoped {
        span,
        post: post?,
        station,
        about,
        within,
        to_nobody: escalated.is_some(),
    })
}
