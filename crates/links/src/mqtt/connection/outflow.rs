//! The writing half of a connection: acknowledgements in the order of their submissions, replies, downlinks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use model::intake::{Refusal, Taken};
use runtime::{Receipt, Stopped};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tracing::warn;

use super::{Connection, End, write_all};
use crate::mqtt::inflow::Ack;
use crate::mqtt::session::now_ms;
use crate::mqtt::wire::{self, Acks, Verdict};

/// Messages submitted and not yet acknowledged.
#[derive(Default)]
pub(super) struct Window {
    pub(super) outstanding: AtomicUsize,
    pub(super) freed: Notify,
}

/// One submission whose receipt is awaited; none is for what is owed right behind those before.
pub(super) struct Pending {
    pub(super) receipt: Option<Receipt>,
    pub(super) acks: Vec<Ack>,
    pub(super) messages: usize,
}

impl Connection {
    /// Writes what is due until the reader is gone and everything is said.
    pub(super) async fn write(
        &self,
        stream: &TcpStream,
        window: &Window,
        mut awaited: mpsc::Receiver<Pending>,
        mut replies: mpsc::Receiver<Vec<u8>>,
    ) -> End {
        let acks = Acks::new(self.terms);
        let mut queue: VecDeque<Pending> = VecDeque::new();
        let mut out = Vec::new();
        let (mut more_pending, mut more_replies) = (true, true);
        while more_pending || more_replies || !queue.is_empty() {
            out.clear();
            tokio::select! {
                biased;
                reply = replies.recv(), if more_replies => match reply {
                    Some(reply) => out.extend_from_slice(&reply),
                    None => more_replies = false,
                },
                taken = front(&mut queue) => {
                    let Ok(taken) = taken else { return End::ShuttingDown };
                    settle_front(&mut queue, &taken, &acks, window, &mut out);
                    // Whatever else is on disk by now leaves in the same write.
                    while let Ok(pending) = awaited.try_recv() {
                        queue.push_back(pending);
                    }
                    while let Some(Ok(taken)) = front(&mut queue).now_or_never() {
                        settle_front(&mut queue, &taken, &acks, window, &mut out);
                    }
                }
                pending = awaited.recv(), if more_pending => match pending {
                    Some(pending) => queue.push_back(pending),
                    None => more_pending = false,
                },
                () = self.session.mail.notified(), if more_replies => self.downlinks(&mut out),
            }
            if !out.is_empty() && write_all(stream, &out).await.is_err() {
                return End::Lost;
            }
        }
        End::Left
    }

    fn downlinks(&self, out: &mut Vec<u8>) {
        let sessions = &self.house.sessions;
        for due in sessions.due(
            &self.client,
            self.session.serial,
            self.downlink_window,
            now_ms(),
        ) {
            let message = &due.downlink;
            let version = self.terms.version;
            let packet = wire::publish(version, due.id, due.again, &message.topic, &message.body);
            match packet {
                Ok(packet) if packet.len() <= self.terms.most_packet => {
                    out.extend_from_slice(&packet);
                    continue;
                }
                Ok(packet) => {
                    let (bytes, most) = (packet.len(), self.terms.most_packet);
                    warn!(peer = %self.peer, topic = message.topic, bytes, most, "a message is larger than its device takes; let go");
                }
                Err(error) => {
                    warn!(peer = %self.peer, topic = message.topic, ?error, "a message to a device cannot be written; let go");
                }
            }
            due.id
                .into_iter()
                .for_each(|id| sessions.taken(&self.client, id));
        }
    }
}

/// The answers of the oldest submission; never resolves when there is none.
async fn front(queue: &mut VecDeque<Pending>) -> Result<Vec<Taken>, Stopped> {
    match queue.front_mut() {
        Some(Pending {
            receipt: Some(receipt),
            ..
        }) => receipt.await,
        Some(_) => Ok(Vec::new()),
        None => std::future::pending().await,
    }
}

fn settle_front(
    queue: &mut VecDeque<Pending>,
    taken: &[Taken],
    acks: &Acks,
    window: &Window,
    out: &mut Vec<u8>,
) {
    let Some(pending) = queue.pop_front() else {
        return;
    };
    out.reserve(pending.acks.len() * 4);
    for ack in &pending.acks {
        let verdict = match taken.get(ack.item as usize) {
            Some(taken) if ack.verdict == Verdict::Fine => verdict(*taken),
            Some(_) | None => ack.verdict,
        };
        acks.write(ack.id, ack.qos2, verdict, out);
    }
    window
        .outstanding
        .fetch_sub(pending.messages, Ordering::AcqRel);
    window.freed.notify_one();
}

fn verdict(taken: Taken) -> Verdict {
    match taken {
        Taken::Accepted | Taken::Late | Taken::Duplicate => Verdict::Fine,
        Taken::Refused(Refusal::Malformed) => Verdict::BadPayload,
        Taken::Refused(Refusal::Unknown) => Verdict::BadTopic,
        Taken::Refused(Refusal::Future | Refusal::Oversized | Refusal::Conflict) => Verdict::Other,
    }
}
