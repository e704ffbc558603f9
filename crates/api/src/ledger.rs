//! Transitions as told to outside programs: as lines up to now, or as a WebSocket for ever.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use model::view::TransitionView;
use runtime::TransitionStream;
use serde::{Deserialize, Serialize};

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::pieces::body_of;
use crate::sight::Sight;
use crate::socket::{Said, Source, bounded, run};

/// The media type of answers that are one JSON object a line.
pub(crate) const NDJSON: &str = "application/x-ndjson; charset=utf-8";

/// Transitions read at once.
const PAGE: usize = 4096;

/// After which transition, and of whom.
#[derive(Debug, Deserialize)]
pub(crate) struct TransitionsQuery {
    after: Option<u64>,
    jurisdiction: Option<String>,
}

/// Transitions after number `after` as NDJSON; as a WebSocket the same and all that follow. Whoever is told of
/// one township alone reads those of its stations, with gaps in their numbers.
#[utoipa::path(get, path = "/api/v1/alarms/transitions", tag = "outside programs",
    params(("after" = Option<u64>, Query, description = "Number of the last one known; a WebSocket without it begins now, a GET at the first"),
           ("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "One object a line, everything confirmed before the request", body = TransitionView, content_type = "application/x-ndjson"),
              (status = 101, description = "WebSocket; each text frame is a JSON array of them"),
              (status = 401, body = FaultView)))]
pub(crate) async fn transitions(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<TransitionsQuery>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answered<Response> {
    reader.need(Deed::See)?;
    let only = reader.scope(api.inbox.catalogue().codes(), query.jurisdiction.as_deref())?;
    let sight = api.sight(&reader).await?;
    if !headers.contains_key(header::UPGRADE) {
        return Ok(lines(api, query.after.unwrap_or(0), only, sight));
    }
    let upgrade = upgrade.map_err(|_| Fault::NotAWebSocket)?;
    let place = api.socket_place()?;
    let transitions = api.feed.transitions(query.after, only).await?;
    let source = Listener {
        api,
        transitions,
        reader,
        sight,
    };
    let changes = source.api.changes.subscribe();
    Ok(bounded(upgrade).on_upgrade(move |socket| run(socket, source, changes, place)))
}

/// Pages until one is not full, so that a busy night cannot keep the answer open.
fn lines(api: Arc<Api>, after: u64, only: Option<String>, sight: Sight) -> Response {
    let pages = stream::unfold(Some((api, after, only, sight)), |state| async move {
        let (api, after, only, sight) = state?;
        let page = match api.feed.transitions_after(after, PAGE).await {
            Ok(page) => page,
            Err(cause) => {
                let fault = store_fault("read transitions", &cause);
                return Some((Err(std::io::Error::other(fault)), None));
            }
        };
        let last = page.last()?.seq;
        let full = page.len() == PAGE;
        let wanted = page
            .iter()
            .filter(|t| only.as_ref().is_none_or(|code| t.jurisdiction == *code))
            .filter(|t| sight.holds(&t.subject));
        let text = ndjson(wanted);
        Some((Ok(text), full.then_some((api, last, only, sight))))
    });
    ([(header::CONTENT_TYPE, NDJSON)], body_of(pages)).into_response()
}

/// One line an item.
pub(crate) fn ndjson<T: Serialize>(items: impl Iterator<Item = T>) -> Bytes {
    let mut text = Vec::new();
    for item in items {
        serde_json::to_writer(&mut text, &item).expect("views have string keys, so they are JSON");
        text.push(b'\n');
    }
    Bytes::from(text)
}

/// One program listening to transitions.
struct Listener {
    api: Arc<Api>,
    transitions: TransitionStream,
    reader: Principal,
    sight: Sight,
}

impl Source for Listener {
    async fn next(&mut self) -> Said {
        loop {
            let Some(text) = self.transitions.next().await else {
                return Said::End;
            };
            if let Some(text) = self.sight.transitions(text) {
                return Said::Text(text);
            }
        }
    }

    fn allowed(&mut self) -> bool {
        self.api.is_as_it_was(&self.reader)
    }
}
