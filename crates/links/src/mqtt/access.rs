//! Who may come in, and for which stations they speak.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::Device;

/// What a client may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Every station's topics, and a feed clock: a gateway or check on this very machine.
    Open,
    /// The topics of its account's stations.
    Device(Arc<Device>),
    Refused,
}

/// What a client shows at the door.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    pub peer: SocketAddr,
    pub client: &'a str,
    pub user: Option<&'a str>,
    pub password: Option<&'a [u8]>,
}

/// Decides who comes in. Asked on the sockets' own thread: it may look at a file, and no longer.
pub trait Access: Send + Sync + 'static {
    /// What this client may do.
    fn admit(&self, shown: Credentials<'_>) -> Admission;

    /// Another number whenever an account may have changed since.
    fn edition(&self) -> u64 {
        0
    }

    /// Whether a device that is connected may stay.
    fn stays(&self, _device: &Device) -> bool {
        true
    }
}

/// Clients on loopback need no account; everybody else is refused.
pub struct Loopback;

impl Access for Loopback {
    fn admit(&self, shown: Credentials<'_>) -> Admission {
        if shown.peer.ip().to_canonical().is_loopback() {
            Admission::Open
        } else {
            Admission::Refused
        }
    }
}
