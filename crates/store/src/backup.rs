//! A copy of the data folder that is itself a data folder: made while the server runs, whole up to a
//! commit, and brought back up to any entry.
//!
//! A copy never has a commit that the original could still lose: the newest segment is synced before
//! it is copied as far as whole commits go. What can be rebuilt from the journal is not copied; nor is the
//! secret key, so a copy cannot be used to sign. A copy is files whatever the store: a journal in
//! PostgreSQL is read out and written down under the same chain.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use model::Time;
use serde::{Deserialize, Serialize};

use crate::journal::{self, JournalError, Position, copying};
use crate::transfer::{self, TransferError};
use crate::{Store, devices, durable, evidence};

const MANIFEST: &str = "backup.json";

/// What a copy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// The last record in it.
    pub through: Position,
    /// Files written this time; what was there already is not written again.
    pub files: u64,
    pub bytes: u64,
}

/// How far a restored journal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// As far as there is anything.
    End,
    /// The last input up to this record, with all it led to.
    Number(u64),
    /// The last input entered up to this time, with all it led to.
    Time(Time),
}

/// What a restored folder is about to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The last record in it.
    pub through: u64,
    /// Texts, positions and pictures of people.
    pub files: u64,
}

/// Why a copy could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("could not copy to {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("there is a journal in {} already; name an empty folder", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{} has no journal", path.display())]
    NoJournal { path: PathBuf },
    #[error("the journal of {} lies in a database; name a backup of it", path.display())]
    InTables { path: PathBuf },
    /// Their files are cut differently.
    #[error(
        "the copy in {} was made when the data lay in another store; name an empty folder",
        path.display()
    )]
    OtherStore { path: PathBuf },
    #[error("could not read the journal out of the database")]
    Transfer(#[from] TransferError),
    #[error("nothing was recorded by then")]
    Nothing,
    #[error("could not leave a note for the journal, so nothing was restored")]
    Note(#[source] io::Error),
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    number: u64,
    hash: String,
    /// First record of the segment that was being written.
    newest: u64,
    /// It was read out of a database.
    #[serde(default)]
    tables: bool,
}

/// Copies everything under `data` that cannot be rebuilt to `to`, up to the last whole commit. Done
/// again, it adds what is new and erases what was erased.
///
/// # Errors
/// [`CopyError`]; what an earlier backup wrote is still whole then.
pub fn backup(data: &Path, to: &Path) -> Result<BackedUp, CopyError> {
    let store = Store::of(data).map_err(JournalError::from)?;
    let mut copy = Copy::to(to)?;
    let known = std::fs::read(to.join(MANIFEST)).ok();
    let known: Option<Manifest> = known.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let journal = store.journal_folder();
    let tables = journal.is_none();
    if known.as_ref().is_some_and(|known| known.tables != tables) {
        return Err(CopyError::OtherStore {
            path: to.to_owned(),
        });
    }
    // What had been entered before the journal is copied is in the copy of it.
    let waiting = files(&data.join("notes")).map_err(|e| copy.failed(e))?;
    let (through, newest) = match journal {
        Some(from) => {
            let into = copy.folder("journal")?;
            let done = known.map_or(0, |manifest| manifest.newest);
            let copied = copying::whole_commits(&from, &into, done)?;
            copy.files += copied.files;
            copy.bytes += copied.bytes;
            (copied.through, copied.newest)
        }
        None => (copy.read_out(&store)?, 0),
    };
    copy.beside(data, through.number)?;
    copy.drop_notes_but(&waiting, data)
        .map_err(|e| copy.failed(e))?;
    let manifest = Manifest {
        number: through.number,
        hash: hex::encode(through.hash),
        newest,
        tables,
    };
    let text = serde_json::to_vec(&manifest).map_err(|e| copy.failed(e.into()))?;
    durable::write(to, MANIFEST, &[&text, b"\n"]).map_err(|e| copy.failed(e))?;
    Ok(BackedUp {
        through,
        files: copy.files,
        bytes: copy.bytes,
    })
}

/// Makes the data folder `data` from the backup (or the data folder of a stopped server) `from`, as
/// it stood at `until`; gives the last record back. `before` is told what comes before any of it does.
///
/// # Errors
/// [`CopyError`]; `data` must not have a journal yet.
pub fn restore(
    from: &Path,
    data: &Path,
    until: Until,
    before: &mut dyn FnMut(&Restored) -> io::Result<()>,
) -> Result<Position, CopyError> {
    let source = Store::of(from).map_err(JournalError::from)?;
    let Some(source) = source.journal_folder() else {
        return Err(CopyError::InTables {
            path: from.to_owned(),
        });
    };
    if !source.is_dir() {
        return Err(CopyError::NoJournal {
            path: from.to_owned(),
        });
    }
    if Store::is_in(data) {
        return Err(CopyError::NotEmpty {
            path: data.to_owned(),
        });
    }
    let mut copy = Copy::to(data)?;
    let last = copying::cut(&source, until)?.ok_or(CopyError::Nothing)?;
    let files = blobs_in(&from.join("blobs")).map_err(|e| copy.failed(e))?;
    let coming = Restored {
        through: last,
        files,
    };
    before(&coming).map_err(CopyError::Note)?;
    // Under another name until it is whole: a folder with half a journal must not be started on.
    let draft = copy.folder("journal.tmp")?;
    copying::records_up_to(&source, &draft, last)?;
    copy.beside(from, last)?;
    let end = journal::verify(&draft)?.last;
    std::fs::rename(&draft, data.join("journal")).map_err(|e| copy.failed(e))?;
    durable::sync_dir(data).map_err(|e| copy.failed(e))?;
    Ok(end)
}

/// A copy being made.
struct Copy {
    to: PathBuf,
    files: u64,
    bytes: u64,
}

impl Copy {
    fn to(to: &Path) -> Result<Copy, CopyError> {
        let copy = Copy {
            to: to.to_owned(),
            files: 0,
            bytes: 0,
        };
        std::fs::create_dir_all(to).map_err(|e| copy.failed(e))?;
        Ok(copy)
    }

    fn failed(&self, source: io::Error) -> CopyError {
        CopyError::Io {
            path: self.to.clone(),
            source,
        }
    }

    fn folder(&self, name: &str) -> Result<PathBuf, CopyError> {
        let path = self.to.join(name);
        std::fs::create_dir_all(&path).map_err(|e| self.failed(e))?;
        Ok(path)
    }

    /// Writes the records that the copy lacks as files, and the snapshots up to where they end.
    fn read_out(&mut self, store: &Store) -> Result<Position, CopyError> {
        let into = Store::embedded(&self.to);
        let last = store.verify()?.last;
        let sent = transfer::journal(store, &into, last, 0)?;
        let snapshots = transfer::snapshots(store, &into, last.number);
        let snapshots = snapshots.map_err(|e| self.failed(e))?;
        self.files += sent.commits + snapshots as u64;
        self.bytes += sent.bytes;
        Ok(last)
    }

    /// Snapshots and checkpoints up to `last`, files of people, device accounts, what was refused, public
    /// keys.
    fn beside(&mut self, data: &Path, last: u64) -> Result<(), CopyError> {
        self.try_beside(data, last).map_err(|e| self.failed(e))
    }

    fn try_beside(&mut self, data: &Path, last: u64) -> io::Result<()> {
        for (name, path) in files(&data.join("snapshots"))? {
            let number = name.strip_suffix(".snapshot").and_then(|n| n.parse().ok());
            if number.is_some_and(|number: u64| number <= last) {
                self.file("snapshots", &name, &path)?;
            }
        }
        self.blobs(&data.join("blobs"))?;
        for (name, path) in files(&data.join("quarantine"))? {
            self.file("quarantine", &name, &path)?;
        }
        for (name, path) in files(&data.join("notes"))? {
            self.file("notes", &name, &path)?;
        }
        match std::fs::read(data.join(devices::FILE)) {
            Ok(bytes) => durable::write(&self.to, devices::FILE, &[&bytes])?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                durable::remove(&self.to.join(devices::FILE))?;
            }
            Err(error) => return Err(error),
        }
        let dir = data.join(evidence::FOLDER);
        for (name, path) in files(&dir)? {
            if name.ends_with(".pub") || evidence::NAMES_OF_KEYS.contains(&name.as_str()) {
                self.file(evidence::FOLDER, &name, &path)?;
            }
        }
        let mut lines = Vec::new();
        for checkpoint in evidence::read_checkpoints(&dir)?.into_iter().flatten() {
            if checkpoint.number <= last {
                serde_json::to_writer(&mut lines, &checkpoint)?;
                lines.push(b'\n');
            }
        }
        if !lines.is_empty() {
            let into = self.to.join(evidence::FOLDER);
            std::fs::create_dir_all(&into)?;
            durable::write(&into, evidence::CHECKPOINTS, &[&lines])?;
        }
        Ok(())
    }

    /// Takes notes out of the copy that the journal in it has: neither among those that waited before nor
    /// among those that wait now.
    fn drop_notes_but(&self, waiting: &[(String, PathBuf)], data: &Path) -> io::Result<()> {
        let now = files(&data.join("notes"))?;
        for (name, path) in files(&self.to.join("notes"))? {
            let waits = |list: &[(String, PathBuf)]| list.iter().any(|(one, _)| *one == name);
            if !waits(waiting) && !waits(&now) {
                durable::remove(&path)?;
            }
        }
        Ok(())
    }

    /// Files under seals never change, so only new ones are copied; those erased since go here too.
    fn blobs(&mut self, from: &Path) -> io::Result<()> {
        let shelves = match std::fs::read_dir(from) {
            Ok(shelves) => shelves,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for shelf in shelves {
            let path = shelf?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            let into = format!("blobs/{name}");
            for (file, path) in files(&path)? {
                let target = self.to.join(&into).join(&file);
                match file.strip_suffix(crate::blobs::ERASED) {
                    Some(erased) => {
                        self.file(&into, &file, &path)?;
                        durable::remove(&self.to.join(&into).join(erased))?;
                    }
                    None if target.exists() => {}
                    None => self.file(&into, &file, &path)?,
                }
            }
        }
        Ok(())
    }

    /// Copies one file, with the time that says how old it is: whatever is kept for a time goes by it.
    fn file(&mut self, folder: &str, name: &str, from: &Path) -> io::Result<()> {
        let read = || Ok((std::fs::read(from)?, std::fs::metadata(from)?.modified()?));
        let (bytes, changed) = match read() {
            Ok(found) => found,
            // Older snapshots and refused messages go while we look.
            Err(error) if io::Error::kind(&error) == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let into = self.to.join(folder);
        std::fs::create_dir_all(&into)?;
        durable::write(&into, name, &[&bytes])?;
        File::options()
            .write(true)
            .open(into.join(name))?
            .set_modified(changed)?;
        self.files += 1;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

/// How many files of people there are.
fn blobs_in(dir: &Path) -> io::Result<u64> {
    match crate::Blobs::all_in(dir) {
        Ok(all) => Ok(all.len() as u64),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// The files of a folder that are whole, by name; none when there is no folder.
fn files(dir: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|name| !name.ends_with(".tmp") && path.is_file()) {
            found.push((name.to_owned(), path.clone()));
        }
    }
    found.sort();
    Ok(found)
}

/// Copies `from` to the file `name` in `dir`, `size` bytes long with zeros behind the first `end`.
pub(crate) fn lay(dir: &Path, name: &str, from: &Path, end: u64, size: u64) -> io::Result<()> {
    let draft = dir.join(format!("{name}.tmp"));
    let mut source = io::Read::take(File::open(from)?, end);
    let mut file = File::create(&draft)?;
    io::copy(&mut source, &mut file)?;
    file.flush()?;
    file.set_len(size)?;
    file.sync_all()?;
    std::fs::rename(&draft, dir.join(name))?;
    durable::sync_dir(dir)
}
