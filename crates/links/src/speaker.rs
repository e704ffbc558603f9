//! For which stations a sender speaks: for all, or for those of its device account.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::topic;

/// A device account, as its device has proven to have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub name: String,
    pub stations: Stations,
    /// Another one with every new password.
    pub secret: String,
}

/// The stations a device speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stations {
    All,
    These(BTreeSet<String>),
}

/// Who sends readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// A program on this machine or an administrator: every station's readings.
    Anybody,
    Device(Arc<Device>),
}

impl Speaker {
    /// The name of its account, when it came with one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Speaker::Anybody => None,
            Speaker::Device(device) => Some(&device.name),
        }
    }

    /// Whether it may send readings of this station and hear what is sent to it.
    pub fn speaks_for(&self, station: &str) -> bool {
        match self {
            Speaker::Anybody => true,
            Speaker::Device(device) => match &device.stations {
                Stations::All => true,
                Stations::These(own) => own.contains(station),
            },
        }
    }

    /// Whether no station is closed to it.
    pub(crate) fn speaks_for_all(&self) -> bool {
        match self {
            Speaker::Anybody => true,
            Speaker::Device(device) => device.stations == Stations::All,
        }
    }

    /// Whether it may subscribe to this filter: one of downlinks, and of its own stations alone.
    pub(crate) fn hears(&self, filter: &str) -> bool {
        if self.speaks_for_all() {
            return filter.starts_with("down/");
        }
        topic::down_station(filter).is_some_and(|station| self.speaks_for(&station))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_hears_its_own_stations_alone() {
        let of = |stations| {
            Speaker::Device(Arc::new(Device {
                name: "gate".to_owned(),
                stations,
                secret: String::new(),
            }))
        };
        let own = of(Stations::These(["a".to_owned(), "b/1".to_owned()].into()));
        for (filter, want) in [
            ("down/a/#", true),
            ("down/a/siren", true),
            ("down/b%2F1/+", true),
            ("down/a", false),
            ("down/ab/#", false),
            ("down/+/siren", false),
            ("down/#", false),
            ("#", false),
            ("obs/a/rain", false),
        ] {
            assert_eq!(own.hears(filter), want, "{filter}");
        }
        let all = of(Stations::All);
        assert!(all.hears("down/+/siren") && all.hears("down/#") && !all.hears("obs/#"));
        assert!(all.speaks_for("x") && own.speaks_for("b/1") && !own.speaks_for("b"));
    }
}
