//! Wiring: opens what lies on disk, recovers, starts the two threads, and ends them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use model::config::Config;
use model::drill::Drill;
use model::{Configured, Input, JurisdictionSlot, Origin, Time};
use store::{
    Blobs, History, HistoryOptions, Notary, Position, Quarantine, Snapshots,
    threads::{self, Rank},
};
use tokio::sync::watch;

use crate::catalogue::Catalogue;
use crate::clock::{Readout, SiteClock};
use crate::feed::Feed;
use crate::fleet::Fleet;
use crate::helm::Helm;
use crate::hub::Hub;
use crate::inbox::Inbox;
use crate::ledger::Ledger;
use crate::live::{Live, Parts};
use crate::past::catch_up;
use crate::pen::Pen;
use crate::queue::Queue;
use crate::recover::{Recovery, recover};
use crate::registrar::Registrar;
use crate::replay::{Keeper, Replays};
use crate::scribe::{self, Broken, Scribe};
use crate::snapshots::{self, Plan};
use crate::{Options, Runtime, StartError, Stopped};

/// Recovers what lies in the data folder and starts the loop. Returns when it is ready: the
/// configurations are journaled, deliveries without a receipt are made again.
///
/// # Errors
/// [`StartError`] says what is wrong; nothing runs then.
pub async fn start(options: Options) -> Result<Runtime, StartError> {
    check(&options.configs)?;
    std::fs::create_dir_all(&options.data).map_err(|source| StartError::Folder {
        path: options.data.clone(),
        source,
    })?;
    let history = History::open(&options.store, HistoryOptions::default()).await?;
    let opened = tokio::task::spawn_blocking({
        let (options, history) = (options.clone(), history.clone());
        move || Opened::at(&options, history)
    });
    let opened = opened.await.map_err(|e| StartError::Ended {
        reason: e.to_string(),
    })??;
    let last = opened.recovery.position.number;
    if history.through() > last {
        tracing::warn!("the history belongs to another journal; it is made again");
        history.forget().await?;
        let transitions = opened.recovery.fleet.transitions();
        let (store, history) = (options.store.clone(), history.clone());
        let again = move || catch_up(&store, &history, last, transitions);
        let made = tokio::task::spawn_blocking(again).await;
        made.map_err(|e| StartError::Ended {
            reason: e.to_string(),
        })??;
    }
    let runtime = run(options, opened)?;
    if runtime.inbox.ask(|_| ()).await == Err(Stopped) {
        return Err(StartError::Ended {
            reason: runtime.failed().await,
        });
    }
    Ok(runtime)
}

pub(crate) fn check(configs: &[Config]) -> Result<(), StartError> {
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
    snapshots: Snapshots,
    quarantine: Quarantine,
    blobs: Blobs,
    history: History,
    notary: Notary,
}

impl Opened {
    fn at(options: &Options, history: History) -> Result<Opened, StartError> {
        let data = &options.data;
        let snapshots = folder(data, "snapshots", |_| options.store.snapshots())?;
        let (fleet, from) = folder(data, "snapshots", |_| snapshots::newest(&snapshots))?;
        let quarantine = folder(data, "quarantine", |path| {
            Quarantine::open(path, options.quarantine)
        })?;
        let blobs = folder(data, "blobs", Blobs::open)?;
        let notary = folder(data, store::evidence::FOLDER, Notary::open)?;
        let recovery = recover(&options.store, options.journal, fleet, from, &history)?;
        same_kind(&recovery.fleet, &options.configs)?;
        Ok(Opened {
            recovery,
            snapshots,
            quarantine,
            blobs,
            history,
            notary,
        })
    }
}

/// A drill is never played on a real journal, nor anything real on a drill's, nor one drill on
/// another's.
fn same_kind(fleet: &Fleet, asked: &[Config]) -> Result<(), StartError> {
    let was = fleet
        .config(JurisdictionSlot(0))
        .map(|was| was.drill.as_deref());
    let Some(was) = was else {
        return Ok(());
    };
    let asked = asked.first().and_then(|config| config.drill.as_deref());
    if was == asked {
        return Ok(());
    }
    let name = |drill: Option<&Drill>| match drill {
        Some(drill) => format!("the drill `{}`, begun at {}", drill.id, drill.start),
        None => "a site that is real".to_owned(),
    };
    let (was, asked) = (name(was), name(asked));
    Err(StartError::OtherKind { was, asked })
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
        history,
        notary,
    } = opened;
    let Recovery {
        fleet,
        journal,
        position,
        tail,
    } = recovery;
    let replays = folder(&options.data, "", |data| {
        Replays::open(data, journal.reader())
    })?;
    let newest = fleet.transitions();
    let clock = SiteClock::start(options.clock, fleet.now(), Readout::take());
    let mut books = Registrar::new(fleet, position);
    books.open_with(options.configs, clock.shows(&Readout::take()));

    let configs = configs_of(&books.fleet);
    let names = Catalogue::of(configs.iter().map(Arc::as_ref));
    let ledger = Arc::new(Ledger::new(newest, history.clone(), configs));
    let hub = Arc::new(Hub::new(position.number));
    let queue = Arc::new(Queue::new(options.inbox_items.max(1), names));
    queue.set_disk_full(options.journal.reserve_bytes > 0 && !journal.has_reserve());
    // One commit may wait while another is written; the queue says when there is room.
    let (to_thread, to_write) = mpsc::sync_channel(1);
    let (give_back, spent) = mpsc::channel();
    let every = Duration::from_millis(options.snapshot_ms);
    let plan = Plan::new(options.snapshot_inputs.max(1), every, tail);
    let scribe = Arc::new(Mutex::new(Scribe {
        journal,
        quarantine: quarantine.clone(),
        history: history.clone(),
        snapshots: snapshots.clone(),
        snapshot_busy: plan.busy(),
        ledger: Arc::clone(&ledger),
        hub: Arc::clone(&hub),
        queue: Arc::clone(&queue),
        outbox: options.outbox,
        notary,
        fault: options.fault,
        looked: Instant::now(),
    }));
    let pen = Pen {
        scribe: Arc::clone(&scribe),
        to_thread,
        spent,
        kept: None,
        queue: Arc::clone(&queue),
    };
    let live = Live::of(Parts {
        books,
        clock,
        queue: Arc::clone(&queue),
        hub: Arc::clone(&hub),
        ledger: Arc::clone(&ledger),
        pen,
        plan,
    });
    let (tell_end, ended) = watch::channel(None);
    let feed = Feed { queue, hub, ledger };
    let end = End {
        feed: feed.clone(),
        tell_end,
    };
    let go_first = options.go_first;
    let scribe = spawn("watchfire-journal", move || {
        if go_first {
            threads::go_first(Rank::Readings);
        }
        end.tell(scribe::run(scribe, &to_write, &give_back))
    })?;
    let ending = Ending(Arc::clone(&feed.queue));
    let (helm, queue) = (Helm::of(live), Arc::clone(&feed.queue));
    let steered = helm.clone();
    let live = spawn("watchfire-loop", move || {
        if go_first {
            threads::go_first(Rank::Readings);
        }
        let _ending = ending;
        steered.run(&queue)
    })?;
    let keeper = Keeper::start(replays.past()).map_err(StartError::Thread)?;
    Ok(Runtime {
        inbox: Inbox {
            shared: Arc::clone(&feed.queue),
            hand: None,
        },
        helm,
        threads: Some(Threads {
            queue: Arc::clone(&feed.queue),
            live,
            scribe,
            snapshots,
            history: history.clone(),
            keeper,
        }),
        feed,
        history,
        blobs,
        quarantine,
        replays,
        clock: options.clock,
        ended,
    })
}

/// All jurisdictions' configurations, by slot.
pub(crate) fn configs_of(fleet: &Fleet) -> Vec<Arc<Config>> {
    let slots = (0..fleet.len() as u16).map(JurisdictionSlot);
    slots
        .filter_map(|slot| fleet.config(slot).map(Arc::clone))
        .collect()
}

impl Registrar {
    /// Journals what the files say where that is new, and that the process goes on; `shown` is what
    /// the site's clock shows, where it runs by itself.
    fn open_with(&mut self, configs: Vec<Config>, shown: Option<Time>) {
        let process = JurisdictionSlot(0);
        let at = shown.map_or(self.fleet.now(), |now| now.max(self.fleet.now()));
        // What came due meanwhile is decided, or held back, by the rules that were in force then. A
        // jurisdiction that nobody knew begins with the start, if nothing would come due before it.
        let overdue = self.fleet.next_deadline().is_some_and(|due| due <= at);
        let begins = |config: &Config| !overdue && self.fleet.jurisdiction(&config.code).is_none();
        let (new, known): (Vec<Config>, Vec<Config>) = configs.into_iter().partition(begins);
        self.take_over(new, Origin::System, at);
        self.enter(at, process, Input::Resumed);
        self.take_over(known, Origin::System, at);
    }

    /// Journals each config that is new or says something else than the one in force, with what open
    /// alarms still stand on; the codes of those that do.
    pub(crate) fn take_over(&mut self, configs: Vec<Config>, by: Origin, at: Time) -> Vec<String> {
        let mut changed = Vec::new();
        for config in configs {
            let next = JurisdictionSlot(self.fleet.len() as u16);
            let slot = self.fleet.jurisdiction(&config.code).unwrap_or(next);
            let config = match self.fleet.engine(slot) {
                Some(engine) => engine.keeping_open(config),
                None => config,
            };
            let known = self.fleet.config(slot);
            if known.is_none_or(|known| **known != config) {
                changed.push(config.code.clone());
                let by = Some(by.clone());
                let configured = Box::new(Configured { config, by });
                self.enter(at, slot, Input::Configured(configured));
            }
        }
        changed
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
    feed: Feed,
    tell_end: watch::Sender<Option<String>>,
}

impl End {
    fn tell(self, outcome: Result<(), Broken>) {
        if let Err(error) = outcome {
            let reason = chain(&error);
            tracing::error!(reason, "nothing more can be confirmed");
            self.feed.queue.fail();
            self.tell_end.send_replace(Some(reason));
        }
        self.feed.hub.stop();
        self.feed.ledger.stop();
    }
}

/// An error with everything that caused it, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
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
    live: JoinHandle<(Fleet, Position)>,
    scribe: JoinHandle<()>,
    snapshots: Snapshots,
    history: History,
    keeper: Keeper,
}

impl Threads {
    /// Asks both to finish, waits for them, and keeps a last snapshot.
    pub(crate) async fn stop(self) {
        self.queue.stop();
        let joined = tokio::task::spawn_blocking(move || {
            let left = self.live.join();
            // The loop is gone, so the journal's thread has no more to wait for.
            let closed = self.scribe.join();
            self.keeper.end();
            if let (Ok((fleet, position)), Ok(())) = (left, closed)
                && !self.queue.has_failed()
            {
                snapshots::write(&self.snapshots, position, &fleet);
            }
        });
        if joined.await.is_err() {
            tracing::error!("a thread panicked while it was ending");
        }
        if let Err(error) = self.history.flush().await {
            tracing::warn!(%error, "the history was not written down; it is made again");
        }
    }
}
