//! Who measures what: from the names that stations send to the slots that decisions use.
//!
//! Read on every message by the links, so it is one immutable value; when the site's files change,
//! another edition takes its place, and what was read under the old one is translated. It never
//! decides anything.

use std::collections::HashMap;
use std::sync::Arc;

use model::config::Config;
use model::{Decimals, Fixed, JurisdictionSlot, SeriesSlot};

/// Names further away than this share of their length are no help to the reader.
const NEAR_ENOUGH: f64 = 0.75;

/// Most names looked through for one suggestion; a province has more than anybody can wait for.
const MOST_LOOKED_AT: usize = 20_000;

/// Where a reading belongs and how its value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub jurisdiction: JurisdictionSlot,
    pub series: SeriesSlot,
    /// Edition of the catalogue these slots belong to.
    pub edition: u32,
    pub decimals: Decimals,
    /// The unit a message must name, if it names one.
    pub unit: Arc<str>,
    /// Lowest and highest value that can be true.
    pub range: Option<(Fixed, Fixed)>,
}

/// One series of a station, by its quantity's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    pub quantity: Arc<str>,
    pub target: Target,
}

/// All names of all jurisdictions of the process.
#[derive(Debug, Default)]
pub struct Catalogue {
    stations: HashMap<String, Vec<Measured>>,
    codes: Vec<String>,
    interfaces: Vec<String>,
    edition: u32,
}

impl Catalogue {
    /// The catalogue of these jurisdictions, in slot order. A station named by two of them belongs
    /// to the first; interfaces are those of the first that declares most of them.
    pub fn of<'a>(configs: impl IntoIterator<Item = &'a Config>) -> Catalogue {
        Catalogue::edition(0, configs)
    }

    /// The same as the `edition`-th of this process.
    pub(crate) fn edition<'a>(
        edition: u32,
        configs: impl IntoIterator<Item = &'a Config>,
    ) -> Catalogue {
        let mut catalogue = Catalogue {
            edition,
            ..Catalogue::default()
        };
        for (slot, config) in (0u16..).zip(configs) {
            catalogue.add(JurisdictionSlot(slot), config);
        }
        catalogue
    }

    /// The series that `station` measures `quantity` with, if both are known.
    pub fn find(&self, station: &str, quantity: &str) -> Option<&Target> {
        let series = self.stations.get(station)?;
        series
            .iter()
            .find(|m| &*m.quantity == quantity)
            .map(|m| &m.target)
    }

    /// Every series of a station; empty when the station is unknown.
    pub fn series_of(&self, station: &str) -> &[Measured] {
        self.stations.get(station).map_or(&[], Vec::as_slice)
    }

    /// The known station spelled most like `station`, for messages to people.
    pub fn near(&self, station: &str) -> Option<String> {
        self.stations
            .keys()
            .take(MOST_LOOKED_AT)
            .map(|known| {
                (
                    strsim::normalized_damerau_levenshtein(known, station),
                    known,
                )
            })
            .filter(|(likeness, _)| *likeness >= NEAR_ENOUGH)
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
            .map(|(_, known)| known.clone())
    }

    /// The slot of a jurisdiction by its code.
    pub fn jurisdiction(&self, code: &str) -> Option<JurisdictionSlot> {
        let index = self.codes.iter().position(|c| c == code)?;
        u16::try_from(index).ok().map(JurisdictionSlot)
    }

    /// Codes of all jurisdictions, in slot order.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    /// The slot of an interface by its id, as `mqtt` or `http`.
    pub fn interface(&self, id: &str) -> Option<u8> {
        self.interfaces
            .iter()
            .position(|i| i == id)
            .and_then(|i| u8::try_from(i).ok())
    }

    /// Ids of all interfaces, in slot order.
    pub fn interfaces(&self) -> &[String] {
        &self.interfaces
    }

    /// How many stations are known.
    pub fn len(&self) -> usize {
        self.stations.len()
    }

    /// Whether no station is known.
    pub fn is_empty(&self) -> bool {
        self.stations.is_empty()
    }

    fn add(&mut self, jurisdiction: JurisdictionSlot, config: &Config) {
        self.codes.push(config.code.clone());
        if config.interfaces.len() > self.interfaces.len() {
            self.interfaces = config.interfaces.iter().map(|i| i.id.clone()).collect();
        }
        let names: Vec<(Arc<str>, Arc<str>)> = config
            .quantities
            .iter()
            .map(|q| (Arc::from(q.id.as_str()), Arc::from(q.unit.as_str())))
            .collect();
        for (slot, series) in (0u32..).zip(&config.series) {
            let index = usize::from(series.quantity);
            let quantity = &config.quantities[index];
            let (name, unit) = &names[index];
            let target = Target {
                jurisdiction,
                series: SeriesSlot(slot),
                edition: self.edition,
                decimals: quantity.decimals,
                unit: Arc::clone(unit),
                range: quantity.range,
            };
            let station = &config.stations[series.station.index()].id;
            let list = match self.stations.get_mut(station) {
                Some(list) => list,
                None => self.stations.entry(station.clone()).or_default(),
            };
            if list
                .first()
                .is_none_or(|m| m.target.jurisdiction == jurisdiction)
            {
                list.push(Measured {
                    quantity: Arc::clone(name),
                    target,
                });
            }
        }
    }
}
