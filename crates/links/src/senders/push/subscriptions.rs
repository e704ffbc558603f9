//! The browsers that asked to be woken, and the key that says who wakes them.
//!
//! Both lie in a folder of the data, readable by its owner alone. They are addresses of people, so
//! they are in no journal; lost, they come again the next time a phone opens the page.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Uri;
use model::PersonId;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde::{Deserialize, Serialize};

use super::super::{Reach, is_near};

/// Browsers kept for one person; the oldest makes way.
const MOST: usize = 5;
/// Longest address of a push service.
const LONGEST: usize = 1_024;

const KEY: &str = "key.pk8";
const BOOK: &str = "subscriptions.json";

/// A browser's own words about how it is woken.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    pub endpoint: String,
    pub keys: Keys,
}

/// The keys a message to a browser is encrypted with, as it gives them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    pub p256dh: String,
    pub auth: String,
}

/// Whoever has it can wake the phone: it is in no log.
impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription")
    }
}

/// Why a browser was not noted.
#[derive(Debug, thiserror::Error)]
pub enum BadSubscription {
    #[error("the push service must have an https address with a name")]
    Endpoint,
    #[error("the keys of the browser are no keys")]
    Keys,
    #[error("it could not be kept")]
    Kept(#[from] io::Error),
}

type Book = BTreeMap<String, BTreeMap<PersonId, Vec<Subscription>>>;

/// Every browser that asked, by jurisdiction and person.
pub struct Subscriptions {
    folder: PathBuf,
    key: EcdsaKeyPair,
    book: Mutex<Book>,
}

impl Subscriptions {
    pub(crate) fn open(folder: PathBuf) -> io::Result<Subscriptions> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        let key = own_key(&folder.join(KEY))?;
        let book = match std::fs::read(folder.join(BOOK)) {
            // A book that cannot be read is lost, like one that is not there: phones ask again.
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => Book::new(),
            Err(error) => return Err(error),
        };
        Ok(Subscriptions {
            folder,
            key,
            book: Mutex::new(book),
        })
    }

    /// Our public key, as a browser wants it before it subscribes.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.public_key())
    }

    pub(super) fn key(&self) -> &EcdsaKeyPair {
        &self.key
    }

    /// Notes a browser of a person. Where it is their newest already nothing is written: every phone asks
    /// again whenever its page opens.
    ///
    /// # Errors
    /// [`BadSubscription`]; nothing was noted then.
    pub fn subscribe(
        &self,
        jurisdiction: &str,
        person: &PersonId,
        subscription: Subscription,
        reach: Reach,
    ) -> Result<(), BadSubscription> {
        if !is_service(&subscription.endpoint, reach) {
            return Err(BadSubscription::Endpoint);
        }
        super::seal::seal(&subscription.keys, b"").map_err(|_| BadSubscription::Keys)?;
        let mut book = self.book();
        let own = book.get(jurisdiction).and_then(|people| people.get(person));
        if own.and_then(|own| own.last()) == Some(&subscription) {
            return Ok(());
        }
        let mut changed = book.clone();
        // A browser belongs to whoever signed in last.
        take_out(&mut changed, &subscription.endpoint);
        let people = changed.entry(jurisdiction.to_owned()).or_default();
        let own = people.entry(person.clone()).or_default();
        own.push(subscription);
        if own.len() > MOST {
            own.remove(0);
        }
        self.keep(&changed)?;
        *book = changed;
        Ok(())
    }

    /// Forgets a browser; done when it is not known.
    pub fn forget(&self, endpoint: &str) {
        let mut book = self.book();
        if !take_out(&mut book, endpoint) {
            return;
        }
        if let Err(error) = self.keep(&book) {
            tracing::warn!(%error, "the browsers to be woken could not be written");
        }
    }

    pub(crate) fn of(&self, jurisdiction: &str, person: &PersonId) -> Vec<Subscription> {
        let book = self.book();
        let people = book.get(jurisdiction);
        people
            .and_then(|p| p.get(person))
            .cloned()
            .unwrap_or_default()
    }

    fn keep(&self, book: &Book) -> io::Result<()> {
        let bytes = serde_json::to_vec(book)?;
        replace(&self.folder.join(BOOK), &bytes)
    }

    /// A panic while the lock is held leaves a whole book behind.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take_out(book: &mut Book, endpoint: &str) -> bool {
    let mut found = false;
    for own in book.values_mut().flat_map(BTreeMap::values_mut) {
        let before = own.len();
        own.retain(|known| known.endpoint != endpoint);
        found |= own.len() < before;
    }
    found
}

/// Push services are elsewhere and have names; so nobody makes us knock at a door inside. A made-up
/// site has its stand-in on this machine.
fn is_service(endpoint: &str, reach: Reach) -> bool {
    let Ok(uri) = endpoint.parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let is_number = host
        .trim_matches(['[', ']'])
        .parse::<std::net::IpAddr>()
        .is_ok();
    endpoint.len() <= LONGEST
        && match reach {
            Reach::Loopback => is_near(host),
            Reach::World => {
                uri.scheme_str() == Some("https")
                    && host.contains('.')
                    && !is_number
                    && !is_near(host)
            }
        }
}

fn own_key(path: &Path) -> io::Result<EcdsaKeyPair> {
    let unfit = || io::Error::other(format!("{} is no key for web push", path.display()));
    let random = SystemRandom::new();
    let scheme = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let kept = match std::fs::read(path) {
        Ok(kept) => kept,
        Err(gone) if gone.kind() == io::ErrorKind::NotFound => {
            let made = EcdsaKeyPair::generate_pkcs8(scheme, &random).map_err(|_| unfit())?;
            replace(path, made.as_ref())?;
            made.as_ref().to_vec()
        }
        Err(error) => return Err(error),
    };
    EcdsaKeyPair::from_pkcs8(scheme, &kept, &random).map_err(|_| unfit())
}

/// Writes beside, syncs, and takes the place of the old file; for its owner alone.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let aside = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&aside, path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn browser(n: usize) -> Subscription {
        Subscription {
            endpoint: format!("https://push.example.net/{n}"),
            keys: Keys {
                p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".to_owned(),
                auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
            },
        }
    }

    #[test]
    fn browsers_and_the_key_last_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Subscriptions::open(folder.path().join("push")).unwrap();
        let (zhao, qian) = (PersonId::from("zhao"), PersonId::from("qian"));
        let book = open();
        let key = book.public_key();
        for n in 0..MOST + 2 {
            book.subscribe("330624", &zhao, browser(n), Reach::World)
                .unwrap();
        }
        assert_eq!(book.of("330624", &zhao).len(), MOST, "the oldest make way");
        // Asked again it stands as it stood, and nothing is written.
        let written = folder.path().join("push").join(BOOK);
        std::fs::remove_file(&written).unwrap();
        book.subscribe("330624", &zhao, browser(MOST + 1), Reach::World)
            .unwrap();
        assert!(!written.exists());
        // The same browser, now in another's hands.
        book.subscribe("330624", &qian, browser(4), Reach::World)
            .unwrap();
        drop(book);
        let book = open();
        assert_eq!(book.public_key(), key);
        assert_eq!(book.of("330624", &zhao).len(), MOST - 1);
        assert_eq!(book.of("330624", &qian).len(), 1);
        book.forget("https://push.example.net/4");
        assert!(open().of("330624", &qian).is_empty());
        assert!(book.of("330681", &zhao).is_empty());
    }

    #[test]
    fn nobody_makes_us_knock_at_a_door_inside() {
        for (endpoint, world, near) in [
            ("https://push.example.net/a", true, false),
            ("http://push.example.net/a", false, false),
            ("https://10.0.0.1/a", false, false),
            ("https://localhost/a", false, true),
            ("http://127.0.0.1:9000/a", false, true),
            ("https://intranet/a", false, false),
            ("push", false, false),
        ] {
            assert_eq!(is_service(endpoint, Reach::World), world, "{endpoint}");
            assert_eq!(is_service(endpoint, Reach::Loopback), near, "{endpoint}");
        }
    }
}
