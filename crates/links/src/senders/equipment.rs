//! The gateways of a site with their secrets read, and the addresses of its people.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::page::Channel;
use protocols::gateway::Gateway;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::contacts::Contacts;

/// What the files of a site say about reaching people.
#[derive(Debug, Default)]
pub struct Setup {
    pub gateways: Vec<Gateway>,
    pub contacts: Contacts,
}

/// Why new gateways were not taken.
#[derive(Debug, thiserror::Error)]
#[error("the secret of channel {channel} in {} cannot be read", path.display())]
pub struct EquipError {
    pub channel: String,
    pub path: PathBuf,
    source: std::io::Error,
}

/// Gateways ready to be used.
#[derive(Debug, Default)]
pub(crate) struct Equipment {
    exits: Vec<Arc<Exit>>,
    pub(crate) contacts: Contacts,
}

/// One gateway with what it needs to work.
pub(crate) struct Exit {
    pub(crate) gateway: Gateway,
    secrets: BTreeMap<String, String>,
    /// Hashes of the tokens that its receipts and its replies must show.
    receipts: Option<[u8; 32]>,
    replies: Option<[u8; 32]>,
    /// Requests that may be under way.
    pub(crate) places: Semaphore,
}

/// Secrets are in no log.
impl fmt::Debug for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exit {}", self.gateway.id)
    }
}

impl Equipment {
    pub(crate) fn of(setup: Setup) -> Result<Equipment, EquipError> {
        let exits = setup.gateways.into_iter().map(Exit::of);
        Ok(Equipment {
            exits: exits.collect::<Result<_, _>>()?,
            contacts: setup.contacts,
        })
    }

    /// The gateway of a channel in a jurisdiction.
    pub(crate) fn exit(&self, channel: Channel, jurisdiction: &str) -> Option<&Arc<Exit>> {
        let serves = |exit: &&Arc<Exit>| {
            exit.gateway.channel == channel && exit.gateway.serves(jurisdiction)
        };
        self.exits.iter().find(serves)
    }

    /// The gateway called `id`.
    pub(crate) fn named(&self, id: &str) -> Option<&Arc<Exit>> {
        self.exits.iter().find(|exit| exit.gateway.id == id)
    }
}

impl Exit {
    fn of(gateway: Gateway) -> Result<Arc<Exit>, EquipError> {
        let read = |path: &Path| match std::fs::read_to_string(path) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(source) => Err(EquipError {
                channel: gateway.id.clone(),
                path: path.to_owned(),
                source,
            }),
        };
        let mut secrets = BTreeMap::new();
        for (name, path) in &gateway.secrets {
            secrets.insert(name.clone(), read(path)?);
        }
        let token = |path: Option<&PathBuf>| -> Result<Option<[u8; 32]>, EquipError> {
            let read = path.map(|path| read(path)).transpose()?;
            Ok(read.map(|token| Sha256::digest(token.as_bytes()).into()))
        };
        let receipts = token(gateway.receipts.as_ref().map(|r| &r.token))?;
        let replies = token(gateway.replies.as_ref().map(|r| &r.token))?;
        let places = Semaphore::new(gateway.pace.at_once.max(1));
        Ok(Arc::new(Exit {
            gateway,
            secrets,
            receipts,
            replies,
            places,
        }))
    }

    /// The content of a secret; the files were checked to have all that templates ask for.
    pub(crate) fn secret(&self, name: &str) -> &str {
        self.secrets.get(name).map_or("", String::as_str)
    }

    /// Whether a token is the one its receipts must show. Hashes are compared, so the time taken says
    /// nothing about it.
    pub(crate) fn admits(&self, token: &str) -> bool {
        let shown: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.receipts == Some(shown)
    }

    /// The same of the token of its replies.
    pub(crate) fn admits_replies(&self, token: &str) -> bool {
        let shown: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.replies == Some(shown)
    }
}
