//! Two threads on one socket: one writes publishes, one reads their acknowledgements.
//!
//! A server that is silent while something is owed is asked by another connection whether it is there:
//! one that only waits for its disk answers, one that was stopped or lies behind a dead line does not.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use model::Time;
use mqtt_protocol_core::mqtt::packet::{FixedHeader, MqttString, VariableByteInteger, v3_1_1};

use super::source::Source;
use super::{Play, PlayError, Played, Speed};
use crate::mqtt::SETTLE;
use crate::mqtt::wire::{Head, head};

/// Messages unconfirmed at once.
const WINDOW: usize = 4_000;
/// A full window is written to again when this many were confirmed, so that writes stay large.
const FREED: usize = 1_000;
/// Bytes of a write.
const WRITE: usize = 128 * 1024;
/// The flags of a publish that is to be confirmed.
const QOS1: u8 = 0b10;
/// A server that does not take or answer our greeting for this long is gone.
const GREETING: Duration = Duration::from_secs(8);
/// A server that confirms and takes nothing for this long is asked whether it is there, and gone when it
/// does not answer for as long again: ten seconds at most, with the pause between two looks.
const SILENCE: Duration = Duration::from_secs(4);
/// A write that moves nothing is looked at as often.
const LOOK: Duration = Duration::from_millis(500);
/// What is due within this is sent at once.
const CLOSE: Duration = Duration::from_millis(1);

pub(super) fn send(what: &Play, mut source: Source) -> Result<Played, PlayError> {
    let mut stream = greet(what, "play", GREETING)?;
    let gone = |ledger: &Ledger<'_>, source| {
        let state = ledger.lock();
        PlayError::Gone {
            sent: state.sent,
            confirmed: state.confirmed,
            source,
        }
    };
    let ledger = Ledger::new(what);
    let reader = stream.try_clone().map_err(|error| gone(&ledger, error))?;
    let stuck = stream.set_write_timeout(Some(LOOK));
    stuck.map_err(|error| gone(&ledger, error))?;
    let start = Instant::now();
    let outcome = std::thread::scope(|threads| {
        threads.spawn(|| read_acks(reader, &ledger));
        let outcome = write_all(what, &mut source, &mut stream, &ledger);
        if outcome.is_ok() {
            // A DISCONNECT is only manners now.
            let bye = v3_1_1::Disconnect::builder().build();
            let bye = bye
                .expect("a DISCONNECT has no parts")
                .to_continuous_buffer();
            let _gone_already = stream.write_all(&bye);
        }
        let _gone_already = stream.shutdown(Shutdown::Both);
        outcome
    });
    match outcome {
        Ok(()) => {
            let state = ledger.lock();
            Ok(Played {
                messages: state.messages,
                bytes: state.bytes,
                took: start.elapsed(),
            })
        }
        Err(Stop::Source(error)) => Err(error.into()),
        Err(Stop::Gone(error)) => Err(gone(&ledger, error)),
    }
}

enum Stop {
    Source(super::SourceError),
    Gone(io::Error),
}

fn greet(what: &Play, role: &str, within: Duration) -> Result<TcpStream, PlayError> {
    let unreachable = |source| PlayError::Unreachable {
        address: what.mqtt,
        source,
    };
    let mut stream = TcpStream::connect_timeout(&what.mqtt, within).map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    stream.set_read_timeout(Some(within)).map_err(unreachable)?;
    let name = format!("watchfire-{role}-{}", std::process::id());
    let malformed = "a short name makes a CONNECT";
    let mut connect = v3_1_1::Connect::builder()
        .client_id(name)
        .expect(malformed)
        .clean_session(true)
        .keep_alive(0);
    if let Some((user, password)) = &what.login {
        let refused = |_| PlayError::Refused { code: 4 };
        connect = connect.user_name(user.as_str()).map_err(refused)?;
        connect = connect
            .password(password.as_bytes().to_vec())
            .map_err(refused)?;
    }
    let connect = connect.build().expect(malformed).to_continuous_buffer();
    stream.write_all(&connect).map_err(unreachable)?;
    let mut answer = [0u8; 4];
    stream.read_exact(&mut answer).map_err(unreachable)?;
    let code = v3_1_1::Connack::parse(&answer[2..]).map(|(ack, _)| ack.return_code() as u8);
    stream.set_read_timeout(None).map_err(unreachable)?;
    match code {
        Ok(0) => Ok(stream),
        Ok(code) => Err(PlayError::Refused { code }),
        Err(_) => Err(PlayError::Refused { code: u8::MAX }),
    }
}

/// What was sent and what came back.
struct Ledger<'a> {
    what: &'a Play,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    messages: u64,
    bytes: u64,
    sent: u64,
    confirmed: u64,
    /// When the server last said anything, or had nothing to say.
    alive: Instant,
    lost: Option<io::Error>,
}

impl Ledger<'_> {
    fn new(what: &Play) -> Ledger<'_> {
        Ledger {
            what,
            state: Mutex::new(State {
                messages: 0,
                bytes: 0,
                sent: 0,
                confirmed: 0,
                alive: Instant::now(),
                lost: None,
            }),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until at most `most` are unconfirmed; returns how many are. That all are confirmed holds
    /// also of a server that went right afterwards.
    fn wait(&self, most: usize) -> Result<usize, Stop> {
        let mut state = self.lock();
        loop {
            let unconfirmed = usize::try_from(state.sent - state.confirmed).unwrap_or(usize::MAX);
            if unconfirmed == 0 && most == 0 {
                return Ok(0);
            }
            if let Some(error) = state.lost.take() {
                return Err(Stop::Gone(error));
            }
            if unconfirmed <= most {
                return Ok(unconfirmed);
            }
            let silent = state.alive.elapsed();
            if silent >= SILENCE {
                drop(state);
                self.ask()?;
                state = self.lock();
                continue;
            }
            let waited = self.changed.wait_timeout(state, SILENCE - silent);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until `due`, or until the server is gone.
    fn pause(&self, due: Instant) -> Result<(), Stop> {
        let mut state = self.lock();
        loop {
            if let Some(error) = state.lost.take() {
                return Err(Stop::Gone(error));
            }
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            let owed = state.sent > state.confirmed;
            let silent = state.alive.elapsed();
            if owed && silent >= SILENCE {
                drop(state);
                self.ask()?;
                state = self.lock();
                continue;
            }
            let next = if owed {
                left.min(SILENCE - silent)
            } else {
                left
            };
            let waited = self.changed.wait_timeout(state, next);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Writes all of `bytes`, for as long as the server is there.
    fn write(&self, stream: &mut TcpStream, mut bytes: &[u8]) -> Result<(), Stop> {
        let mut alive = Instant::now();
        while !bytes.is_empty() {
            match stream.write(bytes) {
                Ok(0) => return Err(Stop::Gone(io::ErrorKind::WriteZero.into())),
                Ok(written) => {
                    bytes = &bytes[written..];
                    alive = Instant::now();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    if let Some(error) = self.lock().lost.take() {
                        return Err(Stop::Gone(error));
                    }
                    let heard = self.lock().alive;
                    if alive.max(heard).elapsed() >= SILENCE {
                        self.ask()?;
                        alive = Instant::now();
                    }
                }
                Err(error) => return Err(Stop::Gone(error)),
            }
        }
        Ok(())
    }

    /// Asks by a second connection whether the server is there at all.
    fn ask(&self) -> Result<(), Stop> {
        match greet(self.what, "ask", SILENCE) {
            Ok(_) | Err(PlayError::Refused { .. }) => {
                self.lock().alive = Instant::now();
                Ok(())
            }
            Err(PlayError::Unreachable { source, .. } | PlayError::Gone { source, .. }) => {
                Err(Stop::Gone(source))
            }
            Err(PlayError::Source(error)) => Err(Stop::Source(error)),
        }
    }
}

fn write_all(
    what: &Play,
    source: &mut Source,
    stream: &mut TcpStream,
    ledger: &Ledger<'_>,
) -> Result<(), Stop> {
    let mut pace = Pace::new(what.speed);
    let mut out = Vec::with_capacity(WRITE + 4096);
    let mut batch = 0usize;
    let mut room = WINDOW;
    let mut number = 0u64;
    while let Some((topic, body, at)) = source.next().map_err(Stop::Source)? {
        if let Some(due) = pace.due(at, body) {
            flush(stream, ledger, &mut out, &mut batch)?;
            ledger.pause(due)?;
            room = WINDOW - ledger.wait(WINDOW - 1)?;
        }
        if batch == room || out.len() >= WRITE {
            flush(stream, ledger, &mut out, &mut batch)?;
            room = WINDOW - ledger.wait(WINDOW - FREED)?;
        }
        publish(packet_id(number), topic, body, &mut out);
        number += 1;
        batch += 1;
    }
    flush(stream, ledger, &mut out, &mut batch)?;
    ledger.wait(0)?;
    {
        let mut state = ledger.lock();
        state.messages = state.confirmed;
    }
    if !what.settle.is_zero() {
        let body = format!("{{\"settle_ms\":{}}}", what.settle.as_millis());
        publish(packet_id(number), SETTLE, body.as_bytes(), &mut out);
        batch = 1;
        flush(stream, ledger, &mut out, &mut batch)?;
        ledger.wait(0)?;
    }
    Ok(())
}

fn flush(
    stream: &mut TcpStream,
    ledger: &Ledger<'_>,
    out: &mut Vec<u8>,
    batch: &mut usize,
) -> Result<(), Stop> {
    if *batch == 0 {
        return Ok(());
    }
    {
        let mut state = ledger.lock();
        if state.sent == state.confirmed {
            // Until now it had nothing to say.
            state.alive = Instant::now();
        }
        state.sent += *batch as u64;
        state.bytes += out.len() as u64;
    }
    *batch = 0;
    let written = ledger.write(stream, out);
    out.clear();
    written
}

/// Ids 1 to 65,535 in turn: far more than can be unconfirmed.
fn packet_id(number: u64) -> u16 {
    u16::try_from(number % 65_535 + 1).expect("1 to 65,535")
}

fn publish(id: u16, topic: &str, body: &[u8], out: &mut Vec<u8>) {
    let measured = "topics and bodies were measured when they were read";
    let topic = MqttString::new(topic).expect(measured);
    let length = u32::try_from(topic.size() + 2 + body.len()).ok();
    let length = length
        .and_then(VariableByteInteger::from_u32)
        .expect(measured);
    out.push(FixedHeader::Publish as u8 | QOS1);
    out.extend_from_slice(length.as_bytes());
    out.extend_from_slice(topic.as_bytes());
    out.extend_from_slice(&id.to_be_bytes());
    out.extend_from_slice(body);
}

fn read_acks(mut stream: TcpStream, ledger: &Ledger<'_>) {
    let mut buffer = vec![0u8; 64 * 1024];
    let mut kept = 0;
    let lost = loop {
        match stream.read(&mut buffer[kept..]) {
            Ok(0) => break io::ErrorKind::UnexpectedEof.into(),
            Ok(read) => {
                let (used, acks) = count_acks(&buffer[..kept + read]);
                buffer.copy_within(used..kept + read, 0);
                kept = kept + read - used;
                let mut state = ledger.lock();
                state.confirmed += acks;
                state.alive = Instant::now();
                if state.confirmed > state.sent {
                    break io::Error::other("the server confirmed more than was sent");
                }
                drop(state);
                ledger.changed.notify_all();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break error,
        }
    };
    ledger.lock().lost = Some(lost);
    ledger.changed.notify_all();
}

/// Bytes used and acknowledgements found in them.
fn count_acks(bytes: &[u8]) -> (usize, u64) {
    let mut used = 0;
    let mut acks = 0;
    while let Head::Known { first, head, body } = head(&bytes[used..]) {
        if bytes.len() < used + head + body {
            break;
        }
        acks += u64::from(first == FixedHeader::Puback as u8);
        used += head + body;
    }
    (used, acks)
}

/// When a message is due.
struct Pace {
    speed: Speed,
    /// Wall start and the first message's time.
    first: Option<(Instant, Time)>,
    newest: Option<Time>,
}

impl Pace {
    fn new(speed: Speed) -> Pace {
        Pace {
            speed,
            first: None,
            newest: None,
        }
    }

    /// When this message is due; `None` when that is now.
    fn due(&mut self, at: Option<Time>, body: &[u8]) -> Option<Instant> {
        let Speed::Times(times) = self.speed else {
            return None;
        };
        let said = || {
            protocols::json::decode(body)
                .ok()
                .map(|o| o.received.unwrap_or(o.time))
        };
        let at = at.or_else(said).max(self.newest)?;
        self.newest = Some(at);
        let (start, first) = *self.first.get_or_insert((Instant::now(), at));
        let passed = at.since_ms(first).max(0) as f64 / 1000.0 / times;
        let due = start.checked_add(Duration::try_from_secs_f64(passed).ok()?)?;
        (due > Instant::now() + CLOSE).then_some(due)
    }
}
