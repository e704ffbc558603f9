//! One process a data folder.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, bail};
use rustix::fs::{FlockOperation, flock};

/// Held for as long as the process uses the folder; the system takes it back from a dead one.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

/// Takes the data folder for this process alone.
pub(crate) fn take(data: &Path) -> anyhow::Result<FolderLock> {
    std::fs::create_dir_all(data)
        .with_context(|| format!("could not make the data folder {}", data.display()))?;
    let path = data.join("lock");
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("could not open {}", path.display()))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => {
            let mut holder = String::new();
            // Only to say who; an unreadable file is no reason to stop.
            let _read = file.read_to_string(&mut holder);
            let holder = holder.trim();
            bail!(
                "the data folder {} is in use by another watchfire{}; stop that one first, or \
                 choose another --data",
                data.display(),
                if holder.is_empty() {
                    String::new()
                } else {
                    format!(" (process {holder})")
                }
            );
        }
        Err(cause) => {
            return Err(cause).with_context(|| format!("could not lock {}", path.display()));
        }
    }
    file.set_len(0)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| writeln!(file, "{}", std::process::id()))
        .with_context(|| format!("could not write {}", path.display()))?;
    Ok(FolderLock { _file: file })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_in_use_is_refused_and_names_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(folder.path()).unwrap();
        let refused = take(folder.path()).unwrap_err().to_string();
        assert!(
            refused.contains(&std::process::id().to_string()),
            "{refused}"
        );
        drop(first);
        take(folder.path()).unwrap();
    }
}
