//! Who may sign in: logins made, changed and taken away from the command line.
//!
//! A password is read without being shown, hashed at once, and never written.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use anyhow::{Context, bail};
use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use model::config::Role;
use site::NewLogin;

use crate::args::AccountVerb;
use crate::{check, say};

/// Shortest password, in characters.
const SHORTEST: usize = 8;

/// Does what was asked about logins.
pub(crate) fn obey(verb: AccountVerb) -> anyhow::Result<()> {
    match verb {
        AccountVerb::Set {
            site,
            login,
            person,
            jurisdiction,
            name,
            role,
        } => {
            let new_person = name.map(|name| (name, role.into()));
            let hash = hash_of(&read_password()?)?;
            let new = NewLogin {
                person: person.unwrap_or_else(|| login.clone()),
                login,
                jurisdiction,
                new_person,
                hash,
            };
            let was_there = site::set_login(&site, &new)?;
            let word = if was_there { "changed" } else { "made" };
            say(&format!(
                "login {} {word} for {}; a running server takes it over when it is started again",
                new.login, new.person
            ))
        }
        AccountVerb::Remove { site, login } => {
            site::remove_login(&site, &login)?;
            say(&format!(
                "login {login} removed; it ends when the server is started again"
            ))
        }
        AccountVerb::List { site } => list(&site),
    }
}

fn list(folder: &Path) -> anyhow::Result<()> {
    let site = check::read(folder)?;
    if site.accounts.is_empty() {
        return say("nobody can sign in yet; make a login with `watchfire account set`");
    }
    for account in site.accounts {
        say(&format!(
            "{}\t{}\t{}\t{}",
            account.login,
            account.person,
            word(account.role),
            account.jurisdiction
        ))?;
    }
    Ok(())
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Planner => "planner",
        Role::Responder => "responder",
        Role::DutyOfficer => "duty_officer",
        Role::Administrator => "administrator",
    }
}

/// From the terminal, unseen and twice; otherwise the first line of stdin.
fn read_password() -> anyhow::Result<String> {
    let password = if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").context("could not ask")?;
        let again = rpassword::prompt_password("Again: ").context("could not ask")?;
        if first != again {
            bail!("the two passwords differ; nothing was changed");
        }
        first
    } else {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .context("could not read the password from stdin")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if password.chars().count() < SHORTEST {
        bail!("a password has at least {SHORTEST} characters; nothing was changed");
    }
    Ok(password)
}

pub(crate) fn hash_of(password: &str) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash.context("could not hash the password")?.to_string())
}
