//! Whole files that are either there, complete and on disk, or not there at all.
//!
//! A large file goes to the disk in pieces with a rest between them: a sync of all of it would hold up
//! the commits that are synced meanwhile for as long as it takes.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes that go to the disk at once while commits are synced on it.
pub(crate) const PIECE: usize = 256 << 10;

/// Longest rest between two pieces.
const MOST_REST: Duration = Duration::from_millis(20);

/// Rests after a piece twice as long as it took since `began`, so that commits have the disk most of
/// the time.
pub(crate) fn rest(began: Instant) {
    std::thread::sleep((began.elapsed() * 2).min(MOST_REST));
}

/// Writes `parts` as the file `name` in `dir`: temporary file, sync, rename, sync of the folder.
///
/// A file of that name is replaced. Nothing is left behind on failure but, at worst, a `….tmp`.
pub(crate) fn write(dir: &Path, name: &str, parts: &[&[u8]]) -> io::Result<()> {
    let temporary = dir.join(format!("{name}.tmp"));
    let written = write_and_rename(&temporary, &dir.join(name), parts);
    if written.is_err() && temporary.exists() {
        std::fs::remove_file(&temporary)?;
    }
    written?;
    sync_dir(dir)
}

fn write_and_rename(temporary: &Path, name: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = File::create(temporary)?;
    for part in parts {
        let mut left = *part;
        while left.len() > PIECE {
            let began = Instant::now();
            let (piece, behind) = left.split_at(PIECE);
            file.write_all(piece)?;
            file.sync_data()?;
            rest(began);
            left = behind;
        }
        file.write_all(left)?;
    }
    file.sync_all()?;
    drop(file);
    std::fs::rename(temporary, name)
}

/// Makes the names in `dir` durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Removes a file; `false` when there was none.
pub(crate) fn remove(path: &Path) -> io::Result<bool> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
