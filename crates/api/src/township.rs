//! What a township is made of, for readers who are told of it alone.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use model::{AlarmKey, Config, PersonId};

use crate::people::People;

/// One township: what stands there, and who is of it.
#[derive(Debug)]
pub(crate) struct Near {
    pub(crate) township: String,
    pub(crate) stations: HashSet<String>,
    /// Alarms that may be raised there.
    pub(crate) alarms: HashSet<AlarmKey>,
    pub(crate) people: HashSet<PersonId>,
}

/// The stations of a township, and the alarms that may be raised at them.
fn ground_of(config: &Config, township: &str) -> (HashSet<String>, HashSet<AlarmKey>) {
    let here = |of: &Option<String>| of.as_deref() == Some(township);
    let stations = config.stations.iter().filter(|one| here(&one.township));
    let stations: HashSet<String> = stations.map(|one| one.id.clone()).collect();
    let ruled = config.watches.iter().filter_map(|watch| {
        let station = &config.station_of(watch.series).id;
        let rule = &config.rules[watch.rule.index()];
        let key = || AlarmKey::of(&config.code, &rule.id, station, &rule.hazard);
        stations.contains(station).then(key)
    });
    let blind = stations.iter();
    let blind = blind.map(|station| AlarmKey::of(&config.code, runtime::BLIND_SPOT, station, ""));
    let alarms = ruled.chain(blind).collect();
    (stations, alarms)
}

/// What a township is made of, as read last.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) config: Option<Arc<Config>>,
    pub(crate) people: Arc<People>,
}

impl Files {
    fn are(&self, other: &Files) -> bool {
        let config = match (&self.config, &other.config) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        config && Arc::ptr_eq(&self.people, &other.people)
    }
}

/// Each township by its jurisdiction and code, gathered once from the files however many of its phones ask.
#[derive(Debug, Default)]
pub(crate) struct Townships(Mutex<HashMap<(String, String), Gathered>>);

#[derive(Debug)]
struct Gathered {
    from: Files,
    near: Arc<Near>,
}

impl Townships {
    pub(crate) fn near(&self, code: &str, township: &str, files: Files) -> Arc<Near> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (code.to_owned(), township.to_owned());
        if let Some(held) = held.get(&key).filter(|held| held.from.are(&files)) {
            return Arc::clone(&held.near);
        }
        let config = files.config.as_ref();
        let (stations, alarms) = config
            .map(|config| ground_of(config, township))
            .unwrap_or_default();
        let near = Arc::new(Near {
            people: files.people.of_township(code, township),
            stations,
            alarms,
            township: township.to_owned(),
        });
        let gathered = Gathered {
            from: files,
            near: Arc::clone(&near),
        };
        held.insert(key, gathered);
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_township_is_gathered_anew_only_for_other_files() {
        let townships = Townships::default();
        let files = |people: &Arc<People>| Files {
            config: None,
            people: Arc::clone(people),
        };
        let (old, new) = (Arc::new(People::of(vec![])), Arc::new(People::of(vec![])));
        let first = townships.near("330624", "T1", files(&old));
        assert!(Arc::ptr_eq(
            &first,
            &townships.near("330624", "T1", files(&old))
        ));
        assert!(!Arc::ptr_eq(
            &first,
            &townships.near("330624", "T2", files(&old))
        ));
        assert!(!Arc::ptr_eq(
            &first,
            &townships.near("330624", "T1", files(&new))
        ));
    }
}
