//! The past: a feed of any second of it, and what happened when.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use axum::{Extension, Json};
use bytes::Bytes;
use model::replay::{FASTEST, Knowledge, LanesView, ReplayOrder};
use model::view::{FeedMessage, SnapshotView};
use model::{RunId, Time};
use runtime::{Frame, ReplayAsk, ReplayError, ReplaySession, Replays, bulkhead};
use serde::Deserialize;
use tokio::task::JoinHandle;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::changes::Told;
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::lists::{Rows, RunWithPages, rows_of, whole_runs};
use crate::sight::Sight;
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
    #[serde(default)]
    changes: bool,
}

/// Opens a replay as a WebSocket of `FeedMessage`s, each marked as of a replay. The client may send
/// `ReplayOrder`s: another time, another speed, the other of the two times.
#[utoipa::path(get, path = "/api/v1/replay/feed", tag = "replay", operation_id = "replay_feed",
    params(("at" = String, Query, description = "RFC 3339; before the first entry it is the first, after the newest the newest"),
           ("speed" = Option<u16>, Query, description = "Seconds in one, at most 3600; absent or 0 stands still"),
           ("knowledge" = Option<String>, Query, description = "`then`: what had been received; `now`: what had been observed"),
           ("jurisdiction" = Option<String>, Query, description = "Only this one"),
           ("changes" = Option<bool>, Query, description = "`true`: a later snapshot comes as `changed`, by what differs from the one before")),
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
    let sight = api.sight(&reader).await?;
    let session = api
        .replays
        .begin(ReplayAsk {
            at: query.at,
            speed: query.speed,
            knowledge: query.knowledge,
            only,
        })
        .map_err(fault)?;
    let changes = api.changes.subscribe();
    let source = Viewer {
        api: Arc::clone(&api),
        session,
        reader: reader.clone(),
        eyes: Some(Eyes {
            api,
            reader,
            sight,
            told: query.changes.then(Told::default),
            begun: false,
        }),
        making: None,
    };
    Ok(bounded(upgrade).on_upgrade(move |socket| run(socket, source, changes, place)))
}

/// One person looking at the past.
struct Viewer {
    api: Arc<Api>,
    session: ReplaySession,
    reader: Principal,
    /// Away while a snapshot is being put into words.
    eyes: Option<Eyes>,
    making: Option<JoinHandle<Option<(Eyes, Bytes)>>>,
}

/// What of the past its person sees.
struct Eyes {
    api: Arc<Api>,
    reader: Principal,
    sight: Sight,
    /// What it was told last, where it wants changes in place of snapshots.
    told: Option<Told>,
    /// It was told a snapshot.
    begun: bool,
}

impl Source for Viewer {
    async fn next(&mut self) -> Said {
        loop {
            if let Some(making) = &mut self.making {
                let made = making.await;
                self.making = None;
                let Ok(Some((eyes, text))) = made else {
                    return Said::End;
                };
                self.eyes = Some(eyes);
                return Said::Text(text);
            }
            match self.session.next().await {
                None => return Said::End,
                Some(Frame::Snapshot(snapshot)) => {
                    let Some(mut eyes) = self.eyes.take() else {
                        return Said::End;
                    };
                    // Whole counties in words take long: not on the thread that carries everybody's sockets.
                    let make = move || {
                        let made = bulkhead::hold(|| {
                            let text = eyes.seen(*snapshot);
                            (eyes, text)
                        });
                        made.ok()
                    };
                    self.making = Some(tokio::task::spawn_blocking(make));
                }
                Some(Frame::Text(text)) => {
                    let Some(eyes) = &self.eyes else { continue };
                    if let Some(text) = eyes.sight.text(text, false, &self.api.values) {
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

impl Eyes {
    /// A snapshot as the reader may see it, without telephone numbers: nobody is called from the past.
    fn seen(&mut self, mut snapshot: SnapshotView) -> Bytes {
        self.sight.notices(&mut snapshot.system);
        for county in &mut snapshot.counties {
            self.api.people.load().fill(county, &self.reader);
            self.sight.county(county);
            for person in &mut county.people {
                person.phone = None;
            }
        }
        let begun = std::mem::replace(&mut self.begun, true);
        let message = match &mut self.told {
            Some(told) if begun => FeedMessage::Changed(Box::new(told.changed(snapshot))),
            Some(_) | None => FeedMessage::Snapshot(Box::new(snapshot)),
        };
        let text = serde_json::to_vec(&message);
        if let (FeedMessage::Snapshot(whole), Some(told)) = (message, &mut self.told) {
            told.note(*whole);
        }
        Bytes::from(text.expect("views have string keys, so they are JSON"))
    }
}

/// Which span, in how many pieces.
#[derive(Debug, Deserialize)]
pub(crate) struct LanesQuery {
    from: Time,
    to: Time,
    buckets: Option<u32>,
    knowledge: Option<Knowledge>,
    at: Option<Time>,
    jurisdiction: Option<String>,
}

impl LanesQuery {
    /// Only what had been entered by then; none: all that is known.
    fn known(&self) -> Option<Time> {
        match (self.knowledge, self.at) {
            (Some(Knowledge::Now), _) | (None, None) => None,
            (Some(Knowledge::Then) | None, Some(at)) => Some(at),
            (Some(Knowledge::Then), None) => Some(self.to),
        }
    }
}

/// Pieces of an answer that names none.
const BUCKETS: u32 = 480;

/// What happened in a span of time: rain, levels, alarms, calls, commands, reports, decisions; each at
/// the time it is about. As it is known now, or as it was known at a moment.
#[utoipa::path(get, path = "/api/v1/replay/lanes", tag = "replay",
    params(("from" = String, Query, description = "RFC 3339"),
           ("to" = String, Query, description = "RFC 3339, at most 400 days later"),
           ("buckets" = Option<u32>, Query, description = "Pieces of whole minutes, at most 2000; absent: 480"),
           ("knowledge" = Option<String>, Query, description = "`then`: only what had been received and pressed by `at`; `now`: all of it; absent: `then` where `at` is given, else `now`"),
           ("at" = Option<String>, Query, description = "RFC 3339: the moment of `then`; absent: `to`"),
           ("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, body = LanesView), (status = 400, body = FaultView), (status = 401, body = FaultView)))]
pub(crate) async fn lanes(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<LanesQuery>,
) -> Answered<Json<LanesView>> {
    reader.need(Deed::See)?;
    let only = api.slot(&reader, query.jurisdiction.as_deref())?;
    let sight = api.sight(&reader).await?;
    let replays = api.replays.clone();
    let look = move || {
        let buckets = query.buckets.unwrap_or(BUCKETS);
        let known = query.known();
        replays.lanes(query.from, query.to, buckets, only, known)
    };
    let asked = bulkhead::aside(look).await;
    let mut lanes = asked
        .map_err(|cause| store_fault("read the lanes", &cause))?
        .map_err(fault)?;
    sight.deeds(&mut lanes.deeds);
    Ok(Json(lanes))
}

/// Of which moment.
#[derive(Debug, Deserialize)]
pub(crate) struct RunsQuery {
    at: Time,
    #[serde(default)]
    knowledge: Knowledge,
    run: Option<RunId>,
    jurisdiction: Option<String>,
}

/// Escalations and roll-calls as they stood at a moment of the past: those that ran, and those that had
/// ended within a day of it, each with its pages. It lives through the past as a replay does, so a few
/// are answered at a time.
#[utoipa::path(get, path = "/api/v1/replay/runs", tag = "replay", operation_id = "replay_runs",
    params(("at" = String, Query, description = "RFC 3339; before the first entry there are none, after the newest it is the newest"),
           ("knowledge" = Option<String>, Query, description = "`then`: what had been received; `now`: what had been observed"),
           ("run" = Option<String>, Query, description = "Only this one; by what is known now, the one that stands in its place"),
           ("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 200, description = "Each with its jurisdiction, as of /api/v1/runs", body = Vec<RunWithPages>),
              (status = 401, body = FaultView), (status = 403, body = FaultView)))]
pub(crate) async fn runs(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<RunsQuery>,
) -> Rows<RunWithPages> {
    reader.need(Deed::See)?;
    reader.need(Deed::SeeEveryTask)?;
    let only = api.slot(&reader, query.jurisdiction.as_deref())?;
    let look = move |replays: &Replays| -> Result<_, ReplayError> {
        let fleet = replays.fleet_at(query.at, query.knowledge)?;
        Ok(rows_of(&fleet, only, |fleet, slot| {
            let mut runs = whole_runs(fleet, slot);
            if let Some(run) = &query.run {
                let engine = fleet.engine(slot);
                let meant = engine.and_then(|engine| engine.run_meant(run));
                runs.retain(|whole| Some(&whole.run.id) == meant.as_ref());
            }
            runs
        }))
    };
    let asked = api.replays.aside(look).await;
    Ok(Json(asked.map_err(fault)?.map_err(fault)?))
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
