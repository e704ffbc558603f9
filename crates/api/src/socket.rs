//! One WebSocket: frames out at the client's pace, keepalive both ways, nothing queued here.
//!
//! The source hands over the next frame only when the last one left, so what a slow client missed
//! waits, coalesced or numbered, where it is shared by all.

use std::future::Future;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

/// A ping goes out this often.
const KEEPALIVE: Duration = Duration::from_secs(20);
/// A client unheard for this long, pongs included, is gone.
const UNHEARD: Duration = Duration::from_secs(50);
/// A frame that has not left after this long is stuck.
const STUCK: Duration = Duration::from_secs(20);
/// Clients say next to nothing on these sockets.
const MAX_INCOMING: usize = 4096;

/// What a source of frames says.
pub(crate) enum Said {
    Text(Bytes),
    /// The last frame: the client is too slow and shall come back.
    Last(Bytes),
    /// The program stops.
    End,
}

/// The session has ended, or its person has another role: a client that comes back sees what it may.
const NO_LONGER: (u16, &str) = (close_code::POLICY, "no longer signed in as before");

/// What became of something the client said.
pub(crate) enum Heard {
    Fine,
    /// It is nothing that can be said here; the socket closes with these words, at most 120 bytes.
    Never(&'static str),
}

/// Where the frames of one socket come from.
pub(crate) trait Source: Send + 'static {
    /// Waits for the next frame; cancelling the wait loses nothing.
    fn next(&mut self) -> impl Future<Output = Said> + Send;

    /// Asked at every keepalive, and when people or logins have changed: whether the client may go on
    /// listening as it does.
    fn allowed(&mut self) -> bool;

    /// Takes what the client says; most sources listen to nothing.
    fn hear(&mut self, _text: &str) -> Heard {
        Heard::Fine
    }
}

/// Sets the bounds of a socket before it opens.
pub(crate) fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(4096)
        .write_buffer_size(0)
        .max_message_size(MAX_INCOMING)
        .max_frame_size(MAX_INCOMING)
}

/// Sends frames until the client leaves, falls behind, may no longer listen, or the source ends.
/// `changes` tells that people or logins are others.
pub(crate) async fn run(
    mut socket: WebSocket,
    mut source: impl Source,
    mut changes: watch::Receiver<()>,
    place: OwnedSemaphorePermit,
) {
    let farewell = pump(&mut socket, &mut source, &mut changes).await;
    if let Some((code, reason)) = farewell {
        let close = CloseFrame {
            code,
            reason: Utf8Bytes::from_static(reason),
        };
        // The client may be gone already; then there is nobody to tell.
        let _told = timeout(STUCK, socket.send(Message::Close(Some(close)))).await;
    }
    drop(place);
}

/// Returns what to say in the close frame; nothing when the client has left.
async fn pump(
    socket: &mut WebSocket,
    source: &mut impl Source,
    changes: &mut watch::Receiver<()>,
) -> Option<(u16, &'static str)> {
    let mut keepalive = interval(KEEPALIVE);
    keepalive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    keepalive.tick().await;
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            said = source.next() => match said {
                Said::Text(text) => send(socket, text).await?,
                Said::Last(text) => {
                    send(socket, text).await?;
                    return Some((close_code::AGAIN, "behind"));
                }
                Said::End => return Some((close_code::AWAY, "stopping")),
            },
            seen = socket.recv() => match seen {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(Message::Text(text))) => {
                    heard = Instant::now();
                    if let Heard::Never(why) = source.hear(&text) {
                        return Some((close_code::POLICY, why));
                    }
                }
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {
                    heard = Instant::now();
                }
            },
            _ = keepalive.tick() => {
                if heard.elapsed() > UNHEARD {
                    return Some((close_code::AWAY, "unheard"));
                }
                if !source.allowed() {
                    return Some(NO_LONGER);
                }
                write(socket, Message::Ping(Bytes::new())).await?;
            }
            Ok(()) = changes.changed() => {
                if !source.allowed() {
                    return Some(NO_LONGER);
                }
            }
        }
    }
}

async fn send(socket: &mut WebSocket, text: Bytes) -> Option<()> {
    let text = Utf8Bytes::try_from(text).ok()?;
    write(socket, Message::Text(text)).await
}

async fn write(socket: &mut WebSocket, message: Message) -> Option<()> {
    timeout(STUCK, socket.send(message)).await.ok()?.ok()
}
