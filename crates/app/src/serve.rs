//! Serving a site: everything opened in order, told when it is ready, closed in reverse.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use api::Opened;
use links::broker::Broker;
use links::mqtt::{FrontDoor, GREETING, MOST_CONNECTIONS, OpenDoor, SessionFiles};
use links::senders::{Senders, Speakers};
use model::Origin;
use model::config::Clock;
use model::view::PersonView;
use runtime::{Hand, Inbox, Runtime};
use rustix::process::{Resource, getrlimit, setrlimit};
use site::Site;
use store::threads::{self, Rank};
use store::{Store, UploadBounds};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::args::Serve;
use crate::desk::{Desk, Past};
use crate::device::Doorkeeper;
use crate::keeper::Keeper;
use crate::look_back::{self, LookBack};
use crate::senders::{self, Phones};
use crate::tls::{self, Tls};
use crate::{check, lock, metrics, ready, say, storage};

/// Ids of the two interfaces that every site declares.
const MQTT: &str = "mqtt";
const HTTP: &str = "http";

/// Serves until SIGTERM or Ctrl-C.
pub(crate) async fn serve(asked: Serve) -> anyhow::Result<ExitCode> {
    if let Some(path) = &asked.ready_file {
        ready::guard_loopback(&[("--http", asked.http), ("--mqtt", asked.mqtt)])?;
        ready::clear(path)?;
    }
    let (signals, hangups) = (Signals::catch()?, Hangups::catch()?);
    raise_file_limit();
    let site = check::read(&asked.site)?;
    if site.accounts.is_empty() {
        tracing::warn!(
            "nobody can sign in: make a login with `watchfire account set --site {} --login …`",
            asked.site.display()
        );
    }
    let _lock = lock::take(&asked.data)?;
    let http = listen("--http", asked.http).await?;
    if asked.mqtt_broker.is_none() {
        // Found out before the journal is read, which may take a while.
        drop(listen("--mqtt", asked.mqtt).await?);
    }
    let address = http
        .local_addr()
        .context("could not read the address of --http")?;
    let tls = tls::tls(&asked.tls, &asked.data, address)?;
    let numbers = metrics::install()?;
    let token = asked.ready_file.as_ref().map(|_| new_token());
    let store = storage::open(&asked.data, &site)?;
    let senders = senders::senders(&asked.data, &site)?;
    look_back::before_serving(&store).await?;
    let runtime = start(&store, &site, &senders).await?;
    let keeper = Keeper::start(&asked.data, site.clock, &site.keep, &runtime).await?;
    // What was refused while it last ran has been put right: these files are in force now.
    runtime.inbox.files_refused(false).await?;
    let doorkeeper = Arc::new(Doorkeeper::new(&asked.data, asked.mqtt_accounts));
    let lent = runtime.lend();
    let intake = Intake::open(&asked, site.clock, lent, Arc::clone(&doorkeeper)).await?;
    senders.open(Arc::new(runtime.inbox.clone()), intake.speakers());
    let around = Around {
        asked: &asked,
        store: &store,
        senders: &senders,
        doorkeeper,
        trust: tls.as_ref().and_then(|tls| tls.trust.clone()),
        token: token.clone(),
        numbers,
    };
    let Opened {
        router,
        files,
        looks,
    } = routes(around, site, &runtime).await?;
    // On the one thread that carries the sockets of people, not on this one; late, because the
    // threads of databases that it starts take after it.
    let first = tokio::spawn(async { threads::go_first(Rank::People) }).await?;
    if !first {
        tracing::info!(
            "the system does not let alarms go before other programs: run as root or with LimitRTPRIO=2"
        );
    }

    let scheme = if tls.is_some() { "https" } else { "http" };
    let encryption = tls.map(|Tls { config, trust }| api::encryption(config, trust));
    let (end, ended) = oneshot::channel::<()>();
    let serving = tokio::spawn(api::serve(http, router, encryption, async move {
        // A dropped sender means the same as a word from it.
        let _asked = ended.await;
    }));
    let written = match (&asked.ready_file, &token) {
        (Some(path), Some(token)) => Some(ready::write(path, address, &intake.address(), token)?),
        (None, _) | (_, None) => None,
    };
    say(&format!("{scheme}://{address}"))?;
    say(&format!("mqtt://{}", intake.address()))?;

    let look_back = LookBack::start(&store, runtime.inbox.clone()).await?;
    let reloads = tokio::spawn(hangups.reload(files));
    let why = tokio::select! {
        signal = signals.first() => Ok(signal),
        reason = runtime.failed() => Err(anyhow!("the loop has ended: {reason}")),
    };
    tracing::info!("{}: closing", why.as_ref().copied().unwrap_or("failure"));
    drop(written);
    reloads.abort();
    look_back.end();
    senders.close().await;
    keeper.end().await;
    intake.close().await;
    drop(end);
    looks.close().await;
    runtime.stop().await;
    serving.await.context("the HTTP listener ended badly")?;
    why?;
    tracing::info!("closed; everything confirmed is on disk");
    Ok(ExitCode::SUCCESS)
}

/// Every device is a socket: takes as many as the system lets us.
pub(crate) fn raise_file_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current < limit.maximum {
        limit.current = limit.maximum;
        if let Err(cause) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%cause, "the number of sockets stays at its low limit");
        }
    }
}

async fn start(store: &Store, site: &Site, senders: &Senders) -> anyhow::Result<Runtime> {
    let configs = site
        .jurisdictions
        .iter()
        .map(|j| j.config.clone())
        .collect();
    tell_clock(site.clock);
    let data = store.data();
    let mut options = runtime::Options::new(data.to_owned(), site.clock, configs);
    options.go_first = true;
    options.store = store.clone();
    options.quarantine.days = site.keep.quarantine_days;
    options.outbox = runtime::Outbox::new(vec![Arc::new(senders.clone())]);
    runtime::start(options)
        .await
        .with_context(|| format!("could not start on the data in {}", data.display()))
}

/// A site that does not live by the wall clock reaches nobody real.
fn tell_clock(clock: Clock) {
    match clock {
        Clock::Wall => {}
        Clock::Scaled { factor, .. } => {
            tracing::info!(factor, "made-up time: nobody real is told anything");
        }
        Clock::Feed => {
            tracing::info!("time is carried by the messages: nobody real is told anything")
        }
    }
}

/// The thread that carries the sockets of devices.
struct Porch {
    handle: Handle,
    left: oneshot::Sender<()>,
}

impl Porch {
    fn build() -> anyhow::Result<Porch> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(4)
            .on_thread_start(threads::go_along)
            .build()
            .context("could not start the thread of the front door")?;
        let handle = runtime.handle().clone();
        let (left, gone) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("watchfire-door".to_owned())
            .spawn(move || {
                threads::go_first(Rank::Readings);
                // A dropped sender means the same as a word from it.
                let _asked = runtime.block_on(gone);
            })
            .context("could not start the thread of the front door")?;
        Ok(Porch { handle, left })
    }

    /// Runs on the thread of the front door.
    async fn on<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let done = self.handle.spawn(work).await;
        done.context("the thread of the front door ended")
    }

    /// Lets the thread end.
    fn leave(self) {
        drop(self.left);
    }
}

async fn open_door(
    asked: Serve,
    clock: Clock,
    inbox: Inbox,
    keeper: Arc<Doorkeeper>,
) -> anyhow::Result<OpenDoor> {
    if !asked.mqtt.ip().is_loopback() && !keeper.knows_any() {
        tracing::warn!(
            "no device can connect from elsewhere: make accounts with `watchfire device add NAME --stations … --data {}`",
            asked.data.display()
        );
    }
    let sessions = SessionFiles::open(asked.data.join("sessions"))
        .context("could not open the folder of MQTT sessions")?;
    let door = FrontDoor {
        listen: asked.mqtt,
        interface: interface(&inbox, MQTT)?,
        access: keeper,
        sessions: Box::new(sessions),
        most_connections: MOST_CONNECTIONS,
        settle: clock == Clock::Feed,
        greeting: GREETING,
    };
    door.open(inbox)
        .await
        .with_context(|| port_advice("--mqtt", asked.mqtt))
}

fn interface(inbox: &Inbox, id: &str) -> anyhow::Result<u8> {
    let slot = inbox.catalogue().interface(id);
    slot.with_context(|| format!("the site declares no interface {id:?}"))
}

/// Where MQTT readings come from: our own front door, or an external broker instead of it.
enum Intake {
    Door { door: OpenDoor, porch: Porch },
    Broker { following: Following, porch: Porch },
}

impl Intake {
    async fn open(
        asked: &Serve,
        clock: Clock,
        (inbox, hand): (Inbox, Hand),
        keeper: Arc<Doorkeeper>,
    ) -> anyhow::Result<Intake> {
        let porch = Porch::build()?;
        porch.handle.spawn(hand.lend());
        if let Some(url) = &asked.mqtt_broker {
            let following = Following::start(url, &asked.site, &inbox, &porch).await?;
            return Ok(Intake::Broker { following, porch });
        }
        let opening = open_door(asked.clone(), clock, inbox, keeper);
        let door = porch.on(opening).await??;
        Ok(Intake::Door { door, porch })
    }

    /// The loudspeakers that are connected to our own door.
    fn speakers(&self) -> Option<Arc<dyn Speakers>> {
        match self {
            Intake::Door { door, .. } => Some(Arc::new(door.downlinks())),
            Intake::Broker { .. } => None,
        }
    }

    /// Where stations are to send their readings.
    fn address(&self) -> String {
        match self {
            Intake::Door { door, .. } => door.address().to_string(),
            Intake::Broker { following, .. } => following.address.clone(),
        }
    }

    async fn close(self) {
        match self {
            Intake::Door { door, porch } => {
                door.close().await;
                porch.leave();
            }
            Intake::Broker { following, porch } => {
                following.end().await;
                porch.leave();
            }
        }
    }
}

/// An external broker being followed.
struct Following {
    address: String,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// How long a start waits for the broker; it is followed as soon as it can be reached.
const BROKER_PATIENCE: Duration = Duration::from_secs(10);

impl Following {
    async fn start(
        url: &str,
        site: &Path,
        inbox: &Inbox,
        porch: &Porch,
    ) -> anyhow::Result<Following> {
        let stop = CancellationToken::new();
        // The broker keeps what we have not acknowledged under this name, over restarts.
        let folder = site.file_name().unwrap_or_default().to_string_lossy();
        let client = format!("watchfire-{folder}");
        let broker = Broker::parse(url, &client, interface(inbox, MQTT)?)?;
        let address = format!("{}:{}", broker.host, broker.port);
        let (subscribed, promised) = oneshot::channel();
        let work = broker.run(inbox.clone(), stop.clone(), subscribed);
        let task = porch.handle.spawn(work);
        if tokio::time::timeout(BROKER_PATIENCE, promised)
            .await
            .is_err()
        {
            tracing::warn!(%address, "the broker does not answer yet; it is tried again and again");
        }
        Ok(Following {
            address,
            stop,
            task,
        })
    }

    async fn end(self) {
        self.stop.cancel();
        if let Err(cause) = self.task.await {
            tracing::warn!(%cause, "following the broker ended badly");
        }
    }
}

/// The logins of a site, as the API takes them.
pub(crate) fn accounts_of(site: &Site) -> Vec<api::Account> {
    let account = |account: &site::Account| api::Account {
        login: account.login.clone(),
        jurisdiction: account.jurisdiction.clone(),
        person: account.person.clone(),
        hash: account.hash.clone(),
    };
    site.accounts.iter().map(account).collect()
}

/// The people of a site, by jurisdiction.
pub(crate) fn people_of(site: Site) -> Vec<(String, Vec<PersonView>)> {
    let people = site.jurisdictions.into_iter();
    people.map(|j| (j.config.code, j.people)).collect()
}

/// What the routes stand on besides the site and its runtime.
struct Around<'a> {
    asked: &'a Serve,
    store: &'a Store,
    senders: &'a Senders,
    doorkeeper: Arc<Doorkeeper>,
    trust: Option<api::Trust>,
    token: Option<String>,
    numbers: metrics_exporter_prometheus::PrometheusHandle,
}

/// The drill that runs beside this site, as its notice says at the moment.
fn beside(notice: Option<PathBuf>) -> Box<dyn Fn() -> Option<api::Beside> + Send + Sync> {
    Box::new(move || crate::drill::running(notice.as_deref()?))
}

async fn routes(around: Around<'_>, site: Site, runtime: &Runtime) -> anyhow::Result<Opened> {
    let (folder, store) = (&around.asked.site, around.store);
    let senders = around.senders.clone();
    let past = Past {
        replays: runtime.replays.clone(),
        texts: runtime.blobs.clone(),
    };
    let desk = Desk::new(folder, &site, runtime.inbox.clone(), past, senders);
    let phones = Phones {
        subscriptions: around.senders.subscriptions(),
        reach: senders::reach(&site),
    };
    let numbers = around.numbers;
    let options = api::Options {
        inbox: runtime.inbox.clone(),
        feed: runtime.feed.clone(),
        history: runtime.history.clone(),
        replays: runtime.replays.clone(),
        blobs: runtime.blobs.clone(),
        quarantine: runtime.quarantine.clone(),
        store: store.clone(),
        accounts: accounts_of(&site),
        people: people_of(site),
        desk: Arc::new(desk),
        phones: Arc::new(phones),
        uploads: UploadBounds::default(),
        callbacks: around.senders.routes(),
        drill: false,
        beside: beside(around.asked.drill_notice.clone()),
        trust: around.trust,
        token: around.token,
        metrics: Box::new(move || numbers.render()),
        vitals: Box::new(metrics::vitals(store)),
    };
    let slot = interface(&runtime.inbox, HTTP)?;
    let machines = api::Machines {
        routes: links::http::router(runtime.inbox.clone(), slot, around.doorkeeper),
        shows_account: links::http::shows_account,
    };
    api::open(options, machines)
        .await
        .context("could not open the accounts")
}

pub(crate) async fn listen(flag: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| port_advice(flag, address))
}

fn port_advice(flag: &str, address: SocketAddr) -> String {
    format!(
        "could not listen on {address} ({flag}); if another program has the port, end it or choose \
         another, port 0 takes any free one"
    )
}

/// 244 random bits; dies with the process.
pub(crate) fn new_token() -> String {
    format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    )
}

/// The ways to be asked to end.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(crate) fn catch() -> anyhow::Result<Signals> {
        let catch = |kind| signal(kind).context("could not listen for signals");
        Ok(Signals {
            terminate: catch(SignalKind::terminate())?,
            interrupt: catch(SignalKind::interrupt())?,
        })
    }

    pub(crate) async fn first(mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "Ctrl-C",
        }
    }
}

/// SIGHUP: the site's files are read again, as by an administrator's press.
struct Hangups(Signal);

impl Hangups {
    /// Caught from the start on: unheard, this signal ends a process.
    fn catch() -> anyhow::Result<Hangups> {
        let caught = signal(SignalKind::hangup()).context("could not listen for signals")?;
        Ok(Hangups(caught))
    }

    async fn reload(mut self, files: api::Files) {
        while self.0.recv().await.is_some() {
            match files.reload(Origin::Signal).await {
                Ok(view) => tell_review(&view),
                Err(why) => tracing::error!(why, "the site's files could not be read again"),
            }
        }
    }
}

/// What the desk's screen would show of a reload, for whoever sent the signal.
fn tell_review(view: &api::ReviewView) {
    for line in &view.difference {
        tracing::info!("{line}");
    }
    for problem in view.problems.iter().filter(|problem| problem.stops) {
        let line = problem
            .line
            .map_or(String::new(), |line| format!(":{line}"));
        tracing::warn!("{}{line}: {}", problem.file, problem.what);
    }
}
