//! The playing client: sends a recorded or generated folder to a front door, in order of arrival.
//!
//! One connection, QoS 1, a bounded number unconfirmed. It invents nothing: values keep their decimal
//! text, bodies of `messages.tsv` are sent as they are, wrong ones included.

mod sender;
mod source;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use source::SourceError;

/// What to play, where, and how fast.
#[derive(Clone, Debug)]
pub struct Play {
    pub folder: PathBuf,
    pub mqtt: SocketAddr,
    /// A password is asked for on sites that are not open to loopback.
    pub login: Option<(String, String)>,
    pub speed: Speed,
    /// Feed time to let pass after the last message; zero sends nothing.
    pub settle: Duration,
}

/// How fast to play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// As many times as fast as it happened.
    Times(f64),
    /// As fast as they are confirmed.
    Max,
}

impl std::str::FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Speed, String> {
        if text == "max" {
            return Ok(Speed::Max);
        }
        match text.parse::<f64>() {
            Ok(times) if times.is_finite() && times > 0.0 => Ok(Speed::Times(times)),
            Ok(_) | Err(_) => Err(format!(
                "a speed is \"max\" or a number above 0, not {text:?}"
            )),
        }
    }
}

/// What was played, when every message was confirmed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Played {
    pub messages: u64,
    pub bytes: u64,
    pub took: Duration,
}

impl Played {
    /// Confirmed messages a second.
    pub fn rate(&self) -> f64 {
        self.messages as f64 / self.took.as_secs_f64().max(1e-9)
    }
}

impl std::fmt::Display for Played {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.took.as_secs_f64();
        write!(
            f,
            "{} messages confirmed in {seconds:.2} s: {:.0} a second",
            self.messages,
            self.rate(),
        )
    }
}

/// Why not every message was confirmed.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("could not reach {address}")]
    Unreachable {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("the server refused the connection, return code {code}")]
    Refused { code: u8 },
    #[error("the server is gone; {confirmed} of {sent} messages sent were confirmed")]
    Gone {
        sent: u64,
        confirmed: u64,
        source: io::Error,
    },
}

impl PlayError {
    /// The exit status for the shell: 3 when the server is gone or was never there, else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            PlayError::Unreachable { .. } | PlayError::Gone { .. } => 3,
            PlayError::Source(_) | PlayError::Refused { .. } => 1,
        }
    }
}

/// Plays a folder; blocks until every message is confirmed, or it is clear that one never will be.
///
/// # Errors
/// [`PlayError`]; a folder that cannot be read is found out before the first message leaves, except
/// for lines of a large `messages.tsv`, which is read as it is sent.
pub fn play(what: &Play) -> Result<Played, PlayError> {
    let source = source::Source::open(&what.folder)?;
    sender::send(what, source)
}
