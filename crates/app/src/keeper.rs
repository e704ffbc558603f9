//! What a running server does beside serving: enters the notes of commands at the machine, watches
//! who keeps the clock right, hands checkpoints out, makes old segments small and lets old files go.
//!
//! Nothing of it decides anything or holds up a reading; what goes wrong is told and tried again.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use model::config::Clock;
use model::custody::{Access, AccessDeed, Accessor, Timekeeping, bounded};
use model::{JurisdictionSlot, Seal, Time};
use runtime::{Inbox, Runtime, Stopped};
use site::Keep;
use store::{Blobs, Store, evidence, notes};
use tokio::process::Command;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::retention::Ledger;

/// How often notes are looked for.
const LOOK: Duration = Duration::from_secs(5);
/// How often the clock's keeper is asked.
const ASK_CLOCK: Duration = Duration::from_secs(600);
/// How often old things are looked for.
const TIDY: Duration = Duration::from_secs(3600);
/// How often checkpoints go out.
const HAND_OUT: Duration = Duration::from_secs(24 * 3600);
/// How long a program that knows the clock may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The task that does it.
pub(crate) struct Keeper {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Puts on record which clock the site lives by and what waits to be entered, then goes on.
    pub(crate) async fn start(
        data: &Path,
        clock: Clock,
        keep: &Keep,
        runtime: &Runtime,
    ) -> anyhow::Result<Keeper> {
        let stop = CancellationToken::new();
        let mut rounds = Rounds {
            data: data.to_owned(),
            clock,
            keep: keep.clone(),
            inbox: runtime.inbox.clone(),
            blobs: runtime.blobs.clone(),
            told: None,
            asked: Instant::now(),
            tidied: None,
            files_looked: Instant::now(),
            ledger: Ledger::default(),
            looking: None,
            handed_out: None,
        };
        tell_key(data);
        rounds.watch_clock().await?;
        rounds.enter_notes().await?;
        let until = stop.clone();
        let task = tokio::spawn(async move {
            let mut turn = tokio::time::interval(LOOK);
            turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                let ending = tokio::select! {
                    () = until.cancelled() => true,
                    _ = turn.tick() => false,
                };
                // What was noted a moment before the end is not left for the next start.
                let gone = if ending {
                    rounds.enter_notes().await
                } else {
                    rounds.go_round().await
                };
                if ending || gone.is_err() {
                    return;
                }
            }
        });
        Ok(Keeper { stop, task })
    }

    pub(crate) async fn end(self) {
        self.stop.cancel();
        if let Err(cause) = self.task.await {
            tracing::warn!(%cause, "keeping the data folder ended badly");
        }
    }
}

/// Says which key signs, so that whoever keeps the log knows it too.
fn tell_key(data: &Path) {
    match evidence::signer(&data.join(evidence::FOLDER)) {
        Ok(Some(key)) => {
            tracing::info!(id = key.id(), "checkpoints are signed by {}", key.hex());
        }
        Ok(None) => tracing::warn!("no key signs checkpoints"),
        Err(cause) => tracing::warn!(%cause, "the public key cannot be read"),
    }
}

/// What was found of the files that may go, and what their age says is due.
type Looked = anyhow::Result<(Ledger, Vec<Seal>)>;

struct Rounds {
    data: PathBuf,
    clock: Clock,
    keep: Keep,
    inbox: Inbox,
    blobs: Blobs,
    told: Option<Timekeeping>,
    asked: Instant,
    tidied: Option<Instant>,
    /// The first look reads the whole journal, so it waits until a start is long over.
    files_looked: Instant,
    ledger: Ledger,
    looking: Option<oneshot::Receiver<Looked>>,
    handed_out: Option<Instant>,
}

impl Rounds {
    async fn go_round(&mut self) -> Result<(), Stopped> {
        self.enter_notes().await?;
        if self.asked.elapsed() >= ASK_CLOCK {
            self.watch_clock().await?;
        }
        if is_over(self.tidied, TIDY) {
            self.tidied = Some(Instant::now());
            self.archive().await;
        }
        if self.files_looked.elapsed() >= TIDY && self.looking.is_none() {
            self.files_looked = Instant::now();
            self.look_for_old_files();
        }
        self.let_files_go().await?;
        if is_over(self.handed_out, HAND_OUT) {
            self.hand_out();
        }
        Ok(())
    }

    /// Enters what commands at the machine have left, each once: it goes when it is on disk.
    async fn enter_notes(&self) -> Result<(), Stopped> {
        let waiting = match notes::waiting(&self.data) {
            Ok(waiting) => waiting,
            Err(cause) => {
                tracing::warn!(%cause, "notes for the journal cannot be read");
                return Ok(());
            }
        };
        for (path, access) in waiting {
            self.inbox.accessed(JurisdictionSlot(0), access).await?;
            if let Err(cause) = notes::entered(&path) {
                tracing::warn!(%cause, "a note that was entered stays, and is entered again");
                return Ok(());
            }
        }
        Ok(())
    }

    async fn watch_clock(&mut self) -> Result<(), Stopped> {
        self.asked = Instant::now();
        let says = ask_clock(self.clock).await;
        let news = self.told.as_ref().is_none_or(|told| told.differs(&says));
        if news {
            self.inbox.clock_read(says.clone()).await?;
            self.told = Some(says);
        }
        Ok(())
    }

    async fn archive(&self) {
        let store = match Store::of(&self.data) {
            Ok(store) => store,
            Err(cause) => {
                tracing::warn!(%cause, "could not look for old parts of the journal");
                return;
            }
        };
        let age = Duration::from_millis(self.keep.archive_after_ms.unsigned_abs());
        let before = SystemTime::now().checked_sub(age).unwrap_or(UNIX_EPOCH);
        let done = tokio::task::spawn_blocking(move || store.archive(before)).await;
        match done {
            Ok(Ok(done)) if done.segments > 0 => {
                tracing::info!(
                    parts = done.segments,
                    records = done.records,
                    bytes_before = done.bytes_before,
                    bytes_after = done.bytes_after,
                    "old parts of the journal are archives now"
                );
            }
            Ok(Ok(_)) => {}
            Ok(Err(cause)) => tracing::warn!(%cause, "could not archive old parts"),
            Err(cause) => tracing::warn!(%cause, "archiving ended badly"),
        }
    }

    /// Begins to look for files that are older than the site keeps them, on a thread that lets all others
    /// go first: it may read the whole journal, and nothing waits for it.
    fn look_for_old_files(&mut self) {
        let ages = self.keep.files;
        if ages.shortest().is_none() {
            return;
        }
        let mut ledger = std::mem::take(&mut self.ledger);
        let (data, blobs) = (self.data.clone(), self.blobs.clone());
        let by_entries = matches!(self.clock, Clock::Wall);
        let (done, looking) = oneshot::channel();
        let begun = std::thread::Builder::new()
            .name("watchfire-keeping".to_owned())
            .spawn(move || {
                store::threads::step_back();
                let found = Store::of(&data)
                    .context("could not open the store")
                    .and_then(|store| ledger.due(&store, &blobs, &ages, now(), by_entries));
                // Whoever asked may have ended: then nobody wants it.
                let _unwanted = done.send(found.map(|due| (ledger, due))).is_err();
            });
        match begun {
            Ok(_) => self.looking = Some(looking),
            Err(cause) => tracing::warn!(%cause, "no thread to look for old files"),
        }
    }

    /// Erases the old files that were found, on record first.
    async fn let_files_go(&mut self) -> Result<(), Stopped> {
        let Some(looking) = &mut self.looking else {
            return Ok(());
        };
        let found = match looking.try_recv() {
            Err(oneshot::error::TryRecvError::Empty) => return Ok(()),
            Err(oneshot::error::TryRecvError::Closed) => None,
            Ok(found) => Some(found),
        };
        self.looking = None;
        let old = match found {
            Some(Ok((ledger, due))) => {
                self.ledger = ledger;
                due
            }
            // The journal is read anew at the next look.
            Some(Err(cause)) => {
                let cause = format!("{cause:#}");
                tracing::warn!(cause, "could not look for old files");
                return Ok(());
            }
            None => return Ok(()),
        };
        for some in old.chunks(model::custody::MOST_SEALS) {
            let now = now();
            let (seals, more) = bounded(some.to_vec());
            let deed = AccessDeed::Erased {
                seals,
                more,
                person: None,
            };
            let access = Access {
                id: uuid::Uuid::new_v4().simple().to_string(),
                by: Accessor::Retention,
                first: now,
                last: now,
                deed,
            };
            self.inbox.accessed(JurisdictionSlot(0), access).await?;
            for seal in some {
                if let Err(cause) = self.blobs.erase(seal) {
                    tracing::warn!(%cause, "could not erase an old file");
                }
            }
        }
        Ok(())
    }

    /// Copies public key and newest checkpoint to where the site says.
    fn hand_out(&mut self) {
        let Some(to) = &self.keep.checkpoints_to else {
            return;
        };
        let folder = self.data.join(evidence::FOLDER);
        match evidence::hand_out(&folder, to) {
            Ok(newest) => {
                self.handed_out = Some(Instant::now());
                tracing::info!(
                    number = newest.number,
                    "a checkpoint went to {}",
                    to.display()
                );
            }
            // None is signed yet: the first comes within the hour.
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                tracing::debug!(%cause, "no checkpoint to hand out");
            }
            Err(cause) => {
                // Not at every turn: the place may be a stick that is not plugged in.
                self.handed_out = Instant::now().checked_sub(HAND_OUT - TIDY);
                tracing::warn!(%cause, "could not copy a checkpoint to {}", to.display());
            }
        }
    }
}

fn is_over(last: Option<Instant>, span: Duration) -> bool {
    last.is_none_or(|last| last.elapsed() >= span)
}

fn now() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// What the machine says of its clock; a made-up time asks nobody.
async fn ask_clock(clock: Clock) -> Timekeeping {
    let mut says = Timekeeping {
        clock,
        keeper: None,
        synchronized: None,
        offset_us: None,
        system: now(),
    };
    if !matches!(clock, Clock::Wall) {
        return says;
    }
    if let Some(text) = told_by("chronyc", &["-c", "tracking"]).await
        && let Some((synchronized, offset_us)) = read_chrony(&text)
    {
        says.keeper = Some("chrony".to_owned());
        says.synchronized = Some(synchronized);
        says.offset_us = Some(offset_us);
    } else if let Some(text) = told_by("timedatectl", &["show", "-p", "NTPSynchronized"]).await
        && let Some(synchronized) = read_timedatectl(&text)
    {
        says.keeper = Some("systemd".to_owned());
        says.synchronized = Some(synchronized);
    }
    says
}

async fn told_by(program: &str, words: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).kill_on_drop(true);
    let out = tokio::time::timeout(PATIENCE, command.output()).await;
    let out = out.ok()?.ok().filter(|out| out.status.success())?;
    String::from_utf8(out.stdout).ok()
}

/// The fifth field is how far the clock is slow, in seconds; the last is the leap status.
fn read_chrony(text: &str) -> Option<(bool, i64)> {
    let fields: Vec<&str> = text.trim().split(',').collect();
    let slow: f64 = fields.get(4)?.parse().ok()?;
    let leap = fields.get(13)?;
    Some((*leap != "Not synchronised", -(slow * 1e6).round() as i64))
}

fn read_timedatectl(text: &str) -> Option<bool> {
    match text.trim() {
        "NTPSynchronized=yes" => Some(true),
        "NTPSynchronized=no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keepers_of_the_clock_say_is_read() {
        let chrony = "C0A80001,192.168.0.1,2,1784000000.123,-0.000012345,0.00001,0.00002,-1.2,0.001,0.02,0.0005,0.0001,64.2,Normal\n";
        assert_eq!(read_chrony(chrony), Some((true, 12)));
        let lost = "00000000,,0,0.0,0.250000000,0,0,0,0,0,1,1,0.0,Not synchronised\n";
        assert_eq!(read_chrony(lost), Some((false, -250_000)));
        assert_eq!(read_chrony("506 Cannot talk to daemon"), None);
        assert_eq!(read_timedatectl("NTPSynchronized=no\n"), Some(false));
        assert_eq!(read_timedatectl(""), None);
    }
}
