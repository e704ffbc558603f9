//! Web push: a page wakes the phone of a person who asked for it, and opens their task.
//!
//! The push service of a browser's maker carries it and must not read it: what it says is encrypted
//! for that browser alone (RFC 8291), and who sends it is signed (RFC 8292).

mod seal;
mod subscriptions;
mod voucher;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use hyper::{Request, Uri};
use model::page::About;
use protocols::gateway::{Judgement, PushWay, Success};
use serde_json::json;

use super::attempt::{Load, Outcome};
use super::{Shared, sign};

pub use subscriptions::{BadSubscription, Keys, Subscription, Subscriptions};

const NOBODY: &str = "no phone has asked to be woken";

/// Sends to every browser of the person; one that took it is enough.
pub(crate) async fn send(shared: &Shared, way: &PushWay, load: &Load<'_>) -> Outcome {
    let person = &load.page.to;
    let subscribed = shared.subscriptions.of(load.jurisdiction, person);
    if subscribed.is_empty() {
        return Outcome::NoWay { why: NOBODY };
    }
    let said = payload(load);
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Refused { .. } | Outcome::NoWay { .. } => 0,
        Outcome::Unclear { .. } => 1,
        Outcome::Accepted { .. } => 2,
    };
    let mut best: Option<Outcome> = None;
    for subscription in subscribed {
        let outcome = send_one(shared, way, &subscription, &said, load).await;
        if best
            .as_ref()
            .is_none_or(|known| rank(&outcome) > rank(known))
        {
            best = Some(outcome);
        }
    }
    best.unwrap_or(Outcome::NoWay { why: NOBODY })
}

/// What the phone is told: enough to show it and to open the right page.
fn payload(load: &Load<'_>) -> Vec<u8> {
    let open = match &load.page.about {
        About::Task(task) => format!("/m?task={task}"),
        About::Situation(_) | About::Notice { .. } | About::RollCall(_) | About::Test(_) => {
            format!("/m?page={}", load.page.id)
        }
    };
    let said = json!({
        "page": load.page.id.as_str(),
        "title": load.words.title,
        "text": load.words.text,
        "level": model::level::digit(load.page.level),
        "open": open,
        "kind": kind(load),
    });
    said.to_string().into_bytes()
}

/// What can be pressed on it without opening anything.
fn kind(load: &Load<'_>) -> &'static str {
    match &load.page.about {
        About::Task(_) if load.is_end => "end",
        About::Task(_) => "task",
        About::Situation(_) | About::Notice { .. } => "call",
        About::RollCall(_) => "roll_call",
        About::Test(_) => "test",
    }
}

async fn send_one(
    shared: &Shared,
    way: &PushWay,
    subscription: &Subscription,
    said: &[u8],
    load: &Load<'_>,
) -> Outcome {
    let Ok(sealed) = seal::seal(&subscription.keys, said) else {
        shared.subscriptions.forget(&subscription.endpoint);
        return Outcome::refused("the phone's key is no key");
    };
    let Ok(endpoint) = subscription.endpoint.parse::<Uri>() else {
        shared.subscriptions.forget(&subscription.endpoint);
        return Outcome::refused("the phone's push service has no address");
    };
    let voucher = voucher::voucher(
        shared.subscriptions.key(),
        &endpoint,
        &way.contact,
        sign::now_ms() / 1000,
    );
    let request = Request::post(endpoint)
        .header("TTL", way.keep_s)
        .header("Urgency", "high")
        // A repeat takes the place of what still waits at the push service.
        .header("Topic", topic(load.page.id.as_str()))
        .header(CONTENT_ENCODING, "aes128gcm")
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(AUTHORIZATION, voucher)
        .body(Full::new(Bytes::from(sealed)));
    let request = match request {
        Ok(request) => request,
        Err(cause) => return Outcome::refused(&format!("no request could be made: {cause}")),
    };
    match shared.client.ask(shared.reach, request).await {
        Ok(answer) => {
            if matches!(answer.status, 404 | 410) {
                shared.subscriptions.forget(&subscription.endpoint);
            }
            let judged: Judgement = Success::default().judge(answer.status, b"");
            Outcome::of(judged, answer.wait)
        }
        Err(no_answer) => no_answer.into(),
    }
}

/// At most 32 letters that may stand in an address.
fn topic(page: &str) -> String {
    use sha2::Digest as _;
    URL_SAFE_NO_PAD.encode(&sha2::Sha256::digest(page.as_bytes())[..24])
}
