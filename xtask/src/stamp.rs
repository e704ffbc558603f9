//! Stamps: small files that say from which inputs something was made, so that nothing is made twice.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders whose content is made, not written.
const MADE: [&str; 4] = ["node_modules", "dist", "target", ".git"];

/// A fingerprint of the files and folders in `inputs` (relative to `root`; missing ones count as missing) and of `also`.
pub(crate) fn of(root: &Path, inputs: &[&str], also: &str) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    hasher.write(also.as_bytes());
    for input in inputs {
        let mut files = Vec::new();
        collect(&root.join(input), &mut files)?;
        files.sort();
        hasher.write_usize(files.len());
        for file in files {
            let name = file
                .strip_prefix(root)
                .unwrap_or(&file)
                .to_string_lossy()
                .into_owned();
            let bytes =
                fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
            hasher.write_usize(name.len());
            hasher.write(name.as_bytes());
            hasher.write_usize(bytes.len());
            hasher.write(&bytes);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir() {
        let entries =
            fs::read_dir(path).with_context(|| format!("could not list {}", path.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("could not list {}", path.display()))?;
            let name = entry.file_name();
            if !MADE.iter().any(|made| name == *made) {
                collect(&entry.path(), files)?;
            }
        }
    }
    Ok(())
}

/// Whether the stamp `name` in `folder` says `fingerprint`.
pub(crate) fn holds(folder: &Path, name: &str, fingerprint: &str) -> bool {
    fs::read_to_string(folder.join(name)).is_ok_and(|kept| kept == fingerprint)
}

/// Keeps `fingerprint` as the stamp `name` in `folder`. Called only after the thing is made.
pub(crate) fn keep(folder: &Path, name: &str, fingerprint: &str) -> Result<()> {
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join(name), fingerprint))
        .with_context(|| format!("could not write the stamp {name}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fingerprint_follows_content_names_and_settings_but_not_what_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("web/src")).unwrap();
        fs::write(root.join("web/src/a.ts"), "one").unwrap();
        let inputs = ["web", "absent"];
        let first = of(root, &inputs, "node 1").unwrap();
        assert_eq!(first, of(root, &inputs, "node 1").unwrap());
        assert_ne!(first, of(root, &inputs, "node 2").unwrap());

        fs::create_dir_all(root.join("web/node_modules")).unwrap();
        fs::write(root.join("web/node_modules/x.js"), "made").unwrap();
        assert_eq!(first, of(root, &inputs, "node 1").unwrap());

        fs::write(root.join("web/src/a.ts"), "two").unwrap();
        let changed = of(root, &inputs, "node 1").unwrap();
        assert_ne!(first, changed);
        fs::rename(root.join("web/src/a.ts"), root.join("web/src/b.ts")).unwrap();
        assert_ne!(changed, of(root, &inputs, "node 1").unwrap());
    }

    #[test]
    fn a_stamp_holds_only_for_the_fingerprint_it_was_kept_for() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!holds(folder.path(), "web", "a"));
        keep(folder.path(), "web", "a").unwrap();
        assert!(holds(folder.path(), "web", "a"));
        assert!(!holds(folder.path(), "web", "b"));
    }
}
