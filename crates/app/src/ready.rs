//! The ready file: how a program that started us finds us and may speak to us.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Serialize;

/// Addresses and the token, as written.
#[derive(Debug, Serialize)]
struct Ready<'a> {
    http: SocketAddr,
    /// Where stations send their readings: our front door, or the broker we follow.
    mqtt: &'a str,
    token: &'a str,
}

/// Stops a start that would hand an administrator's token to a network.
pub(crate) fn guard_loopback(listeners: &[(&str, SocketAddr)]) -> anyhow::Result<()> {
    for (flag, address) in listeners {
        if !address.ip().is_loopback() {
            bail!(
                "--ready-file hands out an administrator token, so every listener must be on the \
                 loopback: {flag} is {address}"
            );
        }
    }
    Ok(())
}

/// Takes away what an earlier process left: its addresses and token are worth nothing now.
pub(crate) fn clear(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(cause).with_context(|| format!("could not remove the old {}", path.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes the file whole or not at all, for its owner alone.
pub(crate) fn write(
    path: &Path,
    http: SocketAddr,
    mqtt: &str,
    token: &str,
) -> anyhow::Result<Written> {
    let text =
        serde_json::to_string(&Ready { http, mqtt, token }).context("could not write JSON")?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", std::process::id()));
    let draft = PathBuf::from(draft);
    let doing = || format!("could not write the ready file {}", path.display());
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&draft)
        .with_context(doing)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .with_context(doing)?;
    std::fs::rename(&draft, path).with_context(doing)?;
    Ok(Written {
        path: path.to_owned(),
    })
}

/// Takes the file away at the end: its token is worth nothing then.
#[derive(Debug)]
pub(crate) struct Written {
    path: PathBuf,
}

impl Drop for Written {
    fn drop(&mut self) {
        if let Err(cause) = std::fs::remove_file(&self.path) {
            tracing::debug!(%cause, "the ready file was not there to be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_file_is_for_its_owner_alone_and_goes_with_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ready.json");
        let http = "127.0.0.1:1".parse().unwrap();
        let written = write(&path, http, "127.0.0.1:2", "t0").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text.trim(),
            r#"{"http":"127.0.0.1:1","mqtt":"127.0.0.1:2","token":"t0"}"#
        );
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        drop(written);
        assert!(!path.exists());
    }

    #[test]
    fn a_listener_on_a_network_is_refused() {
        let open = "0.0.0.0:8080".parse().unwrap();
        let refused = guard_loopback(&[("--http", open)]).unwrap_err().to_string();
        assert!(refused.contains("--http"), "{refused}");
        guard_loopback(&[
            ("--http", "127.0.0.1:0".parse().unwrap()),
            ("--mqtt", "[::1]:0".parse().unwrap()),
        ])
        .unwrap();
    }
}
