//! The history of one series.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::stream;
use model::intake::Quality;
use model::view::SampleView;
use model::{Decimals, JurisdictionSlot, Time};
use runtime::Target;
use serde::Deserialize;
use store::{Course, HistoryError, Sample};

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::ledger::{NDJSON, ndjson};
use crate::pieces::body_of;

/// Samples put into lines at once: a day of a series that reports every second has many.
const PAGE: usize = 4096;

/// Which part of the history.
#[derive(Debug, Deserialize)]
pub(crate) struct SpanQuery {
    from: Option<Time>,
    to: Option<Time>,
    jurisdiction: Option<String>,
}

/// Samples of one series with from ≤ time < to, oldest first, as NDJSON; also of a station that no file
/// names any more. Whoever belongs to a township and does not command is told of its stations alone.
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
    // As in the list of stations, there is none outside one's own township.
    if !api.sight(&reader).await?.holds(&station) {
        return Err(Fault::NoSuchStation {
            near: None,
            station,
        });
    }
    let only = api.slot(&reader, span.jurisdiction.as_deref())?;
    // Years 1 to 9999: all that can be written.
    let (from, to) = (
        span.from.unwrap_or(Time::MIN),
        span.to.unwrap_or(Time::from_ms(i64::MAX)),
    );
    let fault = |cause: HistoryError| store_fault(READING, &cause);
    let (course, decimals) = match target(&api, only, &station, &quantity) {
        Ok(target) => {
            let course = api
                .history
                .course(target.jurisdiction, target.series, from, to);
            (course.await.map_err(fault)?, target.decimals)
        }
        // What no file names any more was measured all the same, and a screen of the past shows it.
        Err(unknown) => {
            let former = api.history.former(only, &station, &quantity);
            let former = former.await.map_err(fault)?.ok_or(unknown)?;
            let course = api.history.course_of_former(&former, from, to);
            (course.await.map_err(fault)?, former.decimals)
        }
    };
    let told = Telling {
        course,
        decimals,
        day: Vec::new().into_iter(),
    };
    Ok(([(header::CONTENT_TYPE, NDJSON)], told.into_body()))
}

/// Where the series of a station lies now.
fn target(
    api: &Api,
    only: Option<JurisdictionSlot>,
    station: &str,
    quantity: &str,
) -> Answered<Target> {
    let catalogue = api.inbox.catalogue();
    let series = catalogue.series_of(station).iter();
    if !series
        .clone()
        .any(|m| only.is_none_or(|slot| slot == m.target.jurisdiction))
    {
        return Err(Fault::NoSuchStation {
            near: catalogue.near(station),
            station: station.to_owned(),
        });
    }
    let found = catalogue.find(station, quantity).cloned();
    found.ok_or_else(|| Fault::NoSuchQuantity {
        station: station.to_owned(),
        quantity: quantity.to_owned(),
    })
}

const READING: &str = "read the history of a series";

/// A series being told: one day of it is in memory, however many are asked for.
struct Telling {
    course: Course,
    decimals: Decimals,
    /// What is left of the day.
    day: std::vec::IntoIter<Sample>,
}

impl Telling {
    fn into_body(self) -> Body {
        let pages = stream::unfold(Some(self), |telling| async move {
            let mut telling = telling?;
            match telling.page().await {
                Ok(page) => Some((Ok(page?), Some(telling))),
                Err(cause) => {
                    let fault = store_fault(READING, &cause);
                    Some((Err(std::io::Error::other(fault)), None))
                }
            }
        });
        body_of(pages)
    }

    /// The next lines; none behind the last.
    async fn page(&mut self) -> Result<Option<Bytes>, HistoryError> {
        while self.day.len() == 0 {
            let Some(day) = self.course.next_day().await? else {
                return Ok(None);
            };
            self.day = day.into_iter();
        }
        let decimals = self.decimals;
        let lines = self.day.by_ref().take(PAGE).map(|sample| SampleView {
            time: sample.observed,
            received: sample.received,
            value: (sample.quality != Quality::Missing).then(|| decimals.show(sample.value)),
            quality: sample.quality,
            revision: sample.revision,
            late: sample.late,
        });
        Ok(Some(ndjson(lines)))
    }
}
