//! Passwords: argon2id at OWASP's parameters, computed off the async threads.

use std::fmt;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

use crate::secret::Secret;
use crate::{Error, Result};

/// A password as it is stored: a PHC string of argon2id. `Debug` does not show it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password hash]")
    }
}

/// Hashes a password with a salt of its own.
/// Errors: internal, when the machine has no randomness or no memory for it.
pub async fn hash(password: Secret) -> Result<PasswordHash> {
    off_the_async_threads(move || hash_now(password.reveal())).await?
}

/// Whether `password` is the one behind `stored`. With nothing stored the answer is no, after the same
/// time.
/// Errors: internal, when what is stored is not a PHC string.
pub async fn verify(password: Secret, stored: Option<PasswordHash>) -> Result<bool> {
    off_the_async_threads(move || {
        let nobodys = stored.is_none();
        let phc = stored.as_ref().map_or(DUMMY, |stored| &stored.0);
        let parsed = Phc::new(phc).map_err(|error| Error::internal(error.to_string()))?;
        let matches = argon2id().verify_password(password.reveal().as_bytes(), &parsed).is_ok();
        Ok(matches && !nobodys)
    })
    .await?
}

/// A hash of nobody's password, so that an unknown email takes as long as a wrong password.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCAxNg$\
    IltFAqBHgV/8UXsVQgq6mbxmVY7gr6KXQeI1Mx1TRR4";

fn hash_now(password: &str) -> Result<PasswordHash> {
    argon2id()
        .hash_password(password.as_bytes())
        .map(|hash| PasswordHash(hash.to_string()))
        .map_err(|error| Error::internal(error.to_string()))
}

/// OWASP's Password Storage Cheat Sheet: 19 MiB of memory, 2 passes, 1 lane, which are also the
/// library's defaults.
fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hashes_are_argon2id_at_owasps_parameters() {
        let hash = hash(Secret::new("correct horse")).await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
    }

    #[tokio::test]
    async fn only_the_right_password_verifies() {
        let stored = hash(Secret::new("correct horse")).await.unwrap();
        assert!(verify(Secret::new("correct horse"), Some(stored.clone())).await.unwrap());
        assert!(!verify(Secret::new("Correct horse"), Some(stored)).await.unwrap());
        assert!(!verify(Secret::new("nobody's password"), None).await.unwrap());
    }

    #[tokio::test]
    async fn debug_does_not_show_a_hash() {
        let stored = hash(Secret::new("correct horse")).await.unwrap();
        assert_eq!(format!("{stored:?}"), "[password hash]");
    }
}
