//! Names, posts and telephones, from the site's people files: shown to those who may see them.
//!
//! Kept out of the journal and the engine, which know people by id alone.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::PersonId;
use model::config::Role;
use model::view::{CountyView, PersonView};

use crate::access::{Deed, Principal};
use crate::sight::is_narrow;

/// The people of every jurisdiction.
#[derive(Debug, Default)]
pub(crate) struct People {
    by_code: HashMap<String, Vec<PersonView>>,
}

impl People {
    /// The people of these jurisdictions, by code.
    pub(crate) fn of(people: Vec<(String, Vec<PersonView>)>) -> People {
        People {
            by_code: people.into_iter().collect(),
        }
    }

    /// One person.
    pub(crate) fn get(&self, jurisdiction: &str, id: &PersonId) -> Option<PersonView> {
        let people = self.by_code.get(jurisdiction)?;
        people.iter().find(|person| person.id == *id).cloned()
    }

    /// The role of one person.
    pub(crate) fn role(&self, jurisdiction: &str, id: &PersonId) -> Option<Role> {
        let people = self.by_code.get(jurisdiction)?;
        people.iter().find(|p| p.id == *id).map(|p| p.role)
    }

    /// Everybody who belongs to a township.
    pub(crate) fn of_township(&self, jurisdiction: &str, township: &str) -> HashSet<PersonId> {
        let people = self.by_code.get(jurisdiction).into_iter().flatten();
        let there = people.filter(|p| p.township.as_deref() == Some(township));
        there.map(|p| p.id.clone()).collect()
    }

    /// Names of the people of a jurisdiction.
    pub(crate) fn names(&self, jurisdiction: &str) -> BTreeMap<PersonId, String> {
        let people = self.by_code.get(jurisdiction).into_iter().flatten();
        people.map(|p| (p.id.clone(), p.name.clone())).collect()
    }

    /// Fills the people of a county as `reader` may see them: who has only tasks of their own is told
    /// of themselves, their substitute and those who give orders.
    pub(crate) fn fill(&self, county: &mut CountyView, reader: &Principal) {
        let list = self
            .by_code
            .get(&county.code)
            .map_or(&[][..], Vec::as_slice);
        let narrow = is_narrow(reader);
        let own = list.iter().find(|person| person.id == reader.person);
        let substitute = own.and_then(|person| person.substitute.as_ref());
        let concerns = |person: &&PersonView| {
            !narrow
                || Deed::Command.allowed(person.role)
                || person.id == reader.person
                || Some(&person.id) == substitute
        };
        let concerned = list.iter().filter(concerns);
        county.people = concerned.map(|person| seen_by(person, reader)).collect();
    }
}

/// A person as `reader` may see them: telephones only for those who call, and one's own.
pub(crate) fn seen_by(person: &PersonView, reader: &Principal) -> PersonView {
    let mut person = person.clone();
    if !reader.may(Deed::SeePhones) && person.id != reader.person {
        person.phone = None;
    }
    person
}
