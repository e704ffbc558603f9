//! The site's files, looked at and changed by administrators: checked first, shown, then applied.
//!
//! What the files mean is known outside this crate; here stands who may ask, and in which shape.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::{Extension, Json};
use model::view::PersonView;
use model::{Origin, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Deed, Principal};
use crate::body::{Asked, Body};
use crate::error::{Answered, Fault, FaultView};
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

/// What other files would change, or have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewView {
    pub problems: Vec<ProblemView>,
    /// What differs from what is in force, a line each.
    pub difference: Vec<String>,
    /// True when the files are in force now.
    pub applied: bool,
}

/// One row of an uploaded registry file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistryRow {
    /// Line of the upload, where it is known; bad rows are among the problems, with their place.
    pub row: Option<u32>,
    /// `added`, `changed` or `removed`.
    pub kind: String,
    pub what: String,
}

/// What an upload would change, or has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistryView {
    pub rows: Vec<RegistryRow>,
    pub problems: Vec<ProblemView>,
    pub difference: Vec<String>,
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

    /// Compares an uploaded CSV or GeoJSON with one of the files of a jurisdiction; with `apply`,
    /// replaces the file and puts it into force when every row is sound.
    fn registry(&self, upload: Upload, apply: bool, by: PersonId)
    -> Later<'_, Taken<RegistryView>>;

    /// Replays history under other rules and tells the difference, as the back-test's own JSON.
    fn backtest(&self, asked: BacktestRequest) -> Later<'_, serde_json::Value>;
}

/// An uploaded registry file.
#[derive(Clone, Debug)]
pub struct Upload {
    /// `stations`, `thresholds`, `areas`, `zones`, `people` …
    pub kind: String,
    pub jurisdiction: String,
    pub text: String,
}

/// What to replay under which rules.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BacktestRequest {
    pub jurisdiction: Option<String>,
    pub from: Option<model::Time>,
    pub to: Option<model::Time>,
    /// Rule files by name that take the place of the site's own in the second run.
    #[serde(default)]
    pub against: std::collections::BTreeMap<String, String>,
}

/// How a registry file is to be taken.
#[derive(Debug, Deserialize)]
pub(crate) struct RegistryQuery {
    jurisdiction: Option<String>,
    #[serde(default = "yes")]
    dry_run: bool,
}

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

/// Compares an uploaded CSV or GeoJSON with a registry of the site, row by row; with
/// `dry_run=false` puts it into force when every row is sound.
#[utoipa::path(post, path = "/api/v1/registry/{kind}", tag = "site",
    params(("kind" = String, Path, description = "stations, series, thresholds, attributes, areas, zones or people"),
           ("jurisdiction" = Option<String>, Query, description = "Needed where there are several"),
           ("dry_run" = Option<bool>, Query, description = "true unless said")),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = RegistryView), (status = 403, body = FaultView)))]
pub(crate) async fn registry(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Path(kind): Path<String>,
    Asked(query): Asked<RegistryQuery>,
    text: String,
) -> Answered<Json<RegistryView>> {
    who.need(Deed::KeepSite)?;
    let catalogue = api.inbox.catalogue();
    let scope = who.scope(catalogue.codes(), query.jurisdiction.as_deref())?;
    let jurisdiction = match (scope, catalogue.codes()) {
        (Some(code), _) => code,
        (None, [only]) => only.clone(),
        (None, _) => return Err(Fault::JurisdictionMissing),
    };
    let upload = Upload {
        kind,
        jurisdiction,
        text,
    };
    let apply = !query.dry_run;
    let taken = api.desk.registry(upload, apply, who.person.clone()).await;
    let taken = taken.map_err(Fault::SiteFiles)?;
    Ok(Json(api.take_over(taken).await?))
}

/// Replays history under the rules in force and under others.
#[utoipa::path(post, path = "/api/v1/backtest", tag = "site", request_body = BacktestRequest,
    responses((status = 200, body = serde_json::Value), (status = 403, body = FaultView)))]
pub(crate) async fn backtest(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Body(mut asked): Body<BacktestRequest>,
) -> Answered<Json<serde_json::Value>> {
    who.need(Deed::Diagnose)?;
    // Who belongs to one jurisdiction asks about that one, named or not.
    asked.jurisdiction = who.scope(api.inbox.catalogue().codes(), asked.jurisdiction.as_deref())?;
    let report = api.desk.backtest(asked).await;
    Ok(Json(report.map_err(Fault::SiteFiles)?))
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
        if let Some(people) = taken.people {
            self.people
                .store(Arc::new(crate::people::People::of(people)));
        }
        if let Some(accounts) = taken.accounts {
            let changed = self.accounts.replace(accounts).await;
            changed.map_err(|cause| {
                Fault::SiteFiles(format!("logins were not taken over: {cause}"))
            })?;
        }
        Ok(taken.view)
    }
}
