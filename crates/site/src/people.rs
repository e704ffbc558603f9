//! People, groups and demonstration logins.
//!
//! A name or telephone number ends in a [`PersonView`] and nowhere else.

use std::collections::{HashMap, HashSet};

use model::PersonId;
use model::config::{Person, Role, Text};
use model::page::Channel;
use model::view::PersonView;

use crate::Contact;
use crate::contacts;
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{self, Value, Word, quoted};
use crate::sheet::{self, Columns, Row};
use crate::villages::Villages;

/// Words of the roles, as files write them.
const ROLES: [(&str, Role); 5] = [
    ("viewer", Role::Viewer),
    ("planner", Role::Planner),
    ("responder", Role::Responder),
    ("duty_officer", Role::DutyOfficer),
    ("administrator", Role::Administrator),
];

/// The people of a jurisdiction, found by id.
#[derive(Debug, Default)]
pub(crate) struct People {
    pub(crate) list: Vec<PersonView>,
    /// Where they are reached, in the same order.
    pub(crate) reached: Vec<Contact>,
    /// What groups go by, in the same order.
    pub(crate) traits: Vec<Traits>,
    by_id: HashMap<String, usize>,
    faulty: HashSet<String>,
    /// Kinds of contact points by person, in the order they are tried; numbers stay in the file.
    contacts: HashMap<String, Vec<Channel>>,
}

/// Where a person answers for the ground, and what they are certified for.
#[derive(Debug, Default)]
pub(crate) struct Traits {
    /// Code of a village or grid.
    pub(crate) area: Option<String>,
    pub(crate) certificates: Vec<String>,
}

impl People {
    pub(crate) fn find(&self, id: &str) -> Option<&PersonView> {
        self.by_id.get(id).map(|place| &self.list[*place])
    }

    /// Ids that stand in faulty rows.
    pub(crate) fn faulty(&self) -> impl Iterator<Item = &String> {
        self.faulty.iter()
    }

    /// Whether a person is there, be it in a faulty row.
    fn knows(&self, id: &str) -> bool {
        self.by_id.contains_key(id) || self.faulty.contains(id)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.list
            .iter()
            .map(|p| p.id.as_str())
            .chain(self.faulty.iter().map(String::as_str))
    }

    pub(crate) fn contacts_of(&self, id: &PersonId) -> &[Channel] {
        self.contacts.get(id.as_str()).map_or(&[], Vec::as_slice)
    }

    /// What decisions may know of them.
    pub(crate) fn as_decided_on(&self) -> Vec<Person> {
        let person = |view: &PersonView| Person {
            id: view.id.clone(),
            role: view.role,
            township: view.township.clone(),
            substitute: view.substitute.clone(),
            contacts: self.contacts_of(&view.id).to_vec(),
        };
        self.list.iter().map(person).collect()
    }
}

const PEOPLE: Columns = Columns {
    required: &[
        "id",
        "name",
        "post_zh",
        "post_en",
        "role",
        "township",
        "phone",
        "substitute",
    ],
    optional: &["contacts", "mail", "speaker", "area", "certificates"],
};
/// Columns of [`PEOPLE`] that groups go by.
const AREA: usize = 11;
const CERTIFICATES: usize = 12;

/// What an id of a person looks like, in words.
pub(crate) const PERSON_ID: &str = "1 to 64 bytes without space, dot or slash";

/// Whether a person can have this id. Ids of tasks are made of it, with a dot before it.
pub(crate) fn is_person_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && !id.contains(['/', '.', ' '])
}

/// Reads `people.csv`, telling every bad row and its reason.
pub(crate) fn read_people(source: &Source, villages: &Villages, out: &mut Diagnostics) -> People {
    let mut people = People::default();
    let mut substitutes = Vec::new();
    sheet::read(source, &PEOPLE, out, |row, out| {
        let Some(mut person) = read_person(row, out) else {
            people.faulty.insert(row.get(0).to_owned());
            return;
        };
        if people.find(person.id.as_str()).is_some() {
            out.push(row.problem(0, format!("person `{}` is there twice", person.id)));
            return;
        }
        let contacts = read_contacts(row, &person, out);
        people.contacts.insert(person.id.0.clone(), contacts);
        if let Some(substitute) = &person.substitute {
            substitutes.push((person.id.clone(), substitute.clone(), row.span(7)));
        }
        people.by_id.insert(person.id.0.clone(), people.list.len());
        people
            .reached
            .push(contacts::read_contact(&person, row, out));
        people
            .traits
            .push(read_traits(row, &mut person, villages, out));
        people.list.push(person);
    });
    for (person, substitute, span) in substitutes {
        if person == substitute {
            out.push(Problem::at(
                source,
                span,
                "a person cannot stand in for themselves",
            ));
        } else if !people.knows(substitute.as_str()) {
            let what = format!("no person `{substitute}` in this file");
            let problem = Problem::at(source, span, what);
            out.push(problem.near_unless(out.is_long(), substitute.as_str(), people.ids()));
        }
    }
    people
}

fn read_person(row: &Row<'_>, out: &mut Diagnostics) -> Option<PersonView> {
    let text = |column: usize| Some(row.get(column)).filter(|t| !t.is_empty());
    let id = text(0).filter(|id| is_person_id(id));
    if id.is_none() {
        let problem = row.problem(0, format!("`{}` is no id of a person", row.get(0)));
        out.push(problem.expecting(PERSON_ID));
    }
    let name = text(1);
    if name.is_none() {
        out.push(row.problem(1, "a person needs a name"));
    }
    let role = ROLES
        .iter()
        .find(|(word, _)| *word == row.get(4))
        .map(|(_, role)| *role);
    if role.is_none() {
        let words = ROLES.map(|(word, _)| word);
        let problem = row.problem(4, format!("`{}` is no role", row.get(4)));
        out.push(problem.expecting(words.join(", ")).near(row.get(4), words));
    }
    let phone = text(6);
    let can_be_dialled = |p: &str| {
        p.chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' '))
            && p.chars().filter(char::is_ascii_digit).count() >= 3
    };
    if let Some(phone) = phone.filter(|p| !can_be_dialled(p)) {
        let problem = row.problem(6, format!("`{phone}` cannot be dialled"));
        out.push(problem.expecting("digits, spaces, + and -"));
        return None;
    }
    let post = text(2).or(text(3)).unwrap_or_default();
    Some(PersonView {
        id: PersonId::from(id?),
        name: name?.to_owned(),
        post: Text::new(post, text(3).unwrap_or(post)),
        role: role?,
        township: text(5).map(str::to_owned),
        phone: phone.map(str::to_owned),
        substitute: text(7).map(PersonId::from),
    })
}

/// Where a person answers and what they are certified for. Who names no township is of the village's.
fn read_traits(
    row: &Row<'_>,
    person: &mut PersonView,
    villages: &Villages,
    out: &mut Diagnostics,
) -> Traits {
    let area = Some(row.get(AREA)).filter(|code| !code.is_empty());
    if let Some(code) = area {
        match (villages.township_of(code), person.township.as_deref()) {
            (None, _) => {
                let what = format!("no village or grid `{code}` in areas.csv");
                let problem = row.problem(AREA, what);
                out.push(problem.near_unless(out.is_long(), code, villages.all_codes()));
            }
            (Some(of), Some(own)) if of != own => {
                let what = format!("`{code}` lies in township {of}, and the person is of {own}");
                out.push(row.problem(AREA, what));
            }
            (Some(of), _) => person.township = Some(of.to_owned()),
        }
    }
    let certificates = row.get(CERTIFICATES).split_whitespace();
    Traits {
        area: area.map(str::to_owned),
        certificates: certificates.map(str::to_owned).collect(),
    }
}

/// The kinds of contact points of a row, in the order they are tried: `desk push voice`. A call or a
/// text message goes to the row's telephone, so there must be one.
fn read_contacts(row: &Row<'_>, person: &PersonView, out: &mut Diagnostics) -> Vec<Channel> {
    let mut contacts = Vec::new();
    for word in row.get(8).split_whitespace() {
        let Some(channel) = Channel::of_word(word) else {
            let words = Channel::ALL.map(Channel::word);
            let problem = row.problem(8, format!("`{word}` is no way to reach a person"));
            out.push(problem.expecting(words.join(", ")).near(word, words));
            continue;
        };
        if contacts.contains(&channel) {
            out.push(row.problem(8, format!("`{word}` is there twice")));
            continue;
        }
        let dials = matches!(channel, Channel::Sms | Channel::Voice);
        if dials && person.phone.is_none() {
            let what = format!("`{word}` needs a telephone, and the row has none");
            out.push(row.problem(8, what));
            continue;
        }
        contacts.push(channel);
    }
    contacts
}

/// A person of the file, by the word that names them.
pub(crate) fn member(
    word: Word,
    people: &People,
    source: &Source,
    out: &mut Diagnostics,
) -> Option<PersonId> {
    if !people.knows(&word.text) {
        let what = format!("no person `{}` in people.csv", word.text);
        let problem = Problem::at(source, word.span, what);
        out.push(problem.near_unless(out.is_long(), &word.text, people.ids()));
        return None;
    }
    Some(PersonId(word.text))
}

/// Gives an id back unless it was there before.
pub(crate) fn once(
    id: Word,
    seen: &mut Vec<String>,
    source: &Source,
    out: &mut Diagnostics,
) -> Option<String> {
    if seen.contains(&id.text) {
        out.push(Problem::at(
            source,
            id.span,
            format!("`{}` is there twice", id.text),
        ));
        return None;
    }
    seen.push(id.text.clone());
    Some(id.text)
}

/// A login as its file says, before its person is found.
pub(crate) struct Login {
    pub(crate) login: String,
    pub(crate) person: Word,
    pub(crate) hash: String,
}

/// Reads `accounts.toml`.
///
/// With `strong`, hashes that a stolen file would give away quickly are refused: the passwords of a
/// demonstration have no place on a real site.
pub(crate) fn read_logins(source: &Source, strong: bool, out: &mut Diagnostics) -> Vec<Login> {
    let mut file = document::parse(source, out);
    let mut seen = Vec::new();
    let logins = file.each("account", out, |table, out| {
        let login = table.required("login", out, Value::text);
        let person = table.required("person", out, Value::text);
        let hash = table.required("hash", out, Value::text);
        let login = once(login?, &mut seen, source, out)?;
        let hash = hash?;
        if !looks_like_argon2(&hash.text) {
            let what = "this is no password hash of argon2";
            out.push(
                Problem::at(source, hash.span, what)
                    .expecting("$argon2id$v=19$m=…,t=…,p=…$salt$hash"),
            );
            return None;
        }
        if strong && memory_kib(&hash.text) < LEAST_KIB {
            let what = "this password is hashed too cheaply for a real site";
            let problem = Problem::at(source, hash.span, what);
            out.push(problem.hint("set it again with `watchfire account set`"));
            return None;
        }
        Some(Login {
            login,
            person: person?,
            hash: hash.text,
        })
    });
    file.close(out);
    logins
}

/// Memory that a hash of a real site costs at least, KiB: the recommended parameters of argon2id.
const LEAST_KIB: u32 = 19_456;

/// The `m` of a hash in PHC text form.
fn memory_kib(hash: &str) -> u32 {
    let costs = hash.split('$').nth(3).unwrap_or_default();
    let memory = costs.split(',').find_map(|cost| cost.strip_prefix("m="));
    memory.and_then(|m| m.parse().ok()).unwrap_or(0)
}

/// PHC text: `$argon2id$v=19$m=…$salt$hash`.
fn looks_like_argon2(text: &str) -> bool {
    let parts: Vec<&str> = text.split('$').collect();
    matches!(parts.as_slice(), ["", "argon2id" | "argon2i" | "argon2d", _, _, salt, hash]
        if !salt.is_empty() && !hash.is_empty())
}

/// The person of a login and the code of their jurisdiction.
pub(crate) fn owner<'a>(
    login: &Login,
    source: &Source,
    all: impl Iterator<Item = (&'a str, &'a [PersonView])>,
    out: &mut Diagnostics,
) -> Option<(&'a str, &'a PersonView)> {
    let mut found: Vec<(&str, &PersonView)> = Vec::new();
    let mut ids = Vec::new();
    for (code, people) in all {
        found.extend(
            people
                .iter()
                .find(|p| p.id.0 == login.person.text)
                .map(|p| (code, p)),
        );
        ids.extend(people.iter().map(|p| p.id.as_str()));
    }
    let name = &login.person.text;
    let problem = |what: String| Problem::at(source, login.person.span.clone(), what);
    match found.as_slice() {
        [one] => Some(*one),
        [] => {
            out.push(problem(format!("no person `{name}` in any people.csv")).near(name, ids));
            None
        }
        several => {
            let codes = quoted(several.iter().map(|(code, _)| *code));
            out.push(problem(format!(
                "person `{name}` is in more than one jurisdiction: {codes}"
            )));
            None
        }
    }
}
