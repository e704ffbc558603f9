//! A gateway by HTTP: SMS, voice or a robot, with faults and receipts by script.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::record::{Heard, Record};
use super::robots;

/// What a gateway stands in for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Admits whoever shows this key; reports delivery.
    Sms {
        key: String,
    },
    /// The same; reports answering and the key pressed.
    Voice {
        key: String,
    },
    DingTalk {
        token: String,
        secret: String,
    },
    WeCom {
        key: String,
    },
    Feishu {
        hook: String,
        secret: String,
    },
    /// A browser maker's push service: takes what is encrypted and signed.
    Push,
}

/// How one request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Taken, and never answered.
    Silent,
    /// Taken, and answered with this status.
    Status(u16),
    /// Taken, and answered in the provider's words that it should come later.
    Later,
}

/// What a gateway does of its own.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// One a request, from the first on; then all goes well.
    pub faults: VecDeque<Fault>,
    /// Where receipts go; absent: they are lost.
    pub callback: Option<Callback>,
    /// The key each call ends with, from the first on; then 1. `None`: nobody answers.
    pub keys: VecDeque<Option<char>>,
    /// Where what people write back goes; absent: nobody does.
    pub replies: Option<Callback>,
    /// What each message is answered with, from the first on; then nothing.
    pub words: VecDeque<Option<String>>,
}

/// Where and how receipts are sent.
#[derive(Clone, Debug)]
pub struct Callback {
    /// With its token in the question.
    pub url: String,
    pub after: Duration,
    /// How often each is sent.
    pub copies: usize,
}

/// A gateway that is open.
pub struct Gateway {
    address: SocketAddr,
    post: Arc<Post>,
    serving: JoinHandle<()>,
}

struct Post {
    kind: Kind,
    record: Record,
    script: Mutex<Script>,
    client: Client<hyper_util::client::legacy::connect::HttpConnector, Full<Bytes>>,
}

impl Gateway {
    /// Opens a gateway on a free port of this machine.
    ///
    /// # Errors
    /// When there is none.
    pub async fn open(kind: Kind, script: Script) -> anyhow::Result<Gateway> {
        Gateway::open_at(([127, 0, 0, 1], 0).into(), kind, script).await
    }

    /// The same on an address of one's choice.
    ///
    /// # Errors
    /// When it cannot be listened on.
    pub async fn open_at(at: SocketAddr, kind: Kind, script: Script) -> anyhow::Result<Gateway> {
        let listener = TcpListener::bind(at)
            .await
            .with_context(|| format!("could not open a stand-in gateway on {at}"))?;
        let address = listener
            .local_addr()
            .context("the gateway has no address")?;
        let post = Arc::new(Post {
            kind,
            record: Record::default(),
            script: Mutex::new(script),
            client: Client::builder(TokioExecutor::new()).build_http(),
        });
        let router = Router::new()
            .fallback(any(take))
            .with_state(Arc::clone(&post));
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "a stand-in gateway ended");
            }
        });
        Ok(Gateway {
            address,
            post,
            serving,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it got.
    pub fn record(&self) -> &Record {
        &self.post.record
    }

    /// Passes on what somebody wrote, as its script says; `id` is the gateway's own number of it.
    ///
    /// # Errors
    /// When it is not taken, or the script says nowhere to send it.
    pub async fn write_back(&self, id: &str, from: &str, words: &str) -> anyhow::Result<()> {
        write_back(&self.post, id, from, words).await
    }

    /// Goes on by another script.
    pub fn rewrite(&self, script: Script) {
        *self.post.script.lock().expect("nobody panics with it") = script;
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A request as the provider reads it.
struct Asked {
    good: bool,
    page: String,
    to: String,
    text: String,
}

async fn take(
    State(post): State<Arc<Post>>,
    Query(question): Query<BTreeMap<String, String>>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = read(&post.kind, &question, uri.path(), &headers, &body);
    let fault = {
        let mut script = post.script.lock().expect("nobody panics with it");
        asked.good.then(|| script.faults.pop_front()).flatten()
    };
    let answered = match fault {
        _ if !asked.good => "refused",
        None => "accepted",
        Some(Fault::Silent) => "silence",
        Some(Fault::Status(_)) => "a status",
        Some(Fault::Later) => "later",
    };
    post.record.add(Heard {
        page: asked.page.clone(),
        to: asked.to.clone(),
        text: asked.text,
        answered,
    });
    match fault {
        // Longer than any sender waits.
        Some(Fault::Silent) => tokio::time::sleep(Duration::from_secs(600)).await,
        Some(Fault::Status(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return status.into_response();
        }
        Some(Fault::Later) => return answer(later(&post.kind)),
        None => {}
    }
    if asked.good && fault.is_none() {
        tokio::spawn(report(Arc::clone(&post), asked.page, asked.to));
    }
    match post.kind {
        Kind::Push if asked.good => StatusCode::CREATED.into_response(),
        Kind::Push => StatusCode::FORBIDDEN.into_response(),
        Kind::Sms { .. } | Kind::Voice { .. } if !asked.good => {
            StatusCode::UNAUTHORIZED.into_response()
        }
        Kind::Sms { .. } => answer(json!({"code": 0, "sid": "s-1"})),
        Kind::Voice { .. } => answer(json!({"code": "0", "call": "c-1"})),
        Kind::DingTalk { .. } => answer(robots::dingtalk_answer(asked.good)),
        Kind::WeCom { .. } => answer(robots::wecom_answer(asked.good)),
        Kind::Feishu { .. } => answer(robots::feishu_answer(asked.good)),
    }
}

fn answer(value: Value) -> Response {
    axum::Json(value).into_response()
}

fn later(kind: &Kind) -> Value {
    match kind {
        Kind::Sms { .. } => json!({"code": 17}),
        Kind::Voice { .. } | Kind::Push => json!({"code": "busy"}),
        Kind::DingTalk { .. } => json!({"errcode": 130_101}),
        Kind::WeCom { .. } => json!({"errcode": 45_009}),
        Kind::Feishu { .. } => json!({"code": 9_499}),
    }
}

fn read(
    kind: &Kind,
    question: &BTreeMap<String, String>,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Asked {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |at: &str| {
        let found = value.pointer(at).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let asked = |name: &str| question.get(name).map_or("", String::as_str);
    let head = |name| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("")
    };
    let bearer = |key: &str| head(header::AUTHORIZATION) == format!("Bearer {key}");
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_ms = now_ms.map_or(0, |since| since.as_millis() as u64);
    match kind {
        Kind::Sms { key } => Asked {
            good: bearer(key),
            page: text("/custom_id"),
            to: text("/mobile"),
            text: text("/content"),
        },
        Kind::Voice { key } => Asked {
            good: bearer(key),
            page: text("/id"),
            to: text("/to"),
            text: text("/say"),
        },
        Kind::DingTalk { token, secret } => Asked {
            good: asked("access_token") == token
                && robots::dingtalk_admits(secret, asked("timestamp"), asked("sign"), now_ms),
            page: String::new(),
            to: text("/at/atMobiles/0"),
            text: text("/text/content"),
        },
        Kind::WeCom { key } => Asked {
            good: asked("key") == key,
            page: String::new(),
            to: text("/text/mentioned_mobile_list/0"),
            text: text("/text/content"),
        },
        Kind::Feishu { hook, secret } => Asked {
            good: path.ends_with(hook.as_str())
                && robots::feishu_admits(secret, &text("/timestamp"), &text("/sign"), now_ms),
            page: String::new(),
            to: String::new(),
            text: text("/content/text"),
        },
        Kind::Push => Asked {
            good: head(header::AUTHORIZATION).starts_with("vapid t=")
                && head(header::CONTENT_ENCODING) == "aes128gcm"
                && body.len() > 86,
            page: headers
                .get("topic")
                .and_then(|v| v.to_str().ok())
                .unwrap_or("")
                .to_owned(),
            to: path.to_owned(),
            text: String::new(),
        },
    }
}

/// Passes on what somebody wrote.
async fn write_back(post: &Post, id: &str, from: &str, words: &str) -> anyhow::Result<()> {
    let callback = {
        let script = post.script.lock().expect("nobody panics with it");
        script.replies.clone()
    };
    let callback = callback.context("nobody is asked to write back")?;
    tokio::time::sleep(callback.after).await;
    let reply = json!({"id": id, "mobile": from, "content": words});
    let body = json!({"replies": [reply]});
    for _ in 0..callback.copies {
        send(post, &callback.url, &body).await?;
    }
    Ok(())
}

/// Sends the receipts of one message, as its script says, and what its person writes back.
async fn report(post: Arc<Post>, page: String, to: String) {
    let (callback, key, words) = {
        let mut script = post.script.lock().expect("nobody panics with it");
        let key = script.keys.pop_front().unwrap_or(Some('1'));
        let words = script.words.pop_front().flatten();
        (script.callback.clone(), key, words)
    };
    if let Some(words) = words {
        let id = format!("mo-{page}");
        if let Err(error) = write_back(&post, &id, &to, &words).await {
            tracing::warn!(%error, "a stand-in gateway could not pass a reply on");
        }
    }
    let Some(callback) = callback else { return };
    tokio::time::sleep(callback.after).await;
    let receipts = match (&post.kind, key) {
        (Kind::Sms { .. }, _) => {
            let report = json!({"custom_id": page, "sid": "s-1", "status": "DELIVRD"});
            vec![json!({"reports": [report]})]
        }
        (Kind::Voice { .. }, Some(key)) => vec![
            json!({"id": page, "state": "answered"}),
            json!({"id": page, "key": key.to_string()}),
        ],
        (Kind::Voice { .. }, None) => vec![json!({"id": page, "state": "no_answer"})],
        (Kind::DingTalk { .. } | Kind::WeCom { .. } | Kind::Feishu { .. } | Kind::Push, _) => {
            Vec::new()
        }
    };
    for receipt in receipts {
        for _ in 0..callback.copies {
            if let Err(error) = send(&post, &callback.url, &receipt).await {
                tracing::warn!(%error, "a stand-in gateway could not send a receipt");
            }
        }
    }
}

/// Sends one receipt until it is taken, as providers do.
async fn send(post: &Post, url: &str, receipt: &Value) -> anyhow::Result<()> {
    for _ in 0..20 {
        let request = hyper::Request::post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(receipt.to_string())))?;
        let answer = post.client.request(request).await?;
        let status = answer.status();
        // Read to its end, so that the line can be used again.
        answer.into_body().collect().await?;
        if status.is_success() {
            return Ok(());
        }
        anyhow::ensure!(
            status == StatusCode::NOT_FOUND || status.is_server_error(),
            "refused with {status}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("never taken")
}
