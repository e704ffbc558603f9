//! A message encrypted for one browser: RFC 8291 on the `aes128gcm` of RFC 8188, by ring's primitives.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{aead, hkdf};

use super::Keys;

/// Bytes of a record; a payload of ours fits in one.
const RECORD: u32 = 4096;
/// Longest message that fits: the record less its tag and its end mark.
const LONGEST: usize = 3_900;
/// The end mark of the last record.
const LAST: u8 = 2;

/// Encrypts `said` for the browser with these keys.
///
/// # Errors
/// When they are no keys, or the message is too long.
pub(super) fn seal(keys: &Keys, said: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let random = SystemRandom::new();
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &random)?;
    let own_public = own.compute_public_key()?;
    let theirs = URL_SAFE_NO_PAD.decode(keys.p256dh.trim_end_matches('='));
    let theirs = theirs.map_err(|_| Unspecified)?;
    let auth = URL_SAFE_NO_PAD.decode(keys.auth.trim_end_matches('='));
    let auth = auth.map_err(|_| Unspecified)?;
    let mut salt = [0u8; 16];
    random.fill(&mut salt)?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, &theirs);
    agree_ephemeral(own, &peer, |secret| {
        let own_public = own_public.as_ref();
        let (key, nonce) = derive(secret, &auth, &theirs, own_public, &salt)?;
        encrypt(key, nonce, &salt, own_public, said)
    })?
}

/// The key and the nonce of the one record.
fn derive(
    secret: &[u8],
    auth: &[u8],
    theirs: &[u8],
    own: &[u8],
    salt: &[u8],
) -> Result<([u8; 16], [u8; 12]), Unspecified> {
    let mut input = [0u8; 32];
    expand(auth, secret, &[b"WebPush: info\0", theirs, own], &mut input)?;
    let (mut key, mut nonce) = ([0u8; 16], [0u8; 12]);
    expand(salt, &input, &[b"Content-Encoding: aes128gcm\0"], &mut key)?;
    expand(salt, &input, &[b"Content-Encoding: nonce\0"], &mut nonce)?;
    Ok((key, nonce))
}

fn expand(salt: &[u8], input: &[u8], told: &[&[u8]], out: &mut [u8]) -> Result<(), Unspecified> {
    let key: hkdf::Prk = Salt::new(HKDF_SHA256, salt).extract(input);
    key.expand(told, Length(out.len()))?.fill(out)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Salt, record size, our public key, and the one record.
fn encrypt(
    key: [u8; 16],
    nonce: [u8; 12],
    salt: &[u8; 16],
    own: &[u8],
    said: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    if said.len() > LONGEST {
        return Err(Unspecified);
    }
    let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_128_GCM, &key)?);
    let mut record = said.to_vec();
    record.push(LAST);
    let nonce = aead::Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, aead::Aad::empty(), &mut record)?;
    let mut out = Vec::with_capacity(21 + own.len() + record.len());
    out.extend_from_slice(salt);
    out.extend_from_slice(&RECORD.to_be_bytes());
    out.push(u8::try_from(own.len()).map_err(|_| Unspecified)?);
    out.extend_from_slice(own);
    out.extend_from_slice(&record);
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// The example of RFC 8291, section 5 and appendix A.
    #[test]
    fn it_is_the_encryption_of_the_standard() {
        let secret = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let auth = bytes("BTBZMqHH6r4Tts7J_aSIgg");
        let theirs = bytes(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        );
        let own = bytes(
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
        );
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let (key, nonce) = derive(&secret, &auth, &theirs, &own, &salt).unwrap();
        assert_eq!(key.to_vec(), bytes("oIhVW04MRdy2XN9CiKLxTg"));
        assert_eq!(nonce.to_vec(), bytes("4h_95klXJ5E_qnoN"));
        let said = b"When I grow up, I want to be a watermelon";
        let sealed = encrypt(key, nonce, &salt, &own, said).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6\
                        e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwb\
                        uwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let keys = |p256dh: &str, auth: &str| Keys {
            p256dh: p256dh.to_owned(),
            auth: auth.to_owned(),
        };
        assert!(seal(&keys("AAAA", "BTBZMqHH6r4Tts7J_aSIgg"), b"x").is_err());
        assert!(seal(&keys("!", "!"), b"x").is_err());
        let point = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        assert!(seal(&keys(point, "BTBZMqHH6r4Tts7J_aSIgg"), b"x").is_ok());
        assert!(seal(&keys(point, "BTBZMqHH6r4Tts7J_aSIgg"), &[0; 5_000]).is_err());
    }
}
