//! Where people are reached besides the telephone: a mailbox, the loudspeaker beside them.

use model::view::PersonView;

use crate::Contact;
use crate::diagnose::Diagnostics;
use crate::sheet::Row;

/// Columns of `people.csv` behind the telephone's, by their number.
const MAIL: usize = 9;
const SPEAKER: usize = 10;

/// The contact points of a person whose row is sound.
pub(crate) fn read_contact(person: &PersonView, row: &Row<'_>, out: &mut Diagnostics) -> Contact {
    let text = |column: usize| Some(row.get(column)).filter(|t| !t.is_empty());
    let mail = text(MAIL);
    if let Some(mail) = mail.filter(|mail| !is_mailbox(mail)) {
        let problem = row.problem(MAIL, format!("`{mail}` is no mailbox"));
        out.push(problem.expecting("name@example.cn"));
    }
    Contact {
        person: person.id.clone(),
        name: person.name.clone(),
        phone: person.phone.as_deref().map(dialled),
        mail: mail.map(str::to_owned),
        speaker: text(SPEAKER).map(str::to_owned),
    }
}

/// One `@` with something on both sides, a dot behind it, and nothing that would end a header.
fn is_mailbox(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '<' | '>' | ',' | ';' | '"');
    let parts = text.split_once('@');
    text.chars().all(plain)
        && parts.is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.contains('@')
        })
}

/// A telephone as it is dialled.
fn dialled(phone: &str) -> String {
    let kept = |c: &char| c.is_ascii_digit() || *c == '+';
    phone.chars().filter(kept).collect()
}
