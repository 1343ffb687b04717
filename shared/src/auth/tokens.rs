//! Tokens: JWTs signed with HS256 (RFC 7519), told apart by their audience.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::hs256;
use crate::input::{self, Email, ExactLine, Optional, PersonName, Required};
use crate::secret::Secret;
use crate::{Error, Id, Result, Time};

/// How long a visitor's token is good for; each `visitor:connect` gives a new one.
pub const VISITOR_TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The seconds by which clocks may differ.
const LEEWAY: u64 = 30;
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
#[allow(missing_docs, reason = "the names say it")]
pub struct Claims {
    pub sub: Id,
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
    /// The present secret, and the one before.
    checking: Vec<DecodingKey>,
    rules: Validation,
}

impl Tokens {
    /// Tokens of this secret; those of the one before are good until they expire.
    pub fn new(secret: &Secret, previous: Option<&Secret>) -> Self {
        hs256::install();
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&["agent", "visitor"]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        rules.leeway = LEEWAY;
        Self {
            signing: EncodingKey::from_secret(secret.reveal().as_bytes()),
            checking: [Some(secret), previous]
                .into_iter()
                .flatten()
                .map(|secret| DecodingKey::from_secret(secret.reveal().as_bytes()))
                .collect(),
            rules,
        }
    }

    /// A token for `sub`, with the id `jti`, good until `expires`.
    /// Errors: internal, when signing fails.
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
    /// Errors: unauthorized for every other token, whatever is wrong with it.
    pub fn check(&self, token: &str) -> Result<Claims> {
        self.checking
            .iter()
            .find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &self.rules).ok())
            .map(|token| token.claims)
            .ok_or_else(invalid_token)
    }
}

crate::input! {
    /// Who a visitor is, as the site says that it belongs to.
    pub struct Identity {
        /// The site's own id of the person, as it is: two that differ in a blank are two people.
        pub sub: Required<ExactLine<1, 255>>,
        /// Its name.
        #[serde(default)]
        pub name: Optional<PersonName>,
        /// Its email.
        #[serde(default)]
        pub email: Optional<Email>,
    }
}

/// Checks what a site says of its visitors: JWTs signed with HS256 and a secret that it shares with us.
#[derive(Clone)]
pub struct Identities {
    /// The present secret, and the one before.
    checking: Vec<DecodingKey>,
    rules: Validation,
}

impl Identities {
    /// Identities of these secrets, none without one; for this audience, or for none in particular
    /// (RFC 7519, section 4.1.3: what is for others must be refused).
    pub fn new(secrets: [Option<&Secret>; 2], audience: Option<&str>) -> Self {
        hs256::install();
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_required_spec_claims(&["exp", "sub"]);
        if let Some(audience) = audience {
            rules.set_audience(&[audience]);
            rules.set_required_spec_claims(&["exp", "sub", "aud"]);
        }
        rules.validate_nbf = true;
        rules.leeway = LEEWAY;
        let key = |secret: &Secret| DecodingKey::from_secret(secret.reveal().as_bytes());
        Self { checking: secrets.into_iter().flatten().map(key).collect(), rules }
    }

    /// Who the visitor is.
    /// Errors: unauthorized for what the site has not signed, has no end or is past it; validation
    /// failed for values that break a rule.
    pub fn check(&self, identity: &str) -> Result<Identity> {
        let claims = self
            .checking
            .iter()
            .find_map(|key| jsonwebtoken::decode::<serde_json::Value>(identity, key, &self.rules).ok());
        let claims = claims.ok_or_else(|| Error::unauthorized("The identity is invalid or expired"))?;
        input::from_value_within("identity.", claims.claims)
    }
}

/// The answer to every token that is not good, whatever the reason.
pub fn invalid_token() -> Error {
    Error::unauthorized("The token is invalid, expired or logged out")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    const HOUR: Duration = Duration::from_secs(3600);

    fn tokens(secret: &str) -> Tokens {
        Tokens::new(&Secret::new(secret), None)
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
    fn only_what_the_site_has_signed_and_ends_is_an_identity() {
        const SITES: &str = "the secret of the site, more than 32 bytes";
        let secret = Secret::new(SITES);
        let identities = Identities::new([Some(&secret), None], None);
        let sign = |claims: serde_json::Value, secret: &str| {
            let key = EncodingKey::from_secret(secret.as_bytes());
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap()
        };
        let (soon, ago) = (Time::now().millis() / 1000 + 60, Time::now().millis() / 1000 - 60);
        let good = serde_json::json!({ "sub": "u-7", "name": " Vic ", "exp": soon });
        let found = identities.check(&sign(good.clone(), SITES)).unwrap();
        assert_eq!((found.sub.as_str(), found.name.into_option().as_deref()), ("u-7", Some("Vic")));
        for (claims, secret) in [
            (good.clone(), "another secret of more than 32 bytes, too"),
            (serde_json::json!({ "sub": "u-7" }), SITES),
            (serde_json::json!({ "exp": soon }), SITES),
            (serde_json::json!({ "sub": "u-7", "exp": ago }), SITES),
            (serde_json::json!({ "sub": "u-7", "exp": soon, "nbf": soon }), SITES),
            (serde_json::json!({ "sub": "u-7", "exp": soon, "aud": "another service" }), SITES),
        ] {
            let refused = identities.check(&sign(claims.clone(), secret)).unwrap_err();
            assert_eq!(refused.code(), Code::Unauthorized, "{claims}");
        }
        let long = serde_json::json!({ "sub": "x".repeat(256), "exp": soon });
        assert_eq!(identities.check(&sign(long, SITES)).unwrap_err().code(), Code::ValidationFailed);
        let padded = serde_json::json!({ "sub": "u-7 ", "exp": soon, "nbf": ago });
        assert_eq!(identities.check(&sign(padded, SITES)).unwrap().sub.as_str(), "u-7 ");
        assert!(
            Identities::new([None, None], None).check(&sign(good.clone(), SITES)).is_err(),
            "none is set up"
        );
        let (new, old) = (Secret::new("the new secret of the site, of 32 bytes"), Some(&secret));
        let both = Identities::new([Some(&new), old], None);
        assert!(both.check(&sign(good.clone(), SITES)).is_ok(), "signed with the one before");
        let ours = Identities::new([Some(&secret), None], Some("chat"));
        let to = |audience: serde_json::Value| {
            sign(serde_json::json!({ "sub": "u-7", "exp": soon, "aud": audience }), SITES)
        };
        assert!(ours.check(&to("chat".into())).is_ok());
        assert!(ours.check(&to(serde_json::json!(["shop", "chat"]))).is_ok());
        assert!(ours.check(&to("shop".into())).is_err());
        assert!(ours.check(&sign(good, SITES)).is_err(), "it is for nobody in particular");
    }

    #[test]
    fn tokens_of_the_secret_before_are_good_until_they_expire() {
        let (old, new) = (
            "the old secret of more than 32 bytes, for tests",
            "the new one of 32 bytes, too, for tests",
        );
        let token = tokens(old).sign(Audience::Agent, Id::sequential(), "one", Time::now().plus(HOUR));
        let both = Tokens::new(&Secret::new(new), Some(&Secret::new(old)));
        assert!(both.check(&token.unwrap()).is_ok());
        let signed =
            both.sign(Audience::Agent, Id::sequential(), "two", Time::now().plus(HOUR)).unwrap();
        assert!(tokens(new).check(&signed).is_ok(), "the new secret signs");
        assert!(tokens(old).check(&signed).is_err());
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
