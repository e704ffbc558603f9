//! Signatures as the robots of work chats check them, and the words of their answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

/// How far a robot's clock may be from the sender's.
const SKEW_MS: u64 = 3_600_000;

/// Whether a DingTalk signature is good: made with the secret over a time near now.
pub(super) fn dingtalk_admits(secret: &str, time: &str, signature: &str, now_ms: u64) -> bool {
    let near = time
        .parse::<u64>()
        .is_ok_and(|t| t.abs_diff(now_ms) < SKEW_MS);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let own = STANDARD.encode(hmac::sign(&key, format!("{time}\n{secret}").as_bytes()));
    near && own == signature
}

/// The same for Feishu, which counts seconds and signs nothing under time and secret.
pub(super) fn feishu_admits(secret: &str, time: &str, signature: &str, now_ms: u64) -> bool {
    let near = time
        .parse::<u64>()
        .is_ok_and(|t| (t * 1000).abs_diff(now_ms) < SKEW_MS);
    let key = hmac::Key::new(hmac::HMAC_SHA256, format!("{time}\n{secret}").as_bytes());
    near && STANDARD.encode(hmac::sign(&key, b"")) == signature
}

pub(super) fn dingtalk_answer(good: bool) -> Value {
    if good {
        json!({"errcode": 0, "errmsg": "ok"})
    } else {
        json!({"errcode": 310_000, "errmsg": "sign not match"})
    }
}

pub(super) fn wecom_answer(good: bool) -> Value {
    if good {
        json!({"errcode": 0, "errmsg": "ok"})
    } else {
        json!({"errcode": 93_000, "errmsg": "invalid webhook url"})
    }
}

pub(super) fn feishu_answer(good: bool) -> Value {
    if good {
        json!({"code": 0, "msg": "success", "data": {}})
    } else {
        json!({"code": 19_021, "msg": "sign match fail or timestamp is not within one hour"})
    }
}
