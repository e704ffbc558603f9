//! The wish to stop: SIGTERM, SIGINT (Ctrl-C) and SIGHUP, seen by whoever waits for a child.
//!
//! A signal only sets a mark here. The waiting code ends what it started and then returns [`Stopped`].

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static ASKED: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// What a piece of work returns when it was cut short by a signal.
#[derive(Debug)]
pub(crate) struct Stopped(pub(crate) i32);

impl Stopped {
    /// Leaves the mark for whoever waits for another child.
    pub(crate) fn pass_on(&self) {
        if let (Some(asked), Ok(signal)) = (ASKED.get(), usize::try_from(self.0)) {
            asked.store(signal, Ordering::SeqCst);
        }
    }
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "stopped by signal {}", self.0)
    }
}

impl std::error::Error for Stopped {}

/// Starts to listen for the signals. Later calls do nothing.
pub(crate) fn listen() -> Result<()> {
    let asked = ASKED.get_or_init(|| Arc::new(AtomicUsize::new(0)));
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        let number = usize::try_from(signal).context("could not number a signal")?;
        signal_hook::flag::register_usize(signal, Arc::clone(asked), number)
            .with_context(|| format!("could not listen for signal {signal}"))?;
    }
    Ok(())
}

/// The signal that came since the last call, if any. Asking takes it.
pub(crate) fn asked() -> Option<Stopped> {
    let number = ASKED.get()?.swap(0, Ordering::SeqCst);
    match i32::try_from(number) {
        Ok(0) | Err(_) => None,
        Ok(signal) => Some(Stopped(signal)),
    }
}
