//! Sends a recorded night to a server and tells how it went.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use links::play::Play as What;

use crate::args::Play;
use crate::say;

/// Plays; 0 when every message was confirmed, 3 when the server is gone.
pub(crate) fn play(asked: Play) -> anyhow::Result<ExitCode> {
    let login = asked.user.zip(asked.password_file).map(login).transpose()?;
    let what = What {
        folder: asked.folder,
        mqtt: address(&asked.mqtt)?,
        login,
        speed: asked.speed,
        settle: asked.settle.unwrap_or_default(),
    };
    match links::play::play(&what) {
        Ok(played) => {
            say(&played.to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) => {
            let code = failure.exit_code();
            let failure = anyhow::Error::new(failure)
                .context(format!("could not play {}", what.folder.display()));
            crate::tell_failure(&failure);
            Ok(ExitCode::from(code))
        }
    }
}

fn login((user, file): (String, PathBuf)) -> anyhow::Result<(String, String)> {
    let read = std::fs::read_to_string(&file);
    let password = read.with_context(|| format!("could not read {}", file.display()))?;
    Ok((user, password.trim_end_matches(['\r', '\n']).to_owned()))
}

fn address(text: &str) -> anyhow::Result<SocketAddr> {
    let text = text.strip_prefix("mqtt://").unwrap_or(text);
    let mut found = text
        .to_socket_addrs()
        .with_context(|| format!("--mqtt wants host:port, not {text:?}"))?;
    found
        .next()
        .with_context(|| format!("the name in {text:?} stands for no address"))
}

/// Reads a span such as `0`, `90s`, `30m`, `6h`, `2d`.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("a span is a number with s, m, h or d, such as 30m, not {text:?}");
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "" if number == 0 => 1,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(seconds)
        .map(Duration::from_secs)
        .ok_or_else(wrong)
}

/// Checks `--http`, which nothing of the play needs so far but which must be an address.
pub(crate) fn host_and_port(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix("http://").unwrap_or(text);
    match bare.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
            Ok(bare.to_owned())
        }
        Some(_) | None => Err(format!("wanted host:port, not {text:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_carry_a_unit() {
        assert_eq!(span("0"), Ok(Duration::ZERO));
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("2h"), Ok(Duration::from_secs(7200)));
        for wrong in ["5", "m", "", "1.5h", "3 m", "99999999999999999999s"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
