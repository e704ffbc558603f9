//! The logins of a site folder, changed a line at a time: who may sign in, as which person.
//!
//! A password is never seen here, only its argon2 hash. Files are replaced whole, so that a power
//! cut leaves the old one or the new one; accounts.toml is readable by its owner alone.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use model::config::Role;

use crate::diagnose::Diagnostics;
use crate::people::{PERSON_ID, is_person_id};
use crate::read::read_site_with;
use crate::{Site, read_site};

/// Why a login could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("the site has problems of its own; `watchfire check` tells them:\n{0}")]
    Site(Diagnostics),
    #[error("no jurisdiction `{asked}`; the site has {known}")]
    NoSuchJurisdiction { asked: String, known: String },
    #[error("say which jurisdiction with --jurisdiction; the site has {known}")]
    JurisdictionMissing { known: String },
    #[error(
        "no person `{person}` in people.csv of {jurisdiction}; add them with --name and --role, \
         or take one of: {known}"
    )]
    NoSuchPerson {
        person: String,
        jurisdiction: String,
        known: String,
    },
    #[error("{0} may hold letters, digits, `-`, `_`, `.` and `@` only")]
    BadName(&'static str),
    #[error("`{0}` is no id of a person: {PERSON_ID}; name one with --person")]
    BadPerson(String),
    #[error("the next start would refuse the site with this login; nothing was changed:\n{0}")]
    Refused(Diagnostics),
    #[error("no login `{0}`")]
    NoSuchLogin(String),
    #[error("could not write {path}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// A login to be made, or to get another password or person.
#[derive(Clone, Debug)]
pub struct NewLogin {
    pub login: String,
    pub person: String,
    /// Needed where the site has several.
    pub jurisdiction: Option<String>,
    /// Name and role of a person who is not in people.csv yet.
    pub new_person: Option<(String, Role)>,
    /// argon2 in PHC text form.
    pub hash: String,
}

/// Makes or changes one login; the person is added to people.csv when they are new. Returns whether
/// the login was there before.
///
/// # Errors
/// [`AccountError`]; nothing was changed then.
pub fn set_login(folder: &Path, new: &NewLogin) -> Result<bool, AccountError> {
    sound_name("a login", &new.login)?;
    sound_name("a person's id", &new.person)?;
    if !is_person_id(&new.person) {
        return Err(AccountError::BadPerson(new.person.clone()));
    }
    let site = read_site(folder).map_err(AccountError::Site)?;
    let code = jurisdiction(&site, new.jurisdiction.as_deref())?;
    let county = site
        .jurisdictions
        .iter()
        .find(|j| j.config.code == code)
        .expect("the code was just found there");
    let known: Vec<&str> = county.people.iter().map(|p| p.id.as_str()).collect();
    let mut texts = Vec::new();
    if !known.contains(&new.person.as_str()) {
        let Some((name, role)) = &new.new_person else {
            return Err(AccountError::NoSuchPerson {
                person: new.person.clone(),
                jurisdiction: code,
                known: known.join(", "),
            });
        };
        let people = format!("{}/people.csv", county.folder);
        let text = with_person(&folder.join(&people), &new.person, name, *role)?;
        texts.push((people, text));
    }
    let mut rows: Vec<[String; 3]> = rows(&site).filter(|row| row[0] != new.login).collect();
    let was_there = rows.len() < site.accounts.len();
    rows.push([new.login.clone(), new.person.clone(), new.hash.clone()]);
    rows.sort();
    texts.push((ACCOUNTS.to_owned(), accounts_text(&rows)));
    // Read as the next start will read it, before anything is written. The person goes first: a login
    // without its person is refused.
    read_site_with(folder, texts.clone()).map_err(AccountError::Refused)?;
    for (name, text) in &texts {
        replace(&folder.join(name), text, 0o600)?;
    }
    Ok(was_there)
}

/// Takes one login away; its person stays.
///
/// # Errors
/// [`AccountError`]; nothing was changed then.
pub fn remove_login(folder: &Path, login: &str) -> Result<(), AccountError> {
    let site = read_site(folder).map_err(AccountError::Site)?;
    let rows: Vec<[String; 3]> = rows(&site).filter(|row| row[0] != login).collect();
    if rows.len() == site.accounts.len() {
        return Err(AccountError::NoSuchLogin(login.to_owned()));
    }
    replace(&folder.join(ACCOUNTS), &accounts_text(&rows), 0o600)
}

const ACCOUNTS: &str = "accounts.toml";

fn rows(site: &Site) -> impl Iterator<Item = [String; 3]> + '_ {
    let row = |a: &crate::Account| [a.login.clone(), a.person.0.clone(), a.hash.clone()];
    site.accounts.iter().map(row)
}

fn accounts_text(rows: &[[String; 3]]) -> String {
    let mut text =
        String::from("# Logins. Change them with `watchfire account`; hashes are argon2's.\n");
    for [login, person, hash] in rows {
        // Writing to a string cannot fail; names and hashes hold no quote and no backslash.
        let _written = write!(
            text,
            "\n[[account]]\nlogin = \"{login}\"\nperson = \"{person}\"\nhash = \"{hash}\"\n"
        );
    }
    text
}

fn sound_name(what: &'static str, name: &str) -> Result<(), AccountError> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    if name.is_empty() || !name.chars().all(fits) {
        return Err(AccountError::BadName(what));
    }
    Ok(())
}

fn jurisdiction(site: &Site, asked: Option<&str>) -> Result<String, AccountError> {
    let codes: Vec<&str> = site
        .jurisdictions
        .iter()
        .map(|j| j.config.code.as_str())
        .collect();
    match (asked, codes.as_slice()) {
        (Some(asked), all) if all.contains(&asked) => Ok(asked.to_owned()),
        (Some(asked), all) => Err(AccountError::NoSuchJurisdiction {
            asked: asked.to_owned(),
            known: all.join(", "),
        }),
        (None, [only]) => Ok((*only).to_owned()),
        (None, all) => Err(AccountError::JurisdictionMissing {
            known: all.join(", "),
        }),
    }
}

const PEOPLE_HEAD: &str = "id,name,post_zh,post_en,role,township,phone,substitute\n";

/// The people file with one person more.
fn with_person(path: &Path, id: &str, name: &str, role: Role) -> Result<String, AccountError> {
    let role = match role {
        Role::Viewer => "viewer",
        Role::Planner => "planner",
        Role::Responder => "responder",
        Role::DutyOfficer => "duty_officer",
        Role::Administrator => "administrator",
    };
    let mut text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(gone) if gone.kind() == std::io::ErrorKind::NotFound => PEOPLE_HEAD.to_owned(),
        Err(source) => {
            let path = path.to_owned();
            return Err(AccountError::Write { path, source });
        }
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let head = text.lines().find(|line| !line.starts_with('#'));
    let columns = head.unwrap_or(PEOPLE_HEAD).trim().split(',');
    let quoted = format!("\"{}\"", name.replace('"', "\"\""));
    let row: Vec<&str> = columns
        .map(|column| match column.trim() {
            "id" => id,
            "name" => quoted.as_str(),
            "role" => role,
            _ => "",
        })
        .collect();
    text.push_str(&row.join(","));
    text.push('\n');
    Ok(text)
}

/// Writes beside, syncs, and takes the place of the old file.
fn replace(path: &Path, text: &str, mode: u32) -> Result<(), AccountError> {
    let write = || {
        let aside = path.with_extension("new");
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&aside, path)?;
        match path.parent() {
            Some(folder) => std::fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|source| AccountError::Write {
        path: path.to_owned(),
        source,
    })
}
