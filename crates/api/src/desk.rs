//! The site's files, looked at and changed by administrators: checked first, shown, then applied.
//!
//! What the files mean is known outside this crate; here stands who may ask, and in which shape.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use model::backtest::calls::CallReport;
use model::backtest::{BoundChange, ClockChange, Report};
use model::view::PersonView;
use model::{Origin, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Deed, Principal};
use crate::body::{Asked, Body};
use crate::error::{Answered, Fault, FaultView};
use crate::trials::CallTrialRequest;
use crate::{Account, Api};

/// Largest registry file, in MiB.
pub(crate) const MAX_REGISTRY_MB: usize = 32;

/// Something wrong with a file, or worth a second look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemView {
    pub file: String,
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub what: String,
    pub expected: Option<String>,
    /// What to do about it: the nearest spelling, or a sentence.
    pub near: Option<String>,
    /// True: it keeps the files from being taken over.
    pub stops: bool,
}

/// What becomes of the clocks and alarms of what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClocksView {
    /// They go on.
    Keep,
    /// Levels that stand stay; a clock that was running starts again.
    Restart,
    /// The condition means something else: it begins at no level.
    StartAnew,
    /// Nothing is left that could run; an alarm that stands stays until a person ends it.
    End,
}

/// One thing that is other than what is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeView {
    pub jurisdiction: String,
    /// `rule`, `bounds`, `station`, `series`, `policy` …
    pub kind: String,
    /// A rule's id, `rule at station quantity`.
    pub subject: String,
    /// `added`, `removed`, or what was and what is.
    pub what: String,
    /// Absent for what has no clocks.
    pub clocks: Option<ClocksView>,
}

/// What other files would change, or have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewView {
    pub problems: Vec<ProblemView>,
    /// What differs from what is in force, a line each.
    pub difference: Vec<String>,
    /// The same in parts.
    #[serde(default)]
    pub changes: Vec<ChangeView>,
    /// True when the files are in force now.
    pub applied: bool,
}

/// One row of an uploaded registry file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistryRow {
    /// Line of the upload, where it is known; bad rows are among the problems, with their place.
    pub row: Option<u32>,
    pub kind: RowKind,
    pub what: String,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    Added,
    Changed,
    Removed,
}

/// What an upload would change, or has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistryView {
    pub rows: Vec<RegistryRow>,
    pub problems: Vec<ProblemView>,
    pub difference: Vec<String>,
    /// The same in parts.
    #[serde(default)]
    pub changes: Vec<ChangeView>,
    pub applied: bool,
}

/// What came of looking at the files, and what this crate has to take over when they apply.
#[derive(Clone, Debug, Default)]
pub struct Taken<T> {
    pub view: T,
    pub people: Option<Vec<(String, Vec<PersonView>)>>,
    pub accounts: Option<Vec<Account>>,
}

/// An answer that takes a while.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Reads and changes the site's files; made by whoever knows them.
pub trait SiteDesk: Send + Sync {
    /// Reads the files again; with `apply`, puts them into force when nothing stops them.
    fn review(&self, apply: bool, by: Origin) -> Later<'_, Taken<ReviewView>>;

    /// Compares an uploaded CSV, workbook (XLSX) or GeoJSON with one of the files of a jurisdiction;
    /// with `apply`, replaces the file and puts it into force when every row is sound.
    fn registry(&self, upload: Upload, apply: bool, by: PersonId)
    -> Later<'_, Taken<RegistryView>>;

    /// The site's rule files as they lie on disk.
    fn rule_files(&self) -> Later<'_, Vec<RuleFileView>>;

    /// A table of a jurisdiction as it lies on disk, or its rows about one station.
    fn sheet(
        &self,
        kind: String,
        jurisdiction: String,
        station: Option<String>,
    ) -> Later<'_, SheetView>;

    /// A table as a workbook that an office can edit and bring back.
    fn workbook(&self, sheet: SheetView) -> Later<'_, Vec<u8>>;

    /// Reads the site as if some of its rule files were these, and tells what would change; nothing
    /// is written or put into force.
    fn try_rules(&self, files: BTreeMap<String, String>) -> Later<'_, ReviewView>;

    /// Replays history under other rules and tells the difference. Whoever lets go of the answer stops
    /// the work.
    fn backtest(&self, asked: BacktestRequest) -> Trial<'_>;

    /// The files of a jurisdiction that say who is on duty and who is called, as they lie on disk.
    fn organisation_files(&self, jurisdiction: String) -> Later<'_, Vec<RuleFileView>>;

    /// Reads the site as if some of those files of a jurisdiction were these, and tells what would
    /// change; nothing is written or put into force.
    fn try_organisation(
        &self,
        jurisdiction: String,
        files: BTreeMap<String, String>,
    ) -> Later<'_, ReviewView>;

    /// Lives through history under other rosters, policies or rules and tells who would have been
    /// called otherwise. Whoever lets go of the answer stops the work.
    fn try_calls(&self, asked: CallTrialRequest) -> Trial<'_, CallReport>;
}

/// The answer of a trial, or why there is none.
pub type Trial<'a, T = Report> = Pin<Box<dyn Future<Output = Result<T, NotTried>> + Send + 'a>>;

/// Why history was not replayed under other rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTried {
    /// The rule files are not sound; everything wrong with them.
    Unsound(Vec<ProblemView>),
    /// More readings than are held in memory lie in the time and what rules look back on.
    TooMany { most: usize },
    /// As many wait for their turn as may.
    Queue,
    /// A sentence for the person who asked.
    Said(String),
}

/// An uploaded registry file.
#[derive(Clone, Debug)]
pub struct Upload {
    /// `stations`, `thresholds`, `areas`, `zones`, `people`, `groups` …
    pub kind: String,
    pub jurisdiction: String,
    /// Rows that are not in it go; else they stay.
    pub whole: bool,
    /// As they came: a spreadsheet may have saved them as anything.
    pub bytes: Bytes,
}

/// A rule file of the site, or one that says who is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleFileView {
    /// Its name in the folder `rules`, or in its jurisdiction's folder.
    pub file: String,
    pub text: String,
}

/// A table of the site's files; comments and empty lines left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetView {
    /// Its name in the jurisdiction's folder.
    pub file: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// What to replay under which rules. The first run, A, is the rules in force unless files are given;
/// the second, B, differs from it by files, by bounds, or by both; without either there is none.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct BacktestRequest {
    pub jurisdiction: Option<String>,
    /// Raises that begin before this are not counted.
    pub from: Option<model::Time>,
    pub to: Option<model::Time>,
    /// How far an event may lie from a raise that it confirms, ms; absent: six hours.
    pub window_ms: Option<i64>,
    /// Rule files by name that take the place of the site's own in the first run.
    #[serde(default)]
    pub rules: BTreeMap<String, String>,
    /// The same for the second run.
    #[serde(default)]
    pub against: BTreeMap<String, String>,
    /// Bounds that are other in the second run.
    #[serde(default)]
    pub bounds: Vec<BoundChange>,
    /// Delays that are other in the second run.
    #[serde(default)]
    pub clocks: Vec<ClockChange>,
}

/// How a registry file is to be taken.
#[derive(Debug, Deserialize)]
pub(crate) struct RegistryQuery {
    jurisdiction: Option<String>,
    #[serde(default = "yes")]
    dry_run: bool,
    #[serde(default)]
    whole: bool,
}

/// Which rows of a registry are wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct SheetQuery {
    jurisdiction: Option<String>,
    station: Option<String>,
    #[serde(default)]
    form: SheetForm,
}

/// How a table is given.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SheetForm {
    #[default]
    Json,
    Xlsx,
}

/// The media type of a workbook.
const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn yes() -> bool {
    true
}

/// Reads the site's files and tells what would change; nothing is put into force.
#[utoipa::path(post, path = "/api/v1/site/check", tag = "site",
    responses((status = 200, body = ReviewView), (status = 403, body = FaultView)))]
pub(crate) async fn check(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
) -> Answered<Json<ReviewView>> {
    review(&api, &who, false).await
}

/// Reads the site's files and puts them into force, one journaled input a jurisdiction that changed;
/// files with errors leave the old ones in force and tell the desk.
#[utoipa::path(post, path = "/api/v1/site/reload", tag = "site",
    responses((status = 200, body = ReviewView), (status = 403, body = FaultView)))]
pub(crate) async fn reload(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
) -> Answered<Json<ReviewView>> {
    review(&api, &who, true).await
}

async fn review(api: &Api, who: &Principal, apply: bool) -> Answered<Json<ReviewView>> {
    who.need(Deed::KeepSite)?;
    let taken = api
        .desk
        .review(apply, Origin::Person(who.person.clone()))
        .await;
    let taken = taken.map_err(Fault::SiteFiles)?;
    Ok(Json(api.take_over(taken).await?))
}

/// Compares an uploaded CSV, workbook (XLSX) or GeoJSON with a registry of the site, row by row; with
/// `dry_run=false` puts it into force when every row is sound. Rows that the upload does not have stay
/// as they are, unless it is `whole`.
#[utoipa::path(post, path = "/api/v1/registry/{kind}", tag = "site",
    params(("kind" = String, Path, description = "stations, series, thresholds, attributes, areas, zones, people, units, posts or groups"),
           ("jurisdiction" = Option<String>, Query, description = "Needed where there are several"),
           ("dry_run" = Option<bool>, Query, description = "true unless said"),
           ("whole" = Option<bool>, Query, description = "Rows that are not in it go; false unless said")),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = RegistryView), (status = 403, body = FaultView)))]
pub(crate) async fn registry(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Path(kind): Path<String>,
    Asked(query): Asked<RegistryQuery>,
    bytes: Result<Bytes, BytesRejection>,
) -> Answered<Json<RegistryView>> {
    who.need(Deed::KeepSite)?;
    let bytes = bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge {
            limit_mb: MAX_REGISTRY_MB,
        },
        _ => Fault::BadBody(rejection.body_text()),
    })?;
    let jurisdiction = one_jurisdiction(&api, &who, query.jurisdiction.as_deref())?;
    let slot = api.inbox.catalogue().jurisdiction(&jurisdiction);
    let people = kind == "people";
    let upload = Upload {
        kind,
        jurisdiction,
        whole: query.whole,
        bytes,
    };
    let apply = !query.dry_run;
    let taken = api.desk.registry(upload, apply, who.person.clone()).await;
    let taken = taken.map_err(Fault::SiteFiles)?;
    let view = api.take_over(taken).await?;
    // A row that changes tells the number that stands there, asked for or not.
    let shown = u32::try_from(view.rows.len()).unwrap_or(u32::MAX);
    if let Some(slot) = slot.filter(|_| people && shown > 0) {
        api.looks.telephones(&who, slot, shown).await?;
    }
    Ok(Json(view))
}

/// Replays history under the rules in force and under others. Closing the connection stops it.
#[utoipa::path(post, path = "/api/v1/backtest", tag = "site", request_body = BacktestRequest,
    responses((status = 200, body = Report), (status = 403, body = FaultView),
              (status = 422, description = "It cannot be replayed so; the sentence says why, and the problems of rule files stand beside it", body = FaultView),
              (status = 503, description = "As many wait as may", body = FaultView)))]
pub(crate) async fn backtest(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Body(mut asked): Body<BacktestRequest>,
) -> Answered<Json<Report>> {
    who.need(Deed::Diagnose)?;
    // Who belongs to one jurisdiction asks about that one, named or not.
    asked.jurisdiction = who.scope(api.inbox.catalogue().codes(), asked.jurisdiction.as_deref())?;
    let report = api.desk.backtest(asked).await;
    Ok(Json(report.map_err(Fault::NotTried)?))
}

/// Reads the site as if some of its rule files were these, and tells what is wrong with them and what
/// they would change. Nothing is written or put into force.
#[utoipa::path(post, path = "/api/v1/site/rules/check", tag = "site", request_body = BTreeMap<String, String>,
    responses((status = 200, body = ReviewView), (status = 403, body = FaultView)))]
pub(crate) async fn try_rules(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Body(files): Body<BTreeMap<String, String>>,
) -> Answered<Json<ReviewView>> {
    who.need(Deed::Diagnose)?;
    let view = api.desk.try_rules(files).await;
    Ok(Json(view.map_err(Fault::SiteFiles)?))
}

/// The site's rule files, to be read and tried otherwise.
#[utoipa::path(get, path = "/api/v1/site/rules", tag = "site",
    responses((status = 200, body = Vec<RuleFileView>), (status = 403, body = FaultView)))]
pub(crate) async fn rule_files(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
) -> Answered<Json<Vec<RuleFileView>>> {
    who.need(Deed::Diagnose)?;
    let files = api.desk.rule_files().await;
    Ok(Json(files.map_err(Fault::SiteFiles)?))
}

/// Rows of a registry as the site's files have them, with their history by `valid_from`. Telephone
/// numbers are for administrators.
#[utoipa::path(get, path = "/api/v1/registry/{kind}", tag = "site",
    params(("kind" = String, Path, description = "stations, series, thresholds, attributes, areas, people, units, posts or groups"),
           ("jurisdiction" = Option<String>, Query, description = "Needed where there are several"),
           ("station" = Option<String>, Query, description = "Only rows about this one"),
           ("form" = Option<String>, Query, description = "json unless said, or xlsx: a workbook")),
    responses((status = 200, body = SheetView), (status = 403, body = FaultView)))]
pub(crate) async fn sheet(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Path(kind): Path<String>,
    Asked(query): Asked<SheetQuery>,
) -> Answered<Response> {
    let deed = match kind.as_str() {
        "people" => Deed::KeepSite,
        _ => Deed::See,
    };
    who.need(deed)?;
    let jurisdiction = one_jurisdiction(&api, &who, query.jurisdiction.as_deref())?;
    let slot = api.inbox.catalogue().jurisdiction(&jurisdiction);
    let sheet = api.desk.sheet(kind, jurisdiction, query.station).await;
    let sheet = sheet.map_err(Fault::SiteFiles)?;
    if let (Deed::KeepSite, Some(slot)) = (deed, slot) {
        let people = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
        api.looks.telephones(&who, slot, people).await?;
    }
    if let SheetForm::Json = query.form {
        return Ok(Json(sheet).into_response());
    }
    let name = sheet.file.replace(".csv", ".xlsx");
    let bytes = api.desk.workbook(sheet).await.map_err(Fault::SiteFiles)?;
    let kept = format!("attachment; filename=\"{name}\"");
    Ok((
        [
            (CONTENT_TYPE, WORKBOOK.to_owned()),
            (CONTENT_DISPOSITION, kept),
        ],
        bytes,
    )
        .into_response())
}

/// The jurisdiction meant where only one can be.
pub(crate) fn one_jurisdiction(
    api: &Api,
    who: &Principal,
    asked: Option<&str>,
) -> Answered<String> {
    let catalogue = api.inbox.catalogue();
    match (who.scope(catalogue.codes(), asked)?, catalogue.codes()) {
        (Some(code), _) => Ok(code),
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(Fault::JurisdictionMissing),
    }
}

/// Has the site's files read again without a request.
pub struct Files(pub(crate) Arc<Api>);

impl Files {
    /// Puts the files into force when nothing stops them, and their people and logins with them.
    ///
    /// # Errors
    /// A sentence for whoever runs the program.
    pub async fn reload(&self, by: Origin) -> Result<ReviewView, String> {
        let taken = self.0.desk.review(true, by).await?;
        let view = self.0.take_over(taken).await;
        view.map_err(|fault| format!("{fault:?}"))
    }
}

impl Api {
    async fn take_over<T>(&self, taken: Taken<T>) -> Answered<T> {
        let others = taken.people.is_some() || taken.accounts.is_some();
        if let Some(people) = taken.people {
            self.people
                .store(Arc::new(crate::people::People::of(people)));
        }
        let logins = match taken.accounts {
            Some(accounts) => self.accounts.replace(accounts).await,
            None => Ok(()),
        };
        if others {
            self.changes.send_replace(());
        }
        logins.map_err(|cause| Fault::SiteFiles(format!("logins were not taken over: {cause}")))?;
        Ok(taken.view)
    }
}
