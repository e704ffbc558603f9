//! Where things lie in a checkout. Knows names of folders; never touches what is in them.

use std::path::{Path, PathBuf};

/// How our programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// As they are shipped.
    Shipped,
    /// As tests are: overflow is caught and every assertion holds; what the tests of the crates
    /// compiled is used again.
    Checked,
}

/// The folders of one checkout.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    /// The folder with the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target folder; everything the runner makes lies in it too.
    pub(crate) target: PathBuf,
    /// Which of the two builds of our programs is meant.
    pub(crate) build: Build,
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
        Self {
            root,
            target,
            build: Build::Shipped,
        }
    }

    /// The same checkout, with the programs that tests are run on.
    pub(crate) fn checked(&self) -> Self {
        Self {
            build: Build::Checked,
            ..self.clone()
        }
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

    /// A program of ours.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        let folder = match self.build {
            Build::Shipped => "release",
            Build::Checked => "debug",
        };
        self.target.join(folder).join(name)
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
