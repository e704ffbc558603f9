//! Where things lie in a checkout. Knows names of folders; never touches what is in them.

use std::path::{Path, PathBuf};

/// The folders of one checkout.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    /// The folder with the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target folder; everything the runner makes lies in it too.
    pub(crate) target: PathBuf,
}

impl Paths {
    /// The checkout this runner was built from.
    pub(crate) fn of_this_checkout() -> Self {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(folder));
        Self { root, target }
    }

    pub(crate) fn web(&self) -> PathBuf {
        self.root.join("web")
    }

    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    pub(crate) fn demo(&self) -> PathBuf {
        self.target.join("demo")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.target.join("xtask/logs")
    }

    pub(crate) fn stamps(&self) -> PathBuf {
        self.target.join("xtask/stamps")
    }

    /// A program of ours as the release profile builds it.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }

    /// Recorded nights and the workload, kept beside the checkout where there are any.
    pub(crate) fn shared(&self) -> Option<PathBuf> {
        let folder = self.root.join("../shared");
        folder.is_dir().then_some(folder)
    }

    /// `path` as a person in the checkout would type it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
