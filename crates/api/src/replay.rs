//! The past: a feed of any second of it, and what happened when.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use axum::{Extension, Json};
use bytes::Bytes;
use model::Time;
use model::replay::{FASTEST, Knowledge, LanesView, ReplayOrder};
use model::view::{FeedMessage, SnapshotView};
use runtime::{Frame, ReplayAsk, ReplayError, ReplaySession, bulkhead};
use serde::Deserialize;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::sight::{is_narrow, narrow_county, narrow_notices, narrow_text};
use crate::socket::{Heard, Said, Source, bounded, run};

/// Where a replay begins and how it goes.
#[derive(Debug, Deserialize)]
pub(crate) struct ReplayQuery {
    at: Time,
    #[serde(default)]
    speed: u16,
    #[serde(default)]
    knowledge: Knowledge,
    jurisdiction: Option<String>,
}

/// Opens a replay as a WebSocket of `FeedMessage`s, each marked as of a replay. The client may send
/// `ReplayOrder`s: another time, another speed, the other of the two times.
#[utoipa::path(get, path = "/api/v1/replay/feed", tag = "replay", operation_id = "replay_feed",
    params(("at" = String, Query, description = "RFC 3339; before the first entry it is the first, after the newest the newest"),
           ("speed" = Option<u16>, Query, description = "Seconds in one, at most 3600; absent or 0 stands still"),
           ("knowledge" = Option<String>, Query, description = "`then`: what had been received; `now`: what had been observed"),
           ("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 101, description = "WebSocket; each text frame is one FeedMessage, each from the client one ReplayOrder", body = FeedMessage),
              (status = 401, body = FaultView), (status = 426, body = FaultView),
              (status = 503, body = FaultView, description = "As many replays run as may")))]
pub(crate) async fn feed(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<ReplayQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answered<Response> {
    reader.need(Deed::See)?;
    let upgrade = upgrade.map_err(|_| Fault::NotAWebSocket)?;
    if query.speed > FASTEST {
        return Err(Fault::field("speed", format!("0 to {FASTEST}")));
    }
    let only = api.slot(&reader, query.jurisdiction.as_deref())?;
    let place = api.socket_place()?;
    let session = api
        .replays
        .begin(ReplayAsk {
            at: query.at,
            speed: query.speed,
            knowledge: query.knowledge,
            only,
        })
        .map_err(fault)?;
    let source = Viewer {
        api,
        session,
        reader,
    };
    let changes = source.api.changes.subscribe();
    Ok(bounded(upgrade).on_upgrade(move |socket| run(socket, source, changes, place)))
}

/// One person looking at the past.
struct Viewer {
    api: Arc<Api>,
    session: ReplaySession,
    reader: Principal,
}

impl Source for Viewer {
    async fn next(&mut self) -> Said {
        loop {
            match self.session.next().await {
                None => return Said::End,
                Some(Frame::Snapshot(snapshot)) => {
                    return Said::Text(self.seen(*snapshot));
                }
                Some(Frame::Text(text)) => {
                    if let Some(text) = narrow_text(text, &self.reader) {
                        return Said::Text(text);
                    }
                }
            }
        }
    }

    fn allowed(&mut self) -> bool {
        self.api.is_as_it_was(&self.reader)
    }

    fn hear(&mut self, text: &str) -> Heard {
        match serde_json::from_str::<ReplayOrder>(text) {
            Ok(ReplayOrder::Pace { speed }) if speed > FASTEST => {
                Heard::Never("speed is 0 to 3600")
            }
            // With too many orders waiting, only the place of the last one would count anyway.
            Ok(order) => {
                let _taken = self.session.order(order);
                Heard::Fine
            }
            Err(_) => Heard::Never(
                r#"say {"do":"seek","at":…}, {"do":"pace","speed":…} or {"do":"know","knowledge":…}"#,
            ),
        }
    }
}

impl Viewer {
    /// A snapshot as the reader may see it, without telephone numbers: nobody is called from the past.
    fn seen(&self, mut snapshot: SnapshotView) -> Bytes {
        narrow_notices(&mut snapshot.system, &self.reader);
        for county in &mut snapshot.counties {
            self.api.people.load().fill(county, &self.reader);
            narrow_county(county, &self.reader);
            for person in &mut county.people {
                person.phone = None;
            }
        }
        let text = serde_json::to_vec(&FeedMessage::Snapshot(Box::new(snapshot)));
        Bytes::from(text.expect("views have string keys, so they are JSON"))
    }
}

/// Which span, in how many pieces.
#[derive(Debug, Deserialize)]
pub(crate) struct LanesQuery {
    from: Time,
    to: Time,
    buckets: Option<u32>,
    jurisdiction: Option<String>,
}

/// Pieces of an answer that names none.
const BUCKETS: u32 = 480;

/// What happened in a span of time: rain, levels, alarms, calls, commands, reports, decisions.
#[utoipa::path(get, path = "/api/v1/replay/lanes", tag = "replay",
    params(("from" = String, Query, description = "RFC 3339"),
           ("to" = String, Query, description = "RFC 3339, at most 400 days later"),
           ("buckets" = Option<u32>, Query, description = "Pieces of whole minutes, at most 2000; absent: 480"),
           ("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, body = LanesView), (status = 400, body = FaultView), (status = 401, body = FaultView)))]
pub(crate) async fn lanes(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<LanesQuery>,
) -> Answered<Json<LanesView>> {
    reader.need(Deed::See)?;
    let only = api.slot(&reader, query.jurisdiction.as_deref())?;
    let replays = api.replays.clone();
    let look = move || {
        let buckets = query.buckets.unwrap_or(BUCKETS);
        replays.lanes(query.from, query.to, buckets, only)
    };
    let asked = bulkhead::aside(look).await;
    let mut lanes = asked
        .map_err(|cause| store_fault("read the lanes", &cause))?
        .map_err(fault)?;
    if is_narrow(&reader) {
        lanes.deeds.clear();
    }
    Ok(Json(lanes))
}

pub(crate) fn fault(error: ReplayError) -> Fault {
    match error {
        ReplayError::TooMany => Fault::TooManyReplays,
        ReplayError::BadSpan | ReplayError::BadInterval => Fault::field("to", &error),
        ReplayError::Store(_)
        | ReplayError::Journal(_)
        | ReplayError::Record { .. }
        | ReplayError::Keyframes(_)
        | ReplayError::Lanes(_)
        | ReplayError::Empty
        | ReplayError::Stopped
        | ReplayError::Thread(_) => store_fault("look at the past", &error),
    }
}
