//! What of a snapshot differs from the one a client was told last on the same socket.
//!
//! Of what was told only a hash of each entry is kept, so that two dozen replays hold little.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use model::changed::{ChangedView, CountyChanged, ListChanged, take_values};
use model::config::AreaKind;
use model::view::{CountyView, SnapshotView};
use serde::Serialize;

/// What one client was told last; nothing before its first snapshot.
#[derive(Default)]
pub(crate) struct Told {
    counties: HashMap<String, Lists>,
    /// Its keys are made anew for each client: nobody can write two entries of one hash.
    hashes: RandomState,
}

#[derive(Default)]
struct Lists(HashMap<&'static str, Entries>);

/// A list's ids in order, and the hash of each entry.
#[derive(Default)]
struct Entries {
    order: Vec<String>,
    hashes: HashMap<String, u64>,
}

impl Told {
    /// Notes a snapshot that is told whole.
    pub(crate) fn note(&mut self, snapshot: SnapshotView) {
        let _told = self.changed(snapshot);
    }

    /// Notes a snapshot and gives what of it differs from the one before.
    pub(crate) fn changed(&mut self, snapshot: SnapshotView) -> ChangedView {
        let counties = snapshot.counties.into_iter().map(|county| {
            let lists = self.counties.entry(county.code.clone()).or_default();
            lists.changed(&self.hashes, county)
        });
        ChangedView {
            seq: snapshot.seq,
            clock: snapshot.clock,
            counties: counties.collect(),
            system: snapshot.system,
            mode: snapshot.mode,
        }
    }
}

impl Lists {
    fn changed(&mut self, hashes: &RandomState, mut county: CountyView) -> CountyChanged {
        let now = take_values(&mut county);
        let mut text = Vec::new();
        macro_rules! list {
            ($name:literal, $list:expr, $id:expr) => {
                self.0
                    .entry($name)
                    .or_default()
                    .changed(hashes, &mut text, $list, $id)
            };
        }
        CountyChanged {
            stations: list!("stations", county.stations, |one| one.id.clone()),
            now: list!("now", now, |one| format!(
                "{}/{}",
                one.station, one.quantity
            )),
            alarms: list!("alarms", county.alarms, |one| one.key.to_string()),
            commands: list!("commands", county.commands, |one| one.id.to_string()),
            groups: list!("groups", county.groups, |one| one.id.to_string()),
            templates: list!("templates", county.templates, |one| one.id.clone()),
            people: list!("people", county.people, |one| one.id.to_string()),
            situations: list!("situations", county.situations, |one| one.id.to_string()),
            suppressions: list!("suppressions", county.suppressions, |one| one.id.clone()),
            areas: list!("areas", county.areas, |one| {
                format!("{}/{}", kind_word(one.kind), one.code)
            }),
            weather: list!("weather", county.weather, |one| one.id.clone()),
            incidents: list!("incidents", county.incidents, |one| one.id.to_string()),
            runs: list!("runs", county.runs, |one| one.id.to_string()),
            pages: list!("pages", county.pages, |one| one.id.to_string()),
            posts: list!("posts", county.posts, |one| one.id.to_string()),
            code: county.code,
            title: county.title,
            demo: county.demo,
            drill: county.drill,
            rules_version: county.rules_version,
            load: county.load,
            mass: county.mass,
            event_classes: county.event_classes,
        }
    }
}

/// As the wire has it.
fn kind_word(kind: AreaKind) -> &'static str {
    match kind {
        AreaKind::Township => "township",
        AreaKind::Catchment => "catchment",
        AreaKind::Zone => "zone",
        AreaKind::County => "county",
    }
}

impl Entries {
    /// Notes a list and gives what of it differs; `text` is room to write in.
    fn changed<T: Serialize>(
        &mut self,
        hashes: &RandomState,
        text: &mut Vec<u8>,
        list: Vec<T>,
        id: impl Fn(&T) -> String,
    ) -> ListChanged<T> {
        let order: Vec<String> = list.iter().map(&id).collect();
        let mut noted = HashMap::with_capacity(order.len());
        let mut put = Vec::new();
        for (id, one) in order.iter().zip(list) {
            text.clear();
            // Of the same text, in a fraction of the time JSON takes; by name, since fields may be left out.
            rmp_serde::encode::write_named(text, &one).expect("views refuse nothing");
            let hash = hashes.hash_one(&**text);
            if self.hashes.get(id) != Some(&hash) {
                put.push(one);
            }
            noted.insert(id.clone(), hash);
        }
        let moved = order != self.order;
        self.hashes = noted;
        if moved {
            self.order.clone_from(&order);
        }
        ListChanged {
            order: moved.then_some(order),
            put,
        }
    }
}
