//! The program `watchfire`: reads what was typed, puts the parts together, runs them, ends them.
//!
//! Nothing is decided here. Failures are told in one sentence with their cause; the exit code is 0
//! for a good end, 1 for a failure, 2 for words that could not be read, 3 for a server that is gone.

mod account;
mod args;
mod backtest;
mod chain;
mod check;
mod desk;
mod device;
mod drill;
mod keeper;
mod keeping;
mod lock;
mod look_back;
mod metrics;
mod play;
mod ready;
mod refused;
mod retention;
mod senders;
mod serve;
mod storage;
mod tls;
mod trial;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tracing_subscriber::EnvFilter;

use args::{CheckpointVerb, Cli, SiteVerb, Verb};

fn main() -> ExitCode {
    let cli = Cli::parse();
    listen_to_ourselves();
    end_by_panic();
    match obey(cli) {
        Ok(code) => code,
        Err(failure) => {
            tell_failure(&failure);
            ExitCode::FAILURE
        }
    }
}

/// Ends the process by any panic but that of a single request, see [`runtime::bulkhead`].
fn end_by_panic() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tell(panic);
        if !runtime::bulkhead::holds() {
            std::process::abort();
        }
    }));
}

fn obey(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.verb {
        Verb::Site(SiteVerb::New {
            from,
            site,
            dynamic,
        }) => check::new_site(&from, &site, dynamic)?,
        Verb::Serve(asked) => return tokio_runtime()?.block_on(serve::serve(asked)),
        Verb::Play(asked) => return play::play(asked),
        Verb::Check {
            folder,
            stations,
            in_force,
        } => return check::check(&folder, stations, in_force),
        Verb::Account(asked) => account::obey(asked)?,
        Verb::Device(asked) => device::obey(asked)?,
        Verb::Verify { data, against } => return chain::verify(&data, against.as_deref()),
        Verb::Refused {
            data,
            interface,
            kind,
            newest,
        } => refused::refused(&data, interface.as_deref(), kind.as_deref(), newest)?,
        Verb::Checkpoint(CheckpointVerb::Export { data, to }) => chain::hand_out(&data, &to)?,
        Verb::Checkpoint(CheckpointVerb::Show { data }) => chain::show(&data)?,
        Verb::Export {
            data,
            from,
            to,
            out,
        } => keeping::export(&data, from, to, &out)?,
        Verb::Erase(asked) => keeping::erase(&asked)?,
        Verb::Archive { data, older_than } => keeping::archive(&data, older_than)?,
        Verb::Backup { data, to } => keeping::backup(&data, &to)?,
        Verb::Restore { from, data, until } => keeping::restore(&from, &data, until)?,
        Verb::Replay { data } => chain::replay(&data)?,
        Verb::Backtest(asked) => backtest::backtest(&asked)?,
        Verb::Move(asked) => storage::move_to(&asked)?,
        Verb::Drill(verb) => return drill::obey(verb),
        Verb::Openapi => say(&api::openapi())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// One thread carries the sockets of people; those of devices, the loop, its journal and passwords
/// have threads of their own, so that a large answer never holds up a reading.
fn tokio_runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("watchfire-people")
        .max_blocking_threads(16)
        .on_thread_start(store::threads::go_along)
        .thread_stack_size(1 << 20)
        .enable_all()
        .build()
        .context("could not start the threads")
}

/// Lines for people on stderr; `WATCHFIRE_LOG` chooses what (`debug`, `runtime=trace`), and
/// `WATCHFIRE_LOG_FORMAT=json` writes them for programs.
fn listen_to_ourselves() {
    let filter =
        EnvFilter::try_from_env("WATCHFIRE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::env::var("WATCHFIRE_LOG_FORMAT").is_ok_and(|format| format == "json") {
        lines.json().init();
    } else {
        lines.with_target(false).with_ansi(false).init();
    }
}

/// What was asked for goes to stdout, a line at a time.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .context("could not write to stdout")
}

pub(crate) fn tell_failure(failure: &anyhow::Error) {
    let mut text = format!("watchfire: {failure}");
    for cause in failure.chain().skip(1) {
        let cause = cause.to_string();
        // An error that wraps another often says the same words; once is enough.
        if !text.contains(&cause) {
            text.push_str("\n  because: ");
            text.push_str(&cause);
        }
    }
    // There is no better place to complain about stderr.
    let _told = writeln!(std::io::stderr(), "{text}");
}
