//! The ground as a tree: where each station lies, what lies above that, which alarms make which
//! others needless. Made anew from the config, never stored.

use std::collections::BTreeMap;

use model::config::{AreaKind, Config, Text, Within};
use model::field::AreaRef;

/// An area by kind and code, the name that survives a new config.
pub(crate) type AreaName = (AreaKind, String);

/// One named area; place 0 is the whole jurisdiction.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) name: AreaName,
    pub(crate) title: Text,
    pub(crate) people: u32,
    /// Absent for the jurisdiction only.
    pub(crate) parent: Option<u32>,
}

/// The jurisdiction itself, root of every chain and the place of stations that name no area.
pub(crate) const ROOT: u32 = 0;

#[derive(Clone, Debug, Default)]
pub(crate) struct Ground {
    places: Vec<Place>,
    by_name: BTreeMap<AreaName, u32>,
    /// Per station; [`ROOT`] where it names none.
    township: Vec<u32>,
    catchment: Vec<u32>,
    zones: BTreeMap<u32, Vec<u32>>,
    /// Watches of station `n`: `watches[starts[n]..starts[n + 1]]`, ascending.
    starts: Vec<u32>,
    watches: Vec<u32>,
    /// Watched series that report only above a start level, by the leaf of their station.
    silent: BTreeMap<u32, Vec<u32>>,
    /// Edges of the inhibition graph by their source and by their target rule.
    edges_from: BTreeMap<u16, Vec<u16>>,
    edges_to: BTreeMap<u16, Vec<u16>>,
    /// Watches of an edge's target rule under each key.
    targets: BTreeMap<(u16, u32), Vec<u32>>,
}

impl Ground {
    pub(crate) fn of(config: &Config) -> Ground {
        let mut ground = Ground::default();
        ground.plant(config);
        ground.settle(config);
        ground.list_watches(config);
        ground.list_edges(config);
        ground
    }

    /// The tree itself: the root, then every declared area under its parent.
    fn plant(&mut self, config: &Config) {
        let county = config.areas.iter().find(|a| a.kind == AreaKind::County);
        self.places.push(Place {
            name: (
                AreaKind::County,
                county.map_or_else(|| config.code.clone(), |a| a.code.clone()),
            ),
            title: county.map_or_else(|| config.title.clone(), |a| a.title.clone()),
            people: county.map_or(0, |a| a.people),
            parent: None,
        });
        self.by_name.insert(self.places[0].name.clone(), ROOT);
        for area in config.areas.iter().filter(|a| a.kind != AreaKind::County) {
            let place = self.place(&(area.kind, area.code.clone()));
            let row = &mut self.places[place as usize];
            row.title = area.title.clone();
            row.people = area.people;
        }
        for area in config.areas.iter().filter(|a| a.kind != AreaKind::County) {
            let Some(parent) = area.parent.clone() else {
                continue;
            };
            let place = self.place(&(area.kind, area.code.clone()));
            let parent = self.place(&(area.kind, parent));
            if self.chain(parent).all(|above| above != place) {
                self.places[place as usize].parent = Some(parent);
            }
        }
    }

    /// The place of a name, made under the root when nobody declared it.
    fn place(&mut self, name: &AreaName) -> u32 {
        if let Some(place) = self.by_name.get(name) {
            return *place;
        }
        let place = self.places.len() as u32;
        self.places.push(Place {
            name: name.clone(),
            title: Text::same(&name.1),
            people: 0,
            parent: Some(ROOT),
        });
        self.by_name.insert(name.clone(), place);
        place
    }

    fn settle(&mut self, config: &Config) {
        for (slot, station) in config.stations.iter().enumerate() {
            let mut named = |kind, code: &Option<String>| {
                let code = code.as_ref().filter(|c| !c.is_empty());
                code.map_or(ROOT, |c| self.place(&(kind, c.clone())))
            };
            let township = named(AreaKind::Township, &station.township);
            let catchment = named(AreaKind::Catchment, &station.catchment);
            self.township.push(township);
            self.catchment.push(catchment);
            if !station.zones.is_empty() {
                let zones = station.zones.iter();
                let zones = zones.map(|z| self.place(&(AreaKind::Zone, z.clone())));
                let zones = zones.collect();
                self.zones.insert(slot as u32, zones);
            }
        }
    }

    fn list_watches(&mut self, config: &Config) {
        let station = |watch: &model::config::Watch| config.series[watch.series.index()].station;
        let mut order: Vec<u32> = (0..config.watches.len() as u32).collect();
        order.sort_by_key(|w| (station(&config.watches[*w as usize]), *w));
        self.starts = vec![0; config.stations.len() + 1];
        for watch in &config.watches {
            self.starts[station(watch).index() + 1] += 1;
        }
        for n in 1..self.starts.len() {
            self.starts[n] += self.starts[n - 1];
        }
        self.watches = order;
        for (slot, series) in config.series.iter().enumerate() {
            if series.silence_normal && !self.watches(series.station.0).is_empty() {
                let leaf = self.leaf(series.station.0);
                self.silent.entry(leaf).or_default().push(slot as u32);
            }
        }
    }

    fn list_edges(&mut self, config: &Config) {
        for (edge, row) in config.inhibitions.iter().enumerate() {
            let edge = edge as u16;
            self.edges_from.entry(row.source.0).or_default().push(edge);
            self.edges_to.entry(row.target.0).or_default().push(edge);
        }
        if config.inhibitions.is_empty() {
            return;
        }
        for (slot, watch) in config.watches.iter().enumerate() {
            let station = config.series[watch.series.index()].station.0;
            for edge in self.edges_to(watch.rule.0).to_vec() {
                for key in self.keys(config.inhibitions[usize::from(edge)].equal, station) {
                    let row = self.targets.entry((edge, key)).or_default();
                    row.push(slot as u32);
                }
            }
        }
    }

    pub(crate) fn find(&self, name: &AreaName) -> Option<(u32, &Place)> {
        let place = *self.by_name.get(name)?;
        Some((place, &self.places[place as usize]))
    }

    pub(crate) fn at(&self, place: u32) -> &Place {
        &self.places[place as usize]
    }

    /// Where the situations of a station begin: its catchment, else its township, else the county.
    pub(crate) fn leaf(&self, station: u32) -> u32 {
        match self.catchment[station as usize] {
            ROOT => self.township[station as usize],
            catchment => catchment,
        }
    }

    /// The township of a station, where it names one.
    pub(crate) fn township(&self, station: u32) -> Option<&Place> {
        match self.township[station as usize] {
            ROOT => None,
            township => Some(self.at(township)),
        }
    }

    /// People who live or stay in a township.
    pub(crate) fn people_of(&self, township: &str) -> u32 {
        let name = (AreaKind::Township, township.to_owned());
        self.find(&name).map_or(0, |(_, place)| place.people)
    }

    /// A place and everything above it, the root last.
    pub(crate) fn chain(&self, place: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(place), |p| self.places[*p as usize].parent)
    }

    /// Every watch on any series of a station.
    pub(crate) fn watches(&self, station: u32) -> &[u32] {
        let range = |n: u32| self.starts[n as usize] as usize;
        &self.watches[range(station)..range(station + 1)]
    }

    pub(crate) fn silent(&self, leaf: u32) -> &[u32] {
        self.silent.get(&leaf).map_or(&[], Vec::as_slice)
    }

    /// Watched series that report only above a start level, everywhere.
    pub(crate) fn all_silent(&self) -> impl Iterator<Item = u32> + '_ {
        self.silent.values().flatten().copied()
    }

    /// Whether a station lies in an area, or in one below it. The county holds all.
    pub(crate) fn lies_in(&self, station: u32, area: &AreaRef) -> bool {
        let name = (area.kind, area.code.clone());
        let Some((place, _)) = self.find(&name) else {
            return false;
        };
        let zones = self.zones.get(&station).into_iter().flatten();
        let own = [
            self.township[station as usize],
            self.catchment[station as usize],
        ];
        let mut own = own.into_iter().chain(zones.copied());
        place == ROOT || own.any(|leaf| self.chain(leaf).any(|above| above == place))
    }

    pub(crate) fn edges_from(&self, rule: u16) -> &[u16] {
        self.edges_from.get(&rule).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn edges_to(&self, rule: u16) -> &[u16] {
        self.edges_to.get(&rule).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn targets(&self, edge: u16, key: u32) -> &[u32] {
        self.targets.get(&(edge, key)).map_or(&[], Vec::as_slice)
    }

    /// What a station must have in common with another for an edge to join them. Without a radius
    /// of its own an edge "within a distance" means the station itself.
    pub(crate) fn keys(&self, equal: Within, station: u32) -> Vec<u32> {
        let known = |place: u32| if place == ROOT { vec![] } else { vec![place] };
        match equal {
            Within::Distance => vec![station],
            Within::Township => known(self.township[station as usize]),
            Within::Catchment => known(self.catchment[station as usize]),
            Within::Zone => self.zones.get(&station).cloned().unwrap_or_default(),
        }
    }
}
