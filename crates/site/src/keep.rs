//! `[keep]` of `site.toml`: how long what is kept, and where proofs of it go.

use std::path::PathBuf;

use model::personal::FileKind;

use crate::amount::show_duration;
use crate::diagnose::{Diagnostics, Problem};
use crate::document::{Table, Value};

const DAY_MS: i64 = 86_400_000;

/// How long what is kept. Nothing here decides about a hazard, so it is no part of a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Refused messages, in days.
    pub quarantine_days: u32,
    pub files: FileAges,
    /// The journal's segments become archives after this, in milliseconds.
    pub archive_after_ms: i64,
    /// Where the public key and the newest checkpoint are copied to once a day.
    pub checkpoints_to: Option<PathBuf>,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep {
            quarantine_days: 30,
            files: FileAges::default(),
            archive_after_ms: 7 * DAY_MS,
            checkpoints_to: None,
        }
    }
}

/// How long files of each kind are kept, in milliseconds; absent: for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileAges {
    pub positions_ms: Option<i64>,
    pub pictures_ms: Option<i64>,
    pub texts_ms: Option<i64>,
    /// What the desk gives account by; never shorter than any other kind.
    pub decisions_ms: Option<i64>,
}

impl FileAges {
    /// How long a file of this kind is kept; `None`: for ever.
    pub fn of(&self, kind: FileKind) -> Option<i64> {
        match kind {
            FileKind::Position => self.positions_ms,
            FileKind::Picture => self.pictures_ms,
            FileKind::Text => self.texts_ms,
            FileKind::Decision => self.decisions_ms,
        }
    }

    /// The shortest of them; `None` when all files are kept for ever.
    pub fn shortest(&self) -> Option<i64> {
        let ages = [
            self.positions_ms,
            self.pictures_ms,
            self.texts_ms,
            self.decisions_ms,
        ];
        ages.into_iter().flatten().min()
    }
}

/// Reads `[keep]`; what is absent stays as it is by default.
pub(crate) fn read_keep(value: Value<'_>, out: &mut Diagnostics) -> Option<Keep> {
    let mut table = value.table(out)?;
    let default = Keep::default();
    let quarantine = table.optional("quarantine", out, days);
    let files = read_ages(&mut table, out);
    let archive_after_ms = table.optional("archive_after", out, at_least_a_day);
    let to = table.optional("checkpoints_to", out, Value::text);
    table.close(out);
    Some(Keep {
        quarantine_days: quarantine.unwrap_or(default.quarantine_days),
        files,
        archive_after_ms: archive_after_ms.unwrap_or(default.archive_after_ms),
        checkpoints_to: to.map(|word| PathBuf::from(word.text)),
    })
}

/// An age as it was written, and what to say if it cannot be.
struct Age {
    /// `None`: for ever.
    ms: Option<i64>,
    problem: Problem,
}

/// `files` is for every kind that is not named by itself.
fn read_ages(table: &mut Table<'_>, out: &mut Diagnostics) -> FileAges {
    let all = table.optional("files", out, age);
    let positions = table.optional("positions", out, age);
    let pictures = table.optional("pictures", out, age);
    let texts = table.optional("texts", out, age);
    let decisions = table.optional("decisions", out, age);
    let ms = |own: &Option<Age>| own.as_ref().or(all.as_ref()).and_then(|age| age.ms);
    let ages = FileAges {
        positions_ms: ms(&positions),
        pictures_ms: ms(&pictures),
        texts_ms: ms(&texts),
        decisions_ms: ms(&decisions),
    };
    let Some(last) = ages.decisions_ms else {
        return ages;
    };
    for own in [positions, pictures, texts].into_iter().flatten() {
        if own.ms.is_none_or(|ms| ms > last) {
            let what = format!(
                "`decisions` of {} or more",
                own.ms.map_or("\"never\"".to_owned(), show_duration)
            );
            out.push(own.problem.expecting(what));
        }
    }
    ages
}

/// A span of a day or more; `never` is for ever.
fn age(value: Value<'_>, out: &mut Diagnostics) -> Option<Age> {
    let problem = value.problem("that is longer than what was decided on it is kept");
    if value.as_text() == Some("never") {
        return Some(Age { ms: None, problem });
    }
    let ms = Some(at_least_a_day(value, out)?);
    Some(Age { ms, problem })
}

fn days(value: Value<'_>, out: &mut Diagnostics) -> Option<u32> {
    let ms = at_least_a_day(value, out)?;
    u32::try_from(ms / DAY_MS).ok()
}

fn at_least_a_day(value: Value<'_>, out: &mut Diagnostics) -> Option<i64> {
    let problem = value.problem("that is not even a day");
    let ms = value.duration(out)?;
    if ms < DAY_MS {
        out.push(problem.expecting("a day or more, as \"30d\""));
        return None;
    }
    Some(ms)
}
