//! `[keep]` of `site.toml`: how long what is kept, and where proofs of it go.

use std::path::PathBuf;

use crate::diagnose::Diagnostics;
use crate::document::Value;

const DAY_MS: i64 = 86_400_000;

/// How long what is kept. Nothing here decides about a hazard, so it is no part of a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Refused messages, in days.
    pub quarantine_days: u32,
    /// Texts, positions and photos, in milliseconds; absent: for ever.
    pub files_ms: Option<i64>,
    /// The journal's segments become archives after this, in milliseconds.
    pub archive_after_ms: i64,
    /// Where the public key and the newest checkpoint are copied to once a day.
    pub checkpoints_to: Option<PathBuf>,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep {
            quarantine_days: 30,
            files_ms: None,
            archive_after_ms: 7 * DAY_MS,
            checkpoints_to: None,
        }
    }
}

/// Reads `[keep]`; what is absent stays as it is by default.
pub(crate) fn read_keep(value: Value<'_>, out: &mut Diagnostics) -> Option<Keep> {
    let mut table = value.table(out)?;
    let default = Keep::default();
    let quarantine = table.optional("quarantine", out, days);
    let files_ms = table.optional("files", out, at_least_a_day);
    let archive_after_ms = table.optional("archive_after", out, at_least_a_day);
    let to = table.optional("checkpoints_to", out, Value::text);
    table.close(out);
    Some(Keep {
        quarantine_days: quarantine.unwrap_or(default.quarantine_days),
        files_ms,
        archive_after_ms: archive_after_ms.unwrap_or(default.archive_after_ms),
        checkpoints_to: to.map(|word| PathBuf::from(word.text)),
    })
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
