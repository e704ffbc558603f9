//! The feed: a snapshot or the tail, then everything that follows, as the reader may see it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use bytes::Bytes;
use model::view::{FeedMessage, SnapshotView};
use runtime::{Frame, Subscription};
use serde::Deserialize;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::error::{Answered, Fault, FaultView};
use crate::sight::{narrow_county, narrow_text};
use crate::socket::{Said, Source, bounded, run};

/// From where the feed goes on, and about what.
#[derive(Debug, Deserialize)]
pub(crate) struct FeedQuery {
    since: Option<u64>,
    jurisdiction: Option<String>,
}

/// Opens the feed as a WebSocket of `FeedMessage`s.
#[utoipa::path(get, path = "/api/v1/feed", tag = "live",
    params(("since" = Option<u64>, Query, description = "Last journal number the client has seen; without it, or when it is too old, a snapshot comes first"),
           ("jurisdiction" = Option<String>, Query, description = "Only this one")),
    responses((status = 101, description = "WebSocket; each text frame is one FeedMessage", body = FeedMessage),
              (status = 401, body = FaultView), (status = 426, body = FaultView)))]
pub(crate) async fn feed(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<FeedQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answered<Response> {
    reader.need(Deed::See)?;
    let upgrade = upgrade.map_err(|_| Fault::NotAWebSocket)?;
    let only = reader.scope(api.inbox.catalogue().codes(), query.jurisdiction.as_deref())?;
    let place = api.socket_place()?;
    let subscription = api.feed.subscribe(query.since, only).await?;
    let source = Reader {
        api,
        subscription,
        reader,
    };
    Ok(bounded(upgrade).on_upgrade(move |socket| run(socket, source, place)))
}

/// One person reading the feed.
struct Reader {
    api: Arc<Api>,
    subscription: Subscription,
    reader: Principal,
}

impl Source for Reader {
    async fn next(&mut self) -> Said {
        loop {
            match self.subscription.next().await {
                None => return Said::End,
                Some(Frame::Snapshot(snapshot)) => {
                    return Said::Text(seen(&self.api, &self.reader, *snapshot));
                }
                Some(Frame::Text(text)) if text.starts_with(br#"{"type":"behind""#) => {
                    return Said::Last(text);
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
        self.api.still_signed_in(&self.reader)
    }
}

/// A snapshot as `reader` may see it.
pub(crate) fn seen(api: &Api, reader: &Principal, mut snapshot: SnapshotView) -> Bytes {
    for county in &mut snapshot.counties {
        api.people.load().fill(county, reader);
        narrow_county(county, reader);
    }
    let text = serde_json::to_vec(&FeedMessage::Snapshot(Box::new(snapshot)));
    Bytes::from(text.expect("views have string keys, so they are JSON"))
}
