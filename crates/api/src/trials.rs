//! The same night under other rosters and policies: who may ask, and in which shape.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use model::backtest::calls::CallReport;
use model::backtest::{BoundChange, ClockChange};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::{Asked, Body};
use crate::desk::{ReviewView, RuleFileView, one_jurisdiction};
use crate::error::{Answered, Fault, FaultView};

/// What to live through under which files. The first run, A, is what is in force; the second, B, differs
/// from it by all that is given here at once.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct CallTrialRequest {
    pub jurisdiction: Option<String>,
    /// Absent: a day before the end.
    pub from: Option<model::Time>,
    /// Absent: the newest entry.
    pub to: Option<model::Time>,
    /// Files by name that take the place of the jurisdiction's own: `posts.toml`, `groups.toml`,
    /// `policies/….toml`.
    #[serde(default)]
    pub organisation: BTreeMap<String, String>,
    /// Rule files by name that take the place of the site's own.
    #[serde(default)]
    pub against: BTreeMap<String, String>,
    /// Bounds that are other.
    #[serde(default)]
    pub bounds: Vec<BoundChange>,
    /// Delays that are other.
    #[serde(default)]
    pub clocks: Vec<ClockChange>,
}

/// Whose files are wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct OrganisationQuery {
    jurisdiction: Option<String>,
}

/// Lives through history under the files in force and under others, with the readings, presses and
/// receipts of the record, and tells who would have been called otherwise. Nobody is called. Closing the
/// connection stops it.
#[utoipa::path(post, path = "/api/v1/backtest/calls", tag = "site", request_body = CallTrialRequest,
    responses((status = 200, body = CallReport), (status = 403, body = FaultView),
              (status = 422, description = "It cannot be tried so; the sentence says why, and the problems of the files stand beside it", body = FaultView),
              (status = 503, description = "As many wait as may", body = FaultView)))]
pub(crate) async fn calls(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Body(mut asked): Body<CallTrialRequest>,
) -> Answered<Json<CallReport>> {
    who.need(Deed::Diagnose)?;
    asked.jurisdiction = who.scope(api.inbox.catalogue().codes(), asked.jurisdiction.as_deref())?;
    let report = api.desk.try_calls(asked).await;
    Ok(Json(report.map_err(Fault::NotTried)?))
}

/// The files that say who is on duty and who is called, to be read and tried otherwise.
#[utoipa::path(get, path = "/api/v1/site/organisation", tag = "site",
    params(("jurisdiction" = Option<String>, Query, description = "Needed where there are several")),
    responses((status = 200, body = Vec<RuleFileView>), (status = 403, body = FaultView)))]
pub(crate) async fn organisation(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Asked(query): Asked<OrganisationQuery>,
) -> Answered<Json<Vec<RuleFileView>>> {
    who.need(Deed::Diagnose)?;
    let jurisdiction = one_jurisdiction(&api, &who, query.jurisdiction.as_deref())?;
    let files = api.desk.organisation_files(jurisdiction).await;
    Ok(Json(files.map_err(Fault::SiteFiles)?))
}

/// Reads the site as if some of those files were these, and tells what is wrong with them and what they
/// would change. Nothing is written or put into force.
#[utoipa::path(post, path = "/api/v1/site/organisation/check", tag = "site", request_body = BTreeMap<String, String>,
    params(("jurisdiction" = Option<String>, Query, description = "Needed where there are several")),
    responses((status = 200, body = ReviewView), (status = 403, body = FaultView)))]
pub(crate) async fn try_organisation(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Asked(query): Asked<OrganisationQuery>,
    Body(files): Body<BTreeMap<String, String>>,
) -> Answered<Json<ReviewView>> {
    who.need(Deed::Diagnose)?;
    let jurisdiction = one_jurisdiction(&api, &who, query.jurisdiction.as_deref())?;
    let view = api.desk.try_organisation(jurisdiction, files).await;
    Ok(Json(view.map_err(Fault::SiteFiles)?))
}
