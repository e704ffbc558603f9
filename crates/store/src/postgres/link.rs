//! The address of a database, and connections to whichever of its hosts takes writes.
//!
//! An address may name several hosts: `postgres://user@one,two:5433/county`. They are tried in order,
//! and one that only reads (a standby) is passed over, so after a failover the same address leads to
//! the new primary. A password is never part of an address: it stands in a file of its own.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection, PgConnection};

/// How long one host may take to answer.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a start waits for a server that is not there yet.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(250);

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("{address:?} is no address of a PostgreSQL database: {reason}")]
    Address { address: String, reason: String },
    #[error("could not read the password file {}", path.display())]
    Password {
        path: PathBuf,
        source: std::io::Error,
    },
    /// No host of the address took the connection, and why.
    #[error("no PostgreSQL server that takes writes can be reached: {told}")]
    Away { told: String },
    #[error(
        "the database has no PostGIS; its owner types once: psql -d {database} -c 'CREATE EXTENSION postgis'"
    )]
    NoPostgis {
        database: String,
        source: sqlx::Error,
    },
    #[error("the tables could not be made")]
    Tables(#[source] sqlx::migrate::MigrateError),
    #[error(
        "the server runs with {setting} = off, so nothing it confirms is sure to last; turn it on"
    )]
    Forgetful { setting: &'static str },
    #[error("another process writes this journal")]
    InUse,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// The address of a database, with what is needed to sign in; clones share it.
#[derive(Clone)]
pub struct Link {
    hosts: Arc<[PgConnectOptions]>,
    address: Arc<str>,
    password_file: Option<PathBuf>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Link({})", self.address)
    }
}

impl Link {
    /// Reads an address and the password's file. Nothing is connected yet.
    ///
    /// # Errors
    /// [`LinkError::Address`] says what is wrong with it, [`LinkError::Password`].
    pub fn new(address: &str, password_file: Option<&Path>) -> Result<Link, LinkError> {
        let password = password_file.map(read_password).transpose()?;
        let bad = |reason: String| LinkError::Address {
            address: without_password(address),
            reason,
        };
        let mut hosts = Vec::new();
        for one in each_host(address).map_err(bad)? {
            let options = PgConnectOptions::from_str(&one).map_err(|e| bad(e.to_string()))?;
            let options = guarded(options, address).disable_statement_logging();
            hosts.push(match &password {
                Some(password) => options.password(password),
                None => options,
            });
        }
        Ok(Link {
            hosts: hosts.into(),
            address: address.into(),
            password_file: password_file.map(Path::to_owned),
        })
    }

    /// The address as it was given; it holds no password.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where the password stands.
    pub fn password_file(&self) -> Option<&Path> {
        self.password_file.as_deref()
    }

    /// The first host's options, for pools; see [`Link::connect`] for the others.
    pub(crate) fn first(&self) -> PgConnectOptions {
        self.hosts[0].clone()
    }

    pub(crate) fn database(&self) -> String {
        let first = &self.hosts[0];
        let name = first.get_database().unwrap_or(first.get_username());
        name.to_owned()
    }

    /// A connection to the first host that takes writes, under a name that the server shows.
    pub(crate) async fn connect(&self, name: &str) -> Result<PgConnection, LinkError> {
        let (_, connection) = self.find(name).await?;
        Ok(connection)
    }

    /// The first host that takes writes, and a connection to it.
    pub(crate) async fn find(
        &self,
        name: &str,
    ) -> Result<(PgConnectOptions, PgConnection), LinkError> {
        let mut told = Vec::new();
        for host in self.hosts.iter() {
            let host = host.clone().application_name(name);
            let reason = match tokio::time::timeout(CONNECT, take_writes(&host)).await {
                Ok(Ok(connection)) => return Ok((host, connection)),
                Ok(Err(reason)) => reason,
                Err(_) => "no answer".to_owned(),
            };
            told.push(format!("{}: {reason}", place_of(&host)));
        }
        Err(LinkError::Away {
            told: told.join("; "),
        })
    }

    /// As [`Link::connect`], waiting half a minute for a server that is still starting.
    pub(crate) async fn connect_patiently(&self, name: &str) -> Result<PgConnection, LinkError> {
        let until = Instant::now() + PATIENCE;
        let mut said = false;
        loop {
            match self.connect(name).await {
                Err(LinkError::Away { told }) if Instant::now() < until => {
                    if !std::mem::replace(&mut said, true) {
                        tracing::warn!(told, "waiting for the database");
                    }
                    tokio::time::sleep(LOOK).await;
                }
                other => return other,
            }
        }
    }
}

/// Connects, unless the server only reads.
async fn take_writes(host: &PgConnectOptions) -> Result<PgConnection, String> {
    let mut connection = PgConnection::connect_with(host)
        .await
        .map_err(|e| e.to_string())?;
    let asked = sqlx::query_scalar::<_, bool>(
        "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool",
    );
    match asked.fetch_one(&mut connection).await {
        Ok(false) => Ok(connection),
        Ok(true) => {
            // It is not used; whether it is closed politely matters to nobody.
            let _closed = connection.close().await;
            Err("a standby, which only reads".to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Another machine is spoken to under TLS unless the address says otherwise.
fn guarded(options: PgConnectOptions, address: &str) -> PgConnectOptions {
    let host = options.get_host();
    let near = options.get_socket().is_some()
        || host.starts_with('/')
        || matches!(host, "localhost" | "127.0.0.1" | "::1" | "[::1]");
    let said = address.contains("sslmode=") || address.contains("ssl-mode=");
    if near || said {
        return options;
    }
    let own_root = address.contains("sslrootcert=") || address.contains("ssl-root-cert=");
    options.ssl_mode(if own_root {
        PgSslMode::VerifyFull
    } else {
        PgSslMode::Require
    })
}

fn place_of(host: &PgConnectOptions) -> String {
    match host.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", host.get_host(), host.get_port()),
    }
}

/// One address for each host of `postgres://user@one:5432,two/county?…`.
fn each_host(address: &str) -> Result<Vec<String>, String> {
    let (scheme, rest) = address
        .split_once("://")
        .filter(|(scheme, _)| matches!(*scheme, "postgres" | "postgresql"))
        .ok_or("it begins with postgres://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    if user.contains(':') || tail.contains("password=") {
        return Err("the password stands in a file of its own, named by password_file".to_owned());
    }
    let at = if user.is_empty() { "" } else { "@" };
    let hosts = hosts.split(',');
    Ok(hosts
        .map(|host| format!("{scheme}://{user}{at}{host}{tail}"))
        .collect())
}

fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let Some((user, hosts)) = authority.rsplit_once('@') else {
        return address.to_owned();
    };
    let user = user.split(':').next().unwrap_or_default();
    let tail = tail.split("password=").next().unwrap_or_default();
    format!("{scheme}://{user}@{hosts}{tail}")
}

fn read_password(path: &Path) -> Result<String, LinkError> {
    let text = std::fs::read_to_string(path).map_err(|source| LinkError::Password {
        path: path.to_owned(),
        source,
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// What an error of the database means for whoever wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The connection or the server is gone, or it has become a standby: what was asked may or may
    /// not have been done.
    Away,
    /// The server's disk is full; nothing was done.
    Full,
    /// A row of this number is there already.
    Taken,
    Other,
}

/// Sorts an error by what is to be done about it.
pub(crate) fn trouble(error: &sqlx::Error) -> Trouble {
    let Some(database) = error.as_database_error() else {
        let gone = matches!(
            error,
            sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
        );
        return if gone { Trouble::Away } else { Trouble::Other };
    };
    let code = database.code().unwrap_or_default();
    match &*code {
        "53100" => Trouble::Full,
        "23505" => Trouble::Taken,
        // Read only, cancelled, ending, crashed, starting, too many connections, deadlock.
        "25006" | "57014" | "57P01" | "57P02" | "57P03" | "53300" | "40P01" => Trouble::Away,
        code if code.starts_with("08") => Trouble::Away,
        _ => Trouble::Other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_may_name_several_hosts() {
        let hosts =
            each_host("postgres://fire@one,two:5433,10.0.0.3/county?sslmode=require").unwrap();
        assert_eq!(
            hosts,
            [
                "postgres://fire@one/county?sslmode=require",
                "postgres://fire@two:5433/county?sslmode=require",
                "postgres://fire@10.0.0.3/county?sslmode=require"
            ]
        );
        let link = Link::new("postgres://fire@one,two:5433/county", None).unwrap();
        let places: Vec<String> = link.hosts.iter().map(place_of).collect();
        assert_eq!(places, ["one:5432", "two:5433"]);
        assert_eq!(
            each_host("postgres:///county?host=/run/postgresql").unwrap(),
            ["postgres:///county?host=/run/postgresql"]
        );
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        for address in [
            "postgres://fire:secret@one/county",
            "postgres://fire@one/county?password=secret",
        ] {
            let told = Link::new(address, None).unwrap_err().to_string();
            assert!(told.contains("password_file"), "{told}");
            assert!(!told.contains("secret"), "{told}");
        }
        let told = Link::new("mysql://x/y", None).unwrap_err().to_string();
        assert!(told.contains("postgres://"), "{told}");
    }

    #[test]
    fn another_machine_is_spoken_to_under_tls() {
        let mode = |address: &str| {
            let link = Link::new(address, None).unwrap();
            format!("{:?}", link.hosts[0].get_ssl_mode())
        };
        assert_eq!(mode("postgres://fire@db.county/fire"), "Require");
        assert_eq!(
            mode("postgres://fire@db.county/fire?sslrootcert=/etc/ca.pem"),
            "VerifyFull"
        );
        assert_eq!(mode("postgres://fire@db/fire?sslmode=disable"), "Disable");
        assert_eq!(mode("postgres://fire@127.0.0.1/fire"), "Prefer");
    }
}
