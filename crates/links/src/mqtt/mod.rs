//! Our own front door for devices: MQTT 3.1.1 and 5, topics `obs/…` in and `down/<station>/…` out.
//!
//! Not a general broker: nothing is routed from one client to another, nothing is retained, wills are
//! ignored. A publish is acknowledged when its reading, or its place in quarantine, is on disk.

mod access;
mod connection;
mod guests;
mod inflow;
pub(crate) mod measure;
mod session;
pub(crate) mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use runtime::{Inbox, bulkhead};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

pub use access::{Access, Admission, Credentials, Loopback};
pub use session::{Downlink, DownlinkRefused, Filter, Kept, NoStore, SessionFiles, SessionStore};

use crate::{telemetry, topic};
use guests::Guests;
pub(crate) use inflow::SETTLE;
use session::{Sessions, now_ms};

/// How the front door is set up.
pub struct FrontDoor {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Slot of the interface its messages are counted under.
    pub interface: u8,
    pub access: Arc<dyn Access>,
    pub sessions: Box<dyn SessionStore>,
    /// Connections at once; more are refused when they knock.
    pub most_connections: usize,
    /// Whether open clients may move a feed clock on by `ctl/settle`.
    pub settle: bool,
    /// A connection that has not greeted by then is closed.
    pub greeting: Duration,
}

/// The usual time to greet.
pub const GREETING: Duration = Duration::from_secs(10);

/// The usual number of connections at once.
pub const MOST_CONNECTIONS: usize = 16_384;

/// A front door that is open.
pub struct OpenDoor {
    address: SocketAddr,
    house: Arc<House>,
    tasks: TaskTracker,
}

/// What all connections share.
pub(crate) struct House {
    inbox: Inbox,
    interface: u8,
    access: Arc<dyn Access>,
    sessions: Sessions,
    guests: Guests,
    /// Greetings of more than the usual size that are read at once.
    large_hellos: Semaphore,
    settle: bool,
    greeting: Duration,
    stop: CancellationToken,
    connected: AtomicUsize,
}

/// How often it is looked whether accounts of connected devices were taken away.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Large greetings that are held in memory at once; the others wait for their turn.
const LARGE_HELLOS: usize = 64;
/// How long connections may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

impl FrontDoor {
    /// A door with the usual bounds that is open to clients on loopback and keeps no sessions.
    pub fn loopback(listen: SocketAddr) -> FrontDoor {
        FrontDoor {
            listen,
            interface: 0,
            access: Arc::new(Loopback),
            sessions: Box::new(NoStore),
            most_connections: MOST_CONNECTIONS,
            settle: false,
            greeting: GREETING,
        }
    }

    /// Listens. The door is open, and its link reported up, when this returns.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn open(self, inbox: Inbox) -> io::Result<OpenDoor> {
        let listener = TcpListener::bind(self.listen).await?;
        let address = listener.local_addr()?;
        let house = Arc::new(House {
            inbox,
            interface: self.interface,
            access: self.access,
            sessions: Sessions::new(self.sessions, now_ms()),
            guests: Guests::default(),
            large_hellos: Semaphore::new(LARGE_HELLOS),
            settle: self.settle,
            greeting: self.greeting,
            stop: CancellationToken::new(),
            connected: AtomicUsize::new(0),
        });
        let tasks = TaskTracker::new();
        let most = self.most_connections;
        tasks.spawn(accept(listener, Arc::clone(&house), tasks.clone(), most));
        tasks.spawn(show_out(Arc::clone(&house)));
        info!(%address, "the front door is open for devices");
        Ok(OpenDoor {
            address,
            house,
            tasks,
        })
    }
}

impl OpenDoor {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many devices are connected.
    pub fn connected(&self) -> usize {
        self.house.connected.load(Ordering::Relaxed)
    }

    /// A way down to devices, for whoever has something to tell them.
    pub fn downlinks(&self) -> Downlinks {
        Downlinks {
            house: Arc::clone(&self.house),
        }
    }

    /// [`Downlinks::send_down`].
    ///
    /// # Errors
    /// As there.
    pub fn send_down(
        &self,
        station: &str,
        path: &str,
        body: Bytes,
        lives: Duration,
    ) -> Result<usize, DownlinkRefused> {
        self.downlinks().send_down(station, path, body, lives)
    }

    /// Closes the door: what was submitted is still acknowledged, then devices are told goodbye.
    pub async fn close(self) {
        self.house.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(GOODBYE, self.tasks.wait())
            .await
            .is_err()
        {
            warn!(
                left = self.house.connected.load(Ordering::Relaxed),
                "devices were cut off"
            );
        }
    }
}

/// A way down to the devices of a front door. Cheap to clone.
#[derive(Clone)]
pub struct Downlinks {
    house: Arc<House>,
}

impl Downlinks {
    /// Queues a message under `down/<station>/<path>` for the devices that subscribe to it; it is sent
    /// with QoS 1 until acknowledged, or until `lives` is over. Returns how many devices will get it.
    ///
    /// # Errors
    /// [`DownlinkRefused`] when nobody listens there, or the device's queue is full.
    pub fn send_down(
        &self,
        station: &str,
        path: &str,
        body: Bytes,
        lives: Duration,
    ) -> Result<usize, DownlinkRefused> {
        let now = now_ms();
        let lives_ms = i64::try_from(lives.as_millis()).unwrap_or(i64::MAX);
        let downlink = Downlink {
            topic: format!("{}{path}", topic::down(station)),
            body,
            expires_ms: now.saturating_add(lives_ms),
        };
        let outcome = self.house.sessions.send(&downlink, now);
        telemetry::downlinks(outcome.unwrap_or(0), usize::from(outcome.is_err()));
        outcome
    }
}

async fn accept(listener: TcpListener, house: Arc<House>, tasks: TaskTracker, most: usize) {
    let mut serial = 0u64;
    let mut down = false;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = house.stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                if std::mem::take(&mut down) {
                    report(&house, true).await;
                }
                serial += 1;
                receive(&house, &tasks, stream, peer, serial, most);
            }
            // The peer was gone before it was let in.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                if !std::mem::replace(&mut down, true) {
                    error!(%error, "the front door cannot take connections");
                    report(&house, false).await;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Ends connections whose account was taken away or given other stations or another password.
async fn show_out(house: Arc<House>) {
    let mut edition = house.access.edition();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = house.stop.cancelled() => return,
        }
        let now = house.access.edition();
        if std::mem::replace(&mut edition, now) != now {
            let count = house.guests.dismiss(|device| house.access.stays(device));
            if count > 0 {
                info!(
                    count,
                    "devices were shown out: their accounts are others now"
                );
            }
        }
    }
}

fn receive(
    house: &Arc<House>,
    tasks: &TaskTracker,
    stream: TcpStream,
    peer: SocketAddr,
    serial: u64,
    most: usize,
) {
    if house.connected.load(Ordering::Relaxed) >= most {
        telemetry::connection_ended("too_many");
        warn!(%peer, most, "a device was turned away: as many are connected as may be");
        return;
    }
    if let Err(error) = stream.set_nodelay(true) {
        warn!(%peer, %error, "acknowledgements to a device may be delayed");
    }
    telemetry::connections(house.connected.fetch_add(1, Ordering::Relaxed) + 1);
    let house = Arc::clone(house);
    tasks.spawn(async move {
        let serving = connection::serve(Arc::clone(&house), stream, peer, serial);
        if let Err(fault) = bulkhead::serve(serving).await {
            error!(%peer, "{fault} ended a device's connection");
            telemetry::connection_ended("broken");
        }
        telemetry::connections(house.connected.fetch_sub(1, Ordering::Relaxed) - 1);
    });
}

async fn report(house: &House, up: bool) {
    // Stopped: the process ends, nobody is left to hear of the link.
    let _stopped = house.inbox.link(house.interface, up).await;
}
