//! Device accounts: made, listed and taken away from the command line, and looked up at the doors.
//!
//! A password is made here, shown once and kept nowhere. A running server reads the accounts whenever a
//! device comes.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use axum::http::HeaderMap;
use links::http::{self, Gate};
use links::mqtt::{Access, Admission, Credentials, Loopback};
use links::{Device, Speaker, Stations};
use model::Time;
use store::{DeviceAccount, Devices};

use crate::args::DeviceVerb;
use crate::{check, say};

/// Longest name, in characters.
const LONGEST: usize = 64;

/// Does what was asked about device accounts.
pub(crate) fn obey(verb: DeviceVerb) -> anyhow::Result<()> {
    match verb {
        DeviceVerb::Add {
            name,
            stations,
            all,
            site,
            data,
        } => {
            must_be_name(&name)?;
            let stations = (!all).then_some(stations);
            if let (Some(site), Some(stations)) = (&site, &stations) {
                must_be_stations(site, stations)?;
            }
            add(&data, &name, stations)
        }
        DeviceVerb::Remove { name, data } => {
            if !Devices::of(&data).remove(&name)? {
                bail!("there is no device account {name:?} in {}", data.display());
            }
            say(&format!(
                "device {name} removed: it is refused from now on, and shown out within seconds where it is \
                 connected"
            ))
        }
        DeviceVerb::List { data } => list(&data),
    }
}

fn add(data: &Path, name: &str, stations: Option<Vec<String>>) -> anyhow::Result<()> {
    std::fs::create_dir_all(data).with_context(|| format!("could not make {}", data.display()))?;
    let devices = Devices::of(data);
    let word = match devices.load()?.contains_key(name) {
        true => "changed",
        false => "made",
    };
    let whose = told(stations.as_deref());
    let password = devices.add(name, stations, now())?;
    say(&format!("device {name} {word}; it speaks for {whose}"))?;
    say("its user name is its name, its password is in the next line, which is shown only now:")?;
    say(&password)
}

fn list(data: &Path) -> anyhow::Result<()> {
    let accounts = Devices::of(data).load()?;
    if accounts.is_empty() {
        return say("no device has an account yet; make one with `watchfire device add`");
    }
    for account in accounts.values() {
        let whose = told(account.stations.as_deref());
        say(&format!("{}\t{whose}\t{}", account.name, account.made))?;
    }
    Ok(())
}

fn told(stations: Option<&[String]>) -> String {
    stations.map_or_else(|| "all stations".to_owned(), |own| own.join(", "))
}

/// A name that can stand before a colon and in a line.
fn must_be_name(name: &str) -> anyhow::Result<()> {
    let sound = !name.is_empty()
        && name.trim() == name
        && name.chars().count() <= LONGEST
        && !name.chars().any(|c| c.is_control() || c == ':');
    if !sound {
        bail!(
            "{name:?} cannot be a device's name: 1 to {LONGEST} characters, no colon, no space at either end"
        );
    }
    Ok(())
}

fn must_be_stations(site: &Path, stations: &[String]) -> anyhow::Result<()> {
    let site = check::read(site)?;
    let known: BTreeSet<&str> = site
        .jurisdictions
        .iter()
        .flat_map(|j| &j.config.stations)
        .map(|station| station.id.as_str())
        .collect();
    let strange: Vec<&str> = stations
        .iter()
        .map(String::as_str)
        .filter(|station| !known.contains(station))
        .collect();
    if !strange.is_empty() {
        bail!(
            "the site has no station {}; nothing was changed",
            strange.join(", ")
        );
    }
    Ok(())
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = since.map_or(0, |since| since.as_millis());
    Time::from_ms(i64::try_from(ms).unwrap_or(i64::MAX))
}

/// Knows the devices at the MQTT front door and at the HTTP intake.
pub(crate) struct Doorkeeper {
    devices: Devices,
    /// Programs on this machine need an account too.
    always: bool,
}

impl Doorkeeper {
    pub(crate) fn new(data: &Path, always: bool) -> Doorkeeper {
        Doorkeeper {
            devices: Devices::of(data),
            always,
        }
    }

    /// Whether any device has an account.
    pub(crate) fn knows_any(&self) -> bool {
        !self.devices.now().0.is_empty()
    }

    fn look(&self, name: &str, password: &[u8]) -> Option<Arc<Device>> {
        let (accounts, _) = self.devices.now();
        let account = accounts.get(name)?;
        account
            .is_password(password)
            .then(|| Arc::new(device(account)))
    }
}

fn device(account: &DeviceAccount) -> Device {
    Device {
        name: account.name.clone(),
        stations: match &account.stations {
            None => Stations::All,
            Some(own) => Stations::These(own.iter().cloned().collect()),
        },
        secret: account.secret.clone(),
    }
}

impl Access for Doorkeeper {
    fn admit(&self, shown: Credentials<'_>) -> Admission {
        match shown.user {
            Some(name) if self.devices.were_made() => self
                .look(name, shown.password.unwrap_or_default())
                .map_or(Admission::Refused, Admission::Device),
            // Where no account was ever made, a name says nothing.
            Some(_) | None if !self.always => Loopback.admit(shown),
            Some(_) | None => Admission::Refused,
        }
    }

    fn edition(&self) -> u64 {
        self.devices.now().1
    }

    fn stays(&self, device: &Device) -> bool {
        let (accounts, _) = self.devices.now();
        accounts
            .get(&device.name)
            .is_some_and(|account| self::device(account) == *device)
    }
}

/// Stands behind the guard of the API, which lets through who may send readings, and devices unseen.
impl Gate for Doorkeeper {
    fn admits(&self, headers: &HeaderMap) -> Option<Speaker> {
        if !http::shows_account(headers) {
            return Some(Speaker::Anybody);
        }
        let (name, password) = http::account(headers)?;
        self.look(&name, &password).map(Speaker::Device)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_can_be_typed_and_sent() {
        for sound in ["gate", "城关 雨量站", "a/b"] {
            assert!(must_be_name(sound).is_ok(), "{sound}");
        }
        for bad in ["", "a:b", " a", "a\n", "a\0b", &"n".repeat(65)] {
            assert!(must_be_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn who_shows_a_name_needs_its_password_wherever_they_come_from() {
        let dir = tempfile::tempdir().unwrap();
        let password = Devices::of(dir.path())
            .add("gate", Some(vec!["A".to_owned()]), Time::from_ms(1))
            .unwrap();
        let admit = |keeper: &Doorkeeper, peer: &str, user, password: &str| {
            keeper.admit(Credentials {
                peer: peer.parse().unwrap(),
                client: "c",
                user,
                password: Some(password.as_bytes()),
            })
        };
        let keeper = Doorkeeper::new(dir.path(), false);
        for peer in ["127.0.0.1:9", "10.0.0.9:9"] {
            let known = admit(&keeper, peer, Some("gate"), &password);
            assert!(matches!(known, Admission::Device(_)), "{peer}");
            let wrong = [
                (Some("gate"), "x"),
                (Some("strange"), &*password),
                (Some(""), ""),
            ];
            for (user, password) in wrong {
                assert_eq!(admit(&keeper, peer, user, password), Admission::Refused);
            }
        }
        assert_eq!(admit(&keeper, "127.0.0.1:9", None, ""), Admission::Open);
        assert_eq!(admit(&keeper, "10.0.0.9:9", None, ""), Admission::Refused);
        let strict = Doorkeeper::new(dir.path(), true);
        assert_eq!(admit(&strict, "127.0.0.1:9", None, ""), Admission::Refused);

        // Where no account was ever made, a name says nothing; one that was taken away still does.
        let bare = tempfile::tempdir().unwrap();
        let fresh = Doorkeeper::new(bare.path(), false);
        let strange = |peer| admit(&fresh, peer, Some("strange"), "x");
        assert_eq!(strange("127.0.0.1:9"), Admission::Open);
        assert_eq!(strange("10.0.0.9:9"), Admission::Refused);
        assert!(Devices::of(dir.path()).remove("gate").unwrap());
        let gone = admit(&keeper, "127.0.0.1:9", Some("gate"), &password);
        assert_eq!(gone, Admission::Refused);
    }
}
