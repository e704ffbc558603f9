//! How readings come in: every interface with what came by it, and the messages that were refused.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use model::Time;
use model::intake::{InterfaceView, Refusal};
use runtime::bulkhead;
use serde::{Deserialize, Serialize};
use store::Refused;
use utoipa::ToSchema;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::lists::OfQuery;

/// Refused messages given unless fewer are asked for, and the most that are.
const USUAL: usize = 100;
const MOST: usize = 1000;
/// Messages looked through for those that are asked for.
const LOOKED_AT: usize = 20_000;

/// Which refused messages.
#[derive(Debug, Deserialize)]
pub(crate) struct RefusedQuery {
    interface: Option<String>,
    kind: Option<Refusal>,
    limit: Option<usize>,
}

/// A message that was refused, as far as it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedView {
    at: Time,
    /// Id of the interface it came by.
    interface: String,
    kind: Refusal,
    /// A sentence saying why, in English.
    reason: String,
    /// Topic or path it was sent to.
    topic: String,
    /// Its beginning where that is text.
    text: Option<String>,
    /// Its beginning as hexadecimal digits where it is not.
    hex: Option<String>,
    /// Length of the whole message.
    bytes: u64,
    /// Only the beginning was kept.
    cut: bool,
}

/// Readings of stations: one object, an array of them, or one a line (NDJSON). Each is answered for itself,
/// in order, and the answer leaves when all of them are on disk. A device shows its account by Basic
/// authentication and is answered `refused` for stations that are none of its own. A request of more
/// than 8 MiB or 50,000 readings is refused whole, and none of it is taken: send it in parts.
#[utoipa::path(post, path = "/api/v1/observations", tag = "site",
    security(("device" = []), ("session" = []), ("token" = [])),
    request_body(content = Vec<ObservationRequest>, content_type = "application/json"),
    responses((status = 200, body = ObservationsView), (status = 401, body = FaultView),
        (status = 403, body = FaultView), (status = 413, description = "Too many readings or bytes; nothing was taken"),
        (status = 503, description = "Not taken now; send it again later")))]
#[expect(
    dead_code,
    reason = "the route is the links'; only its description is here"
)]
pub(crate) fn observations() {}

/// One reading.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it is read by the links; only its description is here"
)]
pub(crate) struct ObservationRequest {
    station: String,
    quantity: String,
    /// Absent only when the quality is `missing`.
    value: Option<f64>,
    /// When it was measured.
    time: Time,
    /// When it became visible to the sender.
    received: Option<Time>,
    /// 0 for a first report; a higher one replaces.
    revision: Option<u16>,
    /// Refused when it is not the quantity's own.
    unit: Option<String>,
    /// The station's own count of its messages.
    seq: Option<u64>,
    /// `good`, `doubtful`, `bad` or `missing`.
    quality: Option<String>,
}

/// What became of the readings of one request.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it is written by the links; only its description is here"
)]
pub(crate) struct ObservationsView {
    accepted: usize,
    duplicate: usize,
    late: usize,
    refused: usize,
    /// One for each reading, in order.
    items: Vec<ObservationView>,
}

/// What became of one reading.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it is written by the links; only its description is here"
)]
pub(crate) struct ObservationView {
    /// `accepted`, `duplicate`, `late` or `refused`.
    result: String,
    /// Of a refusal: which kind.
    kind: Option<String>,
    /// Of a refusal: why, in Chinese and English.
    reason: Option<model::config::Text>,
}

/// Every interface: what came by it since the journal began, how many series are heard by it now, how
/// many of them are silent, and when it was last heard.
#[utoipa::path(get, path = "/api/v1/intake", tag = "site",
    params(("jurisdiction" = Option<String>, Query, description = "Only what this one hears; counts are of all")),
    responses((status = 200, body = Vec<InterfaceView>), (status = 403, body = FaultView)))]
pub(crate) async fn interfaces(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<OfQuery>,
) -> Answered<Json<Vec<InterfaceView>>> {
    reader.need(Deed::Diagnose)?;
    let only = api.slot(&reader, query.jurisdiction.as_deref())?;
    let rows = api.inbox.ask(move |fleet| fleet.interfaces(only)).await?;
    Ok(Json(rows))
}

/// The newest messages that were refused, newest first. Where a process serves several jurisdictions,
/// whoever belongs to one is not shown what names a station of another.
#[utoipa::path(get, path = "/api/v1/intake/refused", tag = "site",
    params(("interface" = Option<String>, Query, description = "Only what came by this one"),
           ("kind" = Option<String>, Query, description = "malformed, unknown, future, oversized or conflict"),
           ("limit" = Option<usize>, Query, description = "100 unless said, at most 1000")),
    responses((status = 200, body = Vec<RefusedView>), (status = 403, body = FaultView)))]
pub(crate) async fn refused(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<RefusedQuery>,
) -> Answered<Json<Vec<RefusedView>>> {
    reader.need(Deed::Diagnose)?;
    let catalogue = api.inbox.catalogue();
    let own = reader.scope(catalogue.codes(), None)?;
    let own = own.and_then(|code| catalogue.jurisdiction(&code));
    let shared = own.filter(|_| catalogue.codes().len() > 1);
    let quarantine = api.quarantine.clone();
    let limit = query.limit.unwrap_or(USUAL).clamp(1, MOST);
    let plain = query.interface.is_none() && query.kind.is_none() && shared.is_none();
    let looked_at = if plain { limit } else { LOOKED_AT };
    let newest = bulkhead::aside(move || quarantine.newest(looked_at)).await;
    let newest = newest.map_err(|_| Fault::Broken)?;
    let newest = newest.map_err(|cause| store_fault("read what was refused", &cause))?;
    let wanted = |item: &Refused| {
        let by = query
            .interface
            .as_ref()
            .is_none_or(|id| *id == item.interface);
        let foreign = shared.is_some_and(|own| {
            stations_of(item).iter().any(|station| {
                let series = catalogue.series_of(station);
                !series.is_empty() && series.iter().all(|one| one.target.jurisdiction != own)
            })
        });
        by && !foreign && query.kind.is_none_or(|kind| kind == item.kind)
    };
    let rows = newest.into_iter().filter(wanted).take(limit);
    let numbers = reader.may(Deed::SeePhones);
    Ok(Json(rows.map(|item| view(item, numbers)).collect()))
}

/// The stations that a message names, in its topic or in itself.
fn stations_of(item: &Refused) -> Vec<String> {
    let body = item.body.text.as_deref().map(serde_json::from_str);
    let body: Option<serde_json::Value> = body.and_then(Result::ok);
    let named = body.and_then(|body| body["station"].as_str().map(str::to_owned));
    let topic = item.topic.split('/').nth(1).map(str::to_owned);
    topic.into_iter().chain(named).collect()
}

/// A refused message; what people wrote back has their number in it, which not everybody sees.
fn view(item: Refused, numbers: bool) -> RefusedView {
    let shown = numbers || !item.topic.starts_with("replies/");
    RefusedView {
        at: item.at,
        interface: item.interface,
        kind: item.kind,
        reason: item.reason,
        topic: item.topic,
        text: item.body.text.filter(|_| shown),
        hex: item.body.hex.filter(|_| shown),
        bytes: item.body.bytes,
        cut: item.body.cut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_read_by_those_who_see_telephone_numbers() {
        let item = |topic: &str| Refused {
            at: Time::from_ms(0),
            interface: "sms".to_owned(),
            kind: Refusal::Unknown,
            reason: "why".to_owned(),
            topic: topic.to_owned(),
            body: store::Body::of(b"13000000001"),
        };
        assert!(view(item("replies/sms"), true).text.is_some());
        assert!(view(item("replies/sms"), false).text.is_none());
        assert!(view(item("obs/a/b"), false).text.is_some());
    }
}
