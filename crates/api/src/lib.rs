//! Talks to people: HTTP and WebSocket under `/api/v1`, logins, and the web client's files.
//!
//! Reads through the runtime's handles, submits what people press, and shows each person what
//! they may see. It never decides anything about a hazard, never sees the engine's insides, and
//! keeps nothing but logins and sessions.

mod access;
mod accounts;
mod acts;
mod blobs;
mod body;
mod bounds;
mod changes;
mod described;
mod desk;
mod drills;
mod entries;
mod error;
mod ground;
mod guard;
mod intake;
mod ledger;
mod listener;
mod lists;
mod login;
mod looks;
mod losses;
mod media;
mod people;
mod phones;
mod pieces;
mod places;
mod probes;
mod replay;
mod reports;
mod router;
mod sealing;
mod series;
mod sight;
mod socket;
mod stream;
mod throttle;
mod township;
mod trials;
mod trust;
mod typeface;
mod uploads;
mod web;
mod wire;

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Router;
use axum::http::HeaderMap;
use model::view::PersonView;
use model::{JurisdictionSlot, Seal};
use runtime::{Feed, Inbox, Replays};
use sha2::{Digest, Sha256};
use store::{Blobs, History, Quarantine, Store, UploadBounds, Uploads};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch};

pub use access::{Deed, LOCAL_CHECK, Principal};
pub use accounts::{Account, AccountsError};
pub use desk::{
    BacktestRequest, ChangeView, ClocksView, Files, Later, NotTried, ProblemView, RegistryRow,
    RegistryView, ReviewView, RowKind, RuleFileView, SheetView, SiteDesk, Taken, Trial, Upload,
};
pub use drills::{Beside, score_of};
pub use error::{Fault, FaultView};
pub use listener::{Encryption, serve};
pub use looks::Looks;
pub use losses::{CaseEntry, CaseRequest, JudgeRequest, LossRequest};
pub use phones::{PhoneBook, PhoneRequest};
pub use router::openapi;
pub use trials::CallTrialRequest;
pub use trust::Trust;
pub use uploads::{UploadKind, UploadRequest, UploadView};
pub use wire::{
    ActRequest, ActionRequest, BlobView, EventRequest, HealthView, IssueRequest, LoginRequest,
    MeView, Position, ReportRequest,
};

use accounts::Accounts;
use error::Answered;
use ground::Ground;
use people::People;
use places::Places;
use probes::Pulse;
use throttle::Throttle;

/// WebSockets open at once, feed and transitions together: everybody of a large county, and as many
/// again that came back before their old socket was known to be dead.
const SOCKETS: usize = 8192;

/// What the API stands on.
pub struct Options {
    pub inbox: Inbox,
    pub feed: Feed,
    pub history: History,
    pub replays: Replays,
    pub blobs: Blobs,
    /// Messages that were refused.
    pub quarantine: Quarantine,
    /// Where logins are kept.
    pub store: Store,
    pub accounts: Vec<Account>,
    /// The people of each jurisdiction, by its code.
    pub people: Vec<(String, Vec<PersonView>)>,
    /// Reads and changes the site's files.
    pub desk: Arc<dyn SiteDesk>,
    /// Notes the phones that ask to be woken.
    pub phones: Arc<dyn PhoneBook>,
    /// How much of phones' pictures may lie here unfinished, and what room they leave.
    pub uploads: UploadBounds,
    /// Routes of programs that show a token of their own: receipts of gateways.
    pub callbacks: Router,
    /// This is a drill: its sessions are none of the real desk's on the same machine.
    pub drill: bool,
    /// The drill that runs beside what is real.
    pub beside: Box<dyn Fn() -> Option<Beside> + Send + Sync>,
    /// What phones install to trust this server, where it has an authority of its own.
    pub trust: Option<Trust>,
    /// The ready file's token, whose bearer is an administrator of everything.
    pub token: Option<String>,
    /// Renders the metrics of the process.
    pub metrics: Box<dyn Fn() -> String + Send + Sync>,
    /// Measures what the loop does not know of itself.
    pub vitals: Box<dyn Fn() -> Vitals + Send + Sync>,
}

/// Measures of the process that need no answer of the loop.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vitals {
    pub last_commit_age_ms: Option<u64>,
    pub disk_free_bytes: Option<u64>,
}

/// Everything a request may need.
pub(crate) struct Api {
    inbox: Inbox,
    feed: Feed,
    history: History,
    replays: Replays,
    blobs: Blobs,
    quarantine: Quarantine,
    uploads: Uploads,
    accounts: Accounts,
    ground: Ground,
    people: ArcSwap<People>,
    values: sight::Values,
    townships: township::Townships,
    desk: Arc<dyn SiteDesk>,
    phones: Arc<dyn PhoneBook>,
    throttle: Throttle,
    places: Places,
    /// Held from the comparison of the names in a loss report to its entry.
    loss_turn: Mutex<()>,
    looks: Looks,
    token_hash: Option<[u8; 32]>,
    drill: bool,
    beside: Box<dyn Fn() -> Option<Beside> + Send + Sync>,
    sockets: Arc<Semaphore>,
    /// Tells open sockets that people or logins are others.
    changes: watch::Sender<()>,
    metrics: Box<dyn Fn() -> String + Send + Sync>,
    vitals: Box<dyn Fn() -> Vitals + Send + Sync>,
    pulse: Pulse,
}

/// Whether a request shows a device's account.
pub type ShowsAccount = fn(&HeaderMap) -> bool;

/// The routes by which programs send readings.
pub struct Machines {
    pub routes: Router,
    /// Whether a request shows a device's account, which these routes judge by themselves.
    pub shows_account: ShowsAccount,
}

impl Machines {
    /// No readings come over HTTP.
    pub fn none() -> Machines {
        Machines {
            routes: Router::new(),
            shows_account: |_| false,
        }
    }
}

/// An API that is open.
pub struct Opened {
    /// All routes.
    pub router: Router,
    /// The hold on the site's files.
    pub files: Files,
    /// What is to be closed before the runtime stops.
    pub looks: Looks,
}

/// Opens the accounts and all routes.
///
/// # Errors
/// [`AccountsError`] when the logins can be neither opened nor made anew.
pub async fn open(options: Options, machines: Machines) -> Result<Opened, AccountsError> {
    let accounts = Accounts::open(&options.store, options.accounts).await?;
    let ground = Ground::open(&options.store).await?;
    let uploads =
        Uploads::open(options.store.data(), options.uploads).map_err(AccountsError::Uploads)?;
    uploads
        .sweep(std::time::SystemTime::now())
        .map_err(AccountsError::Uploads)?;
    let api = Api {
        looks: Looks::new(options.inbox.clone()),
        inbox: options.inbox,
        feed: options.feed,
        history: options.history,
        replays: options.replays,
        blobs: options.blobs,
        quarantine: options.quarantine,
        uploads,
        accounts,
        ground,
        people: ArcSwap::from_pointee(People::of(options.people)),
        values: sight::Values::default(),
        townships: township::Townships::default(),
        desk: options.desk,
        phones: options.phones,
        throttle: Throttle::default(),
        places: Places::default(),
        loss_turn: Mutex::default(),
        token_hash: options
            .token
            .map(|token| Sha256::digest(token.as_bytes()).into()),
        sockets: Arc::new(Semaphore::new(SOCKETS)),
        changes: watch::Sender::new(()),
        drill: options.drill,
        beside: options.beside,
        metrics: options.metrics,
        vitals: options.vitals,
        pulse: Pulse::default(),
    };
    let open = options
        .callbacks
        .merge(trust::routes(options.trust.map(Arc::new)));
    let api = Arc::new(api);
    Ok(Opened {
        router: router::routes(Arc::clone(&api), machines, open),
        looks: api.looks.clone(),
        files: Files(api),
    })
}

/// What [`serve`] needs to speak HTTPS; other machines that do not are shown the way to trust it.
pub fn encryption(config: Arc<rustls::ServerConfig>, trust: Option<Trust>) -> Encryption {
    Encryption {
        config,
        plain: router::dressed(trust::plain(trust.map(Arc::new))),
    }
}

impl Api {
    /// A place for one more WebSocket.
    fn socket_place(&self) -> Answered<OwnedSemaphorePermit> {
        Arc::clone(&self.sockets)
            .try_acquire_owned()
            .map_err(|_| Fault::Busy)
    }

    /// The slot of the jurisdiction a request is about; none is all of them.
    fn slot(&self, reader: &Principal, asked: Option<&str>) -> Answered<Option<JurisdictionSlot>> {
        let catalogue = self.inbox.catalogue();
        let Some(code) = reader.scope(catalogue.codes(), asked)? else {
            return Ok(None);
        };
        catalogue
            .jurisdiction(&code)
            .map(Some)
            .ok_or(Fault::NoSuchJurisdiction(code))
    }

    /// Puts on record that `reader` opened these files, where they are not their own. Returns once the
    /// first look of the minute is on disk.
    async fn record_files(&self, reader: &Principal, seals: &[Seal]) -> Answered<()> {
        if seals.is_empty() || !reader.may(Deed::SeeEveryTask) {
            return Ok(());
        }
        let catalogue = self.inbox.catalogue();
        let own = reader.jurisdiction.as_deref();
        let slot = own.and_then(|code| catalogue.jurisdiction(code));
        let slot = slot.unwrap_or(JurisdictionSlot(0));
        Ok(self.looks.files(reader, slot, seals).await?)
    }

    /// Whether who opened a socket is still signed in, and has the role they had.
    fn is_as_it_was(&self, reader: &Principal) -> bool {
        let (Some(session), Some(code)) = (&reader.session, &reader.jurisdiction) else {
            return true;
        };
        let role = self.people.load().role(code, &reader.person);
        self.accounts.lasts(session) && role == Some(reader.role)
    }
}
