//! The token of the first user, where strangers can reach the live chat: what only its operator can know.

use ring::hmac::{HMAC_SHA256, Key, sign, verify};

use crate::id::hex;
use crate::secret::Secret;

const MESSAGE: &[u8] = b"setup";

/// The token, made of the secret that tokens are signed with, so that there is no other one to keep:
/// `printf setup | openssl dgst -sha256 -hmac "$JWT_SECRET"`.
pub fn token(jwt_secret: &Secret) -> String {
    hex(sign(&key(jwt_secret), MESSAGE))
}

/// Whether this is the token, in the same time for every wrong one.
pub fn is_token(jwt_secret: &Secret, shown: &str) -> bool {
    let bytes = |text: &str| u8::from_str_radix(text, 16).ok();
    let pairs = (0..shown.len()).step_by(2).map(|at| shown.get(at..at + 2).and_then(bytes));
    let shown: Option<Vec<u8>> = pairs.collect();
    shown.is_some_and(|shown| verify(&key(jwt_secret), MESSAGE, &shown).is_ok())
}

fn key(jwt_secret: &Secret) -> Key {
    Key::new(HMAC_SHA256, jwt_secret.reveal().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_what_openssl_makes_of_the_secret() {
        // printf setup | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        let (secret, other) =
            (Secret::new("0123456789abcdef".repeat(2)), Secret::new("other".repeat(9)));
        let token = token(&secret);
        assert_eq!(token, OPENSSLS);
        assert!(is_token(&secret, &token) && !is_token(&other, &token));
        for wrong in ["", "0", "zz", "ä", &token[1..], &format!("{token}00")] {
            assert!(!is_token(&secret, wrong), "{wrong}");
        }
    }

    const OPENSSLS: &str = "d312c05798d6f308fd7e32cd7522e92fed38b8f3b6741c8afb2cdd1838e6f23a";
}
