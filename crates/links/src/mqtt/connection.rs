//! One connection: read much, submit at once, acknowledge what is on disk, in order.
//!
//! Reading and writing are two loops of one task. The reader submits every whole packet of a read and
//! goes on while receipts are outstanding, up to the receive maximum; the writer sends the
//! acknowledgements of a receipt in one write. Nothing is acknowledged before its receipt.

mod end;
mod outflow;

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use runtime::Stopped;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use self::end::End;
use self::outflow::{Pending, Window};
use super::House;
use super::access::{Admission, Credentials};
use super::inflow::{Ack, Batch, Fault, Inflow, MOST_ALIASES, MOST_PACKET, Settle};
use super::session::{self, Opened, now_ms};
use super::wire::{
    self, Filter, Granted, Head, Hello, Packet, Rebuff, Terms, Verdict, Version, Welcome,
};
use crate::intake::Intake;
use crate::{Speaker, telemetry, topic};

/// Messages a client may have unacknowledged; the socket is not read beyond.
pub(crate) const RECEIVE_MAXIMUM: u16 = 4_096;
/// Bytes taken from a socket at a time.
const READ: usize = 256 * 1024;
/// Largest CONNECT: its will and password may have 64 KiB each.
const MOST_HELLO: usize = 160 * 1024;
/// A CONNECT beyond this waits for its turn to be held in memory.
const USUAL_HELLO: usize = 8 * 1024;
/// Bytes of a CONNECT that show its version.
const SHOWN_HELLO: usize = 7;
/// Longest client id, in bytes.
const MOST_CLIENT_ID: usize = 256;
/// A client that takes none of our bytes for this long is closed.
const PATIENCE: Duration = Duration::from_secs(60);
/// After the last byte read, what is outstanding may still be acknowledged for this long.
const DRAIN: Duration = Duration::from_secs(10);
/// What is read past of a greeting that was refused, and for how long.
const MOST_DRAINED: usize = 1024 * 1024;
const DRAINED_WITHIN: Duration = Duration::from_secs(2);
/// How often a closed intake is looked at again.
const CLOSED_POLL: Duration = Duration::from_millis(50);
/// Downlinks a version 3.1.1 client is sent before it acknowledges one.
const DOWNLINK_WINDOW: u16 = 32;
/// Replies that may wait for the writer.
const MOST_REPLIES: usize = 256;

thread_local! {
    /// Where a socket is read into: idle connections hold no buffer of this size.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ + MOST_PACKET + 8]);
}

/// Serves one socket until it ends.
pub(crate) async fn serve(house: Arc<House>, stream: TcpStream, peer: SocketAddr, serial: u64) {
    let end = match greet(&house, &stream, peer, serial).await {
        Ok(connection) => connection.run(&stream).await,
        Err(end) => end,
    };
    match end {
        End::Fault(fault) => warn!(%peer, "a device's connection was closed: {fault}"),
        End::Refused => warn!(%peer, "a device was refused at the front door"),
        End::Dismissed => warn!(%peer, "a device was shown out: its account is another now"),
        End::Left
        | End::Lost
        | End::Silent
        | End::Greeting
        | End::TakenOver
        | End::ShuttingDown => {
            debug!(%peer, end = end.word(), "a device's connection ended");
        }
    }
    telemetry::connection_ended(end.word());
}

/// A client that was let in.
struct Connection {
    house: Arc<House>,
    terms: Terms,
    /// What its session is kept under.
    client: String,
    speaker: Speaker,
    /// Cancelled when its account is taken away.
    dismissed: CancellationToken,
    keep_alive: Option<Duration>,
    downlink_window: usize,
    session: Opened,
    peer: SocketAddr,
    /// Bytes that came behind the CONNECT in the same read.
    early: Vec<u8>,
}

async fn greet(
    house: &Arc<House>,
    stream: &TcpStream,
    peer: SocketAddr,
    serial: u64,
) -> Result<Connection, End> {
    let deadline = Instant::now() + house.greeting;
    let mut bytes = Vec::new();
    let mut turn = None;
    let (head, length) = loop {
        match wire::head(&bytes) {
            Head::Known { first, head, body } if first == wire::CONNECT && body <= MOST_HELLO => {
                if bytes.len() >= head + body {
                    break (head, body);
                }
                if body > USUAL_HELLO && turn.is_none() {
                    let free = timeout_at(deadline, house.large_hellos.acquire()).await;
                    turn = free.map_err(|_| End::Greeting)?.ok();
                }
            }
            Head::Known { first, head, .. } if first == wire::CONNECT => {
                if let Some(shown) = bytes.get(head..head + SHOWN_HELLO) {
                    warn!(%peer, most = MOST_HELLO, "a device's greeting is larger than any we take");
                    let refused = refuse(stream, wire::version_of(shown), Rebuff::TooLarge).await;
                    drain(stream).await;
                    return refused;
                }
            }
            Head::Known { .. } | Head::Broken => return Err(End::Fault(Fault::Malformed)),
            Head::Short if bytes.first().is_some_and(|b| *b != wire::CONNECT) => {
                return Err(End::Fault(Fault::Malformed));
            }
            Head::Short => {}
        }
        timeout_at(deadline, stream.readable())
            .await
            .map_err(|_| End::Greeting)?
            .map_err(|_| End::Lost)?;
        read_some(stream, &mut bytes, MOST_HELLO + 8).map_err(|_| End::Lost)?;
    };
    let hello = match wire::hello(&bytes[head..head + length]) {
        Ok(hello) => hello,
        Err(wire::BadHello::Version) => {
            return refuse(stream, Version::V3, Rebuff::Version).await;
        }
        Err(wire::BadHello::Malformed) => return Err(End::Fault(Fault::Malformed)),
    };
    let early = bytes.split_off(head + length);
    drop((bytes, turn));
    admit(house, stream, peer, serial, hello, early).await
}

async fn admit(
    house: &Arc<House>,
    stream: &TcpStream,
    peer: SocketAddr,
    serial: u64,
    hello: Hello,
    early: Vec<u8>,
) -> Result<Connection, End> {
    let version = hello.version;
    if hello.extended {
        return refuse(stream, version, Rebuff::Extended).await;
    }
    let nameless = hello.client.is_empty();
    if hello.client.len() > MOST_CLIENT_ID || (nameless && version == Version::V3 && !hello.clean) {
        return refuse(stream, version, Rebuff::BadClientId).await;
    }
    let name = if nameless {
        format!("watchfire-{}", uuid::Uuid::now_v7())
    } else {
        hello.client.clone()
    };
    let shown = Credentials {
        peer,
        client: &name,
        user: hello.user.as_deref(),
        password: hello.password.as_deref(),
    };
    let speaker = match house.access.admit(shown) {
        Admission::Open => Speaker::Anybody,
        Admission::Device(device) => Speaker::Device(device),
        Admission::Refused => return refuse(stream, version, Rebuff::NotAuthorized).await,
    };
    let client = session::key(speaker.name(), &name);
    let opened = house
        .sessions
        .open(&client, serial, hello.clean, hello.session_s, now_ms());
    let Some(session) = opened else {
        return refuse(stream, version, Rebuff::Busy).await;
    };
    // Its account may speak for other stations than when it subscribed.
    house
        .sessions
        .narrow(&client, |filter| speaker.hears(filter));
    let dismissed = match &speaker {
        Speaker::Anybody => CancellationToken::new(),
        Speaker::Device(device) => house.guests.enter(serial, Arc::clone(device)),
    };
    let welcome = wire::welcome(
        version,
        &Welcome {
            session_present: session.present,
            receive_maximum: RECEIVE_MAXIMUM,
            most_packet: u32::try_from(MOST_PACKET).expect("a constant below 4 GiB"),
            most_aliases: MOST_ALIASES,
            assigned: nameless.then_some(name.as_str()),
            session_s: hello
                .session_s
                .filter(|s| *s != session.lives_s)
                .map(|_| session.lives_s),
        },
    );
    let connection = Connection {
        house: Arc::clone(house),
        terms: hello.terms,
        client,
        speaker,
        dismissed,
        keep_alive: match hello.keep_alive_s {
            0 => None,
            seconds => Some(Duration::from_secs(u64::from(seconds)) * 3 / 2),
        },
        downlink_window: usize::from(hello.receive_maximum.unwrap_or(DOWNLINK_WINDOW)),
        session,
        peer,
        early,
    };
    // It was let in a moment before it was noted: meanwhile its account may have been taken away.
    if let Speaker::Device(device) = &connection.speaker
        && !house.access.stays(device)
    {
        return refuse(stream, version, Rebuff::NotAuthorized).await;
    }
    if welcome.len() > hello.terms.most_packet {
        return refuse(stream, version, Rebuff::TooLarge).await;
    }
    if write_all(stream, &welcome).await.is_err() {
        return Err(End::Lost);
    }
    Ok(connection)
}

async fn refuse<T>(stream: &TcpStream, version: Version, why: Rebuff) -> Result<T, End> {
    match write_all(stream, &wire::rebuff(version, why)).await {
        Ok(()) => Err(End::Refused),
        Err(_) => Err(End::Lost),
    }
}

/// Reads past what a client is still sending, so that it finds our answer before the connection ends.
async fn drain(stream: &TcpStream) {
    let read = async {
        let mut left = MOST_DRAINED;
        let mut bytes = Vec::new();
        while left > 0 && stream.readable().await.is_ok() {
            bytes.clear();
            if read_some(stream, &mut bytes, usize::MAX).is_err() {
                return;
            }
            left = left.saturating_sub(bytes.len());
        }
    };
    // A client that goes on sending is not waited for.
    let _slow = timeout(DRAINED_WITHIN, read).await;
}

/// Bytes that were read and not taken yet, from `at` on.
struct Rest {
    bytes: Vec<u8>,
    at: usize,
    /// The last read brought so much that there may be more at once.
    was_full: bool,
}

/// However it ends, by a fault of ours too, its session is open no longer.
impl Drop for Connection {
    fn drop(&mut self) {
        self.close(None);
    }
}

impl Connection {
    async fn run(mut self, stream: &TcpStream) -> End {
        let window = Window::default();
        let (pending, awaited) = mpsc::channel(usize::from(RECEIVE_MAXIMUM));
        let (replies, to_say) = mpsc::channel(MOST_REPLIES);
        let early = std::mem::take(&mut self.early);
        let (kick, dismissed) = (self.session.kick.clone(), self.dismissed.clone());
        let mut lives_s = None;
        let end = {
            let reader = self.read(stream, &window, early, pending, replies, &mut lives_s);
            let writer = self.write(stream, &window, awaited, to_say);
            tokio::pin!(reader, writer);
            tokio::select! {
                biased;
                () = kick.cancelled() => End::TakenOver,
                () = dismissed.cancelled() => End::Dismissed,
                end = &mut writer => end,
                end = &mut reader => {
                    // The reader's channels are closed with it: the writer ends when all is said.
                    match timeout(DRAIN, &mut writer).await {
                        Ok(End::ShuttingDown) => End::ShuttingDown,
                        Ok(_) | Err(_) => end,
                    }
                }
            }
        };
        if !matches!(end, End::Left | End::Lost) {
            let bye = wire::goodbye(self.terms.version, end.reason());
            let _gone = timeout(Duration::from_secs(1), write_all(stream, &bye)).await;
        }
        self.close(lives_s);
        end
    }

    /// Done once: afterwards, or when another connection has the session, it does nothing.
    fn close(&self, lives_s: Option<u32>) {
        self.house.guests.leave(self.session.serial);
        self.house
            .sessions
            .close(&self.client, self.session.serial, lives_s, now_ms());
    }

    async fn read(
        &self,
        stream: &TcpStream,
        window: &Window,
        early: Vec<u8>,
        pending: mpsc::Sender<Pending>,
        replies: mpsc::Sender<Vec<u8>>,
        lives_s: &mut Option<u32>,
    ) -> End {
        let intake = Intake::new(self.house.inbox.catalogue());
        let open = self.speaker == Speaker::Anybody;
        let mut rest = Rest {
            bytes: early,
            at: 0,
            was_full: false,
        };
        let mut inflow = Inflow::new(
            self.terms.version,
            intake,
            self.speaker.clone(),
            self.house.settle && open,
        );
        loop {
            let room = tokio::select! {
                room = self.room(window) => room,
                () = self.house.stop.cancelled() => return End::ShuttingDown,
            };
            let mut batch = Batch::default();
            let (used, outcome) = inflow.take(&rest.bytes[rest.at..], room, &mut batch);
            rest.at += used;
            let mut ended = None;
            if used == 0 && outcome.is_ok() {
                let outcome = match self
                    .read_on(stream, &mut rest, &mut inflow, room, &mut batch)
                    .await
                {
                    Ok(outcome) => outcome,
                    Err(end) => return end,
                };
                ended = outcome.err().map(End::Fault);
            } else if let Err(fault) = outcome {
                ended = Some(End::Fault(fault));
            }
            match self
                .deal_with(batch, window, &pending, &replies, lives_s)
                .await
            {
                Ok(false) => {}
                Ok(true) => return End::Left,
                Err(Stopped) => return End::ShuttingDown,
            }
            if let Some(end) = ended {
                return end;
            }
            inflow.intake().renew(self.house.inbox.catalogue());
            // The writer and other connections have their turn between two large reads.
            if used == 0 && rest.was_full {
                tokio::task::yield_now().await;
            }
        }
    }

    /// How many messages may be taken now; waits while there is no room or the intake is closed.
    async fn room(&self, window: &Window) -> usize {
        let most = usize::from(RECEIVE_MAXIMUM);
        loop {
            if !self.house.inbox.readings_open() {
                tokio::time::sleep(CLOSED_POLL).await;
                continue;
            }
            let freed = window.freed.notified();
            let outstanding = window.outstanding.load(Ordering::Acquire);
            if outstanding < most {
                return most - outstanding;
            }
            freed.await;
        }
    }

    /// Waits for bytes and takes what they hold; leaves what is no whole packet in `rest`.
    async fn read_on(
        &self,
        stream: &TcpStream,
        rest: &mut Rest,
        inflow: &mut Inflow,
        room: usize,
        batch: &mut Batch,
    ) -> Result<Result<(), Fault>, End> {
        let readable = async {
            match self.keep_alive {
                Some(patience) => timeout(patience, stream.readable())
                    .await
                    .map_err(|_| End::Silent),
                None => Ok(stream.readable().await),
            }
        };
        tokio::select! {
            ready = readable => ready?.map_err(|_| End::Lost)?,
            () = self.house.stop.cancelled() => return Err(End::ShuttingDown),
        }
        BUFFER.with_borrow_mut(|buffer| {
            let left = &rest.bytes[rest.at..];
            let kept = left.len();
            if buffer.len() < kept + READ {
                buffer.resize(kept + READ, 0);
            }
            buffer[..kept].copy_from_slice(left);
            let read = match stream.try_read(&mut buffer[kept..kept + READ]) {
                Ok(0) => return Err(End::Lost),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                Err(_) => return Err(End::Lost),
            };
            rest.was_full = read >= READ / 4;
            let bytes = &buffer[..kept + read];
            let (used, outcome) = inflow.take(bytes, room, batch);
            rest.bytes.clear();
            rest.bytes.extend_from_slice(&bytes[used..]);
            rest.at = 0;
            Ok(outcome)
        })
    }

    /// Submits and answers one batch; true when the client has said goodbye.
    async fn deal_with(
        &self,
        batch: Batch,
        window: &Window,
        pending: &mpsc::Sender<Pending>,
        replies: &mpsc::Sender<Vec<u8>>,
        lives_s: &mut Option<u32>,
    ) -> Result<bool, Stopped> {
        let messages = batch.items.len();
        if messages > 0 {
            telemetry::publishes(messages);
            window.outstanding.fetch_add(messages, Ordering::AcqRel);
            let receipt = self
                .house
                .inbox
                .readings(self.house.interface, batch.items)
                .await?;
            let submitted = Pending {
                receipt: Some(receipt),
                acks: batch.acks,
                messages,
            };
            pending.send(submitted).await.map_err(|_| Stopped)?;
        }
        for Settle { ack, body } in batch.settles {
            self.settle(&body).await?;
            if let Some((id, qos2)) = ack {
                let ack = Ack {
                    item: 0,
                    id,
                    qos2,
                    verdict: Verdict::Fine,
                };
                let settled = Pending {
                    receipt: None,
                    acks: vec![ack],
                    messages: 0,
                };
                pending.send(settled).await.map_err(|_| Stopped)?;
            }
        }
        for packet in batch.packets {
            if let Packet::Disconnect { session_s } = packet {
                *lives_s = session_s;
                return Ok(true);
            }
            let reply = self.answer(packet);
            // What the client does not take counts as sent.
            if !reply.is_empty() && reply.len() <= self.terms.most_packet {
                replies.send(reply).await.map_err(|_| Stopped)?;
            }
        }
        Ok(false)
    }

    /// Moves the feed clock on as a playing client asks.
    async fn settle(&self, body: &[u8]) -> Result<(), Stopped> {
        #[derive(serde::Deserialize)]
        struct Settle {
            settle_ms: i64,
        }
        match serde_json::from_slice::<Settle>(body) {
            Ok(Settle { settle_ms }) if settle_ms >= 0 => {
                let now = self.house.inbox.ask(runtime::Fleet::now).await?;
                self.house.inbox.advance(now.plus_ms(settle_ms)).await
            }
            Ok(_) | Err(_) => {
                warn!(peer = %self.peer, "a settle message does not say settle_ms; nothing was moved");
                Ok(())
            }
        }
    }

    fn answer(&self, packet: Packet) -> Vec<u8> {
        let sessions = &self.house.sessions;
        match packet {
            Packet::Ping => wire::pong(),
            Packet::Release(id) => wire::complete(self.terms.version, id),
            Packet::Taken(id) => {
                sessions.taken(&self.client, id);
                Vec::new()
            }
            Packet::Subscribe { id, filters } => {
                let granted: Vec<Granted> =
                    filters.iter().map(|filter| self.grant(filter)).collect();
                wire::subscribed(self.terms.version, id, &granted)
            }
            Packet::Unsubscribe { id, filters } => {
                let existed: Vec<bool> = filters
                    .iter()
                    .map(|filter| sessions.unsubscribe(&self.client, filter))
                    .collect();
                wire::unsubscribed(self.terms.version, id, &existed)
            }
            Packet::Disconnect { .. } => Vec::new(),
        }
    }

    fn grant(&self, wanted: &Filter) -> Granted {
        let filter = wanted.topic.as_str();
        if !topic::is_filter(filter) {
            return Granted::Invalid;
        }
        if !self.speaker.hears(filter) {
            let device = self.speaker.name().unwrap_or_default();
            warn!(peer = %self.peer, device, filter, "a subscription was refused");
            return Granted::NotAuthorized;
        }
        if self.house.sessions.subscribe(&self.client, wanted) {
            Granted::Yes {
                acknowledged: wanted.acknowledged,
            }
        } else {
            Granted::Full
        }
    }
}

fn read_some(stream: &TcpStream, bytes: &mut Vec<u8>, most: usize) -> io::Result<()> {
    let mut chunk = [0u8; 4096];
    let want = chunk.len().min(most.saturating_sub(bytes.len()).max(1));
    match stream.try_read(&mut chunk[..want]) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(read) => {
            bytes.extend_from_slice(&chunk[..read]);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        Err(error) => Err(error),
    }
}

async fn write_all(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match stream.try_write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                timeout(PATIENCE, stream.writable()).await??;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
