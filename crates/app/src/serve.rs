//! Serving a site: everything opened in order, told when it is ready, closed in reverse.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use links::broker::Broker;
use links::http::Gate;
use links::mqtt::{FrontDoor, GREETING, Loopback, MOST_CONNECTIONS, OpenDoor, SessionFiles};
use model::config::Clock;
use runtime::{Inbox, Runtime};
use site::Site;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::args::Serve;
use crate::{check, lock, metrics, ready, say};

/// Ids of the two interfaces that every site declares.
const MQTT: &str = "mqtt";
const HTTP: &str = "http";

/// Serves until SIGTERM or Ctrl-C.
pub(crate) async fn serve(asked: Serve) -> anyhow::Result<ExitCode> {
    if let Some(path) = &asked.ready_file {
        ready::guard_loopback(&[("--http", asked.http), ("--mqtt", asked.mqtt)])?;
        ready::clear(path)?;
    }
    let signals = Signals::catch()?;
    let site = check::read(&asked.site)?;
    let _lock = lock::take(&asked.data)?;
    let http = listen("--http", asked.http).await?;
    // Found out before the journal is read, which may take a while.
    drop(listen("--mqtt", asked.mqtt).await?);
    let numbers = metrics::install()?;
    let token = asked.ready_file.as_ref().map(|_| new_token());
    let runtime = start(&asked.data, &site).await?;
    let broker = Following::start(asked.mqtt_broker.as_deref(), &asked.site, &runtime.inbox)?;
    let door = open_door(&asked, site.clock, &runtime.inbox).await?;
    let router = routes(&asked.data, site, &runtime, token.clone(), numbers).await?;

    let address = http
        .local_addr()
        .context("could not read the address of --http")?;
    let (end, ended) = oneshot::channel::<()>();
    let serving = tokio::spawn(api::serve(http, router, async move {
        // A dropped sender means the same as a word from it.
        let _asked = ended.await;
    }));
    let written = match (&asked.ready_file, &token) {
        (Some(path), Some(token)) => Some(ready::write(path, address, door.address(), token)?),
        (None, _) | (_, None) => None,
    };
    say(&format!("http://{address}"))?;
    say(&format!("mqtt://{}", door.address()))?;

    let why = tokio::select! {
        signal = signals.first() => Ok(signal),
        reason = runtime.failed() => Err(anyhow!("the loop has ended: {reason}")),
    };
    tracing::info!("{}: closing", why.as_ref().copied().unwrap_or("failure"));
    drop(written);
    broker.end().await;
    door.close().await;
    drop(end);
    runtime.stop().await;
    serving.await.context("the HTTP listener ended badly")?;
    why?;
    tracing::info!("closed; everything confirmed is on disk");
    Ok(ExitCode::SUCCESS)
}

async fn start(data: &Path, site: &Site) -> anyhow::Result<Runtime> {
    let configs = site
        .jurisdictions
        .iter()
        .map(|j| j.config.clone())
        .collect();
    tell_clock(site.clock);
    runtime::start(runtime::Options::new(data.to_owned(), site.clock, configs))
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

async fn open_door(asked: &Serve, clock: Clock, inbox: &Inbox) -> anyhow::Result<OpenDoor> {
    let sessions = SessionFiles::open(asked.data.join("sessions"))
        .context("could not open the folder of MQTT sessions")?;
    let door = FrontDoor {
        listen: asked.mqtt,
        interface: interface(inbox, MQTT)?,
        access: Arc::new(Loopback),
        sessions: Box::new(sessions),
        most_connections: MOST_CONNECTIONS,
        settle: clock == Clock::Feed,
        greeting: GREETING,
    };
    door.open(inbox.clone())
        .await
        .with_context(|| port_advice("--mqtt", asked.mqtt))
}

fn interface(inbox: &Inbox, id: &str) -> anyhow::Result<u8> {
    let slot = inbox.catalogue().interface(id);
    slot.with_context(|| format!("the site declares no interface {id:?}"))
}

/// An external broker being followed, or none.
struct Following {
    stop: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Following {
    fn start(url: Option<&str>, site: &Path, inbox: &Inbox) -> anyhow::Result<Following> {
        let stop = CancellationToken::new();
        let Some(url) = url else {
            return Ok(Following { stop, task: None });
        };
        // The broker keeps what we have not acknowledged under this name, over restarts.
        let folder = site.file_name().unwrap_or_default().to_string_lossy();
        let client = format!("watchfire-{folder}");
        let broker = Broker::parse(url, &client, interface(inbox, MQTT)?)?;
        let task = tokio::spawn(broker.run(inbox.clone(), stop.clone()));
        Ok(Following {
            stop,
            task: Some(task),
        })
    }

    async fn end(self) {
        self.stop.cancel();
        if let Some(task) = self.task
            && let Err(cause) = task.await
        {
            tracing::warn!(%cause, "following the broker ended badly");
        }
    }
}

/// Stands for the guard of the API, which is in front of these routes.
struct Guarded;

impl Gate for Guarded {
    fn admits(&self, _headers: &axum::http::HeaderMap) -> bool {
        true
    }
}

async fn routes(
    data: &Path,
    site: Site,
    runtime: &Runtime,
    token: Option<String>,
    numbers: metrics_exporter_prometheus::PrometheusHandle,
) -> anyhow::Result<axum::Router> {
    let accounts = site.accounts.into_iter().map(|account| api::Account {
        login: account.login,
        jurisdiction: account.jurisdiction,
        person: account.person,
        hash: account.hash,
    });
    let options = api::Options {
        inbox: runtime.inbox.clone(),
        feed: runtime.feed.clone(),
        history: runtime.history.clone(),
        blobs: runtime.blobs.clone(),
        accounts_file: data.join("accounts.db"),
        accounts: accounts.collect(),
        people: site
            .jurisdictions
            .into_iter()
            .map(|j| (j.config.code, j.people))
            .collect(),
        token,
        metrics: Box::new(move || numbers.render()),
        vitals: Box::new(metrics::vitals(data)),
    };
    let slot = interface(&runtime.inbox, HTTP)?;
    let machines = links::http::router(runtime.inbox.clone(), slot, Arc::new(Guarded));
    api::open(options, machines)
        .await
        .context("could not open the accounts")
}

async fn listen(flag: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
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
fn new_token() -> String {
    format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    )
}

/// The ways to be asked to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn catch() -> anyhow::Result<Signals> {
        let catch = |kind| signal(kind).context("could not listen for signals");
        Ok(Signals {
            terminate: catch(SignalKind::terminate())?,
            interrupt: catch(SignalKind::interrupt())?,
        })
    }

    async fn first(mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "Ctrl-C",
        }
    }
}
