//! Who may come in, and for which station they speak.

use std::collections::BTreeMap;
use std::net::SocketAddr;

/// What a client may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Every station's topics: a gateway or check on this very machine.
    Open,
    /// The topics of one station.
    Station(String),
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

/// Decides who comes in. Called off the socket's thread, so it may take the time a password needs.
pub trait Access: Send + Sync + 'static {
    /// What this client may do.
    fn admit(&self, shown: Credentials<'_>) -> Admission;
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

/// A user name and password for each station; the user's name is the station's id.
pub struct Accounts<V> {
    secrets: BTreeMap<String, String>,
    verify: V,
    /// Whether clients on loopback need no account.
    loopback_open: bool,
}

impl<V: Fn(&str, &[u8]) -> bool + Send + Sync + 'static> Accounts<V> {
    /// Accounts by station id; `verify` compares a stored secret with a password that was shown.
    pub fn new(secrets: BTreeMap<String, String>, loopback_open: bool, verify: V) -> Accounts<V> {
        Accounts {
            secrets,
            verify,
            loopback_open,
        }
    }
}

impl<V: Fn(&str, &[u8]) -> bool + Send + Sync + 'static> Access for Accounts<V> {
    fn admit(&self, shown: Credentials<'_>) -> Admission {
        let Some(user) = shown.user else {
            return if self.loopback_open {
                Loopback.admit(shown)
            } else {
                Admission::Refused
            };
        };
        let (Some(secret), Some(password)) = (self.secrets.get(user), shown.password) else {
            return Admission::Refused;
        };
        if (self.verify)(secret, password) {
            Admission::Station(user.to_owned())
        } else {
            Admission::Refused
        }
    }
}
