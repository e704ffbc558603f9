//! Drills: a script of timed injects read and checked like rule files, and the site in which it is
//! played.
//!
//! A drill's site is made by giving the real one away. What it is made of has no place for a telephone,
//! a mailbox or a gateway, so nothing that is handed on can be reached by any sender.

mod check;
mod expect;
mod read;

use std::path::PathBuf;

use model::config::{Clock, Config, Interface, LatePolicy, Role, Text};
use model::drill::{Drill, INTERFACE, MARK_EN, MARK_ZH};
use model::view::PersonView;
use model::{Decimals, Fixed, PersonId, Time};

use crate::diagnose::Diagnostics;
use crate::{Jurisdiction, Site};

pub use read::read_script;

/// A script, read and checked against a site.
#[derive(Clone, Debug)]
pub struct Script {
    pub drill: Drill,
    /// How many times as fast as the wall its clock runs.
    pub factor: f64,
    /// Code of the jurisdiction it takes place in.
    pub jurisdiction: String,
    /// Who signs in.
    pub participants: Vec<Participant>,
    /// Where the readings of recorded injects lie, by the inject's id.
    pub sources: Vec<Source>,
    /// What is allowed but looks like a mistake.
    pub notes: Diagnostics,
}

/// A login of the drill alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    pub login: String,
    pub person: PersonId,
    pub role: Role,
}

/// A stretch of recorded readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The inject that gives them.
    pub inject: String,
    /// After the drill's start.
    pub at_ms: i64,
    pub from: Time,
    pub to: Time,
    pub place: Place,
    /// Series that speak for others; empty: each for itself.
    pub moved: Vec<Moved>,
}

/// A recorded series that speaks for one of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Station and quantity as recorded.
    pub from: (String, String),
    /// Station and quantity of the site.
    pub to: (String, String),
    /// Added to each value.
    pub plus: Fixed,
    pub decimals: Decimals,
}

/// Where recorded readings lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder of recorded data.
    Folder(PathBuf),
    /// A server's data folder: the site's own history.
    Data(PathBuf),
}

/// A site in which a drill is played: the real one without any way to reach anybody.
#[derive(Clone, Debug)]
pub struct DrillSite {
    pub title: Text,
    pub clock: Clock,
    pub config: Config,
    /// Names and posts; no telephone.
    pub people: Vec<PersonView>,
}

impl Script {
    /// The drill's site. The real one is taken whole and not given back: its gateways and contacts end
    /// here.
    ///
    /// # Panics
    /// When the script was checked against another site.
    pub fn derive(&self, site: Site) -> DrillSite {
        let mut places = site.jurisdictions.into_iter();
        let county = places
            .find(|place| place.config.code == self.jurisdiction)
            .expect("the script was checked against this site");
        let Jurisdiction {
            mut config, people, ..
        } = county;
        config.title = marked(&config.title);
        config.interfaces.push(Interface {
            id: INTERFACE.to_owned(),
            title: Text::new("演练导调", "Drill control"),
            late: LatePolicy::Discard,
        });
        config.drill = Some(Box::new(self.drill.clone()));
        let nameless = |person: PersonView| PersonView {
            phone: None,
            ..person
        };
        DrillSite {
            title: marked(&site.title),
            clock: Clock::Scaled {
                start: self.drill.start,
                factor: self.factor,
            },
            config,
            people: people.into_iter().map(nameless).collect(),
        }
    }
}

fn marked(title: &Text) -> Text {
    Text {
        zh: format!("{MARK_ZH}{}", title.zh),
        en: format!("{MARK_EN}{}", title.en),
    }
}
