//! Signatures that work-chat robots ask for.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocols::gateway::SignScheme;
use ring::hmac;

/// A signature and the time it is made over, as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) time: String,
    pub(crate) value: String,
}

/// Signs the instant `now_ms`.
pub(crate) fn sign(scheme: SignScheme, secret: &str, now_ms: u64) -> Signature {
    let (time, key, message) = match scheme {
        SignScheme::DingTalk => {
            let time = now_ms.to_string();
            let message = format!("{time}\n{secret}");
            (time, secret.to_owned(), message)
        }
        SignScheme::Feishu => {
            let time = (now_ms / 1000).to_string();
            let key = format!("{time}\n{secret}");
            (time, key, String::new())
        }
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let value = STANDARD.encode(hmac::sign(&key, message.as_bytes()));
    Signature { time, value }
}

/// What the machine's clock says: gateways compare it with theirs, nothing of ours is decided by it.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values made with `openssl dgst -sha256 -hmac`.
    #[test]
    fn signatures_are_those_of_the_robots() {
        let signed = sign(SignScheme::DingTalk, "SECx", 1_700_000_000_123);
        assert_eq!(signed.time, "1700000000123");
        assert_eq!(signed.value, "q4wtLvw+fNQvkSpza8+wKY7QYg1NCXGKj/5Hrh4ndQk=");
        let signed = sign(SignScheme::Feishu, "SECx", 1_700_000_000_123);
        assert_eq!(signed.time, "1700000000");
        assert_eq!(signed.value, "SqAAKq+LeBpM90HLQbQZuXzQJU2DWQuN3nGpYvrdFMc=");
    }
}
