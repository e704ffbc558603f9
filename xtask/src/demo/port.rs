//! The port of the command centre: the one asked for, or the first free one of a few.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result, bail};

/// The first port tried where none is asked for.
const USUAL: u16 = 8480;

/// Chooses a free port on loopback.
pub(super) fn choose(asked: Option<u16>) -> Result<u16> {
    match asked {
        Some(0) => any(),
        Some(port) if is_free(port) => Ok(port),
        Some(port) => bail!("port {port} is in use; choose another with --port"),
        None => match (USUAL..USUAL + 20).find(|port| is_free(*port)) {
            Some(port) => Ok(port),
            None => any(),
        },
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn any() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("could not find a port")?;
    Ok(listener
        .local_addr()
        .context("could not learn the port")?
        .port())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_port_in_use_is_refused_when_asked_for() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(
            choose(Some(port))
                .unwrap_err()
                .to_string()
                .contains("in use")
        );
        assert_ne!(choose(None).unwrap(), port);
    }
}
