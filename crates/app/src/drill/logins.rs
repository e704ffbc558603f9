//! The logins of a drill: its own, with passwords made when its data folder is, and of no use elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use site::Script;

/// File of the passwords, for whoever leads the drill.
pub(super) const PASSWORDS: &str = "passwords.txt";

/// The accounts of those who take part. Passwords are made once and kept for their owner's eyes.
pub(super) fn accounts(data: &Path, script: &Script) -> anyhow::Result<Vec<api::Account>> {
    let path = data.join(PASSWORDS);
    let mut known = read(&path)?;
    let before = known.len();
    for one in &script.participants {
        known.entry(one.login.clone()).or_insert_with(new_password);
    }
    if known.len() > before {
        write(&path, &known).with_context(|| format!("could not write {}", path.display()))?;
    }
    let accounts = script.participants.iter().map(|one| {
        Ok(api::Account {
            login: one.login.clone(),
            jurisdiction: script.jurisdiction.clone(),
            person: one.person.clone(),
            hash: crate::account::hash_of(&known[&one.login])?,
        })
    });
    accounts.collect()
}

/// Ten digits: they are read out and typed on telephones.
fn new_password() -> String {
    let random = uuid::Uuid::new_v4().as_u128() % 10_000_000_000;
    format!("{random:010}")
}

fn read(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(cause) => {
            return Err(cause).with_context(|| format!("could not read {}", path.display()));
        }
    };
    let pairs = text.lines().filter_map(|line| line.split_once('\t'));
    Ok(pairs.map(|(l, p)| (l.to_owned(), p.to_owned())).collect())
}

fn write(path: &Path, known: &BTreeMap<String, String>) -> std::io::Result<()> {
    let mut text = String::new();
    for (login, password) in known {
        // Writing to a string cannot fail.
        let _written = writeln!(text, "{login}\t{password}");
    }
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
