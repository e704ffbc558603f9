//! `store` of `site.toml`: files in the data folder, or a PostgreSQL database.

use std::path::{Path, PathBuf};

use crate::diagnose::{Diagnostics, Problem};
use crate::document::{Value, Word};

/// Where a site keeps journal, snapshots, history and logins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// Files in the data folder.
    #[default]
    Embedded,
    Postgres {
        /// As `postgres://user@host:5432,standby/database`; without a password.
        address: String,
        /// The file whose first line is the password.
        password_file: Option<PathBuf>,
    },
}

/// Reads `store = "embedded"` or `[store] postgres = "postgres://…"`.
pub(crate) fn read_storage(value: Value<'_>, out: &mut Diagnostics) -> Option<Storage> {
    let expected = "\"embedded\" or [store] with postgres = \"postgres://user@host/database\"";
    if !value.is_table() {
        if value.as_text() == Some("embedded") {
            return Some(Storage::Embedded);
        }
        let text = value.as_text().unwrap_or_default().to_owned();
        let problem = value.problem("no such store").expecting(expected);
        out.push(problem.near(&text, ["embedded"]));
        return None;
    }
    let mut table = value.table(out)?;
    let source = table.source();
    let address = table.required("postgres", out, Value::text);
    let password_file = table.optional("password_file", out, Value::text);
    table.close(out);
    let address = address?;
    if let Some((what, expected)) = flaw(&address) {
        out.push(Problem::at(source, address.span, what).expecting(expected));
        return None;
    }
    let beside = source.path().parent().unwrap_or(Path::new("."));
    Some(Storage::Postgres {
        address: address.text,
        password_file: password_file.map(|file| beside.join(file.text)),
    })
}

/// What is wrong with an address, and what would be right.
fn flaw(address: &Word) -> Option<(&'static str, &'static str)> {
    let text = &address.text;
    let behind = text
        .strip_prefix("postgres://")
        .or_else(|| text.strip_prefix("postgresql://"));
    let Some(behind) = behind else {
        return Some((
            "no address of a PostgreSQL database",
            "\"postgres://user@host:5432/database\"; several hosts with commas between them",
        ));
    };
    let authority = behind.split(['/', '?']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    if user.contains(':') || text.contains("password=") {
        return Some((
            "a password stands in the address, where every reader of this file sees it",
            "the address without it, and password_file = \"…\" with the path of a file that holds it",
        ));
    }
    None
}
