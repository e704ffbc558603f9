//! Which stations a rule or a check looks at.

use std::collections::BTreeSet;

use model::config::{Area, AreaKind, Station};

use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{Value, Word};

/// Which stations a rule looks at; an empty list asks nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subjects {
    pub(crate) kinds: Vec<Word>,
    pub(crate) tags: Vec<Word>,
    pub(crate) stations: Vec<Word>,
    pub(crate) townships: Vec<Word>,
    pub(crate) catchments: Vec<Word>,
    pub(crate) zones: Vec<Word>,
}

impl Subjects {
    /// Whether a station matches each list that is not empty.
    pub(crate) fn include(&self, station: &Station) -> bool {
        let among = |words: &[Word], text: &str| words.iter().any(|w| w.text == text);
        let all = |words: &[Word], text: Option<&str>| {
            words.is_empty() || text.is_some_and(|text| among(words, text))
        };
        all(&self.kinds, Some(&station.kind))
            && (self.tags.is_empty() || station.tags.iter().any(|tag| among(&self.tags, tag)))
            && all(&self.stations, Some(&station.id))
            && all(&self.townships, station.township.as_deref())
            && all(&self.catchments, station.catchment.as_deref())
            && (self.zones.is_empty() || station.zones.iter().any(|z| among(&self.zones, z)))
    }
}

/// Reads `subjects = { … }`.
pub(crate) fn read_subjects(value: Value<'_>, out: &mut Diagnostics) -> Option<Subjects> {
    let mut table = value.table(out)?;
    let mut words = |key: &'static str, out: &mut Diagnostics| {
        table.optional(key, out, Value::words).unwrap_or_default()
    };
    let subjects = Subjects {
        kinds: words("kinds", out),
        tags: words("tags", out),
        stations: words("stations", out),
        townships: words("townships", out),
        catchments: words("catchments", out),
        zones: words("zones", out),
    };
    table.close(out);
    Some(subjects)
}

/// What there is to be named by subjects, over all jurisdictions a rule file speaks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) stations: BTreeSet<String>,
    kinds: BTreeSet<String>,
    tags: BTreeSet<String>,
    townships: BTreeSet<String>,
    catchments: BTreeSet<String>,
    zones: BTreeSet<String>,
}

impl Names {
    /// Takes in the stations and areas of a jurisdiction; `faulty` ids stand in rows that were refused.
    pub(crate) fn add<'a>(
        &mut self,
        stations: &[Station],
        faulty: impl Iterator<Item = &'a str>,
        areas: &[Area],
    ) {
        self.stations.extend(faulty.map(str::to_owned));
        for station in stations {
            self.stations.insert(station.id.clone());
            self.kinds.insert(station.kind.clone());
            self.tags.extend(station.tags.iter().cloned());
            self.townships.extend(station.township.clone());
            self.catchments.extend(station.catchment.clone());
            self.zones.extend(station.zones.iter().cloned());
        }
        for area in areas {
            let known = match area.kind {
                AreaKind::Township => &mut self.townships,
                AreaKind::Catchment => &mut self.catchments,
                AreaKind::Zone => &mut self.zones,
                AreaKind::County => continue,
            };
            known.insert(area.code.clone());
        }
    }

    /// Tells every name in `subjects` that nothing bears. A station that is nowhere is a fault; a
    /// kind or an area that nothing has yet may be meant for later.
    pub(crate) fn check(&self, subjects: &Subjects, source: &Source, out: &mut Diagnostics) {
        let lists: [(&[Word], &BTreeSet<String>, &str, bool); 6] = [
            (&subjects.stations, &self.stations, "station", true),
            (&subjects.kinds, &self.kinds, "station of kind", false),
            (&subjects.tags, &self.tags, "station with the tag", false),
            (&subjects.townships, &self.townships, "township", false),
            (&subjects.catchments, &self.catchments, "catchment", false),
            (&subjects.zones, &self.zones, "zone", false),
        ];
        for (words, known, noun, must_be) in lists {
            for word in words.iter().filter(|w| !known.contains(&w.text)) {
                let place = if must_be { " in stations.csv" } else { "" };
                let what = format!("no {noun} `{}`{place}", word.text);
                let names = known.iter().map(String::as_str);
                let problem = Problem::at(source, word.span.clone(), what);
                let problem = problem.near_unless(out.is_long(), &word.text, names);
                // A slip of the fingers in a kind leaves stations unwatched as surely.
                let slip = problem.advice().is_some();
                out.push(if must_be || slip {
                    problem
                } else {
                    problem.noted()
                });
            }
        }
    }
}
