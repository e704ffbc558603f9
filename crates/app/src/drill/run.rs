//! A drill while it runs.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use api::{Beside, Opened};
use links::drill::Play;
use links::senders::{Desktop, Rehearsal};
use model::config::{Role, Text};
use model::drill::CONTROL;
use model::view::PersonView;
use model::{PersonId, Seal};
use report::{Language, score_text};
use runtime::Runtime;
use site::{DrillSite, Keep, Script};
use store::{Choice, Store, UploadBounds};
use tokio::sync::oneshot;

use super::files::{NoFiles, NoPhones};
use super::{logins, notice, sources};
use crate::args::DrillRun;
use crate::keeper::Keeper;
use crate::serve::{Signals, listen, new_token, raise_file_limit};
use crate::tls::{self, Tls};
use crate::{check, lock, metrics, ready, say};

/// Where pages go instead of to anybody.
const OUTBOX: &str = "outbox.jsonl";

/// Runs a drill until SIGTERM or Ctrl-C; what is behind its end can still be looked at.
pub(super) async fn run(asked: DrillRun) -> anyhow::Result<ExitCode> {
    if let Some(path) = &asked.ready_file {
        ready::guard_loopback(&[("--http", asked.http)])?;
        ready::clear(path)?;
    }
    let signals = Signals::catch()?;
    raise_file_limit();
    let real = check::read(&asked.site)?;
    let script = super::read(&asked.script, &real)?;
    let recorded = sources::read(&script)?;
    // From here on there is nobody who could be reached.
    let site = script.derive(real);
    let _lock = lock::take(&asked.data)?;
    let fresh = !asked.data.join("journal").exists();
    let http = listen("--http", asked.http).await?;
    let address = http
        .local_addr()
        .context("could not read the address of --http")?;
    let tls = tls::tls(&asked.tls, &asked.data, address)?;
    let token = asked.ready_file.as_ref().map(|_| new_token());
    let store = Store::open(&asked.data, &Choice::Embedded)?;
    let outbox = asked.data.join(OUTBOX);
    let (rehearsal, desktop) = Rehearsal::open(&script.drill, &outbox)
        .with_context(|| format!("could not open {}", outbox.display()))?;
    let runtime = start(&store, &site, rehearsal).await?;
    let keeper = Keeper::start(&asked.data, site.clock, &Keep::default(), &runtime).await?;
    let trust = tls.as_ref().and_then(|tls| tls.trust.clone());
    let Opened { router, looks, .. } = routes(
        &asked,
        &script,
        site,
        &store,
        &runtime,
        trust,
        token.clone(),
    )
    .await?;

    let scheme = if tls.is_some() { "https" } else { "http" };
    let encryption = tls.map(|Tls { config, trust }| api::encryption(config, trust));
    let (end, ended) = oneshot::channel::<()>();
    let serving = tokio::spawn(api::serve(http, router, encryption, async move {
        // A dropped sender means the same as a word from it.
        let _asked = ended.await;
    }));
    let url = format!("{scheme}://{address}");
    let beside = Beside {
        title: script.drill.title.clone(),
        address: asked.address.clone().unwrap_or_else(|| url.clone()),
    };
    let put_up = asked.notice.as_deref();
    let up = put_up
        .map(|path| notice::put_up(path, &beside))
        .transpose()?;
    let written = match (&asked.ready_file, &token) {
        (Some(path), Some(token)) => Some(ready::write(path, address, "", token)?),
        (None, _) | (_, None) => None,
    };
    say(&format!("演练 DRILL: {}", script.drill.title.zh))?;
    say(&url)?;
    say(&format!(
        "logins and passwords: {}",
        asked.data.join(logins::PASSWORDS).display()
    ))?;
    let play = Play {
        drill: script.drill.clone(),
        recorded,
        factor: script.factor,
        fresh,
    };
    let playing = tokio::spawn(go_on(play, desktop, &runtime));

    let why = tokio::select! {
        signal = signals.first() => Ok(signal),
        reason = runtime.failed() => Err(anyhow!("the loop has ended: {reason}")),
    };
    tracing::info!("{}: closing", why.as_ref().copied().unwrap_or("failure"));
    drop((written, up));
    playing.abort();
    keeper.end().await;
    drop(end);
    looks.close().await;
    runtime.stop().await;
    serving.await.context("the HTTP listener ended badly")?;
    why?;
    tell_score(&asked.data)?;
    Ok(ExitCode::SUCCESS)
}

/// The table as it stood at the end.
fn tell_score(data: &Path) -> anyhow::Result<()> {
    let score = api::score_of(data).context("could not read how the drill went")?;
    let text = score.map(|score| score_text(&score, Language::Chinese));
    say(text.unwrap_or_default().trim_end())
}

async fn start(store: &Store, site: &DrillSite, rehearsal: Rehearsal) -> anyhow::Result<Runtime> {
    tracing::info!("a drill: nobody real is told anything");
    let data = store.data();
    let configs = vec![site.config.clone()];
    let mut options = runtime::Options::new(data.to_owned(), site.clock, configs);
    options.store = store.clone();
    options.outbox = runtime::Outbox::new(vec![Arc::new(rehearsal)]);
    runtime::start(options)
        .await
        .with_context(|| format!("could not start on the data in {}", data.display()))
}

/// Gives the injects and answers the pages until the process ends.
fn go_on(
    play: Play,
    desktop: Desktop,
    runtime: &Runtime,
) -> impl Future<Output = ()> + Send + use<> {
    let (inbox, blobs) = (runtime.inbox.clone(), runtime.blobs.clone());
    let sealer: links::drill::Sealer =
        Arc::new(move |text: &str| -> std::io::Result<Seal> { blobs.put(text.as_bytes()) });
    async move {
        let injects = async {
            match play.play(&inbox, &sealer).await {
                Ok(()) => tracing::info!("every inject was given"),
                Err(cause) => tracing::error!(%cause, "the drill is not played on"),
            }
        };
        let pages = async {
            if desktop.work(inbox.clone()).await.is_err() {
                tracing::debug!("no more pages: the loop has ended");
            }
        };
        tokio::join!(injects, pages);
    }
}

async fn routes(
    asked: &DrillRun,
    script: &Script,
    site: DrillSite,
    store: &Store,
    runtime: &Runtime,
    trust: Option<api::Trust>,
    token: Option<String>,
) -> anyhow::Result<Opened> {
    let numbers = metrics::install()?;
    let mut people = site.people;
    people.push(control());
    let options = api::Options {
        inbox: runtime.inbox.clone(),
        feed: runtime.feed.clone(),
        history: runtime.history.clone(),
        replays: runtime.replays.clone(),
        blobs: runtime.blobs.clone(),
        quarantine: runtime.quarantine.clone(),
        store: store.clone(),
        accounts: logins::accounts(&asked.data, script)?,
        people: vec![(script.jurisdiction.clone(), people)],
        desk: Arc::new(NoFiles),
        phones: Arc::new(NoPhones),
        uploads: UploadBounds::default(),
        callbacks: axum::Router::new(),
        drill: true,
        beside: Box::new(|| None),
        trust,
        token,
        metrics: Box::new(move || numbers.render()),
        vitals: Box::new(metrics::vitals(store)),
    };
    // No way in for stations: a drill hears nothing but its script.
    api::open(options, api::Machines::none())
        .await
        .context("could not open the accounts")
}

/// Whoever leads the drill, as screens name them.
fn control() -> PersonView {
    PersonView {
        id: PersonId::from(CONTROL),
        name: "演练导调".to_owned(),
        post: Text::new("演练导调", "Drill control"),
        role: Role::Viewer,
        township: None,
        phone: None,
        substitute: None,
    }
}
