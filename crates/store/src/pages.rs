//! Small named files that can be made again: each is there whole, or it does not count.

use std::io;
use std::path::{Path, PathBuf};

use crate::durable;

/// A folder of pages. What is inside is the caller's affair.
#[derive(Clone, Debug)]
pub struct Pages {
    dir: PathBuf,
}

impl Pages {
    /// Opens or makes the folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(dir: &Path) -> io::Result<Pages> {
        std::fs::create_dir_all(dir)?;
        Ok(Pages {
            dir: dir.to_owned(),
        })
    }

    /// Writes one page; an earlier one of that name is replaced.
    ///
    /// # Errors
    /// When it cannot be written; the earlier one stays.
    pub fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let check = crc32fast::hash(content).to_le_bytes();
        durable::write(&self.dir, name, &[&check, content])
    }

    /// One page; `None` when it is not there or not whole.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        let mut bytes = std::fs::read(self.dir.join(name)).ok()?;
        let (check, content) = bytes.split_first_chunk::<4>()?;
        if crc32fast::hash(content).to_le_bytes() != *check {
            return None;
        }
        bytes.drain(..4);
        Some(bytes)
    }

    /// Names of all pages, sorted.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            names.extend(entry?.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Removes all pages.
    ///
    /// # Errors
    /// When one is there and cannot be removed.
    pub fn clear(&self) -> io::Result<()> {
        for name in self.names()? {
            durable::remove(&self.dir.join(name))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_page_is_whole_or_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let pages = Pages::open(dir.path()).unwrap();
        pages.write("20649", b"a day").unwrap();
        assert_eq!(pages.read("20649").as_deref(), Some(&b"a day"[..]));
        assert_eq!(pages.read("20650"), None);
        std::fs::write(dir.path().join("20649"), b"torn").unwrap();
        assert_eq!(pages.read("20649"), None);
        pages.clear().unwrap();
        assert!(pages.names().unwrap().is_empty());
    }
}
