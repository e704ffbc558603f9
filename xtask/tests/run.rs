//! `run` ends all it started, however it is told to stop: played with stand-ins for the programs.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Answers when asked to serve: writes the ready file, starts a child of its own, and ends when told.
const SERVER: &str = r#"#!/bin/sh
while [ "$1" != --ready-file ]; do shift; done
sleep 600 & echo $! >> "$STARTED"; echo $$ >> "$STARTED"
trap 'echo server >> "$ENDED"; exit 0' TERM
echo '{"http":"127.0.0.1:4711","mqtt":"127.0.0.1:4712","token":"t"}' > "$2"
while :; do sleep 0.05; done
"#;

const SIMULATOR: &str = r#"#!/bin/sh
[ "$1" = play ] || exit 0
echo $$ >> "$STARTED"
trap 'echo simulator >> "$ENDED"; exit 0' TERM
while :; do sleep 0.05; done
"#;

/// A checkout whose programs are stand-ins, and whose cargo finds nothing to build.
struct Checkout {
    folder: tempfile::TempDir,
}

impl Checkout {
    fn new(server: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Self { folder };
        checkout.script("target/release/watchfire", server);
        checkout.script("target/release/watchfire-sim", SIMULATOR);
        checkout.script("cargo", "#!/bin/sh\nexit 0\n");
        checkout
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn script(&self, name: &str, text: &str) {
        let place = self.place(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, text).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(["run", "--port", "0"])
            .env("CARGO_MANIFEST_DIR", self.place("xtask"))
            .env_remove("CARGO_TARGET_DIR")
            .env("CARGO", self.place("cargo"))
            .env("STARTED", self.place("started"))
            .env("ENDED", self.place("ended"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        command
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.place(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn await_lines(&self, name: &str, count: usize) -> Vec<String> {
        let until = Instant::now() + Duration::from_secs(30);
        while self.lines(name).len() < count {
            assert!(Instant::now() < until, "{name}: {:?}", self.lines(name));
            std::thread::sleep(Duration::from_millis(10));
        }
        self.lines(name)
    }
}

/// Reads what is printed up to the first line with an address.
fn first_address(child: &mut Child) -> String {
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut lines = out.lines().map(Result::unwrap);
    let address = lines.find(|line| line.contains("://")).unwrap();
    // The rest must be read too, or the pipe fills.
    std::thread::spawn(move || lines.for_each(drop));
    address
}

fn signal(child: &Child, signal: Signal) {
    kill_process(
        Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(),
        signal,
    )
    .unwrap();
}

fn is_gone(id: &str) -> bool {
    // A zombie that waits for the machine's first process has ended too: it has no program any more.
    fs::read_link(Path::new("/proc").join(id).join("exe")).is_err()
}

fn ends_everything(with: Signal) {
    let checkout = Checkout::new(SERVER);
    let mut child = checkout.run().spawn().unwrap();
    assert!(first_address(&mut child).contains("http://127.0.0.1:4711"));
    let started = checkout.await_lines("started", 3);
    signal(&child, with);
    assert!(child.wait().unwrap().success());
    assert_eq!(checkout.lines("ended"), ["simulator", "server"]);
    for id in started {
        assert!(is_gone(&id), "{id} still runs");
    }
    assert!(!checkout.place("target/demo/running").exists());
}

#[test]
fn sigterm_ends_all_that_was_started_and_the_speakers_first() {
    ends_everything(Signal::TERM);
}

#[test]
fn ctrl_c_does_too() {
    ends_everything(Signal::INT);
}

#[test]
fn a_run_ended_by_force_does_not_bar_the_next() {
    let checkout = Checkout::new(SERVER);
    let mut child = checkout.run().spawn().unwrap();
    first_address(&mut child);
    let started = checkout.await_lines("started", 3);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(started.iter().any(|id| !is_gone(id)));
    // Stand-ins run as `sh`, which the note must not be trusted to name; real ones are told by their program.
    for id in &started {
        if let Some(id) = id.parse().ok().and_then(Pid::from_raw) {
            kill_process(id, Signal::KILL).ok();
        }
    }
    let mut again = checkout.run().spawn().unwrap();
    assert!(first_address(&mut again).contains("http://127.0.0.1:4711"));
    signal(&again, Signal::TERM);
    assert!(again.wait().unwrap().success());
}

#[test]
fn a_program_that_does_not_come_up_is_told_with_its_last_words() {
    let checkout = Checkout::new("#!/bin/sh\necho 'site.toml:3: no such clock'; exit 2\n");
    let output = checkout.run().output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("no such clock"), "{said}");
    assert!(!said.contains("://"), "{said}");
}
