//! People's programs as the server meets them: a login, a feed over a WebSocket, presses.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// How long an answer or a frame may take before the test says so.
const PATIENCE: Duration = Duration::from_secs(600);
/// Requests on their way at once; what is more waits on this side, as it would in the air.
const AT_ONCE: usize = 48;
/// A connection unused for this long is not used again: the server closes it at ten seconds, and a
/// request sent at that very moment would be lost.
const IDLE: Duration = Duration::from_secs(5);
/// A snapshot of a county with everybody's tasks in it.
const MAX_FRAME: usize = 64 << 20;

/// The HTTP side of a running program, for thousands of clients at once.
#[derive(Clone)]
pub struct Front {
    address: String,
    agent: ureq::Agent,
    turns: Arc<Semaphore>,
}

impl Front {
    /// The program that listens at `address`.
    pub fn at(address: &str) -> Front {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_idle_connections(AT_ONCE)
            .max_idle_connections_per_host(AT_ONCE)
            .max_idle_age(IDLE)
            .build();
        Front {
            address: address.to_owned(),
            agent: config.into(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Logs in as people do and gives the session's cookie.
    pub async fn login(&self, login: &str, password: &str) -> Session {
        let body = json!({"login": login, "password": password}).to_string();
        let url = format!("http://{}/api/v1/login", self.address);
        let agent = self.agent.clone();
        let _turn = self.turns.acquire().await.unwrap();
        let cookie = tokio::task::spawn_blocking(move || {
            let request = agent.post(url).header("Content-Type", "application/json");
            let mut answer = request.send(body).unwrap();
            let told = answer.body_mut().read_to_string().unwrap();
            assert_eq!(answer.status(), 200, "{told}");
            let cookie = answer.headers()["set-cookie"].to_str().unwrap();
            cookie.split(';').next().unwrap().to_owned()
        });
        Session {
            front: self.clone(),
            cookie: cookie.await.unwrap(),
        }
    }
}

/// One person who is signed in.
#[derive(Clone)]
pub struct Session {
    front: Front,
    cookie: String,
}

impl Session {
    /// GET of a JSON document.
    pub async fn get(&self, path: &str) -> Value {
        self.ask(path, None).await
    }

    /// Presses something and waits for the answer, which comes once it is on disk.
    pub async fn act(&self, op: &str, action: Value, device_at: Option<String>) -> Value {
        let body = json!({"op": op, "action": action, "device_at": device_at}).to_string();
        self.ask("/api/v1/acts", Some(body)).await
    }

    async fn ask(&self, path: &str, body: Option<String>) -> Value {
        let url = format!("http://{}{path}", self.front.address);
        let (agent, cookie) = (self.front.agent.clone(), self.cookie.clone());
        let turn = Arc::clone(&self.front.turns).acquire_owned().await.unwrap();
        let said = tokio::task::spawn_blocking(move || {
            let answer = match body {
                None => agent.get(&url).header("Cookie", cookie).call(),
                Some(body) => agent
                    .post(&url)
                    .header("Cookie", cookie)
                    .header("Content-Type", "application/json")
                    .send(body),
            };
            let mut answer = answer.unwrap();
            let body = answer.body_mut().with_config().limit(MAX_FRAME as u64);
            let told = body.read_to_string().unwrap();
            drop(turn);
            assert_eq!(answer.status(), 200, "{url}: {told}");
            serde_json::from_str(&told).unwrap()
        });
        said.await.unwrap()
    }

    /// Opens the feed; with `since`, from where it was left.
    pub async fn feed(&self, since: Option<u64>) -> Feed {
        let address = &self.front.address;
        let asked = since.map_or(String::new(), |since| format!("?since={since}"));
        let mut request = format!("ws://{address}/api/v1/feed{asked}")
            .into_client_request()
            .unwrap();
        let cookie = self.cookie.parse().unwrap();
        request.headers_mut().insert("Cookie", cookie);
        let stream = TcpStream::connect(address).await.unwrap();
        let config = WebSocketConfig::default()
            .read_buffer_size(8192)
            .max_message_size(Some(MAX_FRAME))
            .max_frame_size(Some(MAX_FRAME));
        let opened =
            tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
        Feed {
            session: self.clone(),
            socket: opened.unwrap().0,
            seq: since.unwrap_or(0),
            bytes: 0,
            lost: 0,
        }
    }
}

/// What these clients read of a message: thousands of whole snapshots would fill the memory.
#[derive(Deserialize, Serialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    seq: Option<u64>,
    clock: Option<Value>,
    counties: Option<Vec<County>>,
    updates: Option<Vec<Value>>,
}

#[derive(Deserialize, Serialize)]
struct County {
    commands: Vec<Value>,
}

/// An open feed, which comes back by itself from where it was when it is lost, as the client does.
pub struct Feed {
    session: Session,
    socket: WebSocketStream<TcpStream>,
    /// Newest journal number heard of.
    pub seq: u64,
    /// How often it had to come back.
    pub lost: usize,
    /// Text received so far.
    pub bytes: usize,
}

impl Feed {
    /// The next message that says more than the time: a phone in a pocket needs no more of its machine.
    pub async fn news(&mut self) -> Value {
        self.hear(|text| !text.starts_with(r#"{"type":"beat""#))
            .await
    }

    /// The next message, of a snapshot only what is about commands. Cancelling the wait loses nothing.
    pub async fn next(&mut self) -> Value {
        self.hear(|_| true).await
    }

    async fn hear(&mut self, wanted: impl Fn(&str) -> bool) -> Value {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match next.expect("the feed beats every second") {
                Some(Ok(Frame::Text(text))) if !wanted(&text) => self.bytes += text.len(),
                Some(Ok(Frame::Text(text))) => {
                    self.bytes += text.len();
                    let message: Message = serde_json::from_str(&text).unwrap();
                    let told = message.updates.iter().flatten().last();
                    let seq = told
                        .and_then(|update| update["seq"].as_u64())
                        .or(message.seq);
                    self.seq = self.seq.max(seq.unwrap_or(0));
                    return serde_json::to_value(message).unwrap();
                }
                // On a busy machine a client may be silent for so long that it is taken for gone.
                Some(Ok(Frame::Close(_)) | Err(_)) | None => {
                    let again = self.session.feed(Some(self.seq)).await;
                    self.socket = again.socket;
                    self.lost += 1;
                }
                Some(Ok(_)) => {}
            }
        }
    }
}
