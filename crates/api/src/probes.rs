//! How the program is: health, metrics, counts, the state's hash, the description of the API.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use model::effect::SystemKind;
use model::intake::Counts;
use model::view::{StateHash, SystemView};
use runtime::{Fleet, bulkhead};
use serde::Deserialize;
use tokio::time::timeout;

use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::error::{Answered, Fault, FaultView};
use crate::wire::HealthView;
use crate::{Api, Vitals};

/// A loop that has not answered after this long is not alive.
const ALIVE_WITHIN: Duration = Duration::from_secs(3);

/// How old vitals may be that are told: anybody may ask, and measuring looks at every file of the journal.
const FRESH: Duration = Duration::from_secs(1);

/// The vitals as last measured, and when that began.
#[derive(Default)]
pub(crate) struct Pulse {
    last: Mutex<Option<(Instant, Vitals)>>,
}

impl Pulse {
    /// The vitals as they are known; none when they are to be measured anew, which one asker alone is
    /// told. The others get what was known before.
    fn known(&self, now: Instant) -> Option<Vitals> {
        let mut last = self.last();
        let before = match *last {
            Some((since, vitals)) if now.saturating_duration_since(since) < FRESH => {
                return Some(vitals);
            }
            Some((_, vitals)) => vitals,
            None => Vitals::default(),
        };
        *last = Some((now, before));
        None
    }

    fn note(&self, measured: Vitals) {
        if let Some((_, vitals)) = &mut *self.last() {
            *vitals = measured;
        }
    }

    /// A panic while the lock is held leaves a whole pair behind.
    fn last(&self) -> MutexGuard<'_, Option<(Instant, Vitals)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Measured at most once a second, and not on the thread that carries everybody's sockets.
async fn vitals(api: &Arc<Api>) -> Vitals {
    if let Some(vitals) = api.pulse.known(Instant::now()) {
        return vitals;
    }
    let asked = Arc::clone(api);
    let measured = bulkhead::aside(move || (asked.vitals)()).await;
    let measured = measured.unwrap_or_default();
    api.pulse.note(measured);
    measured
}

/// About which jurisdiction.
#[derive(Debug, Deserialize)]
pub(crate) struct OfQuery {
    jurisdiction: Option<String>,
}

/// Whether the program is well; for load balancers and watchdogs.
#[utoipa::path(get, path = "/healthz", tag = "operation",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView)), security(()))]
pub(crate) async fn health(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let look = |fleet: &Fleet| (fleet.seq(), fleet.lasts(SystemKind::JournalBroken, ""));
    let asked = timeout(ALIVE_WITHIN, api.inbox.ask(look)).await;
    let (seq, broken) = asked.ok().and_then(Result::ok).unzip();
    let vitals = vitals(&api).await;
    let health = HealthView {
        ok: seq.is_some() && api.inbox.readings_open(),
        loop_alive: seq.is_some(),
        seq: seq.unwrap_or(0),
        readings_open: api.inbox.readings_open(),
        last_commit_age_ms: vitals.last_commit_age_ms,
        disk_free_bytes: vitals.disk_free_bytes,
        journal_broken: broken.unwrap_or(false),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let status = if health.ok {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(health))
}

/// Metrics in Prometheus text form; for this machine, or with the token.
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, content_type = "text/plain", body = String), (status = 401, body = FaultView)))]
pub(crate) async fn metrics(State(api): State<Arc<Api>>) -> impl IntoResponse {
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        (api.metrics)(),
    )
}

/// Conditions of the system itself: staleness, links, the clock, the disk.
#[utoipa::path(get, path = "/api/v1/alarms/system", tag = "outside programs",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, body = Vec<SystemView>), (status = 401, body = FaultView)))]
pub(crate) async fn system(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Answered<Json<Vec<SystemView>>> {
    reader.need(Deed::See)?;
    let slot = api.slot(&reader, query.jurisdiction.as_deref())?;
    let mut notices = api.inbox.ask(move |fleet| fleet.system(slot)).await?;
    api.sight(&reader).await?.notices(&mut notices);
    Ok(Json(notices))
}

/// What became of the messages of each interface since the journal began.
#[utoipa::path(get, path = "/api/v1/intake/counts", tag = "outside programs",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, body = BTreeMap<String, Counts>), (status = 403, body = FaultView)))]
pub(crate) async fn counts(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Answered<Json<BTreeMap<String, Counts>>> {
    reader.need(Deed::Diagnose)?;
    // An interface serves all jurisdictions of the process; the question is checked all the same.
    reader.scope(api.inbox.catalogue().codes(), query.jurisdiction.as_deref())?;
    let counts = api.inbox.ask(|fleet| fleet.counts()).await?;
    Ok(Json(counts))
}

/// SHA-256 over the canonical decision state.
#[utoipa::path(get, path = "/api/v1/state/hash", tag = "outside programs",
    params(("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, body = StateHash), (status = 403, body = FaultView)))]
pub(crate) async fn state_hash(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Answered<Json<StateHash>> {
    reader.need(Deed::Diagnose)?;
    let slot = api.slot(&reader, query.jurisdiction.as_deref())?;
    Ok(Json(api.inbox.ask(move |fleet| fleet.hash_of(slot)).await?))
}

/// The OpenAPI description of all this.
pub(crate) async fn openapi() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        crate::openapi(),
    )
}

/// A known address asked in a way it does not take.
pub(crate) async fn wrong_method() -> Fault {
    Fault::WrongMethod
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vitals_are_measured_once_a_second_by_one_asker() {
        let (pulse, start) = (Pulse::default(), Instant::now());
        let free = |bytes| Vitals {
            disk_free_bytes: Some(bytes),
            ..Vitals::default()
        };
        let known = |now| pulse.known(now).map(|vitals| vitals.disk_free_bytes);
        assert_eq!(known(start), None, "whoever is first measures");
        assert_eq!(known(start), Some(None), "and nobody beside");
        pulse.note(free(7));
        assert_eq!(known(start), Some(Some(7)));
        let later = start + FRESH;
        assert_eq!(known(later), None);
        assert_eq!(known(later), Some(Some(7)));
        pulse.note(free(8));
        assert_eq!(known(later), Some(Some(8)));
    }
}
