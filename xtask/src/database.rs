//! A PostgreSQL server with PostGIS for one stage: made in `target/tmp`, thrown away afterwards.
//!
//! It listens on the loopback alone, with a password of its own, and really syncs. A server runs as
//! anybody but root, so as root it is Debian's user `postgres` who runs it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::call::Call;
use crate::paths::Paths;
use crate::rust;
use crate::setup::debian;
use crate::slice::Slice;
use crate::stage::Outcome;

/// Owner of everything in it.
const OWNER: &str = "watchfire";

/// What a primary calls its standby.
const STANDBY: &str = "standby";

/// A running server; ends and leaves nothing when dropped.
struct Throwaway {
    root: PathBuf,
    folder: PathBuf,
    port: u16,
    password: String,
}

/// What every store must do, on PostgreSQL; then the program and the database killed under load, and a
/// standby that takes over.
pub(crate) fn stage(paths: &Paths, slice: &Slice) -> Result<Outcome> {
    if let Outcome::Skipped(why) = debian::database(paths)? {
        return Ok(Outcome::Skipped(why));
    }
    // Killed at length on files; here once each: the program, the database, both.
    let slice = &Slice {
        kills: 3,
        ..slice.clone()
    };
    let server = Throwaway::start(paths, "watchfire-postgres")?;
    // The same programs as in the stage before: nothing is built again.
    let tests = [
        "--test", "contract", "--test", "stories", "--test", "people",
    ];
    let units = ["--lib", "--", "history::tests", "accounts::tests"];
    for (log, words) in [("tests", &tests[..]), ("units", &units)] {
        let call = slice.in_environment(rust::tests_of_crates(paths, words));
        run(paths, &server.in_environment(call), log)?;
    }
    let call = rust::one_story(paths, slice, "kill_database")?;
    run(paths, &server.in_environment(call), "kill")?;
    drop(server);
    let primary = Throwaway::start(paths, "watchfire-postgres")?;
    let standby = primary.followed(paths)?;
    let call = primary.in_environment(rust::one_story(paths, slice, "failover")?);
    run(paths, &standby.as_standby(call), "failover")?;
    Ok(Outcome::Done)
}

/// With its output in a log of its own: this may run beside other tests.
fn run(paths: &Paths, call: &Call, log: &str) -> Result<()> {
    call.logged(&paths.logs(), &format!("postgres-{log}"))
}

impl Throwaway {
    fn start(paths: &Paths, name: &str) -> Result<Self> {
        let server = Self::place(paths, name, password()?)?;
        let secret = server.folder.join("password");
        fs::write(&secret, &server.password).context("could not write the server's password")?;
        server.hand_over()?;
        let data = server.data();
        server
            .tool("initdb")
            .args(["-D"])
            .args([&data])
            .args(["-U", OWNER, "--auth=scram-sha-256", "--pwfile"])
            .args([&secret])
            .args(["-E", "UTF8", "--locale=C", "--no-sync"])
            .captured()?;
        server.set(&[
            "listen_addresses = '127.0.0.1'",
            "unix_socket_directories = ''",
            "fsync = on",
        ])?;
        server.run()?;
        Ok(server)
    }

    /// A standby of this one, which from then on confirms nothing that the standby has not on disk.
    fn followed(&self, paths: &Paths) -> Result<Self> {
        let standby = Self::place(paths, "watchfire-postgres-standby", self.password.clone())?;
        standby.hand_over()?;
        standby
            .tool("pg_basebackup")
            .args(["-R", "-N", "-X", "stream", "-c", "fast", "-d"])
            .args([format!(
                "host=127.0.0.1 port={} user={OWNER} application_name={STANDBY}",
                self.port
            )])
            .args(["-D"])
            .args([standby.data()])
            .env("PGPASSWORD", &self.password)
            .captured()?;
        standby.set(&[])?;
        standby.run()?;
        self.set(&[&format!("synchronous_standby_names = '{STANDBY}'")])?;
        self.control(&["reload"]).captured()?;
        Ok(standby)
    }

    /// An empty folder and a free port.
    fn place(paths: &Paths, name: &str, password: String) -> Result<Self> {
        let server = Self {
            root: paths.root.clone(),
            folder: home(paths)?.join(name),
            port: free_port()?,
            password,
        };
        // One that an earlier run had no time to end.
        server.end();
        fs::create_dir_all(&server.folder)
            .with_context(|| format!("could not make {}", server.folder.display()))?;
        Ok(server)
    }

    /// Gives the folder to the user who runs the server.
    fn hand_over(&self) -> Result<()> {
        if is_root() {
            Call::new("chown", &self.root)
                .args(["-R", "postgres"])
                .args([&self.folder])
                .captured()?;
        }
        Ok(())
    }

    /// Adds to its settings; of a setting that is there twice the last counts.
    fn set(&self, lines: &[&str]) -> Result<()> {
        let mut text = format!("port = {}\n", self.port);
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        fs::File::options()
            .append(true)
            .open(self.data().join("postgresql.auto.conf"))
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .context("could not write the server's settings")
    }

    fn run(&self) -> Result<()> {
        Call::new("sh", &self.root)
            .args(["-c", &self.line("start")])
            .captured()
            .context("the throw-away PostgreSQL server does not start")?;
        Ok(())
    }

    /// Tells a test how to reach the server, kill it and start it again.
    fn in_environment(&self, call: Call) -> Call {
        call.env(
            "WATCHFIRE_TEST_POSTGRES",
            format!("postgres://{OWNER}@127.0.0.1:{}/postgres", self.port),
        )
        .env(
            "WATCHFIRE_TEST_POSTGRES_PID",
            self.data().join("postmaster.pid"),
        )
        .env("WATCHFIRE_TEST_POSTGRES_START", self.line("start"))
        .env("PGPASSWORD", &self.password)
    }

    /// Tells a test where the standby is and how it takes over.
    fn as_standby(&self, call: Call) -> Call {
        call.env("WATCHFIRE_TEST_STANDBY", format!("127.0.0.1:{}", self.port))
            .env("WATCHFIRE_TEST_STANDBY_PROMOTE", self.line("promote"))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What starts or promotes it, as a shell takes it.
    fn line(&self, verb: &str) -> String {
        let who = if is_root() {
            "runuser -u postgres -- "
        } else {
            ""
        };
        format!(
            "cd / && {who}'{pg_ctl}' -D '{data}' -l '{log}' -w -t 300 {verb} || {{ tail '{log}'; exit 1; }}",
            pg_ctl = debian::postgres_tool("pg_ctl").display(),
            data = self.data().display(),
            log = self.folder.join("log").display()
        )
    }

    fn control(&self, words: &[&str]) -> Call {
        self.tool("pg_ctl")
            .args(["-D"])
            .args([self.data()])
            .args(words)
    }

    /// A call of one of the server's tools, as the user who runs it.
    fn tool(&self, name: &str) -> Call {
        let tool = debian::postgres_tool(name);
        if is_root() {
            Call::new("runuser", Path::new("/"))
                .args(["-u", "postgres", "--"])
                .args([tool])
        } else {
            Call::new(tool, &self.root)
        }
    }

    fn end(&self) {
        if self.data().join("postmaster.pid").exists() {
            // It may have died with whoever started it.
            self.control(&["-m", "immediate", "-w", "stop"])
                .captured()
                .ok();
        }
        fs::remove_dir_all(&self.folder).ok();
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        self.end();
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A folder that the server's user can get to: in `target/tmp`, else where temporary files go.
fn home(paths: &Paths) -> Result<PathBuf> {
    let near = paths.target.join("tmp");
    fs::create_dir_all(&near).with_context(|| format!("could not make {}", near.display()))?;
    let near = near.canonicalize().context("could not find target/tmp")?;
    let reached = !is_root()
        || Call::new("runuser", Path::new("/"))
            .args(["-u", "postgres", "--", "test", "-x"])
            .args([&near])
            .captured()
            .is_ok();
    Ok(if reached { near } else { std::env::temp_dir() })
}

fn free_port() -> Result<u16> {
    let free = TcpListener::bind(("127.0.0.1", 0)).context("no port is free")?;
    Ok(free.local_addr().context("no port is free")?.port())
}

fn password() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("could not make up a password")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
