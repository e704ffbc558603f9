//! The throw-away PostgreSQL servers that the runner lends to a test, which may kill them.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long a server may take to be there again: it replays what it had not yet written down.
const PATIENCE: Duration = Duration::from_secs(300);

/// A server, and how it is started again.
pub struct Database {
    address: String,
    pid_file: PathBuf,
    start: String,
}

impl Database {
    /// The server of this run. Says so and gives `None` when there is none.
    pub fn lent() -> Option<Database> {
        let from = |name: &str| std::env::var(name).ok();
        let found = || {
            Some(Database {
                address: from("WATCHFIRE_TEST_POSTGRES")?,
                pid_file: from("WATCHFIRE_TEST_POSTGRES_PID")?.into(),
                start: from("WATCHFIRE_TEST_POSTGRES_START")?,
            })
        };
        let database = found();
        if database.is_none() {
            println!("skipped: no PostgreSQL lent (`cargo xtask prove` lends one)");
        }
        database
    }

    /// An address in it that no other test uses: a schema of its own.
    ///
    /// # Panics
    /// When the schema cannot be made.
    pub fn schema(&self, name: &str) -> String {
        let out = Command::new("psql")
            .args([&self.address, "-qc"])
            .arg(format!("CREATE SCHEMA {name}"))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{told}");
        format!("{}?options[search_path]={name},public", self.address)
    }

    /// Kills every process of the server where it stands, as a power cut would.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&self) {
        let text = std::fs::read_to_string(&self.pid_file).unwrap();
        let head: i32 = text.lines().next().unwrap().trim().parse().unwrap();
        let mut all = vec![head];
        for entry in std::fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            // `pid (name) state parent …`; a name may hold spaces and brackets.
            let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
            let parent = behind.split_whitespace().nth(1);
            if parent == Some(&head.to_string()) {
                let pid = entry.file_name().to_string_lossy().parse::<i32>();
                all.extend(pid.ok());
            }
        }
        for pid in all.into_iter().filter_map(Pid::from_raw) {
            // A child may have ended by itself meanwhile.
            let _gone = kill_process(pid, Signal::KILL);
        }
    }

    /// Starts it again and waits until it takes connections.
    ///
    /// # Panics
    /// When it does not within minutes: after a kill it syncs every file it has, and the disk may be busy.
    pub fn start(&self) {
        let until = Instant::now() + PATIENCE;
        loop {
            let out = Command::new("sh")
                .args(["-c", &self.start])
                .output()
                .unwrap();
            if out.status.success() {
                return;
            }
            let told = String::from_utf8_lossy(&out.stdout);
            assert!(Instant::now() < until, "it does not start again: {told}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// A server that follows the one of [`Database::lent`], and how it takes over.
pub struct Standby {
    place: String,
    promote: String,
}

impl Standby {
    /// The standby of this run. Says so and gives `None` when there is none.
    pub fn lent() -> Option<Standby> {
        let from = |name: &str| std::env::var(name).ok();
        let found = || {
            Some(Standby {
                place: from("WATCHFIRE_TEST_STANDBY")?,
                promote: from("WATCHFIRE_TEST_STANDBY_PROMOTE")?,
            })
        };
        let standby = found();
        if standby.is_none() {
            println!("skipped: no standby of a PostgreSQL lent (`cargo xtask prove` lends one)");
        }
        standby
    }

    /// An address of the primary with this server behind it.
    ///
    /// # Panics
    /// When it names no database.
    pub fn behind(&self, address: &str) -> String {
        let (scheme, rest) = address.split_once("://").unwrap();
        let (hosts, tail) = rest.split_once('/').unwrap();
        format!("{scheme}://{hosts},{}/{tail}", self.place)
    }

    /// Makes it a primary and waits until it takes writes.
    ///
    /// # Panics
    /// When it refuses.
    pub fn promote(&self) {
        let out = Command::new("sh")
            .args(["-c", &self.promote])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "it does not take over: {told}");
    }
}
