//! Where people are reached: looked up when a page is sent, and kept nowhere else.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use model::PersonId;
use protocols::gateway::plain_number;

/// Where one person is reached.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub name: String,
    /// As it is dialled.
    pub phone: Option<String>,
    pub mail: Option<String>,
    /// Station of the loudspeaker beside them.
    pub speaker: Option<String>,
}

/// Numbers and addresses are in no log.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact")
    }
}

/// The contacts of a site, by jurisdiction and person.
#[derive(Clone, Debug, Default)]
pub struct Contacts {
    by_code: BTreeMap<String, HashMap<PersonId, Contact>>,
}

impl Contacts {
    /// Contacts without anybody.
    pub fn new() -> Contacts {
        Contacts::default()
    }

    /// Adds a person.
    pub fn add(&mut self, jurisdiction: &str, person: PersonId, contact: Contact) {
        let people = self.by_code.entry(jurisdiction.to_owned()).or_default();
        people.insert(person, contact);
    }

    /// Codes of the jurisdictions that have people.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &str> {
        self.by_code.keys().map(String::as_str)
    }

    /// Everybody of a jurisdiction who is reached at this number, as [`plain_number`] writes it.
    pub(crate) fn at(&self, jurisdiction: &str, number: &str) -> Vec<PersonId> {
        let people = self.by_code.get(jurisdiction).into_iter().flatten();
        let there = people.filter(|(_, contact)| {
            let phone = contact.phone.as_deref().map(plain_number);
            phone.is_some_and(|phone| !phone.is_empty() && phone == number)
        });
        let mut there: Vec<PersonId> = there.map(|(person, _)| person.clone()).collect();
        there.sort();
        there
    }

    pub(crate) fn find(&self, jurisdiction: &str, person: &PersonId) -> Option<&Contact> {
        self.by_code.get(jurisdiction)?.get(person)
    }
}
