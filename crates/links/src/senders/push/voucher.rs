//! Who sends a push, signed: the `Authorization` of RFC 8292.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Uri;
use ring::rand::SystemRandom;
use ring::signature::{EcdsaKeyPair, KeyPair as _};
use serde_json::json;

/// How long a signature is good, seconds; a push service takes no more than a day.
const GOOD_FOR: u64 = 12 * 3_600;

/// The header's value for the push service of `endpoint`.
pub(super) fn voucher(key: &EcdsaKeyPair, endpoint: &Uri, contact: &str, now_s: u64) -> String {
    let scheme = endpoint.scheme_str().unwrap_or("https");
    let host = endpoint
        .authority()
        .map_or("", |authority| authority.as_str());
    let claims = json!({
        "aud": format!("{scheme}://{host}"),
        "exp": now_s + GOOD_FOR,
        "sub": contact,
    });
    let head = URL_SAFE_NO_PAD.encode(json!({"typ": "JWT", "alg": "ES256"}).to_string());
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    // Signing fails only without randomness; an empty signature is refused where it arrives.
    let signature = key.sign(&SystemRandom::new(), signed.as_bytes());
    let signature = signature
        .map(|s| URL_SAFE_NO_PAD.encode(s))
        .unwrap_or_default();
    let public = URL_SAFE_NO_PAD.encode(key.public_key());
    format!("vapid t={signed}.{signature}, k={public}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ring::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, UnparsedPublicKey,
    };

    #[test]
    fn a_push_service_can_check_who_sends() {
        let random = SystemRandom::new();
        let scheme = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let kept = EcdsaKeyPair::generate_pkcs8(scheme, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(scheme, kept.as_ref(), &random).unwrap();
        let endpoint = "https://push.example.net/send/abc".parse().unwrap();
        let text = voucher(&key, &endpoint, "mailto:a@b.cn", 1_000);
        let (token, public) = text
            .strip_prefix("vapid t=")
            .unwrap()
            .split_once(", k=")
            .unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let public = URL_SAFE_NO_PAD.decode(public).unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
            .verify(
                signed.as_bytes(),
                &URL_SAFE_NO_PAD.decode(signature).unwrap(),
            )
            .unwrap();
        let claims = URL_SAFE_NO_PAD
            .decode(signed.split_once('.').unwrap().1)
            .unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["aud"], "https://push.example.net");
        assert_eq!(claims["exp"], 44_200);
    }
}
