//! A script against its site: are the stations, people and posts there, and can it be played.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::config::{AreaKind, Config, Quantity, Role};
use model::drill::{Drill, Inject, What};
use model::{Fixed, PersonId};

use super::read::{Borrowed, Drafted, Said, Written};
use super::{Moved, Participant, Place, Script, Source as Recording};
use crate::amount::{BadValue, show_duration, value};
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::Word;
use crate::{Jurisdiction, Site};

/// Readings of one inject.
const MOST_READINGS: i64 = 20_000;

/// Readings of a drill.
const MOST_IN_ALL: i64 = 500_000;

pub(super) struct Checker<'s> {
    pub(super) source: &'s Source,
    site: &'s Site,
    folder: PathBuf,
}

impl<'s> Checker<'s> {
    pub(super) fn new(source: &'s Source, site: &'s Site, folder: PathBuf) -> Checker<'s> {
        Checker {
            source,
            site,
            folder,
        }
    }

    pub(super) fn at(&self, word: &Word, what: impl Into<String>) -> Problem {
        Problem::at(self.source, word.span.clone(), what)
    }

    pub(super) fn check(&self, written: Written, out: &mut Diagnostics) -> Option<Script> {
        let county = self.county(written.jurisdiction.as_ref(), out)?;
        let participants = self.participants(&written.participants, county, out);
        let mut sources = Vec::new();
        let mut injects: Vec<Inject> = Vec::new();
        self.refuse_twins(&written.injects, out);
        for drafted in &written.injects {
            if drafted.at.0 > written.length_ms {
                let problem = Problem::at(
                    self.source,
                    drafted.at.1.clone(),
                    format!("`{}` comes after the end", drafted.id.text),
                );
                let length = show_duration(written.length_ms);
                out.push(problem.expecting(format!("at most {length}, the length of the drill")));
            }
            let what = self.what(drafted, county, &mut sources, out);
            let expect = drafted.expect.as_ref();
            let expect =
                expect.and_then(|hoped| self.expect(hoped, drafted, &written, county, out));
            injects.extend(what.map(|what| Inject {
                id: drafted.id.text.clone(),
                at_ms: drafted.at.0,
                title: drafted.title.clone(),
                what,
                expect,
            }));
        }
        injects.sort_by_key(|inject| inject.at_ms);
        self.refuse_overlaps(&injects, &written.injects, out);
        self.refuse_floods(&injects, written.length_ms, out);
        if !injects.iter().any(|inject| inject.expect.is_some()) && out.errors() == 0 {
            let problem = Problem::whole(self.source, "nothing is expected of anybody");
            out.push(
                problem
                    .hint("without [inject.expect] there is nothing to score")
                    .noted(),
            );
        }
        Some(Script {
            drill: Drill {
                id: written.id,
                title: written.title,
                start: written.start,
                length_ms: written.length_ms,
                injects,
            },
            factor: written.factor,
            jurisdiction: county.config.code.clone(),
            participants,
            sources,
            notes: Diagnostics::default(),
        })
    }

    fn county(&self, asked: Option<&Word>, out: &mut Diagnostics) -> Option<&'s Jurisdiction> {
        let all = &self.site.jurisdictions;
        let codes = || all.iter().map(|place| place.config.code.as_str());
        let Some(word) = asked else {
            if let [only] = all.as_slice() {
                return Some(only);
            }
            let problem = Problem::whole(self.source, "in which jurisdiction?");
            let known: Vec<&str> = codes().collect();
            out.push(problem.hint(format!("jurisdiction = one of {}", known.join(", "))));
            return None;
        };
        let found = all.iter().find(|place| place.config.code == word.text);
        if found.is_none() {
            let what = format!("the site has no jurisdiction `{}`", word.text);
            out.push(self.at(word, what).near(&word.text, codes()));
        }
        found
    }

    fn participants(
        &self,
        words: &[(Word, Word)],
        county: &Jurisdiction,
        out: &mut Diagnostics,
    ) -> Vec<Participant> {
        let mut found: Vec<Participant> = Vec::new();
        for (login, person) in words {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if !login.text.chars().all(plain) {
                let problem = self.at(login, format!("`{}` is no login", login.text));
                out.push(problem.expecting("letters, digits, `-`, `_` and `.`"));
            }
            if found.iter().any(|one| one.login == login.text) {
                out.push(self.at(login, format!("login `{}` is there twice", login.text)));
            }
            let Some(view) = self.person(person, county, out) else {
                continue;
            };
            found.push(Participant {
                login: login.text.clone(),
                person: PersonId(person.text.clone()),
                role: view,
            });
        }
        let desk = |role: Role| matches!(role, Role::DutyOfficer | Role::Administrator);
        if out.errors() == 0 && !found.iter().any(|one| desk(one.role)) {
            let problem = Problem::whole(self.source, "nobody sits at the desk");
            let hint = "add a [[participant]] with login and the id of a duty officer as person";
            out.push(problem.hint(hint));
        }
        found
    }

    fn person(&self, word: &Word, county: &Jurisdiction, out: &mut Diagnostics) -> Option<Role> {
        let people = &county.config.people;
        let found = people.iter().find(|one| one.id.as_str() == word.text);
        if found.is_none() {
            let what = format!("people.csv has nobody `{}`", word.text);
            let known = people.iter().map(|one| one.id.as_str());
            out.push(self.at(word, what).near(&word.text, known));
        }
        found.map(|one| one.role)
    }

    fn refuse_twins(&self, injects: &[Drafted], out: &mut Diagnostics) {
        for (n, inject) in injects.iter().enumerate() {
            let id = &inject.id;
            if injects[..n].iter().any(|before| before.id.text == id.text) {
                out.push(self.at(id, format!("inject `{}` is there twice", id.text)));
            }
        }
    }

    fn what(
        &self,
        drafted: &Drafted,
        county: &Jurisdiction,
        sources: &mut Vec<Recording>,
        out: &mut Diagnostics,
    ) -> Option<What> {
        let config = &county.config;
        Some(match &drafted.what {
            Said::Values {
                station,
                quantity,
                every_ms,
                values,
            } => {
                let of = self.series(station, quantity, config, out)?;
                let mut read = Vec::with_capacity(values.len());
                for word in values {
                    read.push(self.value(word, of, out));
                }
                if read.is_empty() {
                    out.push(
                        self.at(station, "not a single value")
                            .expecting("`values = [\"41.20 m\"]`"),
                    );
                }
                What::Readings {
                    station: station.text.clone(),
                    quantity: quantity.text.clone(),
                    every_ms: *every_ms,
                    values: read.into_iter().collect::<Option<_>>()?,
                }
            }
            Said::Ramp {
                station,
                quantity,
                every_ms,
                over_ms,
                from,
                to,
            } => {
                let of = self.series(station, quantity, config, out)?;
                let (from, end) = (self.value(from, of, out), self.value(to, of, out));
                let steps = over_ms / every_ms;
                if !(1..=MOST_READINGS).contains(&steps) {
                    let what = format!("a ramp of {steps} readings");
                    let problem = self.at(to, what);
                    out.push(problem.expecting(format!(
                        "`over` at least `every`, at most {MOST_READINGS} readings"
                    )));
                    return None;
                }
                What::Readings {
                    station: station.text.clone(),
                    quantity: quantity.text.clone(),
                    every_ms: *every_ms,
                    values: ramp(from?, end?, steps),
                }
            }
            Said::Silence { station, for_ms } => {
                self.station(station, config, out)?;
                What::Silence {
                    station: station.text.clone(),
                    for_ms: *for_ms,
                }
            }
            Said::Recorded { place, .. } => {
                sources.extend(self.recording(drafted, config, out));
                What::Recorded {
                    source: place.text.clone(),
                }
            }
            Said::Report {
                hazard,
                level,
                township,
                text,
            } => {
                self.hazard(hazard, config, out);
                if let Some(word) = township {
                    self.township(word, config, out)?;
                }
                What::Report {
                    hazard: hazard.text.clone(),
                    level: *level,
                    area: township
                        .as_ref()
                        .map(|word| (AreaKind::Township, word.text.clone())),
                    text: text.clone(),
                }
            }
            Said::Interface { id, for_ms } => {
                let known = || config.interfaces.iter().map(|i| i.id.as_str());
                if !known().any(|one| one == id.text) {
                    let what = format!("the site has no interface `{}`", id.text);
                    out.push(self.at(id, what).near(&id.text, known()));
                }
                What::Interface {
                    interface: id.text.clone(),
                    for_ms: *for_ms,
                }
            }
            Said::Unreachable {
                channels,
                people,
                for_ms,
            } => {
                for word in people {
                    self.person(word, county, out);
                }
                if channels.is_empty() {
                    let what = format!("`{}` cuts off no channel", drafted.id.text);
                    out.push(
                        self.at(&drafted.id, what)
                            .expecting("`channels = [\"voice\"]`"),
                    );
                }
                What::Unreachable {
                    channels: channels.clone(),
                    people: people
                        .iter()
                        .map(|word| PersonId(word.text.clone()))
                        .collect(),
                    for_ms: *for_ms,
                }
            }
            Said::Note(text) => What::Note { text: text.clone() },
        })
    }

    /// Where the readings of a recorded inject lie, and for whom they speak.
    fn recording(
        &self,
        drafted: &Drafted,
        config: &Config,
        out: &mut Diagnostics,
    ) -> Option<Recording> {
        let Said::Recorded {
            place,
            own,
            from,
            to,
            series,
            span,
        } = &drafted.what
        else {
            return None;
        };
        let path = self.folder.join(&place.text);
        if to <= from {
            let problem = Problem::at(self.source, span.clone(), "it ends before it begins");
            out.push(problem.expecting("`to` later than `from`"));
        }
        let holds = |file: &&str| path.join(file).is_file();
        let (there, expected) = if *own {
            let there = path.join("journal").is_dir() || holds(&"store.json");
            (there, "the data folder of a server")
        } else {
            let there = ["arrivals.jsonl.gz", "observations.csv.gz"]
                .iter()
                .any(holds);
            (
                there,
                "a folder with arrivals.jsonl.gz or observations.csv.gz",
            )
        };
        if !there {
            let what = format!("there are no readings in `{}`", place.text);
            let problem = self.at(place, what).expecting(expected);
            out.push(problem.hint("paths are seen from the script's own folder"));
        }
        let moved = series.iter().filter_map(|one| self.moved(one, config, out));
        let moved = moved.collect();
        Some(Recording {
            inject: drafted.id.text.clone(),
            at_ms: drafted.at.0,
            from: *from,
            to: *to,
            place: if *own {
                Place::Data(path)
            } else {
                Place::Folder(path)
            },
            moved,
        })
    }

    fn moved(&self, one: &Borrowed, config: &Config, out: &mut Diagnostics) -> Option<Moved> {
        let from = self.pair(&one.from, out)?;
        let to = self.pair(&one.to, out)?;
        let word = |text: &str| Word {
            text: text.to_owned(),
            span: one.to.span.clone(),
        };
        let of = self.series(&word(&to.0), &word(&to.1), config, out)?;
        let plus = match &one.plus {
            Some(word) => match value(&word.text, &of.unit, of.decimals) {
                Ok(plus) => plus,
                Err(_) => {
                    let what = format!("`{}` cannot be added to values in {}", word.text, of.unit);
                    let example = format!("\"-1 {}\"", of.unit);
                    out.push(self.at(word, what).expecting(example));
                    return None;
                }
            },
            None => 0,
        };
        Some(Moved {
            from,
            to,
            plus,
            decimals: of.decimals,
        })
    }

    /// `SW-003 water_level` as station and quantity.
    fn pair(&self, word: &Word, out: &mut Diagnostics) -> Option<(String, String)> {
        let pair = word.text.split_once(' ');
        if pair.is_none() {
            let problem = self.at(word, format!("`{}` names no series", word.text));
            out.push(problem.expecting("station and quantity, such as \"SW-003 water_level\""));
        }
        pair.map(|(station, quantity)| (station.to_owned(), quantity.trim().to_owned()))
    }

    pub(super) fn station(
        &self,
        word: &Word,
        config: &Config,
        out: &mut Diagnostics,
    ) -> Option<usize> {
        let stations = &config.stations;
        let found = stations.iter().position(|one| one.id == word.text);
        if found.is_none() {
            let what = format!("the site has no station `{}`", word.text);
            let known = stations.iter().map(|one| one.id.as_str());
            out.push(self.at(word, what).near(&word.text, known));
        }
        found
    }

    /// The quantity of a series that is there.
    fn series<'c>(
        &self,
        station: &Word,
        quantity: &Word,
        config: &'c Config,
        out: &mut Diagnostics,
    ) -> Option<&'c Quantity> {
        let place = self.station(station, config, out)?;
        let all = config.series.iter();
        let of = all.filter(|series| series.station.index() == place);
        let measured: Vec<&Quantity> = of
            .map(|series| &config.quantities[usize::from(series.quantity)])
            .collect();
        let found = measured.iter().find(|one| one.id == quantity.text);
        if found.is_none() {
            let what = format!("{} does not measure `{}`", station.text, quantity.text);
            let known: Vec<&str> = measured.iter().map(|one| one.id.as_str()).collect();
            let problem = self.at(quantity, what);
            out.push(
                problem
                    .expecting(format!("one of {}", known.join(", ")))
                    .near(&quantity.text, known),
            );
        }
        found.copied()
    }

    fn value(&self, word: &Word, of: &Quantity, out: &mut Diagnostics) -> Option<Fixed> {
        let example = format!(
            "a value in {}, such as \"{} {}\"",
            of.unit,
            of.decimals.show(0),
            of.unit
        );
        let read = match value(&word.text, &of.unit, of.decimals) {
            Ok(read) => read,
            Err(BadValue::Unit) => {
                let what = format!("`{}` is not in {}", word.text, of.unit);
                out.push(self.at(word, what).expecting(example));
                return None;
            }
            Err(BadValue::Number(why)) => {
                out.push(self.at(word, why.to_string()).expecting(example));
                return None;
            }
        };
        if let Some((least, most)) = of
            .range
            .filter(|(least, most)| read < *least || read > *most)
        {
            let what = format!("the intake would refuse `{}`", word.text);
            let (least, most) = (of.decimals.show(least), of.decimals.show(most));
            out.push(
                self.at(word, what)
                    .expecting(format!("{least} to {most} {}", of.unit)),
            );
            return None;
        }
        Some(read)
    }

    fn hazard(&self, word: &Word, config: &Config, out: &mut Diagnostics) {
        let mut known: Vec<&str> = config.rules.iter().map(|r| r.hazard.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        if !known.contains(&word.text.as_str()) {
            let what = format!("no rule of the site speaks of `{}`", word.text);
            let problem = self.at(word, what).near(&word.text, known);
            out.push(problem.noted());
        }
    }

    fn township(&self, word: &Word, config: &Config, out: &mut Diagnostics) -> Option<()> {
        let areas = config.areas.iter();
        let towns = areas.filter(|area| area.kind == AreaKind::Township);
        let known: Vec<&str> = towns.map(|area| area.code.as_str()).collect();
        if known.contains(&word.text.as_str()) {
            return Some(());
        }
        let what = format!("the site has no township `{}`", word.text);
        out.push(self.at(word, what).near(&word.text, known));
        None
    }

    /// A series goes on to the end of the drill: all of it together must be playable.
    fn refuse_floods(&self, injects: &[Inject], length_ms: i64, out: &mut Diagnostics) {
        let readings = injects.iter().map(|inject| match &inject.what {
            What::Readings { every_ms, .. } => (length_ms - inject.at_ms).max(0) / every_ms,
            What::Silence { .. }
            | What::Recorded { .. }
            | What::Report { .. }
            | What::Interface { .. }
            | What::Unreachable { .. }
            | What::Note { .. } => 0,
        });
        let all: i64 = readings.sum();
        if all > MOST_IN_ALL {
            let what = format!("about {all} readings in all");
            let problem = Problem::whole(self.source, what);
            out.push(problem.hint(format!(
                "at most {MOST_IN_ALL}: let series speak less often"
            )));
        }
    }

    /// Two injects must not speak for one series at once.
    fn refuse_overlaps(&self, injects: &[Inject], drafted: &[Drafted], out: &mut Diagnostics) {
        let mut until: BTreeMap<(&str, &str), (i64, &str)> = BTreeMap::new();
        for inject in injects {
            let What::Readings {
                station,
                quantity,
                every_ms,
                values,
            } = &inject.what
            else {
                continue;
            };
            let last = inject.at_ms + every_ms * (values.len() as i64 - 1);
            let key = (station.as_str(), quantity.as_str());
            if let Some((end, before)) = until.get(&key).filter(|(end, _)| *end >= inject.at_ms)
                && let Some(place) = drafted.iter().find(|one| one.id.text == inject.id)
            {
                let what = format!("`{before}` still speaks for {station} {quantity}");
                let problem = Problem::at(self.source, place.at.1.clone(), what);
                out.push(problem.expecting(format!("later than {}", show_duration(*end))));
            }
            until.insert(key, (last, &inject.id));
        }
    }
}

/// The values of a ramp, its ends included; whole steps, rounded down towards its begin.
fn ramp(from: Fixed, to: Fixed, steps: i64) -> Vec<Fixed> {
    let way = i128::from(to) - i128::from(from);
    let at = |n: i64| i128::from(from) + way * i128::from(n) / i128::from(steps);
    (0..=steps)
        .map(|n| Fixed::try_from(at(n)).unwrap_or(to))
        .collect()
}
