//! The history of one series.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use model::Time;
use model::intake::Quality;
use model::view::SampleView;
use serde::Deserialize;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::ledger::{NDJSON, ndjson};

/// Which part of the history.
#[derive(Debug, Deserialize)]
pub(crate) struct SpanQuery {
    from: Option<Time>,
    to: Option<Time>,
    jurisdiction: Option<String>,
}

/// Samples of one series with from ≤ time < to, oldest first, as NDJSON.
#[utoipa::path(get, path = "/api/v1/series/{station}/{quantity}", tag = "outside programs",
    params(("station" = String, Path, description = "Station id, percent-encoded"),
           ("quantity" = String, Path, description = "Quantity id, percent-encoded"),
           ("from" = Option<String>, Query, description = "RFC 3339; absent: from the first"),
           ("to" = Option<String>, Query, description = "RFC 3339; absent: to the newest"),
           ("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "One object a line", body = SampleView, content_type = "application/x-ndjson"),
              (status = 404, body = FaultView)))]
pub(crate) async fn series(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Path((station, quantity)): Path<(String, String)>,
    Asked(span): Asked<SpanQuery>,
) -> Answered<impl IntoResponse> {
    reader.need(Deed::See)?;
    let only = api.slot(&reader, span.jurisdiction.as_deref())?;
    let catalogue = api.inbox.catalogue();
    if !catalogue
        .series_of(&station)
        .iter()
        .any(|m| only.is_none_or(|slot| slot == m.target.jurisdiction))
    {
        return Err(Fault::NoSuchStation {
            near: catalogue.near(&station),
            station,
        });
    }
    let Some(target) = catalogue.find(&station, &quantity) else {
        return Err(Fault::NoSuchQuantity { station, quantity });
    };
    // Years 1 to 9999: all that can be written.
    let (from, to) = (
        span.from.unwrap_or(Time::MIN),
        span.to.unwrap_or(Time::from_ms(i64::MAX)),
    );
    let samples = api
        .history
        .samples(target.jurisdiction, target.series, from, to)
        .await
        .map_err(|cause| store_fault("read the history of a series", &cause))?;
    let decimals = target.decimals;
    let lines = samples.into_iter().map(|sample| SampleView {
        time: sample.observed,
        received: sample.received,
        value: (sample.quality != Quality::Missing).then(|| decimals.show(sample.value)),
        quality: sample.quality,
        revision: sample.revision,
        late: sample.late,
    });
    Ok(([(header::CONTENT_TYPE, NDJSON)], ndjson(lines)))
}
