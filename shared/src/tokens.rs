//! Tokens: JWTs signed with HS256 (RFC 7519), told apart by their audience.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::hs256;
use crate::secret::Secret;
use crate::{Error, Id, Result, Time};

/// How long a visitor's token is good for; each `visitor:connect` gives a new one.
pub const VISITOR_TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Who signs our tokens, and whose tokens we take.
const ISSUER: &str = "livechat";

/// Whom a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// A user of the dashboard, whatever the role.
    Agent,
    /// A visitor of the site.
    Visitor,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The user's or visitor's id.
    pub sub: Id,
    /// Whom it is for.
    pub aud: Audience,
    /// The token's own id; of an agent's token, the id of its session.
    pub jti: String,
    iss: String,
    iat: i64,
    exp: i64,
}

/// Signs and checks tokens.
#[derive(Clone)]
pub struct Tokens {
    signing: EncodingKey,
    checking: DecodingKey,
    rules: Validation,
}

impl Tokens {
    /// Tokens of this secret.
    pub fn new(secret: &Secret) -> Self {
        hs256::install();
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&["agent", "visitor"]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        rules.leeway = 30;
        Self {
            signing: EncodingKey::from_secret(secret.reveal().as_bytes()),
            checking: DecodingKey::from_secret(secret.reveal().as_bytes()),
            rules,
        }
    }

    /// A token for `sub`, with the id `jti`, good until `expires`.
    ///
    /// # Errors
    /// Internal, when signing fails.
    pub fn sign(&self, aud: Audience, sub: Id, jti: &str, expires: Time) -> Result<String> {
        let claims = Claims {
            sub,
            aud,
            jti: jti.to_owned(),
            iss: ISSUER.to_owned(),
            iat: Time::now().millis() / 1000,
            exp: expires.millis() / 1000,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
            .map_err(Error::internal)
    }

    /// What a token says, if it is ours and not expired.
    ///
    /// # Errors
    /// Unauthorized for every other token, whatever is wrong with it.
    pub fn check(&self, token: &str) -> Result<Claims> {
        jsonwebtoken::decode::<Claims>(token, &self.checking, &self.rules)
            .map(|token| token.claims)
            .map_err(|_| invalid_token())
    }
}

/// The answer to every token that is not good, whatever the reason.
pub fn invalid_token() -> Error {
    Error::unauthorized("The token is invalid, expired or logged out")
}

/// A new random id for a token or session: 128 bits in hex.
///
/// # Errors
/// Internal, when the operating system has no randomness to give.
pub fn new_token_id() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    const HOUR: Duration = Duration::from_secs(3600);

    fn tokens(secret: &str) -> Tokens {
        Tokens::new(&Secret::new(secret))
    }

    #[test]
    fn a_token_says_what_was_signed() {
        let tokens = tokens("a secret of more than 32 bytes, for tests");
        let sub = Id::sequential();
        let token = tokens.sign(Audience::Agent, sub, "one", Time::now().plus(HOUR)).unwrap();
        let claims = tokens.check(&token).unwrap();
        assert_eq!((claims.sub, claims.aud, claims.jti.as_str()), (sub, Audience::Agent, "one"));
    }

    #[test]
    fn expired_foreign_and_unsigned_tokens_are_refused() {
        let tokens = tokens("a secret of more than 32 bytes, for tests");
        let foreign = self::tokens("another secret of more than 32 bytes, too");
        let sub = Id::sequential();
        let ago = Time::from_millis(Time::now().millis() - 3_600_000);
        let later = Time::now().plus(HOUR);
        // {"alg":"none","typ":"JWT"} and no signature
        let unsigned = format!(
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.",
            tokens.sign(Audience::Agent, sub, "x", later).unwrap().split('.').nth(1).unwrap()
        );
        for token in [
            tokens.sign(Audience::Agent, sub, "one", ago).unwrap(),
            foreign.sign(Audience::Agent, sub, "one", later).unwrap(),
            unsigned,
            String::new(),
            "not.a.token".to_owned(),
        ] {
            assert_eq!(tokens.check(&token).unwrap_err().code(), Code::Unauthorized, "{token}");
        }
    }
}
