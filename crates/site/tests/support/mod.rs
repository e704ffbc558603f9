//! The good site, copies of it with faults, and where the shared recordings lie.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};

use site::{Diagnostics, Problem};
use tempfile::TempDir;

pub fn good() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good")
}

/// The files of the good site, by path.
pub fn files(folder: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            files(&entry, into);
        } else {
            let bytes = fs::read(&entry).unwrap();
            into.push((entry.strip_prefix(good()).unwrap().to_owned(), bytes));
        }
    }
}

/// A copy of the good site in which `from` is replaced by `to` in some files.
pub fn changed(changes: &[(&str, &str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    files(&good(), &mut all);
    for (path, bytes) in all {
        let mut text = String::from_utf8(bytes).unwrap();
        for (file, from, to) in changes.iter().filter(|(file, ..)| path.ends_with(file)) {
            assert!(text.contains(from), "{file} has no {from}");
            text = text.replacen(from, to, 1);
        }
        let target = folder.path().join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, text).unwrap();
    }
    folder
}

pub fn lines(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.problems().iter().map(Problem::line).collect()
}

/// The folder of shared recordings; says so where there is none.
pub fn shared() -> Option<PathBuf> {
    let given = std::env::var_os("WATCHFIRE_SHARED").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = given.unwrap_or(beside);
    if shared.is_dir() {
        return Some(shared);
    }
    println!("skipped: no ../shared");
    None
}

/// A copy of the good site with more files, or others.
pub fn with_files(more: &[(&str, &str)]) -> TempDir {
    let folder = changed(&[]);
    for (path, text) in more {
        let target = folder.path().join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, text).unwrap();
    }
    folder
}
