//! Notes for the journal, left by a command that does not own it: whatever was done to personal data
//! at the machine itself. The server enters them when it next looks, and only then they go.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use model::custody::Access;

use crate::durable;

const FOLDER: &str = "notes";

/// Leaves a note, on disk when this returns.
///
/// # Errors
/// When it cannot be written.
pub fn leave(data: &Path, access: &Access) -> io::Result<()> {
    let dir = data.join(FOLDER);
    std::fs::create_dir_all(&dir)?;
    let text = serde_json::to_vec(access).map_err(io::Error::other)?;
    durable::write(&dir, &format!("{}.json", access.id), &[&text])
}

/// Leaves more of what a note said before it was done, under the same id: whether the first has been
/// entered or not, both are one access.
///
/// # Errors
/// When it cannot be written.
pub fn leave_again(data: &Path, access: &Access) -> io::Result<()> {
    let dir = data.join(FOLDER);
    std::fs::create_dir_all(&dir)?;
    let text = serde_json::to_vec(access).map_err(io::Error::other)?;
    durable::write(&dir, &format!("{}-again.json", access.id), &[&text])
}

/// Everything that waits, in the order of its time.
///
/// # Errors
/// When the folder or a note cannot be read.
pub fn waiting(data: &Path) -> io::Result<Vec<(PathBuf, Access)>> {
    let entries = match std::fs::read_dir(data.join(FOLDER)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut notes = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let access: Access = serde_json::from_slice(&std::fs::read(&path)?)?;
            notes.push((path, access));
        }
    }
    notes.sort_by(|(_, a), (_, b)| (a.first, &a.id, a.last).cmp(&(b.first, &b.id, b.last)));
    Ok(notes)
}

/// Takes a note away that the journal has now.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn entered(note: &Path) -> io::Result<()> {
    durable::remove(note).map(drop)
}

/// An id for a note: 128 random bits.
///
/// # Errors
/// When the system has none to give.
pub fn new_id() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex::encode(bytes))
}
