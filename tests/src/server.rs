//! The program as a child process, and its HTTP face.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program;

/// How long a start, an answer or an end may take before the test says so.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes a site folder from a recorded or generated one.
///
/// # Panics
/// When the program refuses, with what it said.
pub fn site_from(folder: &Path, site: &Path) {
    let out = Command::new(program())
        .args(["site", "new", "--from"])
        .arg(folder)
        .arg(site)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "site new: {}",
        String::from_utf8_lossy(&out.stderr)
    );
}

/// How a `watchfire play` ended.
pub struct Play {
    pub status: ExitStatus,
    pub told: String,
}

/// Plays a folder into a server.
pub fn play(folder: &Path, mqtt: &str, more: &[&str]) -> Play {
    let out = Command::new(program())
        .arg("play")
        .arg(folder)
        .args(["--mqtt", mqtt, "--speed", "max"])
        .args(more)
        .output()
        .unwrap();
    let told = [out.stdout, out.stderr].concat();
    Play {
        status: out.status,
        told: String::from_utf8_lossy(&told).into_owned(),
    }
}

/// A running `watchfire serve`.
pub struct Server {
    child: Child,
    pub http: String,
    pub mqtt: String,
    token: String,
    log: PathBuf,
}

impl Server {
    /// Starts on free ports and waits for the ready file.
    ///
    /// # Panics
    /// When the program ends instead, with its log.
    pub fn start(site: &Path, data: &Path) -> Server {
        Self::start_with(site, data, |_| {})
    }

    /// The same with a say in the command, for wrappers and more arguments.
    pub fn start_with(site: &Path, data: &Path, shape: impl FnOnce(&mut Command)) -> Server {
        let mut command = Command::new(program());
        Self::serve_args(&mut command, site, data);
        shape(&mut command);
        Self::await_ready(command, data)
    }

    /// Puts the arguments of `serve` on a command.
    pub fn serve_args(command: &mut Command, site: &Path, data: &Path) {
        std::fs::create_dir_all(data).unwrap();
        command
            .arg("serve")
            .arg("--site")
            .arg(site)
            .arg("--data")
            .arg(data);
        command.args([
            "--http",
            "127.0.0.1:0",
            "--mqtt",
            "127.0.0.1:0",
            "--ready-file",
        ]);
        command.arg(data.join("ready.json"));
    }

    /// Spawns a prepared command whose ready file is `<data>/ready.json`.
    pub fn await_ready(mut command: Command, data: &Path) -> Server {
        let (ready, log) = (data.join("ready.json"), data.join("serve.log"));
        let _gone = std::fs::remove_file(&ready);
        let out = std::fs::File::create(&log).unwrap();
        command
            .stdin(Stdio::null())
            .stdout(out.try_clone().unwrap())
            .stderr(out);
        let mut child = command.spawn().unwrap();
        let until = Instant::now() + PATIENCE;
        let text = loop {
            if let Ok(text) = std::fs::read_to_string(&ready) {
                break text;
            }
            let told = || std::fs::read_to_string(&log).unwrap_or_default();
            if let Some(status) = child.try_wait().unwrap() {
                panic!(
                    "the server ended with {status} before it was ready:\n{}",
                    told()
                );
            }
            if Instant::now() > until {
                child.kill().unwrap();
                panic!("the server was not ready in {PATIENCE:?}:\n{}", told());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let ready: Value = serde_json::from_str(&text).unwrap();
        let field = |name: &str| ready[name].as_str().unwrap().to_owned();
        Server {
            child,
            http: field("http"),
            mqtt: field("mqtt"),
            token: field("token"),
            log,
        }
    }

    /// Process id, for stories that look at it from outside.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The administrator token of the ready file.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Kills it where it stands.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end and waits.
    pub fn stop(mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.wait()
    }

    /// Waits for an end that was asked for elsewhere.
    pub fn stopped(mut self) -> ExitStatus {
        self.wait()
    }

    fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                Instant::now() < until,
                "no end after SIGTERM:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// GET with the token: status and body.
    pub fn get(&self, path: &str) -> (u16, String) {
        let answer = agent()
            .get(format!("http://{}{path}", self.http))
            .header("Authorization", format!("Bearer {}", self.token))
            .call();
        read(answer.unwrap())
    }

    /// POST with the token: status and body.
    pub fn post(&self, path: &str, body: impl AsRef<[u8]>) -> (u16, String) {
        let answer = agent()
            .post(format!("http://{}{path}", self.http))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json")
            .send(body.as_ref());
        read(answer.unwrap())
    }

    /// POST with the token to a server that may die meanwhile.
    pub fn try_post(&self, path: &str, body: impl AsRef<[u8]>) -> Option<(u16, String)> {
        let answer = agent()
            .post(format!("http://{}{path}", self.http))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json")
            .send(body.as_ref());
        whole(answer.ok()?)
    }

    /// GET with the token from a server that may die meanwhile.
    pub fn try_get(&self, path: &str) -> Option<String> {
        let answer = agent()
            .get(format!("http://{}{path}", self.http))
            .header("Authorization", format!("Bearer {}", self.token))
            .call();
        whole(answer.ok()?).map(|(_, body)| body)
    }

    /// Kills it where it stands and leaves the rest to [`Server::kill`].
    pub fn die(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }

    /// GET of a JSON document.
    pub fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|e| panic!("{path}: {e}: {body}"))
    }

    /// GET of newline-separated JSON.
    pub fn lines(&self, path: &str) -> Vec<Value> {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        body.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The first message of the feed: everything as it stands.
    pub fn snapshot(&self) -> Value {
        self.first_of("/api/v1/feed")
    }

    /// The first message of a WebSocket at this path.
    pub fn first_of(&self, path: &str) -> Value {
        serde_json::from_str(&self.first_text(path)).unwrap()
    }

    /// The same as it came.
    pub fn first_text(&self, path: &str) -> String {
        use tungstenite::client::IntoClientRequest;
        let mut request = format!("ws://{}{path}", self.http)
            .into_client_request()
            .unwrap();
        let token = format!("Bearer {}", self.token).parse().unwrap();
        request.headers_mut().insert("Authorization", token);
        let stream = std::net::TcpStream::connect(&self.http).unwrap();
        // A snapshot is one message however much has happened; a browser takes any.
        let any = tungstenite::protocol::WebSocketConfig::default()
            .max_message_size(None)
            .max_frame_size(None);
        let (mut socket, _) =
            tungstenite::client::client_with_config(request, stream, Some(any)).unwrap();
        socket.read().unwrap().to_text().unwrap().to_owned()
    }

    /// Every transition, as told.
    pub fn transitions(&self) -> String {
        let (status, body) = self.get("/api/v1/alarms/transitions?after=0");
        assert_eq!(status, 200, "{body}");
        body
    }

    /// The hash of the decision state.
    pub fn hash(&self) -> String {
        self.json("/api/v1/state/hash")["hash"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Waits until `fact` gives something; says what it saw last when it does not.
    pub fn until<T>(&self, what: &str, mut fact: impl FnMut(&Server) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = fact(self) {
                return found;
            }
            assert!(
                Instant::now() < until,
                "{what}: not in {PATIENCE:?}\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ended = self.child.kill();
            let _reaped = self.child.wait();
        }
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build()
        .into()
}

/// The same when the server may be gone before the answer is whole.
fn whole(mut answer: ureq::http::Response<ureq::Body>) -> Option<(u16, String)> {
    let mut body = String::new();
    let read = answer.body_mut().as_reader().read_to_string(&mut body);
    read.ok().map(|_| (answer.status().as_u16(), body))
}

/// A file's bytes need be no text; what is not shows as such.
fn read(mut answer: ureq::http::Response<ureq::Body>) -> (u16, String) {
    let mut body = Vec::new();
    answer
        .body_mut()
        .as_reader()
        .read_to_end(&mut body)
        .unwrap();
    let body = String::from_utf8_lossy(&body).into_owned();
    (answer.status().as_u16(), body)
}
