//! The site's files in the hands of administrators: read again, compared, put into force.
//!
//! The files on disk are the truth; what is in force follows them by one journaled input a
//! jurisdiction, or stays as it is when anything is wrong with them.

mod trials;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::{
    BacktestRequest, CallTrialRequest, ChangeView, ClocksView, Later, ProblemView, RegistryRow,
    RegistryView, ReviewView, RowKind, RuleFileView, SheetView, SiteDesk, Taken, Trial, Upload,
};
use links::senders::Senders;
use model::backtest::calls::CallReport;
use model::config::{Clock, Config};
use model::{JurisdictionSlot, Origin, PersonId};
use runtime::{Inbox, Replays, Stopped, bulkhead};
use site::{Diagnostics, Problem, Review, RowChange, Sheet, Site, Storage, Weight};
use store::Blobs;
use tokio::sync::{Mutex, Semaphore};

use crate::trial::{Edit, read_changed};

/// Trials that may wait for their turn, the one that runs among them.
const MOST_TRIALS: usize = 8;

/// Looks after the files of one site while it is served.
pub(crate) struct Desk {
    folder: PathBuf,
    clock: Clock,
    storage: Storage,
    inbox: Inbox,
    past: Past,
    senders: Senders,
    /// One change at a time.
    turn: Mutex<()>,
    /// One trial at a time: each holds its readings in memory.
    trial: Arc<Mutex<()>>,
    /// How many may ask for one.
    trials: Semaphore,
}

/// What trials read: the journal, and texts of events.
pub(crate) struct Past {
    pub(crate) replays: Replays,
    pub(crate) texts: Blobs,
}

impl Desk {
    pub(crate) fn new(
        folder: &Path,
        site: &Site,
        inbox: Inbox,
        past: Past,
        senders: Senders,
    ) -> Desk {
        Desk {
            folder: folder.to_owned(),
            clock: site.clock,
            storage: site.storage.clone(),
            inbox,
            past,
            senders,
            turn: Mutex::new(()),
            trial: Arc::default(),
            trials: Semaphore::new(MOST_TRIALS),
        }
    }

    /// What is in force now, by slot.
    async fn in_force(&self) -> Result<Vec<Arc<Config>>, Stopped> {
        let look = |fleet: &runtime::Fleet| {
            let slots = (0..fleet.len() as u16).map(JurisdictionSlot);
            let known = slots.filter_map(|slot| fleet.config(slot).map(Arc::clone));
            known.collect()
        };
        self.inbox.ask(look).await
    }

    async fn look(&self, apply: bool, by: &Origin) -> Result<Taken<ReviewView>, String> {
        let folder = self.folder.clone();
        let site = match aside(move || site::read_site(&folder)).await? {
            Ok(site) => site,
            Err(found) => {
                if apply {
                    tracing::warn!(?by, errors = found.errors(), "new files were refused");
                    self.inbox.files_refused(true).await.map_err(told)?;
                }
                return Ok(Taken {
                    view: ReviewView {
                        problems: problems(&found, Path::new("")),
                        ..ReviewView::default()
                    },
                    ..Taken::default()
                });
            }
        };
        let now = self.in_force().await.map_err(told)?;
        let mut view = ReviewView {
            problems: problems(&site.notes, Path::new("")),
            difference: difference(&now, &site),
            changes: changes(&now, &site),
            applied: false,
        };
        view.problems.extend(self.only_at_start(&now, &site));
        let stopped = view.problems.iter().any(|problem| problem.stops);
        if apply && stopped {
            tracing::warn!(?by, "new files wait for the next start");
            self.inbox.files_refused(true).await.map_err(told)?;
        }
        if !apply || stopped {
            return Ok(Taken {
                view,
                ..Taken::default()
            });
        }
        let configs = site
            .jurisdictions
            .iter()
            .map(|j| j.config.clone())
            .collect();
        let changed = self.inbox.configure(configs, by.clone());
        let changed = changed.await.map_err(told)?;
        self.senders
            .equip(crate::senders::setup(&site))
            .map_err(told)?;
        self.inbox.files_refused(false).await.map_err(told)?;
        tracing::info!(?by, ?changed, "new files are in force");
        view.applied = true;
        Ok(Taken {
            view,
            accounts: Some(crate::serve::accounts_of(&site)),
            people: Some(crate::serve::people_of(site)),
        })
    }

    /// What a running program cannot take over.
    fn only_at_start(&self, now: &[Arc<Config>], site: &Site) -> Vec<ProblemView> {
        let problem = |what: String| ProblemView {
            file: "site.toml".to_owned(),
            line: None,
            column: None,
            what,
            expected: None,
            near: None,
            stops: true,
        };
        let mut found = Vec::new();
        if site.clock != self.clock {
            found.push(problem(
                "the clock of a site changes only when the server is started again".to_owned(),
            ));
        }
        if site.storage != self.storage {
            found.push(problem(
                "the store of a site changes only by `watchfire move`, with the server stopped"
                    .to_owned(),
            ));
        }
        let stays = |code: &str| site.jurisdictions.iter().any(|j| j.config.code == code);
        for gone in now.iter().filter(|config| !stays(&config.code)) {
            found.push(problem(format!(
                "jurisdiction {} leaves only when the server is started again",
                gone.code
            )));
        }
        found
    }

    async fn upload(
        &self,
        upload: Upload,
        apply: bool,
        by: PersonId,
    ) -> Result<Taken<RegistryView>, String> {
        let sheet = sheet_of(&upload.kind)
            .ok_or_else(|| format!("there is no registry `{}`; there are {KINDS}", upload.kind))?;
        let folder = self.folder.clone();
        let how = if upload.whole || sheet == Sheet::Zones {
            site::Upload::Replace
        } else {
            site::Upload::Merge
        };
        let code = upload.jurisdiction.clone();
        let review = aside(move || {
            let bytes = &upload.bytes;
            site::review(&folder, &upload.jurisdiction, sheet, how, bytes)
        });
        let review = review.await?.map_err(|cause| cause.to_string())?;
        let mut view = registry_view(&review, &code);
        if !apply || !review.is_sound() {
            return Ok(Taken {
                view,
                ..Taken::default()
            });
        }
        let written = aside(move || review.write()).await?;
        written.map_err(|cause| cause.to_string())?;
        let taken = self.look(true, &Origin::Person(by)).await?;
        view.applied = taken.view.applied;
        view.problems.extend(taken.view.problems);
        Ok(Taken {
            view,
            people: taken.people,
            accounts: taken.accounts,
        })
    }
}

impl SiteDesk for Desk {
    fn review(&self, apply: bool, by: Origin) -> Later<'_, Taken<ReviewView>> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            self.look(apply, &by).await
        })
    }

    fn registry(
        &self,
        upload: Upload,
        apply: bool,
        by: PersonId,
    ) -> Later<'_, Taken<RegistryView>> {
        Box::pin(async move {
            let _turn = self.turn.lock().await;
            self.upload(upload, apply, by).await
        })
    }

    fn rule_files(&self) -> Later<'_, Vec<RuleFileView>> {
        let folder = self.folder.clone();
        Box::pin(async move {
            let files = aside(move || site::rule_files(&folder)).await?;
            Ok(in_view(files.map_err(told)?))
        })
    }

    fn sheet(
        &self,
        kind: String,
        jurisdiction: String,
        station: Option<String>,
    ) -> Later<'_, SheetView> {
        let folder = self.folder.clone();
        Box::pin(async move {
            let sheet = sheet_of(&kind)
                .filter(|sheet| *sheet != Sheet::Zones)
                .ok_or_else(|| format!("there is no table `{kind}`"))?;
            let read = move || site::table(&folder, &jurisdiction, sheet, station.as_deref());
            let table = aside(read).await?.map_err(told)?;
            Ok(SheetView {
                file: sheet.file().to_owned(),
                columns: table.columns,
                rows: table.rows,
            })
        })
    }

    fn workbook(&self, sheet: SheetView) -> Later<'_, Vec<u8>> {
        let table = site::Table {
            columns: sheet.columns,
            rows: sheet.rows,
        };
        Box::pin(async move { aside(move || site::workbook(&table)).await? })
    }

    fn try_rules(&self, files: BTreeMap<String, String>) -> Later<'_, ReviewView> {
        let read = move |folder: &Path| read_changed(folder, &Edit::of_rules(&files));
        Box::pin(self.reviewed(read))
    }

    fn backtest(&self, asked: BacktestRequest) -> Trial<'_> {
        Box::pin(self.try_night(asked))
    }

    fn organisation_files(&self, jurisdiction: String) -> Later<'_, Vec<RuleFileView>> {
        let folder = self.folder.clone();
        Box::pin(async move {
            let read = move || site::organisation_files(&folder, &jurisdiction);
            let files = aside(read).await?.map_err(told)?;
            Ok(in_view(files))
        })
    }

    fn try_organisation(
        &self,
        jurisdiction: String,
        files: BTreeMap<String, String>,
    ) -> Later<'_, ReviewView> {
        let read = move |folder: &Path| {
            read_changed(folder, &Edit::of_organisation(&jurisdiction, &files))
        };
        Box::pin(self.reviewed(read))
    }

    fn try_calls(&self, asked: CallTrialRequest) -> Trial<'_, CallReport> {
        Box::pin(self.try_other_calls(asked))
    }
}

/// Work on the site's folder for one sender, on a thread where it may wait.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let done = bulkhead::aside(work).await;
    done.map_err(|broken| broken.to_string())
}

fn in_view(files: impl IntoIterator<Item = (String, String)>) -> Vec<RuleFileView> {
    let files = files.into_iter();
    files
        .map(|(file, text)| RuleFileView { file, text })
        .collect()
}

const KINDS: &str =
    "stations, series, thresholds, attributes, areas, zones, people, units, posts and groups";

fn sheet_of(kind: &str) -> Option<Sheet> {
    Some(match kind {
        "stations" => Sheet::Stations,
        "series" => Sheet::Series,
        "thresholds" => Sheet::Thresholds,
        "attributes" => Sheet::Attributes,
        "areas" => Sheet::Areas,
        "zones" => Sheet::Zones,
        "people" => Sheet::People,
        "units" => Sheet::Units,
        "posts" => Sheet::Posts,
        "groups" => Sheet::Groups,
        _ => return None,
    })
}

fn told(cause: impl std::error::Error) -> String {
    let mut text = cause.to_string();
    let mut source = cause.source();
    while let Some(deeper) = source {
        text = format!("{text}: {deeper}");
        source = deeper.source();
    }
    text
}

/// Problems for screens; files as they lie under `root`, where they do.
pub(crate) fn problems(found: &Diagnostics, root: &Path) -> Vec<ProblemView> {
    let problems = found.problems().iter();
    problems.map(|one| problem(one, root)).collect()
}

fn problem(problem: &Problem, root: &Path) -> ProblemView {
    let place = problem.place();
    let number = |n: usize| u32::try_from(n).ok();
    let file = problem.file();
    ProblemView {
        file: file
            .strip_prefix(root)
            .unwrap_or(file)
            .display()
            .to_string(),
        line: place.and_then(|(line, _)| number(line)),
        column: place.and_then(|(_, column)| number(column)),
        what: problem.what().to_owned(),
        expected: problem.expected().map(str::to_owned),
        near: problem.advice().map(str::to_owned),
        stops: problem.weight() == Weight::Error,
    }
}

/// What changes in each jurisdiction, a line each.
fn difference(now: &[Arc<Config>], site: &Site) -> Vec<String> {
    let mut lines = Vec::new();
    for jurisdiction in &site.jurisdictions {
        let code = &jurisdiction.config.code;
        let Some(old) = now.iter().find(|config| config.code == *code) else {
            lines.push(format!("{code}: a new jurisdiction"));
            continue;
        };
        let changes = site::difference(old, &jurisdiction.config);
        if changes.is_empty() {
            continue;
        }
        let text = changes.to_string();
        lines.extend(text.lines().map(|line| format!("{code}: {line}")));
    }
    lines
}

/// The same in parts.
fn changes(now: &[Arc<Config>], site: &Site) -> Vec<ChangeView> {
    let mut all = Vec::new();
    for jurisdiction in &site.jurisdictions {
        let code = &jurisdiction.config.code;
        let Some(old) = now.iter().find(|config| config.code == *code) else {
            all.push(ChangeView {
                jurisdiction: code.clone(),
                kind: "jurisdiction".to_owned(),
                subject: code.clone(),
                what: "added".to_owned(),
                clocks: None,
            });
            continue;
        };
        let found = site::difference(old, &jurisdiction.config);
        all.extend(found.changes.iter().map(|change| change_view(code, change)));
    }
    all
}

fn change_view(code: &str, change: &site::Change) -> ChangeView {
    ChangeView {
        jurisdiction: code.to_owned(),
        kind: change.kind.to_owned(),
        subject: change.subject.clone(),
        what: change.what.clone(),
        clocks: change.clocks.map(|clocks| match clocks {
            site::Clocks::Keep => ClocksView::Keep,
            site::Clocks::Restart => ClocksView::Restart,
            site::Clocks::StartAnew => ClocksView::StartAnew,
            site::Clocks::End => ClocksView::End,
        }),
    }
}

fn registry_view(review: &Review, code: &str) -> RegistryView {
    let file = review.sheet.file().to_owned();
    let refused = review.refused.iter().map(|refused| ProblemView {
        file: file.clone(),
        line: refused.place.and_then(|(line, _)| u32::try_from(line).ok()),
        column: refused
            .place
            .and_then(|(_, column)| u32::try_from(column).ok()),
        what: refused.what.clone(),
        expected: refused.expected.clone(),
        near: refused.advice.clone(),
        stops: true,
    });
    let elsewhere = review.elsewhere.iter().map(|line| ProblemView {
        file: String::new(),
        line: None,
        column: None,
        what: line.clone(),
        expected: None,
        near: None,
        stops: true,
    });
    let text = review.difference.to_string();
    RegistryView {
        rows: review.rows.iter().map(registry_row).collect(),
        problems: refused.chain(elsewhere).collect(),
        difference: text.lines().map(str::to_owned).collect(),
        changes: review
            .difference
            .changes
            .iter()
            .map(|change| change_view(code, change))
            .collect(),
        applied: false,
    }
}

fn registry_row(change: &RowChange) -> RegistryRow {
    let (kind, what) = match change {
        RowChange::Added { key } => (RowKind::Added, key.clone()),
        RowChange::Removed { key } => (RowKind::Removed, key.clone()),
        RowChange::Changed { key, cells } => {
            let cell =
                |(column, was, is): &(String, String, String)| format!("{column}: {was} → {is}");
            let cells: Vec<String> = cells.iter().map(cell).collect();
            (RowKind::Changed, format!("{key}: {}", cells.join("; ")))
        }
    };
    RegistryRow {
        row: None,
        kind,
        what,
    }
}
