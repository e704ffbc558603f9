//! Wiring: opens what lies on disk, recovers, starts the two threads, and ends them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use model::config::Config;
use model::{Input, JurisdictionSlot};
use store::{Blobs, Bounds, Position, Quarantine, SnapshotStore};
use tokio::sync::watch;

use crate::catalogue::Catalogue;
use crate::clock::{Readout, SiteClock};
use crate::feed::Feed;
use crate::fleet::Fleet;
use crate::hub::Hub;
use crate::inbox::Inbox;
use crate::ledger::Ledger;
use crate::live::{Live, Parts};
use crate::queue::Queue;
use crate::recover::{Recovery, recover};
use crate::scribe::{Broken, Scribe};
use crate::snapshots::{self, Plan};
use crate::{JOURNAL, Options, Runtime, StartError, Stopped};

/// Recovers what lies in the data folder and starts the loop. Returns when it is ready: the
/// configurations are journaled, deliveries without a receipt are made again.
///
/// # Errors
/// [`StartError`] says what is wrong; nothing runs then.
pub async fn start(options: Options) -> Result<Runtime, StartError> {
    check(&options.configs)?;
    let opened = tokio::task::spawn_blocking({
        let options = options.clone();
        move || Opened::at(&options)
    });
    let opened = opened.await.map_err(|e| StartError::Ended {
        reason: e.to_string(),
    })??;
    let runtime = run(options, opened)?;
    if runtime.inbox.ask(|_| ()).await == Err(Stopped) {
        return Err(StartError::Ended {
            reason: runtime.failed().await,
        });
    }
    Ok(runtime)
}

fn check(configs: &[Config]) -> Result<(), StartError> {
    let mut codes: Vec<&str> = Vec::with_capacity(configs.len());
    for config in configs {
        if let Some(flaw) = config.flaw() {
            return Err(StartError::Unfit {
                code: config.code.clone(),
                flaw,
            });
        }
        codes.push(&config.code);
    }
    codes.sort_unstable();
    if let Some(twice) = codes.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(StartError::Twice {
            code: twice[0].to_owned(),
        });
    }
    if configs.len() >= usize::from(u16::MAX) {
        Err(StartError::TooMany)
    } else {
        Ok(())
    }
}

/// Everything on disk, opened and recovered.
struct Opened {
    recovery: Recovery,
    snapshots: SnapshotStore,
    quarantine: Quarantine,
    blobs: Blobs,
}

impl Opened {
    fn at(options: &Options) -> Result<Opened, StartError> {
        let data = &options.data;
        let snapshots = folder(data, "snapshots", SnapshotStore::open)?;
        let (fleet, from) = folder(data, "snapshots", |_| snapshots::newest(&snapshots))?;
        let quarantine = folder(data, "quarantine", |path| {
            Quarantine::open(path, Bounds::default())
        })?;
        let blobs = folder(data, "blobs", Blobs::open)?;
        let journal = data.join(JOURNAL);
        let recovery = recover(&journal, options.journal, fleet, from, &mut |_, _, _| {})?;
        Ok(Opened {
            recovery,
            snapshots,
            quarantine,
            blobs,
        })
    }
}

fn folder<T>(
    data: &Path,
    name: &str,
    open: impl FnOnce(&Path) -> std::io::Result<T>,
) -> Result<T, StartError> {
    let path: PathBuf = data.join(name);
    open(&path).map_err(|source| StartError::Folder { path, source })
}

fn run(options: Options, opened: Opened) -> Result<Runtime, StartError> {
    let Opened {
        recovery,
        snapshots,
        quarantine,
        blobs,
    } = opened;
    let Recovery {
        fleet,
        journal,
        position,
        tail,
    } = recovery;
    let ledger = Arc::new(Ledger::new(fleet.transitions()));
    let hub = Arc::new(Hub::new(position.number));
    let names = Catalogue::of(&slots(&fleet, &options.configs));
    let queue = Arc::new(Queue::new(options.inbox_items.max(1), names));
    let wanted = options.journal.reserve_bytes > 0;
    queue.set_disk_full(wanted && !journal.has_reserve());
    // One commit may wait while another is written; the queue says when there is room.
    let (commits, to_write) = mpsc::sync_channel(1);
    let (give_back, spent) = mpsc::channel();
    let plan = Plan::new(
        options.snapshot_inputs.max(1),
        Duration::from_millis(options.snapshot_ms),
        tail,
    );
    let scribe = Scribe {
        journal,
        quarantine: quarantine.clone(),
        snapshots: snapshots.clone(),
        snapshot_busy: plan.busy(),
        ledger: Arc::clone(&ledger),
        hub: Arc::clone(&hub),
        queue: Arc::clone(&queue),
        outbox: options.outbox,
        fault: options.fault.clone(),
        looked: Instant::now(),
    };
    let clock = SiteClock::start(options.clock, fleet.now(), Readout::take());
    let mut live = Live::of(Parts {
        fleet,
        clock,
        position,
        queue: Arc::clone(&queue),
        hub: Arc::clone(&hub),
        commits,
        spent,
        plan,
    });
    live.open_with(options.configs);

    let (tell_end, ended) = watch::channel(None);
    let end = End {
        queue: Arc::clone(&queue),
        hub: Arc::clone(&hub),
        ledger: Arc::clone(&ledger),
        tell_end,
    };
    let scribe = spawn("watchfire-journal", move || {
        let outcome = scribe.run(to_write, give_back);
        end.tell(outcome)
    })?;
    let crashed = options.fault;
    let live = spawn("watchfire-loop", {
        let queue = Arc::clone(&queue);
        move || {
            let _end = Ending(Arc::clone(&queue));
            let (fleet, position) = live.run();
            (fleet, position, queue.has_failed() || crashed.is_some())
        }
    })?;
    let threads = Threads {
        queue: Arc::clone(&queue),
        live,
        scribe,
        snapshots,
    };
    Ok(Runtime {
        inbox: Inbox {
            shared: Arc::clone(&queue),
        },
        feed: Feed { queue, hub, ledger },
        blobs,
        quarantine,
        clock: options.clock,
        ended,
        threads: Some(threads),
    })
}

/// The configurations in slot order: those the journal knows where it has them, new ones behind.
fn slots(fleet: &Fleet, configs: &[Config]) -> Vec<Config> {
    let known = (0..fleet.len() as u16).filter_map(|slot| fleet.config(JurisdictionSlot(slot)));
    let mut all: Vec<Config> = known.map(|config| Config::clone(config)).collect();
    for config in configs {
        match all.iter_mut().find(|c| c.code == config.code) {
            Some(slot) => slot.clone_from(config),
            None => all.push(config.clone()),
        }
    }
    all
}

impl Live {
    /// Journals what the files say where that is new, and that the process goes on.
    fn open_with(&mut self, configs: Vec<Config>) {
        let clock = self.clock.shows(&self.readout);
        let at = clock.map_or(self.fleet.now(), |now| now.max(self.fleet.now()));
        // What is due is decided by the rules that were in force then.
        if self.fleet.next_deadline().is_some_and(|due| due <= at) {
            self.enter(at, JurisdictionSlot(0), Input::Ticked);
        }
        for config in configs {
            let next = JurisdictionSlot(self.fleet.len() as u16);
            let slot = self.fleet.jurisdiction(&config.code).unwrap_or(next);
            if self
                .fleet
                .config(slot)
                .is_none_or(|known| **known != config)
            {
                self.enter(at, slot, Input::Configured(Box::new(config)));
            }
        }
        self.enter(at, JurisdictionSlot(0), Input::Resumed);
    }
}

fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, StartError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(StartError::Thread)
}

/// Tells everybody when the loop's thread is gone, also when it panicked.
struct Ending(Arc<Queue>);

impl Drop for Ending {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail();
        }
    }
}

/// What the journal's thread does last.
struct End {
    queue: Arc<Queue>,
    hub: Arc<Hub>,
    ledger: Arc<Ledger>,
    tell_end: watch::Sender<Option<String>>,
}

impl End {
    fn tell(self, outcome: Result<(), Broken>) {
        if let Err(error) = outcome {
            let reason = chain(&error);
            tracing::error!(reason, "nothing more can be confirmed");
            self.queue.fail();
            self.tell_end.send_replace(Some(reason));
        }
        self.hub.stop();
        self.ledger.stop();
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(deeper) = source {
        text = format!("{text}: {deeper}");
        source = deeper.source();
    }
    text
}

/// The running threads.
pub(crate) struct Threads {
    queue: Arc<Queue>,
    live: JoinHandle<(Fleet, Position, bool)>,
    scribe: JoinHandle<()>,
    snapshots: SnapshotStore,
}

impl Threads {
    /// Asks both to finish, waits for them, and keeps a last snapshot.
    pub(crate) async fn stop(self) {
        self.queue.stop();
        let joined = tokio::task::spawn_blocking(move || {
            let left = self.live.join();
            // The loop is gone, so the journal's thread has no more to wait for.
            let closed = self.scribe.join();
            if let (Ok((fleet, position, false)), Ok(())) = (left, closed)
                && !self.queue.has_failed()
            {
                snapshots::write(&self.snapshots, position, &fleet);
            }
        });
        if joined.await.is_err() {
            tracing::error!("a thread panicked while it was ending");
        }
    }
}
