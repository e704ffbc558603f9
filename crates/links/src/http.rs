//! Observations by HTTP: `POST /api/v1/observations`, one object, an array, or one object a line.
//!
//! The answer says of each what became of it, and leaves when all of it is on disk. One bad piece
//! never spoils its neighbours; a body too large to read, or of too many pieces, is refused whole.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use model::config::Text;
use model::intake::{Refusal, Taken};
use protocols::json::{self, Piece};
use runtime::{Inbox, Item, Receipt, Stopped};
use serde::Serialize;

use crate::intake::{Intake, MOST_BODY, Refused, oversized};
use crate::{Speaker, telemetry};

/// Largest request, in bytes.
pub const MOST_REQUEST: usize = 8 * 1024 * 1024;
/// A request too large is read to its end, and forgotten, up to here, so that its sender hears why.
const MOST_DRAINED: usize = 64 * 1024 * 1024;
/// Most observations of one request.
pub const MOST_ITEMS: usize = 50_000;
/// Pieces submitted at a time.
const SUBMITTED: usize = 4_096;

/// Decides who may send observations.
pub trait Gate: Send + Sync + 'static {
    /// For which stations a request with these headers speaks; `None` when it may send nothing.
    fn admits(&self, headers: &HeaderMap) -> Option<Speaker>;
}

/// Whether a request shows a device's account, which the [`Gate`] of these routes judges by itself.
pub fn shows_account(headers: &HeaderMap) -> bool {
    basic(headers).is_some()
}

/// Name and password of the device account that a request shows, if it does and they can be read.
pub fn account(headers: &HeaderMap) -> Option<(String, Vec<u8>)> {
    let shown = STANDARD.decode(basic(headers)?.trim()).ok()?;
    let colon = shown.iter().position(|byte| *byte == b':')?;
    let name = String::from_utf8(shown[..colon].to_vec()).ok()?;
    Some((name, shown[colon + 1..].to_vec()))
}

/// What stands behind `Basic` in the only `Authorization` that counts, the first.
fn basic(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, shown) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then_some(shown)
}

/// The routes of the HTTP intake; `interface` is the slot its messages are counted under.
pub fn router(inbox: Inbox, interface: u8, gate: Arc<dyn Gate>) -> Router {
    let door = Arc::new(Door {
        inbox,
        interface,
        gate,
    });
    Router::new()
        .route("/api/v1/observations", post(take))
        .with_state(door)
}

struct Door {
    inbox: Inbox,
    interface: u8,
    gate: Arc<dyn Gate>,
}

/// What became of one piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// `accepted`, `duplicate`, `late` or `refused`.
    pub result: &'static str,
    /// The kind of refusal, as counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// One sentence about the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// The answer to one request: counts, then one outcome a piece, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub accepted: usize,
    pub duplicate: usize,
    pub late: usize,
    pub refused: usize,
    pub items: Vec<Outcome>,
}

/// Why a request was not read at all.
#[derive(Debug, Serialize)]
struct Complaint {
    error: &'static str,
    reason: Text,
}

fn complain(status: StatusCode, error: &'static str, zh: &str, en: &str) -> Response {
    (
        status,
        Json(Complaint {
            error,
            reason: Text::new(zh, en),
        }),
    )
        .into_response()
}

async fn take(State(door): State<Arc<Door>>, headers: HeaderMap, body: Body) -> Response {
    let Some(speaker) = door.gate.admits(&headers) else {
        return complain(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "没有此设备账号，或口令不对（Authorization: Basic …；用 watchfire device list 查看）",
            "no such device account, or another password (Authorization: Basic …; watchfire device list shows them)",
        );
    };
    if !door.inbox.readings_open() {
        let answer = complain(
            StatusCode::SERVICE_UNAVAILABLE,
            "disk_full",
            "磁盘将满，暂不接收数据；请稍后重发",
            "the disk is nearly full, so readings are not taken now; send them again later",
        );
        return ([(header::RETRY_AFTER, "5")], answer).into_response();
    }
    match read(body).await {
        Ok(Reading::Whole(bytes)) => match json::pieces(&bytes, MOST_ITEMS) {
            Ok(pieces) => match submit(&door, &pieces, &speaker).await {
                Ok(answer) => Json(answer).into_response(),
                Err(Stopped) => stopping(),
            },
            Err(json::TooMany) => refuse_many(&door, &bytes).await,
        },
        Ok(Reading::TooLarge { head, size }) => refuse_whole(&door, head, size).await,
        Err(_) => complain(
            StatusCode::BAD_REQUEST,
            "cut",
            "请求在中途断开",
            "the request ended in the middle",
        ),
    }
}

fn stopping() -> Response {
    complain(
        StatusCode::SERVICE_UNAVAILABLE,
        "stopping",
        "服务正在停止；请稍后重发",
        "the service is stopping; send this again later",
    )
}

enum Reading {
    Whole(Vec<u8>),
    TooLarge { head: Vec<u8>, size: usize },
}

async fn read(body: Body) -> Result<Reading, axum::Error> {
    let mut chunks = body.into_data_stream();
    let mut bytes: Vec<u8> = Vec::new();
    let mut size = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        size += chunk.len();
        if size <= MOST_REQUEST {
            bytes.extend_from_slice(&chunk);
        } else if size > MOST_DRAINED {
            break;
        }
    }
    if size <= MOST_REQUEST {
        return Ok(Reading::Whole(bytes));
    }
    bytes.truncate(MOST_BODY);
    Ok(Reading::TooLarge { head: bytes, size })
}

async fn refuse_whole(door: &Door, head: Vec<u8>, size: usize) -> Response {
    let reason = Text {
        zh: format!("请求 {size} 字节，超过上限 {MOST_REQUEST} 字节；请分批发送"),
        en: format!("the request has {size} bytes, more than {MOST_REQUEST}; send it in parts"),
    };
    let refused = oversized(size, MOST_REQUEST);
    refuse(door, &refused, &head, size, "oversized", &reason).await
}

/// Nothing of a request of too many pieces is taken.
async fn refuse_many(door: &Door, body: &[u8]) -> Response {
    let reason = Text {
        zh: format!(
            "一次请求的观测超过 {MOST_ITEMS} 条，全部未接收；请分批发送，每批不超过 {MOST_ITEMS} 条"
        ),
        en: format!(
            "the request has more than {MOST_ITEMS} observations and none was taken; send at most \
             {MOST_ITEMS} at a time"
        ),
    };
    let refused = Refused {
        kind: Refusal::Oversized,
        reason: reason.clone(),
    };
    refuse(door, &refused, body, body.len(), "too_many", &reason).await
}

/// Answers once the request, as one message, lies in quarantine.
async fn refuse(
    door: &Door,
    refused: &Refused,
    beginning: &[u8],
    size: usize,
    error: &'static str,
    reason: &Text,
) -> Response {
    let items = vec![refused.beginning("", beginning, size)];
    let Ok(receipt) = door.inbox.readings(door.interface, items).await else {
        return stopping();
    };
    if receipt.await.is_err() {
        return stopping();
    }
    complain(StatusCode::PAYLOAD_TOO_LARGE, error, &reason.zh, &reason.en)
}

async fn submit(door: &Door, pieces: &[Piece<'_>], speaker: &Speaker) -> Result<Answer, Stopped> {
    let mut intake = Intake::new(door.inbox.catalogue());
    telemetry::posted(pieces.len());
    let mut receipts: Vec<Receipt> = Vec::new();
    let mut refusals: Vec<Option<Refused>> = Vec::with_capacity(pieces.len());
    for chunk in pieces.chunks(SUBMITTED) {
        let mut items = Vec::with_capacity(chunk.len());
        for piece in chunk {
            match intake.read_body(piece.body, speaker) {
                Ok(draft) => {
                    items.push(Item::Reading(draft));
                    refusals.push(None);
                }
                Err(refused) => {
                    items.push(refused.message("", piece.body));
                    refusals.push(Some(refused));
                }
            }
        }
        receipts.push(door.inbox.readings(door.interface, items).await?);
    }
    let mut answer = Answer::default();
    let mut refusals = refusals.into_iter();
    for receipt in receipts {
        for (taken, refused) in receipt.await?.into_iter().zip(&mut refusals) {
            answer.add(taken, refused);
        }
    }
    Ok(answer)
}

impl Answer {
    fn add(&mut self, taken: Taken, refused: Option<Refused>) {
        let plain = |result| Outcome {
            result,
            kind: None,
            reason: None,
        };
        let outcome = match taken {
            Taken::Accepted => {
                self.accepted += 1;
                plain("accepted")
            }
            Taken::Duplicate => {
                self.duplicate += 1;
                plain("duplicate")
            }
            Taken::Late => {
                self.late += 1;
                plain("late")
            }
            Taken::Refused(kind) => {
                self.refused += 1;
                let reason = refused.map_or_else(|| later(kind), |refused| refused.reason);
                Outcome {
                    result: "refused",
                    kind: Some(kind.word()),
                    reason: Some(reason),
                }
            }
        };
        self.items.push(outcome);
    }
}

/// What is said of a refusal that only shows when a reading meets the others.
fn later(kind: Refusal) -> Text {
    match kind {
        Refusal::Malformed => Text::new("报文无法读取", "no observation could be read from it"),
        Refusal::Unknown => Text::new("没有该测站或要素", "there is no such station or quantity"),
        Refusal::Future => Text::new(
            "观测时间远在未来，测站时钟有误",
            "its time lies too far ahead; the station's clock is wrong",
        ),
        Refusal::Oversized => Text::new("报文过大", "it is larger than an observation may be"),
        Refusal::Conflict => Text::new(
            "同一测站、要素、时间已有另一数值或更高的 revision；以先到者为准，更正请再提高 revision",
            "another value or a higher revision already stands for this series and time; it stays, and a still higher revision replaces it",
        ),
    }
}
