//! A PostgreSQL server with PostGIS for one stage: made in `target/tmp`, thrown away afterwards.
//!
//! It listens on the loopback alone, with a password of its own, and really syncs. A server runs as
//! anybody but root, so as root it is Debian's user `postgres` who runs it.

use std::fs;
use std::io::Read;
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

/// A running server; ends and leaves nothing when dropped.
struct Throwaway {
    root: PathBuf,
    folder: PathBuf,
    port: u16,
    password: String,
}

/// What every store must do, on PostgreSQL; then the program and the database killed under load.
pub(crate) fn stage(paths: &Paths, slice: &Slice) -> Result<Outcome> {
    let server = Throwaway::start(paths)?;
    // The same programs as in the stage before: nothing is built again.
    let tests = [
        "--test", "contract", "--test", "stories", "--test", "people",
    ];
    for words in [
        &tests[..],
        &["--lib", "--", "history::tests", "accounts::tests"],
    ] {
        let call = rust::tests_of_crates(paths, words);
        server.in_environment(slice.in_environment(call)).shown()?;
    }
    let call = rust::one_story(paths, slice, "kill_database")?;
    server.in_environment(call).shown()?;
    Ok(Outcome::Done)
}

impl Throwaway {
    fn start(paths: &Paths) -> Result<Self> {
        let folder = home(paths)?;
        let server = Self {
            root: paths.root.clone(),
            folder,
            port: free_port()?,
            password: password()?,
        };
        // One that an earlier run had no time to end.
        server.end();
        fs::create_dir_all(&server.folder)
            .with_context(|| format!("could not make {}", server.folder.display()))?;
        let secret = server.folder.join("password");
        fs::write(&secret, &server.password).context("could not write the server's password")?;
        if is_root() {
            Call::new("chown", &server.root)
                .args(["-R", "postgres"])
                .args([&server.folder])
                .captured()?;
        }
        let data = server.data();
        server
            .tool("initdb")
            .args(["-D"])
            .args([&data])
            .args(["-U", OWNER, "--auth=scram-sha-256", "--pwfile"])
            .args([&secret])
            .args(["-E", "UTF8", "--locale=C"])
            .captured()?;
        fs::write(
            data.join("postgresql.auto.conf"),
            format!(
                "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = ''\nfsync = on\n",
                server.port
            ),
        )
        .context("could not write the server's settings")?;
        Call::new("sh", &server.root)
            .args(["-c", &server.start_line()])
            .captured()
            .context("the throw-away PostgreSQL server does not start")?;
        Ok(server)
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
        .env("WATCHFIRE_TEST_POSTGRES_START", self.start_line())
        .env("PGPASSWORD", &self.password)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What starts it, as a shell takes it.
    fn start_line(&self) -> String {
        let who = if is_root() {
            "runuser -u postgres -- "
        } else {
            ""
        };
        format!(
            "cd / && {who}'{}' -D '{}' -l '{}' -w start",
            debian::postgres_tool("pg_ctl").display(),
            self.data().display(),
            self.folder.join("log").display()
        )
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
            self.tool("pg_ctl")
                .args(["-D"])
                .args([self.data()])
                .args(["-m", "immediate", "-w", "stop"])
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
    let base = if reached { near } else { std::env::temp_dir() };
    Ok(base.join("watchfire-postgres"))
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
