//! `POST /api/v1/channels/<id>/receipts`: what a gateway says later, and the keys people pressed.
//!
//! Late and repeated receipts are harmless, the engine knows what it has heard. The answer leaves when
//! all of it is on disk. Of what comes in nothing is logged: it may hold a number.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use model::OpId;
use model::config::Text;
use runtime::Stopped;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Shared;
use crate::telemetry;

/// Largest body of receipts.
pub(super) const MOST_BODY: usize = 1024 * 1024;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v1/channels/{id}/receipts", post(take))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(shared)
}

/// Gateways that cannot set a header show their token here; no path with it is logged.
#[derive(Deserialize)]
pub(super) struct Shown {
    token: Option<String>,
}

async fn take(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let equipment = shared.equipment.load_full();
    let exit = equipment.named(&id);
    let Some((exit, receipts)) = exit.and_then(|e| Some((e, e.gateway.receipts.as_ref()?))) else {
        return complain(
            StatusCode::NOT_FOUND,
            "no_such_channel",
            "没有这个通道，或它不收回执",
            "there is no such channel, or it takes no receipts",
        );
    };
    let token = token_of(&headers, &shown);
    if !token.is_some_and(|token| exit.admits(token)) {
        telemetry::receipts(exit.gateway.channel, "unauthorized", 1);
        return complain(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "缺少这个通道的回执令牌",
            "the token of this channel's receipts is missing or wrong",
        );
    }
    let read = match receipts.read(&body) {
        Ok(read) => read,
        Err(unread) => {
            telemetry::receipts(exit.gateway.channel, "unread", 1);
            tracing::warn!(channel = %exit.gateway.id, %unread, "receipts cannot be read");
            let en = format!("the receipts cannot be read: {unread}");
            return complain(StatusCode::BAD_REQUEST, "unread", "回执无法读取", &en);
        }
    };
    let count = read.len();
    let mut unknown = 0;
    for receipt in read {
        match settle(&shared, exit.gateway.channel, receipt).await {
            Ok(true) => {}
            Ok(false) => unknown += 1,
            Err(Stopped) => return stopping(),
        }
    }
    telemetry::receipts(exit.gateway.channel, "taken", count - unknown);
    telemetry::receipts(exit.gateway.channel, "unknown", unknown);
    if count > 0 && unknown == count {
        // It may have overtaken the answer to the request it belongs to; sent again, it is taken.
        return complain(
            StatusCode::NOT_FOUND,
            "no_such_page",
            "没有这条消息，或早已结束",
            "there is no such page, or it ended long ago",
        );
    }
    taken(
        receipts.answer.as_deref(),
        json!({"ok": true, "unknown": unknown}),
    )
}

/// Tells what one receipt says; false when nobody knows its page.
async fn settle(
    shared: &Shared,
    channel: model::page::Channel,
    receipt: protocols::gateway::Receipt,
) -> Result<bool, Stopped> {
    let board = shared.board()?;
    let Some((jurisdiction, page)) = board.find(channel, receipt.key).await? else {
        return Ok(false);
    };
    for fact in receipt.facts {
        board.tell(jurisdiction, page.clone(), fact).await?;
    }
    if let Some(word) = receipt.word {
        // A key is pressed once a call: told again it is the same press.
        let op = op_of("key", &format!("{page} {word:?}"));
        board.say(jurisdiction, page, word, op).await?;
    }
    Ok(true)
}

/// The op of a word that came by a gateway, by what tells it from every other.
pub(super) fn op_of(kind: &str, what: &str) -> OpId {
    let digest = Sha256::digest(what.as_bytes());
    OpId(format!("{kind}-{}", hex::encode(&digest[..16])))
}

/// The token that a request shows.
pub(super) fn token_of<'r>(headers: &'r HeaderMap, shown: &'r Shown) -> Option<&'r str> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok());
    let bearer = bearer.and_then(|text| text.strip_prefix("Bearer "));
    bearer.map(str::trim).or(shown.token.as_deref())
}

/// All of it is on disk: what the gateway wants to hear, else our own words.
pub(super) fn taken(answer: Option<&str>, ours: Value) -> Response {
    let Some(answer) = answer else {
        return Json(ours).into_response();
    };
    let kind = if serde_json::from_str::<Value>(answer).is_ok() {
        "application/json"
    } else {
        "text/plain; charset=utf-8"
    };
    ([(header::CONTENT_TYPE, kind)], answer.to_owned()).into_response()
}

pub(super) fn stopping() -> Response {
    complain(
        StatusCode::SERVICE_UNAVAILABLE,
        "stopping",
        "服务正在停止；请稍后重发",
        "the service is stopping; send this again later",
    )
}

pub(super) fn complain(status: StatusCode, error: &'static str, zh: &str, en: &str) -> Response {
    let reason = Text::new(zh, en);
    (status, Json(json!({"error": error, "reason": reason}))).into_response()
}
