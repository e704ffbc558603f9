//! A file by which a real desk learns that a drill runs: its title and where its desk is, and nothing
//! else. It counts for as long as the drill holds it locked, so that a drill that died is over.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use api::Beside;
use rustix::fs::{FlockOperation, flock};

/// Largest notice that is read.
const MOST: u64 = 16 * 1024;

/// Held for as long as the drill runs.
#[derive(Debug)]
pub(super) struct Notice {
    path: PathBuf,
    _file: File,
}

/// Puts the notice up.
pub(super) fn put_up(path: &Path, beside: &Beside) -> anyhow::Result<Notice> {
    let doing = || format!("could not put up the notice {}", path.display());
    let text = serde_json::to_string(beside).context("could not write JSON")?;
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(doing)?;
    flock(&file, FlockOperation::LockExclusive).with_context(doing)?;
    file.set_len(0)
        .and_then(|()| file.write_all(text.as_bytes()))
        .with_context(doing)?;
    Ok(Notice {
        path: path.to_owned(),
        _file: file,
    })
}

impl Drop for Notice {
    fn drop(&mut self) {
        if let Err(cause) = std::fs::remove_file(&self.path) {
            tracing::debug!(%cause, "the notice was not there to be removed");
        }
    }
}

/// The drill that runs, by its notice; none where there is no notice, or nobody holds it.
pub(crate) fn running(path: &Path) -> Option<Beside> {
    let file = File::open(path).ok()?;
    if file.metadata().ok()?.len() > MOST {
        return None;
    }
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Err(rustix::io::Errno::WOULDBLOCK) => {}
        Ok(()) | Err(_) => return None,
    }
    serde_json::from_reader(file).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::config::Text;

    #[test]
    fn a_notice_counts_as_long_as_its_drill_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drill.json");
        let beside = Beside {
            title: Text::new("【演练】秋汛", "[DRILL] Autumn"),
            address: "http://127.0.0.1:1".to_owned(),
        };
        assert_eq!(running(&path), None);
        let notice = put_up(&path, &beside).unwrap();
        assert_eq!(running(&path), Some(beside.clone()));
        drop(notice);
        assert_eq!(running(&path), None);
        // A drill that was killed leaves its file behind and holds nothing.
        std::fs::write(&path, serde_json::to_string(&beside).unwrap()).unwrap();
        assert_eq!(running(&path), None);
    }
}
