//! A small county behind the real runtime, in a folder that goes away: what the stories drive.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod feed;
pub mod hour;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use api::{Account, Options, Vitals};
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use model::config::{
    Bound, Clock, Config, Group, Interface, LatePolicy, Measure, Organisation, Person, Policy,
    Post, Quantity, Role, Rule, Series, Side, Station, TaskClocks, Template, Text, Watch,
};
use model::intake::Quality;
use model::page::Channel;
use model::view::PersonView;
use model::{Decimals, GroupId, PersonId, RuleSlot, SeriesSlot, StationSlot, Time};
use runtime::{Draft, Item, Runtime};
use serde_json::Value;
use store::UploadBounds;
use tempfile::TempDir;
use tower::ServiceExt as _;

pub const TOKEN: &str = "a token for the stories";
pub const CODE: &str = "330624";
/// The county that a process may serve beside it.
pub const NEIGHBOUR: &str = "330681";
pub const PASSWORD: &str = "烽火-2026";

/// The running county.
pub struct County {
    pub router: Router,
    pub runtime: Runtime,
    pub folder: TempDir,
    pub looks: api::Looks,
    /// The people that the files name from the next reload on.
    pub files: Arc<Mutex<Option<Vec<PersonView>>>>,
    /// How often the vitals were measured.
    pub measured: Arc<AtomicUsize>,
}

/// Who asks, and from where.
#[derive(Clone, Debug)]
pub enum Who {
    Nobody,
    Token,
    Cookie(String),
}

impl County {
    /// Opens the county in a fresh folder.
    pub async fn open() -> County {
        County::open_in(TempDir::new().unwrap()).await
    }

    /// Opens the county on what lies in `folder`.
    pub async fn open_in(folder: TempDir) -> County {
        County::open_as(folder, vec![config()], UploadBounds::default()).await
    }

    /// Opens the county on a disk that has no room for pictures.
    pub async fn open_without_room() -> County {
        let full = UploadBounds {
            room: u64::MAX,
            ..UploadBounds::default()
        };
        County::open_as(TempDir::new().unwrap(), vec![config()], full).await
    }

    /// Opens the county as the second of two that a process serves; the first is `NEIGHBOUR`.
    pub async fn open_beside_another() -> County {
        County::open_beside(|_| ()).await
    }

    /// The same, of which the other has files of its own.
    pub async fn open_beside(change: impl FnOnce(&mut Config)) -> County {
        let mut neighbour = config();
        neighbour.code = NEIGHBOUR.to_owned();
        change(&mut neighbour);
        let both = vec![neighbour, config()];
        County::open_as(TempDir::new().unwrap(), both, UploadBounds::default()).await
    }

    /// Opens the county in a fresh folder with other files.
    pub async fn open_with(change: impl FnOnce(&mut Config)) -> County {
        let mut config = config();
        change(&mut config);
        let bounds = UploadBounds::default();
        County::open_as(TempDir::new().unwrap(), vec![config], bounds).await
    }

    async fn open_as(folder: TempDir, configs: Vec<Config>, uploads: UploadBounds) -> County {
        let store = store::Store::for_tests(folder.path());
        let options = runtime::Options {
            store: store.clone(),
            ..runtime::Options::new(folder.path().to_owned(), Clock::Feed, configs)
        };
        let runtime = runtime::start(options).await.unwrap();
        let (files, measured) = (Arc::default(), Arc::<AtomicUsize>::default());
        let counted = Arc::clone(&measured);
        let opened = api::open(
            Options {
                inbox: runtime.inbox.clone(),
                feed: runtime.feed.clone(),
                history: runtime.history.clone(),
                replays: runtime.replays.clone(),
                blobs: runtime.blobs.clone(),
                quarantine: runtime.quarantine.clone(),
                store,
                accounts: accounts(),
                people: vec![(CODE.to_owned(), people())],
                desk: Arc::new(NoFiles {
                    people: Arc::clone(&files),
                }),
                phones: Arc::new(NoPhones),
                uploads,
                callbacks: Router::new(),
                drill: false,
                beside: Box::new(|| None),
                trust: None,
                token: Some(TOKEN.to_owned()),
                metrics: Box::new(|| "up 1\n".to_owned()),
                vitals: Box::new(move || {
                    counted.fetch_add(1, Ordering::SeqCst);
                    Vitals::default()
                }),
            },
            api::Machines::none(),
        )
        .await
        .unwrap();
        County {
            router: opened.router,
            runtime,
            folder,
            looks: opened.looks,
            files,
            measured,
        }
    }

    /// Files that lie beside the journal: texts and pictures.
    pub fn blobs_kept(&self) -> usize {
        let mut folders = vec![self.folder.path().join("blobs")];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path)
                } else {
                    files += 1
                }
            }
        }
        files
    }

    /// Stops the county and hands back its folder.
    pub async fn close(self) -> TempDir {
        self.runtime.stop().await;
        self.folder
    }

    /// A reading of the gauge: stage in centimetres at minute `minute` of the night.
    pub async fn stage(&self, minute: i64, centimetres: i64) {
        self.stage_of(CODE, minute, centimetres).await;
    }

    /// The same of the gauge of any county here.
    pub async fn stage_of(&self, code: &str, minute: i64, centimetres: i64) {
        let observed = night().plus_ms(minute * 60_000);
        let draft = Draft {
            edition: 0,
            jurisdiction: self.runtime.inbox.catalogue().jurisdiction(code).unwrap(),
            series: SeriesSlot(0),
            observed,
            received: Some(observed),
            value: centimetres,
            revision: 0,
            quality: Quality::Good,
        };
        let receipt = self
            .runtime
            .inbox
            .readings(0, vec![Item::Reading(draft)])
            .await
            .unwrap();
        receipt.await.unwrap();
    }

    pub async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn get(&self, who: &Who, path: &str) -> Response {
        self.send(ask(who, "GET", path).body(Body::empty()).unwrap())
            .await
    }

    pub async fn post(&self, who: &Who, path: &str, body: &Value) -> Response {
        let request = ask(who, "POST", path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// Signs in and returns who then asks.
    pub async fn sign_in(&self, login: &str) -> Who {
        let body = serde_json::json!({"login": login, "password": PASSWORD});
        let response = self.post(&Who::Nobody, "/api/v1/login", &body).await;
        assert_eq!(response.status(), StatusCode::OK);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        Who::Cookie(cookie.split(';').next().unwrap().to_owned())
    }

    pub async fn act(&self, who: &Who, op: &str, action: Value) -> (StatusCode, Value) {
        let body =
            serde_json::json!({"op": op, "device_at": "2026-07-15T08:00:00Z", "action": action});
        let response = self.post(who, "/api/v1/acts", &body).await;
        (response.status(), json(response).await)
    }

    /// Serves on a real socket; ends when the sender is dropped.
    pub async fn listen(&self) -> (SocketAddr, tokio::sync::oneshot::Sender<()>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = tokio::sync::oneshot::channel();
        let router = self.router.clone();
        tokio::spawn(api::serve(listener, router, None, async move {
            let _dropped: Result<(), _> = ended.await;
        }));
        (address, end)
    }
}

/// A request as it would come from loopback.
pub fn ask(who: &Who, method: &str, path: &str) -> axum::http::request::Builder {
    let from: SocketAddr = "127.0.0.1:50000".parse().unwrap();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "127.0.0.1:8080")
        .extension(ConnectInfo(from));
    match who {
        Who::Nobody => request,
        Who::Token => request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}")),
        Who::Cookie(cookie) => request.header(header::COOKIE, cookie),
    }
}

pub async fn text(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub async fn json(response: Response) -> Value {
    let text = text(response).await;
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}"))
}

/// Every line of an NDJSON answer.
pub async fn lines(response: Response) -> Vec<Value> {
    assert_eq!(response.status(), StatusCode::OK);
    text(response)
        .await
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

pub fn night() -> Time {
    "2026-07-15T08:00:00Z".parse().unwrap()
}

/// As a site's accounts file: the same hash however often it is read.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let cheap = Params::new(Params::MIN_M_COST, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cheap);
    argon2
        .hash_password(PASSWORD.as_bytes())
        .unwrap()
        .to_string()
});

fn accounts() -> Vec<Account> {
    let account = |person: &PersonView| Account {
        login: person.id.0.clone(),
        jurisdiction: CODE.to_owned(),
        person: person.id.clone(),
        hash: HASH.clone(),
    };
    people().iter().map(account).collect()
}

pub fn people() -> Vec<PersonView> {
    let person = |id: &str, name: &str, role| PersonView {
        id: PersonId::from(id),
        name: name.to_owned(),
        post: Text::same("post"),
        role,
        township: None,
        phone: Some(format!("1390000{}", name.len())),
        substitute: None,
    };
    vec![
        person("officer", "王值班", Role::DutyOfficer),
        person("second", "赵副班", Role::DutyOfficer),
        person("li", "李村长", Role::Responder),
        person("chen", "陈村长", Role::Responder),
        person("guest", "看客", Role::Viewer),
    ]
}

fn config() -> Config {
    Config {
        code: CODE.to_owned(),
        title: Text::same("新昌县"),
        demo: true,
        rules_version: "r1".to_owned(),
        interfaces: ["mqtt", "http"]
            .map(|id| Interface {
                id: id.to_owned(),
                title: Text::same(id),
                late: LatePolicy::Discard,
            })
            .to_vec(),
        quantities: vec![Quantity {
            id: "water_level".to_owned(),
            title: Text::new("水位", "Water level"),
            unit: "m".to_owned(),
            decimals: Decimals(2),
            range: None,
        }],
        stations: vec![Station {
            id: "ST/01".to_owned(),
            name: Text::same("大桥"),
            position_e6: Some((120_900_000, 29_500_000)),
            kind: "river".to_owned(),
            township: None,
            ..Station::default()
        }],
        series: vec![Series {
            station: StationSlot(0),
            quantity: 0,
            interval_ms: None,
            silence_normal: true,
            ..Series::default()
        }],
        rules: vec![rule()],
        watches: vec![Watch {
            rule: RuleSlot(0),
            series: SeriesSlot(0),
            bounds: [
                None,
                None,
                Some(Bound {
                    raise: 1000,
                    reset: 1000,
                }),
                Some(Bound {
                    raise: 1200,
                    reset: 1200,
                }),
            ],
            ..Watch::default()
        }],
        people: people()
            .into_iter()
            .map(|p| Person {
                id: p.id,
                role: p.role,
                township: None,
                substitute: None,
                contacts: match p.role {
                    Role::Responder => vec![Channel::Push, Channel::Sms],
                    Role::DutyOfficer => vec![Channel::Desk],
                    Role::Viewer | Role::Planner | Role::Administrator => Vec::new(),
                },
            })
            .collect(),
        groups: vec![Group {
            id: GroupId::from("villages"),
            title: Text::same("villages"),
            members: vec![PersonId::from("li"), PersonId::from("chen")],
            posts: Vec::new(),
        }],
        templates: vec![Template {
            id: "move".to_owned(),
            title: Text::same("转移"),
            wording: Text::same("立即转移"),
            clocks: [TaskClocks::default(); 4],
            proof: false,
            ..Template::default()
        }],
        policy: Policy::default(),
        organisation: Organisation {
            posts: vec![post("desk", "officer"), post("village", "li")],
            ..Organisation::default()
        },
        ..Config::default()
    }
}

fn post(id: &str, person: &str) -> Post {
    Post {
        id: id.into(),
        title: Text::same(id),
        kind: id.to_owned(),
        unit: None,
        township: None,
        people: vec![person.into()],
        roster: None,
    }
}

fn rule() -> Rule {
    Rule {
        id: "threshold:water_level".to_owned(),
        title: Text::same("水位"),
        hazard: "flood".to_owned(),
        measure: Measure::Value,
        side: Side::Above,
        delays: Default::default(),
        min_hold_ms: 0,
        latch: false,
        unknown_when_stale: false,
        reopen_ms: 0,
        advice: Text::default(),
        ..Rule::default()
    }
}

/// A county whose phones ask for nothing.
struct NoPhones;

impl api::PhoneBook for NoPhones {
    fn key(&self) -> String {
        "key".to_owned()
    }

    fn note(
        &self,
        _jurisdiction: &str,
        _person: &PersonId,
        phone: api::PhoneRequest,
    ) -> Result<(), String> {
        if phone.endpoint.starts_with("https://") {
            Ok(())
        } else {
            Err("the push service must have an https address with a name".to_owned())
        }
    }

    fn forget(&self, _endpoint: &str) {}
}

/// A site without files: nothing to review but other people, and one row of theirs.
struct NoFiles {
    people: Arc<Mutex<Option<Vec<PersonView>>>>,
}

impl api::SiteDesk for NoFiles {
    fn review(
        &self,
        apply: bool,
        _by: model::Origin,
    ) -> api::Later<'_, api::Taken<api::ReviewView>> {
        let people = self.people.lock().unwrap().take();
        Box::pin(async move {
            Ok(api::Taken {
                view: api::ReviewView {
                    applied: apply,
                    ..api::ReviewView::default()
                },
                people: people.map(|people| vec![(CODE.to_owned(), people)]),
                ..api::Taken::default()
            })
        })
    }

    fn registry(
        &self,
        upload: api::Upload,
        _apply: bool,
        _by: model::PersonId,
    ) -> api::Later<'_, api::Taken<api::RegistryView>> {
        Box::pin(async move {
            if upload.kind != "people" {
                return Err(format!("no file of {}", upload.kind));
            }
            let row = api::RegistryRow {
                row: None,
                kind: api::RowKind::Changed,
                what: "li: phone: 13900003 → 13900004".to_owned(),
            };
            Ok(api::Taken {
                view: api::RegistryView {
                    rows: vec![row],
                    ..api::RegistryView::default()
                },
                ..api::Taken::default()
            })
        })
    }

    fn rule_files(&self) -> api::Later<'_, Vec<api::RuleFileView>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn sheet(
        &self,
        kind: String,
        _jurisdiction: String,
        _station: Option<String>,
    ) -> api::Later<'_, api::SheetView> {
        Box::pin(async move { Err(format!("no file of {kind}")) })
    }

    fn workbook(&self, sheet: api::SheetView) -> api::Later<'_, Vec<u8>> {
        Box::pin(async move { Err(format!("no workbook of {}", sheet.file)) })
    }

    fn try_rules(
        &self,
        files: std::collections::BTreeMap<String, String>,
    ) -> api::Later<'_, api::ReviewView> {
        Box::pin(async move {
            Ok(api::ReviewView {
                problems: files.keys().map(|file| slip(file)).collect(),
                ..api::ReviewView::default()
            })
        })
    }

    fn backtest(&self, asked: api::BacktestRequest) -> api::Trial<'_> {
        Box::pin(async move {
            Err(match asked.against.keys().next() {
                Some(file) => api::NotTried::Unsound(vec![slip(file)]),
                None => api::NotTried::Said("no history".to_owned()),
            })
        })
    }

    fn organisation_files(&self, jurisdiction: String) -> api::Later<'_, Vec<api::RuleFileView>> {
        Box::pin(async move {
            Ok(vec![api::RuleFileView {
                file: "posts.toml".to_owned(),
                text: format!("# {jurisdiction}"),
            }])
        })
    }

    fn try_organisation(
        &self,
        _jurisdiction: String,
        files: std::collections::BTreeMap<String, String>,
    ) -> api::Later<'_, api::ReviewView> {
        self.try_rules(files)
    }

    fn try_calls(
        &self,
        asked: api::CallTrialRequest,
    ) -> api::Trial<'_, model::backtest::calls::CallReport> {
        Box::pin(async move {
            let problems: Vec<_> = asked.organisation.keys().map(|file| slip(file)).collect();
            Err(match problems.is_empty() {
                true => api::NotTried::Said(format!("no history of {:?}", asked.jurisdiction)),
                false => api::NotTried::Unsound(problems),
            })
        })
    }
}

/// What is wrong with every rule file here.
fn slip(file: &str) -> api::ProblemView {
    api::ProblemView {
        file: format!("rules/{file}"),
        line: Some(9),
        column: Some(10),
        what: "unknown key `rais`".to_owned(),
        expected: None,
        near: Some("did you mean `raise`?".to_owned()),
        stops: true,
    }
}
