//! Blobs: texts and photos that may have to be erased, so they never stand in a chained record.
//!
//! A record names one by its [`Seal`], the hash of a random salt and the content; the file
//! `blobs/ab/cdef…` holds salt and content. Erasing the file leaves a hash that says nothing.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use model::Seal;

use crate::durable;

/// Largest blob in bytes.
pub const MAX_BLOB: usize = 64 << 20;
const SALT: usize = 16;
/// Ends the name of the empty file that says that there was a blob and it was erased, so that copies
/// erase it too.
pub(crate) const ERASED: &str = ".erased";

/// The folder of blobs; clones share it.
#[derive(Clone, Debug)]
pub struct Blobs {
    dir: Arc<Path>,
}

impl Blobs {
    /// Opens or creates the folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(dir: &Path) -> io::Result<Blobs> {
        std::fs::create_dir_all(dir)?;
        Ok(Blobs { dir: dir.into() })
    }

    /// Keeps `content` and returns its seal when it is on disk. The same content twice gets two
    /// seals, so that a seal tells nobody what it stands for.
    ///
    /// # Errors
    /// When it is larger than [`MAX_BLOB`] or cannot be written.
    pub fn put(&self, content: &[u8]) -> io::Result<Seal> {
        if content.len() > MAX_BLOB {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "larger than a blob may be",
            ));
        }
        let mut salt = [0; SALT];
        File::open("/dev/urandom")?.read_exact(&mut salt)?;
        let seal = Seal::of(&salt, content);
        let (shelf, name) = self.place(&seal).expect("a seal just made is sound");
        std::fs::create_dir_all(&shelf)?;
        // Always: the shelf may have been made by another thread that has not synced it yet.
        durable::sync_dir(&self.dir)?;
        durable::write(&shelf, &name, &[&salt, content])?;
        Ok(seal)
    }

    /// The content under `seal`; `None` when it was erased or never there.
    ///
    /// # Errors
    /// `InvalidData` when the file does not hash to its seal; else when it cannot be read.
    pub fn get(&self, seal: &Seal) -> io::Result<Option<Vec<u8>>> {
        let Some((shelf, name)) = self.place(seal) else {
            return Ok(None);
        };
        let mut bytes = match std::fs::read(shelf.join(name)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let sealed = bytes
            .split_first_chunk::<SALT>()
            .map(|(salt, rest)| Seal::of(salt, rest));
        if sealed.as_ref() != Some(seal) {
            let reason = format!("blob {} is damaged", seal.0);
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        bytes.drain(..SALT);
        Ok(Some(bytes))
    }

    /// Whether there is anything under `seal`.
    pub fn holds(&self, seal: &Seal) -> bool {
        let place = self.place(seal);
        place.is_some_and(|(shelf, name)| shelf.join(name).exists())
    }

    /// Everything that is here, by seal, and when it was put here.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn all(&self) -> io::Result<Vec<(Seal, SystemTime)>> {
        Blobs::all_in(&self.dir)
    }

    pub(crate) fn all_in(dir: &Path) -> io::Result<Vec<(Seal, SystemTime)>> {
        let mut all = Vec::new();
        for shelf in std::fs::read_dir(dir)? {
            let shelf = shelf?.path();
            let Some(begin) = shelf.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            for entry in std::fs::read_dir(&shelf)? {
                let entry = entry?;
                let name = entry.file_name();
                let seal = Seal(format!("{begin}{}", name.to_string_lossy()));
                if !seal.is_sound() {
                    continue;
                }
                match entry.metadata().and_then(|about| about.modified()) {
                    Ok(put) => all.push((seal, put)),
                    // Erased while we look.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
        all.sort();
        Ok(all)
    }

    /// Removes the content under `seal` for good; `false` when there was none.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub fn erase(&self, seal: &Seal) -> io::Result<bool> {
        let Some((shelf, name)) = self.place(seal) else {
            return Ok(false);
        };
        let content = shelf.join(&name);
        if !content.exists() {
            return Ok(false);
        }
        // First that it is to go, so that a crash between the two leaves something to finish.
        durable::write(&shelf, &format!("{name}{ERASED}"), &[])?;
        let erased = durable::remove(&content)?;
        durable::sync_dir(&shelf)?;
        Ok(erased)
    }

    /// [`Blobs::put`] without holding up the caller's runtime.
    ///
    /// # Errors
    /// As [`Blobs::put`].
    pub async fn put_aside(&self, content: Vec<u8>) -> io::Result<Seal> {
        let blobs = self.clone();
        tokio::task::spawn_blocking(move || blobs.put(&content)).await?
    }

    /// [`Blobs::get`] without holding up the caller's runtime.
    ///
    /// # Errors
    /// As [`Blobs::get`].
    pub async fn fetch(&self, seal: Seal) -> io::Result<Option<Vec<u8>>> {
        let blobs = self.clone();
        tokio::task::spawn_blocking(move || blobs.get(&seal)).await?
    }

    /// Folder and file name of a seal; `None` when it is no sound one.
    fn place(&self, seal: &Seal) -> Option<(PathBuf, String)> {
        let (shelf, name) = seal.is_sound().then(|| seal.0.split_at(2))?;
        Some((self.dir.join(shelf), name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn content_comes_back_until_it_is_erased() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let (one, two) = (
            blobs.put(b"a photo").unwrap(),
            blobs.put(b"a photo").unwrap(),
        );
        assert_ne!(one, two, "the same content is not recognisable by its seal");
        assert_eq!(blobs.get(&one).unwrap().as_deref(), Some(&b"a photo"[..]));
        assert!(blobs.erase(&one).unwrap());
        assert!(!blobs.erase(&one).unwrap());
        assert_eq!(blobs.get(&one).unwrap(), None);
        assert_eq!(blobs.get(&two).unwrap().as_deref(), Some(&b"a photo"[..]));
    }

    #[test]
    fn damage_is_an_error_and_a_path_is_no_seal() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let seal = blobs.put(b"").unwrap();
        let (shelf, name) = blobs.place(&seal).unwrap();
        std::fs::write(shelf.join(name), b"other salt, content").unwrap();
        assert_eq!(
            blobs.get(&seal).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
        assert_eq!(
            blobs.get(&Seal("../../etc/passwd".to_owned())).unwrap(),
            None
        );
        assert!(!blobs.erase(&Seal("..".to_owned())).unwrap());
    }

    #[tokio::test]
    async fn the_asynchronous_face_does_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(dir.path()).unwrap();
        let seal = blobs.put_aside(b"words".to_vec()).await.unwrap();
        assert_eq!(
            blobs.fetch(seal).await.unwrap().as_deref(),
            Some(&b"words"[..])
        );
    }
}
