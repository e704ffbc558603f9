//! The feed: a snapshot or the tail, then everything that follows, as the reader may see it.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use bytes::Bytes;
use model::view::{FeedMessage, SnapshotView};
use runtime::{Frame, Own, Stopped, Subscription};
use serde::Deserialize;
use tokio::task::JoinHandle;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::error::{Answered, Fault, FaultView};
use crate::sight::Sight;
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
    let mut subscription = api.feed.subscribe(query.since, only).await?;
    let sight = api.sight(&reader).await?;
    if sight.is_own() {
        let own = sight.clone();
        subscription = subscription.for_one(Own {
            person: reader.person.clone(),
            keep: Arc::new(move |update| own.update(update)),
        });
    }
    let source = Reader {
        api,
        subscription,
        reader,
        sight,
        waiting: None,
    };
    let changes = source.api.changes.subscribe();
    Ok(bounded(upgrade).on_upgrade(move |socket| run(socket, source, changes, place)))
}

/// One person reading the feed.
struct Reader {
    api: Arc<Api>,
    subscription: Subscription,
    reader: Principal,
    sight: Sight,
    /// A snapshot that leaves once it is on record whose telephone numbers are in it.
    waiting: Option<(Bytes, JoinHandle<Result<(), Stopped>>)>,
}

impl Source for Reader {
    async fn next(&mut self) -> Said {
        loop {
            if let Some((_, recorded)) = &mut self.waiting {
                let recorded = recorded.await;
                let text = self.waiting.take().map(|(text, _)| text);
                return match (text, recorded) {
                    (Some(text), Ok(Ok(()))) => Said::Text(text),
                    (Some(_) | None, Ok(Ok(()) | Err(Stopped)) | Err(_)) => Said::End,
                };
            }
            match self.subscription.next().await {
                None => return Said::End,
                Some(Frame::Snapshot(snapshot)) => {
                    self.waiting = Some(self.seen(*snapshot));
                }
                Some(Frame::Text(text)) if text.starts_with(br#"{"type":"behind""#) => {
                    return Said::Last(text);
                }
                // Whoever sees their own part alone gets no other updates from the subscription.
                Some(Frame::Text(text)) => {
                    let told = self.sight.is_own();
                    if let Some(text) = self.sight.text(text, told, &self.api.values) {
                        return Said::Text(text);
                    }
                }
            }
        }
    }

    fn allowed(&mut self) -> bool {
        self.api.is_as_it_was(&self.reader)
    }
}

impl Reader {
    /// The snapshot as the reader may see it, and the recording that it waits for.
    fn seen(&self, mut snapshot: SnapshotView) -> (Bytes, JoinHandle<Result<(), Stopped>>) {
        let catalogue = self.api.inbox.catalogue();
        let mut numbers = Vec::new();
        self.sight.notices(&mut snapshot.system);
        for county in &mut snapshot.counties {
            self.api.people.load().fill(county, &self.reader);
            self.sight.county(county);
            let others = county.people.iter().filter(|p| p.id != self.reader.person);
            let shown = others.filter(|person| person.phone.is_some()).count() as u32;
            if let Some(slot) = catalogue.jurisdiction(&county.code).filter(|_| shown > 0) {
                numbers.push((slot, shown));
            }
        }
        let text = serde_json::to_vec(&FeedMessage::Snapshot(Box::new(snapshot)));
        let text = Bytes::from(text.expect("views have string keys, so they are JSON"));
        let (looks, reader) = (self.api.looks.clone(), self.reader.clone());
        // A task of its own: the wait for it may be cancelled, the recording may not.
        let recorded = tokio::spawn(async move {
            for (slot, people) in numbers {
                looks.telephones(&reader, slot, people).await?;
            }
            Ok(())
        });
        (text, recorded)
    }
}
