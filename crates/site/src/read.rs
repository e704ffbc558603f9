//! One pass over a site folder: files to text, text to words, words to a checked [`Site`].

use std::fs;
use std::path::{Path, PathBuf};

use model::Config;
use model::config::{
    Area, Clock, Collapse, Group, Inhibition, Interface, Organisation, Policy, QualityRule, Rule,
    Template, Watch,
};
use model::incident::EventClass;

use protocols::gateway::Gateway;

use crate::attributes::{self, Attributes};
use crate::book::{Book, version_of};
use crate::channels;
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::escalations::{self, Known};
use crate::found::Found;
use crate::ground::Zone;
use crate::groups;
use crate::in_force::to_confirm;
use crate::organisation::{self, Posts};
use crate::people::{self, People};
use crate::rules::levels::Levels;
use crate::rules::terms::{self, ById};
use crate::site_file::{self, OFFSET_MIN, Place};
use crate::stations::{self, AllSeries, Quantities, Stations};
use crate::templates::{self, Gauges};
use crate::thresholds::{self, Thresholds};
use crate::villages::Villages;
use crate::watches::{self, Bounds, Ground};
use crate::{Account, Jurisdiction, Site};
use crate::{ground, soundness};

/// No file that people edit is larger; beyond it is a mistake, not a county.
const LARGEST_FILE: u64 = 64 << 20;

/// Reads a site folder.
///
/// # Errors
/// [`Diagnostics`]: every problem of every file, when there is one that must be put right first.
pub fn read_site(folder: &Path) -> Result<Site, Diagnostics> {
    read_site_with(folder, Vec::new())
}

/// Reads a site folder as if each of these files, by its path in the site, held the text beside it.
///
/// # Errors
/// As [`read_site`].
pub(crate) fn read_site_with(
    folder: &Path,
    instead: Vec<(String, String)>,
) -> Result<Site, Diagnostics> {
    let mut reader = Reader::new(folder.to_owned(), instead);
    let site = reader.read();
    reader.out.sort();
    let errors = reader.out.errors();
    match site {
        Some(mut site) if errors == 0 => {
            site.notes = reader.out;
            site.files = reader.files;
            Ok(site)
        }
        Some(_) | None => Err(reader.out),
    }
}

/// What a folder of rule files holds.
#[derive(Clone, Debug)]
pub struct CheckedRules {
    pub rules: usize,
    /// Examples that were played and came out as they say.
    pub examples: usize,
    /// What is allowed but looks like a mistake.
    pub notes: Diagnostics,
    /// Numbers that are to be confirmed before operation, in words; empty where there are none.
    pub to_confirm: String,
}

/// Reads rule files by themselves, without stations: a folder of them, or a folder of such folders,
/// each with `quantities.toml` in it or above it. Their shape, their sense and their examples are
/// checked; what depends on stations is left to [`read_site`].
///
/// # Errors
/// [`Diagnostics`]: every problem of every file, when there is one that must be put right first.
pub fn check_rules(folder: &Path) -> Result<CheckedRules, Diagnostics> {
    let mut reader = Reader::new(folder.to_owned(), Vec::new());
    let mut checked = CheckedRules {
        rules: 0,
        examples: 0,
        notes: Diagnostics::default(),
        to_confirm: String::new(),
    };
    let mut sets: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    sets.sort();
    sets.insert(0, ".".to_owned());
    for set in sets {
        reader.check_set(&set, &mut checked);
    }
    if checked.rules == 0 && reader.out.errors() == 0 {
        let name = folder.display().to_string();
        let source = Source::new(folder.to_owned(), &name, String::new());
        let problem = Problem::whole(&source, "there are no rules here");
        let hint = "name a site folder, or a folder with rule files and quantities.toml";
        reader.out.push(problem.hint(hint));
    }
    reader.out.sort();
    if reader.out.errors() > 0 {
        return Err(reader.out);
    }
    checked.notes = reader.out;
    Ok(checked)
}

struct Reader {
    root: PathBuf,
    files: Vec<PathBuf>,
    out: Diagnostics,
    /// Ids in faulty rows of people files.
    faulty_people: Vec<String>,
    /// Files by their path in the site, and the text to read instead of what is on disk.
    instead: Vec<(String, String)>,
}

/// What every jurisdiction of a site shares.
struct Shared {
    quantities: Quantities,
    book: Book,
    rule_files: Vec<Source>,
    interfaces: Vec<Interface>,
    policy: Policy,
    event_classes: Vec<EventClass>,
    offset_min: i16,
    demo: bool,
}

/// Where a jurisdiction's stations stand, and the areas they and its people lie in.
struct Land {
    stations: Stations,
    areas: Vec<Area>,
    villages: Villages,
    zones: Vec<Zone>,
}

/// What a jurisdiction measures and watches.
struct Measured {
    stations: Stations,
    series: AllSeries,
    areas: Vec<Area>,
    rules: Vec<Rule>,
    checks: Vec<QualityRule>,
    inhibitions: Vec<Inhibition>,
    watches: Vec<Watch>,
    /// Its own rule files, thresholds and attributes.
    decided_by: Vec<Source>,
    villages: Villages,
    zones: Vec<Zone>,
}

impl Reader {
    fn new(root: PathBuf, instead: Vec<(String, String)>) -> Reader {
        Reader {
            root,
            files: Vec::new(),
            out: Diagnostics::default(),
            faulty_people: Vec::new(),
            instead,
        }
    }

    fn read(&mut self) -> Option<Site> {
        let source = self.open("site.toml")?;
        let file = site_file::read(&source, &mut self.out);
        let quantities = self.open("quantities.toml");
        let quantities = quantities
            .map(|q| stations::read_quantities(&q, &mut self.out))
            .unwrap_or_default();
        let rule_files = self.open_all("rules");
        let mut shared = Shared {
            quantities,
            book: Book::default(),
            rule_files,
            interfaces: file.interfaces,
            policy: file.policy.unwrap_or_default(),
            event_classes: file.event_classes,
            offset_min: file.offset_min,
            demo: file.demo.unwrap_or(false),
        };
        let mut book = Book::default();
        book.add(
            &shared.rule_files,
            &shared.quantities,
            shared.offset_min,
            &mut self.out,
        );
        soundness::check_reach(&book.rules, &shared.quantities, &mut self.out);
        shared.book = book;
        let mut found = Found::default();
        let jurisdictions: Vec<Jurisdiction> = file
            .jurisdictions
            .iter()
            .filter_map(|place| self.read_jurisdiction(place, &shared, &source, &mut found))
            .collect();
        found.tell(&shared.book.rules, &shared.book.checks, &mut self.out);
        let accounts = self.read_accounts(&jurisdictions, shared.demo);
        let channels = self.read_channels(&jurisdictions, shared.demo, file.clock);
        Some(Site {
            title: file.title?,
            clock: file.clock?,
            demo: file.demo?,
            storage: file.storage,
            jurisdictions,
            channels,
            keep: file.keep,
            accounts,
            notes: Diagnostics::default(),
            files: Vec::new(),
        })
    }

    /// Checks the rule files of one folder below the root.
    fn check_set(&mut self, set: &str, checked: &mut CheckedRules) {
        let mut files = self.open_all(set);
        files.retain(|file| !file.name().ends_with("quantities.toml"));
        if files.is_empty() {
            return;
        }
        let near = [
            format!("{set}/quantities.toml"),
            "quantities.toml".to_owned(),
            "../quantities.toml".to_owned(),
        ];
        let there = near.iter().find(|name| self.root.join(name).is_file());
        let name = there.unwrap_or(&near[1]).clone();
        let Some(source) = self.open(&name) else {
            return;
        };
        let quantities = stations::read_quantities(&source, &mut self.out);
        let mut book = Book::default();
        book.add(&files, &quantities, OFFSET_MIN, &mut self.out);
        soundness::check_reach(&book.rules, &quantities, &mut self.out);
        book.check(&quantities, &mut self.out);
        checked.rules += book.rules.len();
        let examples = book.rules.iter().map(|rule| rule.examples.len());
        checked.examples += examples.sum::<usize>();
        let unconfirmed = to_confirm(book.rules.iter().map(|draft| &draft.rule));
        if !unconfirmed.is_empty() && !checked.to_confirm.is_empty() {
            checked.to_confirm.push('\n');
        }
        checked.to_confirm.push_str(&unconfirmed);
    }

    fn read_jurisdiction(
        &mut self,
        place: &Place,
        shared: &Shared,
        site_file: &Source,
        found: &mut Found,
    ) -> Option<Jurisdiction> {
        let folder = place.folder.text.trim_end_matches('/');
        if !self.root.join(folder).is_dir() {
            let what = format!("there is no folder `{folder}`");
            self.out
                .push(Problem::at(site_file, place.folder.span.clone(), what));
            return None;
        }
        let measured = self.read_measured(folder, shared, found);
        let (people, groups, templates, organisation) =
            self.read_organisation(folder, &measured, shared);
        let config = Config {
            code: place.code.clone(),
            title: place.title.clone(),
            demo: shared.demo,
            rules_version: version_of(shared.rule_files.iter().chain(&measured.decided_by)),
            interfaces: shared.interfaces.clone(),
            quantities: shared.quantities.list.clone(),
            stations: measured.stations.list,
            series: measured.series.list,
            rules: measured.rules,
            watches: measured.watches,
            people: people.as_decided_on(),
            groups,
            templates,
            policy: shared.policy,
            areas: measured.areas,
            checks: measured.checks,
            inhibitions: measured.inhibitions,
            event_classes: shared.event_classes.clone(),
            organisation,
            drill: None,
        };
        if let Some(flaw) = config.flaw() {
            let what = format!("jurisdiction {}: {flaw}", place.code);
            self.out.push(Problem::whole(site_file, what));
        }
        Some(Jurisdiction {
            folder: folder.to_owned(),
            config,
            people: people.list,
            contacts: people.reached,
        })
    }

    /// Stations, series, rules and thresholds of a jurisdiction, and the watches they make.
    fn read_measured(&mut self, folder: &str, shared: &Shared, found: &mut Found) -> Measured {
        let path = |file: &str| format!("{folder}/{file}");
        let Land {
            stations,
            areas,
            villages,
            zones,
        } = self.read_ground(folder);
        let series = self.open(&path("series.csv"));
        let mut series: AllSeries = series
            .map(|s| stations::read_series(&s, &stations, &shared.quantities, &mut self.out))
            .unwrap_or_default();
        let mut decided_by = self.open_all(&path("rules"));
        let mut book = shared.book.clone();
        book.add(
            &decided_by,
            &shared.quantities,
            shared.offset_min,
            &mut self.out,
        );
        let rules = &book.rules;
        soundness::check_reach(
            &rules[shared.book.rules.len()..],
            &shared.quantities,
            &mut self.out,
        );
        watches::checks_of_series(&book.checks, &mut series, &stations, &mut self.out);
        let ground = Ground {
            stations: &stations,
            quantities: &shared.quantities,
            series: &series,
            faulty_rules: &book.faulty,
            offset_min: shared.offset_min,
        };
        let asked = rules.iter().any(|d| matches!(d.levels, Levels::Sheet));
        let sheet = self.open_if(&path("thresholds.csv"), asked);
        let thresholds: Thresholds = sheet
            .as_ref()
            .map(|s| thresholds::read_thresholds(s, rules, &ground, &mut self.out))
            .unwrap_or_default();
        decided_by.extend(sheet);
        let sheet = self.open_if(&path("attributes.csv"), false);
        let attributes: Attributes = sheet
            .as_ref()
            .map(|s| attributes::read_attributes(s, &stations, shared.offset_min, &mut self.out))
            .unwrap_or_default();
        decided_by.extend(sheet);
        let by_id: ById<'_> = terms::by_id(rules);
        let bounds = Bounds {
            thresholds: &thresholds,
            attributes: &attributes,
            by_id: &by_id,
        };
        let out = &mut self.out;
        let watches = watches::watches(rules, &bounds, &ground, out);
        soundness::check_pace(rules, &watches, &series, out);
        let (resolved, inhibitions) = book.check(&shared.quantities, out);
        found.add(rules, &watches, &ground, &areas);
        let own_rules = &rules[shared.book.rules.len()..];
        let own_checks = &book.checks[shared.book.checks.len()..];
        found.tell(own_rules, own_checks, out);
        Measured {
            rules: resolved,
            checks: book.checks.iter().map(|c| c.rule.clone()).collect(),
            inhibitions,
            watches,
            areas,
            decided_by,
            stations,
            series,
            villages,
            zones,
        }
    }

    /// Stations, and the areas they and people lie in.
    fn read_ground(&mut self, folder: &str) -> Land {
        let path = |file: &str| format!("{folder}/{file}");
        let stations = self.open(&path("stations.csv"));
        let mut stations: Stations = stations
            .map(|s| stations::read_stations(&s, &mut self.out))
            .unwrap_or_default();
        let areas = self.open_if(&path("areas.csv"), false);
        let areas = areas.map(|a| ground::read_areas(&a, &mut self.out));
        let zones = self.open_if(&path("zones.geojson"), false);
        let zones = zones
            .map(|z| ground::read_zones(&z, &mut self.out))
            .unwrap_or_default();
        ground::place_stations(&mut stations.list, &zones);
        let (areas, mut villages) = areas.unwrap_or_default();
        villages.place(&zones);
        Land {
            stations,
            areas: ground::with_zones(areas, &zones),
            villages,
            zones,
        }
    }

    fn read_organisation(
        &mut self,
        folder: &str,
        measured: &Measured,
        shared: &Shared,
    ) -> (People, Vec<Group>, Vec<Template>, Organisation) {
        let gauges = Gauges {
            stations: &measured.stations,
            quantities: &shared.quantities,
            series: &measured.series,
        };
        let offset_min = shared.offset_min;
        let people = self.open_if(&format!("{folder}/people.csv"), false);
        let people: People = people
            .map(|p| people::read_people(&p, &measured.villages, &mut self.out))
            .unwrap_or_default();
        self.faulty_people.extend(people.faulty().cloned());
        let posts = self.read_posts(folder, &people);
        let groups = self.read_groups(
            folder,
            &groups::Known {
                people: &people,
                posts: &posts,
                villages: &measured.villages,
                zones: &measured.zones,
            },
        );
        let templates = self.open_if(&format!("{folder}/templates.toml"), false);
        let templates = templates.map(|t| templates::read_templates(&t, &gauges, &mut self.out));
        let mut whole = Organisation {
            collapse: Collapse::usual(),
            ..Organisation::default()
        };
        for source in self.open_all(&format!("{folder}/policies")) {
            let known = Known {
                posts: &posts,
                groups: &groups,
                people: &people,
                offset_min,
            };
            escalations::read_policies(&source, &known, &mut whole, &mut self.out);
        }
        whole.look_ahead_ms = posts.look_ahead_ms.unwrap_or(whole.look_ahead_ms);
        (whole.units, whole.posts) = (posts.units, posts.list);
        (people, groups, templates.unwrap_or_default(), whole)
    }

    /// Units and posts, in the file written by hand and in rows.
    fn read_posts(&mut self, folder: &str, people: &People) -> Posts {
        let file = self.open_if(&format!("{folder}/posts.toml"), false);
        let mut posts: Posts = file
            .map(|source| organisation::read_posts(&source, people, &mut self.out))
            .unwrap_or_default();
        if let Some(source) = self.open_if(&format!("{folder}/units.csv"), false) {
            organisation::read_unit_rows(&source, &mut posts, &mut self.out);
        }
        if let Some(source) = self.open_if(&format!("{folder}/posts.csv"), false) {
            organisation::read_post_rows(&source, people, &mut posts, &mut self.out);
        }
        posts
    }

    /// Groups, in the file written by hand and in rows.
    fn read_groups(&mut self, folder: &str, known: &groups::Known<'_>) -> Vec<Group> {
        let mut seen = Vec::new();
        let file = self.open_if(&format!("{folder}/groups.toml"), false);
        let mut all: Vec<Group> = file
            .map(|source| groups::read_file(&source, known, &mut seen, &mut self.out))
            .unwrap_or_default();
        if let Some(source) = self.open_if(&format!("{folder}/groups.csv"), false) {
            all.extend(groups::read_rows(&source, known, &mut seen, &mut self.out));
        }
        all
    }

    fn read_channels(
        &mut self,
        all: &[Jurisdiction],
        demo: bool,
        clock: Option<Clock>,
    ) -> Vec<Gateway> {
        let sources = self.open_all("channels");
        let root = self.root.clone();
        let around = channels::Around {
            root: &root,
            codes: all.iter().map(|j| j.config.code.as_str()).collect(),
            near_only: demo || clock.is_some_and(|clock| clock != Clock::Wall),
        };
        channels::read_channels(&sources, &around, &mut self.out)
    }

    fn read_accounts(&mut self, all: &[Jurisdiction], demo: bool) -> Vec<Account> {
        let Some(source) = self.open_if("accounts.toml", false) else {
            return Vec::new();
        };
        let logins = people::read_logins(&source, !demo, &mut self.out);
        let mut accounts = Vec::new();
        for login in logins {
            if self.faulty_people.contains(&login.person.text) {
                continue;
            }
            let people = all
                .iter()
                .map(|j| (j.config.code.as_str(), j.people.as_slice()));
            let owner = people::owner(&login, &source, people, &mut self.out);
            accounts.extend(owner.map(|(code, person)| Account {
                login: login.login,
                person: person.id.clone(),
                jurisdiction: code.to_owned(),
                role: person.role,
                hash: login.hash,
            }));
        }
        accounts
    }

    /// A file that must be there.
    fn open(&mut self, name: &str) -> Option<Source> {
        self.open_if(name, true)
    }

    /// Reads a file; an absent one is a problem only where it is `needed`.
    fn open_if(&mut self, name: &str, needed: bool) -> Option<Source> {
        let path = self.root.join(name);
        if let Some((_, text)) = self.instead.iter().find(|(file, _)| file == name) {
            self.files.push(path.clone());
            return Some(Source::new(path, name, text.clone()));
        }
        if !needed && !path.exists() {
            return None;
        }
        let whole =
            |what: String| Problem::whole(&Source::new(path.clone(), name, String::new()), what);
        let bytes = match fs::metadata(&path).map(|m| m.len()) {
            Ok(length) if length > LARGEST_FILE => {
                self.out
                    .push(whole(format!("is larger than {} MiB", LARGEST_FILE >> 20)));
                return None;
            }
            Ok(_) => fs::read(&path),
            Err(error) => Err(error),
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => {
                self.out.push(whole(format!("could not be read: {error}")));
                return None;
            }
        };
        let Ok(text) = String::from_utf8(bytes) else {
            let hint = "in a spreadsheet, save as \"CSV UTF-8\"";
            self.out
                .push(whole("is not UTF-8 text".to_owned()).hint(hint));
            return None;
        };
        let text = text
            .strip_prefix('\u{feff}')
            .map(str::to_owned)
            .unwrap_or(text);
        self.files.push(path.clone());
        Some(Source::new(path, name, text))
    }

    /// The TOML files of a folder, by name; none when it is not there.
    fn open_all(&mut self, folder: &str) -> Vec<Source> {
        let Ok(entries) = fs::read_dir(self.root.join(folder)) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".toml"))
            .collect();
        names.sort();
        names
            .iter()
            .filter_map(|name| self.open(&format!("{folder}/{name}")))
            .collect()
    }
}
