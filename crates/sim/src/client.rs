//! The front of a running program as any client sees it: log in, act, keep a photo, follow the feed.
//!
//! It uses the public doors only and knows nothing of what lies behind them.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderName, RETRY_AFTER, SET_COOKIE};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use model::view::{FeedMessage, TransitionView};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Longest answer read; the feed has its own bound.
const MAX_ANSWER: usize = 1 << 20;
/// A snapshot of a county is a megabyte or two; a province of them fits as well.
const MAX_FRAME: usize = 256 << 20;
/// A request without an answer after this long has none.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// A feed that says nothing for this long is gone: it beats every second.
const HEARD_WITHIN: Duration = Duration::from_secs(15);

/// How a request is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The token of a ready file.
    Token(String),
    /// The cookie of a session, as `name=value`.
    Session(String),
}

impl Key {
    fn header(&self) -> (HeaderName, String) {
        match self {
            Key::Token(token) => (AUTHORIZATION, format!("Bearer {token}")),
            Key::Session(cookie) => (COOKIE, cookie.clone()),
        }
    }
}

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// Nobody there, or the connection broke: try again later.
    #[error("no connection to the program")]
    Unreachable(#[source] anyhow::Error),
    /// The session has ended: log in again.
    #[error("not signed in")]
    NotSignedIn,
    /// Asked too often.
    #[error("told to wait {0} s")]
    Wait(u64),
    /// The program is there and will not take it however often it is sent.
    #[error("refused with {status}: {body}")]
    Refused { status: u16, body: String },
}

/// A running program's HTTP side.
#[derive(Clone, Debug)]
pub struct Door {
    address: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Door {
    /// The program that listens at `address`, such as `127.0.0.1:8080`.
    pub fn at(address: &str) -> Door {
        Door {
            address: address.to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// Opens a session.
    ///
    /// # Errors
    /// [`NoAnswer`]; a wrong password is [`NoAnswer::NotSignedIn`].
    pub async fn login(&self, login: &str, password: &str) -> Result<Key, NoAnswer> {
        let body = json!({"login": login, "password": password}).to_string();
        let answer = self
            .send(None, "/api/v1/login", "application/json", body.into())
            .await?;
        let cookie = answer
            .cookie
            .and_then(|c| Some(c.split_once(';')?.0.to_owned()));
        let cookie = cookie
            .context("the login set no cookie")
            .map_err(NoAnswer::Unreachable)?;
        Ok(Key::Session(cookie))
    }

    /// Presses something; the answer is the program's, done or refused with its reason.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn act(&self, key: &Key, act: &Value) -> Result<Value, NoAnswer> {
        let body = act.to_string().into();
        let answer = self
            .send(Some(key), "/api/v1/acts", "application/json", body)
            .await?;
        read_json(&answer.body)
    }

    /// Keeps a photo and returns the id to name it by.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn keep_photo(&self, key: &Key, png: Vec<u8>) -> Result<String, NoAnswer> {
        #[derive(Deserialize)]
        struct Kept {
            blob: String,
        }
        let answer = self
            .send(Some(key), "/api/v1/blobs", "image/png", png.into())
            .await?;
        read_json::<Kept>(&answer.body).map(|kept| kept.blob)
    }

    /// Follows the feed from a fresh snapshot.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn feed(&self, key: &Key) -> Result<FeedLine, NoAnswer> {
        Ok(FeedLine {
            socket: self.socket(key, "/api/v1/feed").await?,
        })
    }

    /// Hears transitions from now on, as outside programs do.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn transitions(&self, key: &Key) -> Result<TransitionLine, NoAnswer> {
        Ok(TransitionLine {
            socket: self.socket(key, "/api/v1/alarms/transitions").await?,
        })
    }

    async fn socket(&self, key: &Key, path: &str) -> Result<Socket, NoAnswer> {
        let unreachable = |e: tungstenite::Error| NoAnswer::Unreachable(e.into());
        let mut request = format!("ws://{}{path}", self.address)
            .into_client_request()
            .map_err(unreachable)?;
        let (name, value) = key.header();
        let value = value
            .parse()
            .context("a key that is no header")
            .map_err(NoAnswer::Unreachable)?;
        request.headers_mut().insert(name, value);
        let bounds = WebSocketConfig::default()
            .max_message_size(Some(MAX_FRAME))
            .max_frame_size(Some(MAX_FRAME));
        match tokio_tungstenite::connect_async_with_config(request, Some(bounds), true).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(answer)) => Err(fault(answer.status(), None, b"")),
            Err(error) => Err(unreachable(error)),
        }
    }

    async fn send(
        &self,
        key: Option<&Key>,
        path: &str,
        kind: &str,
        body: Bytes,
    ) -> Result<Answer, NoAnswer> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}{path}", self.address))
            .header(CONTENT_TYPE, kind);
        if let Some((name, value)) = key.map(Key::header) {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(body))
            .context("could not make a request")
            .map_err(NoAnswer::Unreachable)?;
        let exchange = async {
            let answer = self.client.request(request).await?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await;
            let body = body.map_err(|e| anyhow::anyhow!("the answer broke off: {e}"))?;
            anyhow::Ok((head, body.to_bytes()))
        };
        let (head, body) = tokio::time::timeout(ANSWER_WITHIN, exchange)
            .await
            .context("no answer in time")
            .and_then(|answer| answer)
            .map_err(NoAnswer::Unreachable)?;
        let text = |name| {
            head.headers
                .get(name)
                .and_then(|v| v.to_str().ok())
                .map(str::to_owned)
        };
        if !head.status.is_success() {
            return Err(fault(head.status, text(RETRY_AFTER), &body));
        }
        Ok(Answer {
            cookie: text(SET_COOKIE),
            body,
        })
    }
}

struct Answer {
    cookie: Option<String>,
    body: Bytes,
}

fn read_json<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, NoAnswer> {
    serde_json::from_slice(body)
        .context("an answer that cannot be read")
        .map_err(NoAnswer::Unreachable)
}

fn fault(status: StatusCode, retry_after: Option<String>, body: &[u8]) -> NoAnswer {
    let wait = || retry_after.and_then(|text| text.parse().ok()).unwrap_or(1);
    match status {
        StatusCode::UNAUTHORIZED => NoAnswer::NotSignedIn,
        StatusCode::TOO_MANY_REQUESTS => NoAnswer::Wait(wait()),
        _ if status.is_server_error() => {
            NoAnswer::Unreachable(anyhow::anyhow!("the program answered {status}"))
        }
        _ => NoAnswer::Refused {
            status: status.as_u16(),
            body: String::from_utf8_lossy(body).into_owned(),
        },
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An open line of transitions.
pub struct TransitionLine {
    socket: Socket,
}

impl TransitionLine {
    /// The next transitions; `None` when the line has ended. Waits for as long as nothing happens.
    pub async fn next(&mut self) -> Option<Vec<TransitionView>> {
        loop {
            match self.socket.next().await?.ok()? {
                Message::Text(text) if text.starts_with('[') => {
                    return serde_json::from_str(&text).ok();
                }
                Message::Text(text) => return Some(vec![serde_json::from_str(&text).ok()?]),
                Message::Close(_) => return None,
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }
}

/// An open feed.
pub struct FeedLine {
    socket: Socket,
}

impl FeedLine {
    /// The next message; `None` when the feed has ended and must be opened again. A message of a
    /// kind not known here is skipped. Cancelling the wait loses nothing.
    pub async fn next(&mut self) -> Option<FeedMessage> {
        loop {
            let frame = tokio::time::timeout(HEARD_WITHIN, self.socket.next())
                .await
                .ok()??;
            match frame.ok()? {
                Message::Text(text) => match serde_json::from_str(&text) {
                    Ok(message) => return Some(message),
                    Err(error) => tracing::warn!(%error, "a feed message cannot be read"),
                },
                Message::Close(_) => return None,
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }
}
