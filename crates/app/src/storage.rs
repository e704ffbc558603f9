//! Which store a site's data lies in, and moving it from one to the other.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use site::{Site, Storage};
use store::{Choice, Store};

use crate::args::Move;
use crate::{check, lock, say};

/// The store that the site asks for; refused where the data lies in another one.
pub(crate) fn open(data: &Path, site: &Site) -> anyhow::Result<Store> {
    Ok(Store::open(data, &choice(&site.storage)?)?)
}

/// The site's words as the store's; the path of a password holds from anywhere.
fn choice(storage: &Storage) -> anyhow::Result<Choice> {
    Ok(match storage {
        Storage::Embedded => Choice::Embedded,
        Storage::Postgres {
            address,
            password_file,
        } => Choice::Postgres {
            address: address.clone(),
            password_file: password_file.as_deref().map(absolute).transpose()?,
        },
    })
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("no such path: {}", path.display()))
}

/// Copies everything from the store that the data lies in to another, checks what arrived, and lets
/// the folder remember the new one. What it was moved from stays as it was.
pub(crate) fn move_to(asked: &Move) -> anyhow::Result<()> {
    let site = check::read(&asked.site)?;
    let _lock = lock::take(&asked.data)?;
    let target = match asked.to.as_str() {
        "embedded" => Choice::Embedded,
        address => Choice::Postgres {
            address: address.to_owned(),
            password_file: match &asked.password_file {
                Some(file) => Some(absolute(file)?),
                // What the site says already, when it names the same database.
                None => match choice(&site.storage)? {
                    Choice::Postgres { password_file, .. } => password_file,
                    Choice::Embedded => None,
                },
            },
        },
    };
    let from = Store::of(&asked.data)?;
    let to = Store::chosen(&asked.data, &target)?;
    if from.is_same(&to) {
        bail!("the data lies in {target} already; nothing was moved");
    }
    let moved = store::transfer(&from, &to)
        .with_context(|| format!("could not move the data to {target}"))?;
    to.remember(&target)?;
    say(&format!(
        "{} records now end in {target} with the hash {}, read back and equal; {} of them were sent \
         now, with {} snapshots, {} logins and {} sessions",
        moved.last.number,
        moved.last.hex(),
        moved.records,
        moved.snapshots,
        moved.logins,
        moved.sessions
    ))?;
    say(&next_step(&asked.site, &target, &site.storage))
}

/// What is left to do by hand.
fn next_step(site: &Path, target: &Choice, said: &Storage) -> String {
    let file = site.join("site.toml");
    let file = file.display();
    match (target, said) {
        (Choice::Embedded, Storage::Embedded) => {
            "the store it came from is left as it was".to_owned()
        }
        (Choice::Embedded, Storage::Postgres { .. }) => format!(
            "now write store = \"embedded\" in {file} in place of [store]; the database is left as it was"
        ),
        (Choice::Postgres { address, .. }, Storage::Postgres { address: said, .. })
            if address == said =>
        {
            "the files it came from are left as they were".to_owned()
        }
        (Choice::Postgres { address, .. }, Storage::Embedded | Storage::Postgres { .. }) => {
            format!(
                "now write in {file}, at its end:\n\n[store]\npostgres = \"{address}\"\n\n\
                 the files under the data folder's journal are left as they were"
            )
        }
    }
}
